"""The relational dataset as Parquet files, one for each table, for DuckDB, pandas and Spark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractor.errors import UsageError
from extractor.export.cells import storable
from extractor.export.dataset import ColumnType, DataTable, dataset
from extractor.export.relations import MAX_PLACES, Row

BATCH = 2_000
"""Rows that are held as Python objects."""
GROUP_ROWS = 100_000
GROUP_BYTES = 16 * 2**20
"""A row group is written when it has so many rows or bytes."""
_TYPES: Mapping[ColumnType, str] = {
    "text": "string",
    "integer": "int64",
    "boolean": "bool",
    "share": "double",
    "date": "date32",
    "json": "string",
}


def require() -> None:
    """UsageError where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise UsageError(
            "the format parquet needs pyarrow, which is not installed; install it with "
            "`pip install 'budget-extractor[parquet]'`, or choose the format sqlite"
        )


def write(folder: Path, rows: Iterator[tuple[str, Row]]) -> None:
    """NAME.parquet of every table into `folder`; the same rows give the same bytes."""
    with ExitStack() as stack:
        files = {
            table.name: stack.enter_context(_File(folder / f"{table.name}.parquet", table))
            for table in dataset().tables
        }
        for name, row in rows:
            files[name].add(row)


def schema(table: DataTable) -> Any:
    """Its Arrow schema; each field carries its meaning as metadata."""
    import pyarrow as pa

    return pa.schema(
        pa.field(
            column.name,
            pa.decimal128(38, MAX_PLACES) if column.type == "decimal" else pa.type_for_alias(_TYPES[column.type]),
            nullable=column.null,
            metadata={"zh": column.meaning.zh, "en": column.meaning.en},
        )
        for column in table.columns
    )


class _File:
    """One table; rows wait as Python objects, then as Arrow batches, until a row group is full."""

    def __init__(self, path: Path, table: DataTable) -> None:
        import pyarrow.parquet as pq

        self._schema = schema(table)
        self._texts = [column.type in {"text", "json"} for column in table.columns]
        self._rows: list[Row] = []
        self._batches: list[Any] = []
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> _File:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._pack()
                self._flush()
        finally:
            self._writer.close()

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._pack()
            held = self._batches
            if sum(map(len, held)) >= GROUP_ROWS or sum(batch.nbytes for batch in held) >= GROUP_BYTES:
                self._flush()

    def _pack(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        columns = [
            pa.array([storable(value) if text and value is not None else value for value in values], field.type)
            for text, values, field in zip(self._texts, zip(*self._rows, strict=True), self._schema, strict=True)
        ]
        self._batches.append(pa.record_batch(columns, schema=self._schema))
        self._rows.clear()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches), row_group_size=2 * GROUP_ROWS)
            self._batches.clear()
