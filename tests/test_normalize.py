"""Amounts in yuan to the last digit, canonical categories, squashed names."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.layouts import terms
from extractor.normalize import normalize, scale_of, to_yuan
from extractor.schemas.document import PrintedUnit
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import MoneyScale


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("元", 1),
        ("人民币元", 1),
        ("千元", 1_000),
        ("万元", 10_000),
        ("万 元", 10_000),
        ("人民币万元", 10_000),
        ("百万元", 1_000_000),
        ("亿元", 100_000_000),
        ("美元", None),
        ("万", None),
        ("", None),
        (None, None),
    ],
)
def test_scale_of(unit: str | None, scale: int | None) -> None:
    assert scale_of(unit) == scale


@pytest.mark.parametrize(
    ("amount", "unit", "yuan"),
    [
        ("1141.20", "万元", "11412000"),
        ("0.015", "万元", "150"),
        ("0.00", "万元", "0"),
        ("-0.00", "万元", "0"),
        ("80", "万元", "800000"),
        ("-12.5", "万元", "-125000"),
        ("0.00012345", "万元", "1.2345"),
        ("0.00015000", "万元", "1.5"),
        ("1.2345", "千元", "1234.5"),
        ("3.50", "元", "3.50"),  # as printed
        ("0.00", "元", "0.00"),
        ("1000", "元", "1000"),
        ("1.5", "亿元", "150000000"),
        ("123456789012345678.12345678", "亿元", "12345678901234567812345678"),
        ("999999999999999999.99999999", "千元", "999999999999999999999.99999"),
    ],
)
def test_to_yuan(amount: str, unit: str, yuan: str) -> None:
    scale = scale_of(unit)
    assert scale is not None
    assert to_yuan(amount, scale) == yuan


printed = st.builds(
    lambda sign, whole, places: f"{sign}{whole}{places and '.'}{places}",
    st.sampled_from(("", "-")),
    st.integers(0, 10**18 - 1),
    st.text(st.sampled_from("0123456789"), max_size=8),
)


@given(printed, st.sampled_from(sorted(terms().scales)))
def test_to_yuan_is_exact(amount: str, unit: str) -> None:
    yuan = to_yuan(amount, terms().scales[unit])
    assert Fraction(yuan) == Fraction(amount) * Fraction(terms().scales[unit])
    assert "E" not in yuan
    assert Decimal(yuan).is_finite()


AMOUNTS = Amounts(
    total="10.00",
    fiscal="8.5",
    unplaced=("1.00", "0.50"),
    breakdown=(
        FundingLine(label="上年结转", amount="3.25"),
        FundingLine(label="上级资金", amount="1"),
        FundingLine(label="上年结转", amount="2"),
    ),
)


def test_every_amount_is_kept_even_under_one_label() -> None:
    amounts = normalize(ProjectReading(amounts=AMOUNTS), PrintedUnit("万元")).amounts
    assert amounts["total"] == "100000"
    assert amounts["fiscal"] == "85000"
    assert amounts["unplaced[0]"] == "10000"
    assert amounts["unplaced[1]"] == "5000"
    assert sorted(value for key, value in amounts.items() if key.startswith("breakdown.上年结转")) == ["20000", "32500"]
    assert len(amounts) == 7
    assert "special_account" not in amounts


@pytest.mark.parametrize("unit", [None, "", "美元", "万"])
def test_no_amounts_without_a_known_unit(unit: str | None) -> None:
    printed = None if unit is None else PrintedUnit(unit, (0, len(unit)), "header", unit)
    normalized = normalize(ProjectReading(amounts=AMOUNTS), printed)
    assert (normalized.amounts, normalized.scale) == ({}, None)
    assert [(line.term, line.yuan) for line in normalized.funding] == [
        ("上年结转", None),
        ("上级资金", None),
        ("上年结转", None),
    ]


def test_the_scale_tells_where_the_unit_is_printed() -> None:
    unit = PrintedUnit("万 元", (3, 10), "header", "金额单位：万 元")
    assert normalize(ProjectReading(), unit).scale == MoneyScale(
        unit="万元", yuan="10000", evidence="header", printed="金额单位：万 元", span=(3, 10)
    )


def test_each_line_of_the_breakdown_has_its_source() -> None:
    lines = (("其中：一般公共预算", "8"), ("市级配套资金", "0.5"), ("中期资金总额·其他资金", "20"), ("爱心款", "1"))
    amounts = Amounts(total="10", breakdown=tuple(FundingLine(label=label, amount=amount) for label, amount in lines))
    normalized = normalize(ProjectReading(amounts=amounts), PrintedUnit("万元"))
    assert [line.model_dump(exclude_defaults=True) for line in normalized.funding] == [
        {"label": "其中：一般公共预算", "source": "fiscal", "term": "一般公共预算", "yuan": "80000"},
        {"label": "市级配套资金", "source": "fiscal", "term": "市级资金", "level": "市", "yuan": "5000"},
        {
            "label": "中期资金总额·其他资金",
            "source": "other",
            "term": "其他资金",
            "basis": "several_years",
            "yuan": "200000",
        },
        {"label": "爱心款", "yuan": "10000"},
    ]
    # The verbatim columns stay as printed.
    assert set(normalized.amounts) == {"total", *(f"breakdown.{label}" for label, _ in lines)}


def test_names_are_squashed_and_categories_canonical() -> None:
    normalized = normalize(
        ProjectReading(
            name="社区养老 服务（含配套）",
            unit="云溪市 教育局",
            department="\u3000",
            indicators=(
                Indicator(level1="产出", level2="数 量指标", name="完成率（％）"),
                Indicator(level1="投入指标", level1_code="1", level2="人力指标", level2_code="11"),
                Indicator(),
                Indicator(level2="时效性指标"),
            ),
        ),
        None,
    )
    assert (normalized.name, normalized.unit, normalized.department) == ("社区养老服务(含配套)", "云溪市教育局", None)
    first, second, third, implied = normalized.indicators
    assert first.level1 is not None
    assert first.level2 is not None
    assert (first.level1.code, first.level2.term, first.name) == ("1", "数量指标", "完成率(%)")
    # A label that is not in the taxonomy stays unknown, whatever its code says.
    assert (second.level1, second.level2, second.name) == (None, None, None)
    assert third == second
    assert implied.level1 is not None
    assert (implied.level1.term, implied.level2 and implied.level2.term) == ("产出指标", "时效指标")
