"""A sum with its parts in brackets, in one cell: 638万（其中：中央资金420万元，县级资金218万元）.

The arithmetic tells that it is one: the parts make up the sum, or are some of it where 其中 says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER
from extractor.layouts.forms import FormWords, Label
from extractor.schemas.document import MappedText
from extractor.text import fold

_SUM = re.compile(
    rf"""
    \s* (?P<whole> (?P<number>{NUMBER.pattern}) \s* (?P<unit>[千百]?[万亿]?元|万|) ) \s*
    (?: (?P=whole) \s* )?                                  # printed twice, as some programs leave it
    \( \s* (?P<some>其中\s*[:,]?|包括\s*[:,]?|含)? (?P<parts>[^()]+) \) \s*
    """,
    re.VERBOSE,
)
_PART = re.compile(
    rf"""
    \s* (?P<label>[^\d,;、:。]{{2,20}}?) \s*[:为]?\s*
    (?P<value> (?P<number>{NUMBER.pattern}) \s* (?P<unit>[千百]?[万亿]?元|万|) ) \s*
    """,
    re.VERBOSE,
)
_BETWEEN = re.compile("[,;、。]")


class Parts(NamedTuple):
    """The sum of a cell, and the parts in the brackets behind it with their labels."""

    whole: MappedText
    parts: Sequence[tuple[Label, MappedText]]


def parts_of(cell: MappedText, words: FormWords) -> Parts | None:
    """The sum and its parts; None where a cell holds anything else.

    >>> from extractor.layouts.forms import form_words, terms
    >>> read = lambda text: parts_of(MappedText(text, range(len(text))), form_words(terms()))
    >>> found = read("638万（除险加固420万元，道路218万元）")
    >>> found.whole.text, [(label.text, value.text) for label, value in found.parts]
    ('638万', [('除险加固', '420万元'), ('道路', '218万元')])
    >>> read("638万元（其中：中央补助资金420万元）").parts[0][0].field
    'breakdown:中央补助资金'
    >>> read("638万元（除险加固420万元）"), read("638万元（含税）")
    (None, None)
    """
    folded = fold(cell.text)
    match = _SUM.fullmatch(folded) if "(" in folded else None
    if match is None:
        return None
    found: list[tuple[Label, MappedText]] = []
    total = Decimal(0)
    at = match.start("parts")
    for piece in _BETWEEN.split(match["parts"]):
        part = _PART.fullmatch(piece)
        if part is None:
            return None
        label = part["label"]
        found.append((Label(label, words.source(label)), _piece(cell, at, part.span("value"))))
        total += _value(part, match["unit"], words)
        at += len(piece) + 1
    whole = _value(match, match["unit"], words)
    if not (total == whole or (match["some"] and total < whole)):
        return None
    return Parts(_piece(cell, 0, match.span("whole")), found)


def _piece(cell: MappedText, at: int, span: tuple[int, int]) -> MappedText:
    text = cell.text[at + span[0] : at + span[1]].rstrip()
    start = at + span[0]
    return MappedText(text, cell.offsets[start : start + len(text)])


def _value(match: re.Match[str], unit: str, words: FormWords) -> Decimal:
    """An amount in yuan; one without a unit has that of the sum, and is as printed where that has none either."""
    own = match["unit"] or unit
    scale = words.terms.scales.get(own if own.endswith("元") else f"{own}元", Decimal(1)) if own else Decimal(1)
    return Decimal(match["number"].replace(",", "")) * scale
