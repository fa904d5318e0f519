"""Tables between rules of dashes, as pandoc writes them: `---- ----` above and below, columns as wide as the dashes.

Where blank lines part the rows, the lines between two of them are one row; else each line is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.readers.plain.markdown import plain
from extractor.readers.plain.pieces import blank, stacked
from extractor.schemas.document import Line, MappedText, Row, Table

_COLUMNS = re.compile(r"\s*-{2,}(?: +-{2,})+\s*")
_RULE = re.compile(r"\s*-{6,}\s*")
_DASHES = re.compile(r"-+")
_LONGEST = 4_000
"""Lines of one table; a rule without an end below it parts nothing."""
_NEAR = 3
"""Characters of uncertain width shift the columns behind them by as much."""
_BREAK = "\\"


def is_ruled(text: str) -> bool:
    """Whether a text holds the rules of such a table."""
    return "--- ---" in text or "-- --" in text


def read_ruled(text: str, lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of tables between rules, and the tables."""
    outside: list[Line] = []
    tables: list[Table] = []
    index = 0
    while index < len(lines):
        found = _table(text, lines, index)
        if found is None:
            outside.append(lines[index])
            index += 1
        else:
            tables.append(found[0])
            index = found[1]
    return tuple(outside), tuple(tables)


def _table(text: str, lines: Sequence[Line], begin: int) -> tuple[Table, int] | None:
    """The table that begins with a line, and the line behind it."""
    columns = _columns_line(text, lines, begin)
    if columns is None:
        return None
    is_open = _is_headed(text, lines, begin, columns)
    end = _end(text, lines, columns + 1, is_open=is_open)
    if end is None:
        return None
    lefts = [place for place, starts in _starts(text, lines[columns]) if starts]
    header = [line for line in lines[begin:columns] if not _is_rule(text, line)]
    rows = [_row(text, row, lefts) for row in (header, *_rows(text, lines[columns + 1 : end])) if row]
    filled = [row for row in rows if any(cell.content.text for cell in row.cells)]
    behind = end if is_open and (end == len(lines) or not _is_rule(text, lines[end])) else end + 1
    return (Table(tuple(filled), lines[begin].page), behind) if filled else None


def _columns_line(text: str, lines: Sequence[Line], begin: int) -> int | None:
    """The line of dashes that shows the columns: the first one, or that below a header.

    A header stands below a rule where it may have several lines; one of a single line has a blank line above it.
    """
    printed = _printed(text, lines[begin])
    if _COLUMNS.fullmatch(printed):
        return begin
    if not printed.strip():
        return None
    if not _RULE.fullmatch(printed):
        is_first = begin == 0 or not _printed(text, lines[begin - 1]).strip()
        return begin + 1 if is_first and begin + 1 < len(lines) and _is_columns(text, lines[begin + 1]) else None
    for at in range(begin + 1, min(begin + _LONGEST, len(lines))):
        if _is_columns(text, lines[at]):
            return at if at > begin + 1 else None
        if not _printed(text, lines[at]).strip() or _is_rule(text, lines[at]):
            return None
    return None


def _is_headed(text: str, lines: Sequence[Line], begin: int, columns: int) -> bool:
    """Whether a table has its header right above the columns' rule, and no rule above that: a blank line ends it."""
    return columns == begin + 1 and not _is_rule(text, lines[begin])


def _end(text: str, lines: Sequence[Line], first: int, *, is_open: bool) -> int | None:
    """The line that ends a table: a rule, or a blank line; None where there is none."""
    for at in range(first, min(first + _LONGEST, len(lines))):
        if _is_rule(text, lines[at]) or (is_open and not _printed(text, lines[at]).strip()):
            return at
    return len(lines) if is_open else None


def _printed(text: str, line: Line) -> str:
    return text[line.start : line.end]


def _is_rule(text: str, line: Line) -> bool:
    return _RULE.fullmatch(_printed(text, line)) is not None or _is_columns(text, line)


def _is_columns(text: str, line: Line) -> bool:
    return _COLUMNS.fullmatch(_printed(text, line)) is not None


def _rows(text: str, lines: Sequence[Line]) -> Iterator[list[Line]]:
    filled = [bool(_printed(text, line).strip()) for line in lines]
    if all(filled):
        yield from ([line] for line in lines)
        return
    row: list[Line] = []
    for line, is_filled in zip(lines, filled, strict=True):
        if is_filled:
            row.append(line)
        elif row:
            yield row
            row = []
    if row:
        yield row


def _starts(text: str, line: Line) -> Iterator[tuple[int, bool]]:
    """The places of a rule's characters, and whether a column begins there."""
    begins = {match.start() for match in _DASHES.finditer(_printed(text, line))}
    return ((place, at in begins) for at, place in enumerate(_places(text, line)))


def _places(text: str, line: Line) -> Iterator[int]:
    """Where the characters of a line stand on paper: one of Chinese is as wide as two others."""
    place = 0
    for character in _printed(text, line):
        yield place
        place += 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _row(text: str, lines: Sequence[Line], lefts: Sequence[int]) -> Row:
    cells: list[list[MappedText]] = [[] for _ in lefts]
    for line in lines:
        for column, (start, end) in enumerate(pairwise(_borders(text, line, lefts))):
            body = text[start:end].rstrip().removesuffix(_BREAK)
            if body.strip():
                cells[column].append(plain(text, start, start + len(body)))
    start, end = lines[0].start, lines[-1].end
    return Row(tuple(stacked(text, pieces, start) if pieces else blank(start) for pieces in cells), start, end)


def _borders(text: str, line: Line, lefts: Sequence[int]) -> list[int]:
    """Where each column begins in a line: at a blank, or at the end of one, near the place that the rule shows."""
    places = list(_places(text, line))
    borders = [line.start]
    for left in lefts[1:]:
        at = next((index for index, place in enumerate(places) if place >= left), len(places))
        near = sorted(range(max(at - _NEAR, 1), min(at + _NEAR, len(places)) + 1), key=lambda one: abs(one - at))
        here = next((one for one in near if text[line.start + one - 1].isspace()), at)
        borders.append(max(borders[-1], line.start + here))
    return [*borders, line.end]
