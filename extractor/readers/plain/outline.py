"""Outlines with one cell a line: a project's line, its amount, categories, and each indicator above its value.

The cells of such a table are text or a number: which column a number stands in, the line below it tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.readers.plain.pieces import blank
from extractor.readers.plain.segments import Token, piece_of
from extractor.schemas.document import Cell, Line, Row, Table
from extractor.text import squash

_COLUMNS = 3
_FEWEST = 3
_VALUE = re.compile(r"[≥≤<>=]{0,2}\d[\d,]*(?:\.\d+)?[^\d,。;:]{0,8}")
_LONGEST, _WIDEST = 20, 80
"""Characters of a label, squashed and as printed."""


def read_outline(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such a table, and the table; no table where the lines are no outline."""
    filled = [line for line in lines if text[line.start : line.end].strip()]
    # Long lines are no labels: most texts are done with here.
    labels = [squash(text[line.start : line.end]) if line.end - line.start <= _WIDEST else "" for line in filled]
    begin = next((at for at in range(len(labels) - _COLUMNS) if _is_header(labels[at : at + _COLUMNS])), None)
    if begin is None:
        return lines, ()
    tokens = [_token(text, line) for line in filled]
    words = [squash(token.text) for token in tokens]
    places = _places(words[begin : begin + _COLUMNS])
    rows = [_row(text, dict(zip(range(_COLUMNS), tokens[begin : begin + _COLUMNS], strict=True)))]
    at = last = begin + _COLUMNS
    count = 0
    while at < len(tokens):
        is_valued = at + 1 < len(tokens) and _VALUE.fullmatch(words[at + 1]) is not None and not levels_of(words[at])
        if _VALUE.fullmatch(words[at]):
            return lines, ()
        cells = {0: tokens[at]}
        if is_valued:
            heads = at + 2 < len(tokens) and "level1" in levels_of(words[at + 2])
            is_money = heads and words[at + 1].replace(",", "").replace(".", "").isdigit()
            cells[places[1] if is_money and not _is_inside(words, at) else places[0]] = tokens[at + 1]
        rows.append(_row(text, cells))
        count += bool(levels_of(words[at]))
        at += 1 + is_valued
        last = at if is_valued or levels_of(words[at - 1 - is_valued]) else last
    if count < _FEWEST:
        return lines, ()
    end = tokens[last - 1].end
    kept = [row for row in rows if row.start < end]
    table = Table(tuple(kept), filled[begin].page, rebuilt=True)
    return tuple(line for line in lines if not kept[0].start <= line.start < end), (table,)


def _is_inside(words: Sequence[str], at: int) -> bool:
    """Whether a line stands right below a category: it is an indicator."""
    return at > 0 and bool(levels_of(words[at - 1]))


def _token(text: str, line: Line) -> Token:
    printed = text[line.start : line.end]
    start = line.start + len(printed) - len(printed.lstrip())
    return Token(printed.strip(), start, line.start + len(printed.rstrip()))


def _is_header(words: Sequence[str]) -> bool:
    """Whether three lines are the labels of an outline: 项目 over 指标值 and an amount, in any order of these two."""
    if any(len(word) > _LONGEST for word in words) or not terms().names_projects(words[0]):
        return False
    found = {"value" if form_words(terms()).column(word) == "annual_value" else _money(word) for word in words[1:]}
    return found == {"value", "total"}


def _money(word: str) -> str | None:
    return terms().column(word) or terms().column_by_shape(word, ())


def _places(words: Sequence[str]) -> tuple[int, int]:
    """The columns of the value and of the amount."""
    return (1, 2) if form_words(terms()).column(words[1]) == "annual_value" else (2, 1)


def _row(text: str, cells: dict[int, Token]) -> Row:
    start, end = cells[0].start, max(token.end for token in cells.values())
    made = (
        Cell(piece_of(text, cells[at]), cells[at].start, cells[at].end) if at in cells else blank(start)
        for at in range(_COLUMNS)
    )
    return Row(tuple(made), start, end)
