"""Cells on paper: boxes of labelled cells that are put beside and above one another.

A `Box` has a height and a width in grid steps. Boxes of one width stack, boxes of one height stand side by side: so a
form is built out of its parts, and every merged cell follows from the way in which it was built.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.tagger.synthesis.words import Dice


class Item(NamedTuple):
    """What a cell says, and what it is (`extractor.tagger.cells.roles`); `starts`: a project begins in its row."""

    text: str
    role: int
    starts: bool = False


class Placed(NamedTuple):
    """An item on the grid, in rows and columns."""

    row: int
    column: int
    height: int
    width: int
    item: Item


@dataclass(frozen=True, slots=True)
class Box:
    """Cells that fill a rectangle."""

    height: int
    width: int
    cells: tuple[Placed, ...]


def moved(box: Box, down: int, right: int) -> tuple[Placed, ...]:
    return tuple(Placed(cell.row + down, cell.column + right, cell.height, cell.width, cell.item) for cell in box.cells)


def one(item: Item, width: int, height: int = 1) -> Box:
    """One cell, merged over the whole box."""
    return Box(height, width, (Placed(0, 0, height, width, item),))


def line(items: Sequence[Item], widths: Sequence[int], height: int = 1) -> Box:
    """Cells from left to right."""
    cells, at = [], 0
    for item, width in zip(items, widths, strict=True):
        cells.append(Placed(0, at, height, width, item))
        at += width
    return Box(height, at, tuple(cells))


def stack(boxes: Iterable[Box]) -> Box:
    """Boxes of one width below one another."""
    cells: list[Placed] = []
    height = width = 0
    for box in boxes:
        if width and box.width != width:
            raise ValueError(f"a box {box.width} wide below one {width} wide")
        cells += moved(box, height, 0)
        height, width = height + box.height, box.width
    return Box(height, width, tuple(cells))


def beside(*boxes: Box) -> Box:
    """Boxes of one height from left to right."""
    cells: list[Placed] = []
    width = 0
    for box in boxes:
        if box.height != boxes[0].height:
            raise ValueError(f"a box {box.height} high beside one {boxes[0].height} high")
        cells += moved(box, 0, width)
        width += box.width
    return Box(boxes[0].height, width, tuple(cells))


def shared(dice: Dice, width: int, parts: int) -> list[int]:
    """A width shared out among cells, at least one step each."""
    cuts = sorted(dice.random.sample(range(1, width), parts - 1)) if parts > 1 else []
    return [end - start for start, end in zip([0, *cuts], [*cuts, width], strict=True)]


__all__ = ["Box", "Item", "Placed", "beside", "line", "moved", "one", "shared", "stack"]
