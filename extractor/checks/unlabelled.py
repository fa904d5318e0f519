"""Fields that stayed blank while their value stands under a label that no word list knows.

A label need not be understood to see what it labels: a body, an amount that completes the total, a column of units or
of points. Where the field of such a value is blank, the value may be the field's, and a person has to look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from extractor.chunk.forms.header import is_sign, is_unit
from extractor.layouts import Terms
from extractor.layouts.forms import FormWords, form_words
from extractor.layouts.taxonomy import LEVELS, category
from extractor.normalize.funding import funding_of
from extractor.schemas import paths
from extractor.schemas.document import Block
from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import SOURCES, Amounts, ProjectReading
from extractor.schemas.record import FlagCode
from extractor.text import squash

_COUNTED = re.compile(r"\(\d+\)$")
_BODY = re.compile(
    r"""
    (?: \[?\d{3,}\]? -? )?           # the code of a body
    [\u4e00-\u9fff、]{2,40}
    (?: 局|部门|委|委员会|人民政府|厅|办公室|中心|馆|院|站|所|处|学校|公司|联合会|大队|支队|林场|股 )
    (?: \([\u4e00-\u9fff]{1,4}\) )?
    """,
    re.VERBOSE,
)
_OF_BODIES = ("部门", "单位", "机构")
_OTHERS = re.compile(r"财政|审批|批准|批复|评审|监理|设计|施工|发布|发文|来源|立项|开户|中标|供应")
"""Labels of bodies that are neither a project's department nor its unit."""
_MONEY = re.compile(
    r"资金|收入|补助|结余|结转|自筹|自有|拨款|债|基金|投资|上级|中央|国家|[省市县区州乡镇]|贷款|社会|单位|事业|经营|其中"
)
"""Words of a source of money: a label with one of them names its source, and the amount is where it belongs."""
_SUM = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,4}|\d{4,}(?:\.\d+)?")
_NO_SUM = re.compile(r"[编代]码|号|电话|[年月日]|面积|人数|户数|数量|得分|分值|权重|率|执行|支出数|支付|上年|去年|往年")
_SHOWS = re.compile(r"[\u4e00-\u9fff]")
_TELLS = re.compile(r"完成|原因|措施|说明|依据|概[述况]|内容|必要|可行|政策|背景|效果|问题|·")
"""Labels of texts about a project that are no goals; a cell of a table has two labels, 项目·说明."""
_GOAL = 12
_ENOUGH, _SHARE = 2, 0.6
_POINTS = re.compile(r"\d{1,2}(?:\.\d)?")
_REACHED = re.compile(r"得分|评分|完成|实际|执行|上年|往年|半年|历史")
_SUMS = frozenset(map(Decimal, (80, 85, 90, 95, 100)))
_SHOWN = 24


def check_unlabelled(project: ProjectReading, block: Block, terms: Terms) -> list[Finding]:
    """A finding on each blank field whose value seems to stand under an unknown label."""
    if project.withheld:
        return []
    words = form_words(terms)
    found = (*_bodies(project, words), *_money(project, words), *_goal(project, block, words))
    return [
        finding(FlagCode.IMPLAUSIBLE, path, variant="unlabelled", label=label, text=text[:_SHOWN])
        for path, label, text in (*found, *_columns(project, words))
    ]


def _bodies(project: ProjectReading, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """A body under an unknown label, where the project has no department or no unit."""
    blank = next((path for path in ("unit", "department") if getattr(project, path) is None), None)
    if blank is None:
        return
    known = {squash(body) for body in (project.unit, project.department) if body}
    for label, value in project.attributes.items():
        word = squash(value)
        is_own = word not in known or label.endswith(_OF_BODIES)
        if _BODY.fullmatch(word) and is_own and _is_unknown(label, words) and not _OTHERS.search(label):
            yield blank, label, value
            return


def _money(project: ProjectReading, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """Money under an unknown label: it is the total, or the part that the total lacks."""
    amounts = project.amounts
    if amounts.unplaced:
        return
    strange = [one for one in amounts.breakdown if _is_no_source(one.label)]
    if amounts.total is None:
        sums = [(one.label, one.amount) for one in strange if _number(one.amount)]
        sums += [item for item in project.attributes.items() if _is_planned(*item, words)]
        if amounts == Amounts():
            sums += [item for item in project.attributes.items() if _is_sum(*item, words)]
        for label, amount in sums[:1]:
            yield paths.amount("total"), label, amount
        return
    blank = next((source for source in ("fiscal", "other") if getattr(amounts, source) is None), None)
    if blank is None or not strange:
        return
    left = _number(amounts.total) - sum((_number(getattr(amounts, source)) for source in SOURCES), Decimal(0))
    own = [one for one in strange if _number(one.amount) <= left]
    if own:
        yield paths.amount(blank), own[0].label, own[0].amount


def _is_planned(label: str, value: str, words: FormWords) -> bool:
    """Whether an attribute is a cell of a table of money, in the row of the total and the column of the budget."""
    row, between, column = label.partition("·")
    known = words.label(row) if between and words.money_column(column) in {"planned", "adjusted"} else None
    return known is not None and known.field == "total" and bool(value.strip("0.,— /"))


def _is_sum(label: str, value: str, words: FormWords) -> bool:
    return bool(_SUM.fullmatch(squash(value)) and _is_unknown(label, words) and not _NO_SUM.search(label))


def _is_no_source(label: str) -> bool:
    """Whether a label of money names no source that is known, and no words of one.

    >>> _is_no_source("财政投入"), _is_no_source("全年盘子"), _is_no_source("县级资金"), _is_no_source("上年结余收入")
    (True, True, False, False)
    """
    known = funding_of(label)
    named = known.source or known.term or known.level or known.basis != "year"
    return not named and not _MONEY.search(label)


def _number(amount: str | None) -> Decimal:
    try:
        return Decimal((amount or "0").replace(",", ""))
    except InvalidOperation:
        return Decimal(0)


def _goal(project: ProjectReading, block: Block, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """A text under an unknown label, where the goal is that of several years: the year's own may be that text."""
    span = block.cells.get("goal")
    if span is None or project.goal is None:
        return
    _, opens, label = block.content.text[: span[0]].rpartition("【")
    if not opens or not label.endswith("】") or not _is_of_several_years(label[:-1], words):
        return
    for name, value in project.attributes.items():
        is_text = len(_SHOWS.findall(value)) >= _GOAL and squash(value) != squash(project.goal)
        if is_text and not _TELLS.search(name) and _is_unknown(name, words):
            yield "goal", name, value
            return


def _is_of_several_years(label: str, words: FormWords) -> bool:
    period = words.period(label)
    return period == "cycle" or (period is None and words.several.search(squash(label)) is not None)


def _columns(project: ProjectReading, words: FormWords) -> Iterator[tuple[str, str, str]]:
    """A column of the indicators that no field took, where the field that it looks like is blank in all of them."""
    if not project.attributes:
        return
    series: dict[str, list[str]] = defaultdict(list)
    for label, value in project.attributes.items():
        series[_COUNTED.sub("", label)].append(squash(value))
    blank = {
        field
        for field in (*LEVELS, "measure_unit", "weight")
        if project.indicators and all(getattr(one, field) is None for one in project.indicators)
    }
    if not any(is_sign(one.operator) for one in project.indicators if one.operator):
        blank.add("operator")
    for label, values in series.items():
        if len(values) >= _ENOUGH and _is_unknown(label, words) and not _REACHED.search(label):
            field = next((field for field in _looks_like(values) if field in blank), None)
            if field is not None:
                yield "indicators", label, "、".join(values[:3])
                blank.discard(field)


def _looks_like(values: Sequence[str]) -> Iterator[str]:
    """The fields of an indicator that a column's values may be."""
    for level in LEVELS:
        if sum(category(level, value) is not None for value in values) >= _SHARE * len(values):
            yield level
    if sum(map(is_sign, values)) >= _SHARE * len(values):
        yield "operator"
    if sum(map(is_unit, values)) >= _SHARE * len(values):
        yield "measure_unit"
    if all(map(_POINTS.fullmatch, values)) and sum(map(Decimal, values)) in _SUMS:
        yield "weight"


def _is_unknown(label: str, words: FormWords) -> bool:
    """Whether no word list knows a label."""
    word = _COUNTED.sub("", label)
    return words.label(word) is None and words.column(word) is None and words.terms.column(word) is None
