"""Cells whose text stands in several places of a plain text: their pieces put one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractor.schemas.document import Cell, MappedText

NOTHING = MappedText("", ())


def stacked(text: str, pieces: Iterable[MappedText], at: int) -> Cell:
    """A cell of the pieces of `text` that hold some, in print order; a blank one where none does, which stands at `at`.

    >>> stacked("| 河道 |\\n| 保洁 |", [MappedText("河道", range(2, 4)), MappedText("保洁", range(9, 11))], 0)
    Cell(content=MappedText(text='河道\\n保洁', offsets=[2, 3, 6, 9, 10]), start=2, end=11, merged=None)
    """
    texts: list[str] = []
    offsets: list[int] = []
    for piece in map(trimmed, pieces):
        if not piece.text:
            continue
        if texts:
            texts.append("\n")
            line_break = text.find("\n", offsets[-1], piece.offsets[0])
            offsets.append(line_break if line_break >= 0 else offsets[-1] + 1)
        texts.append(piece.text)
        offsets.extend(piece.offsets)
    if not offsets:
        return blank(at)
    return Cell(MappedText("".join(texts), offsets), offsets[0], offsets[-1] + 1)


def blank(at: int) -> Cell:
    """A cell without text."""
    return Cell(NOTHING, at, at)


def trimmed(piece: MappedText) -> MappedText:
    """A piece without the blanks at its ends."""
    body = piece.text.strip()
    if len(body) == len(piece.text):
        return piece
    start = piece.text.index(body) if body else 0
    return MappedText(body, piece.offsets[start : start + len(body)])


def without_blank_lines(text: str, offsets: Sequence[int]) -> MappedText:
    """Text without blank lines and without blanks at the ends of its lines.

    >>> without_blank_lines(" a \\n\\n b", list(range(7)))
    MappedText(text='a\\nb', offsets=[1, 3, 6])
    """
    kept_text: list[str] = []
    kept: list[int] = []
    position, line_break = 0, 0
    for line in text.split("\n"):
        body = line.strip()
        if body:
            if kept:
                kept_text.append("\n")
                kept.append(offsets[line_break])
            line_break = position + len(line)
            first = position + line.index(body)
            kept_text.append(body)
            kept.extend(offsets[first : first + len(body)])
        position += len(line) + 1
    return MappedText("".join(kept_text), kept)
