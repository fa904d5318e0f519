"""Long lists are exact: 2,000 projects on 200 pages, with rows that page breaks cut in every way."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from extractor import extract
from extractor.schemas.project import ProjectReading
from tests.pdf_writer import PdfStyle, PdfTable, write_pdf
from tests.test_pdf import Breaks

WIDTHS = (110, 60, 60, 120, 160)
HEADER = ["项目名称", "总计", "财政拨款", "绩效目标", "绩效指标"]
THINGS = ("道路", "河道", "图书", "养老", "消防", "校舍", "公厕", "路灯")
WORKS = ("日常养护", "改造", "巡查", "监测", "培训补助", "设施更新与维护")
PROJECTS = 2_000


class Project(NamedTuple):
    name: str
    amount: str
    goal: str
    indicators: list[tuple[str, str]]

    def row(self) -> list[str]:
        kinds = ("产出指标", "效益指标")
        items = [
            f"{number}、{kinds[number % 2]}：{name}；年度指标值：{value}。"
            for number, (name, value) in enumerate(self.indicators, 1)
        ]
        return [self.name, self.amount, self.amount, self.goal, "".join(items)]


def project(number: int) -> Project:
    """One of many sizes: of a line or of a quarter of a page."""
    chance = random.Random(number)
    done = ("完成", "保障", "推进")
    works = [
        f"{chance.choice(done)}{chance.choice(THINGS)}{chance.choice(WORKS)}{chance.randint(2, 90)}处"
        for _ in range(chance.randint(1, 6))
    ]
    return Project(
        f"{chance.choice(THINGS)}{chance.choice(WORKS)}经费（第{number:04}号）",
        f"{chance.randint(1, 99_999) / 100 + number:,.2f}",
        f"{'，'.join(works)}，保持平稳有序。",
        [
            (f"{chance.choice(THINGS)}{chance.choice(('数量', '完成率', '合格率'))}{at}", f"≥{chance.randint(1, 99)}%")
            for at in range(1, chance.randint(2, 6))
        ],
    )


def printed(found: ProjectReading) -> Project:
    """What was read, as it is printed."""
    return Project(
        found.name or "",
        f"{Decimal(found.amounts.total):,.2f}" if found.amounts.total else "",
        f"{(found.goal or '').rstrip('。')}。",
        [
            (one.name or "", f"{one.operator or ''}{one.annual_value or ''}{one.measure_unit or ''}")
            for one in found.indicators
        ],
    )


@pytest.mark.large
@pytest.mark.parametrize(
    ("breaks", "repeat"),
    [("open", True), ("open", False), ("bare", True), ("closed", True), ("closed", False), ("whole", True)],
)
def test_every_field_of_a_long_list_is_right(breaks: Breaks, repeat: bool, tmp_path: Path) -> None:
    projects = [project(number) for number in range(1, PROJECTS + 1)]
    path = tmp_path / "list.pdf"
    path.write_bytes(
        write_pdf(
            PdfTable(WIDTHS, [HEADER, *(one.row() for one in projects)]),
            title=["2026年项目支出绩效目标表", "部门名称：云溪市财政局        单位：万元"],
            footer="第{page}页",
            style=PdfStyle(margin=55, breaks=breaks, repeat_header=repeat),
        )
    )
    found = extract(path, model="none")
    assert [printed(record.project) for record in found.records] == projects
    assert not [flag for record in found.records for flag in record.flags if not flag.is_information]
