"""Goals in a form: ten ways to print them, beside what is no goal of the year."""

from __future__ import annotations

from collections.abc import Callable

from extractor.tagger.cells.roles import label, other, value
from extractor.tagger.cells.synthesis.sheet import Box, Item, beside, line, one, stack
from extractor.tagger.cells.synthesis.writer import Writer


def goals(writer: Writer, width: int) -> list[Box]:
    return writer.dice.weighted(_SHAPES)(writer, width)


def _text(writer: Writer, field: str) -> Item:
    dice = writer.dice
    if dice.whether(0.03):
        return writer.blank()
    text = writer.achieved() if field == "achieved" else writer.goal()
    return Item(text, value(field)) if text else writer.blank()


def _label(writer: Writer, field: str) -> Item:
    item = writer.label(f"goal.{field}", field)
    if writer.dice.whether(0.12) and len(item.text) < 7:
        return Item("\n".join(item.text), item.role)
    return item


def _pair(writer: Writer, width: int, field: str = "goal") -> list[Box]:
    return [line([_label(writer, field), _text(writer, field)], writer.shared(width, 2))]


def _alone(writer: Writer, width: int) -> list[Box]:
    """A goal of several years where there is no other: it is the goal."""
    item = Item(writer.word("goal.several_goal"), label("goal"))
    return [line([item, _text(writer, "goal")], writer.shared(width, 2))]


def _above(writer: Writer, width: int) -> list[Box]:
    return [one(_label(writer, "goal"), width), one(_text(writer, "goal"), width)]


def _glued(writer: Writer, width: int) -> list[Box]:
    text = f"{writer.word('goal.goal')}：{writer.dice.one(('', chr(10)))}{writer.goal()}"
    return [one(Item(text, value("goal")), width)]


def _two(writer: Writer, width: int, beside_it: str) -> list[Box]:
    """A pair of headings over a pair of texts, often beside the heading of both."""
    dice = writer.dice
    fields = ["goal", beside_it] if beside_it == "achieved" or dice.whether(0.1) else [beside_it, "goal"]

    def make(inner: int) -> Box:
        widths = writer.shared(inner, 2)
        texts = [_text(writer, field) for field in fields]
        return stack([line([_label(writer, field) for field in fields], widths), line(texts, widths)])

    if width < 3 or dice.whether(0.25):
        return [make(width)]
    side = dice.number(1, max(1, width // 3))
    box = make(width - side)
    return [beside(one(_group(writer), side, 2), box)]


def _twin(writer: Writer, width: int) -> list[Box]:
    return _two(writer, width, "several_goal")


def _achieved(writer: Writer, width: int) -> list[Box]:
    return _two(writer, width, "achieved")


def _turn(writer: Writer, width: int) -> list[Box]:
    """Label and text, label and text along one row."""
    if width < 4:
        return _pair(writer, width)
    second = writer.dice.one(("achieved", "several_goal"))
    fields = ("goal", "achieved") if second == "achieved" else ("several_goal", "goal")
    items = [item for field in fields for item in (_label(writer, field), _text(writer, field))]
    return [line(items, writer.shared(width, 4))]


def _below(writer: Writer, width: int) -> list[Box]:
    """Two goals below one another."""
    if writer.dice.whether(0.5):
        return [*_pair(writer, width, "several_goal"), *_pair(writer, width)]
    return [*_pair(writer, width), *_pair(writer, width, "achieved")]


def _parts(writer: Writer, width: int) -> list[Box]:
    """A goal in several cells: 目标1 …, 目标2 …"""
    if width < 3:
        return _pair(writer, width)
    dice = writer.dice
    side = dice.number(1, max(1, width // 3))
    texts = [Item(f"目标{at}：{writer.text(1, 2)}", value("goal")) for at in range(1, dice.number(2, 4))]
    box = stack(one(item, width - side) for item in texts)
    return [beside(one(_label(writer, "goal"), side, box.height), box)]


def _group(writer: Writer) -> Item:
    text = writer.word("goal.goal") if writer.dice.whether(0.7) else writer.word("goal.several_goal")
    if writer.dice.whether(0.4) and len(text) < 7:
        text = "\n".join(text)
    return Item(text, other("group"))


def _none(writer: Writer, width: int) -> list[Box]:
    return []


_SHAPES: dict[Callable[[Writer, int], list[Box]], float] = {
    _pair: 0.3,
    _achieved: 0.24,
    _twin: 0.14,
    _turn: 0.06,
    _below: 0.09,
    _above: 0.05,
    _alone: 0.04,
    _parts: 0.05,
    _glued: 0.04,
    _none: 0.03,
}

__all__ = ["goals"]
