"""How specific an indicator's target is."""

from __future__ import annotations

from typing import Literal, get_args

from extractor.schemas.project import Indicator
from extractor.schemas.record import NormalizedIndicator
from extractor.schemas.target import Target

Kind = Literal["numeric", "dated", "formula", "qualitative", "withheld", "not_applicable", "empty", "unknown"]
"""numeric         a number that can be compared: amounts, ranges, frequencies, formulas with a result or a limit
dated           a date or a span of dates
formula         printed arithmetic without a result or a limit: it names a ratio, but no target
qualitative     words
withheld        not to be known
not_applicable  the source says that the indicator does not apply
empty           no value is printed
unknown         a value is printed, but was not analysed
"""
KINDS: tuple[Kind, ...] = get_args(Kind)


def kind_of(indicator: Indicator, normalized: NormalizedIndicator | None) -> Kind:
    """Of the year's value, else of the cycle's, else of the target that the name carries.

    >>> kind_of(Indicator(annual_value="≥95%"), NormalizedIndicator(annual=Target(kind="number", low="95", unit="%")))
    'numeric'
    >>> kind_of(Indicator(annual_value="有所提升"), None), kind_of(Indicator(name="合格率"), None)
    ('unknown', 'empty')
    """
    named = normalized.named if normalized else None
    if not (indicator.annual_value or indicator.cycle_value):
        return _kind(named) if named else "empty"
    target = None
    if normalized:
        target = normalized.annual if indicator.annual_value else normalized.cycle
    return _kind(target) if target else "unknown"


def _kind(target: Target) -> Kind:
    if target.kind == "list":
        kinds = [_kind(item) for item in target.items]
        # The most specific of its parts tells what can be checked.
        return min(kinds, key=KINDS.index) if kinds else "qualitative"
    if target.is_numeric:
        return "numeric"
    if target.kind == "deadline":
        return "dated"
    if target.kind in {"formula", "withheld"}:
        return "formula" if target.kind == "formula" else "withheld"
    return "qualitative"
