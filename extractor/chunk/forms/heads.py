"""Heading rows of a form: labels whose values stand below them, in texts (goals) or in a table (money)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from extractor.chunk.forms.form import is_money
from extractor.chunk.forms.header import header_of
from extractor.chunk.forms.shapes import is_labellike, is_number, is_text
from extractor.chunk.forms.sheet import SheetRow, Spot, goes_on, inked
from extractor.layouts.forms import FormWords, Label
from extractor.text import join_lines, squash

_META = frozenset(("name", "department", "unit", "goal", "indicators"))


class Head(NamedTuple):
    """A label and the columns [first, after) below it."""

    first: int
    after: int
    label: Label


@dataclass(frozen=True, slots=True)
class Heads:
    """Headings that are open. In a table each row below has a label of its own, `stub` stands above these.

    `group` is the label to their left that goes down over all of it, `group_at` its column; `is_spending` says that
    the table tells what the money is spent for, not where it comes from.
    """

    heads: tuple[Head, ...]
    is_table: bool
    group: Label | None = None
    group_at: int | None = None
    stub: Label | None = None
    is_spending: bool = False

    def over(self, spot: Spot) -> Label | None:
        return next((one.label for one in self.heads if one.first <= spot.first < one.after), None)


def leading(row: SheetRow, words: FormWords) -> list[Spot]:
    """The cells at the left of a row that go on in the row below: labels of all that stands to their right."""
    found: list[Spot] = []
    below = row.below
    first_below = next((spot.first for spot in inked(below)), 0) if below is not None else 0
    for spot in row.inked[:-1]:
        is_first = spot.first == 0 or bool(found) or all(row.is_open(at) for at in range(spot.first))
        has_gap = found and found[-1].after != spot.first and row.has_merges
        goes_down = below is not None and goes_on(below, spot.first, has_merges=row.merges_down)
        if not (is_first and goes_down and is_labellike(spot.text, words)) or has_gap:
            break
        if not row.merges_down and spot.first >= first_below:
            break  # without merges a blank cell tells only of what stands left of all below it
        found.append(spot)
    return found


def heads_of(row: SheetRow, words: FormWords, group: Label | None) -> Heads | None:
    """What a row heads; None where it holds values itself. `group` is the label to its left from above."""
    groups = leading(row, words)
    own = row.inked[len(groups) :]
    if not own or not all(is_labellike(spot.text, words) for spot in own) or _prints_values(own, words):
        return None
    if groups:
        group = words.label(groups[-1].text) or words.unknown(groups[-1].text)
    below = inked(row.below) if row.below is not None else []
    if below and row.below is not None and header_of(row.below, below, words, {}) is not None:
        below = []
    label = group if groups or row.is_open(0) else None
    at = groups[-1].first if groups else (0 if row.is_open(0) else None)
    if _is_table(row, own, below, words):
        return _table(own, below, words, label, at)
    has_cell = row.has_merges and row.spots[-1].is_blank
    if not (len(own) == 1 and (has_cell or _is_money(own[0], words))) and _are_over_texts(
        own, below, words, label, has_group=at is not None
    ):
        heads = tuple(Head(spot.first, spot.after, _label(spot, words)) for spot in own)
        return Heads(heads, is_table=False, group=label, group_at=at)
    return None


def _is_money(spot: Spot, words: FormWords) -> bool:
    label = words.label(spot.text)
    return label is not None and is_money(label.field)


def _label(spot: Spot, words: FormWords) -> Label:
    return words.label(spot.text) or words.unknown(spot.text) or Label(squash(spot.text), None)


def _column(spot: Spot, words: FormWords) -> Head:
    """The head of a column, with the brackets that tell it from another: 预算金额（调整前）."""
    return Head(spot.first, spot.after, _label(spot, words)._replace(text=join_lines(spot.text).rstrip(":：")))


def _prints_values(own: Sequence[Spot], words: FormWords) -> bool:
    return any(words.inline(spot.cell.content) is not None for spot in own)


def _is_under(spot: Spot, heads: Sequence[Spot]) -> bool:
    return any(head.first <= spot.first < head.after for head in heads)


def _is_within(spot: Spot, heads: Sequence[Spot]) -> bool:
    return any(head.first <= spot.first and spot.after <= head.after for head in heads)


def _are_over_texts(
    own: Sequence[Spot], below: Sequence[Spot], words: FormWords, group: Label | None, *, has_group: bool
) -> bool:
    """Whether the cells of a row are headings, and the texts of the row below them are what they head."""
    known = [words.label(spot.text) for spot in own]
    about_goals = (group is not None and "目标" in group.text) or any(one and one.field == "goal" for one in known)
    if not below or not all(_is_under(spot, own) for spot in below):
        periods = [words.period(spot.text) for spot in own]
        beside = all(one.after == other.first for one, other in pairwise(own))
        is_blank = has_group and not any(_is_under(spot, own) for spot in below)
        return is_blank and len(own) > 1 and beside and all(periods) and about_goals
    if any(one is None and is_text(spot.text) for one, spot in zip(known, own, strict=True)):
        return False
    starts = {spot.first for spot in own}
    if words.label(below[0].text) is not None or any(spot.first not in starts for spot in below):
        return False
    if len(own) == 1:
        tells = "目标" in own[0].text or "情况" in own[0].text
        is_heading = known[0] is not None or (about_goals and has_group and tells and is_text(below[0].text))
        return is_heading and len(below) == 1 and (has_group or own[0].first == 0)
    if not all(one.after == other.first for one, other in pairwise(own)) and not about_goals and None in known:
        return False
    return is_text(below[0].text) or about_goals or (None not in known and not is_number(own[0].text))


def _is_table(row: SheetRow, own: Sequence[Spot], below: Sequence[Spot], words: FormWords) -> bool:
    """Whether the row below has a label of its own and then a value under each heading."""
    if len(below) < 2 or not is_labellike(below[0].text, words) or is_number(below[0].text):
        return False
    under_first = own[0].first <= below[0].first < own[0].after
    heads = own[1:] if under_first else own
    values = [spot for spot in below[1:] if _is_within(spot, heads)]
    stub = words.label(own[0].text) if under_first else None
    if stub is not None and stub.field in _META and squash(stub.text) != "项目":
        return False
    inner = [spot for spot in below[1:] if spot not in values]
    if not heads or not values or (inner and inner != below[1 : 1 + len(inner)]):
        return False
    if any(words.label(spot.text) is not None for spot in values):
        return False
    is_bare = not under_first and below[0].first < own[0].first
    if is_bare and (row.has_merges or not is_labellike(values[0].text, words) or _comes_again(row, below)):
        return True  # no heading stands above the labels of the rows below
    tells = [words.money_column(head.text) is not None or words.source(head.text) is not None for head in heads]
    return any(is_number(spot.text) for spot in values) and any(tells)


def _comes_again(row: SheetRow, below: Sequence[Spot]) -> bool:
    """Whether the second row below a row prints in the same columns as the first: the shape of a table."""
    second = inked(row.ahead[1]) if len(row.ahead) > 1 else []
    return [spot.first for spot in second[:2]] == [spot.first for spot in below[:2]]


def _table(own: Sequence[Spot], below: Sequence[Spot], words: FormWords, group: Label | None, at: int | None) -> Heads:
    under_first = own[0].first <= below[0].first < own[0].after
    stub = _label(own[0], words) if under_first else None
    heads = tuple(_column(spot, words) for spot in (own[1:] if under_first else own))
    is_spending = (stub is not None and stub.field is None and bool(words.spending.search(squash(stub.text)))) or (
        group is not None and "明细" in group.text
    )
    return Heads(heads, True, group, at, stub, is_spending)
