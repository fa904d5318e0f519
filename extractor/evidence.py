"""What a reading is worth against its source: its own consistency, its flags, its values as printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from extractor.ground import Grounding, overlaps, unclaimed
from extractor.leaves import COLUMNS, INDICATOR_FIELDS, LABEL_FIELDS, indicator_paths
from extractor.messages import flag, message
from extractor.text import Squashed, fold
from schemas.project import Indicator, ProjectReading, plain_amount
from schemas.record import Flag, FlagCode, Span

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader's reading with its grounding."""

    reading: ProjectReading
    grounding: Grounding


@dataclass(frozen=True, slots=True)
class Comparison:
    """The project to publish: its values' spans in `Document.text`, its flags, and how many values were read twice."""

    project: ProjectReading
    spans: dict[str, Span]
    flags: tuple[Flag, ...]
    fields_read_twice: int
    fields: int


def ungrounded_flag(path: str, reader: str, value: str, language: str) -> Flag:
    rules, model = (None if reader == "model" else value), (None if reader == "rules" else value)
    who = message(f"reader_{reader}", language)
    return flag(FlagCode.UNGROUNDED, path, language=language, rules=rules, model=model, reader=who)


def unclaimed_flags(view: Squashed, claims: list[Span], structure: re.Pattern[str], language: str) -> list[Flag]:
    flags = []
    for start, end in unclaimed(view, claims, structure):
        text = view.value(start, end)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        span = view.source_span(start, end)
        flags.append(flag(FlagCode.UNCLAIMED_TEXT, language=language, spans=(span,) if span else (), text=shown))
    return flags


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


def printed_value(value: str, path: str, grounding: Grounding, view: Squashed) -> str:
    """`value` as the source prints it; how it wraps and where it has blanks is the reader's to say."""
    place = grounding.places.get(path)
    if place is None or path in grounding.pieces:
        return value
    if path.startswith("amounts.") and not path.endswith(".label"):
        return plain_amount(fold(view.text[slice(*place)]))
    printed = view.value(*place)
    return value if "".join(printed.split()) == "".join(value.split()) else printed


def as_printed(reading: ProjectReading, grounding: Grounding, view: Squashed) -> ProjectReading:
    def printed(path: str, value: Any) -> Any:
        return printed_value(value, path, grounding, view) if isinstance(value, str) else value

    def several(prefix: str, values: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
        return {field: printed(prefix + field, values[field]) for field in fields}

    amounts = reading.amounts
    return reading.model_copy(
        update={
            **several("", reading.__dict__, ("department", "unit", "name", "goal")),
            "amounts": amounts.model_copy(
                update={
                    **several("amounts.", amounts.__dict__, COLUMNS),
                    "unplaced": tuple(
                        printed(f"amounts.unplaced[{i}]", value) for i, value in enumerate(amounts.unplaced)
                    ),
                    "breakdown": tuple(
                        line.model_copy(update=several(f"amounts.breakdown[{i}].", line.__dict__, ("label", "amount")))
                        for i, line in enumerate(amounts.breakdown)
                    ),
                }
            ),
            "indicators": tuple(
                indicator.model_copy(update=several(f"indicators[{i}].", indicator.__dict__, INDICATOR_FIELDS))
                for i, indicator in enumerate(reading.indicators)
            ),
            "attributes": {label: printed(f"attributes.{label}", value) for label, value in reading.attributes.items()},
        }
    )


def described(indicator: Indicator) -> str:
    """An indicator in one line, for a person.

    >>> described(Indicator(number=2, level2_code="12", level2="质量指标", name="验收率", annual_value="100%"))
    '2、12-质量指标；验收率；100%'
    """
    codes = ((indicator.level1_code, indicator.level1), (indicator.level2_code, indicator.level2))
    labels = ["-".join(part for part in pair if part) for pair in codes]
    one = indicator
    rest = (one.name, one.operator, one.cycle_value, one.annual_value, one.measure_unit, one.weight)
    parts = [part for part in (*labels, *rest) if part]
    return ("" if one.number is None else f"{one.number}、") + "；".join(parts)


class Side:
    """One reader in a comparison, with what its reading as a whole is worth."""

    def __init__(self, side: Reading, view: Squashed, structure: re.Pattern[str], phrases: list[Span]) -> None:
        self.reading, self.grounding = side.reading, side.grounding
        self.view, self.structure = view, structure
        self.phrases = phrases if side.reading.withheld else []
        self.ungrounded = frozenset(side.grounding.ungrounded)

    @cached_property
    def overlapping(self) -> frozenset[str]:
        """Paths of values that claim text which another value of this reading claims as well."""
        pairs = overlaps(self.grounding.places, self.grounding.pieces)
        return frozenset(path for pair in pairs for path in pair)

    @cached_property
    def explains_the_block(self) -> bool:
        """True where every value is found, in order, no text is claimed twice and none is left over."""
        numbers = [indicator.number for indicator in self.reading.indicators]
        counted = not any(number is not None for number in numbers) or numbers == list(range(1, len(numbers) + 1))
        return (
            counted
            and not self.ungrounded
            and not self.overlapping
            and not self._is_interleaved
            and not unclaimed(self.view, self._claims_with_phrases(), self.structure)
        )

    def _claims_with_phrases(self) -> list[Span]:
        claims = self.grounding.claims()
        return claims + untouched(self.phrases, claims)

    @property
    def _is_interleaved(self) -> bool:
        """True where an indicator's own text reaches into another's, as swapped values do."""
        extents = []
        for index in range(len(self.reading.indicators)):
            paths = (path for field, path in indicator_paths(index) if field not in LABEL_FIELDS)
            spans = [span for path in paths for span in self.claims(path)]
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

    def claims(self, path: str) -> tuple[Span, ...]:
        place = self.grounding.places.get(path)
        return self.grounding.pieces.get(path, (place,)) if place else ()
