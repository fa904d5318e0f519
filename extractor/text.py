"""Text with its white space out of the way, and the way back to the source.

Line wraps and blanks in a dump mean nothing, so grammars and comparisons work on the squashed text
(no white space, width and punctuation variants folded one to one) while every position still leads
back to the text as printed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from extractor.schemas.document import MappedText

_VARIANTS = {
    "“": '"', "”": '"', "„": '"', "〝": '"', "〞": '"', "″": '"', "‘": "'", "’": "'",
    "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤",
    "—": "-", "–": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
    "•": "·", "・": "·", "‧": "·", "∙": "·",
    "〔": "[", "〕": "]", "～": "~", "〜": "~", "∶": ":", "︰": ":", "﹔": ";",
}  # fmt: skip

_LEAST_CHARACTERS = 60
_IMPLAUSIBLE = 0.25

STOPS = "。;"
"""What ends a value and is no part of it, in squashed text."""
CLAUSE_STOPS = STOPS + ",、"
"""The same where further values follow in the same text: commas part them."""
ENDS_SENTENCE = ("。", "；", ";", "！", "!")
"""What ends a sentence as it is printed. A line that ends so does not go on in the next one."""
IN_SENTENCES = ",。;!?"
"""What stands between the parts of sentences, squashed: labels and names have none of it."""
BRACKETED = re.compile(r"\([^()]*\)")
"""A remark in brackets, squashed."""
IGNORED = "。,、;:!.?·…()[]{}<>《》〈〉【】「」『』\"'`|-—_~/#│┃─═"
"""Punctuation that says nothing by itself, folded. % ≥ ≤ ± + = * do, and are missed where no value claims them."""
_LINE_END = re.compile(r"[\n\r\f\v\x85\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
_BLANK_AT_PUNCTUATION = re.compile(r"(?<=[，。；：、！？（）《》【】“”‘’]) | (?=[，。；：、！？（）《》【】“”‘’])")
_SHORT = 24
_INK = re.compile(r"\S+")


@lru_cache
def _folding() -> tuple[re.Pattern[str], dict[str, str]]:
    """Pattern of the characters that fold, and what each folds to."""
    table = dict(_VARIANTS)
    for code in (*range(0x80, 0x3400), *range(0xF900, 0x10000)):
        character = chr(code)
        # ① and ² are not the digits 1 and 2: folding them would change what a number says.
        if unicodedata.decomposition(character) and unicodedata.category(character) != "No":
            plain = unicodedata.normalize("NFKC", character)
            if len(plain) == 1 and plain != character:
                table.setdefault(character, plain)
    return re.compile(f"[{re.escape(''.join(table))}]"), table


def fold(text: str) -> str:
    """Width and punctuation variants made equal; as many characters out as in.

    >>> fold("年度指标值：≧９５％")
    '年度指标值:≥95%'
    """
    if text.isascii():
        return text
    pattern, table = _folding()
    # Few kinds of characters fold, each many times: one pass finds them, `replace` does the work.
    match = pattern.search(text)
    while match:
        text = text.replace(match[0], table[match[0]])
        match = pattern.search(text, match.end())
    return text


def squash(text: str) -> str:
    """What is compared: folded text without any white space.

    >>> squash("实施周 期\\n指标值：９５％")
    '实施周期指标值:95%'
    """
    return _squash_short(text) if len(text) <= _SHORT else "".join(fold(text).split())


@lru_cache(maxsize=16_384)
def _squash_short(text: str) -> str:
    """Labels and values come again and again."""
    return "".join(fold(text).split())


def without_brackets(squashed: str) -> str:
    """A squashed label without the remarks in its brackets.

    >>> without_brackets("总计(万元)")
    '总计'
    """
    return BRACKETED.sub("", squashed)


def join_lines(text: str) -> str:
    """Wrapped lines joined to the text that was printed.

    A blank inside a line stays, unless it touches Chinese punctuation (which brings its own room).

    >>> join_lines("来穗人员信息平台 and\\n  加强；\\n 2.完成")
    '来穗人员信息平台 and加强；2.完成'
    """
    text = text.strip()
    if not _BLANKS.search(text):
        return text
    text = "".join(line.strip() for line in text.splitlines())
    if not _BLANKS.search(text):
        return text
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
        self._runs = runs
        self.text = fold("".join(source.text[start:end] for start, end in runs))
        self.positions: list[int] = []
        for start, end in runs:
            self.positions.extend(range(start, end))

    @cached_property
    def line_starts(self) -> frozenset[int]:
        """Squashed positions of characters that begin a printed line."""
        breaks = [match.end() for match in _LINE_END.finditer(self.source.text)]
        return frozenset([0, *(bisect_left(self.positions, position) for position in breaks)])

    @cached_property
    def gaps(self) -> list[int]:
        """Squashed positions of characters that stand behind white space."""
        return list(accumulate(end - start for start, end in self._runs[:-1]))

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


def is_implausible(text: str) -> bool:
    """Whether a text is nothing that anybody wrote: signs and rare characters, as a damaged text layer gives them.

    Chinese is written with the characters of GB 2312; a layer with a wrong code table holds others. Programs that
    know no Chinese write a question mark for each character.

    >>> is_implausible("项目支出绩效目标表" * 10), is_implausible("䄽餤绩䅖䐚鲝䄽錀鱩銋䫏㨋釼㧦魌䡎騬㡄鏼魮" * 5)
    (False, True)
    >>> is_implausible("????,????,????,??\\n???????????,????????????,642,600,,42,?318????????????" * 2)
    True
    """
    ink = "".join(text.split())
    if len(ink) < _LEAST_CHARACTERS:
        return False
    strange = sum(count for character, count in Counter(ink).items() if not _is_common(character))
    return strange > _IMPLAUSIBLE * len(ink)


@lru_cache(maxsize=8192)
def _is_common(character: str) -> bool:
    if character.isascii():
        return character.isprintable() and character != "?"
    if "\uff01" <= character <= "\uff5e" or character in "“”‘’…—·≥≤±％‰℃㎡㎥①②③④⑤⑥⑦⑧⑨⑩╳×☑□√■★●◆▲△○◎※→":
        return True
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
