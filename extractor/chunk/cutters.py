"""The cutters, one door each: a part of a document and the layout that it has, cut into blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from extractor.chunk.assembly.assembly import Assembly
from extractor.chunk.chunks import Cut
from extractor.chunk.dump.cut import read_dump
from extractor.chunk.forms.block import header_above, to_block
from extractor.chunk.forms.cut import read_forms
from extractor.chunk.grid.cut import read_grid
from extractor.chunk.prose.cut import read_prose
from extractor.chunk.rows import HeadedRows, Mark, read_header, unit_below
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Block, Document, Found, Header, PrintedTotal, PrintedUnit
from extractor.schemas.layout import CONTENT_COLUMNS
from extractor.schemas.project import Amounts
from extractor.text import squash

_HEAD_LINES = 40


def cut_rows(document: Document, layout: CompiledLayout) -> Cut:
    """Tables and dumps that have a row for each project, or for each indicator."""
    sections, marks = (read_grid if layout.spec.source == "grid" else read_dump)(document, layout)
    if layout.spec.source == "dump" and not any(map(_tells, sections)):
        marks = [*marks, *(Mark(row.start, row.end, "outside") for section in sections for row in section.rows)]
        sections = []  # a list of sums, without a goal: no projects
    blocks: list[Block] = []
    totals: list[PrintedTotal] = []
    if sections and not any(section.units for section in sections):
        unit = unit_below(document, sections, marks, layout.terms)
        for section in sections:
            section.header = replace(section.header, amount_unit=unit)
    templates = first = 0
    for section in sections:
        first = first if section.goes_on else len(blocks)
        before = len(totals)
        templates += Assembly(section, layout, blocks, totals, marks, first).run()
        if any(total.kind == "grand_total" for total in totals[before:]):
            first = len(blocks)
    header = sections[0].header if sections else bare_header(document, layout)
    above = [section.header.amount_unit for section in sections]
    above += [row.unit_above for section in sections for row in section.rows if row.unit_above is not None]
    if len({unit and unit.value for unit in above}) > 1:
        header = replace(header, amount_unit=None)
    if len({section.header.department and section.header.department.value for section in sections}) > 1:
        header = replace(header, department=None)
    elif blocks:
        header = _with_columns(header, blocks)
    if header.amount_unit is None:
        header = replace(header, amount_unit=_unit_of_cells(blocks))
    return Cut(
        header=header,
        layout=layout.spec,
        blocks=tuple(blocks),
        totals=tuple(totals),
        marks=tuple(marks),
        rows=sum(len(section.rows) for section in sections),
        templates=templates,
        heads=bool(sections) and not (layout.spec.source == "dump" and "indicator_name" in sections[0].columns),
    )


def cut_forms(document: Document, layout: CompiledLayout) -> Cut:
    """Forms, one for each project.

    A form that nobody filled in is no project, nor is one on a whole department: both are understood and count as
    furniture, but a person is told of them as of all text outside.
    """
    forms, marks = read_forms(document, layout)
    filled = [form for form in forms if not form.is_empty]
    empty = {row for form in forms if form.is_empty for row in form.rows}
    outside = {(mark.start, mark.end) for mark in marks if mark.kind == "outside"} | empty
    no_project = empty | {(row.start, row.end) for table in document.tables for row in table.rows} & outside
    marks = [mark._replace(kind="furniture") if (mark.start, mark.end) in no_project else mark for mark in marks]
    built: list[tuple[Block, Header]] = []
    above: PrintedUnit | None = None
    for index, form in enumerate(filled):
        above = header_above(form, document, layout).amount_unit if form.top else above
        built.append(to_block(index, form, document, layout, above))
    blocks = tuple(block for block, _ in built)
    header = built[0][1] if built else bare_header(document, layout)
    if len({one.amount_unit and one.amount_unit.value for _, one in built}) > 1:
        header = replace(header, amount_unit=None)
    years = {one.fiscal_year for _, one in built} - {None}
    if len(years) > 1:
        header = replace(header, fiscal_year=None)
    if blocks:
        header = _with_columns(header, blocks)
    return Cut(
        header=header,
        layout=layout.spec,
        blocks=blocks,
        marks=(*marks, *(Mark(start, end, "outside") for start, end in sorted(no_project))),
        rows=len(forms),
        templates=len(forms) - len(filled),
        heads=True,
    )


def cut_prose(document: Document, layout: CompiledLayout) -> Cut:
    """Projects told in numbered sections."""
    blocks, header, marks = read_prose(document, layout)
    return Cut(header=header, layout=layout.spec, blocks=tuple(blocks), marks=tuple(marks), rows=len(blocks))


CUTTERS: Mapping[str, Callable[[Document, CompiledLayout], Cut]] = {
    "grid": cut_rows,
    "dump": cut_rows,
    "form": cut_forms,
    "prose": cut_prose,
}
"""By the `source` of a layout."""


def _tells(section: HeadedRows) -> bool:
    """Whether a section has a column of goals or indicators, or a row that holds some."""
    return bool(CONTENT_COLUMNS & set(section.columns)) or any(row.has_content for row in section.rows)


def bare_header(document: Document, layout: CompiledLayout) -> Header:
    """What the first lines say where no table was found."""
    return read_header(document, document.lines[:_HEAD_LINES], layout.terms)


def _with_columns(header: Header, blocks: Sequence[Block]) -> Header:
    """A department that only a column names is the document's, if all its rows have the same."""
    if header.department is not None:
        return header
    named = {
        squash(block.content.text[slice(*block.cells["department"])]) for block in blocks if "department" in block.cells
    }
    first = blocks[0]
    if len(named) != 1 or "department" not in first.cells:
        return header
    start, end = first.cells["department"]
    found = Found(" ".join(first.content.text[start:end].split()), first.content.source_span(start, end))
    return replace(header, department=found)


def _unit_of_cells(blocks: Sequence[Block]) -> PrintedUnit | None:
    """The unit that the amount cells print themselves, where all of them print the same."""
    units = [block.context.amount_unit for block in blocks if block.context.amounts != Amounts()]
    return units[0] if len({unit and unit.value for unit in units}) == 1 else None
