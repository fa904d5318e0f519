"""What is published of two readings of one project, and what a person has to look at.

Policy. A reader's reading is evidence; the source decides.

1. Equal values (white space, width, punctuation variants and a trailing stop aside; amounts as
   numbers) are published in the rules' printed form. A value that neither reader's text search finds
   in the source is published, but flagged `ungrounded`.
2. Different values, or a value against a blank, are always flagged: `disagreement`, `only_rules` or
   `only_model`, with both texts and where they stand.
   - A value that the source does not print loses to one that it does.
   - Where both are printed, the rules' value is published if their reading as a whole explains the
     block (every value found, no text left over, no text claimed twice, item numbers 1, 2, 3 …) and the
     model's does not; else nothing is published: a person chooses.
   - A value against a blank is published if it is printed and the other reader left its text unread
     (for the rules: or their reading as a whole explains the block). So nobody can fill a blank with
     text that belongs to another field.
3. Indicators are aligned first. One without a counterpart is one flag at its own path, and published
   by the same rule; its text must be no other indicator's. What is not published gets the next free
   index, so that a flag's path never points at another indicator.
4. `withheld` follows the source's own words where the readers differ.
5. Text that no published value and no value shown in a flag accounts for is flagged `unclaimed_text`.
   Text shown in a flag is not flagged twice.
A model's value is published as the source prints it, not as the model writes it (95％ stays 95％).
With one reader there is nothing to compare: points 1 (published, flagged where not found) and 5 stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from extractor.align import align
from extractor.ground import Grounding, overlaps, unclaimed
from extractor.leaves import COLUMNS, INDICATOR_FIELDS, LABEL_FIELDS, Leaf, indicator_paths, key, leaves, same_amount, same_text
from extractor.messages import flag, message
from extractor.text import Squashed, fold, squash
from schemas.project import Amounts, FundingLine, Indicator, ProjectReading, plain_amount
from schemas.record import Flag, FlagCode, Span

Same = Callable[[Any, Any], bool]
_Value = TypeVar("_Value", bound=Leaf)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader's reading with its grounding."""

    reading: ProjectReading
    grounding: Grounding


@dataclass(frozen=True, slots=True)
class Comparison:
    """The project to publish: its values' spans in `Document.text`, its flags, and how many values were read twice."""

    project: ProjectReading
    spans: dict[str, Span]
    flags: tuple[Flag, ...]
    fields_read_twice: int
    fields: int


def compare(
    rules: Reading | None,
    model: Reading | None,
    view: Squashed,
    structure: re.Pattern[str],
    withheld: re.Pattern[str],
    language: str = "zh",
) -> Comparison:
    """Compare two readings of one block, or check the only one.

    `structure` matches what the layout prints around values, `withheld` its phrases for 不宜公开.

    >>> from extractor.ground import ground
    >>> from schemas.document import BlockContext, MappedText
    >>> view = Squashed(MappedText("购置经费 80.00 目标：95%", range(17)))
    >>> context = BlockContext("", None, None, None, None, (), Amounts())
    >>> def read(goal): return ProjectReading(name="购置经费", amounts=Amounts(total="80.00"), goal=goal)
    >>> def grounded(reading): return Reading(reading, ground(reading, view, context))
    >>> structure, phrases = re.compile("目标"), re.compile("不宜公开")
    >>> found = compare(grounded(read("95%")), grounded(read("96%")), view, structure, phrases)
    >>> [(flag.code.value, flag.path, flag.rules, flag.model) for flag in found.flags], found.project.goal
    ([('disagreement', 'goal', '95%', '96%')], '95%')
    """
    if rules is None or model is None:
        only = rules or model
        if only is None:
            return Comparison(ProjectReading(), {}, (), 0, 0)
        return _one_reader(only, "rules" if rules else "model", view, structure, withheld, language)
    return _Merge(_Side(rules, view, structure), _Side(model, view, structure), view, withheld, language).run()


def _one_reader(
    only: Reading, reader: str, view: Squashed, structure: re.Pattern[str], withheld: re.Pattern[str], language: str
) -> Comparison:
    reading, grounding = only.reading, only.grounding
    flags: list[Flag] = []
    if grounding.ungrounded:
        values = dict(leaves(reading))
        flags = [_ungrounded(path, reader, str(values[path]), language) for path in grounding.ungrounded]
    claims = grounding.claims()
    if reading.withheld:
        phrases = _phrases(view, withheld)
        claims += phrases
        if not phrases:
            flags.append(_ungrounded("withheld", reader, "true", language))
    elif reader == "model" and withheld.search(view.text):
        # The rules go by these phrases themselves; nobody has looked at what a model made of them.
        flags.append(flag(FlagCode.DISAGREEMENT, "withheld", language=language, variant="phrase", model="false"))
    flags += _unclaimed(view, claims, structure, language)
    if reader == "model":
        reading = _as_printed(reading, grounding, view)
    return Comparison(reading, grounding.source, tuple(flags), 0, grounding.fields)


def _ungrounded(path: str, reader: str, value: str, language: str) -> Flag:
    rules, model = (None if reader == "model" else value), (None if reader == "rules" else value)
    who = message(f"reader_{reader}", language)
    return flag(FlagCode.UNGROUNDED, path, language=language, rules=rules, model=model, reader=who)


def _unclaimed(view: Squashed, claims: list[Span], structure: re.Pattern[str], language: str) -> list[Flag]:
    flags = []
    for start, end in unclaimed(view, claims, structure):
        text = view.value(start, end)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        span = view.source_span(start, end)
        flags.append(flag(FlagCode.UNCLAIMED_TEXT, language=language, spans=(span,) if span else (), text=shown))
    return flags


def _phrases(view: Squashed, withheld: re.Pattern[str]) -> list[Span]:
    """Where the block says that it is withheld, each with the whole phrase around it (项目信息不宜公开)."""
    text = view.text
    found = []
    for match in withheld.finditer(text):
        start, end = match.span()
        while start and text[start - 1].isalpha():
            start -= 1
        while end < len(text) and text[end].isalpha():
            end += 1
        found.append((start, end))
    return found


def _printed(value: str, path: str, grounding: Grounding, view: Squashed) -> str:
    """`value` as the source prints it; how it wraps and where it has blanks is the reader's to say."""
    place = grounding.places.get(path)
    if place is None or path in grounding.pieces:
        return value
    if path.startswith("amounts.") and not path.endswith(".label"):
        return plain_amount(fold(view.text[slice(*place)]))
    printed = view.value(*place)
    return value if "".join(printed.split()) == "".join(value.split()) else printed


def _as_printed(reading: ProjectReading, grounding: Grounding, view: Squashed) -> ProjectReading:
    def printed(path: str, value: Any) -> Any:
        return _printed(value, path, grounding, view) if isinstance(value, str) else value

    def several(prefix: str, values: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
        return {field: printed(prefix + field, values[field]) for field in fields}

    amounts = reading.amounts
    return reading.model_copy(
        update={
            **several("", reading.__dict__, ("department", "unit", "name", "goal")),
            "amounts": amounts.model_copy(
                update={
                    **several("amounts.", amounts.__dict__, COLUMNS),
                    "unplaced": tuple(printed(f"amounts.unplaced[{i}]", value) for i, value in enumerate(amounts.unplaced)),
                    "breakdown": tuple(
                        line.model_copy(update=several(f"amounts.breakdown[{i}].", line.__dict__, ("label", "amount")))
                        for i, line in enumerate(amounts.breakdown)
                    ),
                }
            ),
            "indicators": tuple(
                indicator.model_copy(update=several(f"indicators[{i}].", indicator.__dict__, INDICATOR_FIELDS))
                for i, indicator in enumerate(reading.indicators)
            ),
            "attributes": {label: printed(f"attributes.{label}", value) for label, value in reading.attributes.items()},
        }
    )


class _Side:
    """One reader in a comparison, with what its reading as a whole is worth."""

    def __init__(self, side: Reading, view: Squashed, structure: re.Pattern[str]) -> None:
        self.reading, self.grounding = side.reading, side.grounding
        self.view, self.structure = view, structure
        self.ungrounded = frozenset(side.grounding.ungrounded)

    @cached_property
    def explains_the_block(self) -> bool:
        numbers = [indicator.number for indicator in self.reading.indicators]
        counted = not any(number is not None for number in numbers) or numbers == list(range(1, len(numbers) + 1))
        return (
            counted
            and not self.ungrounded
            and not overlaps(self.grounding.places, self.grounding.pieces)
            and not unclaimed(self.view, self.grounding.claims(), self.structure)
        )

    @cached_property
    def mask(self) -> bytearray:
        mask = bytearray(len(self.view.text))
        for start, end in self.grounding.claims():
            mask[start:end] = b"\x01" * (end - start)
        return mask

    def leaves_unread(self, spans: Sequence[Span]) -> bool:
        return all(self.mask.find(1, *span) < 0 for span in spans)

    def claims(self, path: str) -> tuple[Span, ...]:
        place = self.grounding.places.get(path)
        return self.grounding.pieces.get(path, (place,)) if place else ()


class _Merge:
    """Builds one comparison; every value of either reader passes through `settle` or `lone` once."""

    def __init__(self, rules: _Side, model: _Side, view: Squashed, withheld: re.Pattern[str], language: str) -> None:
        self.rules, self.model, self.view, self.language = rules, model, view, language
        self.phrases = _phrases(view, withheld)
        self.flags: list[Flag] = []
        self.spans: dict[str, Span] = {}
        self.claims: list[Span] = rules.grounding.claims()
        self.fields = self.twice = 0

    def run(self) -> Comparison:
        rules, model = self.rules.reading, self.model.reading
        if rules == model and not (self.rules.ungrounded & self.model.ungrounded):
            project = rules  # nothing to settle
            self.spans = self.model.grounding.source | self.rules.grounding.source
            self.fields = self.twice = self.rules.grounding.fields
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
                withheld=bool(self.phrases) if rules.withheld != model.withheld else rules.withheld,
                indicators=indicators,
                attributes=attributes,
            )
        self.withheld(rules.withheld, model.withheld)
        if project.withheld or rules.withheld or model.withheld:
            self.claims += self.phrases
        self.flags += _unclaimed(self.view, self.claims, self.rules.structure, self.language)
        return Comparison(project, self.spans, tuple(self.flags), self.twice, self.fields)

    def text(self, path: str, rules: str | None, model: str | None) -> str | None:
        return self.settle(path, path, path, rules, model, same_text)

    def settle(
        self, out: str, left: str, right: str, rules: _Value | None, model: _Value | None, same: Same
    ) -> _Value | None:
        """The value to publish at `out` of those at `left` in the rules' and at `right` in the model's reading."""
        if _is_blank(rules) or _is_blank(model):
            return None if _is_blank(rules) and _is_blank(model) else self.lone(out, left, right, rules, model)
        self.twice += 1
        no_rules, no_model = left in self.rules.ungrounded, right in self.model.ungrounded
        if rules == model or same(rules, model):
            if no_rules and no_model:
                self.flags.append(_ungrounded(out, "both", str(rules), self.language))
            return self.publish(out, rules, left if not no_rules or no_model else None, right)
        variant = ("both" if no_model else "rules") if no_rules else "model" if no_model else ""
        self.differ(FlagCode.DISAGREEMENT, out, left, right, rules, model, variant)
        if no_model and not no_rules:
            return self.publish(out, rules, left, None)
        if no_rules and not no_model and self.rules.leaves_unread(self.model.claims(right)):
            return self.publish(out, model, None, right)
        if not no_rules and self.rules.explains_the_block and not self.model.explains_the_block:
            return self.publish(out, rules, left, None)
        return None

    def lone(self, out: str, left: str, right: str, rules: _Value | None, model: _Value | None) -> _Value | None:
        """A value against a blank."""
        if not _is_blank(rules):
            missing = left in self.rules.ungrounded
            self.differ(FlagCode.ONLY_RULES, out, left, right, rules, None, "rules" if missing else "")
            unread = self.model.leaves_unread(self.rules.claims(left))
            return self.publish(out, rules, left, None) if not missing and (unread or self.rules.explains_the_block) else None
        missing = right in self.model.ungrounded
        self.differ(FlagCode.ONLY_MODEL, out, left, right, None, model, "model" if missing else "")
        unread = self.rules.leaves_unread(self.model.claims(right))
        return self.publish(out, model, None, right) if not missing and unread else None

    def publish(self, out: str, value: _Value | None, left: str | None, right: str | None) -> _Value | None:
        """Note the span of a published value; `left` is None where the model's is published."""
        self.fields += 1
        span = self.rules.grounding.source.get(left) if left else None
        span = span or (self.model.grounding.source.get(right) if right else None)
        if span:
            self.spans[out] = span
        if left is None and isinstance(value, str) and right and right not in self.model.ungrounded:
            return _printed(value, right, self.model.grounding, self.view)  # type: ignore[return-value]
        return value

    def differ(
        self, code: FlagCode, out: str, left: str, right: str, rules: Leaf | None, model: Leaf | None, ungrounded: str
    ) -> None:
        spans = [
            side.grounding.source.get(path)
            for side, path, value in ((self.rules, left, rules), (self.model, right, model))
            if not _is_blank(value)
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

    def amounts(self, rules: Amounts, model: Amounts) -> Amounts:
        columns = {}
        for column in COLUMNS:
            path = f"amounts.{column}"
            columns[column] = self.settle(path, path, path, getattr(rules, column), getattr(model, column), same_amount)
        unplaced, pairs = [], _pair(rules.unplaced, model.unplaced, same_amount, leftovers=True)
        for out, left, right, one, other in self._listed("amounts.unplaced[{}]", pairs, rules.unplaced, model.unplaced):
            value = self.settle(out(len(unplaced)), left, right, one, other, same_amount)
            if value is not None:
                unplaced.append(value)
        breakdown: list[FundingLine] = []
        lines = _pair(rules.breakdown, model.breakdown, lambda one, other: same_text(one.label, other.label), leftovers=False)
        for out, left, right, mine, other in self._listed("amounts.breakdown[{}]", lines, rules.breakdown, model.breakdown):
            line = self._funding(out(len(breakdown)), left, right, mine, other)
            if line is not None:
                breakdown.append(line)
        return Amounts.model_construct(**columns, unplaced=tuple(unplaced), breakdown=tuple(breakdown))

    def _listed(
        self, pattern: str, pairs: list[tuple[int | None, int | None]], rules: Sequence[Any], model: Sequence[Any]
    ) -> list[tuple[Callable[[int], str], str, str, Any, Any]]:
        """Both readers' items with their paths; `out` is asked for an index that no other item will have."""
        free = len(pairs)

        def at(index: int | None) -> str:
            return pattern.format(free if index is None else index)

        return [
            (pattern.format, at(i), at(j), None if i is None else rules[i], None if j is None else model[j])
            for i, j in pairs
        ]

    def _funding(
        self, out: str, left: str, right: str, rules: FundingLine | None, model: FundingLine | None
    ) -> FundingLine | None:
        one, other = rules.amount if rules else None, model.amount if model else None
        amount = self.settle(f"{out}.amount", f"{left}.amount", f"{right}.amount", one, other, same_amount)
        if amount is None:
            return None
        label = rules.label if rules else model.label if model else ""
        if rules and model:
            label = self.settle(f"{out}.label", f"{left}.label", f"{right}.label", rules.label, model.label, same_text) or label
        else:
            self.fields += 1
        return FundingLine.model_construct(label=label, amount=amount)

    def indicators(self, rules: tuple[Indicator, ...], model: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
        pairs = align(rules, model)
        kept = [pair for pair in pairs if None not in pair or self._is_kept(pair)]
        published: list[Indicator] = []
        for i, j in kept:
            out = len(published)
            values: dict[str, Any] = {}
            for (field, path), (_, left), (_, right) in zip(
                indicator_paths(out), indicator_paths(-1 if i is None else i), indicator_paths(-1 if j is None else j), strict=True
            ):
                mine = None if i is None else getattr(rules[i], field)
                other = None if j is None else getattr(model[j], field)
                if i is not None and j is not None:
                    values[field] = self.settle(path, left, right, mine, other, same_text)
                else:
                    value = other if i is None else mine
                    values[field] = None if value is None else self.publish(path, value, None if i is None else left, right)
            published.append(Indicator.model_construct(**values))
            if i is None or j is None:
                self._lone_indicator(out, i, j)
        free = len(published)
        for pair in pairs:
            if None in pair and pair not in kept:
                self._lone_indicator(free, *pair)
                free += 1
        return tuple(published)

    def _is_kept(self, pair: tuple[int | None, int | None]) -> bool:
        """True where an indicator that one reader read alone is printed, and its text is no other's."""
        i, j = pair
        side, other, index = (self.rules, self.model, i) if i is not None else (self.model, self.rules, j)
        paths = [path for field, path in indicator_paths(index or 0) if getattr(side.reading.indicators[index or 0], field) is not None]
        own = [span for path in paths if path.rpartition(".")[2] not in LABEL_FIELDS for span in side.claims(path)]
        if not own or any(path in side.ungrounded for path in paths) or self._shared(side, paths):
            return False
        return other.leaves_unread(own) or (side is self.rules and side.explains_the_block)

    def _shared(self, side: _Side, paths: list[str]) -> bool:
        """True where one of these values claims text that another value of the same reader claims."""
        mine = set(paths)
        return any((left in mine) != (right in mine) for left, right in overlaps(side.grounding.places, side.grounding.pieces))

    def _lone_indicator(self, out: int, i: int | None, j: int | None) -> None:
        side, index = (self.rules, i) if i is not None else (self.model, j)
        paths = [path for _, path in indicator_paths(index or 0)]
        text = _described(side.reading.indicators[index or 0])
        missing = any(path in side.ungrounded for path in paths)
        if side is self.model:
            self.claims.extend(span for path in paths for span in side.claims(path))
        # Merged labels stand elsewhere; they would stretch the span over other indicators.
        own = [side.grounding.source.get(path) for path in paths if path.rpartition(".")[2] not in LABEL_FIELDS]
        known = [span for span in own if span]
        reader = "rules" if side is self.rules else "model"
        self.flags.append(
            flag(
                FlagCode.ONLY_RULES if reader == "rules" else FlagCode.ONLY_MODEL,
                f"indicators[{out}]",
                language=self.language,
                variant=f"{reader}_ungrounded" if missing else "",
                rules=text if reader == "rules" else None,
                model=text if reader == "model" else None,
                spans=((min(start for start, _ in known), max(end for _, end in known)),) if known and not missing else tuple(known),
            )
        )

    def attributes(self, rules: dict[str, str], model: dict[str, str]) -> dict[str, str]:
        theirs = {squash(label): label for label in model}
        published: dict[str, str] = {}
        for label, value in rules.items():
            other = theirs.pop(squash(label), None)
            path = f"attributes.{label}"
            kept = self.settle(path, path, f"attributes.{other}", value, None if other is None else model[other], same_text)
            if kept is not None:
                published[label] = kept
        for label in theirs.values():
            path = f"attributes.{label}"
            kept = self.settle(path, path, path, None, model[label], same_text)
            if kept is not None:
                published[label] = kept
        return published

    def withheld(self, rules: bool, model: bool) -> None:
        if rules != model:
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
            self.flags.append(_ungrounded("withheld", "both", "true", self.language))


def _is_blank(value: Leaf | None) -> bool:
    """Null, or the empty text that some models write for null."""
    return value is None or (isinstance(value, str) and not key(value))


def _pair(left: Sequence[Any], right: Sequence[Any], same: Same, *, leftovers: bool) -> list[tuple[int | None, int | None]]:
    """Pairs of equal items in order; `leftovers` are paired in order as well."""
    free = list(range(len(right)))
    pairs: list[tuple[int | None, int | None]] = []
    for i, item in enumerate(left):
        j = next((j for j in free if same(item, right[j])), None)
        if j is not None:
            free.remove(j)
        pairs.append((i, j))
    if leftovers:
        pairs = [(i, free.pop(0) if j is None and free else j) for i, j in pairs]
    return pairs + [(None, j) for j in free]


def _described(indicator: Indicator) -> str:
    """An indicator in one line, for a person.

    >>> _described(Indicator(number=2, level2_code="12", level2="质量指标", name="验收率", annual_value="100%"))
    '2、12-质量指标；验收率；100%'
    """
    codes = ((indicator.level1_code, indicator.level1), (indicator.level2_code, indicator.level2))
    labels = ["-".join(part for part in pair if part) for pair in codes]
    rest = (indicator.name, indicator.operator, indicator.cycle_value, indicator.annual_value, indicator.measure_unit, indicator.weight)
    parts = [part for part in (*labels, *rest) if part]
    return ("" if indicator.number is None else f"{indicator.number}、") + "；".join(parts)
