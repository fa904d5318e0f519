"""Blocks damaged on purpose, as conversions and careless printing damage them.

Each damage takes a printed block and a random generator and returns the damaged text, or None where it
does not apply. None of them touches a value but for the white space in it, so that the labels stay right.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

_BREAK = re.compile(r"[ \t\u3000]*\n\s*")
_SEPARATOR = re.compile("[；;。]")
_VALUE_LABEL = re.compile(r"年\s*度\s*指\s*标\s*值")
_NEW_LABELS = ("指标值", "目标值", "年度目标")
_SWAPS = tuple(
    str.maketrans(swap) for swap in ({"；": "，", "，": "；"}, {"；": ";", "，": ","}, {"；": "。", "。": "；"})
)
_FURNITURE = re.compile(r"\f|^\s*(?:[—-]\s*)?(?:第\s*)?[0-9]+(?:\s*[—-]|\s*页.*)\s*$", re.MULTILINE)
_FOOTERS = ("— {} —", "第 {} 页 共 120 页", "- {} -", "{}")


@dataclass(frozen=True, slots=True)
class Printed:
    """A block as printed: `values` are the stretches that values claim, `cells` those that wrap as one text."""

    text: str
    values: tuple[Span, ...]
    cells: tuple[Span, ...]

    @property
    def gaps(self) -> Iterator[Span]:
        """What stands between two values."""
        return ((one[1], other[0]) for one, other in pairwise(self.values) if one[1] < other[0])


Damage = Callable[[Printed, random.Random], str | None]


def _replaced(text: str, changes: Iterable[tuple[Span, str]]) -> str:
    """The text with stretches replaced by others.

    >>> _replaced("一二三四", [((2, 3), "-"), ((0, 1), "")])
    '二-四'
    """
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def rewrapped(block: Printed, rng: random.Random) -> str | None:
    """Goal and indicators wrapped at another width, with or without blank lines; not over a page's end."""
    if any(_FURNITURE.search(block.text, *cell) for cell in block.cells):
        return None
    width, end = rng.randrange(14, 60), rng.choice(("\n", "\n\n", " \n"))

    def wrap(cell: str) -> str:
        line = _BREAK.sub("", cell)
        return end.join(line[at : at + width] for at in range(0, len(line), width))

    changes = [((start, stop), wrap(block.text[start:stop])) for start, stop in block.cells]
    damaged = _replaced(block.text, changes)
    return damaged if damaged != block.text else None


def footer_inside(block: Printed, rng: random.Random) -> str | None:
    """A page's footer at any line break, in the middle of a value too."""
    breaks = [match.start() for match in re.finditer("\n", block.text.rstrip())]
    if not breaks:
        return None
    at = rng.choice(breaks)
    return f"{block.text[:at]}\n{rng.choice(_FOOTERS).format(rng.randrange(1, 120))}{block.text[at:]}"


def stray_blanks(block: Printed, rng: random.Random) -> str | None:
    """A blank in a hundred characters, anywhere."""
    places = rng.sample(range(1, len(block.text)), min(len(block.text) - 1, 1 + len(block.text) // 100))
    return _replaced(block.text, [((at, at), rng.choice(" 　")) for at in places])


def separator_lost(block: Printed, rng: random.Random) -> str | None:
    """One ； or 。 between two values is gone."""
    found = [match.span() for gap in block.gaps for match in _SEPARATOR.finditer(block.text, *gap)]
    return _replaced(block.text, [(rng.choice(found), "")]) if found else None


def labels_renamed(block: Printed, rng: random.Random) -> str | None:
    """年度指标值 is called something else."""
    found = [match.span() for gap in block.gaps for match in _VALUE_LABEL.finditer(block.text, *gap)]
    new = rng.choice(_NEW_LABELS)
    return _replaced(block.text, [(span, new) for span in found]) if found else None


def separators_swapped(block: Printed, rng: random.Random) -> str | None:
    """；，。 between values are others throughout."""
    swap = rng.choice(_SWAPS)
    changes = [((start, end), block.text[start:end].translate(swap)) for start, end in block.gaps]
    damaged = _replaced(block.text, changes)
    return damaged if damaged != block.text else None


DAMAGES: dict[str, Damage] = {
    "none": lambda block, _: block.text,
    "re-wrapped": rewrapped,
    "page footer inside": footer_inside,
    "stray blanks": stray_blanks,
    "one separator lost": separator_lost,
    "labels renamed": labels_renamed,
    "separators swapped": separators_swapped,
}

__all__ = ["DAMAGES", "Damage", "Printed"]
