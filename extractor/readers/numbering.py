"""Automatic numbers of Word paragraphs: printed, but nowhere in the text.

ECMA-376 part 1, 17.9: a paragraph names a list (`w:num`) and a level; the list's definition (`w:abstractNum`)
says how that level's number is printed ("%1、"), and the count goes on over all lists of one definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.readers.symbols import UNKNOWN, is_private, printed_symbol

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_COUNTING = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"} | {
    "taiwaneseCountingThousand"
}
_ENCLOSED = {"Circle": "①", "CircleChinese": "①", "Paren": "⑴", "Fullstop": "⒈"}


class ListPlace(NamedTuple):
    """A paragraph's list and its level there; the level is None where only a style names the list."""

    number: str
    level: int | None


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    font: str = ""
    suffix: str = "tab"
    legal: bool = False
    restarts: bool = True
    style: str | None = None


@dataclass(slots=True)
class _List:
    definition: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """The lists of one document; asked for each numbered paragraph in print order.

    `styles` gives the list that a style of that name stands for (a definition may be a mere link to a style).
    """

    def __init__(self, root: Element | None, styles: Mapping[str, ListPlace]) -> None:
        self._definitions: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        links: dict[str, str] = {}
        for definition in root.findall(f"{W}abstractNum") if root is not None else ():
            key = definition.get(f"{W}abstractNumId", "")
            self._definitions[key] = _levels(definition)
            if link := _value(definition, "numStyleLink"):
                links[key] = link
        for number in root.findall(f"{W}num") if root is not None else ():
            key = number.get(f"{W}numId", "")
            self._lists[key] = one = _List(_value(number, "abstractNumId") or "")
            for override in number.findall(f"{W}lvlOverride"):
                level = _integer(override.get(f"{W}ilvl"), 0)
                one.levels |= _levels(override)
                if (start := _value(override, "startOverride")) is not None:
                    one.starts[level] = _integer(start, 1)
        for one in self._lists.values():
            linked = styles.get(links.get(one.definition, ""))
            if linked is not None and (target := self._lists.get(linked.number)):
                one.definition = target.definition

    def marker(self, place: ListPlace, style: str | None = None) -> str:
        """What is printed before the next paragraph of a list: "1、", "（二）", "•"; "" where nothing is."""
        one = self._lists.get(place.number)
        if one is None:
            return ""
        levels = self._definitions.get(one.definition, {}) | one.levels
        level = place.level
        if level is None:
            level = next((at for at, known in levels.items() if style and known.style == style), 0)
        if level not in levels:
            return ""
        counts = self._counts.setdefault(one.definition, [None] * _LEVELS)
        before = counts[level]
        counts[level] = levels[level].start if before is None else before + 1
        if level in one.starts and (place.number, level) not in self._begun:
            counts[level] = one.starts[level]
        self._begun.add((place.number, level))
        for deeper in range(level + 1, _LEVELS):
            if deeper in levels and levels[deeper].restarts:
                counts[deeper] = None
        return _printed(levels, level, counts)


def _levels(parent: Element) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for element in parent.findall(f"{W}lvl"):
        fonts = element.find(f"{W}rPr/{W}rFonts")
        index = _integer(element.get(f"{W}ilvl"), -1)
        if 0 <= index < _LEVELS:
            levels[index] = _Level(
                start=_integer(_value(element, "start"), 1),
                format=_value(element, "numFmt") or "decimal",
                text=_value(element, "lvlText") or "",
                font=fonts.get(f"{W}ascii", "") if fonts is not None else "",
                suffix=_value(element, "suff") or "tab",
                legal=element.find(f"{W}isLgl") is not None,
                restarts=_value(element, "lvlRestart") != "0",
                style=_value(element, "pStyle"),
            )
    return levels


def _printed(levels: Mapping[int, _Level], level: int, counts: list[int | None]) -> str:
    this = levels[level]
    if this.format == "bullet":
        code = this.text[:1]
        shown = printed_symbol(ord(code), this.font) if code and is_private(code) else this.text
        text = shown.replace(UNKNOWN, "•")
    else:
        text = this.text
        for at in range(level, -1, -1):
            if f"%{at + 1}" in text:
                known = levels.get(at, _Level())
                count = counts[at]
                number = count if count is not None else known.start
                text = text.replace(f"%{at + 1}", numeral(number, "decimal" if this.legal else known.format))
    if not text or this.suffix == "nothing" or ord(text[-1]) > 0x2E80:
        return text  # behind 、 and （一） a tab is no more than the width of the sign itself
    return f"{text} "


def numeral(number: int, format_: str) -> str:
    """A number in one of Word's formats (ECMA-376 part 1, 17.18.59).

    >>> [numeral(12, how) for how in ("decimal", "chineseCounting", "decimalEnclosedCircle", "lowerRoman")]
    ['12', '十二', '⑫', 'xii']
    """
    if not 0 < number < 10_000:
        return str(number)
    if format_ in _COUNTING:
        return _counted(number)
    if format_ in {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"}:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if format_ in {"ideographTraditional", "ideographZodiac"}:
        row = _STEMS if format_ == "ideographTraditional" else _BRANCHES
        return row[number - 1] if number <= len(row) else str(number)
    if format_.startswith("decimalEnclosed"):
        first = _ENCLOSED.get(format_.removeprefix("decimalEnclosed"))
        return chr(ord(first) + number - 1) if first and number <= 20 else str(number)
    if format_ in {"decimalFullWidth", "decimalFullWidth2"}:
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
    if format_ in {"lowerLetter", "upperLetter"}:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if format_ == "lowerLetter" else letters.upper()
    if format_ in {"lowerRoman", "upperRoman"}:
        return _roman(number) if format_ == "lowerRoman" else _roman(number).upper()
    if format_ == "decimalZero":
        return f"{number:02}"
    return "" if format_ == "none" else str(number)


def _counted(number: int) -> str:
    """
    >>> [_counted(number) for number in (2, 10, 11, 20, 105, 110, 1012)]
    ['二', '十', '十一', '二十', '一百零五', '一百一十', '一千零一十二']
    """
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = bool(written)
    return written.removeprefix("一") if written.startswith("一十") else written


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _value(parent: Element, name: str) -> str | None:
    child = parent.find(W + name)
    return child.get(f"{W}val") if child is not None else None


def _integer(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise
