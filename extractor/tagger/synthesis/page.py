"""Whole documents as a text dump prints them: headers, rows, page breaks, notes."""

from __future__ import annotations

from typing import NamedTuple

from extractor.tagger.synthesis import wrap as wrapping
from extractor.tagger.synthesis.content import Author, Habits, Project, habits
from extractor.tagger.synthesis.head import Head
from extractor.tagger.synthesis.labelled import Labelled, joined, plain, value
from extractor.tagger.synthesis.paper import PAGE_END, paper, printed
from extractor.tagger.synthesis.prose import paragraph
from extractor.tagger.synthesis.render import Printer, grammar
from extractor.tagger.synthesis.words import Dice, Lexicon
from extractor.tagger.synthesis.wrap import Line, plain_line, wrap


class Look(NamedTuple):
    """How one document is laid out."""

    name: wrapping.Width
    goal: wrapping.Width
    indicators: wrapping.Width
    indent: str
    """Before the first line of a project's name."""
    serial: str
    """What stands between a row's number and its name; nothing where rows have no numbers."""
    unit_indent: str
    space_before: float
    """How often a blank line stands before a row."""
    amounts: dict[str, float]
    """Where the amounts stand, as weights."""
    between_amounts: str
    one_line: bool
    """A project is one line, however long."""
    line: wrapping.Width | None
    """Where such a line is broken, if anywhere."""
    run_on: bool
    """The indicators begin on the goal's last line."""


def look(dice: Dice) -> Look:
    goal = wrapping.column(dice, 14, 46)
    return Look(
        name=wrapping.column(dice, 6, dice.one((12, 16, 16, 30))),
        goal=goal,
        indicators=goal if dice.whether(0.4) else wrapping.column(dice, 16, 60),
        indent=dice.weighted({"": 0.4, "    ": 0.25, "  ": 0.15, "　　": 0.08, " ": 0.06, "        ": 0.06}),
        serial=dice.one((" ", " ", "、", ".", "\t")) if dice.whether(0.06) else "",
        unit_indent=dice.weighted({"": 0.85, "  ": 0.1, "    ": 0.05}),
        space_before=dice.one((0.0, 0.5, 1.0)),
        amounts=dice.one(_PLACES),
        between_amounts=dice.weighted({" ": 0.85, "  ": 0.06, "\t": 0.05, "    ": 0.04}),
        one_line=dice.whether(0.06),
        line=wrapping.column(dice, 24, 70) if dice.whether(0.3) else None,
        run_on=dice.whether(0.04),
    )


_PLACES: tuple[dict[str, float], ...] = (
    {"behind": 0.5, "around": 0.3, "inline": 0.2},
    {"behind": 0.5, "around": 0.3, "inline": 0.2},
    {"around": 0.8, "behind": 0.15, "inline": 0.05},
    {"inline": 0.7, "behind": 0.3},
    {"before": 0.8, "behind": 0.2},
    {"with goal": 0.7, "inline": 0.2, "behind": 0.1},
    {"last": 0.9, "behind": 0.1},
    {"each": 0.9, "behind": 0.1},
    {"behind": 1.0},
)


class Writer:
    """Writes the lines of one document."""

    def __init__(self, dice: Dice, strange: float) -> None:
        self.dice = dice
        self.lexicon = Lexicon(dice, strange)
        self.author = Author(self.lexicon)
        self.habits: Habits = habits(dice)
        self.printer = Printer(dice, grammar(dice, self.lexicon), self.habits)
        self.look = look(dice)
        self.head = Head(self.author, self.habits)
        self.paper = paper(dice)

    # Rows

    def _totals(self) -> str:
        habits = self.habits._replace(amounts=self.habits.amounts or self.dice.number(1, 2))
        return self.look.between_amounts.join(self.author.amounts(habits))

    def total(self) -> list[Line]:
        """合计: no project."""
        dice = self.dice
        label = self.lexicon.known("head.totals")
        if dice.whether(0.15):
            return [plain_line(label), plain_line(self._totals())]
        return [plain_line(f"{label}{self.look.between_amounts}{self._totals()}")]

    def group(self) -> list[Line]:
        """The sums of a group of projects."""
        dice = self.dice
        number = dice.one((*"一二三四五", "（一）", "（二）", "1", "（三）", "2"))
        name = self.lexicon.known("head.groups") if dice.whether(0.7) else self.author.thing()
        label = f"{number}{'' if number.endswith('）') else '、'}{name}" if dice.whether(0.7) else name
        return [plain_line(f"{label}{self.look.between_amounts}{self._totals()}")]

    def unit(self) -> list[Line]:
        """A unit with its sums: no project either, though it is printed like one."""
        look = self.look
        name = plain(self.author.organisation())
        return self._around(name, [plain(self._totals())], look.unit_indent)

    def project(self, project: Project) -> list[Line]:
        """One project's row: its name and amounts, then its goal, then its indicators."""
        look, dice = self.look, self.dice
        indent = look.indent
        if look.serial:
            indent += f"{dice.number(1, 60)}{look.serial}"
        between = plain(look.between_amounts)
        amounts = [value("amount", amount) for amount in project.amounts]
        figures = joined([piece for amount in amounts for piece in (between, amount)][1:])
        name, goal = value("name", project.name), self.printer.goal(project)
        indicators = self.printer.indicators(project.indicators)
        if look.one_line or (project.withheld and dice.whether(0.6)):
            again = project.withheld and not project.indicators and dice.whether(0.4)
            return self._one_line(indent, [name, figures, goal, indicators, plain(project.goal if again else "")])
        place = dice.weighted(look.amounts) if amounts else "behind"
        if place == "with goal":
            goal = joined([figures, plain(" "), goal])
        if look.run_on:
            body = self._cell(joined([goal, plain(dice.one(("", "", " "))), indicators]), look.indicators)
        else:
            body = self._cell(goal, look.goal) + self._cell(indicators, look.indicators)
        if place == "with goal":
            return [*self._lines(name, look.name, indent), *body]
        if place == "last":
            return [*self._lines(name, look.name, indent), *body, Line(*figures)]
        if place == "each":
            return [*self._around(name, amounts, indent), *body]
        return [*self._around(name, [figures] * bool(amounts), indent, place), *body]

    def _one_line(self, indent: str, cells: list[Labelled]) -> list[Line]:
        separator = plain(self.dice.one((" ", " ", "  ", "\t")))
        row = [piece for cell in cells if cell.text for piece in (separator, cell)]
        line = joined([plain(indent), *row[1:]])
        return wrap(line, self.look.line, self.dice) if self.look.line else wrapping.unwrapped(line)

    def _cell(self, piece: Labelled, column: wrapping.Width) -> list[Line]:
        return wrap(piece, column, self.dice) if piece.text else []

    def _lines(self, name: Labelled, column: wrapping.Width, indent: str) -> list[Line]:
        lines = wrap(name, column, self.dice)
        if indent and lines:
            first = lines[0]
            lines[0] = Line(indent + first.text, bytes(len(indent)) + first.tags, first.after)
        return lines

    def _around(self, name: Labelled, figures: list[Labelled], indent: str, place: str = "") -> list[Line]:
        """The name's lines with the amounts before, behind, between or beside them."""
        dice = self.dice
        lines = self._lines(name, self.look.name, indent)
        if not figures:
            return lines
        amounts = [Line(*figure) for figure in figures]
        place = place or dice.weighted({"around": 0.4, "behind": 0.4, "inline": 0.2})
        if place == "before":
            return [*amounts, *lines]
        if place == "inline" or (place == "around" and len(lines) == 1):
            at = len(lines) - 1 if place == "inline" and dice.whether(0.7) else (len(lines) - 1) // 2
            between = dice.one((" ", " ", "  "))
            pieces = [Labelled(lines[at].text, lines[at].tags)]
            for figure in figures:
                pieces += [plain(between), figure]
            lines[at] = Line(*joined(pieces))
            return lines
        at = len(lines)
        if place == "around" and at > 1:
            at = (at + 1) // 2 if dice.whether(0.7) else dice.number(1, at - 1)
        before = lines[:at]
        if before:
            before[-1] = before[-1]._replace(after=0)
        return [*before, *amounts, *lines[at:]]

    # The document

    def rows(self, room: int) -> list[list[Line]]:
        """Rows of about so many characters in all; the first line of each row is where a project may be cut off."""
        dice = self.dice
        rows: list[list[Line]] = []
        if dice.whether(0.8):
            rows.append(self.total())
        units, groups = dice.whether(0.7), dice.whether(0.07)
        withheld = dice.one((0.0, 0.03, 0.1, 0.3))
        size = 0
        while size < room:
            if units and (not rows or len(rows) < 2 or dice.whether(0.2)):
                rows.append(self.unit())
            if groups and dice.whether(0.3):
                rows.append(self.group())
            many = dice.number(1, 4) if dice.whether(withheld) else 0
            if many:
                rows += [self.project(self.author.project(self.habits, withheld=True)) for _ in range(many)]
            row = self.project(self.author.project(self.habits))
            if self.paper.page and dice.whether(0.03):  # cut off by the page's end and printed anew behind it
                part = row[: dice.number(1, len(row))]
                rows.append([*part[:-1], part[-1]._replace(after=0), PAGE_END])
            rows.append(row)
            size = sum(len(line.text) for row in rows for line in row)
        if dice.whether(0.08):
            rows.append(self.total())
        return rows

    def block(self, project: Project) -> Labelled:
        """One project as a person would cut it out, now and then with the unit row above it."""
        lines = self.project(project)
        if self.dice.whether(0.1):
            lines = [*self.unit(), *lines]
        return printed(lines, self.paper, self.head, self.dice)

    def document(self, room: int) -> Labelled:
        dice, look = self.dice, self.look
        lines: list[Line] = []
        if dice.whether(0.12):
            lines += self._prose()
        lines += self.head.lines()
        for row in self.rows(room):
            if lines and dice.whether(look.space_before):
                lines.append(Line("", b""))
            lines += row
        if dice.whether(0.1):  # the next department
            lines += self.head.lines()
            for row in self.rows(room // 3):
                lines += row
        if dice.whether(0.2):
            lines += self._notes()
        return printed(lines, self.paper, self.head, self.dice)

    def _prose(self) -> list[Line]:
        dice = self.dice
        column = wrapping.column(dice, 30, 60)
        lines: list[Line] = []
        for _ in range(dice.number(1, 4)):
            lines += wrap(plain(paragraph(self.author)), column, dice)
        return lines

    def _notes(self) -> list[Line]:
        dice = self.dice
        first = self.lexicon.known("head.notes")
        return [plain_line(first), *(self._prose() if dice.whether(0.6) else [])]


__all__ = ["Look", "Writer", "look"]
