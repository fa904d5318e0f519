"""What stands above a table: its title, its department and unit of money, its column headers."""

from __future__ import annotations

from extractor.tagger.synthesis.content import Author, Habits
from extractor.tagger.synthesis.wrap import Line, plain_line


class Head:
    """The head of one document's table, which its pages repeat."""

    def __init__(self, author: Author, habits: Habits) -> None:
        self.author = author
        self.dice = author.dice
        self.known = author.lexicon.known
        self.title = self._title()
        self.header = self._header(habits)

    def lines(self) -> list[Line]:
        dice, title = self.dice, self.title
        lines: list[str] = []
        if dice.whether(0.2):
            lines.append(f"{self.known('head.numbers')}{dice.number(1, 20)}{dice.one(('', '：', '-1', '表'))}")
        half = len(title) // 2
        lines += [title[:half], title[half:]] if half > 8 and dice.whether(0.15) else [title]
        return [plain_line(line) for line in lines + self._department()] + self.header

    def _title(self) -> str:
        dice, author = self.dice, self.author
        title = self.known("titles.terms")
        roll = dice.chance()
        if roll < 0.3:
            return f"{author.organisation()}{author.year()}年{title}"
        if roll < 0.45:
            return f"{author.year()}年{dice.one(('', '度', '部门'))}{title}"
        return title

    def _header(self, habits: Habits) -> list[Line]:
        """The column headers: in one line, in several, or each in as many as its narrow cell needs."""
        dice, known = self.dice, self.known
        labels = [known("columns.name")]
        if habits.amounts:
            labels += [known("columns.total"), *(known("head.funds") for _ in range(dice.number(0, 3)))]
        labels += [known("columns.goal"), known("columns.indicators")]
        if dice.whether(0.1):
            labels.insert(dice.number(0, 2), known("columns.other"))
        if dice.whether(0.4):
            return [plain_line(" ".join(labels))]
        lines: list[str] = []
        for label in labels:
            width = dice.number(3, 11)
            parts = [label[at : at + width] for at in range(0, len(label), width)]
            if lines and len(parts) == 1 and dice.whether(0.5):
                lines[-1] += f" {parts[0]}"
            else:
                lines += parts
        return [plain_line(line) for line in lines]

    def _department(self) -> list[str]:
        dice, known = self.dice, self.known
        colon = dice.one("：:")
        money = f"{known('head.unit_labels')}{colon}{known('head.money')}"
        department = f"{known('head.departments')}{colon}{self.author.organisation()}"
        roll = dice.chance()
        if roll < 0.6:
            return [f"{department}{dice.one((' ', '    ', '　'))}{money}"]
        if roll < 0.75:
            return [department, money]
        return [money] if roll < 0.9 else []


__all__ = ["Head"]
