"""Where the text of a document stands in its file, kept beside the text in a few flat arrays.

A file of printed pages has a box for each letter, a workbook a sheet, a row and a column for each cell; the other
formats need no such thing: their tables and lines are those of the text.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field


def _numbers() -> array[int]:
    return array("I")


def _marks() -> array[int]:
    return array("B")


def _points() -> array[float]:
    return array("f")


@dataclass(frozen=True, slots=True)
class Boxes:
    """Where each printed letter stands on its page, in points from the upper left corner of the page as it is shown.

    A run is letters that follow each other without white space, on one line of one page. Run r begins at offset
    `starts[r]` of the text with letter `firsts[r]`, on page `pages[r]` (from 1), between heights `tops[r]` and
    `bottoms[r]`. Letter n reaches from `lefts[n]` to `rights[n]`. Where `sideways[r]` is 1 the run stands on its side,
    and across and down change their parts.
    """

    starts: array[int] = field(default_factory=_numbers)
    firsts: array[int] = field(default_factory=_numbers)
    pages: array[int] = field(default_factory=_numbers)
    sideways: array[int] = field(default_factory=_marks)
    tops: array[float] = field(default_factory=_points)
    bottoms: array[float] = field(default_factory=_points)
    lefts: array[float] = field(default_factory=_points)
    rights: array[float] = field(default_factory=_points)


@dataclass(frozen=True, slots=True)
class Sheets:
    """Which row of which sheet each row of the tables is, and which columns its cells stand in; all count from 1.

    Table row r begins at offset `starts[r]` of the text and is row `rows[r]` of sheet `names[sheets[r]]`; its cells,
    parted by tabs, stand in the columns `columns[sheets[r]]`. `merged` tells of the cell whose text begins at an offset
    the last row and the last column of the merged range that it begins.
    """

    names: tuple[str, ...] = ()
    columns: tuple[array[int], ...] = ()
    starts: array[int] = field(default_factory=_numbers)
    rows: array[int] = field(default_factory=_numbers)
    sheets: array[int] = field(default_factory=_numbers)
    merged: Mapping[int, tuple[int, int]] = field(default_factory=dict, hash=False)


Positions = Boxes | Sheets


def column_name(column: int) -> str:
    """A column as it is called on the screen.

    >>> column_name(1), column_name(28), column_name(16384)
    ('A', 'AB', 'XFD')
    """
    name = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def cell_name(row: int, column: int) -> str:
    """A cell as it is called on the screen.

    >>> cell_name(5, 3)
    'C5'
    """
    return f"{column_name(column)}{row}"
