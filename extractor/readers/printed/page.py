"""One page: its tables with their rows, and the lines above, between and below them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.readers.inked import PageBoxes, inked
from extractor.readers.parsed import Merged
from extractor.readers.printed.characters import Characters, ink
from extractor.readers.printed.grid import Grid, find_grids
from extractor.readers.printed.layout import cell_text, outside_lines
from extractor.readers.printed.rules import Drawn

_TOLERANCE = 0.3
"""Of a line's height: how far apart the two strokes of one rule may be, or a rule's end from the rule it meets."""
_STANDARD_SIZE = 10.0
_HUGE, _ALIKE = 2.0, 0.05
"""Of a line's height: letters larger than that, across the rules of a table, are printed under or over it."""
_LARGE, _FEWEST_LARGE = 1.35, 3
"""Of the usual height on a page: so many larger letters in a cell beside others are a stamp's."""

Rows = list[list[str | Merged]]


@dataclass(slots=True)
class RuledTable:
    """A table on one page; `xs` are the positions of its columns' rules."""

    xs: list[float]
    rows: Rows
    open_top: list[bool]
    open_bottom: list[bool]
    size: float
    aligned: bool = False
    """Whether its columns are those of the other pages of the same table."""


@dataclass(slots=True)
class Page:
    """What a page holds in reading order; `characters` is how many are printed on it, `in_cells` how many in tables."""

    number: int
    items: list[str | RuledTable] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    characters: int = 0
    in_cells: int = 0


def tolerance(characters: Characters) -> float:
    """How far apart two strokes of this page may be that are one rule to the eye."""
    return _TOLERANCE * (characters.size if characters.texts else _STANDARD_SIZE)


def fill(page: Page, characters: Characters, drawn: Drawn) -> None:
    """Puts what is printed on a page into it: each character goes into one area of one table, or outside."""
    characters.boxes = _boxes(characters, page.number)
    grids = find_grids(drawn.horizontal, drawn.vertical, characters.size, tolerance(characters))
    areas, outside, over = _placed(grids, characters)
    watermark = _take_watermark(characters, areas, outside, over)
    tables = [(grid, filled) for grid, filled in zip(grids, areas, strict=True) if any(filled)]
    page.characters = characters.count()
    page.in_cells = page.characters - ink("".join(characters.texts[index] for index in (*outside, *watermark)))
    ends = sorted(grid.ys[-1] for grid, _ in tables)
    bands: list[list[int]] = [[] for _ in range(len(tables) + 1)]
    for index in outside:
        bands[bisect_left(ends, characters.bottom[index])].append(index)
    for number, band in enumerate(bands):
        page.items += outside_lines(characters, band, in_file_order=not tables)
        if number < len(tables):
            page.items.append(_table(*tables[number], characters))
    if watermark:
        words = inked("", outside_lines(characters, watermark, in_file_order=True))
        page.items.append(words)
        page.notes.append(("watermark", words))
    if any(grid.nested for grid, _ in tables):
        page.notes.append(("nested_table", ""))
    if left := len(set(over) - set(watermark)):
        page.notes.append(("text_over_rule", f"{left}"))
    if large := sum(_large(characters, area) for _, filled in tables for area in filled):
        page.notes.append(("mixed_sizes", f"{large}"))


def _boxes(characters: Characters, number: int) -> PageBoxes:
    """Where the characters stand on the page as it is shown."""
    edges = (characters.left, characters.top, characters.right, characters.bottom)
    left, top, right, bottom = characters.frame.on_page(*edges)
    return PageBoxes.of(number, characters.texts, left, top, right, bottom)


def _placed(grids: list[Grid], characters: Characters) -> tuple[list[list[list[int]]], list[int], list[int]]:
    """Characters by the area of each table in which they stand, those outside, and those that reach over a rule."""
    areas: list[list[list[int]]] = [[[] for _ in range(grid.areas)] for grid in grids]
    outside: list[int] = []
    over: list[int] = []
    # Most characters stand in the same place as the one before, so that place is tried first.
    here = outside
    left = top = right = bottom = 0.0
    for index, (x0, y0, x1, y1) in enumerate(
        zip(characters.left, characters.top, characters.right, characters.bottom, strict=True)
    ):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if not (left < x < right and top < y < bottom):
            here = outside
            left = top = right = bottom = 0.0
            for grid, filled in zip(grids, areas, strict=True):
                place = grid.place(x, y)
                if place is not None:
                    here = filled[place.area]
                    left, top, right, bottom = place.edges
                    break
        here.append(index)
        if (x0 < left or x1 > right) and _is_over(grids, x, y, (x1 - x0) / 4):
            over.append(index)
    return areas, outside, over


def _take_watermark(
    characters: Characters, areas: list[list[list[int]]], outside: list[int], over: list[int]
) -> list[int]:
    """Takes a stamp's letters out of tables and lines: slanted ones, and huge ones across rules, as no cell's are."""
    taken = _huge(characters, areas, outside, over) | characters.slanted
    if not taken:
        return []
    for area in (outside, *(area for filled in areas for area in filled)):
        area[:] = [index for index in area if index not in taken]
    return sorted(taken)


def _large(characters: Characters, area: Sequence[int]) -> int:
    """How many letters of a cell are far larger than the page's, beside some that are not; one may be anybody's."""
    sizes = [characters.bottom[index] - characters.top[index] for index in area]
    large = sum(size > _LARGE * characters.size for size in sizes)
    return large if _FEWEST_LARGE <= large < len(sizes) else 0


def _huge(characters: Characters, areas: list[list[list[int]]], outside: list[int], over: list[int]) -> set[int]:
    """Letters that are far larger than the page's and stand across rules, with those beside them beyond the table."""
    sizes = [bottom - top for top, bottom in zip(characters.top, characters.bottom, strict=True)] if over else []
    seeds = {round(sizes[index], 1) for index in over if sizes[index] > _HUGE * characters.size}
    if not seeds:
        return set()
    alike = [any(abs(size - seed) <= _ALIKE * seed for seed in seeds) for size in sizes]
    taken = {index for filled in areas for area in filled for index in area if alike[index]}
    for index in [*outside, *reversed(outside)]:  # its letters follow each other, beyond the table's edge as well
        if alike[index] and not taken.isdisjoint((index - 1, index + 1)):
            taken.add(index)
    return taken


def _is_over(grids: list[Grid], x: float, y: float, reach: float) -> bool:
    """Whether a character reaches well into another area than its own."""
    for grid in grids:
        left, right = grid.place(x - reach, y), grid.place(x + reach, y)
        if left is not None and right is not None:
            return left.area != right.area
    return False


def _table(grid: Grid, filled: list[list[int]], characters: Characters) -> RuledTable:
    texts = [cell_text(characters, indices) if indices else "" for indices in filled]
    rows: Rows = []
    seen: set[int] = set()
    for areas in grid.area:
        row: list[str | Merged] = []
        for column, area in enumerate(areas):
            if column and areas[column - 1] == area:
                row.append(Merged.LEFT)
            elif area in seen:
                row.append(Merged.ABOVE)
            else:
                row.append(texts[area])
            seen.add(area)
        rows.append(row)
    table = RuledTable(grid.xs, rows, grid.open_top, grid.open_bottom, characters.size)
    _drop_empty_edges(table)
    return table


def _drop_empty_edges(table: RuledTable) -> None:
    """Rules that stick out make a row without text and without an edge, which nobody sees as a row."""
    if all(table.open_top) and len(table.rows) > 1 and not any(table.rows[0]):
        del table.rows[0]
        table.open_top = [False] * len(table.open_top)
    if all(table.open_bottom) and len(table.rows) > 1 and not any(table.rows[-1]):
        del table.rows[-1]
        table.open_bottom = [False] * len(table.open_bottom)
