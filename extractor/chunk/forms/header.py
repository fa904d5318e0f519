"""The header of a form's indicators: which column holds what, by its words and by what stands below it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from extractor.chunk.forms.sheet import Spot
from extractor.chunk.titles import are_headers
from extractor.layouts.forms import FormWords, Period
from extractor.layouts.taxonomy import LEVELS, category
from extractor.schemas.document import Row
from extractor.targets.words import words as target_words
from extractor.text import join_lines, squash

TABLE_FIELDS = frozenset(
    ("level1", "level2", "indicator_name", "cycle_value", "annual_value", "operator", "measure_unit", "weight")
)
VALUES = ("cycle_value", "annual_value")
_TWINS = ("level2", "indicator_name", "annual_value", "cycle_value", "operator", "measure_unit", "weight")
_LONGEST_HEADER = 40
_BESIDE_VALUES = frozenset(("cycle_value", "annual_value", "operator", "measure_unit", "weight"))
_MAY_BE_VALUES = frozenset(("内容", "单位"))
_SIGN = re.compile(r"[≥≤><=═≧≦＞＜]{1,2}|定性|定量|(?:不)?(?:大于|小于|等于|低于|高于|超过)(?:等于)?")
_LEAST_SIGNS = 2
_LEAST_SHARES = 3
_POINTS = re.compile(r"(\d{1,2}(?:\.\d)?)分?")
_SUMS = frozenset(map(Decimal, (80, 85, 90, 95, 100)))
"""What the points of all indicators add up to: a hundred, less those for spending and the like."""
_LEAST_COLUMNS = 2
_YEAR = re.compile(r"(?:19|20)\d\d(?=年)")
_TWO = 2
_SCALES = "十百千万亿"


class Column(NamedTuple):
    """A column of the indicators' table; `side` 1 is the second of twin columns, `name` a label of its own."""

    first: int
    after: int
    field: str | None
    side: int
    name: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a form's indicators, as its header prints them."""

    columns: tuple[Column, ...]
    width: int
    periods: tuple[Period, Period] = ("cycle", "annual")
    is_twin: bool = False

    @property
    def first(self) -> int:
        return self.columns[0].first

    def at(self, position: int) -> Column | None:
        index = bisect_right(self.columns, position, key=itemgetter(0)) - 1
        while index > 0 and self.columns[index - 1].after > position:
            index -= 1
        return self.columns[index] if index >= 0 and position < self.columns[index].after else None

    def is_fitted(self, spots: Sequence[Spot]) -> bool:
        """Whether every cell of a row stands in one of these columns, and none takes two of them."""
        return all((one := self.at(spot.first)) is not None and spot.after <= one.after for spot in spots)


def widened(table: Columns) -> Columns:
    """The columns where merged cells were not kept: a header goes on over the blank cells to its right."""
    after = [*(column.first for column in table.columns[1:]), table.width]
    wide = [one._replace(after=max(one.after, end)) for one, end in zip(table.columns, after, strict=True)]
    return replace(table, columns=tuple(wide))


def is_sign(printed: str) -> bool:
    """Whether a cell holds nothing but an operator.

    >>> is_sign("≥"), is_sign("＞="), is_sign("═"), is_sign("定性"), is_sign("≥90%")
    (True, True, True, True, False)
    """
    return _SIGN.fullmatch(squash(printed)) is not None


def is_unit(printed: str) -> bool:
    """Whether a cell holds nothing but a unit of measure.

    >>> is_unit("万亩"), is_unit("元/人·天"), is_unit("及时"), is_unit("%")
    (True, True, False, True)
    """
    each, slash, per = squash(printed).strip("()").partition("/")
    if not slash:
        return _names_a_unit(each)
    return _names_a_unit(each) and (_names_a_unit(per) or _names_a_unit(per.partition("·")[0]))


def _names_a_unit(word: str) -> bool:
    known = target_words().units.known
    return word == "月" or known.get(word) is not None or known.get(word.lstrip(_SCALES)) is not None


def header_of(row: Row, spots: Sequence[Spot], words: FormWords, over: Mapping[int, Period]) -> Columns | None:
    """The indicators' table that a row heads; None where it heads none. `over` are periods printed above columns."""
    if sum(_may_head(spot.cell.content.text, words) for spot in spots) < _LEAST_COLUMNS:
        return None
    found = [(spot, _column_of(spot.text, words)) for spot in spots if not spot.is_blank]
    found = _of_one_year(_with_bare_levels(found, words))
    fields = [name for _, name in found if name]
    if not _is_header(fields) and not _heads_categories(found, fields, words):
        return None
    begin = next(at for at, (spot, name) in enumerate(found) if name in TABLE_FIELDS or _is_of_categories(spot, words))
    twice = {name for name in _TWINS if fields.count(name) == 2}
    is_twin = "indicator_name" in twice and len(twice) > 1  # else 指标描述 stands beside 三级指标
    columns = _columns(found[begin:], is_twin=is_twin)
    if is_twin and not any(column.side for column in columns):
        is_twin = False
    periods: tuple[Period, Period] = ("cycle", "annual")
    if is_twin:
        periods = _periods(columns, words, over)
    elif _stands_for_several_years(found[:begin], [column.field for column in columns], words):
        columns = [one._replace(field="cycle_value") if one.field == "annual_value" else one for one in columns]
    return Columns(_with_whole(columns, words), len(row.cells), periods, is_twin)


def _column_of(printed: str, words: FormWords) -> str | None:
    return words.column(printed) if len(printed) <= _LONGEST_HEADER else None


@lru_cache(maxsize=16_384)
def _may_head(printed: str, words: FormWords) -> bool:
    """Whether a cell may head a column of indicators; every row is asked for it, and hardly any has two."""
    return _column_of(printed, words) is not None or squash(printed) in words.bare_levels


def _is_header(fields: Sequence[str]) -> bool:
    """Two levels side by side, or the name of an indicator beside its value and what is said of the value."""
    if "name" in fields:
        return False
    if len({"level1", "level2", "indicator_name"} & set(fields)) > 1:
        return True
    beside = {"operator", "measure_unit", "weight"} & set(fields)
    return "indicator_name" in fields and "annual_value" in fields and len(beside) > 1


def _of_one_year(found: Sequence[tuple[Spot, str | None]]) -> list[tuple[Spot, str | None]]:
    """Of the values of two years those of the later one; of more years (2024年指标值 | …) none is the year's."""
    years = {squash(spot.text): year[0] for spot, name in found if name in VALUES and (year := _YEAR.match(spot.text))}
    several = set(years.values())
    if len(several) <= 1:
        return list(found)
    own = max(several) if len(several) == _TWO else None
    return [(spot, name if years.get(squash(spot.text), own) == own else None) for spot, name in found]


def _heads_categories(found: Sequence[tuple[Spot, str | None]], fields: Sequence[str], words: FormWords) -> bool:
    """指标类别 stands right before the name of an indicator and its value: the only column of categories."""
    if not {"indicator_name", "annual_value"} <= set(fields) or "name" in fields:
        return False
    beside = (spot for (spot, _), (_, name) in pairwise(found) if name == "indicator_name")
    return any(_is_of_categories(spot, words) for spot in beside)


def _is_of_categories(spot: Spot, words: FormWords) -> bool:
    return squash(spot.text) in words.categories


def _with_bare_levels(found: Sequence[tuple[Spot, str | None]], words: FormWords) -> list[tuple[Spot, str | None]]:
    """一级 | 二级 | 三级 are levels side by side only, and 指标 is a name only beside its value and its sign."""
    bare = [words.bare_levels.get(squash(spot.text)) for spot, _ in found]
    named = {name for _, name in found}
    if sum(one is not None for one in bare) > 1:
        return [(spot, other or name) for (spot, name), other in zip(found, bare, strict=True)]
    if (
        "indicator_name" not in named
        and "annual_value" in named
        and len({"operator", "measure_unit", "weight"} & named) > 1
    ):
        return [
            (spot, "indicator_name" if squash(spot.text) == "指标" and name in {None, "indicators"} else name)
            for spot, name in found
        ]
    return list(found)


def _columns(found: Sequence[tuple[Spot, str | None]], *, is_twin: bool) -> list[Column]:
    seen: set[str] = set()
    side = 0
    columns: list[Column] = []
    for spot, name in found:
        own = name if name in TABLE_FIELDS else None
        if own in seen:
            if is_twin and own in _TWINS and side == 0:
                side, seen = 1, set()
            else:
                own = None
        if own:
            seen.add(own)
        columns.append(Column(spot.first, spot.after, own, side, join_lines(spot.text)))
    return columns


def _periods(columns: Sequence[Column], words: FormWords, over: Mapping[int, Period]) -> tuple[Period, Period]:
    starts = [
        next(column.first for column in columns if column.side == one and column.field in _TWINS) for one in (0, 1)
    ]
    told = [over.get(max((at for at in over if at <= start), default=-1)) for start in starts]
    values = [words.period(c.name) for c in columns if c.field in VALUES]
    if told == ["annual", "cycle"] or (len(values) == 2 and values == ["annual", "cycle"]):
        return ("annual", "cycle")
    return ("cycle", "annual")


def _stands_for_several_years(
    before: Sequence[tuple[Spot, str | None]], fields: Sequence[str | None], words: FormWords
) -> bool:
    """Whether the cell to the left of a header says that its values are those of several years: 长期绩效指标."""
    told = [words.period(spot.text) for spot, _ in before if "指标" in squash(spot.text)]
    return told == ["cycle"] and "cycle_value" not in fields


def with_contents(table: Columns, below: Sequence[Row], words: FormWords) -> Columns:
    """Columns that no word names, by what stands in them: categories, signs, units, and the indicators' points."""
    nameless = [column.field is None and words.label(column.name) is None for column in table.columns]
    columns = list(table.columns)
    for side in (0, 1):
        known = {column.field for column in table.columns if column.side == side}
        own = [at for at, column in enumerate(columns) if nameless[at] and column.side == side]
        for name, holds in CONTENTS.items():
            found = [at for at in own if columns[at].field is None and holds(_texts(columns[at], below))]
            if name not in known and found and (len(found) == 1 or name == "weight"):
                columns[found[0]] = columns[found[0]]._replace(field=name)
        for at in own:
            if columns[at].field is None and squash(columns[at].name) in words.categories and not known & set(LEVELS):
                columns[at] = columns[at]._replace(field="level2")
                known |= {"level2"}
    return replace(table, columns=tuple(columns))


def _texts(column: Column, below: Sequence[Row]) -> list[str]:
    printed = [row.cells[column.first].content.text for row in below if column.first < len(row.cells)]
    return [squash(text) for text in printed if text.strip()]


def _are_signs(texts: Sequence[str]) -> bool:
    return len(texts) >= _LEAST_SIGNS and all(map(is_sign, texts))


def _are_units(texts: Sequence[str]) -> bool:
    return len(texts) >= _LEAST_SIGNS and all(map(is_unit, texts))


def _are_shares(texts: Sequence[str]) -> bool:
    """Whether numbers are points of a hundred: what was reached of them stands to their right."""
    numbers = [Decimal(match[1]) for text in texts if (match := _POINTS.fullmatch(text))]
    return len(numbers) == len(texts) >= _LEAST_SHARES and sum(numbers) in _SUMS


def _are_level1(texts: Sequence[str]) -> bool:
    return len(texts) >= _LEAST_SIGNS and all(category("level1", text) for text in texts)


def _are_level2(texts: Sequence[str]) -> bool:
    return len(texts) >= _LEAST_SIGNS and all(category("level2", text) for text in texts)


CONTENTS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "level1": _are_level1,
    "level2": _are_level2,
    "operator": _are_signs,
    "measure_unit": _are_units,
    "weight": _are_shares,
}


def _with_whole(columns: Sequence[Column], words: FormWords) -> tuple[Column, ...]:
    """Where no column is that of the values, the one that holds for all places is."""
    if any(column.field in VALUES for column in columns):
        return tuple(columns)
    whole = next((c for c in columns if c.field is None and words.whole.fullmatch(squash(c.name))), None)
    return tuple(c._replace(field="annual_value") if c is whole else c for c in columns)


def refined(table: Columns, spots: Sequence[Spot], words: FormWords) -> Columns | None:
    """The columns under a second header row (指标值 over 中期 | 年度, or over places); None where a row is none."""
    ink = [spot for spot in spots if not spot.is_blank]
    known = [words.column(spot.text) for spot in ink]
    return _by_sites(table, ink, known, words) or _by_years(table, ink, known) or _by_parts(table, ink, known)


def _by_parts(table: Columns, ink: Sequence[Spot], known: Sequence[str | None]) -> Columns | None:
    if not ink or any(name not in _BESIDE_VALUES for name in known):
        return None
    if len(ink) == 1 and squash(ink[0].text) in _MAY_BE_VALUES:
        return None
    below: list[Column] = []
    for spot, name in zip(ink, known, strict=True):
        over = table.at(spot.first)
        if over is None or over.field not in _BESIDE_VALUES:
            return None
        below.append(Column(spot.first, spot.after, name, over.side, join_lines(spot.text)))
    return _replaced(table, {table.at(column.first) for column in below}, below)


def _by_years(table: Columns, ink: Sequence[Spot], known: Sequence[str | None]) -> Columns | None:
    """What stands below the header of the values: 前年 | 上年 | 预计当年实现."""
    over = table.at(ink[0].first) if len(ink) > 1 else None
    if over is None or over.field not in VALUES or None not in known or not set(known) & set(VALUES):
        return None
    if not all(over.first <= spot.first < spot.after <= over.after for spot in ink):
        return None
    if not are_headers([squash(spot.text) for spot in ink]) or {*known} - {None, *VALUES}:
        return None
    parts = [
        Column(spot.first, spot.after, name, over.side, join_lines(spot.text))
        for spot, name in zip(ink, known, strict=True)
    ]
    return _replaced(table, {over}, parts)


def _by_sites(table: Columns, ink: Sequence[Spot], known: Sequence[str | None], words: FormWords) -> Columns | None:
    """The places for which a value stands below one header: 全省 | 望川市 | 溪口县."""
    over = table.at(ink[0].first) if len(ink) > 1 else None
    if over is None or over.field != "annual_value" or not are_headers([squash(spot.text) for spot in ink]):
        return None
    if any(not over.first <= spot.first < spot.after <= over.after for spot in ink) or any(known):
        return None
    parts = [Column(spot.first, spot.after, None, over.side, join_lines(spot.text)) for spot in ink]
    parted = _replaced(table, {over}, parts)
    return replace(parted, columns=_with_whole(parted.columns, words))


def _replaced(table: Columns, gone: set[Column | None], parts: Sequence[Column]) -> Columns:
    kept = [one for one in table.columns if one not in gone]
    return replace(table, columns=tuple(sorted([*kept, *parts], key=lambda one: one.first)))


__all__ = ["CONTENTS", "LEVELS", "TABLE_FIELDS", "VALUES", "Column", "Columns", "header_of", "is_sign", "is_unit"]
__all__ += ["refined", "widened", "with_contents"]
