"""The stored cells of a .xlsx workbook, each written as it is shown.

openpyxl knows number formats but builds an object for every cell, calamine is fast but knows no formats; this
needs formats, merged ranges and what is hidden, and nothing else, so it listens to the XML parser as it goes
through a sheet once. The words of the format are those of ECMA-376 part 1, 18 (SpreadsheetML).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from math import isfinite
from typing import NoReturn

from extractor.errors import UnsupportedFile
from extractor.readers.format_code import BUILT_IN
from extractor.readers.number_format import Format, compiled
from extractor.readers.ooxml import Package
from extractor.readers.parsed import MAX_CELLS
from extractor.readers.sheet_xml import DAMAGED, End, Start, Texts, parse_part, shared_strings, unescaped
from extractor.readers.sheets import Area, Sheet, column_name, listed

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
_REMEMBERED = 100_000
_EXCERPT = 20
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TRUE = frozenset(("1", "true", "on"))


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
        if part not in package.names:
            raise UnsupportedFile(file, f"is damaged: its sheet {entry.get('name')} is missing; {DAMAGED}")
        if kind != "worksheet":
            continue  # a chart or a macro
        sheet = Sheet(entry.get("name", ""), hidden=entry.get("state", "visible") != "visible")
        reader = _SheetReader(sheet, strings, formats, date1904, file)
        reader.struck_strings, reader.struck_styles = struck, struck_styles
        reader.read(package.part(part), part)
        sheet.notes += _drawn(package, part)
        yield sheet


def _targets(package: Package, workbook: str) -> dict[str, tuple[str, str]]:
    """Kind and name of the part that each relation of the workbook leads to."""
    folder, name = posixpath.split(workbook)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package.names:
        return {}
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in package.xml(relations)
    }


def _formats(package: Package, parts: list[str]) -> tuple[list[Format], frozenset[str]]:
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

    def __init__(self, sheet: Sheet, strings: list[str], formats: list[Format], date1904: bool, file: str) -> None:
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
        self.formula = self.hides_zeros = False
        self.struck_strings: dict[int, str] = {}
        self.struck_styles: frozenset[str] = frozenset()
        self.struck_out: list[str] = []
        self.unknown: list[str] = []
        self.exotic: list[str] = []
        self.zeros = 0

    def read(self, data: bytes, part: str) -> None:
        starts: dict[str, Start] = {
            "c": self._open_cell,
            "v": self.open_text,
            "t": self.open_text,
            "f": self._open_formula,
            "rPh": self.open_aid,
            "strike": self.open_strike,
            "row": self._open_row,
            "mergeCell": self._merge,
            "col": self._column_run,
            "sheetView": self._view,
        }
        ends: dict[str, End] = {
            "c": self._close_cell,
            "v": self.close_text,
            "t": self.close_text,
            "rPh": self.close_aid,
            "r": self.close_run,
            "row": self._close_row,
        }
        parse_part(data, self.file, part, starts, ends, self.text)
        if self.unknown:
            self.sheet.notes.append(("formula_without_value", listed(self.unknown)))
        if self.struck_out:
            self.sheet.notes.append(("struck_text", listed(self.struck_out)))
        if self.exotic:
            self.sheet.notes.append(("number_format", listed(self.exotic)))
        if self.zeros:
            self.sheet.notes.append(("hidden_zeros", f"{self.zeros:,}"))

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
                column = self.columns[letters] = _column(letters)
            self.column = column
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
                self.unknown.append(self._name())
            return
        shown = self._shown(self.taken())
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
            self.struck_out.append(f"{self._name()} {struck.strip()[:_EXCERPT]}")

    def _merge(self, attributes: dict[str, str]) -> None:
        ends = _REFERENCE.findall(attributes.get("ref", ""))
        if len(ends) == 2 and len(self.sheet.merged) < MAX_CELLS:
            (left, top), (right, bottom) = ends
            rows, columns = sorted((int(top), int(bottom))), sorted((_column(left), _column(right)))
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
            shown = _ISO_DATE.sub(lambda match: f"{match[1]}/{int(match[2])}/{int(match[3])}", stored)
            return shown.removesuffix("T00:00:00")
        return stored if self.kind == "e" else self.formats.get(self.style, self.plain).text(unescaped(stored))

    def _number(self, stored: str) -> str:
        try:
            value = float(stored)
            if not isfinite(value):
                raise ValueError(stored)
        except ValueError:
            self._refuse(f"cell {self._name()}")
        if value == 0 and self.hides_zeros:
            self.zeros += 1
            return ""
        form = self.formats.get(self.style, self.plain)
        shown = form.number(value, date1904=self.date1904)
        if form.exotic:
            self.exotic.append(self._name())
        elif len(self.numbers) < _REMEMBERED:
            self.numbers[self.style, stored] = shown
        return shown

    def _name(self) -> str:
        return f"{column_name(self.column)}{self.row}"

    def _refuse(self, what: str) -> NoReturn:
        raise UnsupportedFile(self.file, f"is damaged: {what} of sheet {self.sheet.name} makes no sense; {DAMAGED}")


def _column(letters: str) -> int:
    """Number of a column; 0 where the letters name none.

    >>> _column("A"), _column("AB"), _column("?")
    (1, 28, 0)
    """
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or number > MAX_COLUMN:
            return 0
        number = number * 26 + ord(letter) - 64
    return number


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden", "") in _TRUE or attributes.get(size) in {"0", "0.0"}


def _drawn(package: Package, sheet: str) -> list[tuple[str, str]]:
    """Text boxes and pictures that lie over a sheet: their text is in no cell."""
    notes: list[tuple[str, str]] = []
    pictures = 0
    for drawing in package.related(sheet).get("drawing", []):
        root = package.xml(drawing)
        for box in root.iter():
            kind = box.tag.rpartition("}")[2]
            if kind == "sp":
                text = "".join(part.text or "" for part in box.iter() if part.tag.endswith("}t"))
                if text.strip():
                    notes.append(("text_box", text.strip()))
            elif kind == "pic":
                pictures += 1
    return [*notes, ("picture", f"{pictures}")] if pictures else notes
