"""What stands outside of the projects: pieces of text that belong together, and whether they print projects."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER
from extractor.chunk.rows import Kind, Mark
from extractor.chunk.signs import signs_in
from extractor.layouts import Terms
from extractor.schemas.document import Document, Line, Row
from extractor.text import fold

_ASIDE: tuple[Kind, ...] = ("header", "furniture", "outside")
_AMOUNTS = 2
_MARKUP = frozenset("|-: \t")


class Unread(NamedTuple):
    """A piece of a document that no project claims: lines or rows with nothing but white space between them.

    `of_projects`: it prints signs of projects, or amounts side by side; `in_table`: it is rows of a table in which
    projects stand.
    """

    start: int
    end: int
    of_projects: bool
    in_table: bool


class Printed(NamedTuple):
    """The lines and rows of a document in print order; `reach` is how far each goes, or one above it."""

    pieces: list[Line | Row]
    reach: list[int]


def printed(document: Document) -> Printed:
    """What a document prints, for all its parts."""
    pieces: list[Line | Row] = [*document.lines, *(row for table in document.tables for row in table.rows)]
    pieces.sort(key=lambda piece: piece.start)
    return Printed(pieces, list(accumulate((piece.end for piece in pieces), max)))


def unread(
    document: Document, all_of_it: Printed, marks: Sequence[Mark], terms: Terms, *, holds: bool, in_rows: bool
) -> list[Unread]:
    """Pieces outside of the projects in print order; of what heads or frames them, only what prints projects.

    `holds`: there are projects in this part of the document, `in_rows`: they are rows of text or of a table, so that
    other rows and lines of amounts may be projects as well. The tables of other parts are what they are: a budget's
    finance tables, a list of allotments, the box above a page.

    A stretch that is shorter than its line or row, such as one cell of a total's row, is a piece of its own.
    """
    found: list[Unread] = []
    for start, end, kind in sorted(_aside(document.text, marks)):
        inside = list(_until(all_of_it.pieces, bisect_right(all_of_it.reach, start), end))
        whole = [piece for piece in inside if start <= piece.start and piece.end <= end]
        of_projects = _prints_projects(document, whole, terms) or (
            holds and in_rows and kind == "outside" and _lists_amounts(document, whole)
        )
        if kind == "outside" or of_projects:
            in_table = holds and any(isinstance(piece, Row) for piece in inside)
            found.append(Unread(start, end, of_projects, in_table))
    return found


def _aside(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int, Kind]]:
    """The stretches that are outside, header or furniture; what is outside is not told as furniture again."""
    outside = {(mark.start, mark.end) for mark in marks if mark.kind == "outside"}
    for kind in _ASIDE:
        spans = {(mark.start, mark.end) for mark in marks if mark.kind == kind}
        for start, end in _stretches(text, sorted(spans if kind == "outside" else spans - outside)):
            yield start, end, kind


def _stretches(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that follow one another, with nothing but white space and markup between them, as one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and _is_markup(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_markup(between: str) -> bool:
    return all(character.isspace() or character in _MARKUP for character in between)


def _until(pieces: Sequence[Line | Row], at: int, end: int) -> Iterator[Line | Row]:
    while at < len(pieces) and pieces[at].start < end:
        yield pieces[at]
        at += 1


def _prints_projects(document: Document, pieces: Sequence[Line | Row], terms: Terms) -> bool:
    signs = signs_in(document, pieces, terms)
    return signs.has_indicators or signs.tells_projects or signs.told > 1


def _lists_amounts(document: Document, pieces: Sequence[Line | Row]) -> bool:
    lines = (document.text[piece.start : piece.end] for piece in pieces if isinstance(piece, Line))
    return any(_amounts(line) >= _AMOUNTS for line in lines)


def _amounts(line: str) -> int:
    """Numbers with decimals that stand by themselves in a line, as the columns of amounts print them."""
    return sum("." in token and NUMBER.fullmatch(token) is not None for token in fold(line).split())
