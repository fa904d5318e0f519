"""Words for people: the words.toml of a package, in one language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

Sections = Mapping[str, Mapping[str, str]]


@lru_cache
def words_of(package: str, language: str) -> Sections:
    """Its sections, each key with its word; KeyError for a language that the file does not speak.

    >>> words_of("extractor.follow", "en")["kinds"]["years"]
    'over years'
    """
    table = tomllib.loads(files(package).joinpath("words.toml").read_text(encoding="utf-8"))
    return {section: {key: entry[language] for key, entry in entries.items()} for section, entries in table.items()}
