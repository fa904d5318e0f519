"""Rows of tables with cells that lost some of them, and headers that do not say what they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.pipeline import DocumentResult
from extractor.schemas.record import FlagCode

HEADER = (
    "单位名称",
    "项目名称",
    "预算数",
    "年度目标",
    "一级指标",
    "二级指标",
    "三级指标",
    "指标性质",
    "指标值",
    "度量单位",
    "权重",
)


def pipes(*rows: tuple[str, ...], width: int = 0) -> str:
    lines = ["| " + " | ".join(row) + " |" + "|" * max(width - len(row), 0) for row in rows]
    return "\n".join(["2026年项目支出绩效目标表", "单位：元", lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def result(folder: Path, text: str, name: str = "a.md") -> DocumentResult:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return extract(path, model="none")


FIRST = ("松镇政府", "水渠清淤", "40,000.00", "清淤水渠", "产出指标", "数量指标", "清淤长度", "≥", "6", "公里", "40")
FURTHER = (
    ("时效指标", "完成时间", "≤", "9", "月", "20"),
    ("效益指标", "社会效益指标", "受益农户", "≥", "300", "户", "30"),
)
SECOND = ("涵管更换", "15,500.00", "更换涵管", "产出指标", "数量指标", "涵管", "=", "12", "节", "50")


@pytest.mark.parametrize("width", [0, len(HEADER)], ids=["short", "filled up"])
def test_merged_leading_cells_that_are_gone(tmp_path: Path, width: int) -> None:
    found = result(tmp_path, pipes(HEADER, FIRST, *FURTHER, SECOND, width=width))
    first, second = (record.project for record in found.records)
    assert (first.name, second.name) == ("水渠清淤", "涵管更换")
    assert [(one.level1, one.level2, one.name, one.operator, one.annual_value) for one in first.indicators] == [
        ("产出指标", "数量指标", "清淤长度", "≥", "6"),
        ("产出指标", "时效指标", "完成时间", "≤", "9"),
        ("效益指标", "社会效益指标", "受益农户", "≥", "300"),
    ]
    assert (second.unit, second.amounts.total, second.goal) == ("松镇政府", "15500.00", "更换涵管")
    assert not [flag for record in found.records for flag in record.flags]


def test_a_blank_that_is_gone_inside_of_a_row_is_a_doubt(tmp_path: Path) -> None:
    shifted = ("效益指标", "社会效益指标", "群众出行", "=", "户", "30")
    (record,) = result(tmp_path, pipes(HEADER, FIRST, *FURTHER, shifted)).records
    last = record.project.indicators[-1]
    assert (last.level1, last.name, last.operator, last.measure_unit) == ("效益指标", "群众出行", "=", "户")
    assert FlagCode.BOUNDARY_UNSURE in {flag.code for flag in record.flags}


def test_rows_that_stand_where_they_should_stay(tmp_path: Path) -> None:
    blank = ("",) * 4
    (record,) = result(tmp_path, pipes(HEADER, FIRST, (*blank, "", *FURTHER[0]))).records
    assert [one.level2 for one in record.project.indicators] == ["数量指标", "时效指标"]
    assert not record.flags


def test_lines_of_merged_cells_spread_over_rows(tmp_path: Path) -> None:
    cut = (*FIRST[:1], "水渠", FIRST[2], "清淤水渠，", *FIRST[4:])
    rest = ("", "清淤", "", "方便灌溉。", "", "", "清淤次数", "≥", "2", "次", "20")
    (record,) = result(tmp_path, pipes(HEADER, cut, rest)).records
    assert (record.project.name, record.project.goal) == ("水渠清淤", "清淤水渠，方便灌溉。")
    assert [one.name for one in record.project.indicators] == ["清淤长度", "清淤次数"]
    assert FlagCode.BOUNDARY_UNSURE in {flag.code for flag in record.flags}


def test_a_header_glued_to_the_first_row(tmp_path: Path) -> None:
    glued = (
        "项目名称<br>水渠清淤",
        "总计<br>4.00",
        "绩效目标<br>清淤。",
        "绩效指标<br>1、产出指标：长度，年度指标值：6公里。",
    )
    other = ("涵管更换", "1.50", "更换。", "1、产出指标：涵管，年度指标值：12节。")
    again = ("项目名称", "总计", "绩效目标", "绩效指标")
    found = result(
        tmp_path, pipes(glued, other, again, ("护栏", "2.00", "安装。", "1、产出指标：护栏，年度指标值：7段。"))
    )
    assert [record.project.name for record in found.records] == ["水渠清淤", "涵管更换", "护栏"]
    assert [record.project.amounts.total for record in found.records] == ["4.00", "1.50", "2.00"]
    assert FlagCode.UNCLAIMED_TEXT not in {flag.code for flag in found.document.flags}


@pytest.mark.parametrize("name", ["支出事项", "任务", "单位名称(项目类别/支出项目)"])
def test_a_renamed_column_of_names(tmp_path: Path, name: str) -> None:
    header = ("编码", name, "年度预算安排", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值")
    rows = (
        ("017", "水渠清淤", "40000", "清淤水渠", "产出指标", "数量指标", "清淤长度", "6公里"),
        ("018", "涵管更换", "15500", "更换涵管", "产出指标", "数量指标", "涵管", "12节"),
    )
    found = result(tmp_path, pipes(header, *rows))
    assert [record.project.name for record in found.records] == ["水渠清淤", "涵管更换"]
    assert [record.project.amounts.total for record in found.records] == ["40000", "15500"]


def test_a_header_of_two_lines_without_merged_cells(tmp_path: Path) -> None:
    lines = (
        ("单位", "支出事项", "年度预算资金", "", "年度绩效目标", "绩效指标", "", ""),
        ("", "", "小计", "财政拨款", "", "二级指标", "指标内容", "指标值"),
        ("松镇政府", "水渠清淤", "4.00", "4.00", "清淤水渠。", "数量指标", "清淤长度", "6公里"),
        ("", "", "", "", "", "时效指标", "完成时间", "9月"),
    )
    text = "2026年项目绩效目标表\n单位：万元\n" + "\n".join("\t".join(line) for line in lines)
    (record,) = result(tmp_path, text, "a.txt").records
    assert (record.project.name, record.project.amounts.fiscal) == ("水渠清淤", "4.00")
    assert [one.annual_value for one in record.project.indicators] == ["6公里", "9月"]


def test_categories_under_bodies_are_no_units(tmp_path: Path) -> None:
    goal = "【总体目标】 保障运转 【产出指标-数量指标】 指标1:维护设备(≥9套)"
    lines = (
        "单位编码\t单位名称(项目类别/支出项目)\t年度预算安排\t项目内容\t绩效目标",
        "\t松市图书局\t90000\t\t",
        "031\t松市图书馆\t70000\t\t",
        "\t其他运转类\t30000",
        f"031\t设备维护\t30000\t\t{goal}",
        "\t本级项目\t40000",
        f"031\t图书采购\t40000\t\t{goal}",
        "032\t松市美术馆\t20000\t\t",
        "\t本级项目\t20000",
        f"032\t布展\t20000\t\t{goal}",
    )
    found = result(tmp_path, "松市图书局2026年项目绩效目标\n" + "\n".join(lines), "a.txt")
    assert [(record.project.name, record.project.unit) for record in found.records] == [
        ("设备维护", "松市图书馆"),
        ("图书采购", "松市图书馆"),
        ("布展", "松市美术馆"),
    ]


def test_headings_of_bodies_above_tables(tmp_path: Path) -> None:
    header = "| 项目名称 | 总计 | 绩效目标 |\n|---|---|---|\n"
    text = f"# 2026年项目绩效目标表\n\n## 一、松县教育局机关\n\n{header}| 走教补贴 | 3 | 发放。 |\n"
    text += f"\n## 二、松县特殊教育学校\n\n{header}| 送教上门 | 2 | 送教。 |\n"
    found = result(tmp_path, text)
    assert [record.project.unit for record in found.records] == ["松县教育局机关", "松县特殊教育学校"]
