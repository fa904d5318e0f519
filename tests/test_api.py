"""`from extractor import extract` gives what the command gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from extractor import extract
from extractor.cli import main
from extractor.errors import ExtractorError, UnreadableFile, UsageError
from tests.golden_sources import sources
from tests.second_readers import needs_weights

CASES = sources()
TEXT = next(case for case in CASES if case.parent.name == "text-spaced-b")


@pytest.mark.golden
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("model", ["none", pytest.param("builtin", marks=needs_weights)])
def test_same_records_as_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, model: str
) -> None:
    monkeypatch.delenv("EXTRACTOR_MODEL", raising=False)
    # The built-in reader is what both of them take where nothing is said.
    options = {} if model == "builtin" else {"model": model}
    arguments = ["run", *map(str, CASES), "--out", str(tmp_path), "--quiet", "--language", language]
    arguments += [f"--{name}={value}" for name, value in options.items()]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    results = [extract(path, language=language, **options) for path in CASES]
    printed = [record.model_dump_json() for result in results for record in result.records]
    assert printed == (tmp_path / "projects.jsonl").read_text("utf-8").splitlines()
    assert len(printed) > 70
    documents = [result.document.model_dump_json() for result in results]
    assert documents == (tmp_path / "documents.jsonl").read_text("utf-8").splitlines()


def test_path_as_text_or_as_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES[0].parent)
    name = CASES[0].name
    assert extract(name, model=None) == extract(Path(name), model="none") == extract(f"./{name}", model="none")
    assert extract(name, model="none").document.document.file == name


@pytest.mark.parametrize(
    ("path", "settings", "error"),
    [
        ("absent.txt", {}, UnreadableFile),
        (str(CASES[0]), {"colour": "red"}, UsageError),
        (str(CASES[0]), {"concurrency": 0}, UsageError),
        (str(CASES[0]), {"max_bytes": 10}, ExtractorError),
    ],
)
def test_errors(path: str, settings: dict[str, object], error: type[ExtractorError]) -> None:
    with pytest.raises(error):
        extract(path, model="none", **settings)


def test_values_lead_to_the_source() -> None:
    result = extract(TEXT, model="none")
    text = TEXT.read_bytes().decode("gb18030" if result.document.encoding == "gb18030" else "utf-8")
    record = result.records[0]
    start, end = record.spans["name"]
    assert record.project.name is not None
    assert "".join(record.project.name.split()) == "".join(text[start:end].split())
    assert json.loads(record.model_dump_json())["spans"]["name"] == [start, end]
