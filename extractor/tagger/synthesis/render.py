"""How one project is printed: its indicators in a cell, its cells under their column headers."""

from __future__ import annotations

from typing import NamedTuple

from extractor.tagger.synthesis.content import Habits, Indicator, Project
from extractor.tagger.synthesis.labelled import Builder, Labelled, joined, plain, value
from extractor.tagger.synthesis.words import Dice, Lexicon

_CHINESE = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

MARKERS = {
    ("", "、"): 0.56,
    ("", "."): 0.12,
    ("", "．"): 0.05,
    ("（", "）"): 0.05,
    ("(", ")"): 0.03,
    ("", ")"): 0.02,
    ("", "）"): 0.01,
    ("①", ""): 0.04,
    ("指标", "："): 0.03,
    ("指标", ":"): 0.02,
    ("一", "、"): 0.02,
    ("[", "]"): 0.01,
    ("", " "): 0.01,
    ("第", "项："): 0.005,
    ("", ""): 0.02,
}
"""What stands before and behind an item's number; "①" and "一" are the kinds of number, and ("", "") is none."""


_SEPARATORS = {"；": 0.6, ";": 0.1, "，": 0.13, ",": 0.04, "。": 0.03, "、": 0.02, " ": 0.03, "：": 0.05}


class Grammar(NamedTuple):
    """How the indicators of one document are written."""

    marker: tuple[str, str]
    dash: str
    """Between a code and its term."""
    after_level1: str
    after_level2: str
    after_name: str
    after_cycle: str
    end: str
    cycle_label: str
    cycle_colon: str
    annual_label: str
    annual_colon: str
    stop: float
    """How often a value is closed by a full stop of its own."""
    between: str
    """What stands between one item and the next."""
    bare: bool
    """A value has no label, only a colon before it: NAME：VALUE"""
    bracketed: bool
    """【产出指标-数量指标】指标1:NAME(VALUE)"""
    name_label: str
    """指标名称：NAME; mostly there is none."""
    order: str
    """Of the values: "cycle", "annual" (the year's first) or "name" (behind the values)."""
    slips: float
    """How often punctuation is not what it is elsewhere in the document."""


_USUAL = (("；", "；", ":", "。"), ("：", "，", "：", "。"), ("；", "；", ":", "；"), ("；", "；", "：", "。"))
"""Ways that are seen most: behind a category, behind a name, behind a label, behind an item."""


def grammar(dice: Dice, lexicon: Lexicon) -> Grammar:
    """Each part is drawn by itself; for a third of the documents the usual ones are taken."""
    separator = dice.weighted(_SEPARATORS)
    style = dice.chance()
    after_level1 = separator if style < 0.6 else "：" if style < 0.85 else dice.one("-:—/，；")
    after_level2 = separator if style < 0.75 else dice.one("：:，-；")
    after_name = separator if dice.whether(0.75) else dice.one("，；。：,")
    after_cycle = separator if dice.whether(0.85) else dice.one("，；。")
    colon = dice.weighted({":": 0.5, "：": 0.45, "": 0.02, " ": 0.03})
    other_colon = colon if dice.whether(0.8) else dice.one("：:")
    end = dice.weighted({"。": 0.5, "；": 0.36, ";": 0.06, "": 0.06, ".": 0.02})
    cycle_label, annual_label = lexicon.known("labels.cycle"), lexicon.known("labels.annual")
    if dice.whether(0.3):
        after_level1, after_name, colon, end = dice.one(_USUAL)
        after_level2, after_cycle, other_colon = after_level1, after_name, colon
        cycle_label, annual_label = "实施周期指标值", "年度指标值"
    order = dice.weighted({"cycle": 0.95, "annual": 0.035, "name": 0.015})
    return Grammar(
        marker=dice.weighted(MARKERS),
        dash=dice.weighted({"-": 0.85, "－": 0.04, "—": 0.04, ".": 0.03, " ": 0.02, "_": 0.02}),
        after_level1=after_level1,
        after_level2=after_level2,
        after_name=after_name,
        after_cycle=after_cycle,
        end=end,
        cycle_label=cycle_label,
        cycle_colon=colon,
        annual_label=annual_label,
        annual_colon=other_colon,
        stop=dice.one((0.0, 0.0, 0.1, 0.5, 0.9)),
        between=dice.weighted({"": 0.72, "\n": 0.2, " ": 0.05, "\n\n": 0.03}),
        bare=dice.whether(0.04),
        bracketed=dice.whether(0.03),
        name_label=_name_label(dice) if order == "name" or dice.whether(0.03) else "",
        order=order,
        slips=dice.one((0.0, 0.02, 0.02, 0.08)),
    )


def _name_label(dice: Dice) -> str:
    return dice.one(("指标名称", "三级指标", "指标内容", "指标")) + dice.one("：:")


class Printer:
    """Prints the indicators of one document."""

    def __init__(self, dice: Dice, grammar: Grammar, habits: Habits) -> None:
        self.dice = dice
        self.grammar = grammar
        self.habits = habits

    def goal(self, project: Project) -> Labelled:
        """The goal's cell; in bracket notation the goal has a label of its own there."""
        goal = value("goal", project.goal)
        if self.grammar.bracketed and project.goal and not project.withheld and self.dice.whether(0.7):
            label = self.dice.one(("【总体目标】", "【总体目标】", "【年度目标】", "[总体目标]"))
            return joined([plain(label), goal])
        return goal

    def indicators(self, indicators: tuple[Indicator, ...]) -> Labelled:
        builder = Builder()
        last = len(indicators) - 1
        dice, grammar = self.dice, self.grammar
        if grammar.bracketed:
            self._bracketed(builder, indicators)
            return builder.build()
        for at, indicator in enumerate(indicators):
            self._item(builder, indicator)
            end = self._sign(grammar.end)
            if at < last:
                builder.plain((end or ("" if grammar.between else "；")) + grammar.between)
            elif not dice.whether(0.1):
                builder.plain(end + end if dice.whether(0.02) else end)
        return builder.build()

    def _sign(self, usual: str) -> str:
        """Punctuation; now and then another than usual."""
        if self.grammar.slips and self.dice.chance() < self.grammar.slips:
            return self.dice.one("；，。;,：")
        return usual

    def _number(self, builder: Builder, number: str) -> None:
        before, behind = self.grammar.marker
        index = int(number)
        if before == "①":
            before, number = "", _CIRCLED[(index - 1) % 20]
        elif before == "一":
            if index > 10:
                return
            before, number = "", _CHINESE[index - 1]
        elif not before and not behind:
            return
        if before:
            builder.plain(before)
        builder.value("number", number)
        if behind:
            builder.plain(behind if not self._slips() else self.dice.one("、.．， "))

    def _slips(self) -> bool:
        return bool(self.grammar.slips) and self.dice.chance() < self.grammar.slips

    def _item(self, builder: Builder, item: Indicator) -> None:
        grammar = self.grammar
        self._number(builder, item.number)
        if item.level1:
            if item.level1_code:
                builder.value("level1_code", item.level1_code)
                builder.plain(grammar.dash)
            builder.value("level1", item.level1)
            builder.plain(self._sign(grammar.after_level1))
        if item.level2:
            if item.level2_code:
                builder.value("level2_code", item.level2_code)
                builder.plain(grammar.dash)
            builder.value("level2", item.level2)
            builder.plain(self._sign(grammar.after_level2))
        if grammar.order == "name" and (item.cycle or item.annual):
            self._values(builder, item)
            builder.plain(self._sign(grammar.after_name) + grammar.name_label)
            builder.value("indicator", item.name)
            return
        builder.plain(grammar.name_label)
        builder.value("indicator", item.name)
        if grammar.bare and not item.cycle and item.annual:
            builder.plain(grammar.annual_colon if grammar.annual_colon.strip() else "：")
            builder.value("annual", item.annual)
            return
        builder.plain(self._sign(grammar.after_name))
        self._values(builder, item)
        if grammar.end != "。" and self.dice.chance() < grammar.stop:
            builder.plain("。")

    def _values(self, builder: Builder, item: Indicator) -> None:
        grammar, dice = self.grammar, self.dice
        printed = [
            ("cycle", grammar.cycle_label + grammar.cycle_colon, item.cycle),
            ("annual", grammar.annual_label + self._sign(grammar.annual_colon), item.annual),
        ]
        if grammar.order == "annual":
            printed.reverse()
        printed = [one for one in printed if one[2]]
        if not printed and dice.whether(0.5):
            builder.plain(grammar.annual_label + grammar.annual_colon)  # a label without its value
        for at, (field, label, target) in enumerate(printed):
            if at:
                stop = "。" if dice.chance() < grammar.stop else ""
                builder.plain(stop + self._sign(grammar.after_cycle))
            builder.plain(label)
            builder.value(field, target)

    def _bracketed(self, builder: Builder, indicators: tuple[Indicator, ...]) -> None:
        """Items of one category stand behind it, or each has its own."""
        dice = self.dice
        open_, close = dice.one((("【", "】"), ("【", "】"), ("[", "]"), ("［", "］")))
        round_, round_close = dice.one((("(", ")"), ("（", "）"), ("(", ")")))
        colon = dice.one(":：")
        between = dice.one(("；", ";", "\n", "，", "", " "))
        dash = dice.one("--/－")
        grouped, held = dice.whether(0.4), ("", "")
        for at, item in enumerate(indicators, 1):
            category = item.level1, item.level2
            if any(category) and not (grouped and category == held):
                builder.plain(open_)
                if item.level1:
                    builder.value("level1", item.level1)
                if item.level1 and item.level2:
                    builder.plain(dash)
                if item.level2:
                    builder.value("level2", item.level2)
                builder.plain(close)
            held = category
            builder.plain("指标")
            builder.value("number", item.number)
            builder.plain(colon)
            builder.value("indicator", item.name)
            builder.plain(round_)
            if item.annual or item.cycle:
                builder.value("annual", item.annual or item.cycle)
            builder.plain(round_close + (between if at < len(indicators) else ""))


class GridColumn(NamedTuple):
    """A column of a grid: its header, and which field its cells hold ("" for none of them)."""

    label: str
    field: str


def columns(dice: Dice, lexicon: Lexicon, habits: Habits) -> list[GridColumn]:
    """Columns of one table, in one of the orders that are seen."""
    known = lexicon.known
    left = [GridColumn(known("columns.other"), "") for _ in range(dice.one((0, 0, 0, 1, 2, 2, 3)))]
    name = GridColumn(known("columns.name"), "name")
    funds: list[GridColumn] = []
    if habits.amounts:
        funds.append(GridColumn(known("columns.total"), "amount"))
        funds += [GridColumn(known("columns.funds"), "amount") for _ in range(habits.amounts - 1)]
    goal, indicators = (
        GridColumn(known("columns.goal"), "goal"),
        GridColumn(known("columns.indicators"), "indicators"),
    )
    right = [GridColumn(known("columns.other"), "")] if dice.whether(0.08) else []
    order = dice.chance()
    if order < 0.7:
        return [*left, name, *funds, goal, indicators, *right]
    if order < 0.8:
        return [*left, name, goal, indicators, *funds, *right]
    if order < 0.87:
        return [name, *left, *funds, goal, indicators, *right]
    return [*left[:1], *funds, *left[1:], name, goal, indicators, *right]


def cells(
    dice: Dice, lexicon: Lexicon, printer: Printer, project: Project, table: list[GridColumn], unit: str
) -> list[tuple[str, Labelled]]:
    """The project's cells with their headers; an amount may be missing, and then its cell is."""
    amounts = iter(_spread(dice, project.amounts, sum(column.field == "amount" for column in table)))
    made: list[tuple[str, Labelled]] = []
    for column in table:
        cell = plain("")
        if column.field == "name":
            cell = value("name", project.name)
        elif column.field == "amount":
            amount = next(amounts, "")
            cell = value("amount", amount) if amount else plain("")
        elif column.field == "goal":
            cell = printer.goal(project)
        elif column.field == "indicators":
            cell = printer.indicators(project.indicators)
            if project.withheld and not project.indicators and dice.whether(0.5):
                cell = plain(project.goal)
        else:
            cell = plain(_other(dice, lexicon, column.label, unit))
        made.append((column.label, cell))
    return made


def _spread(dice: Dice, amounts: tuple[str, ...], columns: int) -> list[str]:
    """The amounts in their order, among blanks; the first column has one, nearly always."""
    blanks = columns - len(amounts)
    spread = list(amounts)
    for _ in range(max(0, blanks)):
        spread.insert(dice.number(0 if dice.whether(0.1) else min(1, len(spread)), len(spread)), "")
    return spread


def _other(dice: Dice, lexicon: Lexicon, label: str, unit: str) -> str:
    """What stands in a column that is not to be read."""
    if any(word in label for word in ("部门", "单位", "处室")):
        return unit
    if "编码" in label or "电话" in label:
        return str(dice.number(10**7, 10**12))
    if "序号" in label:
        return str(dice.number(1, 60))
    if "时间" in label or "周期" in label:
        year = dice.number(2020, 2028)
        return dice.one(
            (f"{year}-{year + 2}", f"{year}年1月1日至{year}年12月31日", f"{year}", f"{dice.number(1, 5)}年")
        )
    if "依据" in label:
        return f"《{lexicon.word('objects')}{lexicon.word('works')}办法》"
    return dice.one(
        ("否", "是", "其他运转类", "特定目标类", "延续项目", "一次性项目", "", lexicon.word("objects"), "经常性项目")
    )


__all__ = ["Grammar", "GridColumn", "Printer", "cells", "columns", "grammar"]
