"""Web archives (MHT): pages in any encoding and transfer encoding, frames, and what is no web archive."""

from __future__ import annotations

import base64
import quopri
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import UnsupportedFile
from extractor.readers import read, signature
from extractor.readers.web.archive import read_mht

TABLE = "<table><tr><td>项目名称<td>总计<tr><td>泵站检修<td>30.00</table>"


def part(
    page: str, charset: str = "utf-8", how: str = "quoted-printable", more: str = "", kind: str = "text/html"
) -> bytes:
    raw = page.encode(charset)
    coded = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes, "8bit": bytes}[how](raw)
    says = f'; charset="{charset}"' if "charset" not in page else ""
    head = f"Content-Type: {kind}{says}\nContent-Transfer-Encoding: {how}\n{more}\n"
    return head.encode() + coded


def message(
    *parts: bytes, more: str = "", head: str = "From: <Saved by Blink>\nSubject: =?utf-8?Q?=E8=A1=A8?=\n"
) -> bytes:
    first = (
        f'{head}MIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype="text/html";{more}\n\tboundary="=_b"\n\n'
    )
    return (first.encode() + b"".join(b"--=_b\n" + one + b"\n" for one in parts) + b"--=_b--\n").replace(b"\n", b"\r\n")


def rows(raw: bytes) -> list[list[list[str]]]:
    parsed = read_mht(raw, "a.mht")
    return [[[cell.content.text for cell in row.cells] for row in table.rows] for table in parsed.tables]


EXPECTED = [[["项目名称", "总计"], ["泵站检修", "30.00"]]]


@pytest.mark.parametrize(
    ("charset", "how", "declares"),
    [
        *product(("utf-8", "gb2312", "gb18030"), ("quoted-printable", "base64", "8bit"), (True, False)),
        ("utf-16-le", "base64", False),
    ],
)
def test_a_page_in_any_encoding(how: str, charset: str, declares: bool) -> None:
    page = f'<html><head><meta charset="{charset}"></head>{TABLE}' if declares else f"<html>{TABLE}"
    assert rows(message(part(page, charset, how))) == EXPECTED


def test_a_message_that_is_the_page() -> None:
    """Internet Explorer saves a page without pictures so."""
    head = b"From: =?gb2312?B?08kgTWljcm9zb2Z0?=\r\nSubject: a\r\nMIME-Version: 1.0\r\n"
    raw = head + part(f"<html>{TABLE}", "gb2312").replace(b"\n", b"\r\n")
    assert signature.kind_of(raw, "a.mht") == "mht"
    assert rows(raw) == EXPECTED


def test_frames_and_sheets_are_read_after_the_page() -> None:
    other = TABLE.replace("泵站检修", "河道保洁")
    location = "Content-Location: file:///C:/a.files/{}\n"
    raw = message(
        part("<html><frameset><frame src=sheet001.htm></frameset></html>", more=location.format("a.htm")),
        part(f"<html>{TABLE}", more=location.format("sheet001.htm")),
        part("<html><table><tr><td>Sheet1</table>", more=location.format("tabstrip.htm")),
        part("正文", kind="text/plain"),
        part(f"<html>{other}", more=location.format("sheet002.htm")),
    )
    assert [table[1][0] for table in rows(raw)] == ["泵站检修", "河道保洁"]


def test_the_page_that_the_message_begins_with_comes_first() -> None:
    raw = message(
        part("<p>框</p>", more="Content-ID: <frame>\n"),
        part("<p>页</p>", more="Content-ID: <root>\n"),
        more=' start="<root>";',
    )
    assert read_mht(raw, "a").text == "页\n框\n"


def test_a_web_archive_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(message(part(f"<html>{TABLE}")))
    document = read(tmp_path / "a.txt")
    assert document.format == "mht"
    assert document.text == "项目名称\t总计\n泵站检修\t30.00\n"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (message(), "without a page"),
        (message(part("x", kind="image/png")), "without a page"),
        (message(part("<p> </p>")), "show no text"),
        (b"From: a@b.c\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", "looks like an e-mail"),
        (b"Subject: a\nMIME-Version: 1.0\nContent-Type: text/plain\n\na", "looks like an e-mail"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "a.mht").write_bytes(raw)
    with pytest.raises(UnsupportedFile, match=says):
        read(tmp_path / "a.mht")


@pytest.mark.parametrize("text", ["标题: 甲\n", "Title: a\nDate: b\n\nMIME-Version: 1.0\n", "MIME-Version: 1.0\n"])
def test_text_that_is_no_message(text: str) -> None:
    assert signature.kind_of(text.encode(), "a.txt") == "text"


@given(st.binary(max_size=300), st.integers(0, 400))
def test_damaged_archives_are_read_or_refused(noise: bytes, place: int) -> None:
    raw = message(part(f"<html>{TABLE}"))
    try:
        read_mht(raw[:place] + noise + raw[place:], "a.mht")
    except UnsupportedFile as error:
        assert error.file == "a.mht"  # noqa: PT017
