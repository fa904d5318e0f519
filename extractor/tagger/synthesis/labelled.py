"""Text whose characters carry tags, and what may be done to it without losing them."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.tagger.labels import FIELDS, UNREADABLE, begin, inside

_LONGEST = 4096
_RUNS = {name: bytes((begin(name),)) + bytes((inside(name),)) * (_LONGEST - 1) for name in FIELDS}
_INSIDE = frozenset(inside(name) for name in FIELDS)

_BLANK = re.compile(r"\s+")


class Labelled(NamedTuple):
    """`tags` has one byte for each character of `text`."""

    text: str
    tags: bytes

    def cut(self, start: int, end: int) -> Labelled:
        return Labelled(self.text[start:end], self.tags[start:end])

    def replaced(self, start: int, end: int, text: str, tag: int) -> Labelled:
        """With other text, all of one tag, in place of [start, end)."""
        return Labelled(
            self.text[:start] + text + self.text[end:],
            self.tags[:start] + bytes((tag,)) * len(text) + self.tags[end:],
        )

    def stripped(self) -> Labelled:
        """Without white space at either end."""
        end = len(self.text.rstrip())
        start = len(self.text) - len(self.text.lstrip())
        return self.cut(start, end) if start < end else Labelled("", b"")

    def bounded(self) -> Labelled:
        """White space at either end of a part of a value is not of the value."""
        tags = bytearray(self.tags)
        for blank in _BLANK.finditer(self.text):
            start, end = blank.span()
            if any(tags[start:end]):
                tag = tags[end] if end < len(tags) else 0
                if tag not in _INSIDE or start == 0 or tags[start - 1] not in (tag, tag - 1):
                    tag = 0
                tags[start:end] = bytes((tag,)) * (end - start)
        return Labelled(self.text, bytes(tags))

    def between(self, position: int) -> int:
        """Tag of something put in front of `position`: a value goes on over it, or nothing does."""
        if 0 < position < len(self.tags):
            tag = self.tags[position]
            if tag in _INSIDE and self.tags[position - 1] in (tag, tag - 1):
                return tag
        return 0


class Builder:
    """Text put together from pieces; a piece is a value of a field or nothing of the kind."""

    __slots__ = ("_tags", "_texts")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._tags: list[bytes] = []

    def plain(self, text: str) -> None:
        self._texts.append(text)
        self._tags.append(bytes(len(text)))

    def value(self, field: str, text: str) -> None:
        self._texts.append(text)
        self._tags.append(_RUNS[field][: len(text)])

    def add(self, piece: Labelled) -> None:
        self._texts.append(piece.text)
        self._tags.append(piece.tags)

    def build(self) -> Labelled:
        return Labelled("".join(self._texts), b"".join(self._tags))


def value(field: str, text: str) -> Labelled:
    return Labelled(text, _RUNS[field][: len(text)])


def plain(text: str) -> Labelled:
    return Labelled(text, bytes(len(text)))


def unreadable(text: str) -> Labelled:
    """All that is not white space is text in a form that is not to be read."""
    return Labelled(text, bytes(0 if character.isspace() else UNREADABLE for character in text))


def joined(pieces: list[Labelled]) -> Labelled:
    return Labelled("".join([piece.text for piece in pieces]), b"".join([piece.tags for piece in pieces]))


__all__ = ["Builder", "Labelled", "joined", "plain", "unreadable", "value"]
