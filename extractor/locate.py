"""Where in its file a stretch of a document's text stands, told as a person finds it.

A printed page has boxes and a workbook cells, which its reader keeps beside the text (`Document.positions`). Where a
format has neither, the tables of Word, of web pages and of Markdown are counted, and their paragraphs; of everything
else that is plain text, the lines of the file.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise

from extractor.schemas.document import Cell, Document
from extractor.schemas.place import Edges, InLines, InParagraph, InSheet, InTable, OnPage, Place, Places
from extractor.schemas.positions import Boxes, Sheets, cell_name
from extractor.schemas.record import Span

_LINE_END = re.compile(r"\r\n|[\r\n]")
_SAME_LINE = 0.5
_GAP = 2.0
"""Of a line's height: boxes on one line that are no farther apart are drawn as one."""

_WIDE = 64
"""Cells of a row from which on they are searched for rather than gone through."""


class Locator:
    """Finds the places of spans of one document; looking one up costs what it covers, not what the document holds.

    >>> from extractor.schemas.document import Line
    >>> text = "部门\\n购置 8\\n"
    >>> document = Document("a.txt", "", "text", "utf-8", text, (Line(0, 2, None), Line(3, 7, None)))
    >>> Locator(document).places(3, 5)
    (InLines(lines=(2, 2)),)
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[Span, Places] = {}
        """Merged cells are the place of many values."""
        self._starts: dict[tuple[int, int], list[int]] = {}
        """Where the cells of wide rows begin."""
        self._is_text = document.encoding is not None
        self._counts_cells = not self._is_text or document.format == "markdown"

    def places(self, start: int, end: int) -> Places:
        """Where the printed characters of [start, end) stand; nowhere where there are none."""
        known = self._known.get((start, end))
        if known is None:
            known = self._known[start, end] = tuple(self._find(*self._inked(start, end)))
        return known

    def all_places(self, spans: Iterable[Span]) -> Places:
        """The places of several spans in their order, each told once."""
        return tuple(dict.fromkeys(place for span in spans for place in self.places(*span)))

    def _inked(self, start: int, end: int) -> Span:
        """The span without white space at its ends."""
        start = max(start, 0)
        whole = self._document.text[start : max(end, 0)]
        ink = whole.strip()
        if len(ink) < len(whole):
            start += len(whole) - len(whole.lstrip())
        return start, start + len(ink)

    def _find(self, start: int, end: int) -> Iterable[Place]:
        if start >= end:
            return ()
        positions = self._document.positions
        if isinstance(positions, Boxes):
            return self._on_pages(positions, start, end)
        if isinstance(positions, Sheets):
            return self._in_sheets(positions, start, end)
        cells = list(self._in_cells(start, end)) if self._counts_cells else ()
        return cells if cells or not self._is_text else (self._in_lines(start, end),)

    def _on_pages(self, boxes: Boxes, start: int, end: int) -> Iterator[Place]:
        pages: dict[int, list[tuple[bool, Edges]]] = {}
        for page, is_sideways, box in _boxes_within(boxes, start, end):
            found = pages.setdefault(page, [])
            if found and found[-1][0] == is_sideways and _is_beside(found[-1][1], box):
                found[-1] = is_sideways, _around(found[-1][1], box)
            else:
                found.append((is_sideways, box))
        if not pages:  # printed across everything else, as a stamp is
            yield OnPage(page=1 + self._document.text.count("\f", 0, start))
        for page, found in pages.items():
            yield OnPage(page=page, boxes=tuple(_on_page(box, is_sideways) for is_sideways, box in found))

    def _in_sheets(self, sheets: Sheets, start: int, end: int) -> Iterator[Place]:
        text = self._document.text
        for row in range(max(bisect_right(sheets.starts, start) - 1, 0), bisect_left(sheets.starts, end)):
            at = sheets.starts[row]
            after = sheets.starts[row + 1] if row + 1 < len(sheets.starts) else len(text)
            sheet, number = sheets.sheets[row], sheets.rows[row]
            for column, cell in zip(sheets.columns[sheet], text[at:after].split("\t"), strict=False):
                if text[max(at, start) : min(at + len(cell), end)].strip():
                    name = cell_name(number, column)
                    if at in sheets.merged:
                        name += f":{cell_name(*sheets.merged[at])}"
                    yield InSheet(sheet=sheets.names[sheet], cell=name)
                at += len(cell) + 1

    def _in_cells(self, start: int, end: int) -> Iterator[Place]:
        """Cells of tables and lines outside of them, in reading order."""
        at = max(bisect_right(self._pieces, start) - 1, 0)
        for index in range(at, bisect_left(self._pieces, end)):
            table, number = self._owners[index]
            if table < 0:
                line = self._document.lines[number]
                if line.end > start and line.start < end and self._paragraphs[number]:
                    yield self._of_line(number, max(line.start, start), min(line.end, end))
                continue
            cells = self._document.tables[table].rows[number].cells
            for column in self._near(table, number, start, end):
                cell = cells[column]
                if cell.start < end and cell.end > start and _covers(cell, start, end):
                    yield _cell(table + 1, number + 1, column + 1)

    def _near(self, table: int, number: int, start: int, end: int) -> range:
        """The cells of a row that may hold a part of [start, end): of a wide row whose cells stand in order, a few."""
        row = self._starts.get((table, number))
        if row is None:
            cells = self._document.tables[table].rows[number].cells
            row = self._starts[table, number] = [cell.start for cell in cells] if len(cells) > _WIDE else []
            if any(before > after for before, after in pairwise(row)):
                row.clear()
        if not row:
            return range(len(self._document.tables[table].rows[number].cells))
        first = bisect_left(row, row[max(bisect_right(row, start) - 1, 0)])
        return range(first, bisect_left(row, end))

    def _of_line(self, number: int, start: int, end: int) -> Place:
        if self._document.encoding is None:
            return InParagraph(paragraph=self._paragraphs[number])
        return self._in_lines(start, end)

    def _in_lines(self, start: int, end: int) -> Place:
        first, last = bisect_right(self._line_starts, start), bisect_right(self._line_starts, end - 1)
        return _lines(first, last)

    @cached_property
    def _line_starts(self) -> array[int]:
        return array("I", [0, *(match.end() for match in _LINE_END.finditer(self._document.text))])

    @cached_property
    def _order(self) -> list[tuple[int, int, int]]:
        """Where each row and each line outside of tables begins: offset, table (-1 for a line), number in it."""
        document = self._document
        rows = [
            (row.start, table, number)
            for table, one in enumerate(document.tables)
            for number, row in enumerate(one.rows)
        ]
        return sorted([*rows, *((line.start, -1, number) for number, line in enumerate(document.lines))])

    @cached_property
    def _pieces(self) -> array[int]:
        return array("I", [start for start, _, _ in self._order])

    @cached_property
    def _owners(self) -> list[tuple[int, int]]:
        return [(table, number) for _, table, number in self._order]

    @cached_property
    def _paragraphs(self) -> array[int]:
        """The number of each line among those that are not blank, 0 for blank ones."""
        numbers, count = array("I"), 0
        for line in self._document.lines:
            is_blank = not self._document.text[line.start : line.end].strip()
            count += not is_blank
            numbers.append(0 if is_blank else count)
        return numbers


@lru_cache(maxsize=4096)
def _lines(first: int, last: int) -> InLines:
    """Many values stand on one line."""
    return InLines(lines=(first, last))


@lru_cache(maxsize=4096)
def _cell(table: int, row: int, column: int) -> InTable:
    """A cell holds many values, and the documents of a run have the same cells."""
    return InTable(table=table, row=row, column=column)


def _boxes_within(boxes: Boxes, start: int, end: int) -> Iterator[tuple[int, bool, Edges]]:
    """What each run has within [start, end): its page, whether it stands on its side, its box along its line."""
    for run in range(max(bisect_right(boxes.starts, start) - 1, 0), bisect_left(boxes.starts, end)):
        begin, first = boxes.starts[run], boxes.firsts[run]
        after = boxes.firsts[run + 1] if run + 1 < len(boxes.firsts) else len(boxes.lefts)
        letters = slice(first + max(start - begin, 0), min(first + end - begin, after))
        if letters.start < letters.stop:
            left, right = min(boxes.lefts[letters]), max(boxes.rights[letters])
            yield boxes.pages[run], bool(boxes.sideways[run]), (left, boxes.tops[run], right, boxes.bottoms[run])


def _is_beside(one: Edges, other: Edges) -> bool:
    """Whether two boxes are parts of one line."""
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    height = min(one[3] - one[1], other[3] - other[1])
    gap = max(other[0] - one[2], one[0] - other[2])
    return overlap >= _SAME_LINE * height and gap <= _GAP * height


def _around(one: Edges, other: Edges) -> Edges:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _on_page(box: Edges, is_sideways: bool) -> Edges:
    left, top, right, bottom = (round(edge, 1) for edge in box)
    return (top, left, bottom, right) if is_sideways else (left, top, right, bottom)


def _covers(cell: Cell, start: int, end: int) -> bool:
    """Whether a cell has a printed character within [start, end); between its lines others may stand."""
    letters, offsets = cell.content.text, cell.content.offsets
    if isinstance(offsets, range):
        return bool(letters[max(start - offsets.start, 0) : max(end - offsets.start, 0)].strip())
    within = (letter for letter, offset in zip(letters, offsets, strict=True) if start <= offset < end)
    return not all(map(str.isspace, within))
