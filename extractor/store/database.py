"""SQL of the run's database: rows in, rows out, every foreign error translated here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import OutputError, UsageError
from extractor.store import overview
from extractor.store.address import Address
from extractor.store.backends import NEWER, OLDER, Backend, backend, explain
from extractor.store.packing import unpack
from extractor.store.rows import MOST, Copies, Entry, Known, Planned, Row, RunTotals
from extractor.store.tables import (
    OLDEST,
    SCHEMA_VERSION,
    calls,
    documents,
    flags,
    inputs,
    metadata,
    records,
    runs,
    usage,
)
from extractor.version import __version__

BATCH = 500
"""Rows that one statement writes."""
GIVEN_UP = 1_000
"""What stands for the tries of a file that is not to be tried again."""
PAGE = 200
"""Rows that one statement reads: no read lasts long enough to keep a running save waiting."""

_KNOWN = select(documents.c.fingerprint, documents.c.asked, documents.c.learning).where(
    documents.c.file == bindparam("file"),
    documents.c.sha256 == bindparam("sha256"),
    documents.c.status != "failed",
    documents.c.failed == 0,
)
_DOCUMENTS = (
    select(documents.c.file, documents.c.language, documents.c.packed)
    .where(documents.c.file > bindparam("file"))
    .order_by(documents.c.file)
    .limit(PAGE)
)
_RECORDS = (
    select(records.c.file, records.c.block_index, records.c.language, records.c.packed)
    .where(tuple_(records.c.file, records.c.block_index) > tuple_(bindparam("file"), bindparam("block_index")))
    .order_by(records.c.file, records.c.block_index)
    .limit(PAGE)
)
_FIND = select(records.c.id, records.c.language, records.c.packed).order_by(records.c.id, records.c.file).limit(5)
_FORGET = delete(documents).where(documents.c.file == bindparam("name"))
_LAST_CHARACTER = chr(0x10FFFF)
_LAST_RUN = select(runs.c.number, runs.c.ended).order_by(runs.c.number.desc()).limit(1)


class Stored(NamedTuple):
    """A line, the language of its words, and what it says without one (JSON); empty where it says nothing.

    Older versions of this program did not store the latter two: their lines say what they say.
    """

    line: str
    language: str | None
    told: str
    source: str = ""


class Database:
    """The open database; see `extractor.store.RunStore` for what the methods promise."""

    def __init__(self, address: Address, *, create: bool) -> None:
        self._backend = backend(address)
        self.name = self._backend.name
        self._unlock: Callable[[], None] | None = None
        self._engine: Engine | None = None
        self._writes = create
        if not create:
            self._backend.check_there()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        if self._writes:
            with self._translated():
                self._unlock = self._backend.lock()
        self._engine = self._backend.engine(read_only=not self._writes)
        with self._transaction() as connection:
            version = self._backend.version(connection)
        if version is not None and version > SCHEMA_VERSION:
            raise OutputError(f"{self.name}: {NEWER}")
        if self._writes:
            with self._translated():
                self._backend.enter(self._engine)
            with self._transaction() as connection:
                prepare(self._backend, connection, version)
            if version is not None and version < SCHEMA_VERSION:
                self._backend.tidy(self._engine)
            return
        if version is None:
            raise UsageError(f"{self.name}: no results there yet; run `extractor run` into that folder first")
        if version < SCHEMA_VERSION:
            self._take_over()

    def _take_over(self) -> None:
        """What an older version wrote is put into today's tables once, also where it is only to be read."""
        self._writes = True
        self.close()
        self._open()
        self.close()
        self._writes = False
        self._engine = self._backend.engine(read_only=True)

    def close(self) -> None:
        if self._engine is not None:
            if self._writes:
                self._backend.leave(self._engine)
            self._engine.dispose()
            self._engine = None
        if self._unlock is not None:
            self._unlock()
            self._unlock = None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._engine is None:
            raise ValueError(f"{self.name}: the database is closed")
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = getattr(error, "orig", None) or error
            raise OutputError(f"{self.name}: {explain(self._backend.meanings, str(cause))}") from error

    # A run and what it is to read

    def begin(self, planned: Sequence[Planned]) -> None:
        """A new run with its inputs; those of earlier runs are kept."""
        with self._transaction() as connection:
            connection.execute(update(runs).where(runs.c.ended.is_(None)).values(ended="stopped"))
            number = connection.execute(
                insert(runs).values(version=__version__, began=now()).returning(runs.c.number)
            ).scalar_one()
            for batch in _batches(planned):
                names = [one.file for one in batch]
                stored = select(inputs.c.file, inputs.c.begun).where(inputs.c.file.in_(names))
                begun = {row.file: row.begun for row in connection.execute(stored)}
                connection.execute(delete(inputs).where(inputs.c.file.in_(names)))
                rows = [one._asdict() | {"run": number, "begun": begun.get(one.file, 0)} for one in batch]
                connection.execute(insert(inputs), rows)

    def end(self) -> None:
        with self._transaction() as connection:
            connection.execute(update(runs).where(runs.c.ended.is_(None)).values(ended=now()))

    def unfinished(self) -> tuple[int, int] | None:
        """Documents planned and read; None where the last run came to its end."""
        with self._transaction() as connection:
            last = connection.execute(_LAST_RUN).first()
            if last is None or last.ended is not None:
                return None
            return overview.progress(connection, last.number)

    def known(self) -> dict[str, Known]:
        """Where every stored file lay, and what it held."""
        statement = select(documents.c.file, func.coalesce(inputs.c.place, ""), documents.c.sha256).outerjoin(
            inputs, inputs.c.file == documents.c.file
        )
        with self._transaction() as connection:
            return {file: Known(place, sha256) for file, place, sha256 in connection.execute(statement)}

    def planned(self) -> list[Planned]:
        statement = select(inputs.c.file, inputs.c.path, inputs.c.member, inputs.c.place).order_by(inputs.c.file)
        with self._transaction() as connection:
            return [Planned(*row) for row in connection.execute(statement)]

    def mark_begun(self, file: str) -> int:
        with self._transaction() as connection:
            of_file = inputs.c.file == file
            connection.execute(update(inputs).where(of_file).values(begun=inputs.c.begun + 1))
            return connection.execute(select(inputs.c.begun).where(of_file)).scalar() or 0

    def acquit(self, file: str) -> None:
        with self._transaction() as connection:
            connection.execute(update(inputs).where(inputs.c.file == file).values(begun=0))

    def tried(self) -> dict[str, int]:
        with self._transaction() as connection:
            return dict(connection.execute(select(inputs.c.file, inputs.c.begun).where(inputs.c.begun > 0)).all())

    def give_up(self, file: str) -> None:
        with self._transaction() as connection:
            connection.execute(update(inputs).where(inputs.c.file == file).values(begun=GIVEN_UP))

    def failure(self, file: str) -> tuple[str, str] | None:
        """What a document held that could not be read, and why; None where it was read, or never stored."""
        failed = (documents.c.file == file, documents.c.status == "failed")
        with self._transaction() as connection:
            row = connection.execute(select(documents.c.sha256, documents.c.reason).where(*failed)).first()
        return None if row is None else (row.sha256, row.reason or "")

    def stored_state(self, file: str, sha256: str) -> tuple[str, bool, bool] | None:
        """How a document was read that did not fail: fingerprint, whether a model was asked, and for a layout."""
        with self._transaction() as connection:
            row = connection.execute(_KNOWN, {"file": file, "sha256": sha256}).first()
        return None if row is None else (row.fingerprint, bool(row.asked), row.learning is not None)

    def states(self) -> Iterator[tuple[str, str, bool, bool, int]]:
        """For every document that did not fail: file, and what `stored_state` says, and blocks asked about."""
        statement = select(documents.c.file, documents.c.fingerprint, documents.c.asked, documents.c.learning).where(
            documents.c.status != "failed", documents.c.failed == 0
        )
        with self._transaction() as connection:
            rows = connection.execute(statement.order_by(documents.c.file)).all()
        for row in rows:
            yield row.file, row.fingerprint, bool(row.asked), row.learning is not None, row.asked or 0

    def replace(self, entry: Entry) -> None:
        """Put one document and its rows in place of what was stored for that file."""
        with self._transaction() as connection:
            connection.execute(_FORGET, {"name": entry.file})
            connection.execute(insert(documents), entry.document | {"stored": now()})
            _insert_all(connection, records, entry.records)
            _insert_all(connection, flags, entry.flags)
            connection.execute(update(inputs).where(inputs.c.file == entry.file, inputs.c.begun > 0).values(begun=0))

    def keep_only(self, files: frozenset[str]) -> list[str]:
        with self._transaction() as connection:
            stored = connection.scalars(select(documents.c.file).order_by(documents.c.file))
            gone = [file for file in stored if file not in files]
            for batch in _batches(gone):
                connection.execute(_FORGET, [{"name": file} for file in batch])
                connection.execute(delete(inputs).where(inputs.c.file.in_(batch)))
            return gone

    def reopen(self, files: Iterable[str]) -> None:
        """Have these read anew by the next run."""
        with self._transaction() as connection:
            for batch in _batches(files):
                connection.execute(update(documents).where(documents.c.file.in_(batch)).values(fingerprint=""))
                connection.execute(update(inputs).where(inputs.c.file.in_(batch)).values(begun=0))

    def add_usage(self, row: Row) -> None:
        counts = ("calls", "cached", "input_tokens", "output_tokens")
        of_model = usage.c.model == row["model"]
        with self._transaction() as connection:
            before = connection.execute(select(*(usage.c[name] for name in counts)).where(of_model)).first()
            held = before._asdict() if before is not None else dict.fromkeys(counts, 0)
            added = {name: min(held[name] + int(row[name] or 0), MOST) for name in counts}
            if before is None:
                connection.execute(insert(usage).values(model=row["model"], **added))
            else:
                connection.execute(update(usage).where(of_model).values(added))

    # The ledger

    def add_call(self, row: Row) -> int:
        with self._transaction() as connection:
            row |= {"time": now(), "outcome": "sent", "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0}
            row["run"] = connection.execute(select(func.max(runs.c.number))).scalar()
            return int(connection.execute(insert(calls).values(row).returning(calls.c.number)).scalar_one())

    def settle_call(self, number: int, row: Row) -> None:
        with self._transaction() as connection:
            connection.execute(update(calls).where(calls.c.number == number).values(row))

    def calls(self) -> Iterator[dict[str, Any]]:
        last = 0
        while True:
            with self._transaction() as connection:
                statement = select(calls).where(calls.c.number > last).order_by(calls.c.number).limit(PAGE)
                page = [dict(row) for row in connection.execute(statement).mappings()]
            if not page:
                return
            yield from page
            last = page[-1]["number"]

    # What is asked of a finished run

    def totals(self) -> RunTotals:
        with self._transaction() as connection:
            return overview.totals(connection)

    def overview(self) -> overview.Overview:
        with self._transaction() as connection:
            return overview.overview(connection)

    def copies(self) -> list[Copies]:
        with self._transaction() as connection:
            return overview.copies(connection)

    def document_lines(self) -> Iterator[Stored]:
        last = ""
        while page := self._page(_DOCUMENTS, {"file": last}):
            for _, language, packed in page:
                line, told = self._unpacked(packed, 2)
                yield Stored(line, language, told)
            last = page[-1][0]

    def record_lines(self) -> Iterator[Stored]:
        last: tuple[str, int] = ("", -1)
        while page := self._page(_RECORDS, {"file": last[0], "block_index": last[1]}):
            for *_, language, packed in page:
                yield self._record(language, packed)
            last = page[-1][:2]

    def _record(self, language: str | None, packed: bytes) -> Stored:
        line, told, source = self._unpacked(packed, 3)
        return Stored(line, language, told, source)

    def _unpacked(self, packed: bytes, count: int) -> list[str]:
        try:
            return unpack(packed, count)
        except ValueError as error:
            raise OutputError(f"{self.name}: the database is damaged: {error}; run again into a new folder") from error

    def _page(self, statement: Select[Any], place: Row) -> list[tuple[Any, ...]]:
        with self._transaction() as connection:
            return [tuple(row) for row in connection.execute(statement, place)]

    def find(self, record_id: str, *, prefix: bool) -> list[tuple[str, Stored]]:
        """Up to five of the records with this id, or else with an id that begins so."""
        with self._transaction() as connection:
            found = connection.execute(_FIND.where(records.c.id == record_id)).all()
            if not found and prefix:
                after = record_id + _LAST_CHARACTER
                found = connection.execute(_FIND.where(records.c.id >= record_id, records.c.id < after)).all()
        return [(identity, self._record(language, packed)) for identity, language, packed in found]


def prepare(backend: Backend, connection: Connection, version: int | None) -> None:
    """Bring the tables from a version to SCHEMA_VERSION: make them, or migrate what an older program wrote.

    The version is written every time: a database that cannot be written to is found out before any work is done.
    """
    if version is None:
        metadata.create_all(connection)
    elif version < OLDEST:
        raise OutputError(f"{backend.name}: {OLDER}")
    if version != SCHEMA_VERSION:
        from extractor.store.migrations import migrate, stamp  # Alembic takes its time; most runs need none of it

        if version is None:
            stamp(connection)
        else:
            migrate(connection, version)
    backend.stamp(connection)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _insert_all(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    for batch in _batches(rows):
        if connection.dialect.name == "sqlite":
            # SQLite takes the rows as they are: SQLAlchemy's own preparation costs as much as the insert.
            names = ", ".join(batch[0])
            values = ", ".join(f":{name}" for name in batch[0])
            connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({values})", batch)
        else:
            connection.execute(insert(table), batch)


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
