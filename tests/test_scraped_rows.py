"""Forms that reached a page as text: bars that end cells, rows counted or cut by labels, one cell a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import Document
from extractor.settings import Settings

COUNTED = """
绩效目标表 | ||||
(2031年度) | ||||
项目名称 | 灯塔维护 | 主管部门 | 云溪市海事局 | |
资金情况
(万元) |
年度资金总额: | 32 | |||
其中:财政拨款 | 30 | ||||
其他资金 | 2 | ||||
总体目标 | 年度目标 | ||||
全年灯塔不熄,
航道安全 | |||||
绩
效
指标 | 一级
指标 |
二级指标 | 三级指标 | 指标值 | |
产出指标 | 数量指标 | 维护灯塔 | 4座 | ||
更换灯具 | 8套 | ||||
质量指标 | |||||
亮灯率 | ≥99% | ||||
"""

LONE = """
云溪市海事局关于公开绩效目标的通知
|
|
项目支出绩效目标表 |
(2031年度) |
项目名称 |
灯塔维护 |
主管部门 |
云溪市海事局 |
项目资金
(万元) |
年度资金总额: |
32 |
其中:财政拨款 |
32 |
年度
目标 |
全年灯塔不熄,
航道安全 |
绩
效
指
标 |
一级
指标 |
二级指标 |
三级指标 |
指标值 |
产出指标 |
数量指标 |
维护灯塔 |
4座 |
时效指标 |
完成时间 |
10月底 |
满意度指标 |
满意度指标 |
船员满意度 |
≥95% |
"""

TWO_HEADER_ROWS = """
2031年度自评表 |
|
| 项目名称 | 灯塔维护 | 主管部门 | 云溪市海事局 | 绩效指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 备注
| 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 产出指标
| 数量指标 | 维护灯塔 | ≧ | 4 | 座 | 4 | 20 | 20 |
| 成本指标 | 单座造价 | ≦ | 2 | 万元/座 | 1.8 | 30 | 28 |
"""


def document(folder: Path, text: str) -> Document:
    path = folder / "a.txt"
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    return read(path)


def rows(document: Document) -> list[list[str]]:
    return [[cell.content.text for cell in row.cells] for table in document.tables for row in table.rows]


def squashed(document: Document) -> list[list[str]]:
    return [["".join(text.split()) for text in row] for row in rows(document)]


def test_rows_are_counted_where_bars_fill_them_up(tmp_path: Path) -> None:
    found = squashed(document(tmp_path, COUNTED))
    assert ["资金情况(万元)", "年度资金总额:", "32"] in found
    assert ["", "其中:财政拨款", "30"] in found
    assert ["", "全年灯塔不熄,航道安全"] in found
    assert ["", "产出指标", "数量指标", "维护灯塔", "4座"] in found
    assert ["", "", "", "更换灯具", "8套"] in found
    assert ["", "", "", "亮灯率", "≥99%"] in found


def test_a_lone_bar_ends_a_cell_of_several_lines(tmp_path: Path) -> None:
    read_ = document(tmp_path, LONE)
    found = squashed(read_)
    assert ["项目名称", "灯塔维护"] in found
    assert ["年度目标", "全年灯塔不熄,航道安全"] in found
    assert ["", "", "时效指标", "完成时间", "10月底"] in found
    assert ["", "满意度指标", "满意度指标", "船员满意度", "≥95%"] in found
    outside = [read_.text[line.start : line.end] for line in read_.lines]
    assert "云溪市海事局关于公开绩效目标的通知" in outside


def test_a_header_row_above_the_levels_goes_on_to_their_right(tmp_path: Path) -> None:
    found = rows(document(tmp_path, TWO_HEADER_ROWS))
    assert ["绩效指标", "", "", "", "年度指标值", "", "", "实际完成值", "分值", "得分", "备注"] in found
    assert ["", "产出指标", "数量指标", "维护灯塔", "≧", "4", "座", "4", "20", "20", ""] in found
    assert ["", "", "成本指标", "单座造价", "≦", "2", "万元/座", "1.8", "30", "28", ""] in found


def test_places_stand_below_the_header_of_values_in_a_page_of_cells(tmp_path: Path) -> None:
    cells = (
        *("项目名称", "灯塔维护", "主管部门", "云溪市海事局", "总体目标", "全年灯塔不熄", "绩效", "指标"),
        *("一级", "指标", "二级指标", "三级指标", "指标解释", "指标值", "新港区", "石塘县"),
        *("产出", "指标", "数量目标", "维护灯塔", "反映数量", "3座", "1座"),
        *("质量目标", "亮灯率", "反映质量", "≥99%", "≥98%"),
    )
    found = squashed(document(tmp_path, "\n\n".join(cells) + "\n"))
    assert ["", "产出指标", "数量目标", "维护灯塔", "反映数量", "3座", "1座"] in found
    assert ["", "", "质量目标", "亮灯率", "反映质量", "≥99%", "≥98%"] in found
    assert ["总体目标", "全年灯塔不熄"] in found


def test_sums_of_two_periods_stand_side_by_side_in_a_page_of_cells(tmp_path: Path) -> None:
    cells = (
        *("项目名称", "灯塔维护", "项目资金", "资金总额", "90", "当年资金总额", "30"),
        *("其中:财政拨款", "80", "其中:当年财政拨款", "25", "上年结转资金", "1", "其他资金", "10", "当年其他资金", "4"),
        *("年度目标", "全年灯塔不熄", "绩效指标", "一级指标", "二级指标", "三级指标", "指标值"),
        *("产出指标", "数量指标", "维护灯塔", "4座"),
    )
    found = rows(document(tmp_path, "\n".join(cells) + "\n"))
    assert ["项目资金", "资金总额", "90", "当年资金总额", "30"] in found
    assert ["", "其中:财政拨款", "80", "其中:当年财政拨款", "25"] in found
    assert ["", "", "", "上年结转资金", "1"] in found
    assert ["", "其他资金", "10", "当年其他资金", "4"] in found


@pytest.mark.parametrize("text", [COUNTED, LONE, TWO_HEADER_ROWS])
def test_every_character_of_a_cell_leads_back_to_the_text(tmp_path: Path, text: str) -> None:
    read_ = document(tmp_path, text)
    contents = [cell.content for table in read_.tables for row in table.rows for cell in row.cells]
    assert contents
    for content in contents:
        for character, offset in zip(content.text, content.offsets, strict=True):
            assert character == read_.text[offset] or (character == "\n" and read_.text[offset].isspace())


def test_rows_that_are_lines_stay_lines(tmp_path: Path) -> None:
    text = (
        "| 项目名称 | 灯塔维护 | 主管部门 | 云溪市海事局 |\n| 年度目标 | 全年灯塔不熄 |  |  |\n"
        "| 一级指标 | 二级指标 | 三级指标 | 指标值 |\n| 产出指标 | 数量指标 | 维护灯塔 | 4座 |\n"
    )
    assert rows(document(tmp_path, text)) == [
        ["项目名称", "灯塔维护", "主管部门", "云溪市海事局"],
        ["年度目标", "全年灯塔不熄", "", ""],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "维护灯塔", "4座"],
    ]


TWO_FORMS = """
云溪市海事局
项目支出绩效目标表
219云溪市海事局 | 单位:万元 | |||||
项目名称 | 灯塔维护 | |||||
预算规模 | 预算数 | 32.00 | 其中:财政 资金 | 32.00 | 其他资金 | |
绩效目标 | 全年灯塔不熄 |
一级指标 | 二级指标 | 三级指标 | 指标描述 | 指标值 |
产出指标 | 数量指标 | 维护灯塔 | 维护灯塔 | 4座 |
质量指标 | 亮灯率 | 亮灯率 | ≥99% | |
效益指标 | 社会效益指标 | 航道事故 | 航道事故 | 0起 |
219云溪市海事局 | 单位:万元 | |||||
项目名称 | 航标更换 | |||||
预算规模 | 预算数 | 18.50 | 其中:财政 资金 | 18.50 | 其他资金 | |
绩效目标 | 更换航标12座 |
一级指标 | 二级指标 | 三级指标 | 指标描述 | 指标值 |
产出指标 | 数量指标 | 更换航标 | 更换航标 | 12座 |
时效指标 | 完工时间 | 完工时间 | 10月底 | |
效益指标 | 社会效益指标 | 航道事故 | 航道事故 | 0起 |
"""


def test_tables_of_two_widths_whose_rows_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TWO_FORMS.lstrip("\n"), encoding="utf-8")
    records = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    told = [
        (
            one.project.name,
            one.project.unit,
            one.project.amounts.total,
            one.normalized.scale and one.normalized.scale.unit,
        )
        for one in records
    ]
    assert told == [("灯塔维护", "219云溪市海事局", "32.00", "万元"), ("航标更换", "219云溪市海事局", "18.50", "万元")]
    assert [[(each.level2, each.name, each.annual_value) for each in one.project.indicators] for one in records] == [
        [("数量指标", "维护灯塔", "4座"), ("质量指标", "亮灯率", "≥99%"), ("社会效益指标", "航道事故", "0起")],
        [("数量指标", "更换航标", "12座"), ("时效指标", "完工时间", "10月底"), ("社会效益指标", "航道事故", "0起")],
    ]


REVIEW_WITHOUT_LEADS = """
预算项目支出绩效自评表（2031年度） | ||||||||
项目名称 | 灯塔维护 | |||||||
主管部门 | 云溪市海事局 | 实施单位 | 云溪市航标站 | |||||
项目基本情况 | 1.项目年度目标完成情况 | 项目年度目标 | 年度目标完成情况 | |||||
全年灯塔不熄。 | 灯塔未熄。 | |||||||
预算执行情况(10分) | 年度预算数(万元) | 年初预算 | 调整后预算数 | 预算执行数 | 预算执行率 | 权重 | 得分 | |
总额 | 30.00 | 32.00 | 31.50 | 98.44% | 10 | 9.8 | ||
其中:财政资金 | 30.00 | 32.00 | 31.50 | 98.44% | / | / | ||
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 完成值 | |
产出指标 | 数量指标 | 维护灯塔 | ≥ | 4 | 座 | 4 | ||
质量指标 | 亮灯率 | ≥ | 99 | % | 99.5 | |||
"""


def test_rows_that_lost_the_labels_to_their_left(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(REVIEW_WITHOUT_LEADS.lstrip("\n"), encoding="utf-8")
    (record,) = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    project = record.project
    assert (project.amounts.total, project.amounts.fiscal, project.goal) == ("32.00", "32.00", "全年灯塔不熄。")
    assert project.attributes["总额·年初预算"] == "30.00"
    assert project.attributes["总额·预算执行数"] == "31.50"
    assert project.attributes["年度目标完成情况"] == "灯塔未熄。"


def test_a_table_of_money_is_known_by_its_shares_whatever_heads_its_columns(tmp_path: Path) -> None:
    cells = (
        *(
            "项目名称",
            "灯塔维护",
            "主管部门",
            "云溪市海事局",
            "项目年度目标",
            "年度目标完成情况",
            "全年灯塔不熄。",
            "灯塔未熄。",
        ),
        *(
            "预算执行情况(10分)",
            "年度预算数(万元)",
            "年初预算",
            "调整后预算数",
            "预算执行数",
            "预算执行率",
            "权重",
            "原因",
        ),
        *("总额", "30.00", "32.00", "31.50", "98.44%", "10", "执行率=执行数/调整后预算数,不足90%的说明原因"),
        *(
            "其中:财政资金",
            "30.00",
            "31.00",
            "30.50",
            "98.39%",
            "/",
            "单位资金",
            "0.00",
            "1.00",
            "1.00",
            "100.00%",
            "/",
        ),
        *("绩效指标(90分)", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位"),
        *("产出指标", "数量指标", "维护灯塔", "≥", "4", "座", "质量指标", "亮灯率", "≥", "99", "%"),
    )
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{cell} |\n" for cell in cells), encoding="utf-8")
    (record,) = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    project = record.project
    assert (project.amounts.total, project.amounts.fiscal, project.goal) == ("32.00", "31.00", "全年灯塔不熄。")
    assert project.attributes["总额·预算执行数"] == "31.50"
    assert [(one.name, one.annual_value) for one in project.indicators] == [("维护灯塔", "4"), ("亮灯率", "99")]


def test_categories_of_the_first_level_below_one_that_no_word_knows(tmp_path: Path) -> None:
    cells = (
        *("专项名称", "灯塔维护", "下达投资(万元)", "960", "总体目标", "全年灯塔不熄"),
        *("绩效指标", "一级指标", "二级指标", "三级指标", "指标值"),
        *("实施效果指标", "产出指标", "维护灯塔", "4座", "更换灯具", "8套", "效益指标", "航道事故", "0起"),
        *("过程管理指标", "资金管理指标", "资金支付率", "≥80%", "满意度指标", "船主满意度", "≥90%"),
    )
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{cell} |\n" for cell in cells), encoding="utf-8")
    (record,) = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    assert [(one.level1, one.level2, one.name, one.annual_value) for one in record.project.indicators] == [
        ("实施效果指标", "产出指标", "维护灯塔", "4座"),
        ("实施效果指标", "产出指标", "更换灯具", "8套"),
        ("实施效果指标", "效益指标", "航道事故", "0起"),
        ("过程管理指标", "资金管理指标", "资金支付率", "≥80%"),
        ("过程管理指标", "满意度指标", "船主满意度", "≥90%"),
    ]


@pytest.mark.parametrize("bars", [" |\n", "\n"])
def test_years_stand_below_the_header_of_values_in_a_page_of_cells(tmp_path: Path, bars: str) -> None:
    cells = (
        *("项目名称", "灯塔维护", "主管部门", "云溪市海事局", "项目年度目标", "全年灯塔不熄", "年度绩效目标"),
        *("一级指标", "二级指标", "三级指标", "指标值", "指标值确定依据", "前年", "上年", "预计当年实现"),
        *("产出指标", "数量指标", "维护灯塔", "3座", "3座", "4座", "计划标准"),
        *("质量指标", "亮灯率", "97%", "98%", "≥99%", "行业标准"),
    )
    found = rows(document(tmp_path, "".join(cell + bars for cell in cells)))
    assert ["年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值", "", "", "指标值确定依据"] in found
    assert ["", "", "", "", "前年", "上年", "预计当年实现", ""] in found
    assert ["", "", "质量指标", "亮灯率", "97%", "98%", "≥99%", "行业标准"] in found


ROWS_WITH_LOST_LEADS = """项目支出绩效目标表 |
单位名称 | 项目名称 | 预算金额 | 绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 权重 |
云溪市海事局 | 灯塔维护 | 32.00 | 全年灯塔不熄 | 产出指标 | 数量指标 | 维护灯塔 | ≥ | 4 | 座 | 40 |
时效指标 | 完成时间 | 定性 | 12月底前 | | 10 | ||||||
效益指标 | 社会效益指标 | 航道事故 | = | 0 | 起 | 40 | |||||
"""


def test_a_sign_in_words_among_the_names_shows_a_row_that_lost_its_leading_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(ROWS_WITH_LOST_LEADS, encoding="utf-8")
    (record,) = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    assert [(one.level2, one.name, one.operator, one.annual_value) for one in record.project.indicators] == [
        ("数量指标", "维护灯塔", "≥", "4"),
        ("时效指标", "完成时间", "定性", "12月底前"),
        ("社会效益指标", "航道事故", "=", "0"),
    ]


def test_parts_of_a_value_stand_below_its_header_in_a_page_of_cells(tmp_path: Path) -> None:
    cells = (
        *("项目名称", "灯塔维护", "主管部门", "云溪市海事局", "年度目标", "全年灯塔不熄"),
        *("序号", "一级指标", "二级指标", "三级指标", "绩效目标值", "权重", "符号", "值", "单位"),
        *("1", "产出指标", "数量指标", "维护灯塔", "≥", "4", "座", "30"),
        *("2", "质量指标", "亮灯率", "≥", "99", "%", "20"),
    )
    found = rows(document(tmp_path, "".join(f"{cell} |\n" for cell in cells)))
    assert ["序号", "一级指标", "二级指标", "三级指标", "绩效目标值", "", "", "权重"] in found
    assert ["", "", "", "", "符号", "值", "单位", ""] in found
    assert ["2", "", "质量指标", "亮灯率", "≥", "99", "%", "20"] in found


def test_a_category_that_no_word_knows_is_no_label_of_a_column(tmp_path: Path) -> None:
    cells = (
        *("项目名称", "灯塔维护", "年度目标", "全年灯塔不熄", "绩效指标", "一级指标", "二级指标", "三级指标"),
        *("预期指标值", "实际完成情况", "项目完成指标", "数量指标", "维护灯塔", "4座", "4座"),
        *("质量指标", "亮灯率", "≥99%", "99%", "效益指标", "社会效益指标", "航道事故", "0起", "0起"),
    )
    found = rows(document(tmp_path, "".join(f"{cell} |\n" for cell in cells)))
    assert ["", "项目完成指标", "数量指标", "维护灯塔", "4座", "4座"] in found


def test_values_below_labels_side_by_side_are_no_row_of_money(tmp_path: Path) -> None:
    text = (
        "项目绩效目标表 |\n项目名称 | 主管部门 | 实施单位 |\n灯塔维护 | 云溪市海事局 | 云溪市航标站 |\n"
        "项目总额(万元) | 其中:财政拨款 | 其他资金 |\n32.00 | 30.00 | 2.00 |\n年度目标 | 全年灯塔不熄 |\n"
        "一级指标 | 二级指标 | 三级指标 | 指标值 |\n产出指标 | 数量指标 | 维护灯塔 | 4座 |\n"
        "质量指标 | 亮灯率 | ≥99% |\n"
    )
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    (record,) = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    amounts = record.project.amounts
    assert (record.project.unit, amounts.total, amounts.fiscal, amounts.other) == (
        "云溪市航标站",
        "32.00",
        "30.00",
        "2.00",
    )
