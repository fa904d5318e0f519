"""The data dictionary, the JSON Schemas and the guide say what the files hold."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from extractor import extract
from extractor.export import export
from extractor.export.dataset import dataset
from extractor.export.dictionary import LINES, dictionary, schemas, write
from extractor.export.meanings import models_in
from extractor.schemas.record import DocumentLine, Record
from extractor.store import RunStore
from tests.published import DUE, SEVERAL, runs
from tests.run_samples import document, fill, flag, record

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
VALIDATORS = {name: Draft202012Validator(json.loads(text)) for name, text in schemas().items()}


def test_files_in_docs_are_current(tmp_path: Path) -> None:
    """Where this fails: python -m extractor.export.dictionary docs."""
    for path in write(tmp_path):
        kept = DOCS / path.relative_to(tmp_path)
        assert kept.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), f"{kept} is not current"


def test_schemas_are_schemas() -> None:
    for name, validator in VALIDATORS.items():
        Draft202012Validator.check_schema(validator.schema)
        assert set(validator.schema["required"]) == set(LINES[name].model_fields)


SOURCES = [
    path
    for path in sorted((ROOT / "golden").glob("*-a/source.*"))
    if path.suffix not in {".zip", ".doc", ".pdf"} and not path.parent.name.startswith("negative")
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parent.name)
def test_real_lines_fit_their_schema(source: Path) -> None:
    result = extract(source, model="none")
    assert result.records
    VALIDATORS["document"].validate(json.loads(result.document.model_dump_json()))
    for item in result.records:
        VALIDATORS["project"].validate(json.loads(item.model_dump_json()))


@pytest.mark.large
@settings(max_examples=40)
@given(run=runs())
def test_any_line_fits_its_schema(run: tuple[list[DocumentLine], list[Record]]) -> None:
    for name, items in zip(("document", "project"), run, strict=True):
        for item in items:
            VALIDATORS[name].validate(json.loads(item.model_dump_json()))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("project", {"id": None}),
        ("project", {"status": "perfect"}),
        ("project", {"surprise": 1}),
        ("document", {"status": "agreed"}),
        ("document", {"coverage": "0.5"}),
    ],
)
def test_wrong_lines_do_not_fit(name: str, change: dict[str, Any]) -> None:
    right = json.loads((record() if name == "project" else document()).model_dump_json())
    assert VALIDATORS[name].is_valid(right)
    assert not VALIDATORS[name].is_valid(right | change)
    missing = dict(right)
    del missing["flags"]
    assert not VALIDATORS[name].is_valid(missing)


def test_a_number_is_never_a_float() -> None:
    line = json.loads(record().model_dump_json())
    line["normalized"]["indicators"][0]["annual"] = json.loads(SEVERAL.model_dump_json())
    assert VALIDATORS["project"].is_valid(line)
    line["normalized"]["indicators"][0]["annual"]["items"][0]["low"] = 95.0
    assert not VALIDATORS["project"].is_valid(line)


def test_every_model_and_column_has_its_section() -> None:
    text = dictionary()
    models: set[str] = set()

    def collect(model: type) -> None:
        models.add(model.__name__)
        for field in model.model_fields.values():
            for inner in models_in(field.annotation):
                if inner.__name__ not in models:
                    collect(inner)

    for model in LINES.values():
        collect(model)
    headed = set(re.findall(r"^### (\w+): `", text, re.MULTILINE))
    assert headed == models - {"Record", "DocumentLine"}
    for table in dataset().tables:
        part = text.partition(f"\n### {table.name}\n")[2].partition("\n##")[0]
        assert re.findall(r"^\| `(\w+)`", part, re.MULTILINE) == [column.name for column in table.columns]
    assert not re.search(r"\| +\|", text), "no cell is empty"


def test_queries_of_the_guide_run(tmp_path: Path) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        fill(store, 5)
        export(store, tmp_path, formats=("sqlite",))
    queries = re.findall(r"^```sql\n(.*?)^```$", (DOCS / "records.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(queries) == 4
    with closing(sqlite3.connect(tmp_path / "projects.sqlite")) as connection:
        for query in queries:
            assert connection.execute(query).description


def test_dictionary_travels_with_the_data(tmp_path: Path) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        store.save(document(flags=(flag(),)), [record()], [""], "f")
        export(store, tmp_path, formats=("sqlite",))
    with closing(sqlite3.connect(tmp_path / "projects.sqlite")) as connection:
        found = connection.execute(
            "SELECT zh, en FROM dictionary WHERE table_name = 'targets' AND column_name = 'high'"
        )
        assert found.fetchall() == [("上限，按 unit 计", "upper bound in `unit`")]


def test_last_day_of_a_deadline_is_told() -> None:
    assert DUE.end == "2026-06"
    assert "最后一天" in dictionary()
