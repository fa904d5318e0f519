"""Printed values made comparable: amounts in yuan, canonical categories, squashed names."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from extractor.layouts import terms
from extractor.layouts.taxonomy import category
from extractor.text import squash
from schemas.layout import AMOUNT_COLUMNS
from schemas.project import Amounts, Indicator, ProjectReading
from schemas.record import Normalized, NormalizedIndicator


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


def normalize(project: ProjectReading, amount_unit: str | None) -> Normalized:
    """The comparable form of a project; amounts are left out where their unit is unknown."""
    return Normalized(
        name=_key(project.name),
        unit=_key(project.unit),
        department=_key(project.department),
        amounts=_amounts(project.amounts, scale_of(amount_unit)),
        indicators=tuple(_indicator(indicator) for indicator in project.indicators),
    )


def _amounts(amounts: Amounts, scale: Decimal | None) -> dict[str, str]:
    if scale is None:
        return {}
    result = {
        column: to_yuan(value, scale) for column in AMOUNT_COLUMNS if (value := getattr(amounts, column)) is not None
    }
    for index, value in enumerate(amounts.unplaced):
        result[f"unplaced[{index}]"] = to_yuan(value, scale)
    for line in amounts.breakdown:
        key = f"breakdown.{line.label}"
        result[key if key not in result else f"{key}({len(result)})"] = to_yuan(line.amount, scale)
    return result


def _indicator(indicator: Indicator) -> NormalizedIndicator:
    return NormalizedIndicator(
        level1=category("level1", indicator.level1),
        level2=category("level2", indicator.level2),
        name=_key(indicator.name),
    )


@lru_cache(maxsize=4096)
def _key(text: str | None) -> str | None:
    return (squash(text) or None) if text else None
