"""What the rows of a section add up to, for all of them at once: a list of bodies may have thousands of rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Literal

from extractor.chunk.rows import PrintedRow

RowKind = Literal["grand", "subtotal", "unit", "group", "project", "template"]

_NOTHING = Decimal(0)


class Sums:
    """Sums over rows by their kinds, each made of sums up to a row: none is added up anew.

    `first` is the first amount of each row, `below` the sum of the projects right below it, None where there are none;
    subtotals between these count for nothing.
    """

    def __init__(self, rows: Sequence[PrintedRow], kinds: Sequence[RowKind]) -> None:
        self.first = [Decimal(row.numbers[0]) if row.numbers else _NOTHING for row in rows]
        self.below = self._below(kinds)
        self._all = list(accumulate(self.first, initial=_NOTHING))
        is_unit = [kind == "unit" and bool(row.numbers) for row, kind in zip(rows, kinds, strict=True)]
        units = (amount if own else _NOTHING for amount, own in zip(self.first, is_unit, strict=True))
        self._units = list(accumulate(units))
        self._last = {total: index for index, total in enumerate(self._units) if is_unit[index]}
        self._ends = self._ends_of_units(kinds)

    def _below(self, kinds: Sequence[RowKind]) -> list[Decimal | None]:
        found: list[Decimal | None] = []
        total: Decimal | None = None
        for amount, kind in zip(reversed(self.first), reversed(kinds), strict=True):
            found.append(total)
            if kind == "project":
                total = amount + (total or _NOTHING)
            elif kind != "subtotal":
                total = None
        return found[::-1]

    def _ends_of_units(self, kinds: Sequence[RowKind]) -> list[int]:
        """For each row the first one behind it that is no project, nor may be one: a unit that adds up to nothing."""
        found: list[int] = []
        end = len(kinds)
        for index in range(len(kinds) - 1, -1, -1):
            found.append(end)
            if kinds[index] != "project" and (kinds[index] != "unit" or self.first[index] == self.below[index]):
                end = index
        return found[::-1]

    def are_units_below(self, index: int) -> bool:
        """Whether the units below a unit add up to it, from the next one to any other."""
        return self._last.get(self._units[index] + self.first[index], -1) > index

    def between(self, above: int, index: int) -> Decimal:
        """What all rows add up to that stand below `above`, down to the end of what `index` may belong to."""
        return self._all[self._ends[index]] - self._all[above + 1]
