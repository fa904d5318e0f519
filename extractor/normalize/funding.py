"""Funding columns mapped to the canonical sources (funding.toml); a project's money by source, none of it twice.

funding_of("其中：市级配套资金")  the canonical column of a printed label
by_source(record.normalized)     {"fiscal": …, "special_account": …, "other": …, "unknown": …, "conflict": …} in yuan
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from extractor.layouts.terms import is_several_years, terms
from extractor.schemas.layout import Column
from extractor.schemas.project import SOURCES, FundingSource
from extractor.schemas.record import Normalized, NormalizedFunding
from extractor.tables import Patterns, Words, WordSection, load
from extractor.text import squash, without_brackets

Basis = Literal["year", "several_years", "spent"]

UNKNOWN = "unknown"
CONFLICT = "conflict"
PARTS = (*SOURCES, UNKNOWN, CONFLICT)
"""What a project's money is taken apart into."""

_OF_WHICH = re.compile(r"(?:其中|含|包括):?|(?:\d{1,2}[.、)]|\(\d{1,2}\)|[①-⑳])")
_OF_THE_YEAR = re.compile(r"^(?:本年度?|当年|年度|全年|年初)(?=.)")
_PART = "·"
_WHOLE = "whole"
_DIGITS = 60
"""Digits of a sum; an amount in yuan has 34 at most, and Python would round to 28."""


class Funding(NamedTuple):
    """What a funding label says: the canonical column, whose money it is, who pays, and which money is meant."""

    source: FundingSource | None = None
    term: str | None = None
    level: str | None = None
    basis: Basis = "year"


class _FundingColumn(NamedTuple):
    """A canonical column: `within` are columns that hold its money, too; columns of one `kind` share none."""

    term: str
    source: FundingSource | None
    kind: str
    within: frozenset[str]


class _Term(WordSection):
    source: FundingSource | None = None
    within: Words = ()
    kind: str | None = None
    synonyms: Words


class _Level(WordSection):
    term: str
    names: Words
    within: Words


class _OfLevel(WordSection):
    source: FundingSource
    kind: str
    within: Words
    money: Words


class _Basis(WordSection):
    several_years: Patterns
    spent: Patterns


class Table(WordSection):
    """All of funding.toml, by printed label."""

    term: dict[str, _Term]
    level: dict[str, _Level]
    of_level: _OfLevel
    basis: _Basis

    @cached_property
    def columns(self) -> dict[str, _FundingColumn]:
        """The canonical columns by their terms."""
        every, columns = self.of_level, {}
        for term, one in self.term.items():
            columns[term] = _FundingColumn(term, one.source, one.kind or term, frozenset(one.within))
        for level in self.level.values():
            within = frozenset((*every.within, *level.within))
            columns[level.term] = _FundingColumn(level.term, every.source, every.kind, within)
        return columns

    @cached_property
    def by_word(self) -> dict[str, _FundingColumn]:
        terms_of = {squash(word): term for term, one in self.term.items() for word in (term, *one.synonyms)}
        for word, term in _canonical_four():
            terms_of.setdefault(word, term)
        return {word: self.columns[term] for word, term in terms_of.items()}

    @cached_property
    def levels(self) -> dict[str, tuple[str, _FundingColumn]]:
        """Name of a level → the level, and the column of its money."""
        named = ((name, level, one) for level, one in self.level.items() for name in one.names)
        return {squash(name): (level, self.columns[one.term]) for name, level, one in named}

    @cached_property
    def longest_level(self) -> int:
        return max(map(len, self.levels))

    @cached_property
    def money(self) -> frozenset[str]:
        return frozenset(map(squash, self.of_level.money))


@lru_cache
def _table() -> Table:
    return load("extractor.normalize", "funding.toml", Table)


def _canonical_four() -> Iterable[tuple[str, str]]:
    """The words by which layouts and forms know the canonical four."""
    names: dict[Column, str] = {
        "total": "资金总额", "fiscal": "财政拨款", "special_account": "财政专户管理资金", "other": "其他资金",
    }  # fmt: skip
    shared = terms().shared
    for table in (shared.columns, shared.form.fields):
        for column, name in names.items():
            for word in table.get(column, ()):
                yield squash(word), name


@lru_cache(maxsize=4096)
def funding_of(label: str) -> Funding:
    """The canonical column of a funding label; a label that is not in the table has no source: none is guessed.

    Nested labels are parted by ·: the innermost part that is known names the column, any part may tell the basis.

    >>> funding_of("其中：一般公共预算拨款（万元）")
    Funding(source='fiscal', term='一般公共预算', level=None, basis='year')
    >>> funding_of("市级配套资金")
    Funding(source='fiscal', term='市级资金', level='市', basis='year')
    >>> funding_of("中期资金总额·其他资金")
    Funding(source='other', term='其他资金', level=None, basis='several_years')
    >>> funding_of("爱心款")
    Funding(source=None, term=None, level=None, basis='year')
    """
    words = [word for part in label.split(_PART) if (word := _bare(part))]
    basis = _basis(words)
    for word in reversed(words):
        column, level = _look_up(word)
        if column is not None:
            return Funding(column.source, column.term, level, basis)
    return Funding(basis=basis)


def _bare(part: str) -> str:
    """A part of a label without 其中： and item numbers before it."""
    word = squash(part)
    while match := _OF_WHICH.match(word):
        word = word[match.end() :]
    return word.rstrip(":")


def _basis(words: Sequence[str]) -> Basis:
    basis = _table().basis
    if any(basis.spent.fullmatch(without_brackets(word)) for word in words):
        return "spent"
    if any(basis.several_years.fullmatch(word) or is_several_years(word) for word in words):
        return "several_years"
    return "year"


def _look_up(word: str) -> tuple[_FundingColumn | None, str | None]:
    """Column and level of a label; what stands in brackets counts only where the table knows it."""
    table = _table()
    forms = (word, without_brackets(word))
    for form in dict.fromkeys((*forms, *(_OF_THE_YEAR.sub("", form) for form in forms))):
        if form in table.by_word:
            return table.by_word[form], None
        for length in range(min(len(form) - 1, table.longest_level), 0, -1):
            level, column = table.levels.get(form[:length], (None, None))
            if level is None:
                continue
            rest = form[length:]
            if rest in table.money:
                return column, level
            if rest in table.by_word:
                return table.by_word[rest], level
    return None, None


def is_of_the_year(label: str) -> bool:
    """Whether a funding line is about the year's budget, not about several years or about what was spent.

    >>> is_of_the_year("上年结转资金"), is_of_the_year("中期资金总额·财政拨款"), is_of_the_year("全年执行数")
    (True, False, False)
    """
    return funding_of(label).basis == "year"


def by_source(normalized: Normalized) -> dict[str, Decimal]:
    """A project's money of the year by source, in yuan; empty where the unit of amounts is unknown.

    Keys: `fiscal`, `special_account`, `other`, where something of that source is printed; `unknown`, where money is
    left of which no source is known; `conflict` alone, where the sources contradict the total. Where a total is
    printed, the values add up to it. No money is counted twice:

    1. A source's own column (财政拨款, 财政专户, 其他资金) counts for it. Lines of the breakdown that have the same
       source are part of it.
    2. Where that column is blank, the source's lines of the breakdown count: of the year only, and none that is part of
       another one printed (`within` in funding.toml: 一般债券 in 一般公共预算). Lines of different kinds may be the
       same money seen twice (一般公共预算 and 中央资金): of a source's kinds the one that adds up to most counts.
    3. What is left of the total is `unknown`: numbers of no known column, lines of no known source. Where the parts
       come to more than the total, nothing tells which of them is wrong: all of it is `conflict`.
    4. Without a printed total, `unknown` is by how much a line of no known source, or a number of no known column,
       exceeds all that is known.

    >>> from extractor.schemas.record import NormalizedFunding as Line
    >>> lines = [Line(label="一般公共预算", source="fiscal", term="一般公共预算", yuan="70"),
    ...          Line(label="其中：一般债券", source="fiscal", term="一般债券", yuan="30")]
    >>> by_source(Normalized(amounts={"total": "100"}, funding=tuple(lines)))
    {'fiscal': Decimal('70'), 'unknown': Decimal('30')}
    """
    with localcontext(prec=_DIGITS):
        return _by_source(normalized)


class _Line(NamedTuple):
    """A line of the breakdown, in yuan."""

    yuan: Decimal
    source: str | None
    level: str | None
    column: _FundingColumn


def _by_source(normalized: Normalized) -> dict[str, Decimal]:
    known = {source: Decimal(value) for source in SOURCES if (value := normalized.amounts.get(source)) is not None}
    lines = _lines(normalized.funding)
    parts = _outermost([line for line in lines if line.source is not None and line.source not in known])
    unsourced = [line for line in lines if line.source is None]
    unplaced = [Decimal(value) for key, value in normalized.amounts.items() if key.startswith("unplaced[")]
    total = Decimal(normalized.amounts["total"]) if "total" in normalized.amounts else None
    for source in SOURCES:
        own = [line for line in parts if line.source == source]
        if own:
            known[source] = max(_by_kind(own))
    if total is None:
        sums = [*([_sum(known.values())] if known else []), *_by_kind(unsourced), *unplaced]
        total = max(sums, default=Decimal(0))
    left = total - _sum(known.values())
    if left and (left < 0 or any(value < 0 for value in known.values())):
        return {CONFLICT: total} if total else {}
    found: dict[str, Decimal] = {source: known[source] for source in SOURCES if source in known}
    return found | ({UNKNOWN: left} if left else {})


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _lines(funding: Iterable[NormalizedFunding]) -> list[_Line]:
    """The lines of the year's money. Of two by one name (省级资金, 省级财政资金) one may hold the other: the larger."""
    columns = _table().columns
    found: dict[tuple[str, str | None], _Line] = {}
    for one in funding:
        column = columns.get(one.term or "") or _FundingColumn(one.label, None, one.label, frozenset())
        if one.basis != "year" or one.yuan is None or column.kind == _WHOLE:
            continue
        line = _Line(Decimal(one.yuan), one.source, one.level, column)
        key = (column.term, line.level)
        found[key] = max(line, found.get(key, line), key=lambda each: each.yuan)
    return list(found.values())


def _is_within(line: _Line, other: _Line) -> bool:
    """Whether a line's money is part of another's."""
    if line is other or other.level not in {None, line.level}:
        return False
    return other.column.term in line.column.within or (other.column.term == line.column.term and line.level is not None)


def _outermost(lines: Sequence[_Line]) -> list[_Line]:
    return [line for line in lines if not any(_is_within(line, other) for other in lines)]


def _by_kind(lines: Iterable[_Line]) -> list[Decimal]:
    """What the lines of each kind add up to."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.column.kind] += line.yuan
    return list(sums.values())


__all__ = [
    "CONFLICT",
    "PARTS",
    "UNKNOWN",
    "Basis",
    "Funding",
    "by_source",
    "funding_of",
    "is_of_the_year",
]
