"""Checks of what was read against itself: sums, numbering, codes, repeats, empty cells.

Arithmetic is exact (Decimal, in the printed unit). A difference of at most 0.01 for each row is reported as
rounding; of less, where more than two decimals are printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from itertools import islice
from typing import Any

from extractor.layouts import CompiledLayout
from extractor.layouts.taxonomy import category, category_of_code
from extractor.messages import flag, message
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
_SHOWN_GAPS = 10
_CENT = Decimal("0.01")
_ANY_SUM = 60
"""Digits of a sum; an amount has 26 at most, and Python would round to 28."""


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
        printed = (
            project.department,
            project.unit,
            squash(project.name),
            project.amounts,
            squash(project.goal or ""),
            project.indicators,
        )
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
    with localcontext(prec=_ANY_SUM):
        return _check_document(totals, projects, set(repeats), amount_unit, language)


def _check_document(
    totals: Sequence[PrintedTotal],
    projects: Sequence[ProjectReading],
    repeated: set[int],
    amount_unit: str | None,
    language: str,
) -> list[Flag]:
    flags: list[Flag] = []
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
        self, code: FlagCode, path: str = "", /, *, spans: Sequence[str] = (), variant: str = "", **facts: Any
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
        # A model may say any number: only as many gaps are looked for as are shown.
        known, last = set(numbers), max(numbers, default=0)
        missing = list(islice((number for number in range(1, last) if number not in known), _SHOWN_GAPS + 1))
        if missing:
            shown = "、".join(map(str, missing[:_SHOWN_GAPS])) + ("…" if len(missing) > _SHOWN_GAPS else "")
            self.add(FlagCode.MISSING_NUMBER, "indicators", missing=shown)
        elif numbers and (numbers != sorted(numbers) or len(set(numbers)) < len(self.project.indicators)):
            self.add(FlagCode.MISSING_NUMBER, "indicators", variant="order", numbers="、".join(map(str, numbers[:40])))

    def indicator(self, index: int, indicator: Indicator) -> None:
        path = f"indicators[{index}]"
        self._code_and_label(path, indicator)
        values = (indicator.cycle_value, indicator.annual_value)
        if all(values) and values[0] != values[1] and squash(values[0] or "") != squash(values[1] or ""):
            self.add(FlagCode.CYCLE_ANNUAL_DIFFER, path, spans=[f"{path}.cycle_value", f"{path}.annual_value"])
        if indicator.name is None or not any(values):
            what = message("indicator_name_or_value", self.language, number=index + 1)
            self.add(FlagCode.TEMPLATE_LEFT_EMPTY, path, spans=[f"{path}.name"], what=what)
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
            known = category(level, label)
            expected = category_of_code(level, code)
            if code and known and expected != known:
                self.add(
                    FlagCode.CODE_LABEL_MISMATCH,
                    f"{path}.{level}_code",
                    spans=[f"{path}.{level}_code", f"{path}.{level}"],
                    code=code,
                    expected=expected.term if expected else "—",
                    label=label,
                )
        outer, inner = squash(indicator.level1_code or ""), squash(indicator.level2_code or "")
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


def _printed_amounts(amounts: Amounts) -> list[str]:
    columns = (getattr(amounts, column) for column in COLUMN_NAMES)
    return [
        *(amount for amount in columns if amount is not None),
        *amounts.unplaced,
        *(line.amount for line in amounts.breakdown),
    ]


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
        rounding = bool(values) and abs(difference) <= _rounding_unit(printed) * len(values)
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
    return message(
        "repeat_hint_explains" if without == printed else "repeat_hint_differs",
        language,
        rows="、".join(f"“{names[row]}” {values[row]:,}" for row in twice),
        without=f"{without:,}",
        difference=f"{abs(without - printed):,}",
    )


def _check_units_against_grand_total(totals: Sequence[PrintedTotal], language: str) -> list[Flag]:
    flags = []
    units = [total for total in totals if total.kind == "unit"]
    grand_totals = [(index, total) for index, total in enumerate(totals) if total.kind == "grand_total"]
    for index, grand in grand_totals:
        own = units if len(grand_totals) == 1 else [unit for unit in units if _is_within(unit, grand)]
        if len(own) < 2 or grand.amounts.total is None:
            continue
        computed = sum((Decimal(unit.amounts.total) for unit in own if unit.amounts.total), Decimal(0))
        difference = computed - Decimal(grand.amounts.total)
        if not difference:
            continue
        flags.append(
            flag(
                FlagCode.SUM_MISMATCH,
                f"totals[{index}].amounts.total",
                language=language,
                variant="rounding" if abs(difference) <= _rounding_unit(grand.amounts.total) * len(own) else "",
                spans=((grand.start, grand.end), *((unit.start, unit.end) for unit in own)),
                name=grand.name,
                column=message("column_total_of_units", language),
                printed=f"{Decimal(grand.amounts.total):,}",
                count=len(own),
                computed=f"{computed:,}",
                difference=f"{abs(difference):,}",
                hint="",
            )
        )
    return flags


def _is_within(unit: PrintedTotal, grand: PrintedTotal) -> bool:
    """Whether the unit's projects are among the grand total's, which stand in one piece."""
    return bool(unit.rows and grand.rows) and grand.rows[0] <= unit.rows[0] <= grand.rows[-1]


def _check_scale(projects: Sequence[ProjectReading], amount_unit: str | None, language: str) -> list[Flag]:
    amounts = [Decimal(amount) for project in projects for amount in _printed_amounts(project.amounts)]
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


def _rounding_unit(printed: str) -> Decimal:
    """What rounding may take from or add to one row: 0.01, or one unit of the last digit if that is less.

    >>> _rounding_unit("1141.20"), _rounding_unit("80"), _rounding_unit("1.0025")
    (Decimal('0.01'), Decimal('0.01'), Decimal('0.0001'))
    """
    return min(_CENT, Decimal(1).scaleb(int(Decimal(printed).as_tuple().exponent)))
