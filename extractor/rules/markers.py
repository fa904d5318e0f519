"""Item numbers in squashed text: where they stand, and the stretch of text that each item takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractor.layouts import CompiledLayout
from extractor.text import CLAUSE_STOPS, STOPS, Squashed

Place = tuple[int, int]
ENDS = STOPS + "!?.)]}》】\"'"
"""Behind one of these an item can begin: what ends a sentence, a quotation, a remark or a heading."""
VALUE_TAIL = re.compile(f"[{STOPS}]+$")
FIELD_TAIL = re.compile(f"[{CLAUSE_STOPS}]+$")
"""What is cut from the end of a value, and of a field that others follow."""


@dataclass(slots=True)
class Marker:
    """An item number: where it starts, where the item's text begins, its style and number."""

    start: int
    end: int
    style: int
    number: int


@dataclass(slots=True)
class Item:
    """One indicator's places in the squashed text.

    `labels` are those of its values: (field, label start, value start). `heading` is where a heading above it prints
    its category. `is_bare` says that the whole text prints no labels, so that a sign or a colon parts name and value.
    """

    start: int
    number: Marker | None
    text_start: int
    labels: list[tuple[str, int, int]] = field(default_factory=list)
    end: int = 0
    heading: Place | None = None
    is_bare: bool = False


def markers_in(
    view: Squashed, layout: CompiledLayout, start: int, end: int, style: int | None, cell_start: int | None
) -> list[Marker]:
    """Item numbers in [start, end) that stand where an item can begin."""
    found = []
    text = view.text
    for at, after, kind, number in layout.find_markers(text, start, end, style):
        stands = at == cell_start or (at > 0 and text[at - 1] in ENDS) or at in view.line_starts or at == 0
        if stands or layout.category_begins.match(text, after):
            found.append(Marker(at, after, kind, number))
    return found


def ended(items: Sequence[Item], end: int) -> list[Item]:
    """Each item ends where the next begins, or where the heading above the next one does."""
    for item, following in pairwise(items):
        above = following.heading[0] if following.heading is not None else following.start
        item.end = above if above > item.start else following.start
    if items:
        items[-1].end = end
    return list(items)
