"""What a reader makes of a file that is no plain text, and the builder that lays its text out.

Such a file has no text of its own that offsets could point into, so one is written while the file is read:
everything in reading order, a paragraph on a line, the cells of a table row parted by tabs, pages (of a
workbook: sheets) parted by form feeds. A cell is exactly `text[start:end]`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from extractor.errors import UnsupportedFile
from extractor.readers.inked import BoxesWriter, Inked
from extractor.schemas.document import Cell, Line, MappedText, Note, Row, Table
from extractor.schemas.positions import Positions, Sheets

MAX_CHARACTERS = 64_000_000
MAX_CELLS = 2_000_000
"""A whole district's budget has some 20,000 cells; a few bytes of a hostile file can ask for billions."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\xad\u061c\u200b-\u200f\u2060-\u2064\ufeff]")
"""Characters that only tell where a line may break or how letters join: no part of a name or a number."""


class Merged(Enum):
    """A cell that goes on with a merged cell (see `extractor.schemas.document.Cell`); a word of `TextBuilder.table`."""

    ABOVE = "above"
    LEFT = "left"


class SheetGrid(NamedTuple):
    """Which rows and columns of a sheet a grid's are, counted from 1.

    `merged` tells of the first cell of a merged range (its row and column) the last row and column of the range.
    """

    name: str
    rows: Sequence[int]
    columns: Sequence[int]
    merged: Mapping[tuple[int, int], tuple[int, int]] = {}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's text with what stands where; the fields are those of `extractor.schemas.document.Document`."""

    text: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]
    notes: tuple[Note, ...] = ()
    positions: Positions | None = None


def clean(text: str) -> str:
    """Text with every line break written as a newline and a blank for what cannot be printed; tabs stay.

    >>> clean("a\\r\\nb\\x0bc\\x00d\\te"), clean("项\\u200b目")
    ('a\\nb\\nc d\\te', '项目')
    """
    if not text.isascii() and _INVISIBLE.search(text) is not None:
        text = _INVISIBLE.sub("", text)
    if _UNPRINTABLE.search(text) is None:
        return text
    return _UNPRINTABLE.sub(" ", _LINE_BREAK.sub("\n", text))


def clean_cell(text: str) -> str:
    """The same for a cell: no tabs, no blank lines, no blanks at the ends of its lines.

    >>> clean_cell(" a\\tb \\n\\n c")
    'a b\\nc'
    """
    text = clean(text).replace("\t", " ").strip()
    if "\n" not in text:
        return text
    return "\n".join(line for raw in text.split("\n") if (line := raw.strip()))


def says_something(margin: str) -> bool:
    """Whether a page's header or footer holds more than page numbers.

    >>> says_something("第 1 页 共 9 页"), says_something("单位：万元")
    (False, True)
    """
    return any(one.isalpha() and one not in "第共页" for one in margin)


class TextBuilder:
    """Writes a file's text in reading order and keeps what stands where.

    `file` is for the message of the one error, that a file holds more than any budget does.

    >>> builder = TextBuilder("a.docx")
    >>> builder.line("绩效目标表")
    >>> _ = builder.table([["甲", "1"], [Merged.ABOVE, "2"]])
    >>> parsed = builder.parsed()
    >>> parsed.text
    '绩效目标表\\n甲\\t1\\n\\t2\\n'
    >>> parsed.tables[0].rows[1].cells[0].merged
    'above'
    """

    def __init__(self, file: str, *, paged: bool = False) -> None:
        self.page: int | None = 1 if paged else None
        self._file = file
        self._parts: list[str] = []
        self._position = 0
        self._cells = 0
        self._lines: list[Line] = []
        self._tables: list[Table] = []
        self._notes: dict[Note, None] = {}
        self._boxes = BoxesWriter()
        self._sheets: list[tuple[SheetGrid, Table]] = []

    def line(self, text: str) -> None:
        """A paragraph outside of tables; a line break in it begins another line."""
        begin, whole = self._position, clean(text)
        for printed in whole.split("\n"):
            start = self._position
            self._write(printed)
            self._lines.append(Line(start, self._position, self.page))
            self._write("\n")
        if isinstance(text, Inked):
            self._boxes.add(begin, whole, text.ink)

    def aside(self, text: str) -> None:
        """What is printed across everything else, as a stamp is: part of the text, but of no line and no table."""
        begin, whole = self._position, clean(text)
        self._write(whole)
        self._write("\n")
        if isinstance(text, Inked):
            self._boxes.add(begin, whole, text.ink)

    def table(
        self,
        rows: Iterable[Sequence[str | Merged]],
        *,
        keep_columns: bool = False,
        sheet: SheetGrid | None = None,
    ) -> tuple[Row, ...]:
        """A table, row by row, as it was written; rows that are too short are filled up with blank cells.

        A grid column in which no row begins a cell is no column (every cell spans it), and is left out, unless
        `keep_columns` says that it is one: the table goes on with one of another page that shows it. `sheet` tells
        where the rows stand, if in a workbook.
        """
        grid = list(rows)
        width = max(map(len, grid), default=0)
        spanned = {
            column for column in range(width) if all(len(row) > column and row[column] is Merged.LEFT for row in grid)
        }
        if spanned and not keep_columns:
            grid = [[cell for column, cell in enumerate(row) if column not in spanned] for row in grid]
            width -= len(spanned)
            if sheet is not None:
                shown = tuple(one for column, one in enumerate(sheet.columns) if column not in spanned)
                sheet = sheet._replace(columns=shown)
        if not width:
            return ()
        self._cells += width * len(grid)
        if self._cells > MAX_CELLS:
            raise UnsupportedFile(
                self._file, f"has more than {MAX_CELLS:,} table cells; split it into one file per department"
            )
        built = tuple(self._row([*row, *([""] * (width - len(row)))]) for row in grid)
        self._tables.append(Table(built, self.page))
        if sheet is not None:
            self._sheets.append((sheet, self._tables[-1]))
        return built

    def page_break(self) -> None:
        """The next page (or sheet) begins; only a builder that is `paged` counts them."""
        assert self.page is not None, "page breaks need TextBuilder(paged=True)"
        self._write("\f")
        self.page += 1

    def note(self, kind: str, detail: str, span: tuple[int, int] | None = None) -> None:
        """Something that a person must know, on the current page; the same thing is noted once."""
        self._notes[Note(kind, clean(detail), self.page, span)] = None

    def parsed(self) -> Parsed:
        positions: Positions | None = _sheets(self._sheets) if self._sheets else self._boxes.boxes()
        return Parsed("".join(self._parts), tuple(self._lines), tuple(self._tables), tuple(self._notes), positions)

    def _row(self, cells: Sequence[str | Merged]) -> Row:
        begin = self._position
        built: list[Cell] = []
        for index, cell in enumerate(cells):
            if index:
                self._write("\t")
            start = self._position
            if isinstance(cell, Merged):
                built.append(Cell(MappedText("", range(start, start)), start, start, cell.value))
                continue
            text = clean_cell(cell)
            self._write(text)
            if isinstance(cell, Inked):
                self._boxes.add(start, text, cell.ink)
            built.append(Cell(MappedText(text, range(start, self._position)), start, self._position))
        end = self._position
        self._write("\n")
        return Row(tuple(built), begin, end)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._position += len(text)
        if self._position > MAX_CHARACTERS:
            raise UnsupportedFile(
                self._file, f"holds more than {MAX_CHARACTERS:,} characters; split it into one file per department"
            )


def _sheets(written: Sequence[tuple[SheetGrid, Table]]) -> Sheets:
    """Where the rows and cells of tables stand in their workbook."""
    merged: dict[int, tuple[int, int]] = {}
    names = tuple(sheet.name for sheet, _ in written)
    found = Sheets(names, tuple(array("I", sheet.columns) for sheet, _ in written), merged=merged)
    for index, (sheet, table) in enumerate(written):
        for number, row in zip(sheet.rows, table.rows, strict=True):
            found.starts.append(row.start)
            found.rows.append(number)
            found.sheets.append(index)
            if sheet.merged:
                for column, cell in zip(sheet.columns, row.cells, strict=True):
                    if cell.start < cell.end and (number, column) in sheet.merged:
                        merged[cell.start] = sheet.merged[number, column]
    return found
