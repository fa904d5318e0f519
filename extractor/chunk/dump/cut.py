"""Text dumps to rows: cells, columns and blank cells are gone, only lines are left.

What remains as evidence: a row has one line that ends in amounts; its name's first line is indented,
or stands after a line that ends a sentence; a wrapped line that does not end a sentence is as wide as
its column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.dump.amountlines import MAX_NAME_LINES, NOT_IN_NAMES, NUMBER, TOKEN, AmountLine, AmountLines
from extractor.chunk.dump.furniture import ColumnHeader, column_headers, end_of_table, furniture
from extractor.chunk.ink import ENDS_SENTENCE, Ink, ink_of, join, lines, piece, whole
from extractor.chunk.rows import HeadedRows, Kind, Mark, PrintedRow, read_header
from extractor.chunk.titles import is_title
from extractor.chunk.units import unit_of_amounts, units_of_headers
from extractor.layouts import CompiledLayout, Terms
from extractor.schemas.cells import AMOUNTS, BODY
from extractor.schemas.document import Document, Line, MappedText, PrintedUnit
from extractor.schemas.project import plain_amount
from extractor.text import fold, squash

_MAX_CONTINUATION = 3
_SERIAL = re.compile(r"(\d{1,4})[、.]?\s+(?=\S)")
_BLANKS_BEHIND = re.compile(r"(?:\s+[-/]{1,2})+$")
"""Dashes in place of a row's amounts."""
_SERIAL_LABEL = "序号"
_WHOSE = frozenset(("name", "unit", "department"))
_TWO = 2
_TITLE_ABOVE = 4
_LIST_BEGINS = re.compile(r"(?:[一二三四五六七八九十]+[、是]|\(?\d{1,2}[、.)]|【)")


def read_dump(document: Document, layout: CompiledLayout) -> tuple[list[HeadedRows], list[Mark]]:
    """Sections of a text dump with their rows, and what every line of the text is."""
    return _Dump(document, layout).read()


class _Dump:
    def __init__(self, document: Document, layout: CompiledLayout) -> None:
        self.document = document
        self.layout = layout
        self.terms: Terms = layout.terms
        self.marks: list[Mark] = []
        self.columns: tuple[str, ...] | None = None
        self.everything = ink_of(document)

    def read(self) -> tuple[list[HeadedRows], list[Mark]]:
        borders = self._departments()
        sections = []
        for start, end in zip([0, *borders], [*borders, len(self.everything)], strict=True):
            self.ink = self.everything[start:end]
            section = self._section()
            if section is not None:
                sections.append(section)
        return sections, self.marks

    def _departments(self) -> list[int]:
        """Lines at which a compilation goes on with another department's table."""
        borders = []
        current: str | None = None
        begins = self.terms.department_begins
        for index, ink in enumerate(self.everything):
            match = self.terms.department.match(ink.squashed) if ink.folded[0] in begins else None
            if match is None or match[1] == current:
                continue
            if current is not None:
                above = range(index, max(0, index - _TITLE_ABOVE) - 1, -1)
                borders.append(next((line for line in above if is_title(self.everything[line].squashed)), index))
            current = match[1]
        return borders

    def _section(self) -> HeadedRows | None:
        headers = column_headers(self.ink, self.terms)
        begin = headers[0].after if headers else self._begin_without_header()
        if begin is None:
            self._mark(self.ink, "outside")
            return None
        top = self.ink[: headers[0].first] if headers else self.ink[:begin]
        head = read_header(self.document, [Line(ink.start, ink.end, ink.page) for ink in top], self.terms)
        own = self._units_in_header(headers[0]) if headers else ()
        units = (*filter(None, [head.amount_unit]), *own)
        head = replace(head, amount_unit=unit_of_amounts(units, None, self.terms)[0])
        self._mark(self.ink[:begin], "header")
        columns = headers[0].columns if headers else self.columns or tuple(self.layout.spec.columns)
        if "indicator_name" in columns:
            # Without cells nothing tells an indicator's columns apart.
            self._mark(self.ink[begin:], "outside")
            return HeadedRows(head, columns, [], units)
        self.columns = columns
        pages = furniture(self.ink, begin, headers, self.terms)
        self._mark([self.ink[index] for index in sorted(pages)], "furniture")
        body = [ink for index, ink in enumerate(self.ink[begin:], begin) if index not in pages]
        amounts = AmountLines([column for column in columns if is_amount_column(column)], self.terms).find(body)
        rows = {index for line in amounts for index in range(line.first, line.last + 1)}
        end = end_of_table(body, self.terms, rows.__contains__)
        self._mark(body[end:], "outside")
        amounts = [line for line in amounts if line.last < end]
        return HeadedRows(head, columns, self._rows(body[:end], amounts), units)

    def _units_in_header(self, header: ColumnHeader) -> list[PrintedUnit]:
        lines = (MappedText(ink.text, range(ink.start, ink.end)) for ink in self.ink[header.first : header.after])
        return [unit for line in lines for unit in units_of_headers(line, self.terms)]

    def _mark(self, lines: Sequence[Ink], kind: Kind) -> None:
        self.marks += [Mark(ink.start, ink.end, kind) for ink in lines]

    def _begin_without_header(self) -> int | None:
        """Line of the grand total where the title announces the table but no header can be read."""
        if not any("绩效目标" in ink.text for ink in self.ink[:20]):
            return None
        for index, ink in enumerate(self.ink[:60]):
            words = ink.text.split()
            if len(words) > 1 and self.terms.is_grand_total(words[0]) and NUMBER.fullmatch(fold(words[1])):
                return index
        return None

    def _rows(self, body: list[Ink], amounts: list[AmountLine]) -> list[PrintedRow]:
        starts: list[int] = []
        sure: list[bool] = []
        for position, line in enumerate(amounts):
            floor = amounts[position - 1].last + 1 if position else 0
            begins, certain = self._name_start(body, line, floor, amounts[position - 1] if position else None)
            starts.append(begins)
            sure.append(certain)
        if starts and starts[0] > 0:
            self._mark(body[: starts[0]], "outside")
        elif not starts:
            self._mark(body, "outside")
        widest = max(
            (len(ink.text) for start, a in zip(starts, amounts, strict=True) for ink in body[start : a.first]),
            default=0,
        )
        totals = [line.head is not None and self.terms.is_grand_total(line.head.text) for line in amounts]
        names = [body[start] for start, is_total in zip(starts, totals, strict=True) if not is_total]
        all_indented = bool(names) and all(ink.indent for ink in names)
        rows = []
        for position, line in enumerate(amounts):
            after = starts[position + 1] if position + 1 < len(amounts) else len(body)
            blank = self._starts_without_amounts(body, line.last + 1, after) if all_indented else []
            row = self._row(body, starts[position], line, [*blank, after][0], widest, sure[position])
            rows.append(_parted(row, self.columns or (), line.head))
            rows += [_blank_row(body[one:two]) for one, two in pairwise([*blank, after])]
        if any(row.parts.keys() & {"unit", "department"} for row in rows):
            for row in rows:
                if row.has_content and not row.parts.keys() & {"unit", "department"}:
                    row.notes.append("name_start")
        return rows

    def _starts_without_amounts(self, body: Sequence[Ink], begin: int, end: int) -> list[int]:
        """First lines of the rows whose amounts are blank, in a text that indents every name.

        A name that is indented like the others stands behind the indicators of a row, and others follow it.
        """
        starts: list[int] = []
        above, has_values = "", False
        for index in range(begin, end):
            ink = body[index]
            is_name = ink.indent and not any(mark in ink.text for mark in NOT_IN_NAMES)
            is_name = is_name and body[index - 1].text.endswith(ENDS_SENTENCE) and not _LIST_BEGINS.match(ink.folded)
            if is_name and has_values:
                starts.append(index)
                has_values = False
            has_values = has_values or self.layout.value_label.search(above + ink.squashed) is not None
            above = ink.squashed
        return starts if has_values else starts[:-1]

    def _name_start(
        self, body: list[Ink], line: AmountLine, floor: int, previous: AmountLine | None
    ) -> tuple[int, bool]:
        """First line of the row's name, and whether indent, punctuation or a neighbour prove it."""
        index = line.first
        if line.head is not None and (body[index].indent or self.terms.is_grand_total(line.head.text)):
            return index, True
        if line.head is None and index == floor:
            return index, False
        while index > floor and line.first - index < MAX_NAME_LINES:
            above = body[index - 1]
            if index < line.first and body[index].indent:
                return index, True
            if above.text.endswith(ENDS_SENTENCE):
                return index, True
            if any(mark in above.text for mark in NOT_IN_NAMES):
                return index, False
            index -= 1
        if index == floor:
            # Right under another row: certain if that row is a total or a unit, which has no text.
            return index, previous is None or bool(body[index].indent) or line.first - index <= 3
        return index, bool(body[index].indent)

    def _row(self, body: list[Ink], start: int, line: AmountLine, after: int, widest: int, sure: bool) -> PrintedRow:
        name = [whole(ink) for ink in body[start : line.first]]
        if line.head is not None:
            name.append(line.head)
        rest = body[line.last + 1 : after]
        notes = [] if sure else ["name_start"]
        if name and line.tail is None:
            taken, certain = self._continuation(name, rest, widest)
            name += [whole(ink) for ink in rest[:taken]]
            rest = rest[taken:]
            if not certain:
                notes.append("name_end")
        parts = {"name": lines(name)} if name else {}
        content = [line.tail] if line.tail is not None else []
        content += [whole(ink) for ink in rest]
        if content:
            parts[BODY] = lines(content)
        parts[AMOUNTS] = join(list(line.numbers), " ")
        return PrintedRow(
            parts=parts,
            numbers=tuple(plain_amount(number.text) for number in line.numbers),
            columns=line.columns,
            start=body[start].start,
            end=body[after - 1].end,
            page=body[start].page,
            notes=notes,
        )

    def _continuation(self, name: list[MappedText], rest: list[Ink], widest: int) -> tuple[int, bool]:
        """How many lines below the amounts still belong to the name, and whether that is certain.

        A goal's first line is as wide as its column unless it ends a sentence, so a narrow line
        above wider ones is the end of a name, if the name above the amounts was not complete yet.
        """
        above = squash("".join(part.text for part in name))
        if self._looks_complete(above):
            return 0, True
        width = max(widest, *(len(part.text) for part in name))
        taken = 0
        while taken < min(_MAX_CONTINUATION, len(rest) - 1):
            candidate = rest[taken].text
            if (
                len(candidate) > width
                or any(mark in candidate for mark in (*NOT_IN_NAMES, "，", ","))
                or _LIST_BEGINS.match(rest[taken].folded)
            ):
                break
            taken += 1
        while taken and not (len(rest[taken].text) > len(rest[taken - 1].text) + 2 and len(rest[taken].text) > width):
            taken -= 1
        if not taken:
            return 0, True
        joined = above + "".join(ink.squashed for ink in rest[:taken])
        return taken, self._looks_complete(joined)

    def _looks_complete(self, name: str) -> bool:
        return name.endswith((*self.terms.name_endings, ")"))


def _blank_row(ink: Sequence[Ink]) -> PrintedRow:
    """A row whose amounts are blank: its first line is its name, as far as can be told."""
    first, *rest = ink
    parts = {"name": piece(first, 0, len(_BLANKS_BEHIND.sub("", first.text))), BODY: lines(list(map(whole, rest)))}
    return PrintedRow(parts, (), None, first.start, ink[-1].end, first.page, notes=["name_end"])


def _parted(row: PrintedRow, columns: Sequence[str], head: MappedText | None) -> PrintedRow:
    """The 序号, the unit and the department of a row parted from its name, where they are columns of their own.

    Where the line of the amounts holds all of them, blanks part them; else the name stays as printed, with a note.
    """
    name = row.parts.get("name")
    match = _SERIAL.match(name.text) if name and "number" in columns else None
    if name is not None and match:
        after = match.end()
        row.parts = {
            "number": MappedText(name.text[: match.end(1)], name.offsets[: match.end(1)]),
            **row.parts,
            "name": MappedText(name.text[after:], name.offsets[after:]),
        }
        row.labels["number"] = _SERIAL_LABEL
    before = [column for column in columns[: _first_amount(columns)] if column in _WHOSE]
    if len(before) < _TWO or name is None:
        return row
    cells = [match.span() for match in TOKEN.finditer(row.parts["name"].text)]
    if head is None or len(cells) != len(before) or "\n" in row.parts["name"].text:
        if row.has_content and len(cells) > 1:
            row.notes.append("name_start")
        return row
    text = row.parts.pop("name")
    texts = {
        field: MappedText(text.text[start:end], text.offsets[start:end])
        for field, (start, end) in zip(before, cells, strict=True)
    }
    row.parts = texts | row.parts
    return row


def _first_amount(columns: Sequence[str]) -> int:
    return next((index for index, column in enumerate(columns) if is_amount_column(column)), len(columns))
