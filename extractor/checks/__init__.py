"""Every check that can raise a flag, one module for each."""
