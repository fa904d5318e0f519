"""Targets read from printed values: microseconds a value, uncached, and against one plain regular expression.

    python benchmarks/targets.py [--documents DIR] [--rounds N]

The values are the distinct cycle and annual values of the documents, as the rules read them. Process time, the best
of several rounds; the ratio is taken within one run. The last lines are values made to be slow.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from extractor.run.one import extract_file
from extractor.settings import Settings
from extractor.targets import reading

_PLAIN = re.compile(r"(≥|≤|=|不低于|不少于|不超过)?([0-9]+(?:\.[0-9]+)?)([^0-9，。；]{0,4})")
_SLOW = ("10家，", "10家；", "1.甲；", "、", "一", "≥5%且", "(5%),", "每月", "1-", "的", "/", "(")
_LONG = 1_990


def values(documents: Path) -> list[str]:
    """Distinct values in print order."""
    settings = Settings.load({"model": "none", "cache": False}, environ={})
    files = [path for path in sorted(documents.rglob("*")) if path.suffix in {".txt", ".md", ".html", ".docx", ".xlsx"}]
    indicators = (
        indicator
        for file in files
        if file.stem == "source" or documents.name != "golden"
        for record in extract_file(str(file), settings).records
        for indicator in record.project.indicators
    )
    return list(dict.fromkeys(value for one in indicators for value in (one.cycle_value, one.annual_value) if value))


def seconds(work: Callable[[str], object], texts: Iterable[str], rounds: int) -> float:
    """Process time of one pass, the best of several."""
    texts, best = list(texts), float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for text in texts:
            work(text)
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).parents[1]
    shared = root.parent / "shared" / "documents"
    parser.add_argument("--documents", type=Path, default=shared if shared.is_dir() else root / "golden")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    texts = values(options.documents)
    own = seconds(reading.read, texts, options.rounds) / len(texts)
    plain = seconds(_PLAIN.search, texts, options.rounds) / len(texts)
    size = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} distinct values of {options.documents.name}/, {size:.1f} characters each")
    print(f"{own * 1e6:.1f} µs a value, {own / plain:.0f} times one regular expression ({plain * 1e6:.2f} µs)")
    for piece in _SLOW:
        text = (piece * _LONG)[:_LONG]
        print(f"{_LONG} characters of {piece!r}: {seconds(reading.read, [text], 3) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
