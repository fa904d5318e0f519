"""One field of two readings: which of the two values is published, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from extractor.compare.findings import Reader, differing, is_blank, only, ungrounded
from extractor.compare.printed import printed_value
from extractor.compare.side import Side
from extractor.ground.paths import Leaf
from extractor.schemas.finding import Finding
from extractor.schemas.record import Span

Same = Callable[[Any, Any], bool]


class Cell(NamedTuple):
    """What one reader reads in a field, and at which path of its reading."""

    path: str
    value: Leaf | None


NOTHING = Cell("", None)
"""Beside an item of a list that the other reader lacks."""


class Settled(NamedTuple):
    """What becomes of one field, wherever in the project it will stand.

    `value` is published (None: nothing is), printed at `span`; `claims` is text that the finding accounts for.
    """

    value: Leaf | None = None
    span: Span | None = None
    finding: Finding | None = None
    claims: tuple[Span, ...] = ()
    read_twice: bool = False
    abstained: bool = False


def settle(rules: Side, model: Side, left: Cell, right: Cell, same: Same) -> Settled:
    """The field at `left` in the rules' and at `right` in the model's reading."""
    mine = None if is_blank(left.value) else left.value
    theirs = None if is_blank(right.value) else right.value
    if mine is None and theirs is None:
        return Settled()
    if not model.votes(right.path, right.value, rules.claims(left.path)):
        return Settled() if mine is None else unopposed(rules, model, left)
    if mine is None or theirs is None:
        return _only_rules(rules, model, left, right) if theirs is None else _only_model(rules, model, right)
    if mine == theirs or same(mine, theirs):
        return _agreed(rules, model, left, right)
    return _disputed(rules, model, left, right)


def unopposed(rules: Side, model: Side, left: Cell) -> Settled:
    """The rules' value where the second reader has no vote: published, and flagged where not found, as alone."""
    finding = ungrounded("rules", str(left.value)) if left.path in rules.ungrounded else None
    return of_rules(rules, left)._replace(finding=finding, abstained=model.reads(left.path))


def of_rules(rules: Side, left: Cell) -> Settled:
    """The rules' value, published."""
    return Settled(left.value, rules.span(left.path))


def of_model(model: Side, right: Cell) -> Settled:
    """The model's value, published as the source prints it, not as the model writes it."""
    value = right.value
    if isinstance(value, str) and right.path not in model.ungrounded:
        value = printed_value(value, right.path, model.grounding, model.view)
    return Settled(value, model.span(right.path))


def prevails(rules: Side, model: Side, path: str) -> bool:
    """True where the source and the checks bear out the rules rather than the model."""
    if not rules.explains_the_block:
        return False
    # Which column an amount stands in, the rules know from positions and printed totals.
    return path.startswith("amounts.") or not model.explains_the_block


def _agreed(rules: Side, model: Side, left: Cell, right: Cell) -> Settled:
    missing = _missing(rules, model, left, right)
    if missing == ["rules"]:
        return of_model(model, Cell(right.path, left.value))._replace(read_twice=True)
    finding = ungrounded("both", str(left.value)) if len(missing) == 2 else None
    return Settled(left.value, rules.span(left.path) or model.span(right.path), finding, read_twice=True)


def _disputed(rules: Side, model: Side, left: Cell, right: Cell) -> Settled:
    """Two different values (the policy's second point)."""
    missing = _missing(rules, model, left, right)
    published = Settled()
    if missing == ["model"] or (not missing and prevails(rules, model, left.path)):
        published = of_rules(rules, left)
    elif missing == ["rules"] and right.path not in model.overlapping:
        published = of_model(model, right)
    finding = differing(str(left.value), str(right.value), missing, [rules.span(left.path), model.span(right.path)])
    return published._replace(finding=finding, claims=model.claims(right.path), read_twice=True)


def _only_rules(rules: Side, model: Side, left: Cell, right: Cell) -> Settled:
    is_missing = left.path in rules.ungrounded
    unread = model.leaves_unread(rules.claims(left.path))
    is_borne_out = not is_missing and (unread or prevails(rules, model, left.path))
    finding = only("rules", str(left.value), is_missing, [rules.span(left.path)])
    published = of_rules(rules, left) if is_borne_out else Settled()
    return published._replace(finding=finding, claims=model.claims(right.path))


def _only_model(rules: Side, model: Side, right: Cell) -> Settled:
    is_missing = right.path in model.ungrounded
    claims = model.claims(right.path)
    finding = only("model", str(right.value), is_missing, [model.span(right.path)])
    published = of_model(model, right) if not is_missing and rules.leaves_unread(claims) else Settled()
    return published._replace(finding=finding, claims=claims)


def _missing(rules: Side, model: Side, left: Cell, right: Cell) -> Sequence[Reader]:
    """The readers whose value the source does not print."""
    missing: list[Reader] = []
    if left.path in rules.ungrounded:
        missing.append("rules")
    if right.path in model.ungrounded:
        missing.append("model")
    return missing
