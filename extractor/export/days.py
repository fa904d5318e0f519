"""Partial dates of targets as days of the calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


def first_day(printed: str | None) -> date | None:
    """The first day that a partial date means; None without a year, and for a day that there is not.

    >>> first_day("2026-06"), first_day("2026"), first_day("--06-30"), first_day("2026-02-30")
    (datetime.date(2026, 6, 1), datetime.date(2026, 1, 1), None, None)
    """
    return _day(printed, last=False)


def last_day(printed: str | None) -> date | None:
    """The last day that a partial date means; None without a year, and for a day that there is not.

    >>> last_day("2026-06"), last_day("2026"), last_day("2026-06-29"), last_day("---10")
    (datetime.date(2026, 6, 30), datetime.date(2026, 12, 31), datetime.date(2026, 6, 29), None)
    """
    return _day(printed, last=True)


def _day(printed: str | None, *, last: bool) -> date | None:
    match = _DATE.fullmatch(printed) if printed else None
    if not match:
        return None
    year = int(match[1])
    month = int(match[2] or (12 if last else 1))
    try:
        day = int(match[3] or (monthrange(year, month)[1] if last else 1))
        return date(year, month, day)
    except ValueError:
        return None
