"""A form as a Block: which of its cells is which field, the money of which period, and the text that a reader sees."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.cells import read_amount
from extractor.chunk.form import Form, Item, is_money
from extractor.chunk.formtable import TABLE_FIELDS, number_and_name
from extractor.chunk.labels import FormWords, Label, form_words
from extractor.chunk.placing import to_amounts
from extractor.chunk.rows import read_header
from extractor.layouts import CompiledLayout
from extractor.text import concat, fold, join_lines, squash
from schemas.document import SYNTHETIC, Block, BlockContext, Document, Found, Header, Line, MappedText
from schemas.layout import BREAKDOWN
from schemas.project import plain_amount

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


def to_block(index: int, form: Form, document: Document, layout: CompiledLayout) -> tuple[Block, Header]:
    """A form's block, and what the lines above it say."""
    header = header_above(form, document, layout)
    content = _Content()
    fields = _Fields(form, form_words(layout.terms), content)
    fields.run()
    unit = next(iter(fields.units)) if len(fields.units) == 1 else None
    if not fields.units and header.amount_unit is not None:
        unit = header.amount_unit.value
    elif unit is not None:
        at = form.unit_at
        header = replace(header, amount_unit=Found(unit, at.source_span(0, len(at.text)) if at else None))
    block = Block(
        index=index,
        content=concat(content.pieces),
        context=BlockContext(
            layout=layout.spec.name,
            department=header.department,
            unit=_unit_above(form.top, document, layout),
            amount_unit=unit,
            fiscal_year=header.fiscal_year,
            columns=tuple(dict.fromkeys(("name", *(column for _, column in fields.amounts), "goal", "indicator_name"))),
            amounts=to_amounts([*fields.amounts]),
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


def _unit_above(top: Sequence[Line], document: Document, layout: CompiledLayout) -> Found | None:
    """填报单位：… above a form."""
    for line in top:
        raw = document.text[line.start : line.end]
        match = layout.terms.header_unit.match(squash(raw))
        at = fold(raw).find(":")
        if match and at >= 0:
            rest = raw[at + 1 :].split("  ")[0].split("\t")[0]
            value = rest.strip()
            if value and squash(value) == match[1]:
                start = line.start + at + 1 + len(rest) - len(rest.lstrip())
                return Found(join_lines(value), (start, start + len(value)))
    return None


@dataclass(slots=True)
class _Content:
    """Labelled cells put one below the other; `cells` tells where each field stands."""

    pieces: list[MappedText] = field(default_factory=list)
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    length: int = 0

    def put(self, key: str | None, label: str, text: MappedText, start: int = 0, end: int | None = None) -> None:
        """A text under its label, once; the field is characters [start, end) of it."""
        if id(text) not in self.places:
            lead = ("\n" if self.pieces else "") + (f"【{label}】" if label else "")
            self.pieces += [MappedText(lead, [SYNTHETIC] * len(lead)), text]
            self.places[id(text)] = self.length + len(lead)
            self.length += len(lead) + len(text.text)
        if key is not None:
            base = self.places[id(text)]
            self.cells[key] = (base + start, base + (len(text.text) if end is None else end))

    def free(self, key: str) -> str:
        """The key, or the key with a count where it is taken."""
        if key not in self.cells:
            return key
        return next(name for count in itertools.count(2) if (name := f"{key}({count})") not in self.cells)


class _Fields:
    """The cells of a form as fields of the reading."""

    def __init__(self, form: Form, words: FormWords, content: _Content) -> None:
        self.form = form
        self.words = words
        self.content = content
        self.units = set(form.units)
        self.amounts: list[tuple[str, str]] = []
        self.numbers: list[MappedText] = []

    def run(self) -> None:
        own = {name: self._own(name) for name in ("name", "department", "unit")}
        goals = [item for item in self.form.items if item.label.field == "goal"]
        goal = self._goal(goals)
        budget = self._budget()
        money = [item for item in self.form.items if self._is_money(item, budget)]
        cycles = self._cycles(money)
        for item in self.form.items:
            if any(item is one for one in own.values()):
                self.content.put(item.label.field, item.label.text, item.value)
            elif item is goal:
                self.content.put("goal", item.label.text, item.value)
                if self.words.period(item.label.text) == "cycle":
                    self.content.put(self.content.free(f"attributes.{item.label.text}"), item.label.text, item.value)
            elif any(item is one for one in money):
                self._amount(item, cycles.get(id(item)))
            else:
                self._attribute(item)
        self._indicators()
        for text in self.form.loose:
            self.content.put(None, "", text)

    def _own(self, name: str) -> Item | None:
        found = [item for item in self.form.items if item.label.field == name and item.value.text.strip()]
        return found[self.words.best(name, [item.label for item in found])] if found else None

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
        amount = read_amount(item.value)
        if amount is None:
            return is_money(item.label.field) and squash(item.value.text) in _BLANK
        return is_money(item.label.field) or (item.in_money and item.label.field is None)

    def _cycles(self, money: Sequence[Item]) -> dict[int, Label]:
        """The money that is several years', with the total under which it stands."""
        totals = [item for item in money if item.label.field == "total"]
        periods = {id(item): self._period(item) for item in totals}
        has_year = "annual" in periods.values()
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
            name = self.content.free(f"{BREAKDOWN}{label.text}")
        self.amounts.append((plain_amount(squash(amount.number.text)), name))
        if amount.unit:
            self.units.add(amount.unit)
        self.numbers.append(amount.number)
        self.content.put(name, name.removeprefix(BREAKDOWN) if cycle else label.text, amount.number)

    def _attribute(self, item: Item) -> None:
        if is_money(item.label.field) and item.column is None and squash(item.value.text) not in _BLANK:
            self.content.put(None, item.label.text, item.value)  # an amount that is none: somebody must look
            return
        label = item.label.text + (f"·{item.column.text}" if item.column is not None else "")
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
