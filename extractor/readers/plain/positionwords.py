"""The words of a page whose columns stand side by side by position alone, and labels that a narrow cell wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.layouts.forms import FormWords
from extractor.readers.plain.formwords import is_known
from extractor.schemas.document import Line, MappedText
from extractor.text import squash

_WORD = re.compile(r"[^\s\u3000]+")
_MOST_PIECES = 5
_FARTHEST = 3
_LONGEST = 16
_STACK = 2
_SHIFTED = 3
_DIGIT = re.compile(r"\d")


class Piece(NamedTuple):
    """A word: its line, its places in the text, and the columns [left, right) that it takes."""

    line: int
    start: int
    end: int
    left: int
    right: int
    text: str

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


class Label(NamedTuple):
    """A label in one or more pieces, one below the other."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "\n".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> int:
        return min(piece.left for piece in self.pieces)

    @property
    def right(self) -> int:
        return max(piece.right for piece in self.pieces)

    @property
    def top(self) -> int:
        return self.pieces[0].line

    @property
    def bottom(self) -> int:
        return self.pieces[-1].line

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def pieces_of(text: str, line: Line, at: int) -> list[Piece]:
    """The words of a line, as white space parts them."""
    return [
        Piece(at, *match.span(), match.start() - line.start, match.end() - line.start, match[0])
        for match in _WORD.finditer(text, line.start, line.end)
    ]


def mapped(text: str, piece: Piece) -> MappedText:
    return MappedText(text[piece.start : piece.end], range(piece.start, piece.end))


def overlaps(one: Piece | Label, other: Piece | Label, spare: int = 0) -> bool:
    """Whether two words take some of the same columns.

    >>> over, below = Piece(0, 0, 4, 3, 7, "度量单"), Piece(1, 9, 10, 4, 5, "位")
    >>> overlaps(over, below), overlaps(over, below._replace(left=8, right=9))
    (True, False)
    """
    return one.left < other.right + spare and other.left < one.right + spare


def labels_of(lines: Sequence[Sequence[Piece]], words: FormWords) -> list[Label]:
    """The labels in lines, wrapped ones put together again, and what no word knows but stands in their columns."""
    known = list(_known(lines, words))
    taken = {piece for label in known for piece in label.pieces}
    return sorted([*known, *_unknown(lines, known, taken)], key=lambda label: label.pieces[0])


def _unknown(lines: Sequence[Sequence[Piece]], known: Sequence[Label], taken: set[Piece]) -> Iterator[Label]:
    """Words that stand where labels do, above and below others of them; those close to each other are one label."""
    open_at: list[Piece] = []
    for piece in (one for line in lines for one in line if one not in taken):
        stack = [label for label in known if overlaps(label, piece) and abs(label.left - piece.left) <= _SHIFTED]
        if len(stack) < _STACK or piece.right > max(label.right for label in stack) + 1 or _DIGIT.search(piece.text):
            continue
        if _is_value(piece, known, lines):
            continue
        if open_at and _goes_on(open_at[-1], piece, lines):
            open_at.append(piece)
            continue
        if open_at:
            yield Label(tuple(open_at))
        open_at = [piece]
    if open_at:
        yield Label(tuple(open_at))


def _is_value(piece: Piece, known: Sequence[Label], lines: Sequence[Sequence[Piece]]) -> bool:
    """Whether a word is the first behind a label that is level with it."""
    line = lines[piece.line - lines_from(lines)]
    left = [label for label in known if label.right <= piece.left and abs(label.middle - piece.line) < 1]
    return bool(left) and not any(max(label.right for label in left) <= one.left < piece.left for one in line)


def _goes_on(above: Piece, piece: Piece, lines: Sequence[Sequence[Piece]]) -> bool:
    """Whether two words are of one label: they stand close, and the line of one of them holds nothing behind it."""
    if piece.line - above.line > 2 or not overlaps(piece, above):
        return False
    first = lines_from(lines)
    return any(all(other.left <= one.left for other in lines[one.line - first]) for one in (above, piece))


def _known(lines: Sequence[Sequence[Piece]], words: FormWords) -> Iterator[Label]:
    taken: set[Piece] = set()
    for line in lines:
        for piece in line:
            if piece in taken:
                continue
            found = _whole(piece, lines, taken, words)
            if found is not None:
                taken.update(found.pieces)
                yield found


def _whole(piece: Piece, lines: Sequence[Sequence[Piece]], taken: set[Piece], words: FormWords) -> Label | None:
    """The longest label that begins with a piece, its rests below it; None where it begins none."""
    best = Label((piece,)) if words.label(piece.text) is not None else None
    chain = [piece]
    word = squash(piece.text)
    while len(chain) < _MOST_PIECES and len(word) <= _LONGEST:
        last = chain[-1]
        below = next(
            (
                one
                for line in lines[last.line + 1 - lines_from(lines) : last.line + 1 + _FARTHEST - lines_from(lines)]
                for one in line
                if one not in taken and overlaps(one, piece, 1)
            ),
            None,
        )
        if below is None or (is_known(below.text, words) and words.is_listed(squash(below.text))):
            break
        chain.append(below)
        word += squash(below.text)
        if words.is_listed(word) or (best is None and words.label(word) is not None):
            best = Label(tuple(chain))
    return best


def lines_from(lines: Sequence[Sequence[Piece]]) -> int:
    """The number of the first of some lines of pieces."""
    first = next((piece for line in lines for piece in line), None)
    if first is None:
        return 0
    return first.line - next(at for at, line in enumerate(lines) if line)
