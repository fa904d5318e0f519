"""Tables of the run's database; what the columns mean is told in `extractor.store`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import UserDefinedType

from extractor.schemas.layout import AMOUNT_COLUMNS

SCHEMA_VERSION = 3
"""The last revision in migrations/versions; raised whenever a table changes."""
OLDEST = 2
"""What 0.4.0 to 0.6.0 wrote, without noting it in a table; what was before is not taken over."""

APPLICATION_ID = 0x62706578
"""In `PRAGMA application_id` and in PostgreSQL's lock, so that another program's database is never written to."""

VERSION_TABLE = "store_version"


class _Amount(UserDefinedType[str]):
    """Printed digits that the database itself turns into a number, so that ORDER BY and sum() work."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "NUMERIC"


_ORDERED = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the same order everywhere: that of its characters' numbers."""
_COUNTED = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up, or that may be large."""

metadata = MetaData()


def _of_document() -> Column[str]:
    return Column("file", _ORDERED, ForeignKey("documents.file", ondelete="CASCADE"), nullable=False)


documents = Table(
    "documents",
    metadata,
    Column("file", _ORDERED, primary_key=True),
    Column("sha256", Text, nullable=False, index=True),
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
    Column("learning", Text),
    Column("flags", Integer, nullable=False),
    Column("coverage", Float),
    Column("stored", Text),
    Column("language", Text),
    Column("packed", LargeBinary, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("file", _ORDERED, ForeignKey(documents.c.file, ondelete="CASCADE"), primary_key=True),
    Column("block_index", Integer, primary_key=True, autoincrement=False),
    Column("id", _ORDERED, nullable=False, index=True),
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
    Column("input_tokens", _COUNTED),
    Column("output_tokens", _COUNTED),
    Column("asked", Text),
    Column("language", Text),
    # The long one stands last: SQLite then answers questions about the other columns without reading it.
    Column("packed", LargeBinary, nullable=False),
)

flags = Table(
    "flags",
    metadata,
    _of_document(),
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

usage = Table(
    "usage",
    metadata,
    Column("model", Text, primary_key=True),
    Column("calls", _COUNTED, nullable=False),
    Column("cached", _COUNTED, nullable=False),
    Column("input_tokens", _COUNTED, nullable=False),
    Column("output_tokens", _COUNTED, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("number", _COUNTED, Identity(), primary_key=True),
    Column("version", Text, nullable=False),
    Column("began", Text, nullable=False),
    Column("ended", Text),
)

inputs = Table(
    "inputs",
    metadata,
    Column("file", _ORDERED, primary_key=True),
    Column("path", LargeBinary, nullable=False),
    Column("member", Text),
    Column("place", Text, nullable=False),
    Column("run", _COUNTED, nullable=False),
    Column("begun", Integer, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("number", _COUNTED, Identity(), primary_key=True),
    Column("time", Text, nullable=False),
    Column("run", _COUNTED),
    Column("model", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("block", Text, nullable=False, index=True),
    Column("file", _ORDERED, index=True),
    Column("attempt", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("input_tokens", _COUNTED, nullable=False),
    Column("cached_tokens", _COUNTED, nullable=False),
    Column("output_tokens", _COUNTED, nullable=False),
    Column("price", _Amount),
    Column("currency", Text),
    Column("seconds", Float),
)
