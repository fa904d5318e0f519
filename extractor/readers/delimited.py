"""Delimited tables (TSV, CSV) with offsets; the csv module tells no positions."""

from __future__ import annotations

import re

from extractor.layouts import terms
from schemas.document import Cell, Line, MappedText, Row, Table

_DELIMITERS = ("\t", ",", ";", "，")
_HEADER_COLUMNS = 3
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def find_delimiter(text: str, lines: tuple[Line, ...]) -> str | None:
    """Delimiter of the first line that holds three or more known column headers; None if none does."""
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        for line in lines:
            printed = text[line.start : line.end]
            if printed.count(delimiter) >= _HEADER_COLUMNS - 1:
                columns = {terms().column(cell.strip().strip('"')) for cell in printed.split(delimiter)}
                if len(columns - {None}) >= _HEADER_COLUMNS:
                    return delimiter
    return None


def read_delimited(text: str, lines: tuple[Line, ...], delimiter: str) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of the table, and the table: every line that holds the delimiter is a row of it."""
    outside: list[Line] = []
    rows: list[Row] = []
    position = 0
    for line in lines:
        if line.start < position:
            continue
        if delimiter not in text[line.start : line.end]:
            outside.append(line)
            continue
        row = _read_row(text, line.start, delimiter)
        rows.append(row)
        position = row.end
    return tuple(outside), (Table(tuple(rows)),) if rows else ()


def _read_row(text: str, start: int, delimiter: str) -> Row:
    cells: list[Cell] = []
    position = start
    stop = re.compile(rf"[^{re.escape(delimiter)}\r\n\f]*")
    while True:
        quoted = _QUOTED.match(text, position)
        if quoted and (quoted.end() == len(text) or text[quoted.end()] in f"{delimiter}\r\n\f"):
            cells.append(Cell(_unquote(text, quoted.start(1), quoted.end(1)), position, quoted.end()))
            position = quoted.end()
        else:
            match = stop.match(text, position)
            end = match.end() if match else position
            cells.append(Cell(MappedText(text[position:end], range(position, end)), position, end))
            position = end
        if position >= len(text) or text[position] != delimiter:
            return Row(tuple(cells), start, position)
        position += 1


def _unquote(text: str, start: int, end: int) -> MappedText:
    """Content between the quotes, doubled quotes single.

    >>> _unquote('a""b', 0, 4)
    MappedText(text='a"b', offsets=[0, 1, 3])
    """
    offsets = list(range(start, end))
    content = text[start:end]
    if '""' in content:
        doubled = {start + match.end() - 1 for match in re.finditer('""', content)}
        offsets = [offset for offset in offsets if offset not in doubled]
        content = content.replace('""', '"')
    return MappedText(content, offsets)
