"""What was read from a file, and the pieces it is cut into.

These live inside one process and are built by the hundred thousand, so they are plain frozen
dataclasses; what crosses a border (model answers, records, layouts) is a Pydantic model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from extractor.schemas.positions import Positions
from extractor.schemas.project import Amounts

SYNTHETIC = -1
"""Offset of a character that was not in the source (a column header put before a cell)."""


@dataclass(frozen=True, slots=True)
class MappedText:
    """Text in which every character knows its offset in `Document.text` (or `SYNTHETIC`)."""

    text: str
    offsets: Sequence[int]

    def source_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Source [start, end) that characters [start, end) of this text came from; all of it, where it stands in
        another order there.

        >>> MappedText("ab", [4, 9]).source_span(0, 2), MappedText("ab", [9, 4]).source_span(0, 2)
        ((4, 10), (4, 10))
        """
        offsets = self.offsets
        if 0 <= start < end <= len(offsets) and SYNTHETIC != offsets[start] <= offsets[end - 1]:
            return offsets[start], offsets[end - 1] + 1
        known = [offset for offset in offsets[start:end] if offset != SYNTHETIC]
        return (min(known), max(known) + 1) if known else None


class Line(NamedTuple):
    """One line of `Document.text`, without its line break."""

    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell; `content` is the cell as a person sees it (no markup, no quoting).

    `merged`: the cell is no cell of its own on paper but goes on with the merged cell above it or left of
    it. Its content is empty: the text stands once, in the cell where the merged area begins. In an area of
    several rows and columns, the first cell of each lower row is "above" and the cells after it are "left".
    """

    content: MappedText
    start: int
    end: int
    merged: Literal["above", "left"] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One table row; `start` and `end` are its offsets in `Document.text`."""

    cells: tuple[Cell, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """Consecutive rows of one printed table, in reading order.

    `rebuilt`: the source has lost the table's cells, and the reader put them together again by what they hold.
    """

    rows: tuple[Row, ...]
    page: int | None = None
    rebuilt: bool = False


class Note(NamedTuple):
    """Something about a file that a person must know: a page without text, a hidden sheet, a text box.

    `span` is the part of the text that is meant, where it is not all of the page.
    """

    kind: str
    detail: str
    page: int | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file, decoded: `text` holds every character, `lines` and `tables` point into it.

    `lines` are the lines outside of tables. `encoding` is None where the file is no plain text; its `text` was
    then put together by its reader. `positions` tell where that text stands in the file: in boxes on its pages, or in
    cells of its sheets.
    """

    file: str
    sha256: str
    format: str
    encoding: str | None
    text: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    notes: tuple[Note, ...] = ()
    positions: Positions | None = field(default=None, hash=False)


class Found(NamedTuple):
    """A printed value and where it stands in the source (None where it was put together)."""

    value: str
    span: tuple[int, int] | None


UnitEvidence = Literal["header", "column", "cell", "prose"]


class PrintedUnit(NamedTuple):
    """A unit of amounts; `printed` are the words that tell it (金额单位：万元), `span` is where they stand."""

    value: str
    span: tuple[int, int] | None = None
    evidence: UnitEvidence = "header"
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says about itself before its first project."""

    title: Found | None = None
    department: Found | None = None
    unit: Found | None = None
    fiscal_year: int | None = None
    amount_unit: PrintedUnit | None = None


@dataclass(frozen=True, slots=True)
class BlockContext:
    """What a block's reader must know that the block's own text does not say.

    `columns` are the table's printed columns (canonical names, in order). `amounts` is where each
    of the block's printed numbers stands, decided by position or by the printed totals; a number
    whose column neither of them tells is in `unplaced`, and may stand in `possible_columns`.
    Where the numbers print units that differ, `amount_unit` is None and `differing_units` are they.
    `prints_labels`: the text has each cell behind its 【label】, money too, and tells its columns itself.
    """

    layout: str
    department: Found | None
    unit: Found | None
    amount_unit: PrintedUnit | None
    fiscal_year: int | None
    columns: tuple[str, ...]
    amounts: Amounts
    possible_columns: tuple[str, ...] = ()
    differing_units: tuple[PrintedUnit, ...] = ()
    prints_labels: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One project's piece of a document: all that a reader sees of it.

    `cells` tells which part of `content.text` stands under which column, where the source is a
    table: {column: (start, end)}. `notes` are doubts that arose while the document was cut.
    """

    index: int
    content: MappedText
    context: BlockContext
    start: int
    end: int
    page: int | None
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class PrintedTotal(NamedTuple):
    """A printed total row: 合计, or the row of one unit."""

    kind: Literal["grand_total", "unit"]
    name: str
    amounts: Amounts
    start: int
    end: int
    rows: tuple[int, ...]
    """Indices of the blocks that the row sums up."""
    amount_unit: str | None = None
    """Unit of its amounts as printed."""
