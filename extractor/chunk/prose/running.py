"""Projects told in sentences without sections: one paragraph each, or one for the whole text.

…安排资金68万元，实施X项目。绩效目标：…。设1条数量指标：…≥1个月；… The words 绩效目标 and what closes them show the
goal, the categories of indicators show the rest; a paragraph that prints neither money nor indicators is no project.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from extractor.chunk.content import Content
from extractor.chunk.prose.ends import end_of
from extractor.chunk.prose.flow import Flow
from extractor.chunk.prose.head import labelled, named
from extractor.chunk.prose.headings import Heading, Words
from extractor.chunk.prose.indicators import find_indicators
from extractor.chunk.prose.told import ToldProject, block_of, put_money
from extractor.layouts import CompiledLayout, Terms, terms
from extractor.layouts.shared import Running
from extractor.schemas.cells import attribute, indicator
from extractor.schemas.document import Block, Header, MappedText
from extractor.text import fold

_HEAD = re.compile(r"[,:;。]")
_NUMBER = re.compile(r"[*_#]{0,9}\(?[^\s、.)]{1,3}[、.)]{1,9}")
_SHORTEST_NAME, _LONGEST_NAME = 3, 50
_ENOUGH = 3
_WORDS = re.compile(r"\w+(?:[ \t\n]+\w+)*")


def _spoken() -> Running:
    return terms().shared.prose.running


def find_running(flow: Flow, marks: Sequence[Heading], known: Words, terms: Terms) -> list[ToldProject]:
    """The projects that are told in sentences: where each begins and ends, and its name."""
    if not _spoken().goal.search(flow.text):
        return []
    found = [told for told in _paragraphs(flow, marks, known) if told is not None]
    if found:
        return found
    whole = _whole(flow, marks, known, terms)
    return [whole] if whole is not None else []


def _paragraphs(flow: Flow, marks: Sequence[Heading], known: Words) -> Iterator[ToldProject | None]:
    """Numbered paragraphs, each with a name, a goal, and money or indicators."""
    text = flow.text
    ends = _paragraph_ends(flow)
    paragraph: _Paragraph | None = None
    done = 0
    for mark in marks:
        if mark.start < done or not flow.begins_line(mark.start):
            continue
        end = ends[bisect_left(ends, flow.line_end(mark.start))]
        if paragraph is None or not paragraph.is_told_from(mark.start, end):
            paragraph = _Paragraph(flow, mark.start, end)
        if paragraph.goal is None:
            continue
        number = _NUMBER.match(text, mark.start, end)
        begin = number.end() if number else mark.start
        stop = _HEAD.search(text, mark.start + 1, min(paragraph.goal.start() + 1, begin + _LONGEST_NAME + 1))
        head = text[begin : stop.start()] if stop else ""
        if stop is None or len(head) < _SHORTEST_NAME or known.patterns["no_name"].search(head):
            continue
        if text[stop.start()] == ":" and known.kind(head) is not None:
            continue  # the label of something else
        if not (paragraph.is_counted or paragraph.prints_money(mark.start)):
            continue
        told = ToldProject(flow.source(mark.start, end)[0], flow.page_of(mark.start))
        told.end = flow.source(mark.start, end)[1]
        told.running = flow.printed(mark.start, end)
        told.head["name"] = named(flow.printed(mark.start, stop.start()), known)
        done = end
        yield told


class _Paragraph:
    """The goal that a paragraph tells from a place on, and what stands around it: the same for all numbers above it."""

    def __init__(self, flow: Flow, start: int, end: int) -> None:
        self.flow, self.start, self.end = flow, start, end
        self.goal = _spoken().goal.search(flow.text, start, end)

    def is_told_from(self, start: int, end: int) -> bool:
        """Whether the goal is also the first one behind a place further down."""
        return end == self.end and (self.goal is None or start <= self.goal.start())

    @cached_property
    def is_counted(self) -> bool:
        """Whether indicators with values stand behind the goal."""
        found = find_indicators(self.flow.printed(self.goal.end(), self.end)) if self.goal else None
        return found is not None and any("annual_value" in one for one in found.indicators)

    @cached_property
    def _last_money(self) -> tuple[int, int]:
        found = _spoken().money.finditer(self.flow.text, self.start, self.goal.start()) if self.goal else ()
        return max((match.span() for match in found), default=(-1, -1))

    def prints_money(self, start: int) -> bool:
        """Whether an amount stands between a place and the goal."""
        begin, end = self._last_money
        inside = (
            self.goal is not None and start < end and _spoken().money.search(self.flow.text, start, self.goal.start())
        )
        return start <= begin or bool(inside)


def _paragraph_ends(flow: Flow) -> list[int]:
    """Where paragraphs end: a line begins behind a full stop, and no category of indicators; the end of the text."""
    ends = []
    for at, after in pairwise([*flow.starts, len(flow.text)]):
        words = flow.text[at : min(after, at + 20)]
        if at and flow.text[at - 1] in "。;" and _spoken().indicators not in words and _spoken().goals not in words:
            ends.append(at)
    return [*ends, len(flow.text)]


def _whole(flow: Flow, marks: Sequence[Heading], known: Words, terms: Terms) -> ToldProject | None:
    """A text that tells one project: a goal, and indicators enough to be no example."""
    goals = list(_spoken().goal.finditer(flow.text))
    if len(goals) != 1:
        return None
    goal = goals[0]
    begin = flow.starts[flow.line_of(goal.start())]
    while begin > 0 and flow.text[begin - 1] not in "。:;!" and not _is_title_line(flow, begin):
        previous = flow.starts[flow.line_of(begin) - 1]
        if flow.line_end(previous) - previous < 20 and not _is_labelled(flow, previous, known):
            break
        begin = previous
    end = end_of(flow, goal.end(), len(flow.text), {}, marks, terms, known)
    found = find_indicators(flow.printed(goal.end(), end))
    if found is None or sum("annual_value" in one for one in found.indicators) < _ENOUGH:
        return None
    told = ToldProject(flow.source(begin, end)[0], flow.page_of(begin))
    told.end = flow.source(begin, end)[1]
    told.running = flow.printed(begin, end)
    for ink in flow.inks(begin, flow.starts[flow.line_of(goal.start())]):
        if (field := labelled(ink, terms)) is not None:
            told.head[field[0]] = field[1]
    return told


def _is_labelled(flow: Flow, at: int, known: Words) -> bool:
    """Whether a line begins with the heading of a section and its colon."""
    label, colon, value = flow.text[at : flow.line_end(at)].partition(":")
    return bool(colon and value) and known.kind(label) is not None


def _is_title_line(flow: Flow, at: int) -> bool:
    line = flow.text[flow.starts[flow.line_of(at) - 1] : at]
    return _spoken().title.fullmatch(line) is not None


def running_block(
    index: int,
    told: ToldProject,
    header: Header,
    title: MappedText | None,
    layout: CompiledLayout,
    known: Words,
) -> Block:
    """The block of a project told in sentences: one text, and in it the place of each field.

    `title` is the line above it, which may be the only one that tells its name.
    """
    text = told.running
    assert text is not None
    folded = fold(text.text)
    content = Content()
    content.put(None, "", text)
    for key, value in told.head.items():
        start = bisect_left(text.offsets, value.offsets[0])
        content.put(key, "", text, start, start + len(value.text))
    if match := _spoken().unit.search(folded):
        content.put("unit", "", text, *match.span("body"))
    goal = _spoken().goal.search(folded)
    border = goal.start() if goal else len(folded)
    if "name" not in content.cells:
        _put_name(content, text, folded, border, title)
    if goal is not None:
        rest = MappedText(text.text[goal.end() :], text.offsets[goal.end() :])
        found = find_indicators(rest)
        end = goal.end() + len(rest.text[: found.border if found else None].rstrip())
        content.put("goal", "", text, goal.end(), end)
        for number, one in enumerate(found.indicators if found else ()):
            for name, (low, high) in one.items():
                content.put(indicator(number, name), "", text, goal.end() + low, goal.end() + high)
    for match in _spoken().label.finditer(folded, 0, border):
        if not _spoken().unit.match(folded, match.start()):
            content.put(content.free(attribute(match["label"])), "", text, *match.span("value"))
    sums = put_money(content, MappedText(text.text[:border], text.offsets[:border]), 0, header, layout)
    content.relabel(text, _labels(folded, content.cells.values(), layout.terms, known))
    return block_of(index, told, content, sums, header, layout)


def _labels(folded: str, claimed: Iterable[tuple[int, int]], terms: Terms, known: Words) -> Iterator[tuple[int, int]]:
    """Words between the fields of a sentence that only lead to them, as a printed label does."""
    at = 0
    for start, end in [*sorted(claimed), (len(folded), len(folded))]:
        for match in _WORDS.finditer(folded, at, max(at, start)):
            word = "".join(match[0].split())
            if known.patterns["leads"].fullmatch(word) or terms.column(word) or terms.funding(word):
                yield match.span()
        at = max(at, end)


def _put_name(content: Content, text: MappedText, folded: str, border: int, title: MappedText | None) -> None:
    """The name that a sentence in front of the goal tells, else the one in the title above."""
    for pattern in _spoken().names:
        if match := pattern.search(folded, 0, border):
            content.put("name", "", text, *match.span("name"))
            return
    if title is not None and (match := _spoken().title.fullmatch(fold(title.text))):
        start, end = match.span("name")
        content.put("name", "项目名称", MappedText(title.text[start:end], title.offsets[start:end]))
