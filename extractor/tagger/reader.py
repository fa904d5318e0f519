"""The built-in second reader: a document and its blocks in, readings with their confidence out.

A text dump is read as it is printed, from the first character to the last, and each block's reading is
decoded from its stretch; so the same pass tells where projects begin. Of a table, each block's cells are
read under their column headers, as any reader sees them.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from extractor.schemas import paths
from extractor.schemas.document import SYNTHETIC, Block, Document
from extractor.schemas.project import Indicator, ProjectReading
from extractor.tagger.decode import Decoded, Value, decode
from extractor.tagger.labels import OUTSIDE, UNREADABLE, begin, inside
from extractor.tagger.network import Network
from extractor.tagger.openings import openings, outside
from extractor.tagger.reading import Span, TaggedDocument, TaggerReading
from extractor.tagger.threads import one_thread
from extractor.tagger.weights import load, weights_digest
from extractor.text import ENDS_SENTENCE, STOPS, Squashed, fold, join_lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SURE = 0.6
"""A value votes where every character of it is at least this likely to be what it was taken for."""
_LONGEST = 20_000
"""Characters of a block: no project prints as many, and what does is something else, of any size."""
_MOST_UNREADABLE = 0.1
_MOST_UNSURE = 0.5
_FIELD_NAMES = {"indicator": "name", "cycle": "cycle_value", "annual": "annual_value"}
_TAIL = "".join(character for character in ENDS_SENTENCE if fold(character) in STOPS)
"""What ends a value, as it is printed."""


class Tagger:
    """Loaded weights. Threads may share it: nothing in it changes, and one of them reads at a time."""

    def __init__(self, network: Network, sure: float = SURE) -> None:
        self._network = network
        self._sure = sure

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> Tagger:
        """The reader with the weights of this version; WeightsError where they are missing or damaged."""
        return Tagger(Network.build(load()))

    digest = staticmethod(weights_digest)

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        """Readings of the blocks that it can read; `views` are their squashed texts."""
        with one_thread():
            if document.tables:
                return self._read_cells(blocks, views)
            return self._read_text(document.text, blocks, views)

    def _read_cells(self, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        readings = {}
        for block, view in zip(blocks, views, strict=True):
            text = block.content.text
            if len(text) > _LONGEST:
                continue
            at = {position: index for index, position in enumerate(view.positions)}
            probabilities = self._network.tag(text)
            opens = openings(probabilities, self._sure)
            reading = _Reader(text, probabilities, at, opens, self._sure).read()
            if reading is not None:
                readings[block.index] = reading
        return TaggedDocument(readings)

    def _read_text(self, text: str, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        probabilities = self._network.tag(text)
        everywhere = openings(probabilities, self._sure)
        readings = {}
        for block, view in zip(blocks, views, strict=True):
            start, end = block.start, block.end
            if end - start > _LONGEST:
                continue
            offsets = view.source.offsets
            at = {
                offset - start: index
                for index, position in enumerate(view.positions)
                if (offset := offsets[position]) != SYNTHETIC
            }
            own = everywhere[bisect_left(everywhere, start) : bisect_left(everywhere, end)]
            opens = [position - start for position in own]
            reading = _Reader(text[start:end], probabilities[start:end], at, opens, self._sure).read()
            if reading is not None:
                readings[block.index] = reading
        return TaggedDocument(readings, outside(everywhere, blocks, probabilities))


class _Reader:
    """One block; `at` maps a position in its text to the squashed position of its content, `opens` are in its text."""

    def __init__(self, text: str, probabilities: Floats, at: dict[int, int], opens: Sequence[int], sure: float) -> None:
        self.text = text
        self.probabilities = probabilities
        self.at = at
        self.opens = opens
        self.sure = sure
        self.decoded: Decoded = decode(text, probabilities)
        self.places: dict[str, Span] = {}
        self.unsure: set[str] = set()

    def read(self) -> TaggerReading | None:
        """None where the text is of a form that it cannot read."""
        ink = sorted(self.at)
        if not ink:
            return None
        tags = self.probabilities[ink].argmax(axis=1)
        if float((tags == UNREADABLE).mean()) > _MOST_UNREADABLE:
            return None
        name, goal = self._text("name", self.decoded.name), self._text("goal", self.decoded.goal)
        indicators = tuple(self._indicator(index, item) for index, item in enumerate(self.decoded.indicators))
        reading = ProjectReading.model_construct(
            **(_BLANK.__dict__ | {"name": name, "goal": goal, "indicators": indicators})
        )
        if not self.places or len(self.unsure) > _MOST_UNSURE * len(self.places):
            return None
        return TaggerReading(
            reading, self.places, frozenset(self.unsure), self._doubt(), tuple(self._squashed(self.opens))
        )

    def _indicator(self, index: int, values: dict[str, Value]) -> Indicator:
        read: dict[str, Any] = {}
        for field, value in values.items():
            target = _FIELD_NAMES.get(field, field)
            path = paths.indicator(index, target)
            if field == "number":
                read[target] = self._number(path, value)
            else:
                read[target] = self._text(path, value)
        return Indicator.model_construct(**(_NO_INDICATOR.__dict__ | read))

    def _number(self, path: str, value: Value) -> int | None:
        printed = "".join(self._raw(value).split())
        digits = [unicodedata.digit(character, -1) for character in printed]
        if not digits or len(digits) > 6 or -1 in digits:
            number = unicodedata.numeric(printed, -1.0) if len(printed) == 1 else -1.0
            if number < 0 or number != int(number):
                self.unsure.add(path)
                return None
            self._note(path, value)
            return int(number)
        self._note(path, value)
        return int("".join(map(str, digits)))

    def _raw(self, value: Value) -> str:
        return "\n".join(self.text[piece.start : piece.end] for piece in value.pieces)

    def _text(self, path: str, value: Value | None) -> str | None:
        if value is None:
            return None
        printed = self._raw(value).strip()
        if path != "goal":
            printed = printed.rstrip(_TAIL).rstrip()
        if not printed:
            return None
        self._note(path, value)
        return join_lines(printed)

    def _note(self, path: str, value: Value) -> None:
        """Where the value stands, if in one stretch of the content, and whether it votes."""
        tail = "" if path == "goal" else _TAIL
        positions = [at for piece in value.pieces for at in range(piece.start, piece.end)]
        while positions and (self.text[positions[-1]].isspace() or self.text[positions[-1]] in tail):
            positions.pop()
        squashed = [self.at.get(at) for at in positions if not self.text[at].isspace()]
        first = squashed[0]
        if first is not None and squashed == list(range(first, first + len(squashed))):
            self.places[path] = (first, first + len(squashed))
        else:
            self.places[path] = (0, 0)
        if self._confidence(value) < self.sure:
            self.unsure.add(path)

    def _confidence(self, value: Value) -> float:
        """The least likely of: its characters being of this field, its beginning, its end."""
        start, within = begin(value.field), inside(value.field)
        rows = self.probabilities
        least = 1.0
        for piece in value.pieces:
            least = min(
                least, float((rows[piece.start : piece.end, start] + rows[piece.start : piece.end, within]).min())
            )
        least = min(least, float(rows[value.start, start]))
        end = value.pieces[-1].end
        while end < len(self.text) and self.text[end].isspace():
            end += 1
        if end < len(self.text):
            least = min(least, 1.0 - float(rows[end, within]))
        return least

    def _doubt(self) -> tuple[Span, ...]:
        """Squashed stretches where the tag that was chosen is not likely enough."""
        import numpy as np

        rows, tags = self.probabilities, self.decoded.tags.astype(np.int64)
        everywhere = np.arange(len(tags))
        chosen = rows[everywhere, tags]
        in_field = (tags != OUTSIDE) & (tags != UNREADABLE)
        partner = np.where(in_field, tags + np.where(tags % 2 == 1, 1, -1), tags)
        chosen = np.where(in_field, chosen + rows[everywhere, partner], chosen)
        doubtful = sorted(
            index
            for position in np.flatnonzero(chosen < self.sure)
            if (index := self.at.get(int(position))) is not None
        )
        runs = groupby(enumerate(doubtful), key=lambda pair: pair[1] - pair[0])
        return tuple((run[0][1], run[-1][1] + 1) for _, group in runs if (run := list(group)))

    def _squashed(self, positions: Iterable[int]) -> list[int]:
        """Squashed positions, in order, of those that the content has."""
        known = (self.at.get(position) for position in positions)
        return sorted(index for index in known if index is not None)


_BLANK = ProjectReading()
_NO_INDICATOR = Indicator()

__all__ = ["SURE", "Tagger"]
