"""Comparison: every injected mistake shows, a right answer in other clothes does not."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.compare import Comparison, Reading, compare
from extractor.compare.align import align
from extractor.ground import ground
from extractor.ground.paths import COLUMNS, leaves
from extractor.messages import worded
from extractor.schemas.document import SYNTHETIC, BlockContext, Found, MappedText
from extractor.schemas.finding import Finding
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import FlagCode, status_of
from extractor.text import Squashed, squash
from tests.conftest import SHARED
from tests.mistakes import MISTAKES, ONE_INDICATOR_FLAG, rewrite_reading

STRUCTURE = re.compile(
    r"[0-9]{1,2}、|实施周期指标值|年度指标值|项目名称|总计|财政拨款|财政专户拨款|其他资金|绩效目标|绩效指标"
    r"|主管部门|预算单位|合计"
)
WITHHELD = re.compile("涉密项目|不宜公开|不对外公开")
COMPARED = {FlagCode.DISAGREEMENT, FlagCode.ONLY_RULES, FlagCode.ONLY_MODEL}

DUMP = """    社区矫正工作经

费
1,120.50 1,100.00 20.50

完善社区矫正工作机制，全年走访矫正对象90人
次，确保不脱管、不漏管。

1、1-产出指标；11-数量指标；走访矫正对象人次；实施周期指标
值:90人次。；年度指标值:90人次。2、1-产出指标；12-质量指标；矫正
对象脱管率；实施周期指标值:0%；年度指标值:0%。3、1-产出指标；13-时效指标；资金支
出进度（%）；实施周期指标值:95%以上。；年度指标值:91%以上。4
、2-效益指标；22-社会效益；重新犯罪情况；实施周期指标值:有所下降；年度指标值:有所下降
。5、3-满意度指标；31-服务对象满意度；群众满意度；实施周期指标值:95%以上；年度指标值:95%以上。
"""


def item(number: int, code1: str, one: str, code2: str, two: str, name: str, cycle: str, annual: str) -> Indicator:
    return Indicator(
        number=number, level1_code=code1, level1=one, level2_code=code2, level2=two,
        name=name, cycle_value=cycle, annual_value=annual,
    )  # fmt: skip


DUMP_READING = ProjectReading(
    department="某区司法局",
    unit="某区司法局（本级）",
    name="社区矫正工作经费",
    amounts=Amounts(total="1120.50", fiscal="1100.00", other="20.50"),
    goal="完善社区矫正工作机制，全年走访矫正对象90人次，确保不脱管、不漏管。",
    indicators=(
        item(1, "1", "产出指标", "11", "数量指标", "走访矫正对象人次", "90人次", "90人次"),
        item(2, "1", "产出指标", "12", "质量指标", "矫正对象脱管率", "0%", "0%"),
        item(3, "1", "产出指标", "13", "时效指标", "资金支出进度（%）", "95%以上", "91%以上"),
        item(4, "2", "效益指标", "22", "社会效益", "重新犯罪情况", "有所下降", "有所下降"),
        item(5, "3", "满意度指标", "31", "服务对象满意度", "群众满意度", "95%以上", "95%以上"),
    ),
)

TABLE = (
    "项目名称：学前教育生均补助\n总计：254.35\n绩效目标：扩大普惠性学前教育供给，减轻家长负担。\n"
    "绩效指标：1、产出指标：补助幼儿人数，年度指标值：6800人次。2、产出指标：补助发放及时率，年度指标值：100%。"
    "3、满意度指标：家长满意度，年度指标值：90%以上。"
)
TABLE_READING = ProjectReading(
    unit="某区第一幼儿园",
    name="学前教育生均补助",
    amounts=Amounts(total="254.35"),
    goal="扩大普惠性学前教育供给，减轻家长负担。",
    indicators=(
        Indicator(number=1, level1="产出指标", name="补助幼儿人数", annual_value="6800人次"),
        Indicator(number=2, level1="产出指标", name="补助发放及时率", annual_value="100%"),
        Indicator(number=3, level1="满意度指标", name="家长满意度", annual_value="90%以上"),
    ),
)

HIDDEN = "    行财06 15.00 15.00 项目信息不宜公开。 项目信息不宜公开。"
HIDDEN_READING = ProjectReading(
    unit="某区司法局（本级）",
    name="行财06",
    amounts=Amounts(total="15.00", fiscal="15.00"),
    goal="项目信息不宜公开。",
    withheld=True,
)


@dataclass(frozen=True)
class Case:
    """A block with its right reading."""

    id: str
    right: ProjectReading
    view: Squashed
    context: BlockContext

    def read(self, reading: ProjectReading) -> Reading:
        return Reading(reading, ground(reading, self.view, self.context))

    def compare(self, rules: ProjectReading | None, model: ProjectReading | None) -> Comparison:
        left, right = (None if reading is None else self.read(reading) for reading in (rules, model))
        return compare(left, right, self.view, STRUCTURE, WITHHELD)

    @property
    def standing(self) -> Counter[tuple[str, str, str]]:
        """Flags that the block raises with the right reading (a next unit's row, a page's foot)."""
        return seen(self.compare(self.right, self.right).findings)


def case(name: str, text: str, right: ProjectReading, *, header: bool = False) -> Case:
    offsets = list(range(len(text)))
    for label in re.finditer("(项目名称|总计|绩效目标|绩效指标)：", text) if header else ():
        offsets[slice(*label.span())] = [SYNTHETIC] * (label.end() - label.start())
    department = Found(right.department, (1000, 1005)) if right.department else None
    unit = Found(right.unit, (2000, 2005)) if right.unit else None
    context = BlockContext("test", department, unit, None, None, (), Amounts())
    return Case(name, right, Squashed(MappedText(text, offsets)), context)


INVENTED = [
    case("dump", DUMP, DUMP_READING),
    case("table", TABLE, TABLE_READING, header=True),
    case("withheld", HIDDEN, HIDDEN_READING),
]


def golden_cases() -> Iterator[Case]:
    """Blocks of the labelled documents: the text from one project's name to the next one's."""
    for path in sorted(SHARED.glob("golden/*/expected.json")):
        raw = (SHARED / "documents" / f"{path.parent.name}.txt").read_text(encoding="utf-8")
        text = re.sub(r"</?p>|\||-{3,}", lambda match: " " * len(match.group()), raw)
        whole = Squashed(MappedText(text, range(len(text))))
        projects = [
            ProjectReading.model_validate(project) for project in json.loads(path.read_text("utf-8"))["projects"]
        ]
        starts, cursor = [], 0
        for project in projects:
            amounts = [getattr(project.amounts, column) for column in COLUMNS]
            money = "".join(f"{float(amount):,.2f}" for amount in amounts if amount)
            before = "" if money else squash(project.unit or "")
            at = whole.text.index(before + squash(project.name or "") + money, cursor) + len(before)
            starts.append(at)
            cursor = at + 1
        for number, (project, start, end) in enumerate(
            zip(projects, starts, [*starts[1:], len(whole.text)], strict=True)
        ):
            first, last = whole.positions[start], whole.positions[end - 1] + 1
            context = BlockContext(
                "test",
                Found(project.department or "", None),
                Found(project.unit or "", None),
                None,
                None,
                (),
                Amounts(),
            )
            block = Squashed(MappedText(text[first:last], range(first, last)))
            yield Case(f"{path.parent.name}[{number}]", project, block, context)


@lru_cache
def all_cases() -> tuple[Case, ...]:
    return (*INVENTED, *golden_cases())


def seen(flags: Sequence[Finding]) -> Counter[tuple[str, str, str]]:
    return Counter((flag.code.value, flag.path, worded(flag.said)) for flag in flags)


def differences(flags: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(flag.code.value, flag.path) for flag in flags if flag.code in COMPARED]


def injected(mistake: str, seeds: int = 3) -> Iterator[tuple[Case, ProjectReading, random.Random]]:
    for number, one in enumerate(all_cases()):
        for seed in range(seeds):
            rng = random.Random(seed * 10_000 + number)
            wrong = MISTAKES[mistake](one.right, rng)
            if wrong is not None:
                yield one, wrong, rng


def test_labelled_documents_take_part() -> None:
    if not (SHARED / "golden").is_dir():
        pytest.skip("no labelled documents here")
    assert len(all_cases()) == len(INVENTED) + 66


@pytest.mark.parametrize("one", INVENTED, ids=lambda one: one.id)
def test_a_right_reading_is_published_without_a_flag(one: Case) -> None:
    for rules, model in ((one.right, one.right), (one.right, None), (None, one.right)):
        found = one.compare(rules, model)
        assert found.findings == ()
        assert found.project == one.right
        assert found.fields == len(list(leaves(one.right)))
        assert len(found.read_twice) == (found.fields if rules and model else 0)
        assert set(found.spans) == {path for path, _ in leaves(one.right)}


def test_every_labelled_value_is_found() -> None:
    for one in all_cases():
        assert one.read(one.right).grounding.ungrounded == (), one.id


def test_a_right_answer_in_other_clothes_raises_nothing() -> None:
    for number, one in enumerate(all_cases()):
        standing = one.standing
        for seed in range(4):
            dressed = rewrite_reading(one.right, random.Random(seed * 10_000 + number))
            found = one.compare(one.right, dressed)
            assert seen(found.findings) == standing, one.id
            assert found.project == one.right
            alone = one.compare(None, dressed)
            assert seen(alone.findings) == standing, one.id


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_of_the_model_is_flagged(mistake: str) -> None:
    tried = 0
    for one, wrong, rng in injected(mistake):
        found = one.compare(one.right, rewrite_reading(wrong, rng))
        assert differences(found.findings), (one.id, wrong)
        assert status_of(found.findings, second_reader=True) == "flagged"
        tried += 1
    assert tried >= (30 if len(all_cases()) > 3 else 3)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_of_the_rules_is_flagged_and_never_published_in_silence(mistake: str) -> None:
    for one, wrong, rng in injected(mistake):
        found = one.compare(wrong, rewrite_reading(one.right, rng))
        assert differences(found.findings), (one.id, wrong)
        flagged = {flag.path for flag in found.findings}
        right = dict(leaves(one.right))
        if found.project.indicators and len(found.project.indicators) != len(one.right.indicators):
            continue  # an indicator that only the rules read is flagged as a whole
        for path, value in leaves(found.project):
            if path in right and squash(str(value)) != squash(str(right[path])):
                assert path in flagged or path.rpartition(".")[0] in flagged, (one.id, path)


@pytest.mark.parametrize("mistake", ONE_INDICATOR_FLAG)
def test_a_lost_invented_or_doubled_indicator_is_one_flag(mistake: str) -> None:
    for one, wrong, rng in injected(mistake):
        for rules, model in ((one.right, rewrite_reading(wrong, rng)), (wrong, one.right)):
            found = one.compare(rules, model)
            (difference,) = differences(found.findings)
            more = len(rules.indicators) > len(model.indicators)
            assert difference[0] == ("only_rules" if more else "only_model")
            assert re.fullmatch(r"indicators\[[0-9]+\]", difference[1])
            assert [flag for flag in found.findings if flag.code is FlagCode.UNGROUNDED] == []
            assert found.project.indicators == one.right.indicators, one.id


def test_swapped_values_differ_in_exactly_their_fields() -> None:
    for one, wrong, rng in injected("swap_values"):
        expected = [
            path
            for (path, a), (_, b) in zip(leaves(one.right), leaves(wrong), strict=True)
            if squash(str(a)) != squash(str(b))
        ]
        found = one.compare(one.right, rewrite_reading(wrong, rng))
        assert differences(found.findings) == [("disagreement", path) for path in expected], one.id


@pytest.mark.parametrize(
    "mistake",
    ["paraphrase_value", "wrong_digit_in_value", "wrong_amount", "wrong_unit", "other_goal", "paraphrase_name"],
)
def test_what_is_not_printed_loses_to_what_is(mistake: str) -> None:
    for one, wrong, _ in injected(mistake):
        if mistake == "other_goal" and one.right.withheld:
            continue
        assert one.compare(one.right, wrong).project == one.right, one.id
    for one in INVENTED:
        wrong_reading = MISTAKES[mistake](one.right, random.Random(1))
        if wrong_reading:
            assert one.compare(wrong_reading, one.right).project == one.right


@pytest.mark.parametrize(
    "mistake",
    ["swap_values", "shift_values", "shift_amounts", "truncate_name", "cut_goal", "lose_value", "lose_amount"],
)
def test_what_is_printed_but_misplaced_loses_to_a_reading_that_explains_the_block(mistake: str) -> None:
    for one in INVENTED:
        for seed in range(9):
            wrong = MISTAKES[mistake](one.right, random.Random(seed))
            if wrong:
                assert one.compare(one.right, wrong).project == one.right, (one.id, wrong)


@pytest.mark.parametrize(
    "mistake",
    ["drop_indicator", "cut_goal", "wrong_amount", "renumber", "wrong_code", "lose_amount", "paraphrase_value"],
)
def test_a_single_reader_is_checked_against_the_source(mistake: str) -> None:
    for one in INVENTED[:2]:
        for seed in range(9):
            wrong = MISTAKES[mistake](one.right, random.Random(seed))
            if wrong:
                for rules, model in ((wrong, None), (None, wrong)):
                    found = one.compare(rules, model)
                    assert {flag.code for flag in found.findings} <= {FlagCode.UNGROUNDED, FlagCode.UNCLAIMED_TEXT}
                    assert found.findings, (one.id, wrong)


def read(**changes: object) -> ProjectReading:
    return DUMP_READING.model_copy(update=changes)


def only(found: Comparison) -> Finding:
    (flag,) = found.findings
    return flag


def test_a_disagreement_shows_both_texts_and_where_they_stand() -> None:
    one = INVENTED[0]
    flag = only(one.compare(DUMP_READING, read(name="社区矫正工作")))
    assert (flag.code, flag.path, flag.rules, flag.model) == (
        "disagreement",
        "name",
        "社区矫正工作经费",
        "社区矫正工作",
    )
    assert [DUMP[slice(*span)].replace("\n", "") for span in flag.spans] == ["社区矫正工作经费", "社区矫正工作"[:7]]


def test_an_ungrounded_value_is_one_flag_that_says_so() -> None:
    one = INVENTED[0]
    flag = only(one.compare(DUMP_READING, read(goal="完善机制")))
    assert flag.code is FlagCode.DISAGREEMENT
    assert "模型读出的值" in worded(flag.said)
    both = one.compare(read(unit="某区财政局"), read(unit="某区财政局"))
    assert (only(both).code, only(both).path, both.project.unit) == ("ungrounded", "unit", "某区财政局")
    english = compare(one.read(read(unit="某区财政局")), None, one.view, STRUCTURE, WITHHELD)
    assert worded(only(english).said, "en") == "The value read by the rules is not in the project's source text."


def test_blank_text_is_no_value() -> None:
    one = INVENTED[1]
    found = one.compare(TABLE_READING, TABLE_READING.model_copy(update={"department": "", "attributes": {}}))
    assert found.findings == ()
    assert found.project == TABLE_READING


def test_a_blank_is_not_filled_with_another_fields_text() -> None:
    one = INVENTED[1]
    items = list(TABLE_READING.indicators)
    items[1] = items[1].model_copy(update={"cycle_value": "100%"})
    found = one.compare(TABLE_READING, TABLE_READING.model_copy(update={"indicators": tuple(items)}))
    assert differences(found.findings) == [("only_model", "indicators[1].cycle_value")]
    assert found.project == TABLE_READING


def test_a_blank_is_filled_with_text_that_the_rules_left_unread() -> None:
    one = INVENTED[1]
    found = one.compare(TABLE_READING.model_copy(update={"goal": None}), TABLE_READING)
    assert (only(found).code, only(found).path) == ("only_model", "goal")
    assert found.project == TABLE_READING
    assert "goal" in found.spans


def test_the_models_value_is_published_as_printed() -> None:
    one = INVENTED[1]
    dressed = TABLE_READING.model_copy(update={"goal": "扩大普惠性学前教育供给,减轻家长负担。"})
    assert one.compare(None, dressed).project == TABLE_READING
    assert one.compare(TABLE_READING.model_copy(update={"goal": None}), dressed).project == TABLE_READING


def test_indicators_in_another_order_are_the_same_indicators() -> None:
    one = INVENTED[0]
    found = one.compare(DUMP_READING, read(indicators=DUMP_READING.indicators[::-1]))
    assert found.findings == ()


def test_merged_indicators_are_one_lost_and_one_changed() -> None:
    one = INVENTED[0]
    items = DUMP_READING.indicators
    joined = items[1].model_copy(update={"annual_value": "0%。3、1-产出指标；13-时效指标；资金支出进度（%）"})
    found = one.compare(DUMP_READING, read(indicators=(items[0], joined, *items[3:])))
    assert sorted(differences(found.findings)) == [
        ("disagreement", "indicators[1].annual_value"),
        ("only_rules", "indicators[2]"),
    ]
    assert found.project == DUMP_READING


def test_what_is_not_published_does_not_point_at_another_indicator() -> None:
    one = INVENTED[1]
    made_up = Indicator(number=4, name="宣传场次", annual_value="12场")
    items = TABLE_READING.indicators
    found = one.compare(TABLE_READING, TABLE_READING.model_copy(update={"indicators": (made_up, *items)}))
    flag = only(found)
    assert (flag.code, flag.path, flag.model) == ("only_model", "indicators[3]", "4、宣传场次；12场")
    assert found.project == TABLE_READING


LONE = Amounts(total="9.00", unplaced=("1.00",))
FUNDED = Amounts(total="9.00", breakdown=(FundingLine(label="上级资金", amount="1.00"),))


@pytest.mark.parametrize(
    ("rules", "model", "expected", "published"),
    [
        (
            LONE,
            Amounts(total="9.00", other="1.00"),
            [("only_model", "amounts.other"), ("only_rules", "amounts.unplaced[0]")],
            LONE,
        ),
        (LONE, Amounts(total="9", unplaced=("1.0",)), [], LONE),
        (LONE, Amounts(total="9.00", unplaced=("2.00",)), [("disagreement", "amounts.unplaced[0]")], LONE),
        (Amounts(total="9.00", unplaced=("3.00", "1.00")), LONE, [("only_rules", "amounts.unplaced[1]")], LONE),
        (FUNDED, Amounts(total="9.00", breakdown=(FundingLine(label=" 上级资金", amount="1"),)), [], FUNDED),
        (
            FUNDED,
            Amounts(total="9.00", other="1.00"),
            [("only_model", "amounts.other"), ("only_rules", "amounts.breakdown[0].amount")],
            FUNDED,
        ),
    ],
)
def test_amounts(rules: Amounts, model: Amounts, expected: list[tuple[str, str]], published: Amounts) -> None:
    one = case("amounts", "党费经费 9.00 上级资金 1.00", ProjectReading(name="党费经费"))
    structure = re.compile("上级资金")
    left, right = (one.read(ProjectReading(name="党费经费", amounts=amounts)) for amounts in (rules, model))
    found = compare(left, right, one.view, structure, WITHHELD)
    assert differences(found.findings) == expected
    assert found.project.amounts == published


def test_attributes_are_compared_by_label() -> None:
    one = case("attributes", "经费 项目编码：0412 负责人：李明", ProjectReading(name="经费"))
    rules = ProjectReading(name="经费", attributes={"项目编码": "0412", "负责人": "李明"})
    model = ProjectReading(name="经费", attributes={"负责人": "李 明", "项目 编码": "0413", "备注": "无"})
    found = one.compare(rules, model)
    assert differences(found.findings) == [("disagreement", "attributes.项目编码"), ("only_model", "attributes.备注")]
    assert found.project == rules


@pytest.mark.parametrize(
    ("one", "rules", "model", "codes", "published"),
    [
        (INVENTED[2], True, False, ["disagreement"], True),
        (INVENTED[2], False, True, ["disagreement"], True),
        (INVENTED[0], True, False, ["disagreement"], False),
        (INVENTED[0], False, True, ["disagreement"], False),
        (INVENTED[0], True, True, ["ungrounded"], True),
        (INVENTED[0], True, None, ["ungrounded"], True),
        (INVENTED[2], None, False, ["disagreement"], False),
    ],
)
def test_withheld_follows_the_sources_words(
    one: Case, rules: bool | None, model: bool | None, codes: list[str], published: bool
) -> None:
    left, right = (
        None if value is None else one.right.model_copy(update={"withheld": value}) for value in (rules, model)
    )
    found = one.compare(left, right)
    assert [flag.code.value for flag in found.findings if flag.path == "withheld"] == codes
    assert found.project.withheld is published


def test_text_that_nobody_read_is_told_in_short() -> None:
    one = case("long", "购置经费 " + "另有说明甲乙丙丁" * 9, ProjectReading(name="购置经费"))
    flag = only(one.compare(one.right, one.right))
    assert flag.code is FlagCode.UNCLAIMED_TEXT
    assert worded(flag.said).endswith("…")
    assert len(worded(flag.said)) < 60
    assert flag.spans == ((5, 77),)


def test_nothing_read_is_nothing_published() -> None:
    assert compare(None, None, INVENTED[0].view, STRUCTURE, WITHHELD) == Comparison(
        ProjectReading(), {}, (), frozenset(), 0
    )


def test_long_lists_that_have_nothing_in_common_take_bounded_time() -> None:
    rng = random.Random(1)

    def made_up(count: int) -> tuple[Indicator, ...]:
        names = ("".join(rng.choices("数量质量时效完成率满意度培训", k=8)) for _ in range(count))
        return tuple(
            Indicator(number=n, name=name, annual_value=f"{rng.randint(1, 99)}%") for n, name in enumerate(names)
        )

    for count in (100, 1000):
        one = case("hostile", "数量" * 5000, ProjectReading())
        started = time.process_time()
        found = one.compare(ProjectReading(indicators=made_up(count)), ProjectReading(indicators=made_up(count)))
        assert time.process_time() - started < 10
        assert len(found.findings) >= count


NAMES = st.sampled_from(["培训人次", "培训场次", "验收率", "满意度", "宣传活动", None])
VALUES = st.sampled_from(["90%", "95%以上", "100%", "按期完成", None])
ITEMS = st.builds(
    Indicator, number=st.one_of(st.none(), st.integers(1, 4)), name=NAMES, cycle_value=VALUES, annual_value=VALUES
)
READINGS = st.builds(
    ProjectReading,
    name=st.sampled_from(["购置经费", "培训经费", None]),
    goal=st.sampled_from(["提高满意度", "按期完成", None]),
    withheld=st.booleans(),
    amounts=st.builds(
        Amounts,
        total=st.sampled_from(["80.00", "8.00", None]),
        unplaced=st.sampled_from([(), ("80.00",), ("1.00", "8.00")]),
    ),
    indicators=st.lists(ITEMS, max_size=5).map(tuple),
    attributes=st.dictionaries(st.sampled_from(["编码", "负责人"]), st.sampled_from(["01", "李明"]), max_size=2),
)
TEXT = "购置经费 80.00 提高满意度 1、培训人次：90%；100% 2、验收率：95%以上；按期完成 编码：01 不宜公开"


def small(reading: ProjectReading) -> Case:
    return case("small", TEXT, reading)


@given(READINGS)
def test_a_reading_agrees_with_itself(reading: ProjectReading) -> None:
    found = small(reading).compare(reading, reading)
    assert differences(found.findings) == []
    assert found.project == reading


@given(READINGS, READINGS)
@settings(max_examples=150)
def test_the_readers_may_change_places(one: ProjectReading, two: ProjectReading) -> None:
    there, back = small(one).compare(one, two), small(one).compare(two, one)
    left, right = (Counter(flag.code for flag in found.findings if flag.code in COMPARED) for found in (there, back))
    assert left[FlagCode.DISAGREEMENT] == right[FlagCode.DISAGREEMENT]
    assert left[FlagCode.ONLY_RULES] == right[FlagCode.ONLY_MODEL]
    assert left[FlagCode.ONLY_MODEL] == right[FlagCode.ONLY_RULES]
    assert len(there.read_twice) == len(back.read_twice)


@given(READINGS, READINGS)
@settings(max_examples=150)
def test_every_published_value_is_printed_or_flagged_and_no_value_is_lost(
    one: ProjectReading, two: ProjectReading
) -> None:
    found = small(one).compare(one, two)
    flagged = {flag.path for flag in found.findings}
    published = dict(leaves(found.project))
    assert found.fields == len(published)
    for path, value in published.items():
        assert path in flagged or path.rpartition(".")[0] in flagged or squash(str(value)) in squash(TEXT)
    said = {str(value) for value in published.values()} | {
        part
        for flag in found.findings
        for text in (flag.rules, flag.model)
        if text
        for part in re.split("[；、]", text)
    }
    for reading in (one, two):
        assert {str(value) for _, value in leaves(reading)} <= said
    paths = [flag.path for flag in found.findings if flag.code is not FlagCode.UNCLAIMED_TEXT]
    assert len(paths) == len(set(paths))


@given(st.lists(ITEMS, max_size=7), st.lists(ITEMS, max_size=7))
def test_alignment_uses_every_indicator_once(left: list[Indicator], right: list[Indicator]) -> None:
    pairs = align(left, right)
    assert [i for i, _ in pairs if i is not None] == list(range(len(left)))
    assert sorted(j for _, j in pairs if j is not None) == list(range(len(right)))
