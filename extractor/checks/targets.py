"""Where what an indicator prints of its target contradicts itself: columns, name, cycle and annual value."""

from __future__ import annotations

from collections.abc import Mapping

from extractor import targets
from extractor.schemas.finding import Fact, Finding, said
from extractor.schemas.project import Indicator
from extractor.schemas.record import FlagCode, Span
from extractor.schemas.target import Target
from extractor.text import squash

_VALUES = ("cycle_value", "annual_value")
_COLUMNS = {"operator": "operator", "number": "operator", "words": "operator", "unit": "measure_unit"}


def contradictions(indicator: Indicator, path: str, spans: Mapping[str, Span]) -> list[Finding]:
    """Flags of the targets of the indicator at `path`."""

    def flagged(code: FlagCode, where: str, names: tuple[str, ...], variant: str = "", **facts: Fact) -> Finding:
        found = tuple(spans[key] for name in names if (key := f"{path}.{name}") in spans)
        return Finding(code, where, variant, spans=found, facts=facts)

    flags: list[Finding] = []
    named = targets.named(indicator.name) if indicator.name else None
    read: dict[str, Target] = {}
    for name in _VALUES:
        value: str | None = getattr(indicator, name)
        if not value:
            continue
        where = f"{path}.{name}"
        read[name], conflicts = targets.complete(value, indicator.operator, indicator.measure_unit)
        for conflict in conflicts:
            columns = (_COLUMNS[conflict.what], name)
            printed = {"column": conflict.column, "value": value}
            flags.append(flagged(FlagCode.OPERATOR_CONFLICT, where, columns, conflict.what, **printed))
        if named is not None and targets.excludes(named, read[name]):
            flags.append(
                flagged(FlagCode.NAME_VALUE_DIFFER, where, ("name", name), name=indicator.name or "", value=value)
            )
    if len(read) == len(_VALUES) and squash(indicator.cycle_value or "") != squash(indicator.annual_value or ""):
        difference = targets.difference(read["cycle_value"], read["annual_value"])
        if difference.outcome != "same":
            variant, facts = _by_how_much(difference)
            flags.append(flagged(FlagCode.CYCLE_ANNUAL_DIFFER, path, _VALUES, variant, **facts))
    return flags


def _by_how_much(difference: targets.Difference) -> tuple[str, dict[str, Fact]]:
    """Variant of the message and its facts."""
    if difference.by is None:
        return "", {}
    is_share = difference.unit in ("%", "‰")
    number = f"{abs(difference.by):f}"
    is_percentage = difference.unit == "%"
    by = said("in_percentage_points", number=number) if is_percentage else f"{number} {difference.unit or ''}".rstrip()
    facts: dict[str, Fact] = {"by": by}
    if difference.share is None or is_share:
        return "by", facts
    return "share", {**facts, "share": f"{difference.share:f}".removesuffix(".0")}
