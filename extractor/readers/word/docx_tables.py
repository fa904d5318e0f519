"""Cells of a Word table, placed by grid columns, to rows of full width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extractor.readers.parsed import MAX_CELLS, Merged

_SLIVER = 113
"""Twentieths of a point (2 mm): edges of cells that near to one another are one line to a person."""


class Placed(NamedTuple):
    """One cell on grid columns [start, end); `below` where it goes on with the merged cell above it."""

    start: int
    end: int
    text: str
    below: bool = False


def fold_slivers(rows: list[list[Placed]], widths: Sequence[int]) -> list[list[Placed]]:
    """Rows without the grid columns that are there only because edges were drawn by hand, a hair apart.

    >>> fold_slivers([[Placed(0, 1, "a"), Placed(1, 3, "b")], [Placed(0, 2, "c"), Placed(2, 3, "d")]], [2000, 15, 2000])
    [[Placed(start=0, end=1, text='a', below=False), Placed(start=1, end=2, text='b', below=False)], \
[Placed(start=0, end=1, text='c', below=False), Placed(start=1, end=2, text='d', below=False)]]
    """
    slivers = {column for column, width in enumerate(widths) if 0 < width <= _SLIVER}
    if not slivers:
        return rows
    for cell in (cell for row in rows for cell in row if cell.text.strip()):
        if slivers.issuperset(range(cell.start, cell.end)):
            slivers.discard(cell.start)  # a narrow column with something in it is a column
    place = [0]
    for column in range(max((cell.end for row in rows for cell in row), default=0)):
        place.append(place[-1] + (column not in slivers))
    return [
        [
            cell._replace(start=place[cell.start], end=place[cell.end])
            for cell in row
            if place[cell.start] < place[cell.end]
        ]
        for row in rows
    ]


def to_grid(rows: list[list[Placed]]) -> list[list[str | Merged]]:
    """The cells of each row on the whole grid, what a merged cell covers marked as such.

    Raises OverflowError where that is more than a document has.

    >>> to_grid([[Placed(0, 2, "a")], [Placed(0, 2, "", below=True), Placed(2, 3, "b")]])
    [['a', <Merged.LEFT: 'left'>, ''], [<Merged.ABOVE: 'above'>, <Merged.LEFT: 'left'>, 'b']]
    """
    width = max((cell.end for row in rows for cell in row), default=0)
    if width * len(rows) > MAX_CELLS:
        raise OverflowError
    grid: list[list[str | Merged]] = []
    for row in rows:
        line: list[str | Merged] = [""] * width
        for cell in row:
            line[cell.start] = Merged.ABOVE if cell.below else cell.text
            for column in range(cell.start + 1, cell.end):
                line[column] = Merged.LEFT
        grid.append(line)
    return grid
