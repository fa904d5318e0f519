"""Mistakes that rules make in tables, put into a right reading together with the cell that they would be read from.

They are those of an earlier version on real pages: a heading or what was achieved as the goal, another period's or
executed money, a ministry, a subtotal, the neighbour's value, a row that is shifted, a unit as the value …
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from extractor.schemas import paths
from extractor.schemas.document import Block, Cell, Document
from extractor.schemas.project import ProjectReading, plain_amount
from extractor.schemas.record import Span
from extractor.text import squash

_MONEY = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Printed(NamedTuple):
    """A cell with text: where it stands in its table, and in the source."""

    table: int
    row: int
    column: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sheet:
    """A project with the places of its values, and the cells of its block."""

    project: ProjectReading
    spans: Mapping[str, Span]
    cells: tuple[Printed, ...]

    def of(self, path: str) -> Printed | None:
        """The cell that a value is read from."""
        span = self.spans.get(path)
        if span is None:
            return None
        around = (cell for cell in self.cells if cell.start <= span[0] and span[1] <= cell.end)
        # Where a table is drawn with lines, a cell of several lines runs through the cells beside it.
        return min(around, key=lambda cell: cell.end - cell.start, default=None)

    def taken(self) -> set[Printed]:
        return {cell for path in self.spans if (cell := self.of(path)) is not None}

    def put(self, path: str, cell: Printed | None) -> Sheet:
        """The same with another cell's text at a path, or with nothing there."""
        text = None if cell is None else cell.text
        project = self.project
        of = paths.indicator_of(path)
        if of is not None:
            items = list(project.indicators)
            items[of.position] = items[of.position].model_copy(update={of.field: text})
            project = project.model_copy(update={"indicators": tuple(items)})
        elif path.startswith(paths.AMOUNTS):
            field = path.removeprefix(paths.AMOUNTS)
            text = None if text is None else plain_amount(squash(text))
            project = project.model_copy(update={"amounts": project.amounts.model_copy(update={field: text})})
        else:
            project = project.model_copy(update={path: text})
        spans = {one: span for one, span in self.spans.items() if one != path}
        if cell is not None:
            spans[path] = (cell.start, cell.end)
        return replace(self, project=project, spans=spans)


Mistake = Callable[[Sheet, random.Random], tuple[str, Sheet] | None]
"""The path of the field that is wrong then, and the sheet with the mistake; None where it does not apply."""


def sheet_of(document: Document, block: Block, project: ProjectReading, spans: Mapping[str, Span]) -> Sheet:
    cells = tuple(
        Printed(number, at, column, cell.content.text.strip(), *_printed_at(cell))
        for number, table in enumerate(document.tables)
        for at, row in enumerate(table.rows)
        if block.start <= row.start < block.end or block.start < row.end <= block.end
        for column, cell in enumerate(row.cells)
        if cell.merged is None and cell.content.text.strip()
    )
    return Sheet(project, spans, cells)


def _printed_at(cell: Cell) -> Span:
    """Where a cell's text stands, without the blanks around it: as a reader of values gives it."""
    text = cell.content.text
    first = len(text) - len(text.lstrip())
    return cell.content.source_span(first, len(text.rstrip())) or (cell.start, cell.end)


def _is_money(text: str) -> bool:
    return _MONEY.fullmatch(plain_amount(squash(text))) is not None


def _differs(left: str | None, right: str) -> bool:
    return squash(left or "") != squash(right)


def _instead(sheet: Sheet, path: str, cells: list[Printed], rng: random.Random) -> tuple[str, Sheet] | None:
    own = sheet.of(path)
    others = [cell for cell in cells if own is None or (cell != own and _differs(own.text, cell.text))]
    return (path, sheet.put(path, rng.choice(others))) if own is not None and others else None


def heading_as_goal(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    own = sheet.of("goal")
    if own is None:
        return None
    near = [
        cell
        for cell in sheet.cells
        if cell.table == own.table
        and len(cell.text) < 20
        and ((cell.row == own.row and cell.column < own.column) or cell.row == own.row - 1)
    ]
    return _instead(sheet, "goal", near, rng)


def other_text_as_goal(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """What was achieved, several years' goal, a paragraph."""
    taken = {cell for path in sheet.spans if path.startswith("attributes.") and (cell := sheet.of(path)) is not None}
    return _instead(sheet, "goal", [cell for cell in taken if len(cell.text) >= 15], rng)


def _other_money(
    sheet: Sheet, rng: random.Random, same_row: bool, path: str = "amounts.total"
) -> tuple[str, Sheet] | None:
    own = sheet.of(path)
    if own is None:
        return None
    cells = [
        cell
        for cell in sheet.cells
        if cell.table == own.table and _is_money(cell.text) and (cell.row == own.row) == same_row
    ]
    names = [
        cell for index in range(len(sheet.project.indicators)) if (cell := sheet.of(paths.indicator(index, "name")))
    ]
    rows = {(cell.table, cell.row) for cell in names}
    return _instead(
        sheet, path, [cell for cell in cells if (cell.table, cell.row) not in rows or cell.row == own.row], rng
    )


def money_beside(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """Executed money, another period's, a score: another number of the row."""
    return _other_money(sheet, rng, True)


def money_below(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """A source's money, a subtotal: another number of another row."""
    return _other_money(sheet, rng, False)


def other_body(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """The unit as the department."""
    unit = sheet.of("unit")
    own = sheet.of("department")
    if unit is None or own is None or not _differs(own.text, unit.text):
        return None
    return "department", sheet.put("department", unit)


def label_as_name(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    own = sheet.of("name")
    if own is None:
        return None
    return _instead(sheet, "name", [c for c in sheet.cells if c.table == own.table and c.row == own.row], rng)


def _row(sheet: Sheet, rng: random.Random, field: str) -> tuple[int, Printed, list[Printed]] | None:
    """An indicator whose field stands in a cell, and the other cells of its row."""
    known = [
        (index, cell)
        for index in range(len(sheet.project.indicators))
        if (cell := sheet.of(paths.indicator(index, field))) is not None
    ]
    if not known:
        return None
    index, own = rng.choice(known)
    row = [cell for cell in sheet.cells if (cell.table, cell.row) == (own.table, own.row) and cell != own]
    return index, own, row


def neighbours_value(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """The value of the row above or below."""
    found = _row(sheet, rng, "annual_value")
    if found is None:
        return None
    index, own, _ = found
    near = [
        cell
        for cell in sheet.cells
        if cell.table == own.table and cell.column == own.column and abs(cell.row - own.row) == 1
    ]
    return _instead(sheet, paths.indicator(index, "annual_value"), near, rng)


def shifted_value(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """The cell to the left or right of the value: a unit, a sign, a score, what was achieved."""
    found = _row(sheet, rng, "annual_value")
    if found is None:
        return None
    index, own, row = found
    near = sorted(row, key=lambda cell: abs(cell.column - own.column))[:2]
    return _instead(sheet, paths.indicator(index, "annual_value"), near, rng)


def shifted_name(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """A category, a value as the indicator's name."""
    found = _row(sheet, rng, "name")
    if found is None:
        return None
    index, own, row = found
    near = sorted(row, key=lambda cell: abs(cell.column - own.column))[:2]
    return _instead(sheet, paths.indicator(index, "name"), near, rng)


def _lost(field: str) -> Mistake:
    def lose(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
        found = _row(sheet, rng, field)
        if found is None:
            return None
        path = paths.indicator(found[0], field)
        return path, sheet.put(path, None)

    lose.__name__ = f"lost_{field}"
    return lose


def lost_goal(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    return ("goal", sheet.put("goal", None)) if sheet.of("goal") else None


def lost_total(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    return ("amounts.total", sheet.put("amounts.total", None)) if sheet.of("amounts.total") else None


def other_weight(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    found = _row(sheet, rng, "weight")
    if found is None:
        return None
    index, _, row = found
    return _instead(sheet, paths.indicator(index, "weight"), [cell for cell in row if _is_money(cell.text)], rng)


def other_category(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    """The category of other rows."""
    field = rng.choice(("level1", "level2"))
    found = _row(sheet, rng, field)
    if found is None:
        return None
    index, own, _ = found
    cells = [
        c for at in range(len(sheet.project.indicators)) if (c := sheet.of(paths.indicator(at, field))) is not None
    ]
    return _instead(sheet, paths.indicator(index, field), [cell for cell in cells if cell.row != own.row], rng)


def lost_indicator(sheet: Sheet, rng: random.Random) -> tuple[str, Sheet] | None:
    count = len(sheet.project.indicators)
    if count < 2:
        return None
    index = rng.randrange(count)
    if sheet.of(paths.indicator(index, "name")) is None:
        return None
    items = [item for at, item in enumerate(sheet.project.indicators) if at != index]
    spans = dict(_renumbered(sheet.spans, index))
    project = sheet.project.model_copy(update={"indicators": tuple(items)})
    return paths.indicator(count - 1), replace(sheet, project=project, spans=spans)


def _renumbered(spans: Mapping[str, Span], gone: int) -> Iterator[tuple[str, Span]]:
    for path, span in spans.items():
        of = paths.indicator_of(path)
        if of is None or of.position < gone:
            yield path, span
        elif of.position > gone:
            yield paths.indicator(of.position - 1, of.field), span


MISTAKES: tuple[Mistake, ...] = (
    heading_as_goal,
    other_text_as_goal,
    money_beside,
    money_below,
    other_body,
    label_as_name,
    neighbours_value,
    shifted_value,
    shifted_name,
    other_weight,
    other_category,
    lost_goal,
    lost_total,
    _lost("annual_value"),
    _lost("operator"),
    _lost("measure_unit"),
    _lost("weight"),
    lost_indicator,
)

__all__ = ["MISTAKES", "Mistake", "Sheet", "sheet_of"]
