"""Whether what a model read alone stands where it says: in the order of the print, behind the label of its field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from extractor.ground.paths import leaves
from extractor.layouts import Terms
from extractor.schemas import paths
from extractor.schemas.document import Block, Document, PrintedTotal
from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import ProjectReading, plain_amount
from extractor.schemas.record import FlagCode, Span
from extractor.text import Squashed, squash

_DIGIT = re.compile(r"[\u4e00-\u9fff≥≤=%]\s*\d|\d\s*[\u4e00-\u9fff%‰.]")
_WORD = re.compile(r"[^\W\d_]|[≥≤%‰]")
_YEAR = re.compile(r"(?:19|20)\d\d\s*年?")
_SHOWN = 40
_LABEL = 24
_VALUES = ("cycle_value", "annual_value", "measure_unit", "weight")
_LOOKS = {
    "operator": re.compile(r"\D{1,4}"),
    "measure_unit": re.compile(r"\D.{0,9}"),
    "weight": re.compile(r"[\d.,]+[%分]?"),
    "name": re.compile(r"(?![≥≤><=]|[\d.,]+\D{0,3}$).+", re.DOTALL),
    "annual_value": re.compile(r"(?![≥≤><=]+$).+", re.DOTALL),
    "cycle_value": re.compile(r"(?![≥≤><=]+$).+", re.DOTALL),
}
"""What an indicator's fields look like, squashed."""
_LABELLED = ("department", "unit", "name", "goal")


def check_placed(
    project: ProjectReading, block: Block, view: Squashed, spans: Mapping[str, Span], terms: Terms
) -> Iterator[Finding]:
    """A finding for each value that stands among another one's text, or behind another field's label."""
    yield from _order(project, spans)
    yield from _categories(project, view, spans)
    yield from _kinds(project, spans)
    yield from _labels(project, block, spans, terms)
    yield from _told_before(project, block, spans)


def check_left_out(document: Document, blocks: Sequence[Block], totals: Sequence[PrintedTotal]) -> Iterator[Finding]:
    """A finding for each line that a model put outside of all projects and that may be of one.

    Above the first project that is any with a number, but for the year; below it any with words.
    """
    covered = bytearray(len(document.text))
    for block in blocks:
        for offset in block.content.offsets:
            covered[offset] = 1
    for total in totals:
        covered[total.start : total.end] = b"\1" * (total.end - total.start)
    first, at = min((block.start for block in blocks), default=0), 0
    for line in document.text.splitlines(keepends=True):
        start, at = at, at + len(line)
        left = "".join(char for char, known in zip(line, covered[start:at], strict=True) if not known).strip()
        doubtful = _DIGIT if start < first else _WORD
        if left and doubtful.search(_YEAR.sub("", left)):
            text = left if len(left) <= _SHOWN else left[: _SHOWN - 1] + "…"
            yield finding(FlagCode.UNCLAIMED_TEXT, text=text, spans=((start, start + len(line.rstrip())),))


def is_unit_of_amount(found: Finding, block: Block, spans: Mapping[str, Span]) -> bool:
    """Whether text that no field takes is the unit of money right behind an amount, which the block's context holds."""
    unit = block.context.amount_unit
    if found.code != FlagCode.UNCLAIMED_TEXT or unit is None or len(found.spans) != 1:
        return False
    at = {offset: index for index, offset in enumerate(block.content.offsets)}
    start, end = found.spans[0]
    if start not in at or end - 1 not in at:
        return False
    ends = {span[1] for path, span in spans.items() if paths.is_amount(path)}
    return block.content.text[at[start] : at[end - 1] + 1] == unit.value and start in ends


def _order(project: ProjectReading, spans: Mapping[str, Span]) -> Iterator[Finding]:
    """An indicator's values stand between its name and the next indicator's."""
    names = [spans.get(paths.indicator(index, "name")) for index in range(len(project.indicators))]
    known = [name for name in names if name is not None]
    for index, name in enumerate(names):
        if name is None:
            continue
        if any(other is not None and other[0] < name[0] for other in names[index + 1 :]):
            yield _out(paths.indicator(index, "name"), name)
        until = min((other[0] for other in known if other[0] > name[0]), default=None)
        last = name[1]
        for field in _VALUES:
            path = paths.indicator(index, field)
            span = spans.get(path)
            if span is None:
                continue
            if span[0] < last or (until is not None and span[0] >= until):
                yield _out(path, span)
            last = max(last, span[1]) if span[0] >= last else last
        sign = spans.get(paths.indicator(index, "operator"))
        if sign is not None and (sign[0] < name[1] or (until is not None and sign[0] >= until)):
            yield _out(paths.indicator(index, "operator"), sign)


def _categories(project: ProjectReading, view: Squashed, spans: Mapping[str, Span]) -> Iterator[Finding]:
    """A category stands before its indicators, and no other one of its level between them."""
    for field in ("level1", "level2"):
        printed = {}
        for index, one in enumerate(project.indicators):
            path = paths.indicator(index, field)
            if path in spans:
                printed[spans[path]] = getattr(one, field)
        for index, one in enumerate(project.indicators):
            path = paths.indicator(index, field)
            span, name = spans.get(path), spans.get(paths.indicator(index, "name"))
            if span is None or name is None:
                continue
            between = (text != getattr(one, field) and span[0] < other[0] < name[0] for other, text in printed.items())
            if span[0] >= name[0] or any(between):
                yield _out(path, span)
    for above, below in pairwise(range(len(project.indicators))):
        one, other = project.indicators[above], project.indicators[below]
        if one.level2 and other.level2 is None and one.level1 == other.level1 and other.level1 is not None:
            path = paths.indicator(below, "name")
            yield _out(path, spans.get(path))


def _kinds(project: ProjectReading, spans: Mapping[str, Span]) -> Iterator[Finding]:
    for index, one in enumerate(project.indicators):
        for field, looks in _LOOKS.items():
            value = getattr(one, field)
            if value and not looks.fullmatch("".join(str(value).split())):
                path = paths.indicator(index, field)
                yield _out(path, spans.get(path), "kind")


def _labels(project: ProjectReading, block: Block, spans: Mapping[str, Span], terms: Terms) -> Iterator[Finding]:
    """The label right before a value names its field; of several amounts each has one, or a person must look."""
    text = block.content.text
    at = {offset: index for index, offset in enumerate(block.content.offsets)}
    wanted = {field: field for field in _LABELLED}
    amounts = [path for path, _ in leaves(project) if paths.is_amount(path)]
    for path in amounts:
        wanted[path] = path.removeprefix(paths.AMOUNTS)
    sure = {paths.amount("total")} if len(amounts) == 1 and "total" in block.cells else set()
    for path, column in wanted.items():
        span = spans.get(path)
        if span is None or span[0] not in at:
            continue
        before = "".join(text[max(0, at[span[0]] - _LABEL) : at[span[0]]].split()).rstrip(":：￥¥")
        named = _named(before, terms)
        if named is None:
            if path in amounts and path not in sure:
                yield _out(path, span, "unlabelled")
        elif not _is_same(named[1], column):
            yield _out(path, span, "label", label=named[0])


def _told_before(project: ProjectReading, block: Block, spans: Mapping[str, Span]) -> Iterator[Finding]:
    """Name and total are those that the model gave when it was asked where the project begins."""
    text = block.content.text
    if "name" in block.cells:
        told = text[slice(*block.cells["name"])]
        if squash(told) != squash(project.name or ""):
            yield _out("name", spans.get("name"), "told", told=" ".join(told.split())[:_SHOWN])
    if "total" in block.cells:
        told = text[slice(*block.cells["total"])]
        if plain_amount(told) != project.amounts.total:
            path = paths.amount("total")
            yield _out(path, spans.get(path), "told", told=told[:_SHOWN])


def _named(before: str, terms: Terms) -> tuple[str, str] | None:
    """The longest known label that a text ends with, and its column."""
    for start in range(max(0, len(before) - 16), len(before) - 1):
        column = terms.column(before[start:])
        if column is not None:
            return before[start:], column
    return None


def _is_same(named: str, column: str) -> bool:
    """Whether a label's column is the one that a value was put in; a line of the breakdown has a label of its own."""
    return named == column or (column.startswith("breakdown") and named.startswith("breakdown"))


def _out(path: str, span: Span | None, variant: str = "", **facts: str) -> Finding:
    return finding(FlagCode.OUT_OF_PLACE, path, variant=variant, spans=(span,) if span else (), **facts)


__all__ = ["check_left_out", "check_placed", "is_unit_of_amount"]
