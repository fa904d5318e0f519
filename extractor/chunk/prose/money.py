"""Sums of money in running text, and the column that the words before each of them tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.chunk.amounts import NUMBER, is_amount_column
from extractor.layouts import Terms
from extractor.schemas.cells import breakdown
from extractor.schemas.document import MappedText
from extractor.schemas.project import plain_amount
from extractor.text import Squashed

_MONEY = re.compile(
    rf"""
    (?<![\d.])(?P<number>{NUMBER.pattern})
    (?P<unit>[千百]?[万亿]?元
      | [万亿](?=[,。;、:)!]|其中|含|$))          # 96.50万, not 1.2万册
    (?P<measure>/|每)?                             # 500元/人
    """,
    re.VERBOSE,
)
_TOTAL = re.compile(r"(?:预算|总额|总计|合计|共计?|安排|投入|资金|经费|下达|拨付|需要?|支出|金额)[^\d,。;]{0,8}$")
_VERB = re.compile(r"(?:预算|安排|投入|资金|拨付|下达|补助|经费)?(?:资金|经费|预算)?[为约共计是:达有]*$")
_LINK = re.compile(r"[为约共计是:达有]+$")
_CLAUSE = re.compile(r"[,。;!、]")
_SENTENCE = re.compile(r"[。;!]")
_PARTS = re.compile(r"其中|包括|分别|主要用于|用于|含|构成")
_SEVERAL = re.compile(
    r"""
    (?P<label>
      (?:项目|工程|计划|批复|批准|概算|[一二三四五六七八九十两\d]年|合同|实施周?期|全周期)*(?:的)?
      (?:总投资|总概算|总造价|总价款?|总投入|合同价款?|合同金额|合同额|概算|总经费|投资估算|总资金|总金额)(?:额|数)?
      | 累计.{0,8}|(?:实施周?期|中期|全周期|项目期|[三五]年)(?:内)?.{0,6}(?:总额|总预算|资金|预算|合计)
    )
    (?:预计|大约|估算)?[为约共计是:达]*$
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年")
_EARLIER = re.compile(r"(?:上|去|往|前)年|以前年度|已(?:经)?(?:安排|投入|完成|支付|拨付|下达)")
_COMPARED = re.compile(r"(?:增加|减少|增长|下降|压减|调增|调减|核增|核减)[^,。;]{0,6}$")
_EACH = re.compile(r"(?:每|人均|户均|均|单价|标准)[^,。;]{0,12}$")
_BEFORE = 24


class Money(NamedTuple):
    """A sum of money in a sentence: digits, unit, the column that the words before it tell, and where it stands.

    The digits end at `end`, the unit behind them at `unit_end`.
    """

    number: str
    unit: str
    column: str | None
    start: int
    end: int
    unit_end: int


class _Sum(NamedTuple):
    match: re.Match[str]
    unit: str
    column: str | None
    part: bool


def money_in(text: str, terms: Terms, year: int | None = None) -> list[Money]:
    """The sums of money in a text, in the unit of the first total; others are no amounts of the project.

    The year's sum is the total, that of several years is kept under its own words. The parts of a total that tell
    what it is spent on, and sums that are only compared, are no amounts either.

    >>> from extractor.layouts import terms
    >>> found = money_in("年度预算安排120.00万元，其中财政拨款100万元，人均500元。", terms())
    >>> [(one.number, one.column) for one in found], found[0].unit
    ([('120.00', 'total'), ('100', 'fiscal')], '万元')
    >>> [(one.number, one.column) for one in money_in("购置设备80万元、软件20万元。", terms())]
    [('80', None), ('20', None)]
    >>> [(one.number, one.column) for one in money_in("项目总投资90万，2026年安排30.5万，其中设备20万。", terms())]
    [('90', 'breakdown:项目总投资'), ('30.5', 'total')]
    """
    view = Squashed(MappedText(text, range(len(text))))
    sums = _by_year(view.text, _classified(view.text, terms), year)
    known = {one.column for one in sums}
    sums = [one for one in sums if not (one.part and one.column is None and {"total", "several"} & known)]
    sums = _several(view.text, sums)
    unit = next((one.unit for one in sums if one.column == "total"), sums[0].unit if sums else "")
    found = []
    for one in sums:
        if one.unit != unit:
            continue
        start, end = one.match.span("number")
        stop = one.match.end("unit")
        positions = view.positions
        place = positions[start], positions[end - 1] + 1, positions[stop - 1] + 1
        found.append(Money(plain_amount(one.match["number"]), one.unit, one.column, *place))
    return found


def _classified(text: str, terms: Terms) -> list[_Sum]:
    """Each sum with its column: `several` for several years', a year for a year's; a `part` is of a sum before."""
    found: list[_Sum] = []
    totals: dict[str, str] = {}
    edge = parts = -1
    for match in _MONEY.finditer(text):
        low = max(edge, match.start() - _BEFORE, 0)
        before = text[low : match.start()]
        sentence = [stop.end() for stop in _SENTENCE.finditer(before)]
        if sentence:
            before, parts = before[sentence[-1] :], -1
        if any(_SENTENCE.finditer(text, max(edge, 0), match.start())):
            parts = -1
        if _PARTS.search(text, max(edge, 0) if not sentence else low + sentence[-1], match.start()):
            parts = match.start()
        clause = _CLAUSE.split(before)[-1]
        edge = match.end()
        if match["measure"] or _COMPARED.search(clause) or _EACH.search(clause):
            continue
        unit = match["unit"] if match["unit"].endswith("元") else match["unit"] + "元"
        column = _funding(clause, terms)
        told = _YEAR.search(before)
        if column is None and _SEVERAL.search(clause) and not _YEAR.search(clause):
            column = "several"
        elif column is None and _EARLIER.search(before):
            continue
        elif column is None and told and _TOTAL.search(clause):
            column = told["year"]
        elif column is None and parts < 0 and (not before or _TOTAL.search(clause)):
            column = "total"
        if column is not None and column in totals and not (column == "total" and told):
            if totals[column] == match["number"]:
                continue
            column = None
        elif column is None and match["number"] == totals.get("total") and _TOTAL.search(clause):
            continue
        if column is not None:
            totals[column] = match["number"]
        found.append(_Sum(match, unit, column, parts >= 0))
    return found


def _by_year(text: str, sums: Sequence[_Sum], year: int | None) -> list[_Sum]:
    """Of sums that are told by years, the budget's year is the total, those to come are kept, those past are not.

    Where the year is not known and the years are several, none is the total.
    """
    years = {one.column for one in sums if one.column and one.column.isdecimal()}
    if not years:
        return list(sums)
    is_split = any(one.part and one.column in years for one in sums)
    own = str(year) if year else min(years) if len(years) == 1 else None
    found = []
    for one in sums:
        if one.column == "total" and (is_split or own in years):
            one = one._replace(column="several")
        elif one.column in years and one.column is not None:
            if own is not None and one.column < own:
                continue
            label = breakdown(one.column + "年") if own is not None else None
            one = one._replace(column="total" if one.column == own else label, part=False)
        found.append(one)
    return found


def _several(text: str, sums: Sequence[_Sum]) -> list[_Sum]:
    """The sum of several years under its own words where the year has one, else unplaced: it may be the year's."""
    has_year = any(one.column == "total" for one in sums)
    found = []
    for one in sums:
        if one.column == "several":
            clause = _CLAUSE.split(text[max(0, one.match.start() - _BEFORE) : one.match.start()])[-1]
            label = match["label"] if (match := _SEVERAL.search(clause)) else _LINK.sub("", clause)
            one = one._replace(column=breakdown(label) if has_year and label else None)
        found.append(one)
    return found


def _funding(clause: str, terms: Terms) -> str | None:
    """The funding column whose name ends a clause: 其中财政拨款, 省级补助安排."""
    word = _LINK.sub("", clause)
    for tail in dict.fromkeys((word, _VERB.sub("", word))):
        for length in range(len(tail), 1, -1):
            column = terms.columns.get(tail[-length:])
            is_named = _LEVEL.search(tail[:-length]) is not None
            if column is not None and is_amount_column(column) and column != "total" and not is_named:
                return column
    tail = re.sub(r"^.*?(?:其中|包括|来源|由|:)+", "", word)
    for part in (tail, re.sub(r"(?:预算)?安排$", "", tail)):
        if 3 <= len(part) <= 12 and _SOURCE.fullmatch(part) and (column := terms.funding(part)):
            return column
    return None


_LEVEL = re.compile(r"(?:级|中央|[省市县区乡镇])$")
_SOURCE = re.compile(
    r"(?!.*(?:运营|发放|购|用于|建设)).*(?:级|中央|省|市|县|区|乡|镇|上年|自筹|自有|财政|债券|社会|配套).*"
)
"""What names where money comes from; a subsidy that is paid to somebody does not."""
