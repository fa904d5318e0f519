"""Lists whose header names categories of indicators, a column each: 项目名称 | 绩效目标 | 数量指标 | 质量指标.

What stands below such labels are a project's indicators. They are read as those of one cell that prints each category
before its own: the category from the header, the indicator from the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.layouts import Terms
from extractor.layouts.fit import levels_of
from extractor.schemas.document import SYNTHETIC, Cell, Document, MappedText, Row, Table
from extractor.text import concat, squash

_FEWEST = 2
_HEAD_ROWS = 40
"""So many rows are looked at for a header."""
_PIECE = re.compile(r"[^；;\n]*[^；;\n\s][^；;\n]*")
_COUNTED = re.compile(r"(?!\d+[.、)）])^[^\d]{2,}\d")
"""A name and a number behind it; an item number stands before a name."""
_LABEL = "绩效指标"
_COLON, _BREAK = MappedText("：", [SYNTHETIC]), MappedText("\n", [SYNTHETIC])
_OF_INDICATORS = frozenset(("indicators", "indicator_name", "level1", "level2", "annual_value", "cycle_value"))


def with_categories(document: Document, terms: Terms) -> Document:
    """The document with such columns as one."""
    tables = tuple(_joined(table, terms) for table in document.tables)
    return replace(document, tables=tables) if tables != document.tables else document


def _joined(table: Table, terms: Terms) -> Table:
    for at, row in enumerate(table.rows[:_HEAD_ROWS]):
        labels = [squash(cell.content.text) for cell in row.cells]
        if not any(map(terms.names_projects, labels)) or _OF_INDICATORS & set(map(terms.column, labels)):
            continue
        below = table.rows[at + 1 : at + 2]
        heads = [row, *below] if below and _goes_on(below[0], labels, terms) else [row]
        columns = list(_columns(heads))
        rest = table.rows[at + len(heads) :]
        if len(columns) < _FEWEST or columns != list(range(columns[0], columns[-1] + 1)):
            return table
        if any(len(one.cells) != len(row.cells) or any(one.cells[c].merged for c in columns) for one in rest):
            return table
        header = [_without(one, columns, _label(one.cells[columns[0]], is_last=one is heads[-1])) for one in heads]
        rows = [_without(one, columns, _indicators(one, heads, columns)) for one in rest]
        return replace(table, rows=(*table.rows[:at], *header, *rows))
    return table


def _goes_on(row: Row, labels: Sequence[str], terms: Terms) -> bool:
    """Whether a row holds nothing but categories, below categories and blanks: the header's second line."""
    texts = [squash(cell.content.text) for cell in row.cells]
    name = next(at for at, label in enumerate(labels) if terms.names_projects(label))
    return len(texts) == len(labels) and not texts[name] and all(levels_of(text) for text in texts if text)


def _columns(heads: Sequence[Row]) -> Iterator[int]:
    """The columns whose lowest label is a category."""
    for at in range(len(heads[0].cells)):
        label = next((text for row in reversed(heads) if (text := squash(row.cells[at].content.text))), "")
        if levels_of(label):
            yield at


def _label(cell: Cell, *, is_last: bool) -> Cell:
    """What stands over the one column: its text is the project's own word for all that they hold."""
    text = _LABEL if is_last else ""
    return replace(cell, content=MappedText(text, [SYNTHETIC] * len(text)), merged=None)


def _without(row: Row, columns: Sequence[int], cell: Cell) -> Row:
    return replace(row, cells=(*row.cells[: columns[0]], cell, *row.cells[columns[-1] + 1 :]))


def _indicators(row: Row, heads: Sequence[Row], columns: Sequence[int]) -> Cell:
    """A row's indicators as one cell: each below the category over it, and that below the one over both."""
    parts: list[MappedText] = []
    above = ""
    for column in columns:
        cell = row.cells[column]
        if not cell.content.text.strip():
            continue
        top, label = _headings(heads, column)
        if top is not None and top.content.text != above:
            above = top.content.text
            parts += [_flat(top.content), _COLON, _BREAK]
        for piece in _pieces(cell.content):
            parts += [_flat(label.content), _COLON, piece, _BREAK]
    first = row.cells[columns[0]]
    return replace(first, content=concat(parts[:-1])) if parts else first


def _headings(heads: Sequence[Row], column: int) -> tuple[Cell | None, Cell]:
    """The cell over a column and its neighbours, where there is one, and the column's own label."""
    cells = [row.cells[column] for row in heads]
    if len(cells) == 1 or not cells[1].content.text.strip():
        return None, cells[0]
    before = heads[0].cells[: column + 1]
    return next((cell for cell in reversed(before) if cell.content.text.strip()), None), cells[1]


def _flat(content: MappedText) -> MappedText:
    """A label without its line breaks and blanks."""
    kept = [at for at, character in enumerate(content.text) if not character.isspace()]
    return MappedText("".join(content.text[at] for at in kept), [content.offsets[at] for at in kept])


def _pieces(content: MappedText) -> list[MappedText]:
    """The indicators of a cell: parted by semicolons and lines where each of the parts tells a number."""
    spans = [match.span() for match in _PIECE.finditer(content.text)]
    if len(spans) < _FEWEST or not all(_COUNTED.search(content.text[start:end]) for start, end in spans):
        return [content]
    return [MappedText(content.text[start:end], content.offsets[start:end]) for start, end in spans]
