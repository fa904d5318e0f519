"""Workbooks: number formats, merged ranges, what is hidden, other programs' ways of writing, damage and attacks."""

from __future__ import annotations

import contextlib
import datetime
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import UnsupportedFile
from extractor.readers import ooxml
from extractor.readers.excel.format_code import BUILT_IN
from extractor.readers.excel.number_format import NumberFormat, compiled, general
from extractor.readers.excel.xls import read_xls
from extractor.readers.excel.xls_records import beside_the_cells
from extractor.readers.excel.xlsx import read_xlsx
from extractor.readers.parsed import Parsed

Grid = list[list[str]]

# Number formats: what Excel 2021 (zh-cn) shows


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("General", 80.0, "80"),
        ("General", 12.34, "12.34"),
        ("General", 0.1 + 0.2, "0.3"),
        ("General", -1141.2, "-1141.2"),
        ("General", 1234567.891234, "1234567.891"),
        ("General", 1e-7, "1E-07"),
        ('General"元"', 12.5, "12.5元"),
        ('G/通用格式"个"', 3, "3个"),
        ("@", 12.5, "12.5"),
        ("0", 79.5, "80"),
        ("0", 0.49, "0"),
        ("0.00", 80, "80.00"),
        ("0.00", 2.675, "2.68"),  # its binary value is a little less
        ("0.00", 1.005, "1.01"),
        ("0.00", -80, "-80.00"),
        ("0.00", 1e15, "1000000000000000.00"),
        ("#,##0.00", 1141.2, "1,141.20"),
        ("#,##0.00", 0, "0.00"),
        ("#,##0", 1234567.5, "1,234,568"),
        ("#,##0", 999, "999"),
        ("0,000", 5, "0,005"),
        ("000000", 123, "000123"),
        ("000-0000", 1234567, "123-4567"),
        ("#.##", 0.5, ".5"),
        ("0.0#", 5.25, "5.25"),
        ("0.0#", 5, "5.0"),
        ("#", 0, ""),
        ("0%", 0.95, "95%"),
        ("0%", 1, "100%"),
        ("0.0%", 0.955, "95.5%"),
        ("0.00%", 0.98765, "98.77%"),
        ("≥0%", 0.9, "≥90%"),
        ('"≥"0.0', 0.9, "≥0.9"),
        ('0"个"', 3, "3个"),
        ('0.00"万元"', 80, "80.00万元"),
        (r'0\.0,"万元"', 123456, "12.3万元"),
        (r'0\.0000"万元"', 865000, "86.5000万元"),  # yuan shown as 万元
        ("0!.0000", 1_200_000, "120.0000"),
        (r"0\.00%", 12345, "12345.00%"),
        ("#,##0.00,,", 12_345_678, "12.35"),
        ("[$¥-804]#,##0.00", 5, "¥5.00"),
        ("0.00;[Red]-0.00", -3, "-3.00"),
        ("0.00_);(0.00)", -3, "(3.00)"),
        ("0.00;-0.00;", 0, ""),
        (";;;", 5, ""),
        ('[>=10000]0.00,"千";0', 123456, "123.46千"),
        ('[>=10000]0.00,"千";0', 99, "99"),
        ("[<0]-0.0;0.0", -2.55, "-2.6"),
        ("[Blue]0.0", 1, "1.0"),
        ("0.00E+00", 12345, "1.23E+04"),
        ("0.00E+00", 0.00012345, "1.23E-04"),
        ("##0.0E+0", 12345, "12.3E+3"),
        ("0.00E+00", 9.999, "1.00E+01"),
        (BUILT_IN[43], 1234.5, "1,234.50"),
        (BUILT_IN[43], -1234.5, "-1,234.50"),
        (BUILT_IN[43], 0, "-"),
        (BUILT_IN[44], 5, "¥5.00"),
        (BUILT_IN[39], -5, "-5.00"),
        ('yyyy"年"m"月"d"日"', 46356, "2026年11月30日"),
        ('[$-804]yyyy"年"m"月"d"日";@', 46356, "2026年11月30日"),
        ("[$-F800]dddd, mmmm dd, yyyy", 46356, "2026年11月30日"),
        ("yyyy-mm-dd", 46356, "2026-11-30"),
        ("yyyy/m/d", 46356.75, "2026/11/30"),
        ("yyyy.mm", 46356, "2026.11"),
        ("yy-m", 46356, "26-11"),
        ("mmm-yy", 46356, "Nov-26"),
        ("e年m月", 46356, "2026年11月"),
        ("aaaa", 46356, "星期一"),
        ("yyyy/m/d h:mm", 46356.75, "2026/11/30 18:00"),
        ("h:mm AM/PM", 0.75, "6:00 PM"),
        ('上午/下午h"时"mm"分"', 0.25, "上午6时00分"),
        ("mm:ss.0", 0.00001, "00:00.9"),
        ("[h]:mm", 1.5, "36:00"),
        ("yyyy/m/d h:mm:ss", 46356.999999, "2026/12/1 0:00:00"),
        ("yyyy/m/d", 60, "1900/2/29"),  # a day that never was
        ("yyyy/m/d", 59, "1900/2/28"),
        ("yyyy/m/d", 61, "1900/3/1"),
        ("yyyy/m/d", -1, "-1"),
        ("yyyy/m/d", 3e6, "3000000"),
        ("[DBNum1]General", 5, "5"),
        ("# ?/?", 0.5, "0.5"),
        ("", 5, "5"),
        ('"', 5, "-" * 0),
        ("0" * 2_000, 1, "0" * 1_023 + "1"),
    ],
)
def test_number_formats(code: str, value: float, shown: str) -> None:
    assert NumberFormat(code).number(value).strip() == shown


def test_dates_of_the_1904_calendar() -> None:
    assert compiled("yyyy-mm-dd").number(44894, date1904=True) == "2026-11-30"


def test_what_is_not_written_as_asked_is_known() -> None:
    codes = ("[DBNum1]0", "# ?/?", "ggge年", "0.00", "yyyy/m/d")
    assert [NumberFormat(code).exotic for code in codes] == [True] * 3 + [False] * 2


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%;@"\\_*[]E+-/ymdhsae元$<>= GenralAMP', max_size=20)
)
def test_no_format_fails(value: float, code: str) -> None:
    assert isinstance(NumberFormat(code).number(value), str)
    assert isinstance(NumberFormat(code).text("甲"), str)


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 3), st.booleans())
def test_amounts_are_rounded_as_printed(value: Decimal, places: int, grouped: bool) -> None:
    code = ("#,##0" if grouped else "0") + ("." + "0" * places if places else "")
    expected = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert Decimal(NumberFormat(code).number(float(value)).replace(",", "")) == expected


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_stay_whole(value: int) -> None:
    assert general(float(value)) == str(value)


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(9999, 12, 31)))
def test_every_day(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert NumberFormat("yyyy-mm-dd").number(serial) == day.isoformat()


# Sheets


def cells(parsed: Parsed, table: int = 0) -> Grid:
    """The cells of a table; ^ and < are what goes on from above and from the left."""
    marks = {"above": "^", "left": "<"}
    for found in parsed.tables:
        for row in found.rows:
            for cell in row.cells:
                assert parsed.text[cell.start : cell.end] == cell.content.text
                assert not (cell.merged and cell.content.text)
    rows = parsed.tables[table].rows
    return [[marks[cell.merged] if cell.merged else cell.content.text for cell in row.cells] for row in rows]


def notes(parsed: Parsed) -> set[tuple[str, str]]:
    return {(note.kind, note.detail) for note in parsed.notes}


def saved(book: Any) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def written(fill: Callable[[Any, Any], None]) -> bytes:
    """A workbook made with xlsxwriter."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        fill(book, book.add_worksheet("绩效目标"))
    return stream.getvalue()


EXPECTED = [
    ["项目支出绩效目标表", "<", "<", "<", "<"],
    ["项目名称", "总计", "完成率", "完成时间", "年度指标值"],
    ["社区养老服务", "80.00", "95%", "2026年11月30日", "≥90%"],
    ["^", "^", "95.5%", "2026/11/30", "3"],
    ["^", "^", "100%", "TRUE", "0.3"],
    ["河道清淤", "1,141.20", "", "#N/A", "1.0"],
]


def fill_xlsxwriter(book: Any, sheet: Any) -> None:
    form = {code: book.add_format({"num_format": code}) for code in ("0.00", "#,##0.00", "0%", "0.0%", "0.0")}
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    short = book.add_format({"num_format": 14})
    sheet.merge_range("A1:E1", "项目支出绩效目标表")
    sheet.write_row("A2", EXPECTED[1])
    sheet.merge_range("A3:A5", "社区养老服务")
    sheet.merge_range("B3:B5", "")
    sheet.write_number("B3", 80, form["0.00"])
    sheet.write_number("C3", 0.95, form["0%"])
    sheet.write_number("C4", 0.955, form["0.0%"])
    sheet.write_number("C5", 1, form["0%"])
    sheet.write_number("D3", 46356, day)
    sheet.write_number("D4", 46356, short)
    sheet.write_boolean("D5", True)
    sheet.write_string("E3", "≥90%")
    sheet.write_number("E4", 3)
    sheet.write_number("E5", 0.1 + 0.2)
    sheet.write_string("A6", "河道清淤")
    sheet.write_formula("B6", "=B3*2", form["#,##0.00"], 1141.2)
    sheet.write_formula("D6", "=NA()", None, "#N/A")
    sheet.write_number("E6", 1, form["0.0"])


def fill_xlwt() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("绩效目标")
    form = {code: xlwt.easyxf(num_format_str=code) for code in ("0.00", "#,##0.00", "0%", "0.0%", "0.0")}
    day = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
    short = xlwt.easyxf(num_format_str="M/D/YY")  # number 14, which Chinese Excel shows its own way
    sheet.write_merge(0, 0, 0, 4, "项目支出绩效目标表")
    for column, label in enumerate(EXPECTED[1]):
        sheet.write(1, column, label)
    sheet.write_merge(2, 4, 0, 0, "社区养老服务")
    sheet.write_merge(2, 4, 1, 1, 80, form["0.00"])
    sheet.write(2, 2, 0.95, form["0%"])
    sheet.write(3, 2, 0.955, form["0.0%"])
    sheet.write(4, 2, 1, form["0%"])
    sheet.write(2, 3, 46356, day)
    sheet.write(3, 3, 46356, short)
    sheet.write(4, 3, True)
    sheet.write(2, 4, "≥90%")
    sheet.write(3, 4, 3)
    sheet.write(4, 4, 0.1 + 0.2)
    sheet.write(5, 0, "河道清淤")
    sheet.write(5, 1, 1141.2, form["#,##0.00"])
    sheet.row(5).set_cell_error(3, 0x2A)
    sheet.write(5, 4, 1, form["0.0"])
    return saved(book)


def fill_openpyxl() -> bytes:
    book = openpyxl.load_workbook(BytesIO(written(fill_xlsxwriter)), data_only=True)
    return saved(book)


@pytest.mark.parametrize(
    ("read", "make"),
    [(read_xlsx, lambda: written(fill_xlsxwriter)), (read_xlsx, fill_openpyxl), (read_xls, fill_xlwt)],
    ids=["xlsxwriter", "openpyxl", "xlwt"],
)
def test_cells_as_a_person_sees_them(read: Callable[[bytes, str], Parsed], make: Callable[[], bytes]) -> None:
    parsed = read(make(), "a")
    assert cells(parsed) == EXPECTED
    assert parsed.notes == ()
    assert [table.page for table in parsed.tables] == [1]


def test_blank_rows_and_columns_are_left_out() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("B3", "甲")
        sheet.write("E9", "乙")
        sheet.write("C5", " ")
        sheet.write_blank("F11", None, book.add_format({"bold": True}))

    assert cells(read_xlsx(written(fill), "a")) == [["甲", ""], ["", "乙"]]


def test_far_apart_cells_cost_nothing() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", "甲")
        sheet.write("XFD1048576", "乙")

    assert cells(read_xlsx(written(fill), "a")) == [["甲", ""], ["", "乙"]]


def fill_hidden_xlsx(book: Any, sheet: Any) -> None:
    for row in range(6):
        sheet.write_row(row, 0, [f"{row}{letter}" for letter in "abcd"])
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_row(4, 0)
    sheet.set_column("C:C", None, None, {"hidden": True})
    for name in ("旧稿", "空"):
        hidden = book.add_worksheet(name)
        hidden.hide()
        if name == "旧稿":
            hidden.write_column("A1", ["甲", "乙"])
    book.add_worksheet("很隐蔽").very_hidden()
    book.get_worksheet_by_name("很隐蔽").write("A1", "丙")
    book.add_worksheet("附表").write("A1", "丁")


def fill_hidden_xls() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("绩效目标")
    for row in range(6):
        for column, letter in enumerate("abcd"):
            sheet.write(row, column, f"{row}{letter}")
    sheet.row(2).hidden = True
    sheet.row(4).hidden = True
    sheet.col(2).hidden = True
    for name, visibility, texts in (("旧稿", 1, "甲乙"), ("空", 1, ""), ("很隐蔽", 2, "丙"), ("附表", 0, "丁")):
        other = book.add_sheet(name)
        other.visibility = visibility
        for row, text in enumerate(texts):
            other.write(row, 0, text)
    return saved(book)


@pytest.mark.parametrize(
    ("read", "make"),
    [(read_xlsx, lambda: written(fill_hidden_xlsx)), (read_xls, fill_hidden_xls)],
    ids=["xlsx", "xls"],
)
def test_what_is_hidden_is_noted_and_not_read(read: Callable[[bytes, str], Parsed], make: Callable[[], bytes]) -> None:
    parsed = read(make(), "a")
    assert cells(parsed) == [[f"{row}{letter}" for letter in "abd"] for row in (0, 1, 3, 5)]
    assert cells(parsed, 1) == [["丁"]]
    assert [table.page for table in parsed.tables] == [1, 2]
    assert parsed.text.count("\f") == 1
    assert notes(parsed) == {
        ("sheet", "绩效目标"),
        ("sheet", "附表"),
        ("hidden_rows", "3, 5"),
        ("hidden_columns", "C"),
        ("hidden_sheet", "旧稿 (2)"),
        ("hidden_sheet", "很隐蔽 (1)"),
    }
    assert {note.page for note in parsed.notes if note.kind.startswith(("hidden_r", "hidden_c"))} == {1}


def test_a_workbook_with_everything_hidden_says_so() -> None:
    def fill(book: Any, sheet: Any) -> None:
        book.add_worksheet("旧稿").write("A1", "甲")
        book.get_worksheet_by_name("旧稿").hide()

    with pytest.raises(UnsupportedFile, match=r"no cell with content on any sheet that is shown; hidden: 旧稿 \(1\)"):
        read_xlsx(written(fill), "a")


def test_merged_text_moves_to_what_is_shown_of_the_range() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row("A1", ["项目名称", "隐", "总计"])
        sheet.merge_range("A2:C3", "甲")
        sheet.write_row("A4", ["乙", "x", 1])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column("A:A", None, None, {"hidden": True})

    parsed = read_xlsx(written(fill), "a")
    assert cells(parsed) == [["隐", "总计"], ["甲", "<"], ["x", "1"]]


def test_a_merged_area_of_rows_and_columns() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:B3", "甲")
        sheet.write_column("C1", [1, 2, 3])
        sheet.write("B4", "乙")

    rows = cells(read_xlsx(written(fill), "a"))
    assert rows == [["甲", "<", "1"], ["^", "<", "2"], ["^", "<", "3"], ["", "乙", ""]]


def test_zeros_that_are_not_shown() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.hide_zero()
        sheet.write_row("A1", ["甲", 0, 0.5])

    parsed = read_xlsx(written(fill), "a")
    assert cells(parsed) == [["甲", "0.5"]]
    assert notes(parsed) == {("hidden_zeros", "1")}


def struck_xlsx() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        void = book.add_format({"font_strikeout": True})
        sheet.write_row("A1", ["停办项目", 5], void)
        sheet.write_row("A2", ["甲", 6])
        sheet.write_rich_string("C2", void, "10台", "12台", void, "以上")

    return written(fill)


def struck_xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    style, void = xlwt.easyxf(), xlwt.easyxf("font: struck_out on")
    for column, value in enumerate(("停办项目", 5)):
        sheet.write(0, column, value, void)
    for column, value in enumerate(("甲", 6)):
        sheet.write(1, column, value)
    sheet.write_rich_text(1, 2, (("10台", void.font), ("12台", style.font), ("以上", void.font)))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("parsed", [read_xlsx(struck_xlsx(), "a"), read_xls(struck_xls(), "a")], ids=["xlsx", "xls"])
def test_what_is_struck_out_is_void(parsed: Parsed) -> None:
    assert cells(parsed) == [["甲", "6", "12台"]]
    assert notes(parsed) == {("struck_text", "A1 停办项目, B1 5, C2 10台以上")}


def test_a_formula_without_its_value() -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲", "=1+1"])
    parsed = read_xlsx(saved(book), "a")
    assert cells(parsed) == [["甲"]]
    assert notes(parsed) == {("formula_without_value", "B1")}


def test_a_form_that_is_not_written_here_is_noted() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", 5, book.add_format({"num_format": "[DBNum1]General"}))

    parsed = read_xlsx(written(fill), "a")
    assert (cells(parsed), notes(parsed)) == ([["5"]], {("number_format", "A1")})


def test_digits_above_the_line_are_no_part_of_a_number() -> None:
    def fill(book: Any, sheet: Any) -> None:
        above = book.add_format({"font_script": 1})
        sheet.write_rich_string("A1", "86.50", above, "2", "万元")

    book = xlwt.Workbook()
    plain, above = xlwt.easyxf(), xlwt.easyxf("font: escapement superscript")
    book.add_sheet("一").write_rich_text(0, 0, (("86.50", plain.font), ("2", above.font), ("万元", plain.font)))
    for parsed in (read_xlsx(written(fill), "a"), read_xls(saved(book), "a")):
        assert cells(parsed) == [["86.50²万元"]]


def hiding_xlsx() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        nothing, no_zeros = (book.add_format({"num_format": code}) for code in (";;;", "0.00;-0.00;"))
        sheet.write_row("A1", ["甲", "乙", 1])
        sheet.write("B1", "乙", nothing)
        sheet.write("C1", 86.5, nothing)
        sheet.write("D1", 0, no_zeros)

    return written(fill)


def hiding_xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    nothing, no_zeros = (xlwt.easyxf(num_format_str=code) for code in (";;;", "0.00;-0.00;"))
    sheet.write(0, 0, "甲")
    sheet.write(0, 1, "乙", nothing)
    sheet.write(0, 2, 86.5, nothing)
    sheet.write(0, 3, 0, no_zeros)
    return saved(book)


@pytest.mark.parametrize("parsed", [read_xlsx(hiding_xlsx(), "a"), read_xls(hiding_xls(), "a")], ids=["xlsx", "xls"])
def test_what_a_format_does_not_show_is_told(parsed: Parsed) -> None:
    assert cells(parsed) == [["甲"]]
    assert notes(parsed) == {("hidden_text", "B1 乙, C1 86.5"), ("hidden_zeros", "1")}


def test_what_is_under_a_merged_range_is_told() -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>{}</v></c></row><row r="2"><c r="B2"><v>7</v></c></row>'
    merged = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    for under, told in (("2", {("hidden_text", "B1 2")}), ("1", set())):
        parsed = read_xlsx(package(sheet_xml(row.format(under), merged)), "a")
        assert (cells(parsed), notes(parsed)) == ([["1", "<"], ["", "7"]], told)


def beside_xlsx() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", "甲")
        sheet.write_comment("B2", "核减10万元")
        sheet.set_header('&C&"宋体"&14绩效目标表&R单位：万元')
        sheet.set_footer("第&P页")

    return written(fill)


def test_comments_and_page_headers_are_told() -> None:
    told = {("comment", "B2 核减10万元"), ("page_header", "绩效目标表 单位：万元")}
    assert notes(read_xlsx(beside_xlsx(), "a")) == told


def test_charts_and_embedded_files_are_told() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_column("A1", [1, 2])
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=绩效目标!$A$1:$A$2"})
        sheet.insert_chart("C1", chart)

    assert notes(read_xlsx(written(fill), "a")) == {("picture", "1")}


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def excel_5(texts: list[str], code_page: int | None, *beside: bytes) -> bytes:
    """A workbook of Excel 5.0, its text in GBK whatever its code page says; `beside` are other records of its sheet."""
    name = "表".encode("gbk")
    fonts = record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0, 400, 0, 0, 0, 0, 0) + b"\x05Arial") * 5
    styles = record(0xE0, struct.pack("<8H", 0, 0, 1, 0, 0, 0, 0, 0)) * 16
    page = record(0x42, struct.pack("<H", code_page)) if code_page else b""
    head = record(0x809, struct.pack("<4H", 0x500, 5, 0, 0)) + page + fonts + styles
    end = record(0x0A, b"")
    start = len(head) + 4 + 7 + len(name) + len(end)
    sheet = record(0x809, struct.pack("<4H", 0x500, 0x10, 0, 0)) + b"".join(beside)
    sheet += record(0x200, struct.pack("<5H", 0, len(texts), 0, 1, 0))
    for row, text in enumerate(texts):
        raw = text.encode("gbk")
        sheet += record(0x204, struct.pack("<4H", row, 0, 0, len(raw)) + raw)
    return head + record(0x85, struct.pack("<IHB", start, 0, len(name)) + name) + end + sheet + end


@pytest.mark.parametrize("code_page", [936, None, 1252, 367, 65001])
def test_chinese_under_any_code_page(code_page: int | None) -> None:
    header = record(0x14, bytes([14]) + "单位：万元".encode("gbk") + b"&P")
    parsed = read_xls(excel_5(["项目支出绩效目标表", "部门名称"], code_page, header), "a")
    assert cells(parsed) == [["项目支出绩效目标表"], ["部门名称"]]
    assert notes(parsed) == {("page_header", "单位：万元")}


def test_western_text_stays_western() -> None:
    raw = excel_5(["Caf\xe9"], 1252).replace("Caf\xe9".encode("gbk"), b"Caf\xe9!")
    assert cells(read_xls(raw, "a")) == [["Café!"]]


def test_text_boxes_of_old_workbooks_are_told() -> None:
    text = "注：金额单位为万元"
    box = record(0x01B6, struct.pack("<HHHHHHHI", 0, 0, 0, 0, 0, len(text), 16, 0))
    found = beside_the_cells(
        record(0x809, bytes(8)) + box + record(0x3C, b"\x01" + text.encode("utf-16-le")) + record(0x0A, b""), 0, 80, ""
    )
    assert found.texts == [text]


def test_text_boxes_are_noted() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", "甲")
        sheet.insert_textbox("C3", "注：金额单位为万元")

    assert ("text_box", "注：金额单位为万元") in notes(read_xlsx(written(fill), "a"))


def test_line_breaks_tabs_and_controls() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", "数量\n指标\t一\x01")
        bold = book.add_format({"bold": True})
        sheet.write_rich_string("B1", "绩", bold, "效", "目标")
        sheet.write("C1", "_x000D_")

    parsed = read_xlsx(written(fill), "a")
    assert cells(parsed)[0][:2] == ["数量\n指标 一", "绩效目标"]
    assert cells(parsed)[0][2] == "_x000D_"


# Other programs' ways

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="a" Type="{REL}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="一" r:id="r1"/></sheets>'
    "</workbook>",
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/s.xml"/></Relationships>',
}


def package(sheet: str, **parts: str) -> bytes:
    """A workbook of one sheet, written by hand."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name, text in (PARTS | {"xl/worksheets/s.xml": sheet} | parts).items():
            target.writestr(name, text)
    return stream.getvalue()


def sheet_xml(rows: str, after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


@pytest.mark.parametrize(
    ("xml", "rows"),
    [
        (
            sheet_xml('<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>1</v></c></row><row><c><v>2</v></c></row>'),
            [["甲", "1"], ["2", ""]],
        ),
        (sheet_xml('<row r="2"><c r="B2" t="str"><f>A1</f><v>甲</v></c></row>'), [["甲"]]),
        (sheet_xml('<row r="1"><c r="A1" t="d"><v>2026-11-30T00:00:00</v></c></row>'), [["2026/11/30"]]),
        (
            sheet_xml(
                '<row><c r="A5"><v>5</v></c></row><row><c r="B9"><v>9</v></c></row>',
                '<mergeCells><mergeCell ref="A5:B5"/></mergeCells>',
            ),
            [["5", "<"], ["", "9"]],
        ),
        (
            sheet_xml(
                '<row r="1"><c r="A1" t="inlineStr"><is><t>表</t><rPh sb="0" eb="1"><t>biao</t></rPh></is></c></row>'
            ),
            [["表"]],
        ),
        (sheet_xml('<row r="1"><c r="A1"><v>1E3</v></c><c r="B1" s="99"><v>2</v></c></row>'), [["1000", "2"]]),
        (sheet_xml('<row r="3"><c r="A3"><v>3</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'), [["1"], ["3"]]),
        (
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row>'
            "</x:sheetData></x:worksheet>",
            [["7"]],
        ),
        (
            sheet_xml(
                '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="C2"><v>3</v></c></row>',
                '<mergeCells><mergeCell ref="B1:A1"/><mergeCell ref="?"/><mergeCell ref="A1:A9"/></mergeCells>',
            ),
            [["1", ""], ["", "3"]],
        ),
    ],
    ids=[
        "no references",
        "string formula",
        "iso date",
        "rows without numbers",
        "phonetic",
        "odd numbers",
        "rows in disorder",
        "prefix",
        "merges",
    ],
)
def test_unusual_workbooks(xml: str, rows: Grid) -> None:
    assert cells(read_xlsx(package(xml), "a")) == rows


# Damage and attacks

BOMB = sheet_xml("".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 3)))


def crossed(count: int) -> str:
    """Cells on a diagonal: few, but they span a huge grid."""
    from extractor.schemas.positions import column_name

    return sheet_xml(
        "".join(f'<row r="{n}"><c r="{column_name(n)}{n}"><v>1</v></c></row>' for n in range(1, count + 1))
    )


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (lambda: b"PK\x03\x04" + bytes(100), "damaged"),
        (lambda: written(fill_xlsxwriter)[:-200], "damaged"),
        (lambda: package('<!DOCTYPE a [<!ENTITY b "c">]>' + BOMB), "DOCTYPE"),
        (lambda: package(BOMB[:-40]), "damaged"),
        (lambda: package(sheet_xml('<row r="9999999999"><c><v>1</v></c></row>')), "makes no sense"),
        (lambda: package(sheet_xml('<row r="9999999"><c><v>1</v></c></row>')), "makes no sense"),
        (lambda: package(sheet_xml('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')), "makes no sense"),
        (lambda: package(sheet_xml('<row r="1"><c r="A1" t="s"><v>5</v></c></row>')), "makes no sense"),
        (lambda: package(sheet_xml('<row r="1"><c r="A1"><v>1e999</v></c></row>')), "makes no sense"),
        (lambda: package(sheet_xml('<row r="1"><c r="A1"><v>甲</v></c></row>')), "makes no sense"),
        (lambda: package(crossed(1_500)), "spans more than"),
        (lambda: package(sheet_xml("")), "no cell with content"),
        (
            lambda: package(
                sheet_xml("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 3_001)),
                '<mergeCells>' + '<mergeCell ref="B1:XFD1048576"/>' * 5_000 + '</mergeCells>')
            ),
            "too many merged ranges",
        ),
        (lambda: package(BOMB, **{"xl/_rels/workbook.xml.rels": "<a/>"}), "sheet 一 is missing"),
        (lambda: package(BOMB, **{"_rels/.rels": "<a/>"}), "names no workbook"),
    ],
    ids=[
        "no zip", "cut off", "doctype", "cut xml", "huge row", "row", "column", "string", "infinite", "letters",
        "diagonal", "empty", "merges", "no sheet", "no book",
    ],
)  # fmt: skip
@pytest.mark.large
def test_hostile_xlsx(raw: Callable[[], bytes], says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says):
        read_xlsx(raw(), "a")


def test_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ooxml, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(UnsupportedFile, match="unpacks to more than"):
        read_xlsx(package(BOMB + " " * 1_000_000), "a")


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_an_xls_cut_off(keep: float) -> None:
    raw = fill_xlwt()
    with pytest.raises(UnsupportedFile, match="damaged"):
        read_xls(raw[: int(len(raw) * keep)], "a")


def flipped(raw: bytes, places: list[int]) -> bytes:
    data = bytearray(raw)
    for place in places:
        data[place % len(data)] ^= 0xFF
    return bytes(data)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_damaged_bytes_are_read_or_refused(places: list[int]) -> None:
    for read, raw in ((read_xls, XLS), (read_xlsx, XLSX)):
        with contextlib.suppress(UnsupportedFile):
            read(flipped(raw, places), "a")


XLS, XLSX = fill_xlwt(), written(fill_xlsxwriter)
