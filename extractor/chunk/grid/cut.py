"""Tables with cells to rows: a walk over lines and rows in print order; what each row is, `rowkinds` says."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.chunk.grid.categories import with_categories
from extractor.chunk.grid.columns import Columns
from extractor.chunk.grid.glued import unglued
from extractor.chunk.grid.joining import Joint, join_row
from extractor.chunk.grid.merged import Merges
from extractor.chunk.grid.opened import Opened, bodies_above, unit_between, units_of_columns
from extractor.chunk.grid.others import Others
from extractor.chunk.grid.placed import Habits
from extractor.chunk.grid.rowcells import read_row
from extractor.chunk.grid.rowkinds import Classified, Place, RowKind, RowKinds
from extractor.chunk.rows import HeadedRows, Kind, Mark
from extractor.chunk.titles import is_title
from extractor.chunk.units import unit_of_amounts
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Document, Line, Row
from extractor.text import fold, squash


def read_grid(document: Document, layout: CompiledLayout) -> tuple[list[HeadedRows], list[Mark]]:
    """Sections of a document's tables with their rows, and what every stretch of the text is."""
    document = with_categories(unglued(document, layout.terms), layout.terms)
    return _Grid(document, layout).read()


class _Grid:
    """Lines and rows in the order in which they are printed; a new department opens a new section."""

    def __init__(self, document: Document, layout: CompiledLayout) -> None:
        self.document = document
        self.layout = layout
        self.terms = layout.terms
        self.merges = Merges(document.tables, lambda text: self.terms.column(text) is not None)
        self.others = Others(document, layout)
        self.kinds = RowKinds(document, layout, self.merges, self.others)
        self.bodies = bodies_above(document, self.terms)
        self.marks: list[Mark] = []
        self.sections: list[HeadedRows] = []
        self.section = Opened()
        self.columns: Columns | None = None
        self.habits = Habits()
        self.header_rows: set[int] = set()
        self.after_break = self.other_table = self.announced = False

    def read(self) -> tuple[list[HeadedRows], list[Mark]]:
        printed: list[tuple[Row | Line, int | None]] = [(line, line.page) for line in self.document.lines]
        printed += [(row, table.page) for table in self.document.tables for row in table.rows]
        for one, page in sorted(printed, key=lambda pair: pair[0].start):
            if isinstance(one, Row):
                self.after_break = self.after_break or self.others.is_first(one)
                self._row(one, page)
            else:
                self._line(one)
        self._close(Opened())
        return self.sections, self.marks

    def _close(self, following: Opened) -> None:
        """Ends the section that is read, and opens the one that follows it."""
        if self.columns is not None:
            self.sections.append(self.section.closed(self.document, self.columns, self.terms))
        self.section = following
        self.other_table = self.announced = False

    def _open_body(self, word: str) -> None:
        """The projects below are another unit's, in the same table."""
        section, columns = self.section, self.columns
        self._close(Opened())
        self.section = section.below(self.sections[-1], word, self.terms) if columns is not None else Opened()

    def _line(self, line: Line) -> None:
        printed = self.document.text[line.start : line.end].strip()
        if not printed:
            return
        word = squash(printed)
        kind: Kind = "header"
        if self.section.rows:
            if self.section.department is not None and self.section.other_department(word, self.terms):
                self._close(Opened())
            elif self.section.is_other_body(word, self.terms) or line.start in self.bodies:
                self._open_body(word)
        self.section.body_above = self.bodies.get(line.start, self.section.body_above)
        if not self.section.rows:
            self.section.top.append(line)
            self.section.titles.add(word)
            self.section.note_heading(word, self.terms)
        elif word in self.section.titles or self.terms.page_furniture.fullmatch(fold(printed)):
            kind = "furniture"
        else:
            kind = "outside"
            self.other_table = self.other_table or self.others.is_announced(word)
        if self.section.rows:
            self._unit_between(line, word)
        self.marks.append(Mark(line.start, line.end, kind))

    def _unit_between(self, line: Line, word: str) -> None:
        """A unit that is printed between rows holds for those below it; not that of another table in between."""
        if self.others.is_announced(word):
            self.announced = False
        elif is_title(word):
            self.announced = True
        if not self.other_table or self.announced:
            self.section.unit_above = unit_between(self.document, line, self.terms) or self.section.unit_above

    def _row(self, row: Row, page: int | None) -> None:
        place = Place(self.columns, bool(self.section.rows), self.other_table)
        found = Classified(RowKind.HEADER_REST) if id(row) in self.header_rows else self.kinds.of(row, place)
        if found.kind is RowKind.DATA and self.columns is not None:
            self._data(row, page, self.columns)
            return
        if found.kind is RowKind.HEADING:
            self._heading(row, page)
            place = Place(self.columns, bool(self.section.rows), self.other_table)
        self.marks.append(Mark(row.start, row.end, found.mark(place)))
        if found.kind is RowKind.HEADER and found.columns is not None:
            self._header(found.rows, found.columns)
        elif found.kind is RowKind.OTHER_TABLE:
            self.other_table = True

    def _header(self, rows: Sequence[Row], columns: Columns) -> None:
        if self.columns is None or self.columns.fields != columns.fields:
            self.habits = Habits()
        self.columns = columns
        self.other_table = False
        self.header_rows |= set(map(id, rows))
        found = units_of_columns(rows, columns, self.terms)
        if not self.section.rows:
            self.section.units += found
        elif (unit := unit_of_amounts(found, None, self.terms)[0]) is not None:
            self.section.unit_above = unit

    def _heading(self, row: Row, page: int | None) -> None:
        filled = [squash(cell.content.text) for cell in row.cells if cell.content.text.strip()]
        if self.columns is not None and self.section.rows:
            self._department_row(filled, self.columns)
        lines = [
            Line(cell.content.offsets[0], cell.content.offsets[-1] + 1, page)  # without the quotes of a CSV file
            for cell in row.cells
            if cell.content.text.strip()
        ]
        if not self.section.rows:
            self.section.top += lines
            for word in filled:
                self.section.note_heading(word, self.terms)
        for line in lines if self.section.rows else ():
            self._unit_between(line, squash(self.document.text[line.start : line.end]))

    def _department_row(self, filled: Sequence[str], columns: Columns) -> None:
        """A row that names another department opens that department's section of the same table."""
        named = next(filter(self.terms.department.match, filled), None)
        department = self.section.other_department(named, self.terms) if named else None
        if department is None:
            other = next((word for word in filled if self.section.is_other_body(word, self.terms)), None)
            if other is not None:
                self._open_body(other)
            return
        above = self.section.unit_above
        self._close(Opened(department=department))
        self.columns = columns
        if any(map(self.terms.amount_unit.search, filled)):
            return
        # It is the same table still, so its unit of amounts holds on.
        self.section.units, self.section.unit_above = list(self.sections[-1].units), above

    def _data(self, row: Row, page: int | None, columns: Columns) -> None:
        printed = read_row(row, page, columns, self.merges, self.layout, self.habits)
        printed.unit_above = self.section.unit_above
        printed.notes += ["columns_glued"] if columns.are_glued else []
        printed.notes += ["columns_cut"] if columns.are_cut else []
        if self.after_break:
            printed.apart = frozenset()
        joint = Joint(columns.by_indicator, self.after_break)
        self.after_break = False
        join_row(printed, self.section, joint, self.layout)
