"""Tables with a row for each indicator, in every format: merged cells, columns in any order, units of money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from extractor import extract
from extractor.schemas.project import Indicator, ProjectReading
from extractor.schemas.record import DocumentLine, Record
from tests import golden_tables
from tests.formats import Printed, Row, excel, old_excel, pdf, web, word
from tests.pdf_writer import Span

WRITERS: dict[str, Callable[[Printed], bytes]] = {
    "html": web,
    "xlsx": excel,
    "xls": old_excel,
    "docx": word,
    "pdf": pdf,
}
TITLE = ("云溪市2025年部门预算项目绩效目标表", "单位：万元")
HEADER = (
    *("单位名称", "项目名称", "预算数", "年度目标", "一级指标", "二级指标"),
    *("三级指标", "指标性质", "指标值", "度量单位", "权重", "评分标准"),
)
WIDTHS = (8, 10, 7, 14, 8, 9, 9, 6, 6, 6, 5, 8)
Line = tuple[str, str, str, str, str, str, str, str]
"""level 1, level 2, name, operator, value, unit of measure, weight, 评分标准"""


class Project:
    """Something to print: its cells go down over all of its indicators' rows, a category over its own."""

    def __init__(self, unit: str, name: str, amount: str, goal: str, lines: Sequence[Line]) -> None:
        self.unit, self.name, self.amount, self.goal, self.lines = unit, name, amount, goal, lines

    def rows(self) -> list[Row]:
        rows: list[Row] = []
        for index, line in enumerate(self.lines):
            row: list[str | Span] = []
            if not index:
                row += [Span(text, len(self.lines)) for text in (self.unit, self.name, self.amount, self.goal)]
            for level in (1, 2):
                if not index or self.lines[index - 1][:level] != line[:level]:
                    row.append(Span(line[level - 1], self._count(index, level)))
            rows.append([*row, *line[2:]])
        return rows

    def _count(self, first: int, level: int) -> int:
        """How many lines from the first on have the same category."""
        same = (line[:level] == self.lines[first][:level] for line in self.lines[first:])
        return next((count for count, one in enumerate(same) if not one), len(self.lines) - first)

    def reading(self) -> tuple[object, ...]:
        fields = ("level1", "level2", "name", "operator", "annual_value", "measure_unit", "weight")
        indicators = [
            Indicator(
                **{key: text or None for key, text in zip(fields, line, strict=False)},
                attributes={"评分标准": line[7]} if line[7] else {},
            )
            for line in self.lines
        ]
        return self.unit, self.name, self.amount.replace(",", ""), self.goal, indicators, {}


def got(record: Record) -> tuple[object, ...]:
    project = record.project
    indicators = list(project.indicators)
    return project.unit, project.name, project.amounts.total, project.goal, indicators, project.attributes


def extracted(tmp_path: Path, suffix: str, content: bytes | str) -> tuple[list[ProjectReading], DocumentLine]:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    result = extract(path, model="none")
    return [record.project for record in result.records], result.document


def table(
    tmp_path: Path, rows: Sequence[Row], title: Sequence[str] = TITLE
) -> tuple[list[ProjectReading], DocumentLine]:
    """What is read of a table as a web page."""
    return extracted(tmp_path, "html", web(Printed(title, rows, [1])))


PROJECTS = [
    Project(
        "青禾县水务局",
        f"灌区渠道管护（{number}期）",
        "1,120.50",
        "完成主干渠道巡查和管护，保证灌溉用水，渠系水利用率稳步提高。",
        [
            ("产出指标", "数量指标", "管护渠道长度", "≥", "86.50", "公里", "20", "按比例得分"),
            ("产出指标", "数量指标", "巡查次数", "≥", "24", "次", "20", ""),
            ("产出指标", "时效指标", "完成时间", "定性", "2025年11月30日前", "", "10", ""),
            ("满意度指标", "服务对象满意度指标", "农户满意度", "≥", "95", "%", "10", "抽样调查"),
        ],
    )
    for number in range(1, 8)
]


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format(tmp_path: Path, suffix: str) -> None:
    """Seven projects: over pages, where the format has pages, so that merged cells are cut in two."""
    rows: list[Row] = [HEADER, [Span("合计", 1, 2), "7,843.50", *([""] * 9)]]
    printed = Printed(TITLE, [*rows, *(row for one in PROJECTS for row in one.rows())], WIDTHS)
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(WRITERS[suffix](printed))
    result = extract(path, model="none")
    assert [got(record) for record in result.records] == [one.reading() for one in PROJECTS]
    assert [flag for record in result.records for flag in record.flags] == []
    assert result.document.coverage == 1.0
    assert result.document.totals[0].amounts.total == "7843.50"


CATEGORIES = [
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("效益指标", "社会效益指标"),
    ("满意度指标", "服务对象满意度指标"),
]
WORDS = st.text(st.sampled_from("道路桥梁巡查养护维修"), min_size=2, max_size=8)


@st.composite
def printed_projects(draw: st.DrawFn) -> list[Project]:
    names = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    projects = []
    for name in names:
        chosen = sorted(draw(st.lists(st.integers(0, 3), min_size=1, max_size=5)))
        lines: list[Line] = [
            (
                *CATEGORIES[at],
                *(draw(WORDS) + "率", draw(st.sampled_from(["≥", "=", "定性"])), str(draw(st.integers(0, 999)))),
                *(
                    draw(st.sampled_from(["%", "公里", ""])),
                    draw(st.sampled_from(["10", "20", ""])),
                    draw(st.sampled_from(["", "查资料"])),
                ),
            )
            for at in chosen
        ]
        amount = f"{draw(st.integers(1, 9999)):,}.{draw(st.integers(0, 99)):02}"
        projects.append(
            Project(draw(st.sampled_from(["甲局", "乙局"])), name + "经费", amount, draw(WORDS) + "。", lines)
        )
    return projects


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(printed_projects())
def test_whatever_is_merged(tmp_path: Path, projects: list[Project]) -> None:
    rows = [HEADER, *(row for one in projects for row in one.rows())]
    path = tmp_path / "a.html"
    path.write_bytes(web(Printed(TITLE, rows, WIDTHS)))
    assert [got(record) for record in extract(path, model="none").records] == [one.reading() for one in projects]


SHORT = ("项目名称", "预算数", "年度目标", "一级指标", "二级指标", "三级指标", "指标值")
ONE: Row = ("巡查经费", "8.00", "做好。", "产出指标", "数量指标", "次数", "5次")


@pytest.mark.parametrize(
    ("header", "row", "field", "value"),
    [
        ("指标方向性", "正向指标", "operator", "正向指标"),
        ("运算符号", "≥", "operator", "≥"),
        ("计量单位", "次", "measure_unit", "次"),
        ("分值", "10", "weight", "10"),
        ("权重（%）", "10", "weight", "10"),
        ("中期指标值", "15次", "cycle_value", "15次"),
        ("实施期目标值", "15次", "cycle_value", "15次"),
    ],
)
def test_columns_of_an_indicator(tmp_path: Path, header: str, row: str, field: str, value: str) -> None:
    [project], _ = table(tmp_path, [[*SHORT, header], [*ONE, row]])
    assert getattr(project.indicators[0], field) == value
    assert project.indicators[0].annual_value == "5次"
    assert project.attributes == {}


@pytest.mark.parametrize("label", ["绩效标准", "指标解释", "评分细则", "指标内容", "备注", "从没见过的栏"])
def test_other_columns_keep_their_label_and_their_indicator(tmp_path: Path, label: str) -> None:
    rows: list[Row] = [
        [*SHORT, label],
        [*(Span(text, 3) for text in ONE[:3]), *ONE[3:], "说明一"],
        ["产出指标", "质量指标", "合格率", "100%", ""],
        ["效益指标", "社会效益指标", "人数", "9人", "说明一"],
    ]
    [project], document = table(tmp_path, rows)
    assert project.attributes == {}
    assert [one.attributes for one in project.indicators] == [{label: "说明一"}, {}, {label: "说明一"}]
    assert document.coverage == 1.0


def test_columns_in_another_order_with_a_code_before_them(tmp_path: Path) -> None:
    header = ("项目编码", "三级指标", "指标值", "一级指标", "二级指标", "年度目标", "项目负责人", "项目名称", "预算数")
    rows: list[Row] = [
        header,
        [
            Span("QH01", 2),
            "次数",
            "5次",
            "产出指标",
            "数量指标",
            *(Span(text, 2) for text in ("做好。", "王某", "巡查经费", "8.00")),
        ],
        ["合格率", "100%", "产出指标", "质量指标"],
    ]
    [project], _ = table(tmp_path, rows)
    assert (project.name, project.goal, project.amounts.total) == ("巡查经费", "做好。", "8.00")
    assert [(one.level2, one.name, one.annual_value) for one in project.indicators] == [
        ("数量指标", "次数", "5次"),
        ("质量指标", "合格率", "100%"),
    ]
    assert project.attributes == {"项目编码": "QH01", "项目负责人": "王某"}


def test_a_value_merged_over_two_indicators_is_both_of_theirs(tmp_path: Path) -> None:
    rows: list[Row] = [
        [*SHORT, "度量单位", "权重"],
        [*(Span(text, 2) for text in ONE[:3]), *ONE[3:6], Span("≥5", 2), Span("次", 2), Span("20", 2)],
        ["产出指标", "质量指标", "合格次数"],
    ]
    [project], _ = table(tmp_path, rows)
    assert [(one.name, one.annual_value, one.measure_unit, one.weight) for one in project.indicators] == [
        ("次数", "≥5", "次", "20"),
        ("合格次数", "≥5", "次", None),
    ]


def test_an_indicator_without_a_name_costs_no_other(tmp_path: Path) -> None:
    rows: list[Row] = [
        SHORT,
        [*(Span(text, 2) for text in ONE[:3]), *ONE[3:5], "", "5次"],
        ["产出指标", "质量指标", "合格率", "100%"],
    ]
    [project], _ = table(tmp_path, rows)
    assert [(one.level2, one.name, one.annual_value) for one in project.indicators] == [
        ("数量指标", None, "5次"),
        ("质量指标", "合格率", "100%"),
    ]


def test_a_body_above_its_projects_is_their_unit_where_there_are_no_amounts(tmp_path: Path) -> None:
    header = [SHORT[0], *SHORT[2:]]
    one = [ONE[0], *ONE[2:]]
    projects, _ = table(
        tmp_path, [header, ["青禾县林业局", *([""] * 5)], one, ["丙项目", *([""] * 5)], ["丁项目", *one[1:]]]
    )
    assert [(project.name, project.unit) for project in projects] == [
        ("巡查经费", "青禾县林业局"),
        ("丙项目", "青禾县林业局"),
        ("丁项目", "青禾县林业局"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "项目名称\t预算金额\t\t绩效目标\t绩效指标\t\t\n\t总计\t财政拨款\t\t二级指标\t三级指标\t指标值\n",
        "\t预算\t\t\t指标\t\t\n项目名称\t总计\t财政拨款\t绩效目标\t二级指标\t三级指标\t指标值\n",
    ],
)
def test_a_header_of_two_lines_without_merged_cells(tmp_path: Path, text: str) -> None:
    rows = "巡查经费\t8.00\t7.00\t做好。\t数量指标\t次数\t5次\n\t\t\t\t质量指标\t合格率\t100%\n"
    [project], _ = extracted(tmp_path, "tsv", f"项目支出绩效目标表\n单位：万元\n{text}{rows}")
    assert (project.name, project.amounts.total, project.amounts.fiscal) == ("巡查经费", "8.00", "7.00")
    assert [(one.level2, one.name) for one in project.indicators] == [("数量指标", "次数"), ("质量指标", "合格率")]


@pytest.mark.parametrize(
    ("several", "year"),
    [
        ("项目总额", "年度资金"),
        ("项目资金总额", "年度资金总额"),
        ("项目总投资（万元）", "2025年预算数"),
        ("总投资", "本年预算"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_year_and_all_years(tmp_path: Path, several: str, year: str, turned: bool) -> None:
    money = [(several, "24.00"), (year, "8.00")][:: -1 if turned else 1]
    header = [SHORT[0], *(label for label, _ in money), *SHORT[2:]]
    [project], document = table(tmp_path, [header, [ONE[0], *(amount for _, amount in money), *ONE[2:]]])
    assert project.amounts.total == "8.00"
    assert [line.amount for line in project.amounts.breakdown] == ["24.00"]
    assert [flag.code.value for flag in document.flags] == []


def test_two_years_beside_all_years_are_not_guessed(tmp_path: Path) -> None:
    header = [SHORT[0], "项目总额", "2024年预算数", "2025年预算数", *SHORT[2:]]
    [project], _ = table(tmp_path, [header, [ONE[0], "24.00", "7.00", "8.00", *ONE[2:]]])
    assert project.amounts.total is None
    assert project.attributes == {"2024年预算数": "7.00", "2025年预算数": "8.00"}


@pytest.mark.parametrize("goal", ["2025年绩效目标", "项目年度绩效目标", "绩效目标内容"])
def test_a_goal_in_other_words(tmp_path: Path, goal: str) -> None:
    """The goal of several years is not taken for it, though it stands first."""
    header = [*SHORT[:2], "中期绩效目标", goal, *SHORT[3:]]
    [project], _ = table(tmp_path, [header, [*ONE[:2], "三年做好。", "今年做好。", *ONE[3:]]])
    assert (project.goal, project.attributes) == ("今年做好。", {"中期绩效目标": "三年做好。"})


@pytest.mark.parametrize(
    ("title", "header", "amount", "behind", "unit"),
    [
        (("项目绩效目标表", "单位：元"), "预算数", "8.00", "", "元"),
        (("项目绩效目标表", "金额单位：人民币万元"), "预算数", "8.00", "", "万元"),
        (("项目绩效目标表（万元）",), "预算数", "8.00", "", "万元"),
        (("项目绩效目标表",), "预算数（元）", "8.00", "", "元"),
        (("项目绩效目标表",), "预算数（单位：万元）", "8.00", "", "万元"),
        (("项目绩效目标表",), "预算数", "8.00万元", "", "万元"),
        (("项目绩效目标表",), "预算数", "8.00 元", "", "元"),
        (("项目绩效目标表", "本表金额均以万元为单位。"), "预算数", "8.00", "", "万元"),
        (("项目绩效目标表",), "预算数", "8.00", "<p>注：金额单位为万元。</p>", "万元"),
        (("项目绩效目标表",), "预算数", "8.00", "", None),
        (("项目绩效目标表",), "预算数", "8.00", "<p>部门收支总表</p><p>单位：元</p>", None),
        (("项目绩效目标表",), "预算数", "8.00", "<p>附：公用经费情况</p><p>注：金额单位为元。</p>", None),
    ],
)
def test_units_of_money(
    tmp_path: Path, title: tuple[str, ...], header: str, amount: str, behind: str, unit: str | None
) -> None:
    rows = [[SHORT[0], header, *SHORT[2:]], [ONE[0], amount, *ONE[2:]]]
    [project], document = extracted(tmp_path, "html", web(Printed(title, rows, [1]), around=("", behind)))
    assert project.amounts.total == "8.00"
    assert document.document.amount_unit in {unit, f"人民币{unit}"}
    missing = [flag.message for flag in document.flags if flag.code.value == "unit_scale_suspect"]
    assert [one for one in missing if "没有找到" in one] == ([] if unit else missing[:1])
    assert unit or missing


def test_what_stands_behind_the_table_is_no_project(tmp_path: Path) -> None:
    other = web(
        Printed(["部门整体支出绩效目标表"], [["部门名称", Span("云溪市教育局", 1, 3)], SHORT[3:], ONE[3:]], [1])
    )
    content = web(Printed(TITLE, [SHORT, ONE], [1]), around=("", other.decode().split("<body>")[1].split("</body>")[0]))
    projects, document = extracted(tmp_path, "html", content)
    assert [len(project.indicators) for project in projects] == [1]
    assert any(flag.code.value == "unclaimed_text" for flag in document.flags)


@pytest.mark.parametrize("row", [["注：以上为年初预算数。"], ["填报人：王某", "", "审核人：李某"]])
def test_notes_and_signatures_within_the_table_are_seen(tmp_path: Path, row: list[str]) -> None:
    projects, document = table(tmp_path, [SHORT, ONE, row + [""] * (len(SHORT) - len(row))])
    assert [project.name for project in projects] == ["巡查经费"]
    assert row[0] in next(flag.message for flag in document.flags if flag.code.value == "unclaimed_text")


def test_a_second_amount_of_one_project_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    second = ["", "36.50", "", "产出指标", "质量指标", "率", "5%"]
    path.write_bytes(web(Printed(TITLE, [SHORT, ONE, second], [1])))
    [record] = extract(path, model="none").records
    assert record.project.amounts.total == "8.00"
    assert [flag.code.value for flag in record.flags] == ["unclaimed_text"]


def test_a_name_that_says_withheld(tmp_path: Path) -> None:
    projects, _ = table(tmp_path, [SHORT, ["涉密项目", "8.00", "", "", "", "", ""], ONE])
    assert [project.withheld for project in projects] == [True, False]


HEAD_ROW = ("项目名称", "预算数", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值")


def project_row(name: str, amount: str = "40") -> tuple[str, ...]:
    return (name, amount, "开展演练。", "产出指标", "数量指标", "场次", "4次")


@pytest.mark.parametrize("counted", ["1 2 3 4 5 6 7", "甲 1 2 3=4+5 4 5 6"])
def test_a_row_that_counts_the_columns_is_no_project(tmp_path: Path, counted: str) -> None:
    found, document = table(tmp_path, [HEAD_ROW, counted.split(), project_row("演练")])
    assert [one.name for one in found] == ["演练"]
    assert not document.flags


def test_each_sheet_has_the_unit_that_it_prints(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.active)
    for unit, name in (("甲校", "维修"), ("乙校", "改造"), ("乙校", "绿化")):
        sheet = book.create_sheet()
        for row in (
            TITLE[:1],
            ["主管部门：教育局"],
            [f"单位名称：{unit}"],
            ["单位：万元"],
            HEAD_ROW,
            project_row(name),
        ):
            sheet.append(list(row))
    book.save(tmp_path / "a.xlsx")
    records = extract(tmp_path / "a.xlsx", model="none").records
    read = [(one.project.department, one.project.unit, one.project.name) for one in records]
    assert read == [("教育局", "甲校", "维修"), ("教育局", "乙校", "改造"), ("教育局", "乙校", "绿化")]
    assert {one.document.amount_unit for one in records} == {"万元"}
    assert not any(one.flags for one in records)


def test_units_named_between_rows_share_the_total_below_them(tmp_path: Path) -> None:
    body = [HEAD_ROW, ["单位名称：甲校"], project_row("维修"), ["单位名称：乙校"], project_row("改造")]
    found, document = table(tmp_path, [*body, ("合计", "80", *[""] * 5)])
    assert [(one.unit, one.name) for one in found] == [("甲校", "维修"), ("乙校", "改造")]
    assert [total.rows for total in document.totals] == [(0, 1)]
    assert not document.flags


def test_each_table_has_the_unit_above_it(tmp_path: Path) -> None:
    pages = [
        web(Printed([TITLE[0], f"单位名称：{unit}", "单位：万元"], [HEAD_ROW, project_row(name)], [1])).decode()
        for unit, name in (("甲校", "维修"), ("乙校", "改造"))
    ]
    found, document = extracted(tmp_path, "html", "".join(pages))
    assert [(one.unit, one.name) for one in found] == [("甲校", "维修"), ("乙校", "改造")]
    assert not document.flags


@pytest.mark.parametrize("label", ["单位", "部门（单位）"])
def test_units_in_a_column_of_a_short_name_with_their_subtotals(tmp_path: Path, label: str) -> None:
    rows: list[Row] = [
        (label, *HEAD_ROW),
        ("甲局", *project_row("演练")),
        ("", *project_row("培训")),
        ("小计", "", "80", "", "", "", "", ""),
        ("乙局", *project_row("宣传")),
        ("小计", "", "40", "", "", "", "", ""),
        ("合计", "", "120", "", "", "", "", ""),
    ]
    found, document = table(tmp_path, rows)
    assert [(one.unit, one.name) for one in found] == [("甲局", "演练"), ("甲局", "培训"), ("乙局", "宣传")]
    assert not document.flags


@pytest.mark.parametrize("label", ["预算单位", "主管部门", "序号"])
def test_two_projects_of_one_name_with_blanks_below_them(tmp_path: Path, label: str) -> None:
    more = ("", "", "", "", "效益指标", "社会效益指标", "秩序", "稳定")
    rows: list[Row] = [(label, *HEAD_ROW), ("1", *project_row("演练")), more, ("2", *project_row("演练")), more]
    found, _ = table(tmp_path, rows)
    assert [(one.name, len(one.indicators)) for one in found] == [("演练", 2), ("演练", 2)]


def test_a_department_above_its_projects(tmp_path: Path) -> None:
    blank = [""] * len(HEAD_ROW)
    rows: list[Row] = [
        ("主管部门", "预算单位", *HEAD_ROW),
        ("甲局", "", *blank),
        ("", "甲站", *project_row("演练")),
        ("乙局", "", *blank),
        ("", "乙站", *project_row("宣传")),
    ]
    found, _ = table(tmp_path, rows)
    assert [(one.department, one.unit) for one in found] == [("甲局", "甲站"), ("乙局", "乙站")]


@pytest.mark.parametrize(("total", "agrees"), [("350万元", True), ("3500000元", True), ("360万元", False)])
def test_sums_of_amounts_in_different_units(tmp_path: Path, total: str, agrees: bool) -> None:
    rows = [HEAD_ROW, project_row("甲", "200万元"), project_row("乙", "1500000元"), ("合计", total, *[""] * 5)]
    found, document = table(tmp_path, rows, TITLE[:1])
    assert [one.amounts.total for one in found] == ["200", "1500000"]
    sums = [flag.message for flag in document.flags if flag.code == "sum_mismatch"]
    assert [("350" in message, "相差 10" in message) for message in sums] == ([] if agrees else [(True, True)])


@pytest.mark.parametrize("name", golden_tables.CASES)
def test_the_golden_documents_can_be_made_again(tmp_path: Path, name: str) -> None:
    case = golden_tables.CASES[name]()
    source = golden_tables.GOLDEN / name / f"source.{case.suffix}"
    assert extracted(tmp_path, case.suffix, case.source)[0] == extracted(tmp_path, case.suffix, source.read_bytes())[0]
