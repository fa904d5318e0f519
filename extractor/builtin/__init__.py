"""The built-in second readers at work: one reads characters, one reads cells.

The reader of characters (`extractor.tagger`) makes a reading of its own of a block's text; it is compared with the
rules' like any other. The reader of cells (`extractor.tagger.cells`) has its say on what is about to be published:
value by value, by the cell in which each stands. Both see where projects begin. Where the reader of cells bears out
whatever the other one reads, that one is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Protocol

from extractor.builtin.cells import Say, hear, lost
from extractor.builtin.characters import FIELDS, NOT_READ, check_starts, is_read, missed, reading_of
from extractor.compare.side import Comparison, Reading
from extractor.errors import ExtractorError
from extractor.ground.paths import leaves
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Finding, finding
from extractor.schemas.record import FlagCode
from extractor.settings import Settings
from extractor.tagger.cells.seen import Seen
from extractor.tagger.reading import TaggedDocument
from extractor.text import Squashed

_FILES = (("extractor.tagger", "weights.npz"), ("extractor.tagger.cells", "weights.npz"))


class SecondReader(Protocol):
    """What `Builtin` does; tests put another in its place."""

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument: ...

    def see(self, document: Document) -> Seen: ...


class Builtin:
    """Both readers with the weights of this version."""

    def __init__(self) -> None:
        from extractor.tagger import Tagger
        from extractor.tagger.cells import network

        self._tagger = Tagger.load()
        network()  # a damaged file is found before the first document

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        """Readings of the blocks whose text can be read in order."""
        return self._tagger.read(document, blocks, views)

    def see(self, document: Document) -> Seen:
        """What each cell of a document's tables is likely to hold."""
        from extractor.tagger.cells import see

        return see(document)


@dataclass(frozen=True, slots=True)
class SecondReadings:
    """Readings of characters by block index, what is seen in the cells, and what there is to say.

    A block without a reading and without cells has no second reading. `says` are those of the reader of cells on the
    rules' readings that it bears out, so that nobody read the characters.
    """

    readings: Mapping[int, Reading] = field(default_factory=dict)
    findings: Mapping[int, Finding] = field(default_factory=dict)
    of_document: tuple[Finding, ...] = ()
    seen: Seen | None = None
    says: Mapping[int, Say] = field(default_factory=dict)


def load(settings: Settings) -> SecondReader | None:
    """The built-in readers, unless the settings say rules alone; WeightsError where one is damaged."""
    return Builtin() if settings.reads_twice else None


def digest() -> str:
    """What the weights of both are known by in records."""
    from extractor.tagger.cells.weights import weights_digest as of_cells
    from extractor.tagger.weights import weights_digest

    return f"{weights_digest()[:8]}{of_cells()[:8]}"


def size() -> int:
    """Bytes of both weights files; 0 where one is missing."""
    try:
        return sum(len(files(package).joinpath(file).read_bytes()) for package, file in _FILES)
    except OSError:
        return 0


def read_again(
    reader: SecondReader,
    document: Document,
    blocks: Sequence[Block],
    views: Sequence[Squashed],
    of_cells: Mapping[int, Reading] | None = None,
) -> SecondReadings:
    """Second readings of the blocks; a fault in a reader costs this document's second reading, and is seen.

    `of_cells` are the rules' readings of blocks that were read by their cells: of these the characters are read only
    where the reader of cells does not bear out what they would tell.
    """
    try:
        seen = reader.see(document) if document.tables else None
        says = dict(_borne_out(seen, blocks, of_cells)) if seen is not None and of_cells else {}
        asked = [(block, view) for block, view in zip(blocks, views, strict=True) if block.index not in says]
        tagged = reader.read(document, [block for block, _ in asked], [view for _, view in asked])
        readings = {
            block.index: reading_of(tagged.readings[block.index], block, view)
            for block, view in asked
            if block.index in tagged.readings
        }
    except (ExtractorError, MemoryError):
        raise
    except Exception as error:  # a fault of ours
        failed = finding(FlagCode.MODEL_FAILED, "document", variant="builtin", detail=type(error).__name__)
        return SecondReadings(of_document=(failed,))
    return SecondReadings(
        readings,
        check_starts(tagged, blocks, views, has_cells=bool(document.tables)),
        (*missed(tagged, document), *(lost(seen, document, blocks) if seen else ())),
        seen,
        says,
    )


def _borne_out(seen: Seen, blocks: Sequence[Block], readings: Mapping[int, Reading]) -> Iterator[tuple[int, Say]]:
    """Blocks of whose characters nothing is left to read, with the say of the reader of cells."""
    for block in blocks:
        rules = readings.get(block.index)
        if rules is None:
            continue
        spans = rules.grounding.source
        say = hear(seen, block, Comparison(rules.reading, spans, (), frozenset(), rules.grounding.fields))
        if say.has_cells and all(path in say.same for path, _ in leaves(rules.reading) if is_read(path)):
            yield block.index, say


__all__ = [
    "FIELDS",
    "NOT_READ",
    "Builtin",
    "Say",
    "SecondReader",
    "SecondReadings",
    "check_starts",
    "digest",
    "hear",
    "is_read",
    "load",
    "read_again",
    "size",
]
