"""The money of a form: which of its amounts are this year's, which are several years', which were spent.

The year's amounts stand in the amount columns, those of several years in `breakdown` under the label of their total.
Of planned, adjusted and executed money in a table the adjusted column counts, else the planned; what was executed,
a share or last year's amount is an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from extractor.chunk.amounts import NUMBER, Amount, read_amount
from extractor.chunk.forms.form import Item, is_money
from extractor.chunk.forms.shapes import is_nothing
from extractor.layouts.forms import FormWords, Label, Period
from extractor.schemas.document import MappedText
from extractor.schemas.layout import AMOUNT_COLUMNS, BREAKDOWN
from extractor.text import fold, squash

_IN_WAN = re.compile(rf"\s*({NUMBER.pattern})\s*(万)\s*")
"""万 without 元: 186万."""


_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?%")
_ROUNDED = Decimal("0.06")
_LEAST_AMOUNTS = 2


class Role(NamedTuple):
    """What an item of a form is.

    `amount`: an amount of `column`; `attribute`: kept under `label`; `blank`: an amount that was left blank;
    `doubt`: a number or a text that somebody must look at; `other`: no money at all.
    """

    kind: Literal["amount", "attribute", "blank", "doubt", "other"]
    column: str = ""
    label: str = ""
    is_several: bool = False
    """Whether an amount is that of several years."""


def amount_of(cell: MappedText) -> Amount | None:
    """Number and unit of an amount cell; None where it holds anything else.

    >>> amount_of(MappedText("186万", range(4)))
    Amount(number=MappedText(text='186', offsets=range(0, 3)), unit='万元')
    """
    found = read_amount(cell)
    if found is not None or "万" not in cell.text:
        return found
    match = _IN_WAN.fullmatch(fold(cell.text))
    if match is None:
        return None
    start, end = match.span(1)
    return Amount(MappedText(cell.text[start:end], cell.offsets[start:end]), "万元")


def roles_of(items: Sequence[Item], printed: frozenset[str], words: FormWords) -> list[Role]:
    """What each item of a form is, as money."""
    budgets = _budget_columns(items, words)
    columns = [_column(item, budgets, printed, words) for item in items]
    money = [index for index, column in enumerate(columns) if column is not None]
    several = _several_years(items, money, columns, words)
    spent = _spent(items, money, columns, words)
    twice = _twice(items, money, columns, several, spent)
    taken: dict[str, Decimal] = {}
    roles: list[Role] = []
    for index, (item, column) in enumerate(zip(items, columns, strict=True)):
        if column is None:
            roles.append(_no_money(item))
        elif amount_of(item.value) is None:
            roles.append(Role("blank" if is_nothing(item.value.text) else "doubt", label=item.label.text))
        elif index in spent:
            roles.append(Role("attribute", label=f"{spent[index].text}·{item.label.text}"))
        elif index in twice:
            roles.append(Role("doubt", label=item.label.text))
        else:
            roles.append(_placed(item, column, several.get(index), taken))
    return roles


def _twice(
    items: Sequence[Item],
    money: Sequence[int],
    columns: Sequence[str | None],
    several: Mapping[int, str],
    spent: Mapping[int, Label],
) -> set[int]:
    """Amounts of one field that differ and stand in different columns, with no word for which of them is the year's."""
    places: dict[str, list[int]] = {}
    for index in money:
        if index not in several and index not in spent and columns[index] in AMOUNT_COLUMNS:
            places.setdefault(columns[index] or "", []).append(index)
    doubtful: set[int] = set()
    for same in places.values():
        numbers = {at: number for at in same if (number := _number(items[at])) is not None}
        if len({items[at].at for at in numbers}) > 1 and len(set(numbers.values())) > 1:
            doubtful.update(numbers)
    return doubtful


def _no_money(item: Item) -> Role:
    label = item.label.text + (f"·{item.column.text}" if item.column is not None else "")
    if item.column is not None:
        return Role("attribute", label=label)
    if is_money(item.label.field) and not is_nothing(item.value.text):
        return Role("doubt", label=label)
    return Role("other", label=label)


def _placed(item: Item, column: str, several: str | None, taken: dict[str, Decimal]) -> Role:
    """Where an amount belongs; `several` is the total of several years that it is a part of, or its own name."""
    amount = amount_of(item.value)
    assert amount is not None
    number = Decimal(fold(amount.number.text).replace(",", ""))
    if several is not None:
        column = BREAKDOWN + several
    if column not in taken:
        taken[column] = number
        return Role("amount", column, item.label.text, several is not None)
    if column == "total":  # printed again, or another one: only one of them can be the year's
        kind: Literal["attribute", "doubt"] = "attribute" if taken[column] == number else "doubt"
        return Role(kind, label=item.label.text)
    free = column if column.startswith(BREAKDOWN) else f"{BREAKDOWN}{item.label.text}"
    count = 2
    while free in taken:
        free = f"{free.split('(')[0]}({count})"
        count += 1
    taken[free] = number
    return Role("amount", free, item.label.text, several is not None)


def _budget_columns(items: Sequence[Item], words: FormWords) -> Mapping[int, str | None]:
    """Which column of each table of money tells the budget."""
    tables: dict[int, dict[str, dict[int, str]]] = {}
    for item in items:
        if item.column is not None and item.table is not None:
            column = tables.setdefault(item.table, {}).setdefault(squash(item.column.text), {})
            column[item.line] = squash(item.value.text)
    return {table: _budget(columns, words) for table, columns in tables.items()}


def _budget(columns: Mapping[str, Mapping[int, str]], words: FormWords) -> str | None:
    """The column of the adjusted budget, else the planned one; where no word tells, that of which the shares are."""
    amounts = {name: found for name, texts in columns.items() if (found := _numbers(texts))}
    kinds = {name: words.money_column(name) for name in amounts}
    adjusted = [name for name in amounts if kinds[name] == "adjusted"]
    if adjusted:
        return adjusted[0]
    planned = [name for name in amounts if kinds[name] == "planned"]
    rest = [name for name in amounts if kinds[name] is None]
    divided = _divided(amounts, columns)
    if divided is not None and kinds[divided] in {"planned", None}:
        return divided
    if len(planned) > 1:
        years = [name for name in planned if words.period(name) == "annual"]
        listed = [name for word in words.budget for name in planned if name.split("(")[0] == word]
        planned = [*years[:1], *listed[:1], *planned]
    return next(iter(planned), rest[0] if len(rest) == 1 else None)


def _numbers(texts: Mapping[int, str]) -> dict[int, Decimal]:
    return {line: Decimal(text.replace(",", "")) for line, text in texts.items() if NUMBER.fullmatch(text)}


def _divided(amounts: Mapping[str, Mapping[int, Decimal]], columns: Mapping[str, Mapping[int, str]]) -> str | None:
    """The column that a column of shares was divided by: 58.31 of 58.31 is 100%, and 52.60 has no part in it."""
    shares = next((texts for texts in columns.values() if any(text.endswith("%") for text in texts.values())), {})
    left: set[str] | None = None
    for line, text in shares.items():
        share = Decimal(text[:-1]) if _SHARE.fullmatch(text) else None
        here = {name: found[line] for name, found in amounts.items() if line in found}
        if share is None or not share or len(here) < _LEAST_AMOUNTS:
            continue
        fits = {
            name
            for name, whole in here.items()
            for other, part in here.items()
            if name != other and whole and abs(part / whole * 100 - share) < _ROUNDED
        }
        left = fits if left is None else left & fits
    return next((name for name in amounts if name in left), None) if left else None


def _column(item: Item, budgets: Mapping[int, str | None], printed: frozenset[str], words: FormWords) -> str | None:
    """The amount column of an item; None where it is no budgeted money."""
    if item.is_spending:
        return None
    if item.column is not None:
        is_budget = item.table is not None and squash(item.column.text) == budgets.get(item.table)
        if not is_budget:
            return None
    elif squash(item.label.text) in words.spent or words.money_column(item.label.text) in {"spent", "before"}:
        return None
    if words.no_money.search(squash(item.label.text)):
        return None
    amount = amount_of(item.value)
    if is_money(item.label.field):
        return item.label.field if amount is not None or is_nothing(item.value.text) else None
    if amount is None or item.label.field is not None:
        return None
    if item.in_money or item.column is not None:
        return words.source(item.label.text) or (BREAKDOWN + item.label.text if item.in_money else None)
    if "total" in printed or amount.unit is not None or item.label.unit is not None:
        return words.source(item.label.text)
    return None


def _beside(heads: Mapping[int, int], at: int) -> int | None:
    """The total in whose columns an amount stands: the nearest one to its left, or right above it."""
    left = [column for column in heads if column <= at]
    return heads[max(left)] if left else None


def _several_years(
    items: Sequence[Item], money: Sequence[int], columns: Sequence[str | None], words: FormWords
) -> dict[int, str]:
    """The money that is several years', with its name in `breakdown`."""
    totals = [index for index in money if columns[index] == "total"]
    periods = _periods(items, totals, words)
    has_year = any(period == "annual" for period in periods.values())
    heads: dict[int, int] = {}
    found: dict[int, str] = {}
    for index in money:
        item = items[index]
        if index in periods:
            heads = {at: head for at, head in heads.items() if at < item.at} | {item.at: index}
        head = _beside(heads, item.at)
        if head is None:
            continue
        is_several = periods[head] == "cycle" or (periods[head] is None and has_year and len(totals) > 1)
        if is_several:
            found[index] = _name_in_breakdown(items, head, index, columns)
    return found


def _name_in_breakdown(items: Sequence[Item], head: int, index: int, columns: Sequence[str | None]) -> str:
    """The name of several years' money; sources that follow their total row by row keep their own."""
    item, total = items[index], items[head]
    if item is total:
        return total.label.text
    after = columns[head + 1] if head + 1 < len(items) and items[head + 1].line == total.line else None
    is_flow = after is not None and after.startswith(BREAKDOWN)
    is_source = (columns[index] or "").startswith(BREAKDOWN)
    return item.label.text if is_flow and is_source else f"{total.label.text}·{item.label.text}"


def _periods(items: Sequence[Item], totals: Sequence[int], words: FormWords) -> dict[int, Period | None]:
    """Whether each total is the year's; what is several years' by a weak sign is so beside the year's only."""
    periods: dict[int, Period | None] = {index: words.period(items[index].label.text) for index in totals}
    printed = {_number(items[index]) for index in totals if periods[index] == "annual"}
    for index in totals:
        word = squash(items[index].label.text)
        if periods[index] is not None:
            continue
        if words.several.search(word) or words.terms.several_years.fullmatch(word):
            periods[index] = "cycle" if len(totals) > 1 and (printed or _is_largest(items, index, totals)) else None
        elif _number(items[index]) in printed:
            periods[index] = "annual"  # the year's total, printed again
    return periods


def _is_largest(items: Sequence[Item], index: int, totals: Sequence[int]) -> bool:
    own = _number(items[index])
    numbers = [number for other in totals if (number := _number(items[other])) is not None]
    return own is not None and own == max(numbers)


def _number(item: Item) -> Decimal | None:
    amount = amount_of(item.value)
    return Decimal(fold(amount.number.text).replace(",", "")) if amount is not None else None


def _spent(
    items: Sequence[Item], money: Sequence[int], columns: Sequence[str | None], words: FormWords
) -> dict[int, Label]:
    """The money that stands in a column below what was spent, with the label of that."""
    known = set(money)
    heads: dict[int, int] = {}
    found: dict[int, Label] = {}
    for index, item in enumerate(items):
        is_spent = item.column is None and squash(item.label.text) in words.spent
        if is_spent or (index in known and columns[index] == "total"):
            heads = {at: head for at, head in heads.items() if at < item.at} | {item.at: index}
        elif len(heads) > 1 and index in known:
            head = _beside(heads, item.at)
            if head is not None and squash(items[head].label.text) in words.spent:
                found[index] = items[head].label
    return found
