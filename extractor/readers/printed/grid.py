"""Rules to tables: which rules belong together, the grid that they make, and the cells merged in it.

Every place of the grid belongs to one area: places without a rule between them are one cell. So a character
within the table's outline stands in exactly one area, whatever the rules look like.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from extractor.readers.printed.frame import Box
from extractor.readers.printed.rules import Rule

MAX_RULES = 6_000
MAX_PLACES = 100_000
"""Of one page; a full page of the finest print holds some 3,000 cells."""
_COVERED = 0.6
_STICKS_OUT = 0.6


class Place(NamedTuple):
    """One field of a grid: the number of its area, and the rules or outline around the field."""

    area: int
    edges: Box


@dataclass(slots=True)
class Grid:
    """One table's lines and areas: `area[row][column]` is the area's number, in reading order of its first place.

    `open_top` and `open_bottom` tell of each column whether the table has no rule there at its outer edge.
    """

    xs: list[float]
    ys: list[float]
    area: list[list[int]]
    open_top: list[bool]
    open_bottom: list[bool]
    areas: int
    nested: bool = field(default=False)

    def place(self, x: float, y: float) -> Place | None:
        """Where a point stands; None outside of the table."""
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]):
            return None
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        column = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        edges = Box(self.xs[column], self.ys[row], self.xs[column + 1], self.ys[row + 1])
        return Place(self.area[row][column], edges)

    def holds(self, other: Grid, tolerance: float) -> bool:
        """Whether another table stands within one area of this one (or both are one and the same)."""
        corners = [
            self.place(x, y)
            for x in (other.xs[0] + tolerance, other.xs[-1] - tolerance)
            for y in (other.ys[0] + tolerance, other.ys[-1] - tolerance)
        ]
        return len({corner and corner.area for corner in corners}) == 1 and corners[0] is not None

    def overlaps(self, other: Grid, tolerance: float) -> bool:
        return (
            self.xs[0] + tolerance < other.xs[-1]
            and other.xs[0] + tolerance < self.xs[-1]
            and self.ys[0] + tolerance < other.ys[-1]
            and other.ys[0] + tolerance < self.ys[-1]
        )


def find_grids(horizontal: Sequence[Rule], vertical: Sequence[Rule], size: float, tolerance: float) -> list[Grid]:
    """Tables of a page from top to bottom; a table within a cell of another is that cell's text (`nested`)."""
    if len(horizontal) + len(vertical) > MAX_RULES:
        return []
    grids = [
        grid
        for lines, columns in _connected(horizontal, vertical, tolerance)
        if (grid := _grid(lines, columns, size, tolerance)) is not None
    ]
    grids.sort(key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]), reverse=True)
    kept: list[Grid] = []
    for grid in grids:
        outer = next((other for other in kept if other.overlaps(grid, tolerance)), None)
        if outer is None:
            kept.append(grid)
        elif outer.holds(grid, tolerance) and grid.areas > 2:
            outer.nested = True
    return sorted(kept, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _connected(
    horizontal: Sequence[Rule], vertical: Sequence[Rule], tolerance: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules that touch each other, directly or over others.

    A vertical rule that touches none belongs to the table beside it that is as high: between them is a merged cell
    that neither begins nor ends on this page. A page that holds nothing but the middle of a row has only such rules.
    """
    owner = list(range(len(horizontal) + len(vertical)))
    order = sorted(range(len(vertical)), key=lambda index: vertical[index].at)
    positions = [vertical[index].at for index in order]
    for first, line in enumerate(horizontal):
        begin = bisect_left(positions, line.start - tolerance)
        end = bisect_right(positions, line.end + tolerance)
        for index in order[begin:end]:
            column = vertical[index]
            if column.start - tolerance <= line.at <= column.end + tolerance:
                _unite(owner, first, len(horizontal) + index)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index, rule in enumerate([*horizontal, *vertical]):
        groups.setdefault(_find(owner, index), ([], []))[index >= len(horizontal)].append(rule)
    tables = [group for group in groups.values() if group[0] and group[1]]
    alone = [rule for lines, columns in groups.values() if not lines for rule in columns]
    for rule in sorted(alone, key=lambda rule: (rule.start, rule.at)):
        beside = next((columns for _, columns in tables if _as_high(rule, columns, tolerance)), None)
        if beside is None:
            tables.append(([], [rule]))
        else:
            beside.append(rule)
    return tables


def _as_high(rule: Rule, columns: list[Rule], tolerance: float) -> bool:
    start, end = min(column.start for column in columns), max(column.end for column in columns)
    return abs(rule.start - start) <= tolerance and abs(rule.end - end) <= tolerance


def _grid(horizontal: list[Rule], vertical: list[Rule], size: float, tolerance: float) -> Grid | None:
    ys = _lines(horizontal, vertical, size)
    xs = _lines(vertical, horizontal, size) if horizontal else sorted({rule.at for rule in vertical})
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or not 1 < rows * columns <= MAX_PLACES:
        return None
    above = _covered(ys, xs, horizontal)
    before = _covered(xs, ys, vertical)
    owner = list(range(rows * columns))
    for row in range(rows):
        for column in range(columns):
            place = row * columns + column
            if column and not before[column][row]:
                _unite(owner, place - 1, place)
            if row and not above[row][column]:
                _unite(owner, place - columns, place)
    numbers: dict[int, int] = {}
    area = [
        [numbers.setdefault(_find(owner, row * columns + column), len(numbers)) for column in range(columns)]
        for row in range(rows)
    ]
    if len(numbers) < 2:
        return None
    return Grid(
        xs, ys, area, [not covered for covered in above[0]], [not covered for covered in above[rows]], len(numbers)
    )


def _lines(rules: list[Rule], across: list[Rule], size: float) -> list[float]:
    """Positions of the rules, and the outline where the rules across stick out over the last of them.

    Where a row goes on over a page break, its columns' rules run on below the last rule between rows.
    """
    found = sorted({rule.at for rule in rules})
    start, end = min(rule.start for rule in across), max(rule.end for rule in across)
    if not found:
        return [start, end]
    if found[0] - start > _STICKS_OUT * size:
        found.insert(0, start)
    if end - found[-1] > _STICKS_OUT * size:
        found.append(end)
    return found


def _covered(lines: list[float], steps: list[float], rules: list[Rule]) -> list[list[bool]]:
    """For each line, and each step along it, whether a rule is drawn there."""
    drawn = [[0.0] * (len(steps) - 1) for _ in lines]
    number = {line: index for index, line in enumerate(lines)}
    for rule in rules:
        along = drawn[number[rule.at]]
        first = max(bisect_right(steps, rule.start) - 1, 0)
        last = min(bisect_left(steps, rule.end), len(steps) - 1)
        for step in range(first, last):
            along[step] += max(0.0, min(rule.end, steps[step + 1]) - max(rule.start, steps[step]))
    lengths = [end - start for start, end in pairwise(steps)]
    return [[length >= _COVERED * whole for length, whole in zip(along, lengths, strict=True)] for along in drawn]


def _find(owner: list[int], one: int) -> int:
    while owner[one] != one:
        owner[one] = owner[owner[one]]
        one = owner[one]
    return one


def _unite(owner: list[int], one: int, other: int) -> None:
    first, second = _find(owner, one), _find(owner, other)
    owner[max(first, second)] = min(first, second)
