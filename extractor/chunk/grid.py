"""Tables with cells to rows: columns by their headers, rows that lost a cell put right by content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extractor.chunk.absence import is_of_department
from extractor.chunk.cells import INDICATOR_COLUMNS, NUMBER, Columns, align, read_amount
from extractor.chunk.halves import OWN, carry_over, go_on, has_other_code
from extractor.chunk.headers import MIN_COLUMNS, Headers
from extractor.chunk.merged import Merges
from extractor.chunk.placing import is_amount_column
from extractor.chunk.rows import Kind, Mark, PrintedRow, Section, read_header
from extractor.layouts import CompiledLayout
from extractor.text import fold, squash
from schemas.document import Cell, Document, Found, Line, MappedText, Row
from schemas.project import plain_amount

_ATTRIBUTES = "attributes."
_NOT_SHARED = ("level1", "level2", "weight")
"""A category is filled down by the rules; a weight merged over two indicators is theirs together."""
_NARROW, _WIDE = 2, 5
_BLANK = frozenset("-/\\")
_TITLE_OF_TABLE = re.compile(r"[^,。;:、]{4,40}表(?:\([^()续]{1,20}\))?")
_ENDS_SENTENCE = ("。", "；", ";")


def read_grid(document: Document, layout: CompiledLayout) -> tuple[list[Section], list[Mark]]:
    """Sections of a document's tables with their rows, and what every stretch of the text is."""
    return _Grid(document, layout).read()


class _Grid:
    """Lines and rows in the order in which they are printed; a new department opens a new section."""

    def __init__(self, document: Document, layout: CompiledLayout) -> None:
        self.document = document
        self.terms = layout.terms
        self.layout = layout
        self.marks: list[Mark] = []
        self.sections: list[Section] = []
        self.columns: Columns | None = None
        self.after_break = False
        self.merges = Merges(document.tables, lambda text: self.terms.column(text) is not None)
        self.headers = Headers(self.terms, self.merges)
        self.header_rows: set[int] = set()
        self.narrow = _narrow_rows(document)
        self._open_section()

    def read(self) -> tuple[list[Section], list[Mark]]:
        printed: list[tuple[Row | Line, int | None]] = [(line, line.page) for line in self.document.lines]
        printed += [(row, table.page) for table in self.document.tables for row in table.rows]
        first_rows = {id(table.rows[0]) for table in self.document.tables if table.rows}
        for one, page in sorted(printed, key=lambda pair: pair[0].start):
            if isinstance(one, Row):
                self.after_break = self.after_break or id(one) in first_rows
                self._row(one, page)
            else:
                self._line(one)
        self._close_section()
        return self.sections, self.marks

    def _open_section(self) -> None:
        self.rows: list[PrintedRow] = []
        self.top: list[Line] = []
        self.titles: set[str] = set()
        self.department: str | None = None
        self.other_table = False
        self.unit: Found | None = None

    def _close_section(self) -> None:
        if self.columns is None:
            return
        header = read_header(self.document, self.top, self.terms)
        if header.amount_unit is None and self.unit is not None:
            header = replace(header, amount_unit=self.unit)
        self.sections.append(Section(header, tuple(field for field in self.columns.fields if field), self.rows))

    def _line(self, line: Line) -> None:
        printed = self.document.text[line.start : line.end].strip()
        if not printed:
            return
        word = squash(printed)
        named = self.terms.department.match(word)
        kind: Kind = "header"
        if self.rows and named and self.department not in {None, named[1]}:
            self._close_section()
            self._open_section()
        if not self.rows:
            self.top.append(line)
            self.titles.add(word)
            if named:
                self.department = named[1]
        elif word in self.titles or self.terms.page_furniture.fullmatch(fold(printed)):
            kind = "furniture"
        else:
            kind = "outside"
            self.other_table = self.other_table or self._announces_other(word)
        self.marks.append(Mark(line.start, line.end, kind))

    def _department_row(self, word: str) -> None:
        """A row that names another department opens that department's section of the same table."""
        named = self.terms.department.match(word)
        if not named or not self.rows or self.department == named[1]:
            return
        columns = self.columns
        self._close_section()
        self._open_section()
        self.columns = columns
        self.department = named[1]
        # It is the same table still, so its unit of amounts holds on.
        self.unit = self.sections[-1].header.amount_unit

    def _is_other_table(self, texts: Sequence[str]) -> bool:
        """Whether a row is the column header of a table that is not about projects' goals."""
        columns = [self.terms.column(text) for text in texts if text]
        return "name" in columns and len(columns) >= MIN_COLUMNS and not any(NUMBER.fullmatch(t) for t in texts)

    def _announces_other(self, word: str) -> bool:
        """Whether a line is the title of a table of something else than projects' goals."""
        if "绩效" in word:
            return is_of_department(word)
        return bool(_TITLE_OF_TABLE.fullmatch(word) or self.terms.next_part.fullmatch(word))

    def _row(self, row: Row, page: int | None) -> None:
        texts = [squash(cell.content.text) for cell in row.cells]
        if not any(texts):
            self.marks.append(Mark(row.start, row.end, "furniture"))
            return
        if id(row) in self.header_rows:
            self.marks.append(Mark(row.start, row.end, "furniture" if self.rows else "header"))
            return
        header_rows = self.headers.rows(row)
        header = self.headers.columns(header_rows)
        if header is not None:
            self.marks.append(Mark(row.start, row.end, "furniture" if self.rows else "header"))
            self.columns = header
            self.other_table = False
            self.header_rows |= set(map(id, header_rows))
            for one in header_rows:
                self._find_unit(one)
            return
        filled = [text for text in texts if text]
        if self.other_table or (self.rows and self._is_other_table(texts)):
            self.other_table = True
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.rows and len(filled) == 1 and self._announces_other(filled[0]):
            self.other_table = True
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.columns is not None and all(map(self._is_ending, filled)):
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.rows and id(row) in self.narrow:
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.columns is not None and len(filled) == 1:
            self._department_row(filled[0])
        if self.columns is None or (len(filled) == 1 and len(filled[0]) > 1 and self._is_heading(filled[0])):
            self.marks.append(Mark(row.start, row.end, "furniture" if self.rows else "header"))
            if not self.rows:
                self.top += [Line(cell.start, cell.end, page) for cell in row.cells if cell.content.text.strip()]
            return
        printed = self._printed(row, page)
        after_break, self.after_break = self.after_break, False
        if self.columns.by_indicator and after_break and self.rows and carry_over(self.rows[-1], printed):
            return
        if self.columns.by_indicator and self._add_indicator(printed):
            return
        goes_on = "name" in printed.held or printed.parts.keys() <= {"goal", "indicators"}
        if goes_on and not printed.numbers and self.rows:
            go_on(self.rows[-1], printed)
        elif after_break and self._is_second_half(printed):
            go_on(self.rows[-1], printed)
            self.rows[-1].notes.append("row_joined")
        else:
            self._fill_down(printed)
            self.rows.append(printed)

    def _is_second_half(self, printed: PrintedRow) -> bool:
        """Whether the first row of a page is the rest of the last row of the page before, its name included."""
        before = self.rows[-1] if self.rows else None
        if before is None or not before.numbers or printed.numbers or not before.has_content:
            return False
        items, more = before.parts.get("indicators"), printed.parts.get("indicators")
        if more is not None and self.layout.marker.match(squash(more.text)):
            return False
        last = items or before.parts.get("goal")
        return more is not None and last is not None and not last.text.rstrip().endswith(_ENDS_SENTENCE)

    def _fill_down(self, printed: PrintedRow) -> None:
        """A merged cell is printed once and holds for the rows below it; so does a blank unit or department.

        Only amounts do not hold: they would be counted twice.
        """
        if "name" in printed.parts or "name" in printed.held:
            shared = {column: held for column, held in printed.held.items() if column not in printed.parts}
            if self.columns is not None and self.columns.by_indicator:
                shared = {column: held for column, held in shared.items() if column not in INDICATOR_COLUMNS}
            if shared.keys() & {"goal", "indicators"} or printed.has_content:
                printed.parts = shared | printed.parts
        before = next((row for row in reversed(self.rows) if row.has_content), None)
        if before is None or not printed.has_content:
            return
        for column in ("department", "unit"):
            if column in before.parts and column not in printed.parts and column not in printed.apart:
                printed.parts = {column: before.parts[column], **printed.parts}
                printed.labels[column] = before.labels[column]

    def _add_indicator(self, printed: PrintedRow) -> bool:
        """One indicator's row: joined to its project, whose merged cells are blank or printed again."""
        fields = {field: printed.parts.pop(field) for field in INDICATOR_COLUMNS if field in printed.parts}
        if not fields:
            printed.parts = {_project_key(key): content for key, content in printed.parts.items()}
            printed.labels = {_project_key(key): label for key, label in printed.labels.items()}
            return False
        own = {key: printed.parts.pop(key) for key in [*printed.parts] if key.startswith(OWN)}
        project = self.rows[-1] if self.rows else None
        begins = project is None or self._is_next_project(project, printed)
        shared = () if begins else _NOT_SHARED
        fields |= {
            field: printed.held[field]
            for field in INDICATOR_COLUMNS
            if field in printed.held and field not in fields and field not in shared and field != "weight"
        }
        if project is None or begins:
            project = printed
        else:
            for part, content in printed.parts.items():
                if part not in project.parts or squash(project.parts[part].text) != squash(content.text):
                    label = printed.labels.get(part)
                    # Another amount is no attribute: it is left unclaimed, so that a person looks.
                    labelled = label and not is_amount_column(part)
                    again = _free(f"{_ATTRIBUTES}{label}" if labelled else "extra", project.parts)
                    key = again if part in project.parts else part
                    project.parts[key] = content
                    project.labels[key] = printed.labels.get(part, "")
            project.end = printed.end
        index = project.indicators
        project.indicators += 1
        for field, content in fields.items():
            project.parts[f"indicators[{index}].{field}"] = content
            project.labels[f"indicators[{index}].{field}"] = printed.labels[field]
        for key, content in own.items():
            label = printed.labels[key]
            own_key = _free(f"attributes.{label}({index + 1})", project.parts)
            project.parts[own_key] = content
            project.labels[own_key] = label
        if begins:
            self._fill_down(project)
            self.rows.append(project)
        return True

    def _is_next_project(self, project: PrintedRow, printed: PrintedRow) -> bool:
        """Whether a row with an indicator begins another project than the one above it.

        Where a table merges its name cells, a name in a cell of its own is another project's, even the same name.
        """
        if "name" in printed.held:
            return False
        name = printed.parts.get("name")
        if name is not None and ("name" in printed.apart or squash(name.text) != squash(project.name)):
            return True
        if name is not None and has_other_code(project, printed):
            return True
        return not project.has_content

    def _find_unit(self, row: Row) -> None:
        for cell in row.cells:
            unit = self.terms.unit_in_header(cell.content.text)
            if unit is not None and self.unit is None:
                self.unit = Found(unit, cell.content.source_span(0, len(cell.content.text)))

    def _is_ending(self, word: str) -> bool:
        """Whether a cell holds a note or a signature, as a table's last rows do."""
        return bool(self.terms.notes.match(word) or self.terms.endings.fullmatch(word))

    def _is_heading(self, word: str) -> bool:
        return bool(
            self.terms.amount_unit.search(word)
            or self.terms.department.match(word)
            or self.terms.page_furniture.fullmatch(word)
        )

    def _printed(self, row: Row, page: int | None) -> PrintedRow:
        assert self.columns is not None
        columns = self.columns
        above, merging = self.merges.above(row), self.merges.merging(row)
        cells: Sequence[Cell] = row.cells
        if len(cells) != len(columns.fields):
            cells = [cell for cell in cells if cell.merged != "left"]
            above, merging = {}, frozenset()
        positions = align(cells, columns, self.layout)
        parts: dict[str, MappedText] = {}
        labels: dict[str, str] = {}
        numbers: list[str] = []
        places: list[str] = []
        held: dict[str, MappedText] = {}
        exact = len(cells) == len(columns.fields)
        unit: str | None = None
        notes: list[str] = []
        for cell, position in zip(cells, positions, strict=True):
            content = cell.content
            if position in above:
                field, label = columns.fields[position], columns.labels[position]
                key = field or (f"{_ATTRIBUTES}{label}" if label else "extra")
                if above[position].content.text.strip() and not (field and is_amount_column(field)):
                    held[key] = above[position].content
                    labels.setdefault(key, label)
                continue
            if not content.text.strip():
                continue
            field = columns.fields[position] if position is not None else None
            amount = read_amount(content) if field and is_amount_column(field) else None
            if field and is_amount_column(field) and squash(content.text) in _BLANK:
                continue
            if field and amount is not None:
                numbers.append(plain_amount(squash(amount.number.text)))
                places.append(field)
                parts[field] = amount.number
                unit = amount.unit or unit
                labels[field] = columns.labels[position]  # type: ignore[index]
                continue
            if field is None or field in parts or is_amount_column(field):
                label = columns.labels[position] if position is not None else ""
                of_indicator = columns.by_indicator and position is not None and columns.of_indicator(position, merging)
                key = f"{OWN if of_indicator else _ATTRIBUTES}{label}" if label else "extra"
                field = _free(key, parts)
            parts[field] = content
            if position is not None:
                labels[field] = columns.labels[position]
        own = (place for place in merging if place not in above and place < len(columns.fields))
        return PrintedRow(
            parts=parts,
            numbers=tuple(numbers),
            columns=tuple(places) if exact else None,
            start=row.start,
            end=row.end,
            page=page,
            labels=labels,
            notes=notes,
            amount_unit=unit,
            held=held,
            apart=frozenset() if self.after_break else frozenset(filter(None, map(columns.fields.__getitem__, own))),
        )


def _project_key(key: str) -> str:
    return _ATTRIBUTES + key.removeprefix(OWN) if key.startswith(OWN) else key


def _narrow_rows(document: Document) -> set[int]:
    """Rows of tables that cannot go on with a table of projects: a sheet of remarks, a box drawn around a note.

    Plain text tells nothing of a table's width, since it loses blank cells.
    """
    tables = document.tables if document.encoding is None else ()
    widths = [max(len(row.cells) for row in table.rows) for table in tables if table.rows]
    if not widths or max(widths) < _WIDE:
        return set()
    return {
        id(row)
        for table in tables
        if max((len(row.cells) for row in table.rows), default=0) <= _NARROW
        for row in table.rows
    }


def _free(key: str, taken: dict[str, MappedText]) -> str:
    if key not in taken:
        return key
    return next(f"{key}({count})" for count in range(2, 1000) if f"{key}({count})" not in taken)
