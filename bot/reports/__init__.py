"""The way from asking to help as sums that point at nobody; it stores nothing and decides nothing about anybody."""
