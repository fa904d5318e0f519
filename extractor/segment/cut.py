"""The blocks that a model's segments make of a document, with every character accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.chunk.chunks import Cut, joined
from extractor.chunk.rows import Kind, Mark, read_header
from extractor.layouts import terms
from extractor.layouts.taxonomy import labels
from extractor.pipeline import DIRECT, OpenDocument
from extractor.schemas.document import (
    Block,
    BlockContext,
    Document,
    Header,
    Line,
    MappedText,
    PrintedTotal,
    PrintedUnit,
)
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.project import Amounts, plain_amount
from extractor.schemas.segment import ProjectStart
from extractor.segment.check import starts_of
from extractor.segment.windows import Segments
from extractor.text import Squashed, squash

_AMOUNT = re.compile(r"[\d０-９][\d０-９,，.．]*")
_LONGEST_LABEL = 20


def opened(document: Document, lines: Sequence[Line], segments: Segments) -> OpenDocument:
    """The document with a block for each project; lines of totals and of no project are in none of them."""
    starts = starts_of(document, lines, segments)
    last = len(lines) if segments.end_line is None else segments.end_line
    stretches = list(zip(starts, [*starts[1:], lines[last - 1].end], strict=True))
    aside = sorted(_aside(lines, segments, stretches[-1][1]))
    above = [line for line in lines if line.end <= starts[0]]
    header = read_header(document, above, terms())
    unit = header.amount_unit or _unit(document, segments.amount_unit)
    blocks = tuple(
        _block(document, index, stretch, aside, lines, header, unit, segments.projects[index])
        for index, stretch in enumerate(stretches)
    )
    header = Header(header.title, header.department, header.unit, header.fiscal_year, blocks[0].context.amount_unit)
    marks = [Mark(0, starts[0], "header")] if starts[0] else []
    marks += _marks(stretches, aside)
    if stretches[-1][1] < len(document.text):
        behind = [mark for mark in aside if mark.start >= stretches[-1][1]]
        at = stretches[-1][1]
        for mark in [*behind, Mark(len(document.text), len(document.text), "outside")]:
            if document.text[at : mark.start].strip():
                marks.append(Mark(at, mark.start, "outside"))
            if mark.end > mark.start:
                marks.append(mark)
            at = max(at, mark.end)
    layout = LayoutSpec(
        name=DIRECT,
        title=header.title.value[:60] if header.title else DIRECT,
        source="prose",
        columns=(),
        labels=tuple(_labels(document, segments, stretches)),
    )
    cut = Cut(header, layout, blocks, _totals(lines, segments, stretches, unit), tuple(marks), len(blocks))
    return OpenDocument(document, joined(document, [cut]))


def _aside(lines: Sequence[Line], segments: Segments, end: int) -> Iterator[Mark]:
    """Whole lines that belong to no project, with what they are."""
    for kind, rows in (("header", segments.unit_rows), ("totals", segments.totals)):
        for row in rows:
            line = lines[row.line - 1]
            yield Mark(line.start, line.end, _kind(kind))
    for stretch in segments.no_project:
        first, last = lines[stretch.first - 1], lines[stretch.last - 1]
        if first.start < end:
            yield Mark(first.start, last.end, "outside")


def _kind(kind: str) -> Kind:
    return "totals" if kind == "totals" else "header"


def _marks(stretches: Sequence[tuple[int, int]], aside: Sequence[Mark]) -> Iterator[Mark]:
    for start, end in stretches:
        yield from (Mark(*piece, "blocks") for piece in _pieces(start, end, aside))
        yield from (mark for mark in aside if start <= mark.start and mark.end <= end)


def _pieces(start: int, end: int, aside: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """[start, end) without the lines that are something else."""
    for mark in aside:
        if start <= mark.start and mark.end <= end:
            if mark.start > start:
                yield start, mark.start
            start = mark.end
    if end > start:
        yield start, end


def _block(
    document: Document,
    index: int,
    stretch: tuple[int, int],
    aside: Sequence[Mark],
    lines: Sequence[Line],
    header: Header,
    unit: PrintedUnit | None,
    told: ProjectStart,
) -> Block:
    offsets = [at for start, end in _pieces(*stretch, aside) for at in range(start, end)]
    own = read_header(document, [line for line in lines if stretch[0] <= line.start < stretch[1]][:6], terms())
    context = BlockContext(
        layout=DIRECT,
        department=header.department,
        unit=header.unit,
        amount_unit=own.amount_unit or unit,
        fiscal_year=header.fiscal_year or own.fiscal_year,
        columns=(),
        amounts=Amounts(),
    )
    text = "".join(document.text[at] for at in offsets)
    page = next((line.page for line in document.lines if line.end > stretch[0]), None)
    return Block(index, MappedText(text, offsets), context, *stretch, page, _cells(text, told))


def _cells(text: str, told: ProjectStart) -> dict[str, tuple[int, int]]:
    """Where the name and the total stand that the model gave with the beginning; its reading must say the same."""
    cells = {}
    view = Squashed(MappedText(text, range(len(text))))
    at = view.text.find(squash(told.name))
    span = view.source_span(at, at + len(squash(told.name))) if at >= 0 else None
    if span is not None:
        cells["name"] = span
    for number in _AMOUNT.finditer(text) if told.total is not None else ():
        if plain_amount(number[0]) == told.total:
            cells["total"] = number.span()
            break
    return cells


def _unit(document: Document, printed: str | None) -> PrintedUnit | None:
    """The unit of amounts that a model names, if the document prints it."""
    word = squash(printed or "")
    if printed is None or word not in terms().scales or printed not in document.text:
        return None
    at = document.text.index(printed)
    return PrintedUnit(word, (at, at + len(printed)), "prose", printed)


def _labels(document: Document, segments: Segments, stretches: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The labels that may count as such: known ones, and those that at least half of several projects print.

    A label explains the text that it stands for, so that a word of one project alone is none: it may
    be content.
    """
    known = {*labels("level1"), *labels("level2")}
    texts = [squash(document.text[start:end]) for start, end in stretches]
    for label in segments.labels:
        word = squash(label)
        if not word or len(word) > _LONGEST_LABEL or any(character.isdigit() for character in word):
            continue
        printed = sum(word in text for text in texts)
        if printed and (
            word in known or terms().column(word) is not None or (len(texts) > 1 and 2 * printed >= len(texts) + 1)
        ):
            yield label


def _totals(
    lines: Sequence[Line], segments: Segments, stretches: Sequence[tuple[int, int]], unit: PrintedUnit | None
) -> tuple[PrintedTotal, ...]:
    """The one printed total; of several nobody has said which projects each sums up."""
    if len(segments.totals) != 1:
        return ()
    (total,) = segments.totals
    line = lines[total.line - 1]
    rows = tuple(range(len(stretches)))
    amounts = Amounts(total=total.amount)
    name = total.text[:40]
    return (PrintedTotal("grand_total", name, amounts, line.start, line.end, rows, unit.value if unit else None),)


__all__ = ["opened"]
