"""Tables of the run's database; what the columns mean is told in `extractor.store`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import UserDefinedType

from extractor.schemas.layout import AMOUNT_COLUMNS

SCHEMA_VERSION = 2
"""Kept in `PRAGMA user_version`; raised whenever a table changes."""

APPLICATION_ID = 0x62706578
"""Kept in `PRAGMA application_id`, so that another program's database is never written to."""


class _Amount(UserDefinedType[str]):
    """Printed digits that SQLite itself turns into a number, so that ORDER BY and sum() work."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "NUMERIC"


metadata = MetaData()

documents = Table(
    "documents",
    metadata,
    Column("file", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("title", Text),
    Column("department", Text),
    Column("fiscal_year", Integer),
    Column("amount_unit", Text),
    Column("layout", Text),
    Column("encoding", Text),
    Column("blocks", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("indicators", Integer, nullable=False),
    Column("no_second_reading", Integer, nullable=False),
    Column("asked", Integer),
    Column("flags", Integer, nullable=False),
    Column("coverage", Float),
    Column("line", Text, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("file", Text, ForeignKey(documents.c.file, ondelete="CASCADE"), primary_key=True),
    Column("block_index", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, index=True),
    Column("status", Text, nullable=False, index=True),
    Column("name", Text),
    Column("unit", Text),
    Column("department", Text),
    Column("fiscal_year", Integer),
    Column("amount_unit", Text),
    *(Column(column, _Amount) for column in AMOUNT_COLUMNS),
    Column("unplaced", Text),
    *(Column(f"{column}_yuan", _Amount) for column in AMOUNT_COLUMNS),
    Column("goal", Text),
    Column("withheld", Integer, nullable=False),
    Column("indicators", Integer, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("page", Integer),
    Column("char_start", Integer, nullable=False),
    Column("char_end", Integer, nullable=False),
    Column("model", Text),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("asked", Text),
    # Long texts stand last: SQLite then answers questions about the other columns without reading them.
    Column("line", Text, nullable=False),
    Column("source", Text, nullable=False),
)

flags = Table(
    "flags",
    metadata,
    Column("file", Text, ForeignKey(documents.c.file, ondelete="CASCADE"), nullable=False),
    Column("block_index", Integer),
    Column("record_id", Text, index=True),
    Column("position", Integer, nullable=False),
    Column("code", Text, nullable=False, index=True),
    Column("information", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("rules", Text),
    Column("model", Text),
    Column("builtin", Text),
    Column("suggestion", Text),
    Column("char_start", Integer),
    Column("char_end", Integer),
    Column("spans", Text, nullable=False),
    Index("ix_flags_place", "file", "block_index", "position"),
)

told = Table(
    "told",
    metadata,
    Column("file", Text, ForeignKey(documents.c.file, ondelete="CASCADE"), nullable=False),
    Column("block_index", Integer),
    Column("language", Text, nullable=False),
    Column("told", Text, nullable=False),
    Index("ix_told_place", "file", "block_index"),
)

usage = Table(
    "usage",
    metadata,
    Column("model", Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("cached", Integer, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
)

plan = Table("plan", metadata, Column("documents", Integer, nullable=False))
