"""The rows of a form above and below its indicators: labels with their values.

A known label is one wherever it stands, another text where it stands to the left of a value. Values stand beside
their label or, where a row holds labels alone, below it; a row of such a table may have a label of its own as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.chunk.forms.form import Form, Item, is_money
from extractor.chunk.forms.table import Spot, header_of, spots_of
from extractor.chunk.units import unit_of_label
from extractor.layouts.forms import FormWords, Label
from extractor.schemas.document import MappedText, Row
from extractor.text import squash

_MOST_ITEMS = 1_000
"""Labelled cells of one form; what else a hostile file prints stays unread, and is flagged."""


class LabelRows:
    """Fills a form with what its rows of labels say.

    `open` are the labels whose values stand below, with their columns; `group` is the label that the cells to its
    right, and below them, belong to (项目资金).
    """

    def __init__(self, form: Form, words: FormWords) -> None:
        self.form = form
        self.words = words
        self.begin()

    def begin(self) -> None:
        """What follows belongs to no label above it."""
        self.open: list[tuple[int, int, Label]] = []
        self.group: Label | None = None

    def take(self, spots: Sequence[Spot], row: Row, below: Row | None, *, has_merges: bool) -> None:
        """A row of labels with their values, or of labels whose values stand in the row `below`."""
        self.below, self.has_merges = below, has_merges
        inked = [spot for spot in spots if not spot.is_blank]
        if row.cells[0].merged != "above" and inked[0].first == 0:
            self.group = None
        if row.cells[0].merged == "above" and len(inked) == 1 and self._goes_on(inked[0]):
            return
        labels = [self.words.label(spot.text) for spot in inked]
        if self.open and inked[0].first == 0 and labels[0] is not None and not is_money(labels[0].field):
            self.open = []
        if all(labels) and self._values_stand_below(inked):
            self._open(inked, [label for label in labels if label])
            return
        is_blank_row = len(inked) == 1 and labels[0] is not None and is_money(labels[0].field)
        if not self._pairs(spots) and not is_blank_row:
            self.open = []

    def _goes_on(self, spot: Spot) -> bool:
        """Joins a text to the goal right above it, whose label goes down over both rows; whether it is its rest."""
        last = self.form.items[-1] if self.form.items else None
        if last is None or last.label.field != "goal" or last.at != spot.first or self.open:
            return False
        if self.words.label(spot.text) is not None or self.words.is_residue(spot.text):
            return False
        before, more = last.value, spot.cell.content
        offsets = [*before.offsets, before.offsets[-1] + 1, *more.offsets]
        self.form.items[-1] = replace(last, value=MappedText(f"{before.text}\n{more.text}", offsets))
        return True

    def _values_stand_below(self, inked: Sequence[Spot]) -> bool:
        """Whether a row of labels heads columns: what stands below the labels is no label."""
        are_periods = len(inked) > 2 and all(self.words.period(spot.text) for spot in inked[1:])
        if are_periods and self._is_group(inked[0]) and all(one.after == two.first for one, two in pairwise(inked)):
            return True  # 中期目标 beside 年度目标, also where both are left blank
        if self.below is None or header_of(self.below, spots_of(self.below), self.words, {}):
            return False
        if len(inked) == 1 and inked[0].first:
            return False
        begin = 1 if len(inked) > 1 and self._is_group(inked[0]) else 0
        under = {spot.first: spot for spot in spots_of(self.below) if not spot.is_blank}
        columns = [spot.first for spot in inked[begin:]]
        first = under.get(columns[0])
        if begin and len(columns) > 2 and first is not None and self.words.label(first.text) is not None:
            columns = columns[1:]  # the row below has a label of its own
        beside = any(one.after == other.first for one, other in pairwise(inked))
        below = [under[column] for column in columns if column in under]
        if not below or not (beside or len(inked) == 1) or self.words.label(below[0].text) is not None:
            return False
        if begin and 0 in under:
            return False
        return len(inked) > 1 or len(under) == 1

    def _is_group(self, spot: Spot) -> bool:
        label = self.words.label(spot.text)
        return label is not None and label.is_group

    def _open(self, inked: Sequence[Spot], labels: Sequence[Label]) -> None:
        heads = list(zip(inked, labels, strict=True))
        if len(heads) > 1 and labels[0].is_group and inked[0].first == 0:
            self._group(labels[0], inked[0])
            heads = heads[1:]
        self.open = [(spot.first, spot.after, label) for spot, label in heads]
        for spot, label in heads:
            self._unit(label, spot.cell.content)

    def _group(self, label: Label, spot: Spot) -> None:
        self.group = label
        self._unit(label, spot.cell.content)

    def _unit(self, label: Label, content: MappedText) -> None:
        """The unit of amounts that a label of money brings along; 人均标准（元） tells nothing of them."""
        in_money = label.is_money or (self.group is not None and self.group.is_money)
        tells = in_money or is_money(label.field) or squash(label.text).split("(")[0] in self.words.budget
        unit = unit_of_label(content, self.words.terms) if label.unit is not None and tells else None
        if unit is not None:
            self.form.units.append(unit)

    def _over(self, spot: Spot) -> Label | None:
        return next((label for first, after, label in self.open if first <= spot.first < after), None)

    def _pairs(self, spots: Sequence[Spot]) -> bool:
        """Labels and values of a row in print order; whether a header row above explained any of them."""
        label: Label | None = None
        used = False
        valued = False
        for index, spot in enumerate(spots):
            content = spot.cell.content
            if spot.is_blank:
                if label is not None and self.has_merges and not self.open:
                    self._blank(label)
                    label = None
                continue
            known = self.words.label(spot.text)
            over = self._over(spot)
            if known is None and label is not None and label.is_money and self._has_value(spots, index):
                known = self.words.unknown(spot.text)
            if known is None and label is None and self._is_blank_fund(spots, index):
                continue
            if label is not None and not (known is not None and (valued or self._heads(label, spots, index))):
                used = used or over is not None
                self._emit(label, content, spot.first, over)
                valued = bool(self.open)
                label = label if self.open else None
                continue
            if known is not None:
                if label is not None and not valued:
                    self._group(label, spots[index - 1]) if label.is_group else self._blank(label)
                label, valued = known, False
                self._unit(known, content)
                continue
            found = self.words.inline(content)
            if found is not None:
                self._unit(found[0], content)
                self._emit(found[0], found[1], spot.first, None) if found[1].text else self._blank(found[0])
            elif over is not None:
                used = True
                self._emit(over, content, spot.first, None)
            elif self._has_value(spots, index) and (own := self.words.unknown(spot.text)):
                label, valued = own, False
            else:
                self.unless_fragment(spot)
        if label is not None and not valued:
            self._blank(label)
        return used

    def _is_blank_fund(self, spots: Sequence[Spot], index: int) -> bool:
        """Whether a cell among those of money names a source of funds whose own cell was left blank."""
        in_money = self.group is not None and self.group.is_money
        return in_money and not any(not one.is_blank for one in spots[index + 1 :]) and self._is_fund(spots[index].text)

    def _is_fund(self, text: str) -> bool:
        return self.words.terms.funding(text) is not None

    def _heads(self, label: Label, spots: Sequence[Spot], index: int) -> bool:
        """Whether the known label at `index`, which follows another label, is a label there too and not its value."""
        rest = spots[index + 1 :]
        following = next((spot for spot in rest if not spot.is_blank), None)
        if label.is_group and label.field != "goal":
            if squash(label.text) in self.words.labels and following is None:
                return False
            return bool(rest) and (rest[0].is_blank or self.words.label(rest[0].text) is None)
        if label.is_group and following is None:
            return bool(rest)
        if not rest:
            return False
        if rest[0].is_blank and self.has_merges:
            return spots[index - 1].is_blank
        return following is not None and self.words.label(following.text) is None

    def _has_value(self, spots: Sequence[Spot], index: int) -> bool:
        """Whether a text that is no known label stands right beside a cell, which may then be its label."""
        if index + 1 == len(spots):
            return False
        after = spots[index + 1]
        return not after.is_blank and self.words.label(after.text) is None

    def _emit(self, label: Label, content: MappedText, at: int, over: Label | None) -> None:
        if over is not None and self._tells_amounts(label) and not self._tells_amounts(over):
            label, over = over, None  # 金额 beside the amounts, what each of them is above it
        in_money = self.group is not None and self.group.is_money
        if label.field is None and not in_money and self.group is not None and self.group.text == label.text:
            in_money = label.is_money
        self.add(Item(label, content, at, over, in_money))

    def _tells_amounts(self, label: Label) -> bool:
        """Whether a label says no more than that amounts stand beside or below it."""
        text = squash(label.text).split("(")[0]
        return label.field == "total" and text in self.words.budget and self.words.period(text) is None

    def add(self, item: Item) -> None:
        is_residue = item.label.field in {"name", "goal"} and self.words.is_residue(item.value.text)
        if is_residue and item.label.field is not None:
            self.form.printed.add(item.label.field)
        if is_residue or len(self.form.items) == _MOST_ITEMS:
            self.form.loose.append(item.value)
            return
        self.form.items.append(item)
        if item.label.field is not None:
            self.form.printed.add(item.label.field)

    def _blank(self, label: Label) -> None:
        if label.field is not None:
            self.form.printed.add(label.field)
        elif label.is_group or squash(label.text) in self.words.labels:
            return
        elif self.words.label(label.text) is None:
            raise AssertionError(f"an unknown label without a value: {label.text}")

    def unless_fragment(self, spot: Spot) -> None:
        if not self.words.fragment.fullmatch(squash(spot.text)):
            self.form.loose.append(spot.cell.content)
