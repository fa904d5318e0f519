"""One page: its tables with their rows, and the lines above, between and below them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pypdfium2.raw as pdfium

from extractor.readers import ocr
from extractor.readers.parsed import Merged
from extractor.readers.pdf.characters import Characters, ink, read_characters
from extractor.readers.pdf.frame import Box, visible_box
from extractor.readers.pdf.grid import Grid, find_grids
from extractor.readers.pdf.layout import cell_text, outside_lines
from extractor.readers.pdf.picture import read_picture
from extractor.readers.pdf.rules import Drawn, read_rules

_TOLERANCE = 0.3
"""Of a line's height: how far apart the two strokes of one rule may be, or a rule's end from the rule it meets."""
_STANDARD_SIZE = 10.0
_PICTURE = 0.4
_OUTLINED = 50
_FEW = 40

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


def read_page(page: pdfium.FPDF_PAGE, number: int) -> Page:
    """Everything on a page, with notes on what a person has to look at."""
    found = Page(number)
    characters = read_characters(page, visible_box(page))
    drawn = read_rules(page, characters.frame, _tolerance(characters))
    if characters.count() < _FEW and _pictured(characters, drawn) > _PICTURE:
        if ocr.is_installed():
            seen, lines = read_picture(page, _tolerance(characters))
            if len(seen) > len(characters):
                _fill(found, seen, lines)
                found.notes.append(("ocr_page", ""))
                return found
            found.notes.append(("scanned_page_ocr", ""))
        else:
            found.notes.append(("scanned_page", ""))
    _fill(found, characters, drawn)
    _look(found, characters, drawn)
    return found


def _tolerance(characters: Characters) -> float:
    return _TOLERANCE * (characters.size if characters.texts else _STANDARD_SIZE)


def _pictured(characters: Characters, drawn: Drawn) -> float:
    """The part of the page that pictures cover."""
    width, height = characters.frame.size
    return sum((box.x1 - box.x0) * (box.y1 - box.y0) for box in drawn.pictures) / max(width * height, 1.0)


def _fill(page: Page, characters: Characters, drawn: Drawn) -> None:
    """Each character goes into one area of one table, or outside."""
    grids = find_grids(drawn.horizontal, drawn.vertical, characters.size, _tolerance(characters))
    areas: list[list[list[int]]] = [[[] for _ in range(grid.areas)] for grid in grids]
    outside: list[int] = []
    over = 0
    # Most characters stand in the same place as the one before, so that place is tried first.
    here, edges = outside, Box(0, 0, 0, 0)
    for index, (x0, y0, x1, y1) in enumerate(
        zip(characters.left, characters.top, characters.right, characters.bottom, strict=True)
    ):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if not (edges.x0 < x < edges.x1 and edges.y0 < y < edges.y1):
            here, edges = outside, Box(0, 0, 0, 0)
            for grid, filled in zip(grids, areas, strict=True):
                place = grid.place(x, y)
                if place is not None:
                    here, edges = filled[place.area], place.edges
                    break
        here.append(index)
        if x0 < edges.x0 or x1 > edges.x1:
            over += _is_over(grids, x, y, (x1 - x0) / 4)
    tables = [(grid, filled) for grid, filled in zip(grids, areas, strict=True) if any(filled)]
    page.characters = characters.count()
    page.in_cells = page.characters - ink("".join(characters.texts[index] for index in outside))
    bands: list[list[int]] = [[] for _ in range(len(tables) + 1)]
    for index in outside:
        bands[sum(characters.bottom[index] > grid.ys[-1] for grid, _ in tables)].append(index)
    for number, band in enumerate(bands):
        page.items += outside_lines(characters, band, in_file_order=not tables)
        if number < len(tables):
            page.items.append(_table(*tables[number], characters))
    if any(grid.nested for grid, _ in tables):
        page.notes.append(("nested_table", ""))
    if over:
        page.notes.append(("text_over_rule", f"{over}"))


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


def _look(page: Page, characters: Characters, drawn: Drawn) -> None:
    """What the page shows that its characters do not say."""
    if not characters.texts and not drawn.pictures and drawn.shapes >= _OUTLINED:
        page.notes.append(("outlined_page", ""))
    elif characters.count() >= _FEW and _pictured(characters, drawn) > 2 * _PICTURE:
        page.notes.append(("text_over_picture", ""))
    if characters.outside:
        page.notes.append(("text_outside_page", f"{characters.outside}"))
    if characters.unknown:
        page.notes.append(("unreadable_text", f"{characters.unknown}"))
    if drawn.crowded:
        page.notes.append(("crowded_page", ""))
