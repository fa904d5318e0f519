"""What a path object draws: its lines in pieces, each a row of points (GB/T 33190, chapter 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from extractor.readers.ofd.package import numbers
from extractor.readers.printed.frame import Matrix
from extractor.readers.printed.rules import Strokes

_WORD = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TAKES = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""How many numbers an operator takes: a point to begin or to draw to, curves, an arc, the way back to the beginning."""
_LONGEST = 400_000
"""Letters of one path: a drawing has that many, no table has."""

Point = tuple[float, float]


def draw(element: Element, matrix: Matrix, strokes: Strokes) -> None:
    """A PathObject's part in what the page draws; `matrix` is from its own coordinates to those of the page."""
    stroked, filled = element.get("Stroke") != "false", element.get("Fill") == "true"
    data = element.findtext("AbbreviatedData") or ""
    if not (stroked or filled):
        return
    strokes.shapes += 1
    if len(data) > _LONGEST:
        return
    a, b, c, d, e, f = matrix
    for points in subpaths(data):
        strokes.subpath([(a * x + c * y + e, b * x + d * y + f) for x, y in points], stroked=stroked)


def subpaths(data: str) -> Iterator[list[Point]]:
    """Each piece without curves of a path's abbreviated data.

    >>> list(subpaths("M 0 0 L 5 0 L 5 3 C M 1 1 B 1 2 3 4 5 6 M 9 9 L 8 8"))
    [[(0.0, 0.0), (5.0, 0.0), (5.0, 3.0), (0.0, 0.0)], [(9.0, 9.0), (8.0, 8.0)]]
    """
    points: list[Point] = []
    curved = False
    words = _WORD.findall(data)
    at = 0
    while at < len(words):
        takes = _TAKES.get(words[at])
        given = numbers(" ".join(words[at + 1 : at + 1 + takes]), takes) if takes else ()
        if takes is None or given is None:
            at += 1  # nothing that the standard knows
            continue
        match words[at]:
            case "S" | "M":
                if points and not curved:
                    yield points
                points, curved = [(given[0], given[1])], False
            case "L":
                points.append((given[0], given[1]))
            case "C":
                points += points[:1]
            case _:
                points.append((given[-2], given[-1]))
                curved = True
        at += 1 + takes
    if points and not curved:
        yield points
