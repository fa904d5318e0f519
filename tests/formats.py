"""One table written in every file format: merged cells as each format merges, the same bytes every time.

Rows hold the cells that begin in each row, as HTML does: `Span` is a cell over several rows or columns, and what it
covers is left out (see `tests.pdf_writer`).
"""

from __future__ import annotations

import datetime
import html as markup
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import docx
import xlsxwriter
import xlwt

from tests.pdf_writer import A4_LANDSCAPE, PdfStyle, PdfTable, Span, write_pdf

Row = Sequence[str | Span]
_EPOCH = (1980, 1, 1, 0, 0, 0)
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*\.\d\d")


@dataclass(frozen=True)
class Printed:
    """A table under its title lines; `widths` are shares of the page, `title[0]` is the document's title."""

    title: Sequence[str]
    rows: Sequence[Row]
    widths: Sequence[float]
    header_rows: int = 1
    pdf: PdfStyle = field(default_factory=lambda: PdfStyle(page=A4_LANDSCAPE, margin=40, size=8, leading=11))
    footer: str = ""


def placed(rows: Sequence[Row]) -> Iterator[tuple[int, int, Span]]:
    """Row, column and cell of every cell that begins somewhere."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            span = Span(cell) if isinstance(cell, str) else cell
            while (row, column) in taken:
                column += 1
            taken |= {(row + i, column + j) for i in range(span.rows) for j in range(span.columns)}
            yield row, column, span


def pdf(printed: Printed) -> bytes:
    """Ruled, rows broken over pages, the header repeated."""
    width = printed.pdf.page[0] - 2 * printed.pdf.margin
    table = PdfTable(
        [share / sum(printed.widths) * width for share in printed.widths], printed.rows, printed.header_rows
    )
    return write_pdf(table, title=printed.title, footer=printed.footer, style=printed.pdf)


def word(printed: Printed, change: Callable[[Any], None] = lambda _: None) -> bytes:
    """DOCX; `change` may alter the document before it is saved."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width
    for line in printed.title:
        document.add_paragraph(line)
    table = document.add_table(len(printed.rows), len(printed.widths), style="Table Grid")
    grid = [list(row.cells) for row in table.rows]
    for row, column, span in placed(printed.rows):
        cell = grid[row][column]
        if span.rows > 1 or span.columns > 1:
            cell = cell.merge(grid[row + span.rows - 1][column + span.columns - 1])
        first, *others = span.text.split("\n")
        cell.text = first
        for line in others:
            cell.add_paragraph(line)
    change(document)
    out = BytesIO()
    document.save(out)
    return steady(out.getvalue())


def excel(printed: Printed, change: Callable[[Any, Any], None] = lambda _book, _sheet: None) -> bytes:
    """XLSX, amounts as numbers under a number format; `change` may add to the workbook and its sheet."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 1, 5)})
    sheet = book.add_worksheet("绩效目标表")
    text = book.add_format({"text_wrap": True, "valign": "vcenter", "border": 1})
    amount = book.add_format({"num_format": "#,##0.00", "border": 1})
    below = len(printed.title)
    for row, line in enumerate(printed.title):
        sheet.merge_range(row, 0, row, len(printed.widths) - 1, line)
    for column, share in enumerate(printed.widths):
        sheet.set_column(column, column, share / 5)
    for row, column, span in placed(printed.rows):
        top, bottom, right = below + row, below + row + span.rows - 1, column + span.columns - 1
        number = _AMOUNT.fullmatch(span.text)
        if span.rows > 1 or span.columns > 1:
            sheet.merge_range(top, column, bottom, right, "", amount if number else text)
        if number:
            sheet.write_number(top, column, float(span.text.replace(",", "")), amount)
        else:
            sheet.write_string(top, column, span.text, text)
    change(book, sheet)
    book.close()
    return out.getvalue()


def old_excel(printed: Printed) -> bytes:
    """XLS (BIFF8), amounts as numbers under a number format."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("绩效目标表")
    amount = xlwt.easyxf(num_format_str="#,##0.00")
    for row, line in enumerate(printed.title):
        sheet.write_merge(row, row, 0, len(printed.widths) - 1, line)
    below = len(printed.title)
    for row, column, span in placed(printed.rows):
        top, bottom, right = below + row, below + row + span.rows - 1, column + span.columns - 1
        if _AMOUNT.fullmatch(span.text):
            sheet.write_merge(top, bottom, column, right, float(span.text.replace(",", "")), amount)
        else:
            sheet.write_merge(top, bottom, column, right, span.text)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def web(printed: Printed, *, head: str = '<meta charset="utf-8">', around: tuple[str, str] = ("", "")) -> bytes:
    """A web page; `around` is what stands before and behind the table."""
    rows: list[str] = [""] * len(printed.rows)
    for row, _, span in placed(printed.rows):
        spans = "".join(
            f' {name}="{count}"' for name, count in (("rowspan", span.rows), ("colspan", span.columns)) if count > 1
        )
        inner = "<br>".join(map(markup.escape, span.text.split("\n")))
        rows[row] += f"<td{spans}>{inner}</td>"
    title = "".join(f"<p>{markup.escape(line)}</p>\n" for line in printed.title)
    table = "<table>\n" + "".join(f"<tr>{row}</tr>\n" for row in rows) + "</table>\n"
    page = f"<!doctype html>\n<html><head>{head}</head><body>\n{around[0]}{title}{table}{around[1]}</body></html>\n"
    return page.encode()


def steady(archive: bytes) -> bytes:
    """The same ZIP file without the time at which it was written."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
