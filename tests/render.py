"""Readings printed the way districts print them: dumps wrapped at any width, pipe tables, TSV and CSV."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.schemas.project import Amounts, Indicator, ProjectReading

HEADER = ("项目名称（资金使用单位）", "总计", "财政拨款", "财政专户拨款", "其他资金", "绩效目标", "绩效指标")


@dataclass(frozen=True)
class Style:
    """How a dump is printed; widths in characters."""

    name_width: int = 10
    goal_width: int = 22
    item_width: int = 30
    indent: int = 4
    blank_lines: float = 0.4
    marker: str = "{}、"
    separator: str = "；"
    colon: str = ":"
    coded: bool = True
    cycle: bool = True
    last_stop: bool = True


def wrap(text: str, width: int) -> list[str]:
    """Text in lines of `width` characters, white space at the edges of a line left out."""
    return [
        text[start : start + width].strip()
        for start in range(0, len(text), width)
        if text[start : start + width].strip()
    ]


def items(indicators: Sequence[Indicator], style: Style) -> str:
    """The indicators as one cell's text."""
    printed = []
    for indicator in indicators:
        fields = []
        if style.coded:
            fields += [
                f"{indicator.level1_code}-{indicator.level1}",
                f"{indicator.level2_code}-{indicator.level2}",
            ]
        fields.append(indicator.name or "")
        if style.cycle:
            fields.append(f"实施周期指标值{style.colon}{indicator.cycle_value}")
        fields.append(f"年度指标值{style.colon}{indicator.annual_value}")
        printed.append(style.marker.format(indicator.number) + style.separator.join(fields))
    text = "。".join(printed)
    return text + ("。" if style.last_stop and text else "")


def numbers(amounts: Amounts) -> list[str]:
    """The amounts that are not blank, in print order, with thousands separators."""
    values = [amounts.total, amounts.fiscal, amounts.special_account, amounts.other]
    return [_grouped(value) for value in values if value is not None]


def dump(
    projects: Sequence[ProjectReading], style: Style, random_: random.Random, unit: str = "云溪市青禾区教育局"
) -> str:
    """A text dump: name lines, an amounts line, goal lines, indicator lines, blank lines anywhere between."""
    lines = ["项目支出绩效目标表（含转移支付项目）", f"部门名称：{unit} 单位：万元", " ".join(HEADER)]
    total = sum_amounts(projects)
    lines.append("合计 " + " ".join(numbers(total)))
    lines += [*wrap(unit, style.name_width), " ".join(numbers(total))]
    for project in projects:
        name = wrap(project.name or "", style.name_width)
        printed = " ".join(numbers(project.amounts))
        indent = " " * style.indent
        if len(name) == 1 and random_.random() < 0.7:
            lines.append(f"{indent}{name[0]} {printed}")
        else:
            lines += [indent + name[0], *name[1:], printed]
        lines += wrap(project.goal or "", style.goal_width)
        lines += wrap(items(project.indicators, style), style.item_width)
    spaced = []
    for line in lines:
        spaced.append(line)
        while random_.random() < style.blank_lines:
            spaced.append(" " * random_.randrange(3))
    return "\n".join(spaced) + "\n"


def rows(projects: Sequence[ProjectReading], style: Style, unit: str = "云溪市青禾区教育局") -> list[list[str]]:
    """Table rows under HEADER."""
    total = sum_amounts(projects)
    cells = [list(HEADER), ["合计", *_amount_cells(total), "", ""], [unit, *_amount_cells(total), "", ""]]
    for project in projects:
        cells.append(
            [project.name or "", *_amount_cells(project.amounts), project.goal or "", items(project.indicators, style)]
        )
    return cells


def markdown(projects: Sequence[ProjectReading], style: Style) -> str:
    """Pipe tables; a new table with an empty header after every third row, as converters break pages."""
    printed = ["项目支出绩效目标表", "", "单位：万元", ""]
    for index, row in enumerate(rows(projects, style)):
        if index and index % 3 == 0:
            printed += ["", "| " + " | ".join("" for _ in row) + " |", "|" + "---|" * len(row)]
        printed.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
        if index == 0:
            printed.append("|" + "---|" * len(row))
    return "\n".join(printed) + "\n"


def delimited(projects: Sequence[ProjectReading], style: Style, delimiter: str) -> str:
    """TSV or CSV as the csv module writes it."""
    out = io.StringIO()
    out.write("项目支出绩效目标表\n单位：万元\n")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows(projects, style))
    return out.getvalue()


def sum_amounts(projects: Sequence[ProjectReading]) -> Amounts:
    """What the total row prints."""
    from decimal import Decimal

    sums = {}
    for column in ("total", "fiscal", "special_account", "other"):
        values = [value for project in projects if (value := getattr(project.amounts, column)) is not None]
        sums[column] = str(sum(map(Decimal, values))) if values else None
    return Amounts(**sums)


def _amount_cells(amounts: Amounts) -> list[str]:
    values = (amounts.total, amounts.fiscal, amounts.special_account, amounts.other)
    return [_grouped(value) if value is not None else "" for value in values]


def _grouped(value: str) -> str:
    whole, _, decimals = value.partition(".")
    return f"{int(whole):,}.{decimals}"
