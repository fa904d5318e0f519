"""Printed amounts: operator, number or range, unit, per what, in what period."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from extractor.schemas.target import Operator
from extractor.targets import each, numerals, quantities
from extractor.targets.quantities import Quantity
from extractor.targets.words import Words, sign_of, words

_TO = re.compile(r"-{1,2}|~|至|到")
_AND = re.compile("[和与]")
_NUMERAL = re.compile("-?[0-9零〇一二两三四五六七八九十百]")
_RANGE_ENDS = "之间"
_CLOSED = frozenset(',;。、)(:\n\1!"')
_GOES_ON = frozenset("+*×÷^²³√·?~≥≤<>=")
_BEFORE = re.compile("[之以]?(?:前(?!期|端|台|后)|后(?!期|端|台|续|勤|备|方))")
_INCLUSIVE: dict[Operator | None, Operator] = {">": "≥", "<": "≤"}
_EXCLUSIVE: dict[Operator | None, Operator] = {"≥": ">", ">": ">", "≤": "<", "<": "<"}
_DURATION_ENDS = frozenset("日天年月时周钟秒")
DURATIONS = frozenset(("年", "月", "个月", "天", "日", "周", "小时", "分钟", "秒", "工作日", "自然日", "星期", "季度"))
_NIGHTS = re.compile("[0-9一二两三四五六七八九十]+[夜晚餐班季]")
_YEAR = re.compile(
    r"""
    20(?:1[5-9]|[2-4][0-9])                       # 2026
    (?: [.](?:0?[1-9]|1[0-2])                     # 2026.12
      | (?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01]) )?  # 20261231
    (?![0-9.,])
    """,
    re.VERBOSE,
)
"""A bare 2026 may be a year as well as a number, and 20261231 a day."""


@dataclass(slots=True)
class Amount:
    """What is printed at [start, end): `low` and `high` are the number, or the bounds of a range."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    is_range: bool = False
    operator: Operator | None = None
    leads: bool = False
    """An operator stands before the number."""
    trails: bool = False
    """An operator stands behind it."""
    unit: str | None = None
    per: str | None = None
    period: str | None = None
    numeral: int = 0
    """Where the numeral begins, behind operators and the like."""


def read(text: str, at: int, operator: Operator | None = None, *, negative: bool = False) -> Amount | None:
    """The amount whose numeral begins at `at`; None where it is not understood.

    `operator` stands before it; `negative`: so does a minus sign.

    >>> amount = read("7万元/人/年", 0)
    >>> amount.low, amount.unit, amount.per, amount.period, amount.end
    (Decimal('70000'), '元', '人', '年', 7)
    >>> read("5G网络", 0), read("64.864.864.8100%", 0)
    (None, None)
    """
    table = words()
    amount = _number(text, at, operator, negative, table)
    if amount is None or not _behind(text, amount, table) or not _closed(text, at, amount):
        return None
    return amount


def zero(at: int) -> Amount:
    """The 零 of 零事故."""
    return Amount(at, at + 1, Decimal(0), Decimal(0), numeral=at)


def _number(text: str, at: int, operator: Operator | None, negative: bool, table: Words) -> Amount | None:
    plus_minus = text[at] == "±"
    first = quantities.read(text, at + plus_minus, table)
    if first is None:
        return None
    if negative:
        first = first._replace(value=-first.value)
    amount = Amount(
        at, first.end, first.number, first.number, operator=operator, leads=operator is not None, unit=first.unit
    )
    amount.numeral = at
    if plus_minus:
        return _around(amount, Decimal(0), first.number)
    if text.startswith("±", first.end):
        second = quantities.read(text, first.end + 1, table)
        if second is None or (first.unit and second.unit and first.unit != second.unit):
            return None
        amount.end, amount.unit = second.end, second.unit or first.unit
        return _around(amount, first.number, second.number)
    return _range(text, amount, first, table)


def _around(amount: Amount, middle: Decimal, give: Decimal) -> Amount | None:
    if amount.operator in ("≥", ">", "≈"):
        return None
    amount.low, amount.high, amount.is_range, amount.operator = middle - give, middle + give, True, None
    return amount


def _range(text: str, amount: Amount, first: Quantity, table: Words) -> Amount | None:
    """The amount, as a range where another bound follows."""
    at, said = _upper(text, first.end, table)
    if at is None:
        return amount
    if amount.operator == "≈":
        return None  # 约3-5次: how far it reaches is not said
    minus = text[at] == "-"
    second = quantities.read(text, at + minus, table)
    if second is None or (first.unit and first.unit != second.unit):
        return None
    if minus:
        second = second._replace(value=-second.value)
    scale = first.scale
    if scale == 1 and first.unit is None and first.value <= second.value:
        scale = second.scale  # 1-2万 is from 10,000; 5000-1万 from 5,000
    amount.low, amount.high = quantities.times(first.value, scale), second.number
    further = _TO.match(text, second.end)
    if amount.low > amount.high or (further and _NUMERAL.match(text, further.end())):
        return None
    amount.is_range, amount.unit, amount.end = True, second.unit, second.end
    if text.startswith(_RANGE_ENDS, amount.end):
        amount.end += len(_RANGE_ENDS)
    elif said == "and":
        return amount if amount.low == amount.high else None
    if said == "from":
        if amount.operator in ("≤", "<", "="):
            return None
        amount.operator = None
    return amount


def _upper(text: str, end: int, table: Words) -> tuple[int | None, str]:
    """Where the upper bound of a range begins, and how it is joined: 1-2, 95%以上至100%, 40%和60%之间."""
    match = _TO.match(text, end)
    if match and _NUMERAL.match(text, match.end()):
        return match.end(), "to"
    match = _AND.match(text, end)
    if match and _NUMERAL.match(text, match.end()) and _RANGE_ENDS in text[match.end() : match.end() + 16]:
        return match.end(), "and"
    behind = table.behind.operator.match(text, end)
    if behind and sign_of(behind) == "≥":
        match = _TO.match(text, behind.end())
        if match and _NUMERAL.match(text, match.end()):
            return match.end(), "from"
    return None, ""


def _behind(text: str, amount: Amount, table: Words) -> bool:
    """Takes in what stands behind: 元/人, 以上. False where it is not understood or contradicts."""
    each_one = each.behind(text, amount.end, amount.unit)
    if each_one is None:
        return False
    amount.end, amount.unit, amount.per, amount.period = each_one
    is_excluded = _excludes(text, amount, table)
    match = table.behind.operator.match(text, amount.end)
    if match:
        if not _takes(amount, sign_of(match), "下" in match[0]):
            return False
        amount.end, amount.trails = match.end(), True
        is_excluded = _excludes(text, amount, table) or is_excluded
    if is_excluded:
        amount.operator = _EXCLUSIVE.get(amount.operator)
        return amount.operator is not None
    including = None if match else table.behind.including.match(text, amount.end)
    if including:
        amount.end = including.end()
        amount.operator = _INCLUSIVE.get(amount.operator, amount.operator)
    return True


def _takes(amount: Amount, sign: Operator, is_below: bool) -> bool:
    """Whether the amount can have the operator behind it as well."""
    if amount.is_range:
        return sign == "≤" and not is_below  # 3-5天内, but not 3-5天以下
    if amount.operator is not None and {amount.operator, sign} not in ({"≥"}, {">", "≥"}, {"≤"}, {"<", "≤"}, {"≈"}):
        return False
    amount.operator = sign
    return True


def _excludes(text: str, amount: Amount, table: Words) -> bool:
    """Takes in a (不含) or (不含95%) behind the amount, which says that the bound itself is not meant."""
    match = table.behind.excluding.match(text, amount.end)
    if match is None or (match[1] and numerals.digits(match[1]) != amount.low):
        return False
    amount.end = match.end()
    return True


def _closed(text: str, at: int, amount: Amount) -> bool:
    """Whether the numeral ends where it was read to, and is not part of a name (5G, 2023水平) or of a sum."""
    end = amount.end
    character = text[end] if end < len(text) else ""
    if text[end - 1] in _DURATION_ENDS and _BEFORE.match(text, end):
        return False  # 15日前 is a date, or a time before something
    if _is_doubtful(text, amount):
        return False
    if character in _GOES_ON or (character == "." and text[end + 1 : end + 2].isdigit()):
        return False
    if character.isdigit() and not (amount.unit is not None and "\u4e00" <= text[end - 1] <= "\u9fff"):
        return False
    if amount.unit is not None:
        return True
    if text[at].isascii() or text[at] == "±":
        bare = not amount.trails and not amount.leads and _YEAR.match(text, at) is not None
        if character == "、" and text[end + 1 : end + 2].isdigit():
            return False  # 3、5个
        is_alone = (not character or character in _CLOSED) and (amount.leads or _is_value(text, at))
        return amount.trails or (not bare and is_alone)
    # A Chinese numeral without a unit is more often part of a word.
    is_whole = not character or character in _CLOSED  # but not 约一半
    return (amount.leads and is_whole) or amount.trails or (not character and (at == 0 or text[at - 1] in "为于是:"))


def _is_doubtful(text: str, amount: Amount) -> bool:
    """Whether what follows makes another number of it, or a name: 100元起, 3个多月, 8小时工作制, 110千伏变电站."""
    table, end = words(), amount.end
    behind = table.doubts.behind.match(text, end)
    if behind and not (amount.is_range and behind[0] == "不等"):
        return True
    if amount.leads or amount.trails:
        return False
    if amount.is_range and amount.unit == "日":
        return True  # 1-5日: days of a month as well as a duration
    follows = text[end : end + 1]
    if amount.unit in table.doubts.ratings:
        return "\u4e00" <= follows <= "\u9fff"
    if amount.unit not in DURATIONS or amount.per or amount.period or not follows:
        return False
    return (table.doubts.named.match(text, end) or _NIGHTS.match(text, end)) is not None  # 3天2夜


def _is_value(text: str, at: int) -> bool:
    """Whether a bare number at `at` is one of what stands before it (得分95), and not a part of its name (附件2)."""
    if at == 0 or not text[at - 1].isalpha():
        return True
    if not "\u4e00" <= text[at - 1] <= "\u9fff":
        return False
    table, before = words(), text[max(0, at - 4) : at]
    return any(ends.search(before) for ends in (table.words.last, table.quantities.quantity, table.quantities.ratio))
