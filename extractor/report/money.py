"""Amounts for the eye: 万元 with two decimals, and 亿元 where they are large. The exact yuan are kept beside them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from extractor.report.figures import ANY_SUM

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")
_HUNDRED_MILLION = Decimal(100_000_000)


def wan(yuan: Decimal) -> str:
    """In 万元, rounded to two decimals.

    >>> wan(Decimal("11412000")), wan(Decimal("150")), wan(Decimal("-0.5"))
    ('1,141.20', '0.02', '0.00')
    """
    return _rounded(yuan, Decimal(10_000), _CENT)


def headline(yuan: Decimal, language: str) -> tuple[str, str]:
    """The amount and its unit, short enough for a headline.

    >>> headline(Decimal("61780000"), "zh"), headline(Decimal("1234567890"), "zh"), headline(Decimal("61780000"), "en")
    (('6,178.00', '万元'), ('12.35', '亿元'), ('61.78', 'million yuan'))
    """
    if language == "en":
        return _rounded(yuan, Decimal(1_000_000), _CENT), "million yuan"
    if abs(yuan) >= _HUNDRED_MILLION:
        return _rounded(yuan, _HUNDRED_MILLION, _CENT), "亿元"
    return wan(yuan), "万元"


def exact(yuan: Decimal) -> str:
    """Yuan with every digit.

    >>> exact(Decimal("11412000.50"))
    '11,412,000.50'
    """
    return f"{yuan:,f}"


def share(part: Decimal | int, whole: Decimal | int) -> str:
    """A part of a whole in percent; a dash where there is no whole, and never 0 or 100 for what is not.

    >>> share(1, 10), share(1, 100_000), share(99_999, 100_000), share(0, 5), share(1, 0)
    ('10.0%', '<0.1%', '>99.9%', '0%', '—')
    """
    if not whole:
        return "—"
    with localcontext(prec=ANY_SUM):
        percent = Decimal(part) * 100 / Decimal(whole)
        rounded = percent.quantize(_TENTH, ROUND_HALF_UP)
    if percent and not rounded:
        return "<0.1%"
    if rounded == 100 and percent < 100:
        return ">99.9%"
    return f"{percent:f}%" if percent in {0, 100} else f"{rounded:f}%"


def _rounded(yuan: Decimal, scale: Decimal, step: Decimal) -> str:
    with localcontext(prec=ANY_SUM):
        value = (yuan / scale).quantize(step, ROUND_HALF_UP)
        return f"{value if value else abs(value):,f}"
