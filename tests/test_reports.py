"""Reports and notices in prose: one that sets a goal for the project it names tells that project, another none."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from extractor.chunk.prose.cut import looks_like_prose, read_prose
from extractor.layouts import candidates, compiled
from extractor.pipeline import DocumentResult, NotUnderstood, cut, finish, survey
from extractor.readers import read
from extractor.settings import Settings


def extract(tmp_path: Path, text: str, suffix: str = ".txt") -> DocumentResult:
    path = tmp_path / f"source{suffix}"
    path.write_text(text, encoding="utf-8")
    return finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))


HEAD = "一、基本情况\n（一）项目背景。林区防火期长。\n（二）资金情况。预算安排57.6万元，实际支付55.1万元。\n"
REST = "二、自评工作开展情况\n成立了自评小组，自评得分95分。\n三、问题和建议\n提高补助标准。\n"
GOAL = "聘用护林员96名，火灾受害率低于0.5‰。"

REPORTS = {
    "a section on the goal": ("青木县林业局2024年度护林员补助项目绩效评价报告", f"（三）绩效目标。{GOAL}\n"),
    "a heading on a line of its own": ("护林员补助项目支出绩效自评报告", f"（三）项目绩效目标设定情况\n{GOAL}\n"),
    "a label below a heading": ("护林员补助项目绩效自评报告", f"（三）绩效目标和绩效指标设定情况\n总体目标：{GOAL}\n"),
    "a label that opens a sentence": (
        "护林员补助项目绩效目标评审意见",
        f"（三）评审意见\n专家组认为目标完整。核定的项目绩效目标为：{GOAL}\n",
    ),
    "a name in brackets": ("县财政支出项目绩效自评报告（护林员补助项目）", f"（三）绩效目标。{GOAL}\n"),
    "a notice": ("护林员补助项目实施情况公告", f"（三）财政补助资金项目绩效目标设定情况\n{GOAL}\n"),
}


@pytest.mark.parametrize("case", REPORTS)
def test_a_report_that_sets_a_goal(tmp_path: Path, case: str) -> None:
    title, goal = REPORTS[case]
    (record,) = extract(tmp_path, f"{title}\n{HEAD}{goal}{REST}").records
    project = record.project
    assert project.name is not None
    assert project.name.removesuffix("项目") == "护林员补助"
    assert project.goal == GOAL
    assert (project.amounts.total, project.amounts.unplaced) == ("57.6", ())
    assert record.status == "flagged"
    assert any(flag.path == "name" for flag in record.flags)
    assert project.attributes["项目背景"] == "林区防火期长。"


def test_the_body_and_the_year_in_a_title(tmp_path: Path) -> None:
    title, goal = REPORTS["a section on the goal"]
    (record,) = extract(tmp_path, f"{title}\n{HEAD}{goal}{REST}").records
    assert (record.project.unit, record.project.name) == ("青木县林业局", "护林员补助项目")


def test_a_body_right_before_the_name(tmp_path: Path) -> None:
    _, goal = REPORTS["a section on the goal"]
    (record,) = extract(tmp_path, f"青木县林业局护林员补助项目支出绩效自评报告\n{HEAD}{goal}{REST}").records
    assert (record.project.unit, record.project.name) == ("青木县林业局", "护林员补助项目")


def test_a_table_of_indicators_in_a_report(tmp_path: Path) -> None:
    rows = [("护林员人数", "人", "＝", "96"), ("巡护面积", "万亩", "≥", "12"), ("群众满意度", "%", "≥", "90")]
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    paragraphs = [f"<p>{line}</p>" for line in ("护林员补助项目绩效自评报告", *HEAD.splitlines(), "（三）绩效目标。")]
    head = "<tr><td>指标名称</td><td>计量单位</td><td>指标性质</td><td>指标值</td></tr>"
    after = "".join(f"<p>{line}</p>" for line in REST.splitlines())
    (record,) = extract(tmp_path, f"{''.join(paragraphs)}<table>{head}{cells}</table>{after}", ".html").records
    read_as = [(one.name, one.measure_unit, one.operator, one.annual_value) for one in record.project.indicators]
    assert read_as == rows
    assert not [flag for flag in record.flags if flag.code == "unclaimed_text"]


NEGATIVES = {
    "what was achieved": "护林员补助项目绩效评价报告\n一、绩效目标分解下达情况\n县财政下达57.6万元。\n"
    "二、绩效目标完成情况分析\n"
    "按照方案要求，制定项目绩效目标：1.聘用护林员；2.减少火灾。\n总体目标基本完成。\n",
    "a count of indicators where the goal should be": "县林业局项目绩效监控总结报告\n"
    "绩效目标分解下达情况\n1.下达预算及项目情况\n"
    "共下达57.6万元，安排项目3个。\n2.补助资金项目绩效目标设定情况\n共设置产出指标3个、效益指标2个。\n",
    "no goal at all": f"护林员补助项目绩效评价报告\n{HEAD}{REST}",
}


@pytest.mark.parametrize("case", NEGATIVES)
def test_a_report_that_sets_none(tmp_path: Path, case: str) -> None:
    result = extract(tmp_path, NEGATIVES[case])
    assert (result.records, result.document.status) == ([], "no_projects")


DOUBTFUL = {
    "the goal in a sentence": "护林员补助项目绩效自评报告\n一、绩效目标分解下达情况\n"
    f"（一）县林业局护林员补助项目绩效目标为{GOAL}\n二、绩效目标完成情况分析\n已全部完成。\n",
    "a goal that is announced": "护林员补助项目绩效自评报告\n一、绩效目标分解下达情况\n"
    "县财政下达57.6万元，绩效目标如下：\n"
    "二、绩效目标完成情况分析\n已全部完成。\n",
    "a name and no goal": "项目支出绩效自评报告\n项目名称：护林员补助\n填报日期：2024年4月\n"
    "一、基本情况\n林区防火期长。\n",
    "a name in a sentence, and a section on the goal": "县林业局项目绩效监控总结报告\n"
    "绩效目标分解下达情况\n1.下达预算及项目情况\n"
    "批复的项目名称为青木县松林防火道建设项目，总投资57.6万元。\n"
    "2.补助资金项目绩效目标设定情况\n建成防火道12公里，保护松林3000亩。\n",
    "goals of two projects": "护林员补助项目绩效自评报告\n一、护林员补助\n（一）资金。57.6万元。\n"
    "（二）绩效目标。聘用护林员96名。\n"
    "二、病虫害防治\n（一）资金。12万元。\n（二）绩效目标。防治松材线虫3000亩。\n",
}


@pytest.mark.parametrize("case", DOUBTFUL)
def test_a_report_that_is_not_understood(tmp_path: Path, case: str) -> None:
    with pytest.raises(NotUnderstood):
        extract(tmp_path, DOUBTFUL[case])


@pytest.mark.parametrize("text", ["绩效目标：修路。\n" * 20_000, "（一）绩效目标。修路。\n" * 12_000, HEAD * 3_000])
def test_the_time_grows_with_the_length_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "source.txt"
    path.write_text("护林员补助项目绩效自评报告\n" + text, encoding="utf-8")
    document, layout = read(path), compiled(candidates("prose", ())[0])
    begin = process_time()
    if looks_like_prose(document, layout):
        read_prose(document, layout)
    assert process_time() - begin < 5
