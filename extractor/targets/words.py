"""The words of words.toml, a model for each section: operators, units, periods, words that hold numerals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property, lru_cache

from pydantic import Field

from extractor.schemas.target import Operator
from extractor.tables import Characters, Pattern, Patterns, Set, WordSection, by_word, load
from extractor.tables import Words as Listed
from extractor.text import fold

CHINESE_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_GROUPS: dict[Operator, str] = {"≥": "at_least", "≤": "at_most", "≈": "about"}
"""Groups of `Behind.operator`."""


def grouped(patterns: Iterable[str]) -> str:
    """Alternatives of plain words, the longest first, gathered by first character so that few are tried.

    >>> grouped(["至少", "至多", "约"])
    '约|至(?:多|少)'
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(patterns), key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(
        re.escape(first) + (rest[0] if len(rest) == 1 else f"(?:{'|'.join(rest)})")
        for first, rest in sorted(by_first.items(), key=lambda item: (len(item[1]), item[0]))
    )


class Denied(WordSection):
    """Comparisons that a denial before them turns round."""

    by: Listed
    at_least: Listed = Field(alias="≥")
    at_most: Listed = Field(alias="≤")


class Adverbs(WordSection):
    """Operators that are words of their own as well."""

    words: Set
    harmless: Set
    not_after: dict[str, str]


class Behind(WordSection):
    """Operators behind a number."""

    at_least: Patterns = Field(alias="≥")
    at_most: Patterns = Field(alias="≤")
    about: Patterns = Field(alias="≈")
    including: Pattern
    excluding: Pattern

    @cached_property
    def operator(self) -> Pattern:
        patterns = (self.at_least, self.at_most, self.about)
        named = zip(_GROUPS.values(), patterns, strict=True)
        return re.compile("|".join(f"(?P<{name}>{pattern.pattern})" for name, pattern in named))


class Doubts(WordSection):
    """What makes a number another one than is printed, or another thing than a target."""

    turned: Pattern
    bounding: Pattern
    shared: Pattern
    behind: Pattern
    named: Pattern
    ratings: Set
    sizes: Set
    sized: Pattern
    relative: str
    irregular_starts: str
    irregular: Pattern
    bare: Pattern


class Denials(WordSection):
    """Verbs that say that something is not to be."""

    starts: str
    verbs: Patterns
    subject: Patterns


class Numerals(WordSection):
    """What makes a numeral vague, or a zero."""

    vague_before: Characters
    counted: Characters
    vague_behind: Characters
    zero: Patterns


class Units(WordSection):
    """What may stand behind a number, and what of it is no unit."""

    counted: Listed
    other: Listed
    with_counter: Listed
    with_times: Listed
    percent: Listed
    not_units: Listed
    compound: Pattern
    splits: Pattern
    conditions: Set
    money: Set
    man_days: Set
    either: tuple[Set, ...]
    times: Set
    same: tuple[Listed, ...]

    @cached_property
    def known(self) -> dict[str, str | None]:
        """Printed word → unit; None: no unit, though it begins like one."""
        known: dict[str, str | None] = {word: word for word in (*self.counted, *self.other)}
        known |= {f"个{word}": word for word in self.with_counter}
        known |= {f"{word}次": f"{word}次" for word in self.with_times}
        return known | dict.fromkeys(self.percent, "%") | dict.fromkeys(self.not_units)

    @cached_property
    def behind_numerals(self) -> frozenset[str]:
        """Units behind a Chinese numeral."""
        return frozenset((*self.counted, *(f"个{word}" for word in self.with_counter)))

    @cached_property
    def canonical(self) -> dict[str, str]:
        """Units of one measure under one name, for comparing only."""
        return {word: group[0] for group in self.same for word in group}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.known))

    @cached_property
    def _may_split(self) -> frozenset[str]:
        """Units that end before a word, or go on with one."""
        times = (word for word in self.known if word.endswith("次"))
        return frozenset((*self.man_days, *(f"{word}次" for word in self.with_times), *times))

    def at(self, text: str, start: int) -> tuple[str | None, int]:
        """Unit that begins at `start` and where it ends; (None, start) where there is none, -1 where it is no unit.

        >>> units = words().units
        >>> units.at("3人日常巡查", 1), units.at("3人日", 1), units.at("5000吨级泊位", 4)
        (('人', 2), ('人日', 3), (None, -1))
        """
        known, may_split = self.known, self._may_split
        for end in range(min(len(text), start + self._longest), start, -1):
            word = text[start:end]
            if word in known:
                unit = known[word]
                if unit is None:
                    return None, -1
                if word in may_split and self.splits.match(text, end - 1):
                    continue
                if self.compound.match(text, end):
                    return None, -1
                follows = text[end : end + 1]
                if not (word[-1].isascii() and word[-1].isalpha() and follows.isascii() and follows.isalnum()):
                    return unit, end
        return None, start


class Per(WordSection):
    """What follows a slash or 每."""

    words: Listed
    counter: str
    before_nouns: Set

    @cached_property
    def noun(self) -> Pattern:
        return re.compile(grouped(self.words))


class Frequency(WordSection):
    """Units that count how often."""

    units: Set


class Averages(WordSection):
    """人均, 月均 and what looks like them."""

    per: Listed
    period: Listed
    not_after: str
    not_before: str
    not_before_both: str
    not_before_plain: str
    plain: str


class By(WordSection):
    """按季度, 一季度一次."""

    once: str
    words: Listed
    totals: Pattern


class Stops(WordSection):
    """Words in which a numeral or a sign counts nothing."""

    starts: str
    patterns: Listed
    words: Listed

    @cached_property
    def folded(self) -> tuple[str, ...]:
        return tuple(map(fold, self.words))

    @cached_property
    def pattern(self) -> str:
        return "|".join((*self.patterns, grouped(self.folded)))


class Fillers(WordSection):
    """Words around a target, and around a date."""

    before_dates: Set
    fillers: Listed
    not_fillers_before: Characters
    not_fillers_behind: dict[str, Characters]
    between: str
    done: Pattern
    dated: str
    not_this_year: Listed
    this_year: Listed

    @cached_property
    def first(self) -> Pattern:
        return re.compile(f"(?:{grouped(self.fillers)})")

    @cached_property
    def last(self) -> Pattern:
        return re.compile(f"(?:{grouped(self.fillers)})$")

    @cached_property
    def between_operator_and_number(self) -> Pattern:
        return re.compile(f"{self.between}+")

    @cached_property
    def before_a_date(self) -> Pattern:
        return re.compile(f"{self.dated}$")

    @cached_property
    def ends_this_year(self) -> Pattern:
        return re.compile(f"(?:{'|'.join(self.this_year)})$")


class Withheld(WordSection):
    """A value that says that it is not published."""

    pattern: Pattern


class Quantities(WordSection):
    """Printed formulas: what is divided, and what is none."""

    ends: Listed
    wholes: Listed
    names: Pattern
    ratios: Listed

    @cached_property
    def quantity(self) -> Pattern:
        return re.compile(f"(?:{'|'.join(self.ends)})$")

    @cached_property
    def ratio(self) -> Pattern:
        return re.compile(f"(?:{'|'.join(self.ratios)})$")


class Columns(WordSection):
    """The columns 指标性质 and 度量单位."""

    qualitative: Set
    at_least: Listed = Field(alias="≥")
    at_most: Listed = Field(alias="≤")
    more: Listed = Field(alias=">")
    less: Listed = Field(alias="<")
    equal: Listed = Field(alias="=")
    about: Listed = Field(alias="≈")
    no_unit: Set
    graded: Pattern

    @cached_property
    def operators(self) -> Mapping[str, Operator]:
        signs: dict[Operator, Listed] = {
            "≥": self.at_least, "≤": self.at_most, ">": self.more, "<": self.less, "=": self.equal, "≈": self.about,
        }  # fmt: skip
        return {word: sign for sign, words in signs.items() for word in words}


class Words(WordSection):
    """All of words.toml."""

    before: dict[Operator, Listed]
    denied: Denied
    adverbs: Adverbs
    behind: Behind
    doubts: Doubts
    denials: Denials
    numerals: Numerals
    scales: dict[str, Decimal]
    units: Units
    per: Per
    periods: dict[str, Listed]
    frequency: Frequency
    averages: Averages
    by: By
    stops: Stops
    words: Fillers
    withheld: Withheld
    quantities: Quantities
    columns: Columns

    @cached_property
    def operators(self) -> dict[str, Operator]:
        """Operators before a number, 不低于 among them."""
        denied = self.denied
        at_least: dict[str, Operator] = {by + word: "≥" for word in denied.at_least for by in denied.by}
        at_most: dict[str, Operator] = {by + word: "≤" for word in denied.at_most for by in denied.by}
        return by_word(self.before) | at_least | at_most

    @cached_property
    def blocks(self) -> frozenset[str]:
        """Operators that are nothing else, wherever they stand."""
        return frozenset(self.operators) - self.adverbs.harmless - self.adverbs.words

    @cached_property
    def period(self) -> dict[str, str]:
        """Printed word → period."""
        return by_word(self.periods)

    @cached_property
    def scale(self) -> Pattern:
        return re.compile(grouped(self.scales))

    @cached_property
    def things(self) -> frozenset[str]:
        """What may follow a slash or 每."""
        return frozenset((*self.per.words, *(unit for unit in self.units.known.values() if unit)))

    @cached_property
    def starts(self) -> str:
        """Characters with which anything of this file begins."""
        singles = {*self.stops.starts, *self.denials.starts, *CHINESE_DIGITS, "每", "均", "按"}
        firsts = {word[0] for word in (*self.stops.folded, *self.operators)}
        return "".join(singles) + self.doubts.irregular_starts + "".join(firsts)


@lru_cache
def words() -> Words:
    """The shared words."""
    return load("extractor.targets", "words.toml", Words)


def sign_of(match: re.Match[str]) -> Operator:
    """Operator of a match of `Behind.operator`."""
    return next(sign for sign, name in _GROUPS.items() if match.lastgroup == name)
