"""Bracket notation: "【总体目标】… 【产出指标-数量指标】指标1:设备数量(≥77台)；指标2:…".

A heading in brackets opens a stretch and holds for all items of it, up to the next heading. An item's value
stands in the last pair of parentheses, which may hold others; an empty pair says that nothing is printed.
Goal and indicators may share one cell, or one stretch of a dump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from extractor.layouts import CompiledLayout
from extractor.layouts.taxonomy import category
from extractor.schemas.project import Indicator
from extractor.text import CLAUSE_STOPS, STOPS, Squashed

Place = tuple[int, int]

_HEADING = re.compile(r"[【\[](?P<text>[^【】\[\]]{2,30})[】\]][:]?")
_LEVELS = re.compile(r"(?P<level1>[^-:/]{2,12}?)[-:/]+(?P<level2>[^-:/]{2,14})")
_NUMERAL = re.compile(r"\d+")
_BEFORE_ITEM = CLAUSE_STOPS + ")"
_BEFORE_HEADING = STOPS + "!?)】]"
"""An item follows its like, or the value in parentheses of the one before; a heading follows whole sentences."""
_CATEGORY_ENDS = ("指标", "效益", "成本")
_YEAR = ("年度", "当年", "本年")


class Heading(NamedTuple):
    """A heading in brackets; `places` are where its text or its levels stand."""

    kind: str
    start: int
    end: int
    places: dict[str, Place]


@dataclass(slots=True)
class Bracketed:
    """What one cell says: the goal's place, each indicator with its places, and text under other headings."""

    goal: Place | None = None
    indicators: list[tuple[Indicator, dict[str, Place]]] = field(default_factory=list)
    labelled: list[tuple[str, Place]] = field(default_factory=list)


def is_bracketed(view: Squashed, layout: CompiledLayout, start: int, end: int) -> bool:
    """Whether [start, end) prints the heading of a goal or of a category."""
    return any(heading.kind != "label" for heading in _headings(view, layout, start, end))


def read_bracketed(view: Squashed, layout: CompiledLayout, start: int, end: int, *, goal: bool) -> Bracketed:
    """Reads [start, end); with `goal`, text above the first heading is the goal where no heading names one."""
    found = Bracketed()
    headings = list(_headings(view, layout, start, end))
    first = headings[0].start if headings else end
    goals: list[tuple[str, Place]] = []
    if goal and start < first:
        goals.append(("", (start, first)))
    for heading, following in zip_longest(headings, headings[1:]):
        stop = following.start if following else end
        if heading.kind == "category":
            found.indicators += _items(view, layout, heading, stop)
        elif heading.end < stop:
            label = view.value(*heading.places["text"])
            (goals if heading.kind == "goal" else found.labelled).append((label, (heading.end, stop)))
    if goals:
        named = [one for one in goals if one[0]]
        chosen = next((one for one in named if one[0].startswith(_YEAR)), (named or goals)[0])
        found.goal = chosen[1]
        found.labelled += [one for one in named if one != chosen]
    return found


def _headings(view: Squashed, layout: CompiledLayout, start: int, end: int) -> Iterator[Heading]:
    """Headings of goal and categories; others only where text before them has ended."""
    text = view.text
    for match in _HEADING.finditer(text, start, end):
        at, after = match.span("text")
        column = layout.terms.columns.get(match["text"])
        levels = _levels(match["text"])
        if column == "goal" or match["text"] in layout.terms.goal_headings:
            yield Heading("goal", *match.span(), {"text": (at, after)})
        elif column == "indicators":
            yield Heading("category", *match.span(), {})
        elif levels:
            places = {level: (at + first, at + last) for level, (first, last) in levels.items()}
            yield Heading("category", *match.span(), places)
        elif (at - 1 == start or text[at - 2] in _BEFORE_HEADING or at - 1 in view.line_starts) and not match[
            "text"
        ].isdigit():
            yield Heading("label", *match.span(), {"text": (at, after)})


def _levels(heading: str) -> dict[str, Place]:
    """Where a heading prints its categories; nothing where it is no category.

    >>> _levels("产出指标-数量指标"), _levels("质量指标"), _levels("满意度指标"), _levels("项目概况")
    ({'level1': (0, 4), 'level2': (5, 9)}, {'level2': (0, 4)}, {'level1': (0, 5)}, {})
    """
    match = _LEVELS.fullmatch(heading)
    if match:
        both = [category("level1", match["level1"]), category("level2", match["level2"])]
        if any(both) or all(match[level].endswith(_CATEGORY_ENDS) for level in ("level1", "level2")):
            return {level: match.span(level) for level in ("level1", "level2")}
        return {}
    if category("level1", heading):
        return {"level1": (0, len(heading))}
    if category("level2", heading):
        return {"level2": (0, len(heading))}
    return {"level1": (0, len(heading))} if heading.endswith("指标") else {}


def _items(
    view: Squashed, layout: CompiledLayout, heading: Heading, end: int
) -> Iterator[tuple[Indicator, dict[str, Place]]]:
    text = view.text
    depths = _depths(text, heading.end, end)
    markers = [
        (start, after, number)
        for start, after, _, number in layout.find_markers(text, heading.end, end)
        if not depths[start - heading.end]
        and (start == heading.end or text[start - 1] in _BEFORE_ITEM or start in view.line_starts)
    ]
    first = markers[0][0] if markers else end
    cuts = [at for at in range(heading.end, first) if text[at] in ";。" and not depths[at - heading.end]]
    for start, stop in zip([heading.end, *(cut + 1 for cut in cuts)], [*cuts, first], strict=True):
        if text[start:stop].strip(";。,、"):
            yield _item(view, heading, start, stop)
    for (start, after, number), following in zip_longest(markers, markers[1:]):
        indicator, places = _item(view, heading, after, following[0] if following else end)
        digits = _NUMERAL.search(text, start, after)
        if digits:
            places["number"] = digits.span()
        yield indicator.model_copy(update={"number": number}), places


def _depths(text: str, start: int, end: int) -> list[int]:
    """How many parentheses are open before each character of [start, end).

    One that is never closed opens nothing: what follows must not be lost in it.

    >>> _depths("a(b)c", 0, 5), _depths("(a(b)", 0, 5)
    ([0, 0, 1, 1, 0], [0, 0, 0, 1, 1])
    """
    partner: dict[int, int] = {}
    open_: list[int] = []
    for at in range(start, end):
        if text[at] == "(":
            open_.append(at)
        elif text[at] == ")" and open_:
            partner[open_.pop()] = at
    closes = set(partner.values())
    depths, depth = [], 0
    for at in range(start, end):
        depths.append(depth)
        depth += (at in partner) - (at in closes)
    return depths


def _item(view: Squashed, heading: Heading, start: int, end: int) -> tuple[Indicator, dict[str, Place]]:
    """Name and value of one item under its heading's categories."""
    text = view.text
    while start < end and text[start] in ";,、:.。":
        start += 1
    while start < end and text[end - 1] in ";,、。":
        end -= 1
    places = dict(heading.places)
    opens = _opening(text, start, end)
    if opens is None:
        places["name"] = (start, end)
    else:
        places["name"] = (start, opens)
        places["annual_value"] = _without_tail(text, opens + 1, end - 1)
    places = {name: place for name, place in places.items() if place[0] < place[1]}
    return Indicator(**{name: view.value(*place) for name, place in places.items()}), places


def _opening(text: str, start: int, end: int) -> int | None:
    """Where the pair of parentheses opens that ends an item.

    >>> _opening("设备(台)(≥77(含备用3)台)", 0, 17), _opening("设备≥77台", 0, 6)
    (5, None)
    """
    if text[end - 1 : end] != ")":
        return None
    depth = 0
    for at in range(end - 1, start - 1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if not depth:
            return at
    return None


def _without_tail(text: str, start: int, end: int) -> Place:
    while start < end and text[end - 1] in STOPS:
        end -= 1
    return start, end
