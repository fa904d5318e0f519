"""Tables for spreadsheet programs and scripts, with a byte order mark so that Excel shows Chinese."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from extractor.errors import OutputError
from extractor.export.cells import guarded, printable
from extractor.export.labels import Labels, ShownColumn
from extractor.export.tables import Cell, indicator_rows, project_row
from extractor.normalize.standing import Standings
from extractor.schemas.record import Record

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def write_projects(path: Path, records: Iterator[Record], words: Labels) -> None:
    """One row for each project."""
    standings = Standings()
    _write(
        path,
        words.project,
        (project_row(record, ordinal, words, standings.of(record)) for ordinal, record in enumerate(records, 1)),
    )


def write_indicators(path: Path, records: Iterator[Record], words: Labels) -> None:
    """One row for each indicator of each project."""
    _write(
        path,
        words.indicator,
        (row for ordinal, record in enumerate(records, 1) for row in indicator_rows(record, ordinal, words)),
    )


def _write(path: Path, columns: Sequence[ShownColumn], rows: Iterable[Sequence[Cell]]) -> None:
    is_text = [column.kind in {"text", "code"} for column in columns]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in columns])
        for row in rows:
            writer.writerow(
                [
                    guarded(printable(cell)) if text and isinstance(cell, str) else cell
                    for cell, text in zip(row, is_text, strict=True)
                ]
            )


def write_table(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table of text, written in one step; OutputError where that is not possible.

    Numbers stay numbers: a minus sign before digits is no formula.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headings)
            writer.writerows(
                [cell if _NUMBER.fullmatch(cell) else guarded(printable(cell)) for cell in row] for row in rows
            )
        part.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path}: the file cannot be written ({error.strerror or error}); choose another with --out"
        ) from error
