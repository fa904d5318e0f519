"""Where a printed value falls into several: item numbers, and the marks between parts."""

from __future__ import annotations

import re

MARKER = "\1"
"""Stands in the text for the characters of an item number."""
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BRACKETED = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
_POINTED = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
_CHINESE = "一二三四五六七八九十"
_MOST = 20
_FIRST = re.compile(
    r"""
      (?P<bracket>\(1\))           # (1)
    | (?P<half>1\))                # 1)
    | (?P<point>1[.、])(?![0-9])   # 1.
    | (?P<digit>1[.])(?=[0-9])     # 1.20人
    | (?P<circled>[①⑴⒈])[.、]?
    | (?P<han>一[、.])             # 一、
    | (?P<hanbracket>\(一\))       # (一)
    | (?P<is>一是)
    """,
    re.VERBOSE,
)


def markers(text: str) -> list[tuple[int, int]] | None:
    """Item numbers 1, 2, 3… of one style, each at [start, end); empty where the text is not numbered.

    None where it can not be told whether they are item numbers: 1.95%以上；2.10家.

    >>> markers("1.酒店不少于10家;2.房间不少于1000间"), markers("有所提升"), markers("1.95%以上;2.10家")
    ([(0, 2), (11, 13)], [], None)
    """
    first = _FIRST.search(text)
    if first is None or not _begins(text, first.start()):
        return []
    style = first.lastgroup or ""
    found = [first.span()]
    while len(found) < _MOST:
        following = _find(text, style, first[0], len(found) + 1, found[-1][1])
        if following is None:
            break
        found.append(following)
    if style == "digit":
        return None if len(found) > 1 else []
    if len(found) > 1 or (first.start() == 0 and style in ("bracket", "point", "circled", "hanbracket")):
        return found
    return []


def _begins(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in ",;。:、\n"


def _find(text: str, style: str, first: str, number: int, start: int) -> tuple[int, int] | None:
    """The marker of item `number` in the style of the first one."""
    if style == "circled":
        row = next(row for row in (_CIRCLED, _BRACKETED, _POINTED) if first[0] in row)
        word = row[number - 1] if number <= len(row) else None
    elif style in ("han", "hanbracket", "is"):
        word = first.replace("一", _CHINESE[number - 1]) if number <= len(_CHINESE) else None
    else:
        word = first.replace("1", str(number))
    if word is None:
        return None
    at = text.find(word, start)
    while at >= 0:
        end = at + len(word)
        free = at == start or not text[at - 1].isdigit()
        if style in ("point", "half"):
            # Where an item is due, 2.5 is item 2; elsewhere it is a number.
            free = free and text[at - 1] not in "./" and (_begins(text, at) or not text[end : end + 1].isdigit())
        if style in ("han", "is"):
            free = free and _begins(text, at)
        if style == "digit":
            free = _begins(text, at) and text[end : end + 1].isdigit()
        if free:
            return at, end
        at = text.find(word, end)
    return None


def mask(text: str, found: list[tuple[int, int]]) -> str:
    """The text with its item numbers out of the way; as many characters out as in."""
    for start, end in reversed(found):
        text = f"{text[:start]}{MARKER * (end - start)}{text[end:]}"
    return text
