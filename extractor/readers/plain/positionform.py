"""Forms on a page that keeps its columns by position alone, as `pdftotext -layout` writes them.

A label stands left of its value, level with its middle, or over a column of values; a narrow cell wraps both. The table
is built anew, so whatever is read from it carries a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords, form_words
from extractor.readers.plain.pieces import blank, stacked
from extractor.readers.plain.positionhead import head_rows
from extractor.readers.plain.positionrows import Column, bounded, row_of_columns, rows_of
from extractor.readers.plain.positionwords import Piece, mapped, overlaps, pieces_of
from extractor.schemas.document import Line, Row, Table
from extractor.text import squash

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_OF_LISTS = frozenset(("name", "total", "goal"))
"""Columns of a list of projects, no form's."""
_FEWEST = 3
_NAME = "名"
_AROUND = 2
"""Lines above and below that one of a header may be wrapped over."""
_FEWEST_GAPS = 4
"""Of so many widths are the gaps on a page whose columns are aligned; where blanks part cells they are of one."""
_NUMBERED = re.compile(r"\d{1,2}[.、]")
"""A note below the table."""
_LONGEST_REST = 24
_MOST_LEADING = 8
_MOST_LINES = 300
"""Lines of a form's head, and of its indicators."""


class _Header(NamedTuple):
    """The lines [first, after) of a header of indicators, what stands left of it, and its columns."""

    first: int
    after: int
    lead: tuple[Piece, ...]
    columns: tuple[Column, ...]
    worth: float


def read_positions(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such forms, and their tables; none where no header of indicators stands over columns."""
    if text.count("   ") < _FEWEST_GAPS:
        return lines, ()
    gaps = {match.end() - match.start() for line in lines for match in _GAP.finditer(text, line.start, line.end)}
    if len(gaps) < _FEWEST_GAPS:
        return lines, ()
    words = form_words(terms())
    printed = [pieces_of(text, line, at) for at, line in enumerate(lines)]
    headers = list(_headers(printed, words))
    tables: list[Table] = []
    inside: set[int] = set()
    after = 0
    for index, header in enumerate(headers):
        begin = _begin(printed, after, header.first, words)
        if begin is None:
            continue
        limit = headers[index + 1].first if index + 1 < len(headers) else len(printed)
        end = _end(printed, header, min(limit, header.after + _MOST_LINES), words)
        below = printed[header.after : end]
        lead = _lead(header, below)
        below = [[piece for piece in line if piece not in lead] for line in below]
        columns = bounded(header.columns, below)
        rows = rows_of(text, below, columns, header.after)
        if not rows:
            continue
        head = head_rows(text, printed[begin : header.first], words)
        heading = (Column(None, tuple(lead)),) if lead else ()
        rows = [row_of_columns(text, (*heading, *header.columns)), *(_moved(row, len(heading)) for row in rows)]
        made = (*head, *rows)
        rest = _left_over(text, [piece for line in printed[begin:end] for piece in line], made)
        tables.append(Table((*made, *rest), lines[begin].page, rebuilt=True))
        inside |= set(range(begin, end))
        after = end
    return tuple(line for at, line in enumerate(lines) if at not in inside), tuple(tables)


def _left_over(text: str, pieces: Sequence[Piece], rows: Sequence[Row]) -> Iterator[Row]:
    """Words that found no cell, each in a row of its own: a person is told of them."""
    held = {offset for row in rows for cell in row.cells for offset in cell.content.offsets}
    for piece in pieces:
        if piece.start not in held:
            yield Row((stacked(text, [mapped(text, piece)], piece.start),), piece.start, piece.end)


def _lead(header: _Header, below: Sequence[Sequence[Piece]]) -> list[Piece]:
    """The words left of the indicators' columns, one label down its side: 绩 over 效 over 指 over 标."""
    left = min(piece.left for piece in header.columns[0].pieces)
    beside = [piece for line in below for piece in line[:1] if piece.right <= left]
    is_label = len(beside) <= _MOST_LEADING and not any(levels_of(squash(piece.text)) for piece in beside)
    return [*header.lead, *(beside if is_label else ())]


def _moved(row: Row, shift: int) -> Row:
    """A row behind a leading cell that goes on from the header."""
    return replace(row, cells=(*[replace(blank(row.start), merged="above")] * shift, *row.cells))


def _headers(printed: Sequence[Sequence[Piece]], words: FormWords) -> Iterator[_Header]:
    """The headers of indicators, one below the other."""
    at = 0
    while at < len(printed):
        near = (_header(printed, one, words) for one in range(at, min(at + _AROUND + 1, len(printed))))
        found = [header for header in near if header is not None]
        if not found or _header(printed, at, words) is None:
            at += 1
            continue
        best = max(found, key=lambda header: header.worth)
        yield best
        at = best.after


def _header(printed: Sequence[Sequence[Piece]], at: int, words: FormWords) -> _Header | None:
    """The header that a line is the middle of, with the lines around it that it is wrapped over."""
    if len(printed[at]) < _FEWEST - 1 or not _INDICATORS & {words.column(piece.text) for piece in printed[at]}:
        return None
    best: _Header | None = None
    known = 0.0
    for above, below in ((0, 0), (1, 1), (0, 1), (1, 0), (2, 2), (0, 2)):
        first, after = max(at - above, 0), min(at + below + 1, len(printed))
        columns = _columns([piece for line in printed[first:after] for piece in line], words)
        found = [words.column(_printed(column)) for column in columns]
        count = len(set(found) - {None}) + sum(_worth(column, at, words) for column in columns)
        if len(_INDICATORS & set(found)) < _FEWEST or "name" in found or count <= known:
            continue
        if any(found.count(name) > 1 for name in ("level1", "level2", "indicator_name")):
            continue  # two halves side by side
        if any(terms().column(_printed(column)) in _OF_LISTS for column in columns):
            continue
        start = next(index for index, name in enumerate(found) if name in _INDICATORS)
        fields = [name if name not in found[:index] else None for index, name in enumerate(found)]
        own = [Column(name, column) for name, column in zip(fields, columns, strict=True)]
        lead = tuple(piece for column in columns[:start] for piece in column)
        best, known = _Header(first, after, lead, tuple(own[start:]), count), count
    return best


def _worth(column: Sequence[Piece], at: int, words: FormWords) -> float:
    """How much a label of several lines speaks for these: it is one as a whole, not in the line of the others alone."""
    if len(column) == 1:
        return 0.0 if column[0].line == at else -1.0
    inner = next((piece for piece in column if piece.line == at), None)
    if inner is not None and words.column(inner.text) is not None:
        return 0.5 if squash(_printed(column)) in words.columns else -2.0
    return 0.5 if inner is None else 0.0


def _columns(pieces: Sequence[Piece], words: FormWords) -> list[tuple[Piece, ...]]:
    """Words of a header that stand one below the other, from left to right; none of them is a category."""
    columns: list[list[Piece]] = []
    for piece in pieces:
        if levels_of(squash(piece.text)):
            return []
        over = [column for column in columns if any(overlaps(piece, one) for one in column)]
        if len(over) > 1:
            return []
        if over:
            over[0].append(piece)
        else:
            columns.append([piece])
    return [tuple(column) for column in sorted(columns, key=lambda column: min(piece.left for piece in column))]


def _printed(column: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in column)


def _begin(printed: Sequence[Sequence[Piece]], after: int, first: int, words: FormWords) -> int | None:
    """The first line of a form: that with the label of its name, or right above it where the label is wrapped."""
    for at in range(first - 1, max(after, first - _MOST_LINES) - 1, -1):
        for index, piece in enumerate(printed[at]):
            below = (one for line in printed[at + 1 : at + 3] for one in line if overlaps(one, piece))
            rest = next(below, None) if index == 0 else None
            for word in (piece.text, piece.text + rest.text if rest else ""):
                label = words.label(word)
                if label is not None and label.field == "name" and _NAME in word:
                    return _with_bodies(printed, at, after, words)
    return None


def _with_bodies(printed: Sequence[Sequence[Piece]], at: int, after: int, words: FormWords) -> int:
    """The line of a name, or of the bodies and names of others that labels name right above it."""
    while at > after and len(printed[at - 1]) > 1:
        label = words.label(printed[at - 1][0].text)
        if label is None or label.field not in {"department", "unit", "name"}:
            break
        at -= 1
    return at


def _end(printed: Sequence[Sequence[Piece]], header: _Header, limit: int, words: FormWords) -> int:
    """The line behind the indicators: a sum, a label of the form, a long line by itself, a page that ends."""
    last = header.after
    left = header.columns[1].pieces[0].left if len(header.columns) > 1 else 0
    for at in range(header.after, limit):
        line = printed[at]
        if not line:
            if at > header.after and not any(printed[at : at + 3]):
                break
            continue
        word = squash(line[0].text)
        if word in words.sums or _is_note(line) or (len(line) == 1 and len(word) > _LONGEST_REST):
            break
        label = words.label(line[0].text)
        ends = label is not None and words.is_listed(word) and not words.column(word) and not levels_of(word)
        if ends and line[0].left < left and label is not None and label.field in {"name", "department", "unit", "goal"}:
            break
        if len(line) == 1 and word.endswith("表") and line[0].text == word:
            break
        last = at + 1
    return last


def _is_note(line: Sequence[Piece]) -> bool:
    printed = squash("".join(piece.text for piece in line))
    known = terms()
    return bool(
        known.notes.match(printed)
        or known.endings.fullmatch(printed)
        or known.site.fullmatch(printed)
        or known.page_furniture.fullmatch(printed)
        or _NUMBERED.match(printed)
    )
