"""Workbooks: CPU per row of reading them as shown, against the plain library call on the same file.

The plain calls give stored values (0.95, 46356.0); ours gives what is shown (95%, 2026年11月30日), merged cells and
what is hidden. Usage: python benchmarks/readers_sheets.py [--rows N]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

WAYS = ("ours", "openpyxl", "openpyxl read-only", "calamine", "ours xls", "xlrd", "xlrd with formats")
OLD = WAYS[4:]


def workbook(rows: int) -> bytes:
    """A table like those of the wild: a row per indicator, project cells merged, amounts, shares and dates."""
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        amount, share = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "0%"})
        day, text = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}), book.add_format()
        sheet = book.add_worksheet("项目支出绩效目标表")
        sheet.merge_range(0, 0, 0, 6, "项目支出绩效目标表", text)
        sheet.write_row(1, 0, ["项目名称", "总计", "财政拨款", "三级指标", "年度指标值", "完成时间", "绩效目标"])
        for row in range(2, rows, 5):
            sheet.merge_range(row, 0, row + 4, 0, f"第{row}号社区养老服务补助经费", text)
            sheet.merge_range(row, 1, row + 4, 1, row * 12.5, amount)
            sheet.merge_range(row, 2, row + 4, 2, row * 12.5, amount)
            for line in range(row, row + 5):
                sheet.write(line, 3, f"补助发放及时率（第{line}项）", text)
                sheet.write(line, 4, 0.9 + line % 10 / 100, share)
                sheet.write(line, 5, 46_000 + line % 365, day)
                sheet.write(line, 6, f"为{line}名老年人提供居家养老服务，提高生活质量。", text)
    return stream.getvalue()


def old_workbook(rows: int) -> bytes:
    """The same as .xls."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    amount, share, day = (xlwt.easyxf(num_format_str=code) for code in ("#,##0.00", "0%", 'yyyy"年"m"月"d"日"'))
    sheet = book.add_sheet("项目支出绩效目标表")
    for row in range(2, rows, 5):
        sheet.write_merge(row, row + 4, 0, 0, f"第{row}号社区养老服务补助经费")
        sheet.write_merge(row, row + 4, 1, 1, row * 12.5, amount)
        sheet.write_merge(row, row + 4, 2, 2, row * 12.5, amount)
        for line in range(row, row + 5):
            sheet.write(line, 3, f"补助发放及时率（第{line}项）")
            sheet.write(line, 4, 0.9 + line % 10 / 100, share)
            sheet.write(line, 5, 46_000 + line % 365, day)
            sheet.write(line, 6, f"为{line}名老年人提供居家养老服务，提高生活质量。")
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def reader(way: str) -> Callable[[bytes], Any]:
    """What is measured; its imports are done before the clock starts."""
    if way.startswith("ours"):
        from extractor.readers.excel import sheets

        read = sheets.read_xls if way == "ours xls" else sheets.read_xlsx
        return lambda raw: read(raw, "a")
    if way.startswith("openpyxl"):
        import openpyxl

        def rows(raw: bytes) -> int:
            book = openpyxl.load_workbook(BytesIO(raw), read_only="read-only" in way, data_only=True)
            return sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) if row)

        return rows
    if way == "calamine":
        import python_calamine

        return lambda raw: [
            (sheet.to_python(), sheet.merged_cell_ranges)
            for book in [python_calamine.CalamineWorkbook.from_filelike(BytesIO(raw))]
            for sheet in map(book.get_sheet_by_name, book.sheet_names)
        ]
    import xlrd

    def sheet_rows(raw: bytes) -> list[Any]:
        book = xlrd.open_workbook(file_contents=raw, formatting_info="formats" in way)
        return [sheet.row_values(row) for sheet in book.sheets() for row in range(sheet.nrows)]

    return sheet_rows


def measure(way: str, rows: int) -> None:
    """CPU per row and peak memory of one way, in this process."""
    make = old_workbook if way in OLD else workbook
    read = reader(way)
    read(make(500))
    raw = make(rows)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    read(raw)
    used = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{way:20} {used / rows * 1e6:8.1f} µs a row {used:8.2f} s {grown:8.0f} MB more")


def measure_sandbox(rows: int) -> None:
    """What it costs that files are parsed in a process of their own; wall clock."""
    from extractor.readers.sandbox import Sandbox

    box = Sandbox()
    took: dict[str, float] = {}
    small, large = workbook(10), workbook(rows)
    for what, raw, times in (("first file", small, 1), ("small file", small, 200), ("large file", large, 1)):
        started = time.monotonic()
        for _ in range(times):
            box.parse(raw, "a.xlsx", "package")
        took[what] = (time.monotonic() - started) / times
    box.close()
    started = time.monotonic()
    reader("ours")(large)
    took["large file without it"] = time.monotonic() - started
    print("in a process of its own: " + ", ".join(f"{what} {seconds * 1e3:,.1f} ms" for what, seconds in took.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--way", choices=WAYS)
    options = parser.parse_args()
    if options.way:
        measure(options.way, options.rows)
        return
    print(f"{options.rows:,} rows of 7 columns, three of them merged over five rows")
    for way in WAYS:
        subprocess.run([sys.executable, __file__, "--way", way, "--rows", str(options.rows)], check=False)
    measure_sandbox(options.rows)


if __name__ == "__main__":
    main()
