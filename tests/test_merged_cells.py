"""Merged cells in the grid: what goes on, what begins anew, and headers of two rows."""

from __future__ import annotations

from hashlib import sha256

import pytest

from extractor.chunk import Chunks, chunk
from extractor.readers.parsed import Merged, TextBuilder
from extractor.schemas.document import Document

A, L = Merged.ABOVE, Merged.LEFT
Rows = list[list[str | Merged]]
BY_INDICATOR = ["预算单位", "项目名称", "总计", "绩效目标", "一级指标", "二级指标", "三级指标", "年度指标值"]


def cut(*tables: Rows) -> Chunks:
    builder = TextBuilder("a.docx")
    builder.line("项目支出绩效目标表")
    builder.line("单位：万元")
    for rows in tables:
        builder.table(rows)
    parsed = builder.parsed()
    return chunk(
        Document(
            file="a.docx",
            sha256=sha256(parsed.text.encode()).hexdigest(),
            format="docx",
            encoding="",
            text=parsed.text,
            lines=parsed.lines,
            tables=parsed.tables,
        )
    )


def projects(found: Chunks) -> list[dict[str, str]]:
    """The cells of each block."""
    return [
        {column: block.content.text[start:end] for column, (start, end) in block.cells.items()}
        for block in found.blocks
    ]


def row(*cells: str | Merged) -> list[str | Merged]:
    return list(cells)


def test_a_merged_name_goes_on_with_its_project() -> None:
    found = projects(
        cut(
            [
                row(*BY_INDICATOR),
                row("甲局", "河道保洁", "5.00", "水清", "产出指标", "数量指标", "清淤长度", "≥5公里"),
                row(A, A, A, A, A, "质量指标", "验收合格率", "100%"),
                row(A, A, A, A, "效益指标", "社会效益", "受益人数", "≥300人"),
            ]
        )
    )
    assert len(found) == 1
    assert found[0]["name"] == "河道保洁"
    assert [found[0][f"indicators[{n}].indicator_name"] for n in range(3)] == ["清淤长度", "验收合格率", "受益人数"]


def test_neighbours_of_the_same_name_are_two_projects() -> None:
    found = projects(
        cut(
            [
                row(*BY_INDICATOR),
                row("甲局", "河道保洁", "5.00", "水清", "产出指标", "数量指标", "清淤长度", "≥5公里"),
                row(A, A, A, A, A, A, "清淤次数", "≥5次"),
                row("乙局", "河道保洁", "7.00", "岸绿", "产出指标", "数量指标", "清淤长度", "≥7公里"),
                row(A, "河道保洁", "8.00", "鱼多", "产出指标", "数量指标", "清淤长度", "≥8公里"),
            ]
        )
    )
    assert [one["total"] for one in found] == ["5.00", "7.00", "8.00"]
    assert [one["unit"] for one in found] == ["甲局", "乙局", "乙局"]
    assert [one["goal"] for one in found] == ["水清", "岸绿", "鱼多"]


def test_names_printed_again_in_every_row_are_one_project() -> None:
    found = projects(
        cut(
            [
                row(*BY_INDICATOR),
                row("甲局", "河道保洁", "5.00", "水清", "产出指标", "数量指标", "清淤长度", "≥5公里"),
                row("甲局", "河道保洁", "5.00", "水清", "产出指标", "质量指标", "合格率", "100%"),
            ]
        )
    )
    assert len(found) == 1


def test_a_project_goes_on_in_the_next_table_with_its_name_printed_again() -> None:
    """A page break cuts the merged cell in two; what is printed at the top of the page is the same cell."""
    first = [
        row(*BY_INDICATOR),
        row("甲局", "河道保洁", "5.00", "水清", "产出指标", "数量指标", "清淤长度", "≥5公里"),
        row(A, A, A, A, A, A, "清淤次数", "≥5次"),
    ]
    second = [
        row(*BY_INDICATOR),
        row("甲局", "河道保洁", "5.00", "水清", "产出指标", "数量指标", "清淤处数", "≥2处"),
        row(A, A, A, A, A, A, "清淤天数", "≥2天"),
    ]
    found = projects(cut(first, second))
    assert len(found) == 1
    assert found[0]["indicators[3].indicator_name"] == "清淤天数"


PER_PROJECT = ["主管部门", "项目名称", "总计", "财政拨款", "绩效目标", "绩效指标"]


def test_merged_departments_hold_and_blank_ones_do_not() -> None:
    found = projects(
        cut(
            [
                row(*PER_PROJECT),
                row("甲局", "项目一", "1.00", "1.00", "好", "1、数量指标：甲；年度指标值：1。"),
                row(A, "项目二", "2.00", "2.00", "好", "1、数量指标：乙；年度指标值：2。"),
                row("", "项目三", "3.00", "3.00", "好", "1、数量指标：丙；年度指标值：3。"),
            ]
        )
    )
    assert [one.get("department") for one in found] == ["甲局", "甲局", None]


def test_blank_departments_hold_where_nothing_is_merged() -> None:
    """As in a delimited file, which cannot say what was merged."""
    found = projects(
        cut(
            [
                row(*PER_PROJECT),
                row("甲局", "项目一", "1.00", "1.00", "好", "1、数量指标：甲；年度指标值：1。"),
                row("", "项目二", "2.00", "2.00", "好", "1、数量指标：乙；年度指标值：2。"),
            ]
        )
    )
    assert [one.get("department") for one in found] == ["甲局", "甲局"]


def test_a_goal_merged_over_two_projects_holds_for_both_and_an_amount_does_not() -> None:
    chunks = cut(
        [
            row(*PER_PROJECT),
            row("甲局", "项目一", "1.00", "1.00", "同一个目标", "1、数量指标：甲；年度指标值：1。"),
            row(A, "项目二", A, "", A, "1、数量指标：乙；年度指标值：2。"),
        ]
    )
    found = projects(chunks)
    assert [one["goal"] for one in found] == ["同一个目标", "同一个目标"]
    assert [block.context.amounts.total for block in chunks.blocks] == ["1.00", None]


def test_a_project_on_two_rows_of_one_merged_name() -> None:
    found = projects(
        cut(
            [
                row(*PER_PROJECT),
                row("甲局", "项目一", "1.00", "1.00", "目标一。", "1、数量指标：甲；年度指标值：1。"),
                row(A, A, A, A, "目标二。", "2、数量指标：乙；年度指标值：2。"),
                row(A, "项目二", "2.00", "2.00", "好", "1、数量指标：丙；年度指标值：3。"),
            ]
        )
    )
    assert [one["name"] for one in found] == ["项目一", "项目二"]
    assert found[0]["goal"] == "目标一。\n目标二。"


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (["主管部门", "项目名称", "资金", L, "绩效目标", "绩效指标"], [A, A, "总计", "财政拨款", A, A]),
        (["主管部门", "项目名称", "总计", "其中", "绩效目标", "绩效指标"], [A, A, A, "财政拨款", A, A]),
        (["主管部门", "项目名称", "总计", "财政拨款", "绩效", L], [A, A, A, A, "绩效目标", "绩效指标"]),
    ],
)
def test_a_header_of_two_rows(upper: list[str | Merged], lower: list[str | Merged]) -> None:
    chunks = cut(
        [upper, lower, row("甲局", "项目一", "3.00", "2.00", "好", "1、数量指标：甲；年度指标值：1。")],
        [upper, lower, row("甲局", "项目二", "4.00", "1.00", "好", "1、数量指标：乙；年度指标值：1。")],
    )
    assert [one["name"] for one in projects(chunks)] == ["项目一", "项目二"]
    amounts = [block.context.amounts for block in chunks.blocks]
    assert [(one.total, one.fiscal) for one in amounts] == [("3.00", "2.00"), ("4.00", "1.00")]


def test_cells_merged_to_the_left_are_no_columns_of_their_own() -> None:
    chunks = cut(
        [
            row("主管部门", "项目名称", "总计", "财政拨款", "绩效目标", "绩效指标"),
            row("合计", L, "3.00", "3.00", "", ""),
            row("甲局", "项目一", "3.00", "3.00", "好", "1、数量指标：甲；年度指标值：1。"),
        ],
        # The same table drawn anew on a grid of its own: one column more, which every row spans.
        [row("甲局", "项目二", L, "4.00", "4.00", "好", "1、数量指标：乙；年度指标值：1。"), row(*["x"] * 7)],
    )
    assert [one["name"] for one in projects(chunks)][:2] == ["项目一", "项目二"]
    assert [(total.kind, total.name) for total in chunks.totals] == [("grand_total", "合计")]
