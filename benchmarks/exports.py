"""What an export costs: µs of CPU for each project and format, against projects.jsonl, and peak memory.

    python benchmarks/exports.py [--projects 2000 20000] [--formats jsonl csv xlsx sqlite parquet]

The projects are invented: seven indicators each, with a target for each value. Every export is a process of its own;
the least of three is taken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from extractor.schemas.record import Record  # noqa: E402
from extractor.schemas.target import Target  # noqa: E402
from extractor.store import RunStore  # noqa: E402
from tests.run_samples import document, record  # noqa: E402

FORMATS = ("jsonl", "csv", "xlsx", "sqlite", "parquet")
PER_DOCUMENT = 200
EXPORT = """
import sys, time
from pathlib import Path
from extractor.export import export
from extractor.store import RunStore
with RunStore(Path(sys.argv[1]), create=False) as store:
    began = time.process_time()
    export(store, Path(sys.argv[2]), formats=(sys.argv[3],))
    took = time.process_time() - began
# Not ru_maxrss, which a process inherits from the one that started it.
status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
print(took, int(status["VmHWM"].split()[0]) // 1024)
"""


def fill(database: Path, number: int) -> None:
    """A run's database with that many projects."""

    def records(first: int) -> Iterator[Record]:
        for index in range(first, min(first + PER_DOCUMENT, number)):
            item = record(index, f"{first:08}.txt")
            indicators = tuple(
                means.model_copy(update={"cycle": target(place), "annual": target(place)})
                for place, means in enumerate(item.normalized.indicators)
            )
            yield item.model_copy(update={"normalized": item.normalized.model_copy(update={"indicators": indicators})})

    with RunStore(database) as store:
        for first in range(0, number, PER_DOCUMENT):
            found = list(records(first))
            store.save(document(f"{first:08}.txt", len(found)), found, [""] * len(found), "benchmark")


def target(place: int) -> Target:
    if place == 2:
        return Target(kind="deadline", operator="≤", end="2026-04-30", span=(0, 11))
    return Target(kind="number", operator="≥", low=Decimal(90 + place), unit="%", span=(0, 4))


def measure(database: Path, name: str, runs: int = 3) -> tuple[float, int, int]:
    """Least CPU seconds of several exports, peak memory in MiB, bytes written."""
    seconds, peak, size = float("inf"), 0, 0
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run(
                [sys.executable, "-c", EXPORT, str(database), out, name],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            )
            size = sum(file.stat().st_size for file in Path(out).iterdir())
        took, memory = done.stdout.split()
        seconds, peak = min(seconds, float(took)), max(peak, int(memory))
    return seconds, peak, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    options = parser.parse_args()
    for number in options.projects:
        with tempfile.TemporaryDirectory() as scratch:
            database = Path(scratch, "run.sqlite")
            fill(database, number)
            found = {name: measure(database, name) for name in dict.fromkeys(("jsonl", *options.formats))}
            lines, _, _ = found["jsonl"]
            for name, (seconds, peak, size) in found.items():
                print(
                    f"{number:>8,} projects  {name:<8} {seconds / number * 1e6:>7,.0f} µs each  "
                    f"x{seconds / lines:>5.1f}  peak {peak:>4} MiB  {size / number:>7,.0f} bytes each"
                )


if __name__ == "__main__":
    main()
