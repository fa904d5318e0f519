"""The tables of decisions.sqlite, and how those of older versions become them.

`migrations` holds, in order, everything that was ever done to the tables; a step that was published is never changed.
Which steps a file has been through stands in its table `version`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, inspect

APPLICATION_ID = 0x62706464
"""Kept in `PRAGMA application_id`, so that another program's database is never written to."""

metadata = MetaData()
version = Table("version", metadata, Column("number", Integer, primary_key=True), Column("applied", Text))
decisions = Table(
    "decisions",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, index=True),
    Column("document", Text, nullable=False, index=True),
    Column("block", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("note", Text),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("supersedes", Text),
    Column("program", Text, nullable=False),
    Column("entry", Text, nullable=False),  # the whole row as JSON; the columns before it are there to ask by
)

_TABLES = """
CREATE TABLE decisions (
    position INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, "key" TEXT NOT NULL, document TEXT NOT NULL,
    block TEXT NOT NULL, path TEXT NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, before TEXT, after TEXT,
    note TEXT, who TEXT NOT NULL, at TEXT NOT NULL, evidence TEXT NOT NULL, supersedes TEXT, program TEXT NOT NULL,
    entry TEXT NOT NULL
);
CREATE INDEX ix_decisions_key ON decisions ("key");
CREATE INDEX ix_decisions_document ON decisions (document);
"""
_APPEND_ONLY = """
CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
"""


def _tables(connection: Connection) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def _append_only(connection: Connection) -> None:
    for statement in _APPEND_ONLY.split("END;"):
        if statement.strip():
            connection.exec_driver_sql(f"{statement} END")


Migration = Callable[[Connection], None]
MIGRATIONS: Sequence[Migration] = (_tables, _append_only)


def reached(connection: Connection) -> int:
    """How many steps the file has been through."""
    if not inspect(connection).has_table(version.name):
        return 0
    return int(connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM version").scalar_one())


def migrate(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Take the file through the steps that it has not been through; all of them or none."""
    done = reached(connection)
    if done == 0:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS version (number INTEGER NOT NULL PRIMARY KEY, applied TEXT)"
        )
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    for number, step in enumerate(migrations[done:], done + 1):
        step(connection)
        connection.exec_driver_sql("INSERT INTO version VALUES (?, datetime('now'))", (number,))


__all__ = ["APPLICATION_ID", "MIGRATIONS", "Migration", "decisions", "migrate", "reached", "version"]
