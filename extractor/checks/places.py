"""Where a project's values stand, held against each other: it needs no word of the document.

One cell prints one value: where two fields were read from the same cell, one of them was taken for its neighbour. And
a table that prints a number outside of the rows of its indicators, which no field took, has not lost its total by
leaving it blank.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import TypeVar

from extractor.schemas import paths
from extractor.schemas.document import Block, Document, Row, Table
from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import ProjectReading, plain_amount
from extractor.schemas.record import FlagCode, Span
from extractor.text import squash

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:万|万?元(?:\(.*)?)?")
_T = TypeVar("_T")
_SHOWN, _ENOUGH = 24, 2


def check_places(
    project: ProjectReading,
    block: Block,
    document: Document,
    spans: Mapping[str, Span],
    known: Sequence[Finding] = (),
) -> list[Finding]:
    """Findings on fields that share a cell, but for those that are `known` to be in doubt; and on a total that is
    missing beside a number that nobody took."""
    told = {one.path for one in known if not one.is_information}
    shared = (
        (path, span, " ".join(document.text[slice(*span)].split())[:_SHOWN])
        for path, span in _shared(spans)
        if path not in told
    )
    found = [
        finding(FlagCode.IMPLAUSIBLE, path, variant="taken_twice", text=words, spans=(span,))
        for path, span, words in shared
    ]
    if project.amounts.total is None and not project.amounts.unplaced:
        numbers = list(_left(block, document.tables, spans))
        if numbers:
            found.append(
                finding(
                    FlagCode.IMPLAUSIBLE,
                    paths.amount("total"),
                    variant="no_total",
                    text="、".join(number for number, _ in numbers[:_ENOUGH]),
                    spans=tuple(span for _, span in numbers[:_ENOUGH]),
                )
            )
    return found


def _kind(path: str) -> str:
    """What a path holds, whichever indicator's it is.

    >>> _kind("indicators[3].name"), _kind("amounts.breakdown[0].label"), _kind("attributes.分值(2)"), _kind("goal")
    ('.name', 'amounts.breakdown', 'attributes', 'goal')
    """
    if (of := paths.indicator_of(path)) is not None:
        return f".{of.field}"
    if path.startswith(paths.ATTRIBUTES):
        return paths.ATTRIBUTES.rstrip(".")
    return path.partition("[")[0]


def _shared(spans: Mapping[str, Span]) -> Iterator[tuple[str, Span]]:
    """Values of different kinds that were read from one place: the later path of each, and the place."""
    for span, group in groupby(sorted((span, path) for path, span in spans.items()), lambda one: one[0]):
        kinds = {_kind(path): path for _, path in group}
        if len(kinds) > 1:
            own = [path for kind, path in kinds.items() if kind != "attributes"]
            yield own[-1] if own else next(iter(kinds.values())), span
    yield from _named_again(spans)
    name = spans.get("name")
    if name is not None and any(
        name[0] <= first and last <= name[1] and (first, last) != name
        for path, (first, last) in spans.items()
        if paths.indicator_of(path) is not None
    ):
        yield "name", name  # an indicator's value is a part of it


def _named_again(spans: Mapping[str, Span]) -> Iterator[tuple[str, Span]]:
    """Indicators of different categories that have their name from one cell."""
    categories: dict[Span, Span] = {}
    for path, span in spans.items():
        of = paths.indicator_of(path)
        if of is None or of.field != "name":
            continue
        category = spans.get(paths.indicator(of.position, "level2"))
        if category is not None and categories.setdefault(span, category) != category:
            yield path, span


def _left(block: Block, tables: Sequence[Table], spans: Mapping[str, Span]) -> Iterator[tuple[str, Span]]:
    """Numbers in cells of a block, outside of the rows of indicators, that no field was read from."""
    taken = sorted(spans.values())
    of_rows = sorted(span[0] for path, span in spans.items() if paths.indicator_of(path) is not None)
    of_project = sorted(spans[path][0] for path in ("name", "goal") if path in spans)
    for row in _rows(tables, block.start, block.end):
        if _any_in(of_rows, row.start, row.end) and not _any_in(of_project, row.start, row.end):
            continue
        for cell in row.cells:
            word = plain_amount(squash(cell.content.text)) if cell.merged is None else ""
            if _NUMBER.fullmatch(word) and not _is_taken(taken, cell.start, cell.end):
                yield word, (cell.start, cell.end)


def _rows(tables: Sequence[Table], start: int, end: int) -> Iterator[Row]:
    """The rows that begin or end in a stretch; what stands before it is not walked through."""
    first = bisect_right(tables, start, key=lambda table: table.rows[-1].end if table.rows else 0)
    for table in _from(tables, first):
        if table.rows and table.rows[0].start >= end:
            return
        at = bisect_right(table.rows, start, key=lambda row: row.end)
        yield from takewhile(lambda row: row.start < end, _from(table.rows, at))


def _from(items: Sequence[_T], at: int) -> Iterator[_T]:
    """The items from one on, without a walk to it."""
    return map(items.__getitem__, range(at, len(items)))


def _any_in(offsets: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(offsets, start)
    return at < len(offsets) and offsets[at] < end


def _is_taken(taken: Sequence[Span], start: int, end: int) -> bool:
    """Whether a value stands in a cell; where a table is drawn with lines, one beside it may only run through it."""
    inside = takewhile(lambda span: span[0] < end, _from(taken, bisect_left(taken, (start, start))))
    return any(last <= end for _, last in inside)


__all__ = ["check_places"]
