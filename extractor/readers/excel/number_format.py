"""Spreadsheet number formats: the text that a person sees for a stored number.

A number is rounded half up on its 15 decimal digits, as Excel does, never on its
binary value: 2.675 under 0.00 is 2.68.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from extractor.readers.excel.format_code import EXACT, FormatSection, Token, decimal, sections
from extractor.readers.excel.serial_date import show_date

_MAX_CODE = 1024  # Excel allows 255 characters
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
    "<>": lambda value, bound: value != bound,
}


class NumberFormat:
    """A compiled format code.

    >>> NumberFormat("0.00").number(80), NumberFormat("0%").number(0.95), NumberFormat("#,##0.00").number(1141.2)
    ('80.00', '95%', '1,141.20')
    >>> NumberFormat('yyyy"年"m"月"d"日"').number(46356)
    '2026年11月30日'
    """

    def __init__(self, code: str) -> None:
        parts = sections(code[:_MAX_CODE] or "General")
        if len(parts) == 4 or (len(parts) > 1 and _for_text(parts[-1])):
            self._numbers, text = parts[:-1], parts[-1]
        else:
            self._numbers, text = parts, parts[0]
        self._text = text if len(parts) == 4 or (_for_text(text) and len(text.tokens) > 1) else None
        self.is_date = any(section.kind == "date" for section in self._numbers)
        self.exotic = any(section.kind == "exotic" for section in self._numbers)
        """Whether the code asks for a form that is not written here; the number is shown plainly instead."""

    def text(self, text: str) -> str:
        """A text cell: as it is, or with what the format puts around it."""
        if self._text is None:
            return text
        return "".join(text if token.kind == "@" else _printed(token) for token in self._text.tokens)

    def number(self, value: float, *, date1904: bool = False) -> str:
        """A number cell. A date before the calendar's first day is shown as a plain number."""
        section, magnitude, sign = self._choose(value)
        kind = section.kind if section else "exotic"
        if section is None or kind == "exotic":
            return general(value)
        if section.simple is not None:
            return sign + section.simple.shown(magnitude)
        if kind == "date":
            shown = show_date(section.tokens, value, date1904=date1904)
            return general(value) if shown is None else shown
        if kind == "general":
            plain = general(magnitude)
            return sign + "".join(
                plain if token.kind in {"general", "@"} else _printed(token) for token in section.tokens
            )
        if kind == "digits":
            return sign + _digits(section.tokens, magnitude)
        return sign * bool(section.tokens) + "".join(map(_printed, section.tokens))

    def _choose(self, value: float) -> tuple[FormatSection | None, float, str]:
        """The section for a value, the number it prints, and the sign before it."""
        parts = self._numbers
        if any(section.condition for section in parts):
            for section in parts:
                if section.condition is None or _COMPARE[section.condition[0]](value, section.condition[1]):
                    only_negative = section.condition and section.condition[0][0] == "<" and section.condition[1] <= 0
                    return section, abs(value), "-" if value < 0 and not only_negative else ""
            return None, value, ""
        if value > 0 or len(parts) == 1:
            return parts[0], abs(value), "-" if value < 0 else ""
        if value < 0:
            return parts[1], -value, ""
        return parts[2] if len(parts) > 2 else parts[0], value, ""


@lru_cache(maxsize=1024)
def compiled(code: str) -> NumberFormat:
    """The compiled form of a code; a workbook has a few dozen."""
    return NumberFormat(code)


def general(value: float) -> str:
    """A number under the General format: whole numbers in full, others to 11 characters, as Excel does.

    Whole numbers of 12 to 15 digits are codes far more often than amounts; Excel shows them as 1.23457E+11
    until the cell is clicked, here they stay whole.

    >>> [general(value) for value in (80.0, 0.1 + 0.2, 1 / 3, 1141.2, 320106001234.0, 1.5e-7, 1e20)]
    ['80', '0.3', '0.333333333', '1141.2', '320106001234', '1.5E-07', '1E+20']
    """
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1e-4 <= abs(value) < 1e10:
        # Eleven characters, the point among them and the sign not.
        whole = len(str(int(abs(value))))
        printed = f"{_rounded(decimal(value), max(0, 10 - whole)):f}"
        return (printed.rstrip("0").rstrip(".") if "." in printed else printed) or "0"
    if abs(value) < 1e15 and abs(value) >= 1e10:
        return f"{_rounded(decimal(value), 0):f}"
    mantissa, _, exponent = f"{value:.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].lstrip('0').zfill(2)}"


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)


def _for_text(section: FormatSection) -> bool:
    return any(token.kind == "@" for token in section.tokens)


def _printed(token: Token) -> str:
    """What a token prints that holds no digit of the number."""
    return token.text if token.kind in {"literal", "/"} else ""


def _digits(tokens: tuple[Token, ...], magnitude: float) -> str:
    """A number in its placeholders, with what stands between them."""
    number = decimal(magnitude)
    places = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    power = next((index for index, token in enumerate(tokens) if token.kind == "exponent"), len(tokens))
    point = next((index for index, token in enumerate(tokens[:power]) if token.kind == "."), power)
    whole = [index for index in places if index < point]
    decimals = [index for index in places if point < index < power]
    last = whole[-1] if whole else -1
    commas = [index for index, token in enumerate(tokens[:power]) if token.kind == ","]
    grouped = any(whole and whole[0] < index < last for index in commas)
    # A comma behind the last placeholder, before or after the point, divides by a thousand.
    scale = sum(last < index < point or index > max(decimals, default=power) for index in commas) if places else 0
    number = number.scaleb(2 * sum(token.kind == "%" for token in tokens) - 3 * scale, context=EXACT)
    exponent = 0
    if power < len(tokens) and number:
        step = max(1, len(whole))
        exponent = number.adjusted() // step * step if step > 1 else number.adjusted()
        if _rounded(number.scaleb(-exponent, context=EXACT), len(decimals)) >= Decimal(10) ** step:
            exponent += step
        number = number.scaleb(-exponent, context=EXACT)
    integer, _, fraction = f"{_rounded(number, len(decimals)):f}".partition(".")
    printed = _whole(tokens, whole, integer.lstrip("0"), grouped)
    printed |= _fraction(tokens, decimals, fraction)
    if power < len(tokens):
        sign = "-" if exponent < 0 else "+" if tokens[power].text.endswith("+") else ""
        behind = [index for index in places if index > power]
        printed |= _whole(tokens, behind, str(abs(exponent)).lstrip("0"), grouped=False)
        printed[power] = f"E{sign}"
    if point < power:
        printed[point] = "."
    return "".join(
        printed[index] if index in printed else "%" if token.kind == "%" else _printed(token)
        for index, token in enumerate(tokens)
    )


def _whole(tokens: tuple[Token, ...], places: list[int], digits: str, grouped: bool) -> dict[int, str]:
    """Digits before the point, filled in from the right; the first placeholder takes all that are left."""
    printed: dict[int, str] = {}
    done = 0
    for order, index in enumerate(reversed(places)):
        rest = digits[: max(0, len(digits) - done)]
        count = len(rest) if order == len(places) - 1 else 1
        own = rest[len(rest) - count :] if rest else ""
        own = own or {"0": "0", "?": " "}.get(tokens[index].text, "")
        if grouped and own.strip():
            from_right = range(done + len(own) - 1, done - 1, -1)
            own = "".join(
                digit + ("," if place and place % 3 == 0 else "") for digit, place in zip(own, from_right, strict=True)
            )
        done += max(1, count)
        printed[index] = own
    return printed


def _fraction(tokens: tuple[Token, ...], places: list[int], digits: str) -> dict[int, str]:
    """Digits behind the point; zeros at the end are left out of # and blank in ?."""
    needed = len(digits.rstrip("0"))
    return {
        index: digits[order] if order < needed else {"0": "0", "?": " "}.get(tokens[index].text, "")
        for order, index in enumerate(places)
    }
