"""Lines as a narrow column prints them."""

from __future__ import annotations

from typing import NamedTuple

from extractor.tagger.synthesis.labelled import Labelled
from extractor.tagger.synthesis.words import Dice

_RUN = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.%,")
_LONGEST_RUN = 14


class Line(NamedTuple):
    """One printed line; `after` is the tag of the line end behind it."""

    text: str
    tags: bytes
    after: int = 0


def plain_line(text: str) -> Line:
    """A line of which nothing is to be read."""
    return Line(text, bytes(len(text)))


class Width(NamedTuple):
    """A column's width in full-width characters, and where it breaks a line."""

    width: int
    halves: bool
    """A half-width character takes half the room."""
    whole: bool
    """Numbers and Latin words are not broken, with ":" and the character before it."""
    ragged: float
    """How often a line is a character shorter or longer."""


def column(dice: Dice, low: int = 12, high: int = 60) -> Width:
    return Width(dice.number(low, high), dice.whether(0.8), dice.whether(0.7), dice.one((0.0, 0.0, 0.1, 0.4)))


def wrap(piece: Labelled, column: Width, dice: Dice) -> list[Line]:
    """The lines of one cell; a line end inside a value belongs to the value."""
    text, tags = piece
    lines: list[Line] = []
    start, size = 0, len(text)
    while start < size:
        end = start + column.width
        if column.ragged and dice.chance() < column.ragged:
            end += dice.number(-2, 1)
        if column.halves and end < size + column.width:
            # UTF-8 takes one byte for ASCII and three for nearly everything else here.
            half = (3 * (end - start) - len(text[start:end].encode())) >> 1
            end += max(0, half) >> 1
        forced = text.find("\n", start, min(end + 1, size))
        if forced >= 0:
            if forced > start:
                lines.append(Line(text[start:forced], tags[start:forced], piece.between(forced + 1)))
            start = forced + 1
            continue
        if end >= size:
            lines.append(Line(text[start:], tags[start:], 0))
            break
        if column.whole and text[end] in _RUN:
            back = end
            least = max(start + 4, end - _LONGEST_RUN)
            while back > least and text[back - 1] in _RUN:
                back -= 1
            if back < end and text[back - 1] == ":":
                back -= 2
            if back > start + 2:
                end = back
        # A line neither begins nor ends with a blank.
        ink = text[start:end].rstrip(" ")
        lines.append(Line(ink, tags[start : start + len(ink)], piece.between(end)))
        start = end
        while start < size and text[start] == " ":
            start += 1
    return lines


def unwrapped(piece: Labelled) -> list[Line]:
    """One line, or one for each that the text has already."""
    return wrap(piece, Width(1 << 20, False, False, 0.0), _NO_DICE)


class _NoDice(Dice):
    def __init__(self) -> None:
        pass


_NO_DICE = _NoDice()

__all__ = ["Line", "Width", "column", "plain_line", "unwrapped", "wrap"]
