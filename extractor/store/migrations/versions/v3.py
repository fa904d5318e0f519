"""Packed lines, inputs, runs and calls; ids of records by content. From a run.sqlite of 0.4.0 to 0.6.0."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from extractor.store.packing import pack
from extractor.store.rows import storable_number

revision = "3"
down_revision = "2"

_AMOUNTS = ("total", "fiscal", "special_account", "other")
_BATCH = 200


def upgrade() -> None:
    connection = op.get_bind()
    there = set(sa.inspect(connection).get_table_names())
    for table in ("documents", "records", "flags", "told"):
        if table in there:
            for index in sa.inspect(connection).get_indexes(table):
                op.drop_index(str(index["name"]), table)
            op.rename_table(table, f"old_{table}")
    _create()
    told = _Told(connection, "told" in there)
    ids = _copy_documents(connection, told)
    _copy_records(connection, told, ids)
    _copy_flags(connection, ids)
    for table in ("old_told", "old_flags", "old_records", "old_documents", "plan"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


class _Told:
    """What a line says without a language; the first of these versions did not store it."""

    def __init__(self, connection: sa.Connection, known: bool) -> None:
        self._connection = connection
        self._known = known

    def of(self, file: str, block_index: int | None) -> tuple[str | None, str]:
        if not self._known:
            return None, ""
        row = self._connection.exec_driver_sql(
            "SELECT language, told FROM old_told WHERE file = ? AND block_index IS ?", (file, block_index)
        ).first()
        return (None, "") if row is None else (row[0], row[1])


def _copy_documents(connection: sa.Connection, told: _Told) -> dict[str, str]:
    """Returns the content of each file by its name."""
    contents = {}
    for batch in _batches(connection, "old_documents"):
        for row in batch:
            line = row.pop("line")
            learning = json.loads(line).get("learning")
            language, said = told.of(row["file"], None)
            contents[row["file"]] = row["sha256"]
            row |= {"learning": learning["outcome"] if learning else None, "language": language}
            row["packed"] = pack(line, said)
        _insert(connection, "documents", batch)
    return contents


def _copy_records(connection: sa.Connection, told: _Told, contents: dict[str, str]) -> None:
    for batch in _batches(connection, "old_records"):
        for row in batch:
            line, source, old = row.pop("line"), row.pop("source"), row["id"]
            row["id"] = _id(contents[row["file"]], row["block_index"])
            line = line.replace(f'{{"id":"{old}"', f'{{"id":"{row["id"]}"', 1)
            for name in (*_AMOUNTS, *(f"{column}_yuan" for column in _AMOUNTS)):
                row[name] = storable_number(row[name]) if isinstance(row[name], str) else row[name]
            row["language"], said = told.of(row["file"], row["block_index"])
            row["packed"] = pack(line, said, source)
        _insert(connection, "records", batch)


def _copy_flags(connection: sa.Connection, contents: dict[str, str]) -> None:
    for batch in _batches(connection, "old_flags"):
        for row in batch:
            if row["record_id"] is not None:
                row["record_id"] = _id(contents[row["file"]], row["block_index"])
        _insert(connection, "flags", batch)


def _id(content: str, block_index: int) -> str:
    return sha256(f"{content}\0{block_index}".encode()).hexdigest()[:16]


def _batches(connection: sa.Connection, table: str) -> Iterator[list[dict[str, Any]]]:
    last = 0
    while True:
        found = connection.exec_driver_sql(
            f"SELECT rowid AS place, * FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {_BATCH}", (last,)
        )
        batch = [dict(row) for row in found.mappings()]
        if not batch:
            return
        last = batch[-1]["place"]
        for row in batch:
            del row["place"]
        yield batch


def _insert(connection: sa.Connection, table: str, batch: list[dict[str, Any]]) -> None:
    names = list(batch[0])
    values = ", ".join(f":{name}" for name in names)
    connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})", batch)


def _create() -> None:
    text, whole = sa.Text(), sa.Integer()
    op.create_table(
        "documents",
        sa.Column("file", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("sha256", "fingerprint", "status")),
        *(sa.Column(name, text) for name in ("reason", "title", "department")),
        sa.Column("fiscal_year", whole),
        *(sa.Column(name, text) for name in ("amount_unit", "layout", "encoding")),
        *(
            sa.Column(name, whole, nullable=False)
            for name in ("blocks", "records", "failed", "indicators", "no_second_reading")
        ),
        sa.Column("asked", whole),
        sa.Column("learning", text),
        sa.Column("flags", whole, nullable=False),
        sa.Column("coverage", sa.Float()),
        sa.Column("stored", text),
        sa.Column("language", text),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_documents_sha256", "documents", ["sha256"])
    op.create_table(
        "records",
        sa.Column("file", text, sa.ForeignKey("documents.file", ondelete="CASCADE"), primary_key=True),
        sa.Column("block_index", whole, primary_key=True, autoincrement=False),
        *(sa.Column(name, text, nullable=False) for name in ("id", "status")),
        *(sa.Column(name, text) for name in ("name", "unit", "department")),
        sa.Column("fiscal_year", whole),
        sa.Column("amount_unit", text),
        *(sa.Column(name, sa.Numeric()) for name in _AMOUNTS),
        sa.Column("unplaced", text),
        *(sa.Column(f"{name}_yuan", sa.Numeric()) for name in _AMOUNTS),
        sa.Column("goal", text),
        *(sa.Column(name, whole, nullable=False) for name in ("withheld", "indicators", "flags")),
        sa.Column("page", whole),
        *(sa.Column(name, whole, nullable=False) for name in ("char_start", "char_end")),
        sa.Column("model", text),
        *(sa.Column(name, whole) for name in ("input_tokens", "output_tokens")),
        *(sa.Column(name, text) for name in ("asked", "language")),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_records_id", "records", ["id"])
    op.create_index("ix_records_status", "records", ["status"])
    op.create_table(
        "flags",
        sa.Column("file", text, sa.ForeignKey("documents.file", ondelete="CASCADE"), nullable=False),
        sa.Column("block_index", whole),
        sa.Column("record_id", text),
        sa.Column("position", whole, nullable=False),
        sa.Column("code", text, nullable=False),
        sa.Column("information", whole, nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("path", "message")),
        *(sa.Column(name, text) for name in ("rules", "model", "builtin", "suggestion")),
        *(sa.Column(name, whole) for name in ("char_start", "char_end")),
        sa.Column("spans", text, nullable=False),
    )
    op.create_index("ix_flags_record_id", "flags", ["record_id"])
    op.create_index("ix_flags_code", "flags", ["code"])
    op.create_index("ix_flags_place", "flags", ["file", "block_index", "position"])
    op.create_table(
        "runs",
        sa.Column("number", whole, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("version", "began")),
        sa.Column("ended", text),
    )
    op.create_table(
        "inputs",
        sa.Column("file", text, primary_key=True),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("member", text),
        sa.Column("place", text, nullable=False),
        *(sa.Column(name, whole, nullable=False) for name in ("run", "begun")),
    )
    op.create_table(
        "calls",
        sa.Column("number", whole, primary_key=True),
        sa.Column("time", text, nullable=False),
        sa.Column("run", whole),
        *(sa.Column(name, text, nullable=False) for name in ("model", "endpoint", "purpose", "block")),
        sa.Column("file", text),
        sa.Column("attempt", whole, nullable=False),
        sa.Column("outcome", text, nullable=False),
        *(sa.Column(name, whole, nullable=False) for name in ("input_tokens", "cached_tokens", "output_tokens")),
        sa.Column("price", sa.Numeric()),
        sa.Column("currency", text),
        sa.Column("seconds", sa.Float()),
    )
    op.create_index("ix_calls_block", "calls", ["block"])
    op.create_index("ix_calls_file", "calls", ["file"])
