"""A row of indicators that a page break cut in two: its halves put together again.

The sign is a category whose word is cut: 满意度指 | 标（10分） on the next page. Neither half is a category, both
together are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.chunk.forms.sheet import SheetRow
from extractor.layouts.taxonomy import LEVELS, category_of_label
from extractor.schemas.document import Cell, MappedText, Row
from extractor.text import squash


def with_halves_joined(rows: Sequence[SheetRow]) -> tuple[list[SheetRow], bool]:
    """The rows of a form with the halves joined; whether there were any."""
    whole: list[SheetRow] = []
    for row in rows:
        if whole and row.begins_table and _is_rest(whole[-1].row, row.row):
            whole[-1] = replace(whole[-1], row=_joined(whole[-1].row, row.row), ahead=row.ahead)
        else:
            whole.append(row)
    return whole, len(whole) < len(rows)


def _is_rest(above: Row, below: Row) -> bool:
    """Whether a category that the row above prints ends in the row below."""
    if len(above.cells) != len(below.cells):
        return False
    pairs = zip(above.cells, below.cells, strict=True)
    return any(_is_cut(squash(one.content.text), squash(other.content.text)) for one, other in pairs)


def _is_cut(above: str, below: str) -> bool:
    """Whether a word is a category only with its rest.

    >>> _is_cut("满意度指", "标（10分）"), _is_cut("产出指标", "效益指标"), _is_cut("服务对象", "满意度指标")
    (True, False, True)
    """
    if not above or not below or len(above) + len(below) > 30:
        return False
    return any(category_of_label(level, above + below) and not category_of_label(level, above) for level in LEVELS)


def _joined(above: Row, below: Row) -> Row:
    cells = (_cell(one, other) for one, other in zip(above.cells, below.cells, strict=True))
    return Row(tuple(cells), above.start, below.end)


def _cell(above: Cell, below: Cell) -> Cell:
    one, other = above.content, below.content
    if not other.text.strip():
        return above
    if not one.text.strip():
        return replace(above, content=other)
    offsets = [*one.offsets, one.offsets[-1] + 1, *other.offsets]
    return replace(above, content=MappedText(f"{one.text}\n{other.text}", offsets))
