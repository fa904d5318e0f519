"""Workbooks, as a person sees them on the screen: .xlsx and .xls to tables, a sheet on each page.

What a person does not see is not read and is noted: hidden sheets, rows and columns, zeros that the sheet
does not show. They hold old versions, drop-down lists and rows filtered away, and a hidden row read as data
could not be told from a printed one; who wants them shows them in Excel and saves the file. A sheet's name is
on no paper and a file's many names (Sheet1, 05-2) would pass for titles, so it stands in a note, not in the text.

Rows and columns without any content are left out. The number of a page is that of the sheet among those shown.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from extractor.errors import UnsupportedFile
from extractor.readers.parsed import MAX_CELLS, Merged, Parsed, SheetGrid, TextBuilder, clean_cell, says_something
from extractor.schemas.document import Note
from extractor.schemas.positions import cell_name, column_name

MAX_COLUMN = 16_384
_SHOWN = 5
_EXCERPT = 20
_MARGIN_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{5,6}|\d{1,3}|(?P<sign>.))', re.DOTALL)


class Area(NamedTuple):
    """A merged range; all four ends belong to it. Rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet as a file stores it: only the cells that hold something, by row and column."""

    name: str
    hidden: bool = False
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """What was met in one sheet's cells that a person has to know; each is "B2 what stands there"."""

    struck: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    """Cells whose format shows nothing of them."""
    exotic: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Formulas without their value."""
    comments: list[str] = field(default_factory=list)
    zeros: int = 0

    def notes(self) -> list[tuple[str, str]]:
        notes = []
        if self.unknown:
            notes.append(("formula_without_value", listed(self.unknown)))
        if self.struck:
            notes.append(("struck_text", listed(self.struck)))
        if self.unseen:
            notes.append(("hidden_text", listed(self.unseen)))
        if self.exotic:
            notes.append(("number_format", listed(self.exotic)))
        if self.comments:
            notes.append(("comment", listed(self.comments)))
        if self.zeros:
            notes.append(("hidden_zeros", f"{self.zeros:,}"))
        return notes


def at(row: int, column: int, text: str) -> str:
    """A place and the first words of what stands there.

    >>> at(2, 28, "核减 10 万元")
    'AB2 核减 10 万元'
    """
    return f"{cell_name(row, column)} {' '.join(text.split())[:_EXCERPT]}"


def margin_notes(header: str, footer: str) -> list[tuple[str, str]]:
    """Notes on what is printed above and below each page; `&` begins a code (ECMA-376 part 1, 18.3.1.46).

    >>> margin_notes('&C&"宋体,常规"&14绩效目标表&R单位：万元', "第&P页")
    [('page_header', '绩效目标表 单位：万元')]
    """
    notes = []
    for kind, code in (("page_header", header), ("page_footer", footer)):
        text = _MARGIN_CODE.sub(lambda code: {"&": "&", "C": " ", "L": " ", "R": " "}.get(code["sign"], ""), code)
        if says_something(text):
            notes.append((kind, " ".join(text.split())))
    return notes


def column_number(letters: str) -> int:
    """Number of a column; 0 where the letters name none.

    >>> column_number("A"), column_number("AB"), column_number("?")
    (1, 28, 0)
    """
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or number > MAX_COLUMN:
            return 0
        number = number * 26 + ord(letter) - 64
    return number


def listed(places: Iterable[str]) -> str:
    """The first few of many places, and how many there are.

    >>> listed("ABCDEFG")
    'A, B, C, D, E … (7)'
    """
    names = list(places)
    return ", ".join(names[:_SHOWN]) + (f" … ({len(names):,})" if len(names) > _SHOWN else "")


def laid_out(sheets: Iterable[Sheet], file: str) -> Parsed:
    builder = TextBuilder(file, paged=True)
    shown: list[str] = []
    hidden: list[tuple[str, str]] = []
    for sheet in sheets:
        if sheet.hidden:
            if sheet.rows:
                hidden.append(("hidden_sheet", f"{sheet.name} ({len(sheet.rows):,})"))
            continue
        if shown:
            builder.page_break()
        shown.append(sheet.name)
        grid, place = _grid(sheet, file, builder)
        for kind, detail in sheet.notes:
            builder.note(kind, detail)
        builder.table(grid, sheet=place)
    for kind, detail in hidden:
        builder.note(kind, detail)
    parsed = builder.parsed()
    if not parsed.tables:
        why = f"; hidden: {', '.join(detail for _, detail in hidden)}" if hidden else ""
        raise UnsupportedFile(
            file, f"holds no cell with content on any sheet that is shown{why}; show it and save the file"
        )
    if len(shown) > 1:
        names = tuple(_sheet_note(name, page) for page, name in enumerate(shown, 1))
        parsed = replace(parsed, notes=(*names, *parsed.notes))
    return parsed


def _sheet_note(name: str, page: int) -> Note:
    return Note("sheet", clean_cell(name), page)


def _grid(sheet: Sheet, file: str, builder: TextBuilder) -> tuple[list[list[str | Merged]], SheetGrid]:
    """The rows and columns that are shown and hold something, merged ranges filled in, and which they are."""
    areas = _shown_areas(sheet, file)
    rows = sorted(row for row, cells in sheet.rows.items() if cells)
    columns = sorted({column for cells in sheet.rows.values() for column in cells})
    if unseen := [str(row) for row in rows if row in sheet.hidden_rows]:
        builder.note("hidden_rows", listed(unseen))
    if unseen := [column_name(column) for column in columns if column in sheet.hidden_columns]:
        builder.note("hidden_columns", listed(unseen))
    rows = [row for row in rows if row not in sheet.hidden_rows]
    columns = sorted({column for row in rows for column in sheet.rows[row]} - sheet.hidden_columns)
    if len(rows) * len(columns) > MAX_CELLS:
        raise UnsupportedFile(file, f"spans more than {MAX_CELLS:,} cells on sheet {sheet.name}; split it")
    grid: list[list[str | Merged]] = [[sheet.rows[row].get(column, "") for column in columns] for row in rows]
    work = 0
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for area in areas:
        lines = range(bisect_left(rows, area.top), bisect_right(rows, area.bottom))
        places = range(bisect_left(columns, area.left), bisect_right(columns, area.right))
        work = _limited(work + len(lines) * len(places), sheet, file)
        if lines and places:
            merged[rows[lines.start], columns[places.start]] = area.bottom, area.right
        for line in lines:
            for place in places:
                if place > places.start:
                    grid[line][place] = Merged.LEFT
                elif line > lines.start:
                    grid[line][place] = Merged.ABOVE
    return grid, SheetGrid(clean_cell(sheet.name), rows, columns, merged)


def _shown_areas(sheet: Sheet, file: str) -> list[Area]:
    """Merged ranges that overlap no earlier one, their text in the first cell that is shown.

    Under a merged range other cells may still hold text, which nobody sees: it is dropped, and noted where it differs.
    """
    covered: list[str] = []
    next_shown: dict[int, int] = {}
    for column in sorted(sheet.hidden_columns, reverse=True):
        next_shown[column] = next_shown.get(column + 1, column + 1)
    taken: set[tuple[int, int]] = set()
    areas: list[Area] = []
    rows = sorted(sheet.rows)
    work = 0
    for area in sheet.merged:
        own = rows[bisect_left(rows, area.top) : bisect_right(rows, area.bottom)]
        work = _limited(work + 1 + sum(len(sheet.rows[row]) for row in own), sheet, file)
        cells = [(row, column) for row in own for column in sheet.rows[row] if area.left <= column <= area.right]
        if not taken.isdisjoint(cells):
            continue
        areas.append(area)
        text = sheet.rows.get(area.top, {}).get(area.left, "")
        for row, column in cells:
            under = sheet.rows[row].pop(column)
            if under != text:
                covered.append(at(row, column, under))
        shown_row = next((row for row in (area.top, *own, area.bottom) if row not in sheet.hidden_rows), None)
        shown_column = next_shown.get(area.left, area.left)
        # Text of a range that is hidden as a whole stays, for the notes to count it.
        row = area.top if shown_row is None else shown_row
        column = area.left if shown_column > area.right else shown_column
        if text:
            sheet.rows.setdefault(row, {})[column] = text
            taken.add((row, column))
    if covered:
        sheet.notes.append(("hidden_text", listed(covered)))
    return areas


def _limited(work: int, sheet: Sheet, file: str) -> int:
    """Merged ranges that cover each other could ask for any amount of work."""
    if work > 4 * MAX_CELLS:
        raise UnsupportedFile(file, f"has too many merged ranges on sheet {sheet.name}; take them off and save it anew")
    return work
