"""Tables that are outlines: in one column stand a body, its project, categories and indicators, one below another.

What a row is, its other cells and the rows below it tell: a project stands above the first category, an indicator has a
value. Such a table becomes one with a row for each indicator and a column for each of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from extractor.layouts import Terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.layouts.taxonomy import category_of_label
from extractor.schemas.document import SYNTHETIC, Cell, Document, MappedText, Row, Table
from extractor.text import squash, without_brackets

Kind = Literal["unit", "project", "level1", "level2", "item", "other"]
_FEWEST = 2
_HEAD_ROWS = 6
_WIDTH = 7
_LABELS = ("单位名称", "", "", "一级指标", "二级指标", "三级指标", "")
"""Of the columns that it gets: body, name, amount, levels, indicator, value."""
_NOTHING = MappedText("", ())


class _Places(NamedTuple):
    """Where the outline, the values and the amounts stand."""

    text: int
    value: int
    amount: int | None


@dataclass(slots=True)
class _Project:
    """What is open while the rows are walked through."""

    unit: Cell | None = None
    name: Cell | None = None
    amount: Cell | None = None
    level1: Cell | None = None
    level2: Cell | None = None
    start: int | None = None
    rows: list[Row] = field(default_factory=list)


def with_rows_by_indicator(document: Document, terms: Terms) -> Document:
    """The document with such tables as tables of indicators."""
    tables = tuple(_unfolded(table, terms) for table in document.tables)
    return replace(document, tables=tables) if tables != document.tables else document


def _unfolded(table: Table, terms: Terms) -> Table:
    for at, row in enumerate(table.rows[:_HEAD_ROWS]):
        places = _places(row, terms)
        if places is None:
            continue
        rest = table.rows[at + 1 :]
        kinds = list(_kinds(rest, places))
        if kinds.count("level1") < _FEWEST or kinds.count("item") < _FEWEST or "project" not in kinds:
            return table
        return replace(table, rows=(*table.rows[:at], _header(row, places), *_rows(rest, kinds, places)))
    return table


def _places(row: Row, terms: Terms) -> _Places | None:
    """The columns of a header of three labels at most: 项目 | 指标值 | 金额."""
    filled = [at for at, cell in enumerate(row.cells) if cell.content.text.strip()]
    if not _FEWEST <= len(filled) <= _FEWEST + 1 or filled[0] != 0:
        return None
    words = form_words(terms)
    texts = {at: row.cells[at].content.text for at in filled}
    value = next((at for at in filled[1:] if words.column(texts[at]) == "annual_value"), None)
    amount = next((at for at in filled[1:] if at != value and _is_money(texts[at], terms)), None)
    is_outline = terms.names_projects(texts[0]) or words.column(texts[0]) in {"indicator_name", "indicators"}
    if value is None or not is_outline or len(filled) > _FEWEST + (amount is not None) - (amount is None):
        return None
    return _Places(0, value, amount)


def _is_money(label: str, terms: Terms) -> bool:
    return (terms.column(label) or terms.column_by_shape(label, ())) == "total"


def _text(row: Row, at: int | None) -> str:
    return squash(row.cells[at].content.text) if at is not None and at < len(row.cells) else ""


def _kinds(rows: Sequence[Row], places: _Places) -> Iterator[Kind]:
    """What each row is."""
    above: Kind = "other"
    code = ""
    for at, row in enumerate(rows):
        word, value, amount = _text(row, places.text), _text(row, places.value), _text(row, places.amount)
        found: Kind = "other"
        if word and not value and not amount and levels_of(word):
            found = _level(word, above, code)
            outer = category_of_label("level1", without_brackets(word)) if found == "level1" else None
            code = outer.code if outer else code
        elif word and value:
            found = "item"
        elif word:
            heads, is_over = _heads(rows, at, places), at + 1 < len(rows) and _heads(rows, at + 1, places)
            is_inside = above in {"level2", "item"} and not amount
            found = "project" if heads and not (is_inside and places.amount is not None) else "unit"
            found = "item" if is_inside and not is_over and found == "unit" else found
        above = found
        yield found


def _heads(rows: Sequence[Row], at: int, places: _Places) -> bool:
    """Whether a row without a value stands above a category of the first level, as a project does."""
    if not _text(rows[at], places.text) or _text(rows[at], places.value) or levels_of(_text(rows[at], places.text)):
        return False
    return at + 1 < len(rows) and "level1" in levels_of(_text(rows[at + 1], places.text))


def _level(word: str, above: Kind, code: str) -> Kind:
    """The level of a category: one that may be either is the second below the first, and where it belongs to it."""
    levels = levels_of(word)
    if len(levels) == 1:
        return "level1" if "level1" in levels else "level2"
    inner = category_of_label("level2", without_brackets(word))
    belongs = inner is not None and inner.code[:1] == code[:1]
    return "level2" if above == "level1" or belongs else "level1"


def _header(row: Row, places: _Places) -> Row:
    own = {1: places.text, 2: places.amount, 6: places.value}
    cells = []
    for at, label in enumerate(_LABELS):
        place = own.get(at)
        if place is not None:
            cells.append(row.cells[place])
        else:
            cells.append(Cell(MappedText(label, [SYNTHETIC] * len(label)), row.start, row.start))
    return Row(tuple(cells), row.start, row.end)


def _rows(rows: Sequence[Row], kinds: Sequence[Kind], places: _Places) -> list[Row]:
    """A row for each indicator; the first of a project holds what stands above it, too."""
    open_one = _Project()
    found: list[Row] = []
    is_first = True
    start: int | None = None
    for row, kind in zip(rows, kinds, strict=True):
        cell = row.cells[places.text] if row.cells else None
        start = row.start if start is None else start
        if cell is None or kind == "other":
            continue
        if kind == "unit":
            open_one.unit = cell
        elif kind == "project":
            amount = row.cells[places.amount] if places.amount is not None and _text(row, places.amount) else None
            open_one = _Project(open_one.unit, cell, amount)
            is_first = True
        elif kind == "level1":
            open_one.level1, open_one.level2 = cell, None
        elif kind == "level2":
            open_one.level2 = cell
        else:
            value = row.cells[places.value] if _text(row, places.value) else None
            head = (open_one.unit, open_one.name, open_one.amount) if is_first else None
            found.append(_row(start, row.end, head, (open_one.level1, open_one.level2, cell, value)))
            start, is_first = None, False
    return found


def _row(start: int, end: int, head: Sequence[Cell | None] | None, own: Sequence[Cell | None]) -> Row:
    """A row of the table: `head` is None where the cells of the row above go on."""
    if head is None:
        lead = [Cell(_NOTHING, start, start, "above") for _ in range(_WIDTH - len(own))]
    else:
        lead = [cell or Cell(_NOTHING, start, start) for cell in head]
    return Row((*lead, *(cell or Cell(_NOTHING, start, start) for cell in own)), start, end)
