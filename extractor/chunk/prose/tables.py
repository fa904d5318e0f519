"""Tables of indicators that stand between the lines of a project told in prose, read as those of forms are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from extractor.chunk.forms.fields import collect
from extractor.chunk.forms.form import Form
from extractor.chunk.forms.sheet import SheetRow, sheet_of
from extractor.chunk.forms.spread import rows_of
from extractor.chunk.prose.flow import Flow
from extractor.layouts import Terms
from extractor.layouts.forms import form_words
from extractor.schemas.document import Document, Table


def tables_in(flow: Flow, begin: int, end: int, terms: Terms) -> Iterator[tuple[int, int, Form]]:
    """The tables of indicators in [begin, end) of a text: where each stands, and what it holds."""
    for start, stop, table in flow.tables[bisect_left(flow.tables, begin, key=_start) :]:
        if start >= end:
            return
        if stop <= end and (read := _read(table, terms)).entries:
            yield start, stop, read


def _start(place: tuple[int, int, Table]) -> int:
    return place[0]


def _read(table: Table, terms: Terms) -> Form:
    words = form_words(terms)
    alone = Document("", "", "", None, "", (), (table,))
    rows = [row for row in sheet_of(alone, lambda one: rows_of(one, words)) if isinstance(row, SheetRow) and row.inked]
    return collect(table.page, (), rows, words)
