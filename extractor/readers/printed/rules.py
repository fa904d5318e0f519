"""The straight lines of a page: what parts its cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from extractor.readers.printed.frame import Box


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
