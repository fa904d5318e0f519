"""Rows of a tab-separated table that a browser copied: a cell of several paragraphs breaks its row into lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extractor.readers.plain.pieces import without_blank_lines
from extractor.schemas.document import Cell, Line, Row

TAB = "\t"
_MOST_LINES = 400
"""Lines that one row may take."""


def broken_rows(text: str, lines: Sequence[Line]) -> dict[int, int]:
    """Rows that go on over several lines: first line and the line behind the last.

    Such a row has fewer tabs than the table's widest rows until all its lines are taken together, and at least one of
    its cells stands between blank lines.

    >>> text = "项目\\t目标\\t指标\\n甲\\t\\n\\n一是。\\n\\n二是。\\n\\n\\t三\\n乙\\t好\\t优"
    >>> from extractor.readers.plain.lines import split_lines
    >>> broken_rows(text, split_lines(text))
    {1: 8}
    """
    tabs = [text.count(TAB, line.start, line.end) for line in lines]
    filled = [bool(text[line.start : line.end].strip()) for line in lines]
    full = _full_width(tabs)
    found: dict[int, int] = {}
    if full is None:
        return found
    index = 0
    while index < len(lines):
        end = _end_of_row(tabs, filled, full, index) if 0 < tabs[index] <= full else index
        if end > index + 1:
            found[index] = end
        index = max(end, index + 1)
    return found


def read_broken(text: str, lines: Sequence[Line]) -> Row:
    """A row that takes several lines."""
    start, end = lines[0].start, lines[-1].end
    stops = [start - 1, *(at for at in range(start, end) if text[at] == TAB), end]
    return Row(tuple(_cell(text, left + 1, right) for left, right in pairwise(stops)), start, end)


def _cell(text: str, start: int, end: int) -> Cell:
    return Cell(without_blank_lines(text[start:end], range(start, end)), start, end)


def _full_width(tabs: Sequence[int]) -> int | None:
    """How many tabs a whole row has: as many as the first line that has more than any line above it or the next two."""
    widest = max(tabs, default=0)
    return next((count for count in tabs if count >= 2 and count >= widest - 1), None)


def _end_of_row(tabs: Sequence[int], filled: Sequence[bool], full: int, begin: int) -> int:
    """The line behind a row that begins at a line; the next line where it is a row by itself."""
    count, end = tabs[begin], begin + 1
    last = min(len(tabs), begin + _MOST_LINES)
    while count < full and end < last and count + tabs[end] <= full:
        count += tabs[end]
        end += 1
    whole = count == full and _has_paragraph(tabs, filled, begin + 1, end)
    if count < full or not (whole or end == begin + 1):
        return begin + 1
    stop, followed = _end_of_cell(tabs, filled, end, last)
    if whole:
        return stop
    # A row whose last cell alone holds paragraphs is whole already; another row must follow them.
    goes_on = followed and end < len(filled) and not filled[end] and _has_paragraph(tabs, filled, end, stop)
    return stop if goes_on else begin + 1


def _end_of_cell(tabs: Sequence[int], filled: Sequence[bool], begin: int, last: int) -> tuple[int, bool]:
    """The line behind the paragraphs of a row's last cell, and whether another row follows."""
    end = begin
    while end < last and not tabs[end]:
        if not filled[end] and end + 1 < last and not filled[end + 1] and not tabs[end + 1]:
            return end, False
        end += 1
    return end, end < last and bool(tabs[end])


def _has_paragraph(tabs: Sequence[int], filled: Sequence[bool], begin: int, end: int) -> bool:
    inside = range(begin, end)
    return any(filled[at] and not tabs[at] for at in inside) and any(not filled[at] for at in inside)
