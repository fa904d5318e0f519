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
from typing import NamedTuple

from extractor.chunk.placing import is_amount_column
from extractor.chunk.rows import Kind, Mark, PrintedRow, Section, is_title, read_header
from extractor.layouts import CompiledLayout, Terms
from extractor.text import concat, fold, squash
from schemas.document import Document, Found, Line, MappedText
from schemas.project import plain_amount

_MAX_HEADER_LINES = 14
_MAX_NAME_LINES = 10
_MAX_CONTINUATION = 3
_LONGEST_FOOTER = 40
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,6})?")
_WITH_DECIMALS = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,6}")
_MEASURE = re.compile(r"[万亿千百]?元|[%‰]")
_DIGIT = re.compile(r"[0-9]")
_TOKEN = re.compile(r"\S+")
_ENDS_SENTENCE = ("。", "；", ";", "！", "!", "…")
_NOT_IN_NAMES = ("：", ":", "；", ";", "。", "指标值")
_BARE_NUMBER = re.compile(r"(\d{1,4})(?:\s*/\s*\d{1,4})?")
_SERIAL = re.compile(r"(\d{1,4})[、.]?\s+(?=\S)")
_TITLE_ABOVE = 4
_LIST_BEGINS = re.compile(r"(?:[一二三四五六七八九十]+[、是]|\(?\d{1,2}[、.)])")


class Ink(NamedTuple):
    """A line that holds text: its stripped span, its text as printed and folded, how far it is indented."""

    start: int
    end: int
    text: str
    folded: str
    indent: int
    page: int | None

    @property
    def squashed(self) -> str:
        return "".join(self.folded.split())


class AmountLine(NamedTuple):
    """Lines [first, last] of a row's amounts; `head` and `tail` stand before and after them."""

    first: int
    last: int
    numbers: tuple[MappedText, ...]
    head: MappedText | None
    tail: MappedText | None


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
        folded = fold(document.text)
        self.everything = [ink for line in document.lines if (ink := _ink(document.text, folded, line))]

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
        headers = self._column_headers()
        begin = headers[0][1] if headers else self._begin_without_header()
        if begin is None:
            self._mark(self.ink, "outside")
            return None
        top = self.ink[: headers[0][0]] if headers else self.ink[:begin]
        head = read_header(self.document, [Line(ink.start, ink.end, ink.page) for ink in top], self.terms)
        if headers and head.amount_unit is None:
            head = replace(head, amount_unit=self._unit_in_header(headers[0][0], begin))
        self._mark(self.ink[:begin], "header")
        columns = headers[0][2] if headers else self.columns or tuple(self.layout.spec.columns)
        if "indicator_name" in columns:
            # Without cells nothing tells an indicator's columns apart.
            self._mark(self.ink[begin:], "outside")
            return Section(head, columns, [])
        self.columns = columns
        body = self._without_furniture(begin, headers, {ink.squashed for ink in self.ink[:begin]})
        body = self._until_next_part(body)
        self.amount_columns = [column for column in columns if is_amount_column(column)]
        return Section(head, columns, self._rows(body, numbered="number" in columns))

    def _unit_in_header(self, first: int, after: int) -> Found | None:
        for ink in self.ink[first:after]:
            unit = self.terms.unit_in_header(ink.text)
            if unit is not None:
                return Found(unit, (ink.start, ink.end))
        return None

    def _mark(self, lines: Sequence[Ink], kind: Kind) -> None:
        self.marks += [Mark(ink.start, ink.end, kind) for ink in lines]

    def _column_headers(self) -> list[tuple[int, int, tuple[str, ...]]]:
        """(first line, line after the last, columns) of every printed column header."""
        found = []
        index = 0
        while index < len(self.ink):
            run = self._header_at(index) if self.ink[index].folded[0] in self.terms.header_begins else None
            if run:
                found.append((index, *run))
                index = run[0]
            else:
                index += 1
        return found

    def _header_at(self, index: int) -> tuple[int, tuple[str, ...]] | None:
        best: tuple[int, tuple[str, ...]] | None = None
        printed = ""
        for after in range(index + 1, min(len(self.ink), index + _MAX_HEADER_LINES) + 1):
            printed += self.ink[after - 1].squashed
            match = self.terms.header_run.fullmatch(printed)
            if match:
                words = [word[0] for word in self.terms.header_word.findall(printed)]
                columns = tuple(self.terms.columns[word] for word in words)
                if len(set(columns)) >= 3 and {"name", "goal", "indicators"} & set(columns):
                    best = after, tuple(dict.fromkeys(columns))
                continue
            understood = self.terms.header_run.match(printed)
            if len(printed) - (understood.end() if understood else 0) > 24:
                break
        return best

    def _begin_without_header(self) -> int | None:
        """Line of the grand total where the title announces the table but no header can be read."""
        if not any("绩效目标" in ink.text for ink in self.ink[:20]):
            return None
        for index, ink in enumerate(self.ink[:60]):
            words = ink.text.split()
            if len(words) > 1 and self.terms.is_grand_total(words[0]) and _NUMBER.fullmatch(fold(words[1])):
                return index
        return None

    def _without_furniture(
        self, begin: int, headers: Sequence[tuple[int, int, tuple[str, ...]]], top: set[str]
    ) -> list[Ink]:
        """Lines from `begin` on that are not a page's own."""
        repeated = {line for first, after, _ in headers[1:] for line in range(first, after)}
        counting = self._page_counter(begin, repeated)
        beginnings = {line[:2] for line in top}
        kept = []
        for index in range(begin, len(self.ink)):
            ink = self.ink[index]
            if (
                index in repeated
                or index in counting
                or (len(ink.text) <= _LONGEST_FOOTER and self.terms.page_furniture.fullmatch(ink.folded))
                or (len(ink.text) >= 4 and ink.folded[:2] in beginnings and ink.squashed in top)
            ):
                self._mark([ink], "furniture")
            else:
                kept.append(ink)
        return kept

    def _page_counter(self, begin: int, headers: set[int]) -> set[int]:
        """Bare numbers that are page numbers: they count up by one, or stand at a page's edge."""
        bare = [
            (index, int(match[1]))
            for index in range(begin, len(self.ink))
            if (match := _BARE_NUMBER.fullmatch(self.ink[index].folded))
        ]
        numbers = [number for _, number in bare]
        if len(bare) >= 2 and all(b - a == 1 for a, b in pairwise(numbers)):
            return {index for index, _ in bare}
        return {
            index
            for index, _ in bare
            if index + 1 in headers
            or (index + 1 < len(self.ink) and self.ink[index + 1].page != self.ink[index].page)
            or (self.ink[index].page is not None and index == len(self.ink) - 1)
        }

    def _until_next_part(self, body: list[Ink]) -> list[Ink]:
        for index, ink in enumerate(body):
            after_stop = index > 0 and body[index - 1].text.endswith(_ENDS_SENTENCE)
            if after_stop and (self.terms.notes.match(ink.folded) or self.terms.next_part.fullmatch(ink.folded)):
                self._mark(body[index:], "outside")
                return body[:index]
        return body

    def _rows(self, body: list[Ink], *, numbered: bool) -> list[PrintedRow]:
        amounts = self._amount_lines(body)
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
        if not _DIGIT.search(folded):
            return None
        tokens = [match.span() for match in _TOKEN.finditer(folded)]
        numeric = [bool(pattern.fullmatch(folded[start:end])) for start, end in tokens]
        if not any(numeric):
            return None
        first, last = _longest_run(numeric)
        numbers = [_slice(ink, *token) for token in tokens[first:last]]
        head = _slice(ink, tokens[0][0], tokens[first - 1][1]) if first else None
        tail = _slice(ink, tokens[last][0], tokens[-1][1]) if last < len(tokens) else None
        ends = index
        if tail is None:
            # Each amount may stand on a line of its own.
            while ends + 1 < len(body) and len(numbers) < max(1, len(self.amount_columns)):
                following = body[ends + 1].folded
                words = [match.span() for match in _TOKEN.finditer(following)]
                if not all(pattern.fullmatch(following[start:end]) for start, end in words):
                    break
                numbers += [_slice(body[ends + 1], *word) for word in words]
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
        return AmountLine(index, ends, tuple(numbers), head, tail)

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
            if above.text.endswith(_ENDS_SENTENCE):
                return index, True
            if any(mark in above.text for mark in _NOT_IN_NAMES):
                return index, False
            index -= 1
        if index == floor:
            # Right under another row: certain if that row is a total or a unit, which has no text.
            return index, previous is None or bool(body[index].indent) or line.first - index <= 3
        return index, bool(body[index].indent)

    def _row(self, body: list[Ink], start: int, line: AmountLine, after: int, widest: int, sure: bool) -> PrintedRow:
        name = [_whole(ink) for ink in body[start : line.first]]
        if line.head is not None:
            name.append(line.head)
        rest = body[line.last + 1 : after]
        notes = [] if sure else ["name_start"]
        if name and line.tail is None:
            taken, certain = self._continuation(name, rest, widest)
            name += [_whole(ink) for ink in rest[:taken]]
            rest = rest[taken:]
            if not certain:
                notes.append("name_end")
        parts = {"name": _lines(name)} if name else {}
        content = [line.tail] if line.tail is not None else []
        content += [_whole(ink) for ink in rest]
        if content:
            parts["body"] = _lines(content)
        parts["amounts"] = _join(list(line.numbers), " ")
        return PrintedRow(
            parts=parts,
            numbers=tuple(plain_amount(number.text) for number in line.numbers),
            columns=None,
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


def _ink(text: str, folded: str, line: Line) -> Ink | None:
    raw = text[line.start : line.end]
    stripped = raw.strip()
    if not stripped:
        return None
    indent = len(raw) - len(raw.lstrip())
    start = line.start + indent
    end = start + len(stripped)
    return Ink(start, end, stripped, folded[start:end], indent, line.page)


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


def _whole(ink: Ink) -> MappedText:
    return MappedText(ink.text, range(ink.start, ink.end))


def _slice(ink: Ink, start: int, end: int) -> MappedText:
    return MappedText(ink.text[start:end], range(ink.start + start, ink.start + end))


def _lines(parts: list[MappedText]) -> MappedText:
    return _join(parts, "\n")


def _join(parts: list[MappedText], separator: str) -> MappedText:
    pieces: list[MappedText] = []
    for part in parts:
        if pieces:
            # The separator stands for the white space that follows the piece before it.
            pieces.append(MappedText(separator, [pieces[-1].offsets[-1] + 1]))
        pieces.append(part)
    return concat(pieces)


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
