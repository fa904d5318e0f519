"""Old Word documents, through the LibreOffice of this machine; what needs none is tested without one."""

from __future__ import annotations

import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import pytest

from extractor.errors import UnsupportedFile
from extractor.readers.ooxml import OLE
from extractor.readers.word import doc
from extractor.readers.word.doc import read_doc
from tests.patience import HANG, eventually, has_ended
from tests.test_docx import PLAIN, cells, check_places, kinds, lines


def rtf(*rows: tuple[str, ...]) -> bytes:
    """A document of one line, a table and one line; Chinese characters as RTF writes them."""

    def written(text: str) -> str:
        return "".join(
            one if one.isascii() else f"\\u{ord(one) - 65536 if ord(one) > 32767 else ord(one)}?" for one in text
        )

    table = ""
    for row in rows:
        edges = "".join(f"\\cellx{2000 * (number + 1)}" for number in range(len(row)))
        texts = "".join(f"{written(cell)}\\cell " for cell in row)
        table += f"\\trowd{edges}\\pard\\intbl {texts}\\row\n"
    return f"{{\\rtf1\\ansi {written('项目支出绩效目标表')}\\par\n{table}\\pard {written('注：无')}\\par}}".encode()


ROWS = (("项目名称", "总计", "绩效目标"), ("河道保洁", "5.00", "水清岸绿"), ("校舍维修", "", "≥95%"))


@cache
def has_writer() -> bool:
    try:
        return bool(read_doc(rtf(*ROWS), "a.rtf").tables)
    except UnsupportedFile:
        return False


@pytest.fixture
def writer() -> None:
    if not has_writer():
        pytest.skip("LibreOffice Writer is not installed")


def converted(raw: bytes, folder: Path) -> bytes:
    source = folder / "a.rtf"
    source.write_bytes(raw)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
    subprocess.run(
        [*command, "doc:MS Word 97", "--outdir", folder, source], capture_output=True, timeout=HANG, check=True
    )
    return (folder / "a.doc").read_bytes()


@pytest.mark.libreoffice
@pytest.mark.usefixtures("writer")
def test_rtf_and_doc_are_read_as_docx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    raw = rtf(*ROWS)
    for old in (raw, converted(raw, tmp_path)):
        parsed = read_doc(old, "a.doc")
        assert cells(parsed) == [list(row) for row in ROWS]
        assert [line for line in lines(parsed) if line] == ["项目支出绩效目标表", "注：无"]
        assert kinds(parsed) == {"converted": "LibreOffice"}
        check_places(parsed)
    assert list(temporary.iterdir()) == []


@pytest.mark.libreoffice
@pytest.mark.usefixtures("writer")
def test_a_damaged_document_is_refused_or_read(tmp_path: Path) -> None:
    raw = converted(rtf(*ROWS), tmp_path)
    for piece in (raw[:1_000], OLE + "WordDocument".encode("utf-16-le") + b"\0" * 3_000):
        with pytest.raises(UnsupportedFile, match="damaged"):
            read_doc(piece, "a.doc")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no old Word document"),
        (b"PK\x03\x04", "no old Word document"),
        (OLE + bytes(600), "damaged"),
        (OLE + "Workbook".encode("utf-16-le") * 9, "suffix of what it is"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + bytes(504) + b"\xec\xa5" + bytes(9) + b"\x01" + "WordDocument".encode("utf-16-le"), "password"),
    ],
)
def test_what_cannot_be_read(raw: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says) as caught:
        read_doc(raw, "表.doc")
    assert caught.value.file == "表.doc"


def test_without_libreoffice_a_person_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(UnsupportedFile, match=r"LibreOffice.*not installed here.*save it as DOCX"):
        read_doc(rtf(*ROWS), "a.doc")


def fake(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(program))


@pytest.mark.kill
def test_a_conversion_that_hangs_is_ended_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, f"sleep 900 & echo $! > {tmp_path}/child; wait", monkeypatch)
    monkeypatch.setattr(doc, "TIMEOUT", 2.0)  # time enough to start the child
    started = time.monotonic()
    with pytest.raises(UnsupportedFile, match="longer than"):
        read_doc(rtf(*ROWS), "a.doc")
    assert time.monotonic() - started < 60
    child = int((tmp_path / "child").read_text())
    assert eventually(lambda: has_ended(child), seconds=60), "a child of the converter lives on"


def test_a_conversion_that_makes_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, "exit 0", monkeypatch)
    with pytest.raises(UnsupportedFile, match="could not be read by LibreOffice"):
        read_doc(rtf(*ROWS), "a.doc")


def test_tables_that_a_conversion_loses_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain.docx").write_bytes(PLAIN)
    # The folder for the result is the word after --outdir.
    find = 'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"'
    fake(tmp_path, f'{find}; cp {tmp_path}/plain.docx "$2/source.docx"', monkeypatch)
    raw = OLE + "WordDocument".encode("utf-16-le") + "a\x07b\x07\x07".encode("utf-16-le") * 3
    assert kinds(read_doc(raw, "a.doc")) == {"converted": "LibreOffice", "lost_cells": ""}


def test_nothing_of_the_environment_reaches_the_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "a secret")
    fake(tmp_path, f"env > {tmp_path}/env", monkeypatch)
    with pytest.raises(UnsupportedFile):
        read_doc(rtf(*ROWS), "a.doc")
    assert "secret" not in (tmp_path / "env").read_text()
