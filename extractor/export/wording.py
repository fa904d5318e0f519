"""Targets and funding in the short words of a table's cells."""

from __future__ import annotations

from decimal import Decimal

from extractor.export.labels import Labels
from extractor.schemas.record import NormalizedFunding
from extractor.schemas.target import Target

_SEPARATOR = "；"


def target_cells(prefix: str, target: Target | None, words: Labels) -> dict[str, str | None]:
    """Cells of the columns `prefix_kind`, `prefix_low` …; of a list its items, as text.

    >>> from extractor.export.labels import labels
    >>> cells = target_cells("annual", Target(kind="number", operator="≥", low=Decimal("95.0"), unit="%"), labels("zh"))
    >>> {key: cell for key, cell in cells.items() if cell}
    {'annual_kind': '数值', 'annual_operator': '≥', 'annual_low': '95.0', 'annual_unit': '%'}
    """
    if target is None:
        return {}
    return {
        f"{prefix}_kind": words.target_kinds[target.kind],
        f"{prefix}_operator": target.operator,
        f"{prefix}_low": digits(target.low),
        f"{prefix}_high": digits(target.high),
        f"{prefix}_unit": target.unit,
        f"{prefix}_per": target.per,
        f"{prefix}_period": target.period,
        f"{prefix}_average": words.words["yes"] if target.average else None,
        f"{prefix}_start": target.start,
        f"{prefix}_end": target.end,
        f"{prefix}_items": target_text(target, words) if target.items else None,
    }


def target_text(target: Target, words: Labels) -> str:
    """A target as one short text, to be read and not to be computed with.

    >>> from extractor.export.labels import labels
    >>> per_day = Target(kind="number", operator="≤", high=Decimal(550), unit="元", per="人", period="天")
    >>> due = Target(kind="deadline", operator="≤", end="2026-06-30")
    >>> target_text(Target(kind="list", items=(per_day, due)), labels("zh"))
    '≤550元/人/天；≤2026-06-30'
    """
    if target.items:
        return _SEPARATOR.join(target_text(item, words) for item in target.items)
    days = "–".join(dict.fromkeys(day for day in (target.start, target.end) if day))
    bounds = "–".join(dict.fromkeys(bound for bound in map(digits, (target.low, target.high)) if bound))
    if not days and not bounds:
        return target.formula or target.rest or words.target_kinds[target.kind]
    average = words.words["average"] if target.average else None
    parts = [average, target.formula, target.operator, bounds, target.unit, days]
    parts += [f"/{each}" for each in (target.per, target.period) if each]
    return "".join(filter(None, parts))


def funding_text(line: NormalizedFunding, words: Labels) -> str:
    """A line of the breakdown: its canonical name, what is known of it, and its yuan.

    >>> from extractor.export.labels import labels
    >>> funding_text(NormalizedFunding(label="其中：省级", source="fiscal", level="省", yuan="32500"), labels("zh"))
    '其中：省级（财政拨款、省）：32500 元'
    """
    basis = words.funding.get(line.basis)
    known = [words.funding[line.source] if line.source else None, line.level, basis]
    note = words.funding["separator"].join(filter(None, known))
    name = f"{line.term or line.label}（{note}）" if note else line.term or line.label
    if line.yuan is None:
        return name
    return words.words["pair"].format(label=name, value=words.funding["yuan"].format(yuan=line.yuan))


def trimmed(number: Decimal, *, grouped: bool = False) -> str:
    """A computed number: no zeros at its end, `grouped`: with thousands separators.

    >>> trimmed(Decimal("12000.50")), trimmed(Decimal("-1200.00"), grouped=True)
    ('12000.5', '-1,200')
    """
    text = f"{number:,f}" if grouped else f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def digits(number: Decimal | None) -> str | None:
    """A number as plain digits, with no exponent."""
    return None if number is None else f"{number:f}"
