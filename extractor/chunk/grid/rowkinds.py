"""What a row of a table is, told before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from extractor.chunk.grid.columns import Columns
from extractor.chunk.grid.headers import Headers, are_numbered
from extractor.chunk.grid.merged import Merges
from extractor.chunk.grid.others import Others, narrow_rows
from extractor.chunk.rows import Kind
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Document, Row
from extractor.text import squash

_TITLE = re.compile(r"[^,。;:]{0,60}绩效[^,。;:]{0,12}表(?:\([^()]{0,20}\))?")


class RowKind(Enum):
    """The kinds of rows, in the order in which they are looked for."""

    BLANK = auto()
    HEADER = auto()
    """Names the columns of the rows below it."""
    HEADER_REST = auto()
    """A further row of such a header, or one that counts its columns."""
    HEADER_AGAIN = auto()
    """Prints the header once more, with a word or two misread."""
    OTHER_TABLE = auto()
    """Belongs to a table of something else."""
    ENDING = auto()
    """A note or a signature below the rows, or in a box of its own."""
    HEADING = auto()
    """Says of whom or in which unit the rows below it are; or stands above the first header."""
    DATA = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: under which columns, below rows of projects or not, inside of a table of something else."""

    columns: Columns | None = None
    has_rows: bool = False
    in_other_table: bool = False


@dataclass(frozen=True, slots=True)
class Classified:
    """A row's kind; a header's columns, and the rows that it takes."""

    kind: RowKind
    columns: Columns | None = None
    rows: Sequence[Row] = ()

    def mark(self, place: Place) -> Kind:
        """What the row's characters count as; data are counted with their block."""
        if self.kind in {RowKind.OTHER_TABLE, RowKind.ENDING}:
            return "outside"
        return "furniture" if place.has_rows or self.kind in {RowKind.BLANK, RowKind.HEADER_AGAIN} else "header"


class RowKinds:
    """Knows the kinds of a document's rows."""

    def __init__(self, document: Document, layout: CompiledLayout, merges: Merges, others: Others) -> None:
        self.terms = layout.terms
        self.headers = Headers(layout.terms, merges)
        self.others = others
        self.narrow = narrow_rows(document)

    def of(self, row: Row, place: Place) -> Classified:
        """The kind of a row at its place; the first test that holds decides."""
        texts = [squash(cell.content.text) for cell in row.cells]
        filled = [text for text in texts if text]
        if not filled:
            return Classified(RowKind.BLANK)
        rows = self.headers.rows(row)
        columns = self.headers.columns(rows)
        if columns is not None:
            return Classified(RowKind.HEADER, columns, rows)
        tests: Sequence[tuple[RowKind, Callable[[], bool]]] = (
            (RowKind.HEADER_REST, lambda: place.columns is not None and are_numbered(filled)),
            (RowKind.HEADER_AGAIN, lambda: self._is_header_again(texts, place)),
            (RowKind.OTHER_TABLE, lambda: self._is_of_other_table(row, filled, place)),
            (RowKind.ENDING, lambda: self._ends(row, filled, place)),
            (RowKind.HEADING, lambda: place.columns is None or self.is_heading(filled)),
        )
        return Classified(next((kind for kind, holds in tests if holds()), RowKind.DATA))

    def is_heading(self, filled: Sequence[str]) -> bool:
        """Whether the texts of a row are headings, each of them."""
        return all(len(word) > 1 and self._is_heading(word) for word in filled)

    def _is_header_again(self, texts: Sequence[str], place: Place) -> bool:
        inside = place.has_rows and not place.in_other_table
        return inside and place.columns is not None and self.others.is_header_again(texts, place.columns)

    def _is_of_other_table(self, row: Row, filled: Sequence[str], place: Place) -> bool:
        if place.in_other_table:
            return True
        if not place.has_rows:
            return False
        begins = place.columns is not None and self.others.begins(row, place.columns)
        return begins or (len(filled) == 1 and self.others.is_announced(filled[0]))

    def _ends(self, row: Row, filled: Sequence[str], place: Place) -> bool:
        if place.columns is not None and all(map(self._is_ending, filled)):
            return True
        return place.has_rows and id(row) in self.narrow

    def _is_ending(self, word: str) -> bool:
        """Whether a cell holds a note or a signature, as a table's last rows do."""
        return bool(self.terms.notes.match(word) or self.terms.endings.fullmatch(word))

    def _is_heading(self, word: str) -> bool:
        return bool(
            self.terms.amount_unit.search(word)
            or self.terms.department.match(word)
            or self.terms.header_unit.match(word)
            or self.terms.page_furniture.fullmatch(word)
            or _TITLE.fullmatch(word)
        )
