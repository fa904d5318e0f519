"""Arithmetic of a document: funding sources against totals, projects against unit rows against the grand total.

Exact (Decimal, in the unit of the printed total). A difference of at most 0.01 for each row is reported as rounding;
of less, where more than two decimals are printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from extractor.normalize import scale_of
from extractor.normalize.funding import is_of_the_year
from extractor.schemas.document import PrintedTotal
from extractor.schemas.finding import Fact, Finding, finding, said
from extractor.schemas.layout import AMOUNT_COLUMNS, column_label
from extractor.schemas.project import SOURCES, Amounts, ProjectReading
from extractor.schemas.record import FlagCode, Span

_HUGE_IN_TEN_THOUSANDS = Decimal(10_000_000)
_TINY_IN_YUAN = Decimal(1_000)
_CENT = Decimal("0.01")
_ANY_SUM = 60
"""Digits of a sum; an amount has 26 at most, and Python would round to 28."""


def check_document(
    totals: Sequence[PrintedTotal],
    projects: Sequence[ProjectReading],
    repeats: Iterable[int],
    units: Sequence[str | None],
) -> list[Finding]:
    """Flags of a document: projects against unit rows against the grand total, and the unit of each one's amounts."""
    with localcontext(prec=_ANY_SUM):
        return _check_document(totals, projects, set(repeats), units)


def _check_document(
    totals: Sequence[PrintedTotal],
    projects: Sequence[ProjectReading],
    repeated: set[int],
    units: Sequence[str | None],
) -> list[Finding]:
    flags: list[Finding] = []
    for index, total in enumerate(totals):
        rows = in_unit_of(total, {row: projects[row].amounts for row in total.rows}, units)
        names = {row: projects[row].name or "" for row in total.rows}
        flags += _check_sums(index, total, rows, names, repeated)
        difference = parts_difference(total.amounts)
        if difference is not None:
            flags.append(parts_finding(total.amounts, f"totals[{index}].amounts", ((total.start, total.end),)))
    flags += _check_units_against_grand_total(totals)
    by_unit: dict[str | None, list[Decimal]] = {}
    for project, unit in zip(projects, units, strict=True):
        by_unit.setdefault(unit, []).extend(map(Decimal, _printed_amounts(project.amounts)))
    for unit, amounts in by_unit.items():
        if amounts:
            flags += _check_scale(max(amounts), unit)
    return flags


def _printed_amounts(amounts: Amounts) -> list[str]:
    columns = (getattr(amounts, column) for column in AMOUNT_COLUMNS)
    return [
        *(amount for amount in columns if amount is not None),
        *amounts.unplaced,
        *(line.amount for line in amounts.breakdown),
    ]


def parts_difference(amounts: Amounts) -> Decimal | None:
    """Total minus its parts where both are printed and differ; None where they agree.

    Other funding columns count where they are the only ones: beside 财政拨款 they may be parts of it. One named source
    within the total is a part of it, and need not be all of it; sources that make up the total of several years are
    that total's.

    >>> from extractor.schemas.project import FundingLine
    >>> line = lambda label, amount: FundingLine(label=label, amount=amount)
    >>> of = lambda *lines: parts_difference(Amounts(total="82", breakdown=lines))
    >>> of(line("上级资金", "60")), of(line("上级资金", "90"))
    (None, Decimal('-8'))
    >>> of(line("项目总投资", "246"), line("中央补助", "150"), line("省级财政", "96"))
    >>> of(line("中央补助", "50"), line("省级财政", "16"))
    Decimal('16')
    """
    known = [value for part in SOURCES if (value := getattr(amounts, part)) is not None]
    if not known:
        known = [line.amount for line in amounts.breakdown if is_of_the_year(line.label)]
        if _are_no_whole(amounts, sum(map(Decimal, known), Decimal(0)), len(known)):
            return None
    elif amounts.breakdown:
        return None
    if amounts.total is None or not (known or amounts.unplaced):
        return None
    total = sum(map(Decimal, (*known, *amounts.unplaced)), Decimal(0))
    difference = Decimal(amounts.total) - total
    return difference or None


def _are_no_whole(amounts: Amounts, named: Decimal, count: int) -> bool:
    """Whether named sources need not add up to the year's total: one is a part, and several may be of another total."""
    if count == 1 and amounts.total is not None and named <= Decimal(amounts.total):
        return True
    others = {line.label: Decimal(line.amount) for line in amounts.breakdown if not is_of_the_year(line.label)}
    return any(
        total == named + sum((part for name, part in others.items() if name.startswith(f"{label}·")), Decimal(0))
        for label, total in others.items()
    )


def parts_finding(amounts: Amounts, path: str, spans: tuple[Span, ...]) -> Finding:
    difference = parts_difference(amounts) or Decimal(0)
    total = Decimal(amounts.total or 0)
    return finding(
        FlagCode.PARTS_DO_NOT_SUM,
        path,
        spans=spans,
        parts=f"{total - difference:,}",
        total=f"{total:,}",
        difference=f"{abs(difference):,}",
    )


def in_unit_of(
    total: PrintedTotal, rows: Mapping[int, Amounts], units: Sequence[str | None] | Mapping[int, str | None]
) -> dict[int, Amounts]:
    """The rows' amounts in the unit of their total; what stands in no known unit is taken to stand in that one.

    `units` are those of the projects by their index. A total without a unit of its own has the largest of its rows'.
    """
    scales = {row: scale_of(units[row]) for row in rows}
    own = scale_of(total.amount_unit) or max(filter(None, scales.values()), default=None)
    return {row: _converted(amounts, scales[row], own) for row, amounts in rows.items()}


def _converted(amounts: Amounts, scale: Decimal | None, own: Decimal | None) -> Amounts:
    """Amounts as they would be printed in another unit."""
    if scale is None or own is None or scale == own:
        return amounts
    printed = {column: value for column in AMOUNT_COLUMNS if (value := getattr(amounts, column)) is not None}
    return amounts.model_copy(
        update={column: f"{(Decimal(value) * scale / own).normalize():f}" for column, value in printed.items()}
    )


def _check_sums(
    index: int,
    total: PrintedTotal,
    rows: Mapping[int, Amounts],
    names: Mapping[int, str],
    repeated: set[int],
) -> list[Finding]:
    return [
        finding(
            FlagCode.SUM_MISMATCH,
            f"totals[{index}].amounts.{off.column}",
            variant="rounding" if off.is_rounding else "",
            spans=((total.start, total.end),),
            name=total.name,
            column=column_label(off.column),
            printed=f"{off.printed:,}",
            count=len(rows),
            computed=f"{off.computed:,}",
            difference=f"{abs(off.computed - off.printed):,}",
            hint="" if off.is_rounding else _repeat_hint(off.values, names, repeated, off.printed),
        )
        for off in mismatches(total, rows)
    ]


class Mismatch(NamedTuple):
    """A column of a printed total to which the rows' `values` do not add up."""

    column: str
    printed: Decimal
    computed: Decimal
    values: dict[int, Decimal]
    is_rounding: bool


def mismatches(total: PrintedTotal, rows: Mapping[int, Amounts]) -> Iterator[Mismatch]:
    """Columns of a printed total that differ from the sum of its rows, by rounding or by more."""
    of_total: Decimal | None = None
    unplaced = bool(total.amounts.unplaced) or any(amounts.unplaced for amounts in rows.values())
    for column in AMOUNT_COLUMNS:
        printed = getattr(total.amounts, column)
        if printed is None or (unplaced and column != "total"):
            continue
        values = {
            row: Decimal(value) for row, amounts in rows.items() if (value := getattr(amounts, column)) is not None
        }
        computed = sum(values.values(), Decimal(0))
        difference = computed - Decimal(printed)
        if not difference or (column, printed, computed) == ("fiscal", total.amounts.total, of_total):
            # 财政拨款 alone makes up the total: one flag says it all.
            continue
        if column == "total":
            of_total = computed
        rounding = bool(values) and abs(difference) <= _rounding_unit(printed) * len(values)
        yield Mismatch(column, Decimal(printed), computed, values, rounding)


def rows_in_doubt(
    totals: Sequence[PrintedTotal], projects: Sequence[ProjectReading], units: Sequence[str | None]
) -> frozenset[int]:
    """Projects that do not add up to their printed total, by more than rounding; `units` are those of their amounts.

    Where a unit's rows add up to its own total, a grand total that differs is not about them.
    """
    fitting: set[int] = set()
    off: set[int] = set()
    with localcontext(prec=_ANY_SUM):
        for total in sorted(totals, key=lambda total: total.kind == "grand_total"):
            rows = in_unit_of(total, {row: projects[row].amounts for row in total.rows}, units)
            if any(not one.is_rounding for one in mismatches(total, rows)):
                off |= rows.keys() - fitting
            elif total.kind == "unit":
                fitting |= rows.keys()
    return frozenset(off)


def _repeat_hint(values: Mapping[int, Decimal], names: Mapping[int, str], repeated: set[int], printed: Decimal) -> Fact:
    """Names the rows printed twice, and what the sum is without them."""
    twice = [row for row in values if row in repeated]
    if not twice:
        return ""
    without = sum((value for row, value in values.items() if row not in repeated), Decimal(0))
    return said(
        "repeat_hint_explains" if without == printed else "repeat_hint_differs",
        rows="、".join(f"“{names[row]}” {values[row]:,}" for row in twice),
        without=f"{without:,}",
        difference=f"{abs(without - printed):,}",
    )


def _check_units_against_grand_total(totals: Sequence[PrintedTotal]) -> list[Finding]:
    flags = []
    for index, own in units_of_grand_totals(totals):
        grand = totals[index]
        off = units_mismatch(grand, own)
        if off is None:
            continue
        flags.append(
            finding(
                FlagCode.SUM_MISMATCH,
                f"totals[{index}].amounts.total",
                variant="rounding" if off.is_rounding else "",
                spans=((grand.start, grand.end), *((unit.start, unit.end) for unit in own)),
                name=grand.name,
                column=said("column_total_of_units"),
                printed=f"{off.printed:,}",
                count=len(own),
                computed=f"{off.computed:,}",
                difference=f"{abs(off.computed - off.printed):,}",
                hint="",
            )
        )
    return flags


def units_of_grand_totals(totals: Sequence[PrintedTotal]) -> Iterator[tuple[int, list[PrintedTotal]]]:
    """Each grand total's index with the unit rows that it sums up, where there are several."""
    units = [total for total in totals if total.kind == "unit"]
    grand_totals = [(index, total) for index, total in enumerate(totals) if total.kind == "grand_total"]
    for index, grand in grand_totals:
        own = units if len(grand_totals) == 1 else [unit for unit in units if _is_within(unit, grand)]
        if len(own) > 1 and grand.amounts.total is not None:
            yield index, own


def units_mismatch(grand: PrintedTotal, own: Sequence[PrintedTotal]) -> Mismatch | None:
    """How the unit rows' totals differ from the grand total."""
    printed = grand.amounts.total
    amounts = {row: unit.amounts for row, unit in enumerate(own)}
    converted = in_unit_of(grand, amounts, [unit.amount_unit for unit in own])
    values = {row: Decimal(one.total) for row, one in converted.items() if one.total is not None}
    computed = sum(values.values(), Decimal(0))
    if printed is None or computed == Decimal(printed):
        return None
    rounding = abs(computed - Decimal(printed)) <= _rounding_unit(printed) * len(own)
    return Mismatch("total", Decimal(printed), computed, values, rounding)


def _is_within(unit: PrintedTotal, grand: PrintedTotal) -> bool:
    """Whether the unit's projects are among the grand total's, which stand in one piece."""
    return bool(unit.rows and grand.rows) and grand.rows[0] <= unit.rows[0] <= grand.rows[-1]


def _check_scale(largest: Decimal, amount_unit: str | None) -> list[Finding]:
    """Whether a unit of amounts is known, and the largest amount in it is usual."""
    scale = scale_of(amount_unit)
    if scale is None:
        return [finding(FlagCode.UNIT_SCALE_SUSPECT, "document.amount_unit", variant="missing")]
    other = ""
    if scale == 10_000 and largest >= _HUGE_IN_TEN_THOUSANDS:
        other = "元"
    elif scale == 1 and 0 < largest < _TINY_IN_YUAN:
        other = "万元"
    if not other:
        return []
    return [
        finding(
            FlagCode.UNIT_SCALE_SUSPECT,
            "document.amount_unit",
            variant="magnitude",
            unit=amount_unit or "",
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
