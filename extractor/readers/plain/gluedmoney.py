"""Sums of money whose digits run into each other: 全年预算数全年执行数分值执行率得分年度资金总额363610100.00%10.

What was spent is a share of the budget, and the table prints that share: where exactly one way to cut the digits makes
it true, that is the way they are cut. A source's sums are parts of the total's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from extractor.layouts.forms import FormWords

Kind = Literal["budget", "spent", "points", "rate", "score"]
Cut = tuple[int, int]

_BRACKETS = re.compile(r"\([^()]{1,12}\)")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d{1,6})?")
_RATE = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.\d{1,2})?%?")
_MOST_DIGITS = 40
_MOST_POINTS = 100
_CLOSE = Decimal("0.6")
"""How much of its last digit a printed rate may be off."""
_HUNDRED = Decimal(100)


class Row(NamedTuple):
    """A row of the table as it was cut: its numbers, under the first of the columns."""

    cells: tuple[Cut, ...]


def money_columns(flat: str, start: int, end: int, words: FormWords) -> list[tuple[Kind, Cut]]:
    """The columns whose labels stand in [start, end), and nothing but them; none where some other word does."""
    named: dict[str, Kind] = {"分值": "points", "执行率": "rate", "预算执行率": "rate", "得分": "score"}
    named |= dict.fromkeys(words.budget, "budget")
    named |= dict.fromkeys(words.spent, "spent")
    longest = max(map(len, named))
    found: list[tuple[Kind, Cut]] = []
    while start < end:
        stop = next((at for at in range(min(end, start + longest), start, -1) if flat[start:at] in named), None)
        if stop is None:
            return []
        kind = named[flat[start:stop]]
        bracket = _BRACKETS.match(flat, stop, end)
        stop = bracket.end() if bracket else stop
        found.append((kind, (start, stop)))
        start = stop
    return found


def rows_of_money(flat: str, spans: Sequence[Cut], kinds: Sequence[Kind]) -> list[Row | None]:
    """Rows of numbers, the total's first; None for one that can be cut in several ways, or in none.

    >>> rows_of_money("363610100.00%103636", [(0, 15), (15, 19)], ("budget", "spent", "points", "rate", "score"))
    [Row(cells=((0, 2), (2, 4), (4, 6), (6, 13), (13, 15))), Row(cells=((15, 17), (17, 19)))]
    >>> rows_of_money("1234", [(0, 4)], ("budget", "spent"))
    [None]
    """
    total: tuple[Decimal, Decimal] | None = None
    found: list[Row | None] = []
    for span in spans:
        ways = list(_ways(flat, span, kinds, total)) if span[1] - span[0] <= _MOST_DIGITS else []
        row = Row(ways[0]) if len(ways) == 1 else None
        found.append(row if flat[slice(*span)].strip() else Row(()))
        if total is None and row is not None:
            values = dict(zip(kinds, (_value(flat, cut) for cut in row.cells), strict=False))
            if "rate" in values:
                total = max(values["budget"], Decimal(0)), values["spent"]
    return found


def _ways(
    flat: str, span: Cut, kinds: Sequence[Kind], total: tuple[Decimal, Decimal] | None
) -> Iterator[tuple[Cut, ...]]:
    """Every way to cut a row's digits that adds up: with its rate, or as parts of the total."""

    def more(at: int, cells: tuple[Cut, ...]) -> Iterator[tuple[Cut, ...]]:
        if at == span[1]:
            if cells and _adds_up(flat, cells, kinds, total):
                yield cells
            return
        if len(cells) == len(kinds):
            return
        pattern = _RATE if kinds[len(cells)] == "rate" else _NUMBER
        for stop in range(at + 1, span[1] + 1):
            if pattern.fullmatch(flat, at, stop):
                yield from more(stop, (*cells, (at, stop)))

    yield from more(span[0], ())


def _adds_up(flat: str, cells: Sequence[Cut], kinds: Sequence[Kind], total: tuple[Decimal, Decimal] | None) -> bool:
    values: dict[Kind, Decimal] = {}
    for kind, cut in zip(kinds, cells, strict=False):
        number = _value(flat, cut)
        if kind in {"points", "score"} and number > values.get("points", Decimal(_MOST_POINTS)):
            return False
        values[kind] = number  # of two budgets the later is the year's
    if "rate" in kinds and len(cells) == len(kinds):
        budget, spent, rate = values["budget"], values["spent"], values["rate"]
        printed = flat[slice(*cells[kinds.index("rate")])]
        if not (budget and spent and rate) or not printed.endswith("%"):
            return False
        digits = len(printed.partition(".")[2].rstrip("%"))
        return abs(spent * _HUNDRED / budget - rate) <= _CLOSE.scaleb(-digits)
    if total is None or len(cells) != kinds.index("spent") + 1:
        return False
    return values["budget"] <= total[0] and values["spent"] <= min(total[1], values["budget"])


def _value(flat: str, cut: Cut) -> Decimal:
    return Decimal(flat[slice(*cut)].rstrip("%").replace(",", ""))


def doubled(flat: str, start: int, end: int) -> tuple[Cut, Cut] | None:
    """The two halves of a text that says the same twice, as a form does whose goal was reached; None for any other.

    >>> text = "修缮古道,保护遗迹,修缮古道,保护遗迹,"
    >>> [text[slice(*half)] for half in doubled(text, 0, len(text)) or ()]
    ['修缮古道,保护遗迹', '修缮古道,保护遗迹']
    """
    text = flat[start:end].rstrip(_STOPS)
    for gap in range(_LONGEST_GAP + 1):
        half, rest = divmod(len(text) - gap, 2)
        if rest or half < _SHORTEST or text[:half] != text[half + gap :]:
            continue
        if not text[half : half + gap].strip(_STOPS):
            return (start, start + half), (start + half + gap, start + len(text))
    return None


_STOPS = "。;,"
_LONGEST_GAP = 2
_SHORTEST = 8
