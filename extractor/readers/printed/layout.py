"""Characters to text: the lines of a cell, and the lines that stand outside of tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise, takewhile
from typing import NamedTuple

from extractor.readers.inked import Inked
from extractor.readers.printed.characters import BLANK, BREAK, Characters

_SAME_LINE = 0.45
"""Of a line's height: a raised ² is on the line still, the next line of the finest print is not."""
_BACK = 0.5
_WIDE = 0.6
_COLUMNS = 3
_OVERPRINTED = 0.75
"""Of a letter's width: lines that are closer than that are printed over each other."""


class Piece(NamedTuple):
    """Characters that follow each other in the file and on one printed line; `base` is the line's height.

    They are characters [begin, end) of those that are put together.
    """

    base: float
    left: float
    right: float
    text: str
    begin: int
    end: int


def cell_text(characters: Characters, indices: Sequence[int]) -> str:
    """A cell's text: its lines from top to bottom, each from left to right."""
    top, bottom = characters.top, characters.bottom
    size = max([bottom[index] - top[index] for index in indices], default=0.0)
    lines = _by_height(_pieces(characters, indices, size), size)
    pieces = [piece for line in lines for piece in line]
    return _inked(characters, indices, "\n".join(_join(line, size) for line in lines), pieces)


def overprinted(characters: Characters, indices: Sequence[int]) -> int:
    """How many letters of a cell are printed over others of it, as those of a stamp are, or of a line too many.

    A text that was written in one go is not looked at.
    """
    if not indices or indices[-1] - indices[0] == len(indices) - 1:
        return 0
    size = max(characters.bottom[index] - characters.top[index] for index in indices)
    pieces = sorted(_pieces(characters, indices, size))
    return sum(
        min(len(piece.text), len(other.text))
        for number, piece in enumerate(pieces)
        for other in _close_below(piece, pieces[number + 1 :], _OVERPRINTED * size)
        if _covers(piece, other)
    )


def _close_below(piece: Piece, others: Sequence[Piece], reach: float) -> Iterable[Piece]:
    return takewhile(lambda other: other.base - piece.base < reach, others)


def _covers(piece: Piece, other: Piece) -> bool:
    """Whether two pieces stand so close that a letter of one lies on a letter of the other."""
    letter = min((one.right - one.left) / len(one.text) for one in (piece, other))
    overlap = min(piece.right, other.right) - max(piece.left, other.left)
    return overlap > letter / 2 and other.base - piece.base < _OVERPRINTED * letter


def outside_lines(characters: Characters, indices: Sequence[int], *, in_file_order: bool) -> list[str]:
    """Lines of what stands outside of tables.

    Pieces on one height are one line ("部门名称：…" and "单位：万元"), from top to bottom. Where several lines in a row
    come in pieces the page is set in columns, and on pages without tables blank cells show in nothing but the
    order: there the order of the file stays.
    """
    pieces = _pieces(characters, indices, characters.size, breaks=in_file_order)
    if in_file_order or _in_columns(pieces, characters.size):
        return [_inked(characters, indices, piece.text, [piece]) for piece in pieces]
    lines = _by_height(pieces, characters.size)
    return [_inked(characters, indices, _join(line, characters.size), line) for line in lines]


def _inked(characters: Characters, indices: Sequence[int], text: str, pieces: Sequence[Piece]) -> str:
    """A text of pieces in this order, which knows where its characters stand."""
    if characters.boxes is None:
        return text
    boxes = characters.boxes
    return Inked(text, tuple(chain.from_iterable(boxes.ink(indices, piece.begin, piece.end) for piece in pieces)))


def _pieces(characters: Characters, indices: Iterable[int], size: float, *, breaks: bool = False) -> list[Piece]:
    """`breaks`: a line that ends for the library ends here as well, even where the next is on the same height."""
    texts, gaps = characters.texts, characters.gaps
    left, right, bottom = characters.left, characters.right, characters.bottom
    same, back, wide = _SAME_LINE * size, _BACK * size, _WIDE * size
    pieces: list[Piece] = []
    printed: list[str] = []
    base = begin = end = 0.0
    before = -1
    first = count = 0
    for count, index in enumerate(indices):
        gap, x = gaps[index], left[index]
        apart = (gap == BREAK and breaks) or ((gap == BREAK or before != index - 1) and x - end > wide)
        if printed and not apart and x >= end - back and abs(bottom[index] - base) <= same:
            if gap == BLANK:
                printed.append(" ")
        else:
            if printed:
                pieces.append(Piece(base, begin, end, "".join(printed), first, count))
                printed, first = [], count
            base, begin, end = bottom[index], x, right[index]
        printed.append(texts[index])
        if right[index] > end:
            end = right[index]
        before = index
    if printed:
        pieces.append(Piece(base, begin, end, "".join(printed), first, count + 1))
    return pieces


def _by_height(pieces: list[Piece], size: float) -> list[list[Piece]]:
    """Pieces from top to bottom, those on one height from left to right."""
    same = _SAME_LINE * size
    lines: list[list[Piece]] = []
    for piece in sorted(pieces):
        if lines and piece.base - lines[-1][0].base <= same:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.left) if len(line) > 1 else line for line in lines]


def _join(line: list[Piece], size: float) -> str:
    text = line[0].text
    for before, piece in pairwise(line):
        text += (" " if piece.left - before.right > _WIDE * size else "") + piece.text
    return text


def _in_columns(pieces: list[Piece], size: float) -> bool:
    """Whether lines in pieces follow each other, as in prose of two columns."""
    run = longest = 0
    for line in _by_height(pieces, size):
        run = run + 1 if len(line) > 1 else 0
        longest = max(longest, run)
    return longest >= _COLUMNS
