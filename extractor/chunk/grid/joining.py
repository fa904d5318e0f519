"""A row of data and the project that it belongs to: its own, or the one above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.grid.columns import INDICATOR_COLUMNS
from extractor.chunk.grid.halves import carry_over, go_on, has_other_code, is_code
from extractor.chunk.grid.opened import Opened
from extractor.chunk.rows import PrintedRow
from extractor.layouts import CompiledLayout
from extractor.schemas.cells import EXTRA, attribute, counted, indicator, indicator_attribute, own_label
from extractor.schemas.document import MappedText
from extractor.text import squash

_NOT_SHARED = ("level1", "level2", "weight")
"""A category is filled down by the rules; a weight merged over two indicators is theirs together."""
_ENDS_SENTENCE = ("。", "；", ";")


@dataclass(frozen=True, slots=True)
class Joint:
    """How a row stands to those above it: in a table with a row for each indicator, and behind a page break."""

    by_indicator: bool
    after_break: bool


def join_row(printed: PrintedRow, section: Opened, joint: Joint, layout: CompiledLayout) -> None:
    """Puts a row to its project among the section's rows; it begins one where it belongs to none of them."""
    above = section.rows[-1] if section.rows else None
    if joint.by_indicator:
        if joint.after_break and above is not None and carry_over(above, printed):
            return
        if above is not None and _goes_on(above, printed):
            _put_rest(above, printed)
        if _add_indicator(printed, section):
            return
    goes_on = "name" in printed.held or printed.parts.keys() <= {"goal", "indicators"}
    if above is not None and goes_on and not printed.numbers:
        go_on(above, printed)
    elif above is not None and joint.after_break and _is_second_half(above, printed, layout):
        go_on(above, printed)
        above.notes.append("row_joined")
    else:
        _fill_down(printed, section, by_indicator=joint.by_indicator)
        section.rows.append(printed)


def _is_second_half(before: PrintedRow, printed: PrintedRow, layout: CompiledLayout) -> bool:
    """Whether the first row of a page is the rest of the last row of the page before, its name included."""
    if not before.numbers or printed.numbers or not before.has_content:
        return False
    items, more = before.parts.get("indicators"), printed.parts.get("indicators")
    if more is not None and layout.marker.match(squash(more.text)):
        return False
    last = items or before.parts.get("goal")
    return more is not None and last is not None and not last.text.rstrip().endswith(_ENDS_SENTENCE)


def _goes_on(project: PrintedRow, printed: PrintedRow) -> bool:
    """Whether a row prints the rest of a goal cut in mid-sentence, as the rows that a merged cell is spread over.

    Such a row has no amount, number or code of its own.
    """
    goal, more = project.parts.get("goal"), printed.parts.get("goal")
    if goal is None or more is None or printed.numbers or not project.numbers or printed.held:
        return False
    has_code = any(is_code(part) and not _is_open_code(project, part) for part in printed.parts)
    if goal.text.rstrip().endswith(_ENDS_SENTENCE) or has_code or "number" in printed.parts:
        return False
    rest = [part for part in printed.parts if part not in INDICATOR_COLUMNS and own_label(part) is None]
    return all(part in project.parts for part in rest)


def _is_open_code(project: PrintedRow, part: str) -> bool:
    """Whether a project's code ends in a hyphen, and so goes on below: LC26-0107- over 001."""
    return part in project.parts and project.parts[part].text.rstrip().endswith("-")


def _put_rest(project: PrintedRow, printed: PrintedRow) -> None:
    """Puts the rest of the project's own cells below what it has of them; the row's indicator stays."""
    rest = {
        part: text for part, text in printed.parts.items() if part not in INDICATOR_COLUMNS and own_label(part) is None
    }
    go_on(project, replace(printed, parts=rest))
    project.notes += [] if "row_joined" in project.notes else ["row_joined"]
    for part in rest:
        del printed.parts[part]


def _fill_down(printed: PrintedRow, section: Opened, *, by_indicator: bool) -> None:
    """A merged cell is printed once and holds for the rows below it; so does a blank unit or department.

    Only amounts do not hold: they would be counted twice.
    """
    if "name" in printed.parts or "name" in printed.held:
        shared = {column: held for column, held in printed.held.items() if column not in printed.parts}
        if by_indicator:
            shared = {column: held for column, held in shared.items() if column not in INDICATOR_COLUMNS}
        if shared.keys() & {"goal", "indicators"} or printed.has_content:
            printed.parts = shared | printed.parts
    before = section.last_told() if printed.has_content else None
    if before is None:
        return
    for column in ("department", "unit"):
        if column in before.parts and column not in printed.parts and column not in printed.apart:
            printed.parts = {column: before.parts[column], **printed.parts}
            printed.labels[column] = before.labels[column]


def _add_indicator(printed: PrintedRow, section: Opened) -> bool:
    """One indicator's row: joined to its project, whose merged cells are blank or printed again."""
    fields = {field: printed.parts.pop(field) for field in INDICATOR_COLUMNS if field in printed.parts}
    if not fields:
        printed.parts = {_project_key(key): content for key, content in printed.parts.items()}
        printed.labels = {_project_key(key): label for key, label in printed.labels.items()}
        return False
    own = {key: printed.parts.pop(key) for key in [*printed.parts] if own_label(key) is not None}
    project = section.rows[-1] if section.rows else None
    begins = project is None or _is_next_project(project, printed)
    shared = () if begins else _NOT_SHARED
    fields |= {
        field: printed.held[field]
        for field in INDICATOR_COLUMNS
        if field in printed.held and field not in fields and field not in shared and field != "weight"
    }
    if project is None or begins:
        project = printed
    else:
        _print_again(project, printed)
    _put_indicator(project, printed, fields, own)
    if begins:
        _fill_down(project, section, by_indicator=True)
        section.rows.append(project)
    return True


def _print_again(project: PrintedRow, printed: PrintedRow) -> None:
    """What a row with a further indicator says of its project: kept where it differs."""
    for part, content in printed.parts.items():
        if part not in project.parts or squash(project.parts[part].text) != squash(content.text):
            label = printed.labels.get(part)
            # Another amount is no attribute: it is left unclaimed, so that a person looks.
            labelled = label and not is_amount_column(part)
            again = counted(attribute(label) if label and labelled else EXTRA, project.parts)
            key = again if part in project.parts else part
            project.parts[key] = content
            project.labels[key] = printed.labels.get(part, "")
    project.notes += (note for note in printed.notes if note not in project.notes)
    project.end = printed.end


def _put_indicator(
    project: PrintedRow, printed: PrintedRow, fields: Mapping[str, MappedText], own: Mapping[str, MappedText]
) -> None:
    index = project.indicators
    project.indicators += 1
    for field, content in fields.items():
        project.parts[indicator(index, field)] = content
        project.labels[indicator(index, field)] = printed.labels[field]
    for key, content in own.items():
        label = printed.labels[key]
        own_key = counted(indicator_attribute(index, label), project.parts)
        project.parts[own_key] = content
        project.labels[own_key] = label


def _is_next_project(project: PrintedRow, printed: PrintedRow) -> bool:
    """Whether a row with an indicator begins another project than the one above it.

    Where a table merges its name cells, a name in a cell of its own is another project's, even the same name.
    """
    if "name" in printed.held:
        return False
    name = printed.parts.get("name")
    if name is not None and ("name" in printed.apart or squash(name.text) != squash(project.name)):
        return True
    if name is not None and (has_other_code(project, printed) or _is_of_another(project, printed)):
        return True
    return not project.has_content


def _is_of_another(project: PrintedRow, printed: PrintedRow) -> bool:
    """Whether a row prints another unit, department or serial number than a project of the same name."""
    return any(
        part in printed.parts
        and part in project.parts
        and squash(printed.parts[part].text) != squash(project.parts[part].text)
        for part in ("unit", "department", "number")
    )


def _project_key(key: str) -> str:
    label = own_label(key)
    return key if label is None else attribute(label)
