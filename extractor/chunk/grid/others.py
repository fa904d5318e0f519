"""Tables of something else among tables of projects: what announces them, and by which row they begin.

Cells do not say what they are about, so a table with headers that nobody knows would be read as rows of the table
above it. A row that names columns and cannot be a project ends the table of projects.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from extractor.chunk.amounts import BLANK, NUMBER, is_amount_column
from extractor.chunk.grid.columns import Columns
from extractor.chunk.grid.headers import MIN_COLUMNS
from extractor.chunk.titles import are_headers, is_of_department
from extractor.layouts import CompiledLayout
from extractor.layouts.taxonomy import category
from extractor.schemas.document import Document, Row
from extractor.text import squash

_TITLE_OF_TABLE = re.compile(r"[^,。;:、]{4,40}表(?:\([^()续]{1,20}\))?")
_LOOKED_AT = 30
_BELOW_TITLE = 4
_NARROW, _WIDE = 2, 5
_ENOUGH_SAME = 2
_MOST_KNOWN = 0.5


class Others:
    """Knows the rows by which tables of something else begin."""

    def __init__(self, document: Document, layout: CompiledLayout) -> None:
        self.terms = layout.terms
        self.layout = layout
        self._places = {
            id(row): (table.rows, index) for table in document.tables for index, row in enumerate(table.rows)
        }

    def is_first(self, row: Row) -> bool:
        """Whether a row is the first of its table."""
        return self._places[id(row)][1] == 0

    def is_announced(self, word: str) -> bool:
        """Whether a line is the title of a table of something else than projects' goals."""
        if "绩效" in word:
            return is_of_department(word)
        return bool(_TITLE_OF_TABLE.fullmatch(word) or self.terms.next_part.fullmatch(word))

    def begins(self, row: Row, columns: Columns) -> bool:
        """Whether a table of something else begins with a row; `columns` are those of the projects above it.

        It is a header of columns of its own if words stand where amounts stood, or if it begins a table, or changes
        the number of columns, and nothing below it speaks of indicators.
        """
        rows, index = self._places[id(row)]
        begins_table = not index
        if sum(map(bool, _texts(row))) == 1:  # a title in a cell of its own
            below = range(index + 1, min(index + _BELOW_TITLE, len(rows)))
            index = next((at for at in below if sum(map(bool, _texts(rows[at]))) > 1), index)
            if {"goal", "indicators", "indicator_name"} & set(map(self.terms.column, _texts(rows[index]))):
                return False
        return self._begins(rows, index, columns, begins_table=begins_table)

    def _begins(self, rows: Sequence[Row], index: int, columns: Columns, *, begins_table: bool) -> bool:
        texts = _texts(rows[index])
        if self._names_projects(texts):
            return True
        if not self._are_headers(texts) or self.is_header_again(texts, columns):
            return False
        if len(texts) == len(columns.fields):
            fields = list(zip(columns.fields, texts, strict=True))
            if any(field == "name" and not text for field, text in fields):
                return False
            if any(field and is_amount_column(field) and text and text not in BLANK for field, text in fields):
                return True
        is_wider = index > 0 and len(texts) not in {len(columns.fields), len(rows[index - 1].cells)}
        goes_on = index + 1 < len(rows) and len(rows[index + 1].cells) == len(texts)
        if not (begins_table or (is_wider and goes_on)) or (columns.by_indicator and any(map(_is_category, texts))):
            return False
        below = takewhile(lambda one: not self._names_projects(one), map(_texts, rows[index + 1 : index + _LOOKED_AT]))
        return not any(self._tells_of_indicators(text, columns) for one in below for text in one if text)

    def _names_projects(self, texts: Sequence[str]) -> bool:
        """Whether a row heads a table of projects, whatever the table says of them."""
        known = [self.terms.column(text) for text in texts if text]
        return "name" in known and len(known) >= MIN_COLUMNS and not any(map(NUMBER.fullmatch, texts))

    def is_header_again(self, texts: Sequence[str], columns: Columns) -> bool:
        """Whether a row prints the header of the projects again, with a word or two misread."""
        filled = [text for text in texts if text]
        same = sum(text in columns.labels for text in filled)
        return same >= _ENOUGH_SAME and same >= _MOST_KNOWN * len(filled) and self._are_headers(texts)

    def _are_headers(self, texts: Sequence[str]) -> bool:
        filled = [text for text in texts if text]
        is_withheld = any(self.layout.withheld.search(text) for text in filled)
        return len(filled) >= MIN_COLUMNS and not is_withheld and are_headers(filled)

    def _tells_of_indicators(self, text: str, columns: Columns) -> bool:
        is_value = self.layout.value_label.search(text) or self.layout.withheld.search(text)
        return bool(is_value or (columns.by_indicator and _is_category(text)))


def _is_category(text: str) -> bool:
    return bool(category("level1", text) or category("level2", text))


def _texts(row: Row) -> list[str]:
    return [squash(cell.content.text) for cell in row.cells]


def narrow_rows(document: Document) -> set[int]:
    """Rows of tables that cannot go on with a table of projects: a sheet of remarks, a box drawn around a note.

    Plain text tells nothing of a table's width, since it loses blank cells.
    """
    tables = document.tables if document.encoding is None else ()
    widths = [max(len(row.cells) for row in table.rows) for table in tables if table.rows]
    if not widths or max(widths) < _WIDE:
        return set()
    return {
        id(row)
        for table in tables
        if max((len(row.cells) for row in table.rows), default=0) <= _NARROW
        for row in table.rows
    }
