"""What each printed row is: a project, a unit, a unit above units, a subtotal, or the grand total."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from extractor.chunk.rows import PrintedRow
from extractor.layouts import CompiledLayout
from extractor.text import squash

RowKind = Literal["grand", "subtotal", "unit", "group", "project"]

_NAMING = ("name", "unit", "department", "number")


def row_kinds(rows: Sequence[PrintedRow], layout: CompiledLayout, *, has_amounts: bool) -> list[RowKind]:
    """The kind of each row, from its words, its text, and what the rows below it add up to."""
    kinds: list[RowKind] = [_by_words(row, layout, has_amounts) for row in rows]
    seen_grand = False
    for index, kind in enumerate(kinds):
        if kind == "grand":
            kinds[index] = "subtotal" if seen_grand else "grand"
            seen_grand = True
    for index, kind in enumerate(kinds):
        if kind == "unit":
            kinds[index] = _unit_or_project(rows, kinds, index)
    return kinds


def total_name(row: PrintedRow) -> str:
    """The name of a total row, whichever column it stands in."""
    return row.name or next((squash(row.parts[part].text) for part in _NAMING if part in row.parts), "")


def _by_words(row: PrintedRow, layout: CompiledLayout, has_amounts: bool) -> RowKind:
    terms = layout.terms
    named = [row.parts[part].text for part in _NAMING if part in row.parts]
    if any(terms.is_grand_total(text) for text in named[:1] if row.has_content) or (
        not row.has_content and any(terms.is_grand_total(text) for text in named)
    ):
        return "grand"
    if terms.is_subtotal(row.name) and (not row.has_content or squash(row.name) in terms.subtotals):
        return "subtotal"
    if row.has_content or layout.withheld.search(squash(row.name)):
        return "project"
    return "unit" if has_amounts else "project"


def _unit_or_project(rows: Sequence[PrintedRow], kinds: Sequence[RowKind], index: int) -> RowKind:
    """A row with amounts and without text is a unit, unless the sums show that it is a project left empty."""
    if not rows[index].numbers:
        return "unit"
    amount = _first(rows[index])
    if amount == _below(rows, kinds, index):
        return "unit"
    running = Decimal(0)
    for row, kind in zip(rows[index + 1 :], kinds[index + 1 :], strict=True):
        if kind == "unit" and row.numbers:
            running += _first(row)
            if running == amount:
                return "group"
    above = next(
        (row for row in range(index - 1, -1, -1) if kinds[row] in {"unit", "grand"} and rows[row].numbers), None
    )
    if above is None:
        return "unit"
    after = next(
        (
            row
            for row in range(index + 1, len(rows))
            if kinds[row] != "project" and (kinds[row] != "unit" or _first(rows[row]) == _below(rows, kinds, row))
        ),
        len(rows),
    )
    inside = sum((_first(rows[row]) for row in range(above + 1, after) if rows[row].numbers), Decimal(0))
    followed = index + 1 < len(kinds) and kinds[index + 1] == "project"
    if inside == _first(rows[above]) or (not followed and "unit" in kinds[:index]):
        return "project"
    return "unit"


def _first(row: PrintedRow) -> Decimal:
    return Decimal(row.numbers[0]) if row.numbers else Decimal(0)


def _below(rows: Sequence[PrintedRow], kinds: Sequence[RowKind], index: int) -> Decimal | None:
    """Sum of the projects right below a row; None where there are none."""
    total = Decimal(0)
    found = False
    for row, kind in zip(rows[index + 1 :], kinds[index + 1 :], strict=True):
        if kind == "subtotal":
            continue
        if kind != "project":
            break
        total += _first(row)
        found = True
    return total if found else None
