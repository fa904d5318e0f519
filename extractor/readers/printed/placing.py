"""Which character stands in which cell: by its middle, and what is printed over the edge of its cell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from extractor.readers.printed.characters import Characters
from extractor.readers.printed.grid import Grid

OUTSIDE = -1
_SAME_LINE, _SAME_SIZE = 0.2, 0.1
"""Of a letter's height: how far apart the feet and the heights of two letters of one run may be."""
_BACK, AHEAD = 0.5, 1.0
"""Of a letter's height: how far a letter of a run may reach back over the one before it, or stand away from it."""
_NEXT_LINE = (0.8, 1.8)
_SAME_LEADING = 0.15


@dataclass(slots=True)
class Placed:
    """`where` tells of each character in which area it stands: areas are counted over all tables of the page.

    `over` are the characters that reach well over a vertical rule, `across` those that reach over a level one.
    """

    where: list[int]
    firsts: list[int]
    """Of each table, the number of its first area."""
    over: list[int] = field(default_factory=list)
    across: list[int] = field(default_factory=list)

    def areas(self) -> list[list[int]]:
        """Characters of each area, in the file's order."""
        found: list[list[int]] = [[] for _ in range(self.firsts[-1])]
        for index, area in enumerate(self.where):
            if area >= 0:
                found[area].append(index)
        return found

    def table(self, area: int) -> int:
        """Which table an area is of."""
        return bisect_right(self.firsts, area) - 1


def place(grids: Sequence[Grid], characters: Characters) -> Placed:
    """Each character by its middle; what is printed across a level rule goes where most of it stands."""
    placed = Placed([], [*accumulate((grid.areas for grid in grids), initial=0)])
    where = placed.where
    # Most characters stand in the same place as the one before, so that place is tried first.
    here = OUTSIDE
    left = top = right = bottom = 0.0
    for index, (x0, y0, x1, y1) in enumerate(
        zip(characters.left, characters.top, characters.right, characters.bottom, strict=True)
    ):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if not (left < x < right and top < y < bottom):
            here = OUTSIDE
            left = top = right = bottom = 0.0
            for grid, first in zip(grids, placed.firsts, strict=False):
                found = grid.place(x, y)
                if found is not None:
                    here = first + found.area
                    left, top, right, bottom = found.edges
                    break
        where.append(here)
        if (x0 < left or x1 > right) and _parts(grids, x, y, (x1 - x0) / 4, 0):
            placed.over.append(index)
        elif (y0 < top or y1 > bottom) and _parts(grids, x, y, 0, (y1 - y0) / 4):
            placed.across.append(index)
    _settle(placed, characters)
    return placed


def _parts(grids: Sequence[Grid], x: float, y: float, wide: float, high: float) -> bool:
    """Whether a character reaches well into another area than its own."""
    for grid in grids:
        first, second = grid.place(x - wide, y - high), grid.place(x + wide, y + high)
        if first is not None and second is not None:
            return first.area != second.area
    return False


def _settle(placed: Placed, characters: Characters) -> None:
    """Puts what stands across a level rule into the cell in which most of its lines stand."""
    settled: set[int] = set()
    for index in placed.across:
        if index in settled:
            continue
        text = _paragraph(characters, run_around(characters, index))
        settled.update(text)
        cells = [placed.where[one] for one in text if placed.where[one] >= 0]
        most = max(dict.fromkeys(cells), key=cells.count)
        for one in text:
            if placed.where[one] >= 0:
                placed.where[one] = most


def run_around(characters: Characters, index: int, *, ahead: float = AHEAD) -> range:
    """Letters of one line and one size that follow each other in the file and on paper, this one among them."""
    first = last = index
    while first and _follows(characters, first - 1, first, ahead):
        first -= 1
    while last + 1 < len(characters) and _follows(characters, last, last + 1, ahead):
        last += 1
    return range(first, last + 1)


def _follows(characters: Characters, before: int, index: int, ahead: float) -> bool:
    height = characters.bottom[before] - characters.top[before]
    other = characters.bottom[index] - characters.top[index]
    return (
        abs(characters.bottom[index] - characters.bottom[before]) <= _SAME_LINE * height
        and abs(height - other) <= _SAME_SIZE * height
        and -_BACK * height <= characters.left[index] - characters.right[before] <= ahead * height
    )


def _paragraph(characters: Characters, line: range) -> list[int]:
    """A line with the lines above and below it that follow it in the file at the distance of a paragraph's lines."""
    lines = [line]
    while lines[0].start and _is_next(characters, above := run_around(characters, lines[0].start - 1), lines[0]):
        lines.insert(0, above)
    while lines[-1].stop < len(characters) and _is_next(
        characters, lines[-1], below := run_around(characters, lines[-1].stop)
    ):
        lines.append(below)
    steps = [characters.bottom[below.start] - characters.bottom[above.start] for above, below in pairwise(lines)]
    usual = min(steps, default=0.0)
    at = lines.index(line)
    first = last = at
    while first and steps[first - 1] <= (1 + _SAME_LEADING) * usual:
        first -= 1
    while last < len(steps) and steps[last] <= (1 + _SAME_LEADING) * usual:
        last += 1
    return [index for line in lines[first : last + 1] for index in line]


def _is_next(characters: Characters, above: range, below: range) -> bool:
    height = characters.bottom[above.start] - characters.top[above.start]
    step = characters.bottom[below.start] - characters.bottom[above.start]
    near, far = _NEXT_LINE
    overlap = min(characters.right[above[-1]], characters.right[below[-1]]) - max(
        characters.left[above[0]], characters.left[below[0]]
    )
    return near * height <= step <= far * height and overlap > 0
