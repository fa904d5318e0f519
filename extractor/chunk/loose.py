"""Tables that are none: text that a sheet holds one cell a row is lines, as a person reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from extractor.schemas.document import Document, Line, Row, Table

_RUN = 6
"""So many rows in a row with one text each, all in the first column, are lines above or below a table of the sheet."""

_SECTION = re.compile(r"\s*[一二三四五六七八九十]{1,3}、")
"""Below the last row of a table with more cells, the heading of what follows it: 十、名词解释."""


def with_lines(document: Document) -> Document:
    """The document with the lines of its tables that have one cell with text a row, and without these rows."""
    lines: list[Line] = []
    tables: list[Table] = []
    for index, table in enumerate(document.tables):
        if _is_text(table) and not _goes_on(document.tables[:index], table):
            lines += _lines(table, table.rows)
            continue
        # What a reader put together from text are rows; only those above all others may be lines of the sheet.
        runs = _first_run(table.rows) if table.rebuilt else _runs(table.rows)
        for rows, are_lines in runs:
            if are_lines:
                lines += _lines(table, rows)
            else:
                tables.append(table if len(rows) == len(table.rows) else replace(table, rows=tuple(rows)))
    return (
        replace(document, lines=tuple(sorted([*document.lines, *lines])), tables=tuple(tables)) if lines else document
    )


def _lines(table: Table, rows: Sequence[Row]) -> list[Line]:
    return [
        Line(cell.content.offsets[0], cell.content.offsets[-1] + 1, table.page)
        for row in rows
        for cell in row.cells
        if cell.content.text.strip()
    ]


def _runs(rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], bool]]:
    """Rows in stretches: those that are lines, and the others."""
    part: list[Row] = []
    for is_alone, group in groupby(rows, _stands_alone):
        run = list(group)
        filled = [row for row in run if _is_filled(row)]
        opens_section = part and filled and run[-1] is rows[-1] and _SECTION.match(filled[0].cells[0].content.text)
        if not is_alone or not (len(filled) >= _RUN or opens_section):
            part += run
            continue
        if part:
            yield part, False
        yield run, True
        part = []
    if part:
        yield part, False


def _first_run(rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], bool]]:
    """Rows in two stretches, where they begin with lines."""
    first, *others = _runs(rows)
    if first[1]:
        yield first
    rest = [row for part, _ in (others if first[1] else [first, *others]) for row in part]
    if rest:
        yield rest, False


def _stands_alone(row: Row) -> bool:
    """Whether a row holds nothing behind its first cell, and that is none of a cell that goes on from above."""
    return (
        bool(row.cells) and row.cells[0].merged is None and not any(cell.content.text.strip() for cell in row.cells[1:])
    )


def _is_filled(row: Row) -> bool:
    return any(cell.content.text.strip() for cell in row.cells)


def _is_text(table: Table) -> bool:
    """Whether no row holds more than one cell with text, and no text breaks over lines."""
    rows = [[cell for cell in row.cells if cell.content.text.strip()] for row in table.rows]
    return any(rows) and all(len(cells) <= 1 for cells in rows)


def _goes_on(above: Sequence[Table], table: Table) -> bool:
    """Whether a single row is as wide as the table above it: the rest of a cell that a page break cut."""
    return len(table.rows) == 1 and bool(above) and len(table.rows[0].cells) == len(above[-1].rows[-1].cells) > 1
