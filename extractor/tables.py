"""Tables of words in TOML files beside the code that uses them, each section a model: a key that no section has is an
error, and so is a pattern that is none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from extractor.errors import UsageError

_Table = TypeVar("_Table", bound="WordSection")
_Meaning = TypeVar("_Meaning", bound=str)


class WordSection(BaseModel):
    """A section of a table, or the whole of it. What is derived from its words stands beside them.

    A table is loaded once, and equal to itself alone: results can be kept for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def any_of(patterns: Iterable[str]) -> str:
    """Regular expressions as one.

    >>> any_of(["合计|总计", "小计"])
    '(?:合计|总计)|(?:小计)'
    """
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def by_word(meanings: Mapping[_Meaning, Iterable[str]]) -> dict[str, _Meaning]:
    """A section that lists words under what they mean, turned round.

    >>> by_word({"天": ("天", "d"), "周": ("周",)})
    {'天': '天', 'd': '天', '周': '周'}
    """
    return {word: meaning for meaning, words in meanings.items() for word in words}


def _of_patterns(listed: Any) -> Any:
    return any_of(listed) if isinstance(listed, list) and all(isinstance(one, str) for one in listed) else listed


def _of_characters(text: Any) -> Any:
    return frozenset(text) if isinstance(text, str) else text


Words = tuple[str, ...]
Set = frozenset[str]
Pattern = re.Pattern[str]
Patterns = Annotated[re.Pattern[str], BeforeValidator(_of_patterns)]
"""A list of regular expressions, of which one is enough."""
Characters = Annotated[frozenset[str], BeforeValidator(_of_characters)]
"""A text that is a set of single characters."""


def load(package: str, name: str, table: type[_Table]) -> _Table:
    """The table in the file `name` of a package; UsageError names the section and the key that is wrong."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return read(text, f"{package.replace('.', '/')}/{name}", table)


def read(text: str, file: str, table: type[_Table]) -> _Table:
    """The table that a TOML text holds; `file` is what an error calls it.

    >>> from pydantic import create_model
    >>> table = create_model("Days", __base__=WordSection, work=(Words, ()))
    >>> read('work = ["周一", "周二"]', "days.toml", table).work
    ('周一', '周二')
    >>> read('wrok = ["周一", "周二"]', "days.toml", table)
    Traceback (most recent call last):
    extractor.errors.UsageError: days.toml: [wrok]: there is no such key
    """
    try:
        return table.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: not a valid TOML file: {error}") from None
    except ValidationError as error:
        problems = "; ".join(_told(one["loc"], one["type"], one["msg"]) for one in error.errors(include_url=False))
        raise UsageError(f"{file}: {problems}") from None


def _told(where: tuple[int | str, ...], kind: str, message: str) -> str:
    """What is wrong, behind the section and the key: [form.words] sums[2]."""
    *sections, key = [part for part in where if isinstance(part, str) and part != "[key]"]
    index = "".join(f"[{part}]" for part in where if isinstance(part, int))
    place = f"[{'.'.join(sections)}] {key}{index}" if sections else f"[{key}]"
    return f"{place}: {'there is no such key' if kind == 'extra_forbidden' else message}"
