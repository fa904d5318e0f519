"""Characters of symbol fonts, and raised digits, as the Unicode characters that a person sees.

Word writes ≥ picked from the Symbol font as code F0B3, and a ticked box of Wingdings as F0FE: code points for
private use, which say nothing without their font. The tables are those of the fonts (Unicode's own mapping of
Adobe Symbol; Wingdings), cut down to what documents use.
"""

from __future__ import annotations

import unicodedata

UNKNOWN = "\ufffd"
_NAMED = (
    "⺟母⺠民⺬示⺮竹⺳网⻁虎⻃西⻄西⻅见⻆角⻉贝⻋车⻐钅⻓长⻔门⻘青"
    "⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟"
)
RADICALS = dict(zip(_NAMED[::2], _NAMED[1::2], strict=True))
"""Simplified characters that some fonts name as radicals (Unicode gives these no decomposition)."""
LIKE_RADICALS = {ord(radical): character for radical, character in RADICALS.items()} | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)
}
"""All radicals that look like a character, by their code."""
_PRIVATE = 0xF000
_SYMBOL = {0x2D: "−", 0x44: "Δ", 0x53: "Σ", 0x57: "Ω", 0x61: "α", 0x62: "β", 0x67: "γ", 0x6D: "μ", 0x70: "π"} | dict(
    zip(
        (0xA2, 0xA3, 0xA5, 0xAC, 0xAE, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xD6, 0xD7, 0xE5),
        "′≤∞←→°±″≥×•÷≠≡≈√⋅∑",
        strict=True,
    )
)
_WINGDINGS = (
    dict(
        zip(
            (0x52, 0x6C, 0x6D, 0x6E, 0x6F, 0x71, 0x75, 0x76, 0xA1, 0xA7, 0xA8, 0xD8, 0xE0, 0xFB, 0xFC, 0xFD, 0xFE),
            "☑●○■□□◆❖○▪□➢→✗✓☒☑",
            strict=True,
        )
    )
    | {0x81 + number: chr(ord("①") + number) for number in range(10)}
    | {0x8C + number: chr(ord("❶") + number) for number in range(10)}
)
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(text: str) -> str:
    """Text above the line: its digits are no part of the number before them.

    >>> "86.50" + raised("2"), "10" + raised("4") + "m" + raised("3")
    ('86.50²', '10⁴m³')
    """
    return text.translate(_RAISED)


def is_private(character: str) -> bool:
    """Whether a character is a symbol font's own."""
    return _PRIVATE <= ord(character) <= _PRIVATE + 0xFF


def is_symbol_font(font: str) -> bool:
    """Whether a font's letters are pictures (R in Wingdings 2 is ☑)."""
    return font.lower() in _FONTS


def printed_symbol(code: int, font: str) -> str:
    """The character that `code` shows in a symbol font; `UNKNOWN` where no table tells.

    >>> printed_symbol(0xF0B3, "Symbol"), printed_symbol(0xFE, "Wingdings"), printed_symbol(0xF099, "Webdings")
    ('≥', '☑', '\ufffd')
    """
    table = _FONTS.get(font.lower())
    place = code - _PRIVATE if code >= _PRIVATE else code
    if table is not None and place in table:
        return table[place]
    if table is _SYMBOL and 0x20 <= place < 0x40:
        return chr(place)  # digits and most punctuation stand where they always stand
    return chr(code) if 0x20 <= code < _PRIVATE and table is None else UNKNOWN
