"""A printed number with its scale and its unit: 95%, 0.026万次, 三十人, 3万5千元."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from extractor.targets import numerals
from extractor.targets.words import Words

_PERCENT = re.compile("(百|千)分之")
_IN_BRACKETS = re.compile(r"\(([^()]{1,6})\)")


class Quantity(NamedTuple):
    """A number at [at, end): `value` times `scale`, in `unit`."""

    end: int
    value: Decimal
    scale: Decimal
    unit: str | None

    @property
    def number(self) -> Decimal:
        return times(self.value, self.scale)


def times(value: Decimal, scale: Decimal) -> Decimal:
    """A number multiplied out; without a scale it stays as printed.

    >>> times(Decimal("0.026"), Decimal(10000)), times(Decimal("95.00"), Decimal(1))
    (Decimal('260'), Decimal('95.00'))
    """
    if scale == 1:
        return value
    product = value * scale
    whole = product.to_integral_value()
    return whole if whole == product else product.normalize()


def read(text: str, at: int, table: Words) -> Quantity | None:
    """The quantity whose numeral begins at `at`; None where it is none.

    >>> from extractor.targets.words import words
    >>> read("0.026万次", 0, words()), read("三级", 0, words())
    (Quantity(end=7, value=Decimal('0.026'), scale=Decimal('10000'), unit='次'), None)
    """
    percent = _PERCENT.match(text, at)
    if percent:
        return _share(text, percent.end(), "%" if percent[1] == "百" else "‰", table)
    match = numerals.DIGITS.match(text, at)
    if match:
        return _digits(text, match, table)
    match = numerals.CHINESE.match(text, at)
    value = numerals.chinese(match[0]) if match else None
    if match is None or value is None or _is_vague(text, match.end(), table):
        return None
    unit, end = table.units.at(text, match.end())
    if end < 0 or (unit is not None and unit != "%" and text[match.end() : end] not in table.units.behind_numerals):
        return None
    return _bracketed(text, Quantity(end, value, Decimal(1), unit), table)


def _share(text: str, at: int, unit: str, table: Words) -> Quantity | None:
    """What stands behind 百分之."""
    digits, chinese = numerals.DIGITS.match(text, at), numerals.CHINESE.match(text, at)
    value: Decimal | None = None
    match = digits or chinese
    if digits:
        value = numerals.digits(digits[0])
    elif chinese:
        value = Decimal(100) if chinese[0] == "百" else numerals.chinese(chinese[0])
    if match is None or value is None or _is_vague(text, match.end(), table):
        return None
    return Quantity(match.end(), value, Decimal(1), unit)


def _digits(text: str, match: re.Match[str], table: Words) -> Quantity | None:
    value, end, scale = numerals.digits(match[0]), match.end(), Decimal(1)
    if value is None or _is_vague(text, end, table):
        return None
    unit, unit_end = table.units.at(text, end)
    scaled = table.scale.match(text, end) if unit is None and unit_end >= 0 else None
    if scaled:
        scale, end = table.scales[scaled[0]], scaled.end()
        lesser = numerals.DIGITS.match(text, end)
        lesser_scale = table.scale.match(text, lesser.end()) if lesser else None
        if lesser and lesser_scale:
            # 3万5千 is 35,000
            small, less = numerals.digits(lesser[0]), table.scales[lesser_scale[0]]
            if small is None or small * less >= scale:
                return None
            value, scale, end = times(value, scale) + times(small, less), Decimal(1), lesser_scale.end()
        if _is_vague(text, end, table):
            return None
        unit, unit_end = table.units.at(text, end)
    if unit_end < 0:
        return None
    return _bracketed(text, Quantity(unit_end, value, scale, unit), table)


def _is_vague(text: str, end: int, table: Words) -> bool:
    """Whether more is said than the numeral: 100余人, 20多家."""
    return end < len(text) and (text[end] in table.numerals.vague_behind or text[end].isdigit())


def _bracketed(text: str, quantity: Quantity, table: Words) -> Quantity:
    """Units in brackets behind the number or the unit: 100(%), 2台(套)."""
    bracket = _IN_BRACKETS.match(text, quantity.end)
    inner = table.units.known.get(bracket[1]) if bracket else None
    if bracket is None or inner is None or quantity.unit == "%" or (quantity.unit and inner in table.period):
        return quantity
    unit = inner if quantity.unit is None else f"{quantity.unit}({bracket[1]})"
    return quantity._replace(unit=unit, end=bracket.end())
