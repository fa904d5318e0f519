"""Delimited tables (TSV, CSV) with offsets; the csv module tells no positions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from extractor.layouts import terms
from extractor.readers.plain.paragraphs import TAB, broken_rows, read_broken
from extractor.schemas.document import Cell, Line, MappedText, Row, Table

_DELIMITERS = ("\t", ",", ";", "，")
_HEADER_COLUMNS = 3
_EVEN_ROWS = 4
_EVEN_SHARE = 0.75
_FEW_ROWS, _FEW_TABS = 4, 2
_SAMPLE = 80
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')


def find_delimiter(text: str, lines: tuple[Line, ...]) -> str | None:
    """Delimiter of the first line that holds three or more known column headers.

    Where none does, of lines that nearly all hold it equally often; None for a text without columns.
    """
    has_quotes = '"' in text
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        cell_end = _cell_end(delimiter)
        for line in lines:
            parted = text.count(delimiter, line.start, line.end) >= _HEADER_COLUMNS - 1
            if parted or (has_quotes and text.startswith('"', line.start, line.end)):
                cells = _read_cells(text, line.start, delimiter, cell_end)
                columns = {terms().column(cell.content.text) for cell in cells}
                if len(columns - {None}) >= _HEADER_COLUMNS:
                    return delimiter
    even = next((delimiter for delimiter in _DELIMITERS[:2] if _parts_evenly(text, lines, delimiter)), None)
    return even or (TAB if _holds_rows(text, lines) else None)


def _holds_rows(text: str, lines: tuple[Line, ...]) -> bool:
    """Whether lines with tabs inside follow each other, as few as they may be: nobody writes prose with tabs."""
    run = 0
    for line in lines if TAB in text else ():
        printed = text[line.start : line.end].strip(" \r")
        if printed:
            run = run + 1 if printed.strip().count(TAB) and printed.count(TAB) >= _FEW_TABS else 0
        if run >= _FEW_ROWS:
            return True
    return False


def _parts_evenly(text: str, lines: tuple[Line, ...], delimiter: str) -> bool:
    """Whether a delimiter cuts nearly every line into the same number of cells, as it does in no prose."""
    if delimiter not in text:
        return False
    outside, tables = read_delimited(text, lines[:_SAMPLE], delimiter)
    times = Counter(len(row.cells) for table in tables for row in table.rows)
    if not times:
        return False
    (columns, rows), *_ = times.most_common(1)
    others = sum(bool(text[line.start : line.end].strip()) for line in outside)
    return columns >= _HEADER_COLUMNS and rows >= _EVEN_ROWS and rows >= _EVEN_SHARE * (times.total() + others)


def read_delimited(text: str, lines: tuple[Line, ...], delimiter: str) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of the table, and the rows, one table for each page: what holds the delimiter is a row."""
    outside: list[Line] = []
    pages: dict[int | None, list[Row]] = {}
    position = 0
    cell_end = _cell_end(delimiter)
    broken = broken_rows(text, lines) if delimiter == TAB else {}
    for index, line in enumerate(lines):
        if line.start < position:
            continue
        if index in broken:
            row = read_broken(text, lines[index : broken[index]])
            position = row.end
            pages.setdefault(line.page, []).append(row)
            continue
        # A quoted cell may go on over line breaks before the first delimiter comes.
        if delimiter in text[line.start : line.end] or text.startswith('"', line.start):
            cells = tuple(_read_cells(text, line.start, delimiter, cell_end))
            if len(cells) > 1:
                position = cells[-1].end
                pages.setdefault(line.page, []).append(Row(cells, line.start, position))
                continue
            if text.startswith('"', line.start) and cells[0].end > line.start + 1 and _is_whole(cells[0], text):
                position = cells[0].end
                outside += _lines_of(text, line.start + 1, position - 1, line.page)
                continue
        outside.append(line)
    return tuple(outside), tuple(Table(tuple(rows), page) for page, rows in pages.items())


def _is_whole(cell: Cell, text: str) -> bool:
    """Whether a cell is quoted from its first character to its last."""
    quoted = _QUOTED.match(text, cell.start)
    return quoted is not None and quoted.end() == cell.end


def _lines_of(text: str, start: int, end: int, page: int | None) -> Iterator[Line]:
    """The lines between quotes: a caption that a program quotes as it quotes every cell."""
    for printed in re.finditer(r"[^\r\n\f]+", text[start:end]):
        yield Line(start + printed.start(), start + printed.end(), page)


def _cell_end(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf"[^{re.escape(delimiter)}\r\n\f]*")


def _read_cells(text: str, start: int, delimiter: str, cell_end: re.Pattern[str]) -> Iterator[Cell]:
    position = start
    while True:
        quoted = _QUOTED.match(text, position)
        if quoted and (quoted.end() == len(text) or text[quoted.end()] in f"{delimiter}\r\n\f"):
            yield Cell(_shown(_unquote(text, quoted.start(1), quoted.end(1))), position, quoted.end())
            position = quoted.end()
        else:
            match = cell_end.match(text, position)
            end = match.end() if match else position
            yield Cell(_shown(MappedText(text[position:end], range(position, end))), position, end)
            position = end
        if position >= len(text) or text[position] != delimiter:
            return
        position += 1


def _shown(content: MappedText) -> MappedText:
    """A cell as a spreadsheet shows it: many systems write codes as formulas, to keep their zeros.

    >>> _shown(MappedText('="0012"', range(7))).text
    '0012'
    """
    text = content.text
    if text.startswith('="') and text.endswith('"') and '"' not in text[2:-1] and len(text) > 3:
        return MappedText(text[2:-1], content.offsets[2:-1])
    return content


def _unquote(text: str, start: int, end: int) -> MappedText:
    """Content between the quotes, doubled quotes single.

    >>> _unquote('a""b', 0, 4)
    MappedText(text='a"b', offsets=[0, 1, 3])
    """
    content = text[start:end]
    if '""' not in content:
        return MappedText(content, range(start, end))
    doubled = {start + match.end() - 1 for match in re.finditer('""', content)}
    offsets = [offset for offset in range(start, end) if offset not in doubled]
    return MappedText(content.replace('""', '"'), offsets)
