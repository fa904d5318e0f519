"""What each printed row is: a project, a unit, a group of units, a subtotal, the grand total, an empty template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from extractor.chunk.assembly.template import is_template
from extractor.chunk.rows import PrintedRow
from extractor.layouts import CompiledLayout
from extractor.schemas.document import MappedText
from extractor.text import join_lines, squash

RowKind = Literal["grand", "subtotal", "unit", "group", "project", "template"]

_BRACKETS = re.compile(r"\([^()]*\)")
_NAMING = ("name", "unit", "department", "number")


def row_kinds(rows: Sequence[PrintedRow], layout: CompiledLayout, *, has_amounts: bool) -> list[RowKind]:
    """The kind of each row, from its words, its text, and what the rows below it add up to."""
    kinds: list[RowKind] = [_by_words(row, layout, has_amounts) for row in rows]
    if not has_amounts:
        for index, (row, below) in enumerate(pairwise(rows)):
            if kinds[index] == "project" and _is_heading(row, below, layout):
                kinds[index] = "unit"
    seen_grand = False
    for index, kind in enumerate(kinds):
        if kind == "grand":
            kinds[index] = "subtotal" if seen_grand else "grand"
            seen_grand = True
    bodies = [kind == "unit" and _is_body(rows[index], layout) for index, kind in enumerate(kinds)]
    for index, kind in enumerate(kinds):
        if kind == "unit" and any(bodies[:index]) and _is_category(rows, kinds, bodies, index, layout):
            kinds[index] = "subtotal"
    for index in _counted(rows, kinds):
        kinds[index] = "project"
    for index, kind in enumerate(kinds):
        if kind == "unit":
            kinds[index] = _unit_or_project(rows, kinds, index)
    return kinds


def _counted(rows: Sequence[PrintedRow], kinds: Sequence[RowKind]) -> list[int]:
    """Rows with amounts alone that are counted along with the projects around them: 1, 2, 3 through the whole list."""
    numbers = {
        index: squash(row.parts["number"].text)
        for index, row in enumerate(rows)
        if kinds[index] in {"project", "unit"} and "number" in row.parts
    }
    is_count = list(numbers.values()) == [f"{number}" for number in range(1, len(numbers) + 1)]
    are_all = all(index in numbers for index, kind in enumerate(kinds) if kind == "project")
    return list(numbers) if is_count and are_all and any(kinds[index] == "project" for index in numbers) else []


def total_name(row: PrintedRow) -> str:
    """The name of a total row, whichever column it stands in."""
    part = naming_part(row)
    return join_lines(part.text) if part else ""


def naming_part(row: PrintedRow) -> MappedText | None:
    """What a row of a total or a unit is called: its name, or a cell that is merged across from a column before."""
    return next((row.parts[part] for part in _NAMING if part in row.parts), None)


def _by_words(row: PrintedRow, layout: CompiledLayout, has_amounts: bool) -> RowKind:
    terms = layout.terms
    named = [row.parts[part].text for part in _NAMING if part in row.parts]
    if any(terms.is_grand_total(text) for text in named[:1] if row.has_content) or (
        not row.has_content and any(terms.is_grand_total(text) for text in named)
    ):
        return "grand"
    name = row.name or total_name(row)
    if terms.is_subtotal(name) and (not row.has_content or squash(name) in terms.subtotals):
        return "subtotal"
    if is_template(row, layout):
        return "template"
    if row.has_content or layout.withheld.search(squash(row.name)):
        return "project"
    return "unit" if has_amounts else "project"


def _is_heading(row: PrintedRow, below: PrintedRow, layout: CompiledLayout) -> bool:
    """Whether a row holds the name of a body and nothing else, above a row that holds a project."""
    alone = row.parts.keys() == {"name"} and below.has_content
    return alone and squash(row.name).endswith(layout.terms.bodies)


def _is_body(row: PrintedRow, layout: CompiledLayout) -> bool:
    return _BRACKETS.sub("", squash(total_name(row))).endswith(layout.terms.bodies)


def _is_category(
    rows: Sequence[PrintedRow], kinds: Sequence[RowKind], bodies: Sequence[bool], index: int, layout: CompiledLayout
) -> bool:
    """Whether a row with amounts sums up a category of a body's projects, and is no body itself.

    It adds up the projects right below it, and is called like a project, or like another such row of the table.
    """
    row = rows[index]
    if bodies[index] or not row.numbers or _first(row) != _below(rows, kinds, index):
        return False
    name = squash(total_name(row))
    if name.endswith((*layout.terms.name_endings, "类")):
        return True
    same = (at for at, kind in enumerate(kinds) if at != index and kind in {"unit", "subtotal"})
    return any(squash(total_name(rows[at])) == name for at in same)


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
