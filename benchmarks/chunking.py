"""Documents that ask much, read by the rules alone: seconds of CPU for a quarter of a megabyte and for a whole one.

    python benchmarks/chunking.py [--bytes 1000000] [--kinds "many parts" commas] [--characters] [--model builtin]

`--characters` goes through every class of characters with every separator, alone and inside a project.

A ratio of 4 is time that grows with the size alone, 16 is time that grows with its square.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from extractor.errors import ExtractorError
from tests.strains import CHARACTERS, KINDS, SEPARATORS, of_characters, read

TIMES = 4


def texts(*, characters: bool, kinds: Sequence[str]) -> dict[str, Callable[[int], str]]:
    """The texts that are asked for, by their names."""
    if not characters:
        return {kind: KINDS[kind] for kind in kinds}
    return {
        f"{one}, {parted}, {'alone' if alone else 'in a project'}": of_characters(one, parted, alone=alone)
        for one, parted, alone in product(CHARACTERS, SEPARATORS, (True, False))
    }


def cost(made: Callable[[int], str], size: int, model: str) -> tuple[float, int]:
    """Seconds of CPU, and the projects that were read."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "strain.txt"
        path.write_text(made(size), "utf-8")
        projects = 0
        begin = process_time()
        with suppress(ExtractorError):
            projects = read(str(path), model)
        return process_time() - begin, projects


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--characters", action="store_true")
    parser.add_argument("--model", choices=("none", "builtin"), default="none")
    options = parser.parse_args()
    asked = texts(characters=options.characters, kinds=options.kinds)
    cost(KINDS["commas"], 1_000, options.model)  # words and patterns are prepared once
    slowest = 0.0
    for kind, made in asked.items():
        small, _ = cost(made, options.bytes // TIMES, options.model)
        large, projects = cost(made, options.bytes, options.model)
        slowest = max(slowest, large)
        print(
            f"{kind:<36} {small:>6.2f} s {large:>6.2f} s  x{large / small:>5.1f}  {projects:>6,} projects", flush=True
        )
    print(f"slowest: {slowest:.1f} s")


if __name__ == "__main__":
    main()
