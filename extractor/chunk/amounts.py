"""Printed numbers to amounts: what an amount cell holds, and amounts from numbers under their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.schemas.cells import breakdown_label, is_money
from extractor.schemas.document import MappedText
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import MAX_ITEMS, Amounts, FundingLine, may_be_amount, plain_amount
from extractor.text import fold

NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,8})?")
_AMOUNT = re.compile(rf"\s*(?P<number>{NUMBER.pattern})\s*(?P<unit>[千万亿]?元)?\s*")
BLANK = frozenset("-/\\")
"""What stands in an amount cell for nothing."""
_LAST_DIGIT = re.compile(r"[\d,]+\.\d\n\d")
"""Two decimals with a line break between them: amounts are printed with two or none."""
_LONGEST_WRAPPED = 40


class Amount(NamedTuple):
    """The number in an amount cell, and the unit that the cell itself prints."""

    number: MappedText
    unit: str | None


def _unwrapped(cell: MappedText) -> MappedText:
    """A number that a narrow cell wraps, in one piece: lines that are numbers each stay apart.

    >>> _unwrapped(MappedText("9,200,0\\n00.00", range(13))).text, _unwrapped(MappedText("80\\n20", range(5))).text
    ('9,200,000.00', '80\\n20')
    >>> _unwrapped(MappedText("1,381.3\\n0", range(9))).text, _unwrapped(MappedText("86.50\\n20", range(8))).text
    ('1,381.30', '86.50\\n20')
    """
    if len(cell.text) > _LONGEST_WRAPPED:
        return cell
    lines = fold(cell.text).split()
    if all(map(NUMBER.fullmatch, lines)) and not _LAST_DIGIT.fullmatch("\n".join(lines)):
        return cell
    kept = [index for index, character in enumerate(cell.text) if not character.isspace()]
    return MappedText("".join(cell.text[index] for index in kept), [cell.offsets[index] for index in kept])


def read_amount(cell: MappedText) -> Amount | None:
    """Number and unit of an amount cell; None where it holds anything else.

    >>> read_amount(MappedText("1,200.00 万元", range(12)))
    Amount(number=MappedText(text='1,200.00', offsets=range(0, 8)), unit='万元')
    """
    match = _AMOUNT.fullmatch(fold(cell.text))
    if match is None and "\n" in cell.text:
        cell = _unwrapped(cell)
        match = _AMOUNT.fullmatch(fold(cell.text))
    if match is None:
        return None
    start, end = match.span("number")
    return Amount(MappedText(cell.text[start:end], cell.offsets[start:end]), match["unit"])


def is_amount_column(column: str) -> bool:
    """Whether a canonical column holds money."""
    return is_money(column)


def to_amounts(placed: Sequence[tuple[str, str | None]]) -> Amounts:
    """Amounts from (number, column) pairs; a column of None is `unplaced`.

    What cannot be money (a code of 21 digits) and more lone numbers than a reading holds stay in the text, which no
    field claims then: they are told.

    >>> to_amounts([("1.00", "total"), ("1.00", None), ("440113210000000010001", None)]).unplaced
    ('1.00',)
    """
    placed = [(number, column) for number, column in placed if may_be_amount(plain_amount(number))]
    known = {column: number for number, column in placed if column and breakdown_label(column) is None}
    return Amounts(
        **{column: known.get(column) for column in AMOUNT_COLUMNS},
        unplaced=tuple(number for number, column in placed if column is None)[:MAX_ITEMS],
        breakdown=tuple(
            FundingLine(label=label, amount=number)
            for number, column in placed
            if column and (label := breakdown_label(column)) is not None
        )[:MAX_ITEMS],
    )
