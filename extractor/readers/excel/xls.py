"""The stored cells of an old .xls workbook, each written as it is shown; xlrd decodes the records."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from typing import Any

from extractor.errors import UnsupportedFile
from extractor.readers.excel.format_code import BUILT_IN, FREE_IN_OTHERS, LOCALE_DATES
from extractor.readers.excel.number_format import NumberFormat, compiled
from extractor.readers.excel.sheets import Area, Seen, Sheet, at, laid_out, margin_notes
from extractor.readers.excel.xls_records import BIFF8, beside_the_cells
from extractor.readers.parsed import Parsed
from extractor.readers.plain.decode import is_chinese
from extractor.readers.symbols import raised
from extractor.schemas.positions import cell_name

_DAMAGED = "is damaged, or no Excel file that can be read; open it in Excel or WPS and save it as .xlsx"
_ENCRYPTED = "needs a password; open it, take the password off, and save it again"
_CHINESE = "gb18030"
_CHINESE_PAGES = frozenset((936, 950))
_SUPERSCRIPT = 1


def read_xls(raw: bytes, file: str) -> Parsed:
    """A workbook of Excel 5.0 to 2003, or of WPS (.et)."""
    return laid_out(load(raw, file), file)


def load(raw: bytes, file: str) -> Iterator[Sheet]:
    """The worksheets in the order of their tabs, one at a time."""
    import xlrd

    try:
        book = _opened(raw)
        formats = [_format(book, style) for style in book.xf_list]
        for index in range(book.nsheets):
            sheet = book.sheet_by_index(index)
            yield _sheet(book, sheet, formats, index)
            book.unload_sheet(index)
    except UnsupportedFile:
        raise
    except MemoryError:
        raise
    except NotImplementedError:
        raise UnsupportedFile(
            file, "is a workbook of Excel 4 or older; open it in Excel or WPS and save it as .xlsx"
        ) from None
    except Exception as error:  # a damaged file makes xlrd raise almost anything
        encrypted = isinstance(error, xlrd.XLRDError) and "encrypt" in str(error).lower()
        raise UnsupportedFile(file, _ENCRYPTED if encrypted else _DAMAGED) from None


def _opened(raw: bytes, encoding: str | None = None) -> Any:
    """The workbook. One from before Excel 97 may name no code page, or a Western one, and hold Chinese all the same."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=raw,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,  # else one formatted cell in the last corner makes millions of blank ones
            logfile=StringIO(),
            encoding_override=encoding,
        )
    except (LookupError, UnicodeDecodeError):
        if encoding:
            raise
        return _opened(raw, _CHINESE)
    return _opened(raw, _CHINESE) if encoding is None and _is_misread(book) else book


def _is_misread(book: Any) -> bool:
    if book.biff_version >= BIFF8 or book.codepage in _CHINESE_PAGES:
        return False
    try:
        sheets = [book.sheet_by_index(index) for index in range(book.nsheets)]
    except UnicodeDecodeError:
        return True
    values = (cell.value for sheet in sheets for row in sheet.get_rows() for cell in row)
    text = "".join([*book.sheet_names(), *(value for value in values if isinstance(value, str))])
    for index in range(book.nsheets):
        book.unload_sheet(index)
    try:
        return not text.isascii() and is_chinese(text.encode(book.encoding).decode(_CHINESE))
    except UnicodeError:
        return False


def _format(book: Any, style: Any) -> NumberFormat:
    """The format of a style; of the numbers that have a meaning in each language, the code that the file declares."""
    key = style.format_key
    known = book.format_map.get(key)
    is_declared = key in FREE_IN_OTHERS and any(own.format_key == key for own in book.format_list)
    code = BUILT_IN.get(key) if known is None or (key in LOCALE_DATES and not is_declared) else known.format_str
    return compiled(code or "General")


def _sheet(book: Any, source: Any, formats: list[NumberFormat], index: int) -> Sheet:
    import xlrd

    sheet = Sheet(source.name, hidden=source.visibility != 0)
    seen = Seen()
    fonts = [book.font_list[style.font_index] for style in book.xf_list]
    numbers: dict[tuple[int, float], str] = {}
    for row in range(source.nrows):
        cells: dict[int, str] = {}
        for column, cell in enumerate(source.row(row), 1):
            kind, value = cell.ctype, cell.value
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            form = formats[cell.xf_index]
            if kind == xlrd.XL_CELL_TEXT:
                runs = source.rich_text_runlist_map.get((row, column - 1))
                void, value = _void_and_valid(book, runs, value) if runs else ("", value)
                if void.strip():
                    seen.struck.append(at(row + 1, column, void))
                shown = form.text(value)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                shown = "TRUE" if value else "FALSE"
            elif kind == xlrd.XL_CELL_ERROR:
                shown = xlrd.error_text_from_code.get(value, "#N/A")
            elif value == 0 and not source.show_zero_values:
                shown = ""
            else:
                known = numbers.get((cell.xf_index, value))
                shown = form.number(value, date1904=book.datemode == 1) if known is None else known
                numbers[cell.xf_index, value] = shown
                if form.exotic:
                    seen.exotic.append(cell_name(row + 1, column))
            if not shown.strip():
                if value == 0:
                    seen.zeros += 1
                elif stored := str(value).strip():
                    seen.unseen.append(at(row + 1, column, stored))
            elif fonts[cell.xf_index].struck_out and not (kind == xlrd.XL_CELL_TEXT and runs):
                seen.struck.append(at(row + 1, column, shown))
            else:
                cells[column] = shown
        if cells:
            sheet.rows[row + 1] = cells
    # xlrd counts from 0 and ends behind the last row and column.
    sheet.merged = [Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells]
    sheet.hidden_rows = {
        row + 1
        for row, info in source.rowinfo_map.items()
        if info.hidden or (info.height == 0 and not info.has_default_height)
    }
    sheet.hidden_columns = {column + 1 for column, info in source.colinfo_map.items() if info.hidden or info.width == 0}
    comments = {note.text: at(row + 1, column + 1, note.text) for (row, column), note in source.cell_note_map.items()}
    seen.comments += [comment for text, comment in comments.items() if text.strip()]
    beside = beside_the_cells(book.mem, book._sh_abs_posn[index], book.biff_version, book.encoding)
    boxes = [("text_box", text.strip()) for text in beside.texts if text.strip() and text not in comments]
    sheet.notes = [*seen.notes(), *margin_notes(beside.header, beside.footer), *boxes]
    return sheet


def _void_and_valid(book: Any, runs: list[tuple[int, int]], text: str) -> tuple[str, str]:
    """What of a cell's text is struck out, and what is not, for parts of it that have fonts of their own."""
    void = valid = ""
    starts = [*([(0, None)] if runs[0][0] else []), *runs, (len(text), None)]
    for (start, number), (end, _) in pairwise(starts):
        font = book.font_list[number] if number is not None else None
        if font is not None and font.struck_out:
            void += text[start:end]
        else:
            above = font is not None and font.escapement == _SUPERSCRIPT
            valid += raised(text[start:end]) if above else text[start:end]
    return void, valid
