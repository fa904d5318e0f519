"""Targets of indicators: what a printed value asks for, as numbers. The rules are in docs/targets.md."""

from __future__ import annotations

from functools import lru_cache

from extractor.schemas.target import Target
from extractor.targets import columns, reading
from extractor.targets.columns import Conflict
from extractor.targets.compare import Difference, difference, excludes, same_unit

__all__ = ["Conflict", "Difference", "complete", "difference", "excludes", "named", "parse", "same_unit"]

_KEPT = 16_384


@lru_cache(maxsize=_KEPT)
def parse(text: str) -> Target:
    """The target that a printed value asks for.

    >>> target = parse("人均2件及以下投诉")
    >>> target.operator, target.high, target.unit, target.per, target.average, target.rest
    ('≤', Decimal('2'), '件', '人', True, '投诉')
    """
    return reading.read(text)


@lru_cache(maxsize=_KEPT)
def complete(text: str, operator: str | None, measure_unit: str | None) -> tuple[Target, tuple[Conflict, ...]]:
    """The target of a value with the columns 指标性质 and 度量单位, and what of them contradicts it.

    >>> target, conflicts = complete("3.2", ">=", "万平方米")
    >>> target.operator, target.low, target.unit, conflicts
    ('≥', Decimal('32000'), '平方米', ())
    """
    if operator is None and measure_unit is None:
        return parse(text), ()
    return columns.complete(text, operator, measure_unit)


@lru_cache(maxsize=_KEPT)
def named(name: str) -> Target | None:
    """The target that an indicator's name ends in; None without an operator: a mere number is part of the name.

    >>> named("抽查合格率不低于95%").low, named("12345系统处置量达15万宗"), named("24小时内报告率")
    (Decimal('95'), None, None)
    """
    return reading.named(name)
