"""Tables whose merged cells a program printed again in every cell that they cover: one cell again.

In such a table the title stands in each cell of its row, and a label beside itself. A number is never taken for the
repetition of another one, and below the header of the indicators only its own columns say what one cell is: a target
and what was reached of it may well be the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.chunk.forms.header import header_of
from extractor.chunk.forms.shapes import is_labellike, is_number
from extractor.chunk.forms.sheet import inked
from extractor.layouts.forms import FormWords
from extractor.schemas.document import Cell, MappedText, Row, Table
from extractor.text import squash

_LEAST = 2
"""So many rows in which a label stands beside itself make a table of this kind."""
_BLANK = MappedText("", ())


def rows_of(table: Table, words: FormWords) -> Sequence[Row]:
    """The rows of a table, with the cells marked as merged that only repeat the one to their left or above."""
    if any(cell.merged for row in table.rows for cell in row.cells):
        return table.rows
    if sum(_repeats(row, words) for row in table.rows) < _LEAST:
        return table.rows
    rows: list[Row] = []
    own: list[bool] | None = None
    heads: tuple[str, list[bool]] | None = None
    above: Row | None = None
    for row in table.rows:
        beside = _beside(row)
        if header_of(row, inked(row), words, {}) is not None or (own is None and _is_header(row, beside, words)):
            own = beside
        elif own is not None and len(own) == len(beside) and not all(beside[1:]) and not _leaves(row, words):
            beside = [one and other for one, other in zip(own, beside, strict=True)]
        else:
            own = None
            heads = _heads(row, words) or (heads if heads and heads[0] == _first(row) else None)
            numbers = heads[1] if heads is not None else [True] * len(beside)
            again = zip(_beside(row, numbers=True), numbers, strict=False)
            beside = [one or (same and free) for one, (same, free) in zip(beside, again, strict=False)]
        rows.append(_merged(row, above, beside, words, in_table=own is not None))
        above = row
    return rows


def _first(row: Row) -> str:
    return squash(row.cells[0].content.text) if row.cells else ""


def _heads(row: Row, words: FormWords) -> tuple[str, list[bool]] | None:
    """The label of a table of money and which of its columns are one, where a row heads it."""
    ink = inked(row)
    told = {squash(spot.text) for spot in ink if words.money_column(spot.text) is not None}
    if len(told) < _LEAST or not all(is_labellike(spot.text, words) for spot in ink):
        return None
    return _first(row), _beside(row)


def _repeats(row: Row, words: FormWords) -> bool:
    """Whether a row prints a label beside itself, or any text three times."""
    beside = _beside(row)
    if not any(beside):
        return False
    again = [cell.content.text for cell, one in zip(row.cells, beside, strict=True) if one]
    thrice = any(one and other for one, other in pairwise(beside))
    return thrice or any(map(words.label, again))


def _beside(row: Row, *, numbers: bool = False) -> list[bool]:
    """Which cells of a row print what the cell to their left prints: texts, or `numbers` as well."""
    texts = [squash(cell.content.text) for cell in row.cells]
    return [
        index > 0 and text == texts[index - 1] and (numbers if is_number(text) else len(text) > (not numbers))
        for index, text in enumerate(texts)
    ]


def _is_header(row: Row, beside: Sequence[bool], words: FormWords) -> bool:
    cells = tuple(cell for cell, again in zip(row.cells, beside, strict=True) if not again)
    single = Row(cells, row.start, row.end)
    return header_of(single, inked(single), words, {}) is not None


def _leaves(row: Row, words: FormWords) -> bool:
    """Whether a row below the indicators is one of labels: it begins with one that is listed."""
    ink = inked(row)
    return bool(ink) and words.is_listed(ink[0].text) and not words.heads_indicators(ink[0].text)


def _merged(row: Row, above: Row | None, beside: Sequence[bool], words: FormWords, *, in_table: bool) -> Row:
    cells: list[Cell] = []
    is_label = above is not None and len(above.cells) == len(row.cells)
    for index, (cell, again) in enumerate(zip(row.cells, beside, strict=True)):
        over = above.cells[index] if is_label and above is not None else None
        is_same = over is not None and squash(over.content.text) == squash(cell.content.text)
        is_label = is_label and is_same and (not cell.content.text.strip() or is_labellike(cell.content.text, words))
        if again:
            cells.append(replace(cell, content=_BLANK, merged="left"))
        elif is_label and cell.content.text.strip() and not in_table:
            cells.append(replace(cell, content=_BLANK, merged="above"))
        else:
            cells.append(cell)
    return Row(tuple(cells), row.start, row.end)
