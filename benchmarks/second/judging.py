"""Labelled blocks, and marks for readings of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from extractor.builtin import FIELDS
from extractor.compare import Comparison
from extractor.compare.align import align
from extractor.compare.printed import described
from extractor.compare.side import Reading
from extractor.golden import discover
from extractor.ground import ground
from extractor.ground.paths import key
from extractor.layouts import CompiledLayout
from extractor.pipeline import cut, survey
from extractor.readers import read
from extractor.schemas.document import SYNTHETIC, Block, Document
from extractor.schemas.project import Indicator, ProjectReading
from extractor.schemas.record import FlagCode
from extractor.tagger.reading import INDICATOR_FIELDS
from extractor.text import Squashed
from second.damage import Printed, Span

COMPARED = frozenset({FlagCode.DISAGREEMENT, FlagCode.ONLY_RULES, FlagCode.ONLY_MODEL})


@dataclass(frozen=True)
class Labelled:
    """A block with what a careful person reads from it: `right` is the rules' reading where it is that."""

    id: str
    block: Block
    view: Squashed
    right: Reading
    source: str
    is_cells: bool

    @property
    def label(self) -> ProjectReading:
        return self.right.reading

    @cached_property
    def printed(self) -> Printed:
        """The text that the tagger reads, with where the right values stand in it."""
        claims = sorted(span for path in self._own_values() for span in self._stretches(path))
        values: list[Span] = []
        for start, end in claims:
            if values and start < values[-1][1]:
                values[-1] = (values[-1][0], max(end, values[-1][1]))
            else:
                values.append((start, end))
        goal = list(self._stretches("goal"))
        items = [span for path in self._own_values() if path.startswith("indicators") for span in self._stretches(path)]
        cells = [(min(one)[0], max(end for _, end in one)) for one in (goal, items) if one]
        return Printed(self.source, tuple(values), tuple(sorted(cells)))

    def _own_values(self) -> Iterator[str]:
        return (path for path in self.right.grounding.places if path.startswith(("name", "goal", "indic", "amounts")))

    def _stretches(self, path: str) -> Iterator[Span]:
        """Where a value stands in `source`: more than one stretch where other text interrupts it."""
        grounding = self.right.grounding
        if path not in grounding.places:
            return
        for start, end in grounding.pieces.get(path, (grounding.places[path],)):
            places = sorted(at for position in range(start, end) if (at := self._at(position)) is not None)
            first = 0
            for index in range(1, len(places) + 1):
                if index == len(places) or self.source[places[index - 1] + 1 : places[index]].strip():
                    yield places[first], places[index - 1] + 1
                    first = index

    def _at(self, squashed: int) -> int | None:
        position = self.view.positions[squashed]
        if self.is_cells:
            return position
        offset = self.view.source.offsets[position]
        return None if offset == SYNTHETIC else offset - self.block.start


@dataclass(frozen=True)
class LabelledDocument:
    """A golden case in its blocks."""

    name: str
    source: Path
    document: Document
    layout: CompiledLayout
    blocks: tuple[Labelled, ...]


def labelled_documents(golden: Path, documents: Path | None = None) -> Iterator[LabelledDocument]:
    """The cases that have projects; every labelled project must have its block."""
    for case in discover(golden, documents):
        opened = cut(read(str(case.source)))
        if not opened.chunks.blocks:
            continue
        rules = survey(opened).rules
        if len(rules) != len(case.label.projects):
            raise SystemExit(f"{case.name}: {len(rules)} blocks for {len(case.label.projects)} labelled projects")
        text, is_cells = opened.document.text, bool(opened.document.tables)
        blocks = []
        for block, one, label in zip(opened.chunks.blocks, rules, case.label.projects, strict=True):
            if one.reading is None:
                raise SystemExit(f"{case.name}: the rules fail at block {block.index}")
            source = block.content.text if is_cells else text[block.start : block.end]
            right = _right(one.reading, label, one.view, block)
            blocks.append(Labelled(f"{case.name}[{block.index}]", block, one.view, right, source, is_cells))
        yield LabelledDocument(
            case.name, case.source, opened.document, opened.layout_of(opened.chunks.blocks[0]), tuple(blocks)
        )


def _right(rules: Reading, label: ProjectReading, view: Squashed, block: Block) -> Reading:
    """The rules' reading; where it differs from the label, the label's values in its place."""
    if judge(label, rules.reading).is_exact:
        return rules
    own = {"name": label.name, "goal": label.goal, "indicators": label.indicators}
    reading = rules.reading.model_copy(update=own)
    return Reading(reading, ground(reading, view, block.context))


class Marks(Counter[str]):
    """Fields of the tagger's business: `fields` labelled, `read`, `right`; of those read `sure`, `sure_wrong`."""

    @property
    def is_exact(self) -> bool:
        return self["fields"] == self["read"] == self["right"]

    @property
    def f1(self) -> float:
        everything = self["fields"] + self["read"]
        return 2 * self["right"] / everything if everything else 1.0


def judge(label: ProjectReading, reading: ProjectReading | None, unsure: frozenset[str] = frozenset()) -> Marks:
    """Marks of one reading; None reads nothing."""
    reading = reading or ProjectReading()
    marks = Marks()
    for path, expected, got in _pairs(label, reading):
        sure = got is not None and path not in unsure
        marks["fields"] += expected is not None
        marks["read"] += got is not None
        marks["right"] += expected is not None and expected == got
        marks["sure"] += sure
        marks["sure_wrong"] += sure and expected != got
    return marks


def _pairs(label: ProjectReading, reading: ProjectReading) -> Iterator[tuple[str, str | None, str | None]]:
    """The reading's path, the labelled value and the one that was read, of every field."""
    for field in FIELDS:
        yield field, _key(getattr(label, field)), _key(getattr(reading, field))
    nothing = Indicator()
    for one, other in align(label.indicators, reading.indicators):
        expected = nothing if one is None else label.indicators[one]
        got = nothing if other is None else reading.indicators[other]
        for field in INDICATOR_FIELDS:
            yield f"indicators[{other}].{field}", _key(getattr(expected, field)), _key(getattr(got, field))


def _key(value: str | int | None) -> str | None:
    return None if value is None else key(str(value)) or None


def disputed(comparison: Comparison, readings: Sequence[ProjectReading]) -> int:
    """Fields that the flags of a comparison dispute; a lone indicator counts with all of its fields."""
    sizes = {
        described(indicator): sum(getattr(indicator, field) is not None for field in INDICATOR_FIELDS)
        for reading in readings
        for indicator in reading.indicators
    }
    return sum(
        1 if "." in flag.path or not flag.path.startswith("indicators") else sizes[flag.rules or flag.model or ""]
        for flag in comparison.findings
        if flag.code in COMPARED
    )


__all__ = ["COMPARED", "Labelled", "LabelledDocument", "Marks", "disputed", "judge", "labelled_documents"]
