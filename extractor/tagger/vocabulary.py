"""Characters as numbers: what the tagger knows of each, besides its place.

Known are printable ASCII, the punctuation of Chinese tables and the 3755 characters of GB/T 2312-1980, level 1,
as Python's codec lists them; every other ideograph is one unknown, everything else another. Width
variants are one character (`extractor.text.fold`).
"""

from __future__ import annotations

from functools import lru_cache

from extractor.text import fold

UNKNOWN_IDEOGRAPH, UNKNOWN = 0, 1
"""Numbers of the characters that are not in the vocabulary."""

_PUNCTUATION = "、。·…—“”‘’〈〉《》「」『』【】〔〕±×÷≈≠≤≥°℃‰■□●○◆★→√①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CLASSES: tuple[str, ...] = (
    "\n",
    " \t",
    "0123456789",
    "一二三四五六七八九十百千万亿两零〇",
    "。.!?",
    ";",
    ",",
    "、",
    ":",
    "([{<《〈〔「『【",
    ")]}>》〉〕」』】",
    "-—_~→",
    "%‰℃°",
    "≥≤=±≈+*/×÷≠^",
    "“”‘’\"'`",
    "|",
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
)
_LATIN, IDEOGRAPH, _OTHER = len(_CLASSES), len(_CLASSES) + 1, len(_CLASSES) + 2
CLASSES = len(_CLASSES) + 3
"""How many kinds of characters are told apart."""


@lru_cache
def characters() -> str:
    """The known characters, in the order of their numbers, which begin at 2.

    >>> len(characters()), characters()[:3]
    (3903, '\\n !')
    """
    ascii_text = "\n" + "".join(map(chr, range(0x20, 0x7F)))
    level_1 = "".join(
        bytes((row, cell)).decode("gb2312")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
        if (row, cell) < (0xD7, 0xFA)
    )
    return "".join(dict.fromkeys(ascii_text + fold(_PUNCTUATION) + level_1))


@lru_cache
def classes() -> tuple[int, ...]:
    """Kind of every number: the two unknowns, then the known characters."""
    kinds = {character: kind for kind, group in enumerate(_CLASSES) for character in fold(group)}
    known = (kinds.get(character, _kind(character)) for character in characters())
    return (IDEOGRAPH, _OTHER, *known)


def _kind(character: str) -> int:
    if character.isascii() and character.isalpha():
        return _LATIN
    return IDEOGRAPH if _is_ideograph(character) else _OTHER


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


@lru_cache
def number_of() -> bytes:
    """Number of every code point below 65536, as little-endian 16-bit words.

    >>> table = memoryview(number_of()).cast("H")
    >>> table[ord("Ａ")] == table[ord("A")], table[ord("龘")], table[ord("é")], table[0x3000] == table[ord(" ")]
    (True, 0, 1, True)
    """
    numbers = {character: number for number, character in enumerate(characters(), 2)}
    # One fold of the whole plane; surrogates fold to themselves.
    plane = fold("".join(map(chr, range(0x10000))))
    table = bytearray(2 * 0x10000)
    words = memoryview(table).cast("H")
    blank = numbers[" "]
    for code, character in enumerate(plane):
        number = numbers.get(character)
        if number is None:
            number = blank if character.isspace() else UNKNOWN_IDEOGRAPH if _is_ideograph(character) else UNKNOWN
        words[code] = number
    words[ord("\f")] = numbers["\n"]
    return bytes(table)


__all__ = ["CLASSES", "IDEOGRAPH", "UNKNOWN", "UNKNOWN_IDEOGRAPH", "characters", "classes", "number_of"]
