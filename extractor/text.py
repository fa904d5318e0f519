"""Text with its white space out of the way, and the way back to the source.

Line wraps and blanks in a dump mean nothing, so grammars and comparisons work on the squashed text
(no white space, width and punctuation variants folded one to one) while every position still leads
back to the text as printed.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise

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
_TRANSLATION = re.compile(r"(?<=[\u4e00-\u9fff):])\(?(?=[A-Za-z ]{0,3}[a-z])[A-Za-z][A-Za-z0-9.,'&/-]{2,}\)?:?$")
_SHORT = 24
_INK = re.compile(r"\S+")
_TONES = "āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ"
_TONE = re.compile(f"[{_TONES}]")
_READING = re.compile(rf"(?<=[\u4e00-\u9fff])\((?=[a-zü]{{0,5}}[{_TONES}])[a-zü{_TONES}]{{1,6}}\)")
"""How a character is read, in brackets behind it: 項(xiàng)."""
_INK_AND_READINGS = re.compile(rf"({_READING.pattern})|(?:(?!{_READING.pattern})\S)+")


@lru_cache
def _folding() -> tuple[re.Pattern[str], dict[str, str]]:
    """Pattern of the characters that fold, and what each folds to."""
    table = dict(_VARIANTS)
    table |= tomllib.loads(files("extractor").joinpath("traditional.toml").read_text(encoding="utf-8"))
    for code in (*range(0x80, 0x3400), *range(0xF900, 0x10000)):
        character = chr(code)
        # ① and ² are not the digits 1 and 2: folding them would change what a number says.
        if unicodedata.decomposition(character) and unicodedata.category(character) != "No":
            plain = unicodedata.normalize("NFKC", character)
            if len(plain) == 1 and plain != character:
                table.setdefault(character, plain)
    return re.compile(f"[{re.escape(''.join(table))}]"), table


def fold(text: str) -> str:
    """Width and punctuation variants and traditional characters made equal; as many characters out as in.

    >>> fold("年度指标值：≧９５％"), fold("項目績效目標")
    ('年度指标值:≥95%', '项目绩效目标')
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
    """What is compared: folded text without any white space, nor the readings that some sites print behind characters.

    >>> squash("实施周 期\\n指标值：９５％"), squash("項(xiàng)目名稱")
    ('实施周期指标值:95%', '项目名称')
    """
    if len(text) > _SHORT:
        return _squashed(text)
    # What is kept is the letters alone, not what a kind of text knows beside them.
    return _squash_short(text if type(text) is str else str(text))


@lru_cache(maxsize=16_384)
def _squash_short(text: str) -> str:
    """Labels and values come again and again."""
    return _squashed(text)


def _squashed(text: str) -> str:
    return "".join((_READING.sub("", fold(text)) if _may_hold_readings(text) else fold(text)).split())


def _may_hold_readings(text: str) -> bool:
    return not text.isascii() and _TONE.search(text) is not None


def without_brackets(squashed: str) -> str:
    """A squashed label without the remarks in its brackets.

    >>> without_brackets("总计(万元)")
    '总计'
    """
    return BRACKETED.sub("", squashed) if "(" in squashed else squashed


def without_translation(squashed: str) -> str:
    """A squashed label without the English that is printed behind it.

    >>> without_translation("项目名称Projectname"), without_translation("人均GDP"), without_translation("预算数(A)")
    ('项目名称', '人均GDP', '预算数(A)')
    """
    # Whatever ends with a character of Chinese has none behind it: nearly every text.
    return squashed if squashed[-1:] > "z" else _TRANSLATION.sub("", squashed)


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
        ink = _INK_AND_READINGS if _may_hold_readings(source.text) else _INK
        runs = [match.span() for match in ink.finditer(source.text) if not match.lastindex]
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
        ends = accumulate(end - start for start, end in self._runs[:-1])
        between = ((end, start) for (_, end), (start, _) in pairwise(self._runs))
        return [at for at, (end, start) in zip(ends, between, strict=True) if self.source.text[end:start].split("(")[0]]

    def squashed_range(self, start: int, end: int) -> tuple[int, int]:
        """Squashed positions of the ink among source characters [start, end)."""
        return bisect_left(self.positions, start), bisect_left(self.positions, end)

    def value(self, start: int, end: int) -> str:
        """Squashed characters [start, end) as printed, wrapped lines joined."""
        if start >= end:
            return ""
        first, last = self.positions[start], self._after(end)
        raw = self.source.text[first:last]
        return raw if last - first == end - start else join_lines(raw)

    def source_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Span in `Document.text` of squashed characters [start, end)."""
        if start >= end:
            return None
        return self.source.source_span(self.positions[start], self._after(end))

    def _after(self, end: int) -> int:
        """Behind the source character of the last before `end`, and its reading where one is printed."""
        last = self.positions[end - 1] + 1
        if self.source.text[last : last + 1] != "(":
            return last
        reading = _READING.match(self.source.text, last)
        return reading.end() if reading else last


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
