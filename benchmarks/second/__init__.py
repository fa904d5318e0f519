"""What `benchmarks/second_reader.py` measures with: labelled blocks, marks, damages and foreign layouts."""
