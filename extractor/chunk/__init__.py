"""A Document cut into one Block per project, with every character accounted for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.absence import why_none
from extractor.chunk.dump import read_dump
from extractor.chunk.formblock import to_block
from extractor.chunk.forms import looks_like_forms, read_forms
from extractor.chunk.grid import read_grid
from extractor.chunk.kinds import RowKind, naming_part, row_kinds, total_name
from extractor.chunk.placing import Placed, Printed, is_amount_column, place
from extractor.chunk.prose import looks_like_prose, read_prose
from extractor.chunk.rows import Mark, PrintedRow, Section, read_header, unit_below
from extractor.layouts import CompiledLayout, candidates, compiled
from extractor.text import concat, join_lines, squash
from schemas.document import SYNTHETIC, Block, BlockContext, Document, Found, Header, MappedText, PrintedTotal
from schemas.layout import LayoutSpec
from schemas.project import Amounts
from schemas.record import CharacterAccount

_SAMPLE = 4_000
_ENOUGH_LABELS = 10
_SIGNATURE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Chunks:
    """How a document was cut; `outside` are the stretches of text that belong to no table.

    `reason` says why there are no blocks, where there are none, as a key of messages.toml; `understood` is False
    where there should be some, since the document clearly prints projects.
    """

    header: Header
    layout: LayoutSpec | None
    blocks: tuple[Block, ...] = ()
    totals: tuple[PrintedTotal, ...] = ()
    characters: CharacterAccount = field(default_factory=CharacterAccount)
    outside: tuple[tuple[int, int], ...] = ()
    reason: str | None = None
    understood: bool = True


def chunk(document: Document, layouts: Iterable[LayoutSpec] = ()) -> Chunks:
    """Cut a document into its projects; `layouts` are the user's own, tried before the built-in ones."""
    layout = choose_layout(document, layouts)
    if layout.spec.source == "form":
        return _chunk_forms(document, layout)
    if layout.spec.source == "prose":
        return _chunk_prose(document, layout)
    sections, marks = (read_grid if layout.spec.source == "grid" else read_dump)(document, layout)
    blocks: list[Block] = []
    totals: list[PrintedTotal] = []
    if sections and all(section.header.amount_unit is None for section in sections):
        unit = unit_below(document, sections, marks, layout.terms)
        for section in sections:
            section.header = replace(section.header, amount_unit=unit)
    templates = 0
    for section in sections:
        templates += _Assembly(section, layout, blocks, totals, marks).run()
    header = sections[0].header if sections else _bare_header(document, layout)
    if len({section.header.amount_unit and section.header.amount_unit.value for section in sections}) > 1:
        header = replace(header, amount_unit=None)
    if len({section.header.department and section.header.department.value for section in sections}) > 1:
        header = replace(header, department=None)
    elif blocks:
        header = _with_columns(header, blocks)
    reason, understood = (None, True) if blocks else why_none(document, sections, layout, templates)
    if header.amount_unit is None:
        header = replace(header, amount_unit=_unit_of_cells(blocks))
    return Chunks(
        header=header,
        layout=layout.spec if blocks else None,
        blocks=tuple(blocks),
        totals=tuple(totals),
        characters=account(document.text, marks),
        outside=tuple(sorted((mark.start, mark.end) for mark in marks if mark.kind == "outside")),
        reason=reason,
        understood=understood,
    )


def choose_layout(document: Document, layouts: Iterable[LayoutSpec] = ()) -> CompiledLayout:
    """The first layout, most specific first, whose item signature most of the value labels have."""
    own = tuple(layouts)
    source = "grid" if document.tables else "dump"
    named = next((spec for spec in own if spec.source == source and _prints_all(document, spec)), None)
    if named is not None:
        return compiled(named)
    form = _layout_of_forms(document, own) if document.tables else None
    if form is not None:
        return form
    if not document.tables and (prose := candidates("prose", own)) and looks_like_prose(document, compiled(prose[0])):
        return compiled(prose[0])
    fitting = [compiled(spec) for spec in candidates(source, own)]
    size = _SAMPLE
    while True:
        text = squash(document.text[:size])
        labels = sum(1 for match in fitting[0].value_label.finditer(text) if match["annual"])
        if labels >= _ENOUGH_LABELS or size >= len(document.text):
            break
        size *= 8
    lines = document.text[:size].splitlines()
    spaced = sum(not line.strip() for line in lines) > 0.42 * len(lines)
    for layout in fitting:
        if layout.spec.spaced and not spaced:
            continue
        if layout.has_items(text, max(1.0, labels * _SIGNATURE_SHARE)):
            return layout
    return fitting[-1]


def _prints_all(document: Document, spec: LayoutSpec) -> bool:
    """Whether a document prints all the headers by which a layout is known; False where it is known by none."""
    if not spec.headers:
        return False
    text = squash(document.text)
    return all(squash(header) in text for header in spec.headers)


def _layout_of_forms(document: Document, own: Sequence[LayoutSpec]) -> CompiledLayout | None:
    """The first layout of forms whose words and signs a document prints; None where its tables are no forms."""
    known: dict[int, bool] = {}  # most layouts share their words
    for layout in map(compiled, candidates("form", own)):
        if id(layout.terms) not in known:
            known[id(layout.terms)] = looks_like_forms(document, layout)
        if known[id(layout.terms)] and _shows_a_sign(document, layout):
            return layout
    return None


def _shows_a_sign(document: Document, layout: CompiledLayout) -> bool:
    """Whether a cell prints one of the words by which a layout of forms is known; a layout without any fits all."""
    signs = tuple(map(squash, layout.spec.signs))
    cells = (cell.content.text for table in document.tables for row in table.rows for cell in row.cells)
    return not signs or any(squash(text).startswith(signs) for text in cells if text)


def _chunk_forms(document: Document, layout: CompiledLayout) -> Chunks:
    """A document of forms in its blocks.

    A form that nobody filled in is no project, nor is one on a whole department: both are understood and count as
    furniture, but a person is told of them as of all text outside.
    """
    forms, marks = read_forms(document, layout)
    filled = [form for form in forms if not form.is_empty]
    empty = {row for form in forms if form.is_empty for row in form.rows}
    outside = sorted({(mark.start, mark.end) for mark in marks if mark.kind == "outside"} | empty)
    no_project = empty | {(row.start, row.end) for table in document.tables for row in table.rows} & set(outside)
    marks = [mark._replace(kind="furniture") if (mark.start, mark.end) in no_project else mark for mark in marks]
    built = [to_block(index, form, document, layout) for index, form in enumerate(filled)]
    blocks = tuple(block for block, _ in built)
    header = built[0][1] if built else _bare_header(document, layout)
    if len({one.amount_unit and one.amount_unit.value for _, one in built}) > 1:
        header = replace(header, amount_unit=None)
    if len({one.fiscal_year for _, one in built}) > 1:
        header = replace(header, fiscal_year=None)
    if blocks:
        header = _with_columns(header, blocks)
    return Chunks(
        header=header,
        layout=layout.spec if blocks else None,
        blocks=blocks,
        characters=account(document.text, marks),
        outside=tuple(outside),
        reason=None if blocks else "empty_forms",
    )


def _chunk_prose(document: Document, layout: CompiledLayout) -> Chunks:
    """A document that tells its projects in numbered sections, in its blocks."""
    blocks, header, marks = read_prose(document, layout)
    return Chunks(
        header=header,
        layout=layout.spec,
        blocks=tuple(blocks),
        characters=account(document.text, marks),
        outside=tuple(sorted((mark.start, mark.end) for mark in marks if mark.kind == "outside")),
    )


def account(text: str, marks: Sequence[Mark]) -> CharacterAccount:
    """Where every character went; the parts add up to the length of the text."""
    counts = dict.fromkeys(("blocks", "header", "totals", "furniture", "outside"), 0)
    blank = position = 0
    for mark in sorted(_carved(marks)):
        between, rest = _unmarked(text, position, max(position, mark.start))
        blank += between
        counts["furniture"] += rest
        if mark.end > position:
            counts[mark.kind] += mark.end - max(position, mark.start)
            position = mark.end
    between, rest = _unmarked(text, position, len(text))
    result = CharacterAccount(
        total=len(text),
        blank=blank + between,
        **(counts | {"furniture": counts["furniture"] + rest}),
    )
    parts = sum(value for name, value in result.model_dump().items() if name != "total")
    if parts != result.total:
        raise AssertionError(f"characters unaccounted for: {parts} of {result.total}")
    return result


def _carved(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Marks that no longer overlap: a page's furniture is cut out of the rows it interrupts."""
    furniture = sorted(mark for mark in marks if mark.kind == "furniture")
    yield from furniture
    starts = [mark.start for mark in furniture]
    for mark in marks:
        if mark.kind == "furniture":
            continue
        start = mark.start
        for cut in furniture[bisect_left(starts, start) : bisect_left(starts, mark.end)]:
            yield Mark(start, cut.start, mark.kind)
            start = cut.end
        yield Mark(start, mark.end, mark.kind)


def _unmarked(text: str, start: int, end: int) -> tuple[int, int]:
    """White space, and the markup of tables (|---|) between marked stretches."""
    ink = sum(len(part) for part in text[start:end].split())
    return end - start - ink, ink


class _Assembly:
    """Rows of one section to blocks and printed totals."""

    def __init__(
        self,
        section: Section,
        layout: CompiledLayout,
        blocks: list[Block],
        totals: list[PrintedTotal],
        marks: list[Mark],
    ) -> None:
        self.section = section
        self.layout = layout
        self.blocks = blocks
        self.totals = totals
        self.marks = marks
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
        first = len(self.blocks)
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
                everything = tuple(range(first, len(self.blocks)))
                self._total("grand_total", row, placed[0], everything)
            elif kind == "unit" and row.numbers:
                self._total("unit", row, unit_amounts[id(row)], tuple(indices[id(row)]))

    def _mark_total(self, row: PrintedRow) -> None:
        """A total row has no text: what a dump prints behind the last of them is outside of the table."""
        behind = row.parts.get("body")
        end = behind.offsets[0] if behind is not None else row.end
        self.marks.append(Mark(row.start, end, "totals"))
        if behind is not None:
            self.marks.append(Mark(end, row.end, "outside"))

    def _total(self, kind: str, row: PrintedRow, placed: Placed | None, rows: tuple[int, ...]) -> None:
        amounts = placed.amounts if placed else Amounts()
        self.totals.append(PrintedTotal(kind, total_name(row), amounts, row.start, row.end, rows))  # type: ignore[arg-type]

    def _block(self, row: PrintedRow, unit: PrintedRow | None, placed: Placed) -> Block:
        content, cells = _content(row)
        header = self.section.header
        return Block(
            index=len(self.blocks),
            content=content,
            context=BlockContext(
                layout=self.layout.spec.name,
                department=header.department,
                unit=_found(naming_part(unit)) if unit else None,
                amount_unit=row.amount_unit or (header.amount_unit.value if header.amount_unit else None),
                fiscal_year=header.fiscal_year,
                columns=self.section.columns,
                amounts=placed.amounts,
                possible_columns=placed.possible,
            ),
            start=row.start,
            end=row.end,
            page=row.page,
            cells=cells,
            notes=tuple(row.notes),
        )


def _printed(row: PrintedRow) -> Printed:
    return Printed(row.numbers, row.columns)


def _found(part: MappedText | None) -> Found | None:
    if part is None:
        return None
    return Found(join_lines(part.text), part.source_span(0, len(part.text)))


def _content(row: PrintedRow) -> tuple[MappedText, dict[str, tuple[int, int]]]:
    """The row's text as a reader sees it, and where in it each column stands."""
    pieces: list[MappedText] = []
    cells: dict[str, tuple[int, int]] = {}
    length = 0
    for part, text in row.parts.items():
        if not text.text.strip():
            continue
        label = row.labels.get(part)
        lead = ("\n" if pieces else "") + (f"【{label}】" if label else "")
        if lead:
            pieces.append(MappedText(lead, [SYNTHETIC] * len(lead)))
            length += len(lead)
        pieces.append(text)
        cells[part] = (length, length + len(text.text))
        length += len(text.text)
    return concat(pieces), cells


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


def _unit_of_cells(blocks: Sequence[Block]) -> Found | None:
    """The unit that the amount cells print themselves, where all of them print the same."""
    units = {block.context.amount_unit for block in blocks if block.context.amounts != Amounts()}
    unit = units.pop() if len(units) == 1 else None
    return Found(unit, None) if unit else None


def _bare_header(document: Document, layout: CompiledLayout) -> Header:
    return read_header(document, document.lines[:40], layout.terms)


__all__ = ["Chunks", "account", "choose_layout", "chunk"]
