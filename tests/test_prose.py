"""Projects told in numbered sections: where each begins, what its name is, which numbers are its amounts."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from extractor.chunk.prose.money import money_in
from extractor.layouts import terms
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.settings import Settings

ONE = """阅读推广项目
一、项目概述
面向市民开展阅读推广。
二、立项依据
《云溪市全民阅读促进办法》。
三、实施主体
云溪市图书馆
四、实施方案
按季度开展活动。
五、实施周期
2026年1月至2026年12月
六、年度预算安排
本项目2026年预算安排128.60万元，其中：财政拨款118.60万元，其他资金10.00万元。
七、绩效目标
全年举办活动120场，
读者满意度达到95%以上。
"""
HEAD = "云溪市图书馆2026年项目经费情况说明\n填报部门：云溪市文化和旅游局\n"


def extract(tmp_path: Path, text: str) -> DocumentResult:
    path = tmp_path / "source.txt"
    path.write_text(text, encoding="utf-8")
    return finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))


def numbered(numbers: str, how: str) -> str:
    """The project with other numbers before its sections."""
    text = ONE
    for printed, number in zip("一二三四五六七", numbers, strict=True):
        text = text.replace(f"\n{printed}、", f"\n{how.format(number)}")
    return text


SAME = {
    "as it is": HEAD + ONE,
    "a label for the name": HEAD + "项目名称：" + ONE,
    "text behind the headings": HEAD + ONE.replace("实施主体\n", "实施主体：").replace("立项依据\n", "立项依据："),
    "a page number inside": HEAD + ONE.replace("120场，\n", "120场，\n— 3 —\n"),
    "blank lines": HEAD + ONE.replace("\n", "\n\n"),
    "a full stop behind the unit": HEAD + ONE.replace("云溪市图书馆\n四", "云溪市图书馆。\n四"),
    "numbers in circles": HEAD + numbered("①②③④⑤⑥⑦", "{}"),
    "numbers in brackets": HEAD + numbered("1234567", "（{}）"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_project(tmp_path: Path, name: str) -> None:
    result = extract(tmp_path, SAME[name])
    (record,) = result.records
    project, amounts = record.project, record.project.amounts
    assert result.document.document.layout == "prose"
    assert (project.name, project.unit, project.department) == ("阅读推广项目", "云溪市图书馆", "云溪市文化和旅游局")
    assert (amounts.total, amounts.fiscal, amounts.other, amounts.unplaced) == ("128.60", "118.60", "10.00", ())
    assert record.normalized.amounts["total"] == "1286000"
    assert project.goal == "全年举办活动120场，读者满意度达到95%以上。"
    assert list(project.attributes) == ["项目概述", "立项依据", "实施方案", "实施周期", "年度预算安排"]
    assert {flag.code for flag in record.flags} == {"template_left_empty"}
    assert not result.document.flags


SECTIONS = ONE.split("\n", 1)[1]
WITHOUT_UNIT = SECTIONS.replace("三、实施主体\n云溪市图书馆\n", "三、必要性\n读者需要。\n")
UNITS = {
    "above the projects": ("填报单位：云溪市图书馆\n阅读推广项目\n" + WITHOUT_UNIT, None, "云溪市图书馆"),
    "above, beside the unit of amounts": (
        "申报单位：云溪市图书馆    金额单位：万元\n阅读推广项目\n" + WITHOUT_UNIT,
        None,
        "云溪市图书馆",
    ),
    "below the name": ("阅读推广项目\n项目单位：云溪市图书馆\n" + WITHOUT_UNIT, None, "云溪市图书馆"),
    "with a stamp": ("阅读推广项目\n申报单位（盖章）：云溪市图书馆\n" + WITHOUT_UNIT, None, "云溪市图书馆"),
    "among labels": (
        "项目名称：阅读推广项目\n项目单位：云溪市图书馆\n主管部门：云溪市文化和旅游局\n" + WITHOUT_UNIT,
        "云溪市文化和旅游局",
        "云溪市图书馆",
    ),
    "a section says it better": (
        "填报单位：云溪市文化和旅游局\n阅读推广项目\n" + SECTIONS,
        None,
        "云溪市图书馆",
    ),
}


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("second", [False, True])
def test_whose_project_it_is(tmp_path: Path, name: str, second: bool) -> None:
    text, department, unit = UNITS[name]
    before = text.partition("阅读推广项目")[0] if "above" in name or "section" in name else ""
    other = before + "展厅照明项目\n" + WITHOUT_UNIT if second else ""
    records = extract(tmp_path, "情况说明\n" + other + text.removeprefix(before if second else "")).records
    assert [record.project.name for record in records[second:]] == ["阅读推广项目"]
    assert (records[-1].project.department, records[-1].project.unit) == (department, unit)
    assert records[-1].spans["unit"][1] - records[-1].spans["unit"][0] == len(unit)
    assert len(records) == 1 + second
    if second:
        assert (records[0].project.name, records[0].project.goal) == ("展厅照明项目", records[-1].project.goal)


@pytest.mark.parametrize("printed", ["1.", "3、", "（一）", "(2)", "项目一：", "项目2："])
def test_the_number_before_a_name_is_no_part_of_it(tmp_path: Path, printed: str) -> None:
    (record,) = extract(tmp_path, HEAD + printed + ONE).records
    assert record.project.name == "阅读推广项目"
    assert list(record.project.attributes) == ["项目概述", "立项依据", "实施方案", "实施周期", "年度预算安排"]
    assert {flag.code for flag in record.flags} == {"template_left_empty"}


def test_several_projects(tmp_path: Path) -> None:
    result = extract(tmp_path, HEAD + ONE + ONE.replace("阅读推广项目", "分馆物业项目").replace("120场", "60场"))
    assert [record.project.name for record in result.records] == ["阅读推广项目", "分馆物业项目"]
    assert [record.project.goal for record in result.records] == [
        "全年举办活动120场，读者满意度达到95%以上。",
        "全年举办活动60场，读者满意度达到95%以上。",
    ]


@pytest.mark.parametrize(
    ("text", "total", "unplaced"),
    [
        ("购置设备80万元、软件20万元。", None, ("80", "20")),
        ("96.00万元", "96.00", ()),
        ("年度预算总额为1,200.50万元，人均500元。", "1200.50", ()),
        ("按实际需要安排。", None, ()),
    ],
)
def test_amounts_in_a_sentence(tmp_path: Path, text: str, total: str | None, unplaced: tuple[str, ...]) -> None:
    begin, end = ONE.index("本项目2026年"), ONE.index("七、")
    (record,) = extract(tmp_path, HEAD + ONE[:begin] + text + "\n" + ONE[end:]).records
    assert (record.project.amounts.total, record.project.amounts.unplaced) == (total, unplaced)
    assert ("amount_column_ambiguous" in {flag.code for flag in record.flags}) == bool(unplaced)


def test_what_follows_is_outside_and_sections_of_other_names_are_kept(tmp_path: Path) -> None:
    more = "八、风险防控\n加强巡查。\n"
    result = extract(tmp_path, HEAD + ONE + more + "第三部分 名词解释\n财政拨款：指财政资金。\n")
    (record,) = result.records
    assert record.project.attributes["风险防控"] == "加强巡查。"
    assert (record.project.goal or "").endswith("95%以上。")
    assert [flag.code for flag in result.document.flags] == ["reader_note"]


def test_a_name_that_may_begin_higher_up_is_flagged(tmp_path: Path) -> None:
    other = ONE.replace("阅读推广项目", "云溪市图书馆分馆\n物业管理项目")
    first, second = extract(tmp_path, HEAD + ONE.replace("以上。", "以上") + other).records
    assert "boundary_unsure" in {flag.code for flag in second.flags}
    assert first.project.name == "阅读推广项目"


@pytest.mark.parametrize("text", ["一、项目概述\n概述。\n二、收支情况\n良好。\n", "各部门要写明立项依据和实施方案。\n"])
def test_other_texts_are_no_projects(tmp_path: Path, text: str) -> None:
    assert extract(tmp_path, text).document.status == "no_projects"


def test_long_digits_and_long_blanks_cost_no_time(tmp_path: Path) -> None:
    begin = process_time()
    assert money_in("年度预算" + "1" * 60_000, terms()) == []
    text = HEAD.replace("文化", " " * 60_000 + "文化") + ONE.replace("项目概述\n", "项目概述：" + " " * 60_000 + "\n")
    assert len(extract(tmp_path, text).records) == 1
    assert process_time() - begin < 10
