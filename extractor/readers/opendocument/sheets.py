"""OpenDocument workbooks (ODS, FODS). A cell's paragraphs are its text as it is shown, in the format that it has."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.excel.number_format import general
from extractor.readers.excel.sheets import MAX_COLUMN, Area, Seen, Sheet, at, laid_out
from extractor.readers.opendocument.document import DRAW, OFFICE, STYLE, TABLE, TEXT, OpenDocument, whole
from extractor.readers.opendocument.paragraphs import Paragraphs, excerpt
from extractor.readers.opendocument.story import margins, rows_of
from extractor.readers.opendocument.styles import Styles
from extractor.readers.parsed import MAX_CELLS, Parsed
from extractor.schemas.positions import column_name

_MAX_ROW = 1_048_576
_COLUMNS = frozenset(f"{TABLE}{name}" for name in ("table-columns", "table-header-columns", "table-column-group"))
_CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")


def read_sheets(document: OpenDocument) -> Parsed:
    """The tables of a workbook, a sheet on each page."""
    styles = Styles(document.roots)
    tables = document.body.iterfind(f"{TABLE}table")
    return laid_out((_Reader(styles, table, document.file).sheet() for table in tables), document.file)


class _Reader:
    def __init__(self, styles: Styles, table: Element, file: str) -> None:
        self._styles = styles
        self._table = table
        self._file = file
        self._sheet = Sheet(table.get(f"{TABLE}name", ""), hidden=not styles.is_displayed(table))
        self._seen = Seen()
        self._texts = Paragraphs(styles, self._note)
        self._place = (0, 0)
        self._count = 0

    def sheet(self) -> Sheet:
        self._columns()
        number = 0
        for row in rows_of(self._table):
            times = whole(row.get(f"{TABLE}number-rows-repeated"))
            cells = self._cells(row, number + 1)
            is_hidden = row.get(f"{TABLE}visibility", "visible") != "visible"
            if cells:
                self._count += len(cells) * times
                if self._count > MAX_CELLS or number + times > _MAX_ROW:
                    raise UnsupportedFile(self._file, f"has more than {MAX_CELLS:,} cells; split it into several files")
                for one in range(number + 1, number + times + 1):
                    self._sheet.rows[one] = dict(cells)
                    if is_hidden:
                        self._sheet.hidden_rows.add(one)
            number += times
        self._drawn()
        self._sheet.notes += [*self._seen.notes(), *self._margins()]
        return self._sheet

    def _columns(self) -> None:
        number = 0
        for column in _columns_of(self._table):
            times = whole(column.get(f"{TABLE}number-columns-repeated"))
            if column.get(f"{TABLE}visibility", "visible") != "visible":
                self._sheet.hidden_columns.update(range(number + 1, min(number + times, MAX_COLUMN) + 1))
            number += times

    def _cells(self, row: Element, number: int) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            if cell.tag not in _CELLS:
                continue
            times = whole(cell.get(f"{TABLE}number-columns-repeated"))
            wide, high = (whole(cell.get(f"{TABLE}number-{what}-spanned")) for what in ("columns", "rows"))
            if (wide > 1 or high > 1) and len(self._sheet.merged) < MAX_CELLS:
                right, bottom = min(column + wide, MAX_COLUMN), min(number + high - 1, _MAX_ROW)
                self._sheet.merged.append(Area(number, column + 1, bottom, right))
            if len(cell) or cell.get(f"{OFFICE}value-type"):
                shown = self._shown(cell, number, column + 1)
                if shown.strip():
                    cells |= dict.fromkeys(range(column + 1, min(column + times, MAX_COLUMN) + 1), shown)
            column += times
        return cells

    def _shown(self, cell: Element, row: int, column: int) -> str:
        look = self._styles.look("table-cell", cell.get(f"{TABLE}style-name"))
        plain = look._replace(hidden=None, struck=None)
        self._place = (row, column)
        lines = [self._texts.text(one, above=plain) for one in cell if one.tag in {f"{TEXT}p", f"{TEXT}h"}]
        lines += ["\n".join(self._listed(one)) for one in cell.iterfind(f"{TEXT}list")]
        shown = "\n".join(lines)
        for comment in cell.iterfind(f"{OFFICE}annotation"):
            if words := excerpt(comment):
                self._seen.comments.append(at(row, column, words))
        for shape in cell:
            if shape.tag.startswith(DRAW):
                self._texts.shape(shape)
        if not lines:
            shown = self._value(cell, row, column)
        elif not shown.strip():
            self._blank(cell, row, column)
        if look.struck and shown.strip():
            self._seen.struck.append(at(row, column, shown))
            return ""
        return shown

    def _note(self, kind: str, detail: str) -> None:
        if kind in {"struck_text", "hidden_text"}:
            (self._seen.struck if kind == "struck_text" else self._seen.unseen).append(at(*self._place, detail))
        else:
            self._sheet.notes.append((kind, detail))

    def _listed(self, element: Element) -> Iterator[str]:
        for paragraph in element.iter(f"{TEXT}p"):
            yield self._texts.text(paragraph)

    def _value(self, cell: Element, row: int, column: int) -> str:
        """What a cell holds that says nothing of how it is shown, as some programs write it."""
        kind = cell.get(f"{OFFICE}value-type", "")
        if kind == "string":
            return cell.get(f"{OFFICE}string-value", "")
        if kind == "boolean":
            return cell.get(f"{OFFICE}boolean-value", "").upper()
        if kind in {"date", "time"}:
            return cell.get(f"{OFFICE}{kind}-value", "")
        try:
            value = float(cell.get(f"{OFFICE}value", ""))
        except ValueError:
            if cell.get(f"{TABLE}formula"):
                self._seen.unknown.append(f"{column_name(column)}{row}")
            return ""
        self._seen.exotic.append(f"{column_name(column)}{row}")
        return f"{general(value * 100)}%" if kind == "percentage" else general(value)

    def _blank(self, cell: Element, row: int, column: int) -> None:
        """A cell whose format shows nothing of what it holds."""
        stored = cell.get(f"{OFFICE}value") or cell.get(f"{OFFICE}string-value") or ""
        if stored.strip("0.") == "" and stored:
            self._seen.zeros += 1
        elif stored.strip():
            self._seen.unseen.append(at(row, column, stored))

    def _drawn(self) -> None:
        """Text boxes, pictures and objects that lie over the sheet: their text is in no cell."""
        for shapes in self._table.iterfind(f"{TABLE}shapes"):
            for shape in shapes:
                self._texts.shape(shape)
        notes = [("text_box", excerpt(box)) for box in self._texts.boxes]
        if self._texts.pictures:
            notes.append(("picture", f"{self._texts.pictures}"))
        self._sheet.notes += notes

    def _margins(self) -> Iterator[tuple[str, str]]:
        name = self._styles.master_page(self._table)
        return margins([page for page in self._styles.pages if page.get(f"{STYLE}name") == name])


def _columns_of(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == f"{TABLE}table-column":
            yield child
        elif child.tag in _COLUMNS:
            yield from _columns_of(child)
