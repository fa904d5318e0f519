"""Who fills in the cells of one document: its words, its labels, the habits it keeps from form to form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from extractor.tagger.cells.roles import label, other, value
from extractor.tagger.cells.synthesis.sheet import Item, shared
from extractor.tagger.synthesis.content import Author, Habits, habits
from extractor.tagger.synthesis.render import Printer, grammar
from extractor.tagger.synthesis.words import Dice, Lexicon

_UNITS = ("（万元）", "(万元)", "（元）", "(元)", "（单位：万元）", "\n（万元）")
_NUMBERS = "一二三四五六七八九十"


@lru_cache(maxsize=1)
def labels() -> Mapping[str, tuple[str, ...]]:
    """Lists of labels by `table.name`."""
    with files(__package__).joinpath("labels.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {
        f"{table}.{name}": tuple(word.replace("_", " ") for word in text.split())
        for table, lists in tables.items()
        for name, text in lists.items()
    }


class Writer:
    """Writes labels and values for one document. What a document's forms have in common is drawn once.

    `strange` is the share of labels that are made-up words: so the network learns how a form is built.
    """

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.lexicon = Lexicon(dice, dice.one((0.0, 0.0, 0.1, 0.4)))
        self.author = Author(self.lexicon)
        self.habits: Habits = habits(dice)._replace(amounts=4, wide_digits=dice.whether(0.02))
        self.strange = dice.one((0.0, 0.0, 0.0, 0.15, 0.4, 0.9))
        self.colon = dice.weighted({"": 0.8, "：": 0.12, ":": 0.08})
        self.spaced = dice.whether(0.06)
        self.numbered = dice.whether(0.06)
        self.in_money = dice.weighted({"": 0.5, "label": 0.3, "value": 0.08, "side": 0.12})
        self.unit = dice.one(_UNITS)
        self.printer = Printer(dice, grammar(dice, self.lexicon), self.habits)
        self.glued = dice.whether(0.04)
        self.process = dice.whether(0.1)
        self.aligned = dice.one((0.0, 0.6, 0.9, 1.0))
        self._kept: dict[tuple[str, str], str] = {}
        self._shares: dict[tuple[int, int], list[int]] = {}
        self._count = 0

    def shared(self, width: int, parts: int) -> list[int]:
        """A width shared out among cells, the same way again and again where a document keeps its lines straight."""
        key = width, parts
        if key not in self._shares or not self.dice.whether(self.aligned):
            self._shares[key] = shared(self.dice, width, parts)
        return self._shares[key]

    # Labels

    def word(self, name: str) -> str:
        """A word of the list, or one that means nothing."""
        if self.strange and self.dice.chance() < self.strange:
            return self.dice.ideographs(2, 6)
        return self.dice.one(labels()[name])

    def label(self, name: str, field: str, colon: bool = True, keep: str = "") -> Item:
        """A decorated label; what is kept under a name is the same in all forms of a document."""
        key = (name, keep)
        text = self._kept.get(key) if keep else None
        if text is None:
            text = self._decorated(self.word(name), colon)
            if keep:
                self._kept[key] = text
        return Item(text, label(field))

    def group(self, name: str) -> Item:
        """The heading of rows or columns."""
        text = self.word(name)
        dice = self.dice
        if dice.whether(0.25) and len(text) < 7:
            text = dice.one(("\n", "\n", " ")).join(text)
        if dice.whether(0.12):
            text += dice.one(("（10分）", "（90分）", "(万元)", "（100分）"))
        return Item(text, other("group"))

    def _decorated(self, text: str, colon: bool) -> str:
        dice = self.dice
        if self.spaced and len(text) <= 4:
            text = dice.one(("  ", " ", "　")).join(text)
        elif dice.whether(0.05) and len(text) > 3:
            at = dice.number(2, len(text) - 1)
            text = f"{text[:at]}\n{text[at:]}"
        if self.numbered and dice.whether(0.5):
            self._count += 1
            at = self._count % 10
            text = dice.one((f"{_NUMBERS[at]}、", f"{at + 1}.", f"（{_NUMBERS[at]}）")) + text
        if dice.whether(0.02):
            text = dice.one("*★※") + text
        return text + (self.colon if colon else "")

    def money_label(self, name: str, field: str, keep: str = "") -> Item:
        item = self.label(name, field, keep=keep)
        dice = self.dice
        text = item.text
        if self.in_money == "label" and not keep and text[-1:] not in "）):：":
            text += self.unit
        if field != "total" and dice.whether(0.15):
            text = dice.one(("　　", "  ", "其中：", "      ", "—", "1.", "（1）")) + text
        return Item(text, item.role)

    # Values

    def amount(self) -> str:
        """Printed money; blank, a stroke or nought where there is none."""
        dice = self.dice
        if dice.whether(0.08):
            return dice.one(("", "", "0", "0.00", "/", "-", "0.0"))
        text = self.author.amount(self.habits)
        if self.in_money == "value":
            text += dice.one(("万元", "万元", "元", " 万元"))
        return text

    def money(self, field: str, amount: str | None = None) -> Item:
        text = self.amount() if amount is None else amount
        return Item(text, value(field)) if text else Item("", other("blank"))

    def rate(self) -> str:
        dice = self.dice
        return dice.one((
            f"{dice.number(0, 100)}.{dice.number(0, 99):02}%",
            f"{dice.number(0, 100)}%",
            str(dice.number(1, 10)),
            "10",
            "100.00%",
            f"{dice.number(0, 9)}.{dice.number(0, 9)}",
            "",
            "/",
            "-",
        ))  # fmt: skip

    def attribute(self) -> str:
        """The value of a label that no field takes."""
        dice, author = self.dice, self.author
        roll = dice.chance()
        if roll < 0.2:
            return dice.one(
                (
                    "延续项目",
                    "新增项目",
                    "一次性项目",
                    "特定目标类",
                    "运转类",
                    "重点项目",
                    "否",
                    "是",
                    "长期",
                    "1年",
                    "3年",
                    "一般",
                    "√",
                )
            )
        if roll < 0.38:
            return author.date()
        if roll < 0.48:
            return f"{author.date()}{dice.one('-—至~')}{author.date()}"
        if roll < 0.58:
            return dice.ideographs(2, 3)
        if roll < 0.66:
            return str(
                dice.number(10_000_000, 19_999_999_999) if dice.whether(0.6) else dice.number(1_000, 999_999)
            ).zfill(6)
        if roll < 0.72:
            return author.organisation()
        if roll < 0.78:
            return ""
        if roll < 0.9:
            return self.text(1, 4)
        return self.text(3, 12)

    def text(self, low: int, high: int) -> str:
        """A paragraph."""
        dice = self.dice
        parts = [self.author.clause() for _ in range(dice.number(low, high))]
        return dice.one(("，", "，", "。", "；")).join(parts) + dice.one(("。", "。", ""))

    def goal(self) -> str:
        return self.author.goal(self.habits).strip()

    def achieved(self) -> str:
        """What came of a goal: the same words, in the past."""
        text = self.goal()
        dice = self.dice
        if dice.whether(0.5):
            text = dice.one(("已完成", "全年", "截至12月底，", "2023年度", "已", "按计划")) + text
        return dice.one((text, text, text, "已完成", "完成", "", "100%完成年度目标", "良好"))

    def organisation(self) -> str:
        dice = self.dice
        text = self.author.organisation()
        if dice.whether(0.15):
            text = f"{dice.number(100, 999_999)}{dice.one('-— ')}{text}"
        return text

    def name(self) -> str:
        dice = self.dice
        text = self.author.name()
        if dice.whether(0.08):
            text = f"{dice.number(10**9, 10**14)}{dice.one(('-', ' ', ''))}{text}"
        if dice.whether(0.06):
            text = f"{self.author.year()}年{text}"
        return text

    def blank(self) -> Item:
        return Item("", other("blank"))

    def template(self) -> Item:
        return Item(self.dice.one(labels()["notes.templates"]), other("template"))


__all__ = ["Writer", "labels"]
