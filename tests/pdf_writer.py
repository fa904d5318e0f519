"""Ruled tables as PDF files, the way budget software prints them: merged cells, rows split over pages.

    write_pdf(PdfTable(widths=(90, 60), rows=[["项目名称", "总计"], ["道路养护", "80.00"]]), title=["绩效目标表"])

The same input gives the same bytes. The font is one that every PDF program knows by name, so no font file is
needed to write the file, and its text can be read on any machine.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
A4 = (595.0, 842.0)
A4_LANDSCAPE = (842.0, 595.0)


class Span(NamedTuple):
    """A cell over several rows or columns of the grid; a plain string is a cell of one row and one column."""

    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class PdfTable:
    """`rows` hold the cells that begin in each row, as HTML does: what a span covers is left out."""

    widths: Sequence[float]
    rows: Sequence[Sequence[str | Span]]
    header_rows: int = 1


@dataclass(frozen=True)
class PdfStyle:
    """How the table is printed.

    `rules`: a line for each edge ("lines"), thin filled rectangles ("filled"), a stroked box for each cell
    ("boxes"), or nothing ("none"). `breaks`: a row that does not fit on its page goes on over the page break
    without a rule there ("open") or with one ("closed"), or moves to the next page ("whole"); "bare" is open and leaves
    out the rule between a header that is printed again and the rest of the row. `middle` puts the
    text into the middle of its cell. `rotate` is the page's /Rotate: the page is written sideways, so that it
    is upright when shown. `font` is another font that the caller has registered.
    """

    page: tuple[float, float] = A4
    margin: float = 50
    size: float = 9
    leading: float = 12
    padding: float = 3
    rules: Literal["lines", "filled", "boxes", "none"] = "lines"
    breaks: Literal["open", "closed", "bare", "whole"] = "open"
    repeat_header: bool = True
    middle: bool = False
    rotate: Literal[0, 90, 180, 270] = 0
    encrypt: str | None = None
    font: str = FONT


@dataclass
class _Cell:
    row: int
    column: int
    rows: int
    columns: int
    lines: list[str] = field(default_factory=list)
    left: int = 0
    """First line that is not printed yet."""


@dataclass
class _Piece:
    """A row, or the part of it that stands on one page."""

    row: int
    top: float
    bottom: float
    first: bool
    last: bool


def write_pdf(
    table: PdfTable,
    *,
    title: Sequence[str] = (),
    footer: str = "",
    style: PdfStyle | None = None,
    draw: Callable[[Canvas, int], None] | None = None,
) -> bytes:
    """The file; `footer` may hold {page}, `draw` may add to a page before it is finished."""
    return write_pdfs([(title, table)], footer=footer, style=style, draw=draw)


def write_pdfs(
    tables: Sequence[tuple[Sequence[str], PdfTable]],
    *,
    footer: str = "",
    style: PdfStyle | None = None,
    draw: Callable[[Canvas, int], None] | None = None,
) -> bytes:
    """Several tables one below the other, each under its title lines."""
    out = io.BytesIO()
    put(tables, _Canvas(out, style or PdfStyle(), footer, draw))
    return out.getvalue()


def put(tables: Sequence[tuple[Sequence[str], PdfTable]], sheet: Sheet) -> None:
    """Tables with their titles on the pages of a file of any format."""
    for title, table in tables:
        sheet.title(title)
        _Printer(table, sheet.style, sheet).print()
    sheet.close()


@lru_cache
def _font(name: str) -> str:
    if name == FONT:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    return name


def wrap(text: str, width: float, size: float, font: str = FONT) -> list[str]:
    """Lines of a cell: broken where the next character does not fit, and at every newline."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for character in paragraph:
            if line and pdfmetrics.stringWidth(line + character, _font(font), size) > width:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines if text else []


class Sheet:
    """The pages of a file, one at a time; y runs downwards from the top margin."""

    def __init__(self, style: PdfStyle, footer: str) -> None:
        self.style = style
        self.width, self.height = style.page
        self.footer = footer
        self.number = 1
        self.y = style.margin

    @property
    def bottom(self) -> float:
        return self.height - self.style.margin

    def begin(self) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        raise NotImplementedError

    def next(self) -> None:
        self.finish()
        self.number += 1
        self.y = self.style.margin
        self.begin()

    def close(self) -> None:
        self.finish()

    def title(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.y += self.style.leading
            self.text(self.style.margin, self.y, line)
        self.y += self.style.leading / 2 if lines else 0

    def text(self, x: float, y: float, text: str) -> None:
        raise NotImplementedError

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        raise NotImplementedError

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        raise NotImplementedError


class _Canvas(Sheet):
    """The pages of a PDF file."""

    def __init__(
        self, out: io.BytesIO, style: PdfStyle, footer: str, draw: Callable[[Canvas, int], None] | None
    ) -> None:
        super().__init__(style, footer)
        # The canvas takes the size as shown; it swaps it for a page on its side.
        self.canvas = Canvas(out, pagesize=style.page, invariant=1, encrypt=style.encrypt)
        self.draw = draw
        self.begin()

    def begin(self) -> None:
        self.canvas.setFont(_font(self.style.font), self.style.size)
        self.canvas.setLineWidth(0.5)
        rotate = self.style.rotate
        if rotate:
            self.canvas.setPageRotation(rotate)
            # Turned against /Rotate, so that the page stands upright when it is shown.
            self.canvas.rotate(rotate)
            self.canvas.translate(
                *{90: (0, -self.height), 180: (-self.width, -self.height), 270: (-self.width, 0)}[rotate]
            )

    def close(self) -> None:
        super().close()
        self.canvas.save()

    def finish(self) -> None:
        if self.footer:
            text = self.footer.format(page=self.number)
            self.canvas.drawCentredString(self.width / 2, self.style.margin / 2, text)
        if self.draw:
            self.draw(self.canvas, self.number)
        self.canvas.showPage()

    def text(self, x: float, y: float, text: str) -> None:
        self.canvas.drawString(x, self.height - y, text)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        if self.style.rules == "filled":
            self.canvas.rect(x0 - 0.25, self.height - y1 - 0.25, x1 - x0 + 0.5, y1 - y0 + 0.5, stroke=0, fill=1)
        elif self.style.rules == "lines":
            self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.rect(x0, self.height - y1, x1 - x0, y1 - y0)


class _Printer:
    """One table, row by row over as many pages as it takes."""

    def __init__(self, table: PdfTable, style: PdfStyle, page: Sheet) -> None:
        self.table, self.style, self.page = table, style, page
        self.edges = [style.margin]
        for width in table.widths:
            self.edges.append(self.edges[-1] + width)
        self.cells = list(self._place())
        self.heights = self._heights()
        self.pieces: list[_Piece] = []

    def print(self) -> None:
        for row, height in enumerate(self.heights):
            left, first, fresh = height, True, False
            while left > self.page.bottom - self.page.y + 0.01:
                room = self.page.bottom - self.page.y
                # A piece of a row is worth its page only where a line of text fits in.
                lines = int((room - 2 * self.style.padding) / self.style.leading)
                if self.style.breaks != "whole" and lines >= 1 and row >= self.table.header_rows:
                    self._put(row, lines * self.style.leading + 2 * self.style.padding, first, last=False)
                    left -= lines * self.style.leading
                    first = False
                elif fresh:
                    raise ValueError(f"row {row} does not fit on a page")
                self._break(row)
                fresh = True
            self._put(row, left, first, last=True)
        self._draw()

    def _place(self) -> list[_Cell]:
        taken: set[tuple[int, int]] = set()
        cells = []
        for row, texts in enumerate(self.table.rows):
            column = 0
            for cell in texts:
                span = Span(cell) if isinstance(cell, str) else cell
                while (row, column) in taken:
                    column += 1
                taken |= {(row + i, column + j) for i in range(span.rows) for j in range(span.columns)}
                width = self.edges[column + span.columns] - self.edges[column] - 2 * self.style.padding
                cells.append(
                    _Cell(
                        row, column, span.rows, span.columns, wrap(span.text, width, self.style.size, self.style.font)
                    )
                )
        return cells

    def _heights(self) -> list[float]:
        style = self.style
        heights = [style.leading + 2 * style.padding] * len(self.table.rows)
        for cell in sorted(self.cells, key=lambda cell: cell.rows):
            needed = len(cell.lines) * style.leading + 2 * style.padding
            last = cell.row + cell.rows - 1
            heights[last] += max(0.0, needed - sum(heights[cell.row : last + 1]))
        return heights

    def _put(self, row: int, height: float, first: bool, last: bool) -> None:
        self.pieces.append(_Piece(row, self.page.y, self.page.y + height, first, last))
        self.page.y += height

    def _break(self, row: int) -> None:
        self._draw()
        self.page.next()
        if self.style.repeat_header and row >= self.table.header_rows:
            for header in range(self.table.header_rows):
                self._put(header, self.heights[header], True, True)
            for cell in self.cells:
                if cell.row < self.table.header_rows:
                    cell.left = 0

    def _draw(self) -> None:
        """What of every cell stands on this page."""
        rules: set[tuple[float, float, float, float]] = set()
        for cell in self.cells:
            mine = [piece for piece in self.pieces if cell.row <= piece.row < cell.row + cell.rows]
            if not mine:
                continue
            top, bottom = mine[0].top, mine[-1].bottom
            x0, x1 = self.edges[cell.column], self.edges[cell.column + cell.columns]
            goes_on = not (mine[-1].row == cell.row + cell.rows - 1 and mine[-1].last)
            came = not (mine[0].row == cell.row and mine[0].first)
            rules |= {(x0, top, x0, bottom), (x1, top, x1, bottom)}
            if not (came and self.style.breaks in ("open", "bare")):
                rules.add((x0, top, x1, top))
            if not (goes_on and self.style.breaks in ("open", "bare")) and not self._is_bare(mine[-1]):
                rules.add((x0, bottom, x1, bottom))
            if self.style.rules == "boxes":
                self.page.box(x0, top, x1, bottom)
            self._text(cell, x0, top, bottom)
        for rule in sorted(rules):
            self.page.rule(*rule)
        self.pieces = []

    def _is_bare(self, piece: _Piece) -> bool:
        """Whether the last row of a header is followed by the rest of a row, without a rule between them."""
        follows = next((one for one in self.pieces if one.top == piece.bottom), None)
        is_header = piece.row == self.table.header_rows - 1
        return self.style.breaks == "bare" and is_header and follows is not None and not follows.first

    def _text(self, cell: _Cell, x0: float, top: float, bottom: float) -> None:
        style = self.style
        room = max(1, int((bottom - top - 2 * style.padding) / style.leading + 0.01))
        lines = cell.lines[cell.left : cell.left + room]
        cell.left += len(lines)
        y = top + style.padding
        if style.middle:
            y = max(y, (top + bottom - len(lines) * style.leading) / 2)
        for line in lines:
            self.page.text(x0 + style.padding, y + style.size, line)
            y += style.leading
