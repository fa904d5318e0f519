"""The relational dataset as one SQLite database, for Datasette, DB Browser and DuckDB: projects.sqlite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

from extractor.export.cells import storable
from extractor.export.dataset import ColumnType, Dataset, DataTable, dataset
from extractor.export.relations import MAX_INTEGER, Row, Value

BATCH = 5_000
"""Rows that are held before they are written, of all tables together."""
VERSION = 1
"""Kept in `PRAGMA user_version`; raised whenever a table changes."""
_TYPES: Mapping[ColumnType, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "decimal": "NUMERIC",
    "share": "REAL",
    "date": "TEXT",
    "json": "TEXT",
}


def write(path: Path, rows: Iterator[tuple[str, Row]]) -> None:
    """The same rows give the same bytes. OSError where the database cannot be written."""
    declared = dataset()
    try:
        # Nobody else sees this file before it is complete: it needs neither a journal nor waiting for the disk.
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN")
            for table in declared.tables:
                connection.execute(create_table(table, declared))
            _insert(connection, declared, rows)
            for statement in _afterwards(declared):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
            connection.execute("ANALYZE")
    except sqlite3.Error as error:
        raise OSError(0, str(error)) from error


def create_table(table: DataTable, declared: Dataset) -> str:
    """Its SQL."""
    single = table.key[0] if len(table.key) == 1 else None
    parts = []
    for column in table.columns:
        words = [column.name, _TYPES[column.type]]
        if column.name == single:
            words.append("PRIMARY KEY")
        if not column.null:
            words.append("NOT NULL")
        if column.type == "boolean":
            words.append(f"CHECK ({column.name} IN (0, 1))")
        parts.append(" ".join(words))
    if single is None:
        parts.append(f"PRIMARY KEY ({', '.join(table.key)})")
    for reference in table.refs:
        key = ", ".join(declared.table(reference.table).key)
        parts.append(f"FOREIGN KEY ({', '.join(reference.columns)}) REFERENCES {reference.table} ({key})")
    # The rows come in the order of their key: kept in it, they need no second index.
    end = ")" if single else ") WITHOUT ROWID"
    return f"CREATE TABLE {table.name} (\n  " + ",\n  ".join(parts) + f"\n{end}"


def _afterwards(declared: Dataset) -> Iterator[str]:
    """Indexes are made when the rows are there, which is faster and packs them closer."""
    for table in declared.tables:
        for columns in table.index:
            yield f"CREATE INDEX ix_{table.name}_{'_'.join(columns)} ON {table.name} ({', '.join(columns)})"
    for view in declared.views:
        yield f"CREATE VIEW {view.name} AS {view.sql.strip()}"


def _insert(connection: sqlite3.Connection, declared: Dataset, rows: Iterator[tuple[str, Row]]) -> None:
    waiting: dict[str, list[Row]] = {table.name: [] for table in declared.tables}
    statements = {
        table.name: f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"
        for table in declared.tables
    }

    def flush() -> None:
        for name, held in waiting.items():
            if held:
                connection.executemany(statements[name], ([_value(value) for value in row] for row in held))
                held.clear()

    for count, (name, row) in enumerate(rows, 1):
        waiting[name].append(row)
        if not count % BATCH:
            flush()
    flush()


def _value(value: Value) -> str | int | float | None:
    """What SQLite holds: whole numbers as such, others as the double that prints the same digits."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Decimal):
        whole = int(value)
        return whole if whole == value and abs(whole) <= MAX_INTEGER else float(value)
    return value.isoformat() if isinstance(value, date) else value
