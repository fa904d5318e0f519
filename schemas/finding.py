"""What a check found, and what is said about it, before anything is put into a language.

Words are made of these in one place, `extractor.messages`, so that a finished run can be shown in any language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from extractor.schemas.record import INFORMATION, FlagCode, Span

Fact = Union[str, int, "Said", "Sentences"]
"""What fills a place in a message: words of the document, a number, or what is itself a message."""
Sentences = tuple[Fact, ...]
"""Facts told one after the other."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of messages.toml by its key, with the facts that fill it in.

    >>> Said.from_plain(["cut_off", {"name": "项目", "what": ["cut_no_stop", {}]}])
    Said(key='cut_off', facts={'name': '项目', 'what': Said(key='cut_no_stop', facts={})})
    """

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)

    def plain(self) -> list[Any]:
        """As JSON holds it: [key, facts]."""
        return [self.key, {name: plain(fact) for name, fact in self.facts.items()}]

    @classmethod
    def from_plain(cls, value: Sequence[Any]) -> Said:
        key, facts = value
        return cls(key, {name: from_plain(fact) for name, fact in facts.items()})


def said(key: str, /, **facts: Fact) -> Said:
    """The message of `key` with its facts."""
    return Said(key, facts)


def plain(fact: Fact) -> Any:
    """A fact as JSON holds it: text and numbers as they are, a message as [key, facts], sentences as [[…], …].

    >>> plain((said("no_table"), "甲", 3)), from_plain(plain((said("no_table"), "甲", 3)))
    ([['no_table', {}], '甲', 3], (Said(key='no_table', facts={}), '甲', 3))
    """
    if isinstance(fact, Said):
        return fact.plain()
    return [plain(one) for one in fact] if isinstance(fact, tuple) else fact


def from_plain(value: Any) -> Fact:
    """The fact that `plain` made this of."""
    if not isinstance(value, list):
        return value  # type: ignore[no-any-return]
    if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict):
        return Said.from_plain(value)
    return tuple(map(from_plain, value))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should look at, in no language: what becomes a `Flag` once it is worded.

    `variant` picks the message `<code>_<variant>` where one code has several, `facts` fill it in. The others are a
    flag's own: `rules`, `model` and `builtin` are what these readers read.
    """

    code: FlagCode
    path: str = ""
    variant: str = ""
    rules: str | None = None
    model: str | None = None
    builtin: str | None = None
    suggestion: str | None = None
    spans: tuple[Span, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)

    @property
    def said(self) -> Said:
        """Its message.

        >>> Finding(FlagCode.MISSING_NUMBER, "indicators", "order", facts={"numbers": "1、3、2"}).said
        Said(key='missing_number_order', facts={'numbers': '1、3、2'})
        """
        return Said(f"{self.code}_{self.variant}" if self.variant else str(self.code), self.facts)

    @property
    def is_information(self) -> bool:
        return self.code in INFORMATION


def finding(
    code: FlagCode,
    path: str = "",
    /,
    *,
    variant: str = "",
    rules: str | None = None,
    model: str | None = None,
    spans: tuple[Span, ...] = (),
    **facts: Fact,
) -> Finding:
    """A finding with its facts by name."""
    return Finding(code, path, variant, rules, model, spans=spans, facts=facts)


@dataclass(frozen=True, slots=True)
class Told:
    """What a published line says in words: its flags' messages in their order, its reason, why no layout was learnt.

    `reason` is empty where the line has none; `learning` is None where nothing was learnt or all went well.
    """

    flags: tuple[Said, ...] = ()
    reason: Sentences = ()
    learning: Fact | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON holds it, without what is empty."""
        told = {
            "flags": [one.plain() for one in self.flags],
            "reason": plain(self.reason),
            "learning": None if self.learning is None else plain(self.learning),
        }
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_plain(cls, value: Mapping[str, Any]) -> Told:
        """The same again.

        >>> told = Told((said("withheld"),), (said("no_rows"), "HTTP 500"), "HTTP 500")
        >>> Told.from_plain(told.plain()) == told
        True
        """
        reason, learning = value.get("reason", []), value.get("learning")
        return cls(
            tuple(map(Said.from_plain, value.get("flags", []))),
            tuple(map(from_plain, reason)),
            None if learning is None else from_plain(learning),
        )


__all__ = ["Fact", "Finding", "Said", "Sentences", "Told", "finding", "from_plain", "plain", "said"]
