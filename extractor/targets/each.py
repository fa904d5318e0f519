"""What each, and how often: the 人/天 of 元/人/天, the 季度 of 每季度."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from extractor.targets import numerals
from extractor.targets.words import Words, words

_COUNTS = re.compile("[^,;。、()]{0,12}[0-9一二两三四五六七八九十]")
_LONGEST = 6
_CLOSED = frozenset(",;。、)(:\n\1/")
_JOINED = frozenset("·.*")


class Each(NamedTuple):
    """What was read up to `end`: the unit (台/套 is one), per what, in what period."""

    end: int
    unit: str | None = None
    per: str | None = None
    period: str | None = None


def behind(text: str, at: int, unit: str | None) -> Each | None:
    """What follows a unit that ends at `at`; None where a slash is not understood.

    >>> behind("元/人·天", 1, "元"), behind("台/套", 1, "台"), behind("次/?", 1, "次")
    (Each(end=5, unit='元', per='人', period='天'), Each(end=3, unit='台/套', per=None, period=None), None)
    """
    found: Each | None = Each(at, unit)
    plain: Each | None = None
    while found is not None and found.end < len(text):
        here, sign = found, text[found.end]
        if sign == "/":
            start = here.end + 1
            found = _bracketed(text, start, here) if text.startswith("(", start) else _one(text, start, here)
        elif sign == "每" and unit is not None:
            plain = plain or here
            found = _one(text, here.end, here)
            if found is None:
                return here
        elif sign == "(" and unit is not None and unit != "%" and unit not in words().period:
            found = _in_brackets(text, here)
            if found is None:
                return here
        elif sign in _JOINED and here.per is not None and text[here.end + 1 : here.end + 2] in words().period:
            found = _one(text, here.end + 1, here)
        else:
            break
    if plain is not None and found is not None and _COUNTS.match(text, found.end):
        return plain  # 80-89周岁每人每月50元: 50元 is for each of them
    return found


def before(text: str, at: int) -> Each | None:
    """What 每 at `at` is about; None where it is not understood.

    >>> before("每两年", 0), before("每个综合网格采集", 0)
    (Each(end=3, unit=None, per=None, period='2年'), Each(end=6, unit=None, per='综合网格', period=None))
    """
    table = words()
    if table.doubts.irregular.match(text, at + 1):
        return None
    found = _one(text, at, Each(at))
    if found is not None and found.period is not None:
        return found
    if found is not None and found.per in table.per.before_nouns:
        noun = table.per.noun.match(text, found.end)
        if noun:
            return Each(noun.end(), per=noun[0])
    return None if found is None or found.per == table.per.counter else found


def _bracketed(text: str, at: int, here: Each) -> Each | None:
    """(人·天) behind a slash."""
    found = _one(text, at + 1, here)
    while found is not None and found.end < len(text) and text[found.end] in "·.*/":
        found = _one(text, found.end + 1, found)
    if found is None or not text.startswith(")", found.end):
        return None
    return found._replace(end=found.end + 1)


def _in_brackets(text: str, here: Each) -> Each | None:
    """次(每月), 次(年)."""
    at = here.end + 1
    found = _period(text, at + text.startswith("每", at), here, words())
    return found._replace(end=found.end + 1) if found and text.startswith(")", found.end) else None


def _one(text: str, at: int, here: Each) -> Each | None:
    """The period, or what each, that begins at `at`, added to what was read before."""
    table = words()
    start = at + text.startswith("每", at)
    return _period(text, start, here, table) or _thing(text, start, here, table) or _priced(text, start, here, table)


def _period(text: str, at: int, here: Each, table: Words) -> Each | None:
    number, start = _count(text, at)
    for size in (4, 3, 2, 1):
        word = text[start : start + size]
        period = table.period.get(word.removeprefix("个"))
        if period and len(word) == size and text[start + size : start + size + 1] not in ("度", "均"):
            return here._replace(end=start + size, period=number + period) if here.period is None else None
    return None


def _count(text: str, at: int) -> tuple[str, int]:
    """A count before a period or a thing (每两年, 每10万人), "" where there is none or it is one, and its end."""
    match = numerals.DIGITS.match(text, at) or numerals.CHINESE.match(text, at)
    if match is None:
        return "", at
    value = numerals.digits(match[0]) if text[at].isascii() else numerals.chinese(match[0])
    if value is None or value != value.to_integral_value():
        return "", at
    return "" if value == 1 else f"{value:f}", match.end()


def _thing(text: str, at: int, here: Each, table: Words) -> Each | None:
    for size in range(min(_LONGEST, len(text) - at), 0, -1):
        word, end = text[at : at + size], at + size
        if word in table.units.man_days and here.per is None and here.period is None:
            return here._replace(end=end, per=word[0], period=word[1])
        if word in table.things:
            if here.unit is not None and here.per is None and here.period is None and _is_either(here.unit, word):
                return here._replace(end=end, unit=f"{here.unit}/{word}")
            return here._replace(end=end, per=word if here.per is None else f"{here.per}/{word}")
    number, start = _count(text, at)
    if number and here.per is None and (here.unit is not None or text[at - 1] == "每"):
        scaled = table.scale.match(text, start)
        unit, end = table.units.at(text, scaled.end() if scaled else start)
        is_round = text[at - 1] == "每" or number.strip("0") in ("", "1")  # 元/10万人, but not 10场/2000人次
        if unit is not None and unit not in table.frequency.units and is_round:
            return here._replace(end=end, per=text[at:end])
    return None


def _priced(text: str, at: int, here: Each, table: Words) -> Each | None:
    """元/标准班: a word alone behind the slash of money is what each of it costs."""
    end = at
    while end < len(text) and end - at < _LONGEST and "\u4e00" <= text[end] <= "\u9fff":
        end += 1
    alone = end > at and (end == len(text) or text[end] in _CLOSED)
    if alone and text[at - 1] == "/" and here.unit in table.units.money and here.per is None:
        return here._replace(end=end, per=text[at:end])
    return None


@lru_cache(maxsize=256)
def _is_either(unit: str, other: str) -> bool:
    """Whether a slash between the two is an "or" (台/套), or writes one unit apart (人/次)."""
    table = words()
    return (other == "次" and unit in table.units.times) or any(
        unit in group and other in group for group in table.units.either
    )
