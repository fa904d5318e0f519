"""Stamps and watermarks: letters that are printed over or under a table, and are no cell's text.

They stand at an angle, are far larger than what stands beside them, or come again and again in the same words across
the rules. A stamp in letters like those of the table, all within one cell, cannot be told from the cell's text; where
it covers that, `overprinted` says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import sub
from typing import NamedTuple

from extractor.readers.printed.characters import BLANK, LARGE, Characters
from extractor.readers.printed.placing import AHEAD, OUTSIDE, Placed, run_around

_HUGE, _ALIKE = 2.0, 0.05
"""Of a line's height: letters larger than that, across the rules of a table, are printed under or over it."""
_FEWEST_LARGE = 3
"""So many large letters are a stamp's."""
_LARGER = 1.5
"""Of the usual height on a page: no cell's text has letters larger than that beside usual ones."""
_TIGHT = 0.15
"""Of a line's height: letters that are no further apart are one word's."""
_NEAR = 1.6
"""Of a letter's box: the middles of a text's letters are no further apart."""
_TILES, _SHORTEST_TILE = 3, 2
"""Words that come so often across the rules of a table are a watermark's."""


class Stamps(NamedTuple):
    """Letters that are no cell's text: those that cannot be any, and those that go by their size alone."""

    sure: frozenset[int]
    likely: frozenset[int]


def find_stamps(characters: Characters, placed: Placed) -> Stamps:
    """The letters that are no cell's text, wherever they stand."""
    sizes = list(map(sub, characters.bottom, characters.top))
    crossing = _crossing(characters, placed)
    sure = characters.slanted | _huge(characters, placed, sizes) | _tiles(characters, crossing)
    large = frozenset(_large_runs(characters, placed, crossing, sizes)) - sure
    return Stamps(sure | (large & characters.faded), large - characters.faded)


def words_of(characters: Characters, letters: Sequence[int]) -> list[str]:
    """What letters say that may stand at any angle: they are one text as long as they follow each other closely."""
    words: list[str] = []
    before: tuple[float, float] | None = None
    for index in letters:
        left, top, right, bottom = (
            edge[index] for edge in (characters.left, characters.top, characters.right, characters.bottom)
        )
        middle = (left + right) / 2, (top + bottom) / 2
        if before is not None and math.dist(before, middle) < _NEAR * max(right - left, bottom - top):
            words[-1] += " " * (characters.gaps[index] == BLANK) + characters.texts[index]
        else:
            words.append(characters.texts[index])
        before = middle
    return words


def large_letters(characters: Characters, area: Sequence[int]) -> list[int]:
    """Letters of a cell that are far larger than the page's, beside some that are not; a few may be anybody's."""
    large = [index for index in area if characters.bottom[index] - characters.top[index] > LARGE * characters.size]
    return large if _FEWEST_LARGE <= len(large) < len(area) else []


def _huge(characters: Characters, placed: Placed, sizes: Sequence[float]) -> set[int]:
    """Letters that are far larger than the page's and stand across rules, with those beside them beyond the table."""
    seeds = {round(sizes[index], 1) for index in placed.over if sizes[index] > _HUGE * characters.size}
    if not seeds:
        return set()
    alike = [any(abs(size - seed) <= _ALIKE * seed for seed in seeds) for size in sizes]
    taken = {index for index, area in enumerate(placed.where) if area != OUTSIDE and alike[index]}
    outside = [index for index, area in enumerate(placed.where) if area == OUTSIDE]
    for index in [*outside, *reversed(outside)]:  # its letters follow each other, beyond the table's edge as well
        if alike[index] and not taken.isdisjoint((index - 1, index + 1)):
            taken.add(index)
    return taken


def _crossing(characters: Characters, placed: Placed) -> list[int]:
    """Letters that reach over an upright rule, or follow a letter of the next cell without any space between them."""
    left, right, where = characters.left, characters.right, placed.where
    bottom, size = characters.bottom, characters.size
    across = [
        index
        for index, (before, area) in enumerate(pairwise(where), 1)
        if area != before
        and abs(left[index] - right[index - 1]) <= _TIGHT * size
        and abs(bottom[index] - bottom[index - 1]) <= _TIGHT * size
        and OUTSIDE not in (area, before)
    ]
    return sorted({*placed.over, *across})


def _large_runs(characters: Characters, placed: Placed, crossing: Sequence[int], sizes: Sequence[float]) -> set[int]:
    """Words in large letters: across several cells, one of which has a text of its own, beside such text, or faded."""
    large = [index for index, size in enumerate(sizes) if size > LARGE * characters.size]
    if not large:
        return set()
    small = {area for area, size in zip(placed.where, sizes, strict=True) if size <= LARGE * characters.size}
    taken: set[int] = set()
    across = set(crossing)
    runs = [run for run in _runs(characters, large) if len(run) >= _FEWEST_LARGE]
    for run in [*runs, *reversed(runs)]:
        cells = {placed.where[index] for index in run} - {OUTSIDE}
        much_larger = min(sizes[index] for index in run) > _LARGER * characters.size
        if (
            (not small.isdisjoint(cells) and (much_larger or not across.isdisjoint(run)))
            or not characters.faded.isdisjoint(run)
            or not taken.isdisjoint((run.start - 1, run.stop))  # the stamp's other lines
        ):
            taken.update(run)
    return taken


def _tiles(characters: Characters, crossing: Sequence[int]) -> set[int]:
    """Words that are printed across upright rules again and again, with the same words that are not."""
    if len(crossing) < _TILES:
        return set()
    seen = Counter(_words(characters, run) for run in _runs(characters, crossing, ahead=_TIGHT))
    tiles = {words for words, count in seen.items() if count >= _TILES and len(words) >= _SHORTEST_TILE}
    if not tiles:
        return set()
    runs = _runs(characters, range(len(characters)), ahead=_TIGHT)
    return {index for run in runs if _words(characters, run) in tiles for index in run}


def _runs(characters: Characters, indices: Iterable[int], *, ahead: float = AHEAD) -> list[range]:
    found: list[range] = []
    for index in indices:
        if not found or index >= found[-1].stop:
            found.append(run_around(characters, index, ahead=ahead))
    return found


def _words(characters: Characters, run: range) -> str:
    return "".join(characters.texts[run.start : run.stop])
