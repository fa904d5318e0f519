"""A document in its parts: tables that list projects, forms, and projects told in prose, in print order.

A document whose tables are all of one kind, with nothing told between them, is one part. Otherwise a part ends where
another kind begins: a list above a form, forms under a notice, nine finance tables before three narratives. The lines
between two tables belong to the part whose title stands among them, as far as they stand below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from extractor.chunk.amounts import NUMBER
from extractor.chunk.choice import choose_layout, named_by_headers, prose_layout
from extractor.chunk.forms.cut import looks_like_forms, names_a_project
from extractor.chunk.forms.sheet import inked
from extractor.chunk.grid.headers import MIN_COLUMNS, Headers
from extractor.chunk.grid.merged import Merges
from extractor.chunk.prose.cut import looks_like_prose
from extractor.chunk.titles import are_headers, is_title
from extractor.layouts import CompiledLayout, terms
from extractor.layouts.forms import form_words
from extractor.schemas.document import Document, Line, Table
from extractor.schemas.layout import LayoutSpec
from extractor.text import squash

Kind = Literal["form", "rows", "prose", "list", "other"]
_HEAD_ROWS = 12
_LISTED = 2
_KINDS = 2
_HEADING = range(4, 41)
_OF_INDICATORS = frozenset(("level1", "level2", "indicator_name", "annual_value"))


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document with a layout of its own: the document with this piece's lines and tables alone."""

    document: Document
    layout: CompiledLayout


@dataclass(slots=True)
class _Piece:
    """A table, or the lines between two tables."""

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def parts(document: Document, layouts: Sequence[LayoutSpec] = ()) -> list[Part]:
    """The parts of a document, at least one; `layouts` are the user's own, tried before the built-in ones."""
    if not document.tables or named_by_headers(document, layouts) is not None:
        return [Part(document, choose_layout(document, layouts))]
    whole = choose_layout(document, layouts)
    pieces = list(_pieces(document, layouts, whole))
    kinds = {piece.kind for piece in pieces if piece.kind != "other"}
    if kinds in ({"rows", "list"}, {"list"}) or (len(kinds) < _KINDS and kinds != {"prose"}):
        return [Part(document, whole)]
    runs = _runs(document.text, pieces)
    return [_part(document, run, layouts) for run in runs]


def _part(document: Document, run: _Piece, layouts: Sequence[LayoutSpec]) -> Part:
    lines, tables = tuple(run.lines), tuple(run.tables)
    piece = replace(document, lines=lines, tables=tables)
    if run.kind == "prose" and (prose := prose_layout(layouts)) is not None:
        return Part(piece, prose)
    return Part(piece, choose_layout(piece, layouts, is_form=run.kind == "form"))


def _pieces(document: Document, layouts: Sequence[LayoutSpec], whole: CompiledLayout) -> Iterator[_Piece]:
    """Tables and the lines between them, in print order, each with its kind."""
    prose = prose_layout(layouts)
    kinds = iter(_kinds(document, whole))
    tables = sorted(document.tables, key=lambda table: table.rows[0].start if table.rows else 0)
    lines = iter(document.lines)
    line = next(lines, None)
    for table in (*tables, None):
        between: list[Line] = []
        while line is not None and (table is None or not table.rows or line.start < table.rows[0].start):
            between.append(line)
            line = next(lines, None)
        if between:
            told = prose and looks_like_prose(replace(document, lines=tuple(between), tables=()), prose)
            yield _Piece("prose" if told else "other", between)
        if table is not None:
            yield _Piece(next(kinds), tables=[table])


def _kinds(document: Document, layout: CompiledLayout) -> list[Kind]:
    """What each table is. A form may go on in the tables below it; a table that is neither is "other".

    `layout` is the one that the document as a whole would have.
    """
    tables = sorted(document.tables, key=lambda table: table.rows[0].start if table.rows else 0)
    begins = [_names_a_form(table) for table in tables]
    kinds: list[Kind] = []
    is_form = False
    for index, table in enumerate(tables):
        if begins[index]:
            end = next((at for at in range(index + 1, len(tables)) if begins[at]), len(tables))
            is_form = looks_like_forms(replace(document, lines=(), tables=tuple(tables[index:end])), layout)
        lists = not (begins[index] and is_form) and _heads_projects(table)
        if lists:
            is_form = False
        # A list of amounts is no page of the form above it.
        is_list = _lists_amounts(table) and not _heads_indicators(table)
        other: Kind = "list" if is_list else "form" if is_form else "other"
        kinds.append("form" if begins[index] and is_form else "rows" if lists else other)
    return kinds


def _names_a_form(table: Table) -> bool:
    """Whether 项目名称 stands beside a name in a table."""
    words = form_words(terms())
    rows = map(inked, table.rows)
    return any(names_a_project(spots, words) for spots in rows if spots)


def _heads_projects(table: Table) -> bool:
    """Whether one of a table's first rows heads the columns of a list of projects and their goals."""
    merges = Merges((table,), lambda text: terms().column(text) is not None)
    headers = Headers(terms(), merges)
    return any(headers.columns(headers.rows(row)) is not None for row in table.rows[:_HEAD_ROWS])


def _heads_indicators(table: Table) -> bool:
    """Whether a table's first row heads columns of indicators and no column of projects."""
    head = {terms().column(cell.content.text) for cell in table.rows[0].cells} if table.rows else set()
    return len(head & _OF_INDICATORS) >= _LISTED and "name" not in head


def _lists_amounts(table: Table) -> bool:
    """Whether a table heads columns by words and holds numbers in several rows, as a list of allotments does.

    The pages of a form do not: their rows begin with labels or go on with a merged cell.
    """
    rows = [[squash(cell.content.text) for cell in row.cells if not cell.merged] for row in table.rows]
    head = next((index for index, texts in enumerate(rows[:_HEAD_ROWS]) if _are_column_heads(texts)), None)
    if head is None:
        return False
    below = rows[head + 1 :]
    numbered = sum(any(map(NUMBER.fullmatch, texts)) for texts in below)
    return numbered >= _LISTED and numbered > len(below) / 2


def _are_column_heads(texts: Sequence[str]) -> bool:
    filled = [text for text in texts if text]
    return len(filled) >= MIN_COLUMNS and len(filled) >= len(texts) - 1 and are_headers(filled)


def _runs(text: str, pieces: Iterable[_Piece]) -> list[_Piece]:
    """Pieces of one kind in one run; other tables and lines join the run that they stand in or that they announce."""
    runs: list[_Piece] = []
    waiting: list[_Piece] = []
    for piece in pieces:
        if piece.kind == "other" and not (piece.tables and runs and not _announced(text, waiting)):
            waiting.append(piece)
            continue
        if runs and runs[-1].kind == "prose" and piece.kind == "other":
            # No prose goes on in a table, but for one of its last project's indicators.
            is_told = not waiting and all(map(_heads_indicators, piece.tables))
            piece = _Piece("prose" if is_told else "list", tables=piece.tables)
        if runs and (piece.kind == "other" or piece.kind == runs[-1].kind):
            for one in (*waiting, piece):
                _add(runs[-1], one)
        else:
            above, below = _split(text, waiting) if runs else ([], waiting)
            for one in above:
                _add(runs[-1], one)
            if piece.kind == "prose":  # no prose begins with a table
                last = max((at for at, one in enumerate(below, 1) if one.tables), default=0)
                below, before = below[last:], below[:last]
                runs += [_run("list", before)] if before else []
            runs.append(_run(piece.kind, [*below, piece]))
        waiting = []
    for one in waiting:
        _add(runs[-1], one)
    return runs


def _run(kind: Kind, pieces: Iterable[_Piece]) -> _Piece:
    run = _Piece(kind)
    for piece in pieces:
        _add(run, piece)
    return run


def _announced(text: str, waiting: Sequence[_Piece]) -> bool:
    return any(_is_heading(text, line) for piece in waiting for line in piece.lines)


def _split(text: str, waiting: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """What waits between two runs: up to the last title it is the upper one's, from there on the lower one's."""
    for index in range(len(waiting) - 1, -1, -1):
        piece = waiting[index]
        for at in range(len(piece.lines) - 1, -1, -1):
            if _is_heading(text, piece.lines[at]):
                upper, lower = _Piece("other", piece.lines[:at]), _Piece("other", piece.lines[at:])
                return [*waiting[:index], upper], [lower, *waiting[index + 1 :]]
    return [], list(waiting)


def _is_heading(text: str, line: Line) -> bool:
    word = squash(text[line.start : line.end])
    return is_title(word) or (len(word) in _HEADING and word.endswith(("表", "表)")))


def _add(run: _Piece, piece: _Piece) -> None:
    run.lines += piece.lines
    run.tables += piece.tables
