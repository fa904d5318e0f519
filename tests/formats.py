"""One table written in every file format: merged cells as each format merges, the same bytes every time.

Rows hold the cells that begin in each row, as HTML does: `Span` is a cell over several rows or columns, and what it
covers is left out (see `tests.pdf_writer`).
"""

from __future__ import annotations

import datetime
import html as markup
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import docx
import xlsxwriter
import xlwt
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tests.ofd_writer import OfdStyle, write_ofd
from tests.pdf_writer import A4_LANDSCAPE, PdfStyle, PdfTable, Span, write_pdf

Row = Sequence[str | Span]
UP, LEFT = "^", "<"
"""In a grid: the cell goes on with the one above, with the one to its left."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*\.\d\d")
_LINE = 17.0
"""Points that a line of text takes in a workbook."""
_HIGHEST = 409.0
"""Points of the highest row that Excel allows."""
_SHARE = 5
"""Shares of the page that are as wide as one digit in a workbook."""
_SONG = "宋体"


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


def cells_of(grid: Sequence[Sequence[object]]) -> Iterator[tuple[int, int, int, int, Any]]:
    """Row, column, number of rows and columns, and value of every cell of a grid with UP and LEFT in it.

    >>> list(cells_of([["a", LEFT], [UP, UP], ["b", "c"]]))
    [(0, 0, 2, 2, 'a'), (2, 0, 1, 1, 'b'), (2, 1, 1, 1, 'c')]
    """
    for row, cells in enumerate(grid):
        for column, value in enumerate(cells):
            if value in (UP, LEFT):
                continue
            right, below = column, row
            while right + 1 < len(cells) and cells[right + 1] == LEFT:
                right += 1
            while below + 1 < len(grid) and grid[below + 1][column] == UP:
                below += 1
            yield row, column, below - row + 1, right - column + 1, value


def heights(cells: Iterable[tuple[int, int, Span]], widths: Sequence[float]) -> list[float]:
    """Height of each row in points, so that all of its text is seen; `widths` are in digits."""
    found: list[float] = []
    for row, column, span in sorted(cells, key=lambda cell: cell[0] + cell[2].rows):
        width = sum(widths[column : column + span.columns]) - 1.5
        lines = sum(max(1, math.ceil(_digits(line) / width)) for line in span.text.split("\n"))
        found += [_LINE] * (row + span.rows - len(found))
        missing = lines * _LINE - sum(found[row : row + span.rows])
        if missing > 0:
            found[row + span.rows - 1] += missing
    return [min(height, _HIGHEST) for height in found]


def _digits(text: str) -> float:
    """How wide a text is; a Chinese character is as wide as two digits and a bit."""
    return sum(1.0 if one.isascii() else 2.1 for one in text)


def pdf(printed: Printed) -> bytes:
    """Ruled, rows broken over pages, the header repeated."""
    width = printed.pdf.page[0] - 2 * printed.pdf.margin
    table = PdfTable(
        [share / sum(printed.widths) * width for share in printed.widths], printed.rows, printed.header_rows
    )
    return write_pdf(table, title=printed.title, footer=printed.footer, style=printed.pdf)


def ofd(printed: Printed, how: OfdStyle | None = None) -> bytes:
    """The same pages as those of the PDF file."""
    width = printed.pdf.page[0] - 2 * printed.pdf.margin
    table = PdfTable(
        [share / sum(printed.widths) * width for share in printed.widths], printed.rows, printed.header_rows
    )
    return write_ofd(table, title=printed.title, footer=printed.footer, style=printed.pdf, how=how)


def word(printed: Printed, change: Callable[[Any], None] = lambda _: None) -> bytes:
    """DOCX; `change` may alter the document before it is saved."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    in_chinese(document)
    for index, line in enumerate(printed.title):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.CENTER if index == 0 else None
    table = document.add_table(len(printed.rows), len(printed.widths), style="Table Grid")
    table.autofit = False
    for column, share in zip(table.columns, printed.widths, strict=True):
        column.width = Mm(267 * share / sum(printed.widths))
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
    if document.element.body[-2].tag.endswith("}tbl"):
        document.add_paragraph()  # as Word ends every document
    out = BytesIO()
    document.save(out)
    return steady(out.getvalue())


def in_chinese(document: Any, size: float = 9) -> None:
    """The font of Chinese documents, and Chinese as their language."""
    style = document.styles["Normal"]
    style.font.size = Pt(size)
    style.paragraph_format.space_after = Pt(0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _SONG)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def excel(printed: Printed, change: Callable[[Any, Any], None] = lambda _book, _sheet: None) -> bytes:
    """XLSX, amounts as numbers under a number format; `change` may add to the workbook and its sheet."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 1, 5)})
    sheet = book.add_worksheet("绩效目标表")
    text = book.add_format({"text_wrap": True, "valign": "vcenter", "border": 1})
    amount = book.add_format({"num_format": "#,##0.00", "valign": "vcenter", "border": 1})
    title = book.add_format({"align": "center", "bold": True})
    below = len(printed.title)
    for row, line in enumerate(printed.title):
        sheet.merge_range(row, 0, row, len(printed.widths) - 1, line, title if row == 0 else None)
    widths = [share / _SHARE for share in printed.widths]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for row, height in enumerate(heights(placed(printed.rows), widths)):
        sheet.set_row(below + row, height)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
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
    lines = "borders: left thin, right thin, top thin, bottom thin; alignment: vertical center"
    text, amount = xlwt.easyxf(f"{lines}, wrap on"), xlwt.easyxf(lines, num_format_str="#,##0.00")
    title = xlwt.easyxf("font: bold on; alignment: horizontal center"), xlwt.easyxf()
    for row, line in enumerate(printed.title):
        sheet.write_merge(row, row, 0, len(printed.widths) - 1, line, title[row > 0])
    below = len(printed.title)
    widths = [share / _SHARE for share in printed.widths]
    for column, width in enumerate(widths):
        sheet.col(column).width = int(width * 256)
    for row, height in enumerate(heights(placed(printed.rows), widths)):
        sheet.row(below + row).height_mismatch = True
        sheet.row(below + row).height = int(height * 20)
    sheet.portrait, sheet.paper_size_code = False, 9
    sheet.fit_num_pages, sheet.fit_width_to_pages, sheet.fit_height_to_pages = 1, 1, 0
    for row, column, span in placed(printed.rows):
        top, bottom, right = below + row, below + row + span.rows - 1, column + span.columns - 1
        if _AMOUNT.fullmatch(span.text):
            sheet.write_merge(top, bottom, column, right, float(span.text.replace(",", "")), amount)
        else:
            sheet.write_merge(top, bottom, column, right, span.text, text)
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
    table = '<table border="1" cellspacing="0">\n' + "".join(f"<tr>{row}</tr>\n" for row in rows) + "</table>\n"
    page = f"<!doctype html>\n<html><head>{head}</head><body>\n{around[0]}{title}{table}{around[1]}</body></html>\n"
    return page.encode()


def steady(archive: bytes) -> bytes:
    """The same ZIP file without the time at which it was written."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
