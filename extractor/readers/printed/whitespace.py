"""Tables without rules: columns and rows that white space parts.

A table has upright strips in which none of its lines prints anything, and level ones between its rows. Where lines of
one row are centred beside each other so that nothing parts it from the next, the page stays what it was: lines.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.readers.printed.characters import Characters
from extractor.readers.printed.grid import Grid

_GUTTER = 0.5
"""Of a line's height: how wide the strip between two columns is at least."""
_SHRUNK = 0.15
"""Of a letter's height: air above and below it in its box, where lines may overlap."""
_FEWEST_GUTTERS, _FEWEST_ROWS = 3, 3
_SINGLE = 1.0
"""Of a line's height: lines of cells that stand side by side at different heights are higher together."""
_WIDER_STEP = 1.2
"""Rows of several lines stand further apart than the lines within them."""
_HALF_A_LINE = (0.3, 0.8)
_MOST_LINES = 400


class _Line(NamedTuple):
    """Characters with no level strip between them, and the free strips between and around them."""

    top: float
    bottom: float
    indices: list[int]
    free: list[tuple[float, float]]


def open_grid(characters: Characters) -> Grid | None:
    """The table that a page without rules prints; None where there is none, or where its rows cannot be told."""
    lines = _lines(characters)
    if not _FEWEST_ROWS <= len(lines) <= _MOST_LINES:
        return None
    found = _longest(characters, lines)
    if found is None:
        return None
    first, last, gutters = found
    rows = _rows(lines[first:last])
    left = min(characters.left[index] for line in lines[first:last] for index in line.indices)
    right = max(characters.right[index] for line in lines[first:last] for index in line.indices)
    xs = [left, *((start + end) / 2 for start, end in gutters), right]
    ys = [
        rows[0][0].top,
        *((above[-1].bottom + below[0].top) / 2 for above, below in pairwise(rows)),
        rows[-1][-1].bottom,
    ]
    columns = len(xs) - 1
    filled = [_filled(characters, row, xs) for row in rows]
    if sum(map(len, filled)) * 2 < columns * len(rows) or any(
        _is_interleaved(characters, cell) for row in filled for cell in row
    ):
        return None
    area = [[row * columns + column for column in range(columns)] for row in range(len(rows))]
    return Grid(xs, ys, area, [False] * columns, [False] * columns, columns * len(rows))


def _lines(characters: Characters) -> list[_Line]:
    """From top to bottom; what overlaps in height is one line, and of no table where it is higher than one."""
    spans = sorted(
        (top + _SHRUNK * (bottom - top), bottom - _SHRUNK * (bottom - top), index)
        for index, (top, bottom) in enumerate(zip(characters.top, characters.bottom, strict=True))
        if index not in characters.slanted
    )
    lines: list[_Line] = []
    for top, bottom, index in spans:
        if lines and top < lines[-1].bottom:
            line = lines[-1]
            lines[-1] = line._replace(bottom=max(line.bottom, bottom), indices=[*line.indices, index])
        else:
            lines.append(_Line(top, bottom, [index], []))
    single = _SINGLE * characters.size
    return [
        line._replace(free=_free(characters, line.indices)) if line.bottom - line.top <= single else line
        for line in lines
    ]


def _free(characters: Characters, indices: Sequence[int]) -> list[tuple[float, float]]:
    """Strips wide enough to part columns, those left and right of everything as well."""
    spans = sorted((characters.left[index], characters.right[index]) for index in indices)
    free = []
    reached = float("-inf")
    for left, right in spans:
        if left - reached >= _GUTTER * characters.size:
            free.append((reached, left))
        reached = max(reached, right)
    return [*free, (reached, float("inf"))]


def _longest(characters: Characters, lines: Sequence[_Line]) -> tuple[int, int, list[tuple[float, float]]] | None:
    """The most lines in a row that leave enough strips free between them."""
    best: tuple[int, int, list[tuple[float, float]]] | None = None
    for first in range(len(lines)):
        if best is not None and len(lines) - first <= best[1] - best[0]:
            break
        common, known = lines[first].free, None
        for last in range(first + 1, len(lines) + 1):
            if last > first + 1:
                common = _both(common, lines[last - 1].free, _GUTTER * characters.size)
            inner = [strip for strip in common if strip[0] > float("-inf") and strip[1] < float("inf")]
            if len(common) <= _FEWEST_GUTTERS:
                break
            if len(inner) >= _FEWEST_GUTTERS:
                known = (first, last, inner)
        if known is not None and (best is None or known[1] - known[0] > best[1] - best[0]):
            best = known
    return best if best is not None and best[1] - best[0] >= _FEWEST_ROWS else None


def _both(
    first: Sequence[tuple[float, float]], second: Sequence[tuple[float, float]], least: float
) -> list[tuple[float, float]]:
    """What is free in both."""
    found = []
    for start, end in first:
        for other, stop in second:
            left, right = max(start, other), min(end, stop)
            if right - left >= least:
                found.append((left, right))
    return found


def _rows(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines by rows: those that follow each other more closely than others are one row's; else each is a row."""
    steps = [below.top - above.top for above, below in pairwise(lines)]
    closest = min(steps, default=0.0)
    rows = [[lines[0]]]
    for step, line in zip(steps, lines[1:], strict=True):
        if step < _WIDER_STEP * closest < max(steps):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows if max(map(len, rows)) == 1 or len(rows) >= _FEWEST_ROWS else [[line] for line in lines]


def _filled(characters: Characters, row: Sequence[_Line], xs: Sequence[float]) -> list[list[int]]:
    """The cells of a row that have a text, and the characters of each."""
    cells: dict[int, list[int]] = {}
    for line in row:
        for index in line.indices:
            cells.setdefault(bisect(xs, (characters.left[index] + characters.right[index]) / 2), []).append(index)
    return list(cells.values())


def _is_interleaved(characters: Characters, cell: Sequence[int]) -> bool:
    """Whether lines of a cell stand half a line lower than others beside them, as those of two cells do."""
    bottoms = sorted(characters.bottom[index] for index in cell)
    near, far = (share * characters.size for share in _HALF_A_LINE)
    return any(near < below - above < far for above, below in pairwise(bottoms))
