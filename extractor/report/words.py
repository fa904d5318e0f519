"""Words of the report, from words.toml, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from extractor.messages import words_of
from extractor.schemas.record import NormalizedCategory


@dataclass(frozen=True)
class Words:
    """Everything of words.toml in one language."""

    language: str
    text: Mapping[str, str]
    parts: Mapping[str, str]
    kinds: Mapping[str, str]
    meanings: Mapping[str, str]
    states: Mapping[str, str]
    rows: Mapping[str, str]
    codes: Mapping[str, str]
    categories: Mapping[str, str]

    def say(self, key: str, **facts: Any) -> str:
        """The text of `key`, filled in; whole numbers get thousands separators.

        >>> words("zh").say("more_units", count=12345)
        '另外 12,345 个单位'
        """
        shown = {name: f"{fact:,}" if isinstance(fact, int) else fact for name, fact in facts.items()}
        return self.text[key].format(**shown)

    def category(self, known: NormalizedCategory) -> str:
        """A category of the taxonomy; one that has no name here keeps its term."""
        return self.categories.get(known.code, known.term)


@lru_cache
def words(language: str = "zh") -> Words:
    """The words in `language`; KeyError for a language that words.toml does not speak."""
    return Words(language, **words_of("extractor.report", language))
