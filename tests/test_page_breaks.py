"""Rows for each indicator over page breaks: halves of a cell that a rule cut, headers printed again, other sheets."""

from __future__ import annotations

from hashlib import sha256

import pytest

from extractor.chunk import Chunks, chunk
from extractor.readers.parsed import Merged, TextBuilder
from extractor.schemas.document import Document

A = Merged.ABOVE
Rows = list[list[str | Merged]]
HEAD = ["项目编码", "项目名称", "总计", "绩效目标", "一级指标", "三级指标", "年度指标值"]
FIRST: Rows = [
    [*HEAD],
    ["01", "河道保洁", "5.00", "水清岸绿，", "产出指标", "清淤长度", "≥5公里"],
    [A, A, A, A, A, "验收合", "100%"],
]


def cut(*pages: Rows) -> Chunks:
    builder = TextBuilder("a.pdf", paged=True)
    builder.line("项目支出绩效目标表")
    builder.line("单位：万元")
    for number, rows in enumerate(pages):
        if number:
            builder.page_break()
        builder.table(rows)
    parsed = builder.parsed()
    digest = sha256(parsed.text.encode()).hexdigest()
    return chunk(Document("a.pdf", digest, "pdf", None, parsed.text, parsed.lines, parsed.tables))


def parts(found: Chunks) -> list[dict[str, str]]:
    return [
        {column: block.content.text[start:end] for column, (start, end) in block.cells.items()}
        for block in found.blocks
    ]


@pytest.mark.parametrize("header", [[], [[*HEAD]]], ids=["bare", "header printed again"])
@pytest.mark.parametrize(
    ("rest", "changed"),
    [
        (["", "", "", "", "", "格率", ""], {"indicators[1].indicator_name": "验收合\n格率"}),
        (["", "", "", "鱼翔浅底。", "", "格率", ""],
         {"indicators[1].indicator_name": "验收合\n格率", "goal": "水清岸绿，\n鱼翔浅底。"}),
        (["", "经费", "", "鱼翔浅底。", "效益指标", "受益人数", "≥3人"],
         {"name": "河道保洁\n经费", "goal": "水清岸绿，\n鱼翔浅底。", "indicators[2].level1": "效益指标",
          "indicators[2].indicator_name": "受益人数", "indicators[2].annual_value": "≥3人"}),
        (["", "", "", "", "", "", "（含）"], {"indicators[1].annual_value": "100%\n（含）"}),
    ],
)  # fmt: skip
def test_halves_are_joined_and_flagged(header: Rows, rest: list[str | Merged], changed: dict[str, str]) -> None:
    whole = parts(cut(FIRST))[0]
    found = cut(FIRST, [*header, rest])
    assert parts(found) == [whole | changed]
    assert found.blocks[0].notes == ("row_joined",)


@pytest.mark.parametrize(
    "row",
    [
        ["02", "河道保洁", "5.00", "水清。", "产出指标", "清淤长度", "≥5公里"],
        ["02", "湖泊保洁", "", "水清。", "产出指标", "清淤长度", "≥5公里"],
        ["", "湖泊保洁", "6.00", "水清。", "产出指标", "清淤长度", "≥5公里"],
    ],
)
def test_another_project_is_not_joined(row: list[str | Merged]) -> None:
    found = cut(FIRST, [[*HEAD], row])
    assert len(found.blocks) == 2
    assert found.blocks[0].notes == ()


def test_cells_printed_again_on_the_next_page_are_one_project() -> None:
    again = ["01", "河道保洁", "", "水清岸绿，", "效益指标", "受益人数", "≥3人"]
    found = cut(FIRST, [[*HEAD], again])
    assert len(found.blocks) == 1
    assert found.blocks[0].notes == ()
    assert parts(found)[0]["indicators[2].indicator_name"] == "受益人数"


@pytest.mark.parametrize("apart", [True, False])
def test_merged_cells_go_on_below_a_header_printed_again(apart: bool) -> None:
    more: Rows = [[*HEAD], [A, A, A, A, "效益指标", "受益人数", "≥3人"]]
    found = cut(FIRST, more) if apart else cut([*FIRST, *more])
    assert [one["indicators[2].indicator_name"] for one in parts(found)] == ["受益人数"]


def test_a_narrow_table_behind_is_no_part_of_a_project() -> None:
    found = cut(FIRST, [["填表说明"], ["本表由各单位填报。"]])
    assert parts(found) == parts(cut(FIRST))
    assert found.characters.outside == len("填表说明") + len("本表由各单位填报。")


def test_a_unit_row_merged_across_from_the_number_column() -> None:
    rows: Rows = [
        ["序号", "项目名称", "绩效目标", "总计", "绩效指标"],
        ["水务局（本级）", Merged.LEFT, Merged.LEFT, "5.00", ""],
        ["1", "河道保洁", "水清。", "5.00", "1、清淤长度；年度指标值:5公里。"],
    ]
    found = cut(rows)
    assert [(block.context.unit.value if block.context.unit else None) for block in found.blocks] == ["水务局（本级）"]
    assert [total.name for total in found.totals] == ["水务局（本级）"]
