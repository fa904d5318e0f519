"""What is asked of a whole run: counts, what is left to do, what was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Table, and_, func, or_, select

from extractor.store.rows import Copies, RunTotals
from extractor.store.tables import calls, documents, flags, inputs, records, runs, usage

Why = Literal["failed", "projects failed", "not answered", "answers to be asked again", "not read", "killed a run"]
"""Why a document is not settled."""

_UNANSWERED = ("model_failed", "model_refused", "model_truncated")


class Unsettled(NamedTuple):
    """A document that `extractor retry` reads again, and why."""

    file: str
    why: Why
    reason: str | None


class Calls(NamedTuple):
    """Calls with one outcome: how many, and their tokens: sent, of these cached, received."""

    outcome: str
    number: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A run folder at a glance. `planned` and `read` are those of the last run; `ended` is None while it goes on.

    `rate` is documents a second of the last run, None where it stored none.
    """

    totals: RunTotals
    unsettled: Sequence[Unsettled]
    calls: Sequence[Calls]
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    runs: int = 0
    began: str | None = None
    ended: str | None = None
    planned: int = 0
    read: int = 0
    rate: float | None = None


def overview(connection: Connection) -> Overview:
    last = connection.execute(select(runs).order_by(runs.c.number.desc()).limit(1)).mappings().first()
    found: dict[str, Any] = {}
    if last is not None:
        of_run = inputs.c.run == last["number"]
        found = {"runs": last["number"], "began": last["began"], "ended": last["ended"]}
        found["planned"], found["read"] = progress(connection, last["number"])
        stored = select(func.count(), func.max(documents.c.stored)).where(
            of_run, inputs.c.file == documents.c.file, documents.c.stored >= last["began"]
        )
        number, until = connection.execute(stored).one()
        found["rate"] = _rate(number, last["began"], until)
    return Overview(totals(connection), unsettled(connection), _calls(connection), _costs(connection), **found)


def progress(connection: Connection, run: int) -> tuple[int, int]:
    """Documents that a run was to read, and those of them that are stored."""
    of_run = inputs.c.run == run
    planned = connection.execute(select(func.count()).select_from(inputs).where(of_run)).scalar_one()
    read = connection.execute(select(func.count()).where(of_run, inputs.c.file == documents.c.file)).scalar_one()
    return planned, read


def unsettled(connection: Connection) -> list[Unsettled]:
    """Documents with something left to do, in order of their names."""
    found: dict[str, Unsettled] = {}
    unanswered = select(flags.c.file).where(flags.c.code.in_(_UNANSWERED))
    stored = select(
        documents.c.file, documents.c.status, documents.c.failed, documents.c.fingerprint, documents.c.reason
    )
    stored = stored.where(
        or_(
            documents.c.status == "failed",
            documents.c.failed > 0,
            documents.c.fingerprint == "",
            documents.c.file.in_(unanswered),
        )
    )
    for row in connection.execute(stored):
        why: Why = "answers to be asked again"
        if row.status == "failed":
            why = "failed"
        elif row.failed:
            why = "projects failed"
        elif not row.fingerprint:
            why = "not answered"
        found[row.file] = Unsettled(row.file, why, row.reason if row.status == "failed" else None)
    missing = (
        select(inputs.c.file, inputs.c.begun)
        .outerjoin(documents, documents.c.file == inputs.c.file)
        .where(documents.c.file.is_(None))
    )
    for file, begun in connection.execute(missing):
        found[file] = Unsettled(file, "killed a run" if begun else "not read", None)
    return [found[file] for file in sorted(found)]


def totals(connection: Connection) -> RunTotals:
    paid = _summed(connection, calls, "input_tokens", "output_tokens")
    paid["calls"] = connection.execute(select(func.count()).select_from(calls)).scalar_one()
    before = _summed(connection, usage, "calls", "cached", "input_tokens", "output_tokens")
    return RunTotals(
        documents=_counted(connection, documents, "status"),
        records=_counted(connection, records, "status"),
        flags=_counted(connection, flags, "code"),
        **_summed(connection, documents, "blocks", "failed", "indicators"),
        **{name: number + paid.get(name, 0) for name, number in before.items()},
    )


def copies(connection: Connection) -> list[Copies]:
    """Documents with projects whose content is the same as another's."""
    with_projects = documents.c.records > 0
    several = select(documents.c.sha256).where(with_projects).group_by(documents.c.sha256).having(func.count() > 1)
    statement = select(documents.c.sha256, documents.c.records, documents.c.file).where(
        and_(with_projects, documents.c.sha256.in_(several))
    )
    found: dict[str, tuple[int, list[str]]] = {}
    for sha256, projects, file in connection.execute(statement.order_by(documents.c.file)):
        found.setdefault(sha256, (projects, []))[1].append(file)
    return [Copies(projects, files) for projects, files in found.values()]


def _calls(connection: Connection) -> list[Calls]:
    sums = (func.sum(calls.c[name]) for name in ("input_tokens", "cached_tokens", "output_tokens"))
    statement = select(calls.c.outcome, func.count(), *sums).group_by(calls.c.outcome).order_by(calls.c.outcome)
    return [Calls(outcome, *map(int, numbers)) for outcome, *numbers in connection.execute(statement)]


def _costs(connection: Connection) -> dict[str, Decimal]:
    """Exact sums, by currency; a database would add them as floating-point numbers."""
    found: dict[str, Decimal] = {}
    statement = select(calls.c.currency, calls.c.price, func.count()).where(calls.c.price.is_not(None))
    for currency, price, number in connection.execute(statement.group_by(calls.c.currency, calls.c.price)):
        found[currency] = found.get(currency, Decimal(0)) + Decimal(str(price)) * number
    return found


def _rate(number: int, began: str, until: str | None) -> float | None:
    if not number or until is None:
        return None
    seconds = (datetime.fromisoformat(until) - datetime.fromisoformat(began)).total_seconds()
    return number / max(seconds, 0.001)


def _counted(connection: Connection, table: Table, column: str) -> dict[str, int]:
    of = table.c[column]
    rows = connection.execute(select(of, func.count()).group_by(of).order_by(of))
    return {str(key): int(number) for key, number in rows}


def _summed(connection: Connection, table: Table, *columns: str) -> dict[str, int]:
    row = connection.execute(select(*(func.coalesce(func.sum(table.c[name]), 0) for name in columns))).one()
    return {name: int(number) for name, number in zip(columns, row, strict=True)}
