"""One page: its tables with their rows, and the lines above, between and below them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import sub

from extractor.readers.inked import PageBoxes
from extractor.readers.parsed import Merged
from extractor.readers.printed.characters import LARGE, Characters, ink
from extractor.readers.printed.grid import Grid, find_grids
from extractor.readers.printed.layout import cell_text, outside_lines, overprinted
from extractor.readers.printed.parting import parts
from extractor.readers.printed.placing import OUTSIDE, place
from extractor.readers.printed.rules import Drawn
from extractor.readers.printed.stamps import find_stamps, large_letters, words_of
from extractor.readers.printed.whitespace import open_grid

_TOLERANCE = 0.3
"""Of a line's height: how far apart the two strokes of one rule may be, or a rule's end from the rule it meets."""
_STANDARD_SIZE = 10.0
_GAP = 0.5
"""Of a line's height: what is narrower holds no text."""

Cells = list[str | Merged]


@dataclass(slots=True)
class RuledTable:
    """A table on one page; `xs` are the positions of its columns' rules."""

    xs: list[float]
    rows: list[Cells]
    open_top: list[bool]
    open_bottom: list[bool]
    size: float
    aligned: bool = False
    """Whether its columns are those of the other pages of the same table."""


@dataclass(slots=True)
class Doubt:
    """Something that is not sure about the cells of a row: a kind of note, and how many letters are meant."""

    kind: str
    count: int
    row: Cells


@dataclass(slots=True)
class Page:
    """What a page holds in reading order; `characters` is how many are printed on it, `in_cells` how many in tables.

    `stamps` are printed over all that, and stand in no line of it.
    """

    number: int
    parts: list[Page] = field(default_factory=list)
    """What stands beside it on the same sheet, as further pages."""
    items: list[str | RuledTable] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    characters: int = 0
    in_cells: int = 0


def tolerance(characters: Characters) -> float:
    """How far apart two strokes of this page may be that are one rule to the eye."""
    return _TOLERANCE * (characters.size if characters.texts else _STANDARD_SIZE)


def fill(page: Page, characters: Characters, drawn: Drawn, left: float = 0.0) -> None:
    """Puts what is printed on a page into it: each character goes into one area of one table, or outside.

    The positions of columns are counted from x = `left`.
    """
    grids = find_grids(drawn.horizontal, drawn.vertical, characters.size, tolerance(characters))
    if divided := parts(characters, drawn, grids):
        here = page
        for part in divided:
            if part.is_next:
                here = Page(page.number)
                page.parts.append(here)
            fill(here, part.characters, part.drawn, left + part.left)
        return
    characters.boxes = _boxes(characters, page.number)
    placed = place(grids, characters)
    if all(area == OUTSIDE for area in placed.where) and (grid := open_grid(characters)) is not None:
        grids, placed = [grid], place([grid], characters)
        page.notes.append(("columns_by_position", ""))
    stamps = find_stamps(characters, placed)
    stamp = sorted(stamps.sure | stamps.likely)
    outside = sorted({index for index, area in enumerate(placed.where) if area == OUTSIDE}.difference(stamp))
    stamped = Counter(placed.where[index] for index in stamps.likely)
    for index in stamp:
        placed.where[index] = OUTSIDE
    areas = placed.areas()
    doubts = _doubts(characters, areas, {*placed.over, *placed.across}.difference(stamp), stamped)
    cells = [areas[first:end] for first, end in pairwise(placed.firsts)]
    tables = [
        (grid, filled, first) for grid, filled, first in zip(grids, cells, placed.firsts, strict=False) if any(filled)
    ]
    count = characters.count()
    page.characters += count
    page.in_cells += count - ink("".join(characters.texts[index] for index in (*outside, *stamp)))
    ends = sorted(grid.ys[-1] for grid, *_ in tables)
    bands: list[list[int]] = [[] for _ in range(len(tables) + 1)]
    for index in outside:
        bands[bisect_left(ends, characters.bottom[index])].append(index)
    for number, band in enumerate(bands):
        page.items += outside_lines(characters, band, in_file_order=not tables)
        if number < len(tables):
            grid, filled, first = tables[number]
            table = _table(grid, filled, characters, left)
            page.items.append(table)
            for row, in_row in zip(table.rows, grid.area, strict=True) if doubts else ():
                told: Counter[str] = Counter()
                for area in dict.fromkeys(in_row):
                    told.update(doubts.pop(first + area, {}))
                page.doubts += [Doubt(kind, count, row) for kind, count in told.items()]
            _drop_gaps(table, grid.ys)
            _drop_empty_edges(table)
    if stamp:
        page.stamps += words_of(characters, stamp)
        page.notes.append(("watermark", " ".join(dict.fromkeys(page.stamps))))
    if any(grid.nested for grid, *_ in tables):
        page.notes.append(("nested_table", ""))


def _boxes(characters: Characters, number: int) -> PageBoxes:
    """Where the characters stand on the page as it is shown."""
    edges = (characters.left, characters.top, characters.right, characters.bottom)
    left, top, right, bottom = characters.frame.on_page(*edges)
    if characters.frame.is_sideways:
        return PageBoxes.of(number, characters.texts, top, left, bottom, right)._replace(sideways=True)
    return PageBoxes.of(number, characters.texts, left, top, right, bottom)


def _doubts(
    characters: Characters, areas: Sequence[Sequence[int]], over: set[int], stamped: Mapping[int, int]
) -> dict[int, dict[str, int]]:
    """Of each area that is not sure to hold what is printed in its cell: kinds of notes, and how many letters."""
    found: dict[int, dict[str, int]] = {}
    is_mixed = max(map(sub, characters.bottom, characters.top), default=0.0) > LARGE * characters.size
    for area, indices in enumerate(areas):
        if not indices:
            continue
        counts: dict[str, int] = {}
        counts["text_over_rule"] = len(over.intersection(indices)) if over else 0
        counts["mixed_sizes"] = len(large_letters(characters, indices)) if is_mixed else 0
        counts["stamped_cell"] = stamped.get(area, 0)
        counts["overprinted_text"] = overprinted(characters, indices)
        if any(counts.values()):
            found[area] = {kind: count for kind, count in counts.items() if count}
    return found


def _table(grid: Grid, filled: list[list[int]], characters: Characters, left: float) -> RuledTable:
    texts = [cell_text(characters, indices) if indices else "" for indices in filled]
    rows: list[Cells] = []
    seen: set[int] = set()
    for areas in grid.area:
        row: Cells = []
        for column, area in enumerate(areas):
            if column and areas[column - 1] == area:
                row.append(Merged.LEFT)
            elif area in seen:
                row.append(Merged.ABOVE)
            else:
                row.append(texts[area])
            seen.add(area)
        rows.append(row)
    xs = [x - left for x in grid.xs]
    return RuledTable(xs, rows, grid.open_top, grid.open_bottom, characters.size)


def _drop_gaps(table: RuledTable, ys: Sequence[float]) -> None:
    """Rows and columns too narrow for any text: the air between cells that have borders of their own."""
    least = _GAP * table.size
    for column in reversed(range(len(table.xs) - 1)):
        if table.xs[column + 1] - table.xs[column] < least and all(_is_gap(row, column) for row in table.rows):
            for row in table.rows:
                if column + 1 < len(row) and row[column + 1] is Merged.LEFT:
                    row[column + 1] = row[column]
                del row[column]
            del table.xs[column + (column > 0)], table.open_top[column], table.open_bottom[column]
    for at in reversed(range(len(table.rows) - 1)):
        row, below = table.rows[at], table.rows[at + 1]
        if ys[at + 1] - ys[at] < least and not any(
            isinstance(cell, str) and cell and under is not Merged.ABOVE for cell, under in zip(row, below, strict=True)
        ):
            below[:] = [cell if under is Merged.ABOVE else under for cell, under in zip(row, below, strict=True)]
            del table.rows[at]


def _is_gap(row: Cells, column: int) -> bool:
    """Whether no text is lost with a column: it has none, or a cell over the next one as well."""
    return not row[column] or isinstance(row[column], Merged) or row[column + 1 : column + 2] == [Merged.LEFT]


def _drop_empty_edges(table: RuledTable) -> None:
    """Rules that stick out make a row without text and without an edge, which nobody sees as a row."""
    if all(table.open_top) and len(table.rows) > 1 and not any(table.rows[0]):
        del table.rows[0]
        table.open_top = [False] * len(table.open_top)
    if all(table.open_bottom) and len(table.rows) > 1 and not any(table.rows[-1]):
        del table.rows[-1]
        table.open_bottom = [False] * len(table.open_bottom)
