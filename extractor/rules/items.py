"""Indicator items out of squashed text: "1、1-产出指标；11-数量指标；NAME；实施周期指标值:X；年度指标值:Y。2、…".

The value labels are the firm ground: an item has at most one label of each kind, so a label that
comes again opens the next item. Between two items' labels the item number is looked for. Numbering
nested inside a value ("1.…；2.…") is told apart by its style, by the number that must come next, and by
where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from extractor.layouts import CompiledLayout
from extractor.rules.bare import find_bare, split_value
from extractor.rules.markers import ENDS, FIELD_TAIL, VALUE_TAIL, Item, Marker, Place, ended, markers_in
from extractor.schemas.project import Indicator
from extractor.text import STOPS, Squashed

_CODED = (("code1", "level1_code"), ("label1", "level1"), ("code2", "level2_code"), ("label2", "level2"))
_NUMERAL = re.compile(r"\d+|[一二三四五六七八九十]+|[①-⑳]")


def find_items(view: Squashed, layout: CompiledLayout, start: int, end: int, *, cell: bool) -> list[Item]:
    """Items in [start, end). In a `cell` the first item begins it; else it follows the goal's text."""
    groups = _label_groups(view, layout, start, end)
    if not groups:
        return find_bare(view, layout, start, end, cell=cell)
    items: list[Item] = []
    style: int | None = None
    floor = start
    for group in groups:
        number = items[-1].number.number if items and items[-1].number else len(items)
        first = not items
        markers = markers_in(view, layout, floor, group[0][1], style, cell_start=start if first and cell else None)
        own = _own_marker(view, layout, markers, number, first and not cell)
        if own is None:
            begin = _without_marker(view, layout, floor, group[0][1], first, cell)
            items.append(Item(begin, None, begin, group))
        else:
            if style is None:
                style = own.style
            items += _valueless(markers, number, own) if not first or cell else []
            items.append(Item(own.start, own, own.end, group))
        floor = group[-1][2]
    items += _after_last(view, layout, floor, end, style, items)
    return ended(items, end)


def read_item(view: Squashed, layout: CompiledLayout, item: Item) -> tuple[Indicator, dict[str, Place]]:
    """One item as an Indicator, and the places of its fields."""
    values: dict[str, str] = {}
    places: dict[str, Place] = {}
    text = view.text

    def put(name: str, start: int, end: int) -> None:
        if start < end:
            values[name] = view.value(start, end)
            places[name] = (start, end)

    number = item.number.number if item.number else None
    if item.number:
        digits = _NUMERAL.search(text, item.number.start, item.number.end)
        if digits:
            places["number"] = digits.span()
    position = _read_categories(text, layout, item, put)
    if item.heading is not None and "level1" not in values:
        put("level1", *item.heading)
    labels = item.labels
    parted = split_value(view, position, item.end) if item.is_bare else None
    if parted is not None:
        labels = [("annual_value", *parted)]
    stop = labels[0][1] if labels else item.end
    tail = FIELD_TAIL if labels else VALUE_TAIL
    put("name", *_trim(text, position, stop, tail))
    for index, (kind, _, after) in enumerate(labels):
        last = index + 1 == len(labels)
        stop = item.end if last else labels[index + 1][1]
        put(kind, *_trim(text, after, stop, VALUE_TAIL if last else FIELD_TAIL))
    return Indicator(number=number, **values), places


def _read_categories(text: str, layout: CompiledLayout, item: Item, write: Callable[[str, int, int], None]) -> int:
    """Reads level 1 and level 2 at the item's beginning; returns where its name begins."""
    position = item.text_start
    stop = item.labels[0][1] if item.labels else item.end
    match = layout.coded.match(text, position, stop)
    if match:
        for group, field_name in _CODED:
            write(field_name, *match.span(group))
        return match.end()
    match = layout.coded2.match(text, position, stop)
    if match and len(match["code"]) >= 2:
        write("level2_code", *match.span("code"))
        write("level2", *match.span("label"))
        return match.end()
    match = layout.coded1.match(text, position, stop)
    if match:
        write("level1_code", *match.span("code"))
        write("level1", *match.span("label"))
        position = match.end()
        match = layout.coded2.match(text, position, stop)
        if match:
            write("level2_code", *match.span("code"))
            write("level2", *match.span("label"))
            return match.end()
        match = layout.word2.match(text, position, stop)
        if match:
            write("level2", *match.span("label"))
            return match.end()
        return position
    match = layout.word1.match(text, position, stop)
    if match and match.end() < stop:
        write("level1", *match.span("label"))
        position = match.end()
    match = layout.word2.match(text, position, stop)
    if match and match.end() < stop:
        write("level2", *match.span("label"))
        position = match.end()
    return position


def _trim(text: str, start: int, end: int, tail: re.Pattern[str]) -> Place:
    """Without the separators before, and the `tail` (anchored at `end`) behind."""
    while start < end and text[start] in ";,、:":
        start += 1
    match = tail.search(text, start, end)
    return start, match.start() if match else end


def _label_groups(view: Squashed, layout: CompiledLayout, start: int, end: int) -> list[list[tuple[str, int, int]]]:
    """Value labels of each item: [(field, label start, value start), …]."""
    groups: list[list[tuple[str, int, int]]] = []
    for match in layout.value_label.finditer(view.text, start, end):
        kind = "cycle_value" if match["cycle"] else "annual_value"
        if groups and not any(kind == known for known, _, _ in groups[-1]) and kind == "annual_value":
            previous = groups[-1][-1]
            if not _opens_item(view, layout, previous[2], match.start()):
                groups[-1].append((kind, match.start(), match.end()))
                continue
        elif groups and _is_nested_label(view, groups[-1], match):
            continue
        elif (
            groups
            and kind == "cycle_value"
            and [known for known, _, _ in groups[-1]] == ["annual_value"]
            and not _item_between(view, layout, groups[-1][-1][2], match.start())
        ):
            groups[-1].append((kind, match.start(), match.end()))
            continue
        groups.append([(kind, match.start(), match.end())])
    return groups


def _is_nested_label(view: Squashed, group: list[tuple[str, int, int]], match: re.Match[str]) -> bool:
    """A label right behind a label ("年度指标值:目标值:95%") belongs to the value."""
    return group[-1][2] == match.start()


def _opens_item(view: Squashed, layout: CompiledLayout, start: int, end: int) -> bool:
    """Whether an item with a category begins between a cycle value and the next annual label."""
    return any(
        layout.category_begins.match(view.text, match.end(), end)
        for match in layout.marker.finditer(view.text, start, end)
    )


def _item_between(view: Squashed, layout: CompiledLayout, start: int, end: int) -> bool:
    """Whether anything that could begin an item stands between two value labels."""
    return bool(markers_in(view, layout, start, end, None, None)) or any(
        view.text[match.start() - 1] in ENDS for match in layout.category_begins.finditer(view.text, start + 1, end)
    )


def _own_marker(
    view: Squashed, layout: CompiledLayout, markers: Sequence[Marker], previous: int, in_body: bool
) -> Marker | None:
    """The number of the item whose first value label follows."""
    if not markers:
        return None
    text = view.text
    expected = [marker for marker in markers if marker.number == previous + 1]
    with_category = [marker for marker in expected if layout.category_begins.match(text, marker.end)]
    if with_category:
        return _end_of_chain(view, markers, with_category[-1])
    ended = [marker for marker in expected if _ends_before(view, marker, in_body)]
    if ended:
        return _end_of_chain(view, markers, ended[-1])
    categories = [marker for marker in markers if layout.category_begins.match(text, marker.end)]
    if categories:
        return categories[-1]
    later = [marker for marker in markers if marker.number > previous and _ends_before(view, marker, in_body)]
    return later[-1] if later else None


def _end_of_chain(view: Squashed, markers: Sequence[Marker], first: Marker) -> Marker:
    """The last of the numbers that count on from `first`: those before it print no value."""
    last = first
    for marker in markers:
        if marker.start > last.start and marker.number == last.number + 1 and view.text[marker.start - 1] in STOPS:
            last = marker
    return last


def _ends_before(view: Squashed, marker: Marker, in_body: bool) -> bool:
    """Whether what comes before a marker has ended there: a sentence, or in a body the goal's cell."""
    at = marker.start
    if at == 0:
        return True
    if in_body:
        return at in view.line_starts or view.text[at - 1] in STOPS
    return view.text[at - 1] in ENDS or at in view.line_starts


def _without_marker(view: Squashed, layout: CompiledLayout, floor: int, label: int, first: bool, cell: bool) -> int:
    """Where an item without a number begins: at a category, else behind the last full stop."""
    if first and cell:
        return floor
    begins = [
        match.start()
        for match in layout.category_begins.finditer(view.text, floor, label)
        if match.start() == floor or view.text[match.start() - 1] in ENDS or match.start() in view.line_starts
    ]
    if begins:
        return begins[0]
    stop = max(view.text.rfind(mark, floor, label - 1) for mark in STOPS)
    if stop < 0:
        return floor
    if view.text[stop] == ";" and stop + 1 >= label:
        stop = max(view.text.rfind(mark, floor, stop) for mark in STOPS)
    return max(floor, stop + 1)


def _valueless(markers: Sequence[Marker], previous: int, own: Marker) -> list[Item]:
    """Items before `own` that print no value: the numbers between are all there, in order."""
    missing = list(range(previous + 1, own.number))
    found: list[Marker] = []
    for marker in markers:
        if marker.start < own.start and missing[len(found) :][:1] == [marker.number]:
            found.append(marker)
    if len(found) != len(missing):
        return []
    return [Item(marker.start, marker, marker.end) for marker in found]


def _after_last(
    view: Squashed, layout: CompiledLayout, floor: int, end: int, style: int | None, items: list[Item]
) -> list[Item]:
    """Items behind the last value that print no value, unless the value itself is a list from 1."""
    last = items[-1].number
    if last is None or style is None:
        return []
    markers = markers_in(view, layout, floor, end, style, None)
    if any(marker.number == 1 for marker in markers) or (layout.marker.match(view.text, floor)):
        markers = [marker for marker in markers if layout.category_begins.match(view.text, marker.end)]
    found: list[Marker] = []
    for marker in markers:
        expected = (found[-1].number if found else last.number) + 1
        if marker.number == expected and marker.start > floor and view.text[marker.start - 1] in STOPS:
            found.append(marker)
    return [Item(marker.start, marker, marker.end) for marker in found]
