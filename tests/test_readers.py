"""Files to Documents: encodings, what is no text, lines, delimited tables, Markdown, and every offset."""

from __future__ import annotations

import codecs
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import InputError, UnreadableFile, UnsupportedFile
from extractor.readers import display_name, read
from extractor.readers.plain.decode import decode
from extractor.readers.plain.lines import split_lines
from extractor.schemas.document import Cell, Document
from tests import peak_memory
from tests.golden_sources import sources

ROOT = Path(__file__).parents[1]
HEADER = "项目名称,总计,财政拨款,绩效目标,绩效指标"
SHORT = "项目支出绩效目标表\n部门名称：云溪市水务局\n单位：万元"
LONG = "\n".join(
    f"{number}、产出指标；数量指标；清淤河道≥{number}公里；年度指标值：１００％。" for number in range(5_000)
)
CODECS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


def document(folder: Path, text: str | bytes, name: str = "a.txt") -> Document:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path)


def cells(document: Document) -> list[list[str]]:
    return [[cell.content.text for cell in row.cells] for table in document.tables for row in table.rows]


def outside(document: Document) -> list[str]:
    return [document.text[line.start : line.end] for line in document.lines]


# Encodings


@pytest.mark.parametrize("codec", [*CODECS, "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "text", ["项目", "云溪", "澜江县卫生健康局", SHORT, LONG], ids=["2", "2rare", "8", "short", "long"]
)
def test_every_encoding_with_and_without_mark(text: str, codec: str) -> None:
    decoded, encoding = decode(text.encode(codec), "a.txt")
    assert decoded == text
    assert codecs.lookup(encoding).name.startswith(codecs.lookup(codec).name.removesuffix("-sig"))


words = st.lists(
    st.sampled_from(
        ("项目支出", "绩效目标", "云溪市", "12.50", "≥95%", "；", "\n", "\r\n", " ", "：", "ABC", "①", "“一站式”")
    ),
    min_size=8,
    max_size=200,
).map("".join)


@given(words.filter(lambda text: "项" in text or "绩" in text), st.sampled_from(CODECS))
def test_decoding_undoes_encoding(text: str, codec: str) -> None:
    assert decode(text.encode(codec), "a.txt")[0] == text


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t\f \n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (codecs.BOM_UTF16_LE + "\u3000\n".encode("utf-16-le"), "empty"),
        ("\u3000\n\u3000".encode(), "empty"),
        (bytes(5_000), "empty"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x7fELF" + bytes(range(32)) * 200, "binary"),
        ("日本語の文章です。予算の表を読みます。".encode("shift_jis") * 20, "another encoding"),
        ("專案支出績效目標表，部門名稱：社區養老服務補助經費".encode("big5") * 20, "another encoding"),
        ("Бюджетная таблица проектов".encode("cp1251") * 20, "another encoding"),
    ],
)
def test_what_is_no_text_is_named(raw: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says) as caught:
        decode(raw, "报表.txt")
    assert str(caught.value).startswith("报表.txt: ")


@pytest.mark.parametrize("codec", [*CODECS, "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_a_file_cut_inside_a_character_says_so(text: str, codec: str) -> None:
    with pytest.raises(UnsupportedFile, match="cut off; get a complete copy"):
        decode((text + "表").encode(codec)[:-1], "a.txt")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.99])
def test_a_damaged_byte_is_not_read_as_another_encoding(place: float) -> None:
    raw = bytearray(LONG.encode())
    raw[int(len(raw) * place)] = 0xFF
    with pytest.raises(UnsupportedFile, match=r"looks like UTF-8, but byte \d+ \(line \d+\) does not fit"):
        decode(bytes(raw), "a.txt")


@given(st.binary(min_size=64, max_size=4_000).filter(lambda raw: any(byte >= 0x80 for byte in raw)))
def test_random_bytes_are_text_or_refused(raw: bytes) -> None:
    try:
        text, encoding = decode(raw, "a.txt")
    except UnsupportedFile:
        return
    mark = {"utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    assert text.encode(encoding) in (raw, raw.removeprefix(mark.get(encoding, b"")))


# Files


def _vanish(path: Path) -> None:
    path.write_text(SHORT)
    path.unlink()


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _socket(path: Path) -> None:
    folder = os.getcwd()
    os.chdir(path.parent)  # the path of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(folder)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (_vanish, UnreadableFile, "does not exist"),
        (lambda path: path.symlink_to("nowhere"), UnreadableFile, "does not exist"),
        (_loop, UnreadableFile, "symbolic links"),
        (lambda path: path.mkdir(), UnreadableFile, "is a folder"),
        (os.mkfifo, UnsupportedFile, "not a regular file"),
        (_socket, UnsupportedFile, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), UnsupportedFile, "not a regular file"),
    ],
    ids=["vanished", "dangling", "loop", "folder", "fifo", "socket", "device"],
)
def test_what_cannot_be_opened(
    tmp_path: Path, make: Callable[[Path], object], error: type[InputError], says: str
) -> None:
    path = tmp_path / "a.txt"
    make(path)
    with pytest.raises(error, match=says) as caught:
        read(path, name="in/a.txt")
    assert caught.value.file == "in/a.txt"


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SHORT)
    size = path.stat().st_size
    assert read(path, max_bytes=size).text == SHORT
    with pytest.raises(UnsupportedFile, match="--max-bytes"):
        read(path, max_bytes=size - 1)


def _read_again_and_again(path: Path) -> None:
    for _ in range(500):
        read(path, max_bytes=8_000_000)


def test_a_file_that_grows_over_the_limit_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 1_000_000)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab") as stream:
            while not stop.is_set():
                stream.write(b"y" * 65_536)
                stream.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(UnsupportedFile, match=r"limit|complete"):
            _read_again_and_again(path)
    finally:
        stop.set()
        writer.join()


@pytest.mark.memory
@pytest.mark.skipif(not peak_memory.STATUS.exists(), reason="peak memory is read from /proc")
def test_a_sparse_file_of_200_mb_costs_neither_time_nor_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as stream:
        stream.write(SHORT.encode())
        stream.truncate(200_000_000)
    code = (
        "import sys, time\n"
        "from tests.peak_memory import peak\n"
        "from extractor.readers import read\n"
        "before, started = peak(), time.process_time()\n"
        "try: read(sys.argv[1])\n"
        "except Exception as error: print(error)\n"
        "print(peak() - before, time.process_time() - started)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.txt")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    message, figures = done.stdout.splitlines()
    grown, seconds = map(float, figures.split())
    assert "200 MB" in message
    assert "--max-bytes" in message
    assert grown < 8_000  # KB
    assert seconds < 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.txt", "a/b.txt"),
        ("./a.txt", "a.txt"),
        ("表.txt", "表.txt"),
        (os.fsdecode(b"\xff\xb1\xed.txt"), "\\xff\\xb1\\xed.txt"),
        ("a\nb", "a\nb"),
    ],
)
def test_display_name(path: str, name: str) -> None:
    assert display_name(path) == name
    assert name.encode()


# Lines


@pytest.mark.parametrize(
    ("text", "lines", "pages"),
    [
        ("a\nb", ["a", "b"], [None, None]),
        ("a\r\nb\r\n", ["a", "b"], [None, None]),
        ("a\rb\r", ["a", "b"], [None, None]),
        ("a\n\nb", ["a", "", "b"], [None] * 3),
        ("a\n\rb", ["a", "", "b"], [None] * 3),
        ("a\fb\nc\fd", ["a", "b", "c", "d"], [1, 2, 2, 3]),
        ("\fa", ["", "a"], [1, 2]),
        ("a\r\n\fb", ["a", "", "b"], [1, 1, 2]),
        ("a\f", ["a"], [1]),
        ("a\u2028b\x85c\vd", ["a\u2028b\x85c\vd"], [None]),
        ("", [], []),
        ("\n", [""], [None]),
    ],
)
def test_lines_and_pages(text: str, lines: list[str], pages: list[int | None]) -> None:
    found = split_lines(text)
    assert [text[line.start : line.end] for line in found] == lines
    assert [line.page for line in found] == pages


# Delimited tables


@pytest.mark.parametrize(
    ("text", "rows", "rest"),
    [
        (f"{HEADER}\n甲,1,1,好,1、率", [HEADER.split(","), ["甲", "1", "1", "好", "1、率"]], []),
        (f"标题\n{HEADER}\n甲,,,,\n注：无", [HEADER.split(","), ["甲", "", "", "", ""]], ["标题", "注：无"]),
        (
            HEADER.replace(",", "\t") + "\n甲\t1\t1\t好，很好\tx",
            [HEADER.split(","), ["甲", "1", "1", "好，很好", "x"]],
            [],
        ),
        (HEADER.replace(",", ";") + "\n甲;1,00;1;a;b", [HEADER.split(","), ["甲", "1,00", "1", "a", "b"]], []),
        (HEADER.replace(",", "，") + "\n甲，1，1，a，b", [HEADER.split(","), ["甲", "1", "1", "a", "b"]], []),
        (f'{HEADER}\n甲,"1,141.20",1,a,b', [HEADER.split(","), ["甲", "1,141.20", "1", "a", "b"]], []),
        (f'{HEADER}\n甲,1,1,"说""好""",b', [HEADER.split(","), ["甲", "1", "1", '说"好"', "b"]], []),
        (
            f'{HEADER}\n甲,1,1,"a\nb\r\n\r\nc",d\n乙,2,2,e,f',
            [HEADER.split(","), ["甲", "1", "1", "a\nb\r\n\r\nc", "d"], ["乙", "2", "2", "e", "f"]],
            [],
        ),
        # The first cell of the row is wrapped: its first line holds no delimiter.
        (f'{HEADER}\n"社区养老\n服务",1,1,a,b', [HEADER.split(","), ["社区养老\n服务", "1", "1", "a", "b"]], []),
        (
            '"项目名称\n（单位）",总计,财政拨款,绩效目标\n甲,1,1,a',
            [["项目名称\n（单位）", "总计", "财政拨款", "绩效目标"], ["甲", "1", "1", "a"]],
            [],
        ),
        (f'{HEADER}\n="0012",1,"=""1""",a,b', [HEADER.split(","), ["0012", "1", "1", "a", "b"]], []),
        (f'{HEADER}\n甲,1,1,他说"好",b', [HEADER.split(","), ["甲", "1", "1", '他说"好"', "b"]], []),
        (f'{HEADER}\n甲,1,1,"没有结束,b', [HEADER.split(","), ["甲", "1", "1", '"没有结束', "b"]], []),
        (
            '"绩效目标表"\n"部门：""甲""局\r\n单位：万元"\n"项目名称","总计","绩效目标"\n"甲","1","a"\n"注：无"\n',
            [["项目名称", "总计", "绩效目标"], ["甲", "1", "a"]],
            ["绩效目标表", '部门：""甲""局', "单位：万元", "注：无"],
        ),
        (f'{HEADER}\n"十四五"规划的说明', [HEADER.split(",")], ['"十四五"规划的说明']),
        (f"{HEADER}\r甲,1,1,a,b\r", [HEADER.split(","), ["甲", "1", "1", "a", "b"]], []),
        (f"{HEADER}\n甲,1\n乙,1,1,a,b,c,d", [HEADER.split(","), ["甲", "1"], ["乙", "1", "1", "a", "b", "c", "d"]], []),
    ],
)
def test_delimited(tmp_path: Path, text: str, rows: list[list[str]], rest: list[str]) -> None:
    read_back = document(tmp_path, text, "a.csv")
    assert cells(read_back) == rows
    assert outside(read_back) == rest
    assert read_back.format == ("tsv" if "\t" in text else "csv")


def test_delimited_rows_know_their_page(tmp_path: Path) -> None:
    found = document(tmp_path, f"{HEADER}\n甲,1,1,a,b\n\f{HEADER}\n乙,1,1,a,b")
    assert [(table.page, len(table.rows)) for table in found.tables] == [(1, 2), (2, 2)]


@pytest.mark.parametrize("text", [SHORT, "项目名称 总计 财政拨款 绩效目标", "a,b,c\n1,2,3", "甲，乙，丙\n丁，戊，己"])
def test_text_that_is_no_table(tmp_path: Path, text: str) -> None:
    found = document(tmp_path, text)
    assert found.format == "text"
    assert not found.tables
    assert outside(found) == text.split("\n")


# Markdown

BARS = "| 项目名称 | 总计 | 绩效目标 |"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("| 甲 | 1.00 | 好 |", ["甲", "1.00", "好"]),
        ("|甲|1.00|好|", ["甲", "1.00", "好"]),
        ("  | 甲 | 1.00 | 好 |  ", ["甲", "1.00", "好"]),
        ("| 甲 | | |", ["甲", "", ""]),
        ("| 甲 | 1.00", ["甲", "1.00"]),
        ("| 甲 | 1.00 | 好 | 多 |", ["甲", "1.00", "好", "多"]),
        (r"| 甲\|乙 | 1 | \*好\* |", ["甲|乙", "1", "*好*"]),
        ("| **甲** | 1 | a**b** |", ["甲", "1", "ab"]),
        ("| a&lt;b&gt;&amp;&nbsp;c | 1 | &#8805;90&percnt; &bogus; |", ["a<b>&\xa0c", "1", "≥90% &bogus;"]),
        ("| 甲<br>乙<BR/>丙<br /> | 1 | x |", ["甲\n乙\n丙", "1", "x"]),
        ("| <p>甲</p><p class='a'> 乙 </p> | 1 | x |", ["甲\n乙", "1", "x"]),
        ("| <p></p> <p> </p> | 1 | <b>x</b><sup>2</sup> |", ["", "1", "x²"]),
        ("| 甲 | 86.50<sup>2</sup>万 | x |", ["甲", "86.50²万", "x"]),
        ("| ≤3 < 5 > 2 | 1 | a<b |", ["≤3 < 5 > 2", "1", "a<b"]),
        ("| - | -1.00 | --- |", ["-", "-1.00", "---"]),
        ("|  |", [""]),
    ],
)
def test_markdown_rows(tmp_path: Path, row: str, expected: list[str]) -> None:
    found = document(tmp_path, f"{BARS}\n|---|---|---|\n{row}\n", "a.md")
    assert cells(found) == [["项目名称", "总计", "绩效目标"], expected]


@pytest.mark.parametrize(
    "rule", ["|---|---|---|", "| :-- | :-: | --: |", "|-|-|-|", "  | --- | --- | --- |  ", "| ----------- |"]
)
def test_markdown_rules_are_no_rows(tmp_path: Path, rule: str) -> None:
    assert cells(document(tmp_path, f"{BARS}\n{rule}\n| 甲 | 1 | 好 |")) == [
        ["项目名称", "总计", "绩效目标"],
        ["甲", "1", "好"],
    ]


@pytest.mark.parametrize(
    ("text", "tables", "rest"),
    [
        (
            "题\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n文\n| c | d |\n|---|---|\n| 3 | 4 |",
            [[["a", "b"], ["1", "2"]], [["c", "d"], ["3", "4"]]],
            ["题", "", "", "文"],
        ),
        ("a | b\n--- | ---\n1 | 2\n\n文 | 字", [[["a", "b"], ["1", "2"]]], ["", "文 | 字"]),
        ("a | b\n:-- | --:\n1 | 2\n文", [[["a", "b"], ["1", "2"]]], ["文"]),
        (f"{BARS}\n| 甲 | 1 | 好 |", [[["项目名称", "总计", "绩效目标"], ["甲", "1", "好"]]], []),  # without its rule
    ],
)
def test_markdown_tables(tmp_path: Path, text: str, tables: list[list[list[str]]], rest: list[str]) -> None:
    found = document(tmp_path, text)
    assert found.format == "markdown"
    assert [[[cell.content.text for cell in row.cells] for row in table.rows] for table in found.tables] == tables
    assert outside(found) == rest


@pytest.mark.parametrize("text", ["a | b\n1 | 2", "标题\n---\n正文", "| a |\n| b |", "a\n---|"])
def test_bars_that_make_no_table(tmp_path: Path, text: str) -> None:
    assert document(tmp_path, text).format != "markdown"


def test_markdown_rows_know_their_page(tmp_path: Path) -> None:
    found = document(tmp_path, f"{BARS}\n|---|---|---|\n| 甲 | 1 | 好 |\f| 乙 | 1 | 好 |\n")
    assert [(table.page, len(table.rows)) for table in found.tables] == [(1, 2), (2, 1)]


def test_long_blanks_cost_no_time(tmp_path: Path) -> None:
    blank = " " * 200_000
    text = f"{BARS}\n|{blank}\n|---|---|---|\n| 甲<br>{blank}乙 |{blank}|{blank}x\n{blank}\n"
    assert cells(document(tmp_path, text))[-1] == ["甲\n乙", "", "x"]


# Every character


def check_offsets(found: Document) -> None:
    """Every character of every line and cell is the one at its offset; what neither holds is markup."""
    covered = bytearray(len(found.text))
    for line in found.lines:
        assert 0 <= line.start <= line.end <= len(found.text)
        covered[line.start : line.end] = bytes([1]) * (line.end - line.start)
    for table in found.tables:
        for row in table.rows:
            assert row.start <= row.cells[0].start if row.cells else True
            for cell in row.cells:
                assert row.start <= cell.start <= cell.end <= row.end
                check_cell(found.text, cell, covered)
    left = {character for character, known in zip(found.text, covered, strict=True) if not known}
    assert left <= set('|,;\t，"-:+=\r\n\f \u3000') | set("<br>p/&lt;m\\*")


def check_cell(text: str, cell: Cell, covered: bytearray) -> None:
    content = cell.content
    assert len(content.text) == len(content.offsets)
    for before, after in zip(content.offsets, content.offsets[1:], strict=False):
        assert before < after
    for character, offset in zip(content.text, content.offsets, strict=True):
        assert cell.start <= offset < cell.end
        assert text[offset] == character or text[offset] in "<&" or (text[offset], character) == ("\\", "\n")
    covered[cell.start : cell.end] = bytes([1]) * (cell.end - cell.start)


pieces = st.sampled_from(
    (
        "甲",
        "项目",
        "1,000.00",
        '"',
        '""',
        "\n",
        "\r\n",
        " ",
        "\u3000",
        "<br>",
        "<p>",
        "</p>",
        "&lt;",
        "&amp;",
        "\\|",
        "\\",
        "**",
        "|",
        ",",
        ";",
        "\t",
        "\f",
        "好。",
        "<",
        "&",
    )
)
cell_texts = st.lists(pieces, max_size=6).map("".join)


@settings(max_examples=300)
@given(st.lists(st.lists(cell_texts, min_size=1, max_size=6), max_size=5), st.sampled_from(("|", ",", ";", "\t", "，")))
def test_every_character_keeps_its_place(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str
) -> None:
    header = ["项目名称", "总计", "绩效目标"]
    printed = [delimiter.join(row) for row in (header, *rows)]
    if delimiter == "|":
        printed = [f"|{row}|" for row in printed]
        printed.insert(1, "|---|---|---|")
    text = "题\n" + "\n".join(printed)
    found = document(tmp_path_factory.getbasetemp(), text, "offsets.txt")
    assert found.text == text
    assert found.tables
    check_offsets(found)


def test_golden_documents_keep_every_place() -> None:
    for path in sources():
        check_offsets(read(path))
