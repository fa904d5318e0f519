"""What comparing finds, each kind made in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from extractor.ground import unclaimed
from extractor.ground.paths import Leaf, key
from extractor.schemas.finding import Finding, said
from extractor.schemas.record import FlagCode, Span
from extractor.text import Squashed

Reader = Literal["rules", "model"]

DISPUTES = frozenset({FlagCode.DISAGREEMENT, FlagCode.ONLY_RULES, FlagCode.ONLY_MODEL})
"""What a third reader has a say on."""

_SHOWN = 40


def is_blank(value: Leaf | None) -> bool:
    """Null, or the empty text that some models write for null."""
    return value is None or (isinstance(value, str) and not key(value))


def distinct(spans: Iterable[Span | None]) -> tuple[Span, ...]:
    """Each span once, in order."""
    return tuple(dict.fromkeys(span for span in spans if span))


def ungrounded(reader: Reader | Literal["both"], value: str, path: str = "") -> Finding:
    """A value that is published though the source does not print it."""
    return Finding(
        FlagCode.UNGROUNDED,
        path,
        rules=None if reader == "model" else value,
        model=None if reader == "rules" else value,
        facts={"reader": said(f"reader_{reader}")},
    )


def differing(rules: str, model: str, missing: Sequence[Reader], spans: Iterable[Span | None]) -> Finding:
    """Two different values; `missing` are the readers whose value the source does not print."""
    who = "both" if len(missing) == 2 else "".join(missing)
    variant = f"{who}_ungrounded" if who else ""
    return Finding(FlagCode.DISAGREEMENT, "", variant, rules, model, spans=distinct(spans))


def only(reader: Reader, value: str, is_missing: bool, spans: Iterable[Span | None]) -> Finding:
    """A value, or a whole indicator, against none; `is_missing` where the source does not print it."""
    is_rules = reader == "rules"
    return Finding(
        FlagCode.ONLY_RULES if is_rules else FlagCode.ONLY_MODEL,
        variant=f"{reader}_ungrounded" if is_missing else "",
        rules=value if is_rules else None,
        model=None if is_rules else value,
        spans=tuple(span for span in spans if span),
    )


def withheld_differs(rules: bool, model: bool, spans: Iterable[Span | None]) -> Finding:
    """One reader says that the project is withheld, the other that it is not."""
    told = str(rules).lower(), str(model).lower()
    return Finding(FlagCode.DISAGREEMENT, "withheld", "withheld", *told, spans=tuple(span for span in spans if span))


def withheld_overlooked() -> Finding:
    """The source says that the project is withheld, the only reader, a model, does not."""
    return Finding(FlagCode.DISAGREEMENT, "withheld", "phrase", model="false")


def outvoted(path: str, told: Sequence[Leaf | None], majority: Leaf | None, spans: Iterable[Span | None]) -> Finding:
    """What the rules, the model and the third reader read, where the third differs from two that agree."""
    rules, model, third, suggestion = (None if is_blank(value) else str(value) for value in (*told, majority))
    return Finding(FlagCode.DISAGREEMENT, path, "builtin", rules, model, third, suggestion, distinct(spans))


def noted(dispute: Finding, vote: Finding) -> Finding:
    """A dispute of the two with what the third reader says of it."""
    spans = distinct((*dispute.spans, *vote.spans))
    return replace(dispute, builtin=vote.builtin, suggestion=vote.suggestion, spans=spans)


def left_over(view: Squashed, claims: list[Span], structure: re.Pattern[str]) -> Iterator[Finding]:
    """Text of the block that is nobody's."""
    for start, end in unclaimed(view, claims, structure):
        text = view.value(start, end)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        yield Finding(FlagCode.UNCLAIMED_TEXT, spans=distinct([view.source_span(start, end)]), facts={"text": shown})
