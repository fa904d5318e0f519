"""Targets, funding and hostile values for the tests of the exports: examples, and hypothesis strategies."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st

from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import (
    BlockInfo,
    Division,
    DocumentInfo,
    DocumentLine,
    Flag,
    FlagCode,
    MoneyScale,
    Normalized,
    NormalizedCategory,
    NormalizedFunding,
    NormalizedIndicator,
    Readings,
    Record,
    Total,
)
from extractor.schemas.target import Kind, Operator, Target

AT_LEAST = Target(kind="number", operator="≥", low=Decimal("95"), unit="%", span=(0, 4))
PER_DAY = Target(kind="number", operator="≤", high=Decimal("550"), unit="元", per="人", period="天", average=True)
DUE = Target(kind="deadline", operator="≤", end="2026-06", span=(0, 8))
SEVERAL = Target(kind="list", items=(AT_LEAST, Target(kind="qualitative", rest="有所提升"), DUE))

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_MAYBE = st.none() | TEXT
_WHOLE = st.integers(-(10**25), 10**25)
_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**24), max_value=10**24) | (
    st.integers(-999, 999).map(lambda number: Decimal(number) / 8)
)
_AMOUNTS = st.decimals(-(10**17), 10**17, places=2).map(lambda amount: f"{amount:f}") | st.just("123456789012345678.25")
_YUAN = _DECIMALS.map(lambda number: f"{number:f}")
_SPANS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


def _targets(items: st.SearchStrategy[tuple[Target, ...]]) -> st.SearchStrategy[Target]:
    return st.builds(
        Target,
        kind=st.sampled_from(get_args(Kind)),
        operator=st.none() | st.sampled_from(get_args(Operator)),
        low=st.none() | _DECIMALS,
        high=st.none() | _DECIMALS,
        unit=_MAYBE,
        per=_MAYBE,
        period=_MAYBE,
        average=st.booleans(),
        start=st.none() | st.sampled_from(("2026-06-30", "2026-02-30", "--06", "0000", "2026")) | TEXT,
        end=st.none() | st.sampled_from(("2026-02", "---10", "9999-12")) | TEXT,
        formula=_MAYBE,
        span=st.none() | _SPANS,
        rest=_MAYBE,
        items=items,
    )


targets = st.recursive(
    _targets(st.just(())), lambda inner: _targets(st.lists(inner, max_size=3).map(tuple)), max_leaves=4
)

_CATEGORIES = st.none() | st.builds(NormalizedCategory, code=TEXT, term=TEXT)
_INDICATORS = st.builds(
    Indicator,
    number=st.none() | st.integers(0, 20) | _WHOLE,
    **dict.fromkeys(
        ("level1_code", "level1", "level2_code", "level2", "name", "cycle_value", "annual_value", "operator"), _MAYBE
    ),
    measure_unit=_MAYBE,
    weight=_MAYBE,
    attributes=st.dictionaries(TEXT, TEXT, max_size=2),
)
_NORMALIZED = st.builds(
    NormalizedIndicator,
    level1=_CATEGORIES,
    level2=_CATEGORIES,
    name=_MAYBE,
    cycle=st.none() | targets,
    annual=st.none() | targets,
    named=st.none() | targets,
)
_READINGS = st.builds(
    ProjectReading,
    department=_MAYBE,
    unit=_MAYBE,
    name=_MAYBE,
    amounts=st.builds(
        Amounts,
        total=st.none() | _AMOUNTS,
        fiscal=st.none() | _AMOUNTS,
        special_account=st.none() | _AMOUNTS,
        other=st.none() | _AMOUNTS,
        unplaced=st.lists(_AMOUNTS, max_size=2).map(tuple),
        breakdown=st.lists(st.builds(FundingLine, label=TEXT, amount=_AMOUNTS), max_size=2).map(tuple),
    ),
    goal=_MAYBE,
    withheld=st.booleans(),
    indicators=st.lists(_INDICATORS, max_size=2).map(tuple),
    attributes=st.dictionaries(TEXT, TEXT, max_size=2),
)
_FLAGS = st.builds(
    Flag,
    code=st.sampled_from(FlagCode),
    path=st.sampled_from(("", "name", "indicators[0].annual_value", "indicators[7]", "indicators[1]")) | TEXT,
    message=TEXT,
    rules=_MAYBE,
    model=_MAYBE,
    builtin=_MAYBE,
    suggestion=_MAYBE,
    spans=st.lists(_SPANS, max_size=2).map(tuple),
)
_DIVISIONS = st.builds(
    Division,
    code=TEXT,
    name=TEXT,
    province=TEXT,
    city=_MAYBE,
    county=_MAYBE,
    printed=TEXT,
    evidence=st.sampled_from(("unit", "department", "title", "file")),
)
_SCALES = st.builds(
    MoneyScale, unit=TEXT, yuan=_YUAN, evidence=st.sampled_from(("header", "column", "cell", "prose")), printed=_MAYBE
)


@st.composite
def records(draw: st.DrawFn, info: DocumentInfo, index: int) -> Record:
    """A record of that document with anything in it that its schema allows."""
    project = draw(_READINGS)
    amounts = {
        kind: draw(_YUAN)
        for kind in ("total", "fiscal", "special_account", "other")
        if getattr(project.amounts, kind) is not None
    } | {f"unplaced[{place}]": draw(_YUAN) for place in range(len(project.amounts.unplaced))}
    funding = tuple(
        NormalizedFunding(
            label=line.label,
            source=draw(st.sampled_from((None, "fiscal", "special_account", "other"))),
            term=draw(_MAYBE),
            level=draw(_MAYBE),
            basis=draw(st.sampled_from(("year", "several_years", "spent"))),
            yuan=draw(st.none() | _YUAN),
        )
        for line in project.amounts.breakdown
    )
    return Record(
        id=f"{index:016x}",
        document=info,
        block=BlockInfo(index=index, start=index, end=index + 9, page=draw(st.none() | st.just(3))),
        project=project,
        normalized=Normalized(
            name=draw(_MAYBE),
            unit=draw(_MAYBE),
            department=draw(_MAYBE),
            division=draw(st.none() | _DIVISIONS),
            amounts=amounts,
            scale=draw(st.none() | _SCALES),
            funding=funding,
            indicators=tuple(draw(_NORMALIZED) for _ in project.indicators),
        ),
        status=draw(st.sampled_from(("agreed", "flagged", "unchecked", "reviewed"))),
        flags=draw(st.lists(_FLAGS, max_size=2).map(tuple)),
        readings=Readings(),
        asked=draw(st.just(()) | st.just(("all",)) | st.just(("sample", "abstained"))),
    )


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[DocumentLine], list[Record]]:
    """Documents with their records, both ordered by file."""
    lines, found = [], []
    for file in sorted(draw(st.sets(TEXT, min_size=1, max_size=3))):
        info = DocumentInfo(
            file=file,
            sha256="ab" * 32,
            title=draw(_MAYBE),
            department=draw(_MAYBE),
            fiscal_year=draw(st.none() | st.just(2026) | _WHOLE),
            amount_unit=draw(_MAYBE),
            layout=draw(_MAYBE),
        )
        totals = draw(
            st.lists(
                st.builds(
                    Total, kind=st.sampled_from(("grand_total", "unit")), name=TEXT, amounts=_READINGS.map(_amounts)
                ),
                max_size=2,
            )
        )
        lines.append(
            DocumentLine(
                document=info,
                status="read",
                coverage=draw(st.none() | st.floats(0, 1)),
                totals=tuple(totals),
                flags=draw(st.lists(_FLAGS, max_size=1).map(tuple)),
            )
        )
        found += [draw(records(info, index)) for index in range(draw(st.integers(0, 2)))]
    return lines, found


def _amounts(reading: ProjectReading) -> Amounts:
    return reading.amounts
