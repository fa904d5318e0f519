"""Word documents and web pages: CPU per row of reading them, against the plain library call on the same file.

The plain calls give the text of every cell (python-docx: as its own documentation walks a table, and by the cells of
each row; selectolax: the text of each `td`); ours gives merged cells, automatic numbers, hidden and deleted text, and
the place of every character. Usage: python benchmarks/readers_office.py [--rows N]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO

from extractor.readers.web.html import read_html
from extractor.readers.word.docx import read_docx

WAYS = ("docx: ours", "docx: python-docx, w:tc", "docx: python-docx, row.cells", "html: ours", "html: selectolax")
MERGED = 5


def written(rows: int) -> list[list[str]]:
    """A row per indicator, the project's cells merged over five rows."""
    table = []
    for row in range(rows):
        project = [f"第{row // MERGED}号社区养老服务补助经费", f"{row * 12.5:,.2f}"] if row % MERGED == 0 else ["", ""]
        table.append([*project, "产出指标", "数量指标", f"补助发放及时率（第{row}项）", "≥95%", "提高生活质量。"])
    return table


def word(rows: int) -> bytes:
    import docx
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()
    table = document.add_table(0, 7)
    for number, row in enumerate(written(rows)):
        for column, (cell, text) in enumerate(zip(table.add_row()._tr.tc_lst, row, strict=True)):
            cell.p_lst[0].add_r().text = text
            if column < 2:
                merge = OxmlElement("w:vMerge")
                if number % MERGED == 0:
                    merge.set(qn("w:val"), "restart")
                cell.get_or_add_tcPr().append(merge)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def web(rows: int) -> bytes:
    lines = ["<html><body><h1>项目支出绩效目标表</h1><table>"]
    for number, row in enumerate(written(rows)):
        first = "".join(f"<td rowspan={MERGED}>{text}</td>" for text in row[:2]) if number % MERGED == 0 else ""
        lines.append(f"<tr>{first}{''.join(f'<td><p>{text}</p></td>' for text in row[2:])}</tr>")
    return "\n".join([*lines, "</table>"]).encode()


def by_elements(raw: bytes) -> int:
    import docx
    from docx.table import _Cell

    tables = docx.Document(BytesIO(raw)).tables
    return sum(len(_Cell(cell, table).text) for table in tables for row in table._tbl.tr_lst for cell in row.tc_lst)


def by_cells(raw: bytes) -> int:
    import docx

    tables = docx.Document(BytesIO(raw)).tables
    return sum(len(cell.text) for table in tables for row in table.rows for cell in row.cells)


def by_selector(raw: bytes) -> int:
    from selectolax.lexbor import LexborHTMLParser

    return sum(len(cell.text()) for cell in LexborHTMLParser(raw.decode()).css("td"))


def measure(way: str, rows: int) -> None:
    raw = word(rows) if way.startswith("docx") else web(rows)
    calls: dict[str, Callable[[], int]] = {
        WAYS[0]: lambda: len(read_docx(raw, "a.docx").text),
        WAYS[1]: lambda: by_elements(raw),
        WAYS[2]: lambda: by_cells(raw),
        WAYS[3]: lambda: len(read_html(raw, "a.html").text),
        WAYS[4]: lambda: by_selector(raw),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    calls[way]()
    cpu = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{way:30} {cpu * 1e6 / rows:9.1f} µs per row   {cpu:7.2f} s CPU   {grown:6.0f} MB more")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--way", choices=WAYS)
    arguments = parser.parse_args()
    if arguments.way:
        measure(arguments.way, arguments.rows)
        return
    for way in WAYS:  # one process each: what one way has loaded must not help the next
        subprocess.run([sys.executable, __file__, "--way", way, "--rows", str(arguments.rows)], check=True)


if __name__ == "__main__":
    main()
