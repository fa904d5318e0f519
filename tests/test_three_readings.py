"""A reader that votes only where it is sure, as the second of two readers and as the third of three."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.compare import Comparison, Reading, compare
from extractor.compare.side import Abstention
from extractor.ground.paths import key, leaves
from extractor.messages import worded
from extractor.schemas.finding import Finding
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import FlagCode
from extractor.text import squash
from tests.mistakes import MISTAKES, ONE_INDICATOR_FLAG, rewrite_reading
from tests.test_compare import (
    COMPARED,
    INVENTED,
    READINGS,
    STRUCTURE,
    TABLE_READING,
    WITHHELD,
    Case,
    all_cases,
    differences,
    injected,
    seen,
    small,
)

FIELDS = frozenset({"name", "goal"})
INDICATOR_FIELDS = frozenset(
    {"number", "level1_code", "level1", "level2_code", "level2", "name", "cycle_value", "annual_value"}
)
NOT_ITS_BUSINESS = ("shift_amounts", "wrong_amount", "lose_amount", "wrong_unit", "flip_withheld")
ITS_BUSINESS = [mistake for mistake in MISTAKES if mistake not in NOT_ITS_BUSINESS]

TABLE = INVENTED[1]
GOAL = "扩大普惠性学前教育供给，减轻家长负担。"
CUT = "扩大普惠性学前教育供给"
END = "减轻家长负担。"
OTHER = "建设口袋公园六处"
MADE_UP = Indicator(number=4, name="宣传场次", annual_value="12场")
CYCLE = "indicators[1].cycle_value"
TIMELY = "2、产出指标；补助发放及时率；100%"


def business(reading: ProjectReading) -> ProjectReading:
    """What the built-in reader reads of a project."""
    indicators = [
        Indicator(**{field: getattr(item, field) for field in INDICATOR_FIELDS}) for item in reading.indicators
    ]
    return ProjectReading(name=reading.name, goal=reading.goal, indicators=tuple(indicators))


def builtin(one: Case, reading: ProjectReading, *unsure: str, doubt: str | None = None) -> Reading:
    """Its reading, unsure of these paths, and in doubt about this text of the block."""
    stretch: tuple[tuple[int, int], ...] = ()
    if doubt is not None:
        at = one.view.text.index(squash(doubt))
        stretch = ((at, at + len(squash(doubt))),)
    return replace(
        one.read(business(reading)), abstention=Abstention(FIELDS, INDICATOR_FIELDS, frozenset(unsure), stretch)
    )


def silent(one: Case, reading: ProjectReading) -> Reading:
    """Its reading where it is sure of nothing."""
    known = business(reading)
    return builtin(one, known, *(path for path, _ in leaves(known)), doubt=one.view.text)


def weigh(one: Case, rules: ProjectReading, model: Reading | None, third: Reading | None = None) -> Comparison:
    return compare(one.read(rules), model, one.view, STRUCTURE, WITHHELD, third=third)


def changed(reading: ProjectReading, path: str, value: Any) -> ProjectReading:
    """The reading with another value at `path`; an indicator set to None is dropped, one past the end is added."""
    match = re.fullmatch(r"indicators\[(\d+)\](?:\.(\w+))?", path)
    if match is None:
        return reading.model_copy(update={path: value})
    items, at = list(reading.indicators), int(match[1])
    items[at : at + 1] = [items[at].model_copy(update={match[2]: value})] if match[2] else [value] if value else []
    return reading.model_copy(update={"indicators": tuple(items)})


Change = tuple[str, Any] | None


def apply(change: Change) -> ProjectReading:
    return changed(TABLE_READING, *change) if change else TABLE_READING


ITEM = ("number", "level1", "name", "annual_value")


@pytest.mark.parametrize(
    ("rules", "read", "unsure", "doubt", "flags", "published", "abstained"),
    [
        # It reads the same, sure or not.
        (None, None, (), None, [], None, []),
        (None, None, ("goal", "indicators[2].name"), None, [], None, ["goal", "indicators[2].name"]),
        (None, None, (), GOAL, [], None, []),
        # It reads something else.
        (None, ("goal", CUT), (), None, [("disagreement", "goal")], None, []),
        (None, ("goal", CUT), ("goal",), None, [], None, ["goal"]),
        (("goal", OTHER), None, (), None, [("disagreement", "goal")], ("goal", GOAL), []),
        (
            ("goal", OTHER),
            None,
            ("goal",),
            None,
            [("ungrounded", "goal"), ("unclaimed_text", "")],
            ("goal", OTHER),
            ["goal"],
        ),
        # It reads nothing: a vote where it is sure of the text there.
        (None, ("goal", None), (), None, [("only_rules", "goal")], None, []),
        (None, ("goal", None), (), END, [], None, ["goal"]),
        (None, ("goal", None), (), "学前教育生均补助", [("only_rules", "goal")], None, []),
        (None, ("indicators[1].number", None), ("indicators[1].number",), None, [], None, ["indicators[1].number"]),
        (None, ("indicators[1]", None), (), None, [("only_rules", "indicators[1]")], None, []),
        (None, ("indicators[1]", None), (), "100%", [("only_rules", "indicators[1]")], None, []),
        (None, ("indicators[1]", None), (), "补助发放及时率", [], None, [f"indicators[1].{field}" for field in ITEM]),
        (None, ("indicators[1]", None), (), "90%以上", [("only_rules", "indicators[1]")], None, []),
        # What the rules made up stands nowhere: it is sure of that only where no doubt has room for it.
        (("indicators[3]", MADE_UP), None, (), None, [("only_rules", "indicators[3]")], None, []),
        (
            ("indicators[3]", MADE_UP.model_copy(update={"number": 7})),
            None,
            (),
            "90%以上",
            [("ungrounded", f"indicators[3].{field}") for field in ("number", "name", "annual_value")],
            ("indicators[3]", MADE_UP.model_copy(update={"number": 7})),
            [f"indicators[3].{field}" for field in ("number", "name", "annual_value")],
        ),
        # It reads what the rules do not.
        (("goal", None), None, (), None, [("only_model", "goal")], None, []),
        (("goal", None), None, ("goal",), None, [("unclaimed_text", "")], ("goal", None), []),
        (None, (CYCLE, "100%"), (), None, [("only_model", CYCLE)], None, []),
        (None, (CYCLE, "100%"), (CYCLE,), None, [], None, []),
        (("indicators[1]", None), None, (), None, [("only_model", "indicators[1]")], None, []),
        (
            ("indicators[1]", None),
            None,
            ("indicators[1].name", "indicators[1].annual_value"),
            None,
            [("unclaimed_text", "")] * 2,
            ("indicators[1]", None),
            [],
        ),
        (
            ("indicators[1]", None),
            None,
            ("indicators[1].name",),
            None,
            [("only_model", "indicators[1]")],
            ("indicators[1].name", None),
            [],
        ),
        (
            ("indicators[1]", None),
            None,
            ("indicators[1].level1",),
            None,
            [("only_model", "indicators[1]")],
            ("indicators[1].level1", None),
            [],
        ),
        # Not its business: as with one reader.
        (("unit", "某区财政局"), None, (), None, [("ungrounded", "unit")], ("unit", "某区财政局"), []),
        (("withheld", True), None, (), None, [("ungrounded", "withheld")], ("withheld", True), []),
        (
            ("attributes", {"负责人": "李明"}),
            None,
            (),
            None,
            [("ungrounded", "attributes.负责人")],
            ("attributes", {"负责人": "李明"}),
            [],
        ),
        (
            ("indicators[0].weight", "10"),
            None,
            (),
            None,
            [("ungrounded", "indicators[0].weight")],
            ("indicators[0].weight", "10"),
            [],
        ),
    ],
)
def test_a_reader_that_abstains(
    rules: Change,
    read: Change,
    unsure: tuple[str, ...],
    doubt: str | None,
    flags: list[tuple[str, str]],
    published: Change,
    abstained: list[str],
) -> None:
    second = builtin(TABLE, apply(read), *unsure, doubt=doubt)
    found = weigh(TABLE, apply(rules), second)
    assert [(flag.code.value, flag.path) for flag in found.findings] == flags
    assert found.project == apply(published)
    assert list(found.abstained) == abstained
    assert found.fields == len(list(leaves(found.project)))
    # Without a language model's reading the third is the second.
    assert weigh(TABLE, apply(rules), None, second) == found


def test_fields_read_twice_are_those_that_it_votes_on() -> None:
    for one in all_cases():
        fields = len(list(leaves(business(one.right))))
        found = weigh(one, one.right, builtin(one, one.right))
        assert (len(found.read_twice), found.abstained) == (fields, ())
        assert found.fields == len(list(leaves(one.right)))
        first, *_ = (path for path, _ in leaves(business(one.right)))
        found = weigh(one, one.right, builtin(one, one.right, first))
        assert (len(found.read_twice), found.abstained) == (fields - 1, (first,))


def test_what_it_is_not_sure_of_is_told_where_it_is_the_only_reader() -> None:
    found = compare(None, builtin(TABLE, TABLE_READING, "goal"), TABLE.view, STRUCTURE, WITHHELD)
    assert (len(found.read_twice), found.abstained) == (0, ("goal",))


def test_it_is_not_outvoted_for_what_it_was_never_asked() -> None:
    # Both explain the block: that the amount is nobody's in its reading says nothing against it.
    moved = changed(changed(TABLE_READING, CYCLE, "100%"), "indicators[1].annual_value", None)
    found = weigh(TABLE, moved, builtin(TABLE, TABLE_READING))
    assert differences(found.findings) == [("only_rules", CYCLE), ("only_model", "indicators[1].annual_value")]
    assert found.project == changed(moved, CYCLE, None)


@pytest.mark.parametrize(
    "change",
    [
        ("unit", "某区财政局"),
        ("withheld", True),
        ("attributes", {"负责人": "李明"}),
        ("indicators[0].weight", "10"),
        ("amounts", Amounts(total="254.35", breakdown=(FundingLine(label="上级资金", amount="254.35"),))),
        ("amounts", Amounts(total="1.00", unplaced=("2.00", "254.35"))),
    ],
)
def test_what_is_not_its_business_is_settled_as_with_one_reader_beside_a_dispute(change: tuple[str, Any]) -> None:
    rules = changed(TABLE_READING, *change)
    alone = TABLE.compare(rules, None)
    found = weigh(TABLE, rules, builtin(TABLE, changed(TABLE_READING, "indicators[2].annual_value", "90%以下")))
    dispute, *flags = sorted(found.findings, key=lambda flag: flag.code)
    assert (dispute.code, dispute.path) == ("disagreement", "indicators[2].annual_value")
    assert seen(tuple(flags)) == seen(alone.findings)
    assert (found.project, found.fields, found.abstained) == (alone.project, alone.fields, ())


@pytest.mark.parametrize("mistake", ITS_BUSINESS)
def test_every_mistake_of_the_rules_is_flagged_where_it_is_sure(mistake: str) -> None:
    for one, wrong, rng in injected(mistake, seeds=2):
        for right in (one.right, rewrite_reading(one.right, rng)):
            found = weigh(one, wrong, builtin(one, right))
            assert differences(found.findings), (one.id, wrong)


@pytest.mark.parametrize("mistake", NOT_ITS_BUSINESS)
def test_what_is_not_its_business_is_checked_as_with_one_reader(mistake: str) -> None:
    for one, wrong, _ in injected(mistake, seeds=1):
        found, alone = weigh(one, wrong, builtin(one, one.right)), one.compare(wrong, None)
        assert seen(found.findings) == seen(alone.findings)
        assert (found.project, found.abstained) == (wrong, ())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_reader_that_is_sure_of_nothing_says_nothing(mistake: str) -> None:
    for one, wrong, _ in injected(mistake, seeds=1):
        alone, two = one.compare(wrong, None), one.compare(wrong, one.right)
        found = weigh(one, wrong, silent(one, one.right))
        assert Counter(found.findings) == Counter(alone.findings)
        assert (found.project, found.spans, found.fields) == (alone.project, alone.spans, alone.fields)
        assert found.abstained == tuple(path for path, _ in leaves(business(wrong)))
        assert len(found.read_twice) == 0
        assert weigh(one, wrong, one.read(one.right), silent(one, one.right)) == two


def told(flags: Sequence[Finding]) -> Counter[tuple[str, str, str | None, str | None]]:
    """Disputes, whatever index an indicator was given."""
    return Counter(
        (flag.code.value, re.sub(r"\d+", "", flag.path), flag.rules, flag.model)
        for flag in flags
        if flag.code in COMPARED
    )


@given(READINGS, READINGS, st.data())
@settings(max_examples=150)
def test_abstaining_never_adds_a_dispute(rules: ProjectReading, model: ProjectReading, data: st.DataObject) -> None:
    one = small(rules)
    model = business(model)
    sure = builtin(one, model)
    unsure = data.draw(st.frozensets(st.sampled_from([path for path, _ in leaves(model)] or ["name"])))
    ends = sorted(data.draw(st.tuples(*[st.integers(0, len(one.view.text))] * 2)))
    hesitant = replace(sure, abstention=Abstention(FIELDS, INDICATOR_FIELDS, unsure, ((ends[0], ends[1]),)))
    found, all_votes, alone = weigh(one, rules, hesitant), weigh(one, rules, sure), one.compare(rules, None)
    assert told(found.findings) <= told(all_votes.findings)
    ungrounded = Counter(flag.path for flag in found.findings if flag.code is FlagCode.UNGROUNDED)
    assert max(ungrounded.values(), default=1) == 1
    assert ungrounded.total() <= sum(
        flag.code is FlagCode.UNGROUNDED for flag in (*all_votes.findings, *alone.findings)
    )
    published = [path for path, _ in leaves(found.project)]
    assert found.fields == len(published)
    assert list(found.abstained) == [path for path in published if path in found.abstained]
    assert set(found.abstained) <= {path for path, _ in leaves(business(found.project))}


# Three readings


@pytest.mark.parametrize(
    ("rules", "model", "third", "expected", "published"),
    [
        # code, rules, model, builtin, suggestion
        (GOAL, GOAL, GOAL, None, GOAL),
        (GOAL, CUT, GOAL, ("disagreement", GOAL, CUT, GOAL, GOAL), GOAL),
        (CUT, GOAL, GOAL, ("disagreement", CUT, GOAL, GOAL, GOAL), None),
        (CUT, END, GOAL, ("disagreement", CUT, END, GOAL, None), None),
        (CUT, END, END, ("disagreement", CUT, END, END, END), None),
        (GOAL, GOAL, CUT, ("disagreement", GOAL, GOAL, CUT, GOAL), GOAL),
        (GOAL, GOAL, None, ("disagreement", GOAL, GOAL, None, GOAL), GOAL),
        (GOAL, None, GOAL, ("only_rules", GOAL, None, GOAL, GOAL), GOAL),
        (GOAL, None, CUT, ("only_rules", GOAL, None, CUT, None), GOAL),
        (GOAL, None, None, ("only_rules", GOAL, None, None, None), GOAL),
        (None, GOAL, GOAL, ("only_model", None, GOAL, GOAL, GOAL), GOAL),
        (None, GOAL, None, ("only_model", None, GOAL, None, None), GOAL),
        (None, None, GOAL, ("disagreement", None, None, GOAL, None), None),
        (OTHER, OTHER, GOAL, ("disagreement", OTHER, OTHER, GOAL, OTHER), OTHER),
    ],
)
def test_two_against_one(
    rules: str | None,
    model: str | None,
    third: str | None,
    expected: tuple[str | None, ...] | None,
    published: str | None,
) -> None:
    readings = [changed(TABLE_READING, "goal", value) for value in (rules, model, third)]
    found = weigh(TABLE, readings[0], TABLE.read(readings[1]), builtin(TABLE, readings[2]))
    flags = [flag for flag in found.findings if flag.path == "goal" and flag.code in COMPARED]
    assert [(one.code.value, one.rules, one.model, one.builtin, one.suggestion) for one in flags] == (
        [expected] if expected else []
    )
    assert found.project.goal == published
    others = len(list(leaves(TABLE_READING))) - 1
    assert len(found.read_twice) == others + (sum(value is not None for value in (rules, model, third)) >= 2)
    # A vote that is not cast changes nothing.
    two = weigh(TABLE, readings[0], TABLE.read(readings[1]))
    assert weigh(TABLE, readings[0], TABLE.read(readings[1]), builtin(TABLE, readings[2], "goal")) == two


INDICATORS = TABLE_READING.indicators
LACKING = changed(TABLE_READING, "indicators[1]", None)
MORE = changed(TABLE_READING, "indicators[3]", MADE_UP)
LATE = changed(TABLE_READING, "indicators[1].annual_value", "90%以上")


@pytest.mark.parametrize(
    ("rules", "model", "third", "expected"),
    [
        # code, path, rules, model, builtin, suggestion
        (TABLE_READING, LACKING, TABLE_READING, ("only_rules", "indicators[1]", TIMELY, None, TIMELY, TIMELY)),
        (TABLE_READING, LACKING, LACKING, ("only_rules", "indicators[1]", TIMELY, None, None, None)),
        (LACKING, TABLE_READING, TABLE_READING, ("only_model", "indicators[1]", None, TIMELY, TIMELY, TIMELY)),
        (
            LACKING,
            TABLE_READING,
            LATE,
            ("only_model", "indicators[1]", None, TIMELY, "2、产出指标；补助发放及时率；90%以上", None),
        ),
        (
            MORE,
            TABLE_READING,
            MORE,
            ("only_rules", "indicators[3]", "4、宣传场次；12场", None, "4、宣传场次；12场", "4、宣传场次；12场"),
        ),
        (TABLE_READING, TABLE_READING, LACKING, ("disagreement", "indicators[1]", TIMELY, TIMELY, None, TIMELY)),
        (TABLE_READING, TABLE_READING, MORE, ("disagreement", "indicators[3]", None, None, "4、宣传场次；12场", None)),
        (LACKING, LACKING, TABLE_READING, ("disagreement", "indicators[2]", None, None, TIMELY, None)),
        (
            TABLE_READING,
            LATE,
            TABLE_READING,
            ("disagreement", "indicators[1].annual_value", "100%", "90%以上", "100%", "100%"),
        ),
        (
            TABLE_READING,
            changed(TABLE_READING, "indicators[1].number", 5),
            TABLE_READING,
            ("disagreement", "indicators[1].number", "2", "5", "2", "2"),
        ),
    ],
)
def test_indicators_of_three_readings(
    rules: ProjectReading, model: ProjectReading, third: ProjectReading, expected: tuple[str | None, ...]
) -> None:
    found = weigh(TABLE, rules, TABLE.read(model), builtin(TABLE, third))
    flags = [flag for flag in found.findings if flag.code in COMPARED]
    assert [(one.code, one.path, one.rules, one.model, one.builtin, one.suggestion) for one in flags] == [expected]
    two = weigh(TABLE, rules, TABLE.read(model))
    assert (found.project, found.spans) == (two.project, two.spans)
    assert weigh(TABLE, rules, TABLE.read(model), silent(TABLE, third)) == two


def test_an_indicator_that_two_read_differently_is_not_suggested() -> None:
    found = weigh(TABLE, TABLE_READING, TABLE.read(LATE), builtin(TABLE, LACKING))
    assert [(flag.path, flag.suggestion) for flag in found.findings] == [
        ("indicators[1].annual_value", None),
        ("indicators[1]", None),
    ]


def test_a_third_reading_says_so_and_where() -> None:
    found = weigh(TABLE, TABLE_READING, TABLE.read(TABLE_READING), builtin(TABLE, changed(TABLE_READING, "goal", CUT)))
    (flag,) = found.findings
    assert worded(flag.said) == "规则和模型的读取结果一致，内置读取器的不同，请对照原文确认。"
    assert [TABLE.view.source.text[slice(*span)] for span in flag.spans] == [GOAL, CUT]


def test_text_shown_as_the_third_readers_is_not_told_again() -> None:
    left_out = changed(TABLE_READING, "goal", None)
    found = weigh(TABLE, left_out, TABLE.read(left_out), builtin(TABLE, TABLE_READING))
    assert [flag.code.value for flag in found.findings] == ["disagreement"]


def test_without_the_rules_a_third_reading_has_no_say() -> None:
    model, third = TABLE.read(TABLE_READING), builtin(TABLE, LATE)
    alone = compare(None, model, TABLE.view, STRUCTURE, WITHHELD)
    assert compare(None, model, TABLE.view, STRUCTURE, WITHHELD, third=third) == alone


@pytest.mark.parametrize("mistake", [mistake for mistake in ITS_BUSINESS if mistake != "merge_indicators"])
@pytest.mark.parametrize("reader", ["rules", "model", "builtin"])
def test_who_is_wrong_alone_is_outvoted(mistake: str, reader: str) -> None:
    for one, wrong, _ in injected(mistake, seeds=1):
        readings = {"rules": one.right, "model": one.right, "builtin": one.right, reader: wrong}
        third = builtin(one, readings["builtin"])
        found = weigh(one, readings["rules"], one.read(readings["model"]), third)
        disputes = [flag for flag in found.findings if flag.code in COMPARED]
        assert disputes, one.id
        right = dict(leaves(one.right))
        for flag in disputes:
            if mistake not in ONE_INDICATOR_FLAG:
                assert key(flag.suggestion or "") == key(str(right.get(flag.path, ""))), (one.id, flag)
            elif mistake == "drop_indicator":
                assert flag.suggestion == next(text for text in (flag.rules, flag.model) if text)
            else:
                assert flag.suggestion is None


@given(READINGS, READINGS, READINGS)
@settings(max_examples=150)
def test_a_third_reading_publishes_nothing_and_takes_no_flag_away(
    rules: ProjectReading, model: ProjectReading, third: ProjectReading
) -> None:
    one = small(rules)
    two, three = one.compare(rules, model), weigh(one, rules, one.read(model), builtin(one, third))
    assert (three.project, three.spans, three.fields) == (two.project, two.spans, two.fields)
    assert three.read_twice >= two.read_twice
    disputes = [flag for flag in three.findings if flag.code in COMPARED]
    assert len({flag.path for flag in disputes}) == len(disputes)
    assert told(two.findings) <= told(three.findings)
    for flag in disputes:
        texts = [key(text) for text in (flag.rules, flag.model, flag.builtin) if text]
        if flag.suggestion and not re.fullmatch(r"indicators\[\d+\]", flag.path):
            assert texts.count(key(flag.suggestion)) == 2
        elif flag.suggestion:
            assert len(texts) >= 2
            assert flag.suggestion in (flag.rules, flag.model)
