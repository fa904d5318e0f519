"""Projects told in numbered sections: where each begins, what its name is, which numbers are its amounts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import process_time

import openpyxl
import pytest

from extractor.chunk.prose.cut import looks_like_prose, read_prose
from extractor.chunk.prose.indicators import find_indicators
from extractor.chunk.prose.money import money_in
from extractor.layouts import candidates, compiled, terms
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import MappedText
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
    assert record.flags == ()
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
    assert record.flags == ()


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


TWO = (
    (
        "护林员补助",
        "聘用护林员96名。",
        "《青木县森林管护办法》。",
        "青木县林场",
        "57.6万元",
        "火灾受害率下降。巡护到位。",
    ),
    ("防火通道维护", "维护防火通道45公里。", "防火规划。", "青木县林业站", "31万元", "通道畅通。"),
)
LABELS = ("项目概述", "立项依据", "实施主体", "年度预算安排", "绩效目标")


def told(head: str, heading: str, between: str = "\n", numbers: str = "12345") -> str:
    """Two projects; `head` is how their names are printed, `heading` how each section's heading is."""
    text = ""
    for at, (name, *sections) in enumerate(TWO):
        text += head.format(number=at + 1, han="一二"[at], name=name) + between
        for number, label, section in zip(numbers, LABELS, sections, strict=True):
            text += heading.format(number=number, label=label) + section + between
        text = text.rstrip() + "\n"
    return text


@pytest.mark.parametrize("before", ["", "青木县林业局2026年部门预算\n（三）重点项目绩效目标情况。\n"])
@pytest.mark.parametrize("between", ["\n", "", " "])
@pytest.mark.parametrize(
    ("head", "heading"),
    [
        ("{number}.“{name}”项目。", "（{number}）{label}。"),
        ("{number}、“{name}”项目。", "({number}){label}："),
        ("{number}.“{name}”。", "({number}) {label}:"),
        ("{number}.{name}。", "（{number}）{label}："),
        ("{number}．“{name}”项目：", "【{label}】"),
    ],
)
def test_headings_closed_and_running_on_in_any_way(
    tmp_path: Path, head: str, heading: str, between: str, before: str
) -> None:
    records = extract(tmp_path, before + told(head, heading, between)).records
    assert [record.project.name for record in records] == [name for name, *_ in TWO]
    assert [record.project.goal for record in records] == [sections[-1] for _, *sections in TWO]
    assert [record.project.unit for record in records] == ["青木县林场", "青木县林业站"]
    assert [record.project.amounts.total for record in records] == ["57.6", "31"]
    assert [record.normalized.amounts["total"] for record in records] == ["576000", "310000"]
    assert all(list(record.project.attributes) == ["项目概述", "立项依据", "年度预算安排"] for record in records)


@pytest.mark.parametrize("between", ["\n", " "])
@pytest.mark.parametrize("heading", ["{label}：", "{label}\n", "{label}　"])
def test_headings_without_numbers(tmp_path: Path, between: str, heading: str) -> None:
    heading = heading if between == "\n" else "{label}："
    records = extract(tmp_path, told("{number}、{name}。", heading, between)).records
    assert [record.project.name for record in records] == [name for name, *_ in TWO]
    assert [record.project.unit for record in records] == ["青木县林场", "青木县林业站"]
    assert [record.project.goal for record in records] == [sections[-1] for _, *sections in TWO]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("护林员补助项目经费情况说明", "护林员补助项目"),
        ("护林员补助经费情况说明", "护林员补助经费"),
        ("护林站扩建工程项目经费情况说明", "护林站扩建工程"),
        ("关于护林员补助的情况说明", "护林员补助"),
        ("关于护林员补助项目的情况说明", "护林员补助项目"),
        ("“巡山之家”建设项目经费情况说明", "“巡山之家”建设项目"),
        ("护林员补助项目情\n况说明", "护林员补助项目"),
        ("“护林员补助”项目绩效目标", "护林员补助"),
        ("（一）护林员补助项目绩效目标", "护林员补助项目"),
        ("项目名称：护林员补助", "护林员补助"),
        ("**一、“护林员补助”项目**", "护林员补助"),
        ("青木县林业局2026年项目经费情况说明", None),
        ("2026年重点项目情况说明", None),
        ("青木县林业局项目支出绩效目标公开", None),
    ],
)
def test_the_name_above(tmp_path: Path, line: str, name: str | None) -> None:
    records = extract(tmp_path, line + "\n" + SECTIONS + line + "\n" + SECTIONS).records
    assert [record.project.name for record in records] == [name, name]
    assert {record.project.goal for record in records} == {"全年举办活动120场，读者满意度达到95%以上。"}


@pytest.mark.parametrize(
    ("text", "amounts", "breakdown"),
    [
        ("2026年度项目总预算96.50万，其中图书采购60.00万，书架36.50万，合计96.50万。", ("96.50", None, None), {}),
        ("财政拨款84万元。", (None, "84", None), {}),
        ("43万，其中财政拨款预算30万，其他资金13万", ("43", "30", "13"), {}),
        ("项目总投资140万元，2026年安排70万元。", ("70", None, None), {"项目总投资": "140"}),
        (
            "批复总投资300万元，其中工程费200万元，预备费100万元。2026年安排建设资金120万元。",
            ("120", None, None),
            {"批复总投资": "300"},
        ),
        ("三年合同总价321万元，2026年安排107万元。", ("107", None, None), {"三年合同总价": "321"}),
        (
            "总预算90万元，其中2026年安排50万元，2027年安排40万元。",
            ("50", None, None),
            {"总预算": "90", "2027年": "40"},
        ),
        ("2026年安排50万元，比上年增加3万元，每所学校补助2万元。", ("50", None, None), {}),
        (
            "共安排86万元，其中：中央补助50万元，县级财政资金36万元。",
            ("86", None, None),
            {"中央补助": "50", "县级财政资金": "36"},
        ),
        ("2025年安排20万元，2026年安排30万元，印制手册1.2万册。", ("30", None, None), {}),
    ],
)
def test_money_of_sources_and_of_years(
    tmp_path: Path, text: str, amounts: tuple[str | None, ...], breakdown: dict[str, str]
) -> None:
    begin, end = ONE.index("本项目2026年"), ONE.index("七、")
    (record,) = extract(tmp_path, HEAD + ONE[:begin] + text + "\n" + ONE[end:]).records
    read = record.project.amounts
    assert (read.total, read.fiscal, read.other) == amounts
    assert {line.label: line.amount for line in read.breakdown} == breakdown
    assert read.unplaced == ()


def test_years_that_nothing_tells_apart_are_unplaced(tmp_path: Path) -> None:
    begin, end = ONE.index("本项目2026年"), ONE.index("七、")
    text = ONE[:begin] + "2025年安排20万元，2026年安排30万元。\n" + ONE[end:]
    (record,) = extract(tmp_path, text).records
    assert record.project.amounts.unplaced == ("20", "30")
    assert "amount_column_ambiguous" in {flag.code for flag in record.flags}


INDICATORS = {
    "in a sentence": (
        "水质达标。数量指标：清淤长度≥12公里，植树≥90株；质量指标：合格率不低于98%；",
        "水质达标。",
        [
            (None, "数量指标", "清淤长度", "≥12公里"),
            (None, "数量指标", "植树", "≥90株"),
            (None, "质量指标", "合格率", "不低于98%"),
        ],
    ),
    "in a list": (
        "水质达标。\n绩效指标：\n1.产出指标\n（1）数量指标：清淤长度≥12公里\n（2）成本指标：单价≤9万元\n"
        "2.效益指标\n（1）生态效益指标：水质改善\n3.满意度指标\n（1）服务对象满意度指标：居民满意度≥90%",
        "水质达标。",
        [
            ("产出指标", "数量指标", "清淤长度", "≥12公里"),
            ("产出指标", "成本指标", "单价", "≤9万元"),
            ("效益指标", "生态效益指标", "水质改善", None),
            ("满意度指标", "服务对象满意度指标", "居民满意度", "≥90%"),
        ],
    ),
    "counted": (
        "水质达标。设2条数量指标：清淤长度≥12公里，植树≥90株；设1条满意度指标：居民满意度≥90%。",
        "水质达标。",
        [
            (None, "数量指标", "清淤长度", "≥12公里"),
            (None, "数量指标", "植树", "≥90株"),
            (None, "满意度指标", "居民满意度", "≥90%"),
        ],
    ),
    "one cell a line": (
        "\n一级指标\n二级指标\n三级指标\n指标值\n产出指标\n数量指标\n清淤长度\n12公里\n植树\n90株\n效益指标\n生态效益指标\n水质\nⅢ类",
        None,
        [
            ("产出指标", "数量指标", "清淤长度", "12公里"),
            ("产出指标", "数量指标", "植树", "90株"),
            ("效益指标", "生态效益指标", "水质", "Ⅲ类"),
        ],
    ),
    "template left in": (
        "水质达标。产出指标：数量指标：★清淤长度（≥**公里）>=12公里；满意度指标：居民满意度（≥**%）>=90%。",
        "水质达标。",
        [
            ("产出指标", "数量指标", "★清淤长度（≥**公里）", ">=12公里"),
            ("满意度指标", None, "居民满意度（≥**%）", ">=90%"),
        ],
    ),
    "quantities and dates without a sign": (
        "水质达标。产出指标：数量指标：清淤长度12公里；质量指标：验收合格率100%；时效指标：完工时间2026年11月底前。",
        "水质达标。",
        [
            ("产出指标", "数量指标", "清淤长度", "12公里"),
            ("产出指标", "质量指标", "验收合格率", "100%"),
            ("产出指标", "时效指标", "完工时间", "2026年11月底前"),
        ],
    ),
    "commas before all values": (
        "水质达标。产出指标：数量指标：清淤长度，≥12公里；质量指标：水质达标率，≥95%；效益指标：生态效益指标：河道环境，改善。",
        "水质达标。",
        [
            ("产出指标", "数量指标", "清淤长度", "≥12公里"),
            ("产出指标", "质量指标", "水质达标率", "≥95%"),
            ("效益指标", "生态效益指标", "河道环境", "改善"),
        ],
    ),
    "none": ("从产出、效益、满意度三方面设指标：清淤12公里。", "从产出、效益、满意度三方面设指标：清淤12公里。", []),
}


@pytest.mark.parametrize("case", INDICATORS)
def test_indicators_inside_the_goal(tmp_path: Path, case: str) -> None:
    printed, goal, wanted = INDICATORS[case]
    text = "1.“清淤”项目\n(1)项目概述：清淤。\n(2)立项依据：规划。\n(3)年度预算安排：8万元\n(4)绩效目标："
    records = extract(tmp_path, text + printed + "\n" + text.replace("1.“", "2.“") + "河道畅通。\n").records
    assert [record.project.goal for record in records] == [goal, "河道畅通。"]
    read = records[0].project.indicators
    assert [(one.level1, one.level2, one.name, one.annual_value) for one in read] == wanted


TABLE = (
    "<table><tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>指标值</td></tr>"
    "<tr><td rowspan=2>产出指标</td><td>数量指标</td><td>清淤长度</td><td>12公里</td></tr>"
    "<tr><td>质量指标</td><td>合格率</td><td>≥98%</td></tr></table>"
)


def test_a_table_of_indicators_between_two_projects(tmp_path: Path) -> None:
    """The table below an empty goal is that project's; other tables are no part of what prose tells."""
    head = (
        "<p>{}、“{}”项目</p><p>(1)项目概述：清淤。</p><p>(2)立项依据：规划。</p><p>(3)年度预算安排：8万元</p>"
        "<p>(4)绩效目标：{}</p>"
    )
    box = "<table><tr><td>索引号</td><td>A-1</td><td>发布机构</td><td>云溪市水务局</td></tr></table>"
    page = f"<html><body>{box}{head.format(1, '清淤', '')}{TABLE}{head.format(2, '绿化', '植树。')}</body></html>"
    path = tmp_path / "source.html"
    path.write_text(page, encoding="utf-8")
    first, second = finish(survey(cut(read(path))), {}, Settings(model=None, cache=False)).records
    assert (first.project.name, first.project.goal, second.project.goal) == ("清淤", None, "植树。")
    assert [(one.level1, one.level2, one.name, one.annual_value) for one in first.project.indicators] == [
        ("产出指标", "数量指标", "清淤长度", "12公里"),
        ("产出指标", "质量指标", "合格率", "≥98%"),
    ]
    assert second.project.indicators == ()


def test_text_that_a_sheet_holds_one_cell_a_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (HEAD + ONE).splitlines():
        book.active.append([line])
    book.save(tmp_path / "source.xlsx")
    (record,) = finish(survey(cut(read(tmp_path / "source.xlsx"))), {}, Settings(model=None, cache=False)).records
    assert (record.project.name, record.project.amounts.total) == ("阅读推广项目", "128.60")


MARKDOWN = """# 2026年重点项目

## 1. 护林员补助

- **项目概述**：聘用护林员96名。
- **立项依据**：《森林法》。
- **预算金额（万元）**：57.6
- **绩效目标**：火灾减少。

## 2. 防火通道

### 项目概述

维护通道。

### 立项依据

防火规划。

### 预算金额（万元）

31

### 绩效目标

通道畅通。

以上项目绩效目标已经审议通过。
"""


def test_markdown_and_units_in_headings(tmp_path: Path) -> None:
    records = extract(tmp_path, MARKDOWN).records
    assert [record.project.name for record in records] == ["护林员补助", "防火通道"]
    assert [record.project.goal for record in records] == ["火灾减少。", "通道畅通。"]
    assert [record.normalized.amounts["total"] for record in records] == ["576000", "310000"]


RUNNING = {
    "counted indicators": "（一）护林员补助，2026年预算安排57.6万。项目实施单位：青木县林场。绩效目标：火灾减少。"
    "设2条数量指标：聘用人数≥96名，巡护里程≥12000公里；设1条质量指标：到位率≥98%。\n",
    "counted categories": "1.护林员补助，实施单位为青木县林场，安排资金57.6万元，绩效目标是火灾减少。"
    "其中产出指标3条，分别为："
    "数量指标：聘用人数≥96名；数量指标：巡护里程≥12000公里；质量指标：到位率≥98%。\n",
    "a name in the sentence": "关于护林的公示\n安排资金57.6万元，实施“护林员补助”项目，"
    "实施单位为青木县林场。绩效目标：火灾减少。"
    "数量指标：聘用人数≥96名；巡护里程≥12000公里；质量指标：到位率≥98%。\n青木县林场\n2026年2月9日\n",
}


@pytest.mark.parametrize("case", RUNNING)
def test_projects_told_in_sentences(tmp_path: Path, case: str) -> None:
    (record,) = extract(tmp_path, RUNNING[case]).records
    project = record.project
    assert (project.name, project.unit, project.goal) == ("护林员补助", "青木县林场", "火灾减少。")
    assert project.amounts.total == "57.6"
    assert [(one.name, one.annual_value) for one in project.indicators] == [
        ("聘用人数", "≥96名"),
        ("巡护里程", "≥12000公里"),
        ("到位率", "≥98%"),
    ]


GOAL = "七、绩效目标\n"
BEHIND = (
    "（二）绩效评价情况。2025年自评良好。\n",
    "十、名词解释\n",
    "财政项目支出绩效目标申报表\n（2026年度）\n",
    "云溪市图书馆\n2026年2月9日\n",
    "分享到：微信\n",
    "信息公开联系人：办公室　电话：0000-7210033\n",
    "第三部分 名词解释\n",
    "----\n",
)


@pytest.mark.parametrize("behind", BEHIND)
def test_where_the_last_goal_ends(tmp_path: Path, behind: str) -> None:
    text = "九、重点项目\n（一）项目情况\n" + ONE.replace("\n一、", "\n1.", 1)
    for at, han in enumerate("二三四五六七", 2):
        text = text.replace(f"\n{han}、", f"\n{at}.")
    result = extract(tmp_path, text + behind)
    (record,) = result.records
    assert record.project.goal == "全年举办活动120场，读者满意度达到95%以上。"
    assert result.document.characters.outside > 0


def test_goals_of_several_years_and_goals_elsewhere(tmp_path: Path) -> None:
    several = ONE.replace(GOAL, GOAL + "（一）中期目标：场馆达标。\n（二）年度目标：")
    elsewhere = ONE[: ONE.index(GOAL)] + GOAL + "详见项目绩效目标表\n"
    first, second = extract(tmp_path, several + elsewhere).records
    assert first.project.goal == "全年举办活动120场，读者满意度达到95%以上。"
    assert first.project.attributes["中期目标"] == "场馆达标。"
    assert second.project.goal is None
    assert "template_left_empty" in {flag.code for flag in second.flags if flag.path == "goal"}


@pytest.mark.parametrize("goal", ["改造公厕（含旱厕", "，改造公厕6座。", "改造公厕6座，"])
def test_a_goal_that_is_cut_is_flagged(tmp_path: Path, goal: str) -> None:
    (record,) = extract(tmp_path, HEAD + ONE[: ONE.index(GOAL)] + GOAL + goal + "\n").records
    assert ("boundary_unsure", "goal") in {(flag.code, flag.path) for flag in record.flags}


def test_bodies_above_their_projects(tmp_path: Path) -> None:
    one = WITHOUT_UNIT
    for at, han in enumerate("一二三四五六七", 1):
        one = one.replace(f"{han}、", f"({at})")
    text = "一、云溪市图书馆\n1.“甲乙”项目\n" + one + "2.“丙丁”项目\n" + one + "二、云溪市文化馆\n1.“戊己”项目\n" + one
    records = extract(tmp_path, text).records
    assert [record.project.name for record in records] == ["甲乙", "丙丁", "戊己"]
    assert [record.project.unit for record in records] == ["云溪市图书馆", "云溪市图书馆", "云溪市文化馆"]
    assert {record.project.goal for record in records} == {"全年举办活动120场，读者满意度达到95%以上。"}


def test_categories_that_a_comma_closes_or_that_are_called_goals() -> None:
    text = "数量指标：栽树（≥**株）>=160株；社会效益目标：受益户≥12户。"
    text += "可持续影响指标，持续发展。服务对象满意度指标，农户满意度≥95%。"
    found = find_indicators(MappedText(text, range(len(text))))
    assert found is not None
    read_as = [{name: text[slice(*place)] for name, place in one.items()} for one in found.indicators]
    assert [
        (one.get("level2") or one["level1"], one["indicator_name"], one.get("annual_value")) for one in read_as
    ] == [
        ("数量指标", "栽树（≥**株）", ">=160株"),
        ("社会效益目标", "受益户", "≥12户"),
        ("可持续影响指标", "持续发展", None),
        ("服务对象满意度指标", "农户满意度", "≥95%"),
    ]


LISTED = """
2024年衔接资金安排公告
（一）甲村烘干房项目
实施地点：甲村。
建设内容：烘干房2套。
资金预算：60万元
绩效目标：年烘干粮食3000吨。
项目实施单位及责任人：云溪镇人民政府  张某
（二）乙村冷库项目
实施地点：乙村。
建设内容：冷库1座。
资金预算：45.5万元
绩效目标：带动30户增收。
项目实施单位及责任人：石塘镇人民政府  李某
"""


def test_a_list_of_labelled_projects(tmp_path: Path) -> None:
    told = [record.project for record in extract(tmp_path, LISTED).records]
    assert [(one.name, one.unit, one.amounts.total, one.goal) for one in told] == [
        ("甲村烘干房项目", "云溪镇人民政府", "60", "年烘干粮食3000吨。"),
        ("乙村冷库项目", "石塘镇人民政府", "45.5", "带动30户增收。"),
    ]


NO_PROJECTS = {
    "a policy": "第五条 申报书应当包括：\n（一）项目概述：说明基本情况；\n（二）立项依据：说明政策文件；\n"
    "（三）实施主体：填写全称；\n"
    "（四）年度预算安排：填写申请金额；\n（五）绩效目标：应当包括产出、效益。\n",
    "a report": "青木县护林员补助项目绩效评价报告\n一、基本情况\n（一）项目概况。聘用96名。\n（二）立项依据。办法。\n"
    "（三）资金情况。预算57.6万元。\n二、绩效目标完成情况\n火灾减少。\n三、评价结论\n得分95分。\n",
    "a tender": "防火物资采购项目招标公告\n1.项目名称：防火物资\n"
    "2.项目概况：采购物资\n3.预算金额：31万元\n4.绩效目标：保证供应\n",
    "a plan": "工作总结\n一、工作情况\n（一）工作目标。造林4000亩。\n"
    "（二）主要任务。防火。\n（三）保障措施。加强领导。\n",
    "a budget": "青木县林业局部门预算说明\n一、项目概况\n项目3个，资金120万元。\n二、立项依据\n工作部署。\n"
    "三、绩效目标情况\n编报绩效目标的项目3个，实现全覆盖。\n",
    "contents": "一、项目概述……1\n二、立项依据……2\n三、实施主体……3\n四、绩效目标……4\n",
    "empty headings": "一、项目概述\n二、立项依据\n三、实施主体\n四、绩效目标\n",
    "news": "会议要求各部门科学设定绩效目标：数量指标要细化，质量指标要量化。会议听取了57.6万元资金的使用情况。\n",
}


@pytest.mark.parametrize("case", NO_PROJECTS)
def test_texts_that_tell_no_project(tmp_path: Path, case: str) -> None:
    assert extract(tmp_path, NO_PROJECTS[case]).records == []


def test_a_stretch_between_tables(tmp_path: Path) -> None:
    """Lines of one stretch only: the text around them stays where it is, and belongs to nothing here."""
    path = tmp_path / "source.txt"
    stretch = told("{number}.“{name}”项目", "（{number}）{label}：")
    path.write_text("收支总表\n" + HEAD + stretch + "第三部分 名词解释\n", encoding="utf-8")
    document = read(path)
    begin, end = document.text.index(stretch), document.text.index("第三部分")
    lines = tuple(line for line in document.lines if begin <= line.start < end)
    layout = compiled(candidates("prose", ())[0])
    part = replace(document, lines=lines)
    assert looks_like_prose(part, layout)
    blocks, header, marks = read_prose(part, layout)
    assert [block.content.text[slice(*block.cells["name"])] for block in blocks] == [name for name, *_ in TWO]
    assert header.title is None
    assert all(begin <= mark.start < mark.end <= end for mark in marks)
    assert {mark.kind for mark in marks} == {"blocks"}
    assert not looks_like_prose(replace(document, lines=document.lines[:2]), layout)


def test_long_digits_and_long_blanks_cost_no_time(tmp_path: Path) -> None:
    begin = process_time()
    assert money_in("年度预算" + "1" * 60_000, terms()) == []
    text = HEAD.replace("文化", " " * 60_000 + "文化") + ONE.replace("项目概述\n", "项目概述：" + " " * 60_000 + "\n")
    assert len(extract(tmp_path, text).records) == 1
    assert process_time() - begin < 10


@pytest.mark.parametrize(
    "text",
    [
        "1.甲：" * 20_000,
        "：" * 60_000 + ONE,
        ONE + "数量指标：" + "甲乙≥1个，" * 10_000,
        ONE + "（二）甲。" * 12_000,
        HEAD + ONE * 400,
        told("{number}.{name}。", "{label}：", "") * 300,
        RUNNING["counted indicators"] * 600,
    ],
)
def test_the_time_grows_with_the_length_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "source.txt"
    path.write_text(text, encoding="utf-8")
    document, layout = read(path), compiled(candidates("prose", ())[0])
    begin = process_time()
    if looks_like_prose(document, layout):
        read_prose(document, layout)
    assert process_time() - begin < 5


def test_a_project_that_tells_quantities_and_no_indicators_is_not_doubted_for_them(tmp_path: Path) -> None:
    (record,) = extract(
        tmp_path, HEAD + ONE.replace("按季度开展活动", "开展活动120场，覆盖12个社区，服务3000人")
    ).records
    assert "implausible" not in [flag.code for flag in record.flags]


NOTICE = """关于2026年河道清淤工程项目绩效目标的公示
现将2026年河道清淤工程项目绩效目标公示如下:
一、项目名称:2026年河道清淤工程
二、实施单位:云溪市河道管理所
三、资金来源及规模:安排资金68.5万元,其中省级补助50万元,县级配套18.5万元。
四、项目总体目标:清淤12公里,河道畅通,水质好转。
五、绩效指标:
1.产出指标
(1)数量指标:清淤长度≥12公里
(2)质量指标:工程验收合格率100%
2.满意度指标
(1)服务对象满意度指标:沿河居民满意度≥95%
公示时间:2026年3月1日至3月10日
"""
LABELLED = """云溪市2026年度河道清淤项目绩效目标
项目主管部门:云溪市水利局
预算金额:68.5万元
绩效目标:清淤12公里,河道畅通。
产出指标:
数量指标:清淤长度,≥12公里
质量指标:工程验收合格率,100%
满意度指标:
服务对象满意度指标:沿河居民满意度,≥95%
"""


@pytest.mark.parametrize(
    ("text", "name", "body"),
    [
        (NOTICE, "2026年河道清淤工程", ("unit", "云溪市河道管理所")),
        (LABELLED, "云溪市2026年度河道清淤项目", ("department", "云溪市水利局")),
    ],
)
def test_an_outline_of_indicators_below_a_goal(tmp_path: Path, text: str, name: str, body: tuple[str, str]) -> None:
    [record] = extract(tmp_path, text).records
    project = record.project
    assert (project.name, project.amounts.total, getattr(project, body[0])) == (name, "68.5", body[1])
    assert [(one.level1, one.level2, one.name, one.annual_value) for one in project.indicators] == [
        ("产出指标", "数量指标", "清淤长度", "≥12公里"),
        ("产出指标", "质量指标", "工程验收合格率", "100%"),
        ("满意度指标", "服务对象满意度指标", "沿河居民满意度", "≥95%"),
    ]


def test_a_section_on_indicators_that_nobody_can_tell_apart_is_flagged(tmp_path: Path) -> None:
    text = ONE + "八、绩效指标\n活动场次 120场 读者人次 30万\n"
    [record] = extract(tmp_path, text).records
    assert "unclaimed_text" in {flag.code.value for flag in record.flags}
