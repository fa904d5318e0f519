"""Printed sums and what their rows add up to, with the arithmetic: printed, rows, computed, difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from extractor.checks.sums import in_unit_of, mismatches, parts_difference, units_mismatch, units_of_grand_totals
from extractor.schemas.document import PrintedTotal
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import Amounts
from extractor.schemas.record import DocumentLine, FlagCode, Record

State = Literal["differs", "noted", "rounding", "unchecked", "agrees"]
"""`noted`: a difference was found when the document was read, but the run does not say which rows were added up."""
UNITS = "units"
"""Stands for a column: the grand total against the totals of the unit rows."""


@dataclass(frozen=True, slots=True)
class SumLine:
    """One printed amount of a total row. `computed` is None where it is not known what the row sums up.

    `rows` are the rows that were added up: projects, or unit rows for the column `units`. `messages` are those of the
    document's flags on this sum.
    """

    document: int
    kind: str
    name: str
    column: str
    printed: Decimal
    rows: int
    computed: Decimal | None
    state: State
    messages: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        return None if self.computed is None else self.computed - self.printed


@dataclass(frozen=True, slots=True)
class PartsLine:
    """A project whose printed funding sources do not add up to its printed total, in the printed unit."""

    document: int
    position: int
    id: str
    name: str | None
    unit: str | None
    printed: Decimal
    computed: Decimal


def sum_lines(
    line: DocumentLine, document: int, amounts: Mapping[int, Amounts], units: Mapping[int, str | None]
) -> Iterator[SumLine]:
    """Every printed sum of a document; `amounts` and their `units` are those of its projects by block index."""
    totals = [PrintedTotal(one.kind, one.name, one.amounts, 0, 0, one.rows, one.amount_unit) for one in line.totals]
    messages: dict[str, list[str]] = {}
    for flag in line.flags:
        if flag.code is FlagCode.SUM_MISMATCH:
            messages.setdefault(flag.path, []).append(flag.message)
    for index in range(len(totals)):
        rows = {row: amounts[row] for row in totals[index].rows if row in amounts}
        yield from _columns(totals, index, document, in_unit_of(totals[index], rows, units), messages)
    yield from _over_units(totals, document)


def _columns(
    totals: Sequence[PrintedTotal],
    index: int,
    document: int,
    rows: Mapping[int, Amounts],
    messages: Mapping[str, Sequence[str]],
) -> Iterator[SumLine]:
    total = totals[index]
    off = {one.column: one for one in mismatches(total, rows)}
    unplaced = bool(total.amounts.unplaced) or any(one.unplaced for one in rows.values())
    for column in AMOUNT_COLUMNS:
        text = getattr(total.amounts, column)
        if text is None:
            continue
        printed = Decimal(text)
        values = [Decimal(value) for one in rows.values() if (value := getattr(one, column)) is not None]
        computed = sum(values, Decimal(0))
        said = tuple(messages.get(f"totals[{index}].amounts.{column}", ()))
        state: State = "agrees"
        if column in off:
            state = "rounding" if off[column].is_rounding else "differs"
        elif unplaced and column != "total":
            state = "unchecked"
        elif computed != printed:
            # 财政拨款 alone makes up the total, and its line says it all.
            continue
        if not rows:
            # Nothing tells which rows it sums up: only what was found when the document was read is known.
            state = ("differs" if any(one.rows for one in totals) else "noted") if said else "unchecked"
        known = computed if rows and state != "unchecked" else None
        yield SumLine(document, total.kind, total.name, column, printed, len(rows), known, state, said)


def _over_units(totals: Sequence[PrintedTotal], document: int) -> Iterator[SumLine]:
    for index, own in units_of_grand_totals(totals):
        grand = totals[index]
        off = units_mismatch(grand, own)
        printed = Decimal(grand.amounts.total or 0)
        state: State = "agrees" if off is None else "rounding" if off.is_rounding else "differs"
        computed = printed if off is None else off.computed
        yield SumLine(document, grand.kind, grand.name, UNITS, printed, len(own), computed, state)


def parts_line(record: Record, document: int, position: int) -> PartsLine | None:
    """The arithmetic of a project whose sources do not add up, None where they do."""
    amounts = record.project.amounts
    difference = parts_difference(amounts)
    if difference is None or amounts.total is None:
        return None
    printed = Decimal(amounts.total)
    unit = record.document.amount_unit
    return PartsLine(document, position, record.id, record.project.name, unit, printed, printed - difference)
