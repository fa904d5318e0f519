"""Third stage: the labelled values, the indicators and the units of one form, collected from its classified rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.forms.brackets import listed_in, parts_of
from extractor.chunk.forms.form import Form, Item, is_money
from extractor.chunk.forms.halves import with_halves_joined
from extractor.chunk.forms.header import LEVELS, Column
from extractor.chunk.forms.heads import Heads
from extractor.chunk.forms.indicators import Entry, Held, read_indicators
from extractor.chunk.forms.kinds import Classified, classify
from extractor.chunk.forms.pairs import Pair, read_pairs
from extractor.chunk.forms.shapes import is_labellike, is_number
from extractor.chunk.forms.sheet import SheetRow, Spot, goes_on
from extractor.chunk.units import unit_of_label
from extractor.layouts.forms import FormWords, Label
from extractor.schemas.document import Line, MappedText, PrintedUnit
from extractor.text import Squashed, join_lines, squash

_MOST_ITEMS = 1_000
"""Labelled cells of one form; what else a hostile file prints stays unread, and is flagged."""
_LONGEST_UNIT = 60
_NUMBER_OF_FORM = re.compile(r"(?:公开|附)?(?:表\d{1,3}|\d{1,3}表)(?:-\d{1,2})?")
"""What a form calls itself in a corner: 公开14表."""
_PART = re.compile(r"(?P<words>.*目标)(?P<number>\d)")
_ONE_LINE = frozenset(("name", "department", "unit", "goal"))


@dataclass(slots=True)
class _Collected:
    """What the rows gave so far."""

    items: list[Item] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    loose: list[MappedText] = field(default_factory=list)
    units: list[PrintedUnit] = field(default_factory=list)
    blanks: list[Label] = field(default_factory=list)

    def add(self, item: Item, words: FormWords) -> None:
        found = parts_of(item.value, words) if is_money(item.label.field) else None
        if found is not None:
            self._add(replace(item, value=found.whole), words)
            for label, value in found.parts:
                is_source = label.field is not None  # else what it is spent on
                part = replace(item, label=label, value=value, column=None, table=None)
                self._add(replace(part, in_money=is_source, is_spending=not is_source), words)
            return
        listed = listed_in(item.value, words) if item.column is None and words.tells_money(item.label.text) else ()
        for label, value in listed:
            self._add(replace(item, label=label, value=value, in_money=True), words)
        if not listed:
            self._add(item, words)

    def _add(self, item: Item, words: FormWords) -> None:
        if item.label.field is not None:
            self.printed.add(item.label.field)
        is_residue = item.label.field in {"name", "goal"} and words.is_residue(item.value.text)
        if (
            is_residue
            or (item.label.field in _ONE_LINE and _is_heading(item.value.text, words))
            or len(self.items) == _MOST_ITEMS
        ):
            self.loose.append(item.value)
        elif (last := self._part_before(item)) is not None:
            self.items[last] = replace(self.items[last], value=_below(self.items[last].value, item.value))
        else:
            self.items.append(item)

    def _part_before(self, item: Item) -> int | None:
        """Where the part of a goal stands that another one goes on: 年度目标1, then 年度目标2."""
        part = _PART.fullmatch(squash(item.label.text)) if item.label.field == "goal" else None
        last = len(self.items) - 1
        if part is None or last < 0 or item.column is not None:
            return None
        above = _PART.fullmatch(squash(self.items[last].label.text))
        return last if above is not None and above["words"] == part["words"] and part["number"] != "1" else None

    def blank(self, label: Label) -> None:
        if label.field is not None:
            self.printed.add(label.field)


def _is_heading(printed: str, words: FormWords) -> bool:
    """Whether what should be a value is itself a label of a form: somebody must look."""
    label = words.label(printed)
    return label is not None and words.is_listed(printed) and label.field in {*_ONE_LINE, "total", "indicators"}


def collect(page: int | None, top: Sequence[Line], rows: Sequence[SheetRow], words: FormWords) -> Form:
    """A form out of its rows."""
    found = _Collected()
    held = Held()
    table = 0
    whole, has_halves = with_halves_joined(rows)
    kinds = classify(whole, words)
    for line, (one, below) in enumerate(zip(kinds, [*kinds[1:], None], strict=True)):
        if one.kind in {"pairs", "heads", "values"}:
            found.units += _units(one.row, words)
        if one.kind == "header":
            held = Held(labels=held.labels)
            _beside_header(one, found, words)
        elif one.kind == "upper":
            _over_header(one, below, found, words)
        elif one.kind == "indicators" and one.columns is not None:
            read = read_indicators(one.row.row, one.columns, held, words)
            held = read.held
            found.entries += read.entries
            found.loose += read.loose
        elif one.kind == "sum":
            _sum(one, line, found, words)
        elif one.kind == "heads":
            table = line
            for head in one.heads.heads if one.heads else ():
                found.blank(head.label)
            found.blanks += [label for spot in one.row.inked if (label := _unknown(spot, words)) is not None]
        elif one.kind == "values" and one.heads is not None:
            _values(one, one.heads, line, table, found, words)
        elif one.kind == "text":
            _goes_on(one, found)
        elif one.kind == "pairs":
            _pairs(one, line, found, words)
    shown = {item.label.text for item in found.items if item.column is None}
    shown |= {label for entry in found.entries for label, _ in entry.others}
    return Form(
        page,
        tuple(top),
        tuple((row.row.start, row.row.end) for row in rows),
        tuple(found.items),
        frozenset(found.printed),
        tuple(found.entries),
        tuple(found.loose),
        tuple(found.units),
        tuple(label for label in found.blanks if label.text not in shown),
        ("row_joined",) if has_halves else (),
    )


def _units(row: SheetRow, words: FormWords) -> Iterable[PrintedUnit]:
    """The units of amounts that the labels of a row bring along."""
    for spot in row.inked:
        if "元" not in spot.text or len(spot.text) > _LONGEST_UNIT:
            continue
        view = Squashed(spot.cell.content)
        if match := words.terms.amount_unit.search(view.text):
            words_of_unit = view.value(*match.span())
            yield PrintedUnit(view.value(*match.span(1)), view.source_span(*match.span()), "header", words_of_unit)
            continue
        label = words.label(spot.text) or words.unknown(spot.text)
        if label is not None and label.unit is not None and words.tells_money(spot.text):
            unit = unit_of_label(spot.cell.content, words.terms)
            if unit is not None:
                yield unit


def _beside_header(one: Classified, found: _Collected, words: FormWords) -> None:
    """What stands left of the indicators' header: a label of the whole table, or a text that nothing explains."""
    for spot in one.row.inked:
        is_left = one.columns is not None and spot.first < one.columns.first
        if is_left and not is_labellike(spot.text, words):
            _unless_fragment(spot, found, words)


def _over_header(one: Classified, below: Classified | None, found: _Collected, words: FormWords) -> None:
    """What stands over the indicators' header and is no column of its own: a label, or a text that nothing explains."""
    columns = below.columns.columns if below is not None and below.columns is not None else ()
    own = {(column.first, column.name) for column in columns if column.field is not None}
    for spot in one.row.inked:
        if (spot.first, join_lines(spot.text)) in own or words.label(spot.text) or words.column(spot.text):
            continue
        label = words.unknown(spot.text)
        if label is not None:
            found.blanks.append(label)
        else:
            _unless_fragment(spot, found, words)


def _unless_fragment(spot: Spot, found: _Collected, words: FormWords) -> None:
    word = squash(spot.text)
    if not words.fragment.fullmatch(word) and not _NUMBER_OF_FORM.fullmatch(word):
        found.loose.append(spot.cell.content)


def _sum(one: Classified, line: int, found: _Collected, words: FormWords) -> None:
    """A row that sums the indicators up: an attribute for each of its columns."""
    total = next(spot for spot in one.row.inked[:2] if squash(spot.text) in words.sums)
    label = (words.label(total.text) or Label(squash(total.text), None))._replace(field=None)
    summed = [
        spot
        for spot in one.row.inked
        if squash(spot.text) != squash(total.text) and not words.heads_indicators(spot.text)
    ]
    for spot, column in zip(summed, _summed_columns(summed, one, words), strict=True):
        over = Label(column.name, None) if column and column.name else None
        found.add(Item(label, spot.cell.content, spot.first, line, over), words)


def _summed_columns(summed: Sequence[Spot], one: Classified, words: FormWords) -> list[Column | None]:
    """The columns of the sums: their own; in a row that lost its blank cells those of points, if they are as many.

    It did where numbers stand below the levels of indicators.
    """
    if one.columns is None:
        return [None for _ in summed]
    below = [one.columns.at(spot.first) for spot in summed]
    in_levels = any(column is not None and column.field in LEVELS for column in below)
    if one.row.width < one.columns.width or (in_levels and all(is_number(spot.text) for spot in summed)):
        points = [c for c in one.columns.columns if c.field == "weight" or words.money_column(c.name) == "rate"]
        points = [c for c in points if c.field == "weight" or "分" in c.name][: len(summed)]
        if len(points) == len(summed):
            return [*points]
    return [one.columns.at(spot.first + one.columns.width - one.row.width) for spot in summed]


def _values(one: Classified, heads: Heads, line: int, table: int, found: _Collected, words: FormWords) -> None:
    in_money = heads.group is not None and words.tells_money(heads.group.text)
    stubs = [spot for spot in one.row.inked if heads.over(spot) is None] if heads.is_table else []
    label = _stub_label(stubs, words)
    found.blanks += [own for spot in stubs[:-1] if (own := _unknown(spot, words)) is not None]
    for spot in one.row.inked:
        over = heads.over(spot)
        if over is None:
            is_label = spot in stubs and (words.label(spot.text) or words.unknown(spot.text))
            if label is None or not is_label:
                _unless_fragment(spot, found, words)
        elif not heads.is_table or label is None:
            found.add(Item(over, spot.cell.content, spot.first, line, in_money=in_money), words)
        elif _only_tells_amounts(label, words) and not _only_tells_amounts(over, words):
            own = words.label(over.text) or over
            found.add(Item(own, spot.cell.content, spot.first, line, None, table, in_money), words)
        else:
            item = Item(label, spot.cell.content, spot.first, line, over, table, in_money, heads.is_spending)
            found.add(item, words)
    if label is not None:
        found.blank(label)
        found.blanks += [own for spot in stubs[-1:] if (own := _unknown(spot, words)) is not None]


def _stub_label(stubs: Sequence[Spot], words: FormWords) -> Label | None:
    """The label of a row in a table; a subtotal is that of the label to its left: 财政拨款 | 小计."""
    if not stubs:
        return None
    at = -2 if len(stubs) > 1 and words.terms.is_subtotal(stubs[-1].text) and len(squash(stubs[-1].text)) < 3 else -1
    known, unknown = words.label(stubs[at].text), words.unknown(stubs[at].text)
    return known or (words.bare(unknown) if unknown is not None else None)


def _only_tells_amounts(label: Label, words: FormWords) -> bool:
    """Whether a label says no more than that amounts stand beside or below it: 金额."""
    text = squash(label.text).split("(")[0]
    return label.field == "total" and text in words.budget and words.period(text) is None


def _goes_on(one: Classified, found: _Collected) -> None:
    """Joins a text to the goal right above it."""
    spot = one.row.inked[0]
    last = found.items[-1] if found.items else None
    if last is None or last.label.field != "goal":
        found.loose.append(spot.cell.content)
        return
    found.items[-1] = replace(last, value=_below(last.value, spot.cell.content))


def _below(above: MappedText, more: MappedText) -> MappedText:
    """Two texts, one in a line below the other."""
    offsets = [*above.offsets, above.offsets[-1] + 1, *more.offsets]
    return MappedText(f"{above.text}\n{more.text}", offsets)


def _pairs(one: Classified, line: int, found: _Collected, words: FormWords) -> None:
    read = read_pairs(one.row, words, in_group=one.group is not None)
    group = read.group or one.group
    in_money = group is not None and (group.is_money or words.tells_money(group.text))
    for pair in read.pairs:
        if pair.value is None:
            found.blank(pair.label)
            if words.label(pair.label.text) is None and pair.label.field is None:
                _blank_unknown(pair, one.row, found, words)
            continue
        own = in_money or (pair.label.is_money and words.tells_money(pair.label.text))
        found.add(Item(pair.label, pair.value, pair.at, line, in_money=own), words)
    if read.group is not None and words.label(read.group.text) is None:
        _group_unknown(read.group, one.row, found, words)
    for spot in read.loose:
        _unless_fragment(spot, found, words)


def _unknown(spot: Spot, words: FormWords) -> Label | None:
    return words.unknown(spot.text) if words.label(spot.text) is None else None


def _group_unknown(group: Label, row: SheetRow, found: _Collected, words: FormWords) -> None:
    """A label of labels that no word knows goes down over several rows; else it may be a value, and is said."""
    spot = next(one for one in row.inked if words.unknown(one.text) == group)
    if row.below is not None and goes_on(row.below, spot.first, has_merges=row.merges_down):
        found.blanks.append(group)
    else:
        _unless_fragment(spot, found, words)


def _blank_unknown(pair: Pair, row: SheetRow, found: _Collected, words: FormWords) -> None:
    """A label that no word knows, with a blank cell for its value; without one it may be a value, and is said."""
    spot = next((one for one in row.spots if one.after == pair.at and not one.is_blank), None)
    beside = next((one for one in row.spots if one.first == pair.at), None)
    others = [one for one in row.inked if one is not spot and words.label(one.text) is not None]
    is_first = spot is row.inked[0] and (spot.first == 0 or row.is_open(0))
    are_labels = all(is_labellike(one.text, words) for one in row.inked)
    has_cell = row.has_merges and beside is not None and beside.is_blank and bool(others or is_first or are_labels)
    if spot is None or has_cell or squash(spot.text).endswith(":"):
        found.blanks.append(pair.label)
    elif words.source(spot.text) is None:
        _unless_fragment(spot, found, words)
