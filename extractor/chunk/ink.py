"""The lines of a dump that hold text, and pieces of them."""

from __future__ import annotations

from typing import NamedTuple

from extractor.schemas.document import Document, Line, MappedText
from extractor.text import concat, fold

ENDS_SENTENCE = ("。", "；", ";", "！", "!", "…")


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


def ink_of(document: Document) -> list[Ink]:
    """Every line of the document that is not blank."""
    folded = fold(document.text)
    return [ink for line in document.lines if (ink := _ink(document.text, folded, line))]


def _ink(text: str, folded: str, line: Line) -> Ink | None:
    raw = text[line.start : line.end]
    stripped = raw.strip()
    if not stripped:
        return None
    lead = len(raw) - len(raw.lstrip())
    # One blank is no indent: extraction leaves it anywhere.
    indent = 0 if raw[:lead] == " " else lead
    start = line.start + lead
    end = start + len(stripped)
    return Ink(start, end, stripped, folded[start:end], indent, line.page)


def whole(ink: Ink) -> MappedText:
    """A line's text with its offsets."""
    return MappedText(ink.text, range(ink.start, ink.end))


def piece(ink: Ink, start: int, end: int) -> MappedText:
    """Characters [start, end) of a line with their offsets."""
    return MappedText(ink.text[start:end], range(ink.start + start, ink.start + end))


def lines(parts: list[MappedText]) -> MappedText:
    """Pieces one below the other."""
    return join(parts, "\n")


def join(parts: list[MappedText], separator: str) -> MappedText:
    """Pieces with a separator between them, which stands for the white space that was there."""
    pieces: list[MappedText] = []
    for part in parts:
        if pieces:
            # The separator stands for the white space that follows the piece before it.
            pieces.append(MappedText(separator, [pieces[-1].offsets[-1] + 1]))
        pieces.append(part)
    return concat(pieces)
