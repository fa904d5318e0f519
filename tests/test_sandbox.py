"""The process that parses strangers' files: what comes back, what each kind of trouble costs, and what it may see."""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import UnreadableFile, UnsupportedFile
from extractor.readers import _as_page, ocr, read, signature, wire, worker
from extractor.readers.inked import Inked, PageBoxes
from extractor.readers.parsed import Merged, Parsed, TextBuilder
from extractor.readers.sandbox import Limits, Sandbox
from extractor.schemas.positions import Boxes
from tests.patience import eventually, has_ended

TRICKS = """
import ctypes, json, os, sys, time
from extractor.errors import UnsupportedFile
from extractor.readers.parsed import TextBuilder

def read(raw, file):
    builder = TextBuilder(file)
    trick = raw.decode()
    if trick == "crash":
        ctypes.string_at(0)
    if trick == "exit":
        os._exit(3)
    if trick == "memory":
        bytearray(2**31)
    if trick == "fat":
        held = b"x" * (200 * 2**20)
    if trick == "loop":
        while True: pass
    if trick == "sleep":
        time.sleep(900)
    if trick == "deep":
        def down(): return down() + 1
        down()
    if trick == "fault":
        raise IndexError("secret text of the file")
    if trick == "refuse":
        raise UnsupportedFile(file, "is of no use")
    if trick == "print":
        print("x" * 100_000); os.write(1, b"y" * 1000); sys.stderr.write("z" * 1000)
    if trick == "stdin":
        builder.line(repr(os.read(0, 10)))
    if trick == "environment":
        builder.line(json.dumps(dict(os.environ)))
    if trick == "lie":
        from extractor.readers import wire
        wire.pack = lambda parsed: {"text": "", "lines": [0, 5, None], "tables": [], "notes": []}
    if trick == "garbage":
        for number in range(3, 20):
            try: os.write(number, b"\\0\\0\\0\\5hello")
            except OSError: pass
        time.sleep(900)
    if trick == "leave":
        open(os.path.join(os.environ["TMPDIR"], "left"), "w").close()
        builder.line(os.environ["TMPDIR"])
    builder.line(f"{os.getpid()} {trick} {file}")
    return builder.parsed()
"""


@pytest.fixture
def box(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Sandbox]]:
    """Makes sandboxes whose reader of PDF files does what the file says, with the limits of a machine without OCR."""
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    folder = tmp_path_factory.mktemp("tricks")
    (folder / "tricks.py").write_text(TRICKS)
    patch = f"sys.path.append({str(folder)!r}); from extractor.readers import worker; "
    patch += "worker.function = lambda name: __import__('tricks').read; from extractor"
    boxes: list[Sandbox] = []

    class Tricked(Sandbox):
        start = Sandbox.start.replace("from extractor", patch.replace("{", "{{").replace("}", "}}"), 1)

    def make(**limits: Any) -> Sandbox:
        boxes.append(Tricked(Limits(**limits)))
        return boxes[-1]

    yield make
    for made in boxes:
        made.close()


def do(box: Sandbox, trick: str) -> str:
    """What the reader wrote for a trick, without the process's number."""
    return box.parse(trick.encode(), "in/a.pdf", "pdf")[1].text


def number(text: str) -> int:
    return int(text.split()[0])


def test_one_process_for_many_files(box: Callable[..., Sandbox]) -> None:
    one = box(files_per_process=3)
    numbers = [number(do(one, "good")) for _ in range(7)]
    assert [len(set(numbers[start : start + 3])) for start in (0, 3, 6)] == [1, 1, 1]
    assert one.started == len(set(numbers)) == 3
    assert os.getpid() not in numbers


@pytest.mark.kill
@pytest.mark.parametrize(
    ("trick", "says"),
    [
        ("crash", r"made the reader crash \(SIGSEGV\)"),
        ("exit", r"made the reader crash \(exit status 3\)"),
        ("memory", r"needs more than 1\.0 GB of memory"),
        ("loop", "was not read within 1 seconds"),
        ("sleep", "was not read within 1 seconds"),
        ("deep", "nested too deeply"),
        ("fault", "could not be read: IndexError in the reader; report it"),
        ("lie", "senseless answer"),
        ("garbage", "senseless answer"),
    ],
)
def test_trouble_costs_one_file_and_the_process(box: Callable[..., Sandbox], trick: str, says: str) -> None:
    one = box(memory=2**30)
    first = number(do(one, "good"))
    patient, started = one.limits, time.monotonic()
    if trick in {"loop", "sleep"}:
        one.limits = replace(patient, seconds=1.0)
    with pytest.raises(UnsupportedFile, match=says) as caught:
        do(one, trick)
    assert time.monotonic() - started < patient.seconds
    one.limits = patient
    assert str(caught.value).startswith("in/a.pdf: ")
    assert "secret" not in str(caught.value)
    assert one.started == 1
    assert number(do(one, "good")) != first


def test_a_refusal_keeps_the_process(box: Callable[..., Sandbox]) -> None:
    one = box()
    with pytest.raises(UnsupportedFile, match=r"in/a\.pdf: is of no use"):
        do(one, "refuse")
    do(one, "good")
    assert one.started == 1


def test_a_fat_process_is_not_used_again(box: Callable[..., Sandbox]) -> None:
    one = box(fat=150 * 2**20)
    do(one, "good")
    do(one, "fat")
    assert one.started == 1
    do(one, "good")
    assert one.started == 2


def test_what_a_reader_prints_goes_nowhere(box: Callable[..., Sandbox], capfd: pytest.CaptureFixture[str]) -> None:
    assert do(box(), "print").endswith("print in/a.pdf\n")
    assert do(box(), "stdin").startswith("b''")
    assert capfd.readouterr() == ("", "")


def test_keys_in_the_environment_are_not_seen(box: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("EXTRACTOR_MODEL", "m")
    seen = json.loads(do(box(), "environment").splitlines()[0])
    assert {"OPENAI_API_KEY", "EXTRACTOR_MODEL"}.isdisjoint(seen)
    assert seen["PATH"] == os.environ["PATH"]


def test_what_a_reader_leaves_behind_is_removed(box: Callable[..., Sandbox]) -> None:
    one = box()
    folder = Path(do(one, "leave").splitlines()[0])
    assert (folder / "left").exists()
    one.close()
    assert not folder.exists()


def test_threads_wait_for_each_other(box: Callable[..., Sandbox]) -> None:
    one = box()
    found: list[str] = []
    threads = [threading.Thread(target=lambda name=name: found.append(do(one, f"n{name}"))) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(text.split()[1] for text in found) == [f"n{name}" for name in range(8)]
    assert one.started == 1


@pytest.mark.kill
def test_a_process_that_was_killed_between_two_files(box: Callable[..., Sandbox]) -> None:
    one = box()
    process = number(do(one, "good"))
    os.kill(process, 9)
    assert eventually(lambda: has_ended(process))
    do(one, "good")
    assert one.started == 2


def test_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(UnreadableFile, match=r"a\.pdf: cannot be read: no process could be started"):
        Sandbox().parse(b"%PDF", "a.pdf", "pdf")


@pytest.mark.kill
def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from extractor.readers import sandbox\n"
        "box = sandbox.shared()\n"
        "try: box.parse(b'<p>x', 'a.html', 'html')\n"
        "except Exception: pass\n"
        "print(box._process.pid, flush=True)\n"
        "import os; os.kill(os.getpid(), 9) if len(sys.argv) > 1 else None\n"
    )
    for arguments in ([], ["killed"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
        left = Path("/proc") / done.stdout.strip()
        assert done.stdout.strip()
        assert eventually(lambda left=left: not left.exists(), seconds=60)


def test_limits_grow_with_the_file() -> None:
    limits = Limits()
    small, large = limits.of("html", 10_000)[1], limits.of("html", 16_000_000)[1]
    assert limits.seconds <= small < large < 600
    assert limits.of("compound", 10_000)[1] > 120 + small


# What comes back

texts = st.text("甲乙1.\n \t≥\x00\ud800", max_size=6)
grids = st.lists(st.lists(st.one_of(texts, st.sampled_from(Merged)), max_size=4), max_size=4)


@given(st.lists(st.one_of(texts, grids, st.none()), max_size=6))
def test_packing_and_unpacking_changes_nothing(pieces: list[Any]) -> None:
    builder = TextBuilder("a", paged=True)
    for piece in pieces:
        if piece is None:
            builder.page_break()
            builder.note("kind", "详情")
        elif isinstance(piece, str):
            builder.line(piece)
        else:
            builder.table(piece)
    parsed = builder.parsed()
    assert wire.unpack(json.loads(json.dumps(wire.pack(parsed), ensure_ascii=False))) == parsed


def printed(*texts: str) -> Parsed:
    """Lines of a page, a letter in each box of 10 by 10 points."""
    builder = TextBuilder("a", paged=True)
    for text in texts:
        letters = [float(10 * at) for at in range(len(text))]
        boxes = PageBoxes.of(1, text, letters, [0.0] * len(text), [x + 10 for x in letters], [10.0] * len(text))
        builder.line(Inked(text, tuple(boxes.ink(range(len(text)), 0, len(text)))))
    return builder.parsed()


def test_boxes_come_through() -> None:
    parsed = printed("甲乙", "1.5")
    assert isinstance(parsed.positions, Boxes)
    assert parsed.positions.starts.tolist() == [0, 3]
    assert parsed.positions.rights.tolist() == [10, 20, 10, 20, 30]
    assert wire.unpack(json.loads(json.dumps(wire.pack(parsed)))) == parsed


GOOD = wire.pack(Parsed("甲\t1\n", (), (), ()))
BOXES = wire.pack(printed("甲乙"))["positions"]["boxes"]
NAN = b64encode(struct.pack("f", math.nan)).decode()
SHEETS = {"names": ["表"], "columns": [[1, 2]], "rows": [[0], [1], [0]], "merged": []}


def boxes_with(index: int, values: str) -> dict[str, Any]:
    return GOOD | {"text": "甲乙\n", "positions": {"boxes": [*BOXES[:index], values, *BOXES[index + 1 :]]}}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [],
        None,
        GOOD | {"text": 5},
        GOOD | {"lines": [0, 1]},
        GOOD | {"lines": [0, 9, None]},
        GOOD | {"lines": [2, 1, None]},
        GOOD | {"lines": [-1, 1, None]},
        GOOD | {"lines": [True, 1, None]},
        GOOD | {"lines": [0.0, 1, None]},
        GOOD | {"lines": [0, 1, 0]},
        GOOD | {"notes": [["a"]]},
        GOOD | {"tables": [{}]},
        GOOD | {"tables": [{"page": 1, "rows": [0, 3, 2], "cells": [0, 1], "merged": "."}]},
        GOOD | {"tables": [{"page": 1, "rows": [0, 3, -1], "cells": [], "merged": ""}]},
        GOOD | {"tables": [{"page": 1, "rows": [0, 3, 1], "cells": [0, 1], "merged": "x"}]},
        GOOD | {"tables": [{"page": 1, "rows": [0, 3, 1], "cells": [0, 1], "merged": ".."}]},
        {name: value for name, value in GOOD.items() if name != "positions"},
        GOOD | {"positions": {}},
        GOOD | {"positions": {"boxes": BOXES[1:]}},
        GOOD | {"positions": {"boxes": [""] * len(BOXES)}},
        GOOD | {"text": "甲", "positions": {"boxes": BOXES}},
        boxes_with(0, BOXES[0] * 2),
        boxes_with(1, BOXES[2]),
        boxes_with(2, b64encode(bytes(4)).decode()),
        boxes_with(3, NAN),
        boxes_with(3, "?"),
        boxes_with(5, BOXES[5][:-1]),
        boxes_with(5, BOXES[3]),
        GOOD | {"positions": SHEETS | {"names": []}},
        GOOD | {"positions": SHEETS | {"columns": [[0]]}},
        GOOD | {"positions": SHEETS | {"rows": [[0], [-1], [0]]}},
        GOOD | {"positions": SHEETS | {"rows": [[0], [1], [1]]}},
        GOOD | {"positions": SHEETS | {"rows": [[2, 1], [1, 2], [0, 0]]}},
        GOOD | {"positions": SHEETS | {"merged": [[0, 1]]}},
        GOOD | {"positions": SHEETS | {"merged": [[-1, 1, 1]]}},
    ],
)
def test_what_makes_no_sense_is_not_believed(wrong: Any) -> None:
    with pytest.raises(ValueError, match="no reader's answer"):
        wire.unpack(wrong)


# From a file to a document


def test_the_same_through_the_process_and_without_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["项目名称", "总计"])
    book.active.append(["甲", 80.5])
    book.active.merge_cells("A2:A3")
    book.active["B3"] = 1
    stream = BytesIO()
    book.save(stream)
    path = tmp_path / "表.txt"  # its content says what it is
    path.write_bytes(stream.getvalue())
    document = read(path)
    kind, parsed = worker.parse(stream.getvalue(), "表.txt", "package")
    assert (document.format, document.encoding) == (kind, None) == ("xlsx", None)
    assert (document.text, document.tables, document.lines) == (parsed.text, parsed.tables, parsed.lines)
    assert [cell.merged for cell in document.tables[0].rows[2].cells] == ["above", None]


def test_markdown_with_html_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "# 项目支出绩效目标表\n\n单位：万元\n<table><tr><th>项目名称</th><th>总计</th></tr></table>\n\n注：a<b\n"
    )
    document = read(path)
    assert document.format == "html"
    assert document.text == "# 项目支出绩效目标表\n单位：万元\n项目名称\t总计\n注：a<b\n"


def test_pages_made_of_marks_cost_no_time() -> None:
    """What a file is, is found out without the time limit of a process of its own."""
    started = time.process_time()
    assert signature.kind_of(b"<!---->" * 500 + b"x", "a") == "text"
    assert not signature.holds_html_table("<table>" * 200_000)
    assert len(_as_page("<table><tr>" + "<table>" * 200_000)) > 1_000_000
    assert time.process_time() - started < 5


def test_a_table_in_a_table_stays_in_it() -> None:
    inner = "<table><tr><td>甲</table>"
    assert _as_page(f"</table>a<table><tr><td>{inner}</table>b").endswith(
        f"<p>&lt;/table&gt;a</p><table><tr><td>{inner}</table><p>b</p>"
    )


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4\n", "pdf"),
        (b"junk\n%PDF-1.4\n" + bytes(5_000) + b"startxref\n9\n%%EOF", "pdf"),
        ("%PDF-1.4 是 PDF 的文件头".encode()[1:], "text"),
        ("说明：%PDF-1.4 是文件头".encode(), "text"),
        (b"PK\x03\x04", "package"),
        (b"PK\x05\x06", "package"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"\x09\x08\x10\x00\x00\x06", "xls"),
        (b"<!DOCTYPE html><p>", "html"),
        (b"\n <HTML lang=zh>", "html"),
        (b"<!-- saved -->\n<html>", "html"),
        (b"<table border=1><tr>", "html"),
        (b"<meta charset=gbk><table>", "html"),
        ("<html>表".encode("utf-16"), "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x">', "html"),
        ("项目支出绩效目标表\n<table><tr><td>".encode(), "text"),
        (b"<p>a</p><p>b</p>", "html"),
        (b"<p>| a | b |", "text"),
        ("<p>表</p>\n\n| 项目 | 目标 |\r\n|---|---|\r\n".encode(), "text"),
        ("<p>首页 | 新闻 |</p><p>表</p>".encode(), "html"),
        ("<p>5% 以上".encode(), "text"),
        (b"", "text"),
    ],
)
def test_kinds(raw: bytes, kind: str) -> None:
    assert signature.kind_of(raw, "a.txt") == kind


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"SQLite format 3\0", "database"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'<?xml version="1.0"?><uof:UOF xmlns:uof="http://schemas.uof.org/cn/2003/uof">', "UOF"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "Excel 2003 XML table; open it and save it as .xlsx",
        ),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related;\n\n", "web archive without a page"),
        (b"From: a\nSubject: b\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n x=y\n\n", "e-mail"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office file that is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le"), "needs a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document\0".encode("utf-16-le"), "slides"),
        (b"PK\x05\x06" + bytes(18), "empty ZIP archive"),
        (b"PK\x03\x04" + bytes(50), "directory is damaged"),
    ],
)
def test_what_no_reader_takes_is_named(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "a.txt").write_bytes(raw)
    with pytest.raises(UnsupportedFile, match=says):
        read(tmp_path / "a.txt", name="a.txt")


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["[Content_Types].xml", "word/document.xml", "word/embeddings/a.xlsx"], "docx"),
        (["[Content_Types].xml", "xl/workbook.xml"], "xlsx"),
        (["OFD.xml", "Doc_0/Document.xml"], "ofd"),
        (["mimetype", "content.xml", "META-INF/manifest.xml"], "opendocument"),
        (["a/word/x.pdf", "b.pdf"], "archive"),
        (["word/x.pdf"], "archive"),
        ([], "archive"),
    ],
)
def test_packages(names: list[str], kind: str) -> None:
    assert signature.package_kind(names) == kind


@pytest.mark.parametrize(
    "names",
    [
        ["[Content_Types].xml", "ppt/a.xml"],
        ["Encryptions.xml", "Doc_0/a.dat"],
        ["uof.xml", "content.xml", "_meta/meta.xml"],
    ],
)
def test_packages_that_no_reader_takes(names: list[str]) -> None:
    assert signature.package_kind(names) not in {"docx", "xlsx", "archive"}


@pytest.mark.parametrize(
    ("streams", "file", "kind"),
    [
        (["WordDocument"], "a.doc", "doc"),
        (["Workbook"], "a.doc", "xls"),
        (["Book"], "a.xls", "xls"),
        (["WordDocument", "Workbook"], "a.doc", "doc"),
        (["WordDocument", "Workbook"], "a.xls", "xls"),
    ],
)
def test_compound_files(streams: list[str], file: str, kind: str) -> None:
    raw = b"".join(f"{stream}\0".encode("utf-16-le") for stream in streams)
    assert signature.compound_kind(raw, file) == kind
