"""Forms: one table for each project."""
