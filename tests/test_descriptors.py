"""What other tools read of the exported tables is true of them."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from extractor.cli import main
from tests.golden_sources import sources

PARSE: dict[str, Callable[[str], object]] = {"string": str, "number": Decimal, "integer": int}


@pytest.fixture(scope="module", params=["zh", "en"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    files = [str(case) for case in sources() if case.parent.name.startswith(("text-", "form-a"))]
    options = ["--out", str(out), "--quiet", "--model", "none", "--language", request.param]
    for name in ("csv", "sqlite", "parquet"):
        options += ["--format", name]
    assert CliRunner().invoke(main, ["run", *files, *options]).exit_code == 0
    return out


def described(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text("utf-8"))


def test_every_cell_of_the_csv_files_has_the_type_that_is_told(folder: Path) -> None:
    cells = 0
    for resource in described(folder, "datapackage.json")["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
            heading, *rows = csv.reader(file)
        fields = resource["schema"]["fields"]
        assert heading == [field["name"] for field in fields]
        for row in rows:
            for cell, field in zip(row, fields, strict=True):
                cells += bool(cell) and PARSE[field["type"]](cell) is not None
    assert cells > 500


def test_the_parquet_files_are_as_told(folder: Path) -> None:
    package = described(folder, "parquet.datapackage.json")
    known = {resource["name"]: resource for resource in package["resources"]}
    for resource in known.values():
        table = pq.read_table(folder / resource["path"])
        assert table.column_names == [field["name"] for field in resource["schema"]["fields"]]
        rows = table.select(resource["schema"]["primaryKey"]).to_pylist()
        assert len({tuple(row.values()) for row in rows}) == len(rows)
        for key in resource["schema"]["foreignKeys"]:
            there = known[key["reference"]["resource"]]
            assert there["schema"]["primaryKey"] == key["reference"]["fields"]
            assert len(key["fields"]) == len(key["reference"]["fields"])


def test_datasette_is_told_of_every_table_column_and_view(folder: Path) -> None:
    tables = described(folder, "projects.metadata.json")["databases"]["projects"]["tables"]
    with closing(sqlite3.connect(folder / "projects.sqlite")) as connection:
        stored = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        }
        assert set(tables) == {name for name in stored if not name.startswith("sqlite_")}
        for name, told in tables.items():
            if "columns" in told:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                assert list(told["columns"]) == columns
    assert all(told["description"] for told in tables.values())
