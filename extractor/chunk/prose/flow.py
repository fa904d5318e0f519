"""The running text of a document: its lines without the furniture of pages, squashed, with the way back."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from operator import itemgetter

from extractor.chunk.ink import ENDS_SENTENCE, Ink, join
from extractor.layouts import Terms
from extractor.schemas.document import Document, Line, MappedText
from extractor.text import Squashed, fold

_BULLET = re.compile(r"(?:[-*+•·●■◆□]|\#{1,6})[ \t\u3000]+(?=\S)")
"""What a list or a heading of a converter puts before a line."""
_NUMBER = re.compile(r"\d{1,3}")
_MOST_PAGES = 3


def _cells(document: Document) -> list[Line]:
    """The cells of tables that stand between the lines, as lines of their own."""
    return [
        Line(cell.content.offsets[0], cell.content.offsets[-1] + 1, table.page)
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        if not cell.merged and cell.content.text.strip()
    ]


def page_numbers(document: Document) -> frozenset[int]:
    """Where the bare numbers of pages stand: apart from the text, counting on from page to page.

    A number that stands alone may be a value (预算金额, and 31 below it): it counts on, or ends a page or a sentence.
    """
    text, lines = document.text, document.lines
    printed = [text[line.start : line.end].strip() for line in lines]
    found: list[tuple[int, int]] = []
    are_ends = True
    above = ""
    for index, word in enumerate(printed):
        if not _NUMBER.fullmatch(word):
            above = word or above
            continue
        beside = [other for other in (index - 1, index + 1) if 0 <= other < len(lines)]
        turns = any(lines[other].page != lines[index].page for other in beside)
        if not turns and any(printed[other] for other in beside):
            return frozenset()
        are_ends = are_ends and (turns or above.endswith(ENDS_SENTENCE))
        start = lines[index].start + text[lines[index].start : lines[index].end].index(word)
        found.append((start, int(word)))
    counts = [right[1] - left[1] for left, right in pairwise(found)]
    is_counting = all(0 < step <= _MOST_PAGES for step in counts) and (bool(counts) or are_ends)
    return frozenset(start for start, _ in found) if is_counting else frozenset()


class Flow:
    """Lines one behind the other, as grammars see them: headings and names may break over lines anywhere.

    `text` is squashed; positions in it lead back to lines (`line_of`), to the text as printed (`printed`) and to
    the document (`source`). `furniture` are the lines left out.
    """

    def __init__(self, document: Document, terms: Terms) -> None:
        self.furniture: list[Line] = []
        self.lines: list[Ink] = []
        numbers = page_numbers(document)
        for line in sorted([*document.lines, *_cells(document)]):
            raw = document.text[line.start : line.end]
            stripped = raw.strip()
            if not stripped:
                continue
            if bullet := _BULLET.match(stripped):
                stripped = stripped[bullet.end() :]
            start = line.start + raw.rindex(stripped)
            ink = Ink(start, start + len(stripped), stripped, fold(stripped), 0, line.page)
            if ink.start in numbers or terms.page_furniture.fullmatch(ink.folded):
                self.furniture.append(Line(ink.start, ink.end, ink.page))
            else:
                self.lines.append(ink)
        pieces = [MappedText(ink.text, range(ink.start, ink.end)) for ink in self.lines]
        self._view = Squashed(join(pieces, "\n") if pieces else MappedText("", ()))
        self.text = self._view.text
        self.starts: list[int] = sorted(self._view.line_starts) if self.text else []
        self._begins = frozenset(self.starts)
        self.gaps = self._view.gaps
        """Where characters stand behind white space."""
        self.tables = sorted(
            (
                (self.position(table.rows[0].start), self.position(table.rows[-1].end), table)
                for table in document.tables
                if table.rows
            ),
            key=itemgetter(0),
        )
        """Each table, and where in the text its cells stand."""

    def begins_line(self, at: int) -> bool:
        return at in self._begins

    def ends_line(self, at: int) -> bool:
        """Whether a line ends before `at`."""
        return at >= len(self.text) or at in self._begins

    def is_apart(self, at: int) -> bool:
        """Whether white space stands before `at`."""
        positions = self._view.positions
        return at <= 0 or at >= len(self.text) or positions[at] != positions[at - 1] + 1

    def gap_behind(self, at: int) -> int:
        """The first place from `at` on before which white space stands; the end of the text where there is none."""
        index = bisect_left(self.gaps, at)
        return self.gaps[index] if index < len(self.gaps) else len(self.text)

    def line_of(self, at: int) -> int:
        """Index of the line in which `at` stands."""
        return bisect_right(self.starts, at) - 1

    def line_end(self, at: int) -> int:
        """Where the line ends in which `at` stands."""
        index = bisect_right(self.starts, at)
        return self.starts[index] if index < len(self.starts) else len(self.text)

    def line_starts(self, start: int, end: int) -> list[int]:
        """Where lines begin in [start, end)."""
        return self.starts[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def printed(self, start: int, end: int) -> MappedText:
        """Squashed characters [start, end) as printed."""
        if start >= end:
            return MappedText("", ())
        first, last = self._view.positions[start], self._view.positions[end - 1] + 1
        source = self._view.source
        return MappedText(source.text[first:last], source.offsets[first:last])

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where characters [start, end) stand in the document."""
        positions, offsets = self._view.positions, self._view.source.offsets
        return offsets[positions[start]], offsets[positions[end - 1]] + 1

    def page_of(self, at: int) -> int | None:
        return self.lines[self.line_of(at)].page

    def inks(self, start: int, end: int) -> list[Ink]:
        """The lines of [start, end), or the pieces of them that stand there."""
        found = []
        for begin in sorted({start, *self.line_starts(start, end)} if start < end else ()):
            stop = min(self.line_end(begin), end)
            text = self.printed(begin, stop)
            found.append(Ink(text.offsets[0], text.offsets[-1] + 1, text.text, fold(text.text), 0, self.page_of(begin)))
        return found

    def position(self, offset: int) -> int:
        """Where in the text an offset of the document stands."""
        at = bisect_left(self._view.source.offsets, offset)
        return bisect_left(self._view.positions, at)

    def printed_above(self, offset: int) -> MappedText | None:
        """The last line that ends before an offset of the document."""
        above = [ink for ink in self.lines if ink.end <= offset]
        return MappedText(above[-1].text, range(above[-1].start, above[-1].end)) if above else None
