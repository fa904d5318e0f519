"""Words for people, in Chinese and English: messages.toml, and the words.toml of a package."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extractor.schemas.record import Flag, FlagCode, Span

Sections = Mapping[str, Mapping[str, str]]


@lru_cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("extractor").joinpath("messages.toml").read_text(encoding="utf-8"))


def message(key: str, language: str = "zh", **facts: Any) -> str:
    """The message of `key`, filled in.

    >>> message("missing_number", "en", missing="3")
    'Indicator numbering has a gap: number 3 is missing.'
    """
    return _table()[key][language].format(**facts)


def is_known(key: str) -> bool:
    """Whether there is a message of that key."""
    return key in _table()


def flag(
    code: FlagCode,
    path: str = "",
    /,
    *,
    language: str = "zh",
    variant: str = "",
    rules: str | None = None,
    model: str | None = None,
    spans: tuple[Span, ...] = (),
    **facts: Any,
) -> Flag:
    """A flag with its message; `variant` picks `<code>_<variant>` where one code has several."""
    key = f"{code}_{variant}" if variant else str(code)
    return Flag(code=code, path=path, message=message(key, language, **facts), rules=rules, model=model, spans=spans)


@lru_cache
def words_of(package: str, language: str) -> Sections:
    """Its sections, each key with its word; KeyError for a language that the file does not speak.

    >>> words_of("extractor.follow", "en")["kinds"]["years"]
    'over years'
    """
    table = tomllib.loads(files(package).joinpath("words.toml").read_text(encoding="utf-8"))
    return {section: {key: entry[language] for key, entry in entries.items()} for section, entries in table.items()}
