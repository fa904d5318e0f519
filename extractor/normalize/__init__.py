"""Printed values made comparable: amounts in yuan, canonical categories, keys of names."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from extractor import targets
from extractor.layouts import terms
from extractor.layouts.taxonomy import categories
from extractor.names import Aliases, named
from extractor.normalize.funding import funding_of
from extractor.schemas.document import PrintedUnit
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import DocumentInfo, MoneyScale, Normalized, NormalizedFunding, NormalizedIndicator
from extractor.schemas.target import Target
from extractor.text import squash


def scale_of(amount_unit: str | None) -> Decimal | None:
    """How many yuan the printed unit of amounts is; None where it is unknown.

    >>> scale_of("万元"), scale_of(None)
    (Decimal('10000'), None)
    """
    return terms().scales.get(squash(amount_unit)) if amount_unit else None


def to_yuan(amount: str, scale: Decimal) -> str:
    """Printed amount in yuan as a plain decimal string, exact; in 元 it stays as printed.

    >>> to_yuan("1141.20", Decimal(10000)), to_yuan("0.015", Decimal(10000)), to_yuan("3.50", Decimal(1))
    ('11412000', '150', '3.50')
    """
    yuan = Decimal(amount) * scale
    if scale == 1:
        return f"{yuan:f}"
    whole, _, fraction = f"{yuan:f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole.removeprefix("-") if not yuan else whole


def normalize(
    project: ProjectReading,
    amount_unit: PrintedUnit | None,
    document: DocumentInfo | None = None,
    aliases: Aliases | None = None,
) -> Normalized:
    """The comparable form of a project; amounts are left out where their unit is unknown.

    `document` helps to tell the place, `aliases` are the user's own names for names.
    """
    names = named(project, document, aliases)
    scale = scale_of(amount_unit.value) if amount_unit else None
    return Normalized(
        name=names.name,
        unit=names.unit,
        department=names.department,
        division=names.division,
        amounts=_amounts(project.amounts, scale),
        scale=_money_scale(amount_unit, scale),
        funding=tuple(_funding(line, scale) for line in project.amounts.breakdown),
        indicators=tuple(_indicator(indicator) for indicator in project.indicators),
    )


def printed_amounts(amounts: Amounts) -> dict[str, str]:
    """Printed digits by the keys of `Normalized.amounts`; a label that is printed twice is numbered.

    >>> printed_amounts(Amounts(total="3.50", breakdown=(FundingLine(label="上年结转", amount="1.00"),)))
    {'total': '3.50', 'breakdown.上年结转': '1.00'}
    """
    result = {column: value for column in AMOUNT_COLUMNS if (value := getattr(amounts, column)) is not None}
    for index, value in enumerate(amounts.unplaced):
        result[f"unplaced[{index}]"] = value
    for line in amounts.breakdown:
        key = f"breakdown.{line.label}"
        result[key if key not in result else f"{key}({len(result)})"] = line.amount
    return result


def _amounts(amounts: Amounts, scale: Decimal | None) -> dict[str, str]:
    return {} if scale is None else {key: to_yuan(value, scale) for key, value in printed_amounts(amounts).items()}


def _money_scale(unit: PrintedUnit | None, scale: Decimal | None) -> MoneyScale | None:
    if unit is None or scale is None:
        return None
    return MoneyScale(
        unit=squash(unit.value), yuan=f"{scale:f}", evidence=unit.evidence, printed=unit.printed, span=unit.span
    )


def _funding(line: FundingLine, scale: Decimal | None) -> NormalizedFunding:
    found = funding_of(line.label)
    yuan = None if scale is None else to_yuan(line.amount, scale)
    return NormalizedFunding(label=line.label, yuan=yuan, **found._asdict())


def _indicator(indicator: Indicator) -> NormalizedIndicator:
    found = categories(indicator.level1_code, indicator.level1, indicator.level2_code, indicator.level2)
    return NormalizedIndicator(
        level1=found.level1,
        level2=found.level2,
        name=_key(indicator.name),
        cycle=_target(indicator, indicator.cycle_value),
        annual=_target(indicator, indicator.annual_value),
        named=targets.named(indicator.name) if indicator.name else None,
    )


def _target(indicator: Indicator, value: str | None) -> Target | None:
    return targets.complete(value, indicator.operator, indicator.measure_unit)[0] if value else None


@lru_cache(maxsize=4096)
def _key(text: str | None) -> str | None:
    return (squash(text) or None) if text else None
