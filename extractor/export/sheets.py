"""One table on as many worksheets as it needs: formats, widths, colours, comments, the limits of Excel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from extractor.export.cells import exact_in_excel, fitted, printable
from extractor.export.labels import Kind, Labels, ShownColumn
from extractor.export.tables import Cell

MAX_ROWS = 1_048_576
"""Rows of one worksheet, the heading among them; further rows go on a worksheet `name(2)`."""
MAX_COMMENTS = 5_000
"""Comments on one worksheet. Each is a drawing that is held in memory, here and in Excel."""
MAX_COMMENT = 1_000
TALLEST = 10
"""Lines of text to which a row grows by itself; a longer cell is read in the formula bar."""

_LINE = 16.5
_ROOM = 1.06
"""Half Chinese characters that fit into one character's width of a column (which counts in a larger font)."""
_BOX_ROWS = 40
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
_FILLS = {
    "decision": "#FFD966",
    "information": "#DDEBF7",
    "agreed": "#E2EFDA",
    "flagged": "#FFD966",
    "unchecked": "#EDEDED",
    "reviewed": "#DDEBF7",
    "failed": "#F4B6B6",
    "no_projects": "#EDEDED",
    "export": "#EDEDED",
}
_KINDS: Mapping[Kind, Mapping[str, Any]] = {
    "text": {"align": "left", "text_wrap": True},
    "code": {"align": "center", "text_wrap": True},
    "amount": {"align": "right", "num_format": "#,##0.00######"},
    "number": {"align": "right"},
    "integer": {"align": "center", "num_format": "0"},
}

_NUMBERS = frozenset({"amount", "number"})

Note = tuple[int, Literal["cut_message", "digits_message"]]
"""Column in which something could not be written as it is, and the word that says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Colour of one cell, and why it is so coloured (None: plain to see)."""

    fill: str
    comment: str | None = None


NO_MARKS: Mapping[int, Mark] = {}


@contextmanager
def workbook(path: Path) -> Iterator[Any]:
    """A workbook that is streamed to disk and has the same bytes whenever it has the same cells."""
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.use_zip64()
    book.set_properties({"created": datetime(2000, 1, 1)})
    book.set_size(2400, 1400)
    try:
        yield book
        book.close()
    except FileCreateError as error:
        raise OSError(*error.args[0].args) from error
    finally:
        if not book.fileclosed:
            # What is half written is thrown away; closing is the only way to let go of its files.
            with suppress(Exception):
                book.close()


class Styles:
    """Cell formats, made once for each look."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Kind, str | None], Any] = {}
        self.heading = book.add_format(
            {
                **_FONT,
                "bold": True,
                "font_color": "#FFFFFF",
                "bg_color": "#1F4E78",
                "border": 1,
                "border_color": "#BFBFBF",
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        self.strong_line = book.add_format({"top": 1, "top_color": "#7F7F7F"})
        self.light_line = book.add_format({"top": 1, "top_color": "#D9D9D9"})

    def of(self, kind: Kind, fill: str | None = None) -> Any:
        made = self._made.get((kind, fill))
        if made is None:
            look: dict[str, Any] = {**_FONT, "valign": "top", **_KINDS[kind]}
            if fill is not None:
                look |= {"bg_color": _FILLS[fill], "border": 1, "border_color": "#D9D9D9"}
            made = self._made[kind, fill] = self._book.add_format(look)
        return made


class Sheet:
    """One table of the workbook."""

    def __init__(
        self,
        book: Any,
        styles: Styles,
        title: str,
        columns: Sequence[ShownColumn],
        words: Labels,
        *,
        frozen: str | None = None,
        grouped: bool = False,
        max_rows: int = MAX_ROWS,
    ) -> None:
        """`frozen`: the last column that stays in view; `grouped`: a darker line where the first column changes."""
        self.title = title
        self.comments_left_out = False
        self._book = book
        self._styles = styles
        self._columns = columns
        self._cut = words.words["cut"]
        self._frozen = next((index + 1 for index, column in enumerate(columns) if column.key == frozen), 0)
        self._grouped = grouped
        self._max_rows = max_rows
        self._sheets = 0
        self._plan = [
            (column.kind, math.inf if column.clip else column.width * _ROOM, styles.of(column.kind))
            for column in columns
        ]
        """Kind, room for half Chinese characters, and plain format of each column."""
        self._open()

    def _open(self) -> None:
        self._sheets += 1
        self._sheet = sheet = self._book.add_worksheet(
            self.title if self._sheets == 1 else f"{self.title}({self._sheets})"
        )
        self._row = 1
        self._comments = 0
        self._commented = 0
        sheet.freeze_panes(1, self._frozen)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(2 if self._frozen else 1, 0)
        sheet.repeat_rows(0)
        if self._frozen:
            sheet.repeat_columns(0, self._frozen - 1)
        sheet.set_default_row(_LINE)
        sheet.set_footer("&C&P / &N")
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_row(0, 33)
        for index, column in enumerate(self._columns):
            sheet.set_column(index, index, column.width, self._styles.of(column.kind))
            sheet.write_string(0, index, column.heading, self._styles.heading)

    def close(self) -> None:
        """Finish the worksheet in hand; to be called once, after the last row."""
        last = max(self._row - 1, 1)
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)
        # As conditional formats the lines cost nothing for each row, and stay right when the rows are sorted.
        lines = [("=$A2<>$A1", self._styles.strong_line)] if self._grouped else []
        for criteria, look in [*lines, ("=LEN($A2)>0", self._styles.light_line)]:
            rule = {"type": "formula", "criteria": criteria, "format": look}
            self._sheet.conditional_format(1, 0, last, len(self._columns) - 1, rule)

    def write(self, cells: Sequence[Cell], marks: Mapping[int, Mark] = NO_MARKS) -> list[Note]:
        """One row; returns what of it could not be written as it is."""
        if self._row >= self._max_rows:
            self.close()
            self._open()
        notes: list[Note] = []
        sheet, row = self._sheet, self._row
        self._row += 1
        lines = 1.0
        for index, (cell, (kind, width, plain)) in enumerate(zip(cells, self._plan, strict=True)):
            mark = marks.get(index)
            if cell is None and mark is None:
                continue
            style = self._styles.of(kind, mark.fill) if mark else plain
            if cell is None:
                sheet.write_blank(row, index, None, style)
            elif isinstance(cell, int) and exact_in_excel(str(cell)):
                sheet.write_number(row, index, cell, style)
            elif isinstance(cell, str) and kind in _NUMBERS and exact_in_excel(cell):
                sheet.write_number(row, index, float(cell), style)
            else:
                text = _cell_text(str(cell))
                fits = fitted(text, self._cut)
                if fits is not text:
                    notes.append((index, "cut_message"))
                elif kind in _NUMBERS or isinstance(cell, int):
                    notes.append((index, "digits_message"))
                sheet.write_string(row, index, fits, style)
                if len(fits) * 2 > width or "\n" in fits:
                    lines = max(lines, _lines(fits, width))
            if mark and mark.comment:
                self._comment(row, index, mark.comment)
        if lines > 1:
            sheet.set_row(row, min(lines, TALLEST) * _LINE)
        self._forget_height(row - 2)
        return notes

    def _forget_height(self, row: int) -> None:
        """XlsxWriter keeps the height of each row, though it needs it only until the row is on disk.

        The heights below a comment are needed to the end: its box is drawn over these rows.
        """
        getattr(self._sheet, "row_info", {}).pop(row, None)
        if row - self._commented > _BOX_ROWS:
            getattr(self._sheet, "row_sizes", {}).pop(row, None)

    def _comment(self, row: int, index: int, text: str) -> None:
        if self._comments >= MAX_COMMENTS:
            self.comments_left_out = True
            return
        self._comments += 1
        self._commented = row
        text = printable(text)
        if len(text) > MAX_COMMENT:
            text = text[: MAX_COMMENT - 1] + "…"
        height = min(24 + 18 * _lines(text, 44), 420)
        look = {"width": 330, "height": height, "font_name": _FONT["font_name"], "font_size": 9}
        self._sheet.write_comment(row, index, text, look)


def _cell_text(text: str) -> str:
    if not text.isprintable():
        text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    # XlsxWriter takes text in these tags for markup of its own and would write it unescaped.
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text


def _lines(text: str, width: float) -> float:
    """About how many lines the text fills in a column of that width."""
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    # A Chinese character has three bytes and takes two columns, a Latin one has one and takes one.
    return max(1, -(-((len(text.encode()) + len(text)) // 2) // width))
