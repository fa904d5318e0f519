"""Indicators in rows: the table at the foot of a form, and the right-hand side of a list."""

from __future__ import annotations

from typing import NamedTuple

from extractor.tagger.cells.roles import other, value
from extractor.tagger.cells.synthesis.sheet import Box, Item, beside, line, one, stack
from extractor.tagger.cells.synthesis.writer import Writer, labels

_SIGNS = ("≥", "≥", "≥", "≤", "=", "＝", "定性", ">", "<", "≧", "═", "＞=", "大于等于", "小于等于", "正向指标", "等于")
_UNFILLED = 0.1


class Columns(NamedTuple):
    """Which columns a table of indicators has, in order; `headed` with their headers, `widths` in grid steps."""

    fields: tuple[str, ...]
    headers: tuple[Item, ...]
    widths: tuple[int, ...]
    split: bool
    """Operator and unit stand in columns of their own."""


def columns(writer: Writer, most: int, spare: int = 0) -> Columns:
    """Columns of one document; at most so many."""
    dice = writer.dice
    fields: list[str] = []
    if dice.whether(0.92):
        fields.append("level1")
    if dice.whether(0.9 if fields else 0.4):
        fields.append("level2")
    if dice.whether(0.06):
        fields.insert(dice.number(0, len(fields)), "number")
    fields.append("indicator")
    split = dice.whether(0.4)
    values: list[str] = []
    if split and dice.whether(0.85):
        values.append("operator")
    if dice.whether(0.08):
        values += ["cycle", "annual"]
    else:
        values.append("annual")
    if split and dice.whether(0.85):
        values.insert(dice.number(0, 1) if dice.whether(0.1) else len(values), "measure")
    if dice.whether(0.38):
        values.insert(dice.one((len(values), len(values), 0)), "weight")
    behind = ["own"] * dice.weighted({0: 0.45, 1: 0.15, 2: 0.16, 3: 0.14, 4: 0.07, 6: 0.03})
    if "weight" in values and dice.whether(0.25) and behind:
        values.remove("weight")
        behind.insert(dice.number(0, len(behind)), "weight")
    fields = [*fields, *values, *behind]
    while len(fields) > most and "own" in fields:
        fields.remove("own")
    for field in ("weight", "measure", "operator", "number", "level1", "cycle", "level2"):
        if len(fields) > most and field in fields:
            fields.remove(field)
    widths = writer.shared(len(fields) + spare, len(fields))
    return Columns(tuple(fields), tuple(_headers(writer, fields)), tuple(widths), "operator" in fields)


def _headers(writer: Writer, fields: list[str]) -> list[Item]:
    dice = writer.dice
    spread = dice.whether(0.08)  # values for each site, each half of the year
    items = []
    for field in fields:
        if field == "own":
            name = "indicators.spread" if spread else dice.one(("indicators.actual", "indicators.own"))
        else:
            name = f"indicators.{field}"
        if field == "annual" and spread and dice.whether(0.3):
            name = "indicators.spread"
        items.append(writer.label(name, field, colon=False))
    return items


def rows(writer: Writer, table: Columns, most: int = 14) -> Box:
    """The rows of one project's indicators, their categories merged over the rows that they cover."""
    dice = writer.dice
    count = dice.weighted({dice.number(1, 4): 0.3, dice.number(3, 8): 0.5, dice.number(6, most): 0.2})
    levels = _levels(writer, count)
    sums_up_points = dice.whether(0.15)
    merged = dice.weighted({"merged": 0.78, "repeated": 0.12, "blank": 0.1})
    bodies: list[Box] = []
    left = [field for field in table.fields if field in ("level1", "level2")]
    for level1, groups in levels:
        inner: list[Box] = []
        for level2, number in groups:
            boxes = [_one_row(writer, table, level1, level2, at == 0, merged) for at in range(number)]
            body = stack(boxes)
            if "level2" in left and merged == "merged":
                body = _with(table, "level2", level2, body, left)
            inner.append(body)
        box = stack(inner)
        if "level1" in left and merged == "merged":
            box = _with(table, "level1", level1, box, left)
        bodies.append(box)
    box = stack(bodies)
    if sums_up_points and ("weight" in table.fields or "own" in table.fields) and len(table.fields) > 2:
        box = stack([box, _sum(writer, table)])
    return box


def _levels(writer: Writer, count: int) -> list[tuple[Item, list[tuple[Item, int]]]]:
    """Categories with the number of indicators below each."""
    dice = writer.dice
    made: list[tuple[Item, list[tuple[Item, int]]]] = []
    points = dice.whether(0.12)
    while count > 0:
        first: Item | None = None
        above = ""
        groups = []
        for _ in range(dice.number(1, 4)):
            if count <= 0:
                break
            level1, level2 = _category(writer, above)
            if first is None:
                above = level1
                first = Item(
                    _upright(writer, level1 + (f"（{dice.number(1, 6) * 10}分）" if points else "")), value("level1")
                )
            number = min(count, dice.weighted({1: 0.6, 2: 0.25, 3: 0.1, 5: 0.05}))
            groups.append((Item(_upright(writer, level2), value("level2")), number))
            count -= number
        if first is not None:
            made.append((first, groups))
    return made


def _category(writer: Writer, above: str) -> tuple[str, str]:
    """Both categories of an indicator; below `above` if there is one that goes with it."""
    if writer.process and writer.dice.whether(0.5):
        return above or writer.dice.one(labels()["levels.level1"]), writer.dice.one(labels()["levels.level2"])
    for _ in range(8):
        _, level1, _, level2 = writer.author._category(writer.habits._replace(level1=True, level2=True))
        if not above or level1 == above:
            break
    return level1, level2


def _upright(writer: Writer, text: str) -> str:
    dice = writer.dice
    if dice.whether(0.1) and len(text) > 3:
        return f"{text[:-2]}\n{text[-2:]}"
    return "\n".join(text) if dice.whether(0.05) and len(text) < 6 else text


def _with(table: Columns, field: str, item: Item, body: Box, left: list[str]) -> Box:
    """The category's cell beside the rows that it covers."""
    return (
        beside(one(item, table.widths[table.fields.index(field)], body.height), body) if _leads(table, field) else body
    )


def _leads(table: Columns, field: str) -> bool:
    """Whether a category stands to the left of everything else that its rows print."""
    at = table.fields.index(field)
    return all(one_field in ("level1", "level2") for one_field in table.fields[:at])


def _one_row(writer: Writer, table: Columns, level1: Item, level2: Item, first: bool, merged: str) -> Box:
    dice = writer.dice
    unfilled = dice.whether(_UNFILLED)
    filled = _filled(writer, table)
    items, widths = [], []
    for field, width in zip(table.fields, table.widths, strict=True):
        if field in ("level1", "level2"):
            if merged == "merged" and _leads(table, field):
                continue
            item = level1 if field == "level1" else level2
            item = item if merged == "repeated" or first else writer.blank()
        elif field == "number":
            item = Item(str(dice.number(1, 30)), value("number"))
        elif unfilled:
            item = _unfilled(writer, field)
        else:
            item = filled.get(field) or _own(writer)
        items.append(item)
        widths.append(width)
    return line(items, widths)


def _unfilled(writer: Writer, field: str) -> Item:
    """What a template leaves in a row that nobody filled in."""
    dice = writer.dice
    if field == "indicator":
        return writer.template() if dice.whether(0.7) else writer.blank()
    if field in ("annual", "cycle", "measure", "operator"):
        unit, sign, stars = writer.author._unit(), dice.one("≥≤="), dice.one(("**", "*", "×", "XX", "__"))
        left = (unit, f"{sign}{stars}{unit}", f"{stars}{unit}", f"（{sign}{stars}{unit}）")
        text = dice.one(("", "", "", *left, "%", sign, "/", "万元", "……"))
        return Item(text, other("template")) if text else writer.blank()
    return writer.blank()


def _filled(writer: Writer, table: Columns) -> dict[str, Item]:
    dice, author = writer.dice, writer.author
    name = author._measure().strip("。；;，, \n")
    if dice.whether(0.12):
        name = f"{dice.one(('指标', '目标', ''))}{dice.number(1, 4)}{dice.one('：:.、')}{name}"
    text = author.value()
    items = {"indicator": Item(name, value("indicator")), "annual": Item(text, value("annual"))}
    if table.split:
        qualitative = dice.whether(0.15)
        sign = "定性" if qualitative else dice.one(_SIGNS)
        text = author._quality() if qualitative else dice.one((author.count(), author.count(), "100", "95", "90"))
        items["annual"] = Item(text, value("annual"))
        items["operator"] = Item(sign, value("operator"))
        measure = "" if qualitative else author._unit()
        items["measure"] = Item(measure, value("measure")) if measure else writer.blank()
    elif "measure" in table.fields:
        measure = author._unit()
        items["measure"] = Item(measure, value("measure"))
        items["annual"] = Item(dice.one((author.count(), f"≥{author.count()}", "100", "≥95")), value("annual"))
    if "cycle" in table.fields:
        cycle = items["annual"].text if writer.habits.same else author.value()
        items["cycle"] = Item(cycle, value("cycle")) if dice.whether(0.9) else writer.blank()
    weight = dice.one(
        (
            str(dice.number(1, 30)),
            str(dice.number(4, 12) * 5),
            "10",
            "5",
            "15",
            f"{dice.number(1, 20)}%",
            "",
            "7.5",
            "/",
            "10.00",
        )
    )
    items["weight"] = Item(weight, value("weight")) if weight else writer.blank()
    return items


def _own(writer: Writer) -> Item:
    dice, author = writer.dice, writer.author
    roll = dice.chance()
    if roll < 0.3:
        text = author.value()
    elif roll < 0.6:
        text = dice.one((str(dice.number(0, 30)), "10", "100%", "100", f"{dice.number(1, 9)}.5", "5"))
    elif roll < 0.75:
        text = ""
    elif roll < 0.85:
        text = author.clause()
    else:
        text = dice.one(
            ("无", "完成", "达成预期指标", "/", "-", "优", "良", "未完成", "统计数据", "工作资料", "部分达成")
        )
    return Item(text, value("own")) if text else writer.blank()


def _sum(writer: Writer, table: Columns) -> Box:
    dice = writer.dice
    items = [
        Item(dice.one(("100", "98.5", "90", "96.30", "")), other("sum_money")) if field in ("weight", "own") else None
        for field in table.fields
    ]
    at = next((index for index, item in enumerate(items) if item is not None), 0)
    cells = [Item(dice.one(("总分", "合计", "总计", "得分合计", "自评总分")), other("sum_label"))]
    widths = [sum(table.widths[:at]) or 1]
    for item, width in zip(items[at:], table.widths[at:], strict=True):
        cells.append(item if item is not None and item.text else writer.blank())
        widths.append(width)
    return line(cells, widths)


def indicators(writer: Writer, width: int) -> list[Box]:
    """The table of a form, beside the heading of all its rows."""
    dice = writer.dice
    has_side = width > 3 and dice.whether(0.75)
    side = 1 if has_side else 0
    if dice.whether(0.13) and width - side >= 5:
        return [_twin(writer, width, side)]
    table = columns(writer, width - side)
    spare = width - side - len(table.fields)
    table = table._replace(widths=tuple(writer.shared(len(table.fields) + spare, len(table.fields))))
    head = line(table.headers, table.widths)
    if dice.whether(0.08) and len(table.fields) > 3:
        head = _two_lines(writer, table)
    body = rows(writer, table)
    boxes = [stack([head, body])] if dice.whether(0.97) else [body]
    if not has_side:
        return boxes
    if dice.whether(0.12):  # the heading covers the rows alone
        return [
            beside(one(writer.blank() if dice.whether(0.5) else writer.group("indicators.side"), 1, head.height), head),
            beside(one(writer.group("indicators.side"), 1, body.height), body),
        ]
    return [beside(one(writer.group("indicators.side"), 1, box.height), box) for box in boxes]


def _two_lines(writer: Writer, table: Columns) -> Box:
    """Headers over headers: some columns share a heading."""
    dice = writer.dice
    first = dice.number(1, len(table.fields) - 2)
    last = dice.number(first + 2, len(table.fields))
    left = line(table.headers[:first], table.widths[:first], 2)
    widths = table.widths[first:last]
    middle = stack([one(writer.group("list.header_indicators"), sum(widths)), line(table.headers[first:last], widths)])
    if last == len(table.fields):
        return beside(left, middle)
    return beside(left, middle, line(table.headers[last:], table.widths[last:], 2))


def _twin(writer: Writer, width: int, side: int) -> Box:
    """Several years' indicators to the left, the year's to the right: names and values twice."""
    dice = writer.dice
    has_levels = width - side >= 6
    left = 2 if has_levels else 0
    widths = writer.shared(width - side - left, 4)
    same_names = dice.whether(0.6)
    heads = [
        writer.label("indicators.indicator", "indicator", colon=False),
        writer.label("indicators.cycle" if dice.whether(0.4) else "indicators.annual", "cycle", colon=False),
        writer.label("indicators.indicator", "indicator", colon=False),
        writer.label("indicators.annual", "annual", colon=False),
    ]
    rows_: list[Box] = []
    head = line(heads, widths)
    if has_levels:
        levels = [
            writer.label("indicators.level1", "level1", colon=False),
            writer.label("indicators.level2", "level2", colon=False),
        ]
        head = beside(line(levels, [1, 1]), head)
    for level1, groups in _levels(writer, dice.number(2, 8)):
        inner = []
        for level2, number in groups:
            lines = []
            for _ in range(number):
                name = writer.author._measure().strip("。；;，, \n")
                again = name if same_names else writer.author._measure().strip("。；;，, \n")
                texts = (
                    Item(name, value("indicator")),
                    Item(writer.author.value(), value("cycle")),
                    Item(again, value("indicator")),
                    Item(writer.author.value(), value("annual")),
                )
                lines.append(line(texts, widths))
            body = stack(lines)
            inner.append(beside(one(level2, 1, body.height), body) if has_levels else body)
        body = stack(inner)
        rows_.append(beside(one(level1, 1, body.height), body) if has_levels else body)
    box = stack([head, *rows_])
    return beside(one(writer.group("indicators.side"), side, box.height), box) if side else box


__all__ = ["Columns", "columns", "indicators", "rows"]
