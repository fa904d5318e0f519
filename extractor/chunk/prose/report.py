"""Reports and notices in prose on one project: one that sets a goal tells the project, whatever else it reports.

Its title names the project, a section of its own or a label holds the goal, a sentence before it the money. What was
achieved is told behind the goal and stays outside. A report with goals that differ is on several projects.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.chunk.prose.flow import Flow
from extractor.chunk.prose.head import labelled
from extractor.chunk.prose.headings import UNNUMBERED, Heading, Run, Words
from extractor.chunk.prose.money import money_in
from extractor.chunk.prose.told import ToldProject
from extractor.layouts import Terms
from extractor.schemas.document import MappedText

_TITLE_LINES = 24
_SHORTEST_GOAL = 4
NOTE = "told_in_report"


class Report(NamedTuple):
    """The project that a report tells, with what its head says, and the headings up to its goal."""

    project: ToldProject
    run: Run


def find_report(flow: Flow, found: Sequence[Heading], known: Words, terms: Terms) -> Report | None:
    """The one project of a report or a notice; None where none is named, or where no goal is set."""
    title = _title(flow, found, known)
    if title is None:
        return None
    begin, head = title
    goals = list(_goals(flow, found, known, begin))
    if not goals or _differ(flow, found, goals):
        return None
    goal = goals[0]
    above = [one for one in found if begin <= one.start < goal.start and one.closer and flow.begins_line(one.start)]
    stops = [*(one.start for one in above[1:]), goal.start]
    told = [_about_money(flow, one, stop, terms) for one, stop in zip(above, stops, strict=True)]
    run = Run(goal.style, [*told, goal])
    project = ToldProject(flow.source(run.start, goal.end)[0], flow.page_of(run.start), head)
    for ink in flow.inks(begin, run.start):
        if (field := labelled(ink, terms)) is not None:
            project.head[field[0]] = field[1]
    project.notes.append(NOTE)
    return Report(project, run)


def _title(flow: Flow, found: Sequence[Heading], known: Words) -> tuple[int, dict[str, MappedText]] | None:
    """Where the title ends that stands nearest to the text, and what it says: the project's name, and whose it is.

    It may break over two lines.
    """
    first = next((one.start for one in found if one.closer and flow.begins_line(one.start)), len(flow.text))
    lines = [at for at in flow.starts[:_TITLE_LINES] if at < first]
    for start in reversed(lines):
        for end in dict.fromkeys((flow.line_end(start), min(flow.line_end(flow.line_end(start)), first))):
            if head := _head(flow, start, end, known):
                return end, head
    return None


def _head(flow: Flow, start: int, end: int, known: Words) -> dict[str, MappedText]:
    """The name in a title, and the body before it that a year parts from it; nothing where it is no such title."""
    match = known.patterns["report"].fullmatch(flow.text, start, end)
    for group in ("also", "name") if match is not None else ():
        if match is None or match[group] is None:
            continue
        begin, stop = match.span(group)
        body = known.patterns["report_body"].match(flow.text, begin, stop)
        begin = body.end() if body is not None else begin
        if known.patterns["no_project"].search(flow.text[begin:stop]):
            continue
        stop -= len("项目") if flow.text.endswith("工程项目", begin, stop) else 0
        unit = {"unit": flow.printed(*body.span("body"))} if body is not None else {}
        return {"name": flow.printed(begin, stop)} | unit
    return {}


def _goals(flow: Flow, found: Sequence[Heading], known: Words, begin: int) -> Iterator[Heading]:
    """Headings and labels with a goal below them, in order."""
    end = begin
    for one in sorted([*found, *_labels(flow, known, begin)]):
        if one.start < end or not one.closer:
            continue
        sets = one.kind == "goal" or known.patterns["report_goal"].fullmatch(one.label)
        if sets and _holds_text(flow, found, one):
            yield one._replace(kind="goal")
            end = _end(flow, found, one)


def _labels(flow: Flow, known: Words, begin: int) -> Iterator[Heading]:
    """Labels of a goal that open a sentence and end in a colon."""
    for match in known.patterns["goal_label"].finditer(flow.text, begin):
        start, end = match.span("label")
        yield Heading(UNNUMBERED, 0, match["label"].rstrip(":"), "goal", start, end, ":")


def _end(flow: Flow, found: Sequence[Heading], goal: Heading) -> int:
    """Where the next heading begins a line that is none of the list in a goal."""
    behind = (found[at] for at in range(bisect_left(found, goal.end, key=_start), len(found)))
    ends = (one for one in behind if one.closer and flow.begins_line(one.start))
    return next((one.start for one in ends if one.style in {goal.style, "han"}), len(flow.text))


def _start(one: Heading) -> int:
    return one.start


def _holds_text(flow: Flow, found: Sequence[Heading], goal: Heading) -> bool:
    """Whether a text stands below a heading; behind the last line of a part of a document goes a table on."""
    end = _end(flow, found, goal)
    return end - goal.end >= _SHORTEST_GOAL or goal.end == len(flow.text)


def _differ(flow: Flow, found: Sequence[Heading], goals: Sequence[Heading]) -> bool:
    """Whether several goals are set that do not say the same."""
    texts = [flow.text[goal.end : _end(flow, found, goal)] for goal in goals]
    return any(not (text in texts[0] or texts[0] in text) for text in texts[1:])


def _about_money(flow: Flow, one: Heading, stop: int, terms: Terms) -> Heading:
    """A heading whose section tells a sum as the project's total is about money."""
    if one.kind in {"money", "unit", "name", "goal"}:
        return one
    tells = any(money.column == "total" for money in money_in(flow.text[one.end : stop], terms))
    return one._replace(kind="money") if tells else one
