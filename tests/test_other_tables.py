"""Tables of something else behind a table of projects: never read as its rows, never lost without a word."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.settings import Settings

ITEM = "1、数量指标：场次，年度指标值：10场。"
PROJECTS = [["项目名称", "金额", "绩效目标", "绩效指标"], ["促销活动", "100.00", "办活动。", ITEM]]
WITHOUT_AMOUNTS = [["项目名称", "绩效目标", "绩效指标"], ["促销活动", "办活动。", ITEM]]
BY_INDICATOR = [
    ["项目名称", "金额", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值"],
    ["促销活动", "100.00", "办活动。", "产出指标", "数量指标", "场次", "10场"],
]
Rows = list[list[str]]


def extract(tmp_path: Path, *tables: Rows, suffix: str = "html") -> DocumentResult:
    path = tmp_path / f"source.{suffix}"
    if suffix == "html":
        cells = ("".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in rows) for rows in tables)
        text = "<p>单位：万元</p>" + "".join(f"<table>{rows}</table>" for rows in cells)
    else:
        text = "单位：万元\n" + "\n\n".join("\n".join("\t".join(row) for row in rows) for rows in tables) + "\n"
    path.write_text(text, encoding="utf-8")
    return finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))


OTHERS: dict[str, tuple[Rows, Rows]] = {
    "as wide, words where amounts stood": (
        PROJECTS,
        [["设备名称", "数量", "型号规格", "用途说明"], ["台式电脑", "20", "M650", "用于办公。"]],
    ),
    "wider": (
        PROJECTS,
        [["姓名", "职务", "电话", "办公室", "备注"], ["张三", "局长", "88880001", "301", "无"]] * 2,
    ),
    "narrower, with known words": (
        PROJECTS,
        [["科目编码", "科目名称", "预算数"], ["2130305", "水利工程建设", "500.00"]],
    ),
    "behind a row for each indicator": (
        BY_INDICATOR,
        [
            ["年度", "审计人员", "持证人数", "平均年龄", "博士", "硕士", "本科"],
            ["2025", "50", "30", "38", "1", "12", "37"],
        ],
    ),
    "under a title in a cell of its own": (
        PROJECTS,
        [
            ["设备购置清单", "", "", ""],
            ["设备名称", "数量", "型号规格", "用途说明"],
            ["台式电脑", "20", "M650", "办公"],
        ],
    ),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("suffix", ["html", "tsv"])
def test_an_unknown_table_is_reported_and_not_read(tmp_path: Path, name: str, suffix: str) -> None:
    projects, other = OTHERS[name]
    result = extract(tmp_path, projects, other, suffix=suffix)
    assert [record.project.name for record in result.records] == ["促销活动"]
    (flag,) = (flag for flag in result.document.flags if flag.code == "unclaimed_text")
    assert other[0][0] in flag.message
    assert {end - start > 0 for start, end in flag.spans} == {True}


def test_an_unknown_table_without_amounts_is_known_by_where_it_begins(tmp_path: Path) -> None:
    other = [["设备名称", "型号规格", "用途说明"], ["台式电脑", "M650", "用于办公。"]]
    result = extract(tmp_path, WITHOUT_AMOUNTS, other)
    assert [record.project.name for record in result.records] == ["促销活动"]
    assert [flag.code for flag in result.document.flags] == ["unclaimed_text"]


@pytest.mark.parametrize("suffix", ["html", "tsv"])
def test_a_known_table_behind_an_unknown_one_is_read_by_its_own_headers(tmp_path: Path, suffix: str) -> None:
    other, again = OTHERS["wider"][1], [["序号", *PROJECTS[0]], ["1", "消费补贴", "20.00", "发补贴。", ITEM]]
    result = extract(tmp_path, PROJECTS, other, again, suffix=suffix)
    assert [(one.project.name, one.project.amounts.total) for one in result.records] == [
        ("促销活动", "100.00"),
        ("消费补贴", "20.00"),
    ]


GOES_ON: dict[str, tuple[Rows, Rows, list[str]]] = {
    "the rest of the table on the next page": (PROJECTS, [["消费补贴", "20.00", "发补贴。", ITEM]], ["消费补贴"]),
    "a header of which a word was misread": (
        PROJECTS,
        [["项目名林", "金额", "绩效目标", "绩效指标"], ["消费补贴", "20.00", "发补贴。", ITEM]],
        ["消费补贴"],
    ),
    "short words alone, and a project below them": (
        WITHOUT_AMOUNTS,
        [["党建", "做好党建", "详见附件"], ["消费补贴", "发补贴。", ITEM]],
        ["党建", "消费补贴"],
    ),
    "a withheld project": (PROJECTS, [["专项", "", "涉密项目", "涉密内容"]], ["专项"]),
}


@pytest.mark.parametrize("name", GOES_ON)
def test_rows_of_projects_stay_projects(tmp_path: Path, name: str) -> None:
    projects, rest, names = GOES_ON[name]
    result = extract(tmp_path, projects, rest)
    assert [record.project.name for record in result.records] == ["促销活动", *names]
    assert not [flag for flag in result.document.flags if flag.code == "unclaimed_text"]


@pytest.mark.large
def test_the_time_grows_with_the_number_of_rows_alone(tmp_path: Path) -> None:
    rows = [*PROJECTS, *([["乙局", "", "", ""], ["甲中心", "80.00", "", ""]] * 8_000)]
    begin = process_time()
    extract(tmp_path, rows, suffix="tsv")
    assert process_time() - begin < 30
