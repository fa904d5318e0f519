"""What the columns 指标性质 and 度量单位 add to a printed value, and where they contradict it."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from extractor.schemas.target import Operator, Target
from extractor.targets import reading
from extractor.targets.amounts import Amount, read
from extractor.targets.compare import same_unit
from extractor.targets.quantities import times
from extractor.targets.words import Words, words
from extractor.text import fold, squash

_SIDES: dict[Operator, str] = {"≥": "up", ">": "up", "≤": "down", "<": "down", "=": "equal", "≈": "equal"}
_LONGEST_UNIT = 10


class Conflict(NamedTuple):
    """What contradicts the value: the operator, the unit, a number beside 定性, words beside an operator."""

    what: Literal["operator", "unit", "number", "words"]
    column: str
    """The column's entry as printed."""


def complete(text: str, operator: str | None, measure_unit: str | None) -> tuple[Target, tuple[Conflict, ...]]:
    """The target of a value together with its columns, and what of them contradicts it.

    >>> complete("95", "≥", "%")[0].low, complete("95", "≥", "%")[0].unit
    (Decimal('95'), '%')
    >>> complete("≤95%", "≥", "%")[1], complete("10件", "≥", "个")[1]
    ((Conflict(what='operator', column='≥'),), (Conflict(what='unit', column='个'),))
    """
    table = words()
    sign = squash(operator or "")
    unit = squash(measure_unit or "")
    target = reading.read(text)
    if unit == "年" and _is_year(text):
        return Target(kind="deadline", start=squash(text), end=squash(text), span=_ink(text)), ()
    column = _unit(unit, table) if unit and unit not in table.columns.no_unit else None
    conflicts: list[Conflict] = []
    if column is not None:
        if _is_year(text) and target.kind == "qualitative":
            target = _number(text)
        target, clash = _with_unit(target, column)
        if clash:
            conflicts.append(Conflict("unit", (measure_unit or "").strip()))
    if sign in table.columns.qualitative:
        if target.kind in ("number", "range") and target.rest is None:
            conflicts.append(Conflict("number", (operator or "").strip()))
    elif sign in table.columns.operators:
        target, clash_of = _with_operator(target, table.columns.operators[sign], squash(text), table)
        if clash_of:
            conflicts.append(Conflict(clash_of, (operator or "").strip()))
    return target, tuple(conflicts)


def _is_year(text: str) -> bool:
    """Whether the value may be a year; the unit column tells."""
    year = fold(text.strip())
    return year.isascii() and year.isdigit() and len(year) == 4 and year[:2] in ("19", "20")


def _number(text: str) -> Target:
    value = Decimal(squash(text))
    return Target(kind="number", low=value, high=value, span=_ink(text))


def _ink(text: str) -> tuple[int, int]:
    """Where the value stands without the white space around it."""
    return len(text) - len(text.lstrip()), len(text.rstrip())


@lru_cache(maxsize=512)
def _unit(unit: str, table: Words) -> Amount | None:
    """The column's unit, read like one behind a number: 万元/公里, 次/年; None where it is no unit."""
    amount = read(f"1{unit}", 0)
    if amount is not None and amount.end == len(unit) + 1 and amount.low == amount.high and not amount.trails:
        return amount
    plain = unit.removeprefix("(").removesuffix(")")
    if plain != unit and plain:
        return _unit(plain, table)
    if len(unit) > _LONGEST_UNIT or any(character.isdigit() for character in unit) or table.scale.match(unit):
        return None
    return Amount(0, 0, Decimal(1), Decimal(1), unit=unit)


def _with_unit(target: Target, column: Amount) -> tuple[Target, bool]:
    """The target in the column's unit, and whether it prints another one itself."""
    if not target.is_numeric or target.kind == "list":
        return target, False
    if target.unit is not None:
        clash = column.unit is not None and not same_unit(target.unit, column.unit)
        return target, clash and target.kind != "formula"
    changes: dict[str, Any] = {"unit": column.unit}
    for bound in ("low", "high"):
        value = getattr(target, bound)
        if value is not None and column.low != 1:
            changes[bound] = times(value, column.low)
    if target.per is None:
        changes["per"] = column.per
    if target.period is None:
        changes["period"] = column.period
    merged = target.model_copy(update=changes)
    if merged.kind == "number" and merged.period and merged.unit in words().frequency.units and not merged.average:
        merged = merged.model_copy(update={"kind": "frequency"})
    return merged, False


def _with_operator(
    target: Target, sign: Operator, text: str, table: Words
) -> tuple[Target, Literal["operator", "words"] | None]:
    if target.kind == "qualitative":
        is_bound = _SIDES[sign] in ("up", "down")
        return target, "words" if is_bound and text and not table.columns.graded.search(text) else None
    if target.kind == "deadline":
        return _dated(target, sign)
    if target.kind not in ("number", "frequency", "formula") or not target.is_numeric:
        return target, None
    if target.operator is None:
        changes: dict[str, Any] = {"operator": sign}
        if _SIDES[sign] == "up":
            changes["high"] = None
        elif _SIDES[sign] == "down":
            changes["low"] = None
        return target.model_copy(update=changes), None
    clash = _SIDES[sign] != _SIDES[target.operator] and target.operator != "≈"
    return target, "operator" if clash else None


def _dated(target: Target, sign: Operator) -> tuple[Target, Literal["operator"] | None]:
    side = _SIDES[sign]
    if target.operator is None:
        if target.start != target.end or side == "equal":
            return target, None
        changes: dict[str, Any] = {"start": None} if side == "down" else {"end": None}
        return target.model_copy(update={"operator": "≤" if side == "down" else "≥", **changes}), None
    opposite = {"up": "down", "down": "up"}.get(side)
    return target, "operator" if opposite == _SIDES[target.operator] else None
