"""Sums of money in running text, and the column that the words before each of them tell."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER, is_amount_column
from extractor.layouts import Terms
from extractor.schemas.document import MappedText
from extractor.schemas.project import plain_amount
from extractor.text import Squashed

_MONEY = re.compile(rf"(?<!\d)(?P<number>{NUMBER.pattern})(?P<unit>[千万亿]?元)")
_TOTAL = re.compile(r"(?:预算|总额|总计|合计|共计?|安排|投入|资金|经费)[^\d,。;]{0,8}$")
_VERB = re.compile(r"[为约共计是:]+$")
_BEFORE = 16


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


def money_in(text: str, terms: Terms) -> list[Money]:
    """The sums of money in a text, in the unit of the first total; others are no amounts of the project.

    >>> from extractor.layouts import terms
    >>> found = money_in("年度预算安排120.00万元，其中财政拨款100万元，人均500元。", terms())
    >>> [(one.number, one.column) for one in found], found[0].unit
    ([('120.00', 'total'), ('100', 'fiscal')], '万元')
    >>> [(one.number, one.column) for one in money_in("购置设备80万元、软件20万元。", terms())]
    [('80', None), ('20', None)]
    """
    view = Squashed(MappedText(text, range(len(text))))
    found: list[Money] = []
    for match in _MONEY.finditer(view.text):
        before = _VERB.sub("", view.text[max(0, match.start() - _BEFORE) : match.start()])
        column = _funding(before, terms)
        if column is None and (match.start() == 0 or _TOTAL.search(before)):
            column = "total"
        if column in {one.column for one in found}:
            column = None
        start, end = match.span("number")
        place = view.positions[start], view.positions[end - 1] + 1, view.positions[match.end() - 1] + 1
        found.append(Money(plain_amount(match["number"]), match["unit"], column, *place))
    unit = next((one.unit for one in found if one.column == "total"), found[0].unit if found else "")
    return [one for one in found if one.unit == unit]


def _funding(before: str, terms: Terms) -> str | None:
    """The funding column whose name ends a text: 其中财政拨款."""
    for length in range(min(len(before), _BEFORE), 1, -1):
        column = terms.columns.get(before[-length:])
        if column is not None and is_amount_column(column) and column != "total":
            return column
    return None
