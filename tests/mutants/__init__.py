"""Flows and guards with one small fault each, to see whether the checks notice; no part of the product."""
