"""What dumps and grids have in common once they are cut into rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from extractor.chunk.titles import is_navigation, is_title
from extractor.chunk.units import unit_of_line
from extractor.layouts import Terms
from extractor.schemas.cells import BODY, indicator_of
from extractor.schemas.document import Document, Found, Header, Line, MappedText, PrintedUnit
from extractor.text import fold, join_lines, squash

Kind = Literal["blocks", "header", "totals", "furniture", "outside", "again"]
"""again: a project that is told a second time; it counts as furniture."""

_LONGEST_NOTE = 2_000
_APART = re.compile(r"(?<=\S)(?:\s{2,}|\t|\u3000)(?=[^:\s]{2,12}:)")
_TITLE_ENDS = re.compile(r"表(?:[(（][^()（）]{1,20}[)）])?")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年(?:度)?(?!\d*月)")


class Mark(NamedTuple):
    """What a stretch of `Document.text` is; stretches do not overlap."""

    start: int
    end: int
    kind: Kind


@dataclass(slots=True)
class PrintedRow:
    """One row of the printed table: a project, a unit, or a total.

    `parts` are the row's texts by column: `name`, `goal`, `indicators` (`indicators[0].level1` … where each
    indicator has a row of its own), or `body` where a dump does not part goal and indicators. `numbers` are
    its amounts in print order, `columns` where each of them stands (None where the text does not tell).
    `units` are the units that the cells of these numbers print themselves, `unit_above` is one that is printed
    between the table's rows, above this one. `held` are the columns in which a merged cell of a
    row above goes on, with its text; `apart` those that have a cell of their own, blank or not, where other rows
    of the table go on with a merged one. `indicators` counts the rows of indicators that were joined to the row.
    """

    parts: dict[str, MappedText]
    numbers: tuple[str, ...]
    columns: tuple[str, ...] | None
    start: int
    end: int
    page: int | None = None
    labels: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    units: tuple[PrintedUnit | None, ...] = ()
    unit_above: PrintedUnit | None = None
    held: dict[str, MappedText] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    indicators: int = 0

    @property
    def name(self) -> str:
        part = self.parts.get("name")
        return join_lines(part.text) if part else ""

    @property
    def has_content(self) -> bool:
        return any(
            content.text.strip()
            for part, content in self.parts.items()
            if part in {"goal", "indicators", BODY} or indicator_of(part) is not None
        )


@dataclass(slots=True)
class HeadedRows:
    """Rows under one heading: most documents have one, a compilation has one for each department.

    `units` are all units of amounts that are printed above them; the header has one where they are the same.
    `goes_on` is true where only another unit's name parts them from the section before: a total below holds for both.
    """

    header: Header
    columns: tuple[str, ...]
    rows: list[PrintedRow]
    units: tuple[PrintedUnit, ...] = ()
    goes_on: bool = False


def read_header(document: Document, lines: Iterable[Line], terms: Terms) -> Header:
    """Title, department, unit, fiscal year and unit of amounts from the lines above a table."""
    title: Found | None = None
    department: Found | None = None
    body: Found | None = None
    unit: PrintedUnit | None = None
    year: int | None = None
    first: Found | None = None
    for line in _with_titles_apart(document, lines, terms):
        raw = document.text[line.start : line.end]
        printed = raw.strip().strip('#|*," \t')
        if not printed:
            continue
        start = line.start + raw.index(printed)
        word = squash(printed)
        here = Found(join_lines(printed), (start, start + len(printed)))
        first = first or (None if is_navigation(word) else here)
        labelled = terms.department.match(word) or terms.header_unit.match(word)
        if title is None and not labelled and is_title(word):
            title = here
        if department is None and (match := terms.department.match(word)):
            department = _labelled(document, line, match[1])
        if body is None and (match := terms.header_unit.match(word)):
            body = _labelled(document, line, match[1])
        # Other tables may stand above: the nearest unit is the table's.
        unit = unit_of_line(document, line, terms, is_title=is_title(word)) or unit
        if match := terms.year.search(word):
            year = year or int(match[1])
    title = title or first
    if year is None and title and (match := _YEAR.search(title.value)):
        year = int(match[1])
    return Header(
        title=title,
        department=department,
        unit=body,
        fiscal_year=year,
        amount_unit=unit,
    )


def _with_titles_apart(document: Document, lines: Iterable[Line], terms: Terms) -> Iterator[Line]:
    """Lines, each cut behind a title that a labelled department or unit follows: …绩效目标表部门名称：…"""
    for line in lines:
        raw = document.text[line.start : line.end]
        ends = (match.end() for match in _TITLE_ENDS.finditer(raw))
        end = next(
            (end for end in ends if _is_labelled(raw[end:], terms) and is_title(squash(raw[:end].strip("#* ")))), None
        )
        if end is None:
            yield line
        else:
            yield Line(line.start, line.start + end, line.page)
            yield Line(line.start + end, line.end, line.page)


def _is_labelled(text: str, terms: Terms) -> bool:
    word = squash(text)
    return bool(terms.department.match(word) or terms.header_unit.match(word))


def unit_below(
    document: Document, sections: Iterable[HeadedRows], marks: Iterable[Mark], terms: Terms
) -> PrintedUnit | None:
    """Unit of amounts that the notes right below the last row tell; what is not a note ends them."""
    end = max((row.end for section in sections for row in section.rows), default=None)
    if end is None:
        return None
    for mark in sorted(mark for mark in marks if mark.kind == "outside" and mark.start >= end):
        line = Line(mark.start, min(mark.end, mark.start + _LONGEST_NOTE), None)
        word = squash(document.text[line.start : line.end])
        if not (terms.notes.match(word) or terms.unit_in_prose.search(word)):
            return None
        if unit := unit_of_line(document, line, terms, is_title=is_title(word)):
            return unit
    return None


def _labelled(document: Document, line: Line, squashed: str) -> Found:
    """The value behind a line's label, up to where another label stands apart from it in the same line."""
    found = _locate(document, line, squashed)
    if found.span is None:
        return found
    start, end = found.span
    apart = _APART.search(fold(document.text[start:end]))
    if apart is None:
        return found
    end = start + apart.start()
    return Found(join_lines(document.text[start:end]), (start, end))


def _locate(document: Document, line: Line, squashed: str) -> Found:
    """The printed form of a squashed piece of a line, with its span."""
    raw = document.text[line.start : line.end]
    pattern = r"\s*".join(re.escape(character) for character in squashed)
    matches = list(re.finditer(pattern, raw)) or list(re.finditer(pattern, fold(raw)))
    if not matches:
        return Found(squashed, None)
    match = matches[0]
    start, end = line.start + match.start(), line.start + match.end()
    return Found(join_lines(document.text[start:end]), (start, end))
