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


def test_a_department_in_a_quoted_line_above_the_rows(tmp_path: Path) -> None:
    rows = "项目名称,总计,绩效目标,绩效指标\n道路养护,30,养护道路。,1、产出指标：修补路面，年度指标值：3公里。\n"
    text = f'2026年项目支出绩效目标表,,,\n"部门名称：青溪县交通局 单位：万元",,,\n{rows}'
    (record,) = read(tmp_path, text, "a.csv").records
    assert (record.project.department, record.document.amount_unit) == ("青溪县交通局", "万元")


def test_a_header_word_cut_over_two_cells_is_put_together_and_doubted(tmp_path: Path) -> None:
    text = (
        "# 2026年项目支出绩效目标表\n\n部门名称：青溪县交通局 单位：万元\n\n"
        "|项目名称|总计|财政拨款|财政专户拨款其|他资金|绩效目标|绩效指标|\n|---|---|---|---|---|---|---|\n"
        f"|道路养护|30.00|20.00|4.00|6.00|{GOAL}|{ITEMS.format(3)}|\n"
    )
    (record,) = read(tmp_path, text).records
    amounts = record.project.amounts
    assert (amounts.fiscal, amounts.special_account, amounts.other) == ("20.00", "4.00", "6.00")
    assert [flag.path for flag in record.flags if flag.code == FlagCode.BOUNDARY_UNSURE] == ["name"]


def test_rows_taken_line_by_line_below_a_code_in_two_lines(tmp_path: Path) -> None:
    text = (
        "# 2026年项目支出绩效目标表\n\n单位：万元\n\n"
        "|项目编码|项目名称|预算数|年度绩效目标|一级指标|二级指标|三级指标|指标值|\n|---|---|---|---|---|---|---|---|\n"
        "|QX26-07-|乡村道路|30.00|养护道路，|产出指标|数量指标|修补路面|3公里|\n"
        "|001|日常养护||保持畅通。|产出指标|时效指标|完成时间|年底前|\n"
        "|QX26-07-|渡口|8.00|更新渡船。|产出指标|数量指标|更新渡船|2艘|\n"
        "|002||||满意度指标|服务对象满意度指标|乘客满意度|≥90%|\n"
    )
    records = read(tmp_path, text).records
    assert [record.project.name for record in records] == ["乡村道路日常养护", "渡口"]
    assert [record.project.goal for record in records] == ["养护道路，保持畅通。", "更新渡船。"]
    assert [len(record.project.indicators) for record in records] == [2, 2]
    assert (FlagCode.BOUNDARY_UNSURE, "name") in {(flag.code, flag.path) for flag in records[0].flags}


SECTIONS = """\
项目情况说明
{first}桥梁检测项目
一、项目概述
二、立项依据
三、实施主体
青溪县公路所
四、实施方案
五、年度预算安排
检测全县桥梁。
2026年安排30万元。
六、绩效目标
检测桥梁12座。
"""
WHOLE = """\
渡口更新项目
一、项目概述
更新渡口设施。
二、立项依据
《水上安全规划》。
三、实施主体
青溪县港航所
四、实施方案
分批更新。
五、年度预算安排
2026年安排8万元。
六、绩效目标
更新渡船2艘。
"""


def test_headings_without_their_text_are_doubted(tmp_path: Path) -> None:
    records = read(tmp_path, SECTIONS.format(first=WHOLE), "a.txt").records
    assert [record.project.name for record in records] == ["渡口更新项目", "桥梁检测项目"]
    assert [record.project.goal for record in records] == ["更新渡船2艘。", "检测桥梁12座。"]
    doubted = [
        any((flag.code, flag.path) == (FlagCode.BOUNDARY_UNSURE, "name") for flag in record.flags) for record in records
    ]
    assert doubted == [False, True]


def test_a_unit_cut_off_from_its_label_is_the_forms(tmp_path: Path) -> None:
    text = (
        "# 项目支出绩效目标表\n\n|项目名称|道路养护||\n|---|---|---|\n|实施单位|青溪县公路所||\n"
        "|资金情况|年度金额:|30|\n|（万元）|省级资金|30|\n|年度目标|养护道路12公里。||\n"
        "|一级指标|二级指标|指标值|\n|产出指标|数量指标|12公里|\n"
    )
    result = read(tmp_path, text)
    assert [record.document.amount_unit for record in result.records] == ["万元"]


def test_lines_of_a_sheet_above_a_form_are_text(tmp_path: Path) -> None:
    told = [line for line in WHOLE.splitlines() if line]
    form = [
        ("项目名称", "道路养护", "", ""),
        ("实施单位", "青溪县公路所", "资金总额（万元）", "30.00"),
        ("年度目标", "养护道路12公里。", "", ""),
        ("一级指标", "二级指标", "三级指标", "指标值"),
        ("产出指标", "数量指标", "养护里程", "12公里"),
        ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90%"),
    ]
    path = tmp_path / "a.csv"
    behind = ["十、名词解释", "（一）财政拨款：指县级财政当年拨付的资金。"]
    rows = [*((line, "", "", "") for line in [*told, "项目支出绩效目标表"]), *form]
    rows += [(line, "", "", "") for line in behind]
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    records = extract(path, model="none").records
    assert [record.project.name for record in records] == ["渡口更新项目", "道路养护"]
    assert [record.project.goal for record in records] == ["更新渡船2艘。", "养护道路12公里。"]


def test_the_header_of_a_list_in_glued_text_is_no_blank_form(tmp_path: Path) -> None:
    text = (
        "部门名称：青溪县交通局 单位：元\n项目编码 项目名称 实施单位 预算数 年度绩效目标 一级指标 二级指标 三级指标 "
        "指标性质 指标值 度量单位 权重\nQX26-07-001 青溪县公路所 1,250,000.00\n产出指标\n"
        "数量指标 修补路面 ≥ 14 公里 15\n"
        "满意度指标 群众满意度 ≥ 90 % 10\n2026年项目支出绩效目标表\n乡村道路日常养护\n服务对象满意度指\n标\n"
    )
    with pytest.raises(LayoutError):
        read(tmp_path, text, "a.txt")
