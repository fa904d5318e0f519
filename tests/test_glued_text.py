"""Text whose cells became flat text or a cell a line: what its structure proves is read, all else is flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.errors import ExtractorError
from extractor.layouts import terms
from extractor.layouts.forms import form_words
from extractor.readers.plain.celllist import CellList, Item, find_lists
from extractor.readers.plain.gluedrows import column_kinds, rows_behind
from extractor.schemas.record import Record

NAME_VALUE = ("三级指标", "指标值")
SELF_EVALUATION = ("三级指标", "分值", "年度指标值", "全年实际值", "得分", "未完成原因")
CHONGQING = ("指标名称", "指标权重", "计量单位", "指标性质", "指标值")

GLUED = {
    "signs and units": (
        NAME_VALUE,
        "数量指标培训人数≥100人开班次数≥4次",
        [["培训人数", "≥100人"], ["开班次数", "≥4次"]],
    ),
    "a unit of two": (
        NAME_VALUE,
        "成本指标补助标准≤500元/人管护标准≤2.8万元/年",
        [["补助标准", "≤500元/人"], ["管护标准", "≤2.8万元/年"]],
    ),
    "the longer unit leaves no name": (
        NAME_VALUE,
        "数量指标培训≥100人次数≥4次",
        [["培训", "≥100人"], ["次数", "≥4次"]],
    ),
    "two units are possible": (NAME_VALUE, "数量指标培训≥100人次均成本≤50元", None),
    "words behind words": (NAME_VALUE, "质量指标补助发放按期完成", None),
    "digits of several columns": (NAME_VALUE, "数量指标修缮处数312", None),
    "no category": (NAME_VALUE, "培训人数≥100人", []),
    "points and what was reached": (
        SELF_EVALUATION,
        "数量指标更换闸门10≥18扇≥18扇10安装启闭机10≥6台≥6台10",
        [["更换闸门", "10", "≥18扇", "≥18扇", "10"], ["安装启闭机", "10", "≥6台", "≥6台", "10"]],
    ),
    "a share between points": (SELF_EVALUATION, "质量指标合格率20100%100%20", [["合格率", "20", "100%", "100%", "20"]]),
    "said again": (
        SELF_EVALUATION,
        "社会效益指标纠纷10明显减少明显减少10",
        [["纠纷", "10", "明显减少", "明显减少", "10"]],
    ),
    "not said again": (SELF_EVALUATION, "社会效益指标纠纷10明显减少基本减少10", None),
    "digits that can be cut in many ways": (SELF_EVALUATION, "数量指标清扫面积82681268", None),
    "a column of signs": (CHONGQING, "数量指标管护面积20平方米≥3767", [["管护面积", "20", "平方米", "≥", "3767"]]),
    "no unit": (CHONGQING, "社会效益指标市容10定性明显", [["市容", "10", "定性", "明显"]]),
}


@pytest.mark.parametrize("name", GLUED)
def test_glued_rows_are_read_where_there_is_one_way_to_cut_them(name: str) -> None:
    columns, text, expected = GLUED[name]
    kinds = column_kinds(columns, form_words(terms()))
    assert kinds is not None
    found = list(rows_behind(text, 0, len(text), kinds))
    rows = None if any(one.rows is None for one in found) else [row for one in found for row in one.rows or ()]
    assert (rows and [[text[slice(*cut)] for cut in row] for row in rows]) == expected if expected else not rows


def test_columns_that_may_hold_anything_are_not_guessed_at() -> None:
    assert column_kinds(("三级指标", "指标解释", "指标值"), form_words(terms())) is None


def test_many_glued_words_cost_little() -> None:
    text = "数量指标" + "培训人数≥100人" * 20_000
    assert [one.rows for one in rows_behind(text, 0, len(text), ("name", "value"))] == [None]


def lists(*cells: str) -> list[CellList]:
    return list(find_lists([Item(cell, at, at + 1) for at, cell in enumerate(cells)]))


HEADER = ("序号", "项目名称", "建设内容", "绩效目标", "资金规模", "备注")
ROW = ("1", "茶园步道硬化", "硬化步道1公里", "方便采茶", "48", "")


def test_rows_of_a_list_have_as_many_cells_as_its_header_has_labels() -> None:
    assert lists("附件", *HEADER, *ROW, "2", "蓄水池新建", "水池3座", "", "30", "续建") == [CellList(1, 19, 6)]
    assert lists(*HEADER, "合计", "", "", "", "48", "", *ROW) == [CellList(0, 18, 6)]


def test_a_list_that_lost_a_cell_is_none() -> None:
    assert lists(*HEADER, *ROW[:2], *ROW[3:], "2", "蓄水池新建", "水池3座", "", "30", "续建") == []


def record(tmp_path: Path, name: str, text: str) -> list[Record]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return list(extract(path, model="none").records)


def test_what_a_glued_form_leaves_out_is_flagged(tmp_path: Path) -> None:
    text = (
        "项目绩效目标申报表（2026年度）项目名称古道修缮补助主管部门云溪市文化局实施单位云溪市文物所资金情况（万元）"
        "资金总额46其中：财政拨款46其他资金0总体目标修缮古道三处，保护沿线遗迹。一级指标二级指标三级指标指标值"
        "产出指标数量指标修缮古道≥3处时效指标按期完成修缮完成满意度指标服务对象满意度指标游客满意度≥90%"
    )
    [found] = record(tmp_path, "a.txt", text)
    assert [one.name for one in found.project.indicators] == ["修缮古道", "游客满意度"]
    assert "indicators" in {flag.path for flag in found.flags if flag.code.value == "boundary_unsure"}


def test_a_form_with_twin_pairs_is_not_turned(tmp_path: Path) -> None:
    text = """\
| 项目名称 | 古道修缮 | 主管部门 | 云溪市文化局 |
| --- | --- | --- | --- |
| 实施单位 | 云溪市文物所 | 项目负责人 | 王某 |
| 资金总额（万元） | 46 | 其中：财政拨款 | 46 |
| 绩效目标 | 修缮古道三处。 | | |
| 一级指标 | 二级指标 | 三级指标 | 指标值 |
| 产出指标 | 数量指标 | 修缮古道 | ≥3处 |
"""
    [found] = record(tmp_path, "a.md", text)
    assert (found.project.name, found.project.department) == ("古道修缮", "云溪市文化局")


def test_a_goal_right_of_the_indicators_over_targets_is_their_value(tmp_path: Path) -> None:
    text = """\
| 项目名称 | 一级指标 | 二级指标 | 三级指标 | 年初目标 | 1-9月完成情况 |
| --- | --- | --- | --- | --- | --- |
| 图书购置 | 产出指标 | 数量指标 | 购书数量 | ≥12000册 | 7000册 |
| | 产出指标 | 质量指标 | 验收合格率 | ≥98% | 99% |
"""
    [found] = record(tmp_path, "a.md", text)
    assert [one.annual_value for one in found.project.indicators] == ["≥12000册", "≥98%"]
    assert found.project.goal is None


def test_a_goal_right_of_a_column_of_values_is_the_project_s(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(
        "项目名称\t预算金额\t一级指标\t二级指标\t三级指标\t绩效标准\t年度绩效目标\n"
        "灯塔维护\t64\t产出指标\t数量指标\t维护灯塔\t4座\t维护灯塔4座，亮灯率99%以上\n"
        "\t\t\t质量指标\t亮灯率\t≥99%\t\n",
        encoding="utf-8",
    )
    [record] = extract(path, model="none").records
    assert record.project.goal == "维护灯塔4座，亮灯率99%以上"
    assert [one.annual_value for one in record.project.indicators] == ["4座", "≥99%"]


def test_an_outline_knows_a_body_from_an_indicator_without_a_value(tmp_path: Path) -> None:
    text = """\
| 项目 | 指标值 | 绩效金额 |
| --- | --- | --- |
| 云溪市图书馆 | | |
| 图书购置 | | 36 |
| 产出指标 | | |
| 数量指标 | | |
| 购书数量 | ≥12000册 | |
| 效益指标 | | |
| 社会效益指标 | | |
| 阅读氛围 | | |
| 云溪市档案馆 | | |
| 档案数字化 | | 20 |
| 产出指标 | | |
| 数量指标 | | |
| 扫描卷数 | 800卷 | |
"""
    found = record(tmp_path, "a.md", text)
    assert [(one.project.unit, one.project.name) for one in found] == [
        ("云溪市图书馆", "图书购置"),
        ("云溪市档案馆", "档案数字化"),
    ]
    assert [(one.name, one.annual_value) for one in found[0].project.indicators] == [
        ("购书数量", "≥12000册"),
        ("阅读氛围", None),
    ]


def test_a_form_whose_columns_ran_into_each_other_fails_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        """\
                     项目支出绩效自评表
项目名称           古道修缮补助
主管部门           云溪市文化局              实施单位      云溪市文物所
绩效指标    一级指标  二级指标  三级指标   年度指标       实际完成   分值    得分
                                   值          值
            标     数量指标   修缮古    ≥3处       3处     20     20
            （50   质量指标   合格率    ≥95%      96%     20     20
            分）   时效指标   完工时    6月       6月     10     10
            标     社会效益   游客增    ≥5%       6%      30     30
""",
        encoding="utf-8",
    )
    with pytest.raises(ExtractorError):
        extract(path, model="none")


def test_a_dump_of_sums_without_goals_holds_no_project(tmp_path: Path) -> None:
    text = """\
云溪市文化局2026年项目支出预算表
单位：万元

单位名称                 项目名称        合计        一般公共预算   政府性基金预算

合计                              126.00    106.00     20.00

云溪市文物所              古道修缮       86.00     86.00

云溪市文物所              遗址巡查       40.00     20.00      20.00
"""
    assert record(tmp_path, "a.txt", text) == []


def test_a_report_on_goals_that_lost_characters_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "一、绩效目标分解下达情况\n2026年下达古道修缮资金46万元。??效目标为:修缮古道三处。\n", encoding="utf-8"
    )
    with pytest.raises(ExtractorError):
        extract(path, model="none")
