"""Rows of a table to blocks and printed totals."""
