"""What the files of a run folder are called."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

DATABASE = "run.sqlite"
"""The run's database."""
POINTER = "run.store"
"""Names the database of a run that is kept elsewhere."""
DECISIONS, CARRIED = "decisions.sqlite", "decisions.jsonl"
"""What people decided beside the run, and the file in which it is carried elsewhere: no run writes or removes them."""
LOCK = "run.lock"
"""Held by the run that is writing; empty."""
REPORT = "report.html"
"""The report, where no other name is given."""
FORMATS: Mapping[str, tuple[str, ...]] = {
    "jsonl": ("projects.jsonl", "documents.jsonl"),
    "csv": ("projects.csv", "indicators.csv", "datapackage.json"),
    "xlsx": ("projects.xlsx",),
    "sqlite": ("projects.sqlite", "projects.metadata.json"),
    "parquet": (
        "documents.parquet",
        "projects.parquet",
        "amounts.parquet",
        "sources.parquet",
        "indicators.parquet",
        "targets.parquet",
        "attributes.parquet",
        "indicator_attributes.parquet",
        "flags.parquet",
        "totals.parquet",
        "long_numbers.parquet",
        "dictionary.parquet",
        "parquet.datapackage.json",
    ),
}
"""The files of each export format."""
_SIDES = tuple(f"{DATABASE}-{side}" for side in ("journal", "wal", "shm"))
_KEPT = (DECISIONS, f"{DECISIONS}-journal", CARRIED)
RESULTS = frozenset((DATABASE, *_SIDES, POINTER, LOCK, REPORT, *_KEPT, *chain(*FORMATS.values())))
"""Everything that a run writes, and what is decided beside it: no input of another run."""
