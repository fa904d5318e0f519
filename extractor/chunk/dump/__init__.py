"""Text without cells, cut into rows."""
