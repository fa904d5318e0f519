"""What a reader found, on its way between two processes: JSON, never anything that could run code.

A process that has read a hostile file is not believed either: every offset is checked on arrival.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from extractor.readers.parsed import Parsed
from extractor.schemas.document import Cell, Line, MappedText, Note, Row, Table

_MERGED: dict[str, Literal["above", "left"] | None] = {".": None, "a": "above", "l": "left"}
_LETTERS = {merged: letter for letter, merged in _MERGED.items()}


def pack(parsed: Parsed) -> dict[str, Any]:
    """Plain data; offsets are flat lists of whole numbers, three for a line and for a row, two for a cell."""
    return {
        "text": parsed.text,
        "lines": [number for line in parsed.lines for number in line],
        "tables": [_pack_table(table, parsed.text) for table in parsed.tables],
        "notes": [list(note) for note in parsed.notes],
    }


def unpack(data: Any) -> Parsed:
    """What `pack` was given; ValueError where the data make no sense.

    >>> import json; from extractor.readers.parsed import TextBuilder
    >>> builder = TextBuilder("a"); builder.table([["甲", "1"]]); parsed = builder.parsed()
    >>> unpack(json.loads(json.dumps(pack(parsed)))) == parsed
    True
    """
    try:
        text = data["text"]
        if not isinstance(text, str):
            raise TypeError("text")
        lines = tuple(Line(*_span(start, end, text), _page(page)) for start, end, page in _groups(data["lines"], 3))
        tables = tuple(_unpack_table(table, text) for table in data["tables"])
        notes = tuple(Note(str(kind), str(detail), _page(page)) for kind, detail, page in data["notes"])
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ValueError(f"no reader's answer: {error}") from None
    return Parsed(text, lines, tables, notes)


def _pack_table(table: Table, text: str) -> dict[str, Any]:
    cells = [cell for row in table.rows for cell in row.cells]
    for cell in cells:
        if cell.content.text != text[cell.start : cell.end]:
            raise AssertionError("a cell's content is not the text at its place")
    return {
        "page": table.page,
        "rows": [number for row in table.rows for number in (row.start, row.end, len(row.cells))],
        "cells": [number for cell in cells for number in (cell.start, cell.end)],
        "merged": "".join(_LETTERS[cell.merged] for cell in cells),
    }


def _unpack_table(data: dict[str, Any], text: str) -> Table:
    cells: list[Cell] = []
    for (begin, stop), letter in zip(_groups(data["cells"], 2), data["merged"], strict=True):
        start, end = _span(begin, stop, text)
        cells.append(Cell(MappedText(text[start:end], range(start, end)), start, end, _MERGED[letter]))
    rows: list[Row] = []
    position = 0
    for begin, stop, count in _groups(data["rows"], 3):
        if not isinstance(count, int) or count < 0:
            raise ValueError("rows")
        rows.append(Row(tuple(cells[position : position + count]), *_span(begin, stop, text)))
        position += count
    if position != len(cells):
        raise ValueError("cells")
    return Table(tuple(rows), _page(data["page"]))


def _groups(numbers: list[Any], size: int) -> Iterator[tuple[Any, ...]]:
    if len(numbers) % size:
        raise ValueError("length")
    return zip(*[iter(numbers)] * size, strict=True)


def _span(start: Any, end: Any, text: str) -> tuple[int, int]:
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= len(text):
        raise ValueError("span")
    return start, end


def _page(page: Any) -> int | None:
    if page is not None and (type(page) is not int or page < 1):
        raise ValueError("page")
    return page
