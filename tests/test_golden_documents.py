"""The golden documents that are no plain text are what the scripts write that golden/README.md names."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from extractor.readers import archive, read
from extractor.schemas.document import Document
from tests import golden_files

GOLDEN = Path(__file__).parents[1] / "golden"


def load(script: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(script, GOLDEN / f"{script}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITTEN = load("make_documents").CASES | load("make_forms").CASES


def content(document: Document) -> tuple[object, ...]:
    return document.text, document.lines, document.tables, document.notes


@pytest.mark.parametrize("case", WRITTEN)
def test_the_script_writes_what_is_there(case: str, tmp_path: Path) -> None:
    """Compared as they are read: how an archive is packed depends on the machine's zlib."""
    suffix, write = WRITTEN[case]
    path = tmp_path / f"source.{suffix}"
    path.write_bytes(write())
    pinned = GOLDEN / case / path.name
    assert content(read(path)) == content(read(pinned))
    assert (pinned.parent / "expected.json").is_file()


@pytest.mark.parametrize(
    "name",
    [*golden_files.CASES, *(pytest.param(name, marks=pytest.mark.libreoffice) for name in ("doc-a", "doc-b", "odt-a"))],
)
def test_sources_and_labels_are_written_together(name: str, tmp_path: Path) -> None:
    """Scans are not compared: their dots depend on the fonts of the machine; nor is what takes LibreOffice's Calc."""
    if name in golden_files.CONVERTED and shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    case = (golden_files.CASES | golden_files.CONVERTED)[name]()
    pinned, labels = GOLDEN / name / f"source.{case.suffix}", GOLDEN / name / "expected.json"
    assert json.loads(labels.read_text("utf-8")) == case.expected
    path = tmp_path / pinned.name
    path.write_bytes(case.source)
    assert documents(path) == documents(pinned)


def documents(path: Path) -> list[tuple[object, ...]]:
    """Name and content of a file, or of every document in an archive."""
    if not archive.is_archive(path):
        return [content(read(path))]
    members = archive.members(path, path.name, 1 << 20)
    known = (one for one in members if one.name.endswith((".docx", ".xlsx", ".pdf", ".htm", ".txt")))
    return [(one.name, *content(read(path, member=one))) for one in known if "__MACOSX" not in one.name]
