"""The relational dataset's tables as data frames, in pandas or polars, whichever is installed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from extractor.errors import UsageError
from extractor.schemas.record import DocumentLine, Record

if TYPE_CHECKING:
    from extractor.export.dataset import ColumnType, DataTable
    from extractor.export.relations import Row

Library = Literal["pandas", "polars"]
LIBRARIES: tuple[Library, ...] = ("pandas", "polars")

_PANDAS: Mapping[ColumnType, str] = {
    "text": "object",
    "integer": "Int64",
    "boolean": "boolean",
    "decimal": "object",
    "share": "Float64",
    "date": "object",
    "json": "object",
}
"""Types that hold a missing value beside the others, and money as Decimal."""


class Framed(ABC):
    """What can be shown as data frames: a read document, a stored run.

    The columns are those of the same table in projects.sqlite (docs/dictionary.md); money in yuan is `Decimal`.
    `library` is "pandas" or "polars"; without it the one that is installed, pandas where both are. UsageError where
    there is none.
    """

    __slots__ = ()

    @abstractmethod
    def framed(self) -> tuple[Iterator[DocumentLine], Iterator[Record]]:
        """Documents and records, both ordered by file."""

    def projects_frame(self, library: Library | None = None) -> Any:
        """A row for each project. Sum `total_yuan` over the rows whose `standing` is "counted"."""
        return self._frame("projects", library)

    def indicators_frame(self, library: Library | None = None) -> Any:
        """A row for each indicator; `project_id` leads to its project."""
        return self._frame("indicators", library)

    def flags_frame(self, library: Library | None = None) -> Any:
        """A row for each flag; `information` is true where nobody need decide anything."""
        return self._frame("flags", library)

    def _frame(self, table: str, library: Library | None) -> Any:
        from extractor.export.dataset import dataset  # whoever only reads documents needs none of it
        from extractor.export.relations import rows

        chosen = _installed(library)
        columns = dataset().table(table)
        found = (row for name, row in rows(*self.framed()) if name == table)
        return _pandas(columns, found) if chosen == "pandas" else _polars(columns, found)


def _installed(library: Library | None) -> Library:
    if library is not None and library not in LIBRARIES:
        raise UsageError(f"library: {library!r} is none of {', '.join(LIBRARIES)}")
    for name in (library,) if library else LIBRARIES:
        if find_spec(name) is not None:
            return name
    raise UsageError(
        f"a data frame needs {library or 'pandas or polars'}, which is not installed; install it with "
        f"`pip install {library or 'pandas'}`"
    )


def _columns(table: DataTable, found: Iterator[Row]) -> dict[str, list[Any]]:
    """The values of each column; half a surrogate pair, which no library stores, becomes U+FFFD."""
    from extractor.export.cells import storable

    columns: dict[str, list[Any]] = {column.name: [] for column in table.columns}
    lists = list(columns.values())
    for row in found:
        for values, value in zip(lists, row, strict=True):
            values.append(storable(value) if isinstance(value, str) else value)
    return columns


def _pandas(table: DataTable, found: Iterator[Row]) -> Any:
    pandas = import_module("pandas")
    types = {column.name: _PANDAS[column.type] for column in table.columns}
    columns = _columns(table, found)
    return pandas.DataFrame({name: pandas.Series(values, dtype=types[name]) for name, values in columns.items()})


def _polars(table: DataTable, found: Iterator[Row]) -> Any:
    from extractor.export.relations import MAX_PLACES

    polars = import_module("polars")
    types = {
        "text": polars.String,
        "integer": polars.Int64,
        "boolean": polars.Boolean,
        "decimal": polars.Decimal(38, MAX_PLACES),
        "share": polars.Float64,
        "date": polars.Date,
        "json": polars.String,
    }
    schema = {column.name: types[column.type] for column in table.columns}
    return polars.DataFrame(_columns(table, found), schema=schema)
