"""Printed arithmetic of quantities: 办结数/上报数, 4条/月*12=48条."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.targets.amounts import Amount
from extractor.targets.scan import Hit
from extractor.targets.words import Words, words

SIGNS = re.compile("[/*×÷+-]")
_PERCENT = re.compile(r"[*×]100%?$")
_PRODUCT = re.compile("[^*×÷=/+,;:。、][*×÷][^*×÷=/+,;:。、]")
_OUTSIDE = re.compile("[,;。、:≥≤<>≈\n]")
_EQUALS = re.compile("=")
_BRACKETS = str.maketrans("", "", "()")
_NUMBER = re.compile("[0-9]")


class Formula(NamedTuple):
    """Arithmetic at [start, end) of the text; `limit` is the result or the limit behind it."""

    start: int
    end: int
    limit: Amount | None


def read(text: str, begin: int, end: int, found: list[Hit]) -> Formula | None:
    """The formula that text[begin:end] holds; None where there is none. `found`: what stands in it."""
    table = words()
    if not SIGNS.search(text, begin, end) or table.quantities.names.search(text, begin, end):
        return None
    limit, stop = _limit(text, end, found)
    while stop > begin and text[stop - 1] in ",;。":
        stop -= 1
    sides = _sides(text, begin, stop)
    if sides is None:
        return None
    (left, right), (other_left, other_right) = sides
    expression = text[left:right]
    if other_left < other_right:
        other = text[other_left:other_right]
        if _NUMBER.search(other) or SIGNS.search(other):
            return None
        named = other_left < left and table.quantities.ratio.search(other.translate(_BRACKETS)) is not None
    else:
        named = False
    if _OUTSIDE.search(expression) or not _is_arithmetic(expression, named, table):
        return None
    return Formula(left, right, limit)


def _limit(text: str, end: int, found: list[Hit]) -> tuple[Amount | None, int]:
    """The amount that ends the text and has an operator, and where it begins."""
    last = found[-1] if found else None
    if last is None or last.kind != "amount" or last.end != end or last.amount is None or last.amount.operator is None:
        return None, end
    begin = last.start
    # 控制在2%以内 behind the formula: nothing but fillers before the amount
    table = words()
    filler = table.words.last.search(text, max(0, begin - 4), begin)
    return last.amount, filler.start() if filler else begin


def _sides(text: str, begin: int, end: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The side of the equals sign that holds the arithmetic, and the other one."""
    equals = [match.start() for match in _EQUALS.finditer(text, begin, end)]
    if not equals:
        colon = text.rfind(":", begin, end)
        return ((colon + 1, end), (begin, colon)) if colon >= 0 else ((begin, end), (end, end))
    if len(equals) > 1:
        return None
    at = equals[0]
    colon = text.rfind(":", begin, at)
    left, right = (max(begin, colon + 1), at), (at + 1, end)
    on_left, on_right = (SIGNS.search(text, *side) for side in (left, right))
    if (on_left is None) == (on_right is None):
        return None
    return (left, right) if on_left else (right, left)


def _is_arithmetic(expression: str, named: bool, table: Words) -> bool:
    """Whether words and signs are a computation, and not an "or" (整改/关闭) or a unit (元/人)."""
    bare = _PERCENT.sub("", expression)
    if not bare:
        return False
    if bare != expression or "÷" in bare or _PRODUCT.search(expression):
        return True
    above, slash, below = (part.translate(_BRACKETS) for part in bare.partition("/"))
    terms = [part for part in re.split("[+-]", above) if part]
    quantities = [table.quantities.quantity.search(term) is not None for term in terms]
    if not slash:
        return ("+" in bare and (named or all(quantities))) or (named and len(terms) > 1 and all(quantities))
    if not above or not below or "/" in below:
        return False
    if named:
        return True
    if any(below.startswith(whole) and above.endswith(below[len(whole) :]) for whole in table.quantities.wholes):
        return True  # 电子化档案/总档案
    if below.startswith(table.quantities.wholes) and quantities[-1]:
        return True
    is_quantity = table.quantities.quantity.search(below) is not None or _NUMBER.match(below) is not None
    return is_quantity and (any(quantities) or len(terms) > 1)
