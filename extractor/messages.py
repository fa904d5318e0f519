"""Plain-language messages of the flags, in Chinese and English, from messages.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from schemas.record import Flag, FlagCode, Span


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
