"""SQL of the run's database: rows in, rows out, every foreign error translated here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    inspect,
    null,
    select,
    tuple_,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import OutputError, UsageError
from extractor.store.lock import take_lock
from extractor.store.rows import Row, RunTotals
from extractor.store.tables import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    documents,
    flags,
    metadata,
    plan,
    records,
    told,
    usage,
)

BATCH = 500
"""Rows that one statement writes."""
PAGE = 200
"""Rows that one statement reads: no read lasts long enough to keep a running save waiting."""
PATIENCE = 30.0
"""Seconds to wait for another program that is looking into the database."""

_DONE = select(documents.c.file).where(
    documents.c.file == bindparam("file"),
    documents.c.sha256 == bindparam("sha256"),
    documents.c.fingerprint == bindparam("fingerprint"),
    documents.c.status != "failed",
    documents.c.failed == 0,
)
_DOCUMENTS = (
    select(documents.c.file, documents.c.line)
    .where(documents.c.file > bindparam("file"))
    .order_by(documents.c.file)
    .limit(PAGE)
)
_RECORDS = (
    select(records.c.file, records.c.block_index, records.c.line)
    .where(tuple_(records.c.file, records.c.block_index) > tuple_(bindparam("file"), bindparam("block_index")))
    .order_by(records.c.file, records.c.block_index)
    .limit(PAGE)
)
_FIND = select(records.c.id, records.c.source, records.c.line).order_by(records.c.id, records.c.file).limit(5)
_OF_DOCUMENT = and_(told.c.file == documents.c.file, told.c.block_index.is_(None))
_OF_RECORD = and_(told.c.file == records.c.file, told.c.block_index == records.c.block_index)
_FORGET = delete(documents).where(documents.c.file == bindparam("name"))
_LAST_CHARACTER = chr(0x10FFFF)


class Stored(NamedTuple):
    """A line, the language of its words, and what it says without one (JSON); null where it says nothing.

    An older version of this program did not store the latter two: its lines say what they say.
    """

    line: str
    language: str | None
    told: str | None


class Database:
    """The open database; see `extractor.store.RunStore` for what the methods promise."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._path = path
        self._lock: sqlite3.Connection | None = None
        self._engine: Engine | None = None
        if not create and path.parent.is_file():
            raise UsageError(
                f"{path.parent}: no results there yet: it is a file; name the folder that `extractor run` wrote into"
            )
        if not create and not path.is_file():
            raise UsageError(f"{path}: no results there yet; run `extractor run` into that folder first")
        try:
            if create:
                self._lock = take_lock(path)
            self._engine = _engine(path, read_only=not create)
            with self._transaction() as connection:
                _check(connection, path, create=create)
                if create:
                    # Written every time: a database that cannot be written to is found out before any work is done.
                    metadata.create_all(connection)
                    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
                self._knows_what_is_told = inspect(connection).has_table(told.name)  # an older version wrote none
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._engine is None:
            raise ValueError(f"{self._path}: the database is closed")
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise OutputError(f"{self._path}: {_explain(str(cause))}") from error

    def begin(self, planned: int) -> None:
        self.end()
        with self._transaction() as connection:
            connection.execute(insert(plan), {"documents": planned})

    def end(self) -> None:
        with self._transaction() as connection:
            connection.execute(delete(plan))

    def unfinished(self) -> tuple[int, int] | None:
        """Documents planned and read; None where the last run came to its end."""
        with self._transaction() as connection:
            if not inspect(connection).has_table(plan.name):  # written by an older version
                return None
            planned = connection.execute(select(plan.c.documents)).scalar()
            read = connection.execute(select(func.count()).select_from(documents)).scalar_one()
        return None if planned is None else (planned, read)

    def is_done(self, file: str, sha256: str, fingerprint: str) -> bool:
        with self._transaction() as connection:
            found = connection.execute(_DONE, {"file": file, "sha256": sha256, "fingerprint": fingerprint})
            return found.first() is not None

    def replace(
        self, document: Row, record_rows: Iterable[Row], flag_rows: Iterable[Row], told_rows: Iterable[Row]
    ) -> None:
        """Put one document and its rows in place of what was stored for that file."""
        with self._transaction() as connection:
            connection.execute(_FORGET, {"name": document["file"]})
            connection.execute(insert(documents), document)
            _insert_all(connection, records, record_rows)
            _insert_all(connection, flags, flag_rows)
            _insert_all(connection, told, told_rows)

    def keep_only(self, files: frozenset[str]) -> list[str]:
        with self._transaction() as connection:
            stored = connection.scalars(select(documents.c.file).order_by(documents.c.file))
            gone = [file for file in stored if file not in files]
            if gone:
                connection.execute(_FORGET, [{"name": file} for file in gone])
            return gone

    def add_usage(self, row: Row) -> None:
        statement = insert(usage).values(row)
        counts = ("calls", "cached", "input_tokens", "output_tokens")
        added = {name: usage.c[name] + statement.excluded[name] for name in counts}
        with self._transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["model"], set_=added))

    def totals(self) -> RunTotals:
        def counted(connection: Connection, table: Table, column: str) -> dict[str, int]:
            rows = connection.execute(
                select(table.c[column], func.count()).group_by(table.c[column]).order_by(table.c[column])
            )
            return {str(key): int(number) for key, number in rows}

        def summed(connection: Connection, table: Table, *columns: str) -> dict[str, int]:
            row = connection.execute(select(*(func.coalesce(func.sum(table.c[name]), 0) for name in columns))).one()
            return dict(zip(columns, row, strict=True))

        with self._transaction() as connection:
            return RunTotals(
                documents=counted(connection, documents, "status"),
                records=counted(connection, records, "status"),
                flags=counted(connection, flags, "code"),
                **summed(connection, documents, "blocks", "failed", "indicators"),
                **summed(connection, usage, "calls", "cached", "input_tokens", "output_tokens"),
            )

    def document_lines(self) -> Iterator[Stored]:
        last = ""
        statement = self._with_told(_DOCUMENTS, _OF_DOCUMENT)
        while page := self._page(statement, {"file": last}):
            yield from (Stored(*held) for _, *held in page)
            last = page[-1][0]

    def record_lines(self) -> Iterator[Stored]:
        return (stored for (stored,) in self._record_pages(_RECORDS))

    def record_lines_with_sources(self) -> Iterator[tuple[Stored, str]]:
        return ((stored, source) for stored, source in self._record_pages(_RECORDS, records.c.source))

    def _record_pages(self, statement: Select[Any], *more: Column[Any]) -> Iterator[tuple[Any, ...]]:
        last: tuple[str, int] = ("", -1)
        statement = self._with_told(statement, _OF_RECORD).add_columns(*more)
        while page := self._page(statement, {"file": last[0], "block_index": last[1]}):
            yield from ((Stored(*row[2:5]), *row[5:]) for row in page)
            last = page[-1][:2]

    def _with_told(self, statement: Select[Any], of_line: ColumnElement[bool]) -> Select[Any]:
        """The same with what a line says without a language, if that is known."""
        if not self._knows_what_is_told:
            return statement.add_columns(null(), null())
        return statement.add_columns(told.c.language, told.c.told).outerjoin(told, of_line)

    def _page(self, statement: Any, place: Row) -> list[tuple[Any, ...]]:
        with self._transaction() as connection:
            return [tuple(row) for row in connection.execute(statement, place)]

    def find(self, record_id: str, *, prefix: bool) -> list[tuple[str, str, Stored]]:
        """Up to five of the records with this id, or else with an id that begins so: (id, source, line)."""
        statement = self._with_told(_FIND, _OF_RECORD)
        with self._transaction() as connection:
            found = connection.execute(statement.where(records.c.id == record_id)).all()
            if not found and prefix:
                within = records.c.id.between(record_id, record_id + _LAST_CHARACTER)
                found = connection.execute(statement.where(within)).all()
            return [(identity, source, Stored(*held)) for identity, source, *held in found]


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        # Without this Python begins a transaction only at the first INSERT, and leaves CREATE TABLE outside of it.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA query_only = ON" if read_only else "PRAGMA journal_mode = DELETE")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _check(connection: Connection, path: Path, *, create: bool) -> None:
    def number(statement: str) -> int:
        return int(connection.exec_driver_sql(statement).scalar_one())

    application, version = number("PRAGMA application_id"), number("PRAGMA user_version")
    if application == APPLICATION_ID:
        if version > SCHEMA_VERSION:
            raise OutputError(f"{path}: written by a newer version of this program; update it, or use another folder")
        if version < SCHEMA_VERSION:
            raise OutputError(f"{path}: written by an older version of this program; run into a new folder")
    elif application or number("SELECT count(*) FROM sqlite_master"):
        raise OutputError(f"{path}: a database of another program; choose another output folder")
    elif not create:
        raise UsageError(f"{path}: no results there yet; run `extractor run` into that folder first")


def _insert_all(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        # SQLite takes the rows as they are: SQLAlchemy's own preparation costs as much as the insert.
        names = ", ".join(batch[0])
        values = ", ".join(f":{name}" for name in batch[0])
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({values})", batch)


def _explain(cause: str) -> str:
    """What a message of SQLite means to the person at the keyboard."""
    for sign, meaning in {
        "not a database": "not a database; move the file away or choose another output folder",
        "malformed": "the database is damaged; move the file away and run again (cached answers are kept)",
        "readonly": "the database is read-only",
        "unable to open": "the database cannot be opened; check the folder and its permissions",
        "locked": f"another program has kept the database locked for {PATIENCE:.0f} s; close it and run again",
        "full": "the disk is full; make room and run again, nothing stored so far is lost",
    }.items():
        if sign in cause:
            return f"{meaning} ({cause})"
    return cause
