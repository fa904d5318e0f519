"""Forms: one project each, several below one another; and tables that look like forms and hold no project."""

from __future__ import annotations

from extractor.tagger.cells.roles import MONEY, label, other, value
from extractor.tagger.cells.synthesis.goals import goals
from extractor.tagger.cells.synthesis.indicators import indicators
from extractor.tagger.cells.synthesis.money import money
from extractor.tagger.cells.synthesis.sheet import Box, Item, Placed, beside, line, one, stack
from extractor.tagger.cells.synthesis.writer import Writer, labels

_WIDTHS = {4: 0.05, 5: 0.12, 6: 0.2, 7: 0.2, 8: 0.16, 9: 0.12, 10: 0.08, 12: 0.07}


def width_of(writer: Writer) -> int:
    return writer.dice.weighted(_WIDTHS)


def form(writer: Writer, width: int, order: tuple[str, ...]) -> Box:
    """One project's form; forms of one document have the same order of parts."""
    boxes: list[Box] = []
    for part in order:
        boxes += _PARTS[part](writer, width)
    return stack(boxes)


def order_of(writer: Writer) -> tuple[str, ...]:
    """In which order the parts of a form stand."""
    dice = writer.dice
    middle = ["money", "goals"]
    if dice.whether(0.12):
        middle.reverse()
    for _ in range(dice.weighted({0: 0.6, 1: 0.25, 2: 0.15})):
        middle.insert(dice.number(0, len(middle)), "more")
    parts = ["head", *middle, "indicators"] if dice.whether(0.95) else ["head", *middle]
    if dice.whether(0.5):
        parts.insert(0, "title")
    if dice.whether(0.3):
        parts.append("tail")
    return tuple(parts)


def _title(writer: Writer, width: int) -> list[Box]:
    dice = writer.dice
    boxes = [one(Item(_heading(writer, "titles.form"), other("heading")), width)]
    if dice.whether(0.4):
        boxes.append(
            one(
                Item(
                    dice.one(
                        (
                            f"（{writer.author.year()}年度）",
                            "单位：万元",
                            "金额单位：元",
                            f"（{writer.author.year()}年）",
                        )
                    ),
                    other("heading"),
                ),
                width,
            )
        )
    if dice.whether(0.15):
        text = f"{dice.one(('填报单位', '部门名称', '单位名称', '申报单位'))}{dice.one('：:')}{writer.organisation()}"
        boxes.append(one(Item(text, value("unit")), width))
    return boxes


def _heading(writer: Writer, name: str) -> str:
    dice = writer.dice
    title = writer.word(name)
    return dice.one((title, title, f"{writer.author.year()}年{title}", f"{writer.author.organisation()}{title}"))


def _head(writer: Writer, width: int) -> list[Box]:
    """Name, department, unit and what else stands at the head of a form."""
    dice = writer.dice
    pairs: list[list[Item]] = []
    if dice.whether(0.9):
        pairs.append(_department(writer))
    if dice.whether(0.12):
        pairs.insert(
            dice.number(0, len(pairs)),
            [writer.label("head.ministry", "ministry"), Item(writer.organisation(), value("ministry"))],
        )
    if dice.whether(0.75):
        pairs.append(
            [
                writer.label("head.unit", "unit"),
                Item(writer.organisation(), value("unit")) if dice.whether(0.95) else writer.blank(),
            ]
        )
    if dice.whether(0.2):
        pairs.append([writer.label("head.code", "code"), Item(str(dice.number(10**8, 10**20)), value("code"))])
    for _ in range(dice.weighted({0: 0.3, 1: 0.15, 2: 0.2, 4: 0.2, 6: 0.1, 8: 0.05})):
        pairs.append(_attribute(writer))
    if dice.whether(0.3):
        dice.random.shuffle(pairs)
    name = [
        writer.label("head.name", "name", keep="name"),
        Item(writer.name(), value("name"), starts=True),
    ]
    at = 0 if dice.whether(0.85) else dice.number(0, len(pairs))
    rows: list[list[Item]] = []
    most = max(1, min(3, width // 2))
    alone = dice.whether(0.75)
    waiting: list[Item] = []
    for index, pair in enumerate([*pairs[:at], name, *pairs[at:]]):
        if index == at and alone:
            rows += [waiting] if waiting else []
            rows.append(pair)
            waiting = []
            continue
        waiting += pair
        if len(waiting) >= 2 * most or dice.whether(0.35):
            rows.append(waiting)
            waiting = []
    if waiting:
        rows.append(waiting)

    if writer.glued:
        rows = [_glued(items) for items in rows]

    def make(inner: int) -> Box:
        return stack(line(items, writer.shared(inner, len(items))) for items in rows)

    longest = max(map(len, rows))
    if width > longest and dice.whether(0.15):
        box = make(width - 1)
        text = dice.one(("基本信息", "项目基本情况", "项目概况", "基本情况"))
        return [beside(one(Item(text, other("group")), 1, box.height), box)]
    return [make(width)]


def _glued(items: list[Item]) -> list[Item]:
    """Each label and its value in one cell."""
    pairs = zip(items[::2], items[1::2], strict=True)
    return [
        Item(f"{name.text.rstrip('：:')}：{item.text}", item.role if item.text else name.role, item.starts)
        for name, item in pairs
    ]


def _department(writer: Writer) -> list[Item]:
    return [writer.label("head.department", "department"), Item(writer.organisation(), value("department"))]


def _attribute(writer: Writer) -> list[Item]:
    text = writer.attribute()
    return [
        writer.label("head.attribute", "attribute"),
        Item(text, value("attribute")) if text else writer.blank(),
    ]


def _more(writer: Writer, width: int) -> list[Box]:
    """Attributes between the parts: paragraphs beside their labels."""
    boxes = []
    for _ in range(writer.dice.number(1, 4)):
        pair = _attribute(writer)
        if writer.dice.whether(0.1):
            boxes += [one(item, width) for item in pair]
        else:
            boxes.append(line(pair, writer.shared(width, 2)))
    return boxes


def _tail(writer: Writer, width: int) -> list[Box]:
    boxes = _more(writer, width) if writer.dice.whether(0.5) else []
    if writer.dice.whether(0.6) or not boxes:
        boxes.append(one(Item(writer.dice.one(labels()["notes.terms"]), other("note")), width))
    return boxes


_PARTS = {
    "title": _title,
    "head": _head,
    "money": money,
    "goals": goals,
    "more": _more,
    "indicators": indicators,
    "tail": _tail,
}


def forms(writer: Writer) -> Box:
    """Several forms in one table, alike in everything but what they say."""
    width, order = width_of(writer), order_of(writer)
    made = [form(writer, width, order)]
    for _ in range(writer.dice.weighted({0: 0.62, 1: 0.22, 2: 0.1, 4: 0.06})):
        # The next form of a file is mostly the same form, filled in anew.
        made.append(_refilled(made[0], writer) if writer.dice.whether(0.7) else form(writer, width, order))
    return stack(made)


def _refilled(box: Box, writer: Writer) -> Box:
    """The same form of another project."""
    author = writer.author
    new = {
        value("name"): writer.name,
        value("unit"): writer.organisation,
        value("goal"): writer.goal,
        value("several_goal"): writer.goal,
        value("achieved"): writer.achieved,
        value("attribute"): writer.attribute,
        value("indicator"): author._measure,
        value("own"): author.value,
        **{value(field): writer.amount for field in (*MONEY, "several_money", "executed", "superseded")},
    }
    cells = []
    for cell in box.cells:
        item = cell.item
        make = new.get(item.role)
        if make is not None and not item.text.endswith((":", "：")) and writer.dice.whether(0.9):
            text = make()
            item = item._replace(text=text) if text else Item("", other("blank"), item.starts)
        cells.append(cell._replace(item=item))
    return Box(box.height, box.width, tuple(cells))


def template(writer: Writer) -> Box:
    """A form that nobody filled in: no project."""
    return _recast(forms(writer), writer, blank=True)


def whole(writer: Writer) -> Box:
    """A department's goals for everything it does: a form without a project."""
    width = width_of(writer)
    dice = writer.dice
    boxes = [one(Item(_heading(writer, "titles.whole"), other("heading")), width)]
    boxes.append(
        line(
            [Item(writer.word("whole.name"), label("unit")), Item(writer.organisation(), value("unit"))],
            writer.shared(width, 2),
        )
    )
    for _ in range(dice.number(1, 6)):
        pair = [
            Item(writer.word("whole.rows"), label("attribute")),
            Item(dice.one((writer.amount(), writer.text(1, 4))), value("attribute")),
        ]
        boxes.append(line(pair, writer.shared(width, 2)))
    parts = [*money(writer, width), *goals(writer, width), *indicators(writer, width)]
    return stack([*boxes, *parts])


def _recast(box: Box, writer: Writer, *, blank: bool) -> Box:
    """The same cells without what a person fills in."""
    fixed = {value("level1"), value("level2"), value("operator"), value("measure"), value("weight")}
    cells = []
    for cell in box.cells:
        item = cell.item
        if item.role < label("name") and item.role not in fixed and blank:
            item = writer.template() if writer.dice.whether(0.15) else writer.blank()
        cells.append(Placed(cell.row, cell.column, cell.height, cell.width, item._replace(starts=False)))
    return Box(box.height, box.width, tuple(cells))


__all__ = ["forms", "template", "whole"]
