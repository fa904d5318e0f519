"""Tables of scraped pages in which every bar ends a cell, wherever the lines break: cells first, then rows.

A page's cells of several paragraphs, and its blank cells, broke the rows into lines. Where merged cells left bars
behind that fill each row up to the table's width, the rows are known by counting; elsewhere the cells are a stream,
which the labels of the form cut into rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile
from typing import NamedTuple

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.readers.plain.celllist import Item, find_lists, table_of
from extractor.readers.plain.cells import Run, headers, may_hold_headers, tables_of
from extractor.readers.plain.markdown import plain, read_markdown
from extractor.readers.plain.pieces import blank
from extractor.readers.plain.segments import Token
from extractor.schemas.document import Cell, Line, Row, Table
from extractor.text import squash

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_FEWEST_BARS = 12
_FEWEST_ROWS = 5
_COUNTED = 0.6
"""Share of the ends of rows that stand where the table's width puts them."""
_LONE = 0.5
_NARROWEST = 3
_PROSE = 40
_LONGEST_LABEL = 40
_TITLE = re.compile(r"[^，。；;]{0,60}(?:表|[(（].{0,10}年度?[)）])|附[件表]\d{0,2}")


class Piece(NamedTuple):
    """A cell of the stream: its text [start, end), and whether the line and the row may end behind it.

    `fills`: the last of several bars at the end of a line, with nothing between them. `opens`: a line begins with it.
    """

    start: int
    end: int
    is_blank: bool
    fills: bool = False
    opens: bool = False


def read_barred(text: str, lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Table, ...]] | None:
    """Lines outside of such tables, and the tables; None where the rows of a text are its lines."""
    if text.count("|") < _FEWEST_BARS or not may_hold_headers(text):
        return None
    box = _ruled(text, lines)
    if box:
        return _below_box(text, lines, box)
    pieces, outside = _stream(text, lines)
    lists = _lists(text, lines, pieces)
    if lists:
        return _without(outside, lists, text, lines), lists
    tokens = list(_tokens(text, pieces))
    runs = headers(tokens)
    if not runs or any("name" in run.fields for run in runs):
        return None
    table = _counted(text, pieces)
    if table is not None:
        return _without(outside, [table], text, lines), (table,)
    if not _is_broken(text, lines, tokens, runs):
        return None
    tables = tables_of(text, tokens)
    return (_without(outside, tables, text, lines), tuple(tables)) if tables else None


def _below_box(
    text: str, lines: Sequence[Line], box: frozenset[int]
) -> tuple[tuple[Line, ...], tuple[Table, ...]] | None:
    """What stands around tables with rules, as a page prints a box of its number and date above the text.

    None where it holds no cells one below the other: then it is theirs.
    """
    rest = [line for at, line in enumerate(lines) if at not in box]
    bars = sum(len(_BAR.findall(text, line.start, line.end)) for line in rest)
    if bars < _FEWEST_BARS or not _stand_alone(text, rest):
        return None
    found = read_barred(text, rest)
    if found is None:
        return None
    outside, boxes = read_markdown(text, tuple(line for at, line in enumerate(lines) if at in box))
    tables = sorted((*found[1], *boxes), key=lambda table: table.rows[0].start)
    return tuple(sorted({*found[0], *outside})), tuple(tables)


def _ruled(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """The lines of tables with a rule: their header, the rule, and the rows right below it."""
    inside: set[int] = set()
    for at, line in enumerate(lines):
        if _is_rule(text, line):
            rows = takewhile(lambda one: _is_fenced(text, lines[one]), range(at + 1, len(lines)))
            inside |= {max(at - 1, 0), at, *rows}
    return frozenset(inside)


def _is_fenced(text: str, line: Line) -> bool:
    """Whether bars stand at both ends of a line, and cells between them."""
    printed = text[line.start : line.end].strip()
    return len(_BAR.findall(printed)) >= _NARROWEST and printed.startswith("|") and printed.endswith("|")


def _is_rule(text: str, line: Line) -> bool:
    printed = text[line.start : line.end].strip()
    return "--" in printed and "|" in printed and _RULE.fullmatch(printed) is not None


def _is_broken(text: str, lines: Sequence[Line], tokens: Sequence[Token], runs: Sequence[Run]) -> bool:
    """Whether lines are no rows: most hold one cell, or a header of the indicators begins inside of one."""
    return _stand_alone(text, lines) or any(_is_in_lines(text, tokens, run) for run in runs)


def _stand_alone(text: str, lines: Sequence[Line]) -> bool:
    """Whether most of the lines with bars hold one cell."""
    bars = [len(_BAR.findall(text, line.start, line.end)) for line in lines]
    held = [count for count in bars if count]
    return sum(count == 1 for count in held) >= _LONE * len(held)


def _is_in_lines(text: str, tokens: Sequence[Token], run: Run) -> bool:
    """Whether a header goes on over a line's end, or the line goes on behind it with what stands below it."""
    behind = min(run.after + _NARROWEST, len(tokens)) - 1
    first, last = tokens[run.first], tokens[run.after - 1]
    if _heads_on(text, tokens, run):
        return False
    return "\n" in text[first.end : last.start] or (
        behind >= run.after + 1 and "\n" not in text[last.end : tokens[behind].start]
    )


def _heads_on(text: str, tokens: Sequence[Token], run: Run) -> bool:
    """Whether a header in one line goes on behind a label that no word knows: 三级指标 | 绩效指标描述 | 指标值."""
    last = tokens[run.after - 1]
    rest = list(takewhile(lambda token: "\n" not in text[last.end : token.start], tokens[run.after :]))
    is_whole = "\n" not in text[tokens[run.first].end : last.start]
    words = form_words(terms())
    return is_whole and len(rest) > 1 and words.column(rest[0].text) is None and words.column(rest[-1].text) is not None


def _without(outside: Sequence[Line], tables: Sequence[Table], text: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that no row holds."""
    spans = [(row.start, row.end) for table in tables for row in table.rows]
    begin, end = min(span[0] for span in spans), max(span[1] for span in spans)
    around = [line for line in lines if line.end <= begin or line.start >= end]
    around = [line for line in around if not text[line.start : line.end].strip() or _holds_text(text, line)]
    inside = [line for line in outside if line.start >= begin and line.end <= end]
    free = [line for line in inside if not any(start <= line.start < stop for start, stop in spans)]
    return tuple(sorted({*around, *free}))


def _holds_text(text: str, line: Line) -> bool:
    return bool(text[line.start : line.end].strip("| \t\u3000"))


def _stream(text: str, lines: Sequence[Line]) -> tuple[list[Piece], list[Line]]:
    """The cells of a text, each ended by a bar; the lines that belong to none."""
    pieces: list[Piece] = []
    outside: list[Line] = []
    held: list[Line] = []
    """Lines without a bar: the beginning of the next cell, or no part of a table."""
    for line in lines:
        bars = [match.start() for match in _BAR.finditer(text, line.start, line.end)]
        if not bars:
            held.append(line)
            continue
        own = _own_lines(text, held, line.start, bars[0], is_first=not pieces)
        outside += held[: len(held) - own]
        begin = held[-own].start if own else line.start
        fills = text[line.start : line.end].rstrip().endswith("||")  # a blank cell prints a blank
        for index, bar in enumerate(bars):
            is_blank = not text[begin:bar].strip()
            pieces.append(Piece(begin, bar, is_blank, fills and index == len(bars) - 1, index == 0))
            begin = bar + 1
        rest = text[begin : line.end]
        held = [Line(begin, line.end, line.page)] if rest.strip() else []
    return pieces, [*outside, *held]


def _own_lines(text: str, held: Sequence[Line], start: int, bar: int, *, is_first: bool) -> int:
    """How many of the lines above a cell's last line are its beginning."""
    best = 0
    for count, line in enumerate(reversed(held), 1):
        if bar - line.start > 2 * _LONGEST_LABEL:
            break
        if _names(text[line.start : bar]):
            best = count
    if best or is_first or _names(text[start:bar]):
        return best
    # No label: a value of several lines, but for the titles above it.
    own = takewhile(lambda line: not _TITLE.fullmatch(text[line.start : line.end].strip()), reversed(held))
    return sum(1 for _ in own)


def _names(printed: str) -> bool:
    """Whether a text is a label of a form, of a column or of a category."""
    if len(printed) > _LONGEST_LABEL:
        return False
    words = form_words(terms())
    word = squash(printed)
    return bool(words.label(printed) or words.column(printed) or levels_of(word))


def _tokens(text: str, pieces: Sequence[Piece]) -> Iterator[Token]:
    """The cells that hold text; bars that only fill a row up are no blank cells."""
    blanks = 0
    for piece in pieces:
        if piece.is_blank:
            blanks = 0 if piece.fills else blanks + 1
            continue
        printed = text[piece.start : piece.end]
        start = piece.start + len(printed) - len(printed.lstrip())
        end = piece.start + len(printed.rstrip())
        yield Token(text[start:end], start, end, blanks)
        blanks = 0


def _lists(text: str, lines: Sequence[Line], pieces: Sequence[Piece]) -> tuple[Table, ...]:
    """Lists of projects whose cells stand alone, the blank ones too."""
    if not _stand_alone(text, lines):
        return ()
    items = [Item(text[piece.start : piece.end], piece.start, piece.end) for piece in pieces]
    return tuple(table_of(items, found, lambda item: _cell_of(text, item)) for found in find_lists(items))


def _cell_of(text: str, item: Item) -> Cell:
    if not item.text.strip():
        return blank(item.start)
    return Cell(plain(text, item.start, item.end), item.start, item.end)


def _counted(text: str, pieces: Sequence[Piece]) -> Table | None:
    """The table whose rows have all the same number of bars; None where bars do not fill the rows up."""
    ends = [index + 1 for index, piece in enumerate(pieces) if piece.fills]
    lengths = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    if len(ends) < _FEWEST_ROWS:
        return None
    width, _ = Counter(lengths).most_common(1)[0]
    exact = sum(length % width == 0 for length in lengths)
    behind = len(pieces) - ends[-1]
    if width < _NARROWEST or exact < _COUNTED * len(lengths) or (behind > width and behind % width):
        return None
    cuts = list(_cuts(pieces, ends, width))
    if all(_is_line(text, pieces[begin:end]) for begin, end in cuts):
        return None
    below = dropwhile(lambda cut: not _is_line(text, pieces[slice(*cut)]), cuts)  # a box of a page may stand above
    if any(_joins_rows(text, pieces[begin:end]) for begin, end in below):
        return None
    leads = all(pieces[begin].is_blank for begin, _ in cuts)
    rows = [_row(text, pieces[begin + leads : end]) for begin, end in cuts]
    rows = rows[_first_of_form(rows) :]
    return Table(tuple(rows)) if rows else None


def _is_line(text: str, pieces: Sequence[Piece]) -> bool:
    return "\n" not in text[pieces[0].start : pieces[-1].end].strip()


def _joins_rows(text: str, pieces: Sequence[Piece]) -> bool:
    """Whether what was counted as one row is several lines, each with the cells of a row: their table is narrower."""
    lines = text[pieces[0].start : pieces[-1].end + 1].strip().splitlines()
    return len(lines) > 1 and all(len(_BAR.findall(line)) >= _NARROWEST for line in lines)


def _cuts(pieces: Sequence[Piece], ends: Sequence[int], width: int) -> Iterator[tuple[int, int]]:
    """Where the rows begin and end: counted from the ends that are printed, the last row first."""
    begin = 0
    for end in [*ends, len(pieces)]:
        if end == begin:
            continue
        whole, rest = divmod(end - begin, width)
        if rest and pieces[end - 1].fills and whole:
            # What stands above is another table: its rows are its lines.
            first = end - whole * width
            opened = [at for at in range(begin, first) if pieces[at].opens]
            yield from zip(opened, [*opened[1:], first], strict=True)
            begin = first
        for start in range(begin, end, width):
            yield start, min(start + width, end)
        begin = end


def _row(text: str, pieces: Sequence[Piece]) -> Row:
    """A row without the bars that fill it up."""
    filled = [index for index, piece in enumerate(pieces) if not piece.is_blank]
    kept = pieces[: filled[-1] + 1] if filled else pieces[:1]
    cells = tuple(_cell(text, piece) for piece in kept)
    return Row(cells, pieces[0].start, pieces[-1].end + 1)


def _cell(text: str, piece: Piece) -> Cell:
    if piece.is_blank:
        return blank(piece.start)
    return Cell(plain(text, piece.start, piece.end), piece.start, piece.end)


def _first_of_form(rows: Sequence[Row]) -> int:
    """The first row below prose that a page printed into the table's first cells."""
    words = form_words(terms())
    first = 0
    for index, row in enumerate(rows):
        texts = [cell.content.text for cell in row.cells if cell.content.text.strip()]
        if any(words.label(one) is not None for one in texts if len(one) <= _LONGEST_LABEL):
            return first
        if any(len(one) > _PROSE for one in texts):
            first = index + 1
    return 0
