"""Cells that hold what nobody expects in them: read as they are meant, or flagged, never lost and never wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extractor import extract
from extractor.pipeline import DocumentResult
from extractor.schemas.record import FlagCode
from tests import formats
from tests.formats import Printed, Row
from tests.pdf_writer import PdfStyle

HEADER = ("项目名称", "总计", "财政拨款", "其他资金", "绩效目标", "绩效指标")
BOOTHS: Row = ("候车亭维护", "40.00", "40.00", "", "维护候车亭。", "1、产出指标：维护数量，年度指标值：64座。")
WIDTHS = (20, 10, 10, 10, 25, 25)


def row(total: str, *, name: str = "河道保洁", other: str = "", goal: str = "保持水面清洁。") -> Row:
    return (name, total, "86.50", other, goal, "1、产出指标：保洁河道，年度指标值：12条。")


def read(folder: Path, *rows: Row) -> DocumentResult:
    path = folder / "a.html"
    path.write_bytes(formats.web(Printed(("绩效目标表", "单位：万元"), [HEADER, *rows], WIDTHS)))
    return extract(path, model="none")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("86.5\n0", "86.50"),  # a narrow cell wraps the last digit
        ("1,086.\n50", "1086.50"),
        ("1,0\n86.50", "1086.50"),
        ("86.50 万元", "86.50"),
    ],
)
def test_amounts_wrapped_or_with_their_unit(tmp_path: Path, cell: str, amount: str) -> None:
    found = read(tmp_path, row(cell), BOOTHS)
    assert [record.project.amounts.total for record in found.records] == [amount, "40.00"]


@pytest.mark.parametrize(
    "cell", ["86.50①", "86.50²", "80.00\n6.50", "约86.50", "86.50/43.25", "见附件", "8b.50", "86,5"]
)
def test_an_amount_that_is_none_is_flagged(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, row(cell), BOOTHS)
    first, second = found.records
    assert first.project.amounts.total is None
    assert (first.status, second.status) == ("flagged", "unchecked")
    told = "".join(flag.message for flag in first.flags if flag.code == FlagCode.UNCLAIMED_TEXT)
    assert re.split(r"[./,]", cell)[-1] in told


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("(12)", "(12)"),  # a loss in brackets, a stop for a digit that OCR did not see, a stray mark: all of them
        ("（12）", "（12）"),  # look like item numbers, and an amount cell has none
        ("120.", "120."),
        ("12、", "12、"),
        ("①", "①"),
        ("7.00/3.50", "7.00/3.50"),  # whole, not from the decimal point on
        ("12.00元左右", "12.00元左右"),
        ("1,234.50元左右", "1,234.50元左右"),
    ],
)
def test_an_unread_amount_is_flagged_once_and_shown_whole(tmp_path: Path, cell: str, shown: str) -> None:
    found = read(tmp_path, row(cell), BOOTHS)
    first, second = found.records
    assert first.project.amounts.total is None
    assert (first.status, second.status) == ("flagged", "unchecked")
    told = [flag for flag in first.flags if flag.code == FlagCode.UNCLAIMED_TEXT]
    assert len(told) == 1
    assert told[0].message.endswith(f"：{shown}")
    assert [found.sources[0][start - first.block.start : end - first.block.start] for start, end in told[0].spans] == [
        shown
    ]
    assert (found.document.coverage or 0) < 1


def test_an_unread_amount_is_flagged_at_its_column(tmp_path: Path) -> None:
    first = read(tmp_path, row("(12)", other="12、"), BOOTHS).records[0]
    paths = [flag.path for flag in first.flags if flag.code == FlagCode.UNCLAIMED_TEXT]
    assert paths == ["amounts.total", "amounts.other"]


def test_an_unread_amount_of_a_form_is_flagged_at_its_column(tmp_path: Path) -> None:
    rows = (
        '<td colspan="4">项目支出绩效目标申报表',
        '<td>项目名称<td colspan="3">河道保洁经费',
        "<td>年度资金总额（万元）<td>(12)<td>其中：财政拨款<td>12、",
        '<td>年度目标<td colspan="3">完成河道保洁，保持水面清洁。',
        "<td>一级指标<td>二级指标<td>三级指标<td>指标值",
        "<td>产出指标<td>数量指标<td>保洁河道<td>≥12条",
    )
    path = tmp_path / "a.html"
    path.write_text(f"<table>{''.join(f'<tr>{row}' for row in rows)}</table>", encoding="utf-8")
    (record,) = extract(path, model="none").records
    assert (record.project.amounts.total, record.project.amounts.fiscal, record.status) == (None, None, "flagged")
    told = {flag.path: flag.message for flag in record.flags if flag.code == FlagCode.UNCLAIMED_TEXT}
    assert {path: message.rpartition("：")[2] for path, message in told.items()} == {
        "amounts.total": "(12)",
        "amounts.fiscal": "12、",
    }


@pytest.mark.parametrize("blank", ["", "-", "—", "/", " "])
def test_signs_for_nothing_are_nothing(tmp_path: Path, blank: str) -> None:
    found = read(tmp_path, row("86.50", other=blank), BOOTHS)
    assert [record.project.amounts.other for record in found.records] == [None, None]
    assert [record.flags for record in found.records] == [(), ()]


def test_text_in_the_row_of_a_total_is_reported(tmp_path: Path) -> None:
    total = ("合计", "126.50", "126.50", "其中上年结转6.50", "", "")
    found = read(tmp_path, total, row("86.50"), BOOTHS)
    assert len(found.records) == 2
    (told,) = [flag.message for flag in found.document.flags if flag.code == FlagCode.UNCLAIMED_TEXT]
    assert "其中上年结转6.50" in told


def test_a_row_whose_cells_have_slipped_is_not_lost_in_silence(tmp_path: Path) -> None:
    """Cells are missing, so the goal stands under money: the row looks like a unit's."""
    slipped = ("校舍维修", "20.00", "改造教学楼门窗。", "1、产出指标：维修面积，年度指标值：900平方米。", "", "")
    found = read(tmp_path, row("86.50"), slipped, BOOTHS)
    told = " ".join(flag.message for flag in found.document.flags if flag.code == FlagCode.UNCLAIMED_TEXT)
    flagged = " ".join(flag.message for record in found.records for flag in record.flags)
    assert "改造教学楼门窗" in told + flagged


def test_narrow_columns_of_a_pdf_file_lose_no_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    style = PdfStyle(page=(420, 300), margin=20, size=9, leading=12)
    rows = [HEADER, row("86.50"), row("1,286.50", name="堤防维修")]
    path.write_bytes(formats.pdf(Printed(("绩效目标表", "单位：万元"), rows, (60, 24, 24, 24, 120, 130), pdf=style)))
    found = extract(path, model="none")
    assert [record.project.amounts.total for record in found.records] == ["86.50", "1286.50"]
    assert [record.project.amounts.fiscal for record in found.records] == ["86.50", "86.50"]
