"""Fields that stayed blank while their value stands under a label that no word list knows.

A label need not be understood to see what it labels: a body, an amount that completes the total, a column of units or
of points. Where the field of such a value is blank, the value may be the field's, and a person has to look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

from extractor.chunk.forms.header import is_sign, is_unit
from extractor.layouts import Terms
from extractor.layouts.forms import FormWords, form_words
from extractor.layouts.shared import alternation
from extractor.layouts.taxonomy import LEVELS, category
from extractor.normalize.funding import funding_of
from extractor.schemas import paths
from extractor.schemas.document import Block
from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import SOURCES, Amounts, ProjectReading
from extractor.schemas.record import FlagCode
from extractor.tables import Pattern, Words, WordSection, load
from extractor.text import squash


class _Words(WordSection):
    """All of unlabelled.toml."""

    body: Pattern
    of_bodies: Words
    others: Words
    sources: Pattern
    no_sum: Pattern
    tells: Pattern
    reached: Words

    @cached_property
    def of_others(self) -> Pattern:
        return re.compile(alternation(self.others))

    @cached_property
    def tells_reached(self) -> Pattern:
        return re.compile(alternation(self.reached))


_WORDS = load("extractor.checks", "unlabelled.toml", _Words)
_COUNTED = re.compile(r"\(\d+\)$")
_SUM = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,4}|\d{4,}(?:\.\d+)?")
_SHOWS = re.compile(r"[\u4e00-\u9fff]")
_GOAL = 12
_ENOUGH, _SHARE = 2, 0.6
_POINTS = re.compile(r"\d{1,2}(?:\.\d)?")
_SUMS = frozenset(map(Decimal, (80, 85, 90, 95, 100)))
_SHOWN = 24


def check_unlabelled(project: ProjectReading, block: Block, terms: Terms) -> list[Finding]:
    """A finding on each blank field whose value seems to stand under an unknown label."""
    if project.withheld:
        return []
    words = form_words(terms)
    found = (*_bodies(project, words), *_money(project, words), *_goal(project, block, words))
    return [
        finding(FlagCode.IMPLAUSIBLE, path, variant="unlabelled", label=label, text=text[:_SHOWN])
        for path, label, text in (*found, *_columns(project, words))
    ]


def _bodies(project: ProjectReading, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """A body under an unknown label, where the project has no department or no unit."""
    blank = next((path for path in ("unit", "department") if getattr(project, path) is None), None)
    if blank is None:
        return
    known = {squash(body) for body in (project.unit, project.department) if body}
    for label, value in project.labelled():
        word = squash(value)
        is_own = word not in known or label.endswith(_WORDS.of_bodies)
        if _WORDS.body.fullmatch(word) and is_own and _is_unknown(label, words) and not _WORDS.of_others.search(label):
            yield blank, label, value
            return


def _money(project: ProjectReading, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """Money under an unknown label: it is the total, or the part that the total lacks."""
    amounts = project.amounts
    if amounts.unplaced:
        return
    strange = [one for one in amounts.breakdown if _is_no_source(one.label)]
    if amounts.total is None:
        sums = [(one.label, one.amount) for one in strange if _number(one.amount)]
        sums += [item for item in project.labelled() if _is_planned(*item, words)]
        if amounts == Amounts():
            sums += [item for item in project.labelled() if _is_sum(*item, words)]
        for label, amount in sums[:1]:
            yield paths.amount("total"), label, amount
        return
    blank = next((source for source in ("fiscal", "other") if getattr(amounts, source) is None), None)
    if blank is None or not strange:
        return
    left = _number(amounts.total) - sum((_number(getattr(amounts, source)) for source in SOURCES), Decimal(0))
    own = [one for one in strange if _number(one.amount) <= left]
    if own:
        yield paths.amount(blank), own[0].label, own[0].amount


def _is_planned(label: str, value: str, words: FormWords) -> bool:
    """Whether an attribute is a cell of a table of money, in the row of the total and the column of the budget."""
    row, between, column = label.partition("·")
    known = words.label(row) if between and words.money_column(column) in {"planned", "adjusted"} else None
    return known is not None and known.field == "total" and bool(value.strip("0.,— /"))


def _is_sum(label: str, value: str, words: FormWords) -> bool:
    return bool(_SUM.fullmatch(squash(value)) and _is_unknown(label, words) and not _WORDS.no_sum.search(label))


def _is_no_source(label: str) -> bool:
    """Whether a label of money names no source that is known, and no words of one.

    >>> _is_no_source("财政投入"), _is_no_source("全年盘子"), _is_no_source("县级资金"), _is_no_source("上年结余收入")
    (True, True, False, False)
    """
    known = funding_of(label)
    named = known.source or known.term or known.level or known.basis != "year"
    return not named and not _WORDS.sources.search(label)


def _number(amount: str | None) -> Decimal:
    try:
        return Decimal((amount or "0").replace(",", ""))
    except InvalidOperation:
        return Decimal(0)


def _goal(project: ProjectReading, block: Block, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """A text under an unknown label, where the goal is that of several years: the year's own may be that text."""
    span = block.cells.get("goal")
    if span is None or project.goal is None:
        return
    _, opens, label = block.content.text[: span[0]].rpartition("【")
    if not opens or not label.endswith("】") or not _is_of_several_years(label[:-1], words):
        return
    for name, value in project.labelled():
        is_text = len(_SHOWS.findall(value)) >= _GOAL and squash(value) != squash(project.goal)
        is_other = _WORDS.tells.search(name) is not None or words.tells_money(name)
        if is_text and not is_other and _is_unknown(name, words):
            yield "goal", name, value
            return


def _is_of_several_years(label: str, words: FormWords) -> bool:
    period = words.period(label)
    return period == "cycle" or (period is None and words.several.search(squash(label)) is not None)


def _columns(project: ProjectReading, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """A column of the indicators that no field took, where the field that it looks like is blank in all of them."""
    series: dict[str, list[str]] = defaultdict(list)
    for label, value in project.labelled():
        series[_COUNTED.sub("", label)].append(squash(value))
    blank = {
        field
        for field in (*LEVELS, "measure_unit", "weight")
        if project.indicators and all(getattr(one, field) is None for one in project.indicators)
    }
    if not any(is_sign(one.operator) for one in project.indicators if one.operator):
        blank.add("operator")
    for label, values in series.items():
        if len(values) >= _ENOUGH and _is_unknown(label, words) and not _WORDS.tells_reached.search(label):
            field = next((field for field in _looks_like(values) if field in blank), None)
            if field is not None:
                yield "indicators", label, "、".join(values[:3])
                blank.discard(field)


def _looks_like(values: Sequence[str]) -> Iterator[str]:
    """The fields of an indicator that a column's values may be."""
    for level in LEVELS:
        if sum(category(level, value) is not None for value in values) >= _SHARE * len(values):
            yield level
    if sum(map(is_sign, values)) >= _SHARE * len(values):
        yield "operator"
    if sum(map(is_unit, values)) >= _SHARE * len(values):
        yield "measure_unit"
    if all(map(_POINTS.fullmatch, values)) and sum(map(Decimal, values)) in _SUMS:
        yield "weight"


def _is_unknown(label: str, words: FormWords) -> bool:
    """Whether no word list knows a label."""
    word = _COUNTED.sub("", label)
    return words.label(word) is None and words.column(word) is None and words.terms.column(word) is None
