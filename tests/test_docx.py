"""Word documents: every cell, what Word computes, what is not on paper, and what no document should hold."""

from __future__ import annotations

import re
import struct
import zipfile
from contextlib import suppress
from io import BytesIO
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import UnsupportedFile
from extractor.readers.numbering import numeral
from extractor.readers.ooxml import OLE
from extractor.readers.parsed import Parsed
from extractor.readers.word.docx import read_docx

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{RELATIONS}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def package(body: str, head: str = "", **parts: str) -> bytes:
    """A DOCX made by hand: `body` in w:body, `parts` by kind ("styles", "numbering", …)."""
    out = BytesIO()
    relation = '<Relationship Id="{0}" Type="{1}/{0}" Target="{2}"/>'
    wrap = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
        types = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        for name in ("document", *parts):
            content = kind.format("document.main" if name == "document" else name)
            types += f'<Override PartName="/word/{name}.xml" ContentType="{content}"/>'
        namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
        file.writestr("[Content_Types].xml", f'<Types xmlns="{namespace}">{types}</Types>')
        file.writestr("_rels/.rels", wrap.format(relation.format("officeDocument", RELATIONS, "word/document.xml")))
        file.writestr("word/document.xml", f"{head}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
        links = "".join(relation.format(kind, RELATIONS, f"{kind}.xml") for kind in parts)
        file.writestr("word/_rels/document.xml.rels", wrap.format(links))
        for kind, content in parts.items():
            file.writestr(f"word/{kind}.xml", f"<w:{kind} {NAMESPACES}>{content}</w:{kind}>")
    return out.getvalue()


def p(text: str = "", properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text) if text else ''}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def tc(content: str = "", *, span: int = 1, merge: str = "") -> str:
    content = content if content.startswith("<") else p(content)
    below = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{below}</w:tcPr>{content}</w:tc>'


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str, widths: tuple[int, ...] = ()) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def body(content: str, **parts: str) -> Parsed:
    return read_docx(package(content, **parts), "a.docx")


def lines(parsed: Parsed) -> list[str]:
    return [parsed.text[line.start : line.end] for line in parsed.lines]


def cells(parsed: Parsed, table: int = 0) -> list[list[str]]:
    """Cells as text, ↑ and ← where a merged cell goes on."""
    signs = {"above": "↑", "left": "←", None: ""}
    return [[cell.content.text or signs[cell.merged] for cell in row.cells] for row in parsed.tables[table].rows]


def kinds(parsed: Parsed) -> dict[str, str]:
    return {note.kind: note.detail for note in parsed.notes}


def check_places(parsed: Parsed) -> None:
    """Every cell is the text at its place, rows and lines are in order, and nothing stands in two of them."""
    position = 0
    pieces: list[tuple[int, int]] = [(line.start, line.end) for line in parsed.lines]
    for table in parsed.tables:
        assert len({len(row.cells) for row in table.rows}) == 1
        for row in table.rows:
            pieces.append((row.start, row.end))
            assert "\t".join(cell.content.text for cell in row.cells) == parsed.text[row.start : row.end]
            for cell in row.cells:
                assert cell.content.text == parsed.text[cell.start : cell.end]
                assert list(cell.content.offsets) == list(range(cell.start, cell.end))
                assert not (cell.merged and cell.content.text)
    for start, end in sorted(pieces):
        assert parsed.text[position:start].strip("\n\f") == ""
        assert start >= position
        position = end
    assert parsed.text[position:].strip("\n\f") == ""


# Tables as Word's own library writes them


def test_a_document_in_reading_order() -> None:
    document = docx.Document()
    document.add_heading("项目支出绩效目标表", 0)
    document.add_paragraph("部门名称：云溪市水务局")
    table = document.add_table(4, 4)
    for row in range(4):
        for column in range(4):
            table.cell(row, column).text = f"{row}{column}"
    for row, column in ((2, 0), (3, 0), (1, 2), (2, 1), (2, 2)):
        table.cell(row, column).text = ""
    table.cell(1, 0).merge(table.cell(3, 0))
    table.cell(1, 1).merge(table.cell(2, 2))
    document.add_paragraph("注：无")
    out = BytesIO()
    document.save(out)
    parsed = read_docx(out.getvalue(), "a.docx")
    assert lines(parsed) == ["项目支出绩效目标表", "部门名称：云溪市水务局", "注：无"]
    assert cells(parsed) == [
        ["00", "01", "02", "03"],
        ["10", "11", "←", "13"],
        ["↑", "↑", "←", "23"],
        ["↑", "31", "32", "33"],
    ]
    assert parsed.notes == ()
    check_places(parsed)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (tbl(tr(tc("a"), tc("b")), tr(tc("c"))), [["a", "b"], ["c", ""]]),
        (tbl(tr(tc("a", span=3)), tr(tc("b"), tc("c"), tc("d"))), [["a", "←", "←"], ["b", "c", "d"]]),
        # No row begins a cell in the third grid column.
        (tbl(tr(tc("a"), tc("b", span=2)), tr(tc("c"), tc("d", span=2))), [["a", "b"], ["c", "d"]]),
        # A continuation with nothing above it is a cell of its own.
        (tbl(tr(tc("a", merge="continue"), tc("b")), tr(tc("", merge="continue"), tc("d"))), [["a", "b"], ["↑", "d"]]),
        (tbl(tr(tc("a", merge="restart")), tr(tc("b")), tr(tc("c", merge="continue"))), [["a"], ["b"], ["c"]]),
        (
            tbl(tr(tc("a"), tc("b")), tr(tc("c"), properties='<w:gridBefore w:val="1"/>')),
            [["a", "b"], ["", "c"]],
        ),
        # Edges drawn by hand, a hair (15 twentieths of a point) apart.
        (
            tbl(tr(tc("a"), tc("b", span=2)), tr(tc("c", span=2), tc("d")), widths=(2000, 15, 2000)),
            [["a", "b"], ["c", "d"]],
        ),
        (tbl(tr(tc("a"), tc("1"), tc("b")), widths=(2000, 15, 2000)), [["a", "1", "b"]]),
        (tbl(f"<w:sdt><w:sdtContent>{tr(tc('a'), tc('b'))}</w:sdtContent></w:sdt>"), [["a", "b"]]),
        (tbl(tr(tc("a"), f"<w:sdt><w:sdtContent>{tc('b')}</w:sdtContent></w:sdt>")), [["a", "b"]]),
        (tbl(tr(tc(p("一") + p() + p(" 二 ")))), [["一\n二"]]),
        (tbl(tr(tc("a")), tr(tc("b"), properties='<w:del w:id="1"/>')), [["a"]]),
        (tbl(tr(tc("a")), tr(tc("b"), properties="<w:hidden/>")), [["a"]]),
    ],
)
def test_tables(table: str, expected: list[list[str]]) -> None:
    parsed = body(table)
    assert cells(parsed) == expected
    check_places(parsed)


def test_a_merged_cell_that_begins_in_a_hidden_row_is_not_the_one_above_it() -> None:
    hidden = tr(tc("乙", merge="restart"), tc("2"), properties="<w:hidden/>")
    rows = (tr(tc("甲", merge="restart"), tc("1")), hidden, tr(tc(merge="continue"), tc("3")))
    assert cells(body(tbl(*rows))) == [["甲", "1"], ["", "3"]]


def test_a_deleted_cell_keeps_its_column() -> None:
    deleted = f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{p('旧')}</w:tc>"
    parsed = body(tbl(tr(tc("1"), deleted, tc("2"))))
    assert (cells(parsed), kinds(parsed)) == ([["1", "", "2"]], {"tracked_changes": "+0 −1"})


def test_cells_merged_in_the_way_of_word_97() -> None:
    def wide(text: str, merge: str) -> str:
        return f'<w:tc><w:tcPr><w:hMerge w:val="{merge}"/></w:tcPr>{p(text)}</w:tc>'

    parsed = body(tbl(tr(wide("甲", "restart"), wide("隐", "continue"), tc("乙")), tr(tc("1"), tc("2"), tc("3"))))
    assert cells(parsed) == [["甲", "←", "乙"], ["1", "2", "3"]]
    assert kinds(parsed) == {"hidden_text": "隐"}


def test_a_table_in_a_cell_stays_in_the_cell() -> None:
    inner = tbl(tr(tc("产出"), tc("数量")), tr(tc("效益"), tc("")))
    parsed = body(tbl(tr(tc("a"), tc(p("前") + inner + p("后")))))
    assert cells(parsed) == [["a", "前\n产出 数量\n效益\n后"]]
    assert kinds(parsed) == {"nested_table": "产出数量效益"}


def test_a_box_around_a_table_is_no_table() -> None:
    parsed = body(tbl(tr(tc(p("题") + tbl(tr(tc("a"), tc("b"))) + p("注")))))
    assert lines(parsed) == ["题", "注"]
    assert cells(parsed) == [["a", "b"]]


# Text


WINGDINGS_2 = '<w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/>'
LOOKS = (
    '<w:style w:styleId="above"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    '<w:style w:styleId="void"><w:rPr><w:strike/></w:rPr></w:style>'
)


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (r("绩效") + r("目标"), "绩效目标"),
        ('<w:r><w:t> a </w:t></w:r><w:r><w:t xml:space="preserve"> b</w:t></w:r>', "a b"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", "a\nb"),
        ('<w:r><w:t>a</w:t><w:br w:type="page"/><w:t>b</w:t></w:r>', "a\nb"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:softHyphen/></w:r>", "a\tb-"),
        (f"<w:hyperlink>{r('链')}</w:hyperlink><w:smartTag>{r('标')}</w:smartTag>", "链标"),
        (f"<w:ins>{r('新')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>", "新"),
        (f"<w:moveFrom>{r('旧')}</w:moveFrom><w:moveTo>{r('新')}</w:moveTo>", "新"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("7") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "7",
        ),
        (f'<w:fldSimple w:instr="DATE">{r("2026年")}</w:fldSimple>', "2026年"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{r('值')}</w:sdtContent></w:sdt>", "值"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>95%</w:t></w:r>', "≥95%"),
        (r("\uf0a3", '<w:rFonts w:ascii="Symbol"/>') + r("3"), "≤3"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>是</w:t></w:r>', "☑是"),
        ("<m:oMath><m:r><m:t>≥5</m:t></m:r></m:oMath>", "≥5"),
        (f"<w:r><w:ruby><w:rt>{r('yun')}</w:rt><w:rubyBase>{r('云')}</w:rubyBase></w:ruby></w:r>", "云"),
        (r("见") + r("暗", "<w:vanish/>") + r("明", '<w:vanish w:val="0"/>'), "见明"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
            "</w:fldChar></w:r>" + r("新增"),
            "☑新增",
        ),
        (f"{r('12.50')}<w:r><w:footnoteReference w:id='1'/></w:r>", "12.50"),
        (r("86.50") + r("2", '<w:vertAlign w:val="superscript"/>'), "86.50²"),
        (r("PM") + r("2.5", '<w:vertAlign w:val="subscript"/>'), "PM2.5"),
        (r("100.00", "<w:strike/>") + r("120.00", '<w:strike w:val="0"/>'), "120.00"),
        (r("旧", "<w:dstrike/>") + r("新"), "新"),
        (f"<w:unknown>{r('不丢')}</w:unknown>", "不丢"),
        (r("R", WINGDINGS_2) + r("是"), "☑是"),
        (r("³", '<w:rFonts w:ascii="Symbol"/>') + r("95%", '<w:rFonts w:ascii="Symbol"/>'), "≥95%"),
        (r("86.50") + r("2", '<w:rStyle w:val="above"/>'), "86.50²"),
        (r("旧", '<w:rStyle w:val="void"/>') + r("新", '<w:rStyle w:val="void"/><w:strike w:val="0"/>'), "新"),
        # A field within a field's code is not printed, nor is code that has no result; an equation is.
        (mark("begin") + code(" IF ") + mark("begin") + code(" X ") + mark("separate") + r("甲值") + mark("end")
         + mark("separate") + r("结果") + mark("end"), "结果"),
        (mark("begin") + r("首段") + mark("begin") + code(" PAGE ") + mark("end"), "首段"),
        (mark("begin") + code("eq \\o\\ac(○,1)") + mark("end") + r("里程"), "①里程"),
        (mark("begin") + code("eq \\f(1,3)") + mark("end"), "\ufffd"),
        ("<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t></m:r></m:den></m:f>", "1/3"),
        ("<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>4</m:t></m:r></m:sup></m:sSup>", "10⁴"),
        ("<m:rad><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:rad>", "√(a+b)"),
        (f"<mc:AlternateContent><mc:Choice>{r('甲')}</mc:Choice><mc:Fallback>{r('甲')}</mc:Fallback>"
         "</mc:AlternateContent>", "甲"),
    ],
)  # fmt: skip
def test_runs(runs: str, text: str) -> None:
    assert "\n".join(lines(body(f"<w:p>{runs}</w:p>", styles=LOOKS))) == text


def test_a_deleted_item_takes_no_number() -> None:
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    level = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1、"/></w:lvl>'
    numbering = f'<w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    void = "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
    deleted = f"<w:p><w:pPr>{numbered}<w:rPr><w:del/></w:rPr></w:pPr>{void}</w:p>"
    found = body(p("甲", numbered) + deleted + p("乙", numbered), numbering=numbering)
    assert lines(found) == ["1、甲", "2、乙"]


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    assert lines(body(p("保障", "<w:rPr><w:del/></w:rPr>") + p("校舍") + p("安全"))) == ["保障校舍", "安全"]


def test_what_is_left_out_or_beside_the_text_is_told() -> None:
    ole = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>'
    picture = "<w:r><w:drawing><a:blip/></w:drawing></w:r>"
    parsed = body(
        f"<w:p><w:ins>{r('新')}</w:ins><w:del/>{r('暗', '<w:vanish/>')}{ole}{picture}"
        '<w:r><w:sym w:font="Webdings" w:char="F099"/></w:r></w:p><w:altChunk/>',
        footnotes=f'<w:footnote w:type="separator">{p("—")}</w:footnote><w:footnote>{p("单位：万元")}</w:footnote>',
        header=p("附件2 云溪市水务局"),
        footer=p("第 3 页 共 9 页"),
    )
    assert lines(parsed) == ["新\ufffd", "单位：万元"]
    assert kinds(parsed) == {
        "hidden_text": "暗",
        "embedded_object": "Excel.Sheet.12",
        "unknown_symbol": "Webdings F099",
        "inserted_file": "",
        "footnotes": "1",
        "page_header": "附件2 云溪市水务局",
        "tracked_changes": "+1 −1",
        "picture": "1",
    }


@pytest.mark.parametrize(
    ("content", "printed", "told"),
    [
        (f"{p('甲')}<w:subDoc r:id='x'/>", ["甲"], {"inserted_file": ""}),
        (f"<w:p>{r('甲')}<w:r><w:pict><v:shape><v:textpath string='绩效目标表'/></v:shape></w:pict></w:r></w:p>",
         ["甲", "绩效目标表"], {"text_box": "绩效目标表"}),
        (f"<w:p>{r('甲')}<w:r><w:drawing><a:graphic><a:graphicData uri='http://schemas.openxmlformats.org/drawingml/"
         "2006/diagram'/></a:graphic></w:drawing></w:r></w:p>", ["甲"], {"picture": "1"}),
        (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('单击此处输入文字。')}</w:sdtContent></w:sdt>"
         + p("甲"), ["甲"], {"placeholder": "单击此处输入文字。"}),
    ],
)  # fmt: skip
def test_what_is_no_text_of_the_document_is_told(content: str, printed: list[str], told: dict[str, str]) -> None:
    parsed = body(content)
    assert (lines(parsed), kinds(parsed)) == (printed, told)


def test_comments_are_told_and_not_read() -> None:
    parsed = body(p("甲"), comments=f'<w:comment w:id="0">{p("核减10万元")}</w:comment>')
    assert (lines(parsed), kinds(parsed)) == (["甲"], {"comment": "核减10万元"})


def test_text_boxes_are_read_once_beside_the_text() -> None:
    box = f"<w:txbxContent>{p('填报单位：水务局')}{tbl(tr(tc('a'), tc('b')))}</w:txbxContent>"
    drawn = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    parsed = body(f"<w:p>{r('题')}{drawn}</w:p>" + tbl(tr(tc(f"<w:p>{r('甲')}{drawn}</w:p>"))) + p("末"))
    assert lines(parsed) == ["题", "填报单位：水务局", "填报单位：水务局", "末"]
    assert [cells(parsed, table) for table in range(3)] == [[["a", "b"]], [["甲"]], [["a", "b"]]]
    assert kinds(parsed) == {"text_box": "填报单位：水务局ab"}


def test_a_text_box_in_a_blank_cell_is_what_the_cell_shows() -> None:
    drawn = f"<w:r><w:pict><v:textbox><w:txbxContent>{p('9.60')}</w:txbxContent></v:textbox></w:pict></w:r>"
    parsed = body(tbl(tr(tc(p("采购")), tc(f"<w:p>{drawn}</w:p>"))) + p("末"))
    assert cells(parsed) == [["采购", "9.60"]]
    assert lines(parsed) == ["末"]
    assert kinds(parsed) == {"text_box": "9.60"}


# Automatic numbers


def level(index: int, text: str, format_: str = "decimal", more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{format_}"/>{more}<w:lvlText w:val="{text}"/>'
        "</w:lvl>"
    )


def numbered(text: str, number: int = 1, at: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>')


SPACE = '<w:suff w:val="space"/>'
NUMBERING = (
    f'<w:abstractNum w:abstractNumId="0">{level(0, "%1、", "chineseCounting")}{level(1, "（%2）", "chineseCounting")}'
    f"{level(2, '%1.%2.%3', more='<w:isLgl/>')}</w:abstractNum>"
    f'<w:abstractNum w:abstractNumId="1">{level(0, "%1.", more=SPACE)}'
    f'{level(1, chr(0xF0B7), "bullet")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    "</w:lvlOverride></w:num>"
)  # fmt: skip


@pytest.mark.parametrize(
    ("paragraphs", "printed"),
    [
        ([("数量", 1, 0), ("质量", 1, 0)], ["一、数量", "二、质量"]),
        (
            [("甲", 1, 0), ("子", 1, 1), ("丑", 1, 1), ("乙", 1, 0), ("子", 1, 1)],
            ["一、甲", "（一）子", "（二）丑", "二、乙", "（一）子"],
        ),
        ([("甲", 1, 0), ("子", 1, 1), ("深", 1, 2)], ["一、甲", "（一）子", "1.1.1 深"]),
        ([("甲", 2, 0), ("子", 2, 1), ("乙", 2, 0)], ["1. 甲", "• 子", "2. 乙"]),
        ([("甲", 1, 0), ("乙", 3, 0)], ["一、甲", "二、乙"]),  # two lists of one definition count on
        ([("甲", 1, 0), ("乙", 4, 0), ("丙", 4, 0)], ["一、甲", "一、乙", "二、丙"]),  # unless one begins anew
        ([("", 2, 0), ("", 2, 0)], ["1. ", "2. "]),  # a column 序号 holds nothing but the numbers
        ([("甲", 0, 0), ("乙", 9, 0), ("丙", 1, 8)], ["甲", "乙", "丙"]),
    ],
)
def test_automatic_numbers(paragraphs: list[tuple[str, int, int]], printed: list[str]) -> None:
    parsed = body("".join(numbered(*one) for one in paragraphs), numbering=NUMBERING)
    assert lines(parsed) == printed


def test_numbers_in_cells_and_from_styles() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="List"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Own"><w:basedOn w:val="List"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="None"><w:basedOn w:val="List"/>'
        '<w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="character" w:styleId="Dark"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    rows = [tr(tc(p("甲", f'<w:pStyle w:val="{style}"/>'))) for style in ("Own", "None", "Own")]
    dark_style = '<w:rStyle w:val="Dark"/>'
    dark = f"<w:p>{r('明')}{r('暗', dark_style)}</w:p>"
    parsed = body(tbl(*rows) + dark, numbering=NUMBERING, styles=styles)
    assert cells(parsed) == [["一、甲"], ["甲"], ["二、甲"]]
    assert lines(parsed) == ["明"]


@pytest.mark.parametrize(
    ("format_", "printed"),
    [
        ("chineseCountingThousand", ["一", "十", "二十一", "一百零一"]),
        ("decimalEnclosedCircle", ["①", "⑩", "21", "101"]),
        ("decimalFullWidth", ["１", "１０", "２１", "１０１"]),
        ("upperRoman", ["I", "X", "XXI", "CI"]),
        ("lowerLetter", ["a", "j", "u", "wwww"]),
        ("decimalZero", ["01", "10", "21", "101"]),
        ("ideographTraditional", ["甲", "癸", "21", "101"]),
        ("none", [""] * 4),
        ("noSuchFormat", ["1", "10", "21", "101"]),
    ],
)
def test_numerals(format_: str, printed: list[str]) -> None:
    assert [numeral(number, format_) for number in (1, 10, 21, 101)] == printed


# What is no document, or a hostile one


def rezipped(raw: bytes, **changes: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.rpartition("/")[2].partition(".")[0], old.read(name)))
    return out.getvalue()


def encrypted(raw: bytes) -> bytes:
    """The flag that a ZIP part needs a password, in its own head and in the directory."""
    marked = bytearray(raw)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(signature), raw):
            marked[match.start() + place] |= 1
    return bytes(marked)


PLAIN = package(p("项目支出绩效目标表"))
BOMB = f"<w:document {NAMESPACES}><w:body>{p('x')}".encode() + b" " * 3_000_000 + b"</w:body></w:document>"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "damaged"),
        (PLAIN[:-30], "damaged"),
        (PLAIN[: len(PLAIN) // 2], "damaged"),
        (encrypted(PLAIN), "password"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + bytes(600), "old Word or Excel"),
        (package(p("x"), head=ENTITIES), "DOCTYPE"),
        (rezipped(PLAIN, document=f"{ENTITIES}<x>&b;</x>".encode("utf-16")), "DOCTYPE"),
        (package(p("x"), styles="<!DOCTYPE x>"), "DOCTYPE"),
        (package("<w:p><w:r>"), "well-formed"),
        (rezipped(PLAIN, document=b"<x/>"), "no Word document"),
        (package(""), "empty"),
        (package("<w:p><w:r><w:drawing><a:blip/></w:drawing></w:r></w:p>"), "pictures only"),
        (package("<w:sdt><w:sdtContent>" * 2_000 + p("x") + "</w:sdtContent></w:sdt>" * 2_000), "levels deep"),
        (package(tbl(*[tr(tc("x", span=1_000))] * 3_000, tr(*[tc("y")] * 1_000))), "table cells"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(raw: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says) as caught:
        read_docx(raw, "报表.docx")
    assert caught.value.file == "报表.docx"


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.readers.ooxml.MAX_UNPACKED", 2 * 1024 * 1024)
    raw = rezipped(PLAIN, document=BOMB)
    assert len(raw) < 20_000
    with pytest.raises(UnsupportedFile, match="unpacks to more than 2 MB"):
        read_docx(raw, "a.docx")


def test_a_lying_size_in_the_directory_is_noticed() -> None:
    raw = bytearray(PLAIN)
    for match in re.finditer(b"PK\x01\x02", PLAIN):
        raw[match.start() + 24 : match.start() + 28] = struct.pack("<I", 3)
    with pytest.raises(UnsupportedFile, match="damaged"):
        read_docx(bytes(raw), "a.docx")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(data: Any) -> None:
    raw = bytearray(package(tbl(tr(tc("甲", merge="restart"), tc("乙"))), numbering=NUMBERING))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=8)):
        raw[place] = data.draw(st.integers(0, 255))
    with suppress(UnsupportedFile):
        check_places(read_docx(bytes(raw), "a.docx"))


def test_the_strict_form_is_read() -> None:
    strict = (
        zipfile.ZipFile(BytesIO(PLAIN))
        .read("word/document.xml")
        .replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    )
    assert lines(read_docx(rezipped(PLAIN, document=strict), "a.docx")) == ["项目支出绩效目标表"]


# Every character


words = st.text(st.sampled_from("甲乙丙≥95%，。 1.0"), max_size=6)
paragraphs = words.map(p)
cell_contents = st.lists(paragraphs, min_size=1, max_size=3).map("".join)


@st.composite
def tables(draw: Any) -> str:
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        row = [
            tc(draw(cell_contents), span=draw(st.integers(1, 3)), merge=draw(st.sampled_from(("", "restart"))))
            for _ in range(draw(st.integers(1, 4)))
        ]
        rows.append(tr(*row))
    widths = draw(st.lists(st.sampled_from((15, 100, 2000)), max_size=12))
    return tbl(*rows, widths=tuple(widths))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(paragraphs, tables()), min_size=1, max_size=5).map(lambda parts: "".join(parts) + p("末")))
def test_no_character_is_lost_or_doubled(content: str) -> None:
    parsed = body(content)
    check_places(parsed)
    printed = "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", content))
    assert "".join(parsed.text.split()) == "".join(printed.split())
