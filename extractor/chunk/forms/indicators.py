"""The rows of a form's indicators under their columns, merged labels filled down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.forms.header import VALUES, Column, Columns, is_sign, is_unit
from extractor.layouts.forms import FormWords
from extractor.layouts.taxonomy import LEVELS, category
from extractor.schemas.document import MappedText, Row
from extractor.text import fold, squash

_NUMBERED = re.compile(r"\s*指标\s*(?P<number>\d{1,3})\s*(?:[:、.]\s*(?P<name>.*)|$)", re.DOTALL)
_UNFILLED = re.compile(r"[≥≤><=═≈±]{0,2}[*×xX_…·.□]*(?P<unit>.{0,12})")
"""A sign and marks of the template with a unit behind them, and no number: ≥**人次, 公里, ≧ %."""
_NUMERAL = re.compile(r"[\d零〇一二两三四五六七八九十]")
_BRACKETED = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator: its texts by field, those printed again for it, its other cells by their label."""

    fields: Mapping[str, MappedText]
    again: Sequence[tuple[str, MappedText]] = ()
    others: Sequence[tuple[str, MappedText]] = ()

    @property
    def has_value(self) -> bool:
        return any(name in self.fields for name in VALUES)


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for the rows below: labels by (side, level), and merged names by their column."""

    labels: Mapping[tuple[int, str], MappedText] = field(default_factory=dict)
    names: Mapping[int, tuple[Column, MappedText]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What one row of indicators gave: two where twin columns differ, and texts that belong to none of its columns."""

    entries: tuple[Entry, ...]
    loose: tuple[MappedText, ...]
    held: Held


def is_unfilled(printed: str) -> bool:
    """Whether a cell of values holds what the template printed: a sign, a unit or marks, but no value.

    >>> [is_unfilled(text) for text in ("公里", "≧ %", "≥**人次", "万亩", "≥**个工作日")]
    [True, True, True, True, True]
    >>> [is_unfilled(text) for text in ("及时", "无", "≥3万人", "—", "一般", "12月")]
    [False, False, False, False, False, False]
    """
    word = _BRACKETED.sub(r"\1", squash(printed))
    match = None if _NUMERAL.search(word) else _UNFILLED.fullmatch(word)
    if match is None:
        return False
    unit = match["unit"]
    if not unit:
        return bool(word)
    return is_unit(unit)


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


def read_indicators(row: Row, table: Columns, held: Held, words: FormWords) -> Found:
    """The indicators of a row, given what holds from the rows above it."""
    offset = table.width - len(row.cells)
    sides: tuple[dict[str, MappedText], ...] = ({}, {})
    others: list[tuple[str, MappedText]] = []
    loose: list[MappedText] = []
    placed, names = _placed(row, offset, table, held)
    for column, text in placed:
        if column is None or (column.field in LEVELS and words.heads_indicators(text.text)):
            if not words.fragment.fullmatch(squash(text.text)) and not words.heads_indicators(text.text):
                loose.append(text)
        elif column.field is None:
            others.append((column.name, text)) if column.name else loose.append(text)
        else:
            _put(sides[column.side], column, text, loose)
    for side in sides:
        _drop_unfilled(side)
    labels = _filled_down(sides, held.labels)
    if table.is_twin:
        entries = _twins(sides, table, others, loose, words)
    else:
        entry = _entry(sides[0], others, loose, words)
        entries = [entry] if entry else []
    return Found(tuple(entries), tuple(loose), replace(held, labels=labels, names=names))


def _placed(
    row: Row, offset: int, table: Columns, held: Held
) -> tuple[Iterable[tuple[Column | None, MappedText]], Mapping[int, tuple[Column, MappedText]]]:
    """The texts of a row with their columns, and the names that may go on below it."""
    placed: list[tuple[Column | None, MappedText]] = []
    names = dict(held.names)
    for position, cell in enumerate(row.cells):
        at = position + offset
        if cell.merged == "above" and at in names:
            placed.append(names[at])
            continue
        names.pop(at, None)
        if cell.merged is not None or not cell.content.text.strip():
            continue
        column = table.at(at)
        if column is not None and column.field == "indicator_name":
            names[at] = (column, cell.content)
        placed.append((column, cell.content))
    return placed, names


def _put(side: dict[str, MappedText], column: Column, text: MappedText, loose: list[MappedText]) -> None:
    name = column.field or ""
    if name not in side:
        side[name] = text
    elif name in VALUES and is_sign(side[name].text) and "operator" not in side:
        side["operator"], side[name] = side[name], text
    elif name in VALUES and is_unfilled(text.text) and "measure_unit" not in side:
        side["measure_unit"] = text
    elif name == "indicator_name" and _NUMBERED.fullmatch(fold(side[name].text)) and "number" not in side:
        side["number"], side[name] = side[name], text
    else:
        loose.append(text)


def _drop_unfilled(side: dict[str, MappedText]) -> None:
    """A value of which only the sign or the unit is printed is none: nobody filled it in."""
    for name in VALUES:
        if name in side and is_unfilled(side[name].text):
            del side[name]


def _filled_down(
    sides: tuple[dict[str, MappedText], ...], labels: Mapping[tuple[int, str], MappedText]
) -> Mapping[tuple[int, str], MappedText]:
    """A merged label, or one printed once above blank cells, holds for the rows below it."""
    carried = dict(labels)
    for number, side in enumerate(sides):
        if "level1" in side:
            carried = {key: text for key, text in carried.items() if key[1] != "level2"}
        carried |= {(number, level): side[level] for level in LEVELS if level in side}
    for number, side in enumerate(sides):
        for level in LEVELS:
            text = carried.get((number, level)) or carried.get((1 - number, level))
            if text is not None:
                side.setdefault(level, text)
    return carried


def _entry(
    side: dict[str, MappedText],
    others: Sequence[tuple[str, MappedText]],
    loose: list[MappedText],
    words: FormWords,
) -> Entry | None:
    """The indicator that a row holds; None where it holds none but the labels of the form."""
    own = {name: text for name, text in side.items() if name not in LEVELS}
    name = side.get("indicator_name")
    is_residue = name is None or words.residue.fullmatch(squash(name.text)) is not None
    if is_residue and not any(value in own for value in VALUES):
        loose += [*own.values(), *(text for _, text in others)]
        for level in LEVELS:  # a label of the form with nothing beside it; another text is said
            if level in side and category(level, side[level].text) is None:
                loose.append(side[level])
        return None
    return Entry(side, (), tuple(others))


def _twins(
    sides: tuple[dict[str, MappedText], ...],
    table: Columns,
    others: Sequence[tuple[str, MappedText]],
    loose: list[MappedText],
    words: FormWords,
) -> list[Entry]:
    first, second = (sides[table.periods.index(period)] for period in ("cycle", "annual"))
    if "annual_value" in first:
        first["cycle_value"] = first.pop("annual_value")
    if "cycle_value" in second:
        second["annual_value"] = second.pop("cycle_value")
    entries = [_entry(side, (), loose, words) for side in (first, second)]
    if entries[0] and entries[1] and _same(first, second):
        joined = dict(first) | {name: text for name, text in second.items() if name not in first}
        both = [(name, text) for name, text in second.items() if name in first]
        again = [
            (name, text)
            for name, text in both
            if text is not first[name] and squash(text.text) == squash(first[name].text)
        ]
        loose += [text for name, text in both if squash(text.text) != squash(first[name].text)]
        return [Entry(joined, tuple(again), tuple(others))]
    kept = [entry for entry in entries if entry is not None]
    if kept and others:
        kept[-1] = replace(kept[-1], others=tuple(others))
    elif others:
        loose += [text for _, text in others]
    return kept


def _same(first: Mapping[str, MappedText], second: Mapping[str, MappedText]) -> bool:
    """Whether twin columns name the same indicator in the same category."""
    names = [side.get("indicator_name") for side in (first, second)]
    if names[0] is None or names[1] is None or squash(names[0].text) != squash(names[1].text):
        return False
    levels = [(first[level], second[level]) for level in LEVELS if level in first and level in second]
    return all(squash(one.text) == squash(other.text) for one, other in levels)
