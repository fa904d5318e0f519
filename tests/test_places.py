"""Every value told as a person finds it in the file: what stands at the place, read by others, is the value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from html.parser import HTMLParser
from io import BytesIO
from itertools import groupby, product, repeat
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

import docx
import openpyxl
import pypdfium2
import pytest
import xlrd
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from extractor.locate import Locator
from extractor.messages import where, where_is
from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.readers.excel.sheets import column_number
from extractor.readers.inked import Inked, PageBoxes
from extractor.readers.parsed import Merged, SheetGrid, TextBuilder
from extractor.readers.plain.converted import with_characters
from extractor.readers.plain.decode import decode
from extractor.readers.plain.escapes import unescaped
from extractor.readers.plain.lines import split_lines
from extractor.readers.printed.characters import BREAK, Characters
from extractor.readers.printed.frame import Box, Frame
from extractor.readers.printed.page import Page, fill
from extractor.readers.printed.rules import Drawn
from extractor.readers.printed.writing import write_pages
from extractor.readers.web.decode import decode_html
from extractor.schemas.document import Document
from extractor.schemas.place import InLines, InParagraph, InSheet, InTable, OnPage, Place
from extractor.schemas.record import Record
from extractor.settings import Settings
from extractor.text import squash
from tests.conftest import ROOT
from tests.pdf_writer import FONT, PdfStyle, PdfTable, wrap, write_pdf

GOLDEN = ROOT / "golden"
SETTINGS = Settings(model="none")
OFD = "{http://www.ofdspec.org/2016}"
MILLIMETRE = 72 / 25.4
"""In points."""


def sources(*suffixes: str) -> list[Path]:
    found = sorted(path for path in GOLDEN.glob("*/source.*") if path.suffix in suffixes)
    return [path for path in found if not path.parent.name.startswith(("negative", "ocr"))]


def named(path: Path) -> str:
    return path.parent.name


def read_whole(path: Path | str) -> tuple[Document, list[Record]]:
    document = read(path)
    return document, finish(survey(cut(document)), {}, SETTINGS).records


def placed(records: Sequence[Record], document: Document) -> Iterator[tuple[str, str, Sequence[Place]]]:
    """Path, printed text without white space, and places of every value."""
    for record in records:
        assert record.spans
        for path, (start, end) in record.spans.items():
            assert record.places.get(path), f"{document.file}: {path} has no place"
            yield path, squash(document.text[start:end]), record.places[path]


# Pages: what another reading of the page finds inside of the boxes


class Pages:
    """The letters of a PDF file with the middles of their tight boxes, from the upper left corner of each page."""

    def __init__(self, source: bytes | Path) -> None:
        file = pypdfium2.PdfDocument(source)
        self.pages = [list(self._letters(page)) for page in file]

    def _letters(self, page: Any) -> Iterator[tuple[float, float, str]]:
        left, bottom, right, top = page.get_bbox()
        turn = page.get_rotation() // 90
        text = page.get_textpage()
        for index in range(text.count_chars()):
            letter = text.get_text_range(index, 1)
            if letter.strip():
                # Across, the room that the file gives a letter: the shape is another with other fonts.
                x0, _, x1, _ = text.get_charbox(index, loose=True)
                _, y0, _, y1 = text.get_charbox(index)
                x, y = (x0 + x1) / 2 - left, top - (y0 + y1) / 2
                width, height = right - left, top - bottom
                for _ in range(turn):
                    x, y, width, height = height - y, x, height, width
                yield x, y, letter

    def within(self, place: OnPage) -> str:
        """What stands in the boxes, each from the left to the right."""
        found = []
        for left, top, right, bottom in place.boxes:
            found += sorted(
                one for one in self.pages[place.page - 1] if left <= one[0] <= right and top <= one[1] <= bottom
            )
        return squash("".join(letter for _, _, letter in found))


class OfdPages(Pages):
    """The same for an OFD package, whose letters stand on baselines, in millimetres."""

    def __init__(self, source: Path) -> None:
        with ZipFile(source) as package:
            names = sorted(name for name in package.namelist() if name.endswith("Content.xml"))
            contents = {name: fromstring(package.read(name)) for name in names}
        printed_on = [root for name, root in contents.items() if "/Pages/" in name]
        below = [root for name, root in contents.items() if "/Tpls/" in name]
        self.pages = [[one for part in (root, *below) for one in self._printed(part)] for root in printed_on]

    def _printed(self, root: Element) -> Iterator[tuple[float, float, str]]:
        for text in root.iter(f"{OFD}TextObject"):
            left, top, *_ = map(float, text.get("Boundary", "").split())
            a, b, c, d, e, f = map(float, (text.get("CTM") or "1 0 0 1 0 0").split())
            size = float(text.get("Size", "0"))
            for code in text.iter(f"{OFD}TextCode"):
                x, y = float(code.get("X", "0")) + size / 4, float(code.get("Y", "0")) - size / 4
                steps = iter(self._steps(code.get("DeltaX", "")))
                for letter in code.text or "":
                    point = (left + a * x + c * y + e) * MILLIMETRE, (top + b * x + d * y + f) * MILLIMETRE
                    if letter.strip():
                        yield *point, letter
                    x += next(steps, 0.0)

    def _steps(self, written: str) -> Iterator[float]:
        words = iter(written.split())
        for word in words:
            times = int(next(words)) if word == "g" else 1
            yield from repeat(float(next(words) if word == "g" else word), times)


@pytest.mark.parametrize("path", sources(".pdf", ".ofd"), ids=named)
def test_the_letters_inside_of_the_boxes_are_the_value(path: Path) -> None:
    document, records = read_whole(path)
    pages = OfdPages(path) if path.suffix == ".ofd" else Pages(path)
    for where_, value, places in placed(records, document):
        assert "".join(pages.within(one) for one in places if isinstance(one, OnPage)) == value, where_


def every_text(document: Document, pages: Pages) -> Iterator[tuple[str, str]]:
    """What stands in each line and each cell, and what its boxes hold."""
    locator = Locator(document)
    spans = [(line.start, line.end) for line in document.lines]
    spans += [(cell.start, cell.end) for table in document.tables for row in table.rows for cell in row.cells]
    for start, end in spans:
        places = locator.places(start, end)
        assert all(isinstance(one, OnPage) for one in places)
        yield squash(document.text[start:end]), "".join(pages.within(one) for one in places if isinstance(one, OnPage))


TABLE = PdfTable(
    [120, 60],
    [["项目名称", "金额"], *([f"第{number}条道路养护经费（含桥梁）", f"{number}2.50"] for number in range(1, 15))],
)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_are_those_of_the_page_as_it_is_shown(tmp_path: Path, rotate: Any) -> None:
    (tmp_path / "a.pdf").write_bytes(write_pdf(TABLE, title=["支出表"], style=PdfStyle(page=(300, 200), rotate=rotate)))
    document = read(tmp_path / "a.pdf")
    found = list(every_text(document, Pages(tmp_path / "a.pdf")))
    assert len(document.tables) > 1
    assert [text for text, _ in found] == [seen for _, seen in found]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_shown_so(tmp_path: Path, angle: int) -> None:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(300, 200), invariant=1)
    wrap("甲乙", 1, 1)  # registers the font
    canvas.setFont(FONT, 10)
    canvas.translate(150, 100)
    canvas.rotate(angle)
    canvas.drawString(-60, 30, "岭东市支出表")
    canvas.drawString(20, -20, "约12万元")
    canvas.save()
    (tmp_path / "a.pdf").write_bytes(out.getvalue())
    document, pages = read(tmp_path / "a.pdf"), Pages(tmp_path / "a.pdf")
    start = document.text.index("12")
    (place,) = Locator(document).places(start, start + 2)
    assert isinstance(place, OnPage)
    (box,) = place.boxes
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    digits = [(x, y) for x, y, letter in pages.pages[0] if letter in "12"]
    assert middle == pytest.approx([sum(edge) / 2 for edge in zip(*digits, strict=True)], abs=3)
    assert sorted(text for text, _ in every_text(document, pages)) == sorted(["岭东市支出表", "约12万元"])


def test_a_row_on_two_pages_has_boxes_on_both(tmp_path: Path) -> None:
    goal = "。".join(f"第{number}条道路的养护应于年底以前全部完成" for number in range(1, 20))
    table = PdfTable([80, 100], [["项目名称", "绩效目标"], ["道路养护", goal]])
    (tmp_path / "a.pdf").write_bytes(write_pdf(table, style=PdfStyle(page=(300, 400))))
    document = read(tmp_path / "a.pdf")
    places = Locator(document).places(document.text.index("第1条"), len(document.text))
    assert [place.page for place in places if isinstance(place, OnPage)] == [1, 2]
    found = list(every_text(document, Pages(tmp_path / "a.pdf")))
    assert [text for text, _ in found] == [seen for _, seen in found]
    assert (squash(goal),) * 2 in found


def test_words_of_a_scanned_page_are_parted_by_their_widths(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(1)
    words = Characters(
        Frame(Box(0, 0, 400, 300)),
        ["总计80元", "ab c"],
        [BREAK, BREAK],
        [10.0, 80.0],
        [5.0, 5.0],
        [60.0, 120.0],
        [15.0, 15.0],
        10.0,
    )
    fill(page, words, Drawn([], [], [], 0))
    parsed = write_pages([page], (), "a.pdf")
    document = Document("a.pdf", "", "pdf", None, parsed.text, parsed.lines, parsed.tables, (), parsed.positions)
    start = document.text.index("80")
    assert Locator(document).places(start, start + 2) == (OnPage(page=1, boxes=((35.0, 5.0, 47.5, 15.0),)),)
    start = document.text.index("c")
    assert Locator(document).places(start, start + 1) == (OnPage(page=1, boxes=((106.7, 5.0, 120.0, 15.0),)),)


# Workbooks: what another library finds in the cell


def shown(value: object) -> set[str]:
    """How a cell's value may be printed."""
    if isinstance(value, int | float):
        forms = (
            f"{value}",
            f"{value:g}",
            f"{value:.2f}",
            f"{value:,.2f}",
            f"{value:.0%}",
            f"{value:.2%}",
            f"{value:,.0f}",
        )
        return set(forms)
    if hasattr(value, "strftime"):
        return {value.strftime("%Y年%-m月%-d日"), value.strftime("%Y-%m-%d"), value.strftime("%Y/%-m/%-d")}
    return {squash(str(value))}


@pytest.mark.parametrize("path", sources(".xlsx"), ids=named)
def test_the_cell_that_is_named_holds_the_value(path: Path) -> None:
    document, records = read_whole(path)
    book = openpyxl.load_workbook(path, data_only=True)
    for where_, value, places in placed(records, document):
        held = []
        for place in places:
            assert isinstance(place, InSheet)
            sheet = book[place.sheet]
            first = place.cell.partition(":")[0]
            held.append(shown(sheet[first].value))
            ranges = {str(one) for one in sheet.merged_cells.ranges}
            assert ":" not in place.cell or place.cell in ranges
            assert ":" in place.cell or not any(one.startswith(f"{place.cell}:") for one in ranges)
        assert any(value in form for form in held[0]) or value == "".join(next(iter(one)) for one in held), where_


@pytest.mark.parametrize("path", sources(".xls"), ids=named)
def test_the_same_for_old_workbooks(path: Path) -> None:
    document, records = read_whole(path)
    book = xlrd.open_workbook(path)
    for where_, value, places in placed(records, document):
        (place,) = places
        assert isinstance(place, InSheet)
        match = re.match(r"([A-Z]+)(\d+)", place.cell)
        assert match
        sheet = book.sheet_by_name(place.sheet)
        held = sheet.cell_value(int(match[2]) - 1, column_number(match[1]) - 1)
        assert any(value in form for form in shown(held)), where_


def test_hidden_and_empty_rows_count_on_paper(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "预算"
    sheet["B2"], sheet["D2"], sheet["B9"], sheet["D9"] = "项目", "金额", "养护", "12.50"
    sheet["B5"] = "旧"
    sheet.row_dimensions[5].hidden = True
    sheet.merge_cells("B9:C12")
    other = book.create_sheet("第二张")
    other["AA3"] = "完"
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx")
    locator = Locator(document)
    cells = {
        text: locator.places(at := document.text.index(text), at + len(text))
        for text in ("项目", "12.50", "养护", "完")
    }
    assert cells == {
        "项目": (InSheet(sheet="预算", cell="B2"),),
        "12.50": (InSheet(sheet="预算", cell="D9"),),
        "养护": (InSheet(sheet="预算", cell="B9:C12"),),
        "完": (InSheet(sheet="第二张", cell="AA3"),),
    }


# Word and web pages: the cell of the table that others find


Grid = dict[tuple[int, int], tuple[int, str]]
"""Row and column, from 1: which cell it is (one that spans several is the same in each), and its text."""


class Tables(HTMLParser):
    """The tables of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[Grid] = []
        self._row = self._column = self._cells = 0
        self._spans = (1, 1)
        self._text: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append({})
            self._row = 0
        elif tag == "tr":
            self._row, self._column = self._row + 1, 1
        elif tag in {"td", "th"}:
            given = dict(attrs)
            self._spans = int(given.get("rowspan") or 1), int(given.get("colspan") or 1)
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._text is not None:
            self._cells += 1
            while (self._row, self._column) in self.tables[-1]:
                self._column += 1
            for down, right in product(*map(range, self._spans)):
                self.tables[-1][self._row + down, self._column + right] = self._cells, squash("".join(self._text))
            self._text = None


def tables_in(path: Path) -> list[Grid]:
    if path.suffix != ".docx":
        return [as_drawn(table) for table in Tables(decode_html(path.read_bytes(), "a")[0]).tables]
    return [
        as_drawn(
            {
                (row, column): (id(cell._tc), squash(cell.text))
                for row, line in enumerate(table.rows, 1)
                for column, cell in enumerate(line.cells, 1)
            }
        )
        for table in docx.Document(str(path)).tables
    ]


def as_drawn(grid: Grid) -> Grid:
    """A grid without the columns in which no row begins a cell: nobody sees that they are there."""
    drawn = {column for (row, column), (cell, _) in grid.items() if grid.get((row, column - 1), (0, ""))[0] != cell}
    number = {column: index for index, column in enumerate(sorted(drawn), 1)}
    return {(row, number[column]): found for (row, column), found in grid.items() if column in drawn}


@pytest.mark.parametrize("path", sources(".docx", ".html", ".htm"), ids=named)
def test_the_cell_of_the_table_holds_the_value(path: Path) -> None:
    document, records = read_whole(path)
    tables = tables_in(path)
    for where_, value, places in placed(records, document):
        if all(isinstance(place, InTable) for place in places):
            held = [
                tables[place.table - 1][place.row, place.column][1] for place in places if isinstance(place, InTable)
            ]
            assert value in "".join(held), where_
        else:
            assert all(isinstance(place, InParagraph) for place in places)


# Plain text: the lines of the file


@pytest.mark.parametrize("path", sources(".txt", ".csv", ".tsv", ".md"), ids=named)
def test_the_lines_of_the_file_hold_the_value(path: Path) -> None:
    document, records = read_whole(path)
    lines = re.split(r"\r\n|[\r\n]", with_characters(unescaped(decode(path.read_bytes(), "a")[0])))
    for where_, value, places in placed(records, document):
        for place in places:
            if isinstance(place, InLines):
                first, last = place.lines
                assert value in squash("".join(lines[first - 1 : last])), where_
                assert value[0] in squash(lines[first - 1]), where_
                assert value[-1] in squash(lines[last - 1]), where_


def grids_of(text: str) -> list[list[list[str]]]:
    """The cells between bars, table by table, without the rule below the header."""
    tables = [list(group) for barred, group in groupby(text.splitlines(), lambda line: line.startswith("|")) if barred]
    rule = re.compile(r"[|:\s-]*-[|:\s-]*")
    return [[squash(line).strip("|").split("|") for line in lines if not rule.fullmatch(line)] for lines in tables]


@pytest.mark.parametrize("name", ["markdown-coded-a", "markdown-coded-b"])
def test_the_cell_between_bars_holds_the_value(name: str) -> None:
    path = GOLDEN / name / "source.md"
    document, records = read_whole(path)
    tables = grids_of(path.read_text(encoding="utf-8"))
    for where_, value, places in placed(records, document):
        if isinstance(places[0], InTable):
            held = [
                tables[place.table - 1][place.row - 1][place.column - 1]
                for place in places
                if isinstance(place, InTable)
            ]
            assert value in "".join(held), where_


# Whatever a span is


LETTERS = st.text("甲乙12. \n\t|、", max_size=12)
CELLS = st.lists(st.lists(st.one_of(LETTERS, st.sampled_from(Merged)), min_size=1, max_size=4), min_size=1, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Pages with boxes, sheets, files without either, plain text."""
    kind = draw(st.sampled_from(["pdf", "xlsx", "docx", "text"]))
    if kind == "text":
        text = draw(st.text("甲乙12. \r\n\f\t", min_size=1, max_size=60))
        return Document("a", "", kind, "utf-8", text, split_lines(text))
    builder = TextBuilder("a", paged=kind != "docx")
    for piece in draw(
        st.lists(LETTERS if kind == "pdf" else CELLS if kind == "xlsx" else st.one_of(LETTERS, CELLS), max_size=5)
    ):
        if isinstance(piece, str):
            builder.line(printed(piece, builder.page) if kind == "pdf" else piece)
        else:
            width = max(map(len, piece))
            sheet = SheetGrid("表", range(3, 3 + 2 * len(piece), 2), range(2, 2 + width))
            builder.table(piece, sheet=sheet if kind == "xlsx" else None)
        if kind != "docx" and draw(st.booleans()):
            builder.page_break()
    parsed = builder.parsed()
    return Document("a", "", kind, None, parsed.text, parsed.lines, parsed.tables, (), parsed.positions)


def printed(text: str, page: int | None) -> Inked:
    letters = [letter for letter in text if not letter.isspace()]
    edges = [float(8 * at) for at in range(len(letters))]
    boxes = PageBoxes.of(
        page or 1, letters, edges, [0.0] * len(edges), [edge + 8 for edge in edges], [9.0] * len(edges)
    )
    return Inked(text, tuple(boxes.ink(range(len(letters)), 0, len(letters))) if letters else ())


@given(documents(), st.integers(-3, 80), st.integers(-3, 80))
def test_every_span_has_its_places_and_no_other(document: Document, start: int, end: int) -> None:
    places = Locator(document).places(start, end)
    assert bool(places) == bool(document.text[max(start, 0) : max(end, 0)].strip())
    assert Record.model_fields["places"].annotation
    assert all(where(places, language) for language in ("zh", "en")) or not places
    # A letter of the span is found at one of its places, a letter of a place belongs to the span's cell, line or box.
    for at in range(max(start, 0), min(end, len(document.text))):
        if not document.text[at].isspace():
            (own,) = Locator(document).places(at, at + 1)
            assert any(map(partial(holds, own), places))


def holds(inner: Place, outer: Place) -> bool:
    if isinstance(inner, OnPage) and isinstance(outer, OnPage):
        (box,) = inner.boxes
        return inner.page == outer.page and any(
            left <= box[0] and top <= box[1] and right >= box[2] and bottom >= box[3]
            for left, top, right, bottom in outer.boxes
        )
    if isinstance(inner, InLines) and isinstance(outer, InLines):
        return outer.lines[0] <= inner.lines[0] and inner.lines[1] <= outer.lines[1]
    return inner == outer


# In words


@pytest.mark.parametrize(
    ("places", "zh", "en"),
    [
        ([OnPage(page=3), OnPage(page=4)], "第 3 页、第 4 页", "page 3, page 4"),
        ([InSheet(sheet="预算", cell="C5")], "工作表“预算” C5", "sheet 预算, C5"),
        (
            [InSheet(sheet="预算", cell="C5"), InSheet(sheet="预算", cell="C6")],
            "工作表“预算” C5、C6",
            "sheet 预算, C5, C6",
        ),
        ([InTable(table=2, row=5, column=3)], "表 2 第 5 行第 3 列", "table 2, row 5, column 3"),
        ([InParagraph(paragraph=7)], "第 7 段", "paragraph 7"),
        ([InLines(lines=(12, 12))], "第 12 行", "line 12"),
        ([InLines(lines=(12, 14))], "第 12 至 14 行", "lines 12 to 14"),
        (
            [InSheet(sheet="甲", cell="A1"), InSheet(sheet="乙", cell="A1")],
            "工作表“甲” A1；工作表“乙” A1",
            "sheet 甲, A1; sheet 乙, A1",
        ),
        ([InLines(lines=(at, at)) for at in range(1, 8)], "第 1 行、第 2 行、第 3 行、第 4 行、第 5 行、…", None),
        ([], "", ""),
    ],
)
def test_places_in_words(places: Sequence[Place], zh: str, en: str | None) -> None:
    assert where(places) == zh
    assert en is None or where(places, "en") == en


def test_places_are_read_again_as_they_were_written() -> None:
    _, records = read_whole(GOLDEN / "xlsx-a" / "source.xlsx")
    for record in records:
        assert Record.model_validate_json(record.model_dump_json()).places == record.places
        assert all(flag.places for flag in record.flags)


def test_what_an_older_version_stored_has_no_places() -> None:
    _, records = read_whole(GOLDEN / "xlsx-a" / "source.xlsx")
    line = json.loads(records[0].model_dump_json())
    del line["places"]
    for flag in line["flags"]:
        del flag["places"]
    old = Record.model_validate(line)
    assert not old.places
    assert where_is(old) == "第 1 页"
