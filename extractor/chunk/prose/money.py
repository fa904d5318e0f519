"""Sums of money in running text, and the column that the words before each of them tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER, is_amount_column
from extractor.layouts import Terms
from extractor.layouts.shared import ProseMoney, alternation
from extractor.schemas.cells import breakdown
from extractor.schemas.document import MappedText
from extractor.schemas.project import plain_amount
from extractor.text import Squashed

_CLAUSE = re.compile(r"[,。;!、]")
_SENTENCE = re.compile(r"[。;!]")
_BEFORE = 24
_SOURCE = range(3, 13)


class Money(NamedTuple):
    """A sum of money in a sentence: digits, unit, the column that the words before it tell, and where it stands.

    The digits end at `end`, the unit behind them at `unit_end`.
    """

    number: str
    unit: str
    column: str | None
    start: int
    end: int
    unit_end: int


class _Sum(NamedTuple):
    match: re.Match[str]
    unit: str
    column: str | None
    part: bool


def money_in(text: str, terms: Terms, year: int | None = None) -> list[Money]:
    """The sums of money in a text, in the unit of the first total; others are no amounts of the project.

    The year's sum is the total, that of several years is kept under its own words. The parts of a total that tell
    what it is spent on, and sums that are only compared, are no amounts either.

    >>> from extractor.layouts import terms
    >>> found = money_in("年度预算安排120.00万元，其中财政拨款100万元，人均500元。", terms())
    >>> [(one.number, one.column) for one in found], found[0].unit
    ([('120.00', 'total'), ('100', 'fiscal')], '万元')
    >>> [(one.number, one.column) for one in money_in("购置设备80万元、软件20万元。", terms())]
    [('80', None), ('20', None)]
    >>> [(one.number, one.column) for one in money_in("项目总投资90万，2026年安排30.5万，其中设备20万。", terms())]
    [('90', 'breakdown:项目总投资'), ('30.5', 'total')]
    """
    view = Squashed(MappedText(text, range(len(text))))
    sums = _by_year(view.text, _classified(view.text, terms), year)
    known = {one.column for one in sums}
    sums = [one for one in sums if not (one.part and one.column is None and {"total", "several"} & known)]
    sums = _several(view.text, sums, terms.shared.prose.money)
    unit = next((one.unit for one in sums if one.column == "total"), sums[0].unit if sums else "")
    found = []
    for one in sums:
        if one.unit != unit:
            continue
        start, end = one.match.span("number")
        stop = one.match.end("unit")
        positions = view.positions
        place = positions[start], positions[end - 1] + 1, positions[stop - 1] + 1
        found.append(Money(plain_amount(one.match["number"]), one.unit, one.column, *place))
    return found


def _classified(text: str, terms: Terms) -> list[_Sum]:
    """Each sum with its column: `several` for several years', a year for a year's; a `part` is of a sum before."""
    found: list[_Sum] = []
    totals: dict[str, str] = {}
    edge = parts = -1
    words = terms.shared.prose.money
    for match in _sum(words).finditer(text):
        low = max(edge, match.start() - _BEFORE, 0)
        before = text[low : match.start()]
        sentence = [stop.end() for stop in _SENTENCE.finditer(before)]
        if sentence:
            before, parts = before[sentence[-1] :], -1
        if any(_SENTENCE.finditer(text, max(edge, 0), match.start())):
            parts = -1
        if words.tells_parts.search(text, max(edge, 0) if not sentence else low + sentence[-1], match.start()):
            parts = match.start()
        clause = _CLAUSE.split(before)[-1]
        edge = match.end()
        if match["measure"] or words.tells_compared.search(clause) or words.tells_each.search(clause):
            continue
        unit = match["unit"] if match["unit"].endswith("元") else match["unit"] + "元"
        column = _funding(clause, terms)
        told = words.year.search(before)
        if column is None and words.tells_several.search(clause) and not words.year.search(clause):
            column = "several"
        elif column is None and (words.earlier.search(before) or words.tells_spent.search(clause)):
            continue
        elif column is None and told and words.tells_total.search(clause):
            column = told["year"]
        elif column is None and _tells_total(words, before, clause, in_parts=parts >= 0, is_first=not found):
            column = "total"
        if column is not None and column in totals and not (column == "total" and told):
            if totals[column] == match["number"]:
                continue
            column = None
        elif column is None and match["number"] == totals.get("total") and words.tells_total.search(clause):
            continue
        if column is not None:
            totals[column] = match["number"]
        found.append(_Sum(match, unit, column, parts >= 0))
    return found


def _tells_total(words: ProseMoney, before: str, clause: str, *, in_parts: bool, is_first: bool) -> bool:
    """Whether a sum is the total by the words before it; behind 用于 only the first one that says so in full."""
    if in_parts:
        return is_first and words.tells_whole.search(clause) is not None
    return not before or words.tells_total.search(clause) is not None


@lru_cache(maxsize=64)
def _sum(words: ProseMoney) -> re.Pattern[str]:
    """A number with its unit of money, and what makes a price of it: 500元/人."""
    return re.compile(
        rf"""
        (?<![\d.]) (?P<number>{NUMBER.pattern})
        (?P<unit>{words.units.pattern})
        (?P<measure>{alternation(words.measures)})?
        """,
        re.VERBOSE,
    )


def _by_year(text: str, sums: Sequence[_Sum], year: int | None) -> list[_Sum]:
    """Of sums that are told by years, the budget's year is the total, those to come are kept, those past are not.

    Where the year is not known and the years are several, none is the total.
    """
    years = {one.column for one in sums if one.column and one.column.isdecimal()}
    if not years:
        return list(sums)
    is_split = any(one.part and one.column in years for one in sums)
    own = str(year) if year else min(years) if len(years) == 1 else None
    found = []
    for one in sums:
        if one.column == "total" and (is_split or own in years):
            one = one._replace(column="several")
        elif one.column in years and one.column is not None:
            if own is not None and one.column < own:
                continue
            label = breakdown(one.column + "年") if own is not None else None
            one = one._replace(column="total" if one.column == own else label, part=False)
        found.append(one)
    return found


def _several(text: str, sums: Sequence[_Sum], words: ProseMoney) -> list[_Sum]:
    """The sum of several years under its own words where the year has one, else unplaced: it may be the year's."""
    has_year = any(one.column == "total" for one in sums)
    found = []
    for one in sums:
        if one.column == "several":
            clause = _CLAUSE.split(text[max(0, one.match.start() - _BEFORE) : one.match.start()])[-1]
            label = match["label"] if (match := words.tells_several.search(clause)) else words.link.sub("", clause)
            one = one._replace(column=breakdown(label) if has_year and label else None)
        found.append(one)
    return found


def _funding(clause: str, terms: Terms) -> str | None:
    """The funding column whose name ends a clause: 其中财政拨款, 省级补助安排."""
    words = terms.shared.prose.money
    word = words.link.sub("", clause)
    for tail in dict.fromkeys((word, words.verb.sub("", word))):
        for length in range(len(tail), 1, -1):
            column = terms.columns.get(tail[-length:])
            is_named = words.level.search(tail[:-length]) is not None
            if column is not None and is_amount_column(column) and column != "total" and not is_named:
                return column
    tail = words.leads.sub("", word)
    for part in (tail, words.verb.sub("", tail)):
        if part and len(part) in _SOURCE and words.source.fullmatch(part) and (column := terms.funding(part)):
            return column
    return None
