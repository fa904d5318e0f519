"""The canonical indicator taxonomy (taxonomy.toml), ready for look-up.

category(level, label)   the words by which layouts know a category; what is read depends on them
categories(...)          what an indicator's printed labels and codes mean, with all their variants
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from extractor.schemas.record import NormalizedCategory
from extractor.tables import Pattern, Words, WordSection, load
from extractor.text import squash, without_translation

Level = Literal["level1", "level2"]
LEVELS: tuple[Level, ...] = ("level1", "level2")

_NUMBER = re.compile(
    r"""
    \d{1,2}[.、]                  # 1.
    | \(\d{1,2}\)                # (1)
    | \([一二三四五六七八九十]\)  # (一)
    | [一二三四五六七八九十]、     # 一、
    | [①-⑳]
    """,
    re.VERBOSE,
)
_SCORE = re.compile(
    r"""
    [(\[](?:权重|分值|满分|共|计)?:?\d{1,3}(?:\.\d{1,2})?[分%]?[)\]]  # (10分), (权重:30%), [10]
    | \d{1,3}(?:\.\d{1,2})?分                                        # 20分
    """,
    re.VERBOSE,
)
"""What a self-evaluation form prints behind a label."""


class Categories(NamedTuple):
    """The canonical categories of an indicator; None where its labels and codes map to none."""

    level1: NormalizedCategory | None = None
    level2: NormalizedCategory | None = None


class _Category(WordSection):
    term: str
    synonyms: Words
    variants: Words
    patterns: tuple[Pattern, ...] = ()


class Table(WordSection):
    """All of taxonomy.toml: the categories of each level by their codes."""

    level1: dict[str, _Category]
    level2: dict[str, _Category]


class _Level(NamedTuple):
    by_word: dict[str, NormalizedCategory]
    by_code: dict[str, NormalizedCategory]
    variants: dict[str, NormalizedCategory]
    patterns: list[tuple[Pattern, NormalizedCategory]]


@lru_cache
def _tables() -> dict[Level, _Level]:
    table = load("extractor.layouts", "taxonomy.toml", Table)
    return {"level1": _level(table.level1), "level2": _level(table.level2)}


def _level(entries: Mapping[str, _Category]) -> _Level:
    level = _Level({}, {}, {}, [])
    for code, entry in entries.items():
        category = level.by_code[code] = NormalizedCategory(code=code, term=entry.term)
        level.by_word.update({squash(word): category for word in (entry.term, *entry.synonyms)})
        level.variants.update({squash(word): category for word in entry.variants})
        level.patterns.extend((pattern, category) for pattern in entry.patterns)
    return level


@lru_cache(maxsize=4096)
def category(level: Level, label: str | None) -> NormalizedCategory | None:
    """Canonical category of a label by which layouts know it; None where it is none of them.

    >>> category("level2", "生态指标")
    NormalizedCategory(code='23', term='生态效益指标')
    """
    return _tables()[level].by_word.get(without_translation(squash(label))) if label else None


@lru_cache(maxsize=4096)
def category_in_full(level: Level, label: str) -> NormalizedCategory | None:
    """Canonical category of a label that is one of the listed words, the rarer ones among them; no shape is enough.

    >>> category_in_full("level1", "项目产出指标").term, category_in_full("level2", "≥4%满意度指标")
    ('产出指标', None)
    """
    table, word = _tables()[level], without_translation(squash(label))
    return table.by_word.get(word) or table.variants.get(word)


@lru_cache(maxsize=4096)
def category_of_code(level: Level, code: str | None) -> NormalizedCategory | None:
    """Canonical category of a printed code.

    >>> category_of_code("level2", "12").term
    '质量指标'
    """
    return _tables()[level].by_code.get(squash(code)) if code else None


@lru_cache(maxsize=4096)
def category_of_label(level: Level, label: str | None) -> NormalizedCategory | None:
    """Canonical category that a printed label means, by itself; None where the label is not in the taxonomy.

    >>> category_of_label("level1", "满意度指标(10分)").term, category_of_label("level2", "时效性指标").term
    ('满意度指标', '时效指标')
    >>> category_of_label("level2", "社会公众满意度").term, category_of_label("level1", "投入指标")
    ('服务对象满意度指标', None)
    """
    if not label:
        return None
    tables = _tables()[level]
    word = _bare(label)
    found = tables.by_word.get(word) or tables.variants.get(word)
    return found or next((category for pattern, category in tables.patterns if pattern.fullmatch(word)), None)


def _bare(label: str) -> str:
    """A label without the item number before it and the score behind it.

    >>> _bare("一、数量 指标（20分）"), _bare("产出指标50分："), _bare("满意度指标[10]")
    ('数量指标', '产出指标', '满意度指标')
    """
    word = without_translation(squash(label)).strip(":*")
    if number := _NUMBER.match(word):
        word = word[number.end() :]
    scores = list(_SCORE.finditer(word))
    return word[: scores[-1].start()] if scores and scores[-1].end() == len(word) else word


@lru_cache(maxsize=4096)
def categories(level1_code: str | None, level1: str | None, level2_code: str | None, level2: str | None) -> Categories:
    """Canonical categories of an indicator's printed codes and labels.

    A printed label decides: a code beside it that says something else (12-时效指标) is flagged code_label_mismatch and
    not followed, and a label that is not in the taxonomy maps to nothing, whatever its code. A code alone decides where
    no label is printed. Where level 1 is not printed at all, it is the one that level 2 belongs to.

    成本指标 is a level 2 of 产出指标 in older forms and a level 1 in newer ones. As level 2 it is 产出成本指标 under
    产出指标, and adds nothing to level 1 under 成本指标. Where no level 1 is printed, its code decides; without one,
    nothing does.

    >>> [found and found.code for found in categories(None, "产出指标", None, "成本指标")]
    ['1', '14']
    >>> [found and found.code for found in categories(None, "成本指标", None, "成本指标")]
    ['4', None]
    >>> [found and found.code for found in categories(None, None, None, "成本指标")]
    [None, None]
    >>> [found and found.code for found in categories(None, None, "12", "时效指标")]
    ['1', '13']
    """
    outer = category_of_label("level1", level1) if level1 else category_of_code("level1", level1_code)
    inner = category_of_label("level2", level2) if level2 else category_of_code("level2", level2_code)
    is_printed = bool(level1 or level1_code)
    as_outer = category_of_label("level1", level2) if inner else None
    if inner is None or as_outer is None or inner.code[0] == as_outer.code:
        # The label names one place in the taxonomy only.
        return Categories(outer if is_printed else _above(inner), inner)
    if not is_printed:
        outer = category_of_code("level1", squash(level2_code or "")[:1])
    return Categories(outer, inner if outer is not None and inner.code[0] == outer.code else None)


def _above(inner: NormalizedCategory | None) -> NormalizedCategory | None:
    return category_of_code("level1", inner.code[0]) if inner else None


def labels(level: Level) -> list[str]:
    """Every word by which layouts know the level's categories, squashed."""
    return list(_tables()[level].by_word)


__all__ = [
    "Categories",
    "Level",
    "categories",
    "category",
    "category_in_full",
    "category_of_code",
    "category_of_label",
    "labels",
]
