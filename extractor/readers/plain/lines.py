"""Lines of a text, with pages where form feeds mark them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractor.schemas.document import Line

_LINE = re.compile(r"[^\r\n\f]*(\r\n|[\r\n\f]|$)")

INDICATOR = ("指标", "指標")
GOAL = ("目标", "目標")
"""What every header of indicators or goals prints, simplified or traditional."""


def split_lines(text: str) -> tuple[Line, ...]:
    """Lines without their breaks; pages count from 1 where the text has form feeds, else None.

    >>> split_lines("a\\r\\nb\\fc")
    (Line(start=0, end=1, page=1), Line(start=3, end=4, page=1), Line(start=5, end=6, page=2))
    """
    page = 1 if "\f" in text else None
    lines = []
    for match in _LINE.finditer(text):
        start, end = match.start(), match.start(1)
        if start == len(text):
            break
        lines.append(Line(start, end, page))
        if page is not None and match[1] == "\f":
            page += 1
    return tuple(lines)


def prints(text: str, line: Line, words: Iterable[str]) -> bool:
    """Whether a line prints one of some words."""
    start, end = line.start, line.end
    # Asked of every line several times: a generator would cost more than the search.
    for word in words:  # noqa: SIM110
        if text.find(word, start, end) >= 0:
            return True
    return False
