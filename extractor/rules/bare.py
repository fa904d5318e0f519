"""Indicators printed without any label of a value: "1.数量指标：培训人数≥500人", "①监测站点数：≥12个".

Numbers and categories show where an item begins. Its value begins at the one comparison sign, behind the one colon
before a number, or at the one number that ends the item with a unit that is known (合格率95%); an item that prints none
of these, or several, or an unknown label (甲，须达到：2座), is left whole.
"""

from __future__ import annotations

import re

from extractor.layouts import CompiledLayout
from extractor.layouts.taxonomy import category
from extractor.rules.markers import ENDS, Item, Marker, ended, markers_in
from extractor.targets.words import words
from extractor.text import CLAUSE_STOPS, STOPS, Squashed

_SIGN = r"(?:[≥≤<>]=?|=)"
_VALUE = re.compile(
    rf"[^:;。,≥≤<>=]{{2,60}}?(?P<label>[:,]?)(?:(?P<signed>{_SIGN}\d[^≥≤<>=:;]{{0,40}})|(?<=:)\d[^≥≤<>=:;]{{0,20}})"
)
_COUNTED = re.compile(
    r"""
    (?P<name> [^\d:;。,≥≤<>=()]{2,60} )                              # a name without a digit
    (?P<value> \d[\d,]*(?:\.\d+)? (?P<unit>%|[^\W\d]{1,6}) )    # a number and its unit, which ends the item
    """,
    re.VERBOSE,
)
_OPEN = re.compile("[到在为达至于每共按]$")
"""How words end that are no name but go on with the number: 提高到, 控制在."""
_CIRCLED = re.compile("[①-⑳]")


def find_bare(view: Squashed, layout: CompiledLayout, start: int, end: int, *, cell: bool) -> list[Item]:
    """Items in [start, end), a text without labels of values. In a `cell` the first of them begins it."""
    items = _numbered_or_labelled(view, layout, start, end, cell=cell)
    valued = sum(split_value(view, *_text_of(item, layout, view)) is not None for item in items)
    if items and 2 * valued >= len(items):
        for item in items:
            item.is_bare = True
        return items
    markers = markers_in(view, layout, start, end, None, start if cell else None)
    coded = [marker for marker in markers if layout.category_begins.match(view.text, marker.end)]
    chosen = coded or (markers if cell and markers and markers[0].start == start else [])
    items = []
    for marker in chosen:
        if marker.style == chosen[0].style and marker.number == chosen[0].number + len(items):
            items.append(Item(marker.start, marker, marker.end))
    return ended(items, end)


def split_value(view: Squashed, start: int, end: int) -> tuple[int, int] | None:
    """Where the name of [start, end) ends and its value begins; None where it has none that is plain to see."""
    while end > start and view.text[end - 1] in CLAUSE_STOPS:
        end -= 1
    match = _VALUE.fullmatch(view.text, start, end)
    if match is not None:
        return match.start("label"), match.end("label")
    match = _COUNTED.fullmatch(view.text, start, end)
    if match is None or match["name"].endswith(tuple(words().operators)) or _OPEN.search(match["name"]):
        return None
    is_unit = match["unit"] == "%" or words().units.known.get(match["unit"])
    return (match.start("value"), match.start("value")) if is_unit else None


def _numbered_or_labelled(view: Squashed, layout: CompiledLayout, start: int, end: int, *, cell: bool) -> list[Item]:
    """An item at each number, and at each category that has no number; a category right above others heads them."""
    text = view.text
    numbers = {marker.start: marker for marker in _markers(view, layout, start, end, cell=cell)}
    after_number = {marker.end for marker in numbers.values()}
    begins: dict[int, Marker | None] = dict(numbers)
    for match in layout.category_begins.finditer(text, start, end):
        at = match.start()
        if at not in after_number and (at == start or text[at - 1] in ENDS or at in view.line_starts):
            begins.setdefault(at, None)
    items: list[Item] = []
    heading: tuple[int, int] | None = None
    for at in sorted(begins):
        marker = begins[at]
        above = None if marker else layout.word1.match(text, at, end)
        if above is not None and above.end() in begins and category("level1", above["label"]):
            heading = above.span("label")
            continue
        expected = items[-1].number.number + 1 if items and items[-1].number and items[-1].heading == heading else 1
        if marker is not None and marker.number != expected:
            continue
        items.append(Item(at, marker, marker.end if marker else at, heading=heading))
    first = items[0].heading[0] if items and items[0].heading else items[0].start if items else end
    is_first = first == start or (not cell and (first in view.line_starts or text[first - 1] in STOPS))
    is_told = items and (cell or layout.category_begins.match(text, items[0].text_start) or items[0].heading)
    return ended(items, end) if is_first and is_told else []


def _markers(view: Squashed, layout: CompiledLayout, start: int, end: int, *, cell: bool) -> list[Marker]:
    """Item numbers; circled ones also behind a blank, which nothing else has before it."""
    markers = markers_in(view, layout, start, end, None, start if cell else None)
    known = {marker.start for marker in markers}
    for at, after, style, number in layout.find_markers(view.text, start, end):
        is_apart = at > start and view.positions[at] > view.positions[at - 1] + 1
        if at not in known and is_apart and _CIRCLED.match(view.text, at):
            markers.append(Marker(at, after, style, number))
    if not markers:
        return []
    markers.sort(key=lambda marker: marker.start)
    return [marker for marker in markers if marker.style == markers[0].style]


def _text_of(item: Item, layout: CompiledLayout, view: Squashed) -> tuple[int, int]:
    """An item's text behind its number and its categories."""
    position = item.text_start
    for pattern in (layout.coded, layout.word1, layout.word2):
        match = pattern.match(view.text, position, item.end)
        position = match.end() if match else position
    return position, item.end
