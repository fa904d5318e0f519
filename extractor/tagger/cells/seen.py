"""What the network sees in a document: how likely each cell holds what, and where it stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from extractor.schemas.record import Span
from extractor.tagger.cells.grids import Grid
from extractor.tagger.cells.roles import value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

OPENS = 0.8
"""How likely a project begins in a row that is told as a beginning."""


@dataclass(frozen=True, slots=True)
class SeenGrid:
    """A grid as the network sees it: `roles` (cells, ROLES), `starts` (rows,), and the places that each cell covers:
    `top`, `bottom`, `left`, `right` (cells,), ends included."""

    grid: Grid
    roles: Floats
    starts: Floats
    top: list[int] = field(repr=False)
    bottom: list[int] = field(repr=False)
    left: list[int] = field(repr=False)
    right: list[int] = field(repr=False)


class Place(NamedTuple):
    """A cell: the number of its grid, and its own."""

    grid: int
    cell: int


@dataclass(frozen=True)
class Seen:
    """What the network sees in a document."""

    grids: Sequence[SeenGrid]
    _known: dict[Place, list[float]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _cells(self) -> tuple[list[int], list[Place]]:
        """Cells with text by where they begin in the source."""
        found = sorted(
            (anchor.start, Place(number, index))
            for number, seen in enumerate(self.grids)
            for index, anchor in enumerate(seen.grid.cells)
            if anchor.text
        )
        return [start for start, _ in found], [place for _, place in found]

    @cached_property
    def openings(self) -> list[int]:
        """Where rows begin in which it sees a project begin, as offsets in the source."""
        found = []
        for seen in self.grids:
            first: dict[int, int] = {}
            for anchor in seen.grid.cells:
                if anchor.text:
                    first[anchor.row] = min(first.get(anchor.row, anchor.start), anchor.start)
            found += [first[row] for row, sure in enumerate(seen.starts.tolist()) if sure >= OPENS and row in first]
        return sorted(found)

    def aims_at(self, start: int, end: int) -> bool:
        """Whether a stretch prints a goal or the name of an indicator."""
        roles = value("goal"), value("indicator")
        return any(self.likely(place, roles) >= OPENS for place in self.within(start, end))

    def shown(self, at: int) -> str:
        """The cell that begins there, on one line."""
        for place in self.within(at, at + 1):
            return " ".join(self.text(place).split())
        return ""

    def within(self, start: int, end: int) -> list[Place]:
        """Cells that begin in a stretch of the source."""
        starts, places = self._cells
        return places[bisect_left(starts, start) : bisect_left(starts, end)]

    def under(self, span: Span) -> list[Place]:
        """Cells that print a part of a stretch."""
        starts, places = self._cells
        first = max(0, bisect_right(starts, span[0]) - 1)
        found = []
        for place in places[first : bisect_left(starts, span[1])]:
            anchor = self.grids[place.grid].grid.cells[place.cell]
            if anchor.start < span[1] and span[0] < anchor.end:
                found.append(place)
        return found

    def likely(self, place: Place, roles: Iterable[int]) -> float:
        row = self._roles(place)
        return sum([row[role] for role in roles])

    def best(self, place: Place) -> int:
        row = self._roles(place)
        return row.index(max(row))

    def _roles(self, place: Place) -> list[float]:
        """A cell is asked about again and again: numbers of numpy cost more to look at."""
        row = self._known.get(place)
        if row is None:
            row = self._known[place] = self.grids[place.grid].roles[place.cell].tolist()
        return row

    def text(self, place: Place) -> str:
        return self.grids[place.grid].grid.cells[place.cell].text

    def span(self, place: Place) -> Span:
        anchor = self.grids[place.grid].grid.cells[place.cell]
        return anchor.start, anchor.end

    def is_line(self, place: Place) -> bool:
        """Whether a cell fills its row."""
        seen = self.grids[place.grid]
        return seen.left[place.cell] == 0 and seen.right[place.cell] == seen.grid.at.shape[1] - 1

    def rows(self, place: Place) -> range:
        seen = self.grids[place.grid]
        return range(seen.top[place.cell], seen.bottom[place.cell] + 1)

    def column(self, place: Place) -> int:
        return self.grids[place.grid].left[place.cell]


__all__ = ["OPENS", "Place", "Seen", "SeenGrid"]
