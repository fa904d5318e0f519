"""Rows of a section to blocks and printed totals."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.assembly.kinds import naming_part, row_kinds, total_name
from extractor.chunk.assembly.placing import Placed, Printed, place
from extractor.chunk.assembly.rowsums import RowKind
from extractor.chunk.content import Content
from extractor.chunk.rows import HeadedRows, Mark, PrintedRow
from extractor.chunk.units import unit_of_amounts
from extractor.layouts import CompiledLayout
from extractor.schemas.cells import BODY, is_left_over
from extractor.schemas.document import Block, BlockContext, Found, MappedText, PrintedTotal, PrintedUnit
from extractor.schemas.project import Amounts
from extractor.text import join_lines


class Assembly:
    """Rows of one section to blocks and printed totals; a grand total sums up the blocks from `first` on."""

    def __init__(
        self,
        section: HeadedRows,
        layout: CompiledLayout,
        blocks: list[Block],
        totals: list[PrintedTotal],
        marks: list[Mark],
        first: int,
    ) -> None:
        self.section = section
        self.layout = layout
        self.blocks = blocks
        self.totals = totals
        self.marks = marks
        self.first = first
        self.columns = tuple(column for column in section.columns if is_amount_column(column))

    def run(self) -> int:
        """Adds the section's blocks and totals; returns how many rows are an empty template."""
        rows = self.section.rows
        kinds = row_kinds(rows, self.layout, has_amounts=bool(self.columns))
        grand = next((row for row, kind in zip(rows, kinds, strict=True) if kind == "grand"), None)
        units: list[tuple[PrintedRow | None, list[PrintedRow]]] = []
        for row, kind in zip(rows, kinds, strict=True):
            if kind == "unit":
                units.append((row, []))
            elif kind == "project":
                if not units:
                    units.append((None, []))
                units[-1][1].append(row)
        amounts = place(
            self.columns,
            _printed(grand) if grand else None,
            [
                (_printed(unit) if unit and unit.numbers else None, [_printed(row) for row in projects])
                for unit, projects in units
            ],
        )
        self._emit(rows, kinds, grand, units, amounts)
        return kinds.count("template")

    def _emit(
        self,
        rows: Sequence[PrintedRow],
        kinds: Sequence[RowKind],
        grand: PrintedRow | None,
        units: Sequence[tuple[PrintedRow | None, list[PrintedRow]]],
        placed: tuple[Placed | None, list[tuple[Placed | None, list[Placed]]]],
    ) -> None:
        indices: dict[int, list[int]] = {}
        unit_amounts: dict[int, Placed | None] = {}
        for (unit, projects), (unit_amount, project_amounts) in zip(units, placed[1], strict=True):
            mine = []
            for row, amounts in zip(projects, project_amounts, strict=True):
                mine.append(len(self.blocks))
                self.blocks.append(self._block(row, unit, amounts))
                self.marks.append(Mark(row.start, row.end, "blocks"))
            if unit is not None:
                indices[id(unit)] = mine
                unit_amounts[id(unit)] = unit_amount
        for row, kind in zip(rows, kinds, strict=True):
            if kind == "project":
                continue
            if kind == "template":
                self.marks.append(Mark(row.start, row.end, "furniture"))
                continue
            self._mark_total(row)
            if kind == "grand":
                everything = tuple(range(self.first, len(self.blocks)))
                self._total("grand_total", row, placed[0], everything)
            elif kind == "unit" and row.numbers:
                self._total("unit", row, unit_amounts[id(row)], tuple(indices[id(row)]))

    def _mark_total(self, row: PrintedRow) -> None:
        """A total row has no text: what a dump prints behind the last of them is outside of the table.

        So is a cell of it that is neither name nor amount: nobody would see it otherwise.
        """
        behind = row.parts.get(BODY)
        end = behind.offsets[0] if behind is not None else row.end
        start = row.start
        others = [part for key, part in row.parts.items() if is_left_over(key)]
        for part in sorted(others, key=lambda part: part.offsets[0]) if behind is None else ():
            self.marks.append(Mark(start, part.offsets[0], "totals"))
            start = part.offsets[-1] + 1
            self.marks.append(Mark(part.offsets[0], start, "outside"))
        self.marks.append(Mark(start, end, "totals"))
        if behind is not None:
            self.marks.append(Mark(end, row.end, "outside"))

    def _total(self, kind: str, row: PrintedRow, placed: Placed | None, rows: tuple[int, ...]) -> None:
        amounts = placed.amounts if placed else Amounts()
        unit, _ = self._unit_of_amounts(row)
        printed = unit.value if unit else None
        self.totals.append(PrintedTotal(kind, total_name(row), amounts, row.start, row.end, rows, printed))  # type: ignore[arg-type]

    def _block(self, row: PrintedRow, unit: PrintedRow | None, placed: Placed) -> Block:
        content = _content(row)
        header = self.section.header
        amount_unit, differing = self._unit_of_amounts(row)
        of_department = (
            unit is not None and "department" in unit.parts and naming_part(unit) is unit.parts["department"]
        )
        return Block(
            index=len(self.blocks),
            content=content.text,
            context=BlockContext(
                layout=self.layout.spec.name,
                department=_found(unit.parts["department"]) if of_department and unit else header.department,
                unit=_found(naming_part(unit)) if unit and not of_department else header.unit,
                amount_unit=amount_unit,
                fiscal_year=header.fiscal_year,
                columns=self.section.columns,
                amounts=placed.amounts,
                possible_columns=placed.possible,
                differing_units=differing,
                prints_labels=self.layout.spec.source == "grid",
            ),
            start=row.start,
            end=row.end,
            page=row.page,
            cells=content.cells,
            notes=tuple(row.notes),
        )

    def _unit_of_amounts(self, row: PrintedRow) -> tuple[PrintedUnit | None, tuple[PrintedUnit, ...]]:
        """The unit that a row's cells print, else the nearest above them; or units that contradict each other."""
        section, above, terms = self.section, row.unit_above, self.layout.terms
        if above is None:
            above, differing = unit_of_amounts(section.units, section.header.amount_unit, terms)
            if differing:
                return None, differing
        return unit_of_amounts(row.units, above, terms)


def _printed(row: PrintedRow) -> Printed:
    return Printed(row.numbers, row.columns)


def _found(part: MappedText | None) -> Found | None:
    if part is None:
        return None
    return Found(join_lines(part.text), part.source_span(0, len(part.text)))


def _content(row: PrintedRow) -> Content:
    """The row's text as a reader sees it, and where in it each column stands."""
    content = Content()
    for part, text in row.parts.items():
        if text.text.strip():
            content.put(part, row.labels.get(part) or "", text)
    return content
