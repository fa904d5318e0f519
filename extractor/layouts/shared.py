"""The words that every layout shares: terms.toml, a model for each section."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from extractor.schemas.layout import Column
from extractor.tables import Characters, Pattern, Patterns, Set, Words, WordSection
from extractor.text import squash


def alternation(words: Iterable[str]) -> str:
    """Words as one regular expression over squashed text, longest first; the same in every process."""
    return "|".join(re.escape(squash(word)) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def _squashed(words: Any) -> Any:
    return [squash(word) if isinstance(word, str) else word for word in words] if isinstance(words, list) else words


Squashed = Annotated[tuple[str, ...], BeforeValidator(_squashed)]
SquashedSet = Annotated[frozenset[str], BeforeValidator(_squashed)]
MoneyColumn = Literal["rate", "spent", "before", "adjusted", "planned"]
"""What a column of a form's table of money holds."""


class Funding(WordSection):
    """Columns of money beside the canonical four."""

    labels: Words
    shapes: Patterns


class Periods(WordSection):
    """Columns of money of one year, and of several."""

    year: Patterns
    several: Patterns


class Totals(WordSection):
    """Names of rows that sum up others."""

    grand: SquashedSet
    subtotal: Squashed
    category: Patterns


class Values(WordSection):
    """Labels of an indicator's values."""

    cycle: Words
    annual: Words


class Brackets(WordSection):
    """Headings in brackets."""

    goal: SquashedSet


class Header(WordSection):
    """Lines above a table: whose it is, of which year, in which measure of money."""

    department: Squashed
    unit: Squashed
    year: Words
    amount_unit: Words
    scales: dict[str, Decimal]

    @cached_property
    def yuan(self) -> dict[str, Decimal]:
        """How many yuan each measure is."""
        return {squash(unit): scale for unit, scale in self.scales.items()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label → the field that it names."""
        return dict.fromkeys(self.department, "department") | dict.fromkeys(self.unit, "unit")

    @cached_property
    def department_begins(self) -> frozenset[str]:
        return frozenset(word[0] for word in self.department)

    @cached_property
    def names_department(self) -> Pattern:
        return self._names(self.department)

    @cached_property
    def names_unit(self) -> Pattern:
        return self._names(self.unit)

    @cached_property
    def names_year(self) -> Pattern:
        return re.compile(rf"(?:{alternation(self.year)}):((?:19|20)\d\d)")

    @cached_property
    def names_measure(self) -> Pattern:
        """单位:万元"""
        return re.compile(rf"(?:{alternation(self.amount_unit)}):(?:人民币)?({alternation(self.yuan)})")

    @cached_property
    def tells_measure(self) -> Pattern:
        """A sentence that says it: 金额单位均为万元, 数据以万元为单位."""
        units = alternation(self.yuan)
        return re.compile(
            rf"""
            (?:金额|资金|货币|计量)?单位(?:均|统一|一律)?(?:为|是)      # 金额单位均为
            (?:人民币)?({units})                                        # 万元
            | (?:金额|资金|数据|数字)[^。;,]{{0,10}}以                  # 本表数据均以
            (?:人民币)?({units})(?:为(?:计量|金额|货币)?单位|计)        # 万元为单位
            """,
            re.VERBOSE,
        )

    def _names(self, labels: Iterable[str]) -> Pattern:
        """A label and the name behind it, up to the measure of money that may stand on the same line."""
        return re.compile(rf"^(?:{alternation(labels)})(?:名称)?:(.+?)(?=(?:{alternation(self.amount_unit)}):|$)")


class Withheld(WordSection):
    """What says that a project is not published."""

    phrases: Patterns
    alone: Set


class Empty(WordSection):
    """Cells that say nothing."""

    template: Patterns
    not_applicable: SquashedSet


class Furniture(WordSection):
    """Lines that belong to a page or to a form, and to no project."""

    page: Patterns
    running: Patterns
    heading: Patterns
    notes: Patterns
    endings: Patterns
    lists_of_money: Patterns
    next_part: Patterns
    site: Patterns
    """What a web site prints around a page's text."""


class Names(WordSection):
    """How names end, and what stands over those of bodies."""

    bodies: Words
    columns: SquashedSet
    endings: Words


class FormLabels(WordSection):
    """Labels that are words of a form only."""

    categories: SquashedSet
    groups: SquashedSet
    money: SquashedSet
    labels: SquashedSet
    budget: Squashed
    spent: SquashedSet
    sums: SquashedSet


class FormPatterns(WordSection):
    """Labels and titles of forms by their shape."""

    cycle: Pattern
    several: Pattern
    annual: Pattern
    whole_department: Pattern
    whole: Pattern
    fragment: Pattern
    residue: Pattern
    no_money: Pattern
    spending: Pattern
    money_word: Pattern
    progress: Pattern
    year_head: Pattern
    seal: Pattern
    value_head: Pattern
    nearest: tuple[Pattern, ...]


class Form(WordSection):
    """One project to a form."""

    fields: dict[Column, Squashed]
    shapes: dict[Column | Literal["source"], Pattern]
    prefer: dict[Column, Squashed]
    words: FormLabels
    money: dict[MoneyColumn, Pattern]
    columns: dict[Column, Squashed]
    column_shapes: dict[Column, Pattern]
    levels: dict[Column, Squashed]
    patterns: FormPatterns


class ProseMoney(WordSection):
    """Words around a sum of money in running text, as they stand in the clause before it."""

    units: Pattern
    measures: Words
    total: Words
    whole: Words
    verbs: Words
    links: Characters
    parts: Words
    several_lead: Patterns
    several: Words
    several_shapes: Patterns
    year: Pattern
    earlier: Patterns
    spent: Words
    compared: Words
    each: Words
    lead: Words
    levels: Words
    sources: Words
    no_sources: Words

    @cached_property
    def tells_total(self) -> Pattern:
        return re.compile(rf"(?:{alternation(self.total)})[^\d,。;]{{0,8}}$")

    @cached_property
    def tells_whole(self) -> Pattern:
        return re.compile(rf"(?:{alternation(self.whole)}){self._link}*$")

    @cached_property
    def tells_parts(self) -> Pattern:
        return re.compile(alternation(self.parts))

    @cached_property
    def tells_several(self) -> Pattern:
        """Several years' money, with the words that name it."""
        heads = rf"(?:{self.several_lead.pattern})*(?:的)?(?:{alternation(self.several)})(?:额|数)?"
        return re.compile(rf"(?P<label>{heads}|{self.several_shapes.pattern})(?:预计|大约|估算)?{self._link}*$")

    @cached_property
    def tells_compared(self) -> Pattern:
        return re.compile(rf"(?:{alternation(self.compared)})[^,。;]{{0,6}}$")

    @cached_property
    def tells_spent(self) -> Pattern:
        return re.compile(rf"(?:{alternation(self.spent)}){self._link}*$")

    @cached_property
    def tells_each(self) -> Pattern:
        return re.compile(rf"(?:{alternation(self.each)})[^,。;]{{0,12}}$")

    @cached_property
    def verb(self) -> Pattern:
        """Words between the name of a source and its sum."""
        verbs = alternation(self.verbs)
        return re.compile(rf"(?:{verbs})?(?:资金|经费|预算)?{self._link}*$")

    @cached_property
    def link(self) -> Pattern:
        return re.compile(rf"{self._link}+$")

    @cached_property
    def leads(self) -> Pattern:
        """All up to the words that lead to the name of a source."""
        return re.compile(rf"^.*?(?:{alternation(self.lead)})+")

    @cached_property
    def level(self) -> Pattern:
        """Whose a source is, before its name: 省级, 县."""
        return re.compile(rf"(?:{alternation(self.levels)})$")

    @cached_property
    def source(self) -> Pattern:
        """What names where money comes from; a subsidy that is paid to somebody does not."""
        return re.compile(rf"(?!.*(?:{alternation(self.no_sources)})).*(?:{alternation(self.sources)}).*")

    @property
    def _link(self) -> str:
        return f"[{re.escape(''.join(sorted(self.links)))}]"


class Running(WordSection):
    """Projects told in sentences."""

    goal: Pattern
    unit: Pattern
    names: tuple[Pattern, ...]
    title: Pattern
    label: Pattern
    money: Pattern
    indicators: str
    goals: str


class Prose(WordSection):
    """Projects told in sections of running text: what their headings are about, and other patterns by their name."""

    kinds: dict[str, Patterns]
    patterns: dict[str, Pattern]
    money: ProseMoney
    running: Running


class TextSigns(WordSection):
    """Signs of projects in a text, in cells or out of them."""

    levels: Words
    level_word: Pattern
    value: Pattern
    operator: Pattern
    value_label: Pattern
    goes_on: Pattern
    led_to: Characters
    bracketed: Pattern
    headings: Words
    opening: Set
    goal: str
    numbers: Pattern
    instructs: Pattern
    rests: Set

    @cached_property
    def heading(self) -> Pattern:
        """A heading of a project told in prose, numbered or not, with something told below it."""
        return re.compile(
            rf"""
            (?:^|(?<=[。;\n\ ]))
            (?:{self.numbers.pattern})?
            (?:年度)?
            (?P<word>{alternation(self.headings)})
            (?:[和及]指标)?
            \s?[:。\n]
            (?!{self.instructs.pattern})
            """,
            re.VERBOSE,
        )


class FlatSigns(WordSection):
    """Signs of a form whose cells stand in one line."""

    labels: Words
    name: Pattern
    any_name: Pattern
    other_label: Pattern
    instructs: Pattern
    instructions: Pattern
    title: Pattern
    quantity: Pattern
    placeholder: Pattern


class AbsenceSigns(WordSection):
    """Signs that a document holds no project."""

    report: Pattern
    in_sentences: Pattern
    numbered: Pattern
    names: Pattern


class Signs(WordSection):
    """What shows that a text prints projects, or none."""

    text: TextSigns
    flat: FlatSigns
    absence: AbsenceSigns


class Shared(WordSection):
    """All of terms.toml."""

    columns: dict[Column, Squashed]
    shapes: dict[Column, Patterns]
    funding: Funding
    periods: Periods
    totals: Totals
    values: Values
    brackets: Brackets
    header: Header
    withheld: Withheld
    empty: Empty
    furniture: Furniture
    names: Names
    form: Form
    prose: Prose
    signs: Signs
