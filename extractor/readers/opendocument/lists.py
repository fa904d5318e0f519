"""Numbers of list items and headings: printed, but nowhere in the text.

OpenDocument 1.3 part 3, 5.3 (lists), 16.29 to 16.34 (list styles). A list that continues another one counts on.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from extractor.readers.numbering import numeral
from extractor.readers.opendocument.document import EXTENDED, STYLE, TEXT, whole
from extractor.readers.symbols import UNKNOWN, is_private, printed_symbol

_LEVELS = 10
_FORMATS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal", "": "none"}
_EXAMPLES = {
    "一": "chineseCounting",
    "壹": "decimal",
    "①": "decimalEnclosedCircle",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "１": "decimalFullWidth",
    "〇": "ideographDigital",
}
"""Other formats are written as their first numbers: 一, 二, 三, ..."""
_OUTLINE = "outline of headings"
_FIELD = re.compile(r"%(\d+)%")


class Lists:
    """The lists of one document; asked for each item in print order."""

    def __init__(self, styles: dict[str, Element], outline: Element | None) -> None:
        self._styles = {name: _levels(style) for name, style in styles.items()}
        self._outline = _levels(outline) if outline is not None else {}
        self._counts: dict[str, list[int | None]] = {}
        self._ids: dict[str, str] = {}
        """The style of each list that another one may continue."""

    def begin(self, element: Element, style: str) -> str:
        """A list begins; its style, `style` being that of the list around it."""
        name = element.get(f"{TEXT}style-name") or style
        continued = element.get(f"{TEXT}continue-list")
        if continued in self._ids and not element.get(f"{TEXT}style-name"):
            name = self._ids[continued]
        if identity := element.get("{http://www.w3.org/XML/1998/namespace}id"):
            self._ids[identity] = name
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or continued is not None
        if not style and not goes_on:
            self._counts.pop(name, None)
        return name

    def marker(self, style: str, level: int, start: str | None = None) -> str:
        """What is printed before an item of a list on a level from 1: "1. ", "（二）", "• "."""
        return self._next(style, self._styles.get(style, {}), level, start)

    def heading(self, element: Element) -> str:
        """What is printed before a heading that stands in no list."""
        if element.get(f"{TEXT}is-list-header") == "true":
            return ""
        return self._next(_OUTLINE, self._outline, whole(element.get(f"{TEXT}outline-level")))

    def _next(self, key: str, levels: dict[int, Element], level: int, start: str | None = None) -> str:
        own = levels.get(level)
        if own is None or not 0 < level <= _LEVELS:
            return ""
        counts = self._counts.setdefault(key, [None] * (_LEVELS + 1))
        before = counts[level]
        counts[level] = whole(own.get(f"{TEXT}start-value")) if before is None else before + 1
        if start is not None:
            counts[level] = whole(start)
        counts[level + 1 :] = [None] * (_LEVELS - level)
        return _printed(levels, level, counts)


def _levels(style: Element) -> dict[int, Element]:
    return {whole(level.get(f"{TEXT}level"), 0): level for level in style}


def _printed(levels: dict[int, Element], level: int, counts: list[int | None]) -> str:
    own = levels[level]
    if own.tag == f"{TEXT}list-level-style-bullet":
        text = _bullet(own)
    elif own.tag == f"{TEXT}list-level-style-image":
        text = "•"
    else:
        text = _number(levels, level, counts)
    return text if not text or ord(text[-1]) > 0x2E80 else f"{text.strip()} "


def _bullet(level: Element) -> str:
    character = level.get(f"{TEXT}bullet-char", "")
    properties = level.find(f"{STYLE}text-properties")
    font = (properties.get(f"{STYLE}font-name") or "") if properties is not None else ""
    shown = printed_symbol(ord(character), font) if len(character) == 1 and is_private(character) else character
    return shown.replace(UNKNOWN, "•")


def _number(levels: dict[int, Element], level: int, counts: list[int | None]) -> str:
    def printed(at: int) -> str:
        known = levels.get(at)
        written = known.get(f"{STYLE}num-format", "") if known is not None else "1"
        count = counts[at] if 0 < at <= _LEVELS else None
        return numeral(count if count is not None else 1, _format(written))

    own = levels[level]
    pattern = own.get(f"{STYLE}num-list-format") or own.get(f"{EXTENDED}num-list-format")
    if pattern is not None:
        return _FIELD.sub(lambda field: printed(int(field[1])), pattern)
    shown = min(max(whole(own.get(f"{TEXT}display-levels")), 1), level)
    number = ".".join(filter(None, map(printed, range(level - shown + 1, level + 1))))
    return f"{own.get(f'{STYLE}num-prefix', '')}{number}{own.get(f'{STYLE}num-suffix', '')}"


def _format(written: str) -> str:
    """What Word calls a format.

    >>> _format("A"), _format("一, 二, 三, ..."), _format("")
    ('upperLetter', 'chineseCounting', 'none')
    """
    return _FORMATS.get(written) or _EXAMPLES.get(written[:1], "decimal")
