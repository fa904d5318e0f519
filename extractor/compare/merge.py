"""Two readings of one block become one project (the policy is told in `extractor.compare`)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from extractor.compare.align import Pair, align
from extractor.compare.printed import described
from extractor.compare.settling import Same, Settling
from extractor.compare.side import (
    Comparison,
    Side,
    unclaimed_flags,
    ungrounded_flag,
    untouched,
)
from extractor.compare.votes import Majority
from extractor.ground.paths import COLUMNS, indicator_paths, same_amount, same_text
from extractor.messages import flag
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import FlagCode, Span
from extractor.text import Squashed, squash


class Merge(Settling):
    """Builds one comparison; every value of either reader passes through `settle` or `lone` once.

    `pairs` tells for each index of an indicator, published or only flagged, which of either reader it is.
    """

    def __init__(
        self,
        rules: Side,
        model: Side,
        view: Squashed,
        phrases: list[Span],
        language: str,
        third: Side | None = None,
    ) -> None:
        super().__init__(rules, model, view, language)
        self.third = third
        self.phrases = phrases
        self.pairs: list[Pair] = []

    def run(self) -> Comparison:
        rules, model = self.rules.reading, self.model.reading
        if self.model.repeats(rules) and self._is_grounded:
            project = rules  # nothing to settle
            self.spans = self.model.grounding.source | self.rules.grounding.source
            self.abstained = self.model.unsure()
            self.fields = self.rules.grounding.fields
            self.twice = self.model.grounding.fields - len(self.abstained)
            self.pairs = [(index, index) for index in range(len(rules.indicators))]
        else:
            department = self.text("department", rules.department, model.department)
            unit = self.text("unit", rules.unit, model.unit)
            name = self.text("name", rules.name, model.name)
            amounts = self.amounts(rules.amounts, model.amounts)
            goal = self.text("goal", rules.goal, model.goal)
            indicators = self.indicators(rules.indicators, model.indicators)
            attributes = self.attributes(rules.attributes, model.attributes)
            project = ProjectReading.model_construct(
                department=department,
                unit=unit,
                name=name,
                amounts=amounts,
                goal=goal,
                withheld=self._is_withheld(rules.withheld, model.withheld),
                indicators=indicators,
                attributes=attributes,
            )
        if self.third and not (self.third.repeats(rules) and model == rules):
            vote = Majority(self.rules, self.model, self.third, self.flags, self.language)
            vote.run(self.pairs)
            self.claims += vote.claims
            self.twice += vote.twice
        self.withheld(rules.withheld, model.withheld)
        if project.withheld or rules.withheld or model.withheld:
            self.claims += untouched(self.phrases, self.claims)
        self.flags += unclaimed_flags(self.view, self.claims, self.rules.structure, self.language)
        return Comparison(project, self.spans, tuple(self.flags), self.twice, self.fields, tuple(self.abstained))

    @property
    def _is_grounded(self) -> bool:
        """True where every value is found by a reader who answers for it."""
        missing = self.rules.ungrounded
        return not missing or (self.model.abstention is None and missing.isdisjoint(self.model.ungrounded))

    def _is_withheld(self, rules: bool, model: bool) -> bool:
        return bool(self.phrases) if rules != model and self.model.reads("withheld") else rules

    def amounts(self, rules: Amounts, model: Amounts) -> Amounts:
        columns = {}
        for column in COLUMNS:
            path = f"amounts.{column}"
            columns[column] = self.settle(path, path, path, getattr(rules, column), getattr(model, column), same_amount)
        unplaced = breakdown = ()  # type: tuple[Any, ...]
        if rules.unplaced or model.unplaced:
            pairs = _pair(rules.unplaced, model.unplaced, same_amount, leftovers=True)
            unplaced = self._list("amounts.unplaced", pairs, rules.unplaced, model.unplaced, self._unplaced)
        if rules.breakdown or model.breakdown:
            pairs = _pair(rules.breakdown, model.breakdown, _same_label, leftovers=False)
            breakdown = self._list("amounts.breakdown", pairs, rules.breakdown, model.breakdown, self._funding)
        return Amounts.model_construct(**columns, unplaced=unplaced, breakdown=breakdown)

    def _list(
        self, path: str, pairs: list[Pair], rules: Sequence[Any], model: Sequence[Any], settle: Callable[..., Any]
    ) -> tuple[Any, ...]:
        """What is published of two lists; flags on what is not get an index past what is."""
        published: list[Any] = []
        dropped: list[range] = []
        for i, j in pairs:
            before = len(self.flags)
            left, right = (f"{path}[{-1 if index is None else index}]" for index in (i, j))
            mine, other = None if i is None else rules[i], None if j is None else model[j]
            item = settle(f"{path}[{len(published)}]", left, right, mine, other)
            if item is not None:
                published.append(item)
            else:
                dropped.append(range(before, len(self.flags)))
        for index, flags in enumerate(dropped, len(published)):
            for at in flags:
                tail = self.flags[at].path[len(path) :].partition("]")[2]
                self.flags[at] = self.flags[at].model_copy(update={"path": f"{path}[{index}]{tail}"})
        return tuple(published)

    def _unplaced(self, out: str, left: str, right: str, rules: str | None, model: str | None) -> str | None:
        return self.settle(out, left, right, rules, model, same_amount)

    def _funding(
        self, out: str, left: str, right: str, rules: FundingLine | None, model: FundingLine | None
    ) -> FundingLine | None:
        one, other = rules.amount if rules else None, model.amount if model else None
        amount = self.settle(f"{out}.amount", f"{left}.amount", f"{right}.amount", one, other, same_amount)
        if amount is None:
            return None
        paths = f"{out}.label", f"{left}.label", f"{right}.label"
        mine, theirs = rules.label if rules else None, model.label if model else None
        label = mine or theirs or ""
        if (rules and model) or not self.model.reads(paths[0]):
            label = self.settle(*paths, mine, theirs, same_text) or label
        else:
            self.publish(paths[0], label, paths[1] if rules else None, paths[2])
        return FundingLine.model_construct(label=label, amount=amount)

    def indicators(self, rules: tuple[Indicator, ...], model: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
        published: list[Indicator] = []
        dropped: list[Pair] = []
        for i, j in align(rules, model, self.model.indicator_fields):
            out = len(published)
            if i is not None and j is not None:
                published.append(self._both(out, i, j, rules[i], model[j]))
            elif not self._is_disputed(i, j):
                if i is None:
                    continue
                published.append(self._unopposed_indicator(out, i))
            elif self._is_kept(i, j):
                published.append(self._one(out, i, j))
                self._lone_indicator(out, i, j)
            else:
                dropped.append((i, j))
                continue
            self.pairs.append((i, j))
        for out, (i, j) in enumerate(dropped, len(published)):
            self._lone_indicator(out, i, j)
        self.pairs += dropped
        return tuple(published)

    def _is_disputed(self, i: int | None, j: int | None) -> bool:
        """True where the second reader votes on an indicator that one reader read alone."""
        if i is None:
            return self.model.votes_for(j or 0)
        return self.model.votes_against(self.rules.own(i, self.model.indicator_fields))

    def _unopposed_indicator(self, out: int, i: int) -> Indicator:
        own = self.rules.reading.indicators[i].__dict__
        paths = zip(indicator_paths(out), indicator_paths(i), strict=True)
        return Indicator.model_construct(
            **{
                field: None if own[field] is None else self.unopposed(path, left, own[field])
                for (field, path), (_, left) in paths
            }
        )

    def _both(self, out: int, i: int, j: int, rules: Indicator, model: Indicator) -> Indicator:
        mine, theirs = rules.__dict__, model.__dict__
        values: dict[str, Any] = {}
        paths = zip(indicator_paths(out), indicator_paths(i), indicator_paths(j), strict=True)
        for (field, path), (_, left), (_, right) in paths:
            same = operator.eq if field == "number" else same_text
            one, other = mine[field], theirs[field]
            values[field] = None if one is None is other else self.settle(path, left, right, one, other, same)
        return Indicator.model_construct(**values)

    def _one(self, out: int, i: int | None, j: int | None) -> Indicator:
        side, index = self._side(i, j)
        own = side.reading.indicators[index].__dict__
        values: dict[str, Any] = {}
        for (field, path), (_, source) in zip(indicator_paths(out), indicator_paths(index), strict=True):
            left = None if i is None else source
            known = own[field] is not None and (left is not None or self.model.votes(source, own[field], ()))
            values[field] = self.publish(path, own[field], left, source) if known else None
        return Indicator.model_construct(**values)

    def _side(self, i: int | None, j: int | None) -> tuple[Side, int]:
        return (self.rules, i) if i is not None else (self.model, j or 0)

    def _is_kept(self, i: int | None, j: int | None) -> bool:
        """True where an indicator that one reader read alone is printed, and its text is no other's."""
        side, index = self._side(i, j)
        other = self.model if side is self.rules else self.rules
        values = side.reading.indicators[index].__dict__
        paths = [path for field, path in indicator_paths(index) if values[field] is not None]
        own = side.own(index)
        mine = set(paths)
        if not own or not side.ungrounded.isdisjoint(mine):
            return False
        if not side.overlapping.isdisjoint(mine):
            return False
        return other.leaves_unread(own) or (side is self.rules and self.rules_prevail("indicators"))

    def _lone_indicator(self, out: int, i: int | None, j: int | None) -> None:
        side, index = self._side(i, j)
        is_rules = side is self.rules
        paths = [path for _, path in indicator_paths(index)]
        text = described(side.reading.indicators[index])
        missing = not side.ungrounded.isdisjoint(paths)
        if not is_rules:
            self.claims.extend(span for path in paths for span in side.claims(path))
        self.flags.append(
            flag(
                FlagCode.ONLY_RULES if is_rules else FlagCode.ONLY_MODEL,
                f"indicators[{out}]",
                language=self.language,
                variant=f"{'rules' if is_rules else 'model'}_ungrounded" if missing else "",
                rules=text if is_rules else None,
                model=None if is_rules else text,
                spans=side.extent(index),
            )
        )

    def attributes(self, rules: dict[str, str], model: dict[str, str]) -> dict[str, str]:
        theirs = {squash(label): label for label in model}
        published: dict[str, str] = {}
        for label, value in rules.items():
            other = theirs.pop(squash(label), None)
            path = f"attributes.{label}"
            printed = None if other is None else model[other]
            kept = self.settle(path, path, f"attributes.{other}", value, printed, same_text)
            if kept is not None:
                published[label] = kept
        for label in theirs.values():
            path = f"attributes.{label}"
            kept = self.settle(path, path, path, None, model[label], same_text)
            if kept is not None:
                published[label] = kept
        return published

    def withheld(self, rules: bool, model: bool) -> None:
        reads = self.model.reads("withheld")
        if rules != model and reads:
            spans = (self.view.source_span(*span) for span in self.phrases)
            self.flags.append(
                flag(
                    FlagCode.DISAGREEMENT,
                    "withheld",
                    language=self.language,
                    variant="withheld",
                    rules=str(rules).lower(),
                    model=str(model).lower(),
                    spans=tuple(span for span in spans if span),
                )
            )
        elif rules and not self.phrases:
            self.flags.append(ungrounded_flag("withheld", "both" if reads else "rules", "true", self.language))


def _same_label(left: FundingLine, right: FundingLine) -> bool:
    return same_text(left.label, right.label)


def _pair(left: Sequence[Any], right: Sequence[Any], same: Same, *, leftovers: bool) -> list[Pair]:
    """Pairs of equal items in order; `leftovers` are paired in order as well."""
    free = list(range(len(right)))
    pairs: list[Pair] = []
    for i, item in enumerate(left):
        j = next((j for j in free if same(item, right[j])), None)
        if j is not None:
            free.remove(j)
        pairs.append((i, j))
    if leftovers:
        pairs = [(i, free.pop(0) if j is None and free else j) for i, j in pairs]
    return pairs + [(None, j) for j in free]
