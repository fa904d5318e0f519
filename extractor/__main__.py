"""`python -m extractor` is `extractor`."""

from extractor.cli import main

main()
