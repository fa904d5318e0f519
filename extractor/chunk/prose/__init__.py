"""Projects told in numbered sections."""
