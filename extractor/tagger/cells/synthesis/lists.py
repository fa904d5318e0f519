"""Lists: a project a row, an indicator a row below merged cells of its project; and lists that hold no project."""

from __future__ import annotations

from extractor.tagger.cells.roles import MONEY, label, other, value
from extractor.tagger.cells.synthesis.indicators import Columns, columns, rows
from extractor.tagger.cells.synthesis.money import planned_columns, sources
from extractor.tagger.cells.synthesis.sheet import Box, Item, beside, line, one, stack
from extractor.tagger.cells.synthesis.writer import Writer, labels

_FUNDS = (*MONEY, "several_money", "superseded", "executed")


class _Head:
    """The columns of a list that stand once for a project."""

    def __init__(self, writer: Writer, indicators: Columns | None) -> None:
        dice = writer.dice
        fields = ["name"]
        if dice.whether(0.35):
            fields.insert(0, "unit")
        if dice.whether(0.22):
            fields.insert(0, "department")
        if dice.whether(0.25):
            fields.insert(0, "number")
        if dice.whether(0.15):
            fields.insert(dice.number(0, len(fields)), "code")
        for _ in range(dice.weighted({0: 0.6, 1: 0.25, 2: 0.15})):
            fields.insert(dice.number(fields.index("name") + 1, len(fields)), "attribute")
        if dice.whether(0.9):
            funds = planned_columns(sources(writer))
            if dice.whether(0.08):
                funds.insert(0, dice.one(("several_money", "superseded", "executed")))
            fields += funds
        if dice.whether(0.75 if indicators is not None else 0.6):
            fields.append("goal")
            if dice.whether(0.08):
                fields.insert(len(fields) - 1, "several_goal")
        self.fields = fields
        self.headers = [self._header(writer, field) for field in fields]
        self.indicators = indicators
        self.body = indicators is None
        if self.body:
            self.headers.append(Item(writer.word("list.body"), label("indicator")))

    def _header(self, writer: Writer, field: str) -> Item:
        if field == "number":
            return Item(writer.word("indicators.number"), label("attribute"))
        table = "goal" if "goal" in field else "money" if field in _FUNDS else "head"
        return writer.label(f"{table}.{field}", field, colon=False)


def _cells(writer: Writer, head: _Head, at: int, unit: str) -> list[Item]:
    """What a project prints once."""
    items = []
    withheld = writer.dice.whether(0.04)
    for field in head.fields:
        if field == "name":
            items.append(Item(writer.name(), value("name"), starts=True))
        elif field == "number":
            items.append(Item(str(at), value("attribute")))
        elif field == "code":
            items.append(Item(str(writer.dice.number(10**8, 10**20)), value("code")))
        elif field in ("unit", "department"):
            items.append(Item(unit, value(field)) if writer.dice.whether(0.92) else writer.blank())
        elif field == "attribute":
            text = writer.attribute()
            items.append(Item(text, value("attribute")) if text else writer.blank())
        elif withheld and field == "goal":
            items.append(Item(writer.lexicon.known("withheld"), value("goal")))
        elif field in ("goal", "several_goal"):
            items.append(Item(writer.goal(), value(field)) if writer.dice.whether(0.96) else writer.blank())
        else:
            items.append(writer.money(field))
    return items


def _body(writer: Writer) -> Item:
    """Goal and indicators in one piece."""
    dice = writer.dice
    indicators = tuple(writer.author.indicator(writer.habits, at) for at in range(1, dice.number(2, 8)))
    text = writer.printer.indicators(indicators).text
    if dice.whether(0.15):
        text = f"{writer.goal()}\n{text}"
    return Item(text, other("body"))


def projects(writer: Writer) -> Box:
    """A row for each project, or a row for each indicator beside merged cells."""
    dice = writer.dice
    by_indicator = dice.whether(0.6)
    table = columns(writer, 9) if by_indicator else None
    head = _Head(writer, table)
    dice.chance()  # decides nothing any more; without it a seed would give other tables than the weights were made of
    widths = [1] * len(head.fields)
    boxes = [_header_rows(writer, head, widths, table)]
    wide = boxes[0].width
    if dice.whether(0.35):
        boxes.insert(0, one(Item(_title(writer), other("heading")), wide))
    unit = writer.organisation()
    repeat = dice.weighted({"merged": 0.75, "repeated": 0.12, "blank": 0.13})
    for at in range(1, dice.weighted({1: 0.2, dice.number(2, 5): 0.5, dice.number(4, 12): 0.3}) + 1):
        if dice.whether(0.12):
            unit = writer.organisation()
        if dice.whether(0.08):
            boxes.append(_sum_row(writer, head, wide, unit))
        boxes.append(_project(writer, head, widths, table, at, unit, repeat))
        if dice.whether(0.03):
            boxes.append(_header_rows(writer, head, widths, table))
    if dice.whether(0.3):
        boxes.insert(2 if dice.whether(0.5) and len(boxes) > 2 else len(boxes), _sum_row(writer, head, wide, "合计"))
    return stack(boxes)


def _title(writer: Writer) -> str:
    whose = writer.dice.one(("", f"{writer.author.year()}年", writer.author.organisation()))
    return whose + writer.word("titles.list")


def _header_rows(writer: Writer, head: _Head, widths: list[int], table: Columns | None) -> Box:
    dice = writer.dice
    if table is None:
        return line(head.headers, [*widths, 1])
    right = line(table.headers, table.widths)
    if not dice.whether(0.3):
        return beside(line(head.headers, widths), right)
    right = stack([one(writer.group("list.header_indicators"), right.width), right])
    return beside(line(head.headers, widths, 2), right)


def _project(
    writer: Writer, head: _Head, widths: list[int], table: Columns | None, at: int, unit: str, repeat: str
) -> Box:
    items = _cells(writer, head, at, unit)
    if table is None:
        return line([*items, _body(writer)], [*widths, 1])
    body = rows(writer, table, 8)
    if repeat == "merged":
        return beside(line(items, widths, body.height), body)
    below = [Item(item.text, item.role) if repeat == "repeated" and item.text else writer.blank() for item in items]
    left = stack([line(items, widths), *(line(below, widths) for _ in range(body.height - 1))])
    return beside(left, body)


def _sum_row(writer: Writer, head: _Head, wide: int, text: str) -> Box:
    """合计, or the row of a unit: a label, the sums below their columns."""
    dice = writer.dice
    cells, widths = [], []
    first = next((at for at, field in enumerate(head.fields) if field in _FUNDS), len(head.fields))
    if text != "合计" and dice.whether(0.5):
        text = dice.one((text, dice.one(labels()["list.category"])))
    cells.append(Item(text, other("sum_label")))
    widths.append(max(1, first))
    at = widths[0]
    for field in head.fields[first:]:
        cells.append(Item(writer.amount(), other("sum_money")) if field in _FUNDS else writer.blank())
        widths.append(1)
        at += 1
    cells = [cell if cell.text else writer.blank() for cell in cells]
    if at < wide:
        cells.append(writer.blank())
        widths.append(wide - at)
    return line(cells, widths)


def allotment(writer: Writer) -> Box:
    """Money shared out among projects, without goals: no project of this kind of table."""
    dice = writer.dice
    names = [writer.word("head.name"), *(writer.word("head.attribute") for _ in range(dice.number(0, 3)))]
    funds = [writer.word(f"money.{field}") for field in planned_columns(sources(writer))]
    headers = ["序号", *names, *funds] if dice.whether(0.6) else [*names, *funds]
    width = len(headers)
    boxes = [line([Item(text, label("attribute")) for text in headers], [1] * width)]
    if dice.whether(0.5):
        boxes.insert(0, one(Item(writer.word("titles.allotment"), other("heading")), width))
    for at in range(1, dice.number(3, 16)):
        texts = [str(at)] if len(headers) > len(names) + len(funds) else []
        texts += [
            writer.name() if dice.whether(0.6) else writer.organisation(),
            *(writer.attribute() for _ in names[1:]),
        ]
        texts += [writer.amount() for _ in funds]
        boxes.append(line([Item(text, value("attribute")) if text else writer.blank() for text in texts], [1] * width))
    return stack(boxes)


def budget(writer: Writer) -> Box:
    """A finance table: functions and amounts."""
    dice = writer.dice
    width = dice.number(2, 9)
    boxes = [line([Item(writer.word("budget.columns"), label("attribute")) for _ in range(width)], [1] * width)]
    if dice.whether(0.6):
        boxes.insert(0, one(Item(writer.word("titles.budget"), other("heading")), width))
    for _ in range(dice.number(4, 22)):
        cells = [Item(writer.word("budget.rows"), other("sum_label"))]
        cells += [
            Item(text, other("sum_money")) if text else writer.blank()
            for text in (writer.amount() for _ in range(width - 1))
        ]
        if width > 2 and dice.whether(0.3):
            cells[0:2] = [Item(str(dice.number(201, 2_299_999)), other("text")), cells[0]]
        boxes.append(line(cells[:width], [1] * width))
    return stack(boxes)


def meta(writer: Writer) -> Box:
    """What a web page prints above its text: 索引号, 发布日期 …"""
    dice = writer.dice
    terms = ("索引号", "主题分类", "发文机关", "成文日期", "发布日期", "文号", "主题词", "标题", "有效性", "信息来源")
    boxes = []
    for _ in range(dice.number(1, 4)):
        items = []
        for _ in range(2):
            items += [
                Item(dice.one(terms) + dice.one(("", "：")), label("attribute")),
                Item(writer.attribute() or "/", value("attribute")),
            ]
        boxes.append(line(items, [1] * 4))
    return stack(boxes)


__all__ = ["allotment", "budget", "meta", "projects"]
