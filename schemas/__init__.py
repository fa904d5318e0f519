"""Shapes of everything that flows through the extractor; imports nothing else of the project."""
