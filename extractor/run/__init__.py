"""From files to a run folder: inputs, one file from end to end, batches."""
