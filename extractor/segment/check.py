"""Whether a document bears out what a model says of where its projects stand, before any of them is read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from extractor.chunk.signs import signs_in
from extractor.layouts import terms
from extractor.schemas.document import Document, Line
from extractor.schemas.finding import Said, said
from extractor.schemas.project import plain_amount
from extractor.segment.windows import Segments
from extractor.text import squash

_NUMBERED = re.compile(
    r"[(【\[第]?(?:(?P<digits>\d{1,3})(?![\d.]*\d|[年月日])|(?P<han>[一二三四五六七八九十]{1,3}))[、.)】\]条项:]"
)
_APART = re.compile(r"[:：\s]")
_HAN = "零一二三四五六七八九"
_SHOWN = 40


def judge(document: Document, lines: Sequence[Line], segments: Segments) -> Said | None:
    """Why the segments cannot be right; None where nothing that is printed speaks against them."""
    return next(_contradictions(document, lines, segments), None)


def starts_of(document: Document, lines: Sequence[Line], segments: Segments) -> list[int]:
    """Where in the text each project begins; -1 where its words do not stand in the line just once."""
    return [_found(document.text, lines, start.line, start.text) for start in segments.projects]


def _contradictions(document: Document, lines: Sequence[Line], segments: Segments) -> Iterator[Said]:
    projects, text = segments.projects, document.text
    if not projects:
        yield said("segment_none")
        return
    starts = starts_of(document, lines, segments)
    for start, at in zip(projects, starts, strict=True):
        if at < 0:
            yield said("segment_not_verbatim", line=start.line, text=start.text[:_SHOWN])
    for row in (*segments.unit_rows, *segments.totals):
        if _found(text, lines, row.line, row.text) < 0:
            yield said("segment_not_verbatim", line=row.line, text=row.text[:_SHOWN])
    if any(below <= above for above, below in itertools.pairwise(starts)):
        yield said("segment_not_rising")
        return
    last = len(lines) if segments.end_line is None else segments.end_line
    if not projects[-1].line <= last <= len(lines):
        yield said("segment_end_wrong", line=last)
        return
    yield from _ranges(lines, segments, last)
    ends = [*starts[1:], lines[last - 1].end]
    for start, at, end in zip(projects, starts, ends, strict=True):
        block = squash(text[at:end])
        if squash(start.name) not in block:
            yield said("segment_name_elsewhere", name=start.name[:_SHOWN], line=start.line)
        if start.total is not None and start.total not in plain_amount(text[at:end]):
            yield said("segment_total_elsewhere", name=start.name[:_SHOWN], total=start.total)
    yield from _numbering(segments)
    yield from _labels(text, lines, segments, starts[0], ends[-1])
    yield from _left_out(document, lines, segments, last)
    yield from _sums(text, lines, segments)


def _found(text: str, lines: Sequence[Line], number: int, words: str) -> int:
    """Where words stand in a line, if they do just once."""
    if not 1 <= number <= len(lines):
        return -1
    line, wanted = lines[number - 1], words.strip()
    printed = text[line.start : line.end]
    return line.start + printed.index(wanted) if printed.count(wanted) == 1 else -1


def _ranges(lines: Sequence[Line], segments: Segments, last: int) -> Iterator[Said]:
    """Lines that are no project hold no project's first line, and each line is one thing only."""
    aside = [(row.line, row.line) for row in (*segments.unit_rows, *segments.totals)]
    aside += [(row.first, row.last) for row in segments.no_project]
    starts = {start.line for start in segments.projects}
    end = 0
    for first, until in sorted(aside):
        if not 1 <= first <= until <= len(lines) or first <= end:
            yield said("segment_ranges_overlap", line=first)
        if any(first <= start <= until for start in starts):
            # A sentence that tells the total may stand behind the last project in one line.
            yield said("segment_ranges_overlap", line=first)
        end = max(end, until)


def _numbering(segments: Segments) -> Iterator[Said]:
    """Projects that print numbers print each number."""
    numbers = [_number(start.text) for start in segments.projects]
    if numbers[0] is None or any(number is None for number in numbers):
        return
    for above, below in itertools.pairwise(numbers):
        if below not in {above + 1, 1}:  # type: ignore[operator]
            yield said("segment_number_missing", number=above + 1)  # type: ignore[operator]
    if numbers[0] != 1:
        yield said("segment_number_missing", number=numbers[0] - 1)


def _number(text: str) -> int | None:
    """The number that a line begins with.

    >>> [_number(text) for text in ("1.孤儿保障", "（十二）修缮", "2026年表", "群众文艺")]
    [1, 12, None, None]
    """
    match = _NUMBERED.match(squash(text))
    if match is None:
        return None
    if match["digits"]:
        return int(match["digits"])
    tens, ten, ones = match["han"].rpartition("十")
    if any(len(part) > 1 or part == "十" for part in (tens, ones)):
        return None
    return (_HAN.index(tens or "一") * 10 if ten else 0) + (_HAN.index(ones) if ones else 0)


def _labels(text: str, lines: Sequence[Line], segments: Segments, start: int, end: int) -> Iterator[Said]:
    """Where the name's label is printed before each name, there are as many projects as labels."""
    names = {squash(one.name) for one in segments.projects}
    labelled = []
    raw = [text[line.start : line.end] for line in lines]
    printed = list(map(squash, raw))
    for index, line in enumerate(printed):
        if not start <= lines[index].end or lines[index].start >= end:
            continue
        label = squash(_APART.split(raw[index].strip(), maxsplit=1)[0])
        if terms().column(label) != "name":
            continue
        rest = line[len(label) :].lstrip(":") or next((below for below in printed[index + 1 :] if below), "")
        if rest and not terms().words_beginning(rest):
            labelled.append((index + 1, rest))
    if not any(rest.startswith(name) for _, rest in labelled for name in names):
        return
    for number, rest in labelled:
        if not any(rest.startswith(name) or name.startswith(rest) for name in names):
            yield said("segment_label_missed", line=number, text=rest[:_SHOWN])


def _left_out(document: Document, lines: Sequence[Line], segments: Segments, last: int) -> Iterator[Said]:
    """Lines that are said to be no project print no signs of one."""
    aside = [(row.first, row.last) for row in segments.no_project]
    aside += [(last + 1, len(lines))] if last < len(lines) else []
    for first, until in aside:
        signs = signs_in(document, lines[first - 1 : until], terms())
        if signs.are_of_projects:
            yield said("segment_left_out", line=first)


def _sums(text: str, lines: Sequence[Line], segments: Segments) -> Iterator[Said]:
    """One printed total is the sum of all projects."""
    for total in segments.totals:
        line = lines[total.line - 1]
        if total.amount not in plain_amount(text[line.start : line.end]):
            yield said("segment_total_elsewhere", name=total.text[:_SHOWN], total=total.amount)
    told = [Decimal(start.total) for start in segments.projects if start.total is not None]
    if len(segments.totals) == 1 and len(told) == len(segments.projects):
        printed = Decimal(segments.totals[0].amount)
        if abs(sum(told) - printed) > Decimal("0.01") * len(told):
            yield said("segment_sum_differs", sum=str(sum(told)), total=str(printed))


__all__ = ["judge", "starts_of"]
