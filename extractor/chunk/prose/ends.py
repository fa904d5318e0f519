"""Where the last section of a project ends: something else begins, and it is not the project's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.chunk.prose.flow import Flow
from extractor.chunk.prose.headings import UNNUMBERED, Heading, Words, between
from extractor.chunk.prose.indicators import find_indicators
from extractor.chunk.titles import is_title
from extractor.layouts import Terms

_YEAR_LINE = re.compile(r"\(?(?:19|20)\d\d年度?\)?")
_RULE = re.compile(r"[-=_*]{3,}")
_LABEL = re.compile(r"(?P<label>[^\W\d]{2,10}):")
_LIST = re.compile(r"(?:[(\d①-⑳*★]|[一二三四五六七八九十]、)")
_TOLD = re.compile(r"\d|[率度]$")
_STOPS = ("。", ";", ",", "、", ":", "!")
_LONGEST_LOOSE = 40
_LONGEST_TITLE = 120
_BODY_AND_DATE = re.compile(r"(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?")


def end_of(
    flow: Flow,
    begin: int,
    limit: int,
    outer: dict[str, int],
    marks: Sequence[Heading],
    terms: Terms,
    known: Words,
) -> int:
    """Where a section that begins at `begin` ends, at `limit` at the latest.

    `outer` are the numbers of the lists around the project, by their style: the next one of them is no text of its
    goal, unless the goal counts on a list of its own. `marks` are all numbers of the text.
    """
    nested: dict[str, int] = {}
    for mark in between(marks, begin, limit):
        inside = nested.get(mark.style, 0)
        if mark.style == UNNUMBERED and mark.kind in {"goal", "indicators"}:
            continue  # 总体目标：below the heading of the goal
        if mark.number == inside + 1:
            nested[mark.style] = mark.number
        elif mark.number == outer.get(mark.style, -1) + 1 and stands_out(flow, mark) and not names_category(mark):
            limit = mark.start
            break
    for at in flow.line_starts(begin + 1, limit):
        if _begins_other(flow, at, terms, known):
            return at
    return limit


def stands_out(flow: Flow, mark: Heading) -> bool:
    """Whether a number begins a line or a sentence, or stands behind a blank."""
    return flow.begins_line(mark.start) or flow.text[mark.start - 1] in "。;!" or flow.is_apart(mark.start)


def names_category(mark: Heading) -> bool:
    """Whether a heading is the category of indicators: it stands inside a project, whatever its number."""
    return mark.label.endswith("指标")


def _begins_other(flow: Flow, at: int, terms: Terms, known: Words) -> bool:
    """Whether a line is no part of a project's text: a title, a signature, a label behind its last sentence."""
    line = flow.text[at : flow.line_end(at)]
    if len(line) <= _LONGEST_TITLE and (
        terms.next_part.fullmatch(line)
        or terms.endings.fullmatch(line)
        or is_title(line)
        or known.patterns["title"].fullmatch(line)
    ):
        return True
    if _YEAR_LINE.fullmatch(line) or _RULE.fullmatch(line) or terms.columns.get(line) == "name":
        return True
    if _LIST.match(line):
        return False
    if flow.text[at - 1] not in "。!":
        return _is_below_indicators(flow, at, line)
    if known.patterns["sums_up"].match(line):
        return True
    if _BODY_AND_DATE.search(line) and len(line) <= _LONGEST_LOOSE and not line.endswith(_STOPS):
        return True
    if _LABEL.match(line):
        return not _prints_indicators(flow, at)
    return (
        len(line) <= _LONGEST_LOOSE
        and not line.endswith(_STOPS)
        and not _TOLD.search(line)
        and not (_prints_indicators(flow, at))
    )


def _is_below_indicators(flow: Flow, at: int, line: str) -> bool:
    """Whether a label of something else stands below the last line of indicators, which no stop ends."""
    if not _LABEL.match(line) or _prints_indicators(flow, at):
        return False
    above = flow.starts[flow.line_of(at) - 1]
    return find_indicators(flow.printed(above, at)) is not None


def _prints_indicators(flow: Flow, at: int) -> bool:
    end = flow.line_end(at)
    return "指标" in flow.text[at:end] or find_indicators(flow.printed(at, end)) is not None


def is_titled(flow: Flow, until: int, pattern: re.Pattern[str]) -> bool:
    """Whether a line above the first project has a title of a kind: of a report on what was done, of a tender."""
    lines = flow.line_starts(0, until)
    for at in {*lines[:8], *lines[-5:]}:
        line = flow.text[at : flow.line_end(at)]
        if len(line) <= 60 and pattern.search(line):
            return True
    return False
