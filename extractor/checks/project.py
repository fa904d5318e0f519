"""Checks of a project against itself: amounts, numbering, codes, empty cells; and of projects printed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, islice

from extractor.checks.sums import parts_difference, parts_finding
from extractor.checks.targets import contradictions
from extractor.layouts import CompiledLayout, Terms
from extractor.layouts.taxonomy import Level, categories, category_of_code
from extractor.schemas import paths
from extractor.schemas.document import Block
from extractor.schemas.finding import Fact, Finding, finding, said
from extractor.schemas.layout import AMOUNT_COLUMNS, column_label
from extractor.schemas.project import Amounts, Indicator, ProjectReading
from extractor.schemas.record import FlagCode, NormalizedCategory, Span
from extractor.text import squash

_SHORT = 24
_SHOWN_GAPS = 10
_GLUED, _GLUED_ROWS = "words_glued", "rows_glued"
_ENOUGH_SIBLINGS = 2
_MISSING_VALUE = {"cycle_value": "missing_cycle_value", "annual_value": "missing_annual_value"}


def check_project(
    project: ProjectReading, block: Block, layout: CompiledLayout, spans: Mapping[str, Span]
) -> list[Finding]:
    """Flags of one project by itself."""
    checks = _Checks(project, block, layout, spans)
    checks.amounts()
    checks.numbering()
    checks.missing_values()
    for index, indicator in enumerate(project.indicators):
        checks.indicator(index, indicator)
    checks.emptiness()
    checks.boundaries()
    return checks.flags


def find_repeats(projects: Sequence[ProjectReading], blocks: Sequence[Block]) -> dict[int, Finding]:
    """Projects printed word for word a second time: {index of the repeat: its finding}."""
    names = [squash(project.name) if project.name is not None else None for project in projects]
    times = Counter(names)
    seen: dict[tuple[object, ...], int] = {}
    repeats: dict[int, Finding] = {}
    for index, (name, project) in enumerate(zip(names, projects, strict=True)):
        if project.name is None or times[name] == 1 or (project.goal is None and not project.indicators):
            continue
        printed = (
            project.department,
            project.unit,
            name,
            project.amounts,
            squash(project.goal or ""),
            tuple(indicator.model_dump_json() for indicator in project.indicators),
        )
        first = seen.setdefault(printed, index)
        if first != index:
            repeats[index] = finding(
                FlagCode.REPEATED_PROJECT,
                other=first + 1,
                name=project.name,
                spans=((blocks[first].start, blocks[first].end), (blocks[index].start, blocks[index].end)),
            )
    return repeats


@lru_cache(maxsize=4096)
def _mismatches(
    level1_code: str | None, level1: str | None, level2_code: str | None, level2: str | None
) -> tuple[tuple[str, tuple[str, str], dict[str, str]], ...]:
    """Codes of an indicator that contradict a label or each other: (field, the two fields, what is told).

    >>> [(field, facts["expected"]) for field, _, facts in _mismatches("1", "产出指标", "12", "时效指标")]
    [('level2_code', '质量指标')]
    """
    return tuple(_find_mismatches(level1_code, level1, level2_code, level2))


def _find_mismatches(
    level1_code: str | None, level1: str | None, level2_code: str | None, level2: str | None
) -> Iterator[tuple[str, tuple[str, str], dict[str, str]]]:
    read = categories(level1_code, level1, level2_code, level2)
    found: tuple[tuple[Level, str | None, str | None, NormalizedCategory | None], ...] = (
        ("level1", level1_code, level1, read.level1),
        ("level2", level2_code, level2, read.level2),
    )
    for level, code, label, known in found:
        expected = category_of_code(level, code)
        if code and label and known and expected != known:
            facts: dict[str, str] = {"code": code, "expected": expected.term if expected else "—", "label": label}
            yield f"{level}_code", (f"{level}_code", level), facts
    outer, inner = squash(level1_code or ""), squash(level2_code or "")
    if outer and inner and not inner.startswith(outer):
        above = category_of_code("level1", inner[:1])
        facts = {"code": inner, "expected": above.term if above else "—", "label": f"{outer}-{level1}"}
        yield "level2_code", ("level1_code", "level2_code"), facts


@lru_cache(maxsize=16_384)
def _says_nothing(value: str, terms: Terms) -> FlagCode | None:
    """The flag of a short value that nobody filled in, or that says that there is none."""
    word = squash(value)
    if word in terms.not_applicable:
        return FlagCode.NOT_APPLICABLE
    return FlagCode.TEMPLATE_LEFT_EMPTY if terms.template.fullmatch(word) else None


class _Checks:
    def __init__(
        self,
        project: ProjectReading,
        block: Block,
        layout: CompiledLayout,
        spans: Mapping[str, Span],
    ) -> None:
        self.project = project
        self.block = block
        self.terms = layout.terms
        self.is_form = layout.spec.source == "form"
        self.is_prose = layout.spec.source == "prose"  # its projects need no indicators of their own
        self.restarts = layout.spec.indicators.categories == "bracketed" or self.is_form
        self.spans = spans
        self.flags: list[Finding] = []

    def add(
        self, code: FlagCode, path: str = "", /, *, spans: Sequence[str] = (), variant: str = "", **facts: Fact
    ) -> None:
        found = tuple(self.spans[name] for name in (spans or (path,)) if name in self.spans)
        self.flags.append(Finding(code, path, variant, spans=found, facts=facts))

    def amounts(self) -> None:
        amounts = self.project.amounts
        if amounts.unplaced:
            possible = self.block.context.possible_columns
            self.add(
                FlagCode.AMOUNT_COLUMN_AMBIGUOUS,
                "amounts.unplaced",
                spans=[paths.unplaced(index) for index in range(len(amounts.unplaced))],
                amounts="、".join(amounts.unplaced),
                columns="、".join(column_label(column) for column in possible) or "—",
            )
        self._units()
        if parts_difference(amounts) is not None:
            spans = tuple(
                span for column in AMOUNT_COLUMNS if (span := self.spans.get(paths.amount(column))) is not None
            )
            self.flags.append(parts_finding(amounts, "amounts", spans))

    def _units(self) -> None:
        differing = self.block.context.differing_units
        if differing and self.project.amounts != Amounts():
            self.flags.append(
                finding(
                    FlagCode.UNIT_SCALE_SUSPECT,
                    "amounts",
                    variant="differ",
                    spans=tuple(unit.span for unit in differing if unit.span),
                    units="、".join(f"“{unit.printed or unit.value}”" for unit in differing),
                )
            )

    def numbering(self) -> None:
        numbers = [indicator.number for indicator in self.project.indicators]
        if self._begins_again():
            return
        if self.restarts and numbers != list(range(1, len(numbers) + 1)):
            self._numbering_by_category()
        else:
            self._numbers(self.project.indicators)

    def _begins_again(self) -> bool:
        """Whether the numbers count on from 1 under the heading of each category of level 1."""
        groups = [[*group] for _, group in groupby(self.project.indicators, lambda one: one.level1)]
        return all([one.number for one in group] == list(range(1, len(group) + 1)) for group in groups) and all(
            group[0].level1 for group in groups
        )

    def _numbering_by_category(self) -> None:
        """Numbers that begin again at 1 under each category."""
        for _, group in groupby(self.project.indicators, lambda one: (one.level1, one.level2)):
            self._numbers(tuple(group))

    def _numbers(self, indicators: Sequence[Indicator]) -> None:
        numbers = [indicator.number for indicator in indicators if indicator.number is not None]
        # A model may say any number: only as many gaps are looked for as are shown.
        known, last = set(numbers), max(numbers, default=0)
        missing = list(islice((number for number in range(1, last) if number not in known), _SHOWN_GAPS + 1))
        if missing:
            shown = "、".join(map(str, missing[:_SHOWN_GAPS])) + ("…" if len(missing) > _SHOWN_GAPS else "")
            self.add(FlagCode.MISSING_NUMBER, "indicators", missing=shown)
        elif numbers and (numbers != sorted(numbers) or len(set(numbers)) < len(indicators)):
            self.add(FlagCode.MISSING_NUMBER, "indicators", variant="order", numbers="、".join(map(str, numbers[:40])))

    def missing_values(self) -> None:
        """An indicator that lacks a value which all others of its project have.

        In a form one side of twin columns is blank where the other names an indicator of its own.
        """
        if self.is_form:
            return
        indicators = self.project.indicators
        for name, key in _MISSING_VALUE.items():
            without = [index for index, indicator in enumerate(indicators) if getattr(indicator, name) is None]
            if len(without) == 1 and len(indicators) >= _ENOUGH_SIBLINGS:
                index = without[0]
                if indicators[index].cycle_value or indicators[index].annual_value:
                    what = said(key, number=index + 1)
                    self.add(FlagCode.TEMPLATE_LEFT_EMPTY, paths.indicator(index, name), what=what)

    def indicator(self, index: int, indicator: Indicator) -> None:
        path = paths.indicator(index)
        self._code_and_label(path, indicator)
        values = (indicator.cycle_value, indicator.annual_value)
        self.flags.extend(contradictions(indicator, path, self.spans))
        if indicator.name is None or not any(values):
            what = said("indicator_name_or_value", number=index + 1)
            self.add(FlagCode.TEMPLATE_LEFT_EMPTY, path, spans=[f"{path}.name"], what=what)
        for name, value in zip(("name", "cycle_value", "annual_value"), (indicator.name, *values), strict=True):
            if value is None or len(value) > _SHORT:
                continue
            code = _says_nothing(value, self.terms)
            if code == FlagCode.NOT_APPLICABLE:
                self.add(code, f"{path}.{name}")
            elif code is not None:
                self.add(code, f"{path}.{name}", what=value)

    def _code_and_label(self, path: str, indicator: Indicator) -> None:
        if indicator.level1_code is None and indicator.level2_code is None:
            return
        printed = indicator.level1_code, indicator.level1, indicator.level2_code, indicator.level2
        for at, beside, facts in _mismatches(*printed):
            spans = [f"{path}.{name}" for name in beside]
            self.add(FlagCode.CODE_LABEL_MISMATCH, f"{path}.{at}", spans=spans, **facts)

    def emptiness(self) -> None:
        project = self.project
        if project.goal is None:
            self._left_out("goal", "绩效目标")
        if project.withheld:
            self.add(FlagCode.WITHHELD, "withheld", spans=["goal", "withheld"])
        else:
            if not project.indicators and not (self.is_prose and project.goal):
                self._left_out("indicators", "绩效指标")
        if project.name is None:
            self.add(FlagCode.TEMPLATE_LEFT_EMPTY, "name", what="项目名称")
        if project.goal is not None and len(project.goal) <= _SHORT:
            code = _says_nothing(squash(project.goal).rstrip("。"), self.terms)
            if code == FlagCode.NOT_APPLICABLE:
                self.add(code, "goal")
            elif code is not None:
                self.add(code, "goal", what=project.goal)

    def _left_out(self, path: str, what: str) -> None:
        """A field without a value: nobody filled it in, or its words could not be told from those around it."""
        if _GLUED in self.block.notes:
            self.add(FlagCode.BOUNDARY_UNSURE, path, variant=_GLUED)
        else:
            self.add(FlagCode.TEMPLATE_LEFT_EMPTY, path, what=what)

    def boundaries(self) -> None:
        if _GLUED in self.block.notes and self.project.amounts.total is None:
            self.add(FlagCode.BOUNDARY_UNSURE, "amounts.total", variant=_GLUED)
        if _GLUED_ROWS in self.block.notes and self.project.indicators:
            self.add(FlagCode.BOUNDARY_UNSURE, "indicators", variant=_GLUED)
        for note in dict.fromkeys(self.block.notes):
            if note in {_GLUED, _GLUED_ROWS}:
                continue
            self.add(FlagCode.BOUNDARY_UNSURE, "goal" if note.startswith("goal_") else "name", variant=note)
