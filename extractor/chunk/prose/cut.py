"""Projects told in prose: 1.“X经费”项目。(1)项目概述。… (7)绩效目标。…, or under a title, or in sentences.

A project begins with its head (a name, a title that tells one, labels) above its first heading, and ends where the
next one's head or something else begins. What stands above the first project is the document's header, what stands
behind the last is outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from extractor.chunk.ink import ENDS_SENTENCE, Ink
from extractor.chunk.prose.ends import end_of, is_titled, names_category, stands_out
from extractor.chunk.prose.flow import Flow
from extractor.chunk.prose.head import (
    body_in,
    head_above,
    is_certain,
    is_title_of_one,
    labelled,
    prints_name,
    read_head,
)
from extractor.chunk.prose.headings import Heading, Run, Words, between, headings, told_runs, words
from extractor.chunk.prose.report import find_report
from extractor.chunk.prose.running import find_running, running_block
from extractor.chunk.prose.tables import tables_in
from extractor.chunk.prose.told import ToldProject, ToldSection, stripped, to_block
from extractor.chunk.rows import Mark, read_header
from extractor.layouts import CompiledLayout, Terms
from extractor.schemas.document import Block, Document, Header, Line
from extractor.text import fold

_SIGNS = (
    "概述",
    "概况",
    "简介",
    "依据",
    "必要性",
    "可行性",
    "理由",
    "背景",
    "基本情况",
    "项目内容",
    "主要内容",
    "介绍",
)
_WORD = "|".join(r"\s*".join(sign) for sign in _SIGNS)
_CLOSED = re.compile(
    rf"(?:{_WORD})[^\s:：。]{{0,8}}[ \t*_\u3000]*(?:[:：。】\s]|$)"
    r"|目\s*标\s*(?:设[定置]|情况|\s)*(?:[:：为是]|\n|$)"
)
"""A first look at a text, since most documents tell nothing in prose: a heading of a section, or of a goal."""
_HEAD = 6
"""Lines of a project above its first section, at most, behind another project."""


def looks_like_prose(document: Document, layout: CompiledLayout) -> bool:
    """Whether the lines outside of tables tell projects in sections or in sentences."""
    if _CLOSED.search("\n".join(document.text[line.start : line.end] for line in document.lines)) is None:
        return False
    flow = Flow(document, layout.terms)
    return bool(_told(flow, layout.terms, words(layout.terms)))


def read_prose(document: Document, layout: CompiledLayout) -> tuple[list[Block], Header, list[Mark]]:
    """The projects of a document as blocks, what stands above them, and what every stretch of the text is.

    A table that stands between the lines is read cell by cell: the indicators of the project above it.
    """
    terms, known = layout.terms, words(layout.terms)
    flow = Flow(document, terms)
    told = _told(flow, terms, known)
    top = told[0].start if told else max((ink.end for ink in flow.lines), default=0)
    above = [Line(ink.start, min(ink.end, top), ink.page) for ink in flow.lines if ink.start < top]
    header = read_header(document, above, terms)
    if header.title is None and told and told[0].titles:
        titles = read_header(document, [Line(ink.start, ink.end, ink.page) for ink in told[0].titles], terms)
        header = replace(header, title=titles.title, fiscal_year=titles.fiscal_year)
    title = flow.printed_above(top)
    blocks = [
        to_block(index, one, header, layout, known)
        if one.running is None
        else running_block(index, one, header, title, layout, known)
        for index, one in enumerate(told)
    ]
    units = [block.context.amount_unit for block in blocks if block.context.amount_unit is not None]
    if len({unit.value for unit in units}) == 1:
        header = replace(header, amount_unit=units[0])
    return blocks, header, _marks(flow, told)


def _told(flow: Flow, terms: Terms, known: Words) -> list[ToldProject]:
    """The projects of a text, in order."""
    found = headings(flow, known)
    good = told_runs(flow, found, known)
    running = [] if good else find_running(flow, found, known, terms)
    first = good[0].start if good else flow.position(running[0].start) if running else len(flow.text)
    if is_titled(flow, first, known.patterns["other_title"]):
        return []
    if is_titled(flow, first, known.patterns["report_title"]):
        running, good = [], [run for run in good if {"name", "goal"} <= run.kinds]  # a form, label by label
    if not good:
        return running or _reported(flow, found, terms, known)
    told: list[ToldProject] = []
    outer: dict[str, int] = {}
    floor = 0
    for index, run in enumerate(good):
        project, begin = _with_head(flow, floor, run, found, outer, told, terms, known)
        if told:
            _close(flow, told[-1], good[index - 1], begin, outer, found, terms, known)
        for mark in between(found, floor, run.start):
            if mark.style != run.style and stands_out(flow, mark):
                _count(outer, mark)
        told.append(project)
        floor = run.last.end
    _close(flow, told[-1], good[-1], len(flow.text), outer, found, terms, known)
    return told


def _reported(flow: Flow, found: Sequence[Heading], terms: Terms, known: Words) -> list[ToldProject]:
    """The project that a report or a notice tells, if it is on one."""
    report = find_report(flow, found, known, terms)
    if report is None:
        return []
    outer: dict[str, int] = {}
    for mark in report.run.headings:
        _count(outer, mark)
    _close(flow, report.project, report.run, len(flow.text), outer, found, terms, known)
    return [report.project]


def _with_head(
    flow: Flow,
    floor: int,
    run: Run,
    found: Sequence[Heading],
    outer: dict[str, int],
    before: Sequence[ToldProject],
    terms: Terms,
    known: Words,
) -> tuple[ToldProject, int]:
    """A project with its head, and where in the text it begins; the head stands between `floor` and its run."""
    cuts = {floor, *flow.line_starts(floor, run.start)}
    listed: dict[str, int] = {}
    lists = set()
    is_open = not before
    parts = []
    for mark in between(found, floor, run.start):
        if mark.style == run.style:
            continue
        inside = listed.get(mark.style, 0)
        goes_on = mark.number == outer.get(mark.style, -1) + 1 and not names_category(mark)
        line = flow.inks(mark.start, min(flow.line_end(mark.start), run.start))[0]
        if mark.number == inside + 1 and not is_open and not goes_on and not prints_name(line, known):
            # A list in the last section above: none of its items is a name.
            listed[mark.style] = mark.number
            lists.add(mark.start)
            continue
        if stands_out(flow, mark):
            if goes_on and mark.number != inside + 1:
                is_open = True
                parts.append(mark.start)
            cuts.add(mark.start)
    begins = sorted(cut for cut in cuts if cut < run.start)
    pieces: list[tuple[int, Ink]] = []
    for start, stop in zip(reversed(begins), [run.start, *reversed(begins)], strict=False):
        if start in lists or (before and len(pieces) >= _HEAD):
            break
        pieces += [(start, ink) for ink in flow.inks(start, stop)]
    pieces = _unwrapped(flow, pieces, run.start, known)
    nearest = [ink for _, ink in pieces]
    taken = head_above(nearest, terms, known, is_first=not before)
    if run.headings[0].kind == "name":
        taken = list(takewhile(lambda ink: labelled(ink, terms) is not None, taken))
    project = ToldProject(flow.source(run.start, run.last.end)[0], flow.page_of(run.start))
    read_head(project, taken, terms, known)
    begin = run.start
    if taken:
        begin = pieces[len(taken) - 1][0]
        project.start, project.page = taken[-1].start, taken[-1].page
    project.body = body_in(nearest[len(taken)], terms) if len(nearest) > len(taken) else None
    if project.body is None and before and all(part >= begin for part in parts):
        project.body = before[-1].body
    if before and taken and labelled(taken[-1], terms) is None and not is_certain(taken[-1], known):
        above = nearest[len(taken)] if len(nearest) > len(taken) else None
        if above is not None and not above.squashed.endswith(ENDS_SENTENCE):
            project.notes.append("name_start")
    return project, begin


def _unwrapped(flow: Flow, pieces: list[tuple[int, Ink]], end: int, known: Words) -> list[tuple[int, Ink]]:
    """The pieces above a project, a title that two lines print in one piece."""
    if len(pieces) < 2 or is_certain(pieces[0][1], known):
        return pieces
    text = flow.printed(pieces[1][0], end)
    both = Ink(text.offsets[0], text.offsets[-1] + 1, text.text, fold(text.text), 0, pieces[1][1].page)
    return [(pieces[1][0], both), *pieces[2:]] if is_title_of_one(both, known) else pieces


def _count(outer: dict[str, int], mark: Heading) -> None:
    """Counts on a list around the projects; the lists inside of it begin again."""
    if mark.style in outer:
        styles = list(outer)
        for inner in styles[styles.index(mark.style) + 1 :]:
            del outer[inner]
    outer[mark.style] = mark.number


def _close(
    flow: Flow,
    told: ToldProject,
    run: Run,
    limit: int,
    outer: dict[str, int],
    found: Sequence[Heading],
    terms: Terms,
    known: Words,
) -> None:
    """Gives a project its sections; the last of them ends where the next project or something else begins."""
    end = end_of(flow, run.last.end, limit, outer, found, terms, known)
    stops = [*(one.start for one in run.headings[1:]), end]
    for one, stop in zip(run.headings, stops, strict=True):
        # Goals of several years, or indicators, under headings of their own inside the section on the goal.
        inner = between(found, one.end, stop) if one.kind == "goal" else ()
        inner = [mark for mark in inner if mark.kind in {"goal", "indicators"}]
        for part, edge in zip([one, *inner], [*(mark.start for mark in inner), stop], strict=True):
            told.sections += _sections(flow, part, edge, terms)
    told.end = flow.source(run.start, max(end, run.last.end))[1]


def _sections(flow: Flow, part: Heading, edge: int, terms: Terms) -> Iterator[ToldSection]:
    """The section below a heading; a table of indicators parts it, and what stands below that is told apart."""
    label, kind, begin = part.label, part.kind or "other", part.end
    for start, stop, table in tables_in(flow, begin, edge, terms):
        yield ToldSection(label, kind, stripped(flow.printed(begin, start)), table)
        begin = stop
    text = stripped(flow.printed(begin, edge))
    if begin == part.end or text.text:
        yield ToldSection(label, kind, text)


def _marks(flow: Flow, told: Sequence[ToldProject]) -> list[Mark]:
    """What every stretch is: the projects, what stands above and behind them, the furniture of pages."""
    marks = [Mark(line.start, line.end, "furniture") for line in flow.furniture]
    marks += [Mark(one.start, one.end, "blocks") for one in told]
    bodies = {one.body.offsets[0] for one in told if one.body is not None}
    index = 0
    for ink in flow.lines:
        at = ink.start
        while index < len(told) and told[index].end <= at:
            index += 1
        following = index
        while at < ink.end:
            one = told[following] if following < len(told) else None
            if one is not None and one.start <= at:
                at, following = max(at, one.end), following + 1
                continue
            stop = min(ink.end, one.start) if one is not None else ink.end
            is_header = not told or at < told[0].start or any(start in bodies for start in range(at, stop))
            marks.append(Mark(at, stop, "header" if is_header else "outside"))
            at = stop
    return marks
