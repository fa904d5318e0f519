"""OFD documents: what is printed is read where it stands, whatever the package looks like; hostile ones fail alone."""

from __future__ import annotations

import random
import struct
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import NamedTuple
from xml.sax.saxutils import escape

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import extract
from extractor.errors import UnsupportedFile
from extractor.readers import RawFile, archive, ocr, parse
from extractor.readers.ofd import read_ofd
from extractor.readers.parsed import Parsed
from extractor.schemas.document import Document, Note
from extractor.schemas.positions import Boxes
from tests import formats
from tests.conftest import ROOT
from tests.formats import Printed
from tests.golden_files import packed
from tests.ofd_writer import (
    POINTS,
    OfdStyle,
    Package,
    element,
    filled,
    line,
    pack,
    page,
    root,
    text,
    write_lines,
    write_ofd,
)
from tests.pdf_writer import A4_LANDSCAPE, PdfStyle, PdfTable, Span, write_pdf

TABLE = PdfTable((120, 60, 200), [["项目名称", "总计", "绩效目标"], ["道路养护", "80.00", "养护道路12公里"]])
ACCOUNT = {"character_count", "no_ruling"}


def read(raw: bytes) -> Parsed:
    return read_ofd(raw, "a.ofd")


def rows(parsed: Parsed | Document) -> list[list[str]]:
    return [[cell.content.text for cell in row.cells] for table in parsed.tables for row in table.rows]


def notes(parsed: Parsed) -> list[tuple[str, str, int | None]]:
    return [(note.kind, note.detail, note.page) for note in parsed.notes if note.kind not in ACCOUNT]


def one_page(*objects: str, **more: object) -> Package:
    return Package([page(objects)], **more)  # type: ignore[arg-type]


def lines(package: Package) -> list[str]:
    return [line for line in read(package.write()).text.strip("\n").split("\n") if line]


# What a package is


def test_an_ofd_document_is_known_by_its_content_and_read_in_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(write_ofd(TABLE, title=["2026年项目支出绩效目标表"]))
    assert not archive.is_archive(path)
    assert parse(RawFile("a.pdf", path.read_bytes(), "")).format == "ofd"
    result = extract(path, model="none")
    assert [record.project.name for record in result.records] == ["道路养护"]


def test_the_same_table_gives_the_same_records_as_in_a_pdf_file() -> None:
    for name, twin in (("ofd-a", "pdf-a.pdf"), ("ofd-b", "pdf-b.pdf"), ("ofd-form-a", "form-f.docx")):
        case, _, suffix = twin.partition(".")
        own, other = (
            extract(ROOT / "golden" / folder / f"source.{ending}", model="none")
            for folder, ending in ((name, "ofd"), (case, suffix))
        )
        assert [record.project for record in own.records] == [record.project for record in other.records]
        assert own.records


def test_letters_have_the_boxes_that_they_have_in_a_pdf_file() -> None:
    own, other = (
        parse(RawFile("a", (ROOT / "golden" / name).read_bytes(), "")).positions
        for name in ("ofd-a/source.ofd", "pdf-a/source.pdf")
    )
    assert isinstance(own, Boxes)
    assert isinstance(other, Boxes)
    assert (own.starts, own.firsts, own.pages) == (other.starts, other.firsts, other.pages)
    for mine, theirs in ((own.tops, other.tops), (own.bottoms, other.bottoms), (own.lefts, other.lefts)):
        apart = [abs(one - two) for one, two in zip(mine, theirs, strict=True)]
        assert max(apart) < 10, "digits of that font are narrower than half a square"
        assert sum(apart) / len(apart) < 2


STYLES = [
    PdfStyle(page=A4_LANDSCAPE, margin=30, size=8, leading=11),
    PdfStyle(page=(842.0, 250.0), margin=30, size=8, leading=11),
    PdfStyle(page=(842.0, 250.0), margin=30, size=8, leading=11, breaks="closed", rules="filled"),
    PdfStyle(page=(842.0, 250.0), margin=30, size=9, leading=13, breaks="whole", rules="boxes", middle=True),
]
HOW = [OfdStyle(), OfdStyle(letters="single"), OfdStyle(template=True), OfdStyle("single", template=True)]


@pytest.mark.parametrize("how", HOW, ids=lambda how: f"{how.letters}-{how.template}")
@pytest.mark.parametrize("style", STYLES, ids=lambda style: f"{style.rules}-{style.breaks}")
def test_every_way_to_write_a_page_gives_the_text_of_the_pdf_file(style: PdfStyle, how: OfdStyle) -> None:
    goal = "组织重点优抚对象分批到市属疗养院开展为期一周的短期疗养，提供健康体检和康复理疗服务（3次）。"
    body = [[f"项目{number}", "1,268.75", Span(goal, columns=2)] for number in range(9)]
    table = PdfTable((80, 60, 200, 150), [["项目名称", "总计", "绩效目标", "说明"], *body, [Span("合计", columns=4)]])
    title = ["2026年项目支出绩效目标表", "部门名称：某某局"]
    own = read(write_ofd(table, title=title, footer="第 {page} 页", style=style, how=how))
    other = parse(RawFile("a.pdf", write_pdf(table, title=title, footer="第 {page} 页", style=style), ""))
    assert rows(own) == [[cell.content.text for cell in row.cells] for table in other.tables for row in table.rows]
    assert Counter("".join(own.text.split())) == Counter("".join(other.text.split()))
    if not how.template:
        assert own.text == other.text
        assert own.notes == other.notes


def test_several_documents_in_one_file_follow_each_other() -> None:
    first, second = (write_parts(f"Doc_{number}", [text(20, 20, f"第{number}份", 5)]) for number in (0, 1))
    bodies = "".join(element("DocBody", element("DocRoot", f"Doc_{number}/Document.xml")) for number in (0, 1))
    parsed = read(pack({"OFD.xml": root("OFD", bodies), **first, **second}))
    assert [line for line in parsed.text.replace("\f", "").split("\n") if line] == ["第0份", "第1份"]
    assert [line.page for line in parsed.lines if line.end > line.start] == [1, 2]


def write_parts(folder: str, objects: list[str]) -> dict[str, str]:
    listed = element("Pages", element("Page", ID=1, BaseLoc="Pages/P.xml"))
    area = element("CommonData", element("PageArea", element("PhysicalBox", "0 0 210 297")))
    return {f"{folder}/Document.xml": root("Document", area + listed), f"{folder}/Pages/P.xml": page(objects)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Pages/Page_0/Content.xml", "/Doc_0/Pages/Page_0/Content.xml"),
        ("Pages/Page_0/Content.xml", "Doc_0/Pages/Page_0/Content.xml"),
        ("Pages/Page_0/Content.xml", "pages\\page_0\\CONTENT.XML"),
        ("Pages/Page_0/Content.xml", "./Pages/../Pages/Page_0/Content.xml"),
        ('xmlns:ofd="http://www.ofdspec.org/2016"', 'xmlns:ofd="http://www.ofdspec.org"'),
        ('xmlns:ofd="http://www.ofdspec.org/2016"', 'xmlns:ofd="urn:nobody"'),
    ],
)
def test_what_programs_do_differently_is_read_alike(old: str, new: str) -> None:
    parts = one_page(text(20, 20, "绩效目标", 5)).parts_by_name()
    changed = {name: part.replace(old, new) if isinstance(part, str) else part for name, part in parts.items()}
    assert changed != parts
    assert read(pack(changed)).text == "绩效目标\n"


def test_without_a_prefix_and_in_gbk() -> None:
    parts = one_page(text(20, 20, "绩效目标", 5)).parts_by_name()
    plain = {
        name: part.replace("ofd:", "").replace("xmlns:ofd", "xmlns").replace("UTF-8", "GBK").encode("gbk")
        for name, part in parts.items()
        if isinstance(part, str)
    }
    assert read(pack(plain)).text == "绩效目标\n"


def test_names_of_parts_in_the_code_page_of_chinese_windows() -> None:
    parts = one_page(text(20, 20, "绩效目标", 5)).parts_by_name()
    named = {name.replace("Page_0", "第一页"): str(part).replace("Page_0", "第一页") for name, part in parts.items()}
    assert read(pack(named)).text == "绩效目标\n"
    assert read(packed({name: (part.encode(), None) for name, part in named.items()}, "gbk")).text == "绩效目标\n"


def test_the_version_in_use_is_read() -> None:
    parts = one_page(text(20, 20, "旧稿", 5)).parts_by_name()
    parts |= write_parts("Doc_0/V2", [text(20, 20, "定稿", 5)])
    parts["Doc_0/Versions/V2.xml"] = root("DocVersion", element("DocRoot", "/Doc_0/V2/Document.xml"))
    version = element("Versions", element("Version", ID="v2", Current="true", BaseLoc="Doc_0/Versions/V2.xml"))
    parts["OFD.xml"] = str(parts["OFD.xml"]).replace("</ofd:DocBody>", f"{version}</ofd:DocBody>")
    assert read(pack(parts)).text == "定稿\n"


# Where characters stand


def code(words: str, **attributes: object) -> str:
    return element("TextCode", escape(words), **attributes)


def shown(*codes: str, **attributes: object) -> str:
    return element("TextObject", "".join(codes), **{"Boundary": "20 20 100 100", "Size": 4, "Font": 3} | attributes)


class Case(NamedTuple):
    """Objects of a page, and the lines that a reader sees."""

    objects: list[str]
    seen: list[str]


CASES = {
    "deltas": Case([shown(code("甲乙丙", X=0, Y=4, DeltaX="g 2 4"))], ["甲乙丙"]),
    "deltas one by one, the last for the rest": Case([shown(code("甲乙丙丁", X=0, Y=4, DeltaX="4 4"))], ["甲乙丙丁"]),
    "no deltas at all": Case([shown(code("甲1乙", X=0, Y=4))], ["甲1乙"]),
    "deltas of zero": Case([shown(code("甲乙丙", X=0, Y=4, DeltaX="g 2 0"))], ["甲乙丙"]),
    "a line break by deltas": Case(
        [shown(code("甲乙丙丁", X=0, Y=4, DeltaX="4 -4 4", DeltaY="0 5 0"))],
        ["甲乙", "丙丁"],
    ),
    "two codes": Case([shown(code("甲", X=0, Y=4), code("乙", X=4, Y=4))], ["甲乙"]),
    "the second code begins where the first did": Case([shown(code("甲", X=8, Y=4), code("乙", Y=10))], ["甲", "乙"]),
    "down the page": Case([shown(code("甲乙丙", X=0, Y=4, DeltaY="g 2 5"))], ["甲", "乙", "丙"]),
    "a wide gap is a blank": Case([shown(code("单位", X=0, Y=4, DeltaX="9"))], ["单 位"]),
    "the air between scripts is none": Case([shown(code("共3个", X=0, Y=4, DeltaX="5 3"))], ["共3个"]),
    "a blank is one": Case([shown(code("a b", X=0, Y=4, DeltaX="g 2 2"))], ["a b"]),
    "a letter each": Case([shown(code(one, X=0, Y=4), Boundary=f"{20 + 4 * at} 20 4 4") for at, one in
                           enumerate("绩效目标")], ["绩效目标"]),
    "a matrix makes letters larger": Case(
        [shown(code(one, X=at, Y=1), Size=1, CTM="4 0 0 4 0 0") for at, one in enumerate("甲乙")],
        ["甲乙"],
    ),
    "a page on its side": Case(
        [shown(code("甲乙丙", X=0, Y=4, DeltaX="g 2 4"), CTM="0 1 -1 0 0 0"),
         shown(code("丁戊", X=0, Y=12, DeltaX="4"), CTM="0 1 -1 0 0 0")],
        ["甲乙丙", "丁戊"],
    ),
    "printed twice to look bold": Case([shown(code("甲乙", X=0, Y=4)), shown(code("甲乙", X=0.2, Y=4))], ["甲乙"]),
    "equal texts side by side are two": Case([shown(code("00", X=0, Y=4)), shown(code("00", X=4, Y=4))], ["0000"]),
    "what stands in the empty half of a comma": Case(
        [shown(code("查", X=0, Y=4)), shown(code("、", X=1, Y=4), Boundary="23 20 2.2 4"),
         shown(code("“四”", X=1, Y=4, DeltaX="4 4"), Boundary="24.4 20 12 4")],
        ["查、“四”"],
    ),
    "a raised digit": Case([shown(code("m", X=0, Y=4)), shown(code("2", X=2.2, Y=3), Size=2)], ["m²"]),
    "a small line beside a large letter": Case(
        [shown(code("自", X=0, Y=6), Size=6), shown(code("2022年", X=6.2, Y=5), Size=4)], ["自2022年"]
    ),
    "a ligature": Case(
        [shown(element("CGTransform", element("Glyphs", "7"), CodePosition=1, CodeCount=2, GlyphCount=1),
               code("afib", X=0, Y=4, DeltaX="2 2 2"))],
        ["afib"],
    ),
    "a letter of two glyphs": Case(
        [shown(element("CGTransform", element("Glyphs", "7 8"), CodePosition=0, CodeCount=1, GlyphCount=2),
               code("甲乙", X=0, Y=4, DeltaX="2 2"))],
        ["甲乙"],
    ),
    "forms of letters": Case([shown(code("⾏ﬁ", X=0, Y=4))], ["行fi"]),
    "blocks and layers": Case([element("PageBlock", element("PageBlock", shown(code("甲", X=0, Y=4))))], ["甲"]),
    "an element nobody knows": Case([element("Vendor", shown(code("甲", X=0, Y=4)))], ["甲"]),
    "what clips a text is no text": Case(
        [shown(element("Clips", element("Clip", element("Area", shown(code("乙", X=9, Y=4))))), code("甲", X=0, Y=4))],
        ["甲"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_characters(name: str) -> None:
    objects, seen = CASES[name]
    assert lines(one_page(*objects)) == seen


def test_letters_that_the_file_does_not_know_are_counted() -> None:
    found = shown(element("CGTransform", element("Glyphs", "7")), code("¤\ue0f3甲", X=0, Y=4))
    assert notes(read(one_page(found).write())) == [("unreadable_text", "2", 1)]


def test_labels_of_a_template_and_what_is_filled_in_are_put_together() -> None:
    labels = page([text(20, 20, "项目名称：", 4), text(20, 30, "总计：", 4)])
    own = page([text(32, 30, "80.00", 4), text(42, 20, "道路养护", 4)], template=7)
    assert lines(Package([own], {7: labels})) == ["项目名称： 道路养护", "总计：80.00"]


def test_a_template_in_front_and_one_that_is_missing() -> None:
    over = root("Page", element("Template", TemplateID=8, ZOrder="Foreground") + element("Content", ""))
    found = read(Package([over, page([], template=9)], {8: page([text(20, 20, "样表", 4)])}).write())
    assert found.text == "样表\n\f"
    assert notes(found) == [("missing_parts", "1", 2)]


def test_the_area_of_a_page_is_its_own_or_the_common_one() -> None:
    low = [text(20, 290, "页脚", 4)]
    assert lines(Package([page(low)])) == ["页脚"]
    assert notes(read(Package([page(low, area="0 0 210 200")]).write())) == [("text_outside_page", "2", 1)]
    assert lines(Package([page(low)], area="nonsense")) == ["页脚"]


def test_what_nobody_sees_is_told() -> None:
    hidden = [shown(code(words, X=0, Y=at), **how) for at, (words, how) in enumerate(UNSEEN.items(), 1)]
    found = read(one_page(text(20, 60, "绩效", 4), *hidden).write())
    assert found.text == "绩效\n"
    assert notes(found) == [("invisible_text", f"{sum(map(len, UNSEEN))}", 1)]


UNSEEN: dict[str, dict[str, object]] = {
    "不见": {"Visible": "false"},
    "透明": {"Alpha": 0},
    "无色的": {"Fill": "false"},
}


# What is drawn


def cells(across: list[str], down: list[str]) -> list[list[str]]:
    words = [text(22 + 30 * column, 22 + 10 * row, f"{row}{column}", 4) for row in range(2) for column in range(2)]
    return rows(read(one_page(*across, *down, *words).write()))


ACROSS = [line(20, y, 80, y) for y in (20, 30, 40)]
DOWN = [line(x, 20, x, 40) for x in (20, 50, 80)]
TWO_BY_TWO = [["00", "01"], ["10", "11"]]


def stroke(data: str, **attributes: object) -> str:
    return element("PathObject", element("AbbreviatedData", data), **{"Boundary": "0 0 210 297"} | attributes)


DRAWINGS = {
    "strokes": [*ACROSS, *DOWN],
    "filled": [
        *(filled(20, y, 80, y + 0.2) for y in (20, 30, 40)),
        *(filled(x, 20, x + 0.2, 40) for x in (20, 50, 80)),
    ],
    "one path": [stroke(" ".join(f"M 20 {y} L 80 {y}" for y in (20, 30, 40)) +
                        " ".join(f" M {x} 20 L {x} 40" for x in (20, 50, 80)))],
    "boxes": [stroke("M 0 0 L 30 0 L 30 10 L 0 10 C", Boundary=f"{x} {y} 30 10") for x in (20, 50) for y in (20, 30)],
    "no blanks, an S, exponents": [*ACROSS, stroke("S20 20L20 4e1M50 20L5.0E+1 40M80,20L80,40")],
    "a matrix": [*ACROSS, *(stroke("M 0 0 L 0 1", Boundary=f"{x} 20 1 20", CTM="1 0 0 20 0 0") for x in (20, 50, 80))],
    "curves beside": [*ACROSS, *DOWN, stroke("M 0 0 B 1 1 2 2 3 3 Q 4 4 50 60 A 3 3 0 0 1 60 60 L 0 70 M 1 nan X 3")],
    "pieces": [*(line(20 + 6 * at, y, 26 + 6 * at, y) for at in range(10) for y in (20, 30, 40)), *DOWN],
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWINGS)
def test_rules(name: str) -> None:
    assert cells(DRAWINGS[name], []) == TWO_BY_TWO


@pytest.mark.parametrize("how", [{"Stroke": "false"}, {"Visible": "false"}, {"Alpha": 0}])
def test_what_is_not_drawn_is_no_rule(how: dict[str, object]) -> None:
    unseen = [stroke(f"M {x} 20 L {x} 40", **how) for x in (20, 50, 80)]
    assert cells([], unseen) == []


UNIT = element(
    "CompositeGraphicUnit", element("Content", text(0, 0, "印", 4) + line(0, 0, 30, 0)), ID=50, Width=30, Height=9
)


def test_composite_units_stand_where_they_are_placed() -> None:
    placed = [
        element("CompositeObject", ResourceID=50, Boundary=f"{20 + 40 * at} 20 30 30", CTM="2 0 0 2 0 0")
        for at in (0, 1)
    ]
    found = read(
        one_page(*placed, common=element("DocumentRes", "Res.xml"), parts={"Doc_0/Res.xml": root("Res", UNIT)}).write()
    )
    assert found.text == "印 印\n"
    missing = read(one_page(element("CompositeObject", ResourceID=51, Boundary="0 0 9 9"), text(9, 9, "甲", 4)).write())
    assert notes(missing) == [("missing_parts", "1", 1)]


# What lies over a page and beside it


def annotated(kind: str, *objects: str, **more: object) -> Package:
    inner = element("Appearance", "".join(objects), Boundary="10 10 100 100")
    remark = str(more.pop("remark", ""))
    annotation = root("PageAnnot", element("Annot", element("Remark", remark) + inner, ID=1, Type=kind, **more))
    listing = root("Annotations", element("Page", element("FileLoc", "P/A.xml"), PageID=100))
    return one_page(
        text(20, 60, "绩效目标", 4),
        document=element("Annotations", "Annots/Annotations.xml"),
        parts={"Doc_0/Annots/Annotations.xml": listing, "Doc_0/Annots/P/A.xml": annotation},
    )


def test_annotations_are_read_or_told() -> None:
    words = shown(code("保密", X=0, Y=4))
    found = read(annotated("Watermark", words).write())
    assert found.text == "绩效目标\n保密\n"
    assert notes(found) == [("watermark", "保密", 1)]
    assert lines(annotated("Path", words)) == ["绩效目标", "保密"]
    assert read(annotated("Highlight", remark="请核对").write()).notes[0] == Note("comment", "请核对", 1)
    assert read(annotated("Highlight", Subtype="Strikeout").write()).notes[0] == Note("struck_annotation", "1", 1)
    assert notes(read(annotated("Watermark", words, Visible="false").write())) == []


def test_a_watermark_over_a_table_is_in_no_cell() -> None:
    table = one_page(*ACROSS, *DOWN, *(text(22 + 30 * at, 22, word, 4) for at, word in enumerate(["甲", "乙"])))
    turned = shown(code("机密文件", X=0, Y=4, DeltaX="g 3 4"), Boundary="25 22 100 100", CTM="0.7 0.7 -0.7 0.7 0 0")
    for drawn in (turned, shown(code("机密文件", X=0, Y=4, DeltaX="g 3 4"), Boundary="25 22 100 100")):
        found = read(annotated_over(table, drawn))
        assert rows(found)[0] == ["甲", "乙"]
        assert notes(found) == [("watermark", "机密文件", 1)]


def annotated_over(package: Package, drawn: str) -> bytes:
    mark = annotated("Stamp", drawn.replace("25 22 100 100", "15 12 100 100"))
    return replace(package, document=mark.document, parts=mark.parts).write()


def test_signatures_seals_and_attachments_are_told() -> None:
    stamp = element("SignedInfo", element("StampAnnot", ID=1, PageRef=101, Boundary="9 9 40 40"))
    found = read(
        Package(
            [page([text(20, 20, "甲", 4)]), page([text(20, 20, "乙", 4)])],
            body=element("Signatures", "Doc_0/Signs/Signatures.xml"),
            document=element("Attachments", "Attachs/Attachments.xml"),
            parts={
                "Doc_0/Signs/Signatures.xml": root("Signatures", element("Signature", ID=1, BaseLoc="S/Signature.xml")),
                "Doc_0/Signs/S/Signature.xml": root("Signature", stamp),
                "Doc_0/Attachs/Attachments.xml": root("Attachments", element("Attachment", ID=1) * 2),
            },
        ).write()
    )
    assert found.text == "甲\n\f乙\n"
    assert notes(found) == [("seal", "", 2), ("signed_file", "1", None), ("attached_files", "2", None)]


# Pictures


def grey(width: int, height: int) -> bytes:
    """A grey picture with a black bar across."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    dots = b"".join(b"\0" + bytes([0 if height // 3 < y < height // 2 else 200]) * width for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(dots)) + chunk(b"IEND", b"")


def scan(*objects: str, png: bytes = b"", box: str = "10 20 190 270") -> Package:
    wide, high = box.split()[2:]
    picture = element("ImageObject", ResourceID=60, Boundary=box, CTM=f"{wide} 0 0 {high} 0 0")
    medium = element("MultiMedias", element("MultiMedia", element("MediaFile", "scan.png"), ID=60, Type="Image"))
    return one_page(
        picture,
        *objects,
        area="0 0 210 297" if objects or not png else box,
        common=element("DocumentRes", "DocumentRes.xml"),
        parts={"Doc_0/DocumentRes.xml": root("Res", medium, BaseLoc="Res"), "Doc_0/Res/scan.png": png or grey(19, 27)},
    )


def test_a_page_that_is_a_picture_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    assert notes(read(scan().write())) == [("scanned_page", "", 1)]
    layer = "识别出的文字" * 10
    found = read(scan(text(20, 40, layer, 2.5, Visible="false")).write())
    assert found.text == f"{layer}\n"
    assert notes(found) == [("text_over_picture", "", 1)]


def test_a_page_that_is_a_picture_is_read_by_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[float, ...]] = []

    def look(pictures: list[tuple[bytes, tuple[float, ...]]], wide: int, high: int) -> ocr.Seen:
        ((data, matrix),) = pictures
        assert data.startswith(b"\x89PNG")
        given.append((wide, high, *(round(one) for one in matrix)))
        return ocr.Seen([ocr.Word("绩效目标", 100, 100, 300, 140), ocr.Word("80.00", 320, 100, 400, 140)], [])

    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "look_at_pictures", look)
    found = read(scan().write())
    assert (found.text, notes(found)) == ("绩效目标\n80.00\n", [("ocr_page", "", 1)])
    dots = 200 / 25.4
    assert given == [(int(210 * dots), int(297 * dots), round(190 * dots), 0, 0, round(270 * dots),
                      round(10 * dots), round(20 * dots))]  # fmt: skip


@pytest.mark.ocr
@pytest.mark.skipif(not ocr.is_installed(), reason="the extra `ocr` is not installed")
def test_ocr_reads_a_scan_as_in_a_pdf_file() -> None:
    raw = (ROOT / "golden" / "ocr-a" / "source.pdf").read_bytes()
    (sheet, *_) = pypdfium2.PdfDocument(raw)
    (wide, high), seen = (edge / POINTS for edge in sheet.get_size()), BytesIO()
    sheet.render(scale=200 / 72, grayscale=True).to_pil().save(seen, "PNG")
    placed = scan(png=seen.getvalue(), box=f"0 0 {wide:.4f} {high:.4f}").write()
    own, other = (parse(RawFile("a", content, "")) for content in (placed, raw))
    assert SequenceMatcher(None, own.text, other.text, autojunk=False).ratio() > 0.95
    assert len(rows(own)) == len(rows(other)) > 1
    assert [note.kind for note in own.notes] == [note.kind for note in other.notes]


def test_a_thin_picture_is_a_rule() -> None:
    bars = [element("ImageObject", ResourceID=60, Boundary=f"{x} 20 0.2 20") for x in (20, 50, 80)]
    assert cells(ACROSS, bars) == TWO_BY_TWO


# Packages that are damaged or were made to do harm


def test_a_page_that_is_damaged_costs_that_page_alone() -> None:
    good = page([text(20, 20, "甲", 4)])
    for bad in (good[:-30], "", "<a/>" * 2, "\0\0"):
        found = read(Package([good, bad]).write())
        assert found.text == "甲\n\f"
        assert notes(found) == [("damaged_page", "", 2)]
    parts = Package([good, good]).parts_by_name()
    del parts["Doc_0/Pages/Page_1/Content.xml"]
    assert notes(read(pack(parts))) == [("damaged_page", "", 2)]


def changed(parts: Mapping[str, str | bytes], name: str, part: str | bytes | None) -> bytes:
    return pack(
        {**{key: value for key, value in parts.items() if key != name}, **({} if part is None else {name: part})}
    )


PLAIN = one_page(text(20, 20, "甲", 4)).parts_by_name()
ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "&x;&x;">]>'
REFUSED = {
    "no OFD.xml that is XML": (changed(PLAIN, "OFD.xml", "no XML"), "OFD.xml cannot be read"),
    "no document": (changed(PLAIN, "Doc_0/Document.xml", None), "Document.xml cannot be read"),
    "no pages": (Package([]).write(), "without pages"),
    "no page that can be read": (Package(["<", ">"]).write(), "none of its pages"),
    "cut off": (pack(PLAIN)[:400], "damaged"),
    "entities": (
        changed(PLAIN, "Doc_0/Pages/Page_0/Content.xml", ENTITY + page([text(20, 20, "甲", 4)]).partition("?>")[2]),
        "DOCTYPE",
    ),
    "entities in UTF-16": (changed(PLAIN, "OFD.xml", (ENTITY + "<a/>").encode("utf-16")), "DOCTYPE"),
    "a text without end": (one_page(shown(code("甲" * 1_100_000, X=0, Y=4))).write(), "characters on one page"),
    "too many pages": (
        changed(PLAIN, "Doc_0/Document.xml", root("Document", element("Pages", element("Page", ID=1) * 5_001))),
        "5,000 pages",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_reason(name: str) -> None:
    raw, reason = REFUSED[name]
    with pytest.raises(UnsupportedFile, match=reason) as caught:
        read(raw)
    assert caught.value.file == "a.ofd"
    assert ";" in caught.value.message, "and says what to do"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"OFD.xml": root("OFD", ""), "Encryptions.xml": "<a/>", "Doc_0/Document.dat": b"\x01"}, "is encrypted"),
        ({"Encryptions.xml": "<a/>", "a.dat": b"\x01"}, "encrypted OFD"),
        ({**PLAIN, "Doc_0/bomb.xml": b" " * 300_000_000}, "ZIP bomb"),
    ],
)
def test_packages_are_refused_before_they_are_opened(parts: dict[str, str | bytes], reason: str) -> None:
    with pytest.raises(UnsupportedFile, match=reason):
        parse(RawFile("a.ofd", pack(parts), ""))


def unit(number: int, *inside: int) -> str:
    objects = "".join(element("CompositeObject", ResourceID=other, Boundary="0 0 9 9") for other in inside)
    return element("CompositeGraphicUnit", element("Content", objects), ID=number)


HOSTILE = {
    "deltas by the billion": shown(code("甲乙", X=0, Y=4, DeltaX="g 1000000000 4", DeltaY="g 1e300 0")),
    "deltas without numbers": shown(code("甲乙", X=0, Y=4, DeltaX="g g g", DeltaY="g")),
    "numbers that are none": shown(code("甲乙", X="nan", Y="4", DeltaX="inf x"), Size="nan"),
    "glyphs by the billion": shown(
        element("CGTransform", CodePosition=0, CodeCount=10**12, GlyphCount=10**12),
        element("CGTransform", CodePosition=-5, CodeCount=1, GlyphCount=10**9),
        code("甲乙", X=0, Y=4),
    ),
    "a unit in itself": element("CompositeObject", ResourceID=70, Boundary="0 0 9 9"),
    "units that multiply": element("CompositeObject", ResourceID=71, Boundary="0 0 9 9"),
    "a path without end": stroke("L 1 1 " * 100_000),
    "a path of nonsense": stroke("M M L 1 Q 1 2 3 A C C 9 9 nan inf 1e999 L"),
    "blocks in blocks": "<ofd:PageBlock>" * 200 + "</ofd:PageBlock>" * 200,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_objects_cost_neither_time_nor_the_rest_of_the_page(name: str) -> None:
    units = root("Res", unit(70, 70, 70) + unit(71, *[72] * 99) + unit(72, *[73] * 99) + unit(73, *[71] * 99))
    started = process_time()
    found = read(
        one_page(
            text(20, 100, "绩效目标", 4),
            HOSTILE[name],
            common=element("DocumentRes", "Res.xml"),
            parts={"Doc_0/Res.xml": units},
        ).write()
    )
    assert process_time() - started < 10
    assert "绩效目标" in found.text


def test_what_stands_nowhere_is_counted() -> None:
    far = [
        shown(code("甲", X=0, Y=4), Boundary="1e9 1e9 9 9"),
        shown(code("乙", X="1e300", Y=4)),
        shown(code("丙丁", X=0, Y=4), CTM="nan 0 0 1 0 0"),
        shown(code("戊", X=0, Y=4), CTM="1e200 0 0 1e200 1 1"),
    ]
    found = read(one_page(text(20, 20, "绩效", 4), *far).write())
    assert found.text == "绩效\n"
    assert notes(found) == [("text_outside_page", "5", 1)]


def test_paths_that_lead_out_of_the_package_lead_nowhere() -> None:
    parts = changed(
        PLAIN, "Doc_0/Document.xml", str(PLAIN["Doc_0/Document.xml"]).replace("Pages/P", "../../../../Pages/P")
    )
    with pytest.raises(UnsupportedFile, match="none of its pages"):
        read(parts)


# Every character is somewhere

WORDS = st.text(st.sampled_from("绩效目标甲乙一二。，（）≥80.15aBc%万元 "), min_size=1, max_size=12)


@st.composite
def objects(draw: st.DrawFn) -> tuple[list[str], str]:
    """Texts in all manner of places within a page, and what they print."""
    found, printed = [], ""
    for number in range(draw(st.integers(1, 8))):
        words = draw(WORDS)
        size = draw(st.sampled_from((2.0, 3.5, 4.0)))
        x, y = draw(st.integers(5, 100)), 20 + 14 * number + draw(st.integers(0, 9))
        steps = draw(st.lists(st.sampled_from(("1.75", "3.5", "g 2 4", "g 3 2.1", "0", "5")), max_size=4))
        found.append(text(x, y, words, size) if not steps else shown(
            code(words, X=0, Y=4, DeltaX=" ".join(steps)), Boundary=f"{x} {y} 9 9", Size=size
        ))  # fmt: skip
        printed += words
    if draw(st.booleans()):
        found += [*ACROSS, *DOWN]
    return draw(st.permutations(found)), printed


@settings(max_examples=60, deadline=None)
@given(objects(), st.booleans())
def test_no_character_is_lost(placed: tuple[list[str], str], in_template: bool) -> None:
    shown_objects, printed = placed
    half = len(shown_objects) // 2 if in_template else 0
    template = {5: page(shown_objects[:half])} if in_template else {}
    own = page(shown_objects[half:], template=5 if in_template else None)
    found = read(Package([own], template).write())
    assert Counter("".join(found.text.split())) == Counter("".join(printed.split()))
    assert found.notes[-1].kind == "character_count"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_broken_packages_fail_alone(seed: int, broken: int) -> None:
    chance = random.Random(seed)
    raw = bytearray(SMALL)
    for _ in range(broken):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    assert "in the reader" not in said_of(bytes(raw)), "no fault of ours"


def said_of(raw: bytes) -> str:
    """A file's text, or why it is refused."""
    try:
        return parse(RawFile("a.ofd", raw, "")).text
    except UnsupportedFile as error:
        return error.message


SMALL = write_ofd(TABLE, title=["绩效目标表"])


def test_prose_flows_over_its_pages() -> None:
    paragraph = [f"第{number}段，完成河道清淤，改善人居环境。" for number in range(60)]
    found = read(write_lines(paragraph))
    assert [line for line in found.text.replace("\f", "").split("\n") if line] == paragraph
    assert found.text.count("\f") >= 1


def test_the_writer_gives_the_same_bytes_each_time() -> None:
    printed = Printed(("题",), [["甲", "乙"], ["1", "2"]], (10, 10))
    assert formats.ofd(printed) == formats.ofd(printed)
