"""Built-in readers that read what a test says, in place of the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from extractor import builtin
from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import Block, Document
from extractor.schemas.project import Indicator, ProjectReading
from extractor.settings import Settings
from extractor.tagger import Tagger
from extractor.tagger.cells import Seen
from extractor.tagger.reading import INDICATOR_FIELDS, Span, TaggedDocument, TaggerReading
from extractor.text import Squashed

needs_weights = pytest.mark.skipif(not builtin.size(), reason="the built-in reader's weights are not there")

RULES_ALONE = Settings(model=None, cache=False)

ReadBlock = Callable[[Block], TaggerReading | None]


@dataclass
class StubReader:
    """Reads each block with `read`; `documents` remembers what it was given."""

    read_block: ReadBlock = lambda block: None
    missed: tuple[Span, ...] = ()
    documents: list[str] = field(default_factory=list)

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        assert len(blocks) == len(views)
        self.documents.append(document.file)
        readings = {block.index: found for block in blocks if (found := self.read_block(block)) is not None}
        return TaggedDocument(readings, self.missed)

    def see(self, document: Document) -> Seen:
        return Seen(())


@dataclass(frozen=True)
class CharactersAlone:
    """A reader of characters that sees no cells."""

    tagger: Tagger

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        return self.tagger.read(document, blocks, views)

    def see(self, document: Document) -> Seen:
        return Seen(())


def own(reading: ProjectReading) -> ProjectReading:
    """What of a reading is the built-in reader's business."""
    indicators = tuple(
        Indicator(**{name: getattr(indicator, name) for name in INDICATOR_FIELDS}) for indicator in reading.indicators
    )
    return ProjectReading(name=reading.name, goal=reading.goal, indicators=indicators)


def tagged(
    reading: ProjectReading,
    *,
    unsure: Sequence[str] = (),
    doubt: tuple[Span, ...] = (),
    openings: tuple[int, ...] = (0,),
) -> TaggerReading:
    """A reading as the built-in reader gives it; it is sure where nothing else is said."""
    return TaggerReading(own(reading), {}, frozenset(unsure), doubt, openings)


def agreeing(
    right: Mapping[str, ProjectReading], exceptions: Mapping[str, TaggerReading | None] | None = None
) -> StubReader:
    """Reads every block right, by its text, but for the `exceptions`."""
    others = exceptions or {}
    return StubReader(
        lambda block: others[block.content.text] if block.content.text in others else tagged(right[block.content.text])
    )


def right_answers(sources: Sequence[str]) -> dict[str, ProjectReading]:
    """The reading of every block by its text; golden labels vouch for the rules here (tests/test_golden.py)."""
    answers = {}
    for source in sources:
        opened = cut(read(source))
        records = finish(survey(opened), {}, RULES_ALONE).records
        blocks = opened.chunks.blocks
        answers |= {block.content.text: record.project for block, record in zip(blocks, records, strict=True)}
    return answers
