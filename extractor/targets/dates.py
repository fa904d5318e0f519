"""Printed dates and spans of dates, as far as they are printed, in ISO 8601."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import NamedTuple

from extractor.schemas.target import Operator
from extractor.targets.numerals import chinese

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CHINESE_YEAR = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TEN_DAYS = {"上": (1, 10), "中": (11, 20), "下": (21, None)}
_HALVES = {"上": (1, 6), "下": (7, 12)}
_BEFORE: tuple[tuple[str, Operator], ...] = (
    ("截止到", "≤"), ("截止至", "≤"), ("截至", "≤"), ("截止", "≤"), ("最迟", "≤"), ("至", "≤"), ("到", "≤"),
    ("自", "≥"), ("从", "≥"), ("由", "≥"),
)  # fmt: skip
_SPANS = frozenset("月份旬度年")
_YEAR = "(?:19|20)[0-9]{2}|[一二][〇零九][〇零一二三四五六七八九]{2}"
_MONTH = "0?[1-9](?![0-9])|1[0-2](?![0-9])|十[一二]?|[一二三四五六七八九](?![十百])"
_DAY = (
    "0?[1-9](?![0-9])|[12][0-9](?![0-9])|3[01](?![0-9])"
    "|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九](?![十百])"
)


def _point(number: int) -> str:
    """One date; the names of its groups end in `number`."""
    n, year = number, "(?:19|20)[0-9]{2}"
    of_year = "|".join(
        (
            f"(?P<m{n}>{_MONTH})月份?(?:(?P<d{n}>{_DAY})[日号]|(?P<ten{n}>[上中下])旬|[底末])?",  # 6月30日, 6月底
            f"第?(?P<q{n}>[1-4一二三四])季度[底末]?",  # 第三季度
            f"(?P<half{n}>[上下])半年[底末]?",  # 上半年
            f"年?(?P<ye{n}>年?[底末])(?![级端])",  # 年底
            f"(?P<all{n}>全年|年内)",
        )
    )
    dates = (
        f"(?P<iy{n}>{year})[-./](?P<im{n}>0?[1-9]|1[0-2])[-./]"  # 2026-12-
        f"(?P<id{n}>0?[1-9]|[12][0-9]|3[01])(?![0-9.%])日?",  # 31
        f"(?P<sy{n}>{year})[-/](?P<sm{n}>0[1-9]|1[0-2])(?![0-9./-])",  # 2026-12
        f"(?:(?P<y{n}>{_YEAR})年度?)?(?:{of_year})",  # 2026年6月
        f"(?P<yy{n}>{_YEAR})年度?(?:全年)?",  # 2026年
    )
    return f"(?:{'|'.join(dates)})"


class Printed(NamedTuple):
    """A date or a span of dates at [begin, end) of the text; `is_year`: nothing but one year is printed.

    Neither `start` nor `until`: a date that may mean two days (9月前).
    """

    begin: int
    end: int
    operator: Operator | None
    start: str | None
    until: str | None
    is_year: bool = False


class _Day(NamedTuple):
    """First and last day of what is printed: year, month, day as far as they are."""

    year: str | None
    first: tuple[int | None, int | None]
    last: tuple[int | None, int | None]
    plain_year: bool = False


class _Patterns(NamedTuple):
    whole: re.Pattern[str]
    months: re.Pattern[str]
    years: re.Pattern[str]
    dotted: re.Pattern[str]
    behind: re.Pattern[str]
    day: re.Pattern[str]


@lru_cache
def _patterns() -> _Patterns:
    to = "(?:-{1,2}|~|至|到)"
    count = "0-9一二两三四五六七八九十半"
    before = f"前(?![后述期端往台列提沿景{count}])"
    dotted = "(?P<y{n}>20[0-9]{{2}})[.](?P<m{n}>0?[1-9]|1[0-2])(?![0-9.])"
    return _Patterns(
        whole=re.compile(f"{_point(1)}(?:起|开始)?(?:{to}{_point(2)}(?:止|为止)?)?"),
        months=re.compile(f"(?:(?P<y>{_YEAR})年)?(?P<m1>{_MONTH}){to}(?P<m2>{_MONTH})月份?[底末]?"),
        years=re.compile(f"(?P<y1>{_YEAR})(?:年度?)?{to}(?P<y2>{_YEAR})年度?"),
        dotted=re.compile(dotted.format(n=1) + to + dotted.format(n=2)),
        behind=re.compile(
            rf"""
              (?P<le>(?:\(含(?:当日)?\)|含)[之以]?{before}|为?止)  # (含当日)以前, 为止
            | (?P<before>[之以]?{before})                          # 以前
            | (?P<ge>[之以]?后(?![续期勤台端{count}])|起)          # 以后, 起; no 后续
            | (?P<within>[之以]?内(?![部容涵外]))                  # 以内; no 内部
            """,
            re.VERBOSE,
        ),
        day=re.compile(f"(?P<d>{_DAY})[日号](?P<le>[之以]?前)?(?![内以之后起])"),
    )


def read(text: str, at: int, operator: Operator | None = None) -> Printed | None:
    """The date that begins at `at`, with what stands around it (截至 before it, 前 behind); None where there is none.

    `operator` is a sign that stands before it.

    >>> read("2026年6月30日前完成", 0)
    Printed(begin=0, end=11, operator='≤', start=None, until='2026-06-30', is_year=False)
    >>> read("1-12月", 0)[2:5], read("第三季度", 0)[2:5], read("年底前", 0)[2:5]
    ((None, '--01', '--12'), (None, '--07', '--09'), ('≤', None, '--12'))
    """
    patterns, begin = _patterns(), at
    for word, sign in _BEFORE:
        if operator is None and at >= len(word) and text.startswith(word, at - len(word)):
            operator, begin = sign, at - len(word)
            break
    days = _days(text, at)
    return _finish(text, begin, operator, *days, patterns.behind) if days else None


def _days(text: str, at: int) -> tuple[int, _Day, _Day | None] | None:
    """Where the date ends, its day and, of a span with two dates, the other one."""
    patterns = _patterns()
    match = patterns.months.match(text, at)
    if match:
        first, last = _number(match["m1"]), _number(match["m2"])
        if first is None or last is None or first > last:
            return None
        return match.end(), _Day(_year(match["y"]), (first, None), (last, None)), None
    match = patterns.years.match(text, at)
    if match:
        year = _Day(_year(match["y1"]), (None, None), (None, None))
        return match.end(), year, year._replace(year=_year(match["y2"]))
    match = patterns.dotted.match(text, at)
    if match:
        one, other = ((match[f"y{n}"], (int(match[f"m{n}"]), None)) for n in (1, 2))
        return match.end(), _Day(one[0], one[1], one[1]), _Day(other[0], other[1], other[1])
    match = patterns.whole.match(text, at)
    day = _day(match, 1) if match else None
    if match is None or day is None:
        return None
    second = None
    if any(match[f"{group}2"] for group in ("iy", "sy", "m", "q", "half", "ye", "all", "yy")):
        second = _day(match, 2)
        if second is None:
            return None
        if second.year is None:
            second = second._replace(year=day.year)
    return match.end(), day, second


def day_of_month(text: str, at: int) -> Printed | None:
    """A day of each month, as behind 每月.

    >>> day_of_month("15日前发放", 0)[1:5]
    (4, '≤', None, '---15')
    """
    match = _patterns().day.match(text, at)
    day = _number(match["d"]) if match else None
    if match is None or day is None:
        return None
    printed = f"---{day:02d}"
    return Printed(at, match.end(), "≤" if match["le"] else None, None if match["le"] else printed, printed)


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if text[0].isascii():
        return int(text)
    value = chinese(text)
    return None if value is None else int(value)


def _year(text: str | None) -> str | None:
    return text.translate(_CHINESE_YEAR) if text else None


def _day(match: re.Match[str], n: int) -> _Day | None:
    if match[f"iy{n}"]:
        month, day = int(match[f"im{n}"]), int(match[f"id{n}"])
        return _checked(match[f"iy{n}"], month, day)
    if match[f"sy{n}"]:
        month = int(match[f"sm{n}"])
        return _Day(match[f"sy{n}"], (month, None), (month, None))
    year = _year(match[f"y{n}"])
    if match[f"m{n}"]:
        named = _number(match[f"m{n}"])
        if named is None:
            return None
        if match[f"d{n}"]:
            number = _number(match[f"d{n}"])
            return None if number is None else _checked(year, named, number)
        if match[f"ten{n}"]:
            first, last = _TEN_DAYS[match[f"ten{n}"]]
            return _Day(year, (named, first), (named, last or _last_day(year, named)))
        return _Day(year, (named, None), (named, None))
    if match[f"q{n}"]:
        quarter = _number(match[f"q{n}"]) or 1
        return _months(match, f"q{n}", year, 3 * quarter - 2, 3 * quarter)
    if match[f"half{n}"]:
        return _months(match, f"half{n}", year, *_HALVES[match[f"half{n}"]])
    if match[f"ye{n}"]:
        return _Day(year, (12, None), (12, None))
    if match[f"all{n}"]:
        return _Day(year, (None, None), (None, None), True) if year else None
    if match[f"yy{n}"]:
        return _Day(_year(match[f"yy{n}"]), (None, None), (None, None), True)
    return None


def _months(match: re.Match[str], group: str, year: str | None, first: int, last: int) -> _Day:
    """A quarter or half of a year; its last month where 底 or 末 stands behind it: 第一季度末."""
    behind = match.end(group) + len("季度")
    if match.string[behind : behind + 1] in ("底", "末"):
        first = last
    return _Day(year, (first, None), (last, None))


def _checked(year: str | None, month: int, day: int) -> _Day | None:
    # Without a year 29 February is possible.
    last = _last_day(year, month) or 29
    return _Day(year, (month, day), (month, day)) if day <= last else None


def _last_day(year: str | None, month: int) -> int | None:
    """Last day of a month; None for a February of no year."""
    if month == 2:
        return None if year is None else monthrange(int(year), month)[1]
    return _DAYS[month - 1]


def _written(year: str | None, month: int | None, day: int | None) -> str:
    """ISO 8601 as far as known: 2026-06-30, 2026-06, 2026, --06-30, --06."""
    text = year or "-"
    if month is not None:
        text += f"-{month:02d}"
    if day is not None:
        text += f"-{day:02d}"
    return text


def _is_first_or_last(text: str, end: int, day: _Day) -> bool:
    """Whether a 前 at `end` may mean the first day or the last: 9月前, 2026年前, but not 9月底前."""
    return text[end - 1] in _SPANS or (day.last[1] is None and text[end - 1].isdigit())


def _finish(
    text: str,
    begin: int,
    operator: Operator | None,
    end: int,
    first: _Day,
    second: _Day | None,
    behind: re.Pattern[str],
) -> Printed | None:
    if second is not None:
        if operator not in (None, "≥"):
            return None
        operator = None  # 自6月起至12月: a span
    elif text.endswith(("起", "开始"), begin, end):
        if operator not in (None, "≥"):
            return None
        operator = "≥"
    match = behind.match(text, end)
    if match:
        said: Operator = "≥" if match["ge"] else "≤"
        # 6月内 is in June, or a time of six months.
        vague = match["within"] and not first.plain_year
        if vague or second is not None or operator not in (None, said):
            return None
        if match["before"] and _is_first_or_last(text, end, first):
            return Printed(begin, match.end(), said, None, None)
        operator, end = said, match.end()
    if end < len(text) and (text[end].isdigit() or text[end] in "时点前后"):
        return None
    last = second or first
    start, until = _written(first.year, *first.first), _written(last.year, *last.last)
    if second is not None and start > until:
        return None
    is_year = first.plain_year and second is None
    if operator in ("≤", "<"):
        return Printed(begin, end, "≤", None, until, is_year)
    if operator in ("≥", ">"):
        return Printed(begin, end, "≥", start, None, is_year)
    if operator == "≈":
        return None
    return Printed(begin, end, operator, start, until, is_year)
