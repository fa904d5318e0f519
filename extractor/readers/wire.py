"""What a reader found, on its way between two processes: JSON, never anything that could run code.

A process that has read a hostile file is not believed either: every offset is checked on arrival.
"""

from __future__ import annotations

import operator
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence, Sized
from itertools import chain, pairwise, starmap
from math import isfinite
from typing import Any, Literal

from extractor.readers.parsed import Parsed
from extractor.schemas.document import Cell, Line, MappedText, Note, Row, Table
from extractor.schemas.positions import Boxes, Positions, Sheets

_MERGED: dict[str, Literal["above", "left"] | None] = {".": None, "a": "above", "l": "left"}
_LETTERS = {merged: letter for letter, merged in _MERGED.items()}


def pack(parsed: Parsed) -> dict[str, Any]:
    """Plain data; offsets are flat lists of whole numbers, three for a line and for a row, two for a cell."""
    return {
        "text": parsed.text,
        "lines": [number for line in parsed.lines for number in line],
        "tables": [_pack_table(table, parsed.text) for table in parsed.tables],
        "notes": [list(note) for note in parsed.notes],
        "positions": _pack_positions(parsed.positions),
    }


def unpack(data: Any) -> Parsed:
    """What `pack` was given; ValueError where the data make no sense.

    >>> import json; from extractor.readers.parsed import TextBuilder
    >>> builder = TextBuilder("a"); _ = builder.table([["甲", "1"]]); parsed = builder.parsed()
    >>> unpack(json.loads(json.dumps(pack(parsed)))) == parsed
    True
    """
    try:
        text = data["text"]
        if not isinstance(text, str):
            raise TypeError("text")
        lines = tuple(Line(*_span(start, end, text), _page(page)) for start, end, page in _groups(data["lines"], 3))
        tables = tuple(_unpack_table(table, text) for table in data["tables"])
        notes = tuple(
            Note(str(kind), str(detail), _page(page), None if span is None else _span(span[0], span[1], text))
            for kind, detail, page, span in data["notes"]
        )
        positions = _unpack_positions(data["positions"], text)
    except (KeyError, TypeError, IndexError, ValueError, OverflowError) as error:
        raise ValueError(f"no reader's answer: {error}") from None
    return Parsed(text, lines, tables, notes, positions)


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


def _pack_positions(positions: Positions | None) -> dict[str, Any] | None:
    """Flat arrays as they are in memory: one process writes them, the other, on the same machine, reads them."""
    if isinstance(positions, Boxes):
        arrays = (getattr(positions, name) for name in Boxes.__slots__)
        return {"boxes": [b64encode(values.tobytes()).decode() for values in arrays]}
    if isinstance(positions, Sheets):
        return {
            "names": positions.names,
            "columns": [columns.tolist() for columns in positions.columns],
            "rows": [positions.starts.tolist(), positions.rows.tolist(), positions.sheets.tolist()],
            "merged": [[offset, *last] for offset, last in positions.merged.items()],
        }
    return None


def _unpack_positions(data: Any, text: str) -> Positions | None:
    if data is None:
        return None
    return _unpack_boxes(data["boxes"], text) if "boxes" in data else _unpack_sheets(data, text)


def _unpack_boxes(packed: Sequence[str], text: str) -> Boxes:
    boxes = Boxes()
    for name, values in zip(Boxes.__slots__, packed, strict=True):
        getattr(boxes, name).frombytes(b64decode(values, validate=True))
    runs, letters = len(boxes.starts), len(boxes.lefts)
    edges = (boxes.tops, boxes.bottoms, boxes.lefts, boxes.rights)
    of_runs: tuple[Sized, ...] = (boxes.firsts, boxes.pages, boxes.sideways, boxes.tops, boxes.bottoms)
    if {runs} != set(map(len, of_runs)):
        raise ValueError("runs")
    if len(boxes.rights) != letters or not runs or boxes.firsts[0] or 0 in boxes.pages:
        raise ValueError("letters")
    # What the letters of each run take of the text, the next run must leave to it.
    taken = [after - first for first, after in pairwise([*boxes.firsts, letters])]
    room = [after - start for start, after in pairwise([*boxes.starts, len(text)])]
    if min(taken) < 1 or not all(map(operator.le, taken, room)) or not all(map(isfinite, map(sum, edges))):
        raise ValueError("boxes")
    return boxes


def _unpack_sheets(data: dict[str, Any], text: str) -> Sheets:
    names, columns = tuple(map(str, data["names"])), tuple(array("I", one) for one in data["columns"])
    starts, rows, sheets = (array("I", one) for one in data["rows"])
    rising = all(starmap(operator.lt, pairwise([*starts, len(text) + 1])))
    if len(names) != len(columns) or not len(starts) == len(rows) == len(sheets) or not rising:
        raise ValueError("rows")
    if 0 in chain(rows, *columns) or max(sheets, default=-1) >= len(names):
        raise ValueError("sheets")
    merged = {int(offset): (int(row), int(column)) for offset, row, column in data["merged"]}
    if any(min(offset, *last) < 0 for offset, last in merged.items()):
        raise ValueError("merged")
    return Sheets(names, columns, starts, rows, sheets, merged)


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
