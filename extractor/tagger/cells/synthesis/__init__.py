"""Tables that never were: endless, labelled cell by cell, the same for the same seed.

What they say is the text of `extractor.tagger.synthesis`; how it is laid out in cells is told here. Nothing is taken
from a real document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from extractor.tagger.cells.grids import ANCHOR, LEFT, Anchor, Grid, grid_of
from extractor.tagger.cells.roles import other, value
from extractor.tagger.cells.synthesis.damage import Sheet, damaged
from extractor.tagger.cells.synthesis.forms import forms, template, whole
from extractor.tagger.cells.synthesis.lists import allotment, budget, meta, projects
from extractor.tagger.cells.synthesis.sheet import Box, Item
from extractor.tagger.cells.synthesis.writer import Writer
from extractor.tagger.synthesis.words import Dice

_KINDS: dict[Callable[[Writer], Box], float] = {
    forms: 0.6,
    projects: 0.25,
    allotment: 0.03,
    budget: 0.03,
    whole: 0.04,
    template: 0.03,
    meta: 0.02,
}
_MOST_ROWS = 80


@dataclass(frozen=True, slots=True)
class Sample:
    """A grid with the role of each cell, and the rows in which a project begins."""

    grid: Grid
    roles: tuple[int, ...]
    starts: tuple[bool, ...]


def samples(seed: int) -> Iterator[Sample]:
    """Endless samples."""
    random = Random(seed)
    while True:
        yield sample(Random(random.getrandbits(64)))


def sample(random: Random) -> Sample:
    dice = Dice(random)
    writer = Writer(dice)
    sheet = Sheet(dice.weighted(_KINDS)(writer))
    damaged(sheet, dice)
    if dice.whether(0.4):
        _lines_above(sheet, writer)
    if len(sheet.rows) > _MOST_ROWS:
        start = dice.number(0, len(sheet.rows) - _MOST_ROWS) if dice.whether(0.5) else 0
        sheet.rows = sheet.rows[start : start + _MOST_ROWS]
    return _finished(sheet)


def _lines_above(sheet: Sheet, writer: Writer) -> None:
    dice = writer.dice
    width = max(map(len, sheet.rows))
    for _ in range(dice.number(1, 4)):
        whose = dice.one(("department", "unit"))
        if dice.whether(0.2):
            text = f"{writer.word(f'head.{whose}')}{dice.one('：:')}{writer.organisation()}"
            index = sheet.add(Item(text, value(whose)))
            sheet.rows.insert(0, [(index, ANCHOR), *[(index, LEFT)] * (width - 1)])
            continue
        text = dice.one((
            writer.word("titles.form"),
            f"{writer.author.year()}年{writer.word('titles.list')}",
            f"（{writer.author.year()}年度）",
            dice.one(("单位：万元", "金额单位：万元", "单位:元")),
            f"附件{dice.number(1, 9)}",
            writer.text(1, 3),
        ))  # fmt: skip
        role = "text" if text.endswith("。") else "heading"
        index = sheet.add(Item(text, other(role)))
        sheet.rows.insert(0, [(index, ANCHOR), *[(index, LEFT)] * (width - 1)])


def _finished(sheet: Sheet) -> Sample:
    """Cells in reading order; what a cut has left of a cell begins where it is seen first."""
    numbers: dict[int, int] = {}
    cells: list[Anchor] = []
    roles: list[int] = []
    rows: list[list[tuple[int, int]]] = []
    starts = []
    for at, row in enumerate(sheet.rows):
        line = []
        begins = False
        for column, (index, kind) in enumerate(row):
            if index not in numbers:
                numbers[index] = len(cells)
                item = sheet.items[index]
                cells.append(Anchor(item.text, at, column, 0, 0))
                roles.append(item.role)
                begins = begins or item.starts
                kind = ANCHOR
            line.append((numbers[index], kind))
        rows.append(line)
        starts.append(begins)
    return Sample(grid_of(rows, cells), tuple(roles), tuple(starts))


__all__ = ["Sample", "sample", "samples"]
