"""Text made safe for a spreadsheet program: what it may not hold, what it would run, what it would cut."""

from __future__ import annotations

import re

MAX_CELL = 32_767
"""UTF-16 units in one cell of Excel."""
MAX_DIGITS = 15
"""Significant digits of a number in Excel."""
MAX_LENGTH = 300
"""Digits of a number in Excel, zeros at its ends included."""

# All of these are unprintable to Python as well, so that most text need not be searched for them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_RISKY = tuple("=+-@\t\r\n＝＋－＠")


def printable(text: str) -> str:
    """Without the control characters that XML forbids and spreadsheet programs choke on.

    >>> printable("合计\\x00\\x0b 80.00")
    '合计 80.00'
    """
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def storable(text: str) -> str:
    """For UTF-8: half of a surrogate pair, which is no character, becomes U+FFFD; all else stays.

    >>> storable("合\\ud800计"), storable("\\x00=1+1")
    ('合\ufffd计', '\\x00=1+1')
    """
    return text if text.isprintable() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def guarded(text: str) -> str:
    """For CSV: an apostrophe before text that a spreadsheet program would take for a formula.

    The full-width signs are there because Excel's East Asian versions read them like the plain ones.
    >>> guarded("=1+1"), guarded("-5%"), guarded("5%")
    ("'=1+1", "'-5%", '5%')
    """
    return "'" + text if text.startswith(_RISKY) else text


def fitted(text: str, note: str) -> str:
    """For Excel: text that is too long for a cell is cut and ends in `note`."""
    if len(text) <= MAX_CELL // 2 or _units(text) <= MAX_CELL:
        return text
    room = (MAX_CELL - _units(note)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + note


def exact_in_excel(amount: str) -> bool:
    """Whether Excel's numbers can hold these printed digits.

    >>> exact_in_excel("-1141.20"), exact_in_excel("1234567890123456.78")
    (True, False)
    """
    return len(amount) <= MAX_LENGTH and len(amount.lstrip("-").replace(".", "").strip("0")) <= MAX_DIGITS


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
