"""`from extractor import …`: what it gives is what the command gives."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import extractor
from extractor import aextract, extract, open_run
from extractor.api import Options
from extractor.cli import main
from extractor.errors import ExtractorError, UnreadableFile, UnsupportedFile, UsageError
from extractor.export.dataset import dataset
from extractor.export.frames import LIBRARIES, Library
from extractor.settings import Settings
from tests.golden_sources import sources
from tests.second_readers import needs_weights, right_answers
from tests.servers import answering, endpoint

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


@pytest.mark.parametrize("name", ["", "甲区/2026.txt"])
def test_bytes_and_open_files_are_read_like_the_file(name: str) -> None:
    named = {"name": name} if name else {}
    raw = TEXT.read_bytes()
    results = [extract(raw, model=None, **named), extract(BytesIO(raw), model=None, **named)]
    with TEXT.open("rb") as stream:
        results.append(extract(stream, model=None, **named))
    assert {result.document.document.file for result in results} == {name or "document"}
    expected = extract(TEXT, model=None)
    assert all(
        [one.project for one in result.records] == [one.project for one in expected.records] for result in results
    )


def test_bytes_are_no_text_and_have_a_limit() -> None:
    with pytest.raises(UsageError, match="binary mode"):
        extract(StringIO("text"), model=None)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedFile, match="max_bytes"):
        extract(b"0" * 100, name="a.txt", model=None, max_bytes=99)
    with pytest.raises(ExtractorError):
        extract(b"", name="a.txt", model=None)


OF_RUNS = {"store", "workers", "max_seconds", "max_memory", "max_tokens", "max_cost", "prices"}
"""Settings that are nothing to one document."""


def test_options_are_the_settings() -> None:
    assert set(Options.__annotations__) == set(Settings.model_fields) - OF_RUNS


def test_what_is_exported_is_there() -> None:
    assert set(extractor.__all__) == set(dir(extractor))
    assert all(getattr(extractor, name) is not None for name in extractor.__all__)
    with pytest.raises(AttributeError, match="colour"):
        extractor.colour  # noqa: B018


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys, extractor\nprint(sorted(one for one in sys.modules if one.startswith(('extractor.', 'pydantic'))))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "['extractor.version']"


async def _within_a_loop(asked: dict[str, Any]) -> list[Any]:
    return [extract(TEXT, **asked), await aextract(TEXT, **asked)]


def test_a_running_loop_is_no_obstacle(tmp_path: Path) -> None:
    with endpoint(answering(right_answers([str(TEXT)]))) as server:
        asked = {"model": "m", "base_url": server.base_url, "api_key": "k", "cache_dir": tmp_path}
        expected = extract(TEXT, **asked)
        assert [one == expected for one in asyncio.run(_within_a_loop(asked))] == [True, True]
    assert all(record.model is not None and record.model.name == "m" for record in expected.records)


def test_aextract_leaves_the_loop_free() -> None:
    async def both() -> tuple[int, int]:
        ticks = 0
        work = asyncio.create_task(aextract(TEXT, model=None))
        while not work.done():
            await asyncio.sleep(0)
            ticks += 1
        return ticks, len((await work).records)

    ticks, records = asyncio.run(both())
    assert ticks > 2
    assert records > 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    files = [str(case) for case in CASES if case.parent.name.startswith(("text-", "grid-"))]
    arguments = ["run", *files, "--out", str(out), "--quiet", "--model", "none", "--format", "jsonl"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    return out


def test_a_run_is_opened(folder: Path) -> None:
    with open_run(folder) as run:
        lines = [record.model_dump_json() for record in run.records()]
        assert lines == (folder / "projects.jsonl").read_text("utf-8").splitlines()
        assert len(list(run.documents())) == len((folder / "documents.jsonl").read_text("utf-8").splitlines())
        found = run.record(json.loads(lines[0])["id"])
    assert found is not None
    assert found[0].model_dump_json() == lines[0]
    with open_run(str(folder), language="en") as run:
        messages = [flag.message for record in run.records() for flag in record.flags]
    assert messages
    assert all(message[:3].isascii() for message in messages)
    with pytest.raises(UsageError):
        open_run(folder / "absent")


@pytest.mark.parametrize("library", LIBRARIES)
def test_frames_hold_the_rows_of_the_dataset(folder: Path, library: Library) -> None:
    with open_run(folder) as run:
        frames = {name: getattr(run, f"{name}_frame")(library) for name in ("projects", "indicators", "flags")}
        records = list(run.records())
    sizes = {name: frame.shape[0] for name, frame in frames.items()}
    assert sizes["projects"] == len(records)
    assert sizes["indicators"] == sum(len(record.project.indicators) for record in records)
    assert sizes["flags"] >= sum(len(record.flags) for record in records)
    for name, frame in frames.items():
        assert list(frame.columns) == [column.name for column in dataset().table(name).columns]
    printed = [record.normalized.amounts.get("total") for record in records]
    shown = [value if value == value else None for value in frames["projects"]["total_yuan"]]  # pandas writes NaN
    assert shown == [None if value is None else Decimal(value) for value in printed]
    assert all(isinstance(value, Decimal) for value in shown if value is not None)


def test_one_document_has_frames_too(monkeypatch: pytest.MonkeyPatch) -> None:
    result = extract(TEXT, model=None)
    assert result.projects_frame()["name"].to_list() == [record.project.name for record in result.records]
    with pytest.raises(UsageError, match="none of"):
        result.flags_frame("excel")  # type: ignore[arg-type]
    monkeypatch.setattr("extractor.export.frames.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install pandas"):
        result.flags_frame()
