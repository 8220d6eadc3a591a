"""Measures the figures of the README on the machine it runs on; it asserts nothing."""
