"""Which amount of a part is its target, where there are several, and whether it is one at all."""

from __future__ import annotations

import re
from itertools import pairwise

from extractor.targets import quantities
from extractor.targets.amounts import DURATIONS, Amount
from extractor.targets.scan import BOUND, Hit
from extractor.targets.wording import Wording
from extractor.targets.words import Words, words

_SANDWICH = re.compile("(?:≤|<=)[^≤≥<>=0-9]{1,20}$")
_AND = re.compile("[,且并和及、而]*(?:同时)?")
_RATE = re.compile("(?:率|度|比例|比重|占比|程度|比)$")
_SIGNS = frozenset("≥≤><=")
_RATES = frozenset(("%", "‰", "百分点"))
_REACH = 8
_DENYING = frozenset("不未无没勿禁")


def candidates(wording: Wording, inside: list[Hit], depth: int) -> list[Hit]:
    """The amounts of a part that may be its target; `inside` is what stands in it, `depth` the brackets around it."""
    text = wording.text
    found = [one for one in inside if one.amount and one.depth == depth and not _is_condition(text, one.amount)]
    if found:
        return found
    # 完好率（≥95%）: only a sign makes what stands in brackets the target
    return [one for one in inside if one.amount and one.depth == depth + 1 and text[one.start] in _SIGNS]


def choose(wording: Wording, begin: int, possible: list[Hit], own: list[Hit]) -> Hit | None:
    """The amount that is the target of the part at `begin`; None where it can not be told."""
    bad = [one for one in own if one.kind == "bad"]
    if bad:
        is_bound = len(bad) == len(possible) == 1 and bad[0].word == BOUND
        return _sandwiched(wording.text, begin, possible[0]) if is_bound else None
    if any(map(_is_torn, possible, possible[1:])) or _are_alternatives(wording.text, possible):
        return None
    if len(possible) < 2:
        chosen = possible[0] if possible else None
    else:
        chosen = _pair(wording.text, possible) or _main(wording, possible)
    if chosen is None or chosen.amount is None:
        return None
    return chosen if _is_plain(wording.text, chosen, chosen.amount, own) else None


def _is_torn(one: Hit, other: Hit) -> bool:
    """Whether two amounts make up one: 1小时30分钟, 3元5角."""
    units = {finding.amount.unit for finding in (one, other) if finding.amount}
    return one.end == other.start and (units <= DURATIONS or units <= words().units.money)


def _are_alternatives(text: str, possible: list[Hit]) -> bool:
    """Whether one amount or another is asked for: 论文3篇或专利2项."""
    return any("或" in text[one.end : other.start] for one, other in pairwise(possible))


def _goes_on(text: str, at: int) -> bool:
    """Whether words follow an 以上 or 以下 that ends at `at`: 50人以上企业."""
    return text[at - 1] in "上下" and "\u4e00" <= text[at : at + 1] <= "\u9fff"


def _is_condition(text: str, amount: Amount) -> bool:
    """Whether the number says whom or what it is about: 60岁以上老人, 1年以上劳动合同, 10万元以上项目."""
    table = words()
    if amount.unit in table.units.conditions:
        return True
    about = amount.unit in table.units.money or amount.unit in DURATIONS
    return about and amount.trails and not amount.leads and _goes_on(text, amount.end)


def _main(wording: Wording, possible: list[Hit]) -> Hit | None:
    """The rate at the end, else the only amount with an operator."""
    last = possible[-1]
    leading = [one for one in possible if one.amount and one.amount.leads]
    if last.amount and last.amount.unit == "%" and _RATE.search(wording.before(last.start)):
        return last if leading in ([], [last]) else None
    bounded = leading or [
        one for one in possible if one.amount and one.amount.operator and not _goes_on(wording.text, one.end)
    ]
    return bounded[0] if len(bounded) == 1 else None


def _pair(text: str, possible: list[Hit]) -> Hit | None:
    """Two amounts that are one: 一年两次, ≥90%且≤95%."""
    if len(possible) != 2:
        return None
    first, second = possible
    one, two = first.amount, second.amount
    if one is None or two is None:
        return None
    table, between = words(), text[first.end : second.start]
    if not between and _is_frequency(one, two, table):
        count = "" if one.low == 1 else f"{one.low:f}"
        two.period = count + table.period[one.unit or ""]
        return Hit("amount", first.start, second.end, first.depth, two)
    bounds = (one.operator, two.operator) == ("≥", "≤") and one.unit == two.unit and one.low <= two.high
    if bounds and _AND.fullmatch(between) and not (one.per or one.period or two.per or two.period):
        one.high, one.is_range, one.operator, one.end = two.high, True, None, two.end
        return Hit("amount", first.start, second.end, first.depth, one)
    return None


def _is_frequency(one: Amount, two: Amount, table: Words) -> bool:
    """一年两次, 1年2次: so often in so much time."""
    if one.unit not in table.period or two.unit not in table.frequency.units or two.period is not None:
        return False
    return one.operator is None and not one.is_range and one.low == one.low.to_integral_value()


def _sandwiched(text: str, begin: int, last: Hit) -> Hit | None:
    """90%≤完成率≤100%: the words between two bounds."""
    amount, match = last.amount, _SANDWICH.search(text, begin, last.start)
    if match is None or amount is None or amount.operator != "≤" or not amount.leads or amount.is_range:
        return None
    lower = quantities.read(text, begin, words())
    if lower is None or lower.end != match.start() or lower.unit != amount.unit or lower.number > amount.high:
        return None
    amount.low, amount.is_range, amount.operator = lower.number, True, None
    return Hit("amount", begin, last.end, last.depth, amount)


def _is_doubtful(text: str, chosen: Hit, amount: Amount) -> bool:
    """Whether a word beside the amount makes another target of it: 不等于0, 上限50万元, 30户以上自然村."""
    table, before = words(), text[max(0, chosen.start - _REACH) : chosen.start]
    if table.doubts.turned.search(before) or (before.endswith("!") and text[chosen.start] == "="):
        return True
    if amount.unit in table.frequency.units and amount.period is None and table.doubts.bare.search(before):
        return True
    if amount.operator is None:
        return table.doubts.bounding.search(before) is not None
    if amount.leads or amount.unit not in table.doubts.sizes:
        return False
    return text[chosen.end - 1] in "上下内" and table.doubts.sized.match(text, chosen.end) is not None


def _is_plain(text: str, chosen: Hit, amount: Amount, own: list[Hit]) -> bool:
    """Whether nothing before the amount says that it is measured from something else, or is not to be."""
    table = words()
    if _is_doubtful(text, chosen, amount):
        return False
    for one in own:
        if one.kind == "denial" and amount.trails and one.start >= chosen.end:
            return False  # 3人以上事故不发生
        if one.end > amount.numeral or one.kind not in ("denial", "operator", "unclear"):
            continue
        if one.kind == "unclear":
            if amount.unit in table.frequency.units or (one.word == "每" and amount.unit not in _RATES):
                return False
            continue
        between = text[one.end : amount.numeral]
        if one.kind == "denial" and not table.denials.subject.search(between):
            return False
        # 不低于总数的95%, but not 不低于2023年的95%, 低于上年5个百分点
        is_share = amount.unit == "%" and between.endswith("的") and not any(map(str.isdigit, between))
        if one.word in table.blocks and amount.operator is None and not is_share:
            return False
    if amount.trails or (amount.leads and amount.operator in (">", "<")):
        # 不得有超过3次, 不发生3起以上
        before = text[max(0, chosen.start - 3) : chosen.start]
        return _DENYING.isdisjoint(before) or _RATE.search(before) is not None
    return True
