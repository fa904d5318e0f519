"""Columns and words of the exported tables, from labels.toml, in one language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["zh", "en"]
Kind = Literal["text", "code", "amount", "number", "integer"]


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One column; `path` is the field it shows (None: no flag can point at it), `clip`: it makes no row taller."""

    key: str
    heading: str
    kind: Kind
    width: float
    path: str | None
    clip: bool


@dataclass(frozen=True)
class Labels:
    """Everything of labels.toml in one language."""

    language: str
    project: tuple[ShownColumn, ...]
    indicator: tuple[ShownColumn, ...]
    review: tuple[ShownColumn, ...]
    sheets: Mapping[str, str]
    status: Mapping[str, str]
    standing: Mapping[str, str]
    kinds: Mapping[str, str]
    target_kinds: Mapping[str, str]
    funding: Mapping[str, str]
    fields: Mapping[str, str]
    words: Mapping[str, str]


@lru_cache
def labels(language: str = "zh") -> Labels:
    """The labels in `language`; KeyError for a language that labels.toml does not speak.

    >>> labels("zh").project[3].heading, labels("en").sheets["review"]
    ('项目名称', 'To check')
    """
    table: dict[str, Any] = tomllib.loads(files("extractor.export").joinpath("labels.toml").read_text("utf-8"))

    def columns(name: str) -> tuple[ShownColumn, ...]:
        return tuple(
            ShownColumn(
                entry["key"],
                entry[language],
                entry["kind"],
                entry["width"],
                entry.get("path"),
                entry.get("clip", False),
            )
            for entry in table[name]
        )

    def words(name: str) -> dict[str, str]:
        return {key: entry[language] for key, entry in table[name].items()}

    return Labels(
        language=language,
        project=columns("project"),
        indicator=columns("indicator"),
        review=columns("review"),
        sheets=words("sheets"),
        status=words("status"),
        standing=words("standing"),
        kinds=words("kinds"),
        target_kinds=words("target_kinds"),
        funding=words("funding"),
        fields=words("fields"),
        words=words("words"),
    )
