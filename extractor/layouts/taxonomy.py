"""The canonical indicator taxonomy (taxonomy.toml), ready for look-up."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from extractor.text import squash
from schemas.record import NormalizedCategory

Level = Literal["level1", "level2"]


@lru_cache
def _tables() -> tuple[dict[str, dict[str, NormalizedCategory]], dict[str, dict[str, NormalizedCategory]]]:
    data = tomllib.loads(files("extractor").joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    by_word: dict[str, dict[str, NormalizedCategory]] = {"level1": {}, "level2": {}}
    by_code: dict[str, dict[str, NormalizedCategory]] = {"level1": {}, "level2": {}}
    for level, entries in data.items():
        for code, entry in entries.items():
            category = NormalizedCategory(code=code, term=entry["term"])
            by_code[level][code] = category
            for word in (entry["term"], *entry["synonyms"]):
                by_word[level][squash(word)] = category
    return by_word, by_code


@lru_cache(maxsize=4096)
def category(level: Level, label: str | None) -> NormalizedCategory | None:
    """Canonical category of a printed label; None where the label is not in the taxonomy.

    >>> category("level2", "生态指标")
    NormalizedCategory(code='23', term='生态效益指标')
    """
    return _tables()[0][level].get(squash(label)) if label else None


@lru_cache(maxsize=4096)
def category_of_code(level: Level, code: str | None) -> NormalizedCategory | None:
    """Canonical category of a printed code.

    >>> category_of_code("level2", "12").term
    '质量指标'
    """
    return _tables()[1][level].get(squash(code)) if code else None


def labels(level: Level) -> list[str]:
    """Every printed form of the level's categories, squashed."""
    return list(_tables()[0][level])
