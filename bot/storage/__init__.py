"""Rows: what the house remembers, and for how long; it decides nothing."""
