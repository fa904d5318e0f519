"""The table of formats: every row can be read, found and told apart, and the documents name what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.readers import signature
from extractor.readers.formats import ARCHIVES, BY_NAME, FORMATS, SUFFIXES, TOOLS, UNREAD_SUFFIXES, Format, function
from extractor.run.inputs import find_inputs
from tests.conftest import ROOT


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_format_has_what_reads_it_and_what_it_is_known_by(row: Format) -> None:
    assert row.suffixes
    if row.reader:
        assert callable(function(row.reader))
        assert row.magic or row.members or row.streams or row.name in {"pdf", "html", "mht"}
    else:
        assert (row.magic, row.members, row.streams) == ((), frozenset(), ())
    assert row.tool is None or row.tool in TOOLS


def test_nothing_is_two_formats() -> None:
    assert len(BY_NAME) == len(FORMATS)
    for marks in (
        SUFFIXES,
        [mark for row in FORMATS for mark in row.magic],
        [stream for row in FORMATS for stream in row.streams],
        [row.members for row in FORMATS if row.members],
    ):
        assert len(set(marks)) == len(marks)
    assert not set(SUFFIXES) & set(UNREAD_SUFFIXES)
    assert not set(BY_NAME) & {signature.TEXT, signature.PACKAGE, signature.COMPOUND, signature.ARCHIVE} - {"text"}


@pytest.mark.parametrize(
    "row", [row for row in FORMATS if row.magic or row.members or row.streams], ids=lambda row: row.name
)
def test_a_format_is_known_by_its_content_whatever_its_name(row: Format) -> None:
    for magic in row.magic:
        assert signature.kind_of(magic + b"\0" * 64, "a.txt") == row.name
    for stream in row.streams:
        assert signature.compound_kind(f"{stream}\0".encode("utf-16-le"), "a.txt") == row.name
    if row.members:
        names = [f"{name}a.xml" if name.endswith("/") else name for name in row.members]
        assert signature.package_kind(names) == row.name


def test_a_folder_is_searched_for_every_format_and_other_documents_are_not_passed_over(tmp_path: Path) -> None:
    for suffix in (*SUFFIXES, *UNREAD_SUFFIXES, ".jpg"):
        (tmp_path / f"a{suffix.upper()}").write_bytes(b"x")
    found = find_inputs([str(tmp_path)])
    assert {given.path.suffix.lower() for given in found.inputs} == {*SUFFIXES, *UNREAD_SUFFIXES}
    assert found.ignored == 1


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readmes_name_every_suffix(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    missing = [suffix for suffix in SUFFIXES if f"`{suffix}`" not in text and suffix not in {*ARCHIVES, ".pdf"}]
    assert missing == []
    assert "PDF" in text
    assert "ZIP" in text
