"""Cells of a table row: which column each stands in, and what an amount cell holds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER, is_amount_column
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Cell
from extractor.text import squash

_LONG = 12
_SHIFTED = 12
_MOST_PLACES = 64
_WORST = -1e9
INDICATOR_COLUMNS = (
    "level1",
    "level2",
    "indicator_name",
    "cycle_value",
    "annual_value",
    "operator",
    "measure_unit",
    "weight",
)


class Columns(NamedTuple):
    """Canonical column of each cell (None = a label of its own), and the labels as printed.

    `are_glued`: a cell of the header names two of them, one below the other. `are_cut`: a label was cut in two.
    """

    fields: tuple[str | None, ...]
    labels: tuple[str, ...]
    are_glued: bool = False
    are_cut: bool = False

    @property
    def by_indicator(self) -> bool:
        """Whether each indicator has a row of its own."""
        return "indicator_name" in self.fields and "indicators" not in self.fields

    def of_indicator(self, merging: frozenset[int]) -> frozenset[int]:
        """The columns that say something of the indicator in their row, whatever their names.

        So do those between the indicator's columns, and those behind them of which no cell is merged downwards.
        """
        own = [index for index, field in enumerate(self.fields) if field in INDICATOR_COLUMNS]
        behind = range(own[0] + 1, len(self.fields)) if own else ()
        return frozenset(at for at in behind if at < own[-1] or at not in merging)

    @property
    def amounts(self) -> tuple[str, ...]:
        return tuple(field for field in self.fields if field and is_amount_column(field))


def align(cells: Sequence[Cell], columns: Columns, layout: CompiledLayout) -> list[int | None]:
    """Column of each cell. Where a row has lost or gained cells, content decides, in print order."""
    if len(cells) == len(columns.fields):
        return list(range(len(cells)))
    if columns.by_indicator and len(cells) < len(columns.fields):
        if not cells[0].content.text.strip():
            return list(range(len(cells)))  # it begins with blanks, so what it lacks was at its end
        # Merged project cells are lost from the left.
        return list(range(len(columns.fields) - len(cells), len(columns.fields)))
    return list(_aligned(tuple(_kind(cell.content.text, layout) for cell in cells), columns.fields))


@lru_cache(maxsize=4096)
def _aligned(kinds: Sequence[str], fields: Sequence[str | None]) -> Sequence[int | None]:
    """The best column for each kind of cell. Rows of one table lack the same cells, most of the time.

    A cell stands no further from its place than the row is longer or shorter than the header, and `_SHIFTED` more.
    Where that is too far to look, cells stand in the order of the columns.
    """
    width, least = len(fields), min(len(fields) - len(kinds), 0) - _SHIFTED
    reach = abs(width - len(kinds)) + 2 * _SHIFTED
    if min(reach, width) > _MOST_PLACES:
        return [at if at < width else None for at in range(len(kinds))]
    skipped = [9 if field == "name" else 1 for field in fields]
    fits = {kind: [_fit(kind, field) for field in fields] for kind in set(kinds)}
    above = [-1.0 * passed for passed in accumulate(skipped, initial=0)]
    choice: list[dict[int, str]] = []
    for i, kind in enumerate(kinds, 1):
        left_out, fit = (0.1 if kind == "blank" else 20), fits[kind]
        score = [_WORST] * (width + 1)
        ways: dict[int, str] = {}
        for j in range(max(i + least, 0), min(i + least + reach, width) + 1):
            best, how = above[j] - left_out, "cell"
            if j:
                skip_column = score[j - 1] - skipped[j - 1]
                if skip_column > best:
                    best, how = skip_column, "column"
                both = above[j - 1] + fit[j - 1]
                if both >= best:
                    best, how = both, "both"
            score[j], ways[j] = best, how
        above = score
        choice.append(ways)
    positions: list[int | None] = [None] * len(kinds)
    i, j = len(kinds), width
    while i:
        how = choice[i - 1][j]
        if how == "both":
            i, j = i - 1, j - 1
            positions[i] = j
        elif how == "cell":
            i -= 1
        else:
            j -= 1
    return positions


def _kind(text: str, layout: CompiledLayout) -> str:
    word = squash(text)
    if not word:
        return "blank"
    if NUMBER.fullmatch(word):
        return "number"
    if layout.value_label.search(word) and layout.marker.search(word):
        return "items"
    return "long" if len(word) > _LONG else "short"


def _fit(kind: str, field: str | None) -> float:
    if kind == "blank":
        return 0.2
    amount = field is not None and is_amount_column(field)
    if kind == "number":
        return 2.0 if amount else (-1.0 if field in {"name", None, "number"} else -6.0)
    if amount:
        return -12.0
    if kind == "items":
        return 4.0 if field == "indicators" else -3.0
    if kind == "long":
        return 2.0 if field in {"goal", "name"} else 1.0
    return 2.0 if field in {"name", "unit", "department"} else 0.5
