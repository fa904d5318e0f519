"""Tables with cells to rows: columns by their headers, rows that lost a cell put right by content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.content import free_key
from extractor.chunk.grid.columns import INDICATOR_COLUMNS, Columns
from extractor.chunk.grid.halves import OWN, carry_over, go_on, has_other_code
from extractor.chunk.grid.headers import Headers, are_numbered
from extractor.chunk.grid.merged import Merges
from extractor.chunk.grid.others import Others, narrow_rows
from extractor.chunk.grid.rowcells import ATTRIBUTES, read_row
from extractor.chunk.rows import Kind, Mark, PrintedRow, Section, read_header
from extractor.chunk.titles import is_title
from extractor.chunk.units import unit_of_amounts, unit_of_label, unit_of_line
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Document, Found, Line, PrintedUnit, Row
from extractor.text import fold, squash

_NOT_SHARED = ("level1", "level2", "weight")
"""A category is filled down by the rules; a weight merged over two indicators is theirs together."""
_TITLE = re.compile(r"[^,。;:]{0,60}绩效[^,。;:]{0,12}表(?:\([^()]{0,20}\))?")
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
        self.others = Others(document, layout)
        self.header_rows: set[int] = set()
        self.narrow = narrow_rows(document)
        self.department_above: Found | None = None
        self.goes_on = False
        self._open_section()

    def read(self) -> tuple[list[Section], list[Mark]]:
        printed: list[tuple[Row | Line, int | None]] = [(line, line.page) for line in self.document.lines]
        printed += [(row, table.page) for table in self.document.tables for row in table.rows]
        for one, page in sorted(printed, key=lambda pair: pair[0].start):
            if isinstance(one, Row):
                self.after_break = self.after_break or self.others.is_first(one)
                self._row(one, page)
            else:
                self._line(one)
        self._close_section()
        return self.sections, self.marks

    def _open_section(self) -> None:
        self.rows: list[PrintedRow] = []
        self.told: PrintedRow | None = None
        self.looked_at = 0
        self.top: list[Line] = []
        self.titles: set[str] = set()
        self.department: str | None = None
        self.body: str | None = None
        self.other_table = False
        self.units: list[PrintedUnit] = []
        self.unit_above: PrintedUnit | None = None
        self.announced = False

    def _close_section(self) -> None:
        if self.columns is None:
            return
        header = read_header(self.document, self.top, self.terms)
        if header.department is None:
            header = replace(header, department=self.department_above)
        self.department_above = None
        units = (*filter(None, [header.amount_unit]), *self.units)
        header = replace(header, amount_unit=unit_of_amounts(units, None, self.terms)[0])
        fields = tuple(field for field in self.columns.fields if field)
        self.sections.append(Section(header, fields, self.rows, units, self.goes_on))
        self.goes_on = False

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
        elif self.rows and self._is_other_body(word):
            self._open_body(printed_again=word)
        if not self.rows:
            self.top.append(line)
            self.titles.add(word)
            self._note_heading(word)
        elif word in self.titles or self.terms.page_furniture.fullmatch(fold(printed)):
            kind = "furniture"
        else:
            kind = "outside"
            self.other_table = self.other_table or self.others.is_announced(word)
        if self.rows:
            self._unit_between(line, word)
        self.marks.append(Mark(line.start, line.end, kind))

    def _unit_between(self, line: Line, word: str) -> None:
        """A unit that is printed between rows holds for those below it; not that of another table in between."""
        if self.others.is_announced(word):
            self.announced = False
        elif is_title(word):
            self.announced = True
        if not self.other_table or self.announced:
            unit = unit_of_line(self.document, line, self.terms, is_title=is_title(word))
            self.unit_above = unit or self.unit_above

    def _note_heading(self, word: str) -> None:
        """Keeps whose section it is, so that the same heading on another page opens none."""
        if named := self.terms.department.match(word):
            self.department = named[1]
        elif body := self.terms.header_unit.match(word):
            self.body = body[1]

    def _is_other_body(self, word: str) -> bool:
        """Whether a heading names another unit than the one whose projects stand above it."""
        body = None if self.terms.department.match(word) else self.terms.header_unit.match(word)
        return body is not None and self.body not in {None, body[1]}

    def _open_body(self, *, printed_again: str) -> None:
        """The projects below are another unit's: of the same department, under the same columns and unit of amounts."""
        columns, department, above = self.columns, self.department, self.unit_above
        self._close_section()
        last = self.sections[-1]
        self._open_section()
        self.goes_on = True
        self.columns, self.department, self.department_above = columns, department, last.header.department
        self.units, self.unit_above = list(last.units), above
        self._note_heading(printed_again)

    def _department_row(self, filled: Sequence[str]) -> None:
        """A row that names another department opens that department's section of the same table."""
        named = next((match for word in filled if (match := self.terms.department.match(word))), None)
        if not self.rows:
            return
        if not named or self.department == named[1]:
            other = next(filter(self._is_other_body, filled), None)
            if other is not None:
                self._open_body(printed_again=other)
            return
        columns, above = self.columns, self.unit_above
        self._close_section()
        self._open_section()
        self.columns = columns
        self.department = named[1]
        if any(map(self.terms.amount_unit.search, filled)):
            return
        # It is the same table still, so its unit of amounts holds on.
        self.units, self.unit_above = list(self.sections[-1].units), above

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
            self._find_units(header_rows, header)
            return
        filled = [text for text in texts if text]
        if self.columns is not None and are_numbered(filled):
            self.marks.append(Mark(row.start, row.end, "furniture" if self.rows else "header"))
            return
        if self.rows and self.columns is not None and not self.other_table:
            if self.others.is_header_again(texts, self.columns):
                self.marks.append(Mark(row.start, row.end, "furniture"))
                return
            self.other_table = self.others.begins(row, self.columns)
        if self.other_table:
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.rows and len(filled) == 1 and self.others.is_announced(filled[0]):
            self.other_table = True
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.columns is not None and all(map(self._is_ending, filled)):
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        if self.rows and id(row) in self.narrow:
            self.marks.append(Mark(row.start, row.end, "outside"))
            return
        is_heading = all(len(word) > 1 and self._is_heading(word) for word in filled)
        if self.columns is not None and is_heading:
            self._department_row(filled)
        if self.columns is None or is_heading:
            self.marks.append(Mark(row.start, row.end, "furniture" if self.rows else "header"))
            lines = [Line(cell.start, cell.end, page) for cell in row.cells if cell.content.text.strip()]
            if not self.rows:
                self.top += lines
                for word in filled:
                    self._note_heading(word)
            for line in lines if self.rows else ():
                self._unit_between(line, squash(self.document.text[line.start : line.end]))
            return
        assert self.columns is not None
        printed = read_row(row, page, self.columns, self.merges, self.layout)
        printed.unit_above = self.unit_above
        if self.after_break:
            printed.apart = frozenset()
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
        before = self._last_told() if printed.has_content else None
        if before is None:
            return
        for column in ("department", "unit"):
            if column in before.parts and column not in printed.parts and column not in printed.apart:
                printed.parts = {column: before.parts[column], **printed.parts}
                printed.labels[column] = before.labels[column]

    def _last_told(self) -> PrintedRow | None:
        """The last row above that holds a goal or indicators; only the rows since the last look are looked at."""
        self.told = next((row for row in reversed(self.rows[self.looked_at :]) if row.has_content), self.told)
        self.looked_at = len(self.rows)
        return self.told

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
                    again = free_key(f"{ATTRIBUTES}{label}" if labelled else "extra", project.parts)
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
            own_key = free_key(f"attributes.{label}({index + 1})", project.parts)
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
        if name is not None and (has_other_code(project, printed) or _is_of_another(project, printed)):
            return True
        return not project.has_content

    def _find_units(self, rows: Sequence[Row], columns: Columns) -> None:
        """The units that the headers of amounts bring along; 补助标准（元） is none of them."""
        found: list[PrintedUnit] = []
        for row in rows:
            over_amounts = False
            for position, cell in reversed(list(enumerate(row.cells))):
                field = columns.fields[position]
                over_amounts = over_amounts or (field is not None and is_amount_column(field))
                if cell.merged == "left":
                    continue
                word = squash(cell.content.text)
                if over_amounts or self.terms.amount_unit.search(word):
                    found += filter(None, [unit_of_label(cell.content, self.terms)])
                over_amounts = False
        if not self.rows:
            self.units += found
        elif (unit := unit_of_amounts(found, None, self.terms)[0]) is not None:
            self.unit_above = unit

    def _is_ending(self, word: str) -> bool:
        """Whether a cell holds a note or a signature, as a table's last rows do."""
        return bool(self.terms.notes.match(word) or self.terms.endings.fullmatch(word))

    def _is_heading(self, word: str) -> bool:
        return bool(
            self.terms.amount_unit.search(word)
            or self.terms.department.match(word)
            or self.terms.header_unit.match(word)
            or self.terms.page_furniture.fullmatch(word)
            or _TITLE.fullmatch(word)
        )


def _is_of_another(project: PrintedRow, printed: PrintedRow) -> bool:
    """Whether a row prints another unit, department or serial number than a project of the same name."""
    return any(
        part in printed.parts
        and part in project.parts
        and squash(printed.parts[part].text) != squash(project.parts[part].text)
        for part in ("unit", "department", "number")
    )


def _project_key(key: str) -> str:
    return ATTRIBUTES + key.removeprefix(OWN) if key.startswith(OWN) else key
