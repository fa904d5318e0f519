"""Funding columns mapped to sources, and a project's money by source: never more than there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.layouts import terms
from extractor.normalize import normalize
from extractor.normalize.funding import CONFLICT, UNKNOWN, by_source, funding_of, is_of_the_year
from extractor.schemas.document import PrintedUnit
from extractor.schemas.project import SOURCES, Amounts, FundingLine, ProjectReading
from extractor.schemas.record import Normalized, NormalizedFunding

LABELS = [
    # the budgets (预算法 第五条), as columns print them
    ("一般公共预算", "fiscal", "一般公共预算", None, "year"),
    ("一般公共预算拨款", "fiscal", "一般公共预算", None, "year"),
    ("其中：一般公共预算（万元）", "fiscal", "一般公共预算", None, "year"),
    ("（1）一般公共预算财政拨款：", "fiscal", "一般公共预算", None, "year"),
    ("本年一般公共预算拨款", "fiscal", "一般公共预算", None, "year"),
    ("政府性基金", "fiscal", "政府性基金预算", None, "year"),
    ("政府性基金预算拨款", "fiscal", "政府性基金预算", None, "year"),
    ("国有资本经营预算", "fiscal", "国有资本经营预算", None, "year"),
    ("社会保险基金", None, "社会保险基金预算", None, "year"),
    # the canonical four
    ("财政拨款", "fiscal", "财政拨款", None, "year"),
    ("当年财政拨款", "fiscal", "财政拨款", None, "year"),
    ("财政性资金", "fiscal", "财政拨款", None, "year"),
    ("财政专户管理资金", "special_account", "财政专户管理资金", None, "year"),
    ("其他资金", "other", "其他资金", None, "year"),
    ("年度资金总额", None, "资金总额", None, "year"),
    # 财办〔2020〕13号
    ("单位资金", "other", "单位资金", None, "year"),
    ("事业收入", "other", "事业收入", None, "year"),
    ("经营收入", "other", "事业单位经营收入", None, "year"),
    ("上级补助收入", "other", "上级补助收入", None, "year"),
    ("附属单位上缴收入", "other", "附属单位上缴收入", None, "year"),
    ("其他收入", "other", "其他收入", None, "year"),
    ("自筹资金", "other", "自筹资金", None, "year"),
    ("银行贷款", "other", "银行贷款", None, "year"),
    # who pays
    ("中央资金", "fiscal", "中央资金", "中央", "year"),
    ("中央财政资金", "fiscal", "中央资金", "中央", "year"),
    ("中央预算内投资", "fiscal", "中央资金", "中央", "year"),
    ("省级资金", "fiscal", "省级资金", "省", "year"),
    ("其中：市级财政资金", "fiscal", "市级资金", "市", "year"),
    ("市级配套资金", "fiscal", "市级资金", "市", "year"),
    ("区级资金", "fiscal", "县区级资金", "县区", "year"),
    ("县（区）级配套资金", "fiscal", "县区级资金", "县区", "year"),
    ("区级一般公共预算", "fiscal", "一般公共预算", "县区", "year"),
    ("上级财政资金", "fiscal", "上级转移支付", None, "year"),
    ("本级财力", "fiscal", "本级财力", None, "year"),
    # borrowed
    ("一般债券", "fiscal", "一般债券", None, "year"),
    ("新增专项债券", "fiscal", "专项债券", None, "year"),
    ("债券资金", None, "债券资金", None, "year"),
    # whose money it is the label does not tell
    ("上级资金", None, "上级资金", None, "year"),
    ("上级补助", None, "上级资金", None, "year"),
    ("地方资金", None, "地方资金", None, "year"),
    ("配套资金", None, "配套资金", None, "year"),
    ("非税收入", None, "非税收入", None, "year"),
    ("上年结转", None, "上年结转", None, "year"),
    ("上年结转资金", None, "上年结转", None, "year"),
    # other money than the year's budget
    ("中期资金总额", None, "资金总额", None, "several_years"),
    ("中期资金总额·财政拨款", "fiscal", "财政拨款", None, "several_years"),
    ("实施期资金总额·其他资金", "other", "其他资金", None, "several_years"),
    ("项目资金总额·财政拨款", "fiscal", "财政拨款", None, "several_years"),
    ("项目总额(万元)", None, "资金总额", None, "several_years"),
    ("年度资金总额·财政拨款", "fiscal", "财政拨款", None, "year"),
    ("全年执行数", None, None, None, "spent"),
    ("财政拨款·全年执行数", "fiscal", "财政拨款", None, "spent"),
    ("实际支出数（万元）", None, None, None, "spent"),
    # not in the table: no guess, however near
    ("爱心款", None, None, None, "year"),
    ("省市资金", None, None, None, "year"),
    ("市场化资金", None, None, None, "year"),
    ("区域合作资金", None, None, None, "year"),
    ("财政拨款率", None, None, None, "year"),
    ("", None, None, None, "year"),
    ("·", None, None, None, "year"),
]


@pytest.mark.parametrize(("label", "source", "term", "level", "basis"), LABELS)
def test_labels(label: str, source: str | None, term: str | None, level: str | None, basis: str) -> None:
    assert funding_of(label) == (source, term, level, basis)
    assert is_of_the_year(label) is (basis == "year")


def test_every_funding_column_that_layouts_read_has_a_term() -> None:
    unknown = [label for label in terms().shared.funding.labels if funding_of(label).term is None]
    assert unknown == []


def of(total: str | None = None, /, unplaced: tuple[str, ...] = (), **columns: str) -> Normalized:
    """A project's money in yuan: canonical columns by their names, other lines by their labels."""
    canonical = {name: value for name, value in columns.items() if name in SOURCES}
    lines = tuple(FundingLine(label=label, amount=value) for label, value in columns.items() if label not in canonical)
    amounts = Amounts(total=total, unplaced=unplaced, breakdown=lines, **canonical)
    return normalize(ProjectReading(amounts=amounts), PrintedUnit("元"))


SUMS: list[tuple[str, Normalized, dict[str, str]]] = [
    ("nothing", of(), {}),
    ("canonical columns", of("9", fiscal="4", special_account="5"), {"fiscal": "4", "special_account": "5"}),
    ("a printed zero", of("0.00", fiscal="0.00"), {"fiscal": "0.00"}),
    ("a total alone", of("100"), {"unknown": "100"}),
    ("parts of 财政拨款 are in it", of("100", fiscal="100", 一般公共预算="70", 政府性基金="30"), {"fiscal": "100"}),
    ("财政拨款 blank", of("100", 一般公共预算="70", 政府性基金="30"), {"fiscal": "100"}),
    ("其中 without a part of its own", of("100", 一般公共预算="70"), {"fiscal": "70", "unknown": "30"}),
    ("nested labels", of("100", 一般公共预算="100", 一般债券="40"), {"fiscal": "100"}),
    ("the year before", of("100", fiscal="80", 上年结转="20"), {"fiscal": "80", "unknown": "20"}),
    ("three columns", of("9", fiscal="4", 上年结转="3", 单位资金="2"), {"fiscal": "4", "other": "2", "unknown": "3"}),
    ("其他资金 blank", of("100", fiscal="80", 单位资金="20"), {"fiscal": "80", "other": "20"}),
    ("单位资金 and its parts", of("5", 单位资金="5", 事业收入="3", 其他收入="2"), {"other": "5"}),
    ("单位资金 not printed", of("30", 事业收入="20", 其他收入="10"), {"other": "30"}),
    ("levels", of("100", 中央资金="60", 市级资金="40"), {"fiscal": "100"}),
    ("levels and budgets, the same money", of("9", 一般公共预算="9", 中央资金="5", 区级资金="4"), {"fiscal": "9"}),
    ("levels and budgets, which may be one", of("9", 一般公共预算="5", 市级资金="4"), {"fiscal": "5", "unknown": "4"}),
    ("上级资金 and whose it is", of("9", 上级资金="5", 中央资金="5", 本级财力="4"), {"fiscal": "5", "unknown": "4"}),
    ("one name twice", of("50", 省级资金="50", 省级财政资金="30"), {"fiscal": "50"}),
    ("debt within its budget", of("90", 政府性基金预算="90", 专项债券="90"), {"fiscal": "90"}),
    ("a known part of what is unknown", of("100", 债券资金="100", 专项债券="60"), {"fiscal": "60", "unknown": "40"}),
    ("money of several years", of("5", fiscal="5", 中期资金总额="9", 中期资金总额·其他资金="4"), {"fiscal": "5"}),
    ("spent money is the same money", of("50", 财政拨款·全年执行数="45"), {"unknown": "50"}),
    ("unplaced", of("100", ("20",), fiscal="80"), {"fiscal": "80", "unknown": "20"}),
    ("parts over the total", of("100", fiscal="80", other="30"), {"conflict": "100"}),
    ("a part less than nothing", of("100", fiscal="120", other="-20"), {"fiscal": "120", "other": "-20"}),
    ("a part less than nothing, and more left", of("110", fiscal="120", other="-20"), {"conflict": "110"}),
    ("no total", of(fiscal="80", other="20"), {"fiscal": "80", "other": "20"}),
    ("no total, one line", of(一般公共预算="80"), {"fiscal": "80"}),
    ("no total, lines of the same money", of(一般公共预算="80", 中央资金="50"), {"fiscal": "80"}),
    ("no total, a line of no source", of(上年结转="30"), {"unknown": "30"}),
    ("no total, a line that may be within", of(fiscal="80", 上年结转="30"), {"fiscal": "80"}),
    ("no total, unplaced", of(None, ("30", "20")), {"unknown": "30"}),
    ("an unknown label", of("100", 爱心款="100"), {"unknown": "100"}),
]  # fmt: skip


@pytest.mark.parametrize(("normalized", "expected"), [case[1:] for case in SUMS], ids=[case[0] for case in SUMS])
def test_by_source(normalized: Normalized, expected: dict[str, str]) -> None:
    assert by_source(normalized) == {source: Decimal(value) for source, value in expected.items()}


def test_no_money_without_a_known_unit() -> None:
    amounts = Amounts(total="10", fiscal="8", breakdown=(FundingLine(label="单位资金", amount="2"),))
    normalized = normalize(ProjectReading(amounts=amounts), None)
    assert [(line.source, line.yuan) for line in normalized.funding] == [("other", None)]
    assert by_source(normalized) == {}


money = st.integers(0, 10**30).map(lambda cents: str(Decimal(cents).scaleb(-2)))
labels = st.sampled_from([label for label, *_ in LABELS if label.strip("·")])
CANONICAL = st.sampled_from(("total", *SOURCES))


def lines_of(printed: Iterable[tuple[str, str]]) -> tuple[NormalizedFunding, ...]:
    return tuple(NormalizedFunding(label=label, yuan=yuan, **funding_of(label)._asdict()) for label, yuan in printed)


@st.composite
def projects(draw: st.DrawFn) -> Normalized:
    """What a form may print, whether it adds up or not."""
    unplaced = draw(st.lists(money, max_size=2))
    amounts = draw(st.dictionaries(CANONICAL, money)) | {f"unplaced[{at}]": value for at, value in enumerate(unplaced)}
    return Normalized(amounts=amounts, funding=lines_of(draw(st.lists(st.tuples(labels, money), max_size=6))))


@given(projects())
def test_sources_add_up_to_the_total(normalized: Normalized) -> None:
    found = by_source(normalized)
    assert set(found) <= {*SOURCES, UNKNOWN} or set(found) == {CONFLICT}
    assert all(value >= 0 for value in found.values())
    if "total" in normalized.amounts:
        assert sum(map(Fraction, found.values())) == Fraction(normalized.amounts["total"])
    # A source whose own column is printed is what is printed there, or nothing that is certain.
    for source in SOURCES:
        if source in normalized.amounts:
            assert found.get(source) in {None, Decimal(normalized.amounts[source])}


@given(projects(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(normalized: Normalized, random: Random) -> None:
    lines = list(normalized.funding)
    random.shuffle(lines)
    assert by_source(normalized.model_copy(update={"funding": tuple(lines)})) == by_source(normalized)


PARTS = (
    # A sum of money, and every column that holds it.
    ("fiscal", "一般公共预算", "中央资金", "上级资金", "上级转移支付"),
    ("fiscal", "一般公共预算", "省级资金", "上级资金", "上级转移支付", "一般债券", "政府债券", "债券资金"),
    ("fiscal", "一般公共预算", "区级资金", "本级财力", "本级资金", "上年结转", "财政拨款结转"),
    ("fiscal", "政府性基金预算", "区级资金", "本级财力", "本级资金", "专项债券", "政府债券", "债券资金"),
    ("fiscal", "政府性基金预算", "市级资金", "上级资金", "上级转移支付"),
    ("fiscal", "国有资本经营预算", "区级资金", "本级财力", "本级资金", "纳入预算管理的非税收入", "非税收入"),
    ("special_account", "教育收费", "非税收入"),
    ("other", "单位资金", "事业收入", "自有资金"),
    ("other", "单位资金", "其他收入", "捐赠资金", "上年结转", "非财政拨款结余"),
    ("other", "自筹资金", "银行贷款", "债券资金"),
)


@given(st.lists(st.integers(0, 40), min_size=len(PARTS), max_size=len(PARTS)), st.data())
def test_no_money_is_counted_twice(sums: list[int], data: st.DataObject) -> None:
    """Of money that is known to the last yuan any columns may be printed: no source gets more than it has."""
    truth: dict[str, int] = defaultdict(int)
    for amount, (source, *columns) in zip(sums, PARTS, strict=True):
        for column in {"total", source, *columns}:
            truth[column] += amount
    printed = data.draw(st.lists(st.sampled_from(sorted(truth)), unique=True))
    amounts = {column: str(truth[column]) for column in printed if column in {"total", *SOURCES}}
    found = by_source(
        Normalized(amounts=amounts, funding=lines_of((one, str(truth[one])) for one in printed if one not in amounts))
    )
    assert all(found[source] <= truth[source] for source in SOURCES if source in found)
    assert sum(found.values()) <= truth["total"]
