"""OpenDocument files: every cell as it is shown, lists, what is not on paper, and what no file should hold."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import UnsupportedFile
from extractor.readers import read
from extractor.readers.opendocument import read_opendocument
from extractor.readers.parsed import Merged, Parsed

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = " ".join(
    [
        *(f'xmlns:{name}="{_URN}{name}:1.0"' for name in ("office", "text", "table", "style", "form")),
        f'xmlns:draw="{_URN}drawing:1.0" xmlns:fo="{_URN}xsl-fo-compatible:1.0"',
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
        'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"',
        'xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"',
    ]
)


def packed(body: str, styles: str = "", common: str = "", **parts: bytes) -> bytes:
    """A package: `body` in office:body, its automatic `styles`, and `common`, what styles.xml holds."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        file.writestr("META-INF/manifest.xml", parts.pop("manifest", b"<manifest/>"))
        file.writestr(
            "content.xml",
            f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body>{body}</office:body></office:document-content>",
        )
        if common:
            file.writestr("styles.xml", f"<office:document-styles {NAMESPACES}>{common}</office:document-styles>")
        for name, data in parts.items():
            file.writestr(name, data)
    return stream.getvalue()


def flat(body: str, styles: str = "", common: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {NAMESPACES}>{common}<office:automatic-styles>'
        f"{styles}</office:automatic-styles><office:body>{body}</office:body></office:document>"
    ).encode()


def text(content: str, styles: str = "", common: str = "") -> Parsed:
    body = f"<office:text>{content}</office:text>"
    parsed = read_opendocument(packed(body, styles, common), "a.odt")
    assert read_opendocument(flat(body, styles, common), "a.fodt") == parsed
    return parsed


def sheets(content: str, styles: str = "", common: str = "") -> Parsed:
    body = f"<office:spreadsheet>{content}</office:spreadsheet>"
    parsed = read_opendocument(packed(body, styles, common), "a.ods")
    assert read_opendocument(flat(body, styles, common), "a.fods") == parsed
    return parsed


def lines(parsed: Parsed) -> list[str]:
    return [parsed.text[line.start : line.end] for line in parsed.lines]


def cells(parsed: Parsed, table: int = 0) -> list[list[str]]:
    marks = {Merged.ABOVE.value: "↑", Merged.LEFT.value: "←", None: ""}
    return [[cell.content.text or marks[cell.merged] for cell in row.cells] for row in parsed.tables[table].rows]


def kinds(parsed: Parsed) -> dict[str, str]:
    return {note.kind: note.detail for note in parsed.notes}


def p(content: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{content}</text:p>'


def cell(content: str = "", attributes: str = "", covered: int = 0) -> str:
    inner = content if content.startswith("<") or not content else p(content)
    rest = f'<table:covered-table-cell table:number-columns-repeated="{covered}"/>' if covered else ""
    return f"<table:table-cell {attributes}>{inner}</table:table-cell>{rest}"


def row(cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def table(*rows: str, attributes: str = "", columns: str = "") -> str:
    made = "".join(one if one.startswith("<table:table-row ") else row(one) for one in rows)
    return f'<table:table table:name="表" {attributes}>{columns}{made}</table:table>'


COVERED = "<table:covered-table-cell/>"


# Texts


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("甲<text:s/>乙<text:s text:c='2'/>丙", "甲 乙  丙"),
        ("  甲\n   乙  ", "甲 乙"),
        ("甲<text:span>乙</text:span>丙<text:a>丁</text:a>戊", "甲乙丙丁戊"),
        ("甲<text:tab/>乙", "甲\t乙"),
        ("甲<text:soft-page-break/>乙<text:bookmark text:name='x'/>", "甲乙"),
        ("<text:ruby><text:ruby-base>绩效</text:ruby-base><text:ruby-text>jixiao</text:ruby-text></text:ruby>", "绩效"),
        ("建筑面积120<text:span text:style-name='up'>2</text:span>", "建筑面积120²"),
        ("甲<text:span text:style-name='void'>旧</text:span>乙", "甲乙"),
        ("甲<text:span text:style-name='unseen'>旧</text:span>乙", "甲乙"),
        ("<text:span text:style-name='symbol'>\uf0b3</text:span>95%", "≥95%"),
        ("<text:span text:style-name='ding'>\uf0fe</text:span>是", "☑是"),
        ("<field:fieldmark field:type='x.FORMCHECKBOX'/>否", "□否"),
        ("第<text:page-number>3</text:page-number>页", "第3页"),
    ],
)
def test_what_a_paragraph_shows(content: str, shown: str) -> None:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {of}/></style:style>'
        for name, of in (
            ("up", 'style:text-position="super 58%"'),
            ("void", 'style:text-line-through-style="solid"'),
            ("unseen", 'text:display="none"'),
            ("symbol", 'style:font-name="Symbol"'),
            ("ding", 'fo:font-family="Wingdings"'),
        )
    )
    assert lines(text(p(content), styles)) == [shown]


def test_styles_take_from_their_parents() -> None:
    base = (
        '<office:styles><style:style style:name="Void" style:family="paragraph"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style></office:styles>'
    )
    own = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Void"/>'
    parsed = text(p("作废", "P1") + p("有效"), own, base)
    assert lines(parsed) == ["", "有效"]
    assert kinds(parsed) == {"struck_text": "作废"}


def test_what_is_not_in_the_text_is_told() -> None:
    body = f"<text:note-body>{p('不含税')}</text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
    box = f"<draw:frame><draw:text-box>{p('单位：万元')}</draw:text-box></draw:frame>"
    comment = f"<office:annotation>{p('核减')}</office:annotation>"
    changes = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{p('删去')}</text:deletion></text:changed-region></text:tracked-changes>"
    )
    picture = '<draw:frame><draw:image xlink:href="a.png"/></draw:frame>'
    hidden = f'<text:section text:display="none">{p("内部")}</text:section>'
    parsed = text(changes + hidden + p(f"甲{note}{box}{comment}{picture}乙"))
    assert lines(parsed) == ["甲乙", "单位：万元", "不含税"]
    assert kinds(parsed) == {
        "hidden_text": "内部",
        "text_box": "单位：万元",
        "footnotes": "1",
        "comment": "核减",
        "tracked_changes": "+0 −1",
        "picture": "1",
    }


def test_page_headers_are_told() -> None:
    page = (
        "<office:master-styles><style:master-page style:name='Standard'><style:header>{}</style:header>"
        "<style:footer>{}</style:footer></style:master-page></office:master-styles>"
    )
    common = page.format(p("单位：万元"), p("第<text:page-number>1</text:page-number>页"))
    assert kinds(text(p("甲"), common=common)) == {"page_header": "单位：万元"}


def levels(*levels: str) -> str:
    return '<text:list-style style:name="L1">' + "".join(levels) + "</text:list-style>"


def numbered(level: int, attributes: str) -> str:
    return f'<text:list-level-style-number text:level="{level}" {attributes}/>'


def items(*contents: str, attributes: str = 'text:style-name="L1"') -> str:
    return (
        f"<text:list {attributes}>"
        + "".join(f"<text:list-item>{one}</text:list-item>" for one in contents)
        + "</text:list>"
    )


def test_numbers_of_lists() -> None:
    style = levels(
        numbered(1, 'style:num-format="一, 二, 三, ..." style:num-suffix="、"'),
        numbered(2, 'style:num-format="1" loext:num-list-format="（%2%）"'),
        numbered(3, 'style:num-format="1" style:num-suffix="." text:display-levels="2"'),
    )
    inner = items(p("丙"), p("丁") + items(p("戊"), attributes=""), attributes="")
    parsed = text(
        items(p("甲") + p("续"), p("乙") + inner)
        + p("间")
        + items(p("己"), attributes='text:style-name="L1" text:continue-numbering="true"')
        + items(p("庚")),
        style,
    )
    assert lines(parsed) == ["一、甲", "续", "二、乙", "（1）丙", "（2）丁", "2.1. 戊", "间", "三、己", "一、庚"]


def test_items_that_are_not_numbered() -> None:
    style = levels('<text:list-level-style-bullet text:level="1" text:bullet-char="\uf0b7"/>', numbered(2, ""))
    header = f'<text:list text:style-name="L1"><text:list-header>{p("题")}</text:list-header></text:list>'
    nested = items(items(p("乙"), attributes=""))
    parsed = text(items(p("甲")) + header + nested, style)
    assert lines(parsed) == ["• 甲", "题", "乙"]


def test_numbers_of_headings() -> None:
    outline = (
        '<office:styles><text:outline-style><text:outline-level-style text:level="1" style:num-format="1" '
        'style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format=""/></text:outline-style>'
        "</office:styles>"
    )
    heads = '<text:h text:outline-level="1">甲</text:h><text:h text:outline-level="2">乙</text:h>'
    assert lines(text(heads + '<text:h text:outline-level="1">丙</text:h>', common=outline)) == ["1. 甲", "乙", "2. 丙"]


# Tables of texts


def test_merged_cells() -> None:
    wide = 'table:number-columns-spanned="2"'
    both = f'{wide} table:number-rows-spanned="2"'
    parsed = text(
        table(
            cell("甲", both, 1) + cell("乙"),
            COVERED * 2 + cell("丙"),
            cell("丁") + cell("戊") + cell("己"),
        )
    )
    assert cells(parsed) == [["甲", "←", "乙"], ["↑", "←", "丙"], ["丁", "戊", "己"]]


def test_covered_cells_that_a_program_leaves_out() -> None:
    parsed = text(
        table(cell("甲", 'table:number-columns-spanned="2"') + cell("乙"), cell("丙") + cell("丁") + cell("戊"))
    )
    assert cells(parsed) == [["甲", "←", "乙"], ["丙", "丁", "戊"]]


def test_rows_that_repeat_and_rows_that_are_hidden() -> None:
    hidden = row(cell("旧") + cell("9"), 'table:visibility="collapse"')
    twice = row(cell("0", 'table:number-columns-repeated="2"'), 'table:number-rows-repeated="2"')
    head = f"<table:table-header-rows>{row(cell('项目') + cell('金额'))}</table:table-header-rows>"
    parsed = text(table(hidden, twice, columns=head))
    assert cells(parsed) == [["项目", "金额"], ["0", "0"], ["0", "0"]]
    assert kinds(parsed) == {"hidden_rows": "旧 9"}


def test_cells_of_several_paragraphs_lists_tables_and_boxes() -> None:
    style = levels(numbered(1, 'style:num-format="1" style:num-suffix="、"'))
    inner = table(cell("子") + cell("表"))
    box = f"<draw:frame><draw:text-box>{p('9.60')}</draw:text-box></draw:frame>"
    parsed = text(
        table(cell(p("甲<text:line-break/>乙") + p("丙")) + cell(items(p("丁"))) + cell(inner) + cell(p(box))), style
    )
    assert cells(parsed) == [["甲\n乙\n丙", "1、丁", "子 表", "9.60"]]
    assert kinds(parsed) == {"nested_table": "子 表", "text_box": "9.60"}


def test_a_box_drawn_around_a_table_is_no_table() -> None:
    parsed = text(table(cell(p("题") + table(cell("甲") + cell("乙")))))
    assert lines(parsed) == ["题"]
    assert cells(parsed) == [["甲", "乙"]]


def test_columns_that_are_a_hair_wide() -> None:
    widths = {"w": "3cm", "s": "0.05cm"}
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{width}"/></style:style>'
        for name, width in widths.items()
    )
    columns = "".join(f'<table:table-column table:style-name="{name}"/>' for name in "wsw")
    rows = (
        cell("甲") + cell("乙", 'table:number-columns-spanned="2"', 1),
        cell("丙", 'table:number-columns-spanned="2"', 1) + cell("丁"),
    )
    assert cells(text(table(*rows, columns=columns), styles)) == [["甲", "乙"], ["丙", "丁"]]


# Workbooks


def value(shown: str, stored: str, kind: str = "float", more: str = "") -> str:
    inner = p(shown) if shown else ""
    return f'<table:table-cell office:value-type="{kind}" office:value="{stored}" {more}>{inner}</table:table-cell>'


def test_cells_of_a_workbook_are_what_they_show() -> None:
    parsed = sheets(
        table(
            cell("项目", 'table:number-columns-spanned="2"', 1) + cell("完成率") + cell("日期"),
            cell("甲") + value("1,141.20", "1141.2") + value("95%", "0.95", "percentage") + cell("2026年11月30日"),
            '<table:table-row table:number-rows-repeated="900000"><table:table-cell/></table:table-row>',
        )
    )
    assert cells(parsed) == [["项目", "←", "完成率", "日期"], ["甲", "1,141.20", "95%", "2026年11月30日"]]
    assert parsed.tables[0].page == 1


def test_values_that_say_nothing_of_their_form() -> None:
    parsed = sheets(
        table(
            value("", "30")
            + value("", "0.95", "percentage")
            + '<table:table-cell office:value-type="date" office:date-value="2026-11-30"/>'
            + '<table:table-cell office:value-type="string" office:string-value="甲"/>'
            + '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
            + '<table:table-cell table:formula="of:=A1" office:value-type="float"/>'
        )
    )
    assert cells(parsed) == [["30", "95%", "2026-11-30", "甲", "TRUE"]]
    assert kinds(parsed) == {"number_format": "A1, B1", "formula_without_value": "F1"}


def test_what_is_hidden_in_a_workbook_is_told_and_not_read() -> None:
    style = (
        '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style>"
        '<style:style style:name="void" style:family="table-cell"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style>'
    )
    hidden_row = row(cell("旧") + cell("9") + cell("8"), 'table:visibility="filter"')
    unseen = '<table:table-cell office:value-type="float" office:value="{}"><text:p/></table:table-cell>'
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    comment = f"<office:annotation>{p('核减')}</office:annotation>"
    parsed = sheets(
        table(
            hidden_row,
            cell("甲") + cell("密") + cell("丙"),
            cell("作废", 'table:style-name="void"') + cell() + cell(p("丁") + comment),
            unseen.format(0) + cell() + unseen.format(7),
            columns=columns,
        )
        + table(cell("底稿"), attributes='table:style-name="off"'),
        style,
    )
    assert cells(parsed) == [["甲", "丙"], ["", "丁"]]
    assert kinds(parsed) == {
        "hidden_rows": "1",
        "hidden_columns": "B",
        "struck_text": "A3 作废",
        "hidden_text": "C4 7",
        "comment": "C3 核减",
        "hidden_zeros": "1",
        "hidden_sheet": "表 (1)",
    }


def test_shapes_over_a_sheet_are_told() -> None:
    box = f"<draw:frame><draw:text-box>{p('注：单位万元')}</draw:text-box></draw:frame>"
    picture = '<draw:frame><draw:image xlink:href="a.png"/></draw:frame>'
    chart = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    shapes = f"<table:shapes>{box}{picture}{chart}</table:shapes>"
    assert kinds(sheets(table(cell("甲"), columns=shapes))) == {
        "text_box": "注：单位万元",
        "picture": "1",
        "embedded_object": "Object 1",
    }


# From strangers


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (packed("<office:presentation/>"), "slides or drawings"),
        (packed(""), "has no body"),
        (packed("<office:text/>"), "is empty"),
        (packed("<office:spreadsheet/>"), "no cell with content"),
        (packed("<office:text/>", manifest=b"<manifest:encryption-data/>"), "needs a password"),
        (packed("<office:text>"), "not well-formed"),
        (packed("<office:text/>")[:-40], "damaged"),
        (flat("<office:text>")[:-30], "no well-formed XML"),
        (flat("<office:text/>").replace(b"<office:document ", b"<!DOCTYPE a><office:document "), "DOCTYPE"),
        (
            packed(
                "<office:text>"
                + table(row(cell("甲", 'table:number-columns-repeated="1000"'), 'table:number-rows-repeated="2001"'))
                + "</office:text>"
            ),
            "table cells",
        ),
        (
            packed(
                "<office:spreadsheet>"
                + table(row(cell("甲") * 9, 'table:number-rows-repeated="999999"'))
                + "</office:spreadsheet>"
            ),
            "cells",
        ),
    ],
)
def test_what_cannot_be_read(raw: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says):
        read_opendocument(raw, "a.odt")


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    body = f"<office:text>{p('绩效目标')}</office:text>"
    for raw in (packed(body), flat(body), flat(body).split(b"\n", 1)[1]):
        (tmp_path / "a.txt").write_bytes(raw)
        document = read(tmp_path / "a.txt")
        assert (document.format, document.text) == ("opendocument", "绩效目标\n")


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=12), st.integers(1, 4))
def test_no_cell_is_lost(spans: list[tuple[int, int]], width: int) -> None:
    """Cells with any spans, laid out with what they cover left in."""
    rows: list[str] = []
    taken: set[tuple[int, int]] = set()
    names: list[str] = []
    waiting = list(spans)
    line = 0
    while waiting or any(place[0] >= line for place in taken):
        made = ""
        for column in range(width):
            if (line, column) in taken:
                made += COVERED
                continue
            wide, high = waiting.pop(0) if waiting else (1, 1)
            while any((line, column + more) in taken for more in range(wide)) or column + wide > width:
                wide -= 1
            taken |= {(line + down, column + right) for down in range(high) for right in range(wide)}
            names.append(f"c{len(names)}")
            made += cell(names[-1], f'table:number-columns-spanned="{wide}" table:number-rows-spanned="{high}"')
        rows.append(made)
        line += 1
    for parsed in (text(table(*rows)), sheets(table(*rows))):
        assert [one for shown in cells(parsed) for one in shown if one.startswith("c")] == names
