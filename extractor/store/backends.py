"""The two databases that a store may lie in: what differs between SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from extractor.errors import OutputError, UsageError
from extractor.store.address import Address, driven, shown
from extractor.store.lock import take_lock
from extractor.store.private import private_file
from extractor.store.tables import APPLICATION_ID, SCHEMA_VERSION, VERSION_TABLE

PATIENCE = 30.0
"""Seconds to wait for another program that is looking into the database."""
_LEAVING = 3.0
"""Seconds to wait for the lock of a run that was killed a moment ago."""
PARTING = 2.0
"""Seconds to wait for readers at the end of a run."""

ANOTHER = "a database of another program; choose another output folder"
NEWER = "written by a newer version of this program; update it, or use another folder"

OLDER = "written by an older version of this program; run into a new folder"


class Backend(Protocol):
    """`name` is what messages call the store. A lock is anything that is closed to let go of it."""

    name: str
    meanings: Mapping[str, str]

    def check_there(self) -> None:
        """UsageError where there is nothing to read."""

    def lock(self) -> Callable[[], None]:
        """Keep every other run out; returns what lets go. OutputError where another run writes."""

    def engine(self, *, read_only: bool) -> Engine: ...

    def version(self, connection: Connection) -> int | None:
        """Version of the tables; None where there are none yet. OutputError for another program's database."""

    def stamp(self, connection: Connection) -> None:
        """Note that the tables are those of SCHEMA_VERSION."""

    def enter(self, engine: Engine) -> None:
        """The first thing that a writer does, once the database is known to be ours."""

    def tidy(self, engine: Engine) -> None:
        """Give back the room of what a migration has left."""

    def leave(self, engine: Engine) -> None:
        """The last thing that a writer does."""


def backend(address: Address) -> Backend:
    return Sqlite(address) if isinstance(address, Path) else Postgres(address)


class Sqlite:
    """A file with a write-ahead log while it is written to, and alone afterwards."""

    meanings: Mapping[str, str] = {
        "not a database": "not a database; move the file away or choose another output folder",
        "malformed": "the database is damaged; move the file away and run again (cached answers are kept)",
        "readonly": "the database is read-only",
        "unable to open": "the database cannot be opened; check the folder and its permissions",
        "locked": f"another program has kept the database locked for {PATIENCE:.0f} s; close it and run again",
        "full": "the disk is full; make room and run again, nothing stored so far is lost",
    }

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def check_there(self) -> None:
        if self._path.parent.is_file():
            raise UsageError(
                f"{self._path.parent}: no results there yet: it is a file; "
                "name the folder that `extractor run` wrote into"
            )
        if not self._path.is_file():
            raise UsageError(_nothing_yet(self.name))

    def lock(self) -> Callable[[], None]:
        held = take_lock(self._path)
        with suppress(OSError):  # opening it says what is wrong
            private_file(self._path)  # SQLite gives its log the permissions of the database
        return held.close

    def engine(self, *, read_only: bool) -> Engine:
        engine = create_engine(URL.create("sqlite", database=str(self._path)), connect_args={"timeout": PATIENCE})

        @event.listens_for(engine, "connect")
        def _prepare(connection: sqlite3.Connection, _: object) -> None:
            # Without this Python begins a transaction only at the first INSERT, and leaves CREATE TABLE outside of it.
            connection.isolation_level = None
            # Records of two thousand bytes leave less room unused in larger pages. It holds for new files alone.
            connection.execute("PRAGMA page_size = 16384")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            if read_only:
                connection.execute("PRAGMA query_only = ON")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            # A writer that begins as a reader could not go on where another one has written meanwhile.
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

        return engine

    def version(self, connection: Connection) -> int | None:
        def number(statement: str) -> int:
            return int(connection.exec_driver_sql(statement).scalar_one())

        application, version = number("PRAGMA application_id"), number("PRAGMA user_version")
        if application == APPLICATION_ID:
            return version
        if application or number("SELECT count(*) FROM sqlite_master"):
            raise OutputError(f"{self.name}: {ANOTHER}")
        return None

    def stamp(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def enter(self, engine: Engine) -> None:
        _outside(engine, "PRAGMA journal_mode = WAL")

    def tidy(self, engine: Engine) -> None:
        with suppress(SQLAlchemyError, sqlite3.Error):  # it needs as much room again, which may not be there
            _outside(engine, "VACUUM")

    def leave(self, engine: Engine) -> None:
        """Take the log into the file, which can then be copied, mailed or opened from a read-only disk by itself.

        Where somebody reads just then, the log stays beside it until the next program closes it.
        """
        with suppress(SQLAlchemyError, sqlite3.Error):
            _outside(
                engine,
                f"PRAGMA busy_timeout = {PARTING * 1000:.0f}",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "PRAGMA journal_mode = DELETE",
            )


def _outside(engine: Engine, *statements: str) -> None:
    """Statements that SQLite takes outside of a transaction only."""
    with engine.connect() as connection:
        connection.rollback()
        raw: Any = connection.connection.driver_connection
        for statement in statements:
            raw.execute(statement).fetchall()


class Postgres:
    """A schema of a PostgreSQL database, the first one of its search path: it holds one run's results."""

    meanings: Mapping[str, str] = {
        "read-only transaction": "the database is read-only",
        "password": "the server asks for a password, or refuses the one it got: set PGPASSWORD or EXTRACTOR_STORE",
        "does not exist": "the server has no such database, user or schema; create it, or check the address",
        "could not be resolved": "the server cannot be found; check the address",
        "connection failed": "the server cannot be reached; check the address, and that it is running",
        "permission denied": "the user may not write there; grant it the schema, or use another one",
        "No space left": "the server's disk is full; make room and run again, nothing stored so far is lost",
        "closed": "the connection to the server was lost; run again to go on, nothing stored so far is lost",
        "terminating": "the server was stopped; run again to go on, nothing stored so far is lost",
    }

    def __init__(self, address: str) -> None:
        self._url = driven(address)
        self.name = shown(address)

    def check_there(self) -> None:
        pass  # only the server knows

    def lock(self) -> Callable[[], None]:
        engine = self.engine(read_only=True)
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        statement = text("SELECT pg_try_advisory_lock(:program, hashtext(current_schema()))")
        until = time.monotonic() + _LEAVING
        # The server needs a moment to notice that a process which held the lock was killed.
        while not (held := connection.execute(statement, {"program": APPLICATION_ID}).scalar_one()):
            if time.monotonic() > until:
                break
            time.sleep(0.1)

        def release() -> None:
            connection.close()
            engine.dispose()

        if not held:
            release()
            raise OutputError(f"{self.name}: another run is writing into this database; wait for it to end")
        return release

    def engine(self, *, read_only: bool) -> Engine:
        try:
            engine = create_engine(self._url, connect_args={"connect_timeout": int(PATIENCE)}, pool_pre_ping=False)
        except ImportError:
            raise UsageError(
                f"{self.name}: PostgreSQL needs one more package: pip install 'budget-extractor[postgres]'"
            ) from None

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: object) -> None:
            connection.read_only = read_only

        return engine

    def version(self, connection: Connection) -> int | None:
        there = set(inspect(connection).get_table_names())
        if VERSION_TABLE in there:
            found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
            return int(found) if found is not None else None
        if there:
            raise OutputError(
                f"{self.name}: a database of another program (it has a table {min(there)}); choose another database, "
                "or a schema of its own with ?options=-csearch_path%3Dname"
            )
        return None

    def stamp(self, connection: Connection) -> None:
        """The version is in Alembic's own table."""

    def enter(self, engine: Engine) -> None:
        pass

    def tidy(self, engine: Engine) -> None:
        pass

    def leave(self, engine: Engine) -> None:
        pass


def _nothing_yet(name: str) -> str:
    return f"{name}: no results there yet; run `extractor run` into that folder first"


def explain(meanings: Mapping[str, str], cause: str) -> str:
    """What a message of a database means to the person at the keyboard."""
    for sign, meaning in meanings.items():
        if sign in cause:
            return f"{meaning} ({cause.strip()})"
    return cause.strip()
