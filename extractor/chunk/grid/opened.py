"""The section that is being read: whose projects its rows are, and in which unit their amounts are printed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.grid.columns import Columns
from extractor.chunk.rows import HeadedRows, PrintedRow, read_header
from extractor.chunk.titles import is_title
from extractor.chunk.units import unit_of_amounts, unit_of_label, unit_of_line
from extractor.layouts import Terms
from extractor.schemas.document import Document, Found, Line, PrintedUnit, Row
from extractor.text import squash

_BODY = re.compile(
    r"[#* ]*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、])\s*"
    r"([^。；;，,：:]{3,30}?)[* ]*"
)
_ASIDE = re.compile(r"(?:机关|本级|\([^()]*\))$")
"""What stands behind the name of a body that is meant without those below it."""
_ABOVE = 2


@dataclass(slots=True)
class Opened:
    """What was read of a section so far. `department` and `body` are those that its headings name.

    `body_above` is the body that a heading without a label names, right above the table of its projects.
    """

    rows: list[PrintedRow] = field(default_factory=list)
    top: list[Line] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    department: str | None = None
    body: str | None = None
    body_above: Found | None = None
    department_above: Found | None = None
    units: list[PrintedUnit] = field(default_factory=list)
    unit_above: PrintedUnit | None = None
    goes_on: bool = False
    told: PrintedRow | None = None
    looked_at: int = 0

    def closed(self, document: Document, columns: Columns, terms: Terms) -> HeadedRows:
        """The section, with the header that its lines above tell."""
        header = read_header(document, self.top, terms)
        if header.department is None:
            header = replace(header, department=self.department_above)
        if header.unit is None:
            header = replace(header, unit=self.body_above)
        units = (*filter(None, [header.amount_unit]), *self.units)
        header = replace(header, amount_unit=unit_of_amounts(units, None, terms)[0])
        self._note_centred()
        return HeadedRows(header, tuple(filter(None, columns.fields)), self.rows, units, self.goes_on)

    def _note_centred(self) -> None:
        """Notes where a merged cell lost its extent: its text stands in the middle, and the rows above it are blank."""
        told = [row for row in self.rows if row.has_content]
        for column in ("department", "unit"):
            if told and column not in told[0].parts and any(column in row.parts for row in told):
                for row in told:
                    row.notes.append("body_centred")

    def note_heading(self, word: str, terms: Terms) -> None:
        """Keeps whose section it is, so that the same heading on another page opens none."""
        if named := terms.department.match(word):
            self.department = named[1]
        elif body := terms.header_unit.match(word):
            self.body = body[1]

    def other_department(self, word: str, terms: Terms) -> str | None:
        """The department that a heading names, where it is not the one whose projects stand above it."""
        named = terms.department.match(word)
        return named[1] if named and named[1] != self.department else None

    def is_other_body(self, word: str, terms: Terms) -> bool:
        """Whether a heading names another unit than the one whose projects stand above it."""
        body = None if terms.department.match(word) else terms.header_unit.match(word)
        return body is not None and self.body not in {None, body[1]}

    def below(self, last: HeadedRows, word: str, terms: Terms) -> Opened:
        """The section of another unit: of the same department, under the same columns and unit of amounts."""
        opened = Opened(
            department=self.department,
            department_above=last.header.department,
            units=list(last.units),
            unit_above=self.unit_above,
            goes_on=True,
        )
        opened.note_heading(word, terms)
        return opened

    def last_told(self) -> PrintedRow | None:
        """The last row above that holds a goal or indicators; only the rows since the last look are looked at."""
        self.told = next((row for row in reversed(self.rows[self.looked_at :]) if row.has_content), self.told)
        self.looked_at = len(self.rows)
        return self.told


def bodies_above(document: Document, terms: Terms) -> dict[int, Found]:
    """Headings of bodies above a table each, by where their lines begin: 一、县教育局机关 then 二、县特校.

    One such heading alone may be any section's title.
    """
    found: dict[int, Found] = {}
    firsts = [table.rows[0].start for table in document.tables if table.rows]
    ends = [0, *(table.rows[-1].end for table in document.tables if table.rows)]
    lines = [line for line in document.lines if document.text[line.start : line.end].strip()]
    starts = [line.start for line in lines]
    for first, end in zip(firsts, ends, strict=False):
        at = bisect_left(starts, first)
        for line in lines[max(at - _ABOVE, 0) : at]:
            printed = document.text[line.start : line.end]
            match = _BODY.fullmatch(printed.strip())
            if match and line.start >= end and _ASIDE.sub("", squash(match[1])).endswith(terms.bodies):
                start = line.start + printed.index(match[1])
                found[line.start] = Found(match[1], (start, start + len(match[1])))
    return found if len({one.value for one in found.values()}) > 1 else {}


def unit_between(document: Document, line: Line, terms: Terms) -> PrintedUnit | None:
    """The unit of amounts that a line between rows tells."""
    word = squash(document.text[line.start : line.end])
    return unit_of_line(document, line, terms, is_title=is_title(word))


def units_of_columns(rows: Sequence[Row], columns: Columns, terms: Terms) -> list[PrintedUnit]:
    """The units that the headers of amounts bring along; 补助标准（元） is none of them."""
    found: list[PrintedUnit] = []
    for row in rows:
        over_amounts = False
        for position, cell in reversed(list(enumerate(row.cells))):
            column = columns.fields[position]
            over_amounts = over_amounts or (column is not None and is_amount_column(column))
            if cell.merged == "left":
                continue
            if over_amounts or terms.amount_unit.search(squash(cell.content.text)):
                found += filter(None, [unit_of_label(cell.content, terms)])
            over_amounts = False
    return found
