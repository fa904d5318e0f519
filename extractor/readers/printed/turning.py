"""A table that stands on its side on an upright page: it is read as a page of its own, turned upright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from extractor.readers.printed.characters import Characters, only
from extractor.readers.printed.frame import Box
from extractor.readers.printed.grid import find_grids
from extractor.readers.printed.placing import OUTSIDE, place
from extractor.readers.printed.rules import Drawn, Rule

_FEWEST, _MOSTLY = 10, 0.5
"""So many letters of a table stand on their side, and so much of all of its letters."""


Side = tuple[Characters, Drawn]


def set_apart(characters: Characters, drawn: Drawn, tolerance: float) -> list[Side]:
    """What stands upright on a page and, behind it, tables on their side, turned upright.

    A few turned letters in the cells of an upright table belong to it.
    """
    if len(characters.turned) < _FEWEST:
        return [(characters, drawn)]
    grids = find_grids(drawn.horizontal, drawn.vertical, characters.size, tolerance)
    placed = place(grids, characters)
    tables = [OUTSIDE if area == OUTSIDE else placed.table(area) for area in placed.where]
    letters = Counter(tables)
    turned = Counter((tables[index], turns) for index, turns in characters.turned.items())
    on_side = {
        table: turns
        for (table, turns), count in turned.items()
        if table != OUTSIDE and count >= max(_FEWEST, _MOSTLY * letters[table])
    }
    sides = []
    apart: set[int] = set()
    for side in sorted(set(on_side.values())):
        positions = [
            index
            for index, turns in characters.turned.items()
            if turns == side and on_side.get(tables[index], side) == side
        ]
        apart.update(positions)
        sides.append(_turn(replace(only(characters, positions), turned={}), drawn, side))
    if not sides:
        return [(characters, drawn)]
    upright = only(characters, [index for index in range(len(characters)) if index not in apart])
    boxes = [Box(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1]) for grid in map(grids.__getitem__, on_side)]
    return [(upright, _without(drawn, boxes, tolerance)), *sides]


def _without(drawn: Drawn, boxes: Sequence[Box], tolerance: float) -> Drawn:
    """What is drawn without the rules of some tables."""

    def is_left(x0: float, y0: float, x1: float, y1: float) -> bool:
        return not any(
            box.x0 - tolerance <= x0
            and x1 <= box.x1 + tolerance
            and box.y0 - tolerance <= y0
            and y1 <= box.y1 + tolerance
            for box in boxes
        )

    return drawn._replace(
        horizontal=[rule for rule in drawn.horizontal if is_left(rule.start, rule.at, rule.end, rule.at)],
        vertical=[rule for rule in drawn.vertical if is_left(rule.at, rule.start, rule.at, rule.end)],
    )


def _turn(characters: Characters, drawn: Drawn, turns: int) -> tuple[Characters, Drawn]:
    """A page after quarter turns clockwise."""
    for _ in range(turns):
        frame = characters.frame
        height = frame.size[1]
        characters = replace(
            characters,
            frame=frame._replace(quarter=(frame.quarter + 1) % 4),
            left=[height - y for y in characters.bottom],
            top=characters.left,
            right=[height - y for y in characters.top],
            bottom=characters.right,
        )
        drawn = drawn._replace(
            horizontal=[Rule(x, height - end, height - start) for x, start, end in drawn.vertical],
            vertical=sorted(Rule(height - y, start, end) for y, start, end in drawn.horizontal),
            pictures=[Box(height - y1, x0, height - y0, x1) for x0, y0, x1, y1 in drawn.pictures],
        )
    heights = [bottom - top for top, bottom in zip(characters.top, characters.bottom, strict=True)]
    return replace(characters, size=max(median(heights), 0.1)), drawn
