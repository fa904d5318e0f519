"""The key of a printed name, with the rules that made it."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple
from unicodedata import category

from extractor.text import squash

Field = Literal["department", "unit", "name"]
FIELDS: tuple[Field, ...] = ("department", "unit", "name")

_BRACKETS = str.maketrans("[]{}【】〖〗", "()()()()")
_QUOTE = "\"'「」『』《》〈〉"
# Between digits a mark is kept: 1"2 is not 12.
_QUOTES = re.compile(f"(?<![0-9A-Za-z{_QUOTE}])[{_QUOTE}]+|[{_QUOTE}]+(?![0-9A-Za-z{_QUOTE}])")
_FORM = {
    "blank": "空白及不可见字符 white space and marks that cannot be seen",
    "width": "全角、半角及形近符号 widths and look-alike signs",
    "bracket": "括号种类 kinds of brackets",
    "quote": "引号 quotation marks",
    "end": "末尾标点 punctuation at the end",
}
_END = "。.,;:、·"
_LONGEST = 300
"""Longer than this, a text is no name, and only its white space and widths are looked at."""


class Key(NamedTuple):
    """What a name is compared by; `rules` are the ids of all that set it apart from what is printed."""

    text: str
    rules: tuple[str, ...] = ()


class Rule(NamedTuple):
    """One line of rules.toml: what is found is replaced; `fields` are the fields it holds for."""

    id: str
    about: str
    find: re.Pattern[str]
    put: str
    fields: tuple[str, ...] = ("department", "unit")


@lru_cache
def rules() -> tuple[Rule, ...]:
    """The rules for bodies, in the order of the file; abbreviations last, longest first."""
    data = tomllib.loads(files("extractor.names").joinpath("rules.toml").read_text(encoding="utf-8"))
    found = []
    for entry in data["pattern"]:
        rule = Rule(entry["id"], entry["about"], re.compile(entry["find"]), entry["put"])
        found.append(rule._replace(fields=tuple(entry["fields"])) if "fields" in entry else rule)
    pairs = [(full, short) for short, words in data["abbreviations"].items() for full in words]
    for full, short in sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])):
        found.append(Rule(short, f"{full} → {short}", re.compile(re.escape(full)), short))
    return tuple(found)


def about(rule: str) -> str:
    """What a rule is for, in words.

    >>> about("quote"), about("科协"), about("alias:names.toml#2")
    ('引号 quotation marks', '科学技术协会 → 科协', '别名表 alias table')
    """
    if rule in _FORM:
        return _FORM[rule]
    return "；".join(one.about for one in rules() if one.id == rule) or "别名表 alias table"


@lru_cache(maxsize=65_536)
def key(field: Field, printed: str | None) -> Key | None:
    """The key of a printed name; None where nothing is printed.

    >>> key("unit", "中国共产党广州市番禺区委员会政法委员会（本级）").text
    '广州市番禺区委政法委'
    >>> key("department", "中共广州市番禺区委政法委（部门）")
    Key(text='广州市番禺区委政法委', rules=('width', 'whole-department', 'party-omitted'))
    >>> key("name", "“口袋公园” 建设项目（２期）。")
    Key(text='口袋公园建设项目(2期)', rules=('blank', 'width', 'quote', 'end'))
    """
    if not printed:
        return None
    text, used = form(printed)
    if not text:
        return None
    if field == "name" or len(text) > _LONGEST:
        return Key(text, used)
    text, more = shortened(text, field)
    return Key(text, (*used, *more))


def form(printed: str) -> tuple[str, tuple[str, ...]]:
    """A name without what is form alone, and the ids of the rules that did something."""
    used = []
    bare = "".join(printed.split())
    if not bare.isprintable():  # marks without width, which documents pick up on the way
        bare = "".join(character for character in bare if category(character) not in {"Cf", "Cc"})
    if bare != printed:
        used.append("blank")
    text = squash(bare)
    if text != bare:
        used.append("width")
    changes = (("bracket", _one_kind), ("quote", _unquoted), ("end", _ended))
    for name, make in changes if len(text) <= _LONGEST else ():
        changed = make(text)
        if changed != text and changed:
            used.append(name)
            text = changed
    return text, tuple(used)


def shortened(text: str, field: Field = "unit") -> tuple[str, tuple[str, ...]]:
    """The name of a body in its short form; `text` is without form. Rules go on until none finds anything."""
    used: dict[str, None] = {}
    before = None
    while text != before:
        before = text
        for rule in rules():
            if field in rule.fields and (changed := rule.find.sub(rule.put, text)) != text:
                # What stood before a suffix may stand at the end now.
                text = _ended(_unquoted(changed)) or changed
                used[rule.id] = None
    return text, tuple(used)


def _one_kind(text: str) -> str:
    return text.translate(_BRACKETS)


def _unquoted(text: str) -> str:
    return _QUOTES.sub("", text)


def _ended(text: str) -> str:
    return text.rstrip(_END)
