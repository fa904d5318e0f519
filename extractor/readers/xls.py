"""The stored cells of an old .xls workbook, each written as it is shown; xlrd decodes the records."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from typing import Any

from extractor.errors import UnsupportedFile
from extractor.readers.format_code import BUILT_IN, LOCALE_DATES
from extractor.readers.number_format import Format, compiled
from extractor.readers.sheets import Area, Sheet, column_name, listed

_EXCERPT = 20
_DAMAGED = "is damaged, or no Excel file that can be read; open it in Excel or WPS and save it as .xlsx"
_ENCRYPTED = "needs a password; open it, take the password off, and save it again"


def load(raw: bytes, file: str) -> Iterator[Sheet]:
    """The worksheets in the order of their tabs, one at a time."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=raw, formatting_info=True, on_demand=True, logfile=StringIO())
        formats = [_format(book, style) for style in book.xf_list]
        for index in range(book.nsheets):
            sheet = book.sheet_by_index(index)
            yield _sheet(book, sheet, formats)
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


def _format(book: Any, style: Any) -> Format:
    known = book.format_map.get(style.format_key)
    code = BUILT_IN.get(style.format_key) if known is None or style.format_key in LOCALE_DATES else known.format_str
    return compiled(code or "General")


def _sheet(book: Any, source: Any, formats: list[Format]) -> Sheet:
    import xlrd

    sheet = Sheet(source.name, hidden=source.visibility != 0)
    exotic: list[str] = []
    struck: list[str] = []
    struck_styles = {index for index, style in enumerate(book.xf_list) if book.font_list[style.font_index].struck_out}
    zeros = 0
    numbers: dict[tuple[int, float], str] = {}
    for row in range(source.nrows):
        cells: dict[int, str] = {}
        for column, cell in enumerate(source.row(row), 1):
            kind, value = cell.ctype, cell.value
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            form = formats[cell.xf_index]
            if kind == xlrd.XL_CELL_TEXT:
                shown = form.text(value)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                shown = "TRUE" if value else "FALSE"
            elif kind == xlrd.XL_CELL_ERROR:
                shown = xlrd.error_text_from_code.get(value, "#N/A")
            elif value == 0 and not source.show_zero_values:
                zeros += 1
                continue
            else:
                known = numbers.get((cell.xf_index, value))
                shown = form.number(value, date1904=book.datemode == 1) if known is None else known
                numbers[cell.xf_index, value] = shown
                if form.exotic:
                    exotic.append(f"{column_name(column)}{row + 1}")
            if cell.xf_index in struck_styles or (row, column - 1) in source.rich_text_runlist_map:
                void, shown = _void_and_valid(book, source, row, column - 1, cell, shown)
                if void.strip():
                    struck.append(f"{column_name(column)}{row + 1} {void.strip()[:_EXCERPT]}")
            if shown and not shown.isspace():
                cells[column] = shown
        if cells:
            sheet.rows[row + 1] = cells
    # xlrd counts from 0 and ends behind the last row and column.
    sheet.merged = [Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells]
    sheet.hidden_rows = {row + 1 for row, info in source.rowinfo_map.items() if info.hidden or info.height == 0}
    sheet.hidden_columns = {column + 1 for column, info in source.colinfo_map.items() if info.hidden or info.width == 0}
    if struck:
        sheet.notes.append(("struck_text", listed(struck)))
    if exotic:
        sheet.notes.append(("number_format", listed(exotic)))
    if zeros:
        sheet.notes.append(("hidden_zeros", f"{zeros:,}"))
    return sheet


def _void_and_valid(book: Any, source: Any, row: int, column: int, cell: Any, shown: str) -> tuple[str, str]:
    """What of a cell's text is struck out, and what is not: cells have a font, and so may parts of their text."""
    runs = source.rich_text_runlist_map.get((row, column))
    if not runs:
        is_struck = book.font_list[book.xf_list[cell.xf_index].font_index].struck_out
        return (shown, "") if is_struck else ("", shown)
    first = book.xf_list[cell.xf_index].font_index
    starts = [(0, first), *runs, (len(shown), first)]
    void = valid = ""
    for (start, font), (end, _) in pairwise(starts):
        if book.font_list[font].struck_out:
            void += shown[start:end]
        else:
            valid += shown[start:end]
    return void, valid
