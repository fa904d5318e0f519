"""Cells of a table row: which column each stands in, and what an amount cell holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER, is_amount_column
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Cell
from extractor.text import squash

_LONG = 12
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
    """Canonical column of each cell (None = a label of its own), and the labels as printed."""

    fields: tuple[str | None, ...]
    labels: tuple[str, ...]

    @property
    def by_indicator(self) -> bool:
        """Whether each indicator has a row of its own."""
        return "indicator_name" in self.fields and "indicators" not in self.fields

    def of_indicator(self, position: int, merging: frozenset[int]) -> bool:
        """Whether a column that has no name of ours says something of the indicator in its row.

        So it is between the indicator's columns, and behind them where no cell of it is merged downwards.
        """
        own = [index for index, field in enumerate(self.fields) if field in INDICATOR_COLUMNS]
        return bool(own) and own[0] < position and (position < own[-1] or position not in merging)

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
    kinds = [_kind(cell.content.text, layout) for cell in cells]
    width = len(columns.fields)
    worst = -1e9
    score = [[worst] * (width + 1) for _ in range(len(cells) + 1)]
    choice: list[list[str]] = [[""] * (width + 1) for _ in range(len(cells) + 1)]
    score[0] = [-1.0 * (columns.fields[:j].count("name") * 8 + j) for j in range(width + 1)]
    choice[0] = ["column"] * (width + 1)
    for i in range(1, len(cells) + 1):
        for j in range(width + 1):
            skip_cell = score[i - 1][j] - (0.1 if kinds[i - 1] == "blank" else 20)
            best, how = skip_cell, "cell"
            if j:
                skip_column = score[i][j - 1] - (9 if columns.fields[j - 1] == "name" else 1)
                if skip_column > best:
                    best, how = skip_column, "column"
                both = score[i - 1][j - 1] + _fit(kinds[i - 1], columns.fields[j - 1])
                if both >= best:
                    best, how = both, "both"
            score[i][j], choice[i][j] = best, how
    positions: list[int | None] = [None] * len(cells)
    i, j = len(cells), width
    while i:
        how = choice[i][j]
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
