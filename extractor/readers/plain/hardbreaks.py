"""Tables as html2text writes them: no bars at the edges of a row, and two blanks at the end of each line.

A line break inside of a cell looks like the end of a row, so what the pieces say tells: a label goes on to its last
part (资金情况 over （万元）| …), a text below the last cell of a row goes on with it. Merged cells leave nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords, form_words
from extractor.readers.plain.formwords import RESTS, is_known
from extractor.readers.plain.markdown import plain
from extractor.readers.plain.pieces import blank, stacked
from extractor.schemas.document import Line, MappedText, Row, Table
from extractor.text import squash

_RULE = re.compile(r"---(?:\|---)*\s*")
_BAR = re.compile(r"(?<!\\)\|")
_BREAK = "  "
_IN_BRACKETS = re.compile(r"\([^()]{1,12}\)")
_MOST_LINES = 8
"""Lines that one label is written in, a character each."""
_FEWEST = 3
_SHORT = 6

Cells = list[list[MappedText]]


def has_hard_breaks(text: str) -> bool:
    """Whether a text holds the rule below the first row of such a table, at the end of a line with two blanks."""
    return f"{_BREAK}\n---" in text.replace("\r\n", "\n")


def read_broken(text: str, lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such tables, and the tables."""
    words = form_words(terms())
    inside: set[int] = set()
    tables: list[Table] = []
    for at, line in enumerate(lines):
        if at in inside or not at or not _RULE.fullmatch(text, line.start, line.end):
            continue
        begin, end = at, at + 1
        while begin and begin - 1 not in inside and _is_broken(text, lines[begin - 1]):
            begin -= 1
        while end < len(lines) and _is_of_table(text, lines[end]):
            end += 1
        block = [line for line in lines[begin:end] if not _RULE.fullmatch(text, line.start, line.end)]
        if begin < at and len(block) >= _FEWEST:
            tables.append(Table(tuple(_rows(text, block, words)), line.page))
            inside |= set(range(begin, end))
    return tuple(line for at, line in enumerate(lines) if at not in inside), tuple(tables)


def _is_of_table(text: str, line: Line) -> bool:
    """Whether a line is a row or a part of one, of blank cells it may be; two blanks alone end a table."""
    printed = text[line.start : line.end]
    return printed.endswith(_BREAK) and len(printed) > len(_BREAK)


def _is_broken(text: str, line: Line) -> bool:
    printed = text[line.start : line.end]
    return bool(printed.strip()) and printed.endswith(_BREAK)


def _rows(text: str, block: Sequence[Line], words: FormWords) -> list[Row]:
    rows: list[tuple[Line, Cells]] = []
    at = 0
    while at < len(block):
        pieces = _pieces(text, block[at])
        used = _whole_label(text, block[at:], words)
        if used > 1:
            first, *others = _pieces(text, block[at + used - 1])
            lead = [piece for line in block[at : at + used - 1] for piece in _pieces(text, line)]
            rows.append((_span(block[at : at + used]), [[*lead, first], *([piece] for piece in others)]))
        elif rows and _goes_on(rows[-1][1], pieces):
            above, cells = rows[-1]
            cells[-1].append(pieces[0])
            cells += [[piece] for piece in pieces[1:]]
            rows[-1] = (_span([above, block[at]]), cells)
        else:
            rows.append((block[at], [[piece] for piece in pieces]))
        at += max(used, 1)
    return [
        Row(tuple(stacked(text, pieces, line.start) if any(piece.text for piece in pieces) else blank(line.start)
                  for pieces in cells), line.start, line.end)
        for line, cells in rows
    ]  # fmt: skip


def _span(lines: Sequence[Line]) -> Line:
    return Line(lines[0].start, lines[-1].end, lines[0].page)


def _pieces(text: str, line: Line) -> list[MappedText]:
    places = [line.start - 1, *(match.start() for match in _BAR.finditer(text, line.start, line.end)), line.end]
    return [plain(text, places[at] + 1, places[at + 1]) for at in range(len(places) - 1)]


def _whole_label(text: str, block: Sequence[Line], words: FormWords) -> int:
    """In how many lines a label is written that the first of them begins, the last with the cells behind it; or 1."""
    word = ""
    for count, line in enumerate(block[:_MOST_LINES], start=1):
        first, *others = _pieces(text, line)
        if not word and _IN_BRACKETS.fullmatch(squash(first.text)):
            return 1
        word += first.text
        if others:
            return count if count > 1 and is_known(squash(word), words) else 1
    return 1


def _goes_on(above: Cells, pieces: Sequence[MappedText]) -> bool:
    """Whether a line goes on with the last cell of the row above it."""
    last, first = squash(above[-1][-1].text), squash(pieces[0].text)
    if not last or len(above) == 1:
        return False
    is_rest = first in RESTS and len(last) <= _SHORT and not levels_of(first)  # 社会效益 over 指标
    return len(pieces) == 1 or is_rest or _IN_BRACKETS.fullmatch(first) is not None
