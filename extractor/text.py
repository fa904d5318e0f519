"""Text with its white space out of the way, and the way back to the source.

Line wraps and blanks in a dump mean nothing, so grammars and comparisons work on the squashed text
(no white space, width and punctuation variants folded one to one) while every position still leads
back to the text as printed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from schemas.document import MappedText


class _Fold(dict[int, int]):
    """Translation table that folds a character to its plain variant, always one to one."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        # ① and ² are not the digits 1 and 2: folding them would change what a number says.
        keep = len(plain) != 1 or unicodedata.category(character) == "No"
        self[code] = folded = code if keep else ord(plain)
        return folded


_VARIANTS = {
    "“": '"', "”": '"', "„": '"', "〝": '"', "〞": '"', "″": '"', "‘": "'", "’": "'",
    "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤",
    "—": "-", "–": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
    "•": "·", "・": "·", "‧": "·", "∙": "·",
    "〔": "[", "〕": "]", "～": "~", "〜": "~", "∶": ":", "︰": ":", "﹔": ";",
}  # fmt: skip
_FOLD = _Fold({ord(variant): ord(plain) for variant, plain in _VARIANTS.items()})

_BREAK = re.compile(r"[^\S\n]*\n\s*")
_BLANKS = re.compile(r"\s+")
_BLANK_AT_PUNCTUATION = re.compile(r"(?<=[，。；：、！？（）《》【】“”‘’]) | (?=[，。；：、！？（）《》【】“”‘’])")
_INK = re.compile(r"\S+")


def fold(text: str) -> str:
    """Width and punctuation variants made equal; as many characters out as in.

    >>> fold("年度指标值：≧９５％")
    '年度指标值:≥95%'
    """
    return text.translate(_FOLD)


def squash(text: str) -> str:
    """What is compared: folded text without any white space.

    >>> squash("实施周 期\\n指标值：９５％")
    '实施周期指标值:95%'
    """
    return "".join(fold(text).split())


def join_lines(text: str) -> str:
    """Wrapped lines joined to the text that was printed.

    A blank inside a line stays, unless it touches Chinese punctuation (which brings its own room).

    >>> join_lines("来穗人员信息平台 and\\n  加强；\\n 2.完成")
    '来穗人员信息平台 and加强；2.完成'
    """
    text = text.strip()
    if not _BLANKS.search(text):
        return text
    text = _BREAK.sub("", text)
    return _BLANK_AT_PUNCTUATION.sub("", _BLANKS.sub(" ", text))


def concat(parts: Sequence[MappedText]) -> MappedText:
    """Pieces put one after the other, offsets kept."""
    offsets: list[int] = []
    for part in parts:
        offsets.extend(part.offsets)
    return MappedText("".join(part.text for part in parts), offsets)


class Squashed:
    """A text squashed for reading: `text` is what grammars see, positions lead back to `source`.

    >>> view = Squashed(MappedText("项目 A\\n目标：好", range(10, 18)))
    >>> view.text, view.value(0, 3), view.source_span(0, 3)
    ('项目A目标:好', '项目 A', (10, 14))
    """

    def __init__(self, source: MappedText) -> None:
        self.source = source
        runs = [match.span() for match in _INK.finditer(source.text)]
        self.text = fold("".join(source.text[start:end] for start, end in runs))
        self.positions: list[int] = []
        for start, end in runs:
            self.positions.extend(range(start, end))

    @cached_property
    def line_starts(self) -> frozenset[int]:
        """Squashed positions of characters that begin a printed line."""
        breaks = [match.end() for match in re.finditer(r"\n", self.source.text)]
        return frozenset([0, *(bisect_left(self.positions, position) for position in breaks)])

    def squashed_range(self, start: int, end: int) -> tuple[int, int]:
        """Squashed positions of the ink among source characters [start, end)."""
        return bisect_left(self.positions, start), bisect_left(self.positions, end)

    def value(self, start: int, end: int) -> str:
        """Squashed characters [start, end) as printed, wrapped lines joined."""
        if start >= end:
            return ""
        first, last = self.positions[start], self.positions[end - 1] + 1
        raw = self.source.text[first:last]
        return raw if last - first == end - start else join_lines(raw)

    def source_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Span in `Document.text` of squashed characters [start, end)."""
        if start >= end:
            return None
        return self.source.source_span(self.positions[start], self.positions[end - 1] + 1)
