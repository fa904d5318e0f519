"""The relational dataset as it is declared in dataset.toml: tables, columns, keys, views, and what they mean."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from extractor.export.meanings import Meaning, field_at, meaning_of
from extractor.schemas.project import Indicator
from extractor.schemas.record import DocumentLine, Flag, NormalizedFunding, NormalizedIndicator, Record, Total
from extractor.schemas.target import Target

ColumnType = Literal["text", "integer", "boolean", "decimal", "share", "date", "json"]
SOURCES: Mapping[str, type[BaseModel]] = {
    "line": DocumentLine,
    "record": Record,
    "indicator": Indicator,
    "normalized": NormalizedIndicator,
    "target": Target,
    "flag": Flag,
    "total": Total,
    "funding": NormalizedFunding,
}
"""What the paths of columns begin with."""


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataColumn(_Declared):
    """One column; `path` is a field of the schemas, or the name of something that is worked out."""

    name: str
    type: ColumnType
    null: bool = False
    path: str = Field(alias="from")
    zh: str | None = None
    en: str | None = None

    @property
    def meaning(self) -> Meaning:
        """In both languages; KeyError where neither the column nor the schemas say it."""
        if self.zh is not None and self.en is not None:
            return Meaning(self.zh, self.en)
        source, *steps = self.path.split(".")
        return meaning_of(*field_at(SOURCES[source], steps))


class Reference(_Declared):
    """A foreign key: `columns` hold the key of `table`."""

    columns: tuple[str, ...]
    table: str


class DataTable(_Declared):
    """One table, its primary key, its foreign keys, and further indexes."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    refs: tuple[Reference, ...] = ()
    index: tuple[tuple[str, ...], ...] = ()
    columns: tuple[DataColumn, ...]

    def positions(self, names: Iterable[str]) -> tuple[int, ...]:
        """Where these columns stand in a row."""
        order = [column.name for column in self.columns]
        return tuple(order.index(name) for name in names)


class View(_Declared):
    """A question that is asked often."""

    name: str
    zh: str
    en: str
    sql: str


class Dataset(_Declared):
    """All tables, each after those that it refers to, and the views over them."""

    tables: tuple[DataTable, ...]
    views: tuple[View, ...]

    def table(self, name: str) -> DataTable:
        """The table of that name; KeyError where there is none."""
        return {table.name: table for table in self.tables}[name]


@lru_cache
def dataset() -> Dataset:
    """The dataset.

    >>> [table.name for table in dataset().tables][:3], dataset().table("targets").key
    (['documents', 'projects', 'amounts'], ('project_id', 'position', 'field', 'item'))
    """
    data: dict[str, Any] = tomllib.loads(files("extractor.export").joinpath("dataset.toml").read_text("utf-8"))
    return Dataset.model_validate(data)
