"""Tables put together from text whose cells stand in the wrong columns: better none than such a one."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.schemas.document import Row, Table
from extractor.text import squash

_LEVELS = frozenset(("level1", "level2"))
_FEWEST = 3
_MOST = 2
_FRAGMENT = 4


def is_torn(table: Table) -> bool:
    """Whether several categories stand in other columns than their own, or pieces of them in theirs."""
    words = form_words(terms())
    torn = 0
    fields: list[str | None] = []
    for row in table.rows if table.rebuilt else ():
        found = [words.column(cell.content.text) for cell in row.cells]
        if len(_LEVELS & set(found)) and len([one for one in found if one]) >= _FEWEST:
            fields = found
        elif any(squash(cell.content.text) in words.sums for cell in row.cells[:2]):
            fields = []  # the form ends
        elif fields:
            torn += _misplaced(row, fields)
    return torn > _MOST


def _misplaced(row: Row, fields: Sequence[str | None]) -> int:
    """How many cells of a row are categories under another label, or pieces of words under that of categories."""
    pairs = [
        (squash(cell.content.text), field)
        for cell, field in zip(row.cells, fields, strict=False)
        if cell.content.text.strip()
    ]
    strays = sum(bool(levels_of(word)) for word, field in pairs if field not in _LEVELS and field is not None)
    own = [word for word, field in pairs if field in _LEVELS and not levels_of(word)]
    pieces = sum(len(word) < _FRAGMENT for word in own)
    return strays + pieces
