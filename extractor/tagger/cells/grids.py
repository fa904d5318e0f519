"""Grids of cells as the cell reader sees them: texts, and which cell stands at each place.

A grid is what a person sees of a table: its cells with the places that they cover, and the lines just above the table
as rows of one cell. Columns in which no cell begins are dropped. Tables of one width that follow one another are one
grid. A long grid is read in windows; one that begins inside repeats the grid's first rows, where the headers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from extractor.schemas.document import Document, Table
from extractor.text import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Floats = NDArray[np.float32]

FIRST, LAST = 38, 10
"""How many characters of a cell are looked at: its first and its last."""
CHARACTERS = FIRST + LAST
WINDOW, OVERLAP, HEAD = 80, 16, 4
"""Rows of a window, rows that two windows share, rows of the grid's head that a later window repeats."""
MOST_COLUMNS = 40
_LINES_ABOVE = 4

ANCHOR, ABOVE, LEFT, NOTHING = range(4)
"""How a place belongs to its cell: the cell begins there, goes on from above, from the left; or there is no cell."""


class Anchor(NamedTuple):
    """A cell: its text, the row and column in which it begins, and where it stands in `Document.text`."""

    text: str
    row: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells, and for each place of (rows, columns) the index of its cell (-1: none) and how it belongs to it."""

    cells: tuple[Anchor, ...]
    at: Ints
    kinds: Ints

    @property
    def rows(self) -> int:
        return int(self.at.shape[0])


def grid_of(rows: Sequence[Sequence[tuple[int, int]]], cells: Sequence[Anchor]) -> Grid:
    """A grid of rows of (cell, kind), uneven ones filled up; columns in which no cell begins are dropped."""
    import numpy as np

    width = max((len(row) for row in rows), default=0)
    at = np.full((len(rows), width), -1, dtype=np.int32)
    kinds = np.full((len(rows), width), NOTHING, dtype=np.int32)
    for index, row in enumerate(rows):
        for column, (cell, kind) in enumerate(row):
            at[index, column], kinds[index, column] = cell, kind
    begins = (kinds == ANCHOR).any(axis=0)
    at, kinds = at[:, begins], kinds[:, begins]
    place = np.cumsum(begins) - 1
    moved = tuple(one._replace(column=int(place[one.column])) for one in cells)
    return Grid(moved, at, kinds)


def grids(document: Document) -> Iterator[Grid]:
    """The grids of a document, in print order."""
    held: list[Table] = []
    before = 0
    for table in document.tables:
        if not table.rows:
            continue
        if held and (_width(table) != _width(held[-1]) or _far(document, held[-1], table)):
            yield _stacked(document, held, before)
            before = held[-1].rows[-1].end
            held = []
        held.append(table)
    if held:
        yield _stacked(document, held, before)


def _width(table: Table) -> int:
    return max((len(row.cells) for row in table.rows), default=0)


def _far(document: Document, above: Table, below: Table) -> bool:
    """Whether more than a few lines stand between two tables."""
    return len(_lines_between(document, above.rows[-1].end, below.rows[0].start, _LINES_ABOVE + 1)) > _LINES_ABOVE


def _lines_between(document: Document, start: int, end: int, most: int) -> list[tuple[int, int]]:
    """The last lines with text between two places."""
    from bisect import bisect_left

    lines = document.lines
    stop = bisect_left(lines, (end,))
    found: list[tuple[int, int]] = []
    for index in range(stop - 1, -1, -1):
        one = lines[index]
        if one.start < start or len(found) == most:
            break
        if document.text[one.start : one.end].strip():
            found.append((one.start, one.end))
    return found[::-1]


def _stacked(document: Document, tables: Sequence[Table], before: int) -> Grid:
    """Tables as one grid, each below the lines above it; no line from `before` that place is theirs."""
    width = min(MOST_COLUMNS, max(1, *map(_width, tables)))
    rows: list[list[tuple[int, int]]] = []
    cells: list[Anchor] = []
    for table in tables:
        for start, end in _lines_between(document, before, table.rows[0].start, _LINES_ABOVE):
            cells.append(Anchor(document.text[start:end].strip(), len(rows), 0, start, end))
            rows.append([(len(cells) - 1, ANCHOR), *[(len(cells) - 1, LEFT)] * (width - 1)])
        for row in table.rows:
            line: list[tuple[int, int]] = []
            for column, cell in enumerate(row.cells[:width]):
                if cell.merged == "above" and rows and column < len(rows[-1]):
                    line.append((rows[-1][column][0], ABOVE))
                elif cell.merged is not None and line:
                    line.append((line[-1][0], LEFT if line[-1][1] != ABOVE else ABOVE))
                else:
                    cells.append(Anchor(cell.content.text.strip(), len(rows), column, cell.start, cell.end))
                    line.append((len(cells) - 1, ANCHOR))
            rows.append(line)
        before = table.rows[-1].end
    return grid_of(rows, cells)


class Window(NamedTuple):
    """Rows of a grid that are read together: `rows` are their indices, `new` those that this window answers for."""

    rows: tuple[int, ...]
    new: range


def windows(rows: int) -> Iterator[Window]:
    """The windows over so many rows; each row is answered for once.

    >>> [(len(one.rows), one.new) for one in windows(150)]
    [(80, range(0, 72)), (80, range(72, 132)), (30, range(132, 150))]
    """
    if rows <= WINDOW:
        yield Window(tuple(range(rows)), range(rows))
        return
    start = done = 0
    while done < rows:
        head = tuple(range(min(HEAD, start)))
        end = min(rows, start + WINDOW - len(head))
        last = rows if end == rows else end - OVERLAP // 2
        yield Window((*head, *range(start, end)), range(done, last))
        done = last
        start = max(start + 1, last - OVERLAP // 2)


@lru_cache(maxsize=4096)
def looks(text: str) -> tuple[float, ...]:
    """What the build of a text tells, as numbers between 0 and 1."""
    text = fold(text)
    size = len(text)
    if not size:
        return (0.0,) * 13 + (1.0,)
    digits = sum(character.isdigit() for character in text)
    letters = sum("\u3400" <= character <= "\u9fff" for character in text)
    bare = text.replace(",", "").replace(".", "", 1).replace(" ", "")
    return (
        min(1.0, size / 12),
        min(1.0, size / 60),
        min(1.0, size / 300),
        digits / size,
        letters / size,
        float(bare.lstrip("-").isdigit()),
        float("." in text and bare.lstrip("-").isdigit()),
        float("%" in text),
        float(text[0] in "≥≤=><±≧≦"),
        float(text[-1] == ":"),
        float(text[-1] == ")"),
        float(text[-1] in "。;"),
        float("\n" in text),
        0.0,
    )


LOOKS = 14
PLACES = 12
"""How many numbers tell a cell's build, and its place."""


def places(at: Ints, kinds: Ints, count: int) -> Floats:
    """The place of each of `count` cells on a window, as numbers: (count, PLACES)."""
    import numpy as np

    rows, columns = at.shape
    found = np.zeros((count, PLACES), dtype=np.float32)
    row, column = np.nonzero(at >= 0)
    cell = at[row, column]
    top, left = np.full(count, rows), np.full(count, columns)
    np.minimum.at(top, cell, row)
    np.minimum.at(left, cell, column)
    bottom, right = np.full(count, -1), np.full(count, -1)
    np.maximum.at(bottom, cell, row)
    np.maximum.at(right, cell, column)
    seen = bottom >= 0
    top, left = np.where(seen, top, 0), np.where(seen, left, 0)
    height, width = np.where(seen, bottom - top + 1, 0), np.where(seen, right - left + 1, 0)
    in_row = (kinds == ANCHOR).sum(axis=1)
    found[:, 0] = np.minimum(1.0, height / 10)
    found[:, 1] = height > 1
    found[:, 2] = width / max(1, columns)
    found[:, 3] = width > 1
    found[:, 4] = left / max(1, columns)
    found[:, 5] = left == 0
    found[:, 6] = right == columns - 1
    found[:, 7] = np.minimum(1.0, top / 40)
    found[:, 8] = np.minimum(1.0, in_row[top] / 12) if rows else 0.0
    found[:, 9] = width == columns
    found[:, 10] = np.minimum(1.0, columns / 12)
    found[:, 11] = np.minimum(1.0, (columns - 1 - right) / max(1, columns))
    return found


def letters(text: str) -> str:
    """The characters of a cell that are looked at.

    >>> letters("项目名称"), len(letters("长" * 100))
    ('项目名称', 48)
    """
    return text if len(text) <= CHARACTERS else text[:FIRST] + text[-LAST:]


__all__ = [
    "ABOVE",
    "ANCHOR",
    "CHARACTERS",
    "LEFT",
    "LOOKS",
    "NOTHING",
    "PLACES",
    "Anchor",
    "Grid",
    "Window",
    "grid_of",
    "grids",
    "letters",
    "looks",
    "places",
    "windows",
]
