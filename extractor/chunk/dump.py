"""Text dumps to rows: cells, columns and blank cells are gone, only lines are left.

What remains as evidence: a row has one line that ends in amounts; its name's first line is indented,
or stands after a line that ends a sentence; a wrapped line that does not end a sentence is as wide as
its column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.chunk.furniture import ColumnHeader, column_headers, end_of_table, furniture
from extractor.chunk.ink import ENDS_SENTENCE, Ink, ink_of, join, lines, piece, whole
from extractor.chunk.placing import is_amount_column
from extractor.chunk.rows import Kind, Mark, PrintedRow, Section, is_title, read_header
from extractor.layouts import CompiledLayout, Terms
from extractor.text import fold, squash
from schemas.document import Document, Found, Line, MappedText
from schemas.project import plain_amount

_MAX_NAME_LINES = 10
_MAX_CONTINUATION = 3
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,6})?")
_WITH_DECIMALS = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,6}")
_MEASURE = re.compile(r"[万亿千百]?元|[%‰]")
_BLANK = frozenset({"-", "--", "/"})
_TOKEN = re.compile(r"\S+")
_NOT_IN_NAMES = ("：", ":", "；", ";", "。", "指标值")
_SERIAL = re.compile(r"(\d{1,4})[、.]?\s+(?=\S)")
_TITLE_ABOVE = 4
_LIST_BEGINS = re.compile(r"(?:[一二三四五六七八九十]+[、是]|\(?\d{1,2}[、.)]|【)")


class AmountLine(NamedTuple):
    """Lines [first, last] of a row's amounts; `head` and `tail` stand before and after them.

    `columns` are the numbers' columns where dashes stand in for blank cells.
    """

    first: int
    last: int
    numbers: tuple[MappedText, ...]
    head: MappedText | None
    tail: MappedText | None
    columns: tuple[str, ...] | None


def read_dump(document: Document, layout: CompiledLayout) -> tuple[list[Section], list[Mark]]:
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

    def read(self) -> tuple[list[Section], list[Mark]]:
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

    def _section(self) -> Section | None:
        headers = column_headers(self.ink, self.terms)
        begin = headers[0].after if headers else self._begin_without_header()
        if begin is None:
            self._mark(self.ink, "outside")
            return None
        top = self.ink[: headers[0].first] if headers else self.ink[:begin]
        head = read_header(self.document, [Line(ink.start, ink.end, ink.page) for ink in top], self.terms)
        if headers and head.amount_unit is None:
            head = replace(head, amount_unit=self._unit_in_header(headers[0]))
        self._mark(self.ink[:begin], "header")
        columns = headers[0].columns if headers else self.columns or tuple(self.layout.spec.columns)
        if "indicator_name" in columns:
            # Without cells nothing tells an indicator's columns apart.
            self._mark(self.ink[begin:], "outside")
            return Section(head, columns, [])
        self.columns = columns
        self.amount_columns = [column for column in columns if is_amount_column(column)]
        pages = furniture(self.ink, begin, headers, self.terms)
        self._mark([self.ink[index] for index in sorted(pages)], "furniture")
        body = [ink for index, ink in enumerate(self.ink[begin:], begin) if index not in pages]
        amounts = self._amount_lines(body)
        rows = {index for line in amounts for index in range(line.first, line.last + 1)}
        end = end_of_table(body, self.terms, rows.__contains__)
        self._mark(body[end:], "outside")
        amounts = [line for line in amounts if line.last < end]
        return Section(head, columns, self._rows(body[:end], amounts, numbered="number" in columns))

    def _unit_in_header(self, header: ColumnHeader) -> Found | None:
        for ink in self.ink[header.first : header.after]:
            unit = self.terms.unit_in_header(ink.text)
            if unit is not None:
                return Found(unit, (ink.start, ink.end))
        return None

    def _mark(self, lines: Sequence[Ink], kind: Kind) -> None:
        self.marks += [Mark(ink.start, ink.end, kind) for ink in lines]

    def _begin_without_header(self) -> int | None:
        """Line of the grand total where the title announces the table but no header can be read."""
        if not any("绩效目标" in ink.text for ink in self.ink[:20]):
            return None
        for index, ink in enumerate(self.ink[:60]):
            words = ink.text.split()
            if len(words) > 1 and self.terms.is_grand_total(words[0]) and _NUMBER.fullmatch(fold(words[1])):
                return index
        return None

    def _rows(self, body: list[Ink], amounts: list[AmountLine], *, numbered: bool) -> list[PrintedRow]:
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
        rows = []
        for position, line in enumerate(amounts):
            after = starts[position + 1] if position + 1 < len(amounts) else len(body)
            row = self._row(body, starts[position], line, after, widest, sure[position])
            rows.append(_with_number(row) if numbered else row)
        return rows

    def _amount_lines(self, body: list[Ink]) -> list[AmountLine]:
        pattern = self._number_pattern(body)
        found: list[AmountLine] = []
        index = 0
        while index < len(body):
            line = self._amount_line(body, index, pattern)
            if line is None:
                index += 1
                continue
            found.append(line)
            index = line.last + 1
        return found

    def _number_pattern(self, body: list[Ink]) -> re.Pattern[str]:
        """Amounts have decimals, unless the grand total is printed without."""
        for ink in body[:6]:
            words = ink.text.split()
            if len(words) > 1 and self.terms.is_grand_total(words[0]) and _NUMBER.fullmatch(fold(words[1])):
                return _WITH_DECIMALS if _WITH_DECIMALS.fullmatch(fold(words[1])) else _NUMBER
        return _WITH_DECIMALS

    def _amount_line(self, body: list[Ink], index: int, pattern: re.Pattern[str]) -> AmountLine | None:
        ink = body[index]
        folded = ink.folded
        if not pattern.search(folded):
            return None
        tokens = [match.span() for match in _TOKEN.finditer(folded)]
        numeric = [bool(pattern.fullmatch(folded[start:end])) for start, end in tokens]
        if not any(numeric):
            return None
        first, last = _longest_run(_with_blanks([folded[start:end] for start, end in tokens], numeric))
        columns = self._columns_of(numeric[first:last])
        numbers = [
            piece(ink, *token) for token, number in zip(tokens[first:last], numeric[first:last], strict=True) if number
        ]
        head = piece(ink, tokens[0][0], tokens[first - 1][1]) if first else None
        tail = piece(ink, tokens[last][0], tokens[-1][1]) if last < len(tokens) else None
        ends = index
        if tail is None:
            # Each amount may stand on a line of its own.
            while ends + 1 < len(body) and len(numbers) < max(1, len(self.amount_columns)):
                following = body[ends + 1].folded
                words = [match.span() for match in _TOKEN.finditer(following)]
                if not all(pattern.fullmatch(following[start:end]) for start, end in words):
                    break
                numbers += [piece(body[ends + 1], *word) for word in words]
                ends += 1
        if tail is not None and (_MEASURE.match(fold(tail.text)) or head is None):
            return None
        if head is not None and (head.text.endswith(("：", ":", "，", "、", "≥", "≤", "=")) or len(head.text) > 60):
            return None
        if (
            len(numbers) < 2
            and len(self.amount_columns) > 1
            and not (head is None or ink.indent or self._is_total(head))
        ):
            return None
        if (
            len(numbers) < 2
            and len(self.amount_columns) > 1
            and head is None
            and not self._stands_under_name(body, index)
        ):
            return None
        return AmountLine(
            index, ends, tuple(numbers), head, tail, columns if len(numbers) == len(columns or ()) else None
        )

    def _columns_of(self, numeric: list[bool]) -> tuple[str, ...] | None:
        """Columns of a row's numbers where a dash stands in for each blank cell."""
        if all(numeric) or len(numeric) != len(self.amount_columns):
            return None
        return tuple(column for column, number in zip(self.amount_columns, numeric, strict=True) if number)

    def _is_total(self, head: MappedText) -> bool:
        return self.terms.is_grand_total(head.text)

    def _stands_under_name(self, body: list[Ink], index: int) -> bool:
        for above in range(index - 1, max(-1, index - _MAX_NAME_LINES), -1):
            if any(mark in body[above].text for mark in _NOT_IN_NAMES):
                return False
            if body[above].indent:
                return True
        return False

    def _name_start(
        self, body: list[Ink], line: AmountLine, floor: int, previous: AmountLine | None
    ) -> tuple[int, bool]:
        """First line of the row's name, and whether indent, punctuation or a neighbour prove it."""
        index = line.first
        if line.head is not None and (body[index].indent or self._is_total(line.head)):
            return index, True
        if line.head is None and index == floor:
            return index, False
        while index > floor and line.first - index < _MAX_NAME_LINES:
            above = body[index - 1]
            if index < line.first and body[index].indent:
                return index, True
            if above.text.endswith(ENDS_SENTENCE):
                return index, True
            if any(mark in above.text for mark in _NOT_IN_NAMES):
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
            parts["body"] = lines(content)
        parts["amounts"] = join(list(line.numbers), " ")
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
                or any(mark in candidate for mark in (*_NOT_IN_NAMES, "，", ","))
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


def _with_number(row: PrintedRow) -> PrintedRow:
    """The 序号 before a name is a column of its own."""
    name = row.parts.get("name")
    match = _SERIAL.match(name.text) if name else None
    if name is not None and match:
        after = match.end()
        row.parts = {
            "number": MappedText(name.text[: match.end(1)], name.offsets[: match.end(1)]),
            **row.parts,
            "name": MappedText(name.text[after:], name.offsets[after:]),
        }
    return row


def _with_blanks(tokens: list[str], numeric: list[bool]) -> list[bool]:
    """Which tokens are amounts, or dashes for blank amounts behind one."""
    run = list(numeric)
    for index, token in enumerate(tokens):
        run[index] = run[index] or (index > 0 and run[index - 1] and token in _BLANK)
    return run


def _longest_run(flags: list[bool]) -> tuple[int, int]:
    best = (0, 0)
    start = None
    for index, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            if index - start > best[1] - best[0]:
                best = (start, index)
            start = None
    return best
