"""Where things stand on a page as it is looked at: x to the right, y downwards, in points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

Columns = tuple[list[float], list[float], list[float], list[float]]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Box(NamedTuple):
    """A rectangle; in PDF coordinates y0 is below y1, in those of a frame above it."""

    x0: float
    y0: float
    x1: float
    y1: float


class Frame(NamedTuple):
    """The visible part of a page in PDF coordinates, and how many quarter turns clockwise show its text upright.

    `turned` of them the page itself asks for; the others show what stands on its side on the page as it is shown.
    """

    box: Box
    quarter: int = 0
    turned: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as it is looked at."""
        width, height = self.box.x1 - self.box.x0, self.box.y1 - self.box.y0
        return (height, width) if self.quarter % 2 else (width, height)

    def show(self, x0: Sequence[float], y0: Sequence[float], x1: Sequence[float], y1: Sequence[float]) -> Columns:
        """Left, top, right and bottom of boxes that are given in PDF coordinates.

        >>> Frame(Box(0, 0, 100, 200), 0).show([10], [150], [20], [160])
        ([10], [40], [20], [50])
        >>> Frame(Box(0, 0, 100, 200), 1).show([10], [150], [20], [160])
        ([150], [10], [160], [20])
        """
        left, bottom, right, top = self.box
        if self.quarter == 0:
            return [x - left for x in x0], [top - y for y in y1], [x - left for x in x1], [top - y for y in y0]
        if self.quarter == 1:
            return [y - bottom for y in y0], [x - left for x in x0], [y - bottom for y in y1], [x - left for x in x1]
        if self.quarter == 2:
            return [right - x for x in x1], [y - bottom for y in y0], [right - x for x in x0], [y - bottom for y in y1]
        return [top - y for y in y1], [right - x for x in x1], [top - y for y in y0], [right - x for x in x0]

    @property
    def is_sideways(self) -> bool:
        """Whether the text stands on its side on the page as it is shown."""
        return (self.quarter - self.turned) % 2 == 1

    def on_page(
        self, left: Sequence[float], top: Sequence[float], right: Sequence[float], bottom: Sequence[float]
    ) -> tuple[Sequence[float], Sequence[float], Sequence[float], Sequence[float]]:
        """Where boxes stand on the page as it is shown, which may not show its text upright.

        >>> Frame(Box(0, 0, 100, 200), 1).on_page([150], [10], [160], [20])
        ([10], [40], [20], [50])
        >>> Frame(Box(0, 0, 100, 200), 1, 1).on_page([150], [10], [160], [20])
        ([150], [10], [160], [20])
        """
        width, height = self.size
        match (self.quarter - self.turned) % 4:
            case 1:
                return top, [width - x for x in right], bottom, [width - x for x in left]
            case 2:
                return (
                    [width - x for x in right],
                    [height - y for y in bottom],
                    [width - x for x in left],
                    [height - y for y in top],
                )
            case 3:
                return [height - y for y in bottom], left, [height - y for y in top], right
        return left, top, right, bottom

    def show_boxes(self, boxes: Sequence[Box]) -> Iterator[Box]:
        """Boxes in PDF coordinates as they are looked at."""
        columns = self.show(*([box[edge] for box in boxes] for edge in range(4)))
        return (Box(*edges) for edges in zip(*columns, strict=True))


def times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does one thing and then the other.

    >>> times((2, 0, 0, 2, 0, 0), (1, 0, 0, 1, 5, 7))
    (2, 0, 0, 2, 5, 7)
    """
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def moved(matrix: Matrix, box: Box) -> Box:
    """The box around what a matrix makes of a box."""
    if matrix == IDENTITY:
        return box
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))
