"""First stage: a document's lines and table rows in print order, each row as cells with the columns that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from extractor.schemas.document import Cell, Document, Line, Row, Table

_AHEAD = 8


class Spot(NamedTuple):
    """A cell of its own and the columns [first, after) that it takes."""

    cell: Cell
    first: int
    after: int

    @property
    def text(self) -> str:
        return self.cell.content.text

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def spots_of(row: Row) -> list[Spot]:
    """The cells of a row that are cells of their own, with the columns they span."""
    spots: list[Spot] = []
    for column, cell in enumerate(row.cells):
        if cell.merged == "left":
            if spots and spots[-1].after == column:
                spots[-1] = spots[-1]._replace(after=column + 1)
        elif cell.merged is None:
            spots.append(Spot(cell, column, column + 1))
    return spots


def inked(row: Row) -> list[Spot]:
    """The cells of a row that print something."""
    return [spot for spot in spots_of(row) if spot.cell.content.text.strip()]


@dataclass(frozen=True)
class SheetRow:
    """A row of a table where it is printed. `has_merges` says whether its table keeps the cells that were merged.

    `merges_down`: some of them downwards; a program may keep those to the side alone.
    """

    row: Row
    page: int | None
    has_merges: bool
    merges_down: bool
    begins_table: bool
    ahead: tuple[Row, ...]
    """Rows below it in the same table."""

    @property
    def start(self) -> int:
        return self.row.start

    @property
    def width(self) -> int:
        return len(self.row.cells)

    @cached_property
    def spots(self) -> list[Spot]:
        return spots_of(self.row)

    @cached_property
    def inked(self) -> list[Spot]:
        return [spot for spot in self.spots if not spot.is_blank]

    @property
    def below(self) -> Row | None:
        return self.ahead[0] if self.ahead else None

    def is_open(self, column: int) -> bool:
        """Whether what stands in a column above may go on in this row: a merged cell, or a blank one without merges."""
        return goes_on(self.row, column, has_merges=self.merges_down)


def goes_on(row: Row, column: int, *, has_merges: bool) -> bool:
    """Whether the cell of a row in a column goes on with the one above it.

    >>> from extractor.schemas.document import MappedText
    >>> blank = Cell(MappedText("", ()), 0, 0)
    >>> goes_on(Row((blank,), 0, 0), 0, has_merges=False), goes_on(Row((blank,), 0, 0), 0, has_merges=True)
    (True, False)
    """
    if column >= len(row.cells):
        return False
    cell = row.cells[column]
    return cell.merged == "above" or (not has_merges and cell.merged is None and not cell.content.text.strip())


def sheet_of(document: Document, rows_of: Callable[[Table], Sequence[Row]]) -> list[SheetRow | Line]:
    """Everything that a document prints, in order; `rows_of` gives the rows of a table."""
    printed: list[SheetRow | Line] = list(document.lines)
    for table in document.tables:
        rows = tuple(rows_of(table))
        merges = {cell.merged for row in rows for cell in row.cells}
        kept, down = merges != {None}, "above" in merges
        printed += [
            SheetRow(row, table.page, kept, down, index == 0, rows[index + 1 : index + 1 + _AHEAD])
            for index, row in enumerate(rows)
        ]
    return sorted(printed, key=lambda piece: piece.start)
