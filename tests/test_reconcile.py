"""Each check of a reading against itself: what raises its flag, and what does not."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.checks.project import check_project, find_repeats
from extractor.checks.sums import check_document, rows_in_doubt
from extractor.layouts import CompiledLayout, built_in, compiled
from extractor.messages import flag as published
from extractor.messages import worded
from extractor.schemas.document import Block, BlockContext, MappedText, PrintedTotal, PrintedUnit
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import Flag, FlagCode

GRID, PROSE = (
    next(compiled(layout) for layout in built_in() if layout.source == source) for source in ("grid", "prose")
)
GOAL = "保障校舍安全使用，全年完成维修任务。"
ITEM = {"name": "维修完成率", "annual_value": "100%"}


def project(**changes: Any) -> ProjectReading:
    values: dict[str, Any] = {"name": "校舍维修经费", "goal": GOAL, "indicators": (item(),)}
    return ProjectReading(**(values | changes))


def item(**changes: Any) -> Indicator:
    return Indicator(**(ITEM | changes))


def items(*numbers: int | None) -> tuple[Indicator, ...]:
    return tuple(item(number=number) for number in numbers)


def amounts(total: str | None = None, fiscal: str | None = None, **changes: Any) -> Amounts:
    return Amounts(total=total, fiscal=fiscal, **changes)


def block(index: int = 0, possible: tuple[str, ...] = (), notes: tuple[str, ...] = ()) -> Block:
    context = BlockContext("dump-coded", None, None, PrintedUnit("万元"), None, (), Amounts(), possible)
    return Block(index, MappedText("", []), context, index * 100, index * 100 + 90, None, {}, notes)


def check(read: ProjectReading, language: str = "zh", layout: CompiledLayout = GRID, **of_block: Any) -> list[Flag]:
    found = check_project(read, block(**of_block), layout, {"goal": (3, 9), "indicators[0].name": (20, 25)})
    return [published(one, language) for one in found]


def grand(printed: Amounts, *rows: int) -> PrintedTotal:
    return PrintedTotal("grand_total", "合计", printed, 7, 9, rows)


def unit(name: str, printed: Amounts, *rows: int) -> PrintedTotal:
    return PrintedTotal("unit", name, printed, 7, 9, rows)


def check_sums(
    totals: list[PrintedTotal],
    printed: list[Amounts],
    *,
    amount_unit: str | None = "万元",
    repeats: tuple[int, ...] = (),
    language: str = "zh",
) -> list[Flag]:
    projects = [project(name=f"项目{index}", amounts=each) for index, each in enumerate(printed)]
    found = check_document(totals, projects, repeats, [amount_unit] * len(projects))
    return [published(one, language) for one in found]


Expected = list[tuple[FlagCode, str]]


def found(flags: list[Flag]) -> Expected:
    return [(flag.code, flag.path) for flag in flags]


PROJECTS: list[tuple[str, ProjectReading, Expected]] = [
    ("nothing wrong", project(), []),
    ("numbered", project(indicators=items(1, 2, 3)), []),
    ("no numbers", project(indicators=items(None, None)), []),
    ("gap", project(indicators=items(1, 3)), [(FlagCode.MISSING_NUMBER, "indicators")]),
    ("first is missing", project(indicators=items(2, 3)), [(FlagCode.MISSING_NUMBER, "indicators")]),
    ("twice", project(indicators=items(1, 2, 2)), [(FlagCode.MISSING_NUMBER, "indicators")]),
    ("out of order", project(indicators=items(2, 1)), [(FlagCode.MISSING_NUMBER, "indicators")]),
    (
        "code fits",
        project(indicators=(item(level1_code="1", level1="产出指标", level2_code="11", level2="数量指标"),)),
        [],
    ),
    (
        "full-width code fits",
        project(indicators=(item(level1_code="１", level1="产出指标", level2_code="11", level2="数量"),)),
        [],
    ),
    ("code alone", project(indicators=(item(level2_code="12"),)), []),
    ("unknown label", project(indicators=(item(level2_code="12", level2="其他"),)), []),
    (
        "12-时效指标",
        project(indicators=(item(level2_code="12", level2="时效指标"),)),
        [(FlagCode.CODE_LABEL_MISMATCH, "indicators[0].level2_code")],
    ),
    (
        "2-产出指标",
        project(indicators=(item(level1_code="2", level1="产出指标"),)),
        [(FlagCode.CODE_LABEL_MISMATCH, "indicators[0].level1_code")],
    ),
    (
        "code that there is not",
        project(indicators=(item(level2_code="99", level2="数量指标"),)),
        [(FlagCode.CODE_LABEL_MISMATCH, "indicators[0].level2_code")],
    ),
    (
        "2-…；11-…",
        project(indicators=(item(level1_code="2", level1="效益指标", level2_code="11", level2="数量指标"),)),
        [(FlagCode.CODE_LABEL_MISMATCH, "indicators[0].level2_code")],
    ),
    ("equal values", project(indicators=(item(cycle_value="100%"),)), []),
    ("equal but for blanks and width", project(indicators=(item(cycle_value="１００ ％"),)), []),
    (
        "different values",
        project(indicators=(item(cycle_value="90%"),)),
        [(FlagCode.CYCLE_ANNUAL_DIFFER, "indicators[0]")],
    ),
    ("cycle alone", project(indicators=(item(annual_value=None, cycle_value="90%"),)), []),
    ("placed amounts", project(amounts=amounts("3.00", "2.00", other="1.00")), []),
    ("total alone", project(amounts=amounts("3.00")), []),
    ("parts alone", project(amounts=amounts(None, "3.00")), []),
    (
        "unplaced",
        project(amounts=amounts("1.00", unplaced=("1.00",))),
        [(FlagCode.AMOUNT_COLUMN_AMBIGUOUS, "amounts.unplaced")],
    ),
    (
        "parts fall short",
        project(amounts=amounts("3.00", "2.00", special_account="0.99")),
        [(FlagCode.PARTS_DO_NOT_SUM, "amounts")],
    ),
    ("0.00 against nothing", project(amounts=amounts("0.00", "0")), []),
    (
        "unplaced counts as a part",
        project(amounts=amounts("3.00", "1.00", unplaced=("1.00",))),
        [(FlagCode.AMOUNT_COLUMN_AMBIGUOUS, "amounts.unplaced"), (FlagCode.PARTS_DO_NOT_SUM, "amounts")],
    ),
    (
        "other funding columns",
        project(amounts=amounts("3.00", "2.00", breakdown=(FundingLine(label="上年结转", amount="1"),))),
        [],
    ),
    (
        "more digits than a context holds",
        project(amounts=amounts("100000000000000000.00000001", "99999999999999999.99999999", other="0.00000001")),
        [(FlagCode.PARTS_DO_NOT_SUM, "amounts")],
    ),
    ("no goal", project(goal=None), [(FlagCode.TEMPLATE_LEFT_EMPTY, "goal")]),
    ("no indicators", project(indicators=()), [(FlagCode.TEMPLATE_LEFT_EMPTY, "indicators")]),
    ("no name", project(name=None), [(FlagCode.TEMPLATE_LEFT_EMPTY, "name")]),
    ("no value", project(indicators=(item(annual_value=None),)), [(FlagCode.TEMPLATE_LEFT_EMPTY, "indicators[0]")]),
    ("no indicator name", project(indicators=(item(name=None),)), [(FlagCode.TEMPLATE_LEFT_EMPTY, "indicators[0]")]),
    ("（100字以内）", project(goal="（100字以内）"), [(FlagCode.TEMPLATE_LEFT_EMPTY, "goal")]),
    (
        "请填写",
        project(indicators=(item(annual_value="请填写指标值"),)),
        [(FlagCode.TEMPLATE_LEFT_EMPTY, "indicators[0].annual_value")],
    ),
    ("XX", project(indicators=(item(name="XX数量"),)), [(FlagCode.TEMPLATE_LEFT_EMPTY, "indicators[0].name")]),
    ("goal is 无", project(goal="无。"), [(FlagCode.NOT_APPLICABLE, "goal")]),
    (
        "不适用",
        project(indicators=(item(annual_value="不适用"),)),
        [(FlagCode.NOT_APPLICABLE, "indicators[0].annual_value")],
    ),
    (
        "本项目不适用此指标",
        project(indicators=(item(name="本项目不适用此指标"),)),
        [(FlagCode.NOT_APPLICABLE, "indicators[0].name")],
    ),
    ("无 inside a value", project(goal="无重大事故。", indicators=(item(annual_value="无投诉"),)), []),
    ("withheld", project(withheld=True, goal="涉密项目", indicators=()), [(FlagCode.WITHHELD, "withheld")]),
]


@pytest.mark.parametrize(("read", "expected"), [row[1:] for row in PROJECTS], ids=[row[0] for row in PROJECTS])
def test_checks_of_a_project(read: ProjectReading, expected: Expected) -> None:
    zh, en = check(read), check(read, "en")
    assert found(zh) == expected
    assert found(en) == expected
    for flag, english in zip(zh, en, strict=True):
        assert flag.message
        assert "{" not in flag.message + english.message
        assert flag.message != english.message


@pytest.mark.parametrize(
    ("read", "of_block", "language", "says"),
    [
        (project(indicators=items(1, 3, 6)), {}, "zh", "缺第 2、4、5 项"),
        (project(indicators=items(40)), {}, "en", "2、3、4、5、6、7、8、9、10…"),
        (
            project(indicators=(item(level2_code="12", level2="时效指标"),)),
            {},
            "zh",
            "12 通常为“质量指标”，原文印为“时效指标”",
        ),
        (project(indicators=(item(level2_code="99", level2="时效指标"),)), {}, "zh", "99 通常为“—”"),
        (
            project(amounts=amounts("1.00", unplaced=("1.00",))),
            {"possible": ("special_account", "other")},
            "zh",
            "1.00 属于哪一栏无法由原文或合计数确定（可能：财政专户拨款、其他资金）",
        ),
        (
            project(amounts=amounts("1.00", unplaced=("1.00",))),
            {"possible": ("breakdown:上年结转",)},
            "en",
            "possible: 上年结转",
        ),
        (project(amounts=amounts("1.00", unplaced=("1.00",))), {}, "zh", "可能：—"),
        (
            project(amounts=amounts("1141.20", "1041.20", other="99.99")),
            {},
            "zh",
            "1,141.19 与总计 1,141.20 不符，相差 0.01",
        ),
        (
            project(amounts=amounts("1141.20", "1041.20", other="99.99")),
            {},
            "en",
            "1,141.19, but the printed total is 1,141.20: 0.01",
        ),
        (project(indicators=(item(), item(name=None))), {}, "zh", "第 2 项指标的名称或指标值为空"),
        (project(indicators=(item(), item(name=None))), {}, "en", "The name or the value of indicator 2 is empty"),
    ],
)
def test_messages_of_a_project(read: ProjectReading, of_block: dict[str, Any], language: str, says: str) -> None:
    assert says in " ".join(flag.message for flag in check(read, language, **of_block))


def test_prose_with_a_goal_needs_no_indicators() -> None:
    assert found(check(project(indicators=()), layout=PROSE)) == []
    assert found(check(project(indicators=(), goal=None), layout=PROSE)) == [
        (FlagCode.TEMPLATE_LEFT_EMPTY, "goal"),
        (FlagCode.TEMPLATE_LEFT_EMPTY, "indicators"),
    ]


def test_flags_lead_to_the_source() -> None:
    assert check(project(withheld=True))[0].spans == ((3, 9),)
    assert check(project(indicators=(item(annual_value=None),)))[0].spans == ((20, 25),)
    assert check(project(goal=None))[0].spans == ((3, 9),)


def test_doubts_about_the_cut_are_flagged_once() -> None:
    flags = check(project(), notes=("name_start", "name_end", "name_start"))
    assert found(flags) == [(FlagCode.BOUNDARY_UNSURE, "name")] * 2
    assert len({flag.message for flag in flags}) == 2


def test_an_absurd_item_number_costs_nothing() -> None:
    started = time.process_time()
    assert found(check(project(indicators=items(1, 10**15)))) == [(FlagCode.MISSING_NUMBER, "indicators")]
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("second", "repeated"),
    [
        ({}, True),
        ({"name": "校舍 维修经费"}, True),
        ({"goal": GOAL.replace("，", "， ")}, True),
        ({"name": "校舍维修经费二"}, False),
        ({"goal": "别的目标。"}, False),
        ({"unit": "云溪市第二小学"}, False),
        ({"department": "云溪市教育局"}, False),
        ({"amounts": amounts("2.00")}, False),
        ({"indicators": items(1)}, False),
    ],
)
def test_repeated_project(second: dict[str, Any], repeated: bool) -> None:
    first = project(amounts=amounts("1.00"), unit="云溪市第一小学")
    others = [project(name="另一个项目"), ProjectReading(**(first.model_dump() | second))]
    repeats = find_repeats([first, *others], [block(index) for index in range(3)])
    assert list(repeats) == ([2] if repeated else [])
    for flag in repeats.values():
        assert "第 1 个项目“校舍" in worded(flag.said)
        assert flag.spans == ((0, 90), (200, 290))


@pytest.mark.parametrize("read", [project(name=None), ProjectReading(name="无内容项目")])
def test_projects_without_content_do_not_repeat(read: ProjectReading) -> None:
    assert find_repeats([read, read], [block(0), block(1)]) == {}


def test_a_third_print_points_to_the_first() -> None:
    repeats = find_repeats([project()] * 3, [block(index) for index in range(3)])
    assert [(index, worded(flag.said, "en").split(",")[0]) for index, flag in repeats.items()] == [
        (1, "Same as project 1"),
        (2, "Same as project 1"),
    ]


MISMATCH = FlagCode.SUM_MISMATCH

SUMS: list[tuple[str, list[PrintedTotal], list[Amounts], list[tuple[str, str]]]] = [
    ("exact", [grand(amounts("3.00", "3.00"), 0, 1)], [amounts("1", "1"), amounts("2.00", "2.00")], []),
    ("0.1 + 0.2", [grand(amounts("0.30"), 0, 1)], [amounts("0.10"), amounts("0.20")], []),
    ("no rows print it", [grand(amounts("0.00"), 0)], [amounts()], []),
    ("not printed", [grand(amounts(), 0)], [amounts("1.00")], []),
    (
        "within rounding",
        [grand(amounts("3.02"), 0, 1)],
        [amounts("1.00"), amounts("2.00")],
        [("totals[0].amounts.total", "四舍五入差异")],
    ),
    (
        "beyond rounding",
        [grand(amounts("3.03"), 0, 1)],
        [amounts("1.00"), amounts("2.00")],
        [("totals[0].amounts.total", "“合计”总计印为 3.03，其下 2 行之和为 3.00，相差 0.03")],
    ),
    (
        "whole numbers are not rounded",
        [grand(amounts("4"), 0, 1)],
        [amounts("1"), amounts("2")],
        [("totals[0].amounts.total", "相差 1。")],
    ),
    (
        "four decimals round less",
        [grand(amounts("3.0100"), 0, 1)],
        [amounts("1.00"), amounts("2.00")],
        [("totals[0].amounts.total", "相差 0.0100。")],
    ),
    (
        "fiscal alone makes up the total: one flag",
        [grand(amounts("9.00", "9.00"), 0)],
        [amounts("1.00", "1.00")],
        [("totals[0].amounts.total", "印为 9.00")],
    ),
    (
        "by column",
        [grand(amounts("3.00", "1.00", other="2.00"), 0, 1)],
        [amounts("1.00", other="1.00"), amounts("2.00", "2.00")],
        [
            ("totals[0].amounts.fiscal", "财政拨款印为 1.00，其下 2 行之和为 2.00"),
            ("totals[0].amounts.other", "其他资金印为 2.00，其下 2 行之和为 1.00"),
        ],
    ),
    (
        "unplaced: the total alone is checked",
        [grand(amounts("3.00", "2.00", unplaced=("1.00",)), 0, 1)],
        [amounts("1.00", unplaced=("1.00",)), amounts("2.00", "2.00")],
        [],
    ),
    (
        "unit row",
        [unit("水务局", amounts("5.00"), 1)],
        [amounts("1.00"), amounts("4.00")],
        [("totals[0].amounts.total", "“水务局”总计印为 5.00，其下 1 行之和为 4.00")],
    ),
    (
        "unit without projects",
        [unit("水务局", amounts("5.00"))],
        [amounts("1.00")],
        [("totals[0].amounts.total", "其下 0 行之和为 0，相差 5.00")],
    ),
    (
        "units against the grand total",
        [grand(amounts("3.00"), 0, 1), unit("甲", amounts("1.00"), 0), unit("乙", amounts("3.00"), 1)],
        [amounts("1.00"), amounts("2.00")],
        [
            ("totals[2].amounts.total", "“乙”"),
            ("totals[0].amounts.total", "总计（各单位行）印为 3.00，其下 2 行之和为 4.00"),
        ],
    ),
    (
        "units within rounding",
        [grand(amounts("3.01"), 0, 1), unit("甲", amounts("1.00"), 0), unit("乙", amounts("2.00"), 1)],
        [amounts("1.00"), amounts("2.01")],
        [("totals[2].amounts.total", "四舍五入"), ("totals[0].amounts.total", "四舍五入")],
    ),
    (
        "a compilation has a grand total for each of its tables",
        [
            grand(amounts("3.00"), 0, 1),
            unit("甲", amounts("1.00"), 0),
            unit("乙", amounts("2.00"), 1),
            grand(amounts("7.00"), 2, 3),
            unit("丙", amounts("3.00"), 2),
            unit("丁", amounts("4.00"), 3),
        ],
        [amounts("1.00"), amounts("2.00"), amounts("3.00"), amounts("4.00")],
        [],
    ),
    (
        "a compilation whose second table is wrong",
        [
            grand(amounts("1.00"), 0),
            unit("甲", amounts("1.00"), 0),
            grand(amounts("7.00"), 1, 2),
            unit("丙", amounts("3.00"), 1),
            unit("丁", amounts("5.00"), 2),
        ],
        [amounts("1.00"), amounts("3.00"), amounts("4.00")],
        [("totals[4].amounts.total", "“丁”"), ("totals[2].amounts.total", "其下 2 行之和为 8.00")],
    ),
]


@pytest.mark.parametrize(("totals", "rows", "expected"), [row[1:] for row in SUMS], ids=[row[0] for row in SUMS])
def test_sums(totals: list[PrintedTotal], rows: list[Amounts], expected: list[tuple[str, str]]) -> None:
    flags = check_sums(totals, rows)
    assert found(flags) == [(MISMATCH, path) for path, _ in expected]
    for flag, (_, says) in zip(flags, expected, strict=True):
        assert says in flag.message
        assert ("四舍五入" in flag.message) == ("四舍五入" in says)
        assert flag.spans[0] == (7, 9)
    english = check_sums(totals, rows, language="en")
    assert found(english) == found(flags)


def test_a_total_row_is_checked_against_its_own_parts() -> None:
    flags = check_sums([grand(amounts("3.00", "2.00"), 0)], [amounts("3.00", "2.00")])
    assert found(flags) == [(FlagCode.PARTS_DO_NOT_SUM, "totals[0].amounts")]


@pytest.mark.parametrize(
    ("printed", "language", "says"),
    [
        ("3.00", "zh", "其中重复印出：“项目2” 2.00；不计重复为 3.00，与印出的合计相符。"),
        ("3.00", "en", "Printed twice: “项目2” 2.00; without the repeats the sum is 3.00, which is the printed total."),
        ("4.50", "zh", "不计重复为 3.00，仍相差 1.50。"),
        ("4.50", "en", "the sum is 3.00, still 1.50 apart."),
    ],
)
def test_a_repeated_row_is_named_where_the_sum_is_wrong(printed: str, language: str, says: str) -> None:
    rows = [amounts("1.00"), amounts("2.00"), amounts("2.00")]
    (flag,) = check_sums([grand(amounts(printed), 0, 1, 2)], rows, repeats=(2,), language=language)
    assert says in flag.message
    assert "5.00" in flag.message
    assert printed in flag.message


cents = st.integers(0, 10**10)


@given(st.lists(cents, min_size=1, max_size=20), st.integers(-50, 50))
def test_sums_are_exact_and_rounding_is_called_so(values: list[int], off: int) -> None:
    rows = [amounts(f"{value // 100}.{value % 100:02}") for value in values]
    printed = abs(sum(values) + off)
    flags = check_sums(
        [grand(amounts(f"{printed // 100}.{printed % 100:02}"), *range(len(rows)))], rows, amount_unit="元"
    )
    sums = [flag for flag in flags if flag.code == MISMATCH]
    difference = abs(printed - sum(values))
    assert bool(sums) == bool(difference)
    for flag in sums:
        assert ("四舍五入" in flag.message) == (difference <= len(rows))
        assert f"相差 {difference // 100}.{difference % 100:02}" in flag.message


@pytest.mark.parametrize(
    ("amount_unit", "printed", "says"),
    [
        ("万元", amounts("80.00"), None),
        ("元", amounts("800000.00"), None),
        ("千元", amounts("800"), None),
        (None, amounts("80.00"), "没有找到金额单位"),
        ("美元", amounts("80.00"), "没有找到金额单位"),
        (None, amounts(None, "80.00"), "没有找到金额单位"),
        (None, amounts(unplaced=("80.00",)), "没有找到金额单位"),
        (None, amounts(breakdown=(FundingLine(label="上年结转", amount="1"),)), "没有找到金额单位"),
        (None, amounts(), None),
        ("万元", amounts("10000000.00"), "单位为万元时金额 10,000,000.00 异常，请核对是否应为元"),
        ("元", amounts("80.00"), "单位为元时金额 80.00 异常，请核对是否应为万元"),
        ("元", amounts("0.00"), None),
    ],
)
def test_unit_scale(amount_unit: str | None, printed: Amounts, says: str | None) -> None:
    flags = check_sums([], [printed, amounts()], amount_unit=amount_unit)
    assert found(flags) == ([(FlagCode.UNIT_SCALE_SUSPECT, "document.amount_unit")] if says else [])
    assert all(says is not None and says in flag.message for flag in flags)


def test_sums_of_many_long_amounts_are_exact() -> None:
    rows = [amounts("999999999999999999.99999999")] * 2_000
    exact = "1999999999999999999999.99998000"
    (flag,) = [
        flag
        for flag in check_sums([grand(amounts("1"), *range(2_000))], rows, amount_unit="元")
        if flag.code == MISMATCH
    ]
    assert f"{int(exact[:-9]):,}{exact[-9:]}" in flag.message


@pytest.mark.parametrize(
    ("totals", "doubtful"),
    [
        ([], []),
        ([grand(amounts("60.00"), 0, 1, 2)], []),
        ([grand(amounts("60.02"), 0, 1, 2)], []),  # rounding
        ([grand(amounts("61.00"), 0, 1, 2)], [0, 1, 2]),
        ([grand(amounts("60.00", "50.00"), 0, 1, 2)], [0, 1, 2]),
        (
            [grand(amounts("61.00"), 0, 1, 2), unit("甲", amounts("31.00"), 0, 1), unit("乙", amounts("30.00"), 2)],
            [0, 1],
        ),
        ([grand(amounts("61.00"), 0, 1, 2), unit("甲", amounts("30.00"), 0, 1), unit("乙", amounts("30.00"), 2)], []),
        ([grand(amounts("61.00"), 0, 1, 2), unit("甲", amounts("30.00"), 0, 1)], [2]),
    ],
)
def test_rows_that_do_not_add_up(totals: list[PrintedTotal], doubtful: list[int]) -> None:
    projects = [project(amounts=amounts(value, value)) for value in ("10.00", "20.00", "30.00")]
    assert sorted(rows_in_doubt(totals, projects, ["万元"] * len(projects))) == doubtful
