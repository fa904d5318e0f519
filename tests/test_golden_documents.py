"""The golden documents that are no plain text are what golden/make_documents.py writes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from extractor.readers import read
from schemas.document import Document

SCRIPT = Path(__file__).parents[1] / "golden" / "make_documents.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_documents", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = load()


def content(document: Document) -> tuple[object, ...]:
    return document.text, document.lines, document.tables, document.notes


@pytest.mark.parametrize("case", MAKER.CASES)
def test_the_script_writes_what_is_there(case: str, tmp_path: Path) -> None:
    """Compared as they are read: how an archive is packed depends on the machine's zlib."""
    suffix, write = MAKER.CASES[case]
    path = tmp_path / f"source.{suffix}"
    path.write_bytes(write())
    pinned = SCRIPT.parent / case / path.name
    assert content(read(path)) == content(read(pinned))
    assert (pinned.parent / "expected.json").is_file()
