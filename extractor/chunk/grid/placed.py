"""Rows that lost their merged leading cells, or blank ones inside: which column each cell stands in, by what it holds.

Such a row is as long as the others where its writer filled it up with blanks, so only what the cells hold shows it: a
category among the names, a sign among the goals, money among the units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER
from extractor.chunk.grid.columns import Columns
from extractor.layouts.fit import NEVER, cannot_stand, fit, levels_of
from extractor.layouts.taxonomy import LEVELS

_LONG = 20
_SKIPPED = -1.5
"""For each blank that is missing between two cells of a row."""


class Habits:
    """The short texts that stood in each column in rows that had all their cells."""

    def __init__(self) -> None:
        self._columns: dict[str, set[int]] = defaultdict(set)

    def note(self, texts: Sequence[str]) -> None:
        for column, text in enumerate(texts):
            if text and len(text) <= _LONG and not NUMBER.fullmatch(text):
                self._columns[text].add(column)

    def columns(self, text: str) -> set[int]:
        return self._columns.get(text, set())


class Placing(NamedTuple):
    """The column of each cell; `sure` is False where a blank between them is missing, so that it is a guess."""

    positions: tuple[int | None, ...]
    sure: bool


def is_shifted(texts: Sequence[str], columns: Columns) -> bool:
    """Whether squashed texts, each under the column at its place, cannot stand there."""
    has_signs = "operator" in columns.fields
    levels = next((at for at, field in enumerate(columns.fields) if field in LEVELS), 0)
    return any(
        text and (cannot_stand(text, field, has_signs=has_signs) or (at < levels and bool(levels_of(text))))
        for at, (text, field) in enumerate(zip(texts, columns.fields, strict=False))
    )


def placed(texts: Sequence[str], columns: Columns, habits: Habits) -> Placing | None:
    """The columns of a row's cells, in print order, by what they hold; None where no way puts each in its place.

    >>> columns = Columns(("name", "total", "level1", "level2", "indicator_name", "annual_value"), ("",) * 6)
    >>> placed(["效益指标", "社会效益指标", "群众受益", "明显"], columns, Habits())
    Placing(positions=(2, 3, 4, 5), sure=True)
    >>> placed(["河道保洁", "12,000.00", "产出指标", "数量指标", "长度", "6公里", "", ""], columns, Habits()).positions
    (0, 1, 2, 3, 4, 5, None, None)
    """
    count = max((index + 1 for index, text in enumerate(texts) if text), default=0)
    width = len(columns.fields)
    if not 0 < count <= width:
        return None
    fits = [[_fit(text, at, columns, habits) for at in range(width)] for text in texts[:count]]
    # best[column]: the best way in which the cells so far stand, the last of them in that column.
    best = list(fits[0])
    ways: list[list[int]] = []
    for cell in range(1, count):
        following, way = [NEVER * count] * width, [0] * width
        for at in range(cell, width):
            score, before = max((best[earlier] + _SKIPPED * (at - earlier - 1), earlier) for earlier in range(at))
            following[at], way[at] = score + fits[cell][at], before
        best = following
        ways.append(way)
    at = max(range(width), key=lambda column: (best[column], -column))
    positions: list[int | None] = [at]
    for way in reversed(ways):
        at = way[at]
        positions.insert(0, at)
    known = [position for position in positions if position is not None]
    if any(fits[cell][position] <= NEVER for cell, position in enumerate(known)):
        return None
    sure = known == list(range(known[0], known[0] + count))
    return Placing((*known, *[None] * (len(texts) - count)), sure)


def _fit(text: str, at: int, columns: Columns, habits: Habits) -> float:
    """How well a text fits the column at a place, from what it is and from where it stood in whole rows."""
    if not text:
        return 0.2
    score = fit(text, columns.fields[at], has_signs="operator" in columns.fields)
    usual = habits.columns(text)
    return score if score <= NEVER else score + (3.0 if at in usual else -1.0 if usual else 0.0)
