"""The indicators of two readings: what both read is settled field by field, what one read alone as a whole."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, NamedTuple

from extractor.compare.align import Pair, align
from extractor.compare.findings import only
from extractor.compare.labelled import labelled
from extractor.compare.parts import Part, listed
from extractor.compare.printed import described
from extractor.compare.settle import Cell, Same, Settled, of_model, of_rules, prevails, settle, unopposed
from extractor.compare.side import Side
from extractor.ground.paths import INDICATOR_FIELDS, indicator_paths, same_text
from extractor.schemas.paths import ATTRIBUTES, attribute_label, indicator_attribute
from extractor.schemas.project import Indicator


class _Lone(NamedTuple):
    """An indicator that one reader read alone."""

    side: Side
    other: Side
    at: int
    is_rules: bool


def indicators(rules: Side, model: Side) -> tuple[tuple[Pair, ...], Part]:
    """The indicators, and which of either reader stands at each index."""
    pairs = align(rules.reading.indicators, model.reading.indicators, model.indicator_fields)
    found = [(pair, part) for pair in pairs if (part := _indicator(rules, model, pair)) is not None]
    found.sort(key=lambda each: each[1].value is None)
    return tuple(pair for pair, _ in found), listed([part for _, part in found])


def _indicator(rules: Side, model: Side, pair: Pair) -> Part | None:
    """What becomes of an aligned pair; None where nobody answers for it."""
    match pair:
        case (int(i), int(j)):
            return _built(_both(rules, model, i, j))
        case (int(i), None):
            if not model.votes_against(rules.own(i, model.indicator_fields)):
                return _built({field: unopposed(rules, model, cell) for field, cell in _cells(rules, i)})
            return _disputed(rules, model, _Lone(rules, model, i, True))
        case (None, int(j)) if model.votes_for(j):
            return _disputed(rules, model, _Lone(model, rules, j, False))
    return None


def _cells(side: Side, index: int) -> list[tuple[str, Cell]]:
    """What a reader reads in the fields of an indicator and in the other cells of its row, blanks aside."""
    values = side.reading.indicators[index].__dict__
    own = [(field, Cell(path, values[field])) for field, path in indicator_paths(index) if values[field] is not None]
    return own + [(f"{ATTRIBUTES}{label}", cell) for label, cell in _others(side, index).items()]


def _both(rules: Side, model: Side, i: int, j: int) -> dict[str, Settled]:
    mine, theirs = rules.reading.indicators[i].__dict__, model.reading.indicators[j].__dict__
    found = {
        field: settle(rules, model, Cell(left, mine[field]), Cell(right, theirs[field]), _same(field))
        for (field, left), (_, right) in zip(indicator_paths(i), indicator_paths(j), strict=True)
        if mine[field] is not None or theirs[field] is not None
    }
    others = labelled(rules, model, _others(rules, i), _others(model, j))
    return found | {f"attributes{label}": one for label, one in others.settled.items()}


def _others(side: Side, index: int) -> dict[str, Cell]:
    """The other cells of an indicator's row by their labels."""
    cells = side.reading.indicators[index].attributes
    return {label: Cell(indicator_attribute(index, label), value) for label, value in cells.items()}


def _same(field: str) -> Same:
    return operator.eq if field == "number" else same_text


def _built(fields: Mapping[str, Settled]) -> Part:
    values: dict[str, Any] = {field: fields[field].value if field in fields else None for field in INDICATOR_FIELDS}
    values["attributes"] = {
        label: str(one.value)
        for field, one in fields.items()
        if (label := attribute_label(field)) is not None and one.value is not None
    }
    return Part(Indicator.model_construct(**values), {f".{field}": one for field, one in fields.items()})


def _disputed(rules: Side, model: Side, lone: _Lone) -> Part:
    """An indicator against none: told of in one finding, whether it is published or not."""
    told = {"": _told(lone)}
    if not _is_kept(rules, model, lone):
        return Part(None, told)
    if lone.is_rules:
        fields = {field: of_rules(rules, cell) for field, cell in _cells(rules, lone.at)}
    else:
        cells = _cells(model, lone.at)
        fields = {field: of_model(model, cell) for field, cell in cells if model.votes(cell.path, cell.value, ())}
    built = _built(fields)
    return Part(built.value, {**built.settled, **told})


def _is_kept(rules: Side, model: Side, lone: _Lone) -> bool:
    """True where an indicator that one reader read alone is printed, and its text is no other's."""
    own = lone.side.own(lone.at)
    mine = {cell.path for _, cell in _cells(lone.side, lone.at)}
    if not own or not lone.side.ungrounded.isdisjoint(mine) or not lone.side.overlapping.isdisjoint(mine):
        return False
    return lone.other.leaves_unread(own) or (lone.is_rules and prevails(rules, model, "indicators"))


def _told(lone: _Lone) -> Settled:
    side = lone.side
    paths = [cell.path for _, cell in _cells(side, lone.at)]
    finding = only(
        "rules" if lone.is_rules else "model",
        described(side.reading.indicators[lone.at]),
        not side.ungrounded.isdisjoint(paths),
        side.extent(lone.at),
    )
    claims = () if lone.is_rules else tuple(span for path in paths for span in side.claims(path))
    return Settled(finding=finding, claims=claims)
