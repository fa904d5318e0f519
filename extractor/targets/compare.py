"""Two targets held against each other as numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from extractor.schemas.target import Target
from extractor.targets.words import words
from extractor.text import fold, squash

Outcome = Literal["same", "differ", "unknown"]


class Difference(NamedTuple):
    """`by` is annual minus cycle in `unit`, where both are single numbers of one unit; `unknown`: one is words."""

    outcome: Outcome
    by: Decimal | None = None
    unit: str | None = None
    share: Decimal | None = None
    """Annual in percent of cycle, to one decimal; None where the cycle's number is 0."""


def difference(cycle: Target, annual: Target) -> Difference:
    """Whether two targets ask for the same, and by how much they differ.

    >>> from extractor.targets import parse
    >>> difference(parse("95%以上"), parse("≥95%")).outcome
    'same'
    >>> difference(parse("≥2000件"), parse("≥1000件"))
    Difference(outcome='differ', by=Decimal('-1000'), unit='件', share=Decimal('50.0'))
    """
    if _is_same(cycle, annual):
        return Difference("same")
    if "qualitative" in (cycle.kind, annual.kind) or "withheld" in (cycle.kind, annual.kind):
        return Difference("unknown")
    one, other = _single(cycle), _single(annual)
    if one is None or other is None or one == other or not _is_comparable(cycle, annual):
        return Difference("differ")
    if {cycle.operator, annual.operator} & {"≥", ">"} and {cycle.operator, annual.operator} & {"≤", "<"}:
        return Difference("differ")
    share = (100 * other / one).quantize(Decimal("0.1")) if one else None
    return Difference("differ", other - one, annual.unit, share)


def excludes(named: Target, value: Target) -> bool:
    """Whether no number fulfils both targets, which must be of one unit.

    >>> from extractor.targets import parse
    >>> excludes(parse("≥95%"), parse("90%")), excludes(parse("≥95%"), parse("≥90%"))
    (True, False)
    """
    if not named.is_numeric or not value.is_numeric or named.unit is None or not _is_comparable(named, value):
        return False
    if "≈" in (named.operator, value.operator):
        return False
    for one, other in ((named, value), (value, named)):
        if one.low is None or other.high is None:
            continue
        strict = one.operator == ">" or other.operator == "<"
        if one.low > other.high or (strict and one.low == other.high):
            return True
    return False


def same_unit(one: str | None, other: str | None) -> bool:
    """Whether two printed units are one: 天 and 日, 台(套) and 台/套.

    >>> same_unit("天", "日"), same_unit("台(套)", "台/套"), same_unit("个", "件")
    (True, True, False)
    """
    if one is None or other is None:
        return one == other
    return one == other or bool(_names(one) & _names(other))


def _names(unit: str) -> set[str]:
    same = words().units.canonical
    parts = fold(unit).replace("(", "/").replace(")", "").replace("、", "/").split("/")
    return {same.get(part, part) for part in parts if part}


def _is_comparable(one: Target, other: Target) -> bool:
    """Of one unit, per the same, in the same period."""
    same = words().units.canonical
    return (
        same_unit(one.unit, other.unit)
        and one.per == other.per
        and same.get(one.period or "", one.period) == same.get(other.period or "", other.period)
        and one.average == other.average
    )


def _single(target: Target) -> Decimal | None:
    """The one number of a target, whatever its operator."""
    if target.low is not None and target.high is not None:
        return target.low if target.low == target.high else None
    return target.low if target.low is not None else target.high


def _is_same(one: Target, other: Target) -> bool:
    if one.kind == "list" or other.kind == "list":
        return len(one.items) == len(other.items) > 0 and all(map(_is_same, one.items, other.items))
    if one.kind in ("qualitative", "withheld") or other.kind in ("qualitative", "withheld"):
        return one.kind == other.kind and squash(one.rest or "") == squash(other.rest or "")
    return (
        (one.low, one.high, one.start, one.end) == (other.low, other.high, other.start, other.end)
        and _strictness(one) == _strictness(other)
        and _is_comparable(one, other)
        and squash(one.formula or "") == squash(other.formula or "")
        and _same_words(one.rest, other.rest)
    )


def _strictness(target: Target) -> str | None:
    """The operator as far as the bounds do not tell it: = says no more than a bare number."""
    return target.operator if target.operator in (">", "<", "≈") else None


def _same_words(one: str | None, other: str | None) -> bool:
    """Words beside the number say whose it is: they count where both have some, and numbers among them always."""
    if one is None or other is None:
        return not any(character.isdigit() for character in one or other or "")
    return squash(one) == squash(other)
