"""The stored cells of a .xlsx workbook, each written as it is shown.

openpyxl knows number formats but builds an object for every cell, calamine is fast but knows no formats; this
needs formats, merged ranges and what is hidden, and nothing else, so it listens to the XML parser as it goes
through a sheet once. The words of the format are those of ECMA-376 part 1, 18 (SpreadsheetML).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from math import isfinite
from typing import NoReturn

from extractor.errors import UnsupportedFile
from extractor.readers.excel.format_code import BUILT_IN
from extractor.readers.excel.number_format import NumberFormat, compiled
from extractor.readers.excel.sheet_xml import DAMAGED, Texts, parse_part, shared_strings, unescaped
from extractor.readers.excel.sheets import (
    MAX_COLUMN,
    Area,
    Seen,
    Sheet,
    at,
    column_number,
    laid_out,
    margin_notes,
)
from extractor.readers.excel.xlsx_beside import MAIN as _MAIN
from extractor.readers.excel.xlsx_beside import comments, drawn
from extractor.readers.ooxml import Package
from extractor.readers.parsed import MAX_CELLS, Parsed
from extractor.schemas.positions import cell_name

MAX_ROW = 1_048_576
_REMEMBERED = 100_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TRUE = frozenset(("1", "true", "on"))


def read_xlsx(raw: bytes, file: str) -> Parsed:
    """A .xlsx or .xlsm workbook."""
    return laid_out(load(raw, file), file)


def load(raw: bytes, file: str) -> Iterator[Sheet]:
    """The worksheets in the order of their tabs, one at a time."""
    package = Package(raw, file)
    workbook = next(iter(package.related().get("officeDocument", [])), None)
    if workbook is None:
        raise UnsupportedFile(file, f"is damaged: it names no workbook; {DAMAGED}")
    if workbook.endswith(".bin"):
        raise UnsupportedFile(file, "is a binary workbook (.xlsb); open it and save it as .xlsx")
    book = package.xml(workbook)
    related = package.related(workbook)
    properties = book.find(f"{_MAIN}workbookPr")
    date1904 = properties is not None and properties.get("date1904", "") in _TRUE
    formats, struck_styles = _formats(package, related.get("styles", []))
    strings, struck = shared_strings(package, related.get("sharedStrings", []))
    targets = _targets(package, workbook)
    for entry in book.iter(f"{_MAIN}sheet"):
        kind, part = targets.get(entry.get(_RELATION_ID, ""), ("", ""))
        if part not in package:
            raise UnsupportedFile(file, f"is damaged: its sheet {entry.get('name')} is missing; {DAMAGED}")
        if kind != "worksheet":
            continue  # a chart or a macro
        sheet = Sheet(entry.get("name", ""), hidden=entry.get("state", "visible") != "visible")
        reader = _SheetReader(sheet, strings, formats, date1904, file)
        reader.struck_strings, reader.struck_styles = struck, struck_styles
        reader.read(package.part(part), part)
        reader.seen.comments += comments(package, part)
        sheet.notes += [*reader.seen.notes(), *margin_notes(reader.margins["oddHeader"], reader.margins["oddFooter"])]
        sheet.notes += drawn(package, part)
        yield sheet


def _targets(package: Package, workbook: str) -> dict[str, tuple[str, str]]:
    """Kind and name of the part that each relation of the workbook leads to."""
    folder, name = posixpath.split(workbook)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package:
        return {}
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in package.xml(relations)
    }


def _formats(package: Package, parts: list[str]) -> tuple[list[NumberFormat], frozenset[str]]:
    """The number format of each cell style, and the styles that strike their text out."""
    if not parts:
        return [], frozenset()
    styles = package.xml(parts[0])
    codes = dict(BUILT_IN)
    for own in styles.iter(f"{_MAIN}numFmt"):
        if own.get("numFmtId", "").isdecimal():
            codes[int(own.get("numFmtId", ""))] = own.get("formatCode", "General")
    cells = styles.find(f"{_MAIN}cellXfs")
    own_styles = list(cells.iter(f"{_MAIN}xf")) if cells is not None else []
    numbers = [style.get("numFmtId", "0") for style in own_styles]
    fonts = [
        (mark := font.find(f"{_MAIN}strike")) is not None and mark.get("val", "1") in _TRUE
        for font in styles.iterfind(f"{_MAIN}fonts/{_MAIN}font")
    ]
    strikes = {str(number) for number, is_struck in enumerate(fonts) if is_struck}
    return (
        [compiled(codes.get(int(number) if number.isdecimal() else 0, "General")) for number in numbers],
        frozenset(str(index) for index, style in enumerate(own_styles) if style.get("fontId", "0") in strikes),
    )


class _SheetReader(Texts):
    """Goes through one sheet and keeps what its cells show."""

    def __init__(
        self, sheet: Sheet, strings: list[str], formats: list[NumberFormat], date1904: bool, file: str
    ) -> None:
        super().__init__()
        self.sheet = sheet
        self.strings = strings
        self.formats = {str(index): form for index, form in enumerate(formats)}
        self.plain = formats[0] if formats else compiled("General")
        self.date1904 = date1904
        self.file = file
        self.columns: dict[str, int] = {}
        self.numbers: dict[tuple[str, str], str] = {}
        self.row = self.column = self.count = 0
        self.cells: dict[int, str] = {}
        self.style = ""
        self.kind = "n"
        self.formula = self.hides_zeros = self.unnumbered = False
        self.struck_strings: dict[int, str] = {}
        self.struck_styles: frozenset[str] = frozenset()
        self.margins = {"oddHeader": "", "oddFooter": ""}
        self.seen = Seen()

    def read(self, data: bytes, part: str) -> None:
        starts, ends = self.handlers()
        starts |= {
            "c": self._open_cell,
            "v": self.open_text,
            "f": self._open_formula,
            "row": self._open_row,
            "mergeCell": self._merge,
            "col": self._column_run,
            "sheetView": self._view,
        }
        ends |= {"c": self._close_cell, "v": self.close_text, "row": self._close_row}
        for margin in self.margins:
            starts[margin], ends[margin] = self.open_text, partial(self._close_margin, margin)
        parse_part(data, self.file, part, starts, ends, self.text)

    def _close_margin(self, margin: str) -> None:
        self.close_text()
        self.margins[margin] = self.taken()

    def _view(self, attributes: dict[str, str]) -> None:
        self.hides_zeros = attributes.get("showZeros", "1") not in _TRUE

    def _column_run(self, attributes: dict[str, str]) -> None:
        if _is_hidden(attributes, "width"):
            first, last = (_whole(attributes.get(end), 0) for end in ("min", "max"))
            self.sheet.hidden_columns.update(range(max(first, 1), min(last, MAX_COLUMN) + 1))

    def _open_row(self, attributes: dict[str, str]) -> None:
        self.row = _whole(attributes.get("r", str(self.row + 1)), 0)
        if not 0 < self.row <= MAX_ROW:
            self._refuse(f"row {attributes.get('r')}")
        self.unnumbered = "r" not in attributes
        self.column = 0
        if _is_hidden(attributes, "ht"):
            self.sheet.hidden_rows.add(self.row)

    def _close_row(self) -> None:
        if self.cells:
            self.sheet.rows.setdefault(self.row, {}).update(self.cells)
            self.cells = {}

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference:
            letters = reference.rstrip("0123456789")
            column = self.columns.get(letters)
            if column is None:
                column = self.columns[letters] = column_number(letters)
            self.column = column
            if self.unnumbered:
                self.row = _whole(reference[len(letters) :], 0)
                if not 0 < self.row <= MAX_ROW:
                    self._refuse(f"cell {reference}")
        else:
            self.column += 1  # a cell that does not say where it stands follows the one before
        if not 0 < self.column <= MAX_COLUMN:
            self._refuse(f"cell {reference}")
        self.style = attributes.get("s", "")
        self.kind = attributes.get("t", "n")
        self.formula = False

    def _open_formula(self, attributes: dict[str, str]) -> None:
        self.formula = True

    def _close_cell(self) -> None:
        if self.void:
            self._leave_out(self.taken_void())
        if not self.pieces:
            if self.formula and self.kind != "str":
                self.seen.unknown.append(self._name())
            return
        shown = self._shown(stored := self.taken())
        if not shown.strip() and self.kind in {"s", "str", "inlineStr"}:
            self._note_unseen(self.strings[int(stored)] if self.kind == "s" else stored)
        if self.style in self.struck_styles:
            self._leave_out(shown)
        elif shown and not shown.isspace():
            self.cells[self.column] = shown
            self.count += 1
            if self.count > MAX_CELLS:
                raise UnsupportedFile(self.file, f"has more than {MAX_CELLS:,} cells; split it into several files")

    def _leave_out(self, struck: str) -> None:
        """Text that is struck out is void; a person has to know of it."""
        if struck.strip():
            self.seen.struck.append(at(self.row, self.column, struck))

    def _note_unseen(self, stored: str) -> None:
        """A format may show nothing of what is stored (;;;), on purpose or not."""
        if stored.strip():
            self.seen.unseen.append(at(self.row, self.column, stored))

    def _merge(self, attributes: dict[str, str]) -> None:
        ends = _REFERENCE.findall(attributes.get("ref", ""))
        if len(ends) == 2 and len(self.sheet.merged) < MAX_CELLS:
            (left, top), (right, bottom) = ends
            rows, columns = sorted((int(top), int(bottom))), sorted((column_number(left), column_number(right)))
            self.sheet.merged.append(Area(rows[0], columns[0], min(rows[1], MAX_ROW), min(columns[1], MAX_COLUMN)))

    def _shown(self, stored: str) -> str:
        """The cell's text on the screen."""
        if self.kind == "n":
            known = self.numbers.get((self.style, stored))
            return self._number(stored) if known is None else known
        if self.kind == "s":
            place = _whole(stored, -1)
            if not 0 <= place < len(self.strings):
                self._refuse(f"cell {self._name()}")
            if place in self.struck_strings:
                self._leave_out(self.struck_strings[place])
            return self.formats.get(self.style, self.plain).text(self.strings[place])
        if self.kind == "b":
            return "TRUE" if stored.strip() in _TRUE else "FALSE"
        if self.kind == "d":
            return self._date(stored)
        return stored if self.kind == "e" else self.formats.get(self.style, self.plain).text(unescaped(stored))

    def _number(self, stored: str) -> str:
        try:
            value = float(stored)
            if not isfinite(value):
                raise ValueError(stored)
        except ValueError:
            self._refuse(f"cell {self._name()}")
        form = self.formats.get(self.style, self.plain)
        shown = "" if value == 0 and self.hides_zeros else form.number(value, date1904=self.date1904)
        if not shown.strip():
            if value == 0:
                self.seen.zeros += 1
            else:
                self._note_unseen(stored)
        elif form.exotic:
            self.seen.exotic.append(self._name())
        elif len(self.numbers) < _REMEMBERED:
            self.numbers[self.style, stored] = shown
        return shown

    def _date(self, stored: str) -> str:
        """A date that is stored in the form of ISO 8601, shown as the cell's format asks."""
        try:
            moment = datetime.fromisoformat(stored.strip()).replace(tzinfo=None)
        except ValueError:
            return stored
        form = self.formats.get(self.style, self.plain)
        if not form.is_date:
            form = compiled(BUILT_IN[14 if moment.time() == time() else 22])
        first = datetime(1904, 1, 1) if self.date1904 else datetime(1899, 12, 30)
        return form.number((moment - first) / timedelta(1), date1904=self.date1904)

    def _name(self) -> str:
        return cell_name(self.row, self.column)

    def _refuse(self, what: str) -> NoReturn:
        raise UnsupportedFile(self.file, f"is damaged: {what} of sheet {self.sheet.name} makes no sense; {DAMAGED}")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden", "") in _TRUE or attributes.get(size) in {"0", "0.0"}
