"""Tables that are turned: labels down their first column, a project in each of the others.

Turned back, each project is a row below one header. Only a table is turned whose row of names holds several of them
side by side, above rows of other labels, with as many cells in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.layouts import Terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.schemas.document import Cell, Document, MappedText, Row, Table
from extractor.text import squash

_FEWEST = 2
_HEAD_ROWS = 40
_FEWEST_ROWS = 4
_KNOWN = 0.6
_TELLING = frozenset(("goal", "indicators"))


def with_rows(document: Document, terms: Terms) -> Document:
    """The document with such tables turned."""
    tables = tuple(_turned(table, terms) for table in document.tables)
    return replace(document, tables=tables) if tables != document.tables else document


def _turned(table: Table, terms: Terms) -> Table:
    names = next((row for row in table.rows[:_HEAD_ROWS] if row.cells and _names(row.cells[0], terms)), None)
    if names is None:
        return table
    first = table.rows.index(names)
    rows = [row for row in table.rows[max(first - 1, 0) :] if any(cell.content.text.strip() for cell in row.cells)]
    if first and not _is_numbered(rows[0], terms):
        rows = rows[1:]
    labels = _labels(names)
    values = names.cells[labels:]
    if len(rows) < _FEWEST_ROWS or len(values) < _FEWEST or not _are_names(values, terms):
        return table
    heads = [_head(row, labels) for row in rows]
    known = [_column(cell, terms) for cell in heads if cell is not None]
    is_regular = all(len(row.cells) == len(names.cells) for row in rows)
    if not is_regular or len(known) < len(rows) or sum(map(bool, known)) < _KNOWN * len(known):
        return table
    if not _TELLING & set(known) and not any(levels_of(squash(cell.content.text)) for cell in heads if cell):
        return table
    start, end = rows[0].start, rows[-1].end
    header = Row(tuple(cell for cell in heads if cell is not None), start, start)
    projects = []
    for at in range(labels, len(names.cells)):
        cells = tuple(_own(row, at) for row in rows)
        # The text of all of them stands row by row: it is counted once, as the first project's.
        projects.append(Row(cells, start, end if at == labels else start))
    above = table.rows[: table.rows.index(rows[0])]
    return replace(table, rows=(*above, header, *projects))


def _names(cell: Cell, terms: Terms) -> bool:
    return terms.names_projects(cell.content.text)


def _is_numbered(row: Row, terms: Terms) -> bool:
    """Whether a row counts the projects: 序号 | 1 | 2."""
    texts = [squash(cell.content.text) for cell in row.cells if cell.content.text.strip()]
    return terms.column(texts[0]) == "number" and texts[1:] == [f"{at}" for at in range(1, len(texts))]


def _labels(row: Row) -> int:
    """How many columns the label of a row takes."""
    at = 1
    while at < len(row.cells) and (row.cells[at].merged == "left" or not row.cells[at].content.text.strip()):
        at += 1
    return at


def _are_names(values: Sequence[Cell], terms: Terms) -> bool:
    """Whether cells are names of different projects, and none of them a label of a form."""
    texts = [squash(cell.content.text) for cell in values]
    words = form_words(terms)
    if not all(texts) or len(set(texts)) < len(texts) or any(cell.merged for cell in values):
        return False
    return not any(words.label(text) or terms.column(text) for text in texts)


def _head(row: Row, labels: int) -> Cell | None:
    """The label of a row: of several beside each other, the inner one."""
    return next((cell for cell in reversed(row.cells[:labels]) if cell.content.text.strip()), None)


def _column(cell: Cell, terms: Terms) -> str | None:
    text = cell.content.text
    word = squash(text)
    return terms.column(text) or terms.column_by_shape(text, ()) or ("level" if levels_of(word) else None)


def _own(row: Row, at: int) -> Cell:
    """A project's cell; where one is merged over several projects it holds for each of them."""
    cell = row.cells[at]
    if cell.merged != "left":
        return cell
    over = next(one for one in reversed(row.cells[:at]) if one.merged != "left")
    return Cell(MappedText(over.content.text, over.content.offsets), over.start, over.end)
