"""Where every character of a document went."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from extractor.chunk.rows import Mark
from extractor.schemas.record import CharacterAccount


def account(text: str, marks: Sequence[Mark]) -> CharacterAccount:
    """Where every character went; the parts add up to the length of the text."""
    counts = dict.fromkeys(("blocks", "header", "totals", "furniture", "outside"), 0)
    blank = position = 0
    for mark in sorted(_carved(marks)):
        between, rest = _unmarked(text, position, max(position, mark.start))
        blank += between
        counts["furniture"] += rest
        if mark.end > position:
            counts["furniture" if mark.kind == "again" else mark.kind] += mark.end - max(position, mark.start)
            position = mark.end
    between, rest = _unmarked(text, position, len(text))
    result = CharacterAccount(
        total=len(text),
        blank=blank + between,
        **(counts | {"furniture": counts["furniture"] + rest}),
    )
    parts = sum(value for name, value in result.model_dump().items() if name != "total")
    if parts != result.total:
        raise AssertionError(f"characters unaccounted for: {parts} of {result.total}")
    return result


def _carved(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Marks that no longer overlap: a page's furniture is cut out of the rows it interrupts."""
    furniture = sorted(mark for mark in marks if mark.kind == "furniture")
    yield from furniture
    starts = [mark.start for mark in furniture]
    for mark in marks:
        if mark.kind == "furniture":
            continue
        start = mark.start
        for cut in furniture[bisect_left(starts, start) : bisect_left(starts, mark.end)]:
            yield Mark(start, cut.start, mark.kind)
            start = cut.end
        yield Mark(start, mark.end, mark.kind)


def _unmarked(text: str, start: int, end: int) -> tuple[int, int]:
    """White space, and the markup of tables (|---|) between marked stretches."""
    if start == end:
        return 0, 0
    ink = len("".join(text[start:end].split()))
    return end - start - ink, ink
