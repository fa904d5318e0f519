"""Bracket notation: goal and indicators under headings in brackets, values in parentheses."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractor import extract
from extractor.ground import unclaimed
from extractor.layouts import built_in, compiled
from extractor.rules.bracketed import read_bracketed
from extractor.schemas.document import MappedText
from extractor.schemas.record import Record
from extractor.text import Squashed

LAYOUT = compiled(next(spec for spec in built_in() if spec.name == "grid-bracketed"))
Item = tuple[int | None, str | None, str | None, str | None]


def read(text: str, *, goal: bool = True) -> tuple[str | None, list[Item], dict[str, str], list[str]]:
    """Goal, items, labelled text, and what no field claims."""
    view = Squashed(MappedText(text, range(len(text))))
    found = read_bracketed(view, LAYOUT, 0, len(view.text), goal=goal)
    places = [place for _, item in found.indicators for place in item.values()]
    places += [place for _, place in found.labelled]
    places += [found.goal] if found.goal else []
    labels = {label: view.value(*place) for label, place in found.labelled}
    left = [view.value(*span) for span in unclaimed(view, places, LAYOUT.structure)]
    items = [
        (one.number, "-".join(filter(None, (one.level1, one.level2))) or None, one.name, one.annual_value)
        for one, _ in found.indicators
    ]
    return (view.value(*found.goal) if found.goal else None), items, labels, [one for one in left if one not in labels]


QUANTITY, QUALITY = "产出指标-数量指标", "产出指标-质量指标"
CELLS: dict[str, tuple[str, str | None, list[Item]]] = {
    "as printed": (
        "【总体目标】保障供水。【产出指标-数量指标】指标1:设备数量(≥77台)；指标2:管网长度(5公里)。",
        "保障供水。",
        [(1, QUANTITY, "设备数量", "≥77台"), (2, QUANTITY, "管网长度", "5公里")],
    ),
    "full width, wrapped within a heading": (
        "【总体目标】保障\n供水。【产出指标-数\n量指标】指标1：设备\n数量（≥77\n台）；",
        "保障供水。",
        [(1, QUANTITY, "设备数量", "≥77台")],
    ),
    "numbers begin again": (
        "【产出指标-数量指标】指标1:甲(1)；【产出指标-质量指标】指标1:乙(2)",
        None,
        [(1, QUANTITY, "甲", "1"), (1, QUALITY, "乙", "2")],
    ),
    "an empty pair is nothing": ("【产出指标-数量指标】指标1:甲()；指标2:乙（ ）", None, [
        (1, QUANTITY, "甲", None),
        (2, QUANTITY, "乙", None),
    ]),
    "parentheses in names and values": (
        "【产出指标-数量指标】指标1:培训(含线上)人次(约3万人(含流动人口(在册)))；",
        None,
        [(1, QUANTITY, "培训(含线上)人次", "约3万人(含流动人口(在册))")],
    ),
    "a semicolon and a number in a value": (
        "【产出指标-数量指标】指标1:里程(一期；指标2:二期)；指标2:座数(3)",
        None,
        [(1, QUANTITY, "里程", "一期；指标2:二期"), (2, QUANTITY, "座数", "3")],
    ),
    "a pair that is never closed swallows nothing": (
        "【产出指标-数量指标】指标1:里程(5公里；指标2:座数(3座)；",
        None,
        [(1, QUANTITY, "里程(5公里", None), (2, QUANTITY, "座数", "3座")],
    ),
    "no number": ("【产出指标-数量指标】里程(5公里)；座数(3座)", None, [
        (None, QUANTITY, "里程", "5公里"),
        (None, QUANTITY, "座数", "3座"),
    ]),
    "numbers without the word": ("【产出指标-数量指标】1、里程(5公里)；2、座数(3座)", None, [
        (1, QUANTITY, "里程", "5公里"),
        (2, QUANTITY, "座数", "3座"),
    ]),
    "one level alone": ("【成本指标】指标1:单价(≤6万元)；【质量指标】指标1:合格率(100%)", None, [
        (1, "成本指标", "单价", "≤6万元"),
        (1, "质量指标", "合格率", "100%"),
    ]),
    "a category of the table's own": ("【产出指标-节能指标】指标1:节电(5度)", None, [
        (1, "产出指标-节能指标", "节电", "5度"),
    ]),
    "no heading above the goal": ("保障供水。【产出指标-数量指标】指标1:甲(1)", "保障供水。", [
        (1, QUANTITY, "甲", "1"),
    ]),
    "the year's goal of two": (
        "【中期目标】三年建成。【年度目标】完成一期。【产出指标-数量指标】指标1:甲(1)",
        "完成一期。",
        [(1, QUANTITY, "甲", "1")],
    ),
    "brackets within the goal": (
        "【总体目标】落实云政〔2025〕7号和【2025】8号文件。",
        "落实云政〔2025〕7号和【2025】8号文件。",
        [],
    ),
    "nothing": ("", None, []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "goal", "items"), CELLS.values(), ids=CELLS.keys())
def test_cells(text: str, goal: str | None, items: list[Item]) -> None:
    found = read(text)
    assert found[:2] == (goal, items)
    assert found[3] == []


def test_other_headings_are_kept_with_their_text() -> None:
    goal, items, labels, left = read(
        "【项目概况】新建水厂。【总体目标】保障供水。【年度目标】完成一期。【产出指标】指标1:座数(1)"
    )
    assert (goal, labels) == ("完成一期。", {"项目概况": "新建水厂。", "总体目标": "保障供水。"})
    assert items == [(1, "产出指标", "座数", "1")]
    assert left == []


def test_text_above_the_first_heading_of_an_indicator_cell_is_seen() -> None:
    assert read("详见附件【产出指标】指标1:座数(1)", goal=False)[3] == ["详见附件"]


WORDS = st.text(st.sampled_from("设备数量(）(台)；、：;:指标123【】[]产出-目标≥5% \n"), max_size=60)


@given(
    st.lists(
        st.sampled_from(["【总体目标】", "【产出指标-数量指标】", "指标1:", "指标2：", "(", "）", "；"]) | WORDS
    ).map("".join)
)
@example("【产出指标】)(】指标1:)")
def test_whatever_is_printed_nothing_is_claimed_twice_or_made_up(text: str) -> None:
    view = Squashed(MappedText(text, range(len(text))))
    found = read_bracketed(view, LAYOUT, 0, len(view.text), goal=True)
    own = [place for _, item in found.indicators for name, place in item.items() if name in {"name", "annual_value"}]
    own += [place for _, place in found.labelled]
    own += [found.goal] if found.goal else []
    own = sorted(place for place in own if place[0] < place[1])
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(own))
    for indicator, places in found.indicators:
        values = {name: view.value(*place) for name, place in places.items() if name != "number"}
        assert indicator.model_dump(exclude_none=True, exclude={"number", "attributes"}) == values


NAMES = st.lists(st.sampled_from(["设备", "（含备用）", "数量", "（台（套））", "指标"]), min_size=1, max_size=4).map(
    "".join
)
VALUES = st.sampled_from(["≥5台", "100%", "", "3（含1）次", "2025年6月；年底前"])


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=6))
def test_what_is_written_is_read(printed: list[tuple[str, str]]) -> None:
    cell = "；".join(f"指标{number}：{name}（{value}）" for number, (name, value) in enumerate(printed, 1))
    _, items, _, left = read(f"【总体目标】好。【产出指标-数量指标】{cell}。")
    assert items == [(number, QUANTITY, name, value or None) for number, (name, value) in enumerate(printed, 1)]
    assert left == []


def records(tmp_path: Path, name: str, text: str) -> list[Record]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return list(extract(path, model="none").records)


CELL = "【总体目标】保障供水。【产出指标-数量指标】指标1：设备（≥77台）；【效益指标-社会效益指标】指标1：人数（）。"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.tsv",
            f"项目支出绩效目标表\n单位：万元\n项目名称\t总计\t财政拨款\t绩效目标\n供水经费\t8.00\t8.00\t{CELL}\n",
        ),
        (
            "a.tsv",
            "项目支出绩效目标表\n单位：万元\n项目名称\t总计\t财政拨款\t绩效目标\t绩效指标\n"
            f"供水经费\t8.00\t8.00\t{CELL[:11]}\t{CELL[11:]}\n",
        ),
        (
            "a.txt",
            "项目支出绩效目标表\n单位：万元\n项目名称 总计 财政拨款 绩效目标\n合计 8.00 8.00\n"
            f"  供水经费 8.00 8.00\n{CELL[:20]}\n{CELL[20:40]}\n{CELL[40:]}\n",
        ),
    ],
)
def test_documents(tmp_path: Path, name: str, text: str) -> None:
    [record] = records(tmp_path, name, text)
    assert record.document.layout in {"grid-bracketed", "dump-bracketed"}
    assert record.project.name == "供水经费"
    assert (record.project.amounts.total, record.project.amounts.fiscal) == ("8.00", "8.00")
    assert record.project.goal == "保障供水。"
    assert [(one.number, one.level2, one.name, one.annual_value) for one in record.project.indicators] == [
        (1, "数量指标", "设备", "≥77台"),
        (1, "社会效益指标", "人数", None),
    ]
    # Numbers begin again under each heading: no gap. The blank value is told.
    assert [flag.code.value for flag in record.flags] == ["template_left_empty"]


def test_a_goal_column_without_an_indicator_column_may_hold_both(tmp_path: Path) -> None:
    """The same without brackets: the indicators begin where the first item does."""
    cell = "保障供水。1、1-产出指标；11-数量指标；设备；实施周期指标值:5台；年度指标值:5台。"
    [record] = records(
        tmp_path, "a.tsv", f"项目支出绩效目标表\n单位：万元\n项目名称\t总计\t绩效目标\n供水\t8.00\t{cell}\n"
    )
    assert record.project.goal == "保障供水。"
    assert [(one.level2, one.name, one.annual_value) for one in record.project.indicators] == [
        ("数量指标", "设备", "5台")
    ]


def test_a_block_of_another_notation_in_the_same_document(tmp_path: Path) -> None:
    rows = [("甲", CELL[:11], CELL[11:]), ("乙", "目标。", "1、产出指标：次数，年度指标值：5次。")]
    printed = "".join(f"{name}\t8.00\t{goal}\t{cell}\n" for name, goal, cell in rows)
    one, other = records(
        tmp_path, "a.tsv", f"项目支出绩效目标表\n单位：万元\n项目名称\t总计\t绩效目标\t绩效指标\n{printed}"
    )
    assert len(one.project.indicators) == 2
    assert [(item.level1, item.name, item.annual_value) for item in other.project.indicators] == [
        ("产出指标", "次数", "5次")
    ]


def test_brackets_in_a_goal_beside_a_row_for_each_indicator(tmp_path: Path) -> None:
    header = "项目名称\t总计\t绩效目标\t一级指标\t二级指标\t三级指标\t指标值"
    row = "甲\t8.00\t做好【产出指标】各项工作。\t产出指标\t数量指标\t次数\t5次"
    [record] = records(
        tmp_path,
        "a.tsv",
        f"项目支出绩效目标表\n单位：万元\n{header}\n{row}\n乙\t1.00\t好\t产出指标\t质量指标\t率\t1%\n",
    )[:1]
    assert record.project.goal == "做好【产出指标】各项工作。"
    assert [one.annual_value for one in record.project.indicators] == ["5次"]
