"""Lines put on pages: line ends, blank lines, and what stands between one page and the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from extractor.tagger.synthesis.head import Head
from extractor.tagger.synthesis.labelled import Labelled
from extractor.tagger.synthesis.words import Dice
from extractor.tagger.synthesis.wrap import Line

PAGE_END = Line("", b"")
"""Where a page ends though there is room left."""
_NEVER = 1 << 30


class Paper(NamedTuple):
    """How the lines of one document are set."""

    gap: float
    """How often a blank line follows a line."""
    trailing: float
    """How often a line ends in a blank."""
    page: int
    """Lines on a page; 0 where nothing breaks."""


def paper(dice: Dice) -> Paper:
    return Paper(
        gap=dice.one((0.0, 0.0, 0.05, 0.3, 0.5, 0.9, 1.0)),
        trailing=dice.one((0.0, 0.0, 0.0, 0.1, 0.8)),
        page=dice.one((0, 5, 8, 12, 20, 32, 45)),
    )


def printed(lines: list[Line], paper: Paper, head: Head, dice: Dice) -> Labelled:
    """The text; a line end within a value is of the value, unless a page ends there."""
    furniture = _furniture(dice, head)
    texts: list[str] = []
    tags: list[bytes] = []
    left = dice.number(3, paper.page) if paper.page else _NEVER
    number = dice.number(1, 60)
    chance, gap, trailing = dice.chance, paper.gap, paper.trailing
    for line in lines:
        texts.append(line.text)
        tags.append(line.tags)
        left -= 1
        if paper.page and (left <= 0 or line is PAGE_END):
            between = furniture(number)
            number += 1
            texts.append(between)
            tags.append(bytes(len(between)))
            left = paper.page + dice.number(-2, 2)
            continue
        end = "\n"
        if trailing and chance() < trailing:
            end = " \n"
        if gap and chance() < gap:
            end += "\n"
        texts.append(end)
        tags.append(bytes((line.after,)) * len(end))
    return Labelled("".join(texts), b"".join(tags))


_FOOTERS = (
    "— {0} —",
    "—{0}—",
    "-{0}-",
    "- {0} -",
    "第 {0} 页 共 {1} 页",
    "第{0}页/共{1}页",
    "第{0}页，共{1}页",
    "第 {0} 页，共 {1} 页",
    "第{0}页",
    "{0}",
    "{0}",
    "{0} / {1}",
    "{0}/{1}",
    "Page {0} of {1}",
    "· {0} ·",
    "",
    "",
)


def _furniture(dice: Dice, head: Head) -> Callable[[int], str]:
    """What stands between two pages: a footer, a running head, the column headers again, or some of these."""
    footer = dice.one(_FOOTERS)
    more = dice.number(3, 80)
    gap = dice.one(("\n", "\n\n", "\n\n\n", "\n \n"))
    top: list[str] = []
    roll = dice.chance()
    if roll < 0.2 or roll > 0.85:
        top.append(head.title)
    if dice.whether(0.15):
        top.append(f"{head.author.organisation()}{head.author.year()}年部门预算")
    if roll < 0.55:
        top += [line.text for line in head.header]
    above = gap.join(top) + "\n" if top else ""
    before = dice.one(("\n", "\n\n", "\n\n\n"))
    feed = dice.one(("\n", "\n\n", "\f", "\n\f", "\n\n\n"))
    first = dice.whether(0.2)  # the page's number stands above it

    def furniture(page: int) -> str:
        foot = footer.format(page, page + more)
        if first:
            return f"{before}{feed}{foot}\n{above}"
        return f"{before}{foot}{feed}{above}"

    return furniture


__all__ = ["PAGE_END", "Paper", "paper", "printed"]
