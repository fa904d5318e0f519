"""Tables whose cells are known: each cell behind its column's header, or rows of separated cells."""

from __future__ import annotations

from collections.abc import Callable

from extractor.tagger.synthesis.labelled import Labelled, joined, plain
from extractor.tagger.synthesis.page import Writer
from extractor.tagger.synthesis.render import GridColumn, cells, columns
from extractor.tagger.synthesis.words import Dice
from extractor.tagger.synthesis.wrap import column as column_of
from extractor.tagger.synthesis.wrap import wrap

Cells = list[tuple[str, Labelled]]


def bracketed(writer: Writer) -> Labelled:
    """【header】cell, one cell under the other; blank cells are left out or left blank."""
    dice = writer.dice
    open_, close = ("【", "】") if dice.whether(0.9) else dice.one((("[", "]"), ("〔", "〕"), ("『", "』")))
    separator = dice.weighted({"\n": 0.92, " ": 0.05, "\n\n": 0.03})
    return _labelled(writer, open_, close, separator, blanks=dice.whether(0.1))


def colons(writer: Writer) -> Labelled:
    """header: cell"""
    dice = writer.dice
    close = dice.one(("：", ":", "：", ": ", "\t", "： "))
    return _labelled(writer, "", close, dice.weighted({"\n": 0.9, "\n\n": 0.1}), blanks=dice.whether(0.3))


def _labelled(writer: Writer, open_: str, close: str, separator: str, blanks: bool) -> Labelled:
    dice = writer.dice
    table = columns(dice, writer.lexicon, writer.habits)
    wrapped = column_of(dice, 12, 60) if dice.whether(0.2) else None
    pieces: list[Labelled] = []
    for label, cell in _row(writer, table):
        if not cell.text and not blanks:
            continue
        if wrapped is not None:
            cell = _rewrapped(cell, wrapped.width, dice)
        pieces += [plain(f"{separator if pieces else ''}{open_}{label}{close}"), cell]
    return joined(pieces)


def _row(writer: Writer, table: list[GridColumn], unit: str | None = None) -> Cells:
    project = writer.author.project(writer.habits, withheld=writer.dice.whether(0.08))
    unit = unit or writer.author.organisation()
    return cells(writer.dice, writer.lexicon, writer.printer, project, table, unit)


def _rewrapped(cell: Labelled, width: int, dice: Dice) -> Labelled:
    """The cell with the line ends of a narrow column."""
    lines = wrap(cell, column_of(dice, width, width), dice)
    pieces: list[Labelled] = []
    for at, line in enumerate(lines):
        pieces.append(Labelled(line.text, line.tags))
        if at < len(lines) - 1:
            pieces.append(Labelled("\n", bytes((line.after,))))
    return joined(pieces)


def _flat(cell: Labelled, instead: str) -> Labelled:
    """The cell on one line."""
    at = cell.text.find("\n")
    while at >= 0:
        cell = cell.replaced(at, at + 1, instead, cell.between(at + 1))
        at = cell.text.find("\n", at + len(instead))
    return cell


def tabbed(writer: Writer) -> Labelled:
    """Rows of cells with a tab between them, under a row of headers."""
    return _rows(writer, "", writer.dice.weighted({"\t": 0.9, "，": 0.0, "  ": 0.1}), "", rule=False)


def piped(writer: Writer) -> Labelled:
    """A Markdown table."""
    return _rows(writer, "| ", " | ", " |", rule=True)


def _rows(writer: Writer, before: str, between: str, behind: str, rule: bool) -> Labelled:
    dice = writer.dice
    table = columns(dice, writer.lexicon, writer.habits)
    instead = dice.one((" ", "<br>", "", "<br/>")) if rule else dice.one((" ", "", "\n"))
    pieces: list[Labelled] = []
    headers = before + between.join(column.label for column in table) + behind
    if rule:
        headers += "\n|" + "---|" * len(table)
    blank = "" if before else between
    head = plain(headers + "\n")
    if dice.whether(0.85):
        pieces += [
            plain("".join(line.text + "\n" for line in writer.head.lines()[:-1])) if dice.whether(0.4) else plain(""),
            head,
        ]
    unit = writer.author.organisation()
    for _ in range(dice.number(1, 4)):
        if dice.whether(0.25):
            unit = writer.author.organisation()
            label = unit if dice.whether(0.6) else "合计"
            sums = iter(writer.author.amounts(writer.habits._replace(amounts=4)))
            row = [
                label if column.field == "name" else next(sums, "") if column.field == "amount" else ""
                for column in table
            ]
            pieces.append(plain(before + between.join(row) + behind + "\n"))
        if dice.whether(0.06):
            pieces.append(head)
        for at, (_, cell) in enumerate(_row(writer, table, unit)):
            pieces.append(plain(between if at else before))
            pieces.append(_flat(cell, instead) if instead != "\n" or not blank else cell)
        pieces.append(plain(behind + "\n"))
    return joined(pieces)


GRIDS: dict[Callable[[Writer], Labelled], float] = {bracketed: 0.72, colons: 0.12, tabbed: 0.08, piped: 0.08}

__all__ = ["GRIDS", "bracketed", "colons", "piped", "tabbed"]
