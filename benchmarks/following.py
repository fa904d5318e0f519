"""Following and comparing two years: CPU seconds, and what they cost beside reading the records alone.

    python benchmarks/following.py [--projects 10000]

Two runs of invented projects (benchmarks/report.py): the second is the first a year later, a tenth renamed, a tenth
with another amount, a twentieth gone and as many new. Each figure is the least of three, in CPU seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from time import process_time

from report import fill

from extractor.changes import Held, compare, hold
from extractor.follow import Known, follow, pair
from extractor.schemas.record import Record
from extractor.store import RunStore

TIMES = 3


def a_year_later(known: Known, at: int) -> Known:
    """The same project in the next budget."""
    name, total = known.name or "", known.total or Decimal(0)
    changed: dict[str, object] = {"id": f"{known.id}+", "year": (known.year or 2025) + 1, "run": 1}
    if at % 10 == 3:
        changed |= {"name": f"{name}（二）", "name_key": f"{known.name_key}二"}
    elif at % 10 == 7:
        changed["total"] = total + 10_000
    elif at % 20 == 5:
        changed |= {"name": f"新增第{at}号事项", "name_key": f"新增第{at}号事项"}
    return replace(known, **changed)  # type: ignore[arg-type]


def least(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of a few times."""
    found = []
    for _ in range(TIMES):
        start = process_time()
        work()
        found.append(process_time() - start)
    return min(found)


def records(folder: Path) -> Iterator[Record]:
    with RunStore(folder / "run.sqlite", create=False) as store:
        yield from store.records()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with RunStore(folder / "run.sqlite") as store:
            fill(store, options.projects)
        read = 2 * least(lambda: sum(1 for _ in records(folder)))
        held: list[Held] = []
        taken = 2 * least(lambda: held.__setitem__(slice(None), hold(records(folder))))
    later = [replace(one, known=a_year_later(one.known, at)) for at, one in enumerate(held)]
    old, new = [one.known for one in held], [one.known for one in later]
    print(f"2 x {len(held):,} projects; reading the records alone: {read:.1f} s CPU")
    print(f"  reading with keys and divisions {taken:5.1f} s  {taken / read:4.2f} x reading")
    for name, work in (
        ("pairing", lambda: pair(old, new)),
        ("comparing", lambda: compare(held, later)),
        ("following", lambda: follow([*old, *new])),
    ):
        seconds = least(work)
        print(f"  {name:<31} {seconds:5.1f} s  {seconds / read:4.2f} x reading")
    found = compare(held, later)
    print(f"  {len(found.pairs):,} pairs, {len(found.gone):,} gone, {len(found.added):,} added")


if __name__ == "__main__":
    main()
