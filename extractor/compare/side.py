"""What a reading is worth against its source: where it has a vote, and its own consistency."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

from extractor.compare.findings import is_blank
from extractor.ground import Grounding, overlaps, unclaimed
from extractor.ground.paths import INDICATOR_FIELDS, LABEL_FIELDS, Leaf, indicator_paths, leaves
from extractor.schemas.finding import Finding
from extractor.schemas.paths import indicator_of
from extractor.schemas.project import Indicator, ProjectReading
from extractor.schemas.record import Span
from extractor.text import Squashed

_ROOM = 5
"""Doubtful characters in a row that an overlooked indicator might be; fewer are doubt about a border."""
_TELLING = ("name", "cycle_value", "annual_value")
"""Fields that make an indicator what it is."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """Where a reader has no vote: it was not asked for a field, or it is not sure.

    `fields` are the project's own fields that it reads, `indicator_fields` those of an indicator; every
    other field is not its business. `unsure` are paths of values that it read but would not swear to,
    `doubt` squashed stretches where it is not sure what stands there: that it has no value there says nothing.
    """

    fields: frozenset[str]
    indicator_fields: frozenset[str]
    unsure: frozenset[str] = frozenset()
    doubt: tuple[Span, ...] = ()

    def reads(self, path: str) -> bool:
        """True where the field at `path` is its business.

        >>> one = Abstention(frozenset({"name"}), frozenset({"annual_value"}))
        >>> [one.reads(path) for path in ("name", "indicators[2].annual_value", "attributes.name", "amounts.total")]
        [True, True, False, False]
        """
        of = indicator_of(path)
        return path in self.fields if of is None else of.field in self.indicator_fields

    def doubts(self, spans: Sequence[Span]) -> bool:
        """True where the reader may have missed what claims `spans`; what claims no text needs room to stand in."""
        if not spans:
            return any(end - start >= _ROOM for start, end in self.doubt)
        return any(start < end2 and start2 < end for start, end in spans for start2, end2 in self.doubt)

    def doubtful(self, spans: Sequence[Span]) -> int:
        """How many characters of `spans` the reader is not sure of."""
        return sum(max(0, min(end, end2) - max(start, start2)) for start, end in spans for start2, end2 in self.doubt)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader's reading with its grounding; `abstention` is None for a reader that answers for everything."""

    reading: ProjectReading
    grounding: Grounding
    abstention: Abstention | None = None

    def unsure(self) -> list[str]:
        """Paths of the values that it would not swear to, in order."""
        paths = self.abstention.unsure if self.abstention else ()
        return [path for path, _ in leaves(self.reading) if path in paths] if paths else []


@dataclass(frozen=True, slots=True)
class Comparison:
    """The project to publish: its values' spans in `Document.text`, its findings, and the paths of values read twice.

    `abstained` are the paths of published values on which the second reader, whose business they are, did not
    vote: while there are any, the record is not `agreed`. Fields that are not its business are not among them.
    """

    project: ProjectReading
    spans: dict[str, Span]
    findings: tuple[Finding, ...]
    read_twice: frozenset[str]
    fields: int
    abstained: tuple[str, ...] = ()


def phrases_in(view: Squashed, withheld: re.Pattern[str]) -> list[Span]:
    """Where the block says that it is withheld, each with the whole phrase around it (项目信息不宜公开)."""
    text = view.text
    found = []
    for match in withheld.finditer(text):
        start, end = match.span()
        while start and text[start - 1].isalpha():
            start -= 1
        while end < len(text) and text[end].isalpha():
            end += 1
        found.append((start, end))
    return found


def untouched(phrases: list[Span], claims: list[Span]) -> list[Span]:
    """Phrases that no value claims a part of; of the others the rest is missing from that value."""
    return [phrase for phrase in phrases if not any(start < phrase[1] and phrase[0] < end for start, end in claims)]


class Side:
    """One reader in a comparison, with what its reading as a whole is worth, and where it has a vote.

    What is not the business of a reader is what `beside` it the other one made of it.
    """

    def __init__(
        self,
        side: Reading,
        view: Squashed,
        structure: re.Pattern[str],
        phrases: list[Span],
        beside: Side | None = None,
    ) -> None:
        self.reading, self.grounding, self.abstention = side.reading, side.grounding, side.abstention
        self.unsure = side.unsure
        self.view, self.structure = view, structure
        self.beside = beside if side.abstention else None
        self.phrases = phrases if (self.beside or self).reading.withheld else []
        self.ungrounded = frozenset(side.grounding.ungrounded)

    @property
    def indicator_fields(self) -> Collection[str]:
        return self.abstention.indicator_fields if self.abstention else INDICATOR_FIELDS

    def reads(self, path: str) -> bool:
        return self.abstention is None or self.abstention.reads(path)

    def votes(self, path: str, value: Leaf | None, against: Sequence[Span]) -> bool:
        """True where this reader answers for its `value` at `path`; `against` a blank stands what claims this text."""
        one = self.abstention
        if one is None:
            return True
        return one.reads(path) and path not in one.unsure and not (is_blank(value) and one.doubts(against))

    def votes_for(self, index: int) -> bool:
        """True where this reader answers for its indicator at `index`, which another reader lacks."""
        read = self.reading.indicators[index].__dict__
        own = {path for field, path in indicator_paths(index) if field in _TELLING and not is_blank(read[field])}
        return self.abstention is None or not own <= self.abstention.unsure

    def votes_against(self, spans: Sequence[Span]) -> bool:
        """True where this reader answers for having no indicator in text that another reader's claims."""
        if self.abstention is None:
            return True
        if not spans:
            return not self.abstention.doubts(spans)
        return 2 * self.abstention.doubtful(spans) < sum(end - start for start, end in spans)

    def repeats(self, other: ProjectReading) -> bool:
        """True where this reading says of its business just what `other` says."""
        one, reading = self.abstention, self.reading
        if one is None:
            return reading == other
        if any(getattr(reading, field) != getattr(other, field) for field in one.fields):
            return False
        if reading.indicators == other.indicators:
            return True
        pairs = list(zip(reading.indicators, other.indicators, strict=False))
        return len(reading.indicators) == len(other.indicators) and all(
            mine.__dict__[field] == theirs.__dict__[field] for mine, theirs in pairs for field in one.indicator_fields
        )

    @cached_property
    def overlapping(self) -> frozenset[str]:
        """Paths of values that claim text which another value of this reading claims as well."""
        pairs = overlaps(self.grounding.places, self.grounding.pieces)
        return frozenset(path for pair in pairs for path in pair)

    @cached_property
    def explains_the_block(self) -> bool:
        """True where every value is found, in order, no text is claimed twice and none is left over."""
        return (
            _is_counted(self.reading.indicators)
            and not self.ungrounded
            and not self.overlapping
            and not self._is_interleaved
            and not unclaimed(self.view, self._claims_with_phrases(), self.structure)
        )

    def _claims_with_phrases(self) -> list[Span]:
        claims = self.grounding.claims()
        if self.beside:
            others = (path for path in self.beside.grounding.places if not self.reads(path))
            claims += [span for path in others for span in self.beside.claims(path)]
        return claims + untouched(self.phrases, claims)

    @property
    def _is_interleaved(self) -> bool:
        """True where an indicator's own text reaches into another's, as swapped values do."""
        extents = []
        for index in range(len(self.reading.indicators)):
            spans = self.own(index)
            if spans:
                extents.append((min(start for start, _ in spans), max(end for _, end in spans)))
        extents.sort()
        return any(one[1] > two[0] for one, two in pairwise(extents))

    @cached_property
    def mask(self) -> bytearray:
        mask = bytearray(len(self.view.text))
        for start, end in self.grounding.claims():
            mask[start:end] = b"\x01" * (end - start)
        return mask

    def leaves_unread(self, spans: Sequence[Span]) -> bool:
        return all(self.mask.find(1, *span) < 0 for span in spans)

    def own(self, index: int, fields: Collection[str] = INDICATOR_FIELDS) -> list[Span]:
        """Text of an indicator, merged labels aside: they stand elsewhere and are others' as well."""
        paths = (path for field, path in indicator_paths(index) if field in fields and field not in LABEL_FIELDS)
        return [span for path in paths for span in self.claims(path)]

    def extent(self, index: int) -> tuple[Span, ...]:
        """Where in `Document.text` an indicator's own text stands."""
        paths = [path for field, path in indicator_paths(index) if field not in LABEL_FIELDS]
        spans = tuple(span for path in paths if (span := self.grounding.source.get(path)))
        if not spans or not self.ungrounded.isdisjoint(path for _, path in indicator_paths(index)):
            return spans
        return ((min(start for start, _ in spans), max(end for _, end in spans)),)

    def span(self, path: str) -> Span | None:
        """Where in `Document.text` the value at `path` stands."""
        return self.grounding.source.get(path)

    def claims(self, path: str) -> tuple[Span, ...]:
        """Text of the block that the value at `path` accounts for."""
        place = self.grounding.places.get(path)
        return self.grounding.pieces.get(path, (place,)) if place else ()


def _is_counted(indicators: Sequence[Indicator]) -> bool:
    """True where the numbers are 1, 2, 3 …, in all or within each category; or where there are none.

    >>> one, two = Indicator(number=1, level2="数量指标"), Indicator(number=1, level2="质量指标")
    >>> _is_counted((one, two)), _is_counted((one, one))
    (True, False)
    """
    if all(indicator.number is None for indicator in indicators):
        return True
    groups = [list(group) for _, group in groupby(indicators, lambda one: (one.level1, one.level2))]
    return any(
        all([one.number for one in group] == list(range(1, len(group) + 1)) for group in way)
        for way in ([list(indicators)], groups)
    )
