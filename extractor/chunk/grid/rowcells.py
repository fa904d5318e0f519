"""A row of a table with cells as a PrintedRow: what each cell says in its column."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.chunk.amounts import BLANK, is_amount_column, read_amount
from extractor.chunk.grid.columns import Columns, align
from extractor.chunk.grid.merged import Merges
from extractor.chunk.grid.placed import Habits, Placing, is_shifted, placed
from extractor.chunk.rows import PrintedRow
from extractor.chunk.units import unit_of_cell
from extractor.layouts import CompiledLayout
from extractor.schemas.cells import ATTRIBUTES, OWN, UNREAD, counted, labelled
from extractor.schemas.document import Cell, MappedText, PrintedUnit, Row
from extractor.schemas.project import plain_amount
from extractor.text import squash

"""Begins the key of a cell that no field takes, so that a person looks at it."""


def read_row(
    row: Row, page: int | None, columns: Columns, merges: Merges, layout: CompiledLayout, habits: Habits
) -> PrintedRow:
    """A table's row: the text of each cell under its column, and which of them are amounts."""
    above, merging = merges.above(row), merges.merging(row)
    cells: Sequence[Cell] = row.cells
    placing = _placing(row, columns, layout, habits)
    exact = placing is None and len(cells) == len(columns.fields)
    if not exact:
        cells = [cell for cell in cells if cell.merged != "left"]
        above, merging = {}, frozenset()
    positions = align(cells, columns, layout) if placing is None else list(placing.positions)
    parts: dict[str, MappedText] = {}
    labels: dict[str, str] = {}
    numbers: list[str] = []
    places: list[str] = []
    held: dict[str, MappedText] = {}
    units: list[PrintedUnit | None] = []
    inner = columns.of_indicator(merging) if columns.by_indicator else frozenset()
    for cell, position in zip(cells, positions, strict=True):
        content = cell.content
        if position in above:
            field, label = columns.fields[position], columns.labels[position]
            key = field or labelled(label)
            if above[position].content.text.strip() and not (field and is_amount_column(field)):
                held[key] = above[position].content
                labels.setdefault(key, label)
            continue
        if not content.text.strip():
            continue
        field = columns.fields[position] if position is not None else None
        amount = read_amount(content) if field and is_amount_column(field) else None
        if field and is_amount_column(field) and squash(content.text) in BLANK:
            continue
        if field and amount is not None:
            numbers.append(plain_amount(squash(amount.number.text)))
            places.append(field)
            parts[field] = amount.number
            units.append(unit_of_cell(amount.unit, content))
            labels[field] = columns.labels[position]  # type: ignore[index]
            continue
        if field is None or field in parts or is_amount_column(field):
            label = columns.labels[position] if position is not None else ""
            is_amount = field is not None and is_amount_column(field) and field not in parts
            # An amount that is none is nothing that anybody looks up under its label: it is to be seen.
            kind = UNREAD if is_amount else OWN if position in inner else ATTRIBUTES
            key = labelled(label, kind)
            field = counted(key, parts)
        parts[field] = content
        if position is not None:
            labels[field] = columns.labels[position]
    own = (place for place in merging if place not in above and place < len(columns.fields))
    return PrintedRow(
        parts=parts,
        numbers=tuple(numbers),
        columns=tuple(places) if exact else None,
        start=row.start,
        end=row.end,
        page=page,
        labels=labels,
        units=tuple(units),
        held=held,
        apart=frozenset(filter(None, map(columns.fields.__getitem__, own))),
        notes=[] if placing is None or placing.sure else ["row_placed"],
    )


def _placing(row: Row, columns: Columns, layout: CompiledLayout, habits: Habits) -> Placing | None:
    """Where the cells of a row stand that cannot stand where they are printed; None for every other row."""
    if not columns.by_indicator or any(cell.merged for cell in row.cells):
        return None
    texts = [squash(cell.content.text) for cell in row.cells]
    width = len(columns.fields)
    whole = len(texts) == width
    shown = texts if whole else [""] * width
    if not whole:
        for text, position in zip(texts, align(row.cells, columns, layout), strict=True):
            if position is not None:
                shown[position] = text
    if not is_shifted(shown, columns):
        if whole:
            habits.note(texts)
        return None
    return placed(texts, columns, habits) or Placing(tuple(align(row.cells, columns, layout)), sure=False)
