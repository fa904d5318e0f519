"""decisions.sqlite: every decision that was ever made beside a run, in order.

Rows are added and never changed or removed, which the database itself sees to; a decision that is taken back is one
row more. The file lies in the run folder, and no run writes to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from extractor.decisions.entries import Entry
from extractor.errors import OutputError
from extractor.store.folder import DECISIONS

_PATIENCE = 30.0


class Ledger:
    """The decisions of a run folder; a folder without any has an empty one, and reading makes no file."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / DECISIONS
        self._engine: Any = None

    def entries(self) -> list[Entry]:
        """All rows, in the order in which they were added."""
        if not self.path.is_file():
            return []
        from sqlalchemy import select

        from extractor.decisions.schema import decisions, reached

        with self._connected(write=False) as connection:
            if not reached(connection):
                return []
            statement = select(decisions.c.entry).order_by(decisions.c.position)
            return [Entry.model_validate_json(entry) for entry in connection.scalars(statement)]

    def add(self, entries: Iterable[Entry]) -> int:
        """Add rows, all or none; a row that is there already is not added again. Returns how many were new."""
        from sqlalchemy.dialects.sqlite import insert

        from extractor.decisions.schema import decisions, migrate

        rows = [_row(entry) for entry in entries]
        if not rows:
            return 0
        with self._connected(write=True) as connection:
            migrate(connection)
            statement = insert(decisions).on_conflict_do_nothing(index_elements=["id"])
            return sum(connection.execute(statement, row).rowcount for row in rows)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _connected(self, *, write: bool) -> Iterator[Any]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            if write:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._engine is None:
                self._engine = _engine(self.path)
            with self._engine.begin() as connection:
                connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
                _check(connection, self.path)
                yield connection
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise OutputError(
                f"{self.path}: the decisions cannot be {'written' if write else 'read'} ({cause}); nothing was changed"
            ) from error


def _engine(path: Path) -> Any:
    from sqlalchemy import URL, create_engine, event

    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": _PATIENCE})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # so that CREATE TABLE is part of the transaction
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _check(connection: Any, path: Path) -> None:
    from extractor.decisions.schema import APPLICATION_ID, MIGRATIONS, reached

    application = int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())
    tables = int(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one())
    if application != APPLICATION_ID and (application or tables):
        raise OutputError(f"{path}: a database of another program; move it away")
    if reached(connection) > len(MIGRATIONS):
        raise OutputError(f"{path}: written by a newer version of this program; update it")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "key": entry.key.id,
        "document": entry.key.document,
        "block": entry.key.block,
        "path": entry.key.path,
        "code": entry.key.code,
        "kind": entry.kind.value,
        "before": entry.before,
        "after": entry.after,
        "note": entry.note,
        "who": entry.who,
        "at": entry.when,
        "evidence": entry.evidence,
        "supersedes": entry.supersedes,
        "program": entry.version,
        "entry": entry.model_dump_json(exclude_defaults=True),
    }


__all__ = ["Ledger"]
