"""PDF files: cells by position, rows over page breaks, and that no character is lost."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import pypdfium2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extractor.errors import UnsupportedFile
from extractor.readers import ocr
from extractor.readers.ocr import Seen, Word
from extractor.readers.parsed import Parsed
from extractor.readers.pdf import read_pdf
from extractor.readers.printed import layout
from extractor.readers.printed.characters import Characters, loosen
from extractor.readers.printed.frame import Box, Frame
from tests.pdf_writer import A4_LANDSCAPE, FONT, PdfStyle, PdfTable, Span, wrap, write_pdf, write_pdfs

HEADER = ["项目名称（资金使用单位）", "总计", "财政拨款", "财政专户拨款", "绩效目标", "绩效指标"]
GOAL = "对全区12条主干道进行日常养护，及时修补坑槽、清理排水设施，保障市民出行安全。"
ITEMS = (
    "1、产出指标：养护里程；年度指标值：≥120公里。2、质量指标：抽检合格率；年度指标值：≥95%。"
    "3、效益指标：投诉率下降；年度指标值：≤3‰。"
)
WIDTHS = (100, 55, 55, 55, 110, 120)
ROWS = [
    HEADER,
    ["合计", "1,230.50", "1,150.50", "80.00", "", ""],
    ["道路养护经费", "950.50", "950.50", "", GOAL, ITEMS],
    ["路灯节能改造", "280.00", "200.00", "80.00", GOAL, ITEMS],
]
TITLE = ["云溪市2025年项目支出绩效目标表", "部门名称：云溪市青禾区住房和城乡建设局        单位：万元"]
Breaks = Literal["open", "closed", "bare", "whole"]
LONG = [HEADER, ROWS[1]] + [[f"道路养护经费{n}", f"{n}.00", "", "", GOAL * 2, ITEMS * 2] for n in range(1, 6)]
SMALL = PdfStyle(page=(595, 330), margin=30)


def texts(parsed: Parsed) -> list[list[list[str]]]:
    """Cells of every table, wrapped lines joined; ^ and < for cells that go on with the one above or left."""
    marks = {"above": "^", "left": "<"}
    return [
        [
            [marks[cell.merged] if cell.merged else cell.content.text.replace("\n", "") for cell in row.cells]
            for row in t.rows
        ]
        for t in parsed.tables
    ]


def lines(parsed: Parsed) -> list[str]:
    return [parsed.text[line.start : line.end] for line in parsed.lines]


def asides(parsed: Parsed) -> list[str]:
    """Text that stands in no line and no cell: that of stamps."""
    taken = [(line.start, line.end) for line in parsed.lines]
    taken += [(row.start, row.end) for table in parsed.tables for row in table.rows]
    ends = [0, *(end for _, end in sorted(taken))]
    starts = [*(start for start, _ in sorted(taken)), len(parsed.text)]
    between = "\n".join(parsed.text[end:start] for end, start in zip(ends, starts, strict=True))
    return [words for words in between.split("\n") if words.strip()]


def kinds(parsed: Parsed) -> list[tuple[str, int | None]]:
    return [(note.kind, note.page) for note in parsed.notes if note.kind != "character_count"]


def told(parsed: Parsed, kind: str) -> list[tuple[str, str]]:
    """What notes of a kind say, and of which text."""
    return [
        (note.detail, parsed.text[note.span[0] : note.span[1]] if note.span else "")
        for note in parsed.notes
        if note.kind == kind
    ]


def read(raw: bytes) -> Parsed:
    """What is read, with every offset checked."""
    parsed = read_pdf(raw, "a.pdf")
    covered = 0
    for table in parsed.tables:
        assert len({len(row.cells) for row in table.rows}) == 1
        for row in table.rows:
            for cell in row.cells:
                assert parsed.text[cell.start : cell.end] == cell.content.text
                assert list(cell.content.offsets) == list(range(cell.start, cell.end))
                covered += len("".join(cell.content.text.split()))
    covered += sum(len("".join(line.split())) for line in [*lines(parsed), *asides(parsed)])
    assert covered == len("".join(parsed.text.split()))
    counted = parsed.notes[-1]
    assert counted.kind == "character_count"
    assert int(counted.detail.split()[0].replace(",", "")) == covered
    return parsed


def drawn(draw: Callable[[Canvas], None], size: tuple[float, float] = (400, 300), **options: object) -> bytes:
    """One page drawn by hand."""
    wrap("", 1, 1)  # registers the font
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=0, **options)
    canvas.setFont(FONT, 10)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (8, 8), 200)), x, y, width, height)


# Cells


@pytest.mark.parametrize("rules", ["lines", "filled", "boxes"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_cells_are_read_by_position(rules: str, rotate: int) -> None:
    style = PdfStyle(page=A4_LANDSCAPE, rules=rules, rotate=rotate, middle=rotate == 90)  # type: ignore[arg-type]
    parsed = read(write_pdf(PdfTable(WIDTHS, ROWS), title=TITLE, footer="第{page}页", style=style))
    assert texts(parsed) == [ROWS]
    assert lines(parsed) == [TITLE[0], "部门名称：云溪市青禾区住房和城乡建设局 单位：万元", "第1页"]
    assert kinds(parsed) == []
    assert [table.page for table in parsed.tables] == [1]


def test_lines_of_a_cell_stay_lines() -> None:
    parsed = read(write_pdf(PdfTable((60, 100), [["名称", "目标"], ["甲\n乙", "一是\n二是"]])))
    assert [cell.content.text for cell in parsed.tables[0].rows[1].cells] == ["甲\n乙", "一是\n二是"]


def test_merged_cells() -> None:
    rows = [
        [Span("项目名称", 2), Span("资金", 1, 2), Span("绩效指标", 1, 3)],
        ["总计", "财政拨款", "一级指标", "三级指标", "指标值"],
        [Span("道路养护经费", 3), Span("950.50", 3), Span("", 3), Span("产出指标", 2), "养护里程", "≥120公里"],
        ["合格率", "≥95%"],
        ["效益指标", "投诉率", "≤3‰"],
        [Span("说明：本表不含涉密项目", 1, 6)],
    ]
    parsed = read(write_pdf(PdfTable((90, 50, 60, 60, 90, 80), rows, header_rows=2)))
    assert texts(parsed) == [
        [
            ["项目名称", "资金", "<", "绩效指标", "<", "<"],
            ["^", "总计", "财政拨款", "一级指标", "三级指标", "指标值"],
            ["道路养护经费", "950.50", "", "产出指标", "养护里程", "≥120公里"],
            ["^", "^", "^", "^", "合格率", "≥95%"],
            ["^", "^", "^", "效益指标", "投诉率", "≤3‰"],
            ["说明：本表不含涉密项目", "<", "<", "<", "<", "<"],
        ]
    ]


def test_an_area_of_several_rows_and_columns() -> None:
    parsed = read(write_pdf(PdfTable((50, 50, 50), [[Span("甲", 2, 2), "乙"], ["丙"], ["丁", "戊", "己"]])))
    assert texts(parsed) == [[["甲", "<", "乙"], ["^", "<", "丙"], ["丁", "戊", "己"]]]


def test_several_tables_on_a_page_with_text_between() -> None:
    tables = [([f"表{n}"], PdfTable((80, 80), [["名称", "金额"], [f"甲{n}", f"{n}.00"]])) for n in (1, 2, 3)]
    parsed = read(write_pdfs(tables, footer="第{page}页"))
    assert texts(parsed) == [[["名称", "金额"], [f"甲{n}", f"{n}.00"]] for n in (1, 2, 3)]
    assert re.sub(r"\s+", " ", parsed.text) == "".join(f"表{n} 名称 金额 甲{n} {n}.00 " for n in (1, 2, 3)) + "第1页 "


def grid(canvas: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    canvas.grid(list(xs), list(ys))


def test_rules_inside_of_a_form() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("f")
        grid(canvas, (0, 50, 100), (0, 20, 40))
        canvas.endForm()
        canvas.translate(20, 100)
        canvas.doForm("f")
        for x, y, text in ((5, 25, "甲"), (55, 25, "乙"), (5, 5, "丙"), (55, 5, "丁")):
            canvas.drawString(x, y, text)

    assert texts(read(drawn(draw))) == [[["甲", "乙"], ["丙", "丁"]]]


def test_frames_underlines_and_charts_are_no_tables() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(5, 5, 390, 290)
        canvas.drawString(20, 250, "绩效说明")
        canvas.line(20, 247, 60, 247)
        grid(canvas, (200, 220, 240), (100, 120, 140))

    parsed = read(drawn(draw))
    assert not parsed.tables
    assert lines(parsed) == ["绩效说明"]
    assert kinds(parsed) == [("no_ruling", None)]


def test_doubled_rules_and_cells_with_borders_of_their_own() -> None:
    def draw(canvas: Canvas) -> None:
        for column, text in enumerate("甲乙丙"):
            for row in range(2):
                canvas.rect(20 + column * 52, 100 + row * 22, 50, 20)
                canvas.drawString(25 + column * 52, 106 + row * 22, f"{text}{row}")

    assert texts(read(drawn(draw))) == [[["甲1", "乙1", "丙1"], ["甲0", "乙0", "丙0"]]]


@pytest.mark.parametrize("air", [1, 2])
def test_cells_with_borders_of_their_own_and_air_between(air: int) -> None:
    def draw(canvas: Canvas) -> None:
        for y, row in ((200, ("名称", "金额", "目标")), (150, ("道路", "80.00", "")), (100, ("路灯", "90.00", "优"))):
            for x, text in zip((20, 100, 180), row, strict=True):
                canvas.rect(x + air / 2, y + air / 2, 80 - air, 50 - air)
                canvas.drawString(x + 8, y + 20, text)
        canvas.rect(20 + air / 2, 50 + air / 2, 240 - air, 50 - air)
        canvas.drawString(28, 70, "备注：跨栏")

    rows = [["名称", "金额", "目标"], ["道路", "80.00", ""], ["路灯", "90.00", "优"], ["备注：跨栏", "<", "<"]]
    assert texts(read(drawn(draw))) == [rows]


def test_a_table_without_side_rules() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (100, 120, 140):
            canvas.line(20, y, 200, y)
        canvas.line(110, 100, 110, 140)
        for x, y, text in ((30, 125, "甲"), (120, 125, "乙"), (30, 105, "丙"), (120, 105, "丁")):
            canvas.drawString(x, y, text)

    assert texts(read(drawn(draw))) == [[["甲", "乙"], ["丙", "丁"]]]


def test_a_table_in_a_cell_is_that_cells_text() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, (20, 100, 300), (100, 200, 220))
        grid(canvas, (120, 160, 200), (120, 140, 160))
        for x, y, text in ((30, 205, "名称"), (120, 205, "目标"), (30, 150, "甲"), (125, 145, "一"), (165, 145, "二")):
            canvas.drawString(x, y, text)

    parsed = read(drawn(draw))
    assert texts(parsed) == [[["名称", "目标"], ["甲", "一 二"]]]
    assert kinds(parsed) == [("nested_table", 1)]


def test_text_printed_over_the_edge_of_its_cell() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, (20, 45, 100), (100, 120))
        canvas.drawString(22, 105, "道路养护")

    parsed = read(drawn(draw))
    assert texts(parsed) == [[["道路", "养护"]]]
    assert kinds(parsed) == [("text_over_rule", 1)]


def three_rows(canvas: Canvas) -> None:
    grid(canvas, (20, 100, 200, 300), (100, 150, 200, 250))
    for y, row in ((220, ("名称", "金额", "目标")), (170, ("道路", "80.00", "好")), (120, ("路灯", "90.00", "优"))):
        for x, text in zip((25, 105, 205), row, strict=True):
            canvas.drawString(x, y, text)


THREE_ROWS = [["名称", "金额", "目标"], ["道路", "80.00", "好"], ["路灯", "90.00", "优"]]


@pytest.mark.parametrize("angle", [0, 30])
@pytest.mark.parametrize("under", [True, False])
def test_a_watermark_goes_into_no_cell(angle: int, under: bool) -> None:
    def draw(canvas: Canvas) -> None:
        def print_across() -> None:
            canvas.saveState()
            canvas.setFont(FONT, 30)
            canvas.translate(60, 160 - 2 * angle)
            canvas.rotate(angle)
            canvas.drawString(0, 0, "内部资料严禁")
            canvas.restoreState()

        steps = (print_across, lambda: three_rows(canvas))
        for step in steps if under else reversed(steps):
            step()

    parsed = read(drawn(draw))
    assert texts(parsed) == [THREE_ROWS]
    assert asides(parsed) == ["内部资料严禁"]
    assert kinds(parsed) == [("watermark", 1)]


def test_letters_whose_font_tells_their_ink_alone_stay_on_their_line() -> None:
    words = "每月一次”—"
    boxes = [(703.4, 715.4), (704.6, 715.0), (708.8, 709.8), (703.4, 715.4), (704.0, 707.0), (709.0, 709.8)]
    left = [443.2 + 12 * at for at in range(len(words))]
    right = [at + (4 if word == "”" else 11) for at, word in zip(left, words, strict=True)]
    tops, bottoms = (list(column) for column in zip(*boxes, strict=True))
    frame = Frame(Box(0, 0, 595, 842), 0)
    found = Characters(frame, [*words], [0] * len(words), left, tops, right, bottoms, 12.0)
    loosen(found)
    assert layout.cell_text(found, range(len(words))) == words
    assert (found.top[0], found.bottom[0]) == boxes[0]


def test_small_slanted_letters_inside_of_a_cell_are_a_stamp() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.translate(145, 166)
        canvas.rotate(30)
        canvas.setFont(FONT, 8)
        canvas.drawString(0, 0, "传")

    parsed = read(drawn(draw))
    assert texts(parsed) == [THREE_ROWS]
    assert asides(parsed) == ["传"]
    assert kinds(parsed) == [("watermark", 1)]


@pytest.mark.parametrize("angle", [25, 60])
def test_more_letters_of_a_watermark_than_of_the_table(angle: int) -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        for x in range(30, 300, 60):
            for y in (105, 155, 205):
                canvas.saveState()
                canvas.translate(x, y)
                canvas.rotate(angle)
                canvas.drawString(0, 0, "张三2026")
                canvas.restoreState()

    parsed = read(drawn(draw))
    assert texts(parsed) == [THREE_ROWS]
    assert asides(parsed) == ["张三2026"] * 15
    assert told(parsed, "watermark") == [("张三2026", "")]
    assert kinds(parsed) == [("watermark", 1)]


@pytest.mark.parametrize("size", [10, 16])
def test_words_printed_across_the_rules_again_and_again_are_a_watermark(size: int) -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.setFont(FONT, size)
        for x, y in ((80, 205), (150, 205), (80, 155), (150, 155), (240, 155), (80, 105)):
            canvas.drawString(x, y, "内部资料")

    parsed = read(drawn(draw))
    assert texts(parsed) == [THREE_ROWS]
    assert "".join(asides(parsed)).replace(" ", "") == "内部资料" * 6
    assert kinds(parsed) == [("watermark", 1)]


def test_a_stamp_over_several_cells_is_in_none_of_them() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.setFont(FONT, 16)
        canvas.drawString(60, 160, "已审核2026-01-08")
        canvas.drawString(210, 145, "财政局")

    parsed = read(drawn(draw))
    assert texts(parsed) == [THREE_ROWS]
    assert "".join(asides(parsed)) == "已审核2026-01-08财政局"
    assert kinds(parsed) == [("watermark", 1), ("stamped_cell", 1)]
    assert [text.split("\t")[0] for _, text in told(parsed, "stamped_cell")] == ["道路"]


def test_text_printed_over_other_text_of_a_cell_is_told() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.drawString(207, 166, "停用")

    parsed = read(drawn(draw))
    assert kinds(parsed) == [("overprinted_text", 1)]
    assert [text.split("\t")[:2] for _, text in told(parsed, "overprinted_text")] == [["道路", "80.00"]]


def test_lines_that_are_printed_over_the_lower_rule_stay_together() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        for y, text in ((180, "保障"), (168, "道路"), (156, "平整"), (146, "畅通")):
            canvas.drawString(240, y, text)

    parsed = read(drawn(draw))
    assert texts(parsed)[0][1:] == [["道路", "80.00", "保障好 道路平整畅通"], ["路灯", "90.00", "优"]]
    assert [text.split("\t")[0] for _, text in told(parsed, "text_over_rule")] == ["道路"]


def test_large_letters_of_a_header_that_is_too_narrow_stay_in_the_table() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, (20, 100, 200, 300), (100, 150, 200, 250))
        canvas.setFont(FONT, 16)
        canvas.drawString(25, 220, "项目绩效目标")
        canvas.setFont(FONT, 10)
        canvas.drawString(205, 220, "好")
        for x, y, text in ((25, 170, "道路"), (105, 170, "80.00"), (25, 120, "路灯"), (105, 120, "90.00元")):
            canvas.drawString(x, y, text)

    parsed = read(drawn(draw))
    assert [row[0] for row in texts(parsed)[0][1:]] == ["道路", "路灯"]
    assert lines(parsed) == []
    assert [kind for kind, _ in kinds(parsed)] == ["text_over_rule"]


def test_a_page_that_is_askew_as_a_whole_is_no_stamp() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rotate(10)
        canvas.drawString(60, 160, "项目支出绩效目标表")

    parsed = read(drawn(draw))
    assert "".join(lines(parsed)) == "项目支出绩效目标表"
    assert kinds(parsed) == [("no_ruling", None)]


@pytest.mark.parametrize(("size", "kind"), [(14, "mixed_sizes"), (16, "stamped_cell")])
def test_large_words_among_small_ones_are_told(size: int, kind: str) -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.setFont(FONT, 10)
        canvas.drawString(205, 105, "保持路灯明亮整洁")
        canvas.setFont(FONT, size)
        canvas.drawString(220, 132, "已审核")

    parsed = read(drawn(draw))
    row = ["路灯", "90.00", "优保持路灯明亮整洁"]
    if kind == "mixed_sizes":
        row[2] = f"已审核{row[2]}"
    assert texts(parsed)[0][2] == row
    assert told(parsed, kind)[0][0] == "3"
    assert told(parsed, kind)[0][1].replace("\n", "").split("\t") == row


def test_faded_letters_between_lines_of_prose_are_a_watermark() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 200, "对全区道路进行日常养护，")
        canvas.drawString(40, 180, "保障市民出行安全。")
        canvas.setFont(FONT, 20)
        canvas.setFillColorRGB(0.8, 0.2, 0.2, alpha=0.6)
        canvas.drawString(150, 182, "已审核")

    parsed = read(drawn(draw))
    assert lines(parsed) == ["对全区道路进行日常养护，", "保障市民出行安全。"]
    assert asides(parsed) == ["已审核"]
    assert ("watermark", 1) in kinds(parsed)


def test_large_letters_that_stand_in_their_cells_stay_there() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.setFont(FONT, 30)
        canvas.drawString(120, 110, "大")
        canvas.drawString(220, 110, "字")

    parsed = read(drawn(draw))
    assert texts(parsed)[0][2] == ["路灯", "90.00大", "优字"]
    assert kinds(parsed) == []


def test_text_that_is_not_drawn_is_told_and_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        text = canvas.beginText(110, 160)
        text.setTextRenderMode(3)
        text.textOut("99.99")
        canvas.drawText(text)

    parsed = read(drawn(draw))
    assert texts(parsed) == [THREE_ROWS]
    assert kinds(parsed) == [("invisible_text", 1)]


def test_annotations_are_told() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.textAnnotation("核减10万元", Rect=[110, 160, 130, 180])
        canvas.textAnnotation("停办", Rect=[110, 110, 130, 130])

    raw = drawn(draw)
    at = raw.rindex(b"/Subtype /Text")
    parsed = read(raw[:at] + b"/Subtype /StrikeOut" + raw[at + len(b"/Subtype /Text") :])
    assert texts(parsed) == [THREE_ROWS]
    assert ("struck_annotation", "1") in {(note.kind, note.detail) for note in parsed.notes}
    assert ("comment", "核减10万元") in {(note.kind, note.detail) for note in parsed.notes}


# Several beside each other


def two_on_a_sheet(raw: bytes) -> bytes:
    """The pages of a file, two beside each other on a sheet, as printers put them."""
    source = pypdfium2.PdfDocument(raw)
    width, height = source[0].get_size()
    made = pypdfium2.raw.FPDF_ImportNPagesToOne(source, 2 * width, height, 2, 1)
    out = io.BytesIO()
    pypdfium2.PdfDocument(made).save(out)
    return out.getvalue()


@pytest.mark.parametrize("repeat", [True, False])
@pytest.mark.parametrize("breaks", ["open", "bare", "closed"])
def test_two_pages_on_a_sheet_are_read_one_after_the_other(breaks: Breaks, repeat: bool) -> None:
    style = PdfStyle(page=(595, 330), margin=30, breaks=breaks, repeat_header=repeat)
    raw = write_pdf(PdfTable(WIDTHS, LONG), title=TITLE, footer="第{page}页", style=style)
    plain, sheets = read(raw), read(two_on_a_sheet(raw))
    assert sheets.text.count("\f") == plain.text.count("\f") // 2
    assert [row for table in texts(sheets) for row in table] == [row for table in texts(plain) for row in table]
    assert lines(sheets) == lines(plain)


def test_tables_side_by_side_are_read_from_left_to_right() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(130, 275, "两表并列，各自成表，标题横贯两表")
        for x, name in ((20, "甲"), (230, "乙")):
            grid(canvas, (x, x + 60, x + 150), (100, 150, 200, 250))
            canvas.drawString(x, 255, f"表{name}")
            for y, row in ((220, ("名称", "金额")), (170, (f"{name}路", "80.00")), (120, (f"{name}灯", "90.00"))):
                canvas.drawString(x + 5, y, row[0])
                canvas.drawString(x + 65, y, row[1])
        canvas.drawString(130, 60, "注：以上两表合并计算，不再另行列示")

    parsed = read(drawn(draw))
    assert texts(parsed) == [[["名称", "金额"], [f"{one}路", "80.00"], [f"{one}灯", "90.00"]] for one in "甲乙"]
    assert [line.replace(" ", "") for line in lines(parsed)] == [
        "两表并列，各自成表，标题横贯两表",
        "表甲",
        "表乙",
        "注：以上两表合并计算，不再另行列示",
    ]


def test_a_table_on_one_half_of_a_sheet_and_text_on_the_other() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        for number in range(6):
            canvas.drawString(440, 250 - 20 * number, f"{number + 1}、填报说明应当完整")

    parsed = read(drawn(draw, size=(800, 300)))
    assert texts(parsed) == [THREE_ROWS]
    begin = parsed.text.index("填报")
    assert begin > parsed.tables[0].rows[-1].end


@pytest.mark.parametrize("turn", [90, 270])
def test_a_table_on_its_side_on_an_upright_page(turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(8):
            canvas.drawString(20, 560 - 15 * number, "本页正文直排，表格横放，请侧看。")
        if turn == 90:
            canvas.translate(350, 20)
        else:
            canvas.translate(20, 400)
        canvas.rotate(turn)
        grid(canvas, (20, 100, 200, 300), (100, 150, 200, 250))
        for y, row in (
            (220, ("名称", "金额", "目标")),
            (170, ("道路", "80.00", "道路平整")),
            (120, ("路灯", "90.00", "优")),
        ):
            for x, text in zip((25, 105, 205), row, strict=True):
                canvas.drawString(x, y, text)

    parsed = read(drawn(draw, size=(400, 600)))
    assert texts(parsed) == [[["名称", "金额", "目标"], ["道路", "80.00", "道路平整"], ["路灯", "90.00", "优"]]]
    assert lines(parsed) == ["本页正文直排，表格横放，请侧看。"] * 8
    assert kinds(parsed) == []


def test_a_few_letters_on_their_side_stay_in_their_cell() -> None:
    def draw(canvas: Canvas) -> None:
        three_rows(canvas)
        canvas.translate(240, 105)
        canvas.rotate(90)
        canvas.drawString(0, 0, "保持整洁")

    parsed = read(drawn(draw))
    assert sorted(texts(parsed)[0][2][2].replace(" ", "")) == sorted("优保持整洁")


def written(objects: Sequence[bytes]) -> bytes:
    """A PDF file of these objects, of which the first is the catalog."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(out)
    )  # fmt: skip
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def in_drawn_letters(second: str, matrix: str = "1 0 0 1 0 0") -> bytes:
    """A table of two cells, 甲 and another letter, in a font of drawings and a form that a matrix moves."""
    glyph = stream(b"800 0 0 0 700 700 d1 0 0 700 700 re f")
    unicode = stream(
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
        b"2 beginbfchar <41> <7532> <42> <%04x> endbfchar endcmap" % ord(second)
    )
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 800 800] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 65 "
        b"/LastChar 66 /Widths [800 800] /CharProcs << /a 7 0 R >> /ToUnicode 8 0 R "
        b"/Encoding << /Type /Encoding /Differences [65 /a /a] >> /Resources << >> >>"
    )
    inner = b"1 w 20 100 m 300 100 l 20 150 m 300 150 l 20 100 m 20 150 l 160 100 m 160 150 l 300 100 m 300 150 l S "
    inner += b"BT /F 20 Tf 30 115 Td (A) Tj 140 0 Td (B) Tj ET"
    form = stream(inner, b"/Type /XObject /Subtype /Form /BBox [0 0 400 300] /Resources << /Font << /F 6 0 R >> >>")
    page = stream(f"q {matrix} cm /X Do Q".encode())
    return written([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R "
        b"/Resources << /XObject << /X 5 0 R >> >> >>",
        page, form, font, glyph, unicode,
    ])  # fmt: skip


@pytest.mark.parametrize("matrix", ["0.5 0 0 0.5 40 100", "0 0.5 -0.5 0 300 20"])
def test_drawn_letters_inside_of_a_form_stand_where_they_are_printed(matrix: str) -> None:
    assert texts(read(in_drawn_letters("乙", matrix))) == [[["甲", "乙"]]]


def test_a_narrow_letter_as_wide_as_a_chinese_one_is_told() -> None:
    assert kinds(read(in_drawn_letters("乙"))) == []
    assert kinds(read(in_drawn_letters("^"))) == [("unreadable_text", 1)]


# Over page breaks


@pytest.mark.parametrize(("breaks", "repeat"), [("open", True), ("open", False), ("bare", True)])
@pytest.mark.parametrize("height", [240, 290, 330, 375, 420])
def test_rows_over_an_open_page_break_are_joined(height: int, breaks: Breaks, repeat: bool) -> None:
    style = PdfStyle(page=(595, height), margin=30, breaks=breaks, repeat_header=repeat)
    parsed = read(write_pdf(PdfTable(WIDTHS, LONG), title=TITLE, footer="第{page}页", style=style))
    pages = parsed.text.count("\f") + 1
    assert pages > 2
    assert [row for table in texts(parsed) for row in table if row != HEADER] == LONG[1:]
    assert [row for table in texts(parsed) for row in table].count(HEADER) == (pages if repeat else 1)
    assert {kind for kind, _ in kinds(parsed)} == {"row_joined"}
    # A joined row stands on its first page.
    assert [table.page for table in parsed.tables] == sorted({table.page for table in parsed.tables})


@pytest.mark.parametrize(
    ("row", "rest", "joined"),
    [
        # It lacks the amount that every row has, and goes on in the middle of a text.
        (["道路养护", "8.00", "", "", "好", "1、里程：80"], ["经费", "", "", "", "", "公里以上"], "row_guessed"),
        (["道路养护", "8.00", "", "", "好", "1、里程：80。"], ["", "", "", "", "", "合格率：95%。"], "row_guessed"),
        # A code that ends in a hyphen goes on, though what follows is a number.
        (["道路养护A-", "8.00", "", "", "好", "1、里程：80"], ["007", "", "", "", "", "公里以上"], "row_guessed"),
        # A label is cut in two; the numbers count on.
        (["道路养护", "8.00", "", "", "好", "1、里程；年度指标"], ["经费", "", "", "", "", "值：80公里"], "row_joined"),
        (["道路养护", "8.00", "", "", "好", "1、里程：80。"], ["", "", "", "", "", "2、合格率：95%。"], "row_joined"),
        (["道路养护", "8.00", "", "", "好", "（1）里程。"], ["", "", "", "", "", "（2）合格率。"], "row_joined"),
        (["道路养护", "8.00", "", "", "好", "1、里程：80。"], ["路灯", "", "", "", "", "1、灯具：95。"], ""),
        (["道路养护", "8.00", "", "", "好", "1、里程：80"], ["路灯", "", "", "", "", "1、灯具：95"], ""),
        (["道路养护", "8.00", "", "", "好", "1、里程：80"], ["路灯", "9.00", "", "", "", "值：80公里"], ""),
        # Numbers that do not count on, or of another kind, say nothing.
        (["道路养护", "8.00", "", "", "好", "1、里程：80。"], ["", "", "", "", "", "1、合格率：95%。"], "row_guessed"),
        (["道路养护", "8.00", "", "", "好", "1、里程：80。"], ["", "", "", "", "", "（2）合格率。"], "row_guessed"),
        # Both halves make a name that stands further up; the second half closes the bracket of the first.
        (["路灯节", "", "", "", "好", "里程。"], ["能改造", "", "", "", "", "合格率：95%。"], "row_guessed"),
        (["道路（含", "", "", "", "好", "里程。"], ["桥梁）", "", "", "", "", "合格率：95%。"], "row_guessed"),
        (["道路（含桥）", "", "", "", "好", "1、里程。"], ["（二）路灯", "", "", "", "", "1、灯具：95%。"], ""),
    ],
)
def test_rows_over_a_ruled_page_break(row: list[str], rest: list[str], joined: str) -> None:
    rows = [*ROWS, row, rest]
    # The header is not printed again, so that the page breaks exactly before the last row.
    height = _height(rows[:-1])
    style = PdfStyle(page=(595, height), margin=30, breaks="whole", repeat_header=False)
    parsed = read(write_pdf(PdfTable(WIDTHS, rows), style=style))
    together = [first + second for first, second in zip(row, rest, strict=True)]
    found = [one for table in texts(parsed) for one in table]
    assert found == ([*ROWS, together] if joined else rows)
    assert [kind for kind, page in kinds(parsed) if page == 2] == [joined] * bool(joined)


def _height(rows: Iterable[Sequence[str]]) -> float:
    lines = [max(1, *(len(wrap(text, width - 6, 9)) for text, width in zip(row, WIDTHS, strict=True))) for row in rows]
    return 60.5 + sum(12 * count + 6 for count in lines)


def test_a_header_of_two_rows_without_a_rule_below_it() -> None:
    head = [[Span("项目", 2, 1), Span("金额", 1, 2), Span("目标", 2, 1)], ["财政", "其他"]]
    rows = [*head, *([f"道路{n}", f"{n}.00", "", GOAL] for n in range(1, 5))]
    style = PdfStyle(page=(400, 130), margin=20, breaks="bare")
    parsed = read(write_pdf(PdfTable((90, 60, 60, 90), rows, header_rows=2), style=style))
    assert len(parsed.tables) > 2
    header = [["项目", "金额", "<", "目标"], ["^", "财政", "其他", "^"]]
    for table in texts(parsed):
        assert table[:2] == header
    assert [row for table in texts(parsed) for row in table[2:]] == [
        [f"道路{n}", f"{n}.00", "", GOAL] for n in range(1, 5)
    ]


def test_a_strip_of_a_row_at_the_foot_of_a_page_has_the_columns_of_its_rest() -> None:
    def draw(canvas: Canvas) -> None:
        xs = (20, 80, 140, 220)
        grid(canvas, xs, (70, 100, 130))
        for y, row in ((110, ("名称", "金额", "目标")), (80, ("道路", "1.00", "好"))):
            for x, text in zip(xs, row, strict=False):
                canvas.drawString(x + 4, y, text)
        for x in (20, 220):  # the strip, in which the rules between its columns are not drawn
            canvas.line(x, 70, x, 50)
        canvas.showPage()
        canvas.setFont(FONT, 10)
        canvas.line(20, 100, 220, 100)
        for x in xs:
            canvas.line(x, 100, x, 130)
        for x, text in zip(xs, ("路灯", "2.00", "优"), strict=False):
            canvas.drawString(x + 4, 110, text)

    found = [row for table in texts(read(drawn(draw, size=(260, 150)))) for row in table]
    assert found == [["名称", "金额", "目标"], ["道路", "1.00", "好"], ["路灯", "2.00", "优"]]


def test_two_numbers_are_two_rows_whatever_the_rules_say() -> None:
    def draw(canvas: Canvas, number: int) -> None:
        canvas.setFont(FONT, 9)

    rows = [["名称", "金额"], ["甲", "1.00"], ["乙", "2.00"]]
    raw = write_pdf(PdfTable((80, 80), rows), style=PdfStyle(page=(220, 96), margin=30, breaks="whole"), draw=draw)
    parsed = read(raw)
    assert [table[-1] for table in texts(parsed)] == [["甲", "1.00"], ["乙", "2.00"]]
    assert kinds(parsed) == []


def test_merged_cells_over_a_page_break() -> None:
    indicators = [[f"指标{n}", f"≥{n}0%"] for n in range(1, 9)]
    rows = [
        ["项目名称", "总计", "三级指标", "指标值"],
        [Span("道路养护经费", 8), Span("950.50", 8), *indicators[0]],
        *indicators[1:],
        ["路灯", "80.00", "灯具", "12盏"],
    ]
    parsed = read(write_pdf(PdfTable((90, 60, 90, 80), rows), style=PdfStyle(page=(400, 150), margin=20)))
    body = [row for table in texts(parsed) for row in table if row[0] != "项目名称"]
    assert [row[2:] for row in body] == [*indicators, ["灯具", "12盏"]]
    assert [row[:2] for row in body] == [["道路养护经费", "950.50"], *[["^", "^"]] * 7, ["路灯", "80.00"]]
    assert len(parsed.tables) > 1


def test_text_of_a_merged_cell_goes_on_after_the_page_break() -> None:
    name = "道路养护" * 14
    rows = [["项目名称", "三级指标"], [Span(name, 12), "指标1"], *[[f"指标{n}"] for n in range(2, 13)]]
    for header in (True, False):
        style = PdfStyle(page=(400, 130), margin=20, repeat_header=header)
        parsed = read(write_pdf(PdfTable((60, 90), rows), style=style))
        assert len(parsed.tables) > 2
        body = [row for table in texts(parsed) for row in table if row[0] != "项目名称"]
        assert [row[0] for row in body] == [name, *["^"] * 11]
        assert [row[1] for row in body] == [f"指标{n}" for n in range(1, 13)]
        assert ("row_joined", 2) in kinds(parsed)


def test_a_title_in_the_table_that_is_printed_again_is_a_line() -> None:
    rows = [
        [Span("项目支出绩效目标表", 1, 3)],
        ["名称", "金额", "目标"],
        *[[f"甲{n}", f"{n}.00", "好"] for n in range(9)],
    ]
    parsed = read(write_pdf(PdfTable((80, 60, 80), rows, header_rows=2), style=PdfStyle(page=(400, 150), margin=20)))
    assert len(parsed.tables) > 1
    assert lines(parsed) == ["项目支出绩效目标表"] * (len(parsed.tables) - 1)
    assert all(table[0] == ["名称", "金额", "目标"] for table in texts(parsed)[1:])


def test_all_pages_get_the_columns_that_one_of_them_shows() -> None:
    rows = [
        ["名称", "一级", "二级", "值"],
        *[[f"甲{n}", "产出", "数量", "1"] for n in range(4)],
        *[["乙", Span("无", 1, 3)]] * 3,
    ]
    style = PdfStyle(page=(400, 135), margin=20, breaks="whole", repeat_header=False)
    parsed = read(write_pdf(PdfTable((80, 60, 60, 60), rows), style=style))
    assert texts(parsed)[1] == [["乙", "无", "<", "<"]] * 3


def test_a_table_that_goes_on_without_rules_is_reported() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.line(20, 120, 200, 120)
        for x in (20, 110, 200):
            canvas.line(x, 40, x, 120)
        canvas.drawString(30, 100, "道路养护")
        canvas.drawString(120, 100, "目标")
        canvas.showPage()
        canvas.setFont(FONT, 10)
        canvas.drawString(30, 250, "经费")

    assert kinds(read(drawn(draw))) == [("rules_end", 2)]


characters = st.sampled_from("道路养护经费，。；：（）1234567890.%≥ab")
cell_text = st.text(characters, max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(cell_text.filter(bool), cell_text, cell_text), min_size=1, max_size=8),
    st.integers(150, 500),
    st.sampled_from(["lines", "filled", "boxes", "none"]),
    st.sampled_from(["open", "closed"]),
    st.booleans(),
)
@example([("0" * 28, "0", "")], 300, "lines", "open", True)
@example([("0" * 28, "0", "0"), ("0", "0" * 28, "0")], 150, "none", "closed", False)
def test_no_character_is_lost(
    rows: list[tuple[str, str, str]], height: int, rules: str, breaks: str, repeat: bool
) -> None:
    style = PdfStyle(page=(420, height), margin=25, rules=rules, breaks=breaks, repeat_header=repeat)  # type: ignore[arg-type]
    header = ("项目名称", "绩效目标", "绩效指标")
    parsed = read(write_pdf(PdfTable((100, 120, 140), [header, *rows]), title=TITLE[:1], style=style))
    pages = parsed.text.count("\f") + 1
    printed = TITLE[0] + "".join(map("".join, rows)) + "".join(header) * (pages if repeat else 1)
    assert sorted("".join(parsed.text.split())) == sorted(printed)
    guessed = any(kind == "row_guessed" for kind, _ in kinds(parsed))
    if breaks == "open" and rules in ("lines", "filled") and not guessed:
        found = [tuple(row) for table in texts(parsed) for row in table if tuple(row) != header]
        assert found == [row for row in rows if row != header]


def browser_lines(canvas: Canvas, number: int, pages: int) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawString(20, 318, "2026/11/30 20:27")
    canvas.drawString(250, 318, "项目支出绩效目标表")
    canvas.drawString(20, 6, "https://example.gov.cn/a.html")
    canvas.drawString(560, 6, f"{number}/{pages}")


def test_what_a_browser_prints_above_and_below_each_page_is_no_text_of_it() -> None:
    raw = write_pdf(PdfTable(WIDTHS, LONG), style=SMALL, draw=lambda canvas, number: browser_lines(canvas, number, 4))
    parsed = read(raw)
    assert parsed.text.count("\f") == 3
    assert lines(parsed) == []
    assert asides(parsed)[0].startswith("https://example.gov.cn/a.html")


@pytest.mark.parametrize(("pages", "left"), [(2, 0), (7, 4)])
def test_what_a_browser_prints_around_prose(pages: int, left: int) -> None:
    def draw(canvas: Canvas) -> None:
        for number in (1, 2):
            canvas.setFont(FONT, 10)
            canvas.drawString(20, 200, f"第{number}段：对全区道路进行日常养护。")
            browser_lines(canvas, number if pages == 2 else 7, pages)
            if number == 1:
                canvas.showPage()

    # Where the count does not go on from page to page, nothing is taken for what a browser prints.
    parsed = read(drawn(draw, size=(595, 330)))
    assert len(lines(parsed)) == 2 + left
    assert len(asides(parsed)) == 4 - left


# Without rules


def test_a_table_without_rules_is_told_by_its_white_space() -> None:
    parsed = read(write_pdf(PdfTable(WIDTHS, ROWS), title=TITLE, style=PdfStyle(rules="none")))
    assert texts(parsed) == [ROWS]
    assert lines(parsed) == [TITLE[0], "部门名称：云溪市青禾区住房和城乡建设局 单位：万元"]
    assert kinds(parsed) == [("columns_by_position", 1)]


def test_rows_of_one_line_each_without_rules() -> None:
    rows = [
        ["名称", "金额", "指标", "值"],
        ["道路", "8.00", "里程", "≥80"],
        ["", "", "合格率", "100%"],
        ["路灯", "9.00", "数量", "12"],
    ]
    style = PdfStyle(rules="none", padding=0)
    assert texts(read(write_pdf(PdfTable((60, 60, 60, 60), rows), title=TITLE[:1], style=style))) == [rows]


def test_a_page_without_rules_whose_rows_cannot_be_told_is_text_in_the_files_order() -> None:
    # Cells are centred, so that lines of one row stand beside each other at any height.
    raw = write_pdf(PdfTable(WIDTHS, ROWS), title=TITLE, style=PdfStyle(rules="none", middle=True, padding=0))
    parsed = read(raw)
    assert not parsed.tables
    assert lines(parsed)[:3] == [
        TITLE[0],
        "部门名称：云溪市青禾区住房和城乡建设局 单位：万元",
        "项目名称（资金使用单位",
    ]
    joined = "".join("".join(lines(parsed)).split())
    # Each cell's lines stand together.
    assert GOAL in joined
    assert ITEMS in joined
    assert kinds(parsed) == [("no_ruling", None)]


def test_prose_and_short_lines_are_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(12):
            canvas.drawString(
                40, 250 - 16 * number, "项目支出绩效目标说明如下文所列各项要求" if number % 2 else "一、总体要求"
            )

    assert not read(drawn(draw)).tables


def test_columns_of_prose_are_not_mixed() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, (20, 100, 180), (250, 270))
        canvas.drawString(25, 255, "甲")
        canvas.drawString(105, 255, "乙")
        for column in range(2):
            for row in range(4):
                canvas.drawString(20 + 200 * column, 200 - 14 * row, f"第{column}栏第{row}行")

    assert lines(read(drawn(draw))) == [f"第{column}栏第{row}行" for column in range(2) for row in range(4)]


def test_scanned_pages_are_reported_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)

    def draw(canvas: Canvas) -> None:
        canvas.drawString(20, 200, "绩效说明")
        canvas.showPage()
        picture(canvas, 0, 0, 400, 300)
        canvas.showPage()
        canvas.setFont(FONT, 10)
        picture(canvas, 0, 20, 400, 280)
        canvas.drawString(200, 5, "第3页")
        canvas.showPage()
        canvas.setFont(FONT, 10)
        picture(canvas, 0, 0, 60, 60)
        canvas.drawString(200, 5, "印章")

    parsed = read(drawn(draw))
    assert lines(parsed) == ["绩效说明", "第3页", "印章"]
    assert kinds(parsed) == [("scanned_page", 2), ("scanned_page", 3), ("no_ruling", None)]


def test_a_scanned_page_read_by_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(pixels: bytes, width: int, height: int, stride: int) -> Seen:
        assert len(pixels) == stride * height
        dots = width / 400
        words = [("标 题", 20, 10), ("名称", 25, 35), ("金额", 105, 35), ("道路养护", 25, 55), ("80.00 ab", 105, 55)]
        rules = [(20, y, 180, y + 1) for y in (30, 50, 70)] + [(x, 30, x + 1, 70) for x in (20, 100, 180)]
        return Seen(
            [Word(text, x * dots, y * dots, (x + 30) * dots, (y + 10) * dots) for text, x, y in words],
            [(x0 * dots, y0 * dots, x1 * dots, y1 * dots) for x0, y0, x1, y1 in rules],
        )

    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "look_at", look)
    parsed = read(drawn(lambda canvas: picture(canvas, 0, 0, 400, 300)))
    assert texts(parsed) == [[["名称", "金额"], ["道路养护", "80.00 ab"]]]
    assert lines(parsed) == ["标题"]
    assert kinds(parsed) == [("ocr_page", 1)]
    monkeypatch.setattr(ocr, "look_at", lambda *_: Seen([], []))
    assert kinds(read(drawn(lambda canvas: picture(canvas, 0, 0, 400, 300)))) == [("scanned_page_ocr", 1)]


def test_a_page_whose_text_layer_is_no_text_goes_to_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = drawn(
        lambda canvas: [
            canvas.drawString(20, 30 * row, "䄽餤绩䅖䐚鲝䄽錀鱩銋䫏㨋釼㧦魌䡎騬㡄鏼魮") for row in range(1, 6)
        ]
    )
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    assert ("ocr_of_unreadable", 1) not in kinds(read(raw))
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "look_at", lambda *_: Seen([Word("标题", 20, 10, 50, 20)], []))
    parsed = read(raw)
    assert lines(parsed) == ["标题"]
    assert told(parsed, "ocr_of_unreadable") == [("100", "")]
    monkeypatch.setattr(ocr, "look_at", lambda *_: Seen([], []))
    assert len(lines(read(raw))) == 5


RENDER = """
import sys, pypdfium2
pypdfium2.PdfDocument(sys.stdin.buffer.read())[0].render(scale=3).to_pil().convert("RGB").save(sys.stdout.buffer, "png")
"""


def rendered(raw: bytes) -> Image.Image:
    """The first page in the fonts of this machine, which are asked only where no PDF was read before."""
    done = subprocess.run([sys.executable, "-c", RENDER], input=raw, stdout=subprocess.PIPE, check=True)
    return Image.open(io.BytesIO(done.stdout))


@pytest.mark.ocr
@pytest.mark.skipif(not ocr.is_installed(), reason="the extra `ocr` is not installed")
def test_ocr_reads_a_page_for_real() -> None:
    if rendered(drawn(lambda canvas: canvas.drawString(20, 200, "项目"))).getextrema()[0][0] == 255:
        pytest.skip("this machine has no Chinese font to print a page with")
    table = PdfTable((120, 80), [["项目名称", "总计"], ["道路养护经费", "80.00"]])
    image = rendered(write_pdf(table, style=PdfStyle(page=(300, 120), margin=20, size=12, leading=16)))
    parsed = read(drawn(lambda canvas: canvas.drawImage(ImageReader(image), 0, 0, 300, 120), size=(300, 120)))
    assert texts(parsed) == [table.rows]
    assert kinds(parsed) == [("ocr_page", 1)]


# Characters


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("⾏政⻓效⺠生⻚", "行政长效民生页"),
        ("平方米²①", "平方米²①"),
        ("ＡＢ９５％", "ＡＢ９５％"),
        ("第1-", "第1-"),
        ("a  b", "a b"),
    ],
)
def test_characters_are_read_as_seen(printed: str, expected: str) -> None:
    assert lines(read(drawn(lambda canvas: canvas.drawString(20, 200, printed)))) == [expected]


def test_a_hyphen_at_the_end_of_a_line_stays() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(20, 200, "item A-")
        canvas.drawString(20, 186, "one")

    assert lines(read(drawn(draw))) == ["item A-", "one"]


def test_letters_spaced_apart_and_text_drawn_twice() -> None:
    def draw(canvas: Canvas) -> None:
        spaced = canvas.beginText(20, 200)
        spaced.setCharSpace(6)
        spaced.textLine("绩效目标")
        canvas.drawText(spaced)
        for x in (20, 20.2):
            canvas.drawString(x, 150, "合计")

    assert lines(read(drawn(draw))) == ["绩效目标", "合计"]


def test_digits_above_the_line_are_no_part_of_a_number() -> None:
    def draw(canvas: Canvas) -> None:
        for y, size, lift, digits in ((250, 6, 3, "12"), (200, 6, 0, "3"), (150, 10, 0, "4"), (100, 10, 2, "5")):
            canvas.setFont(FONT, 10)
            canvas.drawString(20, y, "86.50")
            canvas.setFont(FONT, size)
            canvas.drawString(20 + canvas.stringWidth("86.50", FONT, 10), y + lift, digits)

    assert lines(read(drawn(draw))) == ["86.50¹²", "86.503", "86.504", "86.505"]


def test_a_number_in_a_font_whose_boxes_stand_higher_is_no_raised_one() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(20, 200, "代码")
        canvas.setFont(FONT, 6)
        canvas.drawString(40, 203, "300218")

    assert "".join(lines(read(drawn(draw)))) == "代码300218"


def test_a_font_that_does_not_say_what_it_draws() -> None:
    raw = drawn(lambda canvas: canvas.drawString(20, 200, "abc"))
    # Numbers of glyphs, in a font that says of none which character it is.
    mute = raw.replace(b"/UniGB-UCS2-H", b"/Identity-H   ").replace(b"(GB1)", b"(Xyz)").replace(b"(Adobe)", b"(Nobody)")
    parsed = read(mute)
    assert ("unreadable_text", 1) in kinds(parsed)


def test_what_is_cut_off_by_the_pages_edge_is_reported_and_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((0, 0, 200, 300))
        canvas.drawString(20, 200, "看得见")
        canvas.drawString(250, 200, "看不见")

    parsed = read(drawn(draw))
    assert lines(parsed) == ["看得见"]
    assert kinds(parsed) == [("text_outside_page", 1), ("no_ruling", None)]
    assert parsed.notes[0].detail == "3"


def test_form_fields_are_read_as_filled_in() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(20, 200, "Total:")
        canvas.acroForm.textfield(name="total", value="80.00", x=100, y=190, width=80, height=20, borderWidth=0)

    assert "80.00" in "".join(lines(read(drawn(draw))))


def test_form_fields_and_text_boxes_that_only_viewers_draw() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, (20, 100, 200, 300), (150, 200, 250))
        for x, text in ((25, "名称"), (105, "金额"), (205, "目标")):
            canvas.drawString(x, 220, text)
        canvas.acroForm.textfield(name="name", value="Road", x=22, y=160, width=70, height=30, borderWidth=0)
        canvas.acroForm.textfield(name="goal", value="one two", x=205, y=155, width=40, height=40, borderWidth=0)
        canvas.acroForm.checkbox(name="done", checked=True, x=260, y=160, size=10)
        canvas.freeTextAnnotation("80.00", "/Helv 9 Tf", (105, 165, 180, 180))

    raw = drawn(draw).replace(b"/AP", b"/XX")
    parsed = read(raw)
    assert texts(parsed) == [[["名称", "金额", "目标"], ["Road", "80.00", "one two"]]]
    assert [note[:3] for note in parsed.notes if note.kind == "undrawn_text"] == [("undrawn_text", "3", 1)]


# Files that are not as they should be


def test_a_password_that_is_needed_and_one_that_is_not() -> None:
    table = PdfTable(WIDTHS, ROWS)
    locked = write_pdf(table, style=PdfStyle(encrypt="secret"))
    with pytest.raises(UnsupportedFile, match="password"):
        read_pdf(locked, "a.pdf")
    out = io.BytesIO()
    wrap("", 1, 1)
    canvas = Canvas(out, encrypt=StandardEncryption("", ownerPassword="secret", canCopy=0, strength=128))
    canvas.setFont(FONT, 10)
    canvas.drawString(20, 200, "绩效目标")
    canvas.save()
    assert lines(read(out.getvalue())) == ["绩效目标"]


PLAIN = write_pdf(PdfTable(WIDTHS, ROWS), title=TITLE)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "no PDF"),
        (b"PK\x03\x04" + bytes(200), "no PDF"),
        (b"%PDF-1.7\n" + bytes(2000), "damaged"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (PLAIN[:300], "damaged"),
        (re.sub(rb"/Kids \[[^]]*\]", b"/Kids [ ]", PLAIN).replace(b"/Count 1", b"/Count 0"), "without pages|damaged"),
    ],
)
def test_files_that_cannot_be_read(raw: bytes, message: str) -> None:
    with pytest.raises(UnsupportedFile, match=message):
        read_pdf(raw, "a.pdf")


def test_a_file_that_was_cut_off_says_so() -> None:
    # The first version of the file is whole, the one that was saved after it is not.
    parsed = read(PLAIN + b"\n90 0 obj\n" + b"<< /Type /Page >> " * 100)
    assert texts(parsed) == [ROWS]
    assert ("cut_off_file", None) in kinds(parsed)


@pytest.mark.parametrize("where", ["startxref", "entry", "front"])
def test_a_file_whose_table_of_objects_does_not_fit_says_so(where: str) -> None:
    if where == "startxref":
        at = PLAIN.rindex(b"startxref") + 10
        raw = PLAIN[:at] + b"7" + PLAIN[at + 1 :]
    elif where == "entry":
        at = PLAIN.rindex(b"xref\n0") + 35
        raw = PLAIN[:at] + b"9" + PLAIN[at + 1 :]
    else:
        raw = PLAIN.replace(b"1 0 obj", b"% an editor of text was here\n1 0 obj", 1)
    assert ("rebuilt_file", None) in kinds(read_pdf(raw, "a.pdf"))
    assert ("rebuilt_file", None) not in kinds(read_pdf(b"\n\n" + PLAIN, "a.pdf"))
    assert ("rebuilt_file", None) not in kinds(read_pdf(PLAIN, "a.pdf"))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PLAIN) - 1), st.integers(0, 255)), min_size=1, max_size=40))
def test_damage_never_crashes(changes: list[tuple[int, int]]) -> None:
    raw = bytearray(PLAIN)
    for position, value in changes:
        raw[position] = value
    with contextlib.suppress(UnsupportedFile):
        read(bytes(raw))


@pytest.mark.parametrize("size", [(14_400, 14_400), (3, 3), (200, 14_400)])
def test_pages_of_any_size(size: tuple[float, float]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 1)
        canvas.drawString(1, 1, "表")

    assert lines(read(drawn(draw, size=size))) == ["表"]


@pytest.mark.large
def test_half_a_million_characters_on_a_page() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 1)
        for row in range(500):
            canvas.drawString(1, 600 - row * 1.1, "0123456789" * 100)

    parsed = read(drawn(draw, size=(700, 620)))
    assert len(parsed.lines) == 500
    assert parsed.notes[-1].detail.startswith("500,000 characters")


def test_more_drawings_than_any_table_has() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(5, 150, "图")
        path = canvas.beginPath()
        for step in range(20_000):
            path.moveTo(10 + step % 140 * 2, step % 280)
            path.lineTo(12 + step % 140 * 2, step % 280)
        canvas.drawPath(path)
        grid(canvas, range(20, 380, 2), range(10, 280, 2))

    parsed = read(drawn(draw))
    assert "图" in "".join(lines(parsed))


def test_two_threads_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: texts(read_pdf(PLAIN, "a.pdf")), range(12)))
    assert found == [[ROWS]] * 12
