"""The rows of a form's indicators on a page that keeps its columns by position alone.

Each word stands in the column whose place it shares. What a row holds stands around its middle, or hangs from its top:
of all ways to part the lines into rows the one is taken in which the cells of each row stand level best, each with one
name and one value. A category stands in the middle of the rows that it holds for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from extractor.layouts.fit import levels_of
from extractor.readers.plain.pieces import blank, stacked
from extractor.readers.plain.positionwords import Piece, mapped, overlaps
from extractor.schemas.document import Cell, Row
from extractor.text import squash

_LEVELS = ("level1", "level2")
_VALUES = frozenset(("annual_value", "cycle_value"))
_ONE_LINE = frozenset(("operator", "weight"))
_BEGINS = re.compile(r"[≥≤><=＝═≧≦]|\d")
_OPEN = ("，", ",", "、", "（", "(", "/", "—", "-", "至")
_LONGEST_ROW = 9
_UNEVEN = 2.0
_NO_NAME = 2.5
_NO_VALUE = 1.2
_SECOND = 3.0
_MORE = 0.3
_BELOW = 0.1
_NO_ROW = 5.0
_APART = 2
"""Lines of one cell stand closer, those of a smaller letter beside them may lie in between."""
_SCORE = re.compile(r"\([^()]*\)")


class Column(NamedTuple):
    """A column of the indicators: the field that its header names, and its places on the page."""

    field: str | None
    pieces: tuple[Piece, ...]
    left: float = 0.0
    right: float = 0.0

    @property
    def centre(self) -> float:
        return (min(piece.left for piece in self.pieces) + max(piece.right for piece in self.pieces)) / 2


def bounded(columns: Sequence[Column], lines: Sequence[Sequence[Piece]]) -> list[Column]:
    """Columns with their borders: where the fewest words of the lines below reach over, between two headers."""
    pieces = [piece for line in lines for piece in line]
    borders = [-1.0]
    for one, other in pairwise(columns):
        places = range(int(one.centre) + 1, int(other.centre) + 1)
        crossed = [sum(piece.left < place < piece.right for piece in pieces) for place in places]
        middle = (max(piece.right for piece in one.pieces) + min(piece.left for piece in other.pieces)) / 2
        best = min(zip(crossed, places, strict=True), key=lambda pair: (pair[0], abs(pair[1] - middle)), default=None)
        borders.append(best[1] if best else (one.centre + other.centre) / 2)
    borders.append(1e9)
    return [column._replace(left=borders[at], right=borders[at + 1]) for at, column in enumerate(columns)]


def column_of(piece: Piece, columns: Sequence[Column]) -> int:
    shared = [min(piece.right, column.right) - max(piece.left, column.left) for column in columns]
    return max(range(len(columns)), key=lambda at: shared[at])


def rows_of(text: str, lines: Sequence[Sequence[Piece]], columns: Sequence[Column], first: int) -> list[Row]:
    """The rows below the header of a form's indicators; `first` is the number of the first line."""
    own: list[dict[int, list[Piece]]] = []
    levels: dict[int, list[Piece]] = {at: [] for at, column in enumerate(columns) if column.field in _LEVELS}
    for line in lines:
        held: dict[int, list[Piece]] = {}
        for piece in line:
            at = column_of(piece, columns)
            (levels[at] if at in levels else held.setdefault(at, [])).append(piece)
        own.append(held)
    filled = [at for at, held in enumerate(own) if held]
    if not filled:
        return []
    fields = [column.field for column in columns]
    ways = {aligned: _parted([own[at] for at in filled], filled, fields, aligned) for aligned in ("middle", "top")}
    aligned = min(ways, key=lambda one: ways[one][0])
    spans = [(filled[begin], filled[end - 1]) for begin, end in ways[aligned][1]]
    rows: list[dict[int, list[Piece]]] = []
    for begin, end in ways[aligned][1]:
        held = {}
        for at in filled[begin:end]:
            for column, pieces in own[at].items():
                held.setdefault(column, []).extend(pieces)
        rows.append(held)
    merged: dict[int, set[int]] = {at: set() for at in levels}
    for column, pieces in levels.items():
        cells = _whole(pieces)
        tops = [cell[0].line - first for cell in cells]
        middles = [(cell[0].line + cell[-1].line) / 2 - first for cell in cells] if aligned == "middle" else tops
        for cell, (begin, end) in zip(cells, _spread(middles, spans, aligned), strict=True):
            if begin < end:
                rows[begin].setdefault(column, []).extend(cell)
                merged[column] |= set(range(begin + 1, end))
    return [
        _row(text, held, len(columns), {c for c, at in merged.items() if index in at})
        for index, held in enumerate(rows)
    ]


def row_of_columns(text: str, columns: Sequence[Column]) -> Row:
    """The header itself as a row."""
    return _row(text, {at: column.pieces for at, column in enumerate(columns)}, len(columns), set())


def _row(text: str, held: Mapping[int, Sequence[Piece]], width: int, merged: set[int]) -> Row:
    pieces = [piece for cell in held.values() for piece in cell]
    start, end = min(piece.start for piece in pieces), max(piece.end for piece in pieces)
    cells = []
    for column in range(width):
        if column in held:
            cell: Cell = stacked(text, [mapped(text, piece) for piece in held[column]], start)
        else:
            cell = replace(blank(start), merged="above") if column in merged else blank(start)
        cells.append(cell)
    return Row(tuple(cells), start, end)


def _parted(
    lines: Sequence[Mapping[int, Sequence[Piece]]], places: Sequence[int], fields: Sequence[str | None], aligned: str
) -> tuple[float, list[tuple[int, int]]]:
    """Lines as rows, and what the best way costs."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(lines) + 1):
        options = (
            (best[begin][0] + _cost(lines[begin:end], places[begin:end], fields, aligned), begin)
            for begin in range(max(end - _LONGEST_ROW, 0), end)
        )
        best.append(min(options))
    rows: list[tuple[int, int]] = []
    end = len(lines)
    while end:
        begin = best[end][1]
        rows.append((begin, end))
        end = begin
    return best[-1][0], rows[::-1]


def _cost(
    lines: Sequence[Mapping[int, Sequence[Piece]]], places: Sequence[int], fields: Sequence[str | None], aligned: str
) -> float:
    """How little some lines look like one row."""
    level = (places[0] + places[-1]) / 2 if aligned == "middle" else places[0]
    cost = 0.0
    for column, name in enumerate(fields):
        if name in _LEVELS:
            continue
        held = [(place, piece) for place, line in zip(places, lines, strict=True) for piece in line.get(column, ())]
        if not held:
            cost += _NO_NAME if name == "indicator_name" else _NO_VALUE if name in _VALUES else 0.0
            continue
        own = sum(place for place, _ in held) / len(held) if aligned == "middle" else held[0][0]
        cost += _UNEVEN * abs(own - level)
        cost += _MORE * len({place for place, _ in held[1:]} - {held[0][0]})
        cost += sum(_SECOND for above, below in pairwise(held) if below[0] - above[0] > _APART)
        cost += sum(_SECOND for above, below in pairwise(held) if _is_second(above, below, name))
    return cost


def _is_second(above: tuple[int, Piece], below: tuple[int, Piece], name: str | None) -> bool:
    """Whether a piece begins another cell than the one above it in its column."""
    if above[0] == below[0]:
        return False
    if name in _ONE_LINE:
        return True
    is_value = name in _VALUES and _BEGINS.match(squash(below[1].text)) is not None
    return is_value and not above[1].text.endswith(_OPEN)


def _whole(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Categories out of their pieces: what completes one that is open belongs to it."""
    cells: list[list[Piece]] = []
    for piece in pieces:
        word = squash(piece.text)
        if cells and _SCORE.fullmatch(word):
            cells[-1].append(piece)  # 产出指标 over (50分)
            continue
        is_open = (cell for cell in reversed(cells[-3:]) if not levels_of(_joined(cell)))
        fitting = next((cell for cell in is_open if levels_of(_joined(cell) + word)), None)
        if fitting is None and not levels_of(word) and cells and not levels_of(_joined(cells[-1])):
            near = piece.line - cells[-1][-1].line <= 2 and overlaps(piece, cells[-1][-1], 2)
            fitting = cells[-1] if near else None
        if fitting is None:
            cells.append([piece])
        else:
            fitting.append(piece)
    return cells


def _joined(cell: Sequence[Piece]) -> str:
    return "".join(squash(piece.text) for piece in cell)


def _spread(middles: Sequence[float], spans: Sequence[tuple[int, int]], aligned: str) -> Iterator[tuple[int, int]]:
    """The rows [begin, end) that each category holds for, so that it stands in their middle, or at their top."""
    count = len(spans)
    best: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(1e9, 0)] * count]
    for middle in middles:
        following = []
        for end in range(count + 1):
            options = [(best[-1][end][0] + _NO_ROW, end)]
            for begin in range(end):
                top, bottom = spans[begin][0], spans[end - 1][1]
                level = (top + bottom) / 2 if aligned == "middle" else top
                # Where two ways are as good, the rows below the category are its own.
                options.append((best[-1][begin][0] + abs(level - middle) + _BELOW * (middle > level), begin))
            following.append(min(options))
        best.append(following)
    end = count
    found: list[tuple[int, int]] = []
    for ways in reversed(best[1:]):
        begin = ways[end][1]
        found.append((begin, end))
        end = begin
    return reversed(found)
