"""Checks of what was read against itself: sums, numbering, codes, repeats, empty cells.

Arithmetic is exact (Decimal, in the printed unit). A printed total may differ from the sum of its rows
by as much as rounding each of them can make up: one unit of the last printed digit for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from extractor.layouts import CompiledLayout
from extractor.layouts.taxonomy import category, category_of_code
from extractor.messages import flag
from extractor.normalize import scale_of
from extractor.text import squash
from schemas.document import Block, PrintedTotal
from schemas.project import Amounts, Indicator, ProjectReading
from schemas.record import Flag, FlagCode, Span

COLUMN_NAMES = {
    "total": "总计",
    "fiscal": "财政拨款",
    "special_account": "财政专户拨款",
    "other": "其他资金",
}
_PARTS = ("fiscal", "special_account", "other")
_HUGE_IN_TEN_THOUSANDS = Decimal(10_000_000)
_TINY_IN_YUAN = Decimal(1_000)
_SHORT = 24


def check_project(
    project: ProjectReading, block: Block, layout: CompiledLayout, spans: Mapping[str, Span], language: str = "zh"
) -> list[Flag]:
    """Flags of one project by itself."""
    checks = _Checks(project, block, layout, spans, language)
    checks.amounts()
    checks.numbering()
    for index, indicator in enumerate(project.indicators):
        checks.indicator(index, indicator)
    checks.emptiness()
    checks.boundaries()
    return checks.flags


def find_repeats(projects: Sequence[ProjectReading], blocks: Sequence[Block], language: str = "zh") -> dict[int, Flag]:
    """Projects printed word for word a second time: {index of the repeat: its flag}."""
    seen: dict[tuple[object, ...], int] = {}
    repeats: dict[int, Flag] = {}
    for index, project in enumerate(projects):
        if project.name is None or (project.goal is None and not project.indicators):
            continue
        printed = (project.unit, squash(project.name), project.amounts, project.goal, project.indicators)
        first = seen.setdefault(printed, index)
        if first != index:
            repeats[index] = flag(
                FlagCode.REPEATED_PROJECT,
                language=language,
                other=first + 1,
                name=project.name,
                spans=((blocks[first].start, blocks[first].end), (blocks[index].start, blocks[index].end)),
            )
    return repeats


def check_document(
    totals: Sequence[PrintedTotal],
    projects: Sequence[ProjectReading],
    repeats: Iterable[int],
    amount_unit: str | None,
    language: str = "zh",
) -> list[Flag]:
    """Flags of a document: projects against unit rows against the grand total, and the unit of amounts."""
    flags: list[Flag] = []
    repeated = set(repeats)
    for index, total in enumerate(totals):
        rows = {row: projects[row].amounts for row in total.rows}
        names = {row: projects[row].name or "" for row in total.rows}
        flags += _check_sums(index, total, rows, names, repeated, language)
        difference = _parts_difference(total.amounts)
        if difference is not None:
            flags.append(_parts_flag(total.amounts, f"totals[{index}].amounts", ((total.start, total.end),), language))
    flags += _check_units_against_grand_total(totals, language)
    flags += _check_scale(projects, amount_unit, language)
    return flags


class _Checks:
    def __init__(
        self,
        project: ProjectReading,
        block: Block,
        layout: CompiledLayout,
        spans: Mapping[str, Span],
        language: str,
    ) -> None:
        self.project = project
        self.block = block
        self.terms = layout.terms
        self.spans = spans
        self.language = language
        self.flags: list[Flag] = []

    def add(
        self, code: FlagCode, path: str = "", /, *, spans: Sequence[str] = (), variant: str = "", **facts: object
    ) -> None:
        found = tuple(self.spans[name] for name in (spans or (path,)) if name in self.spans)
        self.flags.append(flag(code, path, language=self.language, variant=variant, spans=found, **facts))

    def amounts(self) -> None:
        amounts = self.project.amounts
        if amounts.unplaced:
            possible = self.block.context.possible_columns
            self.add(
                FlagCode.AMOUNT_COLUMN_AMBIGUOUS,
                "amounts.unplaced",
                spans=[f"amounts.unplaced[{index}]" for index in range(len(amounts.unplaced))],
                amounts="、".join(amounts.unplaced),
                columns="、".join(COLUMN_NAMES.get(column, column.removeprefix("breakdown:")) for column in possible)
                or "—",
            )
        if _parts_difference(amounts) is not None:
            spans = tuple(span for column in COLUMN_NAMES if (span := self.spans.get(f"amounts.{column}")) is not None)
            self.flags.append(_parts_flag(amounts, "amounts", spans, self.language))

    def numbering(self) -> None:
        numbers = [indicator.number for indicator in self.project.indicators if indicator.number is not None]
        missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
        if missing:
            shown = "、".join(map(str, missing[:10])) + ("…" if len(missing) > 10 else "")
            self.add(FlagCode.MISSING_NUMBER, "indicators", missing=shown)

    def indicator(self, index: int, indicator: Indicator) -> None:
        path = f"indicators[{index}]"
        self._code_and_label(path, indicator)
        values = (indicator.cycle_value, indicator.annual_value)
        if all(values) and values[0] != values[1] and squash(values[0] or "") != squash(values[1] or ""):
            self.add(FlagCode.CYCLE_ANNUAL_DIFFER, path, spans=[f"{path}.cycle_value", f"{path}.annual_value"])
        if indicator.name is None or not any(values):
            self.add(
                FlagCode.TEMPLATE_LEFT_EMPTY, path, spans=[f"{path}.name"], what=f"第 {index + 1} 项指标的名称或指标值"
            )
        for name, value in zip(("name", "cycle_value", "annual_value"), (indicator.name, *values), strict=True):
            if value is None or len(value) > _SHORT:
                continue
            word = squash(value)
            if word in self.terms.not_applicable:
                self.add(FlagCode.NOT_APPLICABLE, f"{path}.{name}")
            elif self.terms.template.fullmatch(word):
                self.add(FlagCode.TEMPLATE_LEFT_EMPTY, f"{path}.{name}", what=value)

    def _code_and_label(self, path: str, indicator: Indicator) -> None:
        for level in ("level1", "level2"):
            code, label = getattr(indicator, f"{level}_code"), getattr(indicator, level)
            known = category(level, label)  # type: ignore[arg-type]
            expected = category_of_code(level, code)  # type: ignore[arg-type]
            if code and known and expected != known:
                self.add(
                    FlagCode.CODE_LABEL_MISMATCH,
                    f"{path}.{level}_code",
                    spans=[f"{path}.{level}_code", f"{path}.{level}"],
                    code=code,
                    expected=expected.term if expected else "—",
                    label=label,
                )
        outer, inner = indicator.level1_code, indicator.level2_code
        if outer and inner and not inner.startswith(outer):
            above = category_of_code("level1", inner[:1])
            self.add(
                FlagCode.CODE_LABEL_MISMATCH,
                f"{path}.level2_code",
                spans=[f"{path}.level1_code", f"{path}.level2_code"],
                code=inner,
                expected=above.term if above else "—",
                label=f"{outer}-{indicator.level1}",
            )

    def emptiness(self) -> None:
        project = self.project
        if project.withheld:
            self.add(FlagCode.WITHHELD, "withheld", spans=["goal", "withheld"])
        else:
            if project.goal is None:
                self.add(FlagCode.TEMPLATE_LEFT_EMPTY, "goal", what="绩效目标")
            if not project.indicators:
                self.add(FlagCode.TEMPLATE_LEFT_EMPTY, "indicators", what="绩效指标")
        if project.name is None:
            self.add(FlagCode.TEMPLATE_LEFT_EMPTY, "name", what="项目名称")
        if project.goal is not None and len(project.goal) <= _SHORT:
            word = squash(project.goal).rstrip("。")
            if word in self.terms.not_applicable:
                self.add(FlagCode.NOT_APPLICABLE, "goal")
            elif self.terms.template.fullmatch(word):
                self.add(FlagCode.TEMPLATE_LEFT_EMPTY, "goal", what=project.goal)

    def boundaries(self) -> None:
        for note in dict.fromkeys(self.block.notes):
            self.add(FlagCode.BOUNDARY_UNSURE, "name", variant=note)


def _parts_difference(amounts: Amounts) -> Decimal | None:
    """Total minus its parts where both are printed and differ."""
    parts = [getattr(amounts, part) for part in _PARTS]
    known = [part for part in parts if part is not None]
    if amounts.total is None or amounts.breakdown or not (known or amounts.unplaced):
        return None
    total = sum(map(Decimal, (*known, *amounts.unplaced)), Decimal(0))
    difference = Decimal(amounts.total) - total
    return difference or None


def _parts_flag(amounts: Amounts, path: str, spans: tuple[Span, ...], language: str) -> Flag:
    difference = _parts_difference(amounts) or Decimal(0)
    total = Decimal(amounts.total or 0)
    return flag(
        FlagCode.PARTS_DO_NOT_SUM,
        path,
        language=language,
        spans=spans,
        parts=f"{total - difference:,}",
        total=f"{total:,}",
        difference=f"{abs(difference):,}",
    )


def _check_sums(
    index: int,
    total: PrintedTotal,
    rows: Mapping[int, Amounts],
    names: Mapping[int, str],
    repeated: set[int],
    language: str,
) -> list[Flag]:
    flags = []
    sums: dict[str, Decimal] = {}
    unplaced = bool(total.amounts.unplaced) or any(amounts.unplaced for amounts in rows.values())
    for column in COLUMN_NAMES:
        printed = getattr(total.amounts, column)
        if printed is None or (unplaced and column != "total"):
            continue
        values = {
            row: Decimal(value) for row, amounts in rows.items() if (value := getattr(amounts, column)) is not None
        }
        computed = sum(values.values(), Decimal(0))
        difference = computed - Decimal(printed)
        if not difference or (column, printed, computed) == ("fiscal", total.amounts.total, sums.get("total")):
            # 财政拨款 alone makes up the total: one flag says it all.
            continue
        sums[column] = computed
        rounding = abs(difference) <= _last_digit(printed) * max(len(values), 1) and values
        flags.append(
            flag(
                FlagCode.SUM_MISMATCH,
                f"totals[{index}].amounts.{column}",
                language=language,
                variant="rounding" if rounding else "",
                spans=((total.start, total.end),),
                name=total.name,
                column=COLUMN_NAMES[column],
                printed=f"{Decimal(printed):,}",
                count=len(rows),
                computed=f"{computed:,}",
                difference=f"{abs(difference):,}",
                hint="" if rounding else _repeat_hint(values, names, repeated, Decimal(printed), language),
            )
        )
    return flags


def _repeat_hint(
    values: Mapping[int, Decimal], names: Mapping[int, str], repeated: set[int], printed: Decimal, language: str
) -> str:
    """Names the rows printed twice, and what the sum is without them."""
    twice = [row for row in values if row in repeated]
    if not twice:
        return ""
    without = sum((value for row, value in values.items() if row not in repeated), Decimal(0))
    listed = "、".join(f"“{names[row]}” {values[row]:,}" for row in twice)
    if language == "en":
        verdict = "which is the printed total" if without == printed else f"still {abs(without - printed):,} apart"
        return f"Printed twice: {listed}; without the repeats the sum is {without:,}, {verdict}."
    verdict = "与印出的合计相符" if without == printed else f"仍相差 {abs(without - printed):,}"
    return f"其中重复印出：{listed}；不计重复为 {without:,}，{verdict}。"


def _check_units_against_grand_total(totals: Sequence[PrintedTotal], language: str) -> list[Flag]:
    grand = next((total for total in totals if total.kind == "grand_total"), None)
    units = [total for total in totals if total.kind == "unit"]
    if grand is None or len(units) < 2 or grand.amounts.total is None:
        return []
    computed = sum((Decimal(unit.amounts.total) for unit in units if unit.amounts.total), Decimal(0))
    difference = computed - Decimal(grand.amounts.total)
    if not difference:
        return []
    return [
        flag(
            FlagCode.SUM_MISMATCH,
            f"totals[{totals.index(grand)}].amounts.total",
            language=language,
            variant="rounding" if abs(difference) <= _last_digit(grand.amounts.total) * len(units) else "",
            spans=((grand.start, grand.end), *((unit.start, unit.end) for unit in units)),
            name=grand.name,
            column="总计（各单位行）",
            printed=f"{Decimal(grand.amounts.total):,}",
            count=len(units),
            computed=f"{computed:,}",
            difference=f"{abs(difference):,}",
            hint="",
        )
    ]


def _check_scale(projects: Sequence[ProjectReading], amount_unit: str | None, language: str) -> list[Flag]:
    amounts = [Decimal(project.amounts.total) for project in projects if project.amounts.total is not None]
    if not amounts:
        return []
    scale = scale_of(amount_unit)
    if scale is None:
        return [flag(FlagCode.UNIT_SCALE_SUSPECT, "document.amount_unit", language=language, variant="missing")]
    largest = max(amounts)
    other = ""
    if scale == 10_000 and largest >= _HUGE_IN_TEN_THOUSANDS:
        other = "元"
    elif scale == 1 and 0 < largest < _TINY_IN_YUAN:
        other = "万元"
    if not other:
        return []
    return [
        flag(
            FlagCode.UNIT_SCALE_SUSPECT,
            "document.amount_unit",
            language=language,
            variant="magnitude",
            unit=amount_unit,
            amount=f"{largest:,}",
            other=other,
        )
    ]


def _last_digit(printed: str) -> Decimal:
    """One unit of the last printed digit.

    >>> _last_digit("1141.20"), _last_digit("80")
    (Decimal('0.01'), Decimal('1'))
    """
    return Decimal(1).scaleb(int(Decimal(printed).as_tuple().exponent))
