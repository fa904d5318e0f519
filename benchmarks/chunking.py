"""Documents that ask much, read by the rules alone: seconds of CPU for a quarter of a megabyte and for a whole one.

    python benchmarks/chunking.py [--bytes 1000000] [--kinds "many parts" commas]

A ratio of 4 is time that grows with the size alone, 16 is time that grows with its square.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from extractor.errors import ExtractorError
from tests.strains import KINDS, read

TIMES = 4


def cost(kind: str, size: int) -> tuple[float, int]:
    """Seconds of CPU, and the projects that were read."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "strain.txt"
        path.write_text(KINDS[kind](size), "utf-8")
        projects = 0
        begin = process_time()
        with suppress(ExtractorError):
            projects = read(str(path))
        return process_time() - begin, projects


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    cost(options.kinds[0], 1_000)  # words and patterns are prepared once
    slowest = 0.0
    for kind in options.kinds:
        small, _ = cost(kind, options.bytes // TIMES)
        large, projects = cost(kind, options.bytes)
        slowest = max(slowest, large)
        print(
            f"{kind:<36} {small:>6.2f} s {large:>6.2f} s  x{large / small:>5.1f}  {projects:>6,} projects", flush=True
        )
    print(f"slowest: {slowest:.1f} s")


if __name__ == "__main__":
    main()
