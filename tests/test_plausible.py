"""Checks that need no vocabulary: values that a field never holds, in a project of its own making."""

from __future__ import annotations

import pytest

from extractor.checks.completeness import check_rows
from extractor.checks.places import check_places
from extractor.checks.plausible import check_plausible
from extractor.checks.untaken import check_untaken
from extractor.layouts import terms
from extractor.messages import worded
from extractor.schemas.document import Block, BlockContext, Cell, Document, MappedText, Row, Table
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading

GOOD = ProjectReading(
    name="桥梁检测",
    unit="云溪市公路所",
    department="云溪市交通局",
    goal="检测桥梁12座。",
    amounts=Amounts(total="80.00"),
    indicators=(
        Indicator(level1="产出指标", level2="数量指标", name="检测桥梁", annual_value="≥12座"),
        Indicator(level1="满意度指标", level2="服务对象满意度指标", name="服务对象满意度", annual_value="≥90%"),
    ),
)
TEXT = "桥梁检测\n数量指标\n检测桥梁\n≥12座\n服务对象满意度指标\n服务对象满意度\n≥90%"


def block(text: str = TEXT) -> Block:
    context = BlockContext("form", None, None, None, None, (), Amounts())
    return Block(0, MappedText(text, range(len(text))), context, 0, len(text), None, {"name": (0, 4)})


def found(project: ProjectReading, text: str = TEXT) -> list[tuple[str, str]]:
    flags = check_plausible(project, block(text), terms(), {})
    assert {str(flag.code) for flag in flags} <= {"implausible"}
    return [(flag.path, worded(flag.said, "en")) for flag in flags]


def test_nothing_is_said_of_a_right_project() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "项目名称", "is a label"),
        ("goal", "年度绩效目标", "is a label"),
        ("goal", "实际完成情况", "is a label"),
        ("unit", "（盖章）", "is a label"),
        ("department", "产出指标", "is a category"),
        ("name", "桥梁检测（2025", "to be cut"),
        ("name", "、桥梁检测", "to be cut"),
        ("goal", "。检测桥梁", "to be cut"),
        ("goal", "检测桥梁12座。项目支出绩效目标表", "another cell"),
        ("name", "nan", "writes for an empty cell"),
        ("goal", "#REF!", "writes for an empty cell"),
        ("name", "≥95", "another cell"),
        ("unit", "918,000.00", "another cell"),
        ("name", "桥梁检测---已备案", "another cell"),
        ("department", "云溪市交通局 责任科室部门 桥梁科", "another cell"),
        ("goal", "检测桥梁12座。18", "another cell"),
        ("goal", "详见附件2", "points elsewhere"),
        ("unit", "同上", "points elsewhere"),
        ("unit", "本单位负责实施，资金按季拨付，验收合格后结清，请予监督", "a passage of text"),
        ("department", "交通局。以上情况属实", "a passage of text"),
    ],
)
def test_a_text_that_no_such_field_holds(field: str, value: str, says: str) -> None:
    ((path, message),) = found(GOOD.model_copy(update={field: value}))
    assert path == field
    assert says in message


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "质量指标", "is a category"),
        ("operator", "时效指标", "is a category"),
        ("annual_value", "≥12座；质量指标；合格率", "another cell"),
        ("name", "检测桥梁；全程水平：12座", "another cell"),
        ("annual_value", "NaN", "writes for an empty cell"),
    ],
)
def test_an_indicator_that_took_another_cell(field: str, value: str, says: str) -> None:
    first = GOOD.indicators[0].model_copy(update={field: value})
    ((path, message),) = found(GOOD.model_copy(update={"indicators": (first, GOOD.indicators[1])}))
    assert path == f"indicators[0].{field}"
    assert says in message


def test_a_code_may_stand_for_a_name() -> None:
    assert found(GOOD.model_copy(update={"name": "13600101"})) == []


def test_rows_that_were_taken_for_projects() -> None:
    """Alone, such a name is told of its project; several of them, of the document."""
    good, bad = (
        check_plausible(one, block(), terms(), {}) for one in (GOOD, GOOD.model_copy(update={"unit": "质量指标"}))
    )
    assert check_rows([good, bad]) == []
    assert check_rows([bad, bad, *[good] * 8]) == []
    (one,) = check_rows([bad, bad, good])
    assert (str(one.code), one.path) == ("boundary_unsure", "document")


def test_rows_of_indicators_that_were_not_read() -> None:
    one = GOOD.model_copy(update={"indicators": GOOD.indicators[:1]})
    assert found(one) == [("indicators", "The source prints 1 more rows of indicators than were read.")]


@pytest.mark.parametrize(
    ("amounts", "attributes", "says"),
    [
        (Amounts(), {"项目资金（万元）": "80.00"}, "项目资金（万元） 80.00"),
        (Amounts(fiscal="60.00", other="20.00"), {}, "60.00、20.00"),
        (Amounts(fiscal="60.00"), {}, None),
        (Amounts(), {"执行数": "80.00", "预算科目编码": "2140106", "资金总额": "0.00"}, None),
        (Amounts(breakdown=(FundingLine(label="省级", amount="80.00"),)), {"资金总额": "80.00"}, None),
        (Amounts(unplaced=("80.00",)), {"资金总额": "80.00"}, None),
    ],
)
def test_money_without_a_total(amounts: Amounts, attributes: dict[str, str], says: str | None) -> None:
    flags = found(GOOD.model_copy(update={"amounts": amounts, "attributes": attributes}))
    assert [path for path, _ in flags] == (["amounts.total"] if says else [])
    assert says is None or says in flags[0][1]


def test_a_column_of_signs_that_no_field_took() -> None:
    signs = {"指标方向(1)": "≥", "指标方向(2)": "="}
    assert [path for path, _ in found(GOOD.model_copy(update={"attributes": signs}))] == ["indicators"]
    read = tuple(indicator.model_copy(update={"operator": "≥"}) for indicator in GOOD.indicators)
    assert found(GOOD.model_copy(update={"attributes": signs, "indicators": read})) == []


@pytest.mark.parametrize(
    ("name", "value", "unit", "is_doubted"),
    [
        ("监测数据有效率", "0.9", None, True),
        ("工程验收合格率", "1", None, True),
        ("群众满意度（抽查）", "1.0", None, True),
        ("按时发放情况", "0.95", None, True),
        ("监测数据有效率", "0.9", "%", False),
        ("监测数据有效率", "≥0.9", None, False),
        ("监测数据有效率", "90", None, False),
        ("培训场次", "1", None, False),
        ("新增管线", "0.9公里", None, False),
    ],
)
def test_a_share_that_lost_its_percent_sign_is_doubted(
    name: str, value: str, unit: str | None, is_doubted: bool
) -> None:
    one = Indicator(level1="产出指标", level2="质量指标", name=name, annual_value=value, measure_unit=unit)
    flags = found(GOOD.model_copy(update={"indicators": (*GOOD.indicators, one)}))
    assert [path for path, _ in flags] == (["indicators[2].annual_value"] if is_doubted else [])


def test_a_fraction_among_values_that_are_no_shares_is_a_number() -> None:
    one = Indicator(level1="产出指标", level2="成本指标", name="亩均投入", annual_value="0.45")
    assert found(GOOD.model_copy(update={"indicators": (GOOD.indicators[0], one)})) == []


def test_a_category_cut_in_two_is_doubted() -> None:
    cut = (
        Indicator(level1="产出", level2="时效指", name="补贴发", annual_value="每学期"),
        Indicator(level1="指标", level2="标", name="放时间", annual_value="末前"),
    )
    flags = [path for path, _ in found(GOOD.model_copy(update={"indicators": (*GOOD.indicators, *cut)}))]
    assert set(flags) == {f"indicators[{at}].level{level}" for at in (2, 3) for level in (1, 2)}
    assert len(flags) == len(set(flags))


def test_a_pages_number_behind_a_goal_is_doubted() -> None:
    assert [path for path, _ in found(GOOD.model_copy(update={"goal": "检测桥梁12座。 — 34 —"}))] == ["goal"]


@pytest.mark.parametrize(("level2", "is_doubted"), [("数量指标质量指标", True), ("服务对象满意度指标", False)])
def test_categories_of_several_rows_in_one_cell_are_doubted(level2: str, is_doubted: bool) -> None:
    one = Indicator(level1="产出指标", level2=level2, name="检测桥梁", annual_value="12座")
    flags = check_plausible(GOOD.model_copy(update={"indicators": (one,)}), block("桥梁检测"), terms(), {})
    assert [(str(flag.code), flag.path) for flag in flags] == ([("boundary_unsure", "name")] if is_doubted else [])


@pytest.mark.parametrize(
    ("attributes", "is_told"),
    [
        ({"产出": "数量目标 目标1 疏浚河段 12公里质量目标 目标1 验收合格率 100%"}, True),
        ({"产出": "数量目标 疏浚河段 12公里", "效益": "社会效益目标 受益人数 3万人"}, True),
        ({"绩效要求": "规模 疏浚河段 12公里 成色 验收合格率 100% 受益 3万人"}, True),
        ({"实施内容": "疏浚河段12公里，绿化3处，护坡2公里，验收合格率100%"}, False),
        ({"绩效情况": "数量指标和质量指标完成较好"}, False),
    ],
)
def test_indicators_that_nobody_took(attributes: dict[str, str], is_told: bool) -> None:
    """A project without indicators that prints some is doubted, one that has some is not."""
    none_read = GOOD.model_copy(update={"indicators": (), "attributes": attributes})
    assert [flag.path for flag in check_untaken(none_read)] == (["indicators"] if is_told else [])
    assert check_untaken(GOOD.model_copy(update={"attributes": attributes})) == []


PRINTED = "项目名称|桥梁检测|资金|80.00|12|目标|检测桥梁12座。|数量指标|检测桥梁|≥12座"


def placed(project: ProjectReading, spans: dict[str, str]) -> list[tuple[str, str]]:
    """What is said of values read from these pieces of `PRINTED`, the cells of one table of two rows."""
    document = read_text(PRINTED)
    at = {path: (PRINTED.index(text), PRINTED.index(text) + len(text)) for path, text in spans.items()}
    flags = check_places(project, block(PRINTED), document, at)
    assert {str(flag.code) for flag in flags} <= {"implausible"}
    return [(flag.path, flag.variant) for flag in flags]


def read_text(text: str) -> Document:
    """A document whose one table has its amounts and its indicators in rows of their own."""
    cells, start = [], 0
    for word in text.split("|"):
        content = MappedText(word, range(start, start + len(word)))
        cells.append(Cell(content, start, start + len(word)))
        start += len(word) + 1
    rows = tuple(Row(tuple(part), part[0].start, part[-1].end) for part in (cells[:7], cells[7:]))
    return Document("a.txt", "", "text", None, text, (), (Table(rows),))


RIGHT = {
    "name": "桥梁检测",
    "goal": "检测桥梁12座。",
    "amounts.total": "80.00",
    "indicators[0].level2": "数量指标",
    "indicators[0].annual_value": "≥12座",
}


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ({}, []),
        ({"goal": "桥梁检测"}, [("name", "taken_twice")]),
        ({"goal": "80.00"}, [("goal", "taken_twice")]),
        ({"indicators[0].annual_value": "数量指标"}, [("indicators[0].level2", "taken_twice")]),
        ({"attributes.备注": "≥12座"}, [("indicators[0].annual_value", "taken_twice")]),
        (
            {"indicators[0].name": "检测桥梁|", "indicators[1].name": "检测桥梁|", "indicators[1].level2": "≥12"},
            [("indicators[1].name", "taken_twice")],
        ),
        ({"name": "检测桥梁|≥12座"}, [("name", "taken_twice")]),
    ],
)
def test_a_cell_prints_one_value(spans: dict[str, str], said: list[tuple[str, str]]) -> None:
    assert placed(GOOD, RIGHT | spans) == said


@pytest.mark.parametrize(("amounts", "said"), [(Amounts(), [("amounts.total", "no_total")]), (Amounts(total="80"), [])])
def test_a_number_that_nobody_took_may_be_the_total(amounts: Amounts, said: list[tuple[str, str]]) -> None:
    without = {path: text for path, text in RIGHT.items() if path != "amounts.total"}
    assert placed(GOOD.model_copy(update={"amounts": amounts}), without) == said


def test_a_goal_is_no_number() -> None:
    assert [path for path, _ in found(GOOD.model_copy(update={"goal": "54.00"}))] == ["goal"]
