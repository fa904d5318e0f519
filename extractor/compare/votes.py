"""A third reading beside two that are compared (the policy is told in `extractor.compare`).

It changes nothing of what is published. On a dispute of the two its vote is noted in their flag; where
the two agree and it differs, that is a dispute of its own. It votes on texts and indicators.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractor.compare.align import Pair, align
from extractor.compare.printed import described
from extractor.compare.side import Side, is_blank
from extractor.ground.paths import INDICATOR_FIELDS, Leaf, indicator_paths, same_text
from extractor.messages import flag
from extractor.schemas.project import Indicator
from extractor.schemas.record import Flag, FlagCode, Span

_TEXTS = ("department", "unit", "name", "goal")
_DISPUTES = frozenset({FlagCode.DISAGREEMENT, FlagCode.ONLY_RULES, FlagCode.ONLY_MODEL})


class Majority:
    """Adds the third reader's votes to `flags`.

    `claims` is the text that its values in flags account for; `twice` counts the values that it and only
    one of the two read.
    """

    def __init__(self, rules: Side, model: Side, third: Side, flags: list[Flag], language: str) -> None:
        self.rules, self.model, self.third, self.flags, self.language = rules, model, third, flags, language
        self.disputes = {found.path: at for at, found in enumerate(flags) if found.code in _DISPUTES}
        self.claims: list[Span] = []
        self.twice = 0

    def run(self, pairs: Sequence[Pair]) -> None:
        """`pairs` are the two readers' indicators, by the index under which they are published or flagged."""
        rules, model, third = (side.reading for side in (self.rules, self.model, self.third))
        for field in _TEXTS:
            values = (reading.__dict__[field] for reading in (rules, model, third))
            self._field(field, (field, field, field), *values)
        shown = [rules.indicators[i] if i is not None else model.indicators[j or 0] for i, j in pairs]
        alone: list[int] = []
        for out, k in align(shown, third.indicators, self.third.indicator_fields):
            if out is None:
                alone.append(k or 0)
                continue
            i, j = pairs[out]
            if i is None or j is None:
                if k is not None:
                    self._seen(f"indicators[{out}]", shown[out], k)
            elif k is None:
                self._unseen(f"indicators[{out}]", i, j)
            else:
                self._both(out, i, j, k)
        for out, k in enumerate(filter(self.third.votes_for, alone), len(pairs)):
            self._indicator(f"indicators[{out}]", k, None)

    def _both(self, out: int, i: int, j: int, k: int) -> None:
        """An indicator that all three read."""
        sides = ((self.rules, i), (self.model, j), (self.third, k))
        items = [side.reading.indicators[index].__dict__ for side, index in sides]
        for (field, path), *places in zip(*map(indicator_paths, (out, i, j, k)), strict=True):
            self._field(path, [place for _, place in places], *(item[field] for item in items))

    def _field(
        self, out: str, paths: Sequence[str], rules: Leaf | None, model: Leaf | None, third: Leaf | None
    ) -> None:
        left, right, at = paths
        if not self.third.votes(at, third, (*self.rules.claims(left), *self.model.claims(right))):
            return
        self.twice += is_blank(rules) != is_blank(model) and not is_blank(third)
        with_rules, with_model = _same(rules, third), _same(model, third)
        if with_rules and with_model:
            return
        majority = rules if with_rules or _same(rules, model) else third if with_model else None
        sides = ((self.rules, left), (self.model, right), (self.third, at))
        spans = [side.grounding.source.get(path) for side, path in sides]
        self.claims.extend(self.third.claims(at))
        self._note(out, rules, model, third, majority, [span for span in spans if span])

    def _seen(self, path: str, shown: Indicator, k: int) -> None:
        """An indicator that only one of the two read, and the third as well."""
        if not self.third.votes_for(k):
            return
        own, read = shown.__dict__, self.third.reading.indicators[k].__dict__
        voted = [field for field, place in indicator_paths(k) if self.third.votes(place, read[field], ())]
        self.twice += sum(not is_blank(own[field]) and not is_blank(read[field]) for field in voted)
        found = self.flags[self.disputes[path]]
        self._indicator(path, k, (found.rules or found.model) if _all_same(own, read, voted) else None)

    def _unseen(self, path: str, i: int, j: int) -> None:
        """An indicator that the third alone did not read."""
        fields = self.third.indicator_fields
        if not self.third.votes_against(self.rules.own(i, fields) + self.model.own(j, fields)):
            return
        rules, model = self.rules.reading.indicators[i], self.model.reading.indicators[j]
        text = described(rules)
        majority = text if _all_same(rules.__dict__, model.__dict__, INDICATOR_FIELDS) else None
        self._note(path, text, described(model), None, majority, (*self.rules.extent(i), *self.model.extent(j)))

    def _indicator(self, path: str, k: int, majority: str | None) -> None:
        """Note the third reader's indicator at `k`."""
        self.claims.extend(span for _, place in indicator_paths(k) for span in self.third.claims(place))
        text = described(self.third.reading.indicators[k])
        self._note(path, None, None, text, majority, self.third.extent(k))

    def _note(
        self,
        path: str,
        rules: Leaf | None,
        model: Leaf | None,
        third: Leaf | None,
        majority: Leaf | None,
        spans: Sequence[Span],
    ) -> None:
        """Complete the flag at `path`, or raise one where the two agree."""
        at = self.disputes.setdefault(path, len(self.flags))
        if at == len(self.flags):
            one, other = _text(rules), _text(model)
            new = flag(FlagCode.DISAGREEMENT, path, language=self.language, variant="builtin", rules=one, model=other)
            self.flags.append(new)
        found = self.flags[at]
        places = tuple(dict.fromkeys((*found.spans, *spans)))
        update = {"builtin": _text(third), "suggestion": _text(majority), "spans": places}
        self.flags[at] = found.model_copy(update=update)


def _text(value: Leaf | None) -> str | None:
    return None if is_blank(value) else str(value)


def _same(left: Leaf | None, right: Leaf | None) -> bool:
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    return left == right or (isinstance(left, str) and isinstance(right, str) and same_text(left, right))


def _all_same(left: dict[str, Leaf | None], right: dict[str, Leaf | None], fields: Iterable[str]) -> bool:
    return all(_same(left[field], right[field]) for field in fields)
