"""Tables with cells to rows: columns by their headers, rows that lost a cell put right by content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.chunk.placing import is_amount_column
from extractor.chunk.rows import Mark, PrintedRow, Section, read_header
from extractor.layouts import CompiledLayout
from extractor.text import fold, squash
from schemas.document import Cell, Document, Line, MappedText, Row
from schemas.project import plain_amount

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,8})?")
_MIN_COLUMNS = 3
_LONG = 12


class Columns(NamedTuple):
    """Canonical column of each cell (None = a label of its own), and the labels as printed."""

    fields: tuple[str | None, ...]
    labels: tuple[str, ...]

    @property
    def amounts(self) -> tuple[str, ...]:
        return tuple(field for field in self.fields if field and is_amount_column(field))


def read_grid(document: Document, layout: CompiledLayout) -> tuple[list[Section], list[Mark]]:
    """Sections of a document's tables with their rows, and what every stretch of the text is."""
    return _Grid(document, layout).read()


class _Grid:
    def __init__(self, document: Document, layout: CompiledLayout) -> None:
        self.document = document
        self.terms = layout.terms
        self.layout = layout
        self.marks: list[Mark] = []
        self.columns: Columns | None = None
        self.unit_in_header: str | None = None
        self.rows: list[PrintedRow] = []
        self.top: list[Line] = []

    def read(self) -> tuple[list[Section], list[Mark]]:
        seen: tuple[str, ...] = ()
        for table in self.document.tables:
            for row in table.rows:
                self._row(row, table.page)
            if self.columns and not seen:
                seen = self.columns.fields and tuple(field for field in self.columns.fields if field)
        self._lines()
        header = read_header(self.document, self.top, self.terms)
        if not seen:
            return [], self.marks
        return [Section(header, seen, self.rows)], self.marks

    def _lines(self) -> None:
        first = min((mark.start for mark in self.marks if mark.kind != "outside"), default=len(self.document.text))
        titles: set[str] = set()
        for line in self.document.lines:
            printed = self.document.text[line.start : line.end].strip()
            if not printed:
                continue
            word = squash(printed)
            if line.start < first:
                self.top.append(line)
                titles.add(word)
                kind = "header"
            elif word in titles or self.terms.page_furniture.fullmatch(fold(printed)):
                kind = "furniture"
            else:
                kind = "outside"
            self.marks.append(Mark(line.start, line.end, kind))  # type: ignore[arg-type]

    def _row(self, row: Row, page: int | None) -> None:
        texts = [squash(cell.content.text) for cell in row.cells]
        if not any(texts):
            self.marks.append(Mark(row.start, row.end, "furniture"))
            return
        header = self._header(row)
        if header is not None:
            self.marks.append(Mark(row.start, row.end, "header" if self.columns is None else "furniture"))
            self.columns = header
            return
        filled = [text for text in texts if text]
        if self.columns is None or (len(filled) == 1 and len(filled[0]) > 1 and self._is_heading(filled[0])):
            kind = "header" if self.columns is None else "furniture"
            self.marks.append(Mark(row.start, row.end, kind))  # type: ignore[arg-type]
            if self.columns is None:
                self.top += [Line(cell.start, cell.end, page) for cell in row.cells if cell.content.text.strip()]
            return
        printed = self._printed(row, page)
        if printed.parts.keys() <= {"goal", "indicators"} and not printed.numbers and self.rows:
            self._continue(self.rows[-1], printed)
        else:
            self.rows.append(printed)

    def _is_heading(self, word: str) -> bool:
        return bool(
            self.terms.amount_unit.search(word)
            or self.terms.department.match(word)
            or self.terms.page_furniture.fullmatch(word)
        )

    def _header(self, row: Row) -> Columns | None:
        fields: list[str | None] = []
        labels: list[str] = []
        for cell in row.cells:
            label = cell.content.text
            fields.append(self.terms.column(label))
            labels.append(squash(label))
        known = [field for field in fields if field]
        if len(set(known)) < _MIN_COLUMNS or "name" not in known or not {"goal", "indicators"} & set(known):
            return None
        if any(_NUMBER.fullmatch(label) for label in labels):
            return None
        used: set[str] = set()
        for index, field in enumerate(fields):
            # A header printed twice names its first column; the other keeps its own label.
            if field in used:
                fields[index] = None
            elif field:
                used.add(field)
        return Columns(tuple(fields), tuple(labels))

    def _printed(self, row: Row, page: int | None) -> PrintedRow:
        assert self.columns is not None
        columns = self.columns
        positions = align(row.cells, columns, self.layout)
        parts: dict[str, MappedText] = {}
        labels: dict[str, str] = {}
        numbers: list[str] = []
        places: list[str] = []
        exact = len(row.cells) == len(columns.fields)
        notes: list[str] = []
        for cell, position in zip(row.cells, positions, strict=True):
            content = cell.content
            if not content.text.strip():
                continue
            field = columns.fields[position] if position is not None else None
            amount = _amount(content.text)
            if field and is_amount_column(field) and amount is not None:
                numbers.append(amount)
                places.append(field)
                parts[field] = content
                labels[field] = columns.labels[position]  # type: ignore[index]
                continue
            if field is None or field in parts or is_amount_column(field):
                label = columns.labels[position] if position is not None else ""
                key = f"attributes.{label}" if label else "extra"
                field = _free(key, parts)
            parts[field] = content
            if position is not None:
                labels[field] = columns.labels[position]
        return PrintedRow(
            parts=parts,
            numbers=tuple(numbers),
            columns=tuple(places) if exact else None,
            start=row.start,
            end=row.end,
            page=page,
            labels=labels,
            notes=notes,
        )

    def _continue(self, row: PrintedRow, more: PrintedRow) -> None:
        """A row that a page break split: its second piece has no name and no amounts."""
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


def align(cells: Sequence[Cell], columns: Columns, layout: CompiledLayout) -> list[int | None]:
    """Column of each cell. Where a row has lost or gained cells, content decides, in print order."""
    if len(cells) == len(columns.fields):
        return list(range(len(cells)))
    kinds = [_kind(cell.content.text, layout) for cell in cells]
    width = len(columns.fields)
    worst = -1e9
    score = [[worst] * (width + 1) for _ in range(len(cells) + 1)]
    choice: list[list[str]] = [[""] * (width + 1) for _ in range(len(cells) + 1)]
    score[0] = [-1.0 * (columns.fields[:j].count("name") * 8 + j) for j in range(width + 1)]
    choice[0] = ["column"] * (width + 1)
    for i in range(1, len(cells) + 1):
        for j in range(width + 1):
            skip_cell = score[i - 1][j] - (0.1 if kinds[i - 1] == "blank" else 20)
            best, how = skip_cell, "cell"
            if j:
                skip_column = score[i][j - 1] - (9 if columns.fields[j - 1] == "name" else 1)
                if skip_column > best:
                    best, how = skip_column, "column"
                both = score[i - 1][j - 1] + _fit(kinds[i - 1], columns.fields[j - 1])
                if both >= best:
                    best, how = both, "both"
            score[i][j], choice[i][j] = best, how
    positions: list[int | None] = [None] * len(cells)
    i, j = len(cells), width
    while i:
        how = choice[i][j]
        if how == "both":
            i, j = i - 1, j - 1
            positions[i] = j
        elif how == "cell":
            i -= 1
        else:
            j -= 1
    return positions


def _kind(text: str, layout: CompiledLayout) -> str:
    word = squash(text)
    if not word:
        return "blank"
    if _amount(text) is not None:
        return "number"
    if layout.value_label.search(word) and layout.marker.search(word):
        return "items"
    return "long" if len(word) > _LONG else "short"


def _fit(kind: str, field: str | None) -> float:
    if kind == "blank":
        return 0.2
    amount = field is not None and is_amount_column(field)
    if kind == "number":
        return 2.0 if amount else (-1.0 if field in {"name", None, "number"} else -6.0)
    if amount:
        return -12.0
    if kind == "items":
        return 4.0 if field == "indicators" else -3.0
    if kind == "long":
        return 2.0 if field in {"goal", "name"} else 1.0
    return 2.0 if field in {"name", "unit", "department"} else 0.5


def _amount(text: str) -> str | None:
    """Plain digits of an amount cell; None where it is no number."""
    word = squash(text)
    return plain_amount(word) if _NUMBER.fullmatch(word) else None


def _free(key: str, taken: dict[str, MappedText]) -> str:
    if key not in taken:
        return key
    return next(f"{key}({count})" for count in range(2, 1000) if f"{key}({count})" not in taken)
