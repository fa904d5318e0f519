"""What each printed row is: a project, a unit, a group of units, a subtotal, the grand total, an empty template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from extractor.chunk.assembly.rowsums import RowKind, Sums
from extractor.chunk.assembly.template import is_template
from extractor.chunk.rows import PrintedRow
from extractor.layouts import CompiledLayout
from extractor.schemas.document import MappedText
from extractor.text import join_lines, squash

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
    first_body = bodies.index(True) if True in bodies else len(bodies)
    sums, named = Sums(rows, kinds), _called(rows, kinds)
    for index, kind in enumerate(kinds):
        if kind == "unit" and index > first_body and not bodies[index]:
            row = rows[index]
            if row.numbers and sums.first[index] == sums.below[index] and _is_category(row, named, layout):
                kinds[index] = "subtotal"
    for index in _counted(rows, kinds):
        kinds[index] = "project"
    return _with_units(rows, kinds)


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
    has_content = row.has_content
    if any(map(terms.is_grand_total, named[:1] if has_content else named)):
        return "grand"
    name = row.name or total_name(row)
    if terms.is_subtotal(name) and (not has_content or squash(name) in terms.subtotals):
        return "subtotal"
    if is_template(row, layout):
        return "template"
    if has_content or layout.withheld.search(squash(row.name)):
        return "project"
    return "unit" if has_amounts else "project"


def _is_heading(row: PrintedRow, below: PrintedRow, layout: CompiledLayout) -> bool:
    """Whether a row holds the name of a body and nothing else, above a row that holds a project."""
    alone = row.parts.keys() == {"name"} and below.has_content
    return alone and squash(row.name).endswith(layout.terms.bodies)


def _is_body(row: PrintedRow, layout: CompiledLayout) -> bool:
    return _BRACKETS.sub("", squash(total_name(row))).endswith(layout.terms.bodies)


def _called(rows: Sequence[PrintedRow], kinds: Sequence[RowKind]) -> Counter[str]:
    """How many rows that add up others are called the same."""
    pairs = zip(rows, kinds, strict=True)
    return Counter(squash(total_name(row)) for row, kind in pairs if kind in {"unit", "subtotal"})


def _is_category(row: PrintedRow, named: Mapping[str, int], layout: CompiledLayout) -> bool:
    """Whether a row that adds up the projects right below it sums up a category of a body's, and is no body itself.

    It is called like a project, or like another such row of the table.
    """
    name = squash(total_name(row))
    return name.endswith((*layout.terms.name_endings, "类")) or named[name] > 1


def _with_units(rows: Sequence[PrintedRow], kinds: Sequence[RowKind]) -> list[RowKind]:
    """The kinds, where a row with amounts and without text is a unit unless the sums show that it is none.

    It is a group where the units below it add up to it, and a project left empty where it is one of those that add up
    to the unit or the grand total above.
    """
    sums, found = Sums(rows, kinds), list(kinds)
    above: int | None = None
    has_units = False
    for index, kind in enumerate(kinds):
        if kind == "unit" and rows[index].numbers and sums.first[index] != sums.below[index]:
            if sums.are_units_below(index):
                found[index] = "group"
            elif above is not None:
                is_followed = kinds[index + 1 : index + 2] == ["project"]
                is_part = sums.first[above] == sums.between(above, index)
                if is_part or (not is_followed and has_units):
                    found[index] = "project"
        has_units = has_units or found[index] == "unit"
        if found[index] in {"unit", "grand"} and rows[index].numbers:
            above = index
    return found
