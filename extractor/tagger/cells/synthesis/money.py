"""Money in a form: fifteen ways to print it, each a box of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from extractor.tagger.cells.roles import label, other, value
from extractor.tagger.cells.synthesis.sheet import Box, Item, beside, line, one, stack
from extractor.tagger.cells.synthesis.writer import Writer


def money(writer: Writer, width: int) -> list[Box]:
    """The rows of a form's money; none in a few forms."""
    return writer.dice.weighted(_SHAPES)(writer, width)


def sources(writer: Writer, total: bool = True) -> list[str]:
    """Which fields a form prints, in order."""
    dice = writer.dice
    fields = ["total"] if total and dice.whether(0.88) else []
    if dice.whether(0.85):
        fields.append("fiscal")
        fields += ["breakdown"] * dice.weighted({0: 0.6, 1: 0.15, 2: 0.15, 3: 0.1})
    if dice.whether(0.15):
        fields.append("special_account")
    fields += ["breakdown"] * dice.weighted({0: 0.6, 1: 0.2, 2: 0.1, 4: 0.1})
    if dice.whether(0.7):
        fields.append("other")
    return fields or ["total"]


def _sided(writer: Writer, width: int, make: Callable[[int], Box], needs: int = 2) -> Box:
    """Rows that need so much room, beside the heading of them all, or without."""
    if width <= needs or writer.dice.whether(0.3):
        return make(width)
    side = writer.dice.number(1, min(width - needs, max(1, width // 4)))
    box = make(width - side)
    return beside(one(writer.group("money.side"), side, box.height), box)


def _pair(writer: Writer, field: str, width: int, amount: str | None = None) -> Box:
    widths = writer.shared(width, 2)
    return line([writer.money_label(f"money.{field}", field), writer.money(field, amount)], widths)


def _rows(writer: Writer, width: int) -> list[Box]:
    """A label and an amount a row."""
    fields = sources(writer)
    return [_sided(writer, width, lambda inner: stack(_pair(writer, field, inner) for field in fields))]


def _columns(writer: Writer, width: int) -> list[Box]:
    """A row of headers over a row of amounts."""
    fields = sources(writer)[:width]

    def make(inner: int) -> Box:
        widths = writer.shared(inner, len(fields))
        return stack([
            line([writer.money_label(f"money.{field}", field) for field in fields], widths),
            line([writer.money(field) for field in fields], widths),
        ])  # fmt: skip

    return [_sided(writer, width, make, len(fields))]


def _pairs(writer: Writer, width: int) -> list[Box]:
    """Labels and amounts in turn along a row."""
    fields = sources(writer)
    most = max(1, min(3, (width - 1) // 2))
    rows = []
    for at in range(0, len(fields), most):
        items = [
            item
            for field in fields[at : at + most]
            for item in (writer.money_label(f"money.{field}", field), writer.money(field))
        ]
        rows.append(items)

    def make(inner: int) -> Box:
        return stack(line(items, writer.shared(inner, len(items))) for items in rows)

    return [_sided(writer, width, make, 2 * most)] if width >= 2 * most else _rows(writer, width)


def _matrix(writer: Writer, width: int) -> list[Box]:
    """Sources down, what became of the money across: planned, adjusted, executed, the share of it, points."""
    dice = writer.dice
    stages = dice.one((
        ("adjusted", "executed"),
        ("superseded", "adjusted", "executed"),
        ("planned", "executed"),
        ("superseded", "adjusted"),
        ("superseded", "planned"),
        ("planned", "executed", "rate"),
        ("superseded", "adjusted", "executed", "rate", "rate", "rate"),
        ("adjusted", "executed", "rate", "rate"),
    ))  # fmt: skip
    stages = stages[: max(2, width - 2)]
    if width < len(stages) + 1:
        return _rows(writer, width)
    counted = "adjusted" if "adjusted" in stages else "planned"

    def head(stage: str) -> Item:
        if stage == "rate":
            return writer.label("money.rate", "attribute", colon=False)
        if stage == "executed":
            return writer.label("money.executed", "executed", colon=False)
        if stage == counted:
            name = "money.adjusted" if stage == "adjusted" else dice.one(("money.total", "money.superseded"))
            return writer.label(name, "total", colon=False)
        return writer.label("money.superseded", "superseded", colon=False)

    def cell(stage: str, field: str) -> Item:
        if stage == "rate":
            text = writer.rate()
            return Item(text, value("attribute")) if text else writer.blank()
        return writer.money(field if stage == counted else stage)

    def make(inner: int) -> Box:
        fields = ["total", *sources(writer, total=False)]
        widths = writer.shared(inner, len(stages) + 1)
        corner = writer.blank() if dice.whether(0.6) else writer.group("money.side")
        rows = [line([corner, *(head(stage) for stage in stages)], widths)]
        for field in fields:
            items = [writer.money_label(f"money.{field}", field), *(cell(stage, field) for stage in stages)]
            rows.append(line(items, widths))
        return stack(rows)

    return [_sided(writer, width, make, len(stages) + 1)]


def _two_periods(writer: Writer, width: int) -> list[Box]:
    """Several years' money beside this year's, source by source."""
    if width < 4:
        return _rows(writer, width)
    fields = sources(writer)

    def make(inner: int) -> Box:
        widths = writer.shared(inner, 4)
        several_first = writer.dice.whether(0.85)
        rows = []
        for field in fields:
            name = "money.several_money" if field == "total" else f"money.{field}"
            several = [writer.money_label(name, "several_money"), writer.money("several_money")]
            year = [writer.money_label(f"money.{field}", field), writer.money(field)]
            rows.append(line([*several, *year] if several_first else [*year, *several], widths))
        return stack(rows)

    return [_sided(writer, width, make, 4)]


def _two_stacked(writer: Writer, width: int) -> list[Box]:
    """Several years' money above this year's."""
    several = stack(
        line(
            [
                writer.money_label("money.several_money" if field == "total" else f"money.{field}", "several_money"),
                writer.money("several_money"),
            ],
            writer.shared(width, 2),
        )
        for field in ["total", *sources(writer, total=False)][: writer.dice.number(1, 4)]
    )
    return [several, *_rows(writer, width)]


def _two_columns(writer: Writer, width: int) -> list[Box]:
    """Periods across, sources down."""
    if width < 4:
        return _rows(writer, width)
    dice = writer.dice
    fields = sources(writer)
    periods = dice.one((("several_money", "year"), ("superseded", "year"), ("several_money", "superseded", "year")))
    periods = periods[: width - 2]
    if periods[-1] != "year":
        periods = (*periods[:-1], "year")

    def make(inner: int) -> Box:
        widths = writer.shared(inner, len(periods) + 1)
        heads = [
            writer.label("money.total", "total", colon=False)
            if period == "year"
            else writer.label(f"money.{period}", period, colon=False)
            for period in periods
        ]
        rows = [line([writer.blank(), *heads], widths)]
        for field in fields:
            amounts = [writer.money(field if period == "year" else period) for period in periods]
            rows.append(line([writer.money_label(f"money.{field}", field), *amounts], widths))
        return stack(rows)

    return [_sided(writer, width, make, len(periods) + 1)]


def _glued(writer: Writer, width: int) -> list[Box]:
    """A label and its amount in one cell."""
    fields = sources(writer)
    items = [
        Item(
            f"{writer.money_label(f'money.{field}', field).text}{writer.dice.one('：: ')}{writer.amount()}",
            value(field),
        )
        for field in fields
    ]
    if len(items) < width and writer.dice.whether(0.4):
        return [line(items, writer.shared(width, len(items)))]
    return [one(item, width) for item in items]


def _sentence(writer: Writer, width: int) -> list[Box]:
    """All of it in a sentence."""
    parts = [f"{writer.word(f'money.{field}')}{writer.amount()}万元" for field in sources(writer)]
    text = writer.dice.one(("，", "，其中", "；")).join(parts)
    return [line([writer.group("money.side"), Item(text, other("body"))], writer.shared(width, 2))]


def _calculated(writer: Writer, width: int) -> list[Box]:
    """Money, and a table of what it is made of."""
    rows = _rows(writer, width)
    if width < 4:
        return rows
    widths = writer.shared(width, 4)
    heads = ("支出内容", "数量", "单价", "金额")
    rows.append(line([Item(text, label("attribute")) for text in heads], widths))
    for _ in range(writer.dice.number(1, 4)):
        texts = (writer.author.thing(), writer.author.count(), writer.amount(), writer.amount())
        rows.append(line([Item(text, value("attribute")) if text else writer.blank() for text in texts], widths))
    return rows


def _single(writer: Writer, width: int) -> list[Box]:
    return [_pair(writer, "total", width)]


def _none(writer: Writer, width: int) -> list[Box]:
    return []


_SHAPES: dict[Callable[[Writer, int], list[Box]], float] = {
    _rows: 0.26,
    _columns: 0.08,
    _pairs: 0.1,
    _matrix: 0.24,
    _two_periods: 0.1,
    _two_stacked: 0.04,
    _two_columns: 0.05,
    _glued: 0.03,
    _sentence: 0.02,
    _calculated: 0.02,
    _single: 0.04,
    _none: 0.02,
}


def planned_columns(fields: Sequence[str]) -> list[str]:
    """The columns of money of a list, without a field twice."""
    return [field for at, field in enumerate(fields) if field == "breakdown" or field not in fields[:at]]


__all__ = ["money", "planned_columns", "sources"]
