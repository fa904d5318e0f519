"""Two readings of one block become one project (the policy is told in `extractor.compare`).

Every field is set beside its counterpart and settled once. Where an item stands in a list of the project is known only
when all of the list is settled; what is not published of it gets an index past what is, so that the path of a finding
never points at another item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractor.compare.align import Pair
from extractor.compare.amounts import amounts
from extractor.compare.indicators import indicators
from extractor.compare.labelled import labelled
from extractor.compare.parts import Part, single
from extractor.compare.settle import Cell, Settled, settle
from extractor.compare.side import Side
from extractor.ground.paths import leaves, same_text
from extractor.schemas.finding import Finding
from extractor.schemas.paths import attribute
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Span


@dataclass(frozen=True, slots=True)
class Merged:
    """What two readings come to.

    `spans` are those of published values, `claims` text that the findings account for, `pairs` which indicator of
    either reader stands at each index, published or only told of. `abstained` are the paths of published values on
    which the second reader did not vote.
    """

    project: ProjectReading
    pairs: tuple[Pair, ...]
    spans: dict[str, Span]
    findings: tuple[Finding, ...] = ()
    claims: tuple[Span, ...] = ()
    fields: int = 0
    read_twice: frozenset[str] = frozenset()
    abstained: tuple[str, ...] = ()


def merge(rules: Side, model: Side, phrases: Sequence[Span]) -> Merged:
    """The project to publish of both readings; `phrases` say in the block that it is withheld."""
    if model.repeats(rules.reading) and _is_grounded(rules, model):
        return _repeated(rules, model)
    pairs, items = indicators(rules, model)
    parts = {
        "department": _text(rules, model, "department"),
        "unit": _text(rules, model, "unit"),
        "name": _text(rules, model, "name"),
        "amounts": amounts(rules, model),
        "goal": _text(rules, model, "goal"),
        "indicators": items,
        "attributes": _attributes(rules, model),
    }
    values: dict[str, Any] = {field: part.value for field, part in parts.items()}
    project = ProjectReading.model_construct(**values, withheld=_is_withheld(rules, model, phrases))
    settled = {field + path: one for field, part in parts.items() for path, one in part.settled.items()}
    return _summed(project, pairs, settled)


def _is_grounded(rules: Side, model: Side) -> bool:
    """True where every value is found by a reader who answers for it."""
    missing = rules.ungrounded
    return not missing or (model.abstention is None and missing.isdisjoint(model.ungrounded))


def _repeated(rules: Side, model: Side) -> Merged:
    """The model says what the rules say: there is nothing to settle."""
    abstained = tuple(model.unsure())
    return Merged(
        rules.reading,
        tuple((index, index) for index in range(len(rules.reading.indicators))),
        model.grounding.source | rules.grounding.source,
        fields=rules.grounding.fields,
        read_twice=frozenset(path for path, _ in leaves(model.reading)).difference(abstained),
        abstained=abstained,
    )


def _summed(project: ProjectReading, pairs: tuple[Pair, ...], settled: Mapping[str, Settled]) -> Merged:
    return Merged(
        project,
        pairs,
        {path: one.span for path, one in settled.items() if one.span},
        tuple(replace(one.finding, path=path) for path, one in settled.items() if one.finding),
        tuple(span for one in settled.values() for span in one.claims),
        sum(one.value is not None for one in settled.values()),
        frozenset(path for path, one in settled.items() if one.read_twice),
        tuple(path for path, one in settled.items() if one.abstained),
    )


def _is_withheld(rules: Side, model: Side, phrases: Sequence[Span]) -> bool:
    """Where the readers differ, the source's own words decide."""
    own = rules.reading.withheld
    return bool(phrases) if own != model.reading.withheld and model.reads("withheld") else own


def _text(rules: Side, model: Side, field: str) -> Part:
    left, right = (Cell(field, getattr(side.reading, field)) for side in (rules, model))
    return single("", settle(rules, model, left, right, same_text))


def _attributes(rules: Side, model: Side) -> Part:
    mine, theirs = (
        {label: Cell(attribute(label), value) for label, value in side.reading.attributes.items()}
        for side in (rules, model)
    )
    return labelled(rules, model, mine, theirs)
