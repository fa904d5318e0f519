"""A form as a Block: which of its cells is which field, the money of which period, and the text that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractor.chunk.amounts import read_amount, to_amounts
from extractor.chunk.content import Content
from extractor.chunk.forms.form import Form, Item, is_money
from extractor.chunk.forms.table import TABLE_FIELDS, number_and_name
from extractor.chunk.rows import read_header
from extractor.chunk.units import unit_of_amounts, unit_of_cell
from extractor.layouts import CompiledLayout
from extractor.layouts.forms import FormWords, Label, form_words
from extractor.schemas.document import Block, BlockContext, Document, Header, MappedText, PrintedUnit
from extractor.schemas.layout import BREAKDOWN
from extractor.schemas.project import plain_amount
from extractor.text import squash

_BLANK = frozenset(("", "-", "/", "\\", "--"))
_YEAR_LINE = re.compile(r"(?:\(((?:19|20)\d\d)年?度?\)|((?:19|20)\d\d)年度?$)")
"""（2026年度）: below the title, on a line of its own or beside the unit of amounts."""
_LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "indicator_name": "三级指标",
    "cycle_value": "中期指标值",
    "annual_value": "指标值",
    "operator": "指标性质",
    "measure_unit": "度量单位",
    "weight": "分值",
}


def to_block(
    index: int, form: Form, document: Document, layout: CompiledLayout, before: PrintedUnit | None = None
) -> tuple[Block, Header]:
    """A form's block, and what the lines above it say; `before` is the unit of amounts above the form before it."""
    header = header_above(form, document, layout)
    if not (form.top or form.units):
        header = replace(header, amount_unit=before)  # it stands below the same heading
    content = Content()
    fields = _Fields(form, form_words(layout.terms), content)
    fields.run()
    above = [*form.units, *filter(None, [header.amount_unit])]
    unit, differing = unit_of_amounts(above, None, layout.terms)
    if not differing:
        unit, differing = unit_of_amounts(fields.units, unit, layout.terms)
    header = replace(header, amount_unit=unit)
    block = Block(
        index=index,
        content=content.text,
        context=BlockContext(
            layout=layout.spec.name,
            department=header.department,
            unit=header.unit,
            amount_unit=unit,
            fiscal_year=header.fiscal_year,
            columns=tuple(dict.fromkeys(("name", *(column for _, column in fields.amounts), "goal", "indicator_name"))),
            amounts=to_amounts([*fields.amounts]),
            differing_units=differing,
        ),
        start=form.rows[0][0],
        end=form.rows[-1][1],
        page=form.page,
        cells=content.cells,
        notes=tuple(form.notes),
    )
    return block, header


def header_above(form: Form, document: Document, layout: CompiledLayout) -> Header:
    """Title, department, fiscal year and unit of amounts from the lines above a form."""
    header = read_header(document, form.top, layout.terms)
    if header.fiscal_year is None:
        printed = (squash(document.text[line.start : line.end]) for line in form.top)
        year = next((int(match[1] or match[2]) for word in printed if (match := _YEAR_LINE.match(word))), None)
        header = replace(header, fiscal_year=year)
    return header


class _Fields:
    """The cells of a form as fields of the reading."""

    def __init__(self, form: Form, words: FormWords, content: Content) -> None:
        self.form = form
        self.words = words
        self.content = content
        self.units: list[PrintedUnit | None] = []
        self.amounts: list[tuple[str, str]] = []
        self.read: set[tuple[str, str]] = set()

    def run(self) -> None:
        own = {name: self._own(name) for name in ("name", "department", "unit")}
        goals = [item for item in self.form.items if item.label.field == "goal"]
        goal = self._goal(goals)
        budget = self._budget()
        money = [item for item in self.form.items if self._is_money(item, budget)]
        cycles, spent = self._cycles(money), self._spent(money)
        for item in self.form.items:
            if any(item is one for one in own.values()):
                self.content.put(item.label.field, item.label.text, item.value)
            elif item is goal:
                self.content.put("goal", item.label.text, item.value)
                if self.words.period(item.label.text) == "cycle":
                    self.content.put(self.content.free(f"attributes.{item.label.text}"), item.label.text, item.value)
            elif any(item is one for one in money):
                if id(item) in spent:
                    self._attribute(item, spent[id(item)])
                else:
                    self._amount(item, cycles.get(id(item)))
            elif self._is_of_another(item, own):
                self.content.put(None, item.label.text, item.value)
            else:
                self._attribute(item)
        self._indicators()
        for text in self.form.loose:
            self.content.put(None, "", text)

    def _own(self, name: str) -> Item | None:
        found = [item for item in self.form.items if item.label.field == name and item.value.text.strip()]
        return found[self.words.best(name, [item.label for item in found])] if found else None

    @staticmethod
    def _is_of_another(item: Item, own: Mapping[str, Item | None]) -> bool:
        """Whether a value contradicts the one under the same label: two forms side by side, say. Somebody must look."""
        first = own.get(item.label.field or "")
        if first is None or squash(first.label.text) != squash(item.label.text):
            return False
        return squash(first.value.text) != squash(item.value.text)

    def _spent(self, money: Sequence[Item]) -> dict[int, Label]:
        """The money that stands in a column below what was spent, with the label of that."""
        known = {id(item) for item in money}
        heads: dict[int, Label] = {}
        found: dict[int, Label] = {}
        for item in self.form.items:
            is_spent = item.column is None and squash(item.label.text) in self.words.spent
            if is_spent or (id(item) in known and item.label.field == "total"):
                heads = {at: label for at, label in heads.items() if at < item.at} | {item.at: item.label}
            elif len(heads) > 1 and id(item) in known and (beside := [at for at in heads if at <= item.at]):
                head = heads[max(beside)]
                if squash(head.text) in self.words.spent:
                    found[id(item)] = head
        return found

    def _goal(self, goals: Sequence[Item]) -> Item | None:
        """The year's goal; else one of no period; else the one of several years."""
        for period in ("annual", None, "cycle"):
            found = next((item for item in goals if self._period(item) == period), None)
            if found is not None:
                return found
        return None

    def _period(self, item: Item) -> str | None:
        return self.words.period(item.label.text)

    def _budget(self) -> str | None:
        """Which column of a table of money tells the budget."""
        printed = [squash(item.column.text) for item in self.form.items if item.column is not None]
        bare = {word.split("(")[0]: word for word in reversed(printed)}
        return next((bare[word] for word in self.words.budget if word in bare), None)

    def _is_money(self, item: Item, budget: str | None) -> bool:
        if item.column is not None and squash(item.column.text) != budget:
            return False
        if item.column is None and squash(item.label.text) in self.words.spent:
            return False
        amount = read_amount(item.value)
        if amount is None:
            return is_money(item.label.field) and squash(item.value.text) in _BLANK
        return is_money(item.label.field) or (item.label.field is None and (item.in_money or self._is_fund(item)))

    def _is_fund(self, item: Item) -> bool:
        """Whether a label that no word knows is a source of funds by its shape: 市县资金."""
        return "total" in self.form.printed and self.words.terms.funding(item.label.text) is not None

    def _cycles(self, money: Sequence[Item]) -> dict[int, Label]:
        """The money that is several years', with the total under which it stands."""
        totals = [item for item in money if item.label.field == "total"]
        periods = {id(item): self._period(item) for item in totals}
        printed = {item.value.text.strip() for item in totals if periods[id(item)] == "annual"}
        for item in totals:  # the year's total, printed again
            is_sum = self.words.terms.is_grand_total(item.label.text)
            if is_sum and periods[id(item)] is None and item.value.text.strip() in printed:
                periods[id(item)] = "annual"
        has_year = bool(printed)
        heads: dict[int, Item] = {}
        found: dict[int, Label] = {}
        for item in money:
            if id(item) in periods:
                heads = {at: head for at, head in heads.items() if at < item.at} | {item.at: item}
            beside = [at for at in heads if at <= item.at]
            head = heads[max(beside)] if beside else None
            if head is not None and (
                periods[id(head)] == "cycle" or (periods[id(head)] is None and has_year and len(totals) > 1)
            ):
                found[id(item)] = head.label
        return found

    def _amount(self, item: Item, cycle: Label | None) -> None:
        amount = read_amount(item.value)
        if amount is None:
            return
        label = item.label
        name = label.field or f"{BREAKDOWN}{label.text}"
        if cycle is not None:
            name = BREAKDOWN + (cycle.text if label.field == "total" else f"{cycle.text}·{label.text}")
        if name in self.content.cells:
            if name == "total" and (amount.number.text, name) in self.read:
                self.content.put(self.content.free(f"attributes.{label.text}"), label.text, item.value)
                return
            name = self.content.free(f"{BREAKDOWN}{label.text}")
        self.amounts.append((plain_amount(squash(amount.number.text)), name))
        self.units.append(unit_of_cell(amount.unit, item.value))
        self.read.add((amount.number.text, name))
        self.content.put(name, name.removeprefix(BREAKDOWN) if cycle else label.text, amount.number)

    def _attribute(self, item: Item, head: Label | None = None) -> None:
        if (
            is_money(item.label.field)
            and item.column is None
            and head is None
            and squash(item.value.text) not in _BLANK
        ):
            self.content.put(None, item.label.text, item.value)  # an amount that is none: somebody must look
            return
        label = item.label.text + (f"·{item.column.text}" if item.column is not None else "")
        label = f"{head.text}·{label}" if head is not None else label
        if item.label.field in TABLE_FIELDS or squash(item.value.text):
            self.content.put(self.content.free(f"attributes.{label}"), label, item.value)

    def _indicators(self) -> None:
        for index, entry in enumerate(self.form.entries):
            path = f"indicators[{index}]."
            for name in (*_LABELS, "number"):
                text = entry.fields.get(name)
                if text is not None:
                    self._indicator_cell(path, name, text)
            for name, text in entry.again:
                numbered = number_and_name(text.text) if name == "indicator_name" else None
                self.content.put(f"{path}{name}+", _LABELS[name], text, *(numbered[1] if numbered else ()))
            for label, text in entry.others:
                counted = label if not index else f"{label}({index + 1})"
                self.content.put(self.content.free(f"attributes.{counted}"), label, text)

    def _indicator_cell(self, path: str, name: str, text: MappedText) -> None:
        numbered = number_and_name(text.text) if name in {"indicator_name", "number"} else None
        if numbered is None:
            self.content.put(path + name, _LABELS.get(name, ""), text)
            return
        number, rest = numbered
        self.content.put(f"{path}number", _LABELS["indicator_name"], text, *number)
        if rest[0] < rest[1]:
            self.content.put(path + name, _LABELS["indicator_name"], text, *rest)
