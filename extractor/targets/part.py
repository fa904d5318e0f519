"""One part of a printed value: a formula, an amount with its period, a deadline, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extractor.schemas.target import Kind, Operator
from extractor.targets import choosing, formula
from extractor.targets.amounts import Amount
from extractor.targets.dates import Printed
from extractor.targets.scan import Hit
from extractor.targets.wording import Wording
from extractor.targets.words import words

_GOES_ON = re.compile("[、,和及与][0-9≥≤]")


@dataclass(slots=True)
class Part:
    """What was read of [begin, end): the target's fields, or items; `used` is what of the text they cover."""

    begin: int
    end: int
    kind: Kind = "qualitative"
    operator: Operator | None = None
    amount: Amount | None = None
    period: str | None = None
    per: str | None = None
    average: bool = False
    start: str | None = None
    until: str | None = None
    formula: tuple[int, int] | None = None
    used: list[tuple[int, int]] = field(default_factory=list)
    items: list[Part] = field(default_factory=list)
    holds: bool = False
    """Whether it holds a number, a date or a formula, understood or not."""


def read(wording: Wording, begin: int, end: int, depth: int, inside: list[Hit]) -> Part:
    """What text[begin:end] says, which stands in `depth` brackets and holds `inside`."""
    part = Part(begin, end)
    written = formula.read(wording.text, begin, end, inside)
    if written:
        part.kind, part.holds = "formula", True
        part.formula = (written.start, written.end)
        part.used.append(part.formula)
        if written.limit:
            part.amount, part.operator = written.limit, written.limit.operator
            part.used.append((written.limit.start, written.limit.end))
        return part
    own = [one for one in inside if one.depth == depth]
    possible = choosing.candidates(wording, inside, depth)
    part.holds = bool(possible) or any(one.kind == "bad" for one in own)
    chosen = choosing.choose(wording, begin, possible, own)
    if chosen is not None and chosen.amount is not None:
        _amount(part, wording, chosen, chosen.amount, own)
    elif not part.holds:
        _deadline(part, wording, own)
    return part


def _amount(part: Part, wording: Wording, chosen: Hit, amount: Amount, own: list[Hit]) -> None:
    """The amount with what stands before it: 每月, 人均, 至少. Words where these contradict each other."""
    table, operator, used = words(), amount.operator, [(chosen.start, chosen.end)]
    periods, things, average = {amount.period} - {None}, {amount.per} - {None}, False
    for one in own:
        if one.end > amount.numeral:
            continue
        between = wording.text[one.end : amount.numeral]
        if one.kind == "operator" and (one.word in table.adverbs.words or between.endswith("的")):
            operator = operator or one.operator
            if operator != one.operator or amount.is_range:
                return
        elif one.kind in ("mean", "each") or (one.kind == "by" and amount.low == amount.high == 1):
            if table.by.totals.search(between):
                continue  # 每季度通报共4次: 4 in all
            periods |= {one.period} - {None}
            things |= {one.per} - {None}
            average = average or one.kind == "mean"
        else:
            continue
        used.append((one.start, one.end))
    if len(things) > 1 or (len(periods) > 1 and periods != {"日", "天"}):
        return
    if amount.is_range and operator is not None:
        return
    shared = table.doubts.shared.search(wording.text, max(0, chosen.start - 4), chosen.start)
    goes_on = shared and shared[0].startswith("分别") and _GOES_ON.match(wording.text, chosen.end)
    if shared and not goes_on and not (things and not (periods and amount.unit in table.frequency.units)):
        return  # 每日早晚各1次 is twice a day; 分别为10个、20个 gives every one
    part.amount, part.used, part.average = amount, used, average
    part.period, part.per = amount.period or next(iter(periods), None), next(iter(things), None)
    part.kind, part.operator = ("range", None) if amount.is_range else ("number", operator)
    if part.period and amount.unit in table.frequency.units and not average:
        part.kind = "frequency"


def _deadline(part: Part, wording: Wording, own: list[Hit]) -> None:
    """One date, if it is not merely mentioned."""
    found = [one for one in own if one.date]
    if len(found) != 1 or found[0].date is None or any(one.kind == "denial" for one in own):
        return
    one, date = found[0], found[0].date
    if date.start is None and date.until is None:
        part.holds = True  # 9月前
        return
    table, before = words(), [other for other in own if other.end <= one.start]
    is_bound = any(other.kind == "operator" and other.word in table.blocks for other in before)
    if is_bound or table.doubts.turned.search(wording.text, max(0, one.start - 4), one.start):
        part.holds = True  # 不低于2024年, 早于6月
        return
    each = [other for other in before if other.kind == "each" and other.period]
    if not _is_meant(part, wording, one, date, max((other.end for other in each), default=part.begin)):
        return
    part.kind, part.holds, part.operator = "deadline", True, date.operator
    part.start, part.until = date.start, date.until
    part.period = each[-1].period if each else None
    part.used = [(one.start, one.end), *((other.start, other.end) for other in each[-1:])]


def _is_meant(part: Part, wording: Wording, one: Hit, date: Printed, begin: int) -> bool:
    """Whether the date is when something is to be done; its words before it begin at `begin`."""
    if date.operator == "≤":
        return True
    table = words()
    if table.words.done.match(wording.text, one.end, part.end):
        return True
    if wording.clean(one.end, part.end) or (date.is_year and wording.text[one.end - 1] == "度"):
        return False
    is_labelled = table.words.before_a_date.search(wording.before(one.start)) is not None
    return date.operator == "≥" or is_labelled or not wording.clean(begin, one.start)
