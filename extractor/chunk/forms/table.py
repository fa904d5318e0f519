"""The indicators of a form: a small table with a header row of its own, its merged labels filled down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.chunk.titles import are_headers
from extractor.layouts.forms import FormWords, Period
from extractor.layouts.taxonomy import LEVELS, category
from extractor.schemas.document import Cell, MappedText, Row
from extractor.text import fold, join_lines, squash

TABLE_FIELDS = frozenset(
    ("level1", "level2", "indicator_name", "cycle_value", "annual_value", "operator", "measure_unit", "weight")
)
_VALUES = ("cycle_value", "annual_value")
_TWINS = ("level2", "indicator_name", "annual_value", "cycle_value", "operator", "measure_unit", "weight")
_NUMBERED = re.compile(r"\s*指标\s*(?P<number>\d{1,3})\s*(?:[:、.]\s*(?P<name>.*)|$)", re.DOTALL)
_LONGEST_HEADER = 40
_BESIDE_VALUES = frozenset(("cycle_value", "annual_value", "operator", "measure_unit", "weight"))
_MAY_BE_VALUES = frozenset(("内容", "单位"))
_OPERATOR = re.compile(r"[≥≤><=]{1,2}|定性|定量|(?:大于|小于)?等于|大于|小于")


class Spot(NamedTuple):
    """A cell of its own and the columns [first, after) that it takes."""

    cell: Cell
    first: int
    after: int

    @property
    def text(self) -> str:
        return self.cell.content.text

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def spots_of(row: Row) -> list[Spot]:
    """The cells of a row that are cells of their own, with the columns they span."""
    spots: list[Spot] = []
    for column, cell in enumerate(row.cells):
        if cell.merged == "left":
            if spots and spots[-1].after == column:
                spots[-1] = spots[-1]._replace(after=column + 1)
        elif cell.merged is None:
            spots.append(Spot(cell, column, column + 1))
    return spots


class Column(NamedTuple):
    """A column of the indicators' table; `side` 1 is the second of twin columns, `name` a label of its own."""

    first: int
    after: int
    field: str | None
    side: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator: its texts by field, those printed again for it, its other cells by their label."""

    fields: Mapping[str, MappedText]
    again: Sequence[tuple[str, MappedText]] = ()
    others: Sequence[tuple[str, MappedText]] = ()


@dataclass(slots=True)
class IndicatorTable:
    """The columns of a form's indicators, and the labels that hold for the rows below them."""

    columns: list[Column]
    width: int
    periods: tuple[Period, Period] = ("cycle", "annual")
    is_twin: bool = False
    carried: dict[tuple[int, str], MappedText] = field(default_factory=dict)
    above: dict[int, tuple[str, int, MappedText]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return self.columns[0].first

    def column_at(self, position: int) -> Column | None:
        return next((column for column in self.columns if column.first <= position < column.after), None)

    def refine(self, spots: Sequence[Spot], words: FormWords) -> bool:
        """Whether a row is a second header row (指标值 over 中期 | 年度); its labels then name the columns."""
        inked = [spot for spot in spots if not spot.is_blank]
        if self._part_sites(inked, words):
            return True
        known = [words.column(spot.text) for spot in inked]
        if self._part_years(inked, known):
            return True
        if not inked or any(name not in _BESIDE_VALUES for name in known):
            return False
        if len(inked) == 1 and squash(inked[0].text) in _MAY_BE_VALUES:
            return False
        below: list[Column] = []
        for spot in inked:
            over = self.column_at(spot.first)
            if over is None or over.field not in _BESIDE_VALUES:
                return False
            below.append(Column(spot.first, spot.after, words.column(spot.text), over.side, join_lines(spot.text)))
        replaced = {self.column_at(column.first) for column in below}
        self.columns = sorted([one for one in self.columns if one not in replaced] + below)
        return True

    def _part_years(self, inked: Sequence[Spot], known: Sequence[str | None]) -> bool:
        """Whether a row names what stands below the header of the values: 前年 | 上年 | 预计当年实现."""
        over = self.column_at(inked[0].first) if len(inked) > 1 else None
        if over is None or over.field not in _VALUES or None not in known or not set(known) & set(_VALUES):
            return False
        if not all(over.first <= spot.first < spot.after <= over.after for spot in inked):
            return False
        if not are_headers([squash(spot.text) for spot in inked]) or {*known} - {None, *_VALUES}:
            return False
        parts = [
            Column(spot.first, spot.after, name, over.side, join_lines(spot.text))
            for spot, name in zip(inked, known, strict=True)
        ]
        self.columns = sorted([one for one in self.columns if one is not over] + parts, key=lambda one: one.first)
        return True

    def _part_sites(self, inked: Sequence[Spot], words: FormWords) -> bool:
        """Whether a row names the places for which a value stands below one header: 全省 | 望川市 | 溪口县."""
        over = self.column_at(inked[0].first) if len(inked) > 1 else None
        if over is None or over.field != "annual_value" or not are_headers([squash(spot.text) for spot in inked]):
            return False
        if any(not over.first <= spot.first < spot.after <= over.after or words.column(spot.text) for spot in inked):
            return False
        parts = [Column(spot.first, spot.after, None, over.side, join_lines(spot.text)) for spot in inked]
        self.columns = sorted([one for one in self.columns if one is not over] + parts, key=lambda one: one.first)
        self.name_values(words)
        return True

    def name_values(self, words: FormWords) -> None:
        """Where no column is that of the values, the one that holds for all places is."""
        if any(column.field in _VALUES for column in self.columns):
            return
        for index, column in enumerate(self.columns):
            if column.field is None and words.whole.fullmatch(squash(column.name)):
                self.columns[index] = column._replace(field="annual_value")
                return

    def read(self, row: Row, words: FormWords) -> tuple[list[Entry], list[MappedText]]:
        """The indicators of a row (two where twin columns differ), and texts that belong to none of its columns."""
        offset = self.width - len(row.cells)
        sides: tuple[dict[str, MappedText], ...] = ({}, {})
        others: list[tuple[str, MappedText]] = []
        loose: list[MappedText] = []
        for column, text in self._placed(row, offset):
            if column is None:
                if not words.fragment.fullmatch(squash(text.text)) and not words.heads_indicators(text.text):
                    loose.append(text)
            elif column.field is None:
                others.append((column.name, text)) if column.name else loose.append(text)
            else:
                self._put(sides[column.side], column, text, loose)
        self._carry(sides)
        if not self.is_twin:
            entry = self._entry(sides[0], others, loose, words)
            return ([entry] if entry else []), loose
        return self._twins(sides, others, loose, words), loose

    def _placed(self, row: Row, offset: int) -> Iterable[tuple[Column | None, MappedText]]:
        for position, cell in enumerate(row.cells):
            at = position + offset
            if cell.merged == "above" and at in self.above:
                field_name, side, text = self.above[at]
                if field_name == "indicator_name":
                    yield next(one for one in self.columns if (one.field, one.side) == (field_name, side)), text
                continue
            self.above.pop(at, None)
            if cell.merged is not None or not cell.content.text.strip():
                continue
            column = self.column_at(at)
            if column is not None and column.field == "indicator_name":
                self.above[at] = (column.field, column.side, cell.content)
            yield column, cell.content

    @staticmethod
    def _put(side: dict[str, MappedText], column: Column, text: MappedText, loose: list[MappedText]) -> None:
        name = column.field or ""
        if name not in side:
            side[name] = text
        elif name in _VALUES and _OPERATOR.fullmatch(squash(side[name].text)) and "operator" not in side:
            side["operator"], side[name] = side[name], text
        elif name == "indicator_name" and _NUMBERED.fullmatch(fold(side[name].text)) and "number" not in side:
            side["number"], side[name] = side[name], text
        else:
            loose.append(text)

    def _carry(self, sides: tuple[dict[str, MappedText], ...]) -> None:
        """A merged label, or one printed once above blank cells, holds for the rows below it."""
        for number, side in enumerate(sides):
            if "level1" in side:
                self.carried = {key: text for key, text in self.carried.items() if key[1] != "level2"}
            self.carried |= {(number, level): side[level] for level in LEVELS if level in side}
        for number, side in enumerate(sides):
            for level in LEVELS:
                held = self.carried.get((number, level)) or self.carried.get((1 - number, level))
                if held is not None:
                    side.setdefault(level, held)

    def _entry(
        self,
        side: dict[str, MappedText],
        others: Sequence[tuple[str, MappedText]],
        loose: list[MappedText],
        words: FormWords,
    ) -> Entry | None:
        """The indicator that a row holds; None where it holds none but the labels of the form."""
        own = {name: text for name, text in side.items() if name not in LEVELS}
        name = side.get("indicator_name")
        is_residue = name is None or words.residue.fullmatch(squash(name.text)) is not None
        if is_residue and not any(value in own for value in _VALUES):
            loose += [*own.values(), *(text for _, text in others)]
            for level in LEVELS:  # a label of the form with nothing beside it; another text is said
                if level in side and category(level, side[level].text) is None:
                    loose.append(side[level])
            return None
        return Entry(side, (), tuple(others))

    def _twins(
        self,
        sides: tuple[dict[str, MappedText], ...],
        others: Sequence[tuple[str, MappedText]],
        loose: list[MappedText],
        words: FormWords,
    ) -> list[Entry]:
        first, second = (sides[self.periods.index(period)] for period in ("cycle", "annual"))
        if "annual_value" in first:
            first["cycle_value"] = first.pop("annual_value")
        if "cycle_value" in second:
            second["annual_value"] = second.pop("cycle_value")
        entries = [self._entry(side, (), loose, words) for side in (first, second)]
        if entries[0] and entries[1] and _same(first, second):
            joined = dict(first) | {name: text for name, text in second.items() if name not in first}
            again = [
                (name, text)
                for name, text in second.items()
                if name in first and text is not first[name] and squash(text.text) == squash(first[name].text)
            ]
            loose += [
                text for name, text in second.items() if name in first and squash(text.text) != squash(first[name].text)
            ]
            return [Entry(joined, tuple(again), tuple(others))]
        kept = [entry for entry in entries if entry is not None]
        if kept and others:
            kept[-1] = Entry(kept[-1].fields, (), tuple(others))
        elif others:
            loose += [text for _, text in others]
        return kept


def _same(first: Mapping[str, MappedText], second: Mapping[str, MappedText]) -> bool:
    """Whether twin columns name the same indicator in the same category."""
    names = [side.get("indicator_name") for side in (first, second)]
    if names[0] is None or names[1] is None or _bare(names[0]) != _bare(names[1]):
        return False
    levels = [(first[level], second[level]) for level in LEVELS if level in first and level in second]
    return all(squash(one.text) == squash(other.text) for one, other in levels)


def _bare(name: MappedText) -> str:
    return squash(name.text)


def number_and_name(text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where in "指标1：维修面积" the number and the name stand; None where it is no numbered name.

    >>> number_and_name("指标1：维修面积"), number_and_name("指标体系完善度")
    (((2, 3), (4, 8)), None)
    """
    match = _NUMBERED.fullmatch(fold(text))
    if match is None:
        return None
    name = match.span("name") if match["name"] is not None else (len(text), len(text))
    return match.span("number"), name


def _stands_for_several_years(
    before: Sequence[tuple[Spot, str | None]], fields: Sequence[str | None], words: FormWords
) -> bool:
    """Whether the cell to the left of a header says that its values are those of several years: 长期绩效指标."""
    told = [words.period(spot.text) for spot, _ in before if "指标" in squash(spot.text)]
    return told == ["cycle"] and "cycle_value" not in fields


def header_of(row: Row, spots: Sequence[Spot], words: FormWords, over: Mapping[int, Period]) -> IndicatorTable | None:
    """The indicators' table that a row heads; None where it heads none. `over` are periods printed above columns."""
    found = [
        (spot, words.column(spot.text) if len(spot.text) <= _LONGEST_HEADER else None)
        for spot in spots
        if not spot.is_blank
    ]
    fields = [name for _, name in found if name]
    if len({"level1", "level2", "indicator_name"} & set(fields)) < 2 or "name" in fields:
        return None
    begin = next(index for index, (_, name) in enumerate(found) if name in TABLE_FIELDS)
    is_twin = fields.count("indicator_name") == 2
    seen: set[str] = set()
    side = 0
    columns: list[Column] = []
    for spot, name in found[begin:]:
        own = name if name in TABLE_FIELDS else None
        if own in seen:
            if is_twin and own in _TWINS and side == 0:
                side, seen = 1, set()
            else:
                own = None
        if own:
            seen.add(own)
        columns.append(Column(spot.first, spot.after, own, side, join_lines(spot.text)))
    if is_twin and not any(column.side for column in columns):
        is_twin = False
    periods: tuple[Period, Period] = ("cycle", "annual")
    if is_twin:
        starts = [
            next(column.first for column in columns if column.side == one and column.field in _TWINS) for one in (0, 1)
        ]
        told = [over.get(max((at for at in over if at <= start), default=-1)) for start in starts]
        values = [words.period(c.name) for c in columns if c.field in _VALUES]
        if told == ["annual", "cycle"] or (len(values) == 2 and values == ["annual", "cycle"]):
            periods = ("annual", "cycle")
    elif _stands_for_several_years(found[:begin], [column.field for column in columns], words):
        columns = [one._replace(field="cycle_value") if one.field == "annual_value" else one for one in columns]
    table = IndicatorTable(columns, len(row.cells), periods, is_twin)
    table.name_values(words)
    return table
