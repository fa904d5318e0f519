"""Dumps that keep the columns of a page side by side, by position alone, as `pdftotext -layout` writes them.

White space that runs down through the lines of a table parts its columns. A header stands over them in their order,
though not at the same places: what is wide on paper takes another width in text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from extractor.layouts import terms
from extractor.readers.plain.lines import GOAL, INDICATOR, prints
from extractor.readers.plain.pieces import blank, stacked
from extractor.schemas.document import Line, MappedText, Row, Table
from extractor.schemas.layout import CONTENT_COLUMNS
from extractor.text import fold, squash

_PIECE = re.compile(r"[^\s\u3000]+(?:[ \u3000][^\s\u3000]+)*")
_OPEN_BRACKET = re.compile(r"[(（][^()（）]*$")
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?%?")
_HAN = re.compile(r"[一-鿿]")
_FEWEST_COLUMNS = 3
_FEWEST_LINES = 2
_WIDE = 4
_MOST_HEADERS = 200


class Piece(NamedTuple):
    """A stretch of a line between wide gaps: its places in the text, and columns [left, right) on paper."""

    start: int
    end: int
    left: int
    right: int


class _Grid(NamedTuple):
    """The columns of a table: where each begins, and the place of each among those of the header."""

    lefts: tuple[int, ...]
    columns: tuple[int, ...]
    width: int


def read_columns(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such tables, and the tables, one for each header; none where no texts stand side by side."""
    headers = list(islice((at for at, line in enumerate(lines) if _is_header(text, line)), _MOST_HEADERS))
    for is_wide in (False, True) if headers else ():
        pieces = [_pieces(text, line, is_wide=is_wide) for line in lines]
        if not _stand_side_by_side(text, pieces[headers[0] :]):
            continue
        tables: list[Table] = []
        inside: set[int] = set()
        for begin, end in pairwise([*headers, len(lines)]):
            table, used = _table(text, lines, pieces, begin, end)
            if table is None:
                break
            tables.append(table)
            inside |= used
        else:
            return tuple(line for at, line in enumerate(lines) if at not in inside), tuple(tables)
    return lines, ()


def _pieces(text: str, line: Line, *, is_wide: bool) -> list[Piece]:
    found = []
    place, position = 0, line.start
    for match in _PIECE.finditer(text, line.start, line.end):
        left = place + _width(text[position : match.start()], is_wide=is_wide)
        place, position = left + _width(match[0], is_wide=is_wide), match.end()
        found.append(Piece(match.start(), match.end(), left, place))
    return found


def _width(text: str, *, is_wide: bool) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text) if is_wide else len(text)


@lru_cache(maxsize=4096)
def _column_of(word: str) -> str | None:
    bare = _OPEN_BRACKET.sub("", word)
    return terms().column(bare) or terms().column_by_shape(bare, ())


def _is_header(text: str, line: Line) -> bool:
    """Whether a line names columns of projects, wide gaps between them; its last words may go on below it."""
    if not prints(text, line, (*GOAL, *INDICATOR)):
        return False
    words = [match[0] for match in _PIECE.finditer(text, line.start, line.end)]
    if len(words) < _FEWEST_COLUMNS or any(map(_NUMBER.fullmatch, words)):
        return False
    known = set(map(_column_of, words)) - {None}
    return len(known) >= _FEWEST_COLUMNS and "name" in known and bool(CONTENT_COLUMNS & known)


def _stand_side_by_side(text: str, lines: Sequence[Sequence[Piece]]) -> bool:
    """Whether lines hold two and more texts, as those of a dump never do that is read from top to bottom."""
    wide = sum(
        sum(len(_HAN.findall(text, piece.start, piece.end)) >= _WIDE for piece in pieces) > 1 for pieces in lines[1:]
    )
    return wide >= _FEWEST_LINES


def _table(
    text: str, lines: Sequence[Line], pieces: Sequence[Sequence[Piece]], begin: int, end: int
) -> tuple[Table | None, set[int]]:
    """The table below a header, and the lines that it takes."""
    body = next((at for at in range(begin + 1, end) if not pieces[at]), end)
    if any(_numbers(text, pieces[at]) for at in range(begin + 1, body)):
        body = begin + 1  # no blank line parts the header from the rows
    inside = [at for at in range(body, end) if pieces[at] and not _is_furniture(text, lines[at])]
    grid = _grid([pieces[at] for at in inside], pieces[begin])
    if grid is None:
        return None, set()
    inside = [at for at in inside if len(pieces[at]) > 1 or _fits(pieces[at][0], grid)]
    header = _row(text, [pieces[at] for at in range(begin, body)], _as_header(pieces[begin]))
    rows = [header]
    rows += [
        _row(text, [pieces[at] for at in block], grid)
        for blanks in _blocks(inside)
        for block in _anchored(text, pieces, blanks)
    ]
    return Table(tuple(rows), lines[begin].page, rebuilt=True), {*range(begin, body), *inside}


def _is_furniture(text: str, line: Line) -> bool:
    printed = fold(text[line.start : line.end].strip())
    word = squash(printed)
    known = terms()
    return bool(
        known.page_furniture.fullmatch(printed)
        or known.notes.match(word)
        or known.endings.fullmatch(word)
        or known.site.fullmatch(word)
    )


def _grid(lines: Sequence[Sequence[Piece]], header: Sequence[Piece]) -> _Grid | None:
    """The columns that white space parts, each under the header that stands nearest to it."""
    several = [pieces for pieces in lines if len(pieces) > 1 or (pieces and pieces[0].left > header[0].right)]
    last = max((piece.right for pieces in several for piece in pieces), default=0)
    crossed = [0] * (last + 2)
    for pieces in several:
        for piece in pieces:
            crossed[piece.left + 1] += 1
            crossed[piece.right] -= 1
    lefts: list[int] = []
    depth = 0
    starts = sorted({piece.left for pieces in several for piece in pieces})
    open_at = dict.fromkeys(starts, 0)
    for at in range(last + 1):
        depth += crossed[at]
        if at in open_at:
            open_at[at] = depth
    for at in starts:
        # A column begins where no piece of any line reaches over.
        if open_at[at] == 0 and (not lefts or _is_apart(several, lefts[-1], at)):
            lefts.append(at)
    if not _FEWEST_COLUMNS <= len(lefts) <= len(header):
        return None
    scale = lefts[-1] / header[-1].left if header[-1].left else 1.0
    columns = _nearest(lefts, [piece.left * scale for piece in header])
    return _Grid(tuple(lefts), columns, len(header))


def _is_apart(lines: Sequence[Sequence[Piece]], left: int, at: int) -> bool:
    """Whether some line holds a piece in the column that begins at `left` and another from `at` on."""
    return any(
        any(left <= piece.left < at for piece in pieces) and any(piece.left >= at for piece in pieces)
        for pieces in lines
    )


def _nearest(lefts: Sequence[int], heads: Sequence[float]) -> tuple[int, ...]:
    """For each column the header over it, in order, so that all of them together stand as near as can be."""
    width = len(heads)
    best = [[abs(lefts[0] - head) for head in heads]]
    for left in lefts[1:]:
        above = best[-1]
        best.append([min(above[:at], default=1e9) + abs(left - heads[at]) for at in range(width)])
    columns: list[int] = []
    limit = width
    for scores in reversed(best):
        at = min(range(limit), key=scores.__getitem__)
        columns.insert(0, at)
        limit = at
    return tuple(columns)


def _as_header(header: Sequence[Piece]) -> _Grid:
    return _Grid(tuple(piece.left for piece in header), tuple(range(len(header))), len(header))


def _fits(piece: Piece, grid: _Grid) -> bool:
    """Whether the only piece of a line stays inside of its column."""
    at = _column(piece, grid)
    return at + 1 == len(grid.lefts) or piece.right <= grid.lefts[at + 1]


def _column(piece: Piece, grid: _Grid) -> int:
    return max((at for at, left in enumerate(grid.lefts) if left <= piece.left), default=0)


def _blocks(inside: Sequence[int]) -> Iterator[list[int]]:
    """Lines that follow each other without a blank line."""
    block: list[int] = []
    for at in inside:
        if block and at > block[-1] + 1:
            yield block
            block = []
        block.append(at)
    if block:
        yield block


def _anchored(text: str, pieces: Sequence[Sequence[Piece]], block: Sequence[int]) -> Iterator[list[int]]:
    """A block as rows: each begins with a line that prints a name and amounts, where there are several of these."""
    anchors = [at for at in block if _numbers(text, pieces[at]) and pieces[at][0].left == pieces[block[0]][0].left]
    if len(anchors) < _FEWEST_LINES:
        yield list(block)
        return
    for begin, end in pairwise([block[0], *anchors[1:], block[-1] + 1]):
        yield [at for at in block if begin <= at < end]


def _numbers(text: str, pieces: Sequence[Piece]) -> bool:
    return any(_NUMBER.fullmatch(text[piece.start : piece.end]) for piece in pieces[1:])


def _row(text: str, lines: Sequence[Sequence[Piece]], grid: _Grid) -> Row:
    cells: list[list[MappedText]] = [[] for _ in range(grid.width)]
    held = [piece for pieces in lines for piece in pieces]
    for piece in held:
        cells[grid.columns[_column(piece, grid)]].append(
            MappedText(text[piece.start : piece.end], range(piece.start, piece.end))
        )
    start, end = held[0].start, held[-1].end
    return Row(tuple(stacked(text, pieces, start) if pieces else blank(start) for pieces in cells), start, end)
