"""Tables whose first column is a tree: body, project, categories and indicators one below the other.

项目 | 指标值 | 绩效金额: a row with an amount is a project, a row with a value an indicator, a row with neither is a
category or, above a project, the body whose projects follow. Such a table is laid out anew with a column for each of
them, so that it is read as any list with a row for each indicator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, NamedTuple

from extractor.chunk.amounts import NUMBER
from extractor.layouts import terms
from extractor.layouts.forms import FormWords, form_words
from extractor.layouts.taxonomy import category_of_label
from extractor.schemas.document import SYNTHETIC, Cell, Document, MappedText, Row, Table
from extractor.text import squash, without_brackets

_HEAD_ROWS = 6
_FEWEST_CATEGORIES = 2
_FIRST = frozenset(("项目", "项目名称", "名称", "单位/项目", "单位名称/项目名称"))
_HEADERS = ("单位名称", "项目名称", "预算金额", "一级指标", "二级指标", "三级指标", "指标值")
_BLANK = MappedText("", ())
Kind = Literal["body", "project", "level1", "level2", "either", "indicator", "blank"]


class _Places(NamedTuple):
    """The row that heads the tree, and the columns of its values and its amounts."""

    head: int
    value: int
    amount: int


@dataclass(slots=True)
class _State:
    """What holds for the indicators below."""

    body: Cell | None = None
    project: Cell | None = None
    amount: Cell | None = None
    level1: Cell | None = None
    level2: Cell | None = None
    start: int | None = None
    rows: list[Row] = field(default_factory=list)


def with_trees(document: Document) -> Document:
    """The document with such tables laid out in columns."""
    words = form_words(terms())
    tables = tuple(_laid_out(table, words) for table in document.tables)
    return (
        document
        if all(new is old for new, old in zip(tables, document.tables, strict=True))
        else (replace(document, tables=tables))
    )


def _laid_out(table: Table, words: FormWords) -> Table:
    places = _places(table, words)
    if places is None:
        return table
    body = table.rows[places.head + 1 :]
    kinds = list(_kinds(body, places))
    if sum(kind in {"level1", "level2", "either"} for kind in kinds) < _FEWEST_CATEGORIES or "project" not in kinds:
        return table
    head = table.rows[places.head]
    labels = tuple(Cell(MappedText(text, [SYNTHETIC] * len(text)), head.start, head.start) for text in _HEADERS)
    rows = [*table.rows[: places.head], Row(labels, head.start, head.end), *_rows(body, kinds, places)]
    return replace(table, rows=tuple(rows))


def _places(table: Table, words: FormWords) -> _Places | None:
    """Where the header of such a table stands; None for other tables."""
    for index, row in enumerate(table.rows[:_HEAD_ROWS]):
        texts = [cell.content.text for cell in row.cells]
        if len(texts) < 3 or squash(texts[0]) not in _FIRST:
            continue
        columns = [words.column(text) for text in texts]
        money = [at for at, text in enumerate(texts) if at and words.tells_money(text)]
        if columns.count("annual_value") == 1 and len(money) == 1 and not {"level1", "level2"} & set(columns):
            return _Places(index, columns.index("annual_value"), money[0])
    return None


def _kinds(rows: Sequence[Row], places: _Places) -> Iterator[Kind]:
    plain = [_kind(row, places) for row in rows]
    for (kind, row), below in pairwise([*zip(plain, rows, strict=True), (None, None)]):
        if kind == "indicator" and row is not None and not _text(row, places.value) and below[0] == "project":
            yield "body"  # a row with neither value nor amount, above a project
        elif kind is not None:
            yield kind


def _kind(row: Row, places: _Places) -> Kind:
    word = _text(row, 0)
    if not word:
        return "blank"
    if NUMBER.fullmatch(_text(row, places.amount)):
        return "project"
    levels = [level for level in ("level1", "level2") if category_of_label(level, without_brackets(word))]
    if _text(row, places.value) or not levels:
        return "indicator"
    return "either" if len(levels) == 2 else "level1" if levels == ["level1"] else "level2"


def _text(row: Row, at: int) -> str:
    return squash(row.cells[at].content.text) if at < len(row.cells) else ""


def _rows(rows: Sequence[Row], kinds: Sequence[Kind], places: _Places) -> list[Row]:
    state = _State()
    for at, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        if state.start is None and kind != "blank":
            state.start = row.start
        if kind == "body":
            _close(state, row.start)
            state.body, state.start = row.cells[0], row.start
        elif kind == "project":
            _close(state, row.start)
            state.project, state.amount = row.cells[0], row.cells[places.amount]
            state.level1 = state.level2 = None
        elif kind == "either":
            below = kinds[at + 1] if at + 1 < len(kinds) else "blank"
            is_under = at > 0 and state.level1 is rows[at - 1].cells[0]
            is_first = state.level1 is None or (below in {"level2", "either"} and not is_under)
            _set_level(state, "level1" if is_first else "level2", row.cells[0])
        elif kind in {"level1", "level2"}:
            _set_level(state, kind, row.cells[0])
        elif kind == "indicator":
            value = row.cells[places.value] if places.value < len(row.cells) else None
            _add(state, row.end, row.cells[0], value)
    _close(state, rows[-1].end if rows else 0)
    return state.rows


def _set_level(state: _State, level: str, cell: Cell) -> None:
    if level == "level1":
        state.level1, state.level2 = cell, None
    else:
        state.level2 = cell


def _add(state: _State, end: int, name: Cell | None, value: Cell | None) -> None:
    start = state.start if state.start is not None else end
    cells = (state.body, state.project, state.amount, state.level1, state.level2, name, value)
    made = tuple(cell if cell is not None else Cell(_BLANK, start, start) for cell in cells)
    state.rows.append(Row(made, start, end))
    state.project = state.amount = state.start = None


def _close(state: _State, end: int) -> None:
    """A project without indicators is a row of its own."""
    if state.project is not None:
        state.level1 = state.level2 = None
        _add(state, end, None, None)
        state.start = end
