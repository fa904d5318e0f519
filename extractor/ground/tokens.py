"""What counts as one printed token in squashed text: item numbers, whole numbers, interrupted names."""

from __future__ import annotations

import re
from functools import lru_cache

from extractor.text import Squashed

Span = tuple[int, int]

_TRIES = 64
_LONGEST_NAME = 300
_NUMERIC = re.compile(r"[0-9][0-9.,]*[^0-9]?")
_HAN = "零一二三四五六七八九十"


@lru_cache(maxsize=1024)
def numerals(number: int) -> tuple[str, ...]:
    """How an item number may be printed, squashed.

    >>> numerals(12)
    ('12', '⑫', '十二')
    """
    forms = [str(number)]
    if 1 <= number <= 20:
        forms.append(chr(0x2460 + number - 1))
    if 1 <= number <= 99:
        tens, ones = divmod(number, 10)
        ten = (_HAN[tens] if tens > 1 else "") + ("十" if tens else "")
        forms.append(ten + (_HAN[ones] if ones or not tens else ""))
    return tuple(forms)


def is_whole(view: Squashed, start: int, end: int, *, strict: bool = True) -> bool:
    """False where [start, end) begins or ends inside a longer number.

    White space in the source separates numbers that the squashed text glues. `strict` also looks
    across decimal points and thousands separators.

    >>> from extractor.schemas.document import MappedText
    >>> view = Squashed(MappedText("190 90.5 值:90; 80.00 80.00", range(26)))
    >>> [match.start() for match in re.finditer("90", view.text) if is_whole(view, *match.span())]
    [9]
    """
    text, positions = view.text, view.positions
    if start and text[start].isdecimal() and positions[start] == positions[start - 1] + 1:
        before = text[start - 1]
        if before.isdecimal():
            return False
        if strict and before in ".," and start > 1 and text[start - 2].isdecimal():
            value = text[start:end]
            if _NUMERIC.fullmatch(value) and (before == "." or (value[:3].isdecimal() and not value[3:4].isdecimal())):
                return False
    if end < len(text) and text[end - 1].isdecimal() and positions[end] == positions[end - 1] + 1:
        after = text[end]
        if after.isdecimal():
            return False
        rest = text[end + 1 : end + 5]
        if strict and after == "." and rest[:1].isdecimal() and positions[end + 1] == positions[end] + 1:
            return False
        if strict and after == "," and rest[:3].isdecimal() and len(rest) >= 3 and not rest[3:].isdecimal():
            return not _NUMERIC.fullmatch(text[start:end])
    return True


def interrupted(view: Squashed, wanted: str, start: int = 0, end: int | None = None) -> tuple[Span, Span] | None:
    """The two pieces of a text that wraps around amounts, as names in narrow columns do.

    >>> from extractor.schemas.document import MappedText
    >>> text = "租赁岗位合同\\n138.00 138.00\\n工经费"
    >>> interrupted(Squashed(MappedText(text, range(len(text)))), "租赁岗位合同工经费")
    ((0, 6), (18, 21))
    """
    if len(wanted) > _LONGEST_NAME:
        return None
    text = view.text
    end = len(text) if end is None else end
    for tries, gap in enumerate(re.finditer(r"[0-9][0-9.,]*", text[start:end])):
        if tries == _TRIES:
            break
        left, right = start + gap.start(), start + gap.end()
        for cut in range(min(len(wanted) - 1, left - start), 0, -1):
            if text.startswith(wanted[cut:], right) and text.startswith(wanted[:cut], left - cut):
                pieces = (left - cut, left), (right, right + len(wanted) - cut)
                return pieces if pieces[1][1] <= end else None
    return None
