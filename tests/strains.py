"""Texts of any size that ask much of whatever reads them: one kind of line or cell, again and again, and nothing else.

Nobody writes them, but a broken converter does, and a stranger may. Each is made for a number of bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from itertools import count
from random import Random

from extractor.run.one import extract_file
from extractor.settings import Settings

_LIST = "|序号|项目名称|预算金额|绩效目标|\n|---|---|---|---|\n"
_LIST_OF_ROWS = "|项目名称|预算金额|绩效目标|备注|\n|---|---|---|---|\n|保洁|2.00|保洁河道。|甲|\n"
_FORM = "|项目名称|河道保洁|\n|---|---|\n|年度目标|保洁河道|\n"
_HEADS = "一级指标\n二级指标\n三级指标\n指标值\n"
_CELLS = "产出指标\n数量指标\n清淤里程\n≥10公里\n"
_PARTS = (
    "表\n\n|项目名称|预算金额|绩效目标|\n|---|---|---|\n|保洁|2|好|\n\n"
    "一、项目概述：保洁。\n二、立项依据：条例。\n三、绩效目标：好。\n\n|项目名称|河道保洁|\n|---|---|\n|年度目标|好|\n\n"
)


def again(unit: str, before: str = "") -> Callable[[int], str]:
    """One piece of text behind another."""
    return lambda size: before + unit * (size // len(unit.encode()) + 1)


def numbered(line: str, before: str = "", behind: str = "") -> Callable[[int], str]:
    """Lines that differ in their number alone."""

    def made(size: int) -> str:
        parts = [before]
        left = size
        for number in count(1):
            parts.append(line.format(number))
            left -= len(parts[-1].encode())
            if left <= 0:
                break
        return "".join([*parts, behind])

    return made


def twice(upper: str, lower: str, before: str = "") -> Callable[[int], str]:
    """Two rows of many cells, one above the other."""
    return lambda size: f"{before}|{again(upper)(size // 2)}\n|---|\n|{again(lower)(size // 2)}\n"


def shuffled(size: int) -> str:
    """A header of forty columns over rows that lack some, each in its own way."""
    chance = Random(1)
    rows = ("|" + "".join(chance.choice(("1|", "乙|", "|")) for _ in range(38)) for _ in range(size // 80))
    return "|项目名称|预算金额|绩效目标|" + "甲|" * 37 + "\n|---|\n" + "\n".join(rows)


_DUMP = (
    "项目支出绩效目标表\n部门名称：教育局 单位：万元\n项目名称 年度预算 绩效目标 绩效指标\n合计 80.00\n"
    "河道保洁{} 80.00\n"
    "目标1：保洁河道。\n1、产出指标-数量指标：清淤里程；年度指标值：{}10公里。\n"
)


def inside(unit: str) -> Callable[[int], str]:
    """A dump that prints a project: what is repeated stands in its name, behind its amount, in the value below."""

    def made(size: int) -> str:
        piece = unit * (size // (3 * len(unit.encode())) + 1)
        return _DUMP.format(piece, piece).replace("80.00\n目标", f"80.00{piece}\n目标")

    return made


CHARACTERS: Mapping[str, str] = {
    "digits": "1234567890", "amounts": "1,234.56", "letters": "abcDEF", "ideographs": "河道保洁", "rare": "龘䶮𠀀",
    "full-width": "１２ＡＢ", "marks": "!#$&*/", "Chinese marks": "，；：？！", "stops": "。", "signs": "≥95%",
    "circled": "①②③", "item marks": "1.", "bracketed": "（1）", "quotes": "“”", "open": "(", "close": ")",
    "dashes": "——", "emoji": "😀", "control": "\x01\x02", "zero width": "\u200b", "category": "产出指标",
    "level": "一级指标", "label": "项目名称", "goal": "绩效目标：", "unit": "单位：万元", "question": "????",
    "tags": "<td>", "entity": "&nbsp;", "escape": "\\n", "year": "2025年",
}  # fmt: skip
SEPARATORS: Mapping[str, str] = {
    "nothing": "", "lines": "\n", "tabs": "\t", "bars": "|", "bars in lines": "|\n|", "commas": ",", "blanks": " ",
    "wide blanks": "\u3000", "semicolons": ";", "full stops": "。", "pauses": "、", "pages": "\f", "colons": "：",
}  # fmt: skip
"""Of texts: every character with every separator behind three of it, alone and inside a project."""


def of_characters(character: str, separator: str, *, alone: bool) -> Callable[[int], str]:
    """A text of one kind of characters, parted in one way."""
    unit = 3 * CHARACTERS[character] + SEPARATORS[separator]
    return again(unit) if alone else inside(unit)


KINDS: Mapping[str, Callable[[int], str]] = {
    "digits": again("1234567890"),
    "numbers, one a line": again("12,345.67\n"),
    "commas": again(","),
    "bars": again("|"),
    "bars in lines": again("|||||\n"),
    "rules of tables": again("|---|---|\n"),
    "rules without bars at their edges": again("---|---\n"),
    "rules of grids": again("+---+---+\n| 甲 | 乙 |\n"),
    "tabs": again("\t甲\n", "项目名称" + "\t" * 1_000 + "\n"),
    "open brackets": again("("),
    "nested brackets": lambda size: "（" * (size // 6) + "）" * (size // 6),
    "quotation marks": again('"a\n'),
    "a wide gap": lambda size: "项目" + " " * size + "名称",
    "base64": lambda size: b64encode(Random(1).randbytes(size * 3 // 4)).decode(),
    "the word 指标": again("指标\n"),
    "the label 项目名称": again("项目名称\n"),
    "labels with a value": again("项目名称：河道保洁\n"),
    "headers, one cell a line": again("项目名称\n项目金额\n绩效目标\n"),
    "indicators, one cell a line": again(_CELLS, _HEADS),
    "forms, one cell a line": again(
        "项目名称\n河道保洁\n主管部门\n水利局\n一级指标\n二级指标\n三级指标\n指标值\n" + _CELLS
    ),
    "a header of many cells": again("项目名称|预算金额|绩效目标|", "|"),
    "a list of many columns": twice("项目名称|预算金额|绩效目标|", "甲|1.0|乙|"),
    "a list of bodies": numbered("|教育局{0}|{0}.00||\n", _LIST_OF_ROWS),
    "rows that go on": again("||||续|\n", _LIST_OF_ROWS),
    "rows that lack cells": shuffled,
    "a form of many columns": twice("一级指标|二级指标|三级指标|指标值|", "产出指标|数量指标|里程|≥1|", _FORM),
    "headings over many texts": twice("甲乙|", "完成，好|", _FORM),
    "rows of indicators": numbered(
        "|产出指标|数量指标|里程{0}|≥{0}|\n", _FORM + "|一级指标|二级指标|三级指标|指标值|\n"
    ),
    "a form of unknown labels": numbered("|某标签{0}|某值{0}|\n", _FORM),
    "headers of lists": again(_LIST),
    "tables of no project": again("甲\n\n|a|b|c|\n|---|---|---|\n|1|2|3|\n\n"),
    "many parts": again(_PARTS),
    "headings of goals": again("绩效目标：\n"),
    "numbers below a goal": again("1.甲\n", "绩效目标：好。\n"),
    "numbers above a goal": numbered("{0}.甲乙丙丁，戊\n", behind="绩效目标：好。\n"),
    "headings of prose": numbered("{0}、项目概述：\n"),
    "digits in a project": inside("1234567890"),
    "brackets in a project": inside(")"),
    "commas in a project": inside("，"),
}
"""By what they consist of."""
WORST = (
    "rules of tables",
    "rules without bars at their edges",
    "forms, one cell a line",
    "headers, one cell a line",
    "a list of many columns",
    "a list of bodies",
    "rows that go on",
    "a form of many columns",
    "headings over many texts",
    "many parts",
    "headings of goals",
    "numbers below a goal",
    "numbers above a goal",
    "digits in a project",
    "brackets in a project",
    "commas in a project",
)
"""Kinds whose time grew with the square of their size where a reader, or what cuts projects, took no care."""


def read(path: str, model: str = "none") -> int:
    """How many projects are read in a file, by the rules alone or by the built-in readers as well."""
    return len(extract_file(path, Settings.load({"model": model}, environ={})).records)
