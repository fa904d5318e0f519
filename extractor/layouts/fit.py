"""How well a text fits a column of projects or indicators: what cannot stand there, and what is likely to."""

from __future__ import annotations

import re
from functools import lru_cache

from extractor.layouts.taxonomy import LEVELS, category, category_in_full
from extractor.schemas.layout import AMOUNT_COLUMNS, BREAKDOWN
from extractor.text import without_translation

NEVER = -20.0
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,8})?")
_SIGN = re.compile(r"[≥≤><=═]{1,2}")
_SIGN_WORD = re.compile(r"定性|定量|(?:大于|小于)?等于|大于|小于|正向|反向")
_VALUE = re.compile(r"[≥≤><=]*\d[\d.,]*[^\d,。]{0,3}")
_MONEY = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d+\.\d{2})")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?")
_BLANK = frozenset("-/\\")
_NAMING = frozenset(("name", "unit", "department", "goal", "level1", "level2"))
_TEXTS = _NAMING | {"indicator_name"}
_BODIES = frozenset(("unit", "department"))
_VALUES = frozenset(("cycle_value", "annual_value"))
_MEASURES = frozenset(("operator", "measure_unit", "weight"))
_BEHIND = re.compile(r"(?:\([^()]*\)分?)+$")
INNER = "数量指标"
"""A category of the second level, for one that stands there and is of the first elsewhere."""
_SHORT, _SHORT_LABEL, _LONG = 4, 12, 20
_LONGEST = 40


@lru_cache(maxsize=16_384)
def cannot_stand(text: str, field: str | None, *, has_signs: bool) -> bool:
    """Whether a text cannot stand in a column.

    >>> cannot_stand("时效指标", "name", has_signs=True), cannot_stand("≥", "goal", has_signs=True)
    (True, True)
    >>> cannot_stand("5,000.00", "unit", has_signs=True), cannot_stand("数量指标", "level2", has_signs=True)
    (True, False)
    >>> cannot_stand("定性", "name", has_signs=True), cannot_stand("定性", "name", has_signs=False)
    (True, False)
    """
    if field is None or text in _BLANK:
        return False
    levels = levels_of(text)
    if levels:
        return field != "indicator_name" and field not in levels
    if _SIGN.fullmatch(text):
        return has_signs and field != "operator"
    if has_signs and field in _TEXTS and _SIGN_WORD.fullmatch(text):
        return True
    if field in _MEASURES:
        return _THOUSANDS.fullmatch(text) is not None
    return field in _NAMING and _MONEY.fullmatch(text) is not None


def levels_of(text: str) -> frozenset[str]:
    """The levels of which a text is a category, named in full."""
    return _levels_of(text) if "标" in text and len(text) <= _LONGEST else frozenset()


@lru_cache(maxsize=8192)
def _levels_of(text: str) -> frozenset[str]:
    word = _in_full(text)
    if not word.endswith("指标"):
        return frozenset()
    return frozenset(level for level in LEVELS if category_in_full(level, word))


def is_deeper(outer: str, inner: str) -> bool:
    """Whether a category that is of the first level elsewhere is of the second here, inside of one that no word knows.

    >>> is_deeper("实施效果指标", "产出指标"), is_deeper("产出指标", "数量指标")
    (True, False)
    """
    return outer.endswith("指标") and not levels_of(outer) and levels_of(inner) == {"level1"}


def _in_full(text: str) -> str:
    """A category without its score, and as most forms call it.

    >>> _in_full("数量目标(10分)"), _in_full("服务对象满意度指标等")
    ('数量指标', '服务对象满意度指标')
    """
    word = _BEHIND.sub("", without_translation(text)).removesuffix("等")
    return word.removesuffix("目标") + "指标" if word.endswith("目标") else word


def fit(text: str, field: str | None, *, has_signs: bool) -> float:
    """How well a squashed text fits a column (None: one with a label of its own); NEVER where it cannot stand there.

    >>> fit("12,000.00", "total", has_signs=False) > fit("12,000.00", "annual_value", has_signs=False)
    True
    """
    if cannot_stand(text, field, has_signs=has_signs):
        return NEVER
    return _likely(text, field)


def _likely(text: str, field: str | None) -> float:
    is_amount = field is not None and _is_amount(field)
    if field in LEVELS:
        word = _in_full(text)
        if category(field, word) or (levels_of(text) and category_in_full(field, word)):
            return 4.0
        return 1.5 if text.endswith("指标") and len(text) <= _SHORT_LABEL else -8.0
    if field in _NAMING and text.endswith("指标"):
        return -4.0
    if levels_of(text):
        return -1.0
    if _SIGN.fullmatch(text) or _SIGN_WORD.fullmatch(text):
        return 4.0 if field == "operator" else -1.0
    if _NUMBER.fullmatch(text):
        if is_amount:
            return 4.0 if _MONEY.fullmatch(text) else 1.5
        return 1.5 if field in _VALUES or field in {"weight", "number"} else -4.0 if field in _NAMING else 0.0
    if _VALUE.fullmatch(text) and (field in _NAMING or field == "indicator_name"):
        return -4.0
    if is_amount or field == "weight":
        return -8.0 if is_amount else -4.0
    if field in _BODIES and len(text) < _SHORT:
        return -3.0  # no body is called so; what measures something is
    if field in _MEASURES:
        return 1.0 if field == "measure_unit" and _may_be_unit(text) else -3.0
    if len(text) > _LONG:
        return 2.0 if field == "goal" else 0.0
    return {"name": 1.0, "unit": 1.0, "indicator_name": 1.0}.get(field or "", 0.5)


def _may_be_unit(text: str) -> bool:
    """Whether a text is as short as units are, or a rate of two of them: 元/平方米."""
    whole, _, each = text.partition("/")
    return len(whole) <= _SHORT and len(each) <= _SHORT + 2


def _is_amount(field: str) -> bool:
    return field in AMOUNT_COLUMNS or field.startswith(BREAKDOWN)
