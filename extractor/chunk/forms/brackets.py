"""Several sums in one cell: parts in brackets behind their sum, or amounts that have a label each.

638万（其中：中央资金420万元，县级资金218万元）: the arithmetic tells that it is a sum and its parts; they make it up,
or are some of it where 其中 says so. 总额210万元 一、财政拨款：180万元 二、其他：30万元: nothing else may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER
from extractor.chunk.forms.form import is_money
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
_LEAD = re.compile(r"其中\s*[:,]?|包括\s*[:,]?|含")


_LISTED = re.compile(
    rf"""
    \s* (?:[一二三四五六七八九十]{{1,2}}、|\d{{1,2}}[.、](?!\d)|\(\d\))? \s*       # an item number
    (?P<label>(?:其中\s*[:,]?)?[^\d,;、:。()\n]{{2,12}}?) \s* :? \s*
    (?P<value> (?P<number>{NUMBER.pattern}) \s* (?P<unit>[千百]?[万亿]?元|万|) ) \s*
    (?P<inner> \( [^()]* \) )? \s* [,;、。]?
    """,
    re.VERBOSE,
)
_LEAST_LISTED = 2


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


def listed_in(cell: MappedText, words: FormWords) -> Sequence[tuple[Label, MappedText]]:
    """The amounts of a cell that holds nothing but amounts with a label each; none for any other cell.

    >>> from extractor.layouts.forms import form_words, terms
    >>> read = lambda text: listed_in(MappedText(text, range(len(text))), form_words(terms()))
    >>> found = read("总额210万元\\n一、财政拨款：180万元（其中：上级资金：120万元）\\n二、其他：30万元")
    >>> [(label.field, value.text) for label, value in found]
    [('total', '210万元'), ('fiscal', '180万元'), ('breakdown:上级资金', '120万元'), ('other', '30万元')]
    >>> read("180万元"), read("购置校车2辆，180万元")
    ([], [])
    """
    folded = fold(cell.text)
    found: list[tuple[Label, MappedText]] = []
    at = 0
    while at < len(folded):
        match = _LISTED.match(folded, at)
        label = words.label(match["label"]) if match is not None else None
        if match is None or label is None or not is_money(label.field):
            return []
        found.append((label, _piece(cell, 0, match.span("value"))))
        inner = match["inner"]
        if inner is not None:
            start, end = match.start("inner") + 1, match.end("inner") - 1
            parts = _parts(cell, start, folded[start:end], words)
            if not parts:
                return []
            found += parts
        at = match.end()
    return found if len(found) >= _LEAST_LISTED else []


def _parts(cell: MappedText, at: int, printed: str, words: FormWords) -> list[tuple[Label, MappedText]]:
    found: list[tuple[Label, MappedText]] = []
    lead = _LEAD.match(printed)
    begin = lead.end() if lead is not None else 0
    for piece in _BETWEEN.split(printed[begin:]):
        part = _PART.fullmatch(piece)
        if part is None:
            return []
        found.append((Label(part["label"], words.source(part["label"])), _piece(cell, at + begin, part.span("value"))))
        begin += len(piece) + 1
    return found


def _piece(cell: MappedText, at: int, span: tuple[int, int]) -> MappedText:
    text = cell.text[at + span[0] : at + span[1]].rstrip()
    start = at + span[0]
    return MappedText(text, cell.offsets[start : start + len(text)])


def _value(match: re.Match[str], unit: str, words: FormWords) -> Decimal:
    """An amount in yuan; one without a unit has that of the sum, and is as printed where that has none either."""
    own = match["unit"] or unit
    scale = words.terms.scales.get(own if own.endswith("元") else f"{own}元", Decimal(1)) if own else Decimal(1)
    return Decimal(match["number"].replace(",", "")) * scale
