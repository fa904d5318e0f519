"""Headers that a converter glued to the first row below them: each cell holds its label and, under it, a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.layouts import Terms
from extractor.schemas.document import Cell, Document, MappedText, Row
from extractor.text import squash

_FEWEST = 3
_SHARE = 0.75


def unglued(document: Document, terms: Terms) -> Document:
    """The document with such a row as two: the header, and the values."""
    tables = [replace(table, rows=tuple(_parted(table.rows, terms))) for table in document.tables]
    changed = any(len(new.rows) != len(old.rows) for new, old in zip(tables, document.tables, strict=True))
    return replace(document, tables=tuple(tables)) if changed else document


def _parted(rows: Sequence[Row], terms: Terms) -> Iterator[Row]:
    for row in rows:
        parts = _label_and_value(row, terms)
        if parts is None:
            yield row
        else:
            labels, values = zip(*parts, strict=True)
            # The labels stand among the values: the row's text is counted once, as the project's.
            yield replace(row, cells=labels, end=row.start)
            yield replace(row, cells=values)


def _label_and_value(row: Row, terms: Terms) -> list[tuple[Cell, Cell]] | None:
    """The cells of a row in two, where nearly all of them begin with a line that names a column of projects."""
    filled = [cell for cell in row.cells if cell.content.text.strip()]
    several = [cell for cell in filled if "\n" in cell.content.text]
    if len(several) < max(_FEWEST, _SHARE * len(filled)):
        return None
    parts = [_halves(cell, terms) for cell in row.cells]
    known = [terms.column(label.content.text) for label, value in parts if value.content.text]
    named = [column for column in known if column is not None]
    tells = {"goal", "indicators", "indicator_name"} & set(named)
    if len(named) < max(_FEWEST, _SHARE * len(several)) or len(set(named)) != len(named) or not tells:
        return None
    return parts


def _halves(cell: Cell, terms: Terms) -> tuple[Cell, Cell]:
    """The label of a cell and what stands below it; a label may be wrapped itself."""
    text = cell.content.text
    ends = [at for at, character in enumerate(text) if character == "\n"]
    end = next((at for at in reversed(ends[:_FEWEST]) if terms.column(squash(text[:at])) is not None), None)
    if end is None:
        end = ends[0] if ends else len(text)
    return _piece(cell, 0, end), _piece(cell, min(end + 1, len(text)), len(text))


def _piece(cell: Cell, start: int, end: int) -> Cell:
    content = MappedText(cell.content.text[start:end], cell.content.offsets[start:end])
    return replace(cell, content=content)
