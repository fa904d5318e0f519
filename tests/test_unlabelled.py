"""Fields that are blank while their value stands under a label that no word list knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.checks.unlabelled import check_unlabelled
from extractor.errors import LayoutError
from extractor.layouts import terms
from extractor.messages import worded
from extractor.schemas.document import Block, BlockContext, MappedText
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading

INDICATORS = (
    Indicator(
        level1="产出指标", level2="数量指标", name="疏浚沟渠", annual_value="12", measure_unit="公里", weight="50"
    ),
    Indicator(level1="效益指标", level2="社会效益指标", name="受益农户", annual_value="800", weight="30"),
)
WHOLE = ProjectReading(
    name="沟渠疏浚",
    unit="柳湾县水利站",
    department="柳湾县水利局",
    goal="疏浚沟渠12公里。",
    amounts=Amounts(total="80.00", fiscal="80.00"),
    indicators=INDICATORS,
)
ORGANS = {"承办机构": "柳湾县河道管理所"}


def block(text: str, **cells: tuple[int, int]) -> Block:
    context = BlockContext("form", None, None, None, None, (), Amounts())
    return Block(0, MappedText(text, range(len(text))), context, 0, len(text), None, cells)


def found(project: ProjectReading, text: str = "", **cells: tuple[int, int]) -> list[tuple[str, str]]:
    flags = check_unlabelled(project, block(text, **cells), terms())
    return [(flag.path, worded(flag.said, "en")) for flag in flags]


def without(*fields: str) -> tuple[Indicator, ...]:
    return tuple(one.model_copy(update=dict.fromkeys(fields)) for one in INDICATORS)


@pytest.mark.parametrize(
    ("change", "path", "label"),
    [
        ({"unit": None, "attributes": ORGANS}, "unit", "承办机构"),
        ({"department": None, "attributes": ORGANS}, "department", "承办机构"),
        ({"unit": None, "attributes": {"承办机构": "柳湾县水利局"}}, "unit", "承办机构"),
        (
            {"amounts": Amounts(breakdown=(FundingLine(label="全年盘子", amount="80.00"),))},
            "amounts.total",
            "全年盘子",
        ),
        ({"amounts": Amounts(), "attributes": {"盘子": "80.00"}}, "amounts.total", "盘子"),
        ({"amounts": Amounts(), "attributes": {"盘子": "800000"}}, "amounts.total", "盘子"),
        (
            {
                "amounts": Amounts(breakdown=(FundingLine(label="县级资金", amount="20.00"),)),
                "attributes": {"资金总额·全年预算数": "9\n80.00"},
            },
            "amounts.total",
            "资金总额·全年预算数",
        ),
        (
            {"department": None, "attributes": {"归口部门": "柳湾县水利站"}},
            "department",
            "归口部门",
        ),
        (
            {"amounts": Amounts(total="80.00", breakdown=(FundingLine(label="财政投入", amount="80.00"),))},
            "amounts.fiscal",
            "财政投入",
        ),
        (
            {
                "amounts": Amounts(
                    total="80.00", fiscal="60.00", breakdown=(FundingLine(label="别的款项", amount="20.00"),)
                )
            },
            "amounts.other",
            "别的款项",
        ),
        (
            {"indicators": without("measure_unit"), "attributes": {"计数": "公里", "计数(2)": "户"}},
            "indicators",
            "计数",
        ),
        (
            {"indicators": without("level2"), "attributes": {"事项": "数量指标", "事项(2)": "社会效益指标"}},
            "indicators",
            "事项",
        ),
        ({"attributes": {"方向类别": "≥", "方向类别(2)": "≥"}}, "indicators", "方向类别"),
        ({"indicators": without("weight"), "attributes": {"占比": "50", "占比(2)": "30"}}, "indicators", "占比"),
    ],
)
def test_a_value_under_an_unknown_label(change: dict[str, object], path: str, label: str) -> None:
    ((at, message),) = found(WHOLE.model_copy(update=change))
    assert at == path
    assert label in message


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"attributes": ORGANS},
        {"unit": None, "attributes": {"评审机构": "柳湾县财政局"}},
        {"unit": None, "attributes": {"落款": "柳湾县水利局"}},
        {"unit": None, "attributes": {"项目概况": "沟渠多年未疏浚。"}},
        {"amounts": Amounts(total="80.00", breakdown=(FundingLine(label="县级资金", amount="80.00"),))},
        {"amounts": Amounts(total="80.00", breakdown=(FundingLine(label="全程盘子", amount="240.00"),))},
        {"amounts": Amounts(), "attributes": {"事项编码": "20260107", "里程": "12"}},
        {
            "amounts": Amounts(breakdown=(FundingLine(label="县级资金", amount="20.00"),)),
            "attributes": {"盘子": "80.00"},
        },
        {"indicators": without("weight"), "attributes": {"自评得分": "50", "自评得分(2)": "30"}},
    ],
)
def test_what_is_no_value_of_a_blank_field(change: dict[str, object]) -> None:
    assert found(WHOLE.model_copy(update=change)) == []


@pytest.mark.parametrize(("label", "paths"), [("实施期目标", ["goal"]), ("年度目标", []), ("绩效目标", [])])
def test_the_goal_of_several_years_beside_an_unknown_text(label: str, paths: list[str]) -> None:
    lead = f"【{label}】"
    other = {"本年拟达成成果": "今年疏浚北片沟渠4公里，改造涵闸两座。"}
    project = WHOLE.model_copy(update={"attributes": other})
    spans = {"goal": (len(lead), len(lead) + len(WHOLE.goal or ""))}
    assert [path for path, _ in found(project, f"{lead}{WHOLE.goal}", **spans)] == paths


def page(*rows: str) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row.split("|")) for row in rows)
    return "<!doctype html><meta charset='utf-8'><table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def test_columns_of_rows_are_known_by_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        page(
            "单位名称|项目名称|预算数|绩效目标|大项|小项|三级指标|走向|指标值|量词",
            "柳湾县水利站|沟渠疏浚|80.00|疏浚沟渠。|产出指标|数量指标|疏浚沟渠|≥|12|公里",
            "柳湾县水利站|沟渠疏浚|80.00|疏浚沟渠。|效益指标|社会效益指标|受益农户|≥|800|户",
        ),
        encoding="utf-8",
    )
    [record] = extract(path, model="none").records
    read = [
        (one.level1, one.level2, one.name, one.operator, one.annual_value, one.measure_unit)
        for one in record.project.indicators
    ]
    assert read == [
        ("产出指标", "数量指标", "疏浚沟渠", "≥", "12", "公里"),
        ("效益指标", "社会效益指标", "受益农户", "≥", "800", "户"),
    ]


def test_a_form_of_unknown_words_is_not_called_empty(tmp_path: Path) -> None:
    """A column of comparison signs is printed by tables of indicators alone."""
    path = tmp_path / "a.html"
    path.write_text(
        page("事项名称|沟渠疏浚", "内容|占比|走向|水平", "疏浚沟渠|40|≥|12", "涵闸|30|=|2", "群众评价|30|≥|90"),
        encoding="utf-8",
    )
    with pytest.raises(LayoutError):
        extract(path, model="none")
