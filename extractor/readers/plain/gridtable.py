"""Grid tables, as pandoc writes them: rules of +---+---+ around each row, cells of several lines between bars."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.readers.plain.markdown import plain
from extractor.readers.plain.pieces import blank, stacked
from extractor.schemas.document import Line, MappedText, Row, Table

_RULE = re.compile(r"\+(?:[-=:]{3,}\+)+")
_RULED = re.compile(r"[+|](?:[^+]*)\+[-=:]{3,}\+.*[+|]|\+[-=:]{3,}\+.*[+|]")
_BAR = re.compile(r"(?<!\\)\|")
_NEAR = 2
"""Characters of uncertain width shift a bar by as much."""


def is_grid(text: str) -> bool:
    """Whether a text holds the rules of a grid table."""
    return "+--" in text or "+==" in text


def read_grids(text: str, lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of grid tables, and the tables."""
    outside: list[Line] = []
    tables: list[Table] = []
    index = 0
    while index < len(lines):
        end = _end_of_table(text, lines, index)
        if end > index:
            tables.append(_table(text, lines[index:end]))
            index = end
        else:
            outside.append(lines[index])
            index += 1
    return tuple(outside), tuple(tables)


def _end_of_table(text: str, lines: Sequence[Line], begin: int) -> int:
    """The line behind a table that begins with a rule; `begin` itself where none does."""
    if not _RULE.fullmatch(_printed(text, lines[begin])):
        return begin
    last = end = begin
    while end < len(lines) and _printed(text, lines[end])[:1] in {"+", "|"}:
        if _RULE.fullmatch(_printed(text, lines[end])):
            last = end
        end += 1
    return last + 1 if last > begin else begin


def _table(text: str, lines: Sequence[Line]) -> Table:
    borders = sorted({at for line in lines if _RULE.fullmatch(_printed(text, line)) for at in _crossings(text, line)})
    width = len(borders) - 1
    rows: list[list[list[MappedText]]] = []
    spans: list[tuple[int, int]] = []
    origin = [0] * width
    """Row in which the cell began that is open in each column."""
    ended: frozenset[int] = frozenset(range(width))
    goes_on: set[tuple[int, int]] = set()
    for line in lines:
        closed = _closed(text, line, borders)
        if not closed and ended:
            at = len(rows)
            rows.append([[] for _ in range(width)])
            spans.append((line.start, line.end))
            goes_on |= {(at, column) for column in range(width) if column not in ended}
            origin = [at if column in ended else origin[column] for column in range(width)]
            ended = frozenset()
        for column, start, end in _pieces(text, line, borders, closed):
            rows[origin[column]][column].append(plain(text, start, end))
        if rows and not closed:
            spans[-1] = (spans[-1][0], line.end)
        ended |= closed
    return Table(tuple(_row(text, at, cells, spans[at], goes_on) for at, cells in enumerate(rows)), lines[0].page)


def _row(
    text: str, at: int, cells: Sequence[Sequence[MappedText]], span: tuple[int, int], goes_on: set[tuple[int, int]]
) -> Row:
    start, end = span
    made = (
        replace(blank(start), merged="above") if (at, column) in goes_on else stacked(text, pieces, start)
        for column, pieces in enumerate(cells)
    )
    return Row(tuple(made), start, end)


def _printed(text: str, line: Line) -> str:
    return text[line.start : line.end].strip()


def _crossings(text: str, line: Line) -> Iterator[int]:
    return (at for at, character in _placed(text, line) if character == "+")


def _placed(text: str, line: Line) -> Iterator[tuple[int, str]]:
    """The characters of a line with their places on paper, where a Chinese character is as wide as two others."""
    at = 0
    for character in text[line.start : line.end]:
        yield at, character
        at += 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _closed(text: str, line: Line, borders: Sequence[int]) -> frozenset[int]:
    """The columns whose cells a line ends, all of them or some."""
    printed = _printed(text, line)
    if not _RULE.fullmatch(printed) and not _RULED.fullmatch(printed):
        return frozenset()
    drawn = {at for at, character in _placed(text, line) if character in "-=:"}
    return frozenset(
        column for column, (left, right) in enumerate(pairwise(borders)) if left + 1 in drawn and right - 1 in drawn
    )


def _pieces(text: str, line: Line, borders: Sequence[int], closed: frozenset[int]) -> Iterator[tuple[int, int, int]]:
    """Column, start and end of what stands in each cell of a line."""
    if len(closed) == len(borders) - 1:
        return
    bars = [match.start() for match in _BAR.finditer(text, line.start, line.end)]
    if closed:
        bars = sorted(
            {*bars, *(line.start + at for at, character in enumerate(text[line.start : line.end]) if character == "+")}
        )
    if len(bars) == len(borders):
        cells = list(enumerate(pairwise(bars)))
    else:
        places = [at for at, _ in _placed(text, line)]
        cells = [
            (
                min(range(len(borders)), key=lambda column: abs(borders[column] - places[left - line.start])),
                (left, right),
            )
            for left, right in pairwise(bars)
        ]
    for column, (left, right) in cells:
        if column not in closed and column < len(borders) - 1:
            yield column, left + 1, right
