"""What the headers of a table's columns mean, as the wording differs from place to place."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.schemas.project import ProjectReading
from extractor.settings import Settings


def project(tmp_path: Path, text: str, status: str = "unchecked") -> ProjectReading:
    rows = ("".join(f"<td>{cell}</td>" for cell in line.split("\t")) for line in text.splitlines())
    path = tmp_path / "source.html"
    path.write_text(f"<p>单位：万元</p><table><tr>{'<tr>'.join(rows)}</table>", encoding="utf-8")
    (record,) = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    assert record.status == status
    return record.project


ITEMS = "1、数量指标：场次，指标值：4次；2、质量指标：参演率，指标值：≥95%"
TWO = [("数量指标", "场次", "4次"), ("质量指标", "参演率", "≥95%")]
HEADERS = {
    "one cell for all indicators": f"项目名称\t预算\t绩效目标\t指标内容\n演练\t40\t开展演练。\t{ITEMS}\n",
    "a short word for the goal": f"项目名称\t预算\t目标\t绩效指标\n演练\t40\t开展演练。\t{ITEMS}\n",
    "the goal of the project": f"项目名称\t预算\t预期目标\t绩效指标\n演练\t40\t开展演练。\t{ITEMS}\n",
    "a row for each, its values in a column of their own": (
        "项目名称\t预算\t绩效目标\t指标类型\t绩效指标\t指标值\n"
        "演练\t40\t开展演练。\t数量指标\t场次\t4次\n"
        "演练\t40\t开展演练。\t质量指标\t参演率\t≥95%\n"
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_the_same_project(tmp_path: Path, name: str) -> None:
    found = project(tmp_path, HEADERS[name])
    assert (found.name, found.goal) == ("演练", "开展演练。")
    assert [(one.level2, one.name, one.annual_value) for one in found.indicators] == TWO


SHORT = {
    "性质 and 单位": ("性质", "单位"),
    "符号 and 计量单位": ("符号", "计量单位"),
    "运算符 and 单位": ("运算符", "单位"),
}


@pytest.mark.parametrize("name", SHORT)
def test_columns_of_an_indicator_by_their_short_names(tmp_path: Path, name: str) -> None:
    operator, unit = SHORT[name]
    text = f"单位名称\t项目名称\t预算\t绩效目标\t一级指标\t二级指标\t三级指标\t{operator}\t指标值\t{unit}\n"
    row = "甲局\t演练\t40\t开展演练。\t产出指标\t数量指标\t场次\t≥\t4\t次\n"
    found = project(tmp_path, text + row)
    assert (found.unit, found.attributes) == ("甲局", {})
    (indicator,) = found.indicators
    assert (indicator.operator, indicator.annual_value, indicator.measure_unit) == ("≥", "4", "次")


@pytest.mark.parametrize("label", ["预算", "预算安排（万元）", "资金规模", "2026年预算数", "2026年预算", "支出预算"])
def test_amounts(tmp_path: Path, label: str) -> None:
    found = project(tmp_path, f"项目名称\t{label}\t绩效目标\t绩效指标\n演练\t40\t开展演练。\t{ITEMS}\n")
    assert found.amounts.total == "40"


@pytest.mark.parametrize("label", ["单位自筹", "自筹", "配套资金", "省级财政资金", "银行贷款", "捐赠收入"])
def test_other_sources_of_funding(tmp_path: Path, label: str) -> None:
    text = f"项目名称\t总计\t财政拨款\t{label}\t绩效目标\t绩效指标\n演练\t40\t30\t10\t开展演练。\t{ITEMS}\n"
    found = project(tmp_path, text)
    assert [(one.label, one.amount) for one in found.amounts.breakdown] == [(label, "10")]


def test_of_the_amounts_of_two_years_none_is_the_total(tmp_path: Path) -> None:
    text = f"项目名称\t2025年预算数\t2026年预算数\t绩效目标\t绩效指标\n演练\t35\t40\t开展演练。\t{ITEMS}\n"
    found = project(tmp_path, text, status="flagged")  # money is printed and none is the total
    assert found.amounts.total is None
    assert found.attributes == {"2025年预算数": "35", "2026年预算数": "40"}


def test_a_second_header_row_of_a_file_that_merges_no_cells(tmp_path: Path) -> None:
    second = "\t财政拨款（万元）\t自筹（万元）\t\t"
    text = f"项目名称\t资金来源\t\t绩效目标\t绩效指标\n{second}\n演练\t30\t10\t开展演练。\t{ITEMS}\n"
    amounts = project(tmp_path, text, "flagged").amounts  # two sources and no total
    assert (amounts.fiscal, [(one.label, one.amount) for one in amounts.breakdown]) == ("30", [("自筹", "10")])


def test_of_two_goals_it_is_the_years(tmp_path: Path) -> None:
    text = f"项目名称\t预算\t总体绩效目标\t年度绩效目标\t绩效指标\n演练\t40\t三年建成。\t开展演练。\t{ITEMS}\n"
    found = project(tmp_path, text)
    assert (found.goal, found.attributes) == ("开展演练。", {"总体绩效目标": "三年建成。"})


AMOUNTS = {
    "what is applied for": "项目申报金额\t其中：财政拨款",
    "the sum of the sources": "小计\t财政拨款",
    "the sum, in other words": "总额（万元）\t财政拨款",
    "the budget's funds": "年度预算资金\t财政拨款",
}


@pytest.mark.parametrize("name", AMOUNTS)
def test_the_total_by_other_names(tmp_path: Path, name: str) -> None:
    header = f"单位名称\t项目名称\t{AMOUNTS[name]}\t绩效目标\t三级指标\t指标值\n"
    found = project(tmp_path, header + "甲局\t演练\t40\t40\t开展演练。\t场次\t4次\n")
    assert (found.amounts.total, found.amounts.fiscal, found.attributes) == ("40", "40", {})


def test_codes_with_names_and_longer_names_of_short_columns(tmp_path: Path) -> None:
    header = "部门编码及名称\t项目编码及名称\t预算数\t绩效目标\t三级指标\t绩效指标性质\t绩效指标值\t绩效度量单位\n"
    found = project(tmp_path, header + "012-甲局\t[01]演练\t40\t开展演练。\t场次\t≥\t4\t次\n")
    assert (found.department, found.name, found.attributes) == ("012-甲局", "[01]演练", {})
    (indicator,) = found.indicators
    assert (indicator.operator, indicator.annual_value, indicator.measure_unit) == ("≥", "4", "次")


@pytest.mark.parametrize("value", ["数值", "值"])
def test_a_value_in_three_columns(tmp_path: Path, value: str) -> None:
    header = f"项目名称\t预算\t绩效目标\t一级指标\t三级指标\t符号\t{value}\t单位\n"
    (indicator,) = project(tmp_path, header + "演练\t40\t开展演练。\t产出指标\t场次\t≥\t4\t次\n").indicators
    assert (indicator.operator, indicator.annual_value, indicator.measure_unit) == ("≥", "4", "次")


def test_a_caption_in_quotes(tmp_path: Path) -> None:
    """Exporters that quote every cell quote the caption as well, and add blank cells to it."""
    path = tmp_path / "a.csv"
    caption = '"云溪市2026年项目支出绩效目标表","","",""\n"部门名称：云溪市水务局 单位：万元","","",""\n'
    path.write_text(f'{caption}"项目名称","预算数","绩效目标","绩效指标"\n"演练","40","开展演练。","{ITEMS}"\n')
    head = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).document.document
    assert (head.title, head.department) == ("云溪市2026年项目支出绩效目标表", "云溪市水务局")
