"""Web pages: merged cells, several and nested tables, what a browser does not show, and encodings."""

from __future__ import annotations

import codecs
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import UnsupportedFile
from extractor.readers.parsed import Merged, Parsed
from extractor.readers.web.html import read_html
from extractor.readers.web.spans import Spanned, lay_out
from tests.test_docx import cells, check_places, kinds, lines


def page(text: str) -> Parsed:
    parsed = read_html(text.encode(), "a.html")
    check_places(parsed)
    return parsed


# Tables


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><td>a<td>b<tr><td>c", [["a", "b"], ["c", ""]]),
        ("<tr><td colspan=3>a<tr><td>b<td>c<td>d", [["a", "←", "←"], ["b", "c", "d"]]),
        ("<tr><td rowspan=2>a<td>b<tr><td>c", [["a", "b"], ["↑", "c"]]),
        (
            "<tr><td rowspan=2 colspan=2>a<td>b<tr><td>c<tr><td>d<td>e<td>f",
            [["a", "←", "b"], ["↑", "←", "c"], ["d", "e", "f"]],
        ),
        ("<tr><td rowspan=2>a<td rowspan=2>b<td>c<tr><td>d", [["a", "b", "c"], ["↑", "↑", "d"]]),
        ("<tr><td>a<td>b<td rowspan=2>c<tr><td>d", [["a", "b", "c"], ["d", "", "↑"]]),
        ("<tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d", [["a", "b"], ["↑", "c"], ["↑", "d"]]),
        # A row as wide as its table has no room for a cell from above.
        ("<tr><td rowspan=9>a<td>b<tr><td>c<tr><td>d<td>e", [["a", "b"], ["↑", "c"], ["d", "e"]]),
        (
            "<tr><td rowspan=2>a<td>b<tr><td>c<td>d<tr><td>e<td>f<td>g",
            [["a", "b", ""], ["↑", "c", "d"], ["e", "f", "g"]],
        ),
        # A cell ends with its group of rows, and with the table.
        ("<thead><tr><td rowspan=9>a<td>b<tbody><tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<tfoot><tr><td>合计<tbody><tr><td>a", [["a"], ["合计"]]),
        ("<tr><td rowspan=-1 colspan=x>a<td colspan=0>b", [["a", "b"]]),
        ("<tr><td colspan=2>a<tr><td colspan=2>b", [["a"], ["b"]]),
        ("<tr style='display:none'><td>a<tr><td>b<tr hidden><td>c", [["b"]]),
        ("<tr><td style='display: none'>a<td>b<td>c", [["b", "c"]]),
        ("<tr><th>a</th><td><b>b</b></td></tr>", [["a", "b"]]),
        ("<tr></tr><tr><td>a", [[""], ["a"]]),
    ],
)
def test_tables(table: str, expected: list[list[str]]) -> None:
    assert cells(page(f"<p>题<table>{table}</table>")) == expected


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<p>a</p><p> b </p><p></p>", "a\nb"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("  绩效\n   目标  a\n b ", "绩效目标 a b"),
        ("1&nbsp;000&ge;5&#8804;&#x4e00;&lt;b&gt;&amp;amp;", "1\xa0000≥5≤一<b>&amp;"),
        ("<ol><li>一<li>二</ol><ol start=5><li>五<li value=9>九<li>十</ol>", "1. 一\n2. 二\n5. 五\n9. 九\n10. 十"),
        ("<ol style='list-style:none'><li>1、甲</ol><ul><li>乙</ul>", "1、甲\n乙"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("m<sup>2</sup><span>x</span><font>y</font>", "m²xy"),
        ("86.50<sup>2</sup>1", "86.50²1"),
        ("10<sup><b>4</b>注1</sup>CO<sub>2</sub>", "10⁴注¹CO2"),
        ("a<script>x</script><style>y</style><!-- z --><![if !a]>b<![endif]><template>c</template>", "ab"),
        ("<span style='display:none'>x</span><i hidden>y</i>z", "z"),
        ("<input value='5.00'><input type=hidden value=x><input type=checkbox checked>是", "5.00☑是"),
        ("<select><option>a<option selected>b</select><textarea>c</textarea>", "bc"),
        ("a\tb\x0bc", "a b\nc"),
        ("<ruby>云<rp>(</rp><rt>yun</rt><rp>)</rp></ruby>", "云"),
    ],
)
def test_cells(content: str, text: str) -> None:
    assert page(f"<table><tr><td>{content}</td></tr></table>").tables[0].rows[0].cells[0].content.text == text


def test_lines_and_tables_in_reading_order() -> None:
    parsed = page(
        "<html><head><title>网站</title></head><body><nav>首页</nav><div role=navigation>位置</div>"
        "<h1>绩效<br>目标表</h1>"
        "<table><caption>表一</caption><tr><td>a</table>单位：<b>万元</b><table><tr><td>b</table><p>注<footer>版权</footer>"
    )
    assert lines(parsed) == ["绩效", "目标表", "表一", "单位：万元", "注"]
    assert [cells(parsed, table) for table in (0, 1)] == [[["a"]], [["b"]]]


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    inner = "<tr><td>a<td>b<tr><td>c<td>d"
    parsed = page(f"<table><tr><td>菜单<td><p>题</p><table><tr><td><table>{inner}</table></table><tr><td>版权</table>")
    assert lines(parsed) == ["菜单", "题", "版权"]
    assert cells(parsed) == [["a", "b"], ["c", "d"]]


def test_a_small_table_in_a_cell_stays_in_the_cell() -> None:
    parsed = page("<table><tr><td>a<td>前<table><tr><td>产出<td>5</table>后<tr><td>c<td>d</table>")
    assert cells(parsed) == [["a", "前\n产出 5\n后"], ["c", "d"]]
    assert kinds(parsed) == {"nested_table": "产出5"}


@pytest.mark.parametrize(
    ("page", "shown", "told"),
    [
        ("<style>.h{display:none}</style><tr><td>甲<tr class=h><td>旧9", [["甲"]], {"hidden_rows": "旧9"}),
        ("<style>.x{text-decoration:line-through}</style><tr><td>甲<tr><td class='a x'>乙", [["甲"], [""]],
         {"struck_text": "乙"}),
        ("<style>@media print{.h{display:none}}</style><tr><td class=h>甲", [["甲"]], {}),
        ("<tr><td>86.50<span style='vertical-align:super'>2</span>", [["86.50²"]], {}),
        ("<tr><td><math><msup><mn>10</mn><mn>4</mn></msup></math>", [["10⁴"]], {}),
        ("<tr><td><math><mfrac><mn>1</mn><mn>3</mn></mfrac></math>", [["1/3"]], {}),
        ("<tr><td><textarea>甲\n乙</textarea>", [["甲\n乙"]], {}),
        ("<tr><td>项\u200b目&#8203;名称", [["项目名称"]], {}),
        ("<tbody style='display:none'><tr><td>旧</tbody><tbody><tr><td>甲", [["甲"]], {"hidden_rows": "旧"}),
    ],
)  # fmt: skip
def test_styles_and_forms_of_text(page: str, shown: list[list[str]], told: dict[str, str]) -> None:
    parsed = read_html(f"<!doctype html><table>{page}</table>".encode(), "a")
    assert [[cell.content.text for cell in row.cells] for row in parsed.tables[0].rows] == shown
    assert {note.kind: note.detail for note in parsed.notes} == told


@pytest.mark.parametrize("hidden", ["<div style='display:none'>{}</div>", "<section hidden>{}</section>"])
def test_a_table_that_is_hidden_is_told(hidden: str) -> None:
    parsed = read_html(("<p>甲" + hidden.format("<table><tr><td>乙<td>2</table>")).encode(), "a")
    assert not parsed.tables
    assert [(note.kind, note.detail) for note in parsed.notes] == [("hidden_text", "乙2")]


def test_numbers_of_lists() -> None:
    page = "<ol type=a start=3><li>甲</ol><ol style='list-style-type:cjk-ideographic'><li>乙</ol>"
    assert read_html(f"<!doctype html>{page}".encode(), "a").text == "c. 甲\n一、乙\n"


def test_styles_that_repeat_cost_no_time() -> None:
    style = "text-decoration:" * 100_000
    started = time.process_time()
    parsed = read_html(f"<table><tr><td style='{style}'>甲<td>乙</table>".encode(), "a")
    assert len(parsed.tables) == 1
    assert time.process_time() - started < 5


def test_hidden_rows_are_told() -> None:
    assert kinds(page("<table><tr hidden><td>暗<tr><td>明</table>")) == {"hidden_rows": "暗"}


@pytest.mark.parametrize(
    ("table", "shown", "told"),
    [
        ("<tr><td><del>100.00</del><ins>120.00</ins>", [["120.00"]], {"struck_text": "100.00"}),
        ("<tr><td>甲<s>旧</s><td><strike>a</strike>b", [["甲", "b"]], {"struck_text": "a"}),
        ("<tr><td><span style='text-decoration: line-through'>旧</span>新", [["新"]], {"struck_text": "旧"}),
        (
            "<tr style='text-decoration:line-through'><td>停办<td>5<tr><td>a<td>b",
            [["a", "b"]],
            {"struck_text": "停办5"},
        ),
        ("<tr><td style='text-decoration-line:line-through red'>停<td>b", [["", "b"]], {"struck_text": "停"}),
        ("<tr><td><u style='text-decoration:underline'>a</u><td>b", [["a", "b"]], {}),
        ("<tr><td style='display:none'>暗<td>明<td>b", [["明", "b"]], {"hidden_text": "暗"}),
        ("<tr><td>明<i hidden>暗</i><td>b", [["明", "b"]], {"hidden_text": "暗"}),
    ],
)
def test_what_is_struck_out_or_hidden_is_told(table: str, shown: list[list[str]], told: dict[str, str]) -> None:
    parsed = page(f"<table>{table}</table>")
    assert cells(parsed) == shown
    assert kinds(parsed) == told


def test_what_is_hidden_beside_the_tables_is_a_pages_own_affair() -> None:
    assert kinds(page("<div hidden>菜单</div><table><tr><td>a<td>b</table>")) == {}


spanned = st.builds(Spanned, st.text("ab", min_size=1, max_size=2), st.integers(1, 4), st.integers(0, 4))


@given(st.lists(st.lists(spanned, max_size=5), max_size=6))
def test_every_cell_has_its_place_in_the_grid(rows: list[list[Spanned]]) -> None:
    grid = lay_out(rows, 10_000)
    for row, line in zip(rows, grid, strict=True):
        # The row's own cells, in order, and blanks for what no cell reaches.
        own = iter([cell for cell in line if isinstance(cell, str) and cell])
        assert [cell.text for cell in row] == list(own)
    for above, line in zip([[], *grid], grid, strict=False):
        for column, cell in enumerate(line):
            if cell is Merged.LEFT:
                assert (column and line[column - 1] != "") or line[column - 1] in {Merged.ABOVE, Merged.LEFT}
            if cell is Merged.ABOVE:
                assert column < len(above)
                assert above[column] is Merged.ABOVE or isinstance(above[column], str)


# Encodings

PRINTED = "项目支出绩效目标表，部门名称：云溪市水务局，㙍塅"


@pytest.mark.parametrize(
    ("codec", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", ""),
        ("utf-8", "gb2312"),  # what the bytes are counts for more than what the page says
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", ""),
        ("gb18030", "iso-8859-1"),
        ("gb18030", "no-such-thing"),
        ("utf-8-sig", "gbk"),
        ("utf-16", "utf-8"),
        ("utf-16-le", ""),
        ("utf-16-be", ""),
    ],
)
@pytest.mark.parametrize(
    "form",
    ["<meta charset={}>", "<META http-equiv=Content-Type content='text/html; charset={}'>", "<?xml encoding='{}'?>"],
)
def test_encodings(codec: str, declared: str, form: str) -> None:
    text = f"<html>{form.format(declared) if declared else ''}<body>{PRINTED}"
    assert lines(read_html(text.encode(codec), "a.html")) == [PRINTED]


def test_big5() -> None:
    raw = "<meta charset=big5><p>專案支出績效目標表，部門名稱".encode("big5")
    assert lines(read_html(raw, "a.html")) == ["專案支出績效目標表，部門名稱"]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("declared", ["", "<meta charset={}>"])
def test_a_damaged_character_is_told(codec: str, declared: str) -> None:
    raw = bytearray((declared.format(codec) + "<p>" + PRINTED * 20).encode(codec))
    raw[-30] = 0xFF
    parsed = read_html(bytes(raw), "a.html")
    assert parsed.text.count(PRINTED[:5]) >= 19
    assert int(kinds(parsed)["damaged_characters"]) > 0


# What is no page, or a hostile one


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no text"),
        (b"<html><frameset><frame src=a.htm></frameset></html>", "no text"),
        (b"<script>document.write('x')</script>", "no text"),
        (b"<meta charset=shift_jis><p>" + "日本語の文章です。予算の表を読みます。".encode("shift_jis") * 9, "encoding"),
        ("日本語の文章です。予算の表を読みます。".encode("shift_jis") * 9, "encoding"),
        (b"<table>" + b"<tr><td colspan=1000>a" * 2_001, "table cells"),
        (b"<table>" + b"<tr><td rowspan=65534>a" * 2_001, "table cells"),
        (b"<table><tr>" + b"<td colspan=1000>" * 2_001, "table cells"),
        (b"<table><tr><td>" * 60 + b"x", "nests tables"),
        (b"<table><tr><td>a<td>b<tr><td>c<td>d<tr><td>" * 60 + b"x", "nests tables"),
    ],
)
def test_what_cannot_be_read(raw: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says) as caught:
        read_html(raw, "表.html")
    assert caught.value.file == "表.html"


def test_entities_of_a_page_stay_as_they_are() -> None:
    parsed = page('<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>x&a;y</p>')
    assert "root" not in parsed.text


def test_deep_pages_cost_no_stack() -> None:
    assert lines(page("<div>" * 3_000 + "x")) == ["x"]


TAGS = "<table> </table> <tr> </tr> <td> <td/rowspan=2> <td/colspan=2> </td> <p> <br> <ol> </ol> <li> <b> </b> <pre>"
tags = st.sampled_from([*TAGS.split(), *["甲", "1.0", "&lt;", "<tbody>", "<thead>", "<caption>", "<div>"], " ", "\n"])


@settings(max_examples=300, deadline=None)
@given(st.lists(tags, max_size=40).map("".join))
def test_no_character_is_lost_or_doubled(text: str) -> None:
    parsed = page(text + "</table></table></table></table>末")
    printed = re.sub(r"<[^>]*>|\s", "", text).replace("&lt;", "<") + "末"
    found = re.sub(r"(?m)^\d+\. |\s", "", parsed.text)
    assert sorted(found) == sorted(re.sub(r"^\d+\. ", "", printed)) or "<li>" in text


@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        check_places(read_html(raw, "a.html"))
    except UnsupportedFile:
        return


def test_reading_marks_of_every_codec_are_known() -> None:
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        codec = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[mark]
        assert lines(read_html(mark + "<p>甲".encode(codec), "a")) == ["甲"]
