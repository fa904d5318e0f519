"""A printed value as it is read: folded, without white space and item numbers, with the way back to what is printed."""

from __future__ import annotations

import re

from extractor.targets import numbering
from extractor.targets.numbering import MARKER
from extractor.targets.words import Words, words
from extractor.text import fold, join_lines

_TRAILING = "。；;.．｡ \t\r\n\u3000"
_EDGES = f" \t\r\n\u3000，。；：、,;:.·．！!？?-－—–~～=＝{MARKER}"
_LEADING = _EDGES.translate(dict.fromkeys(map(ord, "!！=＝")))
"""≠ may be written !=."""
_INK = re.compile(r"\S+")
_LINE_ENDS = frozenset("\n\r\f\v\x85\u2028\u2029")
_TORN = re.compile(r"[0-9]\s+[0-9]")
_SAID = re.compile(r"[\w%‰≥≤<>=±*]")
_PREPOSITIONS = frozenset("于在由自从是")
_BRACKETS = {"(": ")", "（": "）"}
_QUOTE = "\2"


class Wording:
    """`text` is what grammars see; `breaks` are its positions at which a printed line begins."""

    def __init__(self, printed: str) -> None:
        self.printed = printed
        self.table: Words = words()
        self.breaks: list[int] = []
        self.is_torn = False
        """Two numbers, or one that was torn, stand side by side: 9 5%."""
        self._positions: list[int] | None = None
        self.text = fold(printed.rstrip(_TRAILING))
        if _INK.fullmatch(self.text) is None:
            self._squash()

    def _squash(self) -> None:
        folded, positions = self.text, list[int]()
        for match in _INK.finditer(folded):
            blank = folded[positions[-1] + 1 if positions else 0 : match.start()]
            if not _LINE_ENDS.isdisjoint(blank):
                self.breaks.append(len(positions))
            positions.extend(range(*match.span()))
        self.is_torn = _TORN.search(folded) is not None
        self._positions, self.text = positions, "".join(folded.split())

    def number_items(self) -> bool:
        """Puts item numbers out of the way. False where it can not be told whether they are item numbers."""
        found = numbering.markers(self.text)
        if found is None:
            return False
        if found:
            self.text = numbering.mask(self.text, found)
        return True

    def inner(self) -> tuple[int, int, int]:
        """[begin, end) of what stands within brackets or quotation marks around all of it, and how many brackets."""
        begin, end, depth = 0, len(self.text), 0
        while begin + 1 < end and self.text[begin] in "(\"'" and _encloses(self.text, begin, end):
            depth += self.text[begin] == "("
            if self.text[begin] != "(":
                # The whole value is quoted: what is quoted is meant.
                self.text = f"{self.text[:begin]}{_QUOTE}{self.text[begin + 1 : end - 1]}{_QUOTE}{self.text[end:]}"
            begin, end = begin + 1, end - 1
        return begin, end, depth

    def raw(self, begin: int, end: int) -> str:
        """[begin, end) as printed, wrapped lines joined, without item numbers."""
        if begin >= end:
            return ""
        if self.text.find(MARKER, begin, end) >= 0:
            kept = (position for position in range(begin, end) if self.text[position] != MARKER)
            return "".join(self.printed[self._place(position)] for position in kept)
        if self._positions is None:
            return self.printed[begin:end]
        return join_lines(self.printed[self._place(begin) : self._place(end - 1) + 1])

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Where [begin, end) stands in the printed value."""
        return self._place(begin), self._place(end - 1) + 1

    def words(self, begin: int, end: int) -> str | None:
        """[begin, end) as printed, without punctuation around it."""
        return self.raw(begin, end).rstrip(_EDGES).lstrip(_LEADING) or None

    def clean(self, begin: int, end: int) -> str:
        """The same without fillers; "" where nothing is said."""
        return cleaned(self.raw(begin, end))

    def before(self, at: int, reach: int = 12) -> str:
        """The words before a position, without fillers at their end."""
        text = self.text[max(0, at - reach) : at]
        while match := self.table.words.last.search(text):
            text = text[: match.start()]
        return text

    def _place(self, position: int) -> int:
        return position if self._positions is None else self._positions[position]


def cleaned(text: str) -> str:
    """Words without punctuation and fillers around them; "" where nothing is said.

    >>> cleaned("（完成合同签订，）"), cleaned("完成率"), cleaned("，达到")
    ('合同签订', '完成率', '')
    """
    table, before = words(), None
    while text and text != before:
        before = text
        text = text.strip(_EDGES)
        if text and _BRACKETS.get(text[0]) == text[-1:] and not set(text[1:-1]) & set("()（）"):
            text = text[1:-1]
        match = table.words.first.match(text)
        if match and text[match.end() : match.end() + 1] not in table.words.not_fillers_before:
            text = text[match.end() :]
        match = table.words.last.search(text)
        if match and text[: match.start()][-1:] not in table.words.not_fillers_behind.get(match[0][0], _NOTHING):
            text = text[: match.start()]
    return text if _SAID.search(fold(text)) and text not in _PREPOSITIONS else ""


_NOTHING: frozenset[str] = frozenset()


def _encloses(text: str, begin: int, end: int) -> bool:
    """Whether the bracket or quotation mark at `begin` is closed at the very end of [begin, end)."""
    opening = text[begin]
    if opening != "(":
        return text.find(opening, begin + 1) == end - 1
    depth = 0
    for position in range(begin, end):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return position == end - 1
    return False
