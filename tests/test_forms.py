"""Forms: one project to a form, its labels beside or above their values, its indicators in a table of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extractor.chunk import chunk
from extractor.chunk.forms.header import header_of
from extractor.chunk.forms.sheet import spots_of
from extractor.layouts import terms
from extractor.layouts.forms import form_words
from extractor.layouts.taxonomy import category
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import SYNTHETIC, Cell, Document, Line, MappedText, Row, Table
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.project import ProjectReading
from extractor.settings import Settings
from extractor.text import squash

UP, LEFT = "^", "<"
"""A cell that goes on with the one above, with the one to its left."""

Rows = list[list[str]]


def document(*pieces: str | Rows) -> Document:
    """Lines and tables, laid out as the readers do."""
    text = ""
    lines: list[Line] = []
    tables: list[Table] = []
    for piece in pieces:
        if isinstance(piece, str):
            lines.append(Line(len(text), len(text) + len(piece), None))
            text += piece + "\n"
            continue
        rows = []
        for printed in piece:
            cells, begin = [], len(text)
            for index, cell in enumerate(printed):
                text += "\t" if index else ""
                start, content = len(text), "" if cell in (UP, LEFT) else cell
                text += content
                merged: Any = {UP: "above", LEFT: "left"}.get(cell)
                cells.append(Cell(MappedText(content, range(start, len(text))), start, len(text), merged))
            rows.append(Row(tuple(cells), begin, len(text)))
            text += "\n"
        tables.append(Table(tuple(rows)))
    return Document("form", "", "test", None, text, tuple(lines), tuple(tables))


def extract(*pieces: str | Rows) -> DocumentResult:
    return finish(survey(cut(document(*pieces))), {}, Settings(model=None, cache=False))


def projects(*pieces: str | Rows) -> list[ProjectReading]:
    return [record.project for record in extract(*pieces).records]


TITLE = "项目支出绩效目标申报表"
NAME = [["项目名称", "校舍维修", LEFT, LEFT, LEFT], ["主管部门", "云溪市教育局", "实施单位", "云溪市第一中学", LEFT]]
MONEY = [
    ["项目资金\n（万元）", "年度资金总额：", "120.00", LEFT, LEFT],
    [UP, "其中：财政拨款", "100.00", LEFT, LEFT],
    [UP, "其他资金", "20.00", LEFT, LEFT],
]
GOAL = [["总\n体\n目\n标", "完成12栋校舍维修。", LEFT, LEFT, LEFT]]
HEADER = [["绩\n效\n指\n标", "一级指标", "二级指标", "三级指标", "指标值"]]
ITEMS = [
    [UP, "产出指标", "数量指标", "维修校舍", "≥12栋"],
    [UP, UP, "质量指标", "验收合格率", "100%"],
    [UP, "满意度指标", "服务对象满意度指标", "师生满意度", "≥95%"],
]
FORM = NAME + MONEY + GOAL + HEADER + ITEMS
READ = {
    "department": "云溪市教育局",
    "unit": "云溪市第一中学",
    "name": "校舍维修",
    "amounts": {"total": "120.00", "fiscal": "100.00", "other": "20.00"},
    "goal": "完成12栋校舍维修。",
    "indicators": [
        {"level1": "产出指标", "level2": "数量指标", "name": "维修校舍", "annual_value": "≥12栋"},
        {"level1": "产出指标", "level2": "质量指标", "name": "验收合格率", "annual_value": "100%"},
        {"level1": "满意度指标", "level2": "服务对象满意度指标", "name": "师生满意度", "annual_value": "≥95%"},
    ],
}


def shown(project: ProjectReading) -> dict[str, Any]:
    found = project.model_dump(exclude_defaults=True, mode="json")
    if "indicators" in found:
        found["indicators"] = [dict(one) for one in found["indicators"]]
    return found


def labelled(project: ProjectReading) -> dict[str, str]:
    """The cells of the indicators that no field takes, each with the count of its indicator, and the project's own."""
    cells = {
        label if not index else f"{label}({index + 1})": value
        for index, one in enumerate(project.indicators)
        for label, value in one.attributes.items()
    }
    return project.attributes | cells


def without_merges(rows: Rows) -> Rows:
    """As Markdown and delimited text print it: blank where a merged cell goes on."""
    return [["" if cell in (UP, LEFT) else cell for cell in row] for row in rows]


def with_rows(*rows: list[str], at: int) -> Rows:
    return [*FORM[:at], *rows, *FORM[at:]]


SAME: dict[str, tuple[str | Rows, ...]] = {
    "as it is": (TITLE, FORM),
    "without merged cells": (TITLE, without_merges(FORM)),
    "title and unit in the table": ([[TITLE, LEFT, LEFT, LEFT, "单位：万元"], *FORM],),
    "the title in the table": ([[TITLE, LEFT, LEFT, LEFT, LEFT], *FORM],),
    "broken over a page": (TITLE, FORM[:8], TITLE, [[HEADER[0][0], *FORM[8][1:]], *FORM[9:]]),
    "broken over a page, header again": (TITLE, FORM[:8], TITLE, "— 2 —", HEADER + FORM[8:]),
    "inside the indicators": (TITLE, FORM[:-2], [["绩效指标", "产出指标", *FORM[-2][2:]], FORM[-1]]),
    "the head again on a new page": (TITLE, FORM[:8], TITLE, NAME + HEADER + FORM[8:]),
    "labels along the side, one character a row": (
        TITLE,
        [[["绩", "效", "指", "标"][index % 4], *row[1:]] if index > 5 else row for index, row in enumerate(FORM)],
    ),
    "the goal below its heading": (
        TITLE,
        NAME
        + MONEY
        + [["年度绩效目标", LEFT, LEFT, LEFT, LEFT], [GOAL[0][1], LEFT, LEFT, LEFT, LEFT]]
        + HEADER
        + ITEMS,
    ),
    "the goal beside two labels": (
        TITLE,
        NAME + MONEY + [["总体目标", "年度目标", GOAL[0][1], LEFT, LEFT]] + HEADER + ITEMS,
    ),
    "the goal in two rows beside its label": (
        TITLE,
        [
            *NAME,
            *MONEY,
            ["年度目标", "完成12栋", LEFT, LEFT, LEFT],
            [UP, "校舍维修。", LEFT, LEFT, LEFT],
            *HEADER,
            *ITEMS,
        ],
    ),
    "labels and values in one cell": (
        TITLE,
        [
            ["项目名称：校舍维修", LEFT, LEFT, LEFT, LEFT],
            ["主管部门：云溪市教育局", LEFT, "实施单位：云溪市第一中学", LEFT, LEFT],
            *FORM[2:],
        ],
    ),
    "blank rows of the template": (
        TITLE,
        [*FORM, [UP, UP, UP, "……", ""], [UP, "效益指标", "生态效益指标", "", ""], [UP, UP, UP, "指标2：", ""]],
    ),
    "the unit above the table": (
        TITLE,
        "单位：万元",
        [["项目资金", *row[1:]] if row is MONEY[0] else row for row in FORM],
    ),
    "the unit in the cells": (
        TITLE,
        [
            ["项目资金", row[1], f"{row[2]}万元", LEFT, LEFT] if "0.00" in row[2] else row
            for row in [["项目资金", *row[1:]] if row is MONEY[0] else row for row in FORM]
        ],
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_form(name: str) -> None:
    result = extract(*SAME[name])
    assert [shown(record.project) for record in result.records] == [READ]
    assert {record.normalized.amounts["total"] for record in result.records} == {"1200000"}
    flags = [flag.code for record in result.records for flag in record.flags]
    assert flags == (["boundary_unsure"] if name == "the head again on a new page" else [])
    assert not result.document.flags


def test_several_forms_in_one_file() -> None:
    other = [[cell.replace("校舍", "操场") for cell in row] for row in FORM]
    found = projects(TITLE, FORM, TITLE, other, "— 2 —")
    assert [project.name for project in found] == ["校舍维修", "操场维修"]
    assert [len(project.indicators) for project in found] == [3, 3]
    assert [project.name for project in projects(FORM + other)] == ["校舍维修", "操场维修"]


def test_a_form_may_begin_with_another_label_than_its_name() -> None:
    forms = [[["项目编码", f"X{number}", LEFT, LEFT, LEFT], *FORM] for number in (1, 2)]
    found = projects(forms[0] + [[cell.replace("校舍", "操场") for cell in row] for row in forms[1]])
    assert [(one.name, one.attributes) for one in found] == [
        ("校舍维修", {"项目编码": "X1"}),
        ("操场维修", {"项目编码": "X2"}),
    ]


def test_labels_of_money_in_a_table_that_keeps_merged_cells_to_the_side_alone() -> None:
    rows = [
        NAME[0],
        ["资金来源（万元）", "项目", "上年度预算安排", "上年度实际执行", "本年度申请金额"],
        ["", "合计", "88", "86.2", "124"],
        ["", "财政拨款", "80", "78.2", "110"],
        ["", "其他资金", "8", "8", "14"],
    ]
    header = ["绩效指标", "二级指标", "三级指标", "上年度实际水平", "本年度计划水平"]
    [project] = projects(TITLE, [*rows, *GOAL, header, ["", "目标完成程度", "维修校舍", "9栋", "12栋"]])
    assert (project.amounts.total, project.amounts.fiscal, project.amounts.other) == ("124", "110", "14")
    assert [(one.name, one.annual_value) for one in project.indicators] == [("维修校舍", "12栋")]


def test_parts_of_a_goal_in_rows_of_their_own_are_one_goal() -> None:
    parts = [["年度目标1", "完成12栋校舍维修。", LEFT, LEFT, LEFT], ["年度目标2", "师生满意。", LEFT, LEFT, LEFT]]
    [project] = projects(TITLE, NAME + MONEY + parts + HEADER + ITEMS)
    assert project.goal == "完成12栋校舍维修。师生满意。"


@pytest.mark.parametrize("colon", ["：", ""])
def test_the_sums_of_a_project_in_one_cell_each_with_its_label(colon: str) -> None:
    cell = f"年度资金总额：120.00\n其中：财政拨款{colon}100.00\n其他资金{colon}20.00"
    [project] = projects(TITLE, [*NAME, ["资金情况\n（万元）", cell, LEFT, LEFT, LEFT], *GOAL, *HEADER, *ITEMS])
    assert shown(project)["amounts"] == READ["amounts"]


def test_a_planned_value_beside_that_of_a_base_year() -> None:
    header = ["一级指标", "二级指标", "三级指标", "基期值", "计划值"]
    [project] = projects(TITLE, [*NAME, *GOAL, header, ["产出指标", "数量指标", "维修校舍", "9栋", "12栋"]])
    assert [one.annual_value for one in project.indicators] == ["12栋"]


def test_labels_over_the_values_of_one_project_are_a_form() -> None:
    rows = [
        ["项目名称", "项目编码", "主管部门", "实施单位", "项目负责人"],
        ["校舍维修", "X1", "云溪市教育局", "云溪市第一中学", "王某"],
        ["项目总额（万元）", "其中：财政拨款", "其他资金", "起始年度", "终止年度"],
        ["120.00", "100.00", "20.00", "2026", "2026"],
        ["年度绩效目标", LEFT, LEFT, LEFT, LEFT],
        ["完成12栋校舍维修。", LEFT, LEFT, LEFT, LEFT],
        ["一级指标", "二级指标", "三级指标", "指标值", "评分标准"],
        ["产出指标", "数量指标", "维修校舍", "≥12栋", "少1栋扣5分"],
        [UP, "质量指标", "验收合格率", "100%", "每低1%扣1分"],
    ]
    [project] = projects(TITLE, rows)
    found = shown(project)
    assert {key: found[key] for key in ("name", "department", "unit", "amounts", "goal")} == {
        key: READ[key] for key in ("name", "department", "unit", "amounts", "goal")
    }
    assert [one.annual_value for one in project.indicators] == ["≥12栋", "100%"]
    two = [*rows[:2], ["操场维修", "X2", "云溪市教育局", "云溪市第一中学", "王某"]]
    assert projects(TITLE, two) == []


def test_a_second_label_of_a_name_without_a_value_begins_no_form() -> None:
    above = [["项目基本信息", "二级项目名称", "校舍维修", LEFT, LEFT], [UP, "挂接一级项目名称", "", LEFT, LEFT]]
    [project] = projects(TITLE, [*above, *FORM[1:]])
    assert (project.name, len(project.indicators)) == ("校舍维修", 3)


LABELLED: dict[str, tuple[list[list[str]], dict[str, Any]]] = {
    "labels of any kind are kept": (
        [["项目编码", "3301", "是否纳入评审", "是", LEFT], ["项目期", "1年", "备注", "", LEFT]],
        {"attributes": {"项目编码": "3301", "是否纳入评审": "是", "项目期": "1年"}},
    ),
    "a value that is a label elsewhere": (
        [["资金来源", "财政拨款", "项目期", "1年", LEFT]],
        {"attributes": {"资金来源": "财政拨款", "项目期": "1年"}},
    ),
    "a value that is a label elsewhere, alone": (
        [["资金来源", "财政拨款", LEFT, LEFT, LEFT]],
        {"attributes": {"资金来源": "财政拨款"}},
    ),
    "two units: the one that does the work": (
        [["申报单位", "云溪市教研室", LEFT, LEFT, LEFT]],
        {"attributes": {"申报单位": "云溪市教研室"}},
    ),
    "funding of its own name": (
        [["项目资金", "县级配套", "7.00", LEFT, LEFT]],
        {"amounts": {**READ["amounts"], "breakdown": [{"label": "县级配套", "amount": "7.00"}]}},  # type: ignore[dict-item]
    ),
    "carried over from last year": (
        [["上年结转", "3.00", "其中：中央补助", "2.00", LEFT]],
        {
            "amounts": {
                **READ["amounts"],  # type: ignore[dict-item]
                "breakdown": [{"label": "上年结转", "amount": "3.00"}, {"label": "中央补助", "amount": "2.00"}],
            }
        },
    ),
    "several years' goal": (
        [["中长期目标", "三年完成36栋。", LEFT, LEFT, LEFT]],
        {"attributes": {"中长期目标": "三年完成36栋。"}},
    ),
    "a note": ([["注：本表一式三份。", LEFT, LEFT, LEFT, LEFT]], {"attributes": {"注": "本表一式三份。"}}),
}


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("merges", [True, False])
def test_labels(name: str, merges: bool) -> None:
    rows, more = LABELLED[name]
    form = with_rows(*rows, at=5)
    (project,) = projects(TITLE, form if merges else without_merges(form))
    assert shown(project) == READ | more


def test_labels_below_the_indicators() -> None:
    (project,) = projects(TITLE, [*FORM, ["风险点", "汛期施工", LEFT, LEFT, LEFT], ["备注", "跨年", LEFT, LEFT, LEFT]])
    assert shown(project) == READ | {"attributes": {"风险点": "汛期施工", "备注": "跨年"}}


def test_a_second_column_of_words_is_no_twin() -> None:
    header = ["一级指标", "二级指标", "三级指标", "指标描述", "指标值"]
    items = [["产出指标", "数量指标", "维修校舍", "完工的栋数", "≥12栋"], ["", "质量指标", "合格率", "合格率", "100%"]]
    (project,) = projects(TITLE, [*NAME, *MONEY, *GOAL, header, *items])
    assert [(one.name, one.annual_value) for one in project.indicators] == [("维修校舍", "≥12栋"), ("合格率", "100%")]
    assert labelled(project) == {"指标描述": "完工的栋数", "指标描述(2)": "合格率"}


def test_a_person_and_a_telephone_number() -> None:
    row = ["项目单位", "云溪市第一中学", "项目负责人", "张某", "13900000000"]
    (project,) = projects(TITLE, [NAME[0], row, *MONEY, *GOAL, *HEADER, *ITEMS])
    assert project.unit == "云溪市第一中学"
    assert project.attributes == {"项目负责人": "张某", "项目负责人(2)": "13900000000"}


def test_a_label_of_the_head_is_no_value() -> None:
    (project,) = projects(
        TITLE, [NAME[0], ["主管部门", "实施单位", "云溪市第一中学", LEFT, LEFT], *MONEY, *GOAL, *HEADER, *ITEMS]
    )
    assert (project.department, project.unit) == (None, "云溪市第一中学")


def test_a_form_above_which_the_end_of_another_stands() -> None:
    """A page that begins inside of a form: its rest is told, and the form below is whole."""
    rest = [["", "一级指标", "二级指标", "三级指标", "指标值"], *ITEMS, ["合计", "100", LEFT, LEFT, LEFT]]
    result = extract([*rest, [TITLE, LEFT, LEFT, LEFT, LEFT], *FORM])
    (record,) = result.records
    assert shown(record.project) == READ
    assert [flag for flag in result.document.flags if flag.code == "unclaimed_text"]


def test_who_signs_below_the_indicators_and_what_heads_their_values() -> None:
    years = [UP, UP, UP, "2025年实际完成值", "预期2026年实现值"]
    signs = ["绩效管理科(盖章)", LEFT, LEFT, "业务科(盖章)", LEFT]
    (record,) = extract(TITLE, [*NAME, *MONEY, *GOAL, *HEADER, years, *ITEMS, signs]).records
    assert [one.name for one in record.project.indicators] == [row[3] for row in ITEMS]


MONEY_OF_PERIODS: dict[str, tuple[Rows, dict[str, str | None], dict[str, str]]] = {
    "side by side": (
        [
            ["项目资金（万元）", "中期资金总额", "360.00", "年度资金总额", "120.00"],
            [UP, "其中：财政拨款", "300.00", "其中：财政拨款", "100.00"],
        ],
        {"total": "120.00", "fiscal": "100.00"},
        {"中期资金总额": "360.00", "中期资金总额·财政拨款": "300.00"},
    ),
    "one below the other": (
        [
            ["项目资金（万元）", "项目资金总额", "360.00", LEFT, LEFT],
            [UP, "其中：财政拨款", "300.00", LEFT, LEFT],
            [UP, "年度资金总额", "120.00", LEFT, LEFT],
            [UP, "其中：财政拨款", "100.00", LEFT, LEFT],
        ],
        {"total": "120.00", "fiscal": "100.00"},
        {"项目资金总额": "360.00", "项目资金总额·财政拨款": "300.00"},
    ),
    "one period only": (
        [["项目资金（万元）", "项目资金总额", "360.00", "其中：财政拨款", "300.00"]],
        {"total": "360.00", "fiscal": "300.00"},
        {},
    ),
    "other funds only": (
        [["项目资金（万元）", "资金总额", "36.00", "其中：财政拨款", ""], [UP, "其他资金", "36.00", "", ""]],
        {"total": "36.00", "fiscal": None, "other": "36.00"},
        {},
    ),
    "what it is spent on, in brackets": (
        [["项目资金", "年度资金总额", "120万（校舍90万元，操场30万元）", LEFT, LEFT]],
        {"total": "120", "fiscal": None},
        {},
    ),
    "where it comes from, in brackets": (
        [["项目资金", "年度资金总额", "120万元(其中:省级补助资金90万元;县级配套资金30万元)", LEFT, LEFT]],
        {"total": "120", "fiscal": None},
        {"省级补助资金": "90", "县级配套资金": "30"},
    ),
    "in one cell": (
        [
            [
                "资金总额及构成",
                "总额120万元\n一、财政拨款：90万元（其中：上级资金：60万元；本级资金：30万元）\n二、其他：30万元",
                LEFT,
                LEFT,
                LEFT,
            ]
        ],
        {"total": "120", "fiscal": "90", "other": "30"},
        {"上级资金": "60", "本级资金": "30"},
    ),
    "a table of money": (
        [
            ["项目资金（万元）", "", "年初预算数", "全年预算数", "执行数"],
            [UP, "年度资金总额", "110.00", "120.00", "99.00"],
            [UP, "其中：财政拨款", "90.00", "100.00", "80.00"],
        ],
        {"total": "120.00", "fiscal": "100.00"},
        {},
    ),
}


@pytest.mark.parametrize("name", MONEY_OF_PERIODS)
def test_money(name: str) -> None:
    rows, expected, breakdown = MONEY_OF_PERIODS[name]
    (project,) = projects(TITLE, NAME + rows + GOAL + HEADER + ITEMS)
    assert {field: getattr(project.amounts, field) for field in expected} == expected
    assert {line.label: line.amount for line in project.amounts.breakdown} == breakdown
    if name == "what it is spent on, in brackets":
        assert project.attributes == {"校舍": "90万元", "操场": "30万元"}
    if name == "a table of money":
        assert project.attributes["年度资金总额·执行数"] == "99.00"
        assert project.attributes["财政拨款·年初预算数"] == "90.00"


@pytest.mark.parametrize("value", ["约120万", "见附件", "120.00\n130.00", "120万（校舍90万元）", "120万（含税）"])
def test_an_amount_that_is_none_is_flagged(value: str) -> None:
    rows = [["项目资金（万元）", "年度资金总额", value, LEFT, LEFT]]
    (record,) = extract(TITLE, NAME + rows + GOAL + HEADER + ITEMS).records
    assert record.project.amounts.total is None
    assert "unclaimed_text" in {flag.code for flag in record.flags}


@pytest.mark.parametrize("cell", [["上年结转（元）", "5000.00"], ["上年结转", "5000.00元"]])
def test_two_units_of_money_in_one_form_are_flagged(cell: list[str]) -> None:
    result = extract(TITLE, with_rows([*cell, LEFT, LEFT, LEFT], at=5))
    assert result.records[0].normalized.amounts == {}
    assert result.records[0].normalized.scale is None
    assert "unit_scale_suspect" in {flag.code for flag in result.document.flags}
    (flag,) = [flag for flag in result.records[0].flags if flag.code == "unit_scale_suspect"]
    assert flag.path == "amounts"


def test_a_label_of_something_else_tells_nothing_of_the_unit() -> None:
    result = extract(TITLE, with_rows(["人均标准（元）", "500", LEFT, LEFT, LEFT], at=3))
    scale = result.records[0].normalized.scale
    assert scale is not None
    assert (scale.unit, scale.evidence) == ("万元", "column")


def test_the_money_of_several_years_is_no_part_of_the_year() -> None:
    rows = [
        ["项目资金（万元）", "中期资金总额", "360.00", "年度资金总额", "120.00"],
        [UP, "其中：财政拨款", "300.00", "其中：财政拨款", ""],
    ]
    (record,) = extract(TITLE, NAME + rows + GOAL + HEADER + ITEMS).records
    assert [line.basis for line in record.normalized.funding] == ["several_years", "several_years"]
    assert "parts_do_not_sum" not in {flag.code for flag in record.flags}


TWIN_HEADER = ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"]
TWINS: dict[str, tuple[list[str], list[tuple[str, str | None, str | None]]]] = {
    "the same indicator": (["数量指标", "面积", "30亩", "数量指标", "面积", "10亩"], [("面积", "30亩", "10亩")]),
    "two indicators": (
        ["数量指标", "面积", "30亩", "数量指标", "株数", "90株"],
        [("面积", "30亩", None), ("株数", None, "90株")],
    ),
    "nothing for the year": (["数量指标", "面积", "30亩", "", "", ""], [("面积", "30亩", None)]),
    "nothing for the years": (["", "", "", "数量指标", "面积", "10亩"], [("面积", None, "10亩")]),
    "the same name in another category": (
        ["数量指标", "面积", "30亩", "质量指标", "面积", "10亩"],
        [("面积", "30亩", None), ("面积", None, "10亩")],
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_twin_columns(name: str) -> None:
    cells, expected = TWINS[name]
    wide = [[*row, LEFT, LEFT, LEFT] for row in NAME + MONEY + GOAL]
    result = extract(TITLE, [*wide, TWIN_HEADER, [UP, "产出指标", *cells]])
    (record,) = result.records
    found = [(one.name, one.cycle_value, one.annual_value) for one in record.project.indicators]
    assert found == expected
    assert {one.level1 for one in record.project.indicators} == {"产出指标"}
    assert {flag.code for flag in record.flags} <= {"cycle_annual_differ"}


@pytest.mark.parametrize("names", [("年度", "中期"), ("中期", "年度")])
def test_which_of_the_twins_is_the_year(names: tuple[str, str]) -> None:
    over = ["绩效指标", "", f"{names[0]}指标", LEFT, LEFT, f"{names[1]}指标", LEFT, LEFT]
    wide = [[*row, LEFT, LEFT, LEFT] for row in NAME + MONEY + GOAL]
    items = [UP, "产出指标", "数量指标", "面积", "1亩", "数量指标", "面积", "2亩"]
    (project,) = projects(TITLE, [*wide, over, TWIN_HEADER, items])
    (one,) = project.indicators
    assert (one.cycle_value, one.annual_value) == (("2亩", "1亩") if names[0] == "年度" else ("1亩", "2亩"))


def test_goals_of_two_periods_side_by_side() -> None:
    goals = [["总体目标", "中期目标", LEFT, "年度目标", LEFT], [UP, "三年36栋。", LEFT, "今年12栋。", LEFT]]
    (project,) = projects(TITLE, NAME + MONEY + goals + HEADER + ITEMS)
    assert (project.goal, project.attributes) == ("今年12栋。", {"中期目标": "三年36栋。"})
    goals[1][3] = ""
    (project,) = projects(TITLE, NAME + MONEY + goals + HEADER + ITEMS)
    assert (project.goal, project.attributes) == ("三年36栋。", {"中期目标": "三年36栋。"})


def test_numbers_and_columns_of_indicators() -> None:
    header = ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", LEFT, LEFT, "权重", "评分标准"]
    below = [UP, UP, UP, UP, "符号", "指标值", "单位", UP, UP]
    items = [
        [UP, "产出指标", "数量指标", "指标1：维修校舍", "≥", "12", "栋", "30", "按比例得分"],
        [UP, UP, UP, "指标2：更换门窗", "≥", "90", "扇", "20", ""],
        [UP, UP, "质量指标", "指标1：合格率", "＝", "100", "%", "50", "每低1%扣5分"],
    ]
    wide = [[*row, LEFT, LEFT, LEFT, LEFT] for row in NAME + MONEY + GOAL]
    (record,) = extract(TITLE, [*wide, header, below, *items]).records
    first = record.project.indicators[0]
    assert labelled(record.project) == {"评分标准": "按比例得分", "评分标准(3)": "每低1%扣5分"}
    assert [one.number for one in record.project.indicators] == [1, 2, 1]
    assert (first.name, first.operator, first.annual_value, first.measure_unit, first.weight) == (
        "维修校舍",
        "≥",
        "12",
        "栋",
        "30",
    )
    assert record.status == "unchecked"


def test_self_evaluation(tmp_path: Path) -> None:
    header = ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    goals = [
        ["年度总体目标", "预期目标", LEFT, LEFT, "实际完成情况", LEFT, LEFT, LEFT],
        [UP, "修12栋。", LEFT, LEFT, "修了11栋。", LEFT, LEFT, LEFT],
    ]
    items = [[UP, "产出指标", "数量指标", "维修校舍", "12栋", "11栋", "90", "82.5"]]
    total = ["总分", LEFT, LEFT, LEFT, LEFT, LEFT, "100", "92.5"]
    wide = [[*row, LEFT, LEFT, LEFT] for row in NAME + MONEY]
    (record,) = extract("项目支出绩效自评表", [*wide, *goals, header, *items, total]).records
    assert record.document.layout == "form-review"
    assert record.project.goal == "修12栋。"
    assert record.project.attributes == {
        "实际完成情况": "修了11栋。",
        "总分·分值": "100",
        "总分·得分": "92.5",
    }
    assert [(one.annual_value, one.weight) for one in record.project.indicators] == [("12栋", "90")]
    assert [one.attributes for one in record.project.indicators] == [{"实际完成值": "11栋", "得分": "82.5"}]
    assert record.status == "unchecked"


def blank(rows: Rows) -> Rows:
    labels = form_words(terms())
    return [
        [cell if cell in (UP, LEFT) or labels.label(cell) or "指标" in cell else "" for cell in row] for row in rows
    ]


OWN_WORDS = {
    "name": ("项目名称", "事项名称"),
    "goal": ("总体目标", "工作任务"),
    "level1": ("一级指标", "考核类别"),
    "level2": ("二级指标", "考核子类"),
    "indicator_name": ("三级指标", "考核内容"),
    "annual_value": ("指标值", "考核标准"),
}


def test_a_layout_of_ones_own_words() -> None:
    synonyms = {column: (own,) for column, (_, own) in OWN_WORDS.items()}
    spec = LayoutSpec(name="mine", title="我的", source="form", columns=("name",), column_synonyms=synonyms)  # type: ignore[arg-type]
    renamed = dict(OWN_WORDS.values())
    form = [[renamed.get("".join(cell.split()), cell) for cell in row] for row in FORM]
    assert chunk(document(TITLE, form)).layout is None
    (record,) = finish(survey(cut(document(TITLE, form), [spec])), {}, Settings(model=None, cache=False)).records
    assert (record.document.layout, shown(record.project)) == ("mine", READ)


def test_a_row_for_each_indicator_is_no_form() -> None:
    rows = [
        ["项目名称", "自定义栏", "金额", "年度目标", "绩效指标", LEFT, LEFT, LEFT],
        [UP, UP, UP, UP, "一级指标", "二级指标", "三级指标", "指标值"],
        ["校舍维修", "甲", "12.00", "维修校舍。", "产出指标", "数量指标", "校舍", "12栋"],
        [UP, UP, UP, UP, UP, "质量指标", "合格率", "100%"],
    ]
    result = extract("单位：万元", rows)
    assert result.document.document.layout == "grid-plain"
    assert [(one.project.name, len(one.project.indicators)) for one in result.records] == [("校舍维修", 2)]


WHOLE = [
    ["部门名称", "云溪市教育局", LEFT, LEFT, LEFT],
    ["年度总体目标", "办好教育。", LEFT, LEFT, LEFT],
    *HEADER,
    *ITEMS,
]


RESIDUE = [["总体目标", "目标1：\n目标2：\n……", LEFT, LEFT, LEFT]]


@pytest.mark.parametrize("goal", [[], RESIDUE])
def test_forms_that_are_no_projects(goal: Rows) -> None:
    result = extract(TITLE, blank(NAME + MONEY) + goal + blank(HEADER + ITEMS))
    assert (result.records, result.document.status) == ([], "no_projects")
    assert "空白模板" in (result.document.reason or "")
    result = extract("部门整体支出绩效目标表", WHOLE)
    assert (result.records, result.document.status) == ([], "no_projects")
    assert "整体支出" in (result.document.reason or "")


@pytest.mark.parametrize("other", [("部门整体支出绩效目标表", WHOLE), (TITLE, blank(FORM))])
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_project_beside_one_that_is(other: tuple[str, Rows], first: bool) -> None:
    pieces = (*other, TITLE, FORM) if first else (TITLE, FORM, *other)
    result = extract(*pieces)
    assert [shown(record.project) for record in result.records] == [READ]
    assert [flag.code for flag in result.document.flags] == ["unclaimed_text"]


def test_the_same_forms_from_every_format(tmp_path: Path) -> None:
    rows = without_merges(FORM)
    one_line = [[cell.replace("\n", "") for cell in row] for row in rows]
    bars = ["| " + " | ".join(row) + " |" for row in one_line]
    spans = [[(cell, *span(FORM, down, across)) for across, cell in enumerate(row)] for down, row in enumerate(FORM)]
    html = "".join(
        "<tr>"
        + "".join(f'<td rowspan="{high}" colspan="{wide}">{cell}</td>' for cell, high, wide in row if high)
        + "</tr>"
        for row in spans
    )
    sources = {
        "md": "\n".join([TITLE, "", bars[0], "|---" * 5 + "|", *bars[1:]]),
        "tsv": "\n".join([TITLE + "\t" * 4, *("\t".join(row) for row in one_line)]),
        "html": f"<!DOCTYPE html><meta charset=utf-8><h1>{TITLE}</h1><table>{html}</table>",
    }
    for suffix, text in sources.items():
        path = tmp_path / f"source.{suffix}"
        path.write_text(text, encoding="utf-8")
        result = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))
        assert [shown(record.project) for record in result.records] == [READ], suffix
        assert [record.status for record in result.records] == ["unchecked"], suffix


def span(rows: Rows, down: int, across: int) -> tuple[int, int]:
    """Rows and columns of the cell that begins here; none where another goes on."""
    if rows[down][across] in (UP, LEFT):
        return 0, 0
    high = next((more for more in range(1, len(rows) - down) if rows[down + more][across] != UP), len(rows) - down)
    row = rows[down]
    wide = next((more for more in range(1, len(row) - across) if row[across + more] != LEFT), len(row) - across)
    return high, wide


WORDS = """
项目名称 主管部门 财政拨款 其中：财政拨款 年度资金总额 项目资金（万元） 资金来源 目标 年度目标 总体目标 绩效指标
一级指标 二级指标 三级指标 指标值 产出指标 数量指标 指标1：面积 12.00 ≥3 校舍维修 备注 总分 自定义栏 合计
完成维修，保障安全。 甲：乙 项目名称：丙 实际完成值 全年预算数
"""
CELLS = st.sampled_from(["", UP, LEFT, TITLE, "12\n.00", *WORDS.split()])


@example(rows=[["", "", "一级指标", "指标值", "自定义栏"], ["", "", "", "一级指标", "二级指标"]], at=1)
@example(rows=[["完成维修，保障安全。", "", "项目名称", "项目名称", "项目名称"]], at=8)
@example(
    rows=[
        *([[""] * 5] * 3),
        ["", "", "", "", "项目名称：丙"],
        ["", TITLE, "校舍维修", "", ""],
        ["", "一级指标", UP, "二级指标", ""],
    ],
    at=0,
)
@example(
    rows=[["", "", "", TITLE, ""], ["", "", TITLE, "12\n.00", ""], [TITLE, "12.00", TITLE, "", ""]],
    at=0,
)
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=12), st.integers(0, 10))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_whatever_the_cells(rows: Rows, at: int) -> None:
    """Every character of a form's rows is in its block, unless its cell is a label and nothing else."""
    one = document(TITLE, FORM[:at] + rows + FORM[at:])
    chunks = chunk(one)
    assert chunks.characters.total == len(one.text)
    if chunks.layout is None or chunks.layout.source != "form":
        return
    if any(block.notes for block in chunks.blocks):
        return  # a head printed again on a new page is one head
    words = form_words(terms())
    seen = {offset for block in chunks.blocks for offset in block.content.offsets if offset != SYNTHETIC}
    printed = squash("".join(block.content.text for block in chunks.blocks))
    inside = [(block.start, block.end) for block in chunks.blocks]
    for row in one.tables[0].rows:
        spots = spots_of(row)
        if not any(start <= row.start and row.end <= end for start, end in inside):
            continue
        if header_of(row, [spot for spot in spots if not spot.is_blank], words, {}) is not None:
            continue
        for spot in spots:
            word = squash(spot.text)
            known = words.label(spot.text) or words.fragment.fullmatch(word) or words.column(spot.text)
            heading = (
                word == squash(TITLE)
                or words.residue.fullmatch(word)
                or category("level1", word)
                or category("level2", word)
            )
            if (
                known
                or heading
                or f"【{word}】" in printed
                or f"【{word}·" in printed
                or words.inline(spot.cell.content)
            ):
                continue
            assert not word or any(offset in seen for offset in spot.cell.content.offsets), spot.text


EQUIPMENT = [
    ["设备名称", "数量", "单价", "用途说明"],
    ["清扫车", "3", "350000", "新增"],
    ["垃圾桶", "200", "300", "更新"],
]
GRID = [
    ["项目名称", "金额", "绩效目标", "绩效指标"],
    ["公厕维护", "30", "维护公厕。", "1、数量指标：座数，指标值：50座"],
    ["绿地养护", "20", "养护绿地。", "1、数量指标：面积，指标值：2万平方米"],
]
SIMPLE: Rows = [
    ["项目名称", "道路保洁", "主管部门", "城管局"],
    ["资金总额（万元）", "80", "其中：财政拨款", "80"],
    ["年度目标", "保洁道路。", LEFT, LEFT],
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "保洁面积", "80万平方米"],
]


@pytest.mark.parametrize(
    ("other", "apart"), [(EQUIPMENT, True), (EQUIPMENT, False), (GRID, False)], ids=["apart", "below", "of projects"]
)
def test_a_table_behind_a_form_is_no_part_of_it(other: Rows, apart: bool) -> None:
    result = extract("项目支出绩效目标申报表", *((SIMPLE, other) if apart else ([*SIMPLE, *other],)))
    (record,) = result.records
    assert (record.project.name, len(record.project.indicators)) == ("道路保洁", 1)
    (flag,) = result.document.flags
    assert flag.code == ("reader_note" if apart else "unclaimed_text")
    (span,) = flag.spans
    text = document("项目支出绩效目标申报表", *((SIMPLE, other) if apart else ([*SIMPLE, *other],))).text
    assert "".join(text[slice(*span)].split()) == "".join(cell for row in other for cell in row)


def test_a_list_of_projects_behind_a_form_is_read_by_its_own_layout() -> None:
    result = extract("项目支出绩效目标申报表", SIMPLE, GRID)
    assert [(record.project.name, record.document.layout) for record in result.records] == [
        ("道路保洁", "form"),
        ("公厕维护", "grid-labelled"),
        ("绿地养护", "grid-labelled"),
    ]
    assert result.document.document.layout == "form+grid-labelled"
    assert "unclaimed_text" not in [flag.code for flag in result.document.flags]


def test_a_form_behind_another_table_is_read() -> None:
    result = extract("项目支出绩效目标申报表", SIMPLE, EQUIPMENT, "项目支出绩效目标申报表", SIMPLE)
    assert [record.project.name for record in result.records] == ["道路保洁", "道路保洁"]
    assert [len(record.project.indicators) for record in result.records] == [1, 1]


def test_the_money_of_a_table_above_a_form_is_not_the_project_s() -> None:
    """A table of revenue and spending has labels of a form's; what it says is told as text outside of the projects."""
    revenue: Rows = [
        ["收入", LEFT, "支出", LEFT],
        ["项目", "决算数", "项目", "决算数"],
        ["一、财政拨款收入", "655.00", "一、教育支出", "671.00"],
        ["二、其他收入", "16.00", "", ""],
        ["总计", "671.00", "总计", "671.00"],
    ]
    result = extract("收支总表", "单位：万元", revenue, "附件1", "项目支出绩效自评表", SIMPLE)
    (record,) = result.records
    assert record.project.name == "道路保洁"
    assert record.project.amounts.model_dump(exclude_defaults=True) == {"total": "80", "fiscal": "80"}
    assert "unclaimed_text" in [flag.code for flag in result.document.flags]


def test_the_head_of_a_form_above_another_title_is_not_lost() -> None:
    """A title inside of a form parts it only from what tells nothing of a project."""
    (record,) = extract(TITLE, SIMPLE[:1], "项目支出绩效目标表", SIMPLE[1:]).records
    assert (record.project.name, record.project.department) == ("道路保洁", "城管局")


def test_the_unit_in_a_row_of_its_own() -> None:
    rows = [SIMPLE[0], ["填报单位：环卫站", LEFT, LEFT, LEFT], *SIMPLE[1:]]
    (record,) = extract("项目支出绩效目标申报表", rows).records
    assert (record.project.department, record.project.unit) == ("城管局", "环卫站")


SITES = {
    "below the header": [
        ["一级指标", "二级指标", "三级指标", "指标值", LEFT, LEFT],
        [UP, UP, UP, "全省合计", "望川市", "溪口县"],
    ],
    "in the header": [["一级指标", "二级指标", "三级指标", "全省", "望川市", "溪口县"]],
}


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("label", ["项目名称", "专项名称", "转移支付名称"])
def test_a_column_of_values_for_each_site(name: str, label: str) -> None:
    rows = [
        [label, "农田建设补助资金", LEFT, LEFT, LEFT, LEFT],
        ["省级主管部门", "农业农村厅", LEFT, LEFT, LEFT, LEFT],
        ["年度金额（万元）", "52000", LEFT, LEFT, LEFT, LEFT],
        ["总体目标", "建设高标准农田。", LEFT, LEFT, LEFT, LEFT],
        *SITES[name],
        ["产出指标", "数量指标", "建设面积", "≥30万亩", "≥12万亩", "≥18万亩"],
        [UP, "质量指标", "合格率", "100%", "100%", "100%"],
    ]
    (record,) = extract("农田建设补助资金区域绩效目标表", rows).records
    project = record.project
    assert (project.name, project.department, project.amounts.total) == ("农田建设补助资金", "农业农村厅", "52000")
    assert [(one.name, one.annual_value) for one in project.indicators] == [("建设面积", "≥30万亩"), ("合格率", "100%")]
    assert labelled(project) == {"望川市": "≥12万亩", "溪口县": "≥18万亩", "望川市(2)": "100%", "溪口县(2)": "100%"}
    assert record.status == "unchecked"


def test_of_the_sites_none_is_the_whole() -> None:
    rows = [*SIMPLE[:3], ["一级指标", "二级指标", "三级指标", "望川市"], SIMPLE[4]]
    (record,) = extract("绩效目标申报表", rows).records
    assert record.project.indicators[0].annual_value is None
    assert labelled(record.project) == {"望川市": "80万平方米"}
    assert [flag.code for flag in record.flags] == ["template_left_empty"]


def test_a_special_name_beside_the_projects_name_is_an_attribute() -> None:
    (record,) = extract("绩效目标申报表", [["专项名称", "环卫专项", LEFT, LEFT], *SIMPLE]).records
    assert record.project.name == "道路保洁"
    assert record.project.attributes == {"专项名称": "环卫专项"}


def with_money(*rows: list[str]) -> list[ProjectReading]:
    return projects(TITLE, [*NAME, *rows, *GOAL, *HEADER, *ITEMS])


def amounts_of(project: ProjectReading) -> dict[str, Any]:
    found = project.amounts.model_dump(exclude_defaults=True, mode="json")
    return found | {"breakdown": {one["label"]: one["amount"] for one in found.get("breakdown", ())}}


def test_money_in_columns_below_the_names_of_the_sources() -> None:
    (found,) = with_money(
        ["项目资金", "资金来源", "合计", "一般公共预算", "单位资金"],
        [UP, "金额（万元）", "320.00", "300.00", ""],
    )
    assert amounts_of(found) == {"total": "320.00", "breakdown": {"一般公共预算": "300.00"}}
    assert found.attributes == {}


def test_a_table_of_money_with_a_header_over_its_labels() -> None:
    (found,) = with_money(
        ["预算执行情况（万元）", "资金来源", "全年预算数（A）", "全年执行数（B）", "执行率（B/A）"],
        [UP, "年度资金总额", "400", "388", "97%"],
        [UP, "其中：财政资金", "380", "370", "97.4%"],
    )
    assert amounts_of(found) == {"total": "400", "fiscal": "380", "breakdown": {}}
    assert found.attributes["财政资金·全年执行数（B）"] == "370"


def test_money_beside_what_was_spent_of_it() -> None:
    (found,) = with_money(
        ["项目预算执行情况（万元）", "预算数", "120", "执行数", "118"],
        [UP, "其中：财政拨款", "100", "其中：财政拨款", "99"],
    )
    assert amounts_of(found) == {"total": "120", "fiscal": "100", "breakdown": {}}
    assert found.attributes == {"执行数": "118", "执行数·财政拨款": "99"}


def test_sources_that_no_word_knows_filled_or_blank() -> None:
    (record,) = extract(
        TITLE,
        [
            *NAME,
            ["资金情况（万元）", "年度资金总额", "320", LEFT, LEFT],
            [UP, "其中：中央补助", "300", LEFT, LEFT],
            [UP, "乡镇资金", "20", LEFT, LEFT],
            [UP, "市县资金", "", LEFT, LEFT],
            *GOAL,
            *HEADER,
            *ITEMS,
        ],
    ).records
    assert amounts_of(record.project) == {"total": "320", "breakdown": {"中央补助": "300", "乡镇资金": "20"}}
    assert not record.flags


def test_money_of_all_years_by_another_name() -> None:
    rows = [
        ["资金（万元）", "总体资金", "5000", "年度资金", "1200"],
        [UP, "其中：财政拨款", "3000", "其中：财政拨款", "1200"],
    ]
    (record,) = extract(TITLE, [*NAME, *rows, *GOAL, *HEADER, *ITEMS]).records
    found = record.project
    assert record.normalized.amounts["total"] == "12000000"
    assert amounts_of(found) == {
        "total": "1200",
        "fiscal": "1200",
        "breakdown": {"总体资金": "5000", "总体资金·财政拨款": "3000"},
    }


def test_the_years_total_again_among_its_sources() -> None:
    (found,) = with_money(
        ["项目总预算（万元）", "1500", LEFT, "项目当年预算（万元）", "500"],
        ["项目资金来源", "合计", "500", LEFT, LEFT],
        [UP, "财政拨款收入", "450", LEFT, LEFT],
    )
    assert amounts_of(found) == {"total": "500", "fiscal": "450", "breakdown": {"项目总预算": "1500"}}


def test_all_years_money_that_is_the_years_stays_what_it_is() -> None:
    (found,) = with_money(["项目资金（万元）", "项目资金总额", "300", "年度资金总额", "300"])
    assert amounts_of(found) == {"total": "300", "breakdown": {"项目资金总额": "300"}}


@pytest.mark.parametrize("label", ["申请金额（万元）", "项目申报金额（万元）"])
def test_an_amount_that_is_applied_for(label: str) -> None:
    (record,) = extract(TITLE, [*NAME, [label, "350.00", LEFT, LEFT, LEFT], *GOAL, *HEADER, *ITEMS]).records
    assert (record.project.amounts.total, record.project.attributes) == ("350.00", {})
    assert record.normalized.amounts["total"] == "3500000"


def test_a_unit_above_forms_that_stand_in_one_table_is_that_of_all() -> None:
    money = [["项目资金", *MONEY[0][1:]], *MONEY[1:]]
    form = [*NAME, *money, *GOAL, *HEADER, *ITEMS]
    result = extract(TITLE, "金额单位：元", [*form, *[[cell.replace("校舍", "操场") for cell in row] for row in form]])
    assert [record.document.amount_unit for record in result.records] == ["元", "元"]


def test_indicators_of_several_years_above_those_of_the_year() -> None:
    (found,) = projects(TITLE, [*NAME, *MONEY, *GOAL, ["长期绩效指标", *HEADER[0][1:]], *ITEMS, *HEADER, ITEMS[0]])
    values = [(one.cycle_value, one.annual_value) for one in found.indicators]
    assert values == [("≥12栋", None), ("100%", None), ("≥95%", None), (None, "≥12栋")]


def test_values_of_other_years_beside_the_years() -> None:
    header = [
        ["一级指标", "二级指标", "三级指标", "指标值", LEFT, LEFT],
        [UP, UP, UP, "前年", "上年", "预计当年实现"],
    ]
    head = [[*row, LEFT] for row in [*NAME, *MONEY, *GOAL]]
    (found,) = projects(TITLE, [*head, *header, ["产出指标", "数量指标", "维修校舍", "4栋", "6栋", "12栋"]])
    assert [(one.name, one.annual_value) for one in found.indicators] == [("维修校舍", "12栋")]
    assert labelled(found) == {"前年": "4栋", "上年": "6栋"}


@pytest.mark.parametrize(("later", "own"), [([], ["12栋", "≥95%"]), (["2027年指标值"], [None, None])])
def test_of_values_of_two_years_the_later_count_and_of_more_none(later: list[str], own: list[str | None]) -> None:
    header = ["一级指标", "二级指标", "三级指标", "2025年指标值", "2025年完成值", "2026年指标值", *later]
    first = ["产出指标", "数量指标", "维修校舍", "3栋", "3栋", "12栋", *(["20栋"] if later else [])]
    second = ["效益指标", "社会效益指标", "师生满意", "≥90%", "92%", "≥95%", *(["≥96%"] if later else [])]
    [record] = extract(TITLE, NAME + GOAL + [header, first, second]).records
    assert [one.annual_value for one in record.project.indicators] == own
    assert bool(own[0]) or "template_left_empty" in {flag.code.value for flag in record.flags}


def test_a_column_of_categories_beside_the_names_of_indicators() -> None:
    rows = [
        ["绩效指标", "指标类别", "指标名称", "目标值", "说明"],
        [UP, "产出数量", "维修校舍", "≥12栋", ""],
        [UP, "产出质量", "验收合格率", "100%", ""],
    ]
    [project] = projects(TITLE, NAME + GOAL + rows)
    assert [(one.level2, one.name, one.annual_value) for one in project.indicators] == [
        ("产出数量", "维修校舍", "≥12栋"),
        ("产出质量", "验收合格率", "100%"),
    ]


def test_of_values_of_quarters_and_of_the_year_the_year_s_counts() -> None:
    header = ["一级指标", "二级指标", "三级指标", "一季度指标值", "全年指标值"]
    rows = [
        header,
        ["产出指标", "数量指标", "维修校舍", "3栋", "12栋"],
        ["效益指标", "社会效益指标", "师生满意", "", "≥95%"],
    ]
    [project] = projects(TITLE, NAME + GOAL + rows)
    assert [one.annual_value for one in project.indicators] == ["12栋", "≥95%"]


def test_goals_as_headers_of_indicators_down_to_the_last_row() -> None:
    header = ["一级目标", "二级目标", "三级目标", "指标目标值", LEFT]
    rows = [["产出目标", "数量", "维修校舍", "=12栋", LEFT], ["影响力目标", "长效管理", "长效机制", "健全", LEFT]]
    result = extract(TITLE, [*NAME, *MONEY, *GOAL, header, *rows])
    (record,) = result.records
    read = [(one.level1, one.level2, one.name, one.annual_value) for one in record.project.indicators]
    assert read == [tuple(row[:4]) for row in rows]
    assert not record.flags
    assert not result.document.flags


def test_forms_side_by_side_are_never_read_as_one_without_a_word() -> None:
    left = [["项目名称", "校舍维修"], ["主管部门", "教育局"], ["年度目标", "维修校舍。"]]
    right = [["项目名称", "操场维修"], ["主管部门", "教育局"], ["年度目标", "维修操场。"]]
    head = [[*one, LEFT, *two, LEFT] for one, two in zip(left, right, strict=True)]
    columns = ["一级指标", "三级指标", "指标值"]
    (record,) = extract(
        TITLE, [*head, [*columns, *columns], ["产出指标", "面积", "9", "产出指标", "面积", "8"]]
    ).records
    assert any(flag.code == "unclaimed_text" and "操场维修" in flag.message for flag in record.flags)


def wide(rows: Rows, columns: int) -> Rows:
    """Rows whose last cell goes on over further columns."""
    return [[*row, *[LEFT] * (columns - len(row))] for row in rows]


def read_one(*rows: list[str], title: str = TITLE) -> ProjectReading:
    """The one project of a form with a name and a body, these rows, and indicators."""
    columns = max(len(row) for row in (*rows, *HEADER))
    (project,) = projects(title, wide([*NAME, *rows, *HEADER, *ITEMS], columns))
    return project


GOALS: dict[str, tuple[Rows, str | None, dict[str, str]]] = {
    "a pair of headings, the second in unknown words": (
        [
            ["年度总体目标", "年初拟定的目标", LEFT, "岁末回头看", LEFT],
            [UP, "修缮水渠9公里。", LEFT, "修缮了8公里。", LEFT],
        ],
        "修缮水渠9公里。",
        {"岁末回头看": "修缮了8公里。"},
    ),
    "short texts without a stop": (
        [["年度总体目标", "年初设定目标", LEFT, "完成情况综述", LEFT], [UP, "保障灌溉", LEFT, "保障到位", LEFT]],
        "保障灌溉",
        {"完成情况综述": "保障到位"},
    ),
    "all years' before the year's": (
        [["项目绩效目标", "项目总目标", LEFT, "年度总体目标", LEFT], [UP, "三年修完。", LEFT, "今年修一段。", LEFT]],
        "今年修一段。",
        {"项目总目标": "三年修完。"},
    ),
    "numbered headings inside a heading": (
        [
            ["项目基本情况", "1.项目年度目标完成情况", "项目年度目标", "年度目标完成情况", LEFT],
            [UP, UP, "清淤三处。", "已清淤三处。", LEFT],
            [UP, "2.实施过程概述", "三月开工。", LEFT, LEFT],
        ],
        "清淤三处。",
        {"年度目标完成情况": "已清淤三处。", "2.实施过程概述": "三月开工。"},
    ),
    "beside their labels": (
        [["实施期绩效目标", "三年修完。", LEFT, LEFT, LEFT], ["本年度绩效目标", "今年修一段。", LEFT, LEFT, LEFT]],
        "今年修一段。",
        {"实施期绩效目标": "三年修完。"},
    ),
    "what is to be done and to come of it": (
        [["项目总体概况", "水渠老旧。", LEFT, LEFT, LEFT], ["年度主要目标\n和成果", "修缮9公里。", LEFT, LEFT, LEFT]],
        "修缮9公里。",
        {"项目总体概况": "水渠老旧。"},
    ),
}


@pytest.mark.parametrize("name", GOALS)
@pytest.mark.parametrize("merges", [True, False])
def test_the_goal_is_what_is_aimed_at(name: str, merges: bool) -> None:
    rows, goal, attributes = GOALS[name]
    form = [*NAME, *rows, *HEADER, *ITEMS]
    (record,) = extract(TITLE, form if merges else without_merges(form)).records
    assert (record.project.goal, record.project.attributes) == (goal, attributes)
    assert not [flag for flag in record.flags if flag.code == "unclaimed_text"]


MONEY_OF_KINDS: dict[str, tuple[Rows, dict[str, Any]]] = {
    "two periods by their labels' build": (
        [
            ["资金情况（万元）", "项目资金总额：", "900", "年度资金申请总额", "300"],
            [UP, "其中：财政资金", "800", "其中：当年财政拨款", "250"],
            [UP, "", "", "上年结转资金", "20"],
            [UP, "其他资金", "100", "其他资金", "30"],
        ],
        {
            "total": "300",
            "fiscal": "250",
            "other": "30",
            "breakdown": {
                "项目资金总额": "900",
                "项目资金总额·财政资金": "800",
                "项目资金总额·其他资金": "100",
                "上年结转资金": "20",
            },
        },
    ),
    "the year's budget below all years'": (
        [
            ["项目资金\n预算执行\n10分", "项目总预算", "66", "财政资金预算分类", "一般公共预算"],
            [UP, "当年年度预算", "38", "", ""],
            [UP, "其中：财政资金", "30", "财政资金科目代码", "21305"],
            [UP, "其中：其它资金", "8", "", ""],
        ],
        {"total": "38", "fiscal": "30", "other": "8", "breakdown": {"项目总预算": "66"}},
    ),
    "an amount without 元, and of the level above": (
        [["年度本级\n预算金额", "86万", "该项目支出上级资金", "15万", LEFT]],
        {"total": "86", "breakdown": {"该项目支出上级资金": "15"}},
    ),
    "what is applied for among what all years cost": (
        [
            ["项目总投资", "60万元", "中央补助安排", "40万元", LEFT],
            ["单位自筹", "20万元", "预算申报数", "12万元", LEFT],
        ],
        {"total": "12", "breakdown": {"项目总投资": "60", "中央补助安排": "40", "单位自筹": "20"}},
    ),
    "subtotals and no total": (
        [
            ["项目资金（万元）", "年度资金总额", LEFT, LEFT, "金额（万元）"],
            [UP, "（一）财政拨款小计", LEFT, LEFT, "9.00"],
            [UP, "1、一般公共预算", LEFT, LEFT, "9.00"],
            [UP, "（二）自有资金小计", LEFT, LEFT, "2.50"],
            [UP, "（三）其他收入", LEFT, LEFT, "1.00"],
        ],
        {"fiscal": "9.00", "other": "1.00", "breakdown": {"一般公共预算": "9.00", "自有资金小计": "2.50"}},
    ),
    "a subtotal beside the label that it sums up, then what it is spent for": (
        [
            ["项目资金（万元）", "收入", LEFT, LEFT, "全年（程）预算数"],
            [UP, "资金总额", LEFT, LEFT, "80"],
            [UP, "财政拨款", "小计", LEFT, "70"],
            [UP, UP, "一般公共预算资金", LEFT, "70"],
            [UP, "其他资金", LEFT, LEFT, "10"],
            [UP, "支出", LEFT, "半年（程）计划执行数", "全年（程）预算数"],
            [UP, "水渠清淤", LEFT, "30", "80"],
        ],
        {"total": "80", "fiscal": "70", "other": "10", "breakdown": {"一般公共预算资金": "70"}},
    ),
    "planned, adjusted and executed": (
        [
            ["预算执行情况（10分）", "年度预算数（万元）", "年初预算", "调整后预算数", "预算执行数"],
            [UP, "总额", "38.00", "41.50", "40.00"],
            [UP, "其中：财政资金", "38.00", "41.50", "40.00"],
            [UP, "财政专户管理资金", "0.00", "0.00", "0.00"],
        ],
        {"total": "41.50", "fiscal": "41.50", "special_account": "0.00", "breakdown": {}},
    ),
    "the same header twice but for its brackets": (
        [
            ["预算资金（万元）", "资金来源", "预算金额（调整前）", "预算金额（调整后）", "实际支出"],
            [UP, "合计", "96.00", "83.40", "81.90"],
            [UP, "其中：一般公共预算", "80.00", "67.40", "67.40"],
        ],
        {"total": "83.40", "breakdown": {"一般公共预算": "67.40"}},
    ),
    "of unknown headers the one that the share is of": (
        [
            ["项目资金（万元）", "", "起初数", "追加后数", "用掉的数", "快慢"],
            [UP, "年度资金总额", "52.60", "58.31", "50.00", "85.75%"],
            [UP, "其中：财政拨款", "52.60", "55.31", "50.00", "90.40%"],
        ],
        {"total": "58.31", "fiscal": "55.31", "breakdown": {}},
    ),
    "last year and this year": (
        [
            ["项目资金情况", "项目资金申请（万元）", "项 目", "上年度安排资金", "本年度申请资金"],
            [UP, UP, "合 计", "16", "24"],
            [UP, UP, "区级资金", "16", "20"],
            [UP, UP, "自有资金", "", "4"],
            [UP, "支出明细预算（万元）", "项 目", "上年度安排资金", "本年度申请资金"],
            [UP, UP, "合 计", "16", "24"],
            [UP, UP, "1、印刷费", "16", "24"],
        ],
        {"total": "24", "breakdown": {"区级资金": "20", "自有资金": "4"}},
    ),
    "named sources": (
        [
            ["资金情况", "年度金额（万元）：", "80", LEFT, LEFT],
            [UP, "其中：中央补助（万元）", "60", LEFT, LEFT],
            [UP, "地方资金（万元）", "20", LEFT, LEFT],
        ],
        {"total": "80", "breakdown": {"中央补助": "60", "地方资金": "20"}},
    ),
    "of an investment plan": (
        [["下达中央预算内投资（万元）", "184", LEFT, LEFT, LEFT]],
        {"total": "184", "breakdown": {}},
    ),
}


@pytest.mark.parametrize("name", MONEY_OF_KINDS)
def test_money_of_kinds(name: str) -> None:
    rows, expected = MONEY_OF_KINDS[name]
    found = read_one(*rows, ["年度目标", "清淤三处。", LEFT, LEFT, LEFT])
    assert amounts_of(found) == {"breakdown": {}} | expected
    assert found.goal == "清淤三处。"


def test_two_amounts_of_a_field_with_no_word_for_their_period_are_a_doubt() -> None:
    rows = [
        ["项目资金（万元）", "甲类数目", "900", "乙类数目", "300"],
        [UP, "其中：财政拨款", "800", "其中：财政拨款", "250"],
    ]
    (record,) = extract(TITLE, [*NAME, *rows, *GOAL, *HEADER, *ITEMS]).records
    assert record.project.amounts.fiscal is None
    assert "unclaimed_text" in {flag.code for flag in record.flags}


BODIES: dict[str, tuple[Rows, str | None, str | None]] = {
    "the nearest of several": (
        [
            ["中央主管部门", "某部", LEFT, LEFT, LEFT],
            ["省级主管部门", "省厅", "区县主管部门", "县局", LEFT],
        ],
        "县局",
        None,
    ),
    "local before the ministry": (
        [["中央主管部门", "某部", LEFT, LEFT, LEFT], ["地方主管部门", "市局", "资金使用单位", "保障中心", LEFT]],
        "市局",
        "保障中心",
    ),
    "a code is no body": (
        [["主管部门编码", "205", "主管部门名称", "教育局", LEFT], ["项目实施单位", "职校", LEFT, LEFT, LEFT]],
        "教育局",
        "职校",
    ),
    "who does the work, not who watches over it": (
        [
            ["主管部门", "林业局", "监督管理单位", "督查室", LEFT],
            ["组织实施单位", "省局", "项目实施单位", "监测站", LEFT],
        ],
        "林业局",
        "监测站",
    ),
    "under a seal": (
        [["填报单位（盖章）：文管所", LEFT, LEFT, "单位：万元", LEFT], ["预算部门", "文旅局", LEFT, LEFT, LEFT]],
        "文旅局",
        "文管所",
    ),
    "a seal and no name": ([["填报单位:(盖章) 单位:万元", LEFT, LEFT, LEFT, LEFT]], None, None),
    "labels with a colon, left blank": (
        [["项目责任人：", LEFT, LEFT, "单位（盖章）：", LEFT], ["主管部门", "教育局", "实施单位", "小学", LEFT]],
        "教育局",
        "小学",
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_whose_project_it_is(name: str) -> None:
    rows, department, unit = BODIES[name]
    (record,) = extract(TITLE, [NAME[0], *rows, *MONEY, *GOAL, *HEADER, *ITEMS]).records
    assert (record.project.department, record.project.unit) == (department, unit)
    assert not [flag for flag in record.flags if flag.code == "unclaimed_text"]


INDICATORS: dict[str, tuple[Rows, list[dict[str, Any]], dict[str, str]]] = {
    "a name, a sign and a value without levels": (
        [
            ["绩效指标", "指标", "指标权重", "计量单位", "指标性质", "指标值"],
            [UP, "清淤处数", "60", "处", "≥", "3"],
            [UP, "村容", "40", "", "定性", ""],
        ],
        [
            {"name": "清淤处数", "weight": "60", "measure_unit": "处", "operator": "≥", "annual_value": "3"},
            {"name": "村容", "weight": "40", "operator": "定性"},
        ],
        {},
    ),
    "levels in short": (
        [
            ["一级", "二级", "三级", "年度数值", "备注"],
            ["产出值", "数量值", "清淤处数", ">=3处", "含小河"],
            [UP, "时效值", "清淤及时", "及时", ""],
        ],
        [
            {"level1": "产出值", "level2": "数量值", "name": "清淤处数", "annual_value": ">=3处"},
            {"level1": "产出值", "level2": "时效值", "name": "清淤及时", "annual_value": "及时"},
        ],
        {"备注": "含小河"},
    ),
    "signs, units and points under unknown words": (
        [
            ["一级指标", "二级指标", "三级指标", "方向", "指标值", "怎么数", "满分"],
            ["产出指标", "数量指标", "清淤处数", "≥", "3", "处", "40"],
            [UP, "质量指标", "合格率", "≧", "95", "%", "30"],
            ["效益指标", "社会效益指标", "受益人数", "＞=", "900", "人", "30"],
        ],
        [
            {"name": "清淤处数", "operator": "≥", "annual_value": "3", "measure_unit": "处", "weight": "40"},
            {"name": "合格率", "operator": "≧", "annual_value": "95", "measure_unit": "%", "weight": "30"},
            {"name": "受益人数", "operator": "＞=", "annual_value": "900", "measure_unit": "人", "weight": "30"},
        ],
        {},
    ),
    "the kind of value is its sign": (
        [
            ["一级指标", "二级指标", "三级指标", "指标值类型", "目标值", "度量单位", "指标值内容"],
            ["产出指标", "数量指标", "清淤处数", "≥", "3", "处", "反映清淤"],
        ],
        [{"name": "清淤处数", "operator": "≥", "annual_value": "3", "measure_unit": "处"}],
        {"指标值内容": "反映清淤"},
    ),
    "value and unit in one": (
        [
            ["一级指标", "二级指标", "三级指标", "指标值及单位", "绩效标准"],
            ["产出指标", "数量指标", "清淤处数", "3处", "计划标准"],
        ],
        [{"name": "清淤处数", "annual_value": "3处"}],
        {"绩效标准": "计划标准"},
    ),
    "half of the year and all of it, a goal as a category": (
        [
            ["一级指标", "二级指标", "三级指标", "半年（程）指标值", "全年（程）指标值"],
            ["决策", "项目立项", "程序规范性", "规范", "规范"],
            [UP, "绩效目标", "绩效目标合理性", "合理", "合理"],
        ],
        [
            {"level1": "决策", "level2": "项目立项", "name": "程序规范性", "annual_value": "规范"},
            {"level1": "决策", "level2": "绩效目标", "name": "绩效目标合理性", "annual_value": "合理"},
        ],
        {"半年（程）指标值": "规范", "半年（程）指标值(2)": "合理"},
    ),
    "two header rows": (
        [
            ["绩效指标", LEFT, LEFT, "年度指标值", LEFT, LEFT, "实际完成值", "分值"],
            ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", UP, UP],
            ["产出指标", "数量指标", "清淤处数", "≥", "3", "处", "4", "60"],
            ["其他需要说明事项", LEFT, LEFT, "无", LEFT, LEFT, LEFT, LEFT],
            ["总分", LEFT, LEFT, LEFT, LEFT, LEFT, LEFT, "100"],
        ],
        [{"name": "清淤处数", "operator": "≥", "annual_value": "3", "measure_unit": "处", "weight": "60"}],
        {"实际完成值": "4", "其他需要说明事项": "无", "总分·分值": "100"},
    ),
    "what nobody filled in": (
        [
            ["一级指标", "二级指标", "三级指标", "指标值"],
            ["产出指标", "数量指标", "指标1：新建堤防", "公里"],
            [UP, UP, "指标2：受益人口", "≥**万人"],
            [UP, "质量指标", "指标1：合格率", "≧ %"],
            [UP, "时效指标", "……", ""],
            [UP, "成本指标", "", ""],
            ["效益指标", "社会效益指标", "指标1：村容", "改善"],
        ],
        [{"name": "新建堤防"}, {"name": "受益人口"}, {"name": "合格率"}, {"name": "村容", "annual_value": "改善"}],
        {},
    ),
    "a header over one column too many": (
        [
            ["一级指标", LEFT, "二级指标", "三级指标", "单位", "指标值"],
            ["绩效指标", "产出指标", "数量指标", "清淤处数", "处", "3"],
            [UP, UP, "质量指标", "合格率", "%", "≥95"],
        ],
        [
            {"level1": "产出指标", "name": "清淤处数", "measure_unit": "处", "annual_value": "3"},
            {"level1": "产出指标", "name": "合格率", "measure_unit": "%", "annual_value": "≥95"},
        ],
        {},
    ),
    "points in the category": (
        [
            ["一级指标", "二级指标", "三级指标", "分值", "年度指标值", "全年实际值"],
            ["产出指标\n（50分）", "数量指标", "清淤处数", "50", "3处", "4处"],
        ],
        [{"level1": "产出指标（50分）", "name": "清淤处数", "weight": "50", "annual_value": "3处"}],
        {"全年实际值": "4处"},
    ),
}


@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("merges", [True, False])
def test_indicators_of_kinds(name: str, merges: bool) -> None:
    rows, expected, attributes = INDICATORS[name]
    columns = max(len(row) for row in rows)
    form = wide([*NAME, *MONEY, *GOAL, *rows], columns)
    if not merges and name in {"two header rows", "levels in short"}:
        return  # blank cells there may as well be blank
    (project,) = projects(TITLE, form if merges else without_merges(form))
    found = [dict(one) for one in shown(project)["indicators"]]
    assert [
        {key: value for key, value in one.items() if key in wanted} for one, wanted in zip(found, expected, strict=True)
    ] == expected
    assert [one.get("annual_value") for one in found] == [one.get("annual_value") for one in expected]
    assert labelled(project) == attributes


LISTED = [
    ["序号", "乡镇名称", "项 目 名 称", "金额", "备注"],
    ["1", "南坡镇", "南坡水渠", "12", ""],
    ["2", "北坡乡", "北坡水渠", "9", ""],
    ["合计", LEFT, LEFT, "21", ""],
]


def test_a_list_above_a_form_is_no_project_and_no_header() -> None:
    form = [["项目名称", "水渠资金", "主管部门(单位)名称", "水利局", LEFT], *MONEY, *GOAL, *HEADER, *ITEMS]
    result = extract("关于下达水渠资金的通知", "附件1", "水渠资金安排表", LISTED, "附件2", "水渠资金绩效目标表", form)
    (record,) = result.records
    assert (record.project.name, record.project.department, record.project.unit) == ("水渠资金", "水利局", None)
    assert result.document.document.title == "水渠资金绩效目标表"


def test_a_template_with_its_own_words_is_no_project() -> None:
    rows = [
        ["项目名称", "救助资金项目", LEFT, "负责人及电话", ""],
        ["主管部门", "", LEFT, "实施单位", ""],
        ["资金情况（万元）", "年度资金总额：", LEFT, LEFT, ""],
        ["总体目标", "目标1：（100字以内）", LEFT, LEFT, LEFT],
        *HEADER,
        [UP, "产出指标", "数量指标", "★救助人次", "≥**人次"],
        [UP, UP, "质量指标", "按时发放率", "≥**%"],
        [UP, "效益指标", "社会效益指标", "生活水平", "有所提升"],
    ]
    result = extract("绩效目标申报表（参考模板）", rows)
    assert (result.records, result.document.status) == ([], "no_projects")


def test_a_form_without_indicators_is_a_form() -> None:
    rows = [
        *NAME,
        *MONEY,
        ["总体目标", "中期目标", LEFT, "年度目标", LEFT],
        [UP, "三年修完。", LEFT, "今年修一段。", LEFT],
    ]
    (record,) = extract(TITLE, rows).records
    assert (record.project.name, record.project.amounts.total, record.project.goal) == (
        "校舍维修",
        "120.00",
        "今年修一段。",
    )
    assert record.project.attributes == {"中期目标": "三年修完。"}


def test_a_row_that_a_page_break_cut_in_two() -> None:
    form = [*FORM, [UP, "满意度指", "服务对象", "村民满", "≥90"]]
    rest = [["", "标（10分）", "满意度指标", "意度", "%"]]
    (record,) = extract(TITLE, form, rest).records
    last = record.project.indicators[-1]
    assert (last.level1, last.level2, last.name, last.annual_value) == (
        "满意度指标（10分）",
        "服务对象满意度指标",
        "村民满意度",
        "≥90%",
    )
    assert [flag.code for flag in record.flags] == ["boundary_unsure"]


def spread(rows: Rows) -> Rows:
    """As programs print it that repeat a merged cell in each cell that it covers."""
    full: Rows = []
    for row in rows:
        cells: list[str] = []
        for index, cell in enumerate(row):
            cells.append(full[-1][index] if cell == UP else cells[-1] if cell == LEFT else cell)
        full.append(cells)
    return full


def test_merged_cells_printed_again_in_every_cell() -> None:
    result = extract(spread([[TITLE, LEFT, LEFT, LEFT, LEFT], *FORM]))
    assert [shown(record.project) for record in result.records] == [READ]
    assert not [flag for record in result.records for flag in record.flags]


def test_labels_that_no_word_knows_beside_labels_that_are_known() -> None:
    (record,) = extract(
        TITLE,
        with_rows(
            ["归口股室", "农股", "经办人手机", "13900000000", LEFT],
            ["是否跨年", "", "备注", "", LEFT],
            ["经办人及电话：王五 0000-1", LEFT, LEFT, LEFT, LEFT],
            at=5,
        ),
    ).records
    assert record.project.attributes == {
        "归口股室": "农股",
        "经办人手机": "13900000000",
        "经办人及电话": "王五 0000-1",
    }
    assert not record.flags


def test_a_goal_that_is_a_label_is_none() -> None:
    (record,) = extract(TITLE, [*NAME, *MONEY, ["年度目标", "绩效指标", LEFT, LEFT, LEFT], *HEADER, *ITEMS]).records
    assert record.project.goal is None
