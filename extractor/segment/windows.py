"""The numbered lines of a document in windows that overlap, and what the answers to all windows say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeVar

from extractor.schemas.document import Line
from extractor.schemas.finding import Said, said
from extractor.schemas.segment import LineRange, PrintedLine, PrintedSum, ProjectStart, SegmentAnswer

L = TypeVar("L", bound=PrintedLine)

_CHARACTERS = 9_000
_OVERLAP = 30
_SHOWN_LINE = 2_000


class Window(NamedTuple):
    """Lines first … last (exclusive), counted from 0."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Segments:
    """What the windows say together; lines are counted from 1, as they were shown."""

    projects: tuple[ProjectStart, ...]
    end_line: int | None
    unit_rows: tuple[PrintedLine, ...]
    totals: tuple[PrintedSum, ...]
    no_project: tuple[LineRange, ...]
    amount_unit: str | None
    labels: tuple[str, ...]


def lines_of(text: str) -> list[Line]:
    """All lines of a text, those of its tables as well.

    >>> lines_of("甲\\n\\n乙")
    [Line(start=0, end=1, page=None), Line(start=2, end=2, page=None), Line(start=3, end=4, page=None)]
    """
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append(Line(at, at + len(line), None))
        at += len(line) + 1
    return lines


def windows(lines: Sequence[Line]) -> Iterator[Window]:
    """Stretches of lines of some thousand characters each; each begins some lines before the last one's end.

    >>> list(windows([Line(0, 5_000, None), Line(5_001, 10_000, None)]))
    [Window(first=0, last=1), Window(first=1, last=2)]
    """
    first = 0
    while first < len(lines):
        last, size = first, 0
        while last < len(lines) and (last == first or size + lines[last].end - lines[last].start <= _CHARACTERS):
            size += lines[last].end - lines[last].start + 1
            last += 1
        yield Window(first, last)
        if last >= len(lines):
            return
        first = max(first + 1, last - min(_OVERLAP, (last - first) // 3))


def question(text: str, lines: Sequence[Line], window: Window, reason: str = "") -> str:
    """What the model is shown: numbered lines between markers that hold a hash of them, so that no text closes them."""
    shown = []
    for index in range(*window):
        line = text[lines[index].start : lines[index].end].strip("\r")
        if line.strip():
            shown.append(f"{index + 1}\t{line[:_SHOWN_LINE]}")
    body = "\n".join(shown)
    head = [f"行: {window.first + 1}–{window.last}，全文共 {len(lines)} 行"]
    if reason:
        head.append(f"上次回答的问题: {' '.join(reason.split())[:400]}")
    mark = sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return "\n".join([*head, f"<<<LINES {mark}>>>", body, f"<<<END {mark}>>>"])


def is_shown_whole(lines: Sequence[Line]) -> bool:
    """Whether no line is so long that the model would see a part of it alone."""
    return all(line.end - line.start <= _SHOWN_LINE for line in lines)


def joined(answers: Sequence[SegmentAnswer], spans: Sequence[Window]) -> Segments | Said:
    """The answers as one, or why they contradict each other: what both windows show, both must say."""
    starts: dict[tuple[int, str], ProjectStart] = {}
    for position, (answer, span) in enumerate(zip(answers, spans, strict=True)):
        for start in answer.projects:
            if not span.first < start.line <= span.last:
                return said("segment_line_not_shown", line=start.line)
            starts[start.line, start.name] = start
        for other in (position - 1, position + 1):
            if 0 <= other < len(spans):
                shared = range(max(span.first, spans[other].first) + 1, min(span.last, spans[other].last) + 1)
                own, its = (
                    {(one.line, one.name, one.total) for one in answers[index].projects if one.line in shared}
                    for index in (position, other)
                )
                if own != its:
                    return said("segment_windows_differ", line=min(one[0] for one in own ^ its))
    units = tuple(dict.fromkeys(answer.amount_unit for answer in answers if answer.amount_unit))
    if len(units) > 1:
        return said("segment_units_differ", units="、".join(units))
    holding = [answer for answer in answers if answer.holds_projects and answer.projects]
    return Segments(
        tuple(sorted(starts.values(), key=lambda start: start.line)),
        holding[-1].end_line if holding else None,
        _all(row for answer in answers for row in answer.unit_rows),
        _all(row for answer in answers for row in answer.totals),
        tuple(
            sorted({(row.first, row.last): row for answer in answers for row in answer.no_project}.values(), key=str)
        ),
        units[0] if units else None,
        tuple(dict.fromkeys(label for answer in answers for label in answer.labels)),
    )


def _all(rows: Iterator[L]) -> tuple[L, ...]:
    return tuple(sorted({row.line: row for row in rows}.values(), key=lambda row: row.line))


__all__ = ["Segments", "Window", "is_shown_whole", "joined", "lines_of", "question", "windows"]
