"""The amounts of two readings: the columns, then numbers of no column and lines of the breakdown, paired in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractor.compare.align import Pair
from extractor.compare.parts import Part, listed, single
from extractor.compare.settle import NOTHING, Cell, Same, Settled, settle
from extractor.compare.side import Side
from extractor.ground.paths import COLUMNS, same_amount, same_text
from extractor.schemas.project import Amounts, FundingLine


def amounts(rules: Side, model: Side) -> Part:
    one, other = rules.reading.amounts, model.reading.amounts
    values: dict[str, Any] = {}
    settled: dict[str, Settled] = {}
    for column in COLUMNS:
        left, right = (Cell(f"amounts.{column}", getattr(amounts, column)) for amounts in (one, other))
        settled[f".{column}"] = found = settle(rules, model, left, right, same_amount)
        values[column] = found.value
    for field, lines in (
        ("unplaced", _unplaced(rules, model, one.unplaced, other.unplaced)),
        ("breakdown", _breakdown(rules, model, one.breakdown, other.breakdown)),
    ):
        values[field] = lines.value
        settled |= {f".{field}{path}": found for path, found in lines.settled.items()}
    return Part(Amounts.model_construct(**values), settled)


def _unplaced(rules: Side, model: Side, mine: Sequence[str], theirs: Sequence[str]) -> Part:
    def cell(values: Sequence[str], index: int | None) -> Cell:
        return NOTHING if index is None else Cell(f"amounts.unplaced[{index}]", values[index])

    pairs = _in_order(mine, theirs, same_amount, leftovers=True)
    return listed([single("", settle(rules, model, cell(mine, i), cell(theirs, j), same_amount)) for i, j in pairs])


def _breakdown(rules: Side, model: Side, mine: Sequence[FundingLine], theirs: Sequence[FundingLine]) -> Part:
    def cells(lines: Sequence[FundingLine], index: int | None) -> tuple[Cell, Cell]:
        if index is None:
            return NOTHING, NOTHING
        path, line = f"amounts.breakdown[{index}]", lines[index]
        return Cell(f"{path}.label", line.label), Cell(f"{path}.amount", line.amount)

    pairs = _in_order(mine, theirs, lambda one, other: same_text(one.label, other.label), leftovers=False)
    return listed([_funding(rules, model, cells(mine, i), cells(theirs, j)) for i, j in pairs])


def _funding(rules: Side, model: Side, left: tuple[Cell, Cell], right: tuple[Cell, Cell]) -> Part:
    """A line of the breakdown, published where its amount is."""
    (my_label, my_amount), (their_label, their_amount) = left, right
    amount = settle(rules, model, my_amount, their_amount, same_amount)
    if amount.value is None:
        return Part(None, {".amount": amount})
    if (my_label is not NOTHING and their_label is not NOTHING) or not model.reads(my_label.path):
        label = settle(rules, model, my_label, their_label, same_text)
    else:
        side, own = (model, their_label) if my_label is NOTHING else (rules, my_label)
        label = Settled(own.value, side.span(own.path))
    printed = label.value or my_label.value or their_label.value or ""
    line = FundingLine.model_construct(label=str(printed), amount=str(amount.value))
    return Part(line, {".amount": amount, ".label": label})


def _in_order(left: Sequence[Any], right: Sequence[Any], same: Same, *, leftovers: bool) -> list[Pair]:
    """Pairs of equal items in order; `leftovers` are paired in order as well."""
    free = list(range(len(right)))
    pairs: list[Pair] = []
    for i, item in enumerate(left):
        j = next((j for j in free if same(item, right[j])), None)
        if j is not None:
            free.remove(j)
        pairs.append((i, j))
    if leftovers:
        pairs = [(i, free.pop(0) if j is None and free else j) for i, j in pairs]
    return pairs + [(None, j) for j in free]
