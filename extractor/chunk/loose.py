"""Tables that are none: text that a sheet holds one cell a row is lines, as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.schemas.document import Document, Line, Table


def with_lines(document: Document) -> Document:
    """The document with the lines of its tables that have one cell with text a row, and without these tables."""
    loose = [
        table
        for index, table in enumerate(document.tables)
        if _is_text(table) and not _goes_on(document.tables[:index], table)
    ]
    if not loose:
        return document
    lines = [
        Line(cell.content.offsets[0], cell.content.offsets[-1] + 1, table.page)
        for table in loose
        for row in table.rows
        for cell in row.cells
        if cell.content.text.strip()
    ]
    left_out = set(map(id, loose))
    tables = tuple(table for table in document.tables if id(table) not in left_out)
    return replace(document, lines=tuple(sorted([*document.lines, *lines])), tables=tables)


def _is_text(table: Table) -> bool:
    """Whether no row holds more than one cell with text, and no text breaks over lines."""
    rows = [[cell for cell in row.cells if cell.content.text.strip()] for row in table.rows]
    return any(rows) and all(len(cells) <= 1 for cells in rows)


def _goes_on(above: Sequence[Table], table: Table) -> bool:
    """Whether a single row is as wide as the table above it: the rest of a cell that a page break cut."""
    return len(table.rows) == 1 and bool(above) and len(table.rows[0].cells) == len(above[-1].rows[-1].cells) > 1
