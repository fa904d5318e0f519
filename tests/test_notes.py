"""What readers note about a file reaches a person: in words, in both languages, with the pages."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from extractor import extract
from extractor.checks.notes import GUESSED, INFORMATION, SILENT, check_notes, explained, guessed_blocks
from extractor.errors import LayoutError
from extractor.messages import worded
from extractor.pipeline import cut, finish, survey
from extractor.readers import ocr
from extractor.schemas.document import Block, BlockContext, Document, MappedText, Note
from extractor.schemas.finding import said
from extractor.schemas.project import Amounts
from extractor.schemas.record import FlagCode
from extractor.settings import Settings
from tests.pdf_writer import FONT, PdfStyle, PdfTable, write_pdf

TABLE = tomllib.loads(files("extractor").joinpath("messages.toml").read_text("utf-8"))
READERS = "".join(path.read_text("utf-8") for path in Path(str(files("extractor").joinpath("readers"))).rglob("*.py"))
KINDS = set(re.findall(r'(?:\bnote\(|Note\(|counts\[|append\(\(|notes=\[\()"(\w+)"', READERS)) | set(
    re.findall(r'notes, \("(\w+)"', READERS)
)
"""Every kind that a reader emits, as it is written in the code, but for those that are put together."""


def document(*notes: Note, format_: str = "pdf", text: str = "甲\n") -> Document:
    return Document("a.pdf", "0" * 64, format_, None, text, (), (), notes)


def test_the_kinds_are_found() -> None:
    assert {"scanned_page", "hidden_sheet", "text_box", "converted", "picture", "row_joined", "lost_cells"} <= KINDS
    assert len(KINDS) > 30


@pytest.mark.parametrize("kind", sorted(KINDS | {"footnotes", "endnotes", "page_header", "page_footer"} - SILENT))
def test_every_kind_has_a_message_under_its_code(kind: str) -> None:
    if kind in SILENT:
        assert check_notes(document(Note(kind, "3"))) == []
        return
    for language in ("zh", "en"):
        (found,) = check_notes(document(Note(kind, "3", 2), Note(kind, "3", 4)))
        code = FlagCode.READER_NOTE if kind in INFORMATION else FlagCode.UNREAD_CONTENT
        assert (found.code, found.path) == (code, "document")
        assert f"{code}_{kind}" in TABLE
        assert ("第 2, 4 页" if language == "zh" else "Page 2, 4") in worded(found.said, language)


def test_no_message_is_for_a_kind_that_no_reader_emits() -> None:
    told = {key.removeprefix("unread_content_").removeprefix("reader_note_") for key in TABLE if key.startswith(
        ("unread_content_", "reader_note_")
    )}  # fmt: skip
    assert told - KINDS == {"endnotes", "page_header", "page_footer", "unknown", "outside", "told_again"}


def test_what_is_noted_of_a_row_is_told_on_its_record(tmp_path: Path) -> None:
    head = ["项目名称", "金额（万元）", "绩效目标", "绩效指标"]
    indicator = "1、产出指标：数量指标：养护里程；年度指标值：≥120公里。"
    names = ("道路养护", "路灯改造", "桥梁检测")
    rows = [[name, f"{number}.00", "道路平整。", indicator] for number, name in enumerate(names, 1)]

    def draw(canvas: Canvas, number: int) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(58, 711, "作废")

    path = tmp_path / "a.pdf"
    path.write_bytes(write_pdf(PdfTable((100, 80, 100, 200), [head, *rows]), title=["项目支出绩效目标表"], draw=draw))
    result = extract(path, model="none")
    said = {record.project.name or "": [flag.message for flag in record.flags] for record in result.records}
    assert [name[:4] for name, messages in said.items() if any("重叠" in one for one in messages)] == ["路灯改造"]


@pytest.mark.parametrize(
    ("notes", "format_", "message"),
    [
        ([Note("scanned_page", "", page) for page in (1, 2, 3, 7)], "pdf", "Page 1-3, 7: a picture without text"),
        ([Note("text_over_rule", "3", 1), Note("text_over_rule", "1,200", 2)], "pdf", "Page 1-2: 1,203 characters"),
        ([Note("hidden_rows", "3, 5", 1)], "xlsx", "The document: hidden rows were not read: 3, 5"),
        (
            [Note("sheet", "部门", 1), Note("sheet", "项目", 2), Note("hidden_rows", "3", 2)],
            "xlsx",
            "Sheet 项目: hidden rows were not read: 3",
        ),
        ([Note("text_box", f"注{n}") for n in range(9)], "docx", "注0; 注1; 注2; 注3; 注4 … (9)"),
        ([Note("text_box", "{a}%s")], "docx", "{a}%s"),
        ([Note("of_tomorrow", "5", 3)], "pdf", "Page 3: something is unusual (of_tomorrow 5)"),
    ],
)
def test_messages(notes: list[Note], format_: str, message: str) -> None:
    (found,) = check_notes(document(*notes, format_=format_))
    assert message in worded(found.said, "en")


@given(st.lists(st.builds(Note, st.sampled_from(sorted(KINDS)), st.just("7"), st.none() | st.integers(1, 9))))
def test_one_flag_for_each_kind(notes: list[Note]) -> None:
    flags = check_notes(document(*notes))
    assert len(flags) == len({note.kind for note in notes} - SILENT)
    reason = explained(said("no_table"), flags)
    assert all((flag.said in reason) == (not flag.is_information) for flag in flags)


@pytest.mark.parametrize(
    ("notes", "guessed"),
    [
        ([], set()),
        ([Note("row_joined", "", 3), Note("picture", "1", 3)], set()),
        ([Note("ocr_page", "", 1)], {0}),
        ([Note("row_guessed", "", 3)], {0, 1}),  # the row's rest stands on the page where the next block begins
        ([Note("watermark", "密", 4)], {1}),
        ([Note("text_over_rule", "2", 9)], {2}),
        ([Note("lost_cells", "")], {0, 1, 2}),
    ],
)
def test_blocks_on_pages_that_were_read_by_likelihood(notes: list[Note], guessed: set[int]) -> None:
    context = BlockContext("", None, None, None, None, (), Amounts())
    blocks = [Block(index, MappedText("", []), context, 0, 0, page) for index, page in enumerate((1, 3, 5))]
    assert guessed_blocks(document(*notes), blocks) == guessed


def test_kinds_that_say_a_page_was_read_by_likelihood_are_those_of_readers() -> None:
    assert KINDS >= GUESSED
    assert not GUESSED & (INFORMATION | SILENT)


def test_a_file_of_pictures_is_no_file_without_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    empty = document(Note("scanned_page", "", 1), text="\f")
    with pytest.raises(LayoutError, match="第 1 页是图片"):
        finish(survey(cut(empty)), {}, Settings(model="none"))
    cover = document(Note("scanned_page", "", 2), text="封面\n\f")
    line = finish(survey(cut(cover)), {}, Settings(model="none")).document
    assert line.status == "no_projects"
    assert line.reason is not None
    assert "第 2 页是图片" in line.reason
    assert [flag.code for flag in line.flags] == [FlagCode.UNREAD_CONTENT]


def test_notes_come_with_the_records(tmp_path: Path) -> None:
    rows = [
        ["项目名称", "总计", "绩效目标", "绩效指标"],
        ["道路养护经费", "80.00", "保持道路畅通。", "1、养护里程；年度指标值:12公里。"],
    ]
    path = tmp_path / "a.pdf"
    path.write_bytes(
        write_pdf(PdfTable((90, 60, 120, 200), rows), title=["项目支出绩效目标表", "单位：万元"], style=PdfStyle())
    )
    result = extract(path, model="none")
    assert not [flag for flag in result.document.flags if flag.code == FlagCode.UNREAD_CONTENT]
    assert result.records[0].project.name == "道路养护经费"
