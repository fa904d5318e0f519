"""Units of amounts: which one holds for a project, the words that print it, and where they stand."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from extractor.normalize import scale_of
from extractor.normalize.funding import by_source
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.schemas.record import MoneyScale
from extractor.settings import Settings
from extractor.text import squash
from tests.conftest import SHARED
from tests.golden_sources import sources

ITEMS = "1、1-产出指标；11-数量指标；活动场次；年度指标值：≥3场"


def table(*rows: tuple[str, ...], header: tuple[str, ...]) -> str:
    cells = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def project(name: str, *amounts: str) -> tuple[str, ...]:
    return (name, *amounts, "提高服务质量。", ITEMS)


def columns(*amounts: str) -> tuple[str, ...]:
    return ("项目名称", *amounts, "绩效目标", "绩效指标")


ONE = table(project("阅读推广项目", "8.00"), header=columns("总计"))
TWO = table(project("阅读推广项目", "8.00", "8.00"), header=columns("总计", "财政拨款"))
TITLE = "2026年项目支出绩效目标表\n\n"


def result(tmp_path: Path, text: str) -> DocumentResult:
    path = tmp_path / ("source.md" if "|" in text else "source.txt")
    path.write_text(text, encoding="utf-8")
    return finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))


def scales(tmp_path: Path, text: str) -> list[tuple[str, str, str | None] | None]:
    found = [record.normalized.scale for record in result(tmp_path, text).records]
    for scale in filter(None, found):
        assert scale.span is not None
        assert squash(text[slice(*scale.span)]) == squash(scale.printed or "")
    return [scale and (scale.unit, scale.evidence, scale.printed) for scale in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TITLE + "单位：万元\n\n" + ONE, ("万元", "header", "单位：万元")),
        (
            TITLE + "部门名称：云溪市图书馆　　金额单位：人民币万元\n\n" + ONE,
            ("万元", "header", "金额单位：人民币万元"),
        ),
        ("2026年项目支出绩效目标表（单位：元）\n\n" + ONE, ("元", "header", "单位：元")),
        ("2026年项目支出绩效目标表（万元）\n\n" + ONE, ("万元", "header", "（万元）")),
        (TITLE + ONE.replace("总计", "总计（万元）"), ("万元", "column", "总计（万元）")),
        (TITLE + ONE.replace("总计", "预算数 （元）"), ("元", "column", "预算数（元）")),
        (TITLE + ONE.replace("8.00", "8.00万元"), ("万元", "cell", "8.00万元")),
        (TITLE + ONE + "\n注：本表金额以万元为单位。\n", ("万元", "prose", "金额以万元为单位")),
        (TITLE + ONE, None),
        (TITLE + "单位：万美元\n\n" + ONE, None),
    ],
)
def test_where_a_unit_is_printed(tmp_path: Path, text: str, expected: tuple[str, str, str] | None) -> None:
    assert scales(tmp_path, text) == [expected]


def test_a_column_of_something_else_tells_nothing_of_amounts(tmp_path: Path) -> None:
    other = table(("阅读推广项目", "50", "8.00", "好。", ITEMS), header=columns("补助标准（元）", "总计（万元）"))
    assert scales(tmp_path, TITLE + other) == [("万元", "column", "总计（万元）")]
    assert scales(tmp_path, TITLE + other.replace("总计（万元）", "总计")) == [None]


DUMPS = {
    "a line": ("单位：万元", "总计", [("万元", "header", "单位：万元")]),
    "a column": ("", "总计（万元）", [("万元", "column", "总计（万元）")]),
    "a column, and a blank": ("", "总计 （万元）", [("万元", "column", "总计（万元）")]),
    "a line and a column that say the same": ("单位：万元", "总计（万元）", [("万元", "header", "单位：万元")]),
    "a line and a column that do not": ("单位：元", "总计（万元）", [None]),
    "none": ("", "总计", [None]),
}


@pytest.mark.parametrize(("line", "column", "expected"), DUMPS.values(), ids=DUMPS)
def test_dumps(
    tmp_path: Path, golden_dir: Path, line: str, column: str, expected: list[tuple[str, str, str] | None]
) -> None:
    text = (golden_dir / "text-plain-a" / "source.txt").read_text(encoding="utf-8")
    text = text.replace("单位：万元", line, 1).replace("总计", column, 1)
    assert scales(tmp_path, text) == expected * 7


CONTRADICTIONS = {
    "line and column": "单位：万元\n\n" + ONE.replace("总计", "总计（元）"),
    "two columns": TWO.replace("总计", "总计（万元）").replace("财政拨款", "财政拨款（元）"),
    "line and one of two cells": "单位：万元\n\n" + TWO.replace("8.00 |", "8.00元 |", 1),
    "two cells": TWO.replace("8.00 |", "8.00万元 |", 1).replace("8.00 |", "80000元 |", 1),
}


@pytest.mark.parametrize("text", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_units_that_contradict_each_other_are_flagged_and_none_is_taken(tmp_path: Path, text: str) -> None:
    (record,) = result(tmp_path, TITLE + text).records
    assert (record.normalized.scale, record.normalized.amounts) == (None, {})
    (flag,) = [flag for flag in record.flags if flag.code == "unit_scale_suspect"]
    assert (flag.path, len(flag.spans)) == ("amounts", 2)
    assert "元" in flag.message
    assert "万元" in flag.message


def test_every_record_has_its_own_unit(tmp_path: Path) -> None:
    rows = [project("阅读推广项目", "8.00"), project("展厅照明项目", "50000元"), project("设备购置项目", "7.00")]
    text = TITLE + "单位：万元\n\n" + table(*rows, header=columns("总计"))
    header = ("万元", "header", "单位：万元")
    assert scales(tmp_path, text) == [header, ("元", "cell", "50000元"), header]
    records = result(tmp_path, text).records
    assert [record.normalized.amounts["total"] for record in records] == ["80000", "50000", "70000"]
    assert [record.document.amount_unit for record in records] == ["万元", "元", "万元"]


@pytest.mark.parametrize("between", ["单位：元\n\n", "附表\n\n金额单位：元\n\n"])
def test_a_second_table_in_another_unit(tmp_path: Path, between: str) -> None:
    second = table(project("展厅照明项目", "50000.00"), header=columns("总计"))
    found = result(tmp_path, TITLE + "单位：万元\n\n" + ONE + "\n" + between + second)
    assert [record.normalized.amounts["total"] for record in found.records] == ["80000", "50000.00"]
    assert found.document.document.amount_unit is None
    header = second.replace("总计", "总计（元）")
    found = result(tmp_path, TITLE + ONE.replace("总计", "总计（万元）") + "\n" + header)
    assert [record.normalized.amounts["total"] for record in found.records] == ["80000", "50000.00"]


def test_the_unit_of_another_table_is_not_taken(tmp_path: Path) -> None:
    other = "部门收支总表\n\n单位：元\n\n" + table(("本年收入", "80000.00"), header=("项目", "预算数"))
    goals = TITLE + "单位：万元\n\n" + ONE
    assert scales(tmp_path, other + "\n" + goals) == [("万元", "header", "单位：万元")]
    more = table(project("展厅照明项目", "5.00"), header=columns("总计"))
    assert scales(tmp_path, goals + "\n" + other + "\n" + more) == [("万元", "header", "单位：万元")] * 2
    text = "\n".join((goals, goals.replace("阅读推广", "展厅照明"), other, more.replace("展厅照明", "书架购置")))
    assert scales(tmp_path, text) == [("万元", "header", "单位：万元")] * 3
    again = goals.replace("阅读推广", "展厅照明").replace("万元", "元")
    assert scales(tmp_path, goals + "\n" + other + "\n" + again) == [
        ("万元", "header", "单位：万元"),
        ("元", "header", "单位：元"),
    ]


def sums_are_consistent(result: DocumentResult, text: str, name: str) -> list[MoneyScale]:
    """Checks each record; returns the scales found."""
    found = []
    for record in result.records:
        normalized, printed = record.normalized, record.project.amounts
        scale = normalized.scale
        assert (scale is None) == (scale_of(record.document.amount_unit) is None), name
        assert bool(normalized.amounts) == (scale is not None and printed != type(printed)()), name
        assert [line.label for line in normalized.funding] == [line.label for line in printed.breakdown], name
        money = by_source(normalized)
        if "total" in normalized.amounts:
            assert sum(money.values()) == Decimal(normalized.amounts["total"]), name
        if scale is None:
            continue
        found.append(scale)
        assert scale.span is not None, name
        words = squash(text[slice(*scale.span)])
        # A number may leave 元 out, not what it counts by: 73.5万.
        is_short = scale.unit != "元" and re.search(rf"\d{scale.unit.removesuffix('元')}$", words) is not None
        unit = scale.unit.removesuffix("元") if is_short else scale.unit
        assert unit in words, name
        assert unit in squash(scale.printed or ""), name
        assert scale_of(scale.unit) == Decimal(scale.yuan), name
        # The cells of a grid of text are wrapped: other cells stand between the first line of a label and its last.
        first, *between = words.split("|")
        assert squash(scale.printed or "") == (first + between[-1] if between else words), name
    return found


@pytest.mark.golden
def test_golden_documents() -> None:
    found = []
    for path in sources():
        document = read(path)
        cut_document = cut(document)
        if cut_document.chunks.blocks:
            extracted = finish(survey(cut_document), {}, Settings(model=None, cache=False))
            found += sums_are_consistent(extracted, document.text, str(path))
    assert {scale.evidence for scale in found} == {"header", "column", "cell", "prose"}
    assert len(found) > 100


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real documents")
def test_real_documents(shared: Path) -> None:
    for path in sorted((shared / "documents").iterdir()):
        document = read(path)
        extracted = finish(survey(cut(document)), {}, Settings(model=None, cache=False))
        sums_are_consistent(extracted, document.text, path.name)
