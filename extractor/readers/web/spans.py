"""Cells with a colspan and a rowspan to rows of full width (HTML standard 4.9.12, "forming a table")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extractor.readers.parsed import Merged

GridRow = list[str | Merged]


class Spanned(NamedTuple):
    """One cell as the page writes it; `rows` 0 means down to the end of its row group."""

    text: str
    columns: int = 1
    rows: int = 1


def lay_out(group: Sequence[Iterable[Spanned]], limit: int, full: int = 0) -> list[GridRow]:
    """The rows of one row group, what a merged cell covers marked as such; a cell ends with its group at the latest.

    A row that alone has the `full` width of its table has no room for cells from above: where one is said to reach
    into it, its rowspan is wrong. Raises OverflowError where the spans ask for more than `limit` cells.

    >>> lay_out([[Spanned("a", 2, 2), Spanned("b")], [Spanned("c")]], 99)[1]
    [<Merged.ABOVE: 'above'>, <Merged.LEFT: 'left'>, 'c']
    >>> lay_out([[Spanned("a", 1, 9), Spanned("b")], [Spanned("c")], [Spanned("d"), Spanned("e")]], 99, 2)[1:]
    [[<Merged.ABOVE: 'above'>, 'c'], ['d', 'e']]
    """
    grid: list[GridRow] = []
    hanging: dict[int, tuple[int, Merged]] = {}
    """Columns that a cell of a row above covers: for how many rows more, and as what."""
    for index, cells in enumerate(group):
        row = list(cells)
        if hanging and full > 1 and width(row) == full:
            hanging = {}
        below = {column: (left - 1, kind) for column, (left, kind) in hanging.items() if left > 1}
        line: GridRow = []
        for cell in row:
            _cover(line, hanging)
            start = len(line)
            line.append(cell.text)
            while len(line) < start + cell.columns and len(line) not in hanging:
                line.append(Merged.LEFT)
            left = len(group) - index
            height = min(cell.rows, left) if cell.rows > 0 else left
            if height > 1:
                below |= dict.fromkeys(range(start + 1, len(line)), (height - 1, Merged.LEFT))
                below[start] = (height - 1, Merged.ABOVE)
            if len(line) > limit:
                raise OverflowError
        for column in sorted(hanging):
            line += [""] * (column - len(line))
            _cover(line, hanging)
        limit -= len(line)
        if limit < 0:
            raise OverflowError
        hanging = below
        grid.append(line)
    return grid


def width(row: Iterable[Spanned]) -> int:
    """Columns that the cells of a row fill themselves."""
    return sum(cell.columns for cell in row)


def full_width(groups: Sequence[Sequence[Sequence[Spanned]]]) -> int:
    """Columns of a table as its first row below no other fills them, where no row has more; 0 where one does.

    >>> a, b = Spanned("a"), Spanned("b", 2)
    >>> full_width([[[b], [a, a]]]), full_width([[[a], [b]]])
    (2, 0)
    """
    widest = max((width(row) for group in groups for row in group), default=0)
    return widest if any(group and width(group[0]) == widest for group in groups) else 0


def _cover(line: GridRow, hanging: dict[int, tuple[int, Merged]]) -> None:
    while len(line) in hanging:
        line.append(hanging[len(line)][1])
