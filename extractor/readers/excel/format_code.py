"""Format codes of spreadsheets, taken apart: sections, placeholders, literals, letters of dates.

ECMA-376 part 1, 18.8.30 (numFmts, with the built-in codes for zh-cn) and 18.8.31 (the language of the codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal, NamedTuple

from extractor.readers.excel.serial_date import DATE_TOKENS

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: r'"¥"#,##0;\-"¥"#,##0', 6: r'"¥"#,##0;\-"¥"#,##0',
    7: r'"¥"#,##0.00;\-"¥"#,##0.00', 8: r'"¥"#,##0.00;\-"¥"#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"', 35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    37: r"#,##0;\-#,##0", 38: r"#,##0;\-#,##0", 39: r"#,##0.00;\-#,##0.00", 40: r"#,##0.00;\-#,##0.00",
    41: r'_ * #,##0_ ;_ * \-#,##0_ ;_ * "-"_ ;_ @_ ', 42: r'_ "¥"* #,##0_ ;_ "¥"* \-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: r'_ * #,##0.00_ ;_ * \-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: r'_ "¥"* #,##0.00_ ;_ "¥"* \-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""Format codes that a file names by number alone, as zh-cn Excel shows them."""

LOCALE_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Built-in numbers whose meaning is the reader's locale's, whatever code an old file writes beside them."""
FREE_IN_OTHERS = frozenset((*range(27, 37), *range(50, 59)))
"""Those of them that only East Asian Excel knows: programs that know nothing of it number their own formats so."""

EXACT = Context(prec=400)
_PLAIN = re.compile(r"(#,##)?0(\.0+)?")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|[\\!](?P<escaped>.?)"
    r"|_(?P<skip>.?)"
    r"|\*(?P<fill>.?)"
    r"|\[(?P<bracket>[^\]]*)\]?"
    r"|(?P<general>general|G/通用格式)"
    rf"|(?P<date>{DATE_TOKENS})"
    r"|(?P<exponent>E[+-])"
    r"|(?P<digit>[0#?])"
    r"|(?P<mark>[.,%@/;])"
    r"|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_LONG_DATE, _LONG_TIME = "$-F800", "$-F400"


class Token(NamedTuple):
    """A piece of a format code; `text` is what it prints, or its letters."""

    kind: str
    text: str


class _Simple(NamedTuple):
    """A number without further ado, as nearly every format writes it: 0.00, #,##0.00, 0%, ¥0.0."""

    before: str
    form: str
    unit: Decimal
    """What is rounded to."""
    percent: int
    after: str

    def shown(self, magnitude: float) -> str:
        number = decimal(magnitude)
        if self.percent:
            number = number.scaleb(2 * self.percent)
        number = number.quantize(self.unit, rounding=ROUND_HALF_UP, context=EXACT)
        return f"{self.before}{number:{self.form}}{self.after}"


@dataclass(frozen=True, slots=True)
class FormatSection:
    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None
    kind: Literal["exotic", "date", "general", "digits", "words"]
    """exotic: it asks for something that is not written here (Chinese numerals, fractions, other calendars)."""
    simple: _Simple | None = None


def decimal(value: float) -> Decimal:
    """A stored number to the 15 digits that Excel keeps."""
    return Decimal(f"{value:.15g}")


def sections(code: str) -> list[FormatSection]:
    """A code cut at its semicolons: positive; negative; zero; text."""
    found: list[FormatSection] = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    exotic = False
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "literal", match[match.lastgroup or 0]
        if kind == "mark" and text == ";":
            found.append(_closed(tokens, condition, exotic))
            tokens, condition, exotic = [], None, False
        elif kind in {"quoted", "escaped", "literal"}:
            tokens.append(Token("literal", text))
        elif kind == "skip":
            tokens.append(Token("literal", " "))
        elif kind == "mark":
            tokens.append(Token(text, text))
        elif kind == "bracket":
            bound = _CONDITION.fullmatch(text)
            upper = text.upper()
            if bound:
                condition = (bound[1], float(bound[2]))
            elif _ELAPSED.fullmatch(text):
                tokens.append(Token("elapsed", text.lower()))
            elif upper in {_LONG_DATE, _LONG_TIME}:
                code = BUILT_IN[31] if upper == _LONG_DATE else BUILT_IN[21]
                return [*found, *sections(code)]
            elif text.startswith("$"):
                tokens.append(Token("literal", text[1:].partition("-")[0]))
            else:
                exotic = exotic or upper.startswith(("DBNUM", "NATNUM"))
        elif kind != "fill":
            tokens.append(Token(kind, text if kind == "general" else text.lower() if kind == "date" else text))
    found.append(_closed(tokens, condition, exotic))
    return found[:4]


def _closed(tokens: list[Token], condition: tuple[str, float] | None, exotic: bool) -> FormatSection:
    kept = tuple(token for token in tokens if token.text)
    kinds = {token.kind for token in kept}
    if exotic or any(token.kind == "date" and token.text[0] in "gb" for token in kept):
        return FormatSection(kept, condition, "exotic")
    if kinds & {"date", "elapsed"}:
        return FormatSection(kept, condition, "date")
    if kinds & {"general", "@"}:
        return FormatSection(kept, condition, "general")
    if "digit" not in kinds:
        return FormatSection(kept, condition, "words")
    if "/" in kinds:
        return FormatSection(kept, condition, "exotic")
    return FormatSection(kept, condition, "digits", _simple(kept))


def _simple(tokens: tuple[Token, ...]) -> _Simple | None:
    """The short way for a format, if it allows it.

    >>> _simple(sections('"约"#,##0.00%')[0].tokens).shown(12.5)
    '约1,250.00%'
    >>> _simple(sections('0!.0000"万元"')[0].tokens)  # its point is no decimal point: yuan as 万元
    """
    places = [index for index, token in enumerate(tokens) if token.kind in {"digit", ".", ","}]
    first, last = places[0], places[-1] + 1
    number = _PLAIN.fullmatch("".join(token.text if token.kind != "literal" else "x" for token in tokens[first:last]))
    rest = (*tokens[:first], *tokens[last:])
    if number is None or any(token.kind not in {"literal", "%"} for token in rest):
        return None
    decimals = len(number[2] or ".") - 1
    before, after = ("".join(token.text for token in side) for side in (tokens[:first], tokens[last:]))
    percent = sum(token.kind == "%" for token in rest)
    form = f"{',' if number[1] else ''}.{decimals}f"
    return _Simple(before, form, Decimal(1).scaleb(-decimals), percent, after)
