"""The golden documents that any machine reads by themselves: no archives, and nothing that needs another program.

python -m tests.golden_sources     names the files that this machine can read, archives as well
"""

from __future__ import annotations

import os
from pathlib import Path

from extractor.golden import Case, discover

GOLDEN = Path(__file__).parents[1] / "golden"


def cases() -> list[Case]:
    return [case for case in discover(GOLDEN) if case.member is None and case.label.needs is None]


def sources() -> list[Path]:
    """In the order in which a run reads them."""
    return sorted((case.source for case in cases()), key=str)


def main() -> None:
    readable = {case.source for case in discover(GOLDEN) if case.lacks is None}
    print(*sorted(map(os.path.relpath, readable)), sep="\n")


if __name__ == "__main__":
    main()
