"""Cutting documents into blocks: small documents, one for each thing that can go wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.chunk import Chunks, chunk
from extractor.chunk.assembly.placing import Printed, place
from extractor.errors import LayoutError
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.settings import Settings

HEAD = "项目支出绩效目标表\n部门名称：云溪市教育局 单位：万元\n"
COLUMNS = "项目名称 总计 财政拨款 财政专户拨款 其他资金 绩效目标 绩效指标\n"
ITEM = "1、1-产出指标；11-数量指标；次数；实施周期指标值:3次；年度指标值:3次。\n"


def document(tmp_path: Path, text: str, suffix: str = "txt") -> Chunks:
    path = tmp_path / f"source.{suffix}"
    path.write_text(text, encoding="utf-8")
    return chunk(read(path))


def extract(tmp_path: Path, text: str) -> DocumentResult:
    path = tmp_path / "source.txt"
    path.write_text(text, encoding="utf-8")
    return finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))


def names(chunks: Chunks) -> list[str]:
    return ["".join(block.content.text[slice(*block.cells["name"])].split()) for block in chunks.blocks]


ROWS = {
    "one line": ("    校舍维修经费 80.00 80.00\n保障校舍安全。\n" + ITEM, "校舍维修经费"),
    "name above the amounts": ("    校舍维修\n经费\n80.00 80.00\n保障校舍安全。\n" + ITEM, "校舍维修经费"),
    "last name line with the amounts": (
        "    校舍维修\n专项经费 80.00 80.00\n保障校舍安全。\n" + ITEM,
        "校舍维修专项经费",
    ),
    "name around the amounts": (
        "    校舍维修与安全\n80.00 80.00\n加固经费\n保障全区校舍安全，完成危房改造，改善办学条件，\n提升保障水平。\n"
        + ITEM,
        "校舍维修与安全加固经费",
    ),
    "a short first line of the goal is no name": (
        "    校舍维修经费\n80.00 80.00\n总体目标\n保障全区校舍安全，完成危房改造，改善办学条件，\n提升保障水平。\n"
        + ITEM,
        "校舍维修经费",
    ),
    "amounts one to a line": ("    校舍维修经费\n80.00\n80.00\n保障校舍安全。\n" + ITEM, "校舍维修经费"),
    "a name that is a number": ("    13600101 80.00 80.00\n保障校舍安全。\n" + ITEM, "13600101"),
    "full-width digits": ("    校舍维修经费 ８０．００ ８０．００\n保障校舍安全。\n" + ITEM, "校舍维修经费"),
    "a year in the name": ("    2025年校舍维修\n经费\n80.00 80.00\n保障校舍安全。\n" + ITEM, "2025年校舍维修经费"),
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("second", [False, True])
def test_rows_of_a_dump(tmp_path: Path, name: str, second: bool) -> None:
    text, expected = ROWS[name]
    other = "    校园绿化项目 20.00 20.00\n美化校园。\n" + ITEM
    rows = other + text if second else text + other
    chunks = document(tmp_path, HEAD + COLUMNS + "合计 100.00 100.00\n云溪市教育局 100.00 100.00\n" + rows)
    assert sorted(names(chunks)) == sorted([expected, "校园绿化项目"])
    amounts = {block.context.amounts.total: block.context.amounts.fiscal for block in chunks.blocks}
    assert amounts == {"80.00": "80.00", "20.00": "20.00"}
    assert not any(block.notes for block in chunks.blocks)


HEADERS = {
    "one line": COLUMNS,
    "wrapped": "项目名称（资金使用单\n位）\n\n总计 财政拨款\n财政专\n户拨款\n\n其他\n资金\n\n绩效目标 绩效指标\n",
    "other words": "项目支出名称 合计 财政拨款资金 财政专户管理资金 其它资金 年度绩效目标 主要绩效指标\n",
    "a year in the header of the amounts": "项目名称 2026年预算 财政拨款 财政专户拨款 其他资金 绩效目标 绩效指标\n",
    "with a serial number": "序号 项目名称 总计 财政拨款 财政专户拨款 其他资金 绩效目标 绩效指标\n",
    "none": "",
}


@pytest.mark.parametrize("header", HEADERS)
def test_column_headers_of_a_dump(tmp_path: Path, header: str) -> None:
    serial = "1 " if "serial" in header else ""
    chunks = document(
        tmp_path,
        f"{HEAD}{HEADERS[header]}合计 80.00 80.00\n云溪市教育局 80.00 80.00\n"
        f"    {serial}维修经费 80.00 80.00\n目标。\n{ITEM}",
    )
    assert names(chunks) == ["维修经费"]
    assert chunks.blocks[0].context.amounts.fiscal == "80.00"


UNITS_IN_ROWS = {
    # columns before the amounts, what a row prints there: number, department, unit, name
    "预算单位 项目名称": ("甲中学 校舍维修", (None, None, "甲中学", "校舍维修")),
    "项目名称 预算单位": ("校舍维修 甲中学", (None, None, "甲中学", "校舍维修")),
    "序号 预算单位 项目名称": ("1 甲中学 校舍维修", ("1", None, "甲中学", "校舍维修")),
    "主管部门 预算单位 项目名称": ("乙局 甲中学 校舍维修", (None, "乙局", "甲中学", "校舍维修")),
    "序号 项目名称": ("1 校舍维修", ("1", None, None, "校舍维修")),
}


@pytest.mark.parametrize("columns", UNITS_IN_ROWS)
def test_a_unit_in_each_row_of_a_dump(tmp_path: Path, columns: str) -> None:
    row, expected = UNITS_IN_ROWS[columns]
    text = f"项目支出绩效目标表\n单位：万元\n{columns} 总计 绩效目标 绩效指标\n{row} 80.00\n保障安全。\n{ITEM}"
    (record,) = extract(tmp_path, text).records
    project = record.project
    assert (project.attributes.get("序号"), project.department, project.unit, project.name) == expected
    assert record.status == "unchecked"


def test_a_row_of_a_dump_that_prints_no_unit_is_flagged_beside_those_that_do(tmp_path: Path) -> None:
    text = f"项目支出绩效目标表\n单位：万元\n预算单位 项目名称 总计 绩效目标 绩效指标\n甲局 维修 80.00\n目标。\n{ITEM}"
    first, second = extract(tmp_path, f"{text}绿化 20.00\n美化。\n{ITEM}").records
    assert (first.project.unit, first.project.name, first.flags) == ("甲局", "维修", ())
    assert (second.project.unit, second.project.name) == (None, "绿化")
    assert [flag.code for flag in second.flags] == ["boundary_unsure"]


def test_whole_amounts_without_a_printed_total(tmp_path: Path) -> None:
    rows = f"    储备补贴 600000 600000\n储备化肥5000吨。\n{ITEM}    网点改造 300000 300000\n改造10个。\n{ITEM}"
    chunks = document(tmp_path, f"{HEAD}项目名称 总计 财政拨款 绩效目标 绩效指标\n{rows}")
    assert names(chunks) == ["储备补贴", "网点改造"]
    assert [block.context.amounts.fiscal for block in chunks.blocks] == ["600000", "300000"]


WITHOUT_AMOUNTS = {
    "nothing": "    财务培训\n培训财务人员。\n" + ITEM,
    "dashes": "    财务培训 - -\n培训财务人员。\n" + ITEM,
    "a name over two lines": "    财务人员\n培训\n培训财务人员。\n" + ITEM,
}


@pytest.mark.parametrize("name", WITHOUT_AMOUNTS)
@pytest.mark.parametrize("last", [True, False])
def test_a_row_of_a_dump_without_amounts(tmp_path: Path, name: str, last: bool) -> None:
    row, other = WITHOUT_AMOUNTS[name], f"    绿化 20.00 20.00\n美化。\n{ITEM}"
    start = f"{HEAD}{COLUMNS}合计 100.00 100.00\n    维修经费 80.00 80.00\n目标。\n{ITEM}"
    result = extract(tmp_path, start + (other + row if last else row + other))
    found = {record.project.name: record for record in result.records}
    assert set(found) >= {"维修经费", "绿化"}
    assert len(found) == 3
    (blank,) = (record for record in result.records if record.project.amounts.total is None)
    assert (blank.project.name or "").startswith("财务")
    assert (blank.project.goal or "").endswith("培训财务人员。")
    assert [flag.code for flag in blank.flags] == ["boundary_unsure"]
    assert all(len(record.project.indicators) == 1 for record in result.records)


def test_another_table_behind_the_projects_of_a_dump(tmp_path: Path) -> None:
    rows = f"    维修经费 80.00 80.00\n目标。\n{ITEM}"
    other = "采购品目 数量 单价 预算金额\n办公电脑 20.00 0.50 10.00\n复印纸 100.00 0.02 2.00\n"
    result = extract(tmp_path, f"{HEAD}{COLUMNS}合计 80.00 80.00\n{rows}{other}")
    assert [record.project.name for record in result.records] == ["维修经费"]
    (flag,) = result.document.flags
    assert (flag.code, "采购品目" in flag.message) == ("unclaimed_text", True)


def test_furniture_belongs_to_no_project(tmp_path: Path) -> None:
    body = "    维修经费 80.00 80.00\n保障校舍\n— 3 —\n" + HEAD + COLUMNS + "安全。\n" + ITEM + "第 4 页 共 9 页\n"
    chunks = document(tmp_path, HEAD + COLUMNS + "合计 80.00 80.00\n教育局 80.00 80.00\n" + body)
    assert "—" not in chunks.blocks[0].content.text
    assert "绩效目标表" not in chunks.blocks[0].content.text
    assert chunks.characters.furniture == len("".join((HEAD + COLUMNS + "— 3 —第 4 页 共 9 页").split("\n")))


def test_counting_numbers_are_pages_and_others_are_text(tmp_path: Path) -> None:
    rows = "    维修经费 80.00 80.00\n做好维修，覆盖率达到\n7\n所学校。\n" + ITEM
    pages = rows.replace("做好", "做好\n1\n").replace("所学校", "所\n2\n学校").replace("7\n", "")
    start = HEAD + COLUMNS + "合计 80.00 80.00\n教育局 80.00 80.00\n"
    assert "7" in document(tmp_path, start + rows).blocks[0].content.text
    assert "\n1\n" not in document(tmp_path, start + pages).blocks[0].content.text


TAILS = {
    "notes": "注：本表金额单位为万元。\n",
    "another table": "表2 收支预算总表\n一般公共预算 80.00 80.00\n政府性基金 20.00 20.00\n",
    "another part": "第三部分 名词解释\n财政拨款：指财政当年拨付的资金。\n",
}


@pytest.mark.parametrize("name", TAILS)
def test_what_follows_the_table_is_outside_and_reported(tmp_path: Path, name: str) -> None:
    table = HEAD + COLUMNS + "合计 80.00 80.00\n教育局 80.00 80.00\n    维修经费 80.00 80.00\n目标。\n" + ITEM
    result = extract(tmp_path, table + TAILS[name])
    assert [record.project.indicators[-1].annual_value for record in result.records] == ["3次"]
    assert result.document.characters.outside == len(TAILS[name].replace("\n", ""))
    # Amounts behind the table are for a person to look at, notes and other parts are told.
    code = "unclaimed_text" if name == "another table" else "reader_note"
    assert [(flag.code, flag.path) for flag in result.document.flags] == [(code, "document")]


@pytest.mark.parametrize("line", ["说明：分两步走。", "第一部分做好宣传。", "注：重点做好宣传"])
def test_what_looks_like_notes_inside_a_project_stays_in_it(tmp_path: Path, line: str) -> None:
    rows = f"    维修经费 80.00 80.00\n做好维修。\n{line}\n{ITEM}    绿化经费 20.00 20.00\n做好绿化。\n{ITEM}"
    result = extract(tmp_path, HEAD + COLUMNS + "合计 100.00 100.00\n教育局 100.00 100.00\n" + rows)
    assert [record.project.goal for record in result.records] == [f"做好维修。{line}", "做好绿化。"]
    assert not result.document.flags


def test_departments_of_a_compilation_keep_their_own_totals_and_units(tmp_path: Path) -> None:
    one = HEAD + COLUMNS + "合计 80.00 80.00\n云溪市教育局 80.00 80.00\n    维修经费 80.00 80.00\n目标。\n" + ITEM
    other = one.replace("教育局", "水务局").replace("万元", "元").replace("80.00", "500000.00")
    result = extract(tmp_path, one + "\n" + other)
    assert [record.project.department for record in result.records] == ["云溪市教育局", "云溪市水务局"]
    assert [record.normalized.amounts["total"] for record in result.records] == ["800000", "500000.00"]
    assert result.document.document.department is None
    assert [total.amounts.total for total in result.document.totals if total.kind == "grand_total"] == [
        "80.00",
        "500000.00",
    ]


def test_a_row_for_each_indicator(tmp_path: Path) -> None:
    text = (
        "| 项目名称 | 预算数（万元） | 年度目标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
        "| 合计 | 15.00 | | | | | | | |\n"
        "| 维修经费 | 10.00 | 保障安全。 | 产出指标 | 数量指标 | 次数 | ≥ | 3 | 次 |\n"
        "| | | | | 质量指标 | 合格率 | ≥ | 95 | % |\n"
        "| 绿化项目 | 5.00 | 美化。 | 产出指标 | 数量指标 | 面积 | ＝ | 1 | 亩 |\n"
        "| 满意度指标 | 服务对象满意度指标 | 满意度 | ≥ | 90 | % |\n"
    )
    result = extract(tmp_path, text)
    assert [
        [
            (one.level1, one.level2, one.name, one.operator, one.annual_value, one.measure_unit)
            for one in project.indicators
        ]
        for project in (record.project for record in result.records)
    ] == [
        [("产出指标", "数量指标", "次数", "≥", "3", "次"), ("产出指标", "质量指标", "合格率", "≥", "95", "%")],
        [
            ("产出指标", "数量指标", "面积", "＝", "1", "亩"),
            ("满意度指标", "服务对象满意度指标", "满意度", "≥", "90", "%"),
        ],
    ]
    assert [record.normalized.amounts["total"] for record in result.records] == ["100000", "50000"]
    assert not result.document.flags


def test_units_in_cells(tmp_path: Path) -> None:
    columns = "| 项目名称 | 金额 | 绩效目标 | 绩效指标 |\n|---|---|---|---|\n"
    text = columns + "| 甲 | 1,200万元 | 目标 | 1、次数；年度指标值:3次 |\n"
    record = extract(tmp_path, text).records[0]
    assert (record.project.amounts.total, record.normalized.amounts["total"]) == ("1200", "12000000")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "一级指标 二级指标 三级指标 指标值\n产出指标 数量指标 次数 3次\n", "没有项目名称"),
        (HEAD + "项目甲\n年度指标值:3次\n项目乙\n年度指标值:4次\n", "没有读出项目"),
    ],
)
def test_a_table_that_is_not_understood_is_an_error_not_silence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LayoutError, match=says):
        extract(tmp_path, text)


@pytest.mark.parametrize("text", ["今年财政收入增长。\n", HEAD + COLUMNS, "各部门要加强绩效目标管理。\n"])
def test_documents_without_projects_say_why(tmp_path: Path, text: str) -> None:
    result = extract(tmp_path, text)
    assert (result.document.status, result.records) == ("no_projects", [])
    assert result.document.reason


def test_an_empty_row_under_a_unit_is_a_project(tmp_path: Path) -> None:
    rows = "    维修经费 80.00 80.00\n目标。\n" + ITEM + "    备用经费 20.00 20.00\n"
    result = extract(tmp_path, HEAD + COLUMNS + "合计 100.00 100.00\n教育局 100.00 100.00\n" + rows)
    assert [record.project.name for record in result.records] == ["维修经费", "备用经费"]
    assert [flag.code for flag in result.records[1].flags] == ["template_left_empty", "template_left_empty"]
    assert not [flag for flag in result.document.flags if flag.code == "sum_mismatch"]


def test_a_unit_above_units_is_no_project(tmp_path: Path) -> None:
    rows = (
        "合计 100.00 100.00\n教育系统 100.00 100.00\n教育局 80.00 80.00\n    维修经费 80.00 80.00\n目标。\n"
        + ITEM
        + "教研院 20.00 20.00\n    备用经费 20.00 20.00\n目标。\n"
        + ITEM
    )
    chunks = document(tmp_path, HEAD + COLUMNS + rows)
    assert [
        (block.context.unit.value, name)
        for block, name in zip(chunks.blocks, names(chunks), strict=True)
        if block.context.unit
    ] == [
        ("教育局", "维修经费"),
        ("教研院", "备用经费"),
    ]


START = HEAD + COLUMNS + "合计 100.00 100.00\n云溪市教育局 100.00 100.00\n"
ONE = "    维修经费 80.00 80.00\n目标甲。\n" + ITEM
OTHER = "    绿化经费 20.00 20.00\n目标乙。\n" + ITEM
BUREAU = ("维修经费", "云溪市教育局", "80.00", "目标甲。", "3次")
PARKS = ("绿化经费", "云溪市教育局", "20.00", "目标乙。", "3次")
SAME: dict[str, str] = {
    "a running head inside a name": START + ONE.replace("维修经费", "维\n云溪市教育局2025年部门预算\n修经费") + OTHER,
    "a running head inside a label": START
    + ONE.replace("年度指标值", "年度指\n云溪市教育局2025年部门预算\n标值")
    + OTHER,
    "a repeated line beside page numbers": START
    + ONE.replace("目标", "目\n云溪之声\n— 1 —\n标")
    + OTHER.replace("目标", "目\n云溪之声\n— 2 —\n标"),
    "a unit line of a page": START + ONE.replace("目标", "目\n单位：万元\n标") + OTHER,
    "a category row": START + "其他运转类项目 100.00 100.00\n" + ONE + OTHER,
    "a date and a signature below": START + ONE + OTHER + "云溪市教育局\n2025年2月14日\n填报人：李某\n",
    "the page number of the last page": START + ONE + OTHER + "36\n",
    "the grand total below": HEAD
    + COLUMNS
    + "云溪市教育局 100.00 100.00\n"
    + ONE
    + OTHER
    + "合计 100.00 100.00\n注：无。\n",
    "a dash for each blank amount": START.replace("100.00 100.00", "100.00 100.00 — —")
    + ONE.replace("80.00 80.00", "80.00 80.00 — —")
    + OTHER.replace("20.00 20.00", "20.00 20.00 － －"),
    "one blank before a line of the name": START + ONE + OTHER.replace("绿化经费", "绿\n 化经费"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_two_projects(tmp_path: Path, name: str) -> None:
    result = extract(tmp_path, SAME[name])
    found = [
        (project.name, project.unit, project.amounts.total, project.goal, project.indicators[-1].annual_value)
        for project in (record.project for record in result.records)
    ]
    assert found == [BUREAU, PARKS]
    assert [record.project.amounts.fiscal for record in result.records] == ["80.00", "20.00"]
    assert {flag.code for flag in result.document.flags} <= {"reader_note"}


def grid(rows: str) -> str:
    columns = "| 预算单位 | 项目名称 | 总计 | 绩效目标 | 绩效指标 |\n|---|---|---|---|---|\n"
    return "单位：万元\n" + columns + rows


def test_merged_unit_cells_hold_for_the_rows_below(tmp_path: Path) -> None:
    item = "1、次数；年度指标值:3次。"
    rows = f"| 甲中心 | 维修 | 80.00 | 目标。 | {item} |\n| | 绿化 | 20.00 | 目标。 | {item} |\n"
    result = extract(tmp_path, grid(rows))
    assert [record.project.unit for record in result.records] == ["甲中心", "甲中心"]


def test_a_row_split_over_pages_is_joined_and_flagged(tmp_path: Path) -> None:
    rows = (
        "| 甲中心 | 河道保 | 80.00 | 保洁河 | 1、次数；年度指标值:1 |\n\n"
        "| | | | | |\n|---|---|---|---|---|\n"
        "| | 洁费 | | 道12公里。 | 2次。2、水质；年度指标值:改善。 |\n"
        "| 甲中心 | 绿化 | 20.00 | 目标。 | 1、次数；年度指标值:3次。 |\n"
    )
    first, second = extract(tmp_path, grid(rows)).records
    assert (first.project.name, first.project.goal) == ("河道保洁费", "保洁河道12公里。")
    assert [one.annual_value for one in first.project.indicators] == ["12次", "改善"]
    assert [flag.code for flag in first.flags] == ["boundary_unsure"]
    assert second.status == "unchecked"


def test_a_table_of_something_else_is_outside(tmp_path: Path) -> None:
    rows = "| 甲中心 | 维修 | 80.00 | 目标。 | 1、次数；年度指标值:3次。 |\n\n"
    other = "| 项目名称 | 采购品目 | 数量 |\n|---|---|---|\n| 监测服务 | 服务 | 12.00 |\n"
    result = extract(tmp_path, grid(rows) + other)
    assert [record.project.name for record in result.records] == ["维修"]
    assert "unclaimed_text" in {flag.code for flag in result.document.flags}


def test_rows_that_name_a_department(tmp_path: Path) -> None:
    item = "1、次数；年度指标值:3次。"
    one = f"部门：甲局,单位：万元,,\n项目名称,总计（万元）,绩效目标,绩效指标\n维修,80.00,目标。,{item}\n"
    result = extract(tmp_path, one + f"部门：乙局,,,\n绿化,20.00,目标。,{item}\n")
    assert [record.project.department for record in result.records] == ["甲局", "乙局"]
    assert [record.normalized.amounts["total"] for record in result.records] == ["800000", "200000"]


def test_a_department_beside_its_own_unit_of_amounts(tmp_path: Path) -> None:
    rows = "项目名称,总计,绩效目标,绩效指标\n{},{},目标。,1、次数；年度指标值:3次。\n"
    title = "项目支出绩效目标表,,,\n"
    one = f"{title}部门：甲局,,,单位：万元\n{rows.format('维修', 80)}"
    result = extract(tmp_path, f"{one}{title}部门：乙局,,,单位：元\n{rows.format('绿化', 20000)}")
    found = [(one.project.department, one.project.name, one.normalized.amounts["total"]) for one in result.records]
    assert found == [("甲局", "维修", "800000"), ("乙局", "绿化", "20000")]
    assert {record.status for record in result.records} == {"unchecked"}


def test_an_indicator_without_the_value_that_its_neighbours_have(tmp_path: Path) -> None:
    items = ITEM.rstrip() + "2、1-产出指标；12-质量指标；合格率；实施周期指标值:95%。\n"
    result = extract(tmp_path, START + ONE.replace(ITEM, items) + OTHER)
    assert [(flag.code, flag.path) for flag in result.records[0].flags] == [
        ("template_left_empty", "indicators[1].annual_value")
    ]


COLUMNS_OF_MONEY = ("total", "fiscal", "special_account", "other")
PLACES: dict[str, tuple[list[str] | None, list[str], dict[str, object]]] = {
    # printed totals, printed numbers of the one project that differs, its amounts
    "one column in use": (["81.00", "81.00"], ["1.00", "1.00"], {"total": "1.00", "fiscal": "1.00"}),
    "all four printed": (
        ["83.00", "80.00", "1.00", "2.00"],
        ["3.00", "1.00", "2.00"],
        {"total": "3.00", "special_account": "1.00", "other": "2.00"},
    ),
    "a second column that nothing names": (
        ["81.00", "80.00", "1.00"],
        ["1.00", "1.00"],
        {"total": "1.00", "unplaced": ("1.00",)},
    ),
    "no totals": (None, ["1.00", "1.00"], {"total": "1.00", "unplaced": ("1.00",)}),
}


@pytest.mark.parametrize("name", PLACES)
def test_where_numbers_stand(name: str) -> None:
    total, numbers, expected = PLACES[name]
    rows = [Printed(("80.00", "80.00")), Printed(tuple(numbers))]
    _, [(_, placed)] = place(COLUMNS_OF_MONEY, Printed(tuple(total)) if total else None, [(None, rows)])
    assert placed[1].amounts.model_dump(exclude_defaults=True) == expected


def test_two_rows_that_could_both_be_the_odd_one_are_both_unplaced() -> None:
    rows = [Printed(("80.00", "80.00")), Printed(("1.00", "1.00")), Printed(("1.00", "1.00"))]
    grand = Printed(("82.00", "81.00", "1.00"))
    _, [(_, placed)] = place(COLUMNS_OF_MONEY, grand, [(None, rows)])
    assert [one.amounts.unplaced for one in placed] == [(), ("1.00",), ("1.00",)]
    assert placed[0].amounts.fiscal == "80.00"


amounts = st.integers(1, 500).map(lambda cents: f"{cents / 100:.2f}")


@given(st.lists(st.tuples(amounts, st.sampled_from((0, 1, 2))), min_size=2, max_size=12))
def test_a_number_is_never_put_into_a_wrong_column(rows: list[tuple[str, int]]) -> None:
    """Rows financed from one column each: what is placed is right, what is not is unplaced."""
    sums = [sum(round(float(amount) * 100) for amount, column in rows if column == index) for index in range(3)]
    total = tuple(f"{cents / 100:.2f}" for cents in (sum(sums), *(cents for cents in sums if cents)))
    printed = [Printed((amount, amount)) for amount, _ in rows]
    _, [(_, placed)] = place(COLUMNS_OF_MONEY, Printed(total), [(None, printed)])
    if not sums[0]:
        return  # 财政拨款 is always in use: the convention that the module states
    for one, (amount, column) in zip(placed, rows, strict=True):
        found = one.amounts.model_dump(exclude_defaults=True)
        right = {"total": amount, COLUMNS_OF_MONEY[column + 1]: amount}
        assert found in (right, {"total": amount, "unplaced": (amount,)})
