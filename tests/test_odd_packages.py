"""Workbooks and Word files as other programs write them: rows of default height, part and stream names of their own."""

from __future__ import annotations

import struct
import time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import openpyxl
import pytest
import xlwt

from extractor.readers import read
from extractor.readers.excel.xls import read_xls
from extractor.readers.excel.xlsx import read_xlsx
from extractor.readers.parsed import Parsed
from extractor.readers.word.docx import read_docx

ROWS = (("项目名称", "预算数"), ("泵站检修", "30"), ("河道保洁", "20"))


def shown(parsed: Parsed) -> list[list[str]]:
    return [[cell.content.text for cell in row.cells] for table in parsed.tables for row in table.rows]


def as_xls(fill: Any = None) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表")
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            sheet.write(row, column, text)
    if fill is not None:
        fill(sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    for cells in ROWS:
        book.active.append(cells)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_docx() -> bytes:
    document = docx.Document()
    table = document.add_table(len(ROWS), 2)
    for row, cells in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def renamed(raw: bytes, rename: Any, edit: Any = None) -> bytes:
    """The package with its parts under other names."""
    stream = BytesIO()
    with ZipFile(BytesIO(raw)) as source, ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(rename(name), edit(name, data) if edit else data)
    return stream.getvalue()


def with_row_records(raw: bytes, height: int, flags: int) -> bytes:
    """The same .xls with another height and other flags in its ROW records ([MS-XLS] 2.4.221)."""
    data = bytearray(raw)
    for row in range(len(ROWS)):
        at = raw.index(struct.pack("<HHHHH", 0x0208, 16, row, 0, 2))
        struct.pack_into("<H", data, at + 10, height)
        struct.pack_into("<I", data, at + 16, flags)
    return bytes(data)


def test_rows_of_default_height_are_not_hidden() -> None:
    default = with_row_records(as_xls(), 0x8000, 0x0100)
    assert shown(read_xls(default, "a.xls")) == [list(cells) for cells in ROWS]
    of_no_height = with_row_records(as_xls(), 0, 0x0140)  # its height is its own, and none
    with pytest.raises(Exception, match="no cell with content"):
        read_xls(of_no_height, "a.xls")


@pytest.mark.large
def test_a_formatted_corner_costs_no_time() -> None:
    border = xlwt.easyxf("borders: left thin")
    raw = as_xls(lambda sheet: sheet.write(65_535, 255, None, border))
    started = time.process_time()
    assert shown(read_xls(raw, "a.xls")) == [list(cells) for cells in ROWS]
    assert time.process_time() - started < 2


def test_a_date_format_that_the_file_declares_counts() -> None:
    """Gnumeric numbers its own formats from 50, where Excel keeps those of its language."""
    style = xlwt.XFStyle()
    style.num_format_str = 'yyyy"年"m"月"d"日"'
    raw = as_xls(lambda sheet: sheet.write(3, 1, 46_356, style))
    code = raw.index('年"m"'.encode("utf-16-le"))
    (own,) = struct.unpack_from("<H", raw, raw.rindex(b"\x1e\x04", 0, code) + 4)
    assert own >= 164
    as_gnumeric = bytearray(raw)
    number = struct.pack("<H", own)
    at = -1
    while (at := raw.find(number, at + 1)) >= 0:
        if raw[at - 4 : at - 2] == b"\x1e\x04" or raw[at - 6 : at - 4] == b"\xe0\x00":  # FORMAT, XF
            struct.pack_into("<H", as_gnumeric, at, 50)
    assert as_gnumeric != raw
    assert shown(read_xls(bytes(as_gnumeric), "a.xls"))[-1][-1] == "2026年11月30日"


@pytest.mark.parametrize("stream", ["WORKBOOK", "BOOK", "workbook"])
def test_streams_in_other_letters(tmp_path: Path, stream: str) -> None:
    raw = as_xls()
    name = "Workbook".encode("utf-16-le")
    at = raw.index(name)
    entry = bytearray(raw)
    entry[at : at + 64] = stream.encode("utf-16-le").ljust(64, b"\0")
    struct.pack_into("<H", entry, at + 64, 2 * len(stream) + 2)
    path = tmp_path / "a.xls"
    path.write_bytes(entry)
    document = read(path)
    assert document.format == "xls"
    assert [row.cells[0].content.text for row in document.tables[0].rows] == [cells[0] for cells in ROWS]


def test_parts_with_backslashes() -> None:
    assert shown(read_xlsx(renamed(as_xlsx(), lambda name: name.replace("/", "\\")), "a")) == [*map(list, ROWS)]
    assert shown(read_docx(renamed(as_docx(), lambda name: name.replace("/", "\\")), "a")) == [*map(list, ROWS)]


@pytest.mark.parametrize("rename", [str.lower, str.upper, str.title])
def test_parts_in_other_letters(tmp_path: Path, rename: Any) -> None:
    """ECMA-376 part 2, 6.2.2.3: names of parts are equal whatever the case of their letters."""
    for raw, name in ((as_xlsx(), "a.xlsx"), (as_docx(), "a.docx")):
        path = tmp_path / name
        path.write_bytes(renamed(raw, rename))
        document = read(path)
        assert document.format == name[2:]
        assert [[cell.content.text for cell in row.cells] for row in document.tables[0].rows] == [*map(list, ROWS)]


def test_a_workbook_at_the_root_of_its_package(tmp_path: Path) -> None:
    def edit(name: str, data: bytes) -> bytes:
        return data.replace(b"/xl/", b"/").replace(b'"xl/', b'"')

    raw = renamed(as_xlsx(), lambda name: name.removeprefix("xl/"), edit)
    (tmp_path / "a.xlsx").write_bytes(raw)
    document = read(tmp_path / "a.xlsx")
    assert document.format == "xlsx"
    assert [[cell.content.text for cell in row.cells] for row in document.tables[0].rows] == [*map(list, ROWS)]


def test_a_document_at_the_root_of_its_package(tmp_path: Path) -> None:
    def edit(name: str, data: bytes) -> bytes:
        return data.replace(b"/word/", b"/").replace(b'"word/', b'"')

    raw = renamed(as_docx(), lambda name: name.removeprefix("word/"), edit)
    (tmp_path / "a.docx").write_bytes(raw)
    document = read(tmp_path / "a.docx")
    assert document.format == "docx"
    assert [[cell.content.text for cell in row.cells] for row in document.tables[0].rows] == [*map(list, ROWS)]
