"""A project as far as comparing two runs is concerned: small, so that two runs of many thousands fit into memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from extractor.follow import Known, known_of
from extractor.names import Aliases
from extractor.normalize import printed_amounts
from extractor.normalize.standing import Standing
from extractor.schemas.record import Record
from extractor.schemas.target import Target
from extractor.text import squash


@dataclass(frozen=True, slots=True)
class Money:
    """One amount: its printed digits and unit, and in yuan where the unit is known."""

    printed: str
    unit: str | None
    yuan: Decimal | None

    @property
    def as_printed(self) -> str:
        return f"{self.printed} {self.unit}" if self.unit else self.printed


@dataclass(frozen=True, slots=True)
class HeldIndicator:
    """One indicator; `key` is its name for comparing, `values` holds (printed, target) under cycle and annual."""

    position: int
    name: str
    key: str
    values: Mapping[str, tuple[str, Target | None]]


@dataclass(frozen=True, slots=True)
class Held:
    """One project: what following it needs (`known`), and what may have changed."""

    known: Known
    standing: Standing
    amounts: Mapping[str, Money]
    goal: str | None
    withheld: bool
    indicators: tuple[HeldIndicator, ...]


def held_of(record: Record, standing: Standing, aliases: Aliases | None = None, run: int = 0) -> Held:
    """What comparing needs of a record."""
    return Held(
        known=known_of(record, aliases, run),
        standing=standing,
        amounts=_amounts(record),
        goal=record.project.goal,
        withheld=record.project.withheld,
        indicators=_indicators(record),
    )


def _amounts(record: Record) -> dict[str, Money]:
    unit, yuan = record.document.amount_unit, record.normalized.amounts
    return {
        key: Money(printed, unit, Decimal(yuan[key]) if key in yuan else None)
        for key, printed in printed_amounts(record.project.amounts).items()
    }


def _indicators(record: Record) -> tuple[HeldIndicator, ...]:
    normalized = record.normalized.indicators
    held = []
    for position, indicator in enumerate(record.project.indicators):
        comparable = normalized[position] if position < len(normalized) else None
        values = {
            period: (printed, target)
            for period, printed, target in (
                ("cycle", indicator.cycle_value, comparable.cycle if comparable else None),
                ("annual", indicator.annual_value, comparable.annual if comparable else None),
            )
            if printed is not None
        }
        # Without a name, as some tables print them, the category has to do.
        name = indicator.name or indicator.level2 or indicator.level1 or ""
        held.append(HeldIndicator(position, name, squash(name), values))
    return tuple(held)
