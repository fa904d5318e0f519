"""One field of two readings: which of the two values is published, with its span and its flag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from extractor.compare.printed import printed_value
from extractor.compare.side import Side, is_blank, ungrounded_flag
from extractor.ground.paths import Leaf, same_text
from extractor.messages import flag
from extractor.schemas.record import Flag, FlagCode, Span
from extractor.text import Squashed

Same = Callable[[Any, Any], bool]
_Value = TypeVar("_Value", bound=Leaf)


class Settling:
    """Settles values one by one; `flags`, `spans` and `claims` (text that is accounted for) grow with each of them."""

    def __init__(self, rules: Side, model: Side, view: Squashed, language: str) -> None:
        self.rules, self.model, self.view, self.language = rules, model, view, language
        self.flags: list[Flag] = []
        self.spans: dict[str, Span] = {}
        self.claims: list[Span] = rules.grounding.claims()
        self.fields = self.twice = 0
        self.abstained: list[str] = []

    def text(self, path: str, rules: str | None, model: str | None) -> str | None:
        return self.settle(path, path, path, rules, model, same_text)

    def settle(
        self, out: str, left: str, right: str, rules: _Value | None, model: _Value | None, same: Same
    ) -> _Value | None:
        """The value to publish at `out` of those at `left` in the rules' and at `right` in the model's reading."""
        if is_blank(rules) and is_blank(model):
            return None
        if not self.model.votes(right, model, self.rules.claims(left)):
            return None if is_blank(rules) else self.unopposed(out, left, rules)
        if is_blank(rules) or is_blank(model):
            return self.lone(out, left, right, rules, model)
        self.twice += 1
        no_rules, no_model = left in self.rules.ungrounded, right in self.model.ungrounded
        if rules == model or same(rules, model):
            if no_rules and no_model:
                self.flags.append(ungrounded_flag(out, "both", str(rules), self.language))
            return self.publish(out, rules, left if not no_rules or no_model else None, right)
        variant = ("both" if no_model else "rules") if no_rules else "model" if no_model else ""
        self.differ(FlagCode.DISAGREEMENT, out, left, right, rules, model, variant)
        if no_model and not no_rules:
            return self.publish(out, rules, left, None)
        if no_rules and not no_model and right not in self.model.overlapping:
            return self.publish(out, model, None, right)
        if not no_rules and self.rules_prevail(out):
            return self.publish(out, rules, left, None)
        return None

    def rules_prevail(self, out: str) -> bool:
        """True where the source and the checks bear out the rules rather than the model."""
        if not self.rules.explains_the_block:
            return False
        # Which column an amount stands in, the rules know from positions and printed totals.
        return out.startswith("amounts.") or not self.model.explains_the_block

    def lone(self, out: str, left: str, right: str, rules: _Value | None, model: _Value | None) -> _Value | None:
        """A value against a blank."""
        if not is_blank(rules):
            missing = left in self.rules.ungrounded
            self.differ(FlagCode.ONLY_RULES, out, left, right, rules, None, "rules" if missing else "")
            unread = self.model.leaves_unread(self.rules.claims(left))
            borne_out = not missing and (unread or self.rules_prevail(out))
            return self.publish(out, rules, left, None) if borne_out else None
        missing = right in self.model.ungrounded
        self.differ(FlagCode.ONLY_MODEL, out, left, right, None, model, "model" if missing else "")
        unread = self.rules.leaves_unread(self.model.claims(right))
        return self.publish(out, model, None, right) if not missing and unread else None

    def unopposed(self, out: str, left: str, rules: _Value | None) -> _Value | None:
        """The rules' value where the second reader has no vote: published, and flagged where not found, as alone."""
        if left in self.rules.ungrounded:
            self.flags.append(ungrounded_flag(out, "rules", str(rules), self.language))
        if self.model.reads(out):
            self.abstained.append(out)
        return self.publish(out, rules, left, None)

    def publish(self, out: str, value: _Value | None, left: str | None, right: str | None) -> _Value | None:
        """Note the span of a published value; `left` is None where the model's is published."""
        self.fields += 1
        span = self.rules.grounding.source.get(left) if left else None
        span = span or (self.model.grounding.source.get(right) if right else None)
        if span:
            self.spans[out] = span
        if left is None and isinstance(value, str) and right and right not in self.model.ungrounded:
            return printed_value(value, right, self.model.grounding, self.view)  # type: ignore[return-value]
        return value

    def differ(
        self, code: FlagCode, out: str, left: str, right: str, rules: Leaf | None, model: Leaf | None, ungrounded: str
    ) -> None:
        spans = [
            side.grounding.source.get(path)
            for side, path, value in ((self.rules, left, rules), (self.model, right, model))
            if not is_blank(value)
        ]
        self.claims.extend(self.model.claims(right))
        self.flags.append(
            flag(
                code,
                out,
                language=self.language,
                variant=f"{ungrounded}_ungrounded" if ungrounded else "",
                rules=None if rules is None else str(rules),
                model=None if model is None else str(model),
                spans=tuple(dict.fromkeys(span for span in spans if span)),
            )
        )
