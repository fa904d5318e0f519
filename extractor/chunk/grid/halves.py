"""Rows that a page break cut in two: what stands on the next page is joined to the row above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from extractor.chunk.grid.columns import INDICATOR_COLUMNS
from extractor.chunk.rows import PrintedRow
from extractor.schemas.cells import own_label
from extractor.schemas.document import MappedText
from extractor.schemas.paths import INDICATORS, indicator_prefix
from extractor.text import squash

"""Begins the key of a labelled cell that speaks of one indicator, while its row is read."""
_VALUES = ("cycle_value", "annual_value")


def go_on(row: PrintedRow, more: PrintedRow) -> None:
    """Puts the texts of a row's second piece below those of the first."""
    for part, content in more.parts.items():
        if part in row.parts:
            before = row.parts[part]
            joint = MappedText("\n", [before.offsets[-1] + 1])
            row.parts[part] = MappedText(
                before.text + joint.text + content.text,
                [*before.offsets, *joint.offsets, *content.offsets],
            )
        else:
            row.parts[part] = content
            row.labels[part] = more.labels.get(part, part)
    row.end = more.end


def carry_over(project: PrintedRow, printed: PrintedRow) -> bool:
    """Joins the first row of a page to the project above it as far as it is its rest; whether that was all of it.

    For tables with a row for each indicator whose cells a page break cut with a rule. The rest of a project has no
    amounts, no number and no code of its own; the rest of an indicator has no name, or no value.
    """
    if not project.indicators or printed.numbers:
        return False
    rest = {
        part: content
        for part, content in printed.parts.items()
        if part not in INDICATOR_COLUMNS and own_label(part) is None
    }
    if all(squash(project.parts[part].text) == squash(rest[part].text) for part in rest if part in project.parts):
        rest = {}  # printed again, or nothing
    elif ("name" in rest and not project.numbers) or any(part == "number" or is_code(part) for part in rest):
        return False
    indicator = {part: content for part, content in printed.parts.items() if part in INDICATOR_COLUMNS}
    last = indicator_prefix(project.indicators - 1)
    cut = {last + part: content for part, content in indicator.items()}
    if not cut.keys() <= project.parts.keys() or not _is_rest_of_indicator(project, last, indicator):
        cut = {}
    if not rest and not cut:
        return False
    for part in [*rest, *(indicator if cut else ())]:
        del printed.parts[part]
    go_on(project, replace(printed, parts=rest | cut))
    project.notes.append("row_joined")
    return not printed.parts


def has_other_code(project: PrintedRow, printed: PrintedRow) -> bool:
    """Whether a row prints the code of another project."""
    return any(
        is_code(part) and part in project.parts and squash(content.text) != squash(project.parts[part].text)
        for part, content in printed.parts.items()
    )


def _is_rest_of_indicator(project: PrintedRow, last: str, printed: Mapping[str, MappedText]) -> bool:
    has_value = any(last + field in project.parts for field in _VALUES)
    return "indicator_name" not in printed or (has_value and not any(field in printed for field in _VALUES))


def is_code(part: str) -> bool:
    """Whether a column holds the code that each project has for itself.

    >>> is_code("attributes.项目编码"), is_code("goal"), is_code("indicators[0].attributes.指标编码")
    (True, False, False)
    """
    return part.endswith(("编码", "代码")) and not part.startswith(INDICATORS)
