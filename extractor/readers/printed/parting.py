"""Pages that hold several beside each other: two pages on one sheet, tables side by side.

Each part is read by itself, from left to right, between what is printed above and below all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from extractor.readers.printed.characters import Characters, only
from extractor.readers.printed.frame import Box
from extractor.readers.printed.grid import Grid
from extractor.readers.printed.rules import Drawn, Rule

_GUTTER = 1.0
"""Of a line's height: so much room there is at least between two parts."""
_MARGINS = 3.0
"""Of a line's height: so wide are the margins of two pages together."""
_MIDDLE = 0.08
_SHEET = 1.2
"""A sheet that is so much wider than high may hold two pages."""
_FEWEST = 20


class Part(NamedTuple):
    """What stands in one part of a page, whose columns are counted from x = `left`.

    `is_next`: it does not go on below the part before it, but begins at the top like a page of its own.
    """

    characters: Characters
    drawn: Drawn
    left: float = 0.0
    is_next: bool = False


def parts(characters: Characters, drawn: Drawn, grids: Sequence[Grid]) -> list[Part]:
    """The parts of a page in reading order: above, left, right and below; none where the page is one."""
    gutter = _between_tables(characters, grids) or _between_pages(characters, drawn)
    if gutter is None:
        return []
    width = characters.frame.size[0]
    at, top, bottom = gutter
    right = width / 2 if abs(at - width / 2) < _MIDDLE * width else at  # where the second page of a sheet begins
    divided = (
        (Box(-inf, -inf, inf, top), 0.0, False),
        (Box(-inf, top, at, bottom), 0.0, False),
        (Box(at, top, inf, bottom), right, True),
        (Box(-inf, bottom, inf, inf), 0.0, False),
    )
    return [
        Part(only(characters, inside), _within(drawn, box), left, is_next)
        for box, left, is_next in divided
        if (inside := _inside(characters, box))
    ]


class _Gutter(NamedTuple):
    """An upright strip at x = `at` in which nothing is printed from `top` to `bottom`."""

    at: float
    top: float
    bottom: float


def _between_tables(characters: Characters, grids: Sequence[Grid]) -> _Gutter | None:
    """The strip between two tables that stand side by side, as far up and down as nothing crosses it."""
    for left, right in _side_by_side(grids):
        top, bottom = max(left.ys[0], right.ys[0]), min(left.ys[-1], right.ys[-1])
        at = _free(characters, left.xs[-1], right.xs[0], top, bottom)
        if at is not None:
            return _Gutter(at, *_reach(characters, grids, at, top, bottom))
    return None


def _side_by_side(grids: Sequence[Grid]) -> Iterator[tuple[Grid, Grid]]:
    """Tables beside each other with nothing but space between them."""
    ordered = sorted(grids, key=lambda grid: grid.xs[0])
    for number, left in enumerate(ordered):
        for right in ordered[number + 1 :]:
            high = min(left.ys[-1], right.ys[-1]) - max(left.ys[0], right.ys[0])
            if right.xs[0] > left.xs[-1] and high > min(left.ys[-1] - left.ys[0], right.ys[-1] - right.ys[0]) / 4:
                yield left, right


def _free(
    characters: Characters, start: float, end: float, top: float, bottom: float, *, least: float = _GUTTER
) -> float | None:
    """The middle of the widest strip between two x in which nothing is printed between two heights."""
    spans = sorted(
        (x0, x1) for x0, y0, x1, y1 in _edges(characters) if x1 > start and x0 < end and y1 > top and y0 < bottom
    )
    free = [(start, start)]
    reached = start
    for x0, x1 in [*spans, (end, end)]:
        free.append((reached, max(x0, reached)))
        reached = max(reached, x1)
    left, right = max(free, key=lambda strip: strip[1] - strip[0])
    return (left + right) / 2 if right - left >= least * characters.size else None


def _reach(characters: Characters, grids: Sequence[Grid], at: float, top: float, bottom: float) -> tuple[float, float]:
    """How far up and down from two heights nothing stands across a position."""
    near = _GUTTER * characters.size / 2
    crossing = [(y0, y1) for x0, y0, x1, y1 in _edges(characters) if x0 < at + near and x1 > at - near]
    crossing += [(grid.ys[0], grid.ys[-1]) for grid in grids if grid.xs[0] < at < grid.xs[-1]]
    upper = max((y1 for y0, y1 in crossing if y1 <= top), default=-inf)
    lower = min((y0 for y0, y1 in crossing if y0 >= bottom), default=inf)
    return upper, lower


def _between_pages(characters: Characters, drawn: Drawn) -> _Gutter | None:
    """The strip in the middle of a wide sheet, where nothing at all crosses it and both sides are printed on."""
    width, height = characters.frame.size
    if width < _SHEET * height or len(characters) < 2 * _FEWEST:
        return None
    at = _free(characters, width * (0.5 - _MIDDLE), width * (0.5 + _MIDDLE), 0.0, height, least=_MARGINS)
    if at is None or any(rule.start < at < rule.end for rule in drawn.horizontal):
        return None
    left = sum(x < at for x in characters.left)
    return _Gutter(at, -inf, inf) if _FEWEST <= left <= len(characters) - _FEWEST else None


def _inside(characters: Characters, box: Box) -> list[int]:
    """Characters by their middle, so that each is in one part."""
    return [
        index
        for index, (x0, y0, x1, y1) in enumerate(_edges(characters))
        if box.x0 <= (x0 + x1) / 2 < box.x1 and box.y0 <= (y0 + y1) / 2 < box.y1
    ]


def _within(drawn: Drawn, box: Box) -> Drawn:
    """Rules and pictures of a part."""
    horizontal = [
        Rule(at, max(start, box.x0), min(end, box.x1))
        for at, start, end in drawn.horizontal
        if box.y0 <= at <= box.y1 and start < box.x1 and end > box.x0
    ]
    vertical = [
        Rule(at, max(start, box.y0), min(end, box.y1))
        for at, start, end in drawn.vertical
        if box.x0 <= at <= box.x1 and start < box.y1 and end > box.y0
    ]
    pictures = [one for one in drawn.pictures if box.x0 <= (one.x0 + one.x1) / 2 < box.x1 and box.y0 <= one.y0 < box.y1]
    return drawn._replace(horizontal=horizontal, vertical=vertical, pictures=pictures)


def _edges(characters: Characters) -> Iterator[tuple[float, float, float, float]]:
    return zip(characters.left, characters.top, characters.right, characters.bottom, strict=True)
