"""Dates and times of spreadsheets: serial numbers of days, written as a format's letters ask.

ECMA-376 part 1, 18.17.4: day 1 is 1 January 1900, and 1900 has a 29 February that never was; the other
calendar begins on 1 January 1904.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol

DATE_TOKENS = r"上午/下午|AM/PM|A/P|y+|m+|d+|h+|s+(?:\.0+)?|a{3,4}|e+(?![+-])|g+|b+"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_CHINESE_DAYS = "一二三四五六日"
_LAST_SERIAL = 2_958_466  # 1 January 10000
_UNREAL_DAY = 60


class _Token(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...


class _Moment(NamedTuple):
    year: int
    month: int
    day: int
    weekday: int
    hour: int
    minute: int
    second: int
    fraction: str
    """Digits of the second behind its point."""
    elapsed: int
    """Seconds since the calendar's first day."""


def show_date(tokens: Sequence[_Token], serial: float, *, date1904: bool = False) -> str | None:
    """A serial number as the tokens write it; None where no calendar has such a day."""
    letters = [token.text if token.kind in {"date", "elapsed"} else "" for token in tokens]
    places = max((len(letter) - letter.index(".") - 1 for letter in letters if "." in letter), default=0)
    moment = _moment(serial, places, date1904)
    if moment is None:
        return None
    minutes = _minutes(letters)
    half_day = any("/" in letter for letter in letters)
    printed: list[str] = []
    for index, (token, letter) in enumerate(zip(tokens, letters, strict=True)):
        if token.kind == "elapsed":
            whole = moment.elapsed // {"h": 3600, "m": 60, "s": 1}[letter[0]]
            printed.append(str(whole).zfill(len(letter)))
        elif letter:
            printed.append(_letters("n" * len(letter) if index in minutes else letter, moment, half_day))
        else:
            printed.append(token.text)
    return "".join(printed)


def _moment(serial: float, places: int, date1904: bool) -> _Moment | None:
    if not 0 <= serial < _LAST_SERIAL:
        return None
    unit = 10**places
    total, fraction = divmod(round(serial * 86_400 * unit), unit)
    days, seconds = divmod(total, 86_400)
    weekday = (days + 5) % 7
    if date1904:
        year, month, day = _civil(date(1904, 1, 1), days)
        weekday = (days + 4) % 7
    elif days == _UNREAL_DAY:
        year, month, day = 1900, 2, 29
    elif days == 0:
        year, month, day = 1900, 1, 0
    else:
        year, month, day = _civil(date(1899, 12, 30 if days > _UNREAL_DAY else 31), days)
    minute, second = divmod(seconds, 60)
    hour, minute = divmod(minute, 60)
    return _Moment(year, month, day, weekday, hour, minute, second, str(fraction).zfill(places), total)


def _civil(first: date, days: int) -> tuple[int, int, int]:
    try:
        found = first + timedelta(days)
    except OverflowError:
        found = date.max
    return found.year, found.month, found.day


def _minutes(letters: Sequence[str]) -> set[int]:
    """Which runs of m mean minutes: those after hours or before seconds."""
    dated = [(index, letter) for index, letter in enumerate(letters) if letter and "/" not in letter]
    found = set()
    for place, (index, letter) in enumerate(dated):
        if letter[0] == "m" and len(letter) <= 2:
            after = dated[place - 1][1][0] if place else ""
            before = dated[place + 1][1][0] if place + 1 < len(dated) else ""
            if after == "h" or before == "s":
                found.add(index)
    return found


def _letters(letter: str, moment: _Moment, half_day: bool) -> str:
    """One run of format letters; minutes come as n."""
    size = len(letter.partition(".")[0])
    if "/" in letter:
        morning, _, afternoon = letter.upper().partition("/")
        return afternoon if moment.hour >= 12 else morning
    match letter[0]:
        case "y":
            return f"{moment.year % 100:02}" if size <= 2 else f"{moment.year:04}"
        case "e":
            return f"{moment.year:04}"
        case "m" if size >= 3:
            name = _MONTHS[moment.month - 1]
            return name[:3] if size == 3 else name[0] if size == 5 else name
        case "d" if size >= 3:
            return _DAYS[moment.weekday][: 3 if size == 3 else None]
        case "a":
            return ("星期" if size == 4 else "") + _CHINESE_DAYS[moment.weekday]
        case "s":
            seconds = str(moment.second).zfill(min(size, 2))
            return f"{seconds}.{moment.fraction}" if moment.fraction and "." in letter else seconds
        case "h":
            return str((moment.hour % 12 or 12) if half_day else moment.hour).zfill(min(size, 2))
        case "n":
            return str(moment.minute).zfill(min(size, 2))
        case "m":
            return str(moment.month).zfill(size)
        case _:
            return str(moment.day).zfill(size)
