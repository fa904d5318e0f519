"""What other tools read before the tables: Frictionless data packages and the metadata of Datasette.

datapackage.json           projects.csv and indicators.csv
parquet.datapackage.json   the Parquet files, with their keys
projects.metadata.json     projects.sqlite: `datasette projects.sqlite -m projects.metadata.json`
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from extractor.export.dataset import ColumnType, DataTable, dataset
from extractor.export.labels import Kind, Labels, ShownColumn
from extractor.version import __version__

_NAME = "budget-performance"
_SHOWN: Mapping[Kind, str] = {
    "text": "string",
    "code": "string",
    "amount": "number",
    "number": "number",
    "integer": "integer",
}
_STORED: Mapping[ColumnType, str] = {
    "text": "string",
    "integer": "integer",
    "boolean": "boolean",
    "decimal": "number",
    "share": "number",
    "date": "date",
    "json": "string",
}


def write_csv_package(path: Path, words: Labels) -> None:
    """Columns and types of the CSV files."""
    tables = {"projects": words.project, "indicators": words.indicator}
    _write(path, _package(_csv_resource(name, columns, words) for name, columns in tables.items()))


def write_parquet_package(path: Path, language: str) -> None:
    """Columns, types and keys of the Parquet files, with what they mean."""
    _write(path, _package(_parquet_resource(table, language) for table in dataset().tables))


def write_datasette(path: Path, language: str) -> None:
    """What the tables, columns and views of projects.sqlite mean."""
    tables = {
        table.name: {
            "description": getattr(table, language),
            "columns": {column.name: getattr(column.meaning, language) for column in table.columns},
        }
        for table in dataset().tables
    }
    views = {view.name: {"description": getattr(view, language)} for view in dataset().views}
    _write(path, {"databases": {"projects": {"tables": tables | views}}})


def _package(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": _NAME,
        "version": __version__,
        "resources": list(resources),
    }


def _csv_resource(name: str, columns: tuple[ShownColumn, ...], words: Labels) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": words.sheets[name.removesuffix("s")],
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": [{"name": column.heading, "type": _SHOWN[column.kind]} for column in columns]},
    }


def _parquet_resource(table: DataTable, language: str) -> dict[str, Any]:
    fields = [
        {
            "name": column.name,
            "type": _STORED[column.type],
            "description": getattr(column.meaning, language),
            "constraints": {"required": not column.null},
        }
        for column in table.columns
    ]
    keys = [
        {
            "fields": list(reference.columns),
            "reference": {"resource": reference.table, "fields": list(dataset().table(reference.table).key)},
        }
        for reference in table.refs
    ]
    return {
        "name": table.name,
        "description": getattr(table, language),
        "path": f"{table.name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {"fields": fields, "primaryKey": list(table.key), "foreignKeys": keys},
    }


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
