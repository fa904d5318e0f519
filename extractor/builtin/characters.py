"""The built-in reader of characters at work: its readings held against the source, and where it sees projects begin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extractor.builtin.beginnings import SHOWN, none_has, second_start
from extractor.compare.side import Abstention, Reading
from extractor.ground import ground
from extractor.schemas import paths
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import Indicator, ProjectReading
from extractor.schemas.record import FlagCode
from extractor.tagger.reading import INDICATOR_FIELDS, Span, TaggedDocument, TaggerReading
from extractor.text import Squashed

FIELDS = ("name", "goal")
"""What it reads of a project, besides the indicators."""
NOT_READ = (
    *(name for name in ProjectReading.model_fields if name not in (*FIELDS, "indicators")),
    *(f"indicators.{name}" for name in Indicator.model_fields if name not in INDICATOR_FIELDS),
)
"""What is not its business: positions and arithmetic decide about amounts, unit and department."""


def is_read(path: str) -> bool:
    """True where the value at this path is the built-in reader's business.

    >>> is_read("goal"), is_read("indicators[3].level1"), is_read("amounts.total"), is_read("indicators[0].weight")
    (True, True, False, False)
    """
    of = paths.indicator_of(path)
    return of.field in INDICATOR_FIELDS if of is not None else path in FIELDS


def reading_of(tagged: TaggerReading, block: Block, view: Squashed) -> Reading:
    """Its reading of a block, held against the source."""
    doubt = (*tagged.doubt, *_may_hold_on(tagged))
    abstention = Abstention(frozenset(FIELDS), frozenset(INDICATOR_FIELDS), tagged.unsure, doubt)
    return Reading(tagged.reading, ground(tagged.reading, view, block.context, tagged.places), abstention)


def _may_hold_on(tagged: TaggerReading) -> list[Span]:
    """Where a category stands above an indicator that prints none: it reads text, and cannot tell what holds on."""
    above = pairwise(enumerate(tagged.reading.indicators))
    return [
        tagged.places[path]
        for (index, _), (_, below) in above
        if below.level1 is None and below.level2 is None
        for path in (paths.indicator(index, "level1"), paths.indicator(index, "level2"))
        if path in tagged.places
    ]


def check_starts(
    tagged: TaggedDocument,
    blocks: Sequence[Block],
    views: Sequence[Squashed],
    *,
    has_cells: bool = False,
) -> dict[int, Finding]:
    """A finding for each block in which the reader sees a further project begin, or none.

    That it sees none counts only in running text, since cells show where a row begins; where it sees exactly
    one in most blocks of the document; and where it is sure of the name and of what stands at the beginning.
    """
    knows_starts = not has_cells and 2 * sum(len(one.openings) == 1 for one in tagged.readings.values()) >= len(blocks)
    found = {}
    for block, view in zip(blocks, views, strict=True):
        reading = tagged.readings.get(block.index)
        if reading is None:
            continue
        if len(reading.openings) > 1:
            found[block.index] = _second_start(reading.openings[1:], view)
        elif not reading.openings and knows_starts and _is_sure_of_the_start(reading):
            span = view.source_span(0, min(SHOWN, len(view.text)))
            found[block.index] = finding(
                FlagCode.BOUNDARY_UNSURE,
                "name",
                variant="continues",
                spans=(span,) if span else (),
            )
    return found


def _second_start(openings: Sequence[int], view: Squashed) -> Finding:
    stretches = [(start, min(start + SHOWN, len(view.text))) for start in openings]
    spans = [span for stretch in stretches if (span := view.source_span(*stretch))]
    return second_start([view.value(*stretch) for stretch in stretches], spans)


def _is_sure_of_the_start(reading: TaggerReading) -> bool:
    end = reading.places.get("name", (0, 1))[1]
    return "name" not in reading.unsure and all(start >= end for start, _ in reading.doubt)


def missed(tagged: TaggedDocument, document: Document) -> list[Finding]:
    """Projects that it sees begin outside of the blocks."""
    texts = [" ".join(document.text[start:end].split()) for start, end in tagged.missed]
    return none_has(texts, tagged.missed)


__all__ = ["FIELDS", "NOT_READ", "check_starts", "is_read", "missed", "reading_of"]
