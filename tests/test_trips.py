"""Tables as foreign programs leave them: what cannot be told any more is a doubt, and nothing in doubt is agreed."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.chunk.signs import cuts_words
from extractor.errors import LayoutError
from extractor.pipeline import DocumentResult
from extractor.schemas.record import FlagCode
from extractor.text import is_implausible

HEAD = "|主管部门|预算单位|项目名称|总计|绩效目标|绩效指标|\n|---|---|---|---|---|---|\n"
ITEMS = "1、产出指标：修补路面，年度指标值：{}公里。2、满意度指标：群众满意度，年度指标值：≥90%。"
GOAL = "对县乡公路进行日常养护。"


def read(tmp_path: Path, text: str, name: str = "a.md") -> DocumentResult:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return extract(path, model="none")


def table(*rows: tuple[str, str, str]) -> str:
    body = "".join(
        f"|{department}|{unit}|{name}|{at}0.00|{GOAL}|{ITEMS.format(at)}|\n"
        for at, (department, unit, name) in enumerate(rows, 3)
    )
    return f"# 2026年项目支出绩效目标表\n\n单位：万元\n\n{HEAD}{body}"


def codes(result: DocumentResult) -> list[set[tuple[FlagCode, str]]]:
    return [{(flag.code, flag.path) for flag in record.flags} for record in result.records]


def test_merged_cells_without_their_extent_are_doubted(tmp_path: Path) -> None:
    rows = [("", "公路所", "道路养护"), ("青溪县交通局", "", "桥梁检测"), ("", "港航所", "渡口更新")]
    result = read(tmp_path, table(*rows))
    assert [record.status for record in result.records] == ["flagged"] * 3
    assert all((FlagCode.BOUNDARY_UNSURE, "name") in found for found in codes(result))
    told = read(tmp_path, table(("青溪县交通局", "公路所", "道路养护"), ("", "", "桥梁检测")))
    assert [record.project.department for record in told.records] == ["青溪县交通局"] * 2
    assert codes(told) == [set(), set()]


def test_a_header_cell_that_names_two_columns_is_doubted(tmp_path: Path) -> None:
    text = (
        "# 项目支出绩效目标表\n\n单位：万元\n\n"
        "|主管部门|预算单位<br>项目名称|总计|绩效目标|绩效指标|\n|---|---|---|---|---|\n"
        f"|青溪县交通局|青溪县公路所<br>道路养护|30.00|{GOAL}|{ITEMS.format(3)}|\n"
    )
    (record,) = read(tmp_path, text).records
    assert record.status == "flagged"
    assert [flag.code for flag in record.flags if flag.path == "name"] == [FlagCode.BOUNDARY_UNSURE]
    apart = text.replace("预算单位<br>项目名称", "预算<br>单位|项目<br>名称").replace("公路所<br>", "公路所|")
    (record,) = read(tmp_path, apart.replace("|---|\n", "|---|---|\n")).records
    assert (record.project.unit, record.project.name, record.flags) == ("青溪县公路所", "道路养护", ())


def test_a_department_behind_the_title_in_one_line(tmp_path: Path) -> None:
    text = table(("", "公路所", "道路养护")).replace("绩效目标表\n", "绩效目标表（本级）部门名称：青溪县交通局\n")
    result = read(tmp_path, text)
    assert [record.project.department for record in result.records] == ["青溪县交通局"]
    assert result.document.document.title == "2026年项目支出绩效目标表（本级）"


@pytest.mark.parametrize(
    ("value", "is_mixed"),
    [
        ("监测补助月对23处取水点开展水质监测，保障用水安全。≥25公里", True),
        ("≥36线巡查开展昼夜巡查，及时制止非法采砂。0次", True),
        ("资料按月归档，年底前全部移交档案馆。", False),
        ("一次。2次", False),
    ],
)
def test_a_sentence_inside_of_a_value_is_doubted(tmp_path: Path, value: str, is_mixed: bool) -> None:
    text = table(("青溪县交通局", "公路所", "道路养护")).replace("3公里。2", f"{value}。2").replace("。。", "。")
    (found,) = codes(read(tmp_path, text))
    assert ((FlagCode.IMPLAUSIBLE, "indicators[0].annual_value") in found) == is_mixed


def test_a_unit_of_one_letter_is_the_rest_of_a_cell(tmp_path: Path) -> None:
    first, second = codes(read(tmp_path, table(("交通局", "港航所", "渡口更新"), ("交通局", "所", "航道测量"))))
    assert (FlagCode.IMPLAUSIBLE, "unit") not in first
    assert (FlagCode.IMPLAUSIBLE, "unit") in second


@pytest.mark.parametrize(
    "text",
    [
        "2026????????\n" + "????,????,????,??,????\n????????,642,600,?318?????????\n" * 4,
        "绩效目标\n三级指\n标\n保障路面整\n数量指\n标\n养护里\n程\n>= 120 公里\n时效指\n标\n修补及\n时率\n100 %\n",
    ],
)
def test_what_a_converter_made_unreadable_is_no_document_without_projects(tmp_path: Path, text: str) -> None:
    assert is_implausible(text) or cuts_words(text)
    with pytest.raises(LayoutError):
        read(tmp_path, text, "a.txt")


def test_a_break_behind_nothing_is_no_text(tmp_path: Path) -> None:
    rule = "+----------+----------+----------+----------+----------+\n"
    cells = [
        ("项目名称", "绩效目标", "三级指标", "指标值", "计量单位"),
        ("道路养护", "路面整洁", "养护里程", "30", "公里"),
        ("", "", "群众评价", "较高", "\\"),
    ]
    lines = [
        "|" + "|".join(word + " " * (10 - 2 * len(word.strip("\\")) - word.count("\\")) for word in row) + "|\n"
        for row in cells
    ]
    text = "# 项目支出绩效目标表\n\n" + rule + lines[0] + rule.replace("-", "=") + rule.join(lines[1:]) + rule
    (record,) = read(tmp_path, text).records
    assert [indicator.measure_unit for indicator in record.project.indicators] == ["公里", None]


def test_a_table_that_a_converter_left_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="TABLE"):
        read(tmp_path, "2025年度项目支出绩效自评表\n\n（2025年度）\n\n[TABLE]\n\n备注：定性指标照实填写。\n", "a.txt")
    result = read(tmp_path, table(("青溪县交通局", "公路所", "道路养护")) + "\n[TABLE]\n")
    assert FlagCode.UNREAD_CONTENT in [flag.code for flag in result.document.flags if "TABLE" in flag.message]


@pytest.mark.parametrize(
    ("name", "is_mixed"),
    [
        ("蔬菜基地改造 业务主管部门 513-农业农村委", True),
        ("发布日期：2026-02-26来源：文旅局非遗补助", True),
        ("专项：蔬菜基地改造 二期", False),
    ],
)
def test_a_label_inside_of_a_name_is_doubted(tmp_path: Path, name: str, is_mixed: bool) -> None:
    (found,) = codes(read(tmp_path, table(("青溪县交通局", "公路所", name))))
    assert ((FlagCode.IMPLAUSIBLE, "name") in found) == is_mixed


@pytest.mark.parametrize(("total", "statuses"), [("70.00", {"agreed"}), ("95.00", {"unchecked"})])
def test_where_sums_do_not_come_out_nothing_is_agreed(tmp_path: Path, total: str, statuses: set[str]) -> None:
    rows = table(("青溪县交通局", "公路所", "道路养护"), ("青溪县交通局", "公路所", "桥梁检测"))
    path = tmp_path / "a.md"
    path.write_text(f"{rows}|合计|||{total}|||\n", encoding="utf-8")
    result = extract(path)
    assert {record.status for record in result.records} == statuses
    assert all(record.flags == () for record in result.records)


def test_radicals_are_read_as_the_characters_that_they_look_like(tmp_path: Path) -> None:
    (record,) = read(tmp_path, table(("青溪县⽂旅局", "⾮遗中⼼", "⾮遗补助"))).records
    assert (record.project.department, record.project.unit, record.project.name) == (
        "青溪县文旅局",
        "非遗中心",
        "非遗补助",
    )
