"""Indicators in running text: 数量指标：保洁河道长度≥12公里；质量指标：…, 设2条数量指标：…, or one cell a line.

A category opens a clause and holds for the items behind it, up to the next category. An item's value begins at its
comparison (a sign or words) or behind its colon; one that prints neither has no value.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from extractor.layouts.taxonomy import LEVELS, category, category_in_full, category_of_label
from extractor.schemas.document import MappedText
from extractor.text import Squashed

Place = tuple[int, int]

_HAN = "一二三四五六七八九十"
_MARKER = rf"(?:[{_HAN}]{{1,2}}、|\([{_HAN}\d]{{1,2}}\)|\d{{1,2}}[.、](?!\d)|\d{{1,2}}\)|[①-⑳])?"
_CATEGORY = re.compile(
    rf"""
    (?P<lead>{_MARKER}
      (?:其中|分别|具体)?[:,]?
      (?:共?设(?:置|定|立)?(?:了|有)?(?:\d{{1,2}}|[{_HAN}]{{1,2}})[条个项])?)
    [*_【\["]{{0,4}}
    (?P<label>[㐀-鿿]{{2,16}}(?:\([^()]{{1,6}}\))?)
    (?:[-/>]+(?P<second>[㐀-鿿]{{2,14}}))?
    [*_】\]"]{{0,4}}
    (?P<closer>:|(?<=指标),|(?:(?:\d{{1,2}}|[{_HAN}]{{1,2}})[条个项])(?:,?分别[为是]:?|[:,])?)?
    """,
    re.VERBOSE,
)
_BEGINS = re.compile("[。;:,!、]")
_HEADERS = re.compile(
    r"(?:[一二三]级指标(?:名称)?|指标名称|指标内容|(?:年度|目标|绩效|预期)?指标值|年度目标值|目标值|绩效指标)"
)
_LEAD_IN = re.compile(
    rf"""
    (?: (?:具体|主要|年度|项目|其中)?(?:的)?(?:绩效)?指标(?:设置|设定|情况|内容)*(?:如下|包括|为|有)*[:。]?
      | (?:现将|具体)[^。;]{{0,20}}如下:?
      | (?:具体)?(?:如下|分别为|包括):
      | 其中[:,]?
      | (?:\([{_HAN}\d]{{1,2}}\)|\d{{1,2}}[.、]|[{_HAN}]{{1,2}}、|[①-⑳])
    )$
    """,
    re.VERBOSE,
)
_COMPARISON = re.compile(
    r"""
    (?P<sign>[≥≤<>=]{1,2})(?=[\d*.]|[^≥≤<>=\s]) 
    | (?P<words>不(?:低|少|小|高|大|多|超)(?:于|过)|大于等于|小于等于|大于|小于|等于|高于|低于|超过|达到|控制在)(?=\d)
    """,
    re.VERBOSE,
)
_QUANTITY = re.compile(
    r"""
    (?<=[㐀-鿿)])
    (?: (?:19|20)\d\d年[^,;。:]{1,12}                       # a date
      | (?<![\d年月])\d[\d.]*(?:[%‰]|[^\d\W]{1,5})?(?:/[^\d\W]{1,4})?   # 46人, 100%, 600元/亩
    )$
    """,
    re.VERBOSE,
)
"""What ends an item that prints no comparison."""
_NUMBERED = re.compile(rf"(?:\([{_HAN}\d]{{1,2}}\)|\d{{1,2}}[.、](?!\d)|[①-⑳]|指标\d{{1,2}}:)")
_STOPS = "。;,、:!*_"
_COMMA = re.compile("[,、]")
_MOST_WORDS = 60
_LIKE = 2


class _Category(NamedTuple):
    level: str
    label: Place
    second: Place | None
    start: int
    end: int
    closer: str


@dataclass(slots=True)
class Found:
    """Where the goal ends, and the places of each indicator's fields."""

    border: int
    indicators: list[dict[str, Place]] = field(default_factory=list)


def find_indicators(text: MappedText) -> Found | None:
    """The indicators of a text, as places in it; None where it prints none.

    >>> text = "水质达标。数量指标：清淤长度≥12公里，植树≥90株；质量指标：合格率不低于98%。"
    >>> found = find_indicators(MappedText(text, range(len(text))))
    >>> text[: found.border], [{name: text[slice(*at)] for name, at in one.items()} for one in found.indicators][1]
    ('水质达标。', {'level2': '数量指标', 'indicator_name': '植树', 'annual_value': '≥90株'})
    """
    view = Squashed(text)
    breaks = [*sorted(view.line_starts), len(view.text)]
    categories = _categories(view.text, breaks)
    if not categories:
        return None
    has_headers = _HEADERS.search(view.text, 0, categories[0].start) is not None
    levels = _Levels(view.text, categories)
    found: list[dict[str, Place]] = []
    for index, one in enumerate(categories):
        end = categories[index + 1].start if index + 1 < len(categories) else len(view.text)
        cells = breaks if has_headers and one.closer == "\n" else []
        items = _items(view.text, one.end, end, cells)
        above = levels.of(one, bool(items))
        found += [above | item for item in items]
    if not found or (len(categories) < 2 and not any("annual_value" in one for one in found)):
        return None
    _with_commas(view.text, found)
    _with_quantities(view.text, found)
    border = _before(view.text, categories[0].start)
    placed = [
        {name: (view.positions[start], view.positions[end - 1] + 1) for name, (start, end) in one.items()}
        for one in found
    ]
    return Found(view.positions[border - 1] + 1 if border else 0, placed)


def _categories(text: str, breaks: Sequence[int]) -> list[_Category]:
    """Labels of categories that open a clause; words without 指标 count beside others of their kind.

    `breaks` are where lines begin, and the text's end.
    """
    found: list[_Category] = []
    begins = sorted({*breaks[:-1], *(match.end() for match in _BEGINS.finditer(text))})
    done = 0
    for at in begins:
        if at < done:
            continue
        line = breaks[bisect_right(breaks, at)] if at < breaks[-1] else at
        match = _CATEGORY.match(text, at, min(line, at + _MOST_WORDS))
        if match is None:
            continue
        closer = match["closer"] or ("\n" if match.end() == line else "")
        if not closer:
            continue
        level = _level(match["label"])
        if level is None or (closer == "," and not _is_known(match["label"])):
            continue
        second = match.span("second") if match["second"] and _level(match["second"]) else None
        found.append(_Category(level, match.span("label"), second, at, match.end(), closer))
        done = match.end()
    plain = sum(text[slice(*one.label)].rstrip(")0123456789分(").endswith("指标") for one in found)
    return found if plain or len(found) > 2 else []


def _is_known(label: str) -> bool:
    """Whether a label is a category that is named in full: a comma may close it."""
    return any(category_in_full(level, label) for level in LEVELS)


def _level(label: str) -> str | None:
    """level1, level2, or either: 成本指标 and 满意度指标 are both."""
    if _HEADERS.fullmatch(label):
        return None
    word = label.removesuffix("目标") + "指标" if label.endswith("目标") else label
    if not word.endswith("指标") and not any(category(level, word) for level in LEVELS):
        return None
    known = [level for level in LEVELS if category_of_label(level, word)]
    if not known and word is not label:
        return None
    return "either" if len(known) == 2 else known[0] if known else "level2"


class _Levels:
    """The category of level 1 in which each category stands."""

    def __init__(self, text: str, categories: Sequence[_Category]) -> None:
        self.text = text
        self.categories = categories
        self.prints_first = any(one.level == "level1" for one in categories)
        self.first: Place | None = None

    def of(self, one: _Category, has_items: bool) -> dict[str, Place]:
        """The categories of the items behind one of the labels."""
        if one.second is not None:
            self.first = one.label
            return {"level1": one.label, "level2": one.second}
        if one.level == "level1" or (one.level == "either" and self._is_first(one, has_items)):
            self.first = one.label
            return {"level1": one.label}
        return ({"level1": self.first} if self.first else {}) | {"level2": one.label}

    def _is_first(self, one: _Category, has_items: bool) -> bool:
        """Whether a label that may be of either level is of level 1: categories follow it, or it is in no other's."""
        if not has_items:
            return True
        if not self.prints_first:
            return False
        above = category_of_label("level1", self.text[slice(*self.first)]) if self.first else None
        own = category_of_label("level2", self.text[slice(*one.label)])
        return above is None or own is None or own.code[0] != above.code


def _items(text: str, start: int, end: int, cells: Sequence[int]) -> list[dict[str, Place]]:
    """The items in [start, end); where each line is a cell, `cells` are where they begin: name and value by turns."""
    if cells:
        starts = [start, *cells[bisect_right(cells, start) : bisect_left(cells, end)], end]
        lines = [(low, high) for low, high in pairwise(starts) if low < high]
        if len(lines) % 2 == 0:
            return [
                {"indicator_name": name, "annual_value": value}
                for name, value in zip(lines[::2], lines[1::2], strict=True)
            ]
    found = []
    for piece in _pieces(text, start, end):
        item = _item(text, *piece)
        if item:
            found.append(item)
    return found


def _pieces(text: str, start: int, end: int) -> list[Place]:
    """Items end at a semicolon or a full stop; at a comma where both sides of it print a comparison."""
    depth = 0
    found: list[Place] = []
    begin = start
    for at in range(start, end + 1):
        if at < end:
            depth = max(0, depth + (text[at] == "(") - (text[at] == ")"))
        if at == end or (not depth and text[at] in ";。"):
            found += _by_comma(text, begin, at)
            begin = at + 1
    return found


def _by_comma(text: str, start: int, end: int) -> list[Place]:
    """Clauses that print a comparison each; one that prints none belongs to the one before it."""
    parts: list[Place] = []
    begin = start
    clauses = [start, *(match.end() for match in _COMMA.finditer(text, start, end)), end + 1]
    has_one = False
    for low, high in pairwise(clauses):
        is_compared = _compared(text, low, high - 1) is not None
        if is_compared and has_one:
            parts.append((begin, low - 1))
            begin = low
        has_one = has_one or is_compared
    return [*parts, (begin, end)]


def _compared(text: str, start: int, end: int) -> int | None:
    """Where the comparison begins that is printed outside of parentheses."""
    for match in _COMPARISON.finditer(text, start, end):
        opened = text.count("(", start, match.start()) - text.count(")", start, match.start())
        if opened <= 0 and match.start() > start + 1:
            return match.start()
    return None


def _item(text: str, start: int, end: int) -> dict[str, Place]:
    start, end = _trimmed(text, start, end)
    if number := _NUMBERED.match(text, start, end):
        start, end = _trimmed(text, number.end(), end)
    if start >= end:
        return {}
    at = _compared(text, start, end)
    if at is not None:
        return {"indicator_name": _trimmed(text, start, at), "annual_value": (at, end)}
    colon = text.rfind(":", start, end)
    if colon > start + 1 and colon + 1 < end:
        return {"indicator_name": _trimmed(text, start, colon), "annual_value": _trimmed(text, colon + 1, end)}
    return {"indicator_name": (start, end)}


def _with_quantities(text: str, items: Sequence[dict[str, Place]]) -> None:
    """Parts the quantity or the date that ends a name from it, where no comparison stands between them."""
    for one in items:
        start, end = one["indicator_name"]
        quantity = _QUANTITY.search(text, start, end) if "annual_value" not in one else None
        if quantity is not None and quantity.start() > start + 1:
            one |= {"indicator_name": _trimmed(text, start, quantity.start()), "annual_value": quantity.span()}


def _with_commas(text: str, items: Sequence[dict[str, Place]]) -> None:
    """Parts names from values at their comma, where others of the list have one right before their comparison."""
    valued = [one["annual_value"][0] for one in items if "annual_value" in one]
    behind = sum(text[at - 1] in ",、" for at in valued)
    if behind < _LIKE or behind < len(valued):
        return
    for one in items:
        start, end = one["indicator_name"]
        if "annual_value" not in one and text.count(",", start, end) == 1:
            at = text.index(",", start, end)
            one |= {"indicator_name": (start, at), "annual_value": (at + 1, end)}


def _trimmed(text: str, start: int, end: int) -> Place:
    while start < end and text[start] in _STOPS:
        start += 1
    while start < end and text[end - 1] in _STOPS:
        end -= 1
    return start, end


def _before(text: str, at: int) -> int:
    """Where the goal ends in front of the first category: words that only lead to the indicators are no goal."""
    first = _HEADERS.search(text, max(0, at - _MOST_WORDS), at)
    if first is not None:
        at = first.start()
    while True:
        match = _LEAD_IN.search(text, max(0, at - _MOST_WORDS), at)
        if match is None:
            return at
        at = match.start()
