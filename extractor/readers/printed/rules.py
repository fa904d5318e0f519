"""The straight lines of a page: what parts its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.readers.printed.frame import Box, Frame

MAX_OBJECTS = 200_000
"""Lines and texts of one page: a map or a drawing has that many, no table has."""
MAX_DEPTH = 6
"""Of drawings inside of drawings."""
_THICKEST = 4.0


class Rule(NamedTuple):
    """A horizontal rule at y = `at` from x = `start` to `end`, or a vertical one the other way round."""

    at: float
    start: float
    end: float


class Drawn(NamedTuple):
    """What is drawn on a page besides text; `shapes` counts it, `crowded`: there is too much of it to be a table."""

    horizontal: list[Rule]
    vertical: list[Rule]
    pictures: list[Box]
    shapes: int
    crowded: bool = False


class Strokes:
    """Gathers what a page draws, in PDF coordinates: what is thin, what is a picture, and how many shapes there are."""

    def __init__(self, tolerance: float) -> None:
        self.thin: list[Box] = []
        self.pictures: list[Box] = []
        self.shapes = 0
        self.left = MAX_OBJECTS
        self.thickest = min(max(tolerance, 1.0), _THICKEST)
        self._tolerance = tolerance

    def drawn(self, frame: Frame) -> Drawn:
        """Rules of a page as it is looked at; pieces of a rule, and rules close beside each other, made one."""
        horizontal, vertical = sort_rules(frame.show_boxes(self.thin), self._tolerance)
        return Drawn(horizontal, vertical, list(frame.show_boxes(self.pictures)), self.shapes, self.left <= 0)

    def picture(self, box: Box) -> None:
        """A picture; a thin one is a rule."""
        if min(box.x1 - box.x0, box.y1 - box.y0) <= self.thickest:
            self.rule(box)
        else:
            self.pictures.append(box)

    def subpath(self, points: Sequence[tuple[float, float]], *, stroked: bool) -> None:
        """The straight pieces of what is stroked, and what is thin as a whole."""
        if len(points) < 2:
            return
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        if min(box.x1 - box.x0, box.y1 - box.y0) <= self.thickest:
            self.rule(box)
        elif stroked:
            for (x0, y0), (x1, y1) in pairwise(points):
                if abs(x1 - x0) <= 0.5 or abs(y1 - y0) <= 0.5:
                    self.rule(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def rule(self, box: Box) -> None:
        """Dots and the like are no rules."""
        x0, y0, x1, y1 = box
        wide, high = x1 - x0, y1 - y0
        if (wide > 2 * high and wide >= 1) or (high > 2 * wide and high >= 1):
            self.thin.append(box)


def sort_rules(boxes: Iterable[Box], tolerance: float) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules of thin boxes."""
    horizontal, vertical = [], []
    for x0, y0, x1, y1 in boxes:
        if x1 - x0 >= y1 - y0:
            horizontal.append(Rule((y0 + y1) / 2, x0, x1))
        else:
            vertical.append(Rule((x0 + x1) / 2, y0, y1))
    return merge(horizontal, tolerance), merge(vertical, tolerance)


def merge(rules: Iterable[Rule], tolerance: float) -> list[Rule]:
    """Rules on one line put together where they touch.

    >>> merge([Rule(10, 0, 5), Rule(11, 5.5, 9), Rule(10, 20, 30), Rule(11, 25, 26), Rule(40, 0, 5)], 1)
    [Rule(at=10.5, start=0, end=9), Rule(at=10.5, start=20, end=30), Rule(at=40.0, start=0, end=5)]
    """
    merged: list[Rule] = []
    lines: list[list[Rule]] = []
    for rule in sorted(rules):
        if lines and rule.at - lines[-1][0].at <= tolerance:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    for line in lines:
        at = sum(rule.at for rule in line) / len(line)
        line.sort(key=lambda rule: rule.start)
        start, end = line[0].start, line[0].end
        for rule in line[1:]:
            if rule.start <= end + tolerance:
                end = max(end, rule.end)
            else:
                merged.append(Rule(at, start, end))
                start, end = rule.start, rule.end
        merged.append(Rule(at, start, end))
    return merged
