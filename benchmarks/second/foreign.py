"""Projects printed in layouts that the tagger was not made for: forms and columns read across.

Small renderings of their own, which share nothing with those that the tagger was trained on.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import zip_longest

from extractor.schemas.project import Indicator, ProjectReading

Rendering = Callable[[ProjectReading, random.Random], str]


def _lines(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def _amounts(project: ProjectReading) -> list[str]:
    amounts = project.amounts
    return [value for value in (amounts.total, amounts.fiscal, amounts.special_account, amounts.other) if value]


def _value(indicator: Indicator) -> str:
    return indicator.annual_value or indicator.cycle_value or ""


def _item(number: int, indicator: Indicator) -> str:
    labels = [
        "-".join(part for part in pair if part)
        for pair in ((indicator.level1_code, indicator.level1), (indicator.level2_code, indicator.level2))
    ]
    parts = [label for label in labels if label] + [indicator.name or "", f"年度指标值:{_value(indicator)}"]
    return f"{number}、{'；'.join(parts)}。"


def _items(project: ProjectReading) -> str:
    return "".join(_item(number, indicator) for number, indicator in enumerate(project.indicators, 1))


def _form_head(project: ProjectReading) -> list[str]:
    total, *others = _amounts(project) or [""]
    return [
        "项目支出绩效目标申报表", "（2026年度）", "项目名称", project.name or "", "项目负责人", "联系电话",
        "主管部门", project.department or "", "实施单位", project.unit or "", "项目属性", "延续项目",
        "项目资金（万元）", "年度资金总额：", total, "其中：财政拨款", *others[:1], "其他资金", *others[1:],
    ]  # fmt: skip


def form(project: ProjectReading, rng: random.Random) -> str:
    """An application form, one cell a line; a category is printed for its first indicator only."""
    lines = [*_form_head(project), "总体目标", *_lines(project.goal or "", rng.randrange(20, 60)), "绩效指标"]
    lines += ["一级指标", "二级指标", "三级指标", "指标值"]
    before: tuple[str | None, ...] = (None, None)
    for indicator in project.indicators:
        category = (indicator.level1, indicator.level2)
        lines += [label for label, known in zip(category, before, strict=True) if label and label != known]
        lines += [indicator.name or "", _value(indicator)]
        before = category
    return "\n".join(line for line in lines if line)


def twin_form(project: ProjectReading, rng: random.Random) -> str:
    """The same with columns for the whole period and for the year side by side."""
    goal = _lines(project.goal or "", rng.randrange(14, 26))
    lines = [*_form_head(project), "实施期目标（2024年—2026年） 年度目标", *(f"{line} {line}" for line in goal)]
    head = "一级指标 二级指标 三级指标 指标值"
    lines.append(f"{head} {head.partition(' ')[2]}")
    for indicator in project.indicators:
        row = (
            indicator.level1, indicator.level2, indicator.name, indicator.cycle_value or _value(indicator),
            indicator.level2, indicator.name, _value(indicator),
        )  # fmt: skip
        lines.append(rng.choice((" ", "\n")).join(cell for cell in row if cell))
    return "\n".join(line for line in lines if line)


def flat_rows(project: ProjectReading, rng: random.Random) -> str:
    """One indicator a row, its cells with nothing but a blank between them."""
    lines = ["项目名称 年度预算数 绩效目标 一级指标 二级指标 三级指标 绩效指标值"]
    lines.append(" ".join([project.name or "", *_amounts(project)[:1], project.goal or ""]))
    for indicator in project.indicators:
        row = (indicator.level1, indicator.level2, indicator.name, _value(indicator))
        lines.append(" ".join(cell for cell in row if cell))
    return "\n".join(lines)


def two_columns(project: ProjectReading, rng: random.Random) -> str:
    """Goal and indicators side by side, read across: each line is one of both."""
    left, right = _lines(project.goal or "", rng.randrange(8, 20)), _lines(_items(project), rng.randrange(12, 30))
    rows = [f"{one} {other}".strip() for one, other in zip_longest(left, right, fillvalue="")]
    return "\n".join([f"{project.name} {' '.join(_amounts(project))}", *rows])


def three_columns(project: ProjectReading, rng: random.Random) -> str:
    """Name, goal and indicators side by side, their lines one below the other."""
    widths = (rng.randrange(4, 10), rng.randrange(8, 20), rng.randrange(12, 30))
    texts = (f"{project.name}{''.join(_amounts(project)[:1])}", project.goal or "", _items(project))
    columns = [_lines(text, width) for text, width in zip(texts, widths, strict=True)]
    return "\n".join(cell for row in zip_longest(*columns) for cell in row if cell)


FOREIGN: dict[str, Rendering] = {
    "form, a cell a line": form,
    "form, twin columns": twin_form,
    "rows without separators": flat_rows,
    "two columns read across": two_columns,
    "three columns read across": three_columns,
}

__all__ = ["FOREIGN", "Rendering"]
