"""Projects told in sentences without sections: one paragraph each, or one for the whole text.

…安排资金68万元，实施X项目。绩效目标：…。设1条数量指标：…≥1个月；… The words 绩效目标 and what closes them show the
goal, the categories of indicators show the rest; a paragraph that prints neither money nor indicators is no project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from extractor.chunk.content import Content
from extractor.chunk.prose.ends import end_of
from extractor.chunk.prose.flow import Flow
from extractor.chunk.prose.head import named
from extractor.chunk.prose.headings import Heading, Words
from extractor.chunk.prose.indicators import find_indicators
from extractor.chunk.prose.told import Told, block_of, put_money
from extractor.layouts import CompiledLayout, Terms
from extractor.schemas.cells import attribute, indicator
from extractor.schemas.document import Block, Header, MappedText
from extractor.text import fold

_GOAL = re.compile(r"(?:项目)?(?:年度|总体|预期|主要)*绩效(?:总)?目标(?:设定|设置)?(?:情况)?(?:[为是]:?|:)")
_UNIT = re.compile(
    r"(?:项目)?(?:实施|承担|责任|执行|建设|主管)(?:单位|主体)(?:[为是]|:)(?P<body>[^,。;:]{3,40})(?=[,。;])"
)
_NAMES = (
    re.compile(r"项目名称(?:为|是|:)(?P<name>[^,。;:]{3,60})(?=[,。;])"),
    re.compile(r'(?:实施|开展|用于|安排)(?:了)?"(?P<name>[^"]{3,60})"(?:项目)?'),
    re.compile(r'"(?P<name>[^"]{3,60})"(?:专项)?(?:项目|经费|资金)'),
    re.compile(r"(?:实施|开展|用于|建设)(?:了)?(?P<name>[^,。;:]{3,50}?(?:项目|工程))(?=[,。;(])"),
)
_TITLE = re.compile(
    r"(?:关于)?(?P<name>.{3,50}?项目)(?:绩效目标)(?:设定|设置|申报)?(?:情况)?(?:的)?(?:公[示开告]|说明)"
)
_LABEL = re.compile(r"(?<=[,。;])(?P<label>项目[^:,。;]{2,6}):(?P<value>[^。;]+)")
_HEAD = re.compile(r"[,:;。]")
_LONGEST_NAME = 50
_ENOUGH = 3
_WORDS = re.compile(r"\w+(?:[ \t\n]+\w+)*")


def find_running(flow: Flow, marks: Sequence[Heading], known: Words, terms: Terms) -> list[Told]:
    """The projects that are told in sentences: where each begins and ends, and its name."""
    if not _GOAL.search(flow.text):
        return []
    found = [told for told in _paragraphs(flow, marks, known) if told is not None]
    if found:
        return found
    whole = _whole(flow, marks, known, terms)
    return [whole] if whole is not None else []


def _paragraphs(flow: Flow, marks: Sequence[Heading], known: Words) -> Iterator[Told | None]:
    """Numbered paragraphs, each with a name, a goal, and money or indicators."""
    lines = [mark for mark in marks if flow.begins_line(mark.start)]
    for mark in lines:
        end = _paragraph_end(flow, mark.start)
        text = flow.text[mark.start : end]
        goal = _GOAL.search(text)
        if goal is None:
            continue
        stop = _HEAD.search(text, 1, goal.start() + 1)
        number = re.match(r"[*_#]*\(?[^\s、.)]{1,3}[、.)]+", text)
        head = text[number.end() if number else 0 : stop.start() if stop else 0]
        if not 3 <= len(head) <= _LONGEST_NAME or known.patterns["no_name"].search(head):
            continue
        body = flow.printed(mark.start + goal.end(), end)
        indicators = find_indicators(body)
        counted = sum("annual_value" in one for one in indicators.indicators) if indicators else 0
        if not counted and not re.search(r"\d[\d,.]*(?:[千百]?[万亿]元|[万亿])", text[: goal.start()]):
            continue
        told = Told(flow.source(mark.start, end)[0], flow.page_of(mark.start))
        told.end = flow.source(mark.start, end)[1]
        told.running = flow.printed(mark.start, end)
        if stop:
            line = flow.printed(mark.start, mark.start + stop.start())
            told.head["name"] = named(line, known)
        yield told


def _paragraph_end(flow: Flow, start: int) -> int:
    """Where a paragraph ends: a line begins behind a full stop, and no category of indicators."""
    at = flow.line_end(start)
    while at < len(flow.text):
        words = flow.text[at : min(flow.line_end(at), at + 20)]
        if flow.text[at - 1] in "。;" and "指标" not in words and "绩效目标" not in words:
            break
        at = flow.line_end(at)
    return at


def _whole(flow: Flow, marks: Sequence[Heading], known: Words, terms: Terms) -> Told | None:
    """A text that tells one project: a goal, and indicators enough to be no example."""
    goals = list(_GOAL.finditer(flow.text))
    if len(goals) != 1:
        return None
    goal = goals[0]
    begin = flow.starts[flow.line_of(goal.start())]
    while begin > 0 and flow.text[begin - 1] not in "。:;!" and not _is_title_line(flow, begin):
        previous = flow.starts[flow.line_of(begin) - 1]
        if flow.line_end(previous) - previous < 20:
            break
        begin = previous
    end = end_of(flow, goal.end(), len(flow.text), {}, marks, terms, known)
    found = find_indicators(flow.printed(goal.end(), end))
    if found is None or sum("annual_value" in one for one in found.indicators) < _ENOUGH:
        return None
    told = Told(flow.source(begin, end)[0], flow.page_of(begin))
    told.end = flow.source(begin, end)[1]
    told.running = flow.printed(begin, end)
    return told


def _is_title_line(flow: Flow, at: int) -> bool:
    line = flow.text[flow.starts[flow.line_of(at) - 1] : at]
    return _TITLE.fullmatch(line) is not None


def running_block(
    index: int,
    told: Told,
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
        start = value.offsets[0] - text.offsets[0]
        content.put(key, "", text, start, start + len(value.text))
    if match := _UNIT.search(folded):
        content.put("unit", "", text, *match.span("body"))
    goal = _GOAL.search(folded)
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
    for match in _LABEL.finditer(folded, 0, border):
        if not _UNIT.match(folded, match.start()):
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
    for pattern in _NAMES:
        if match := pattern.search(folded, 0, border):
            content.put("name", "", text, *match.span("name"))
            return
    if title is not None and (match := _TITLE.fullmatch(fold(title.text))):
        start, end = match.span("name")
        content.put("name", "项目名称", MappedText(title.text[start:end], title.offsets[start:end]))
