"""A project as far as following it is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from extractor.names import Aliases, named
from extractor.schemas.record import Record


@dataclass(frozen=True, slots=True)
class Known:
    """One published project: its names, their keys, and what tells one printing of it from another.

    `division` is a code of GB/T 2260, `total` is in yuan (None where it or its unit is unknown), `run` the position of
    the run folder among those that are compared.
    """

    id: str
    name: str | None = None
    unit: str | None = None
    department: str | None = None
    name_key: str | None = None
    unit_key: str | None = None
    department_key: str | None = None
    division: str | None = None
    year: int | None = None
    total: Decimal | None = None
    file: str = ""
    index: int = 0
    run: int = 0


def known_of(record: Record, aliases: Aliases | None = None, run: int = 0) -> Known:
    """What is known of a record; keys and division are made anew, so that an alias table holds for earlier runs too."""
    project, document = record.project, record.document
    names = named(project, document, aliases)
    total = record.normalized.amounts.get("total")
    return Known(
        id=record.id,
        name=project.name,
        unit=project.unit,
        department=project.department,
        name_key=names.name,
        unit_key=names.unit,
        department_key=names.department,
        division=names.division.code if names.division else None,
        year=document.fiscal_year,
        total=Decimal(total) if total is not None else None,
        file=document.file,
        index=record.block.index,
        run=run,
    )
