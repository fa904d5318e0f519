"""Grounding: what is printed is found where it stands, what is not printed is not found."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.ground import ground, overlaps, unclaimed
from extractor.ground.paths import leaves
from extractor.ground.tokens import is_whole
from extractor.layouts import built_in, compiled
from extractor.schemas.document import SYNTHETIC, BlockContext, Found, MappedText
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.text import Squashed, squash

STRUCTURE = re.compile(r"[0-9]{1,2}、|实施周期指标值|年度指标值|绩效目标|绩效指标|项目名称|总计|财政拨款")

GENERIC = compiled(built_in()[0]).structure

DUMP = """    租赁岗位合同工经

费
1,138.00 1,138.00

保障合同人员工资福利，提高工作积极性，人均90
元以上。

1、1-产出指标；13-时效指标；工资福利的正常发放率；实施周期指标
值:100%。；年度指标值:100%。2、1-产出指标；13-时效指标；资金支
出进度（%）；实施周期指标值:91%以上。；年度指标值:91%以上。3
、2-效益指标；22-社会效益；政法工作；实施周期指标值:190次，90.5分；年度指标值:90
次。
"""


def view_of(text: str) -> Squashed:
    return Squashed(MappedText(text, range(len(text))))


def context(department: Found | None = None, unit: Found | None = None) -> BlockContext:
    return BlockContext("test", department, unit, None, None, (), Amounts())


def reading(**changes: object) -> ProjectReading:
    right = ProjectReading(
        name="租赁岗位合同工经费",
        amounts=Amounts(total="1138.00", fiscal="1138.00"),
        goal="保障合同人员工资福利，提高工作积极性，人均90元以上。",
        indicators=(
            Indicator(
                number=1, level1_code="1", level1="产出指标", level2_code="13", level2="时效指标",
                name="工资福利的正常发放率", cycle_value="100%", annual_value="100%",
            ),
            Indicator(
                number=2, level1_code="1", level1="产出指标", level2_code="13", level2="时效指标",
                name="资金支出进度（%）", cycle_value="91%以上", annual_value="91%以上",
            ),
            Indicator(
                number=3, level1_code="2", level1="效益指标", level2_code="22", level2="社会效益",
                name="政法工作", cycle_value="190次，90.5分", annual_value="90次",
            ),
        ),
    )  # fmt: skip
    return right.model_copy(update=changes)


def texts(view: Squashed, places: dict[str, tuple[int, int]]) -> dict[str, str]:
    return {path: view.text[start:end] for path, (start, end) in places.items()}


def test_everything_printed_is_found_in_its_own_place() -> None:
    view = view_of(DUMP)
    found = ground(reading(), view, context())
    assert found.ungrounded == ()
    assert found.fields == len(found.places) == 28
    assert unclaimed(view, found.places, STRUCTURE) == []
    assert overlaps(found.places) == []
    starts = [
        found.places[f"indicators[{i}].{field}"][0] for i in range(3) for field in ("number", "name", "annual_value")
    ]
    assert starts == sorted(starts)
    printed = DUMP[slice(*found.source["indicators[1].name"])]
    assert printed == "资金支\n出进度（%）"


def test_right_hints_give_the_same_as_a_search() -> None:
    view = view_of(DUMP)
    searched = ground(reading(), view, context())
    assert ground(reading(), view, context(), searched.places) == searched


def test_wrong_hints_are_not_believed() -> None:
    view = view_of(DUMP)
    right = ground(reading(), view, context())
    hints = {path: (start + 1, end + 1) for path, (start, end) in right.places.items()}
    assert ground(reading(), view, context(), hints) == right
    assert ground(reading(), view, context(), {"name": (-5, 3), "goal": (7, 5), "amounts.total": (0, 10**9)}) == right


@pytest.mark.parametrize(
    ("value", "grounded"),
    [
        ("90次", True),
        ("９０次。；", True),
        ("90\n次", True),
        ("90", True),
        ("9", False),
        ("0次", False),
        ("190", True),
        ("19", False),
        ("90.5", True),
        ("0.5", False),
        ("5分", False),
        ("", False),
        ("。", False),
        (" ", False),
        ("95%", False),
        ("100％", True),
        ("提高工作积极性,人均90元以上", True),
    ],
)
def test_values_are_found_as_whole_tokens_in_any_width_and_wrap(value: str, grounded: bool) -> None:
    last = reading().indicators[2].model_copy(update={"annual_value": value})
    found = ground(reading(indicators=(last,)), view_of(DUMP), context())
    assert ("indicators[0].annual_value" not in found.ungrounded) is grounded


@pytest.mark.parametrize(
    ("amounts", "ungrounded"),
    [
        (Amounts(total="1138.00", fiscal="1138.00"), ()),
        (Amounts(total="1138", fiscal="1138.0"), ()),
        (Amounts(total="138.00"), ("amounts.total",)),
        (Amounts(total="1138.000"), ("amounts.total",)),
        (Amounts(other="1.00"), ("amounts.other",)),
        (Amounts(total="1138.01"), ("amounts.total",)),
        # Printed twice, so a third column that holds it is made up.
        (Amounts(total="1138.00", fiscal="1138.00", other="1138.00"), ("amounts.other",)),
        (Amounts(unplaced=("1138.00", "5.00")), ("amounts.unplaced[1]",)),
    ],
)
def test_every_printed_number_serves_one_amount(amounts: Amounts, ungrounded: tuple[str, ...]) -> None:
    assert ground(reading(amounts=amounts), view_of(DUMP), context()).ungrounded == ungrounded


@pytest.mark.parametrize("printed", ["1,138.00", "1138.00", "１，１３８．００", "1,1\n38.00"])
def test_amounts_are_found_however_they_are_printed(printed: str) -> None:
    view = view_of(f"经费 {printed} 12,000.00")
    found = ground(ProjectReading(name="经费", amounts=Amounts(total="1138.00", other="12000.00")), view, context())
    assert found.ungrounded == ()
    assert unclaimed(view, found.places, STRUCTURE) == []


def test_codes_and_numbers_are_grounded_at_their_label() -> None:
    items = list(reading().indicators)
    items[0] = items[0].model_copy(update={"level2_code": "22", "number": 7})
    assert ground(reading(indicators=tuple(items)), view_of(DUMP), context()).ungrounded == (
        "indicators[0].number",
        "indicators[0].level2_code",
    )


@pytest.mark.parametrize("marker", ["2、", "2.", "（2）", "②", "二、", "２、"])
def test_item_numbers_are_found_in_every_form(marker: str) -> None:
    view = view_of(f"目标好。{marker}产出指标：验收率，年度指标值：100%")
    item = Indicator(number=2, level1="产出指标", name="验收率", annual_value="100%")
    assert ground(ProjectReading(goal="目标好", indicators=(item,)), view, context()).ungrounded == ()


def test_a_name_that_wraps_around_the_amounts_is_found_in_pieces() -> None:
    view = view_of("    来穗人员和出租屋\n    32.00 32.00\n管理专项经费\n目标好")
    amounts = Amounts(total="32.00", fiscal="32.00")
    project = ProjectReading(name="来穗人员和出租屋管理专项经费", amounts=amounts, goal="目标好")
    found = ground(project, view, context())
    assert found.ungrounded == ()
    assert overlaps(found.places, found.pieces) == []
    assert unclaimed(view, found.claims(), STRUCTURE) == []
    lost = ground(project.model_copy(update={"amounts": Amounts()}), view, context())
    assert texts(view, dict(enumerate(unclaimed(view, lost.claims(), STRUCTURE)))) == {0: "32.00", 1: "32.00"}  # type: ignore[arg-type]
    assert ground(project, view, context(), found.places) == found


def test_department_and_unit_may_stand_in_the_context_alone() -> None:
    where = context(Found("某区教育局", (900, 905)), Found("某区教育局（本级）", None))
    project = reading(department="某区教育局", unit="某区教育局(本级)")
    found = ground(project, view_of(DUMP), where)
    assert found.ungrounded == ()
    assert found.source["department"] == (900, 905)
    assert "unit" not in found.source
    assert "unit" not in found.places
    assert ground(reading(department="某区卫健局"), view_of(DUMP), where).ungrounded == ("department",)
    assert ground(reading(unit="某区教育局"), view_of(DUMP), where).ungrounded == ("unit",)


def test_a_table_row_that_prints_its_own_unit_claims_it() -> None:
    view = view_of("某区教育局\t某区教育局\t校舍维修\t改善某区教育局办学条件")
    where = context(Found("某区教育局", (0, 5)), Found("某区教育局", (6, 11)))
    project = ProjectReading(department="某区教育局", unit="某区教育局", name="校舍维修", goal="改善某区教育局办学条件")
    found = ground(project, view, where)
    assert found.source["unit"] == (6, 11)
    assert unclaimed(view, found.places, STRUCTURE) == []
    assert overlaps(found.places) == []


def test_merged_labels_serve_every_indicator_they_cover() -> None:
    view = view_of("产出指标\t数量指标\t培训人次\t90人\t10\n质量指标\t合格率\t95%\t20")
    items = (
        Indicator(level1="产出指标", level2="数量指标", name="培训人次", annual_value="90人", weight="10"),
        Indicator(level1="产出指标", level2="质量指标", name="合格率", annual_value="95%", weight="20"),
    )
    found = ground(ProjectReading(indicators=items), view, context())
    assert found.ungrounded == ()
    assert found.places["indicators[0].level1"] == found.places["indicators[1].level1"]
    assert overlaps(found.places) == []
    assert unclaimed(view, found.places, STRUCTURE) == []


def test_values_of_wide_tables_are_found_in_their_own_cells() -> None:
    view = view_of("验收率 ≥ 90 % 10\n培训人次 ≥ 100 人 20\n满意度 ≥ 90 % 10")
    items = (
        Indicator(name="验收率", operator="≥", annual_value="90", measure_unit="%", weight="10"),
        Indicator(name="培训人次", operator="≥", annual_value="100", measure_unit="人", weight="20"),
        Indicator(name="满意度", operator="≥", annual_value="90", measure_unit="%", weight="10"),
    )
    found = ground(ProjectReading(indicators=items), view, context())
    assert found.ungrounded == ()
    assert unclaimed(view, found.places, STRUCTURE) == []
    assert overlaps(found.places) == []


def test_labelled_cells_account_for_label_and_value() -> None:
    view = view_of("项目编码：20410301 负责人: 李 明 是否续建：是 经费")
    project = ProjectReading(name="经费", attributes={"项目编码": "20410301", "负责人": "李明", "是否续建": "是"})
    found = ground(project, view, context())
    assert found.ungrounded == ()
    assert unclaimed(view, found.claims(), STRUCTURE) == []
    wrong = project.model_copy(update={"attributes": {"项目代码": "20410301", "负责人": "李明明"}})
    assert ground(wrong, view, context()).ungrounded == ("attributes.项目代码", "attributes.负责人")


def test_funding_labels_must_be_printed_too() -> None:
    view = view_of("经费 10.00 7.00")
    where = BlockContext("t", None, None, None, None, ("总计", "一般公共预算"), Amounts())
    right = ProjectReading(
        name="经费", amounts=Amounts(total="10.00", breakdown=(FundingLine(label="一般公共预算", amount="7.00"),))
    )
    assert ground(right, view, where).ungrounded == ()
    wrong = ProjectReading(
        name="经费", amounts=Amounts(total="10.00", breakdown=(FundingLine(label="上年结转", amount="7.00"),))
    )
    assert ground(wrong, view, where).ungrounded == ("amounts.breakdown[0].label",)


def test_a_value_printed_twice_can_be_claimed_twice() -> None:
    view = view_of("验收率 中期 90% 验收率 年度 95%")
    item = Indicator(name="验收率", cycle_value="90%", annual_value="95%")
    hints = {"indicators[0].name": (0, 3), "indicators[0].cycle_value": (5, 8), "indicators[0].annual_value": (13, 16)}
    structure = re.compile("中期|年度")
    found = ground(ProjectReading(indicators=(item,)), view, context(), hints | {"indicators[0].name+": (8, 11)})
    assert found.ungrounded == ()
    assert unclaimed(view, found.claims(), structure) == []
    lied = ground(ProjectReading(indicators=(item,)), view, context(), hints | {"indicators[0].name+": (8, 12)})
    assert texts(view, dict(enumerate(unclaimed(view, lied.claims(), structure)))) == {0: "验收率"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dropped", "left"),
    [
        ({"goal": None}, ["保障合同人员工资福利,提高工作积极性,人均90元以上"]),
        ({"amounts": Amounts(total="1138.00")}, ["1,138.00"]),
        ({"goal": "保障合同人员工资福利，提高工作积极性"}, ["人均90元以上"]),
        ({"indicators": reading().indicators[:2]}, ["2-效益指标;22-社会效益;政法工作", "190次,90.5分", "90次"]),
    ],
)
def test_lost_text_is_told(dropped: dict[str, object], left: list[str]) -> None:
    view = view_of(DUMP)
    found = ground(reading(**dropped), view, context())
    assert [view.text[start:end] for start, end in unclaimed(view, found.places, STRUCTURE)] == left


def test_a_lost_sign_or_unit_is_told() -> None:
    view = view_of("验收率 ≥95% 以上")
    found = ground(ProjectReading(indicators=(Indicator(name="验收率", annual_value="95"),)), view, context())
    assert [view.text[start:end] for start, end in unclaimed(view, found.places, STRUCTURE)] == ["≥", "%以上"]


def test_characters_put_in_while_cutting_are_not_missed() -> None:
    text = "某列：购置经费 备注：没有"
    view = Squashed(MappedText(text, [SYNTHETIC] * 3 + list(range(50, 50 + len(text) - 3))))
    found = ground(ProjectReading(name="购置经费"), view, context())
    assert found.source == {"name": (50, 54)}
    assert [view.text[start:end] for start, end in unclaimed(view, found.places, STRUCTURE)] == ["备注:没有"]


def test_overlapping_claims_are_told() -> None:
    twice = {"goal": (0, 9), "indicators[0].name": (4, 6), "indicators[1].name": (4, 6), "unit": (9, 12)}
    assert overlaps(twice) == [
        ("goal", "indicators[0].name"),
        ("goal", "indicators[1].name"),
        ("indicators[0].name", "indicators[1].name"),
    ]
    assert overlaps({"goal": (0, 9), "attributes.中期目标": (0, 9)}) == []


@pytest.mark.parametrize("text", ["1" * 60_000, "1 " * 30_000, "1、产出指标；" * 8_000, "，" * 50_000, "100%" * 20_000])
def test_hostile_text_costs_bounded_time(text: str) -> None:
    view = view_of(text)
    items = tuple(Indicator(number=n, level1="产出指标", name="1", annual_value="100%") for n in range(200))
    started = time.process_time()
    found = ground(ProjectReading(name="1" * 200, goal="产出", indicators=items), view, context())
    unclaimed(view, found.places, STRUCTURE)
    overlaps(found.places)
    assert time.process_time() - started < 5


TEXT = st.text(alphabet="产出指标数量率9015%。；;,.、（）(）\n 　-:", max_size=60)


@given(TEXT, st.data())
def test_what_is_cut_from_the_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    view = view_of(text)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    value = view.value(start, end)
    found = ground(ProjectReading(goal=value), view, context(), {"goal": (start, end)})
    if not squash(value).rstrip("。;"):
        assert found.ungrounded == ("goal",)
    elif is_whole(view, start, end):
        assert found.ungrounded == ()


@given(TEXT, st.lists(TEXT, max_size=6))
def test_every_value_is_either_placed_where_it_stands_or_ungrounded(text: str, values: list[str]) -> None:
    view = view_of(text)
    items = tuple(Indicator(name=value, annual_value=value[::-1]) for value in values)
    project = ProjectReading(name=text[:9], indicators=items)
    found = ground(project, view, context())
    for path, value in leaves(project):
        assert (path in found.places) != (path in found.ungrounded)
        if path in found.places and path not in found.pieces:
            start, end = found.places[path]
            assert view.text[start:end].rstrip("。;") == squash(str(value)).rstrip("。;")


@given(TEXT, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_unclaimed_text_is_uncovered_and_complete(text: str, spans: list[tuple[int, int]]) -> None:
    view = view_of(text)
    size = len(view.text)
    places = {str(n): (min(a, b, size), min(max(a, b), size)) for n, (a, b) in enumerate(spans)}
    covered = {at for start, end in places.values() for at in range(start, end)}
    lost = {at for start, end in unclaimed(view, places, re.compile("(?!)")) for at in range(start, end)}
    assert not lost & covered
    assert {at for at in range(size) if view.text[at].isalnum()} <= lost | covered


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("7.00/3.50", ["7.00/3.50"]),
        ("12.00元左右", ["12.00元左右"]),
        ("合计1,234.50元", ["合计1,234.50元"]),
        ("58.75\n58.75\n100.00%", ["58.75", "58.75", "100.00%"]),
        ("100.00%\n10\n1.预算执行率", ["100.00%", "10", "预算执行率"]),  # "10" above "1." is not number 101
        ("1、数量；2.质量", ["数量", "质量"]),
    ],
)
def test_what_is_left_over_is_shown_with_its_numbers_whole(text: str, left: list[str]) -> None:
    view = view_of(text)
    assert list(texts(view, dict(enumerate(unclaimed(view, [], GENERIC)))).values()) == left  # type: ignore[arg-type]
