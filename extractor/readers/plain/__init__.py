"""Text: lines, separated values, Markdown."""
