"""Printed numerals as exact decimals: digits with thousands separators, and Chinese numerals."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
CHINESE = re.compile("[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_SHORTENED = re.compile("[百千万亿][一二两三四五六七八九]$")
"""一百五 is 150 when spoken, and 105 where it is misprinted."""
_LONGEST = 18
"""Digits that a number may have: more are an identifier or a misprint, and need not stay exact below."""

_ONES = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SECTION = re.compile(
    """
    (?:(?P<thousands>[一二两三四五六七八九])千)?       # 二千
    (?P<gap>零)?(?:(?P<hundreds>[一二两三四五六七八九])百)?  # 零; 二百
    零?(?:(?P<tens>[一二三四五六七八九])?(?P<ten>十))?  # 二十, 十
    零?(?P<ones>[一二两三四五六七八九])?
    """,
    re.VERBOSE,
)
_SCALES = (("亿", 100_000_000), ("万", 10_000))


def digits(run: str) -> Decimal | None:
    """A run of digits, points and commas; None where it is no plain number.

    >>> digits("1,260"), digits("95.50"), digits("64.864.864"), digits("007")
    (Decimal('1260'), Decimal('95.50'), None, None)
    """
    if len(run) > _LONGEST or not _PLAIN.fullmatch(run):
        return None
    return Decimal(run.replace(",", ""))


def chinese(run: str) -> Decimal | None:
    """A Chinese numeral; None where it is none, or counts vaguely (三四, 百).

    >>> chinese("一百二十"), chinese("两"), chinese("九十五点五"), chinese("三四"), chinese("十万")
    (Decimal('120'), Decimal('2'), Decimal('95.5'), None, Decimal('100000'))
    """
    whole, _, fraction = run.partition("点")
    value = _whole(whole)
    if value is None:
        return None
    return Decimal(f"{value}.{''.join(str(_ones(one)) for one in fraction)}") if fraction else Decimal(value)


def _ones(character: str) -> int:
    return _ONES[character]


def _whole(run: str) -> int | None:
    if run in ("零", "〇"):
        return 0
    if not run or run[0] in "零百千万亿" or len(run) > _LONGEST or _SHORTENED.search(run):
        return None
    total = 0
    for scale, worth in _SCALES:
        head, found, tail = run.partition(scale)
        if found:
            value = _section(head)
            if value is None or (total and value >= 10_000):
                return None
            total += value * worth
            run = tail
            if not run:
                return total
    value = _section(run.removeprefix("零"))
    return None if value is None else total + value


def _section(run: str) -> int | None:
    """A numeral below 10,000."""
    match = _SECTION.fullmatch(run)
    if not run or match is None or run[-1] == "零":
        return None
    value = 1000 * _ONES.get(match["thousands"] or "", 0) + 100 * _ONES.get(match["hundreds"] or "", 0)
    if match["ten"]:
        value += 10 * (_ONES[match["tens"]] if match["tens"] else 1)
    return value + _ONES.get(match["ones"] or "", 0)
