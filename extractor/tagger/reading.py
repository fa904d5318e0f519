"""What the tagger read of one block."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.schemas.project import ProjectReading

Span = tuple[int, int]

INDICATOR_FIELDS = ("number", "level1_code", "level1", "level2_code", "level2", "name", "cycle_value", "annual_value")
"""What it reads of an indicator; a project's own fields are `name` and `goal`."""


@dataclass(frozen=True, slots=True)
class TaggerReading:
    """One block as the tagger read it: `reading` holds only fields that are its business.

    `places` tells where each value stands, in squashed positions of the block's content, as the rules'
    places do; `unsure` are paths of values that must not vote; `doubt` are squashed stretches [start, end)
    where it is not sure what stands there, so that a value it does not see there is no vote either.
    `openings` are squashed positions where it is sure that a project begins.
    """

    reading: ProjectReading
    places: dict[str, Span]
    unsure: frozenset[str]
    doubt: tuple[Span, ...]
    openings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TaggedDocument:
    """What the tagger made of a document.

    `readings` holds the blocks that it can read, by block index: a block without one has no second
    reading. `missed` are stretches of `Document.text` outside of all blocks where it is sure that a
    project begins.
    """

    readings: dict[int, TaggerReading]
    missed: tuple[Span, ...] = ()


__all__ = ["INDICATOR_FIELDS", "Span", "TaggedDocument", "TaggerReading"]
