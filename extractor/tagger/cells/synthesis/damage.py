"""What happens to a table on its way: spans are lost, rows shifted, pages broken, cells wrapped, columns added."""

from __future__ import annotations

from extractor.tagger.cells.grids import ABOVE, ANCHOR, LEFT
from extractor.tagger.cells.roles import ROLES, other
from extractor.tagger.cells.synthesis.sheet import Box, Item
from extractor.tagger.synthesis.words import Dice

Places = list[list[tuple[int, int]]]
"""Rows of (item, kind)."""


class Sheet:
    """A box on its grid: items, and for each place the item with the way in which it covers it."""

    def __init__(self, box: Box) -> None:
        self.items: list[Item] = []
        self.rows: Places = [[(-1, ANCHOR)] * box.width for _ in range(box.height)]
        for cell in box.cells:
            index = len(self.items)
            self.items.append(cell.item)
            for row in range(cell.row, cell.row + cell.height):
                for column in range(cell.column, cell.column + cell.width):
                    kind = ANCHOR if (row, column) == (cell.row, cell.column) else LEFT if row == cell.row else ABOVE
                    self.rows[row][column] = (index, kind)

    def add(self, item: Item) -> int:
        self.items.append(item)
        return len(self.items) - 1


_BLANK = Item("", other("blank"))


def spans_lost(sheet: Sheet, dice: Dice) -> None:
    """Merged cells are cells of their own: blank, or with the text once more."""
    repeated = dice.whether(0.4)
    rows_only = dice.whether(0.5)
    for row in sheet.rows:
        for column, (index, kind) in enumerate(row):
            if kind == ANCHOR or (rows_only and kind == LEFT):
                continue
            item = sheet.items[index]
            again = item._replace(starts=False) if repeated else _BLANK
            row[column] = (sheet.add(again), ANCHOR)


def shifted(sheet: Sheet, dice: Dice) -> None:
    """Places that a cell from above covers are left out, so that the row begins with what stands right of them."""
    share = dice.one((1.0, 1.0, 0.3))
    for at, row in enumerate(sheet.rows):
        covered = 0
        while covered < len(row) and row[covered][1] == ABOVE:
            covered += 1
        if covered and dice.whether(share):
            sheet.rows[at] = row[covered:]
    # What covered the places that are gone begins and ends in its first row.
    alive = {(at, column) for at, row in enumerate(sheet.rows) for column in range(len(row))}
    for at, row in enumerate(sheet.rows):
        for column, (index, kind) in enumerate(row):
            if kind == ABOVE and (at - 1, column) in alive and sheet.rows[at - 1][column][0] != index:
                row[column] = (sheet.add(_BLANK), ANCHOR)


def page_break(sheet: Sheet, dice: Dice) -> None:
    """A cell that covers several rows is printed on both pages; a row is cut in two; a header is repeated."""
    if len(sheet.rows) < 4:
        return
    at = dice.number(2, len(sheet.rows) - 1)
    row = list(sheet.rows[at])
    if dice.whether(0.5):  # the row is cut: what was left of its texts stands in a row of its own
        rest: list[tuple[int, int]] = []
        for index, kind in row:
            item = sheet.items[index]
            if kind == ANCHOR and len(item.text) > 8 and dice.whether(0.6):
                cut = dice.number(3, len(item.text) - 3)
                sheet.items[index] = item._replace(text=item.text[:cut])
                rest.append((sheet.add(Item(item.text[cut:], other("continuation"))), ANCHOR))
            elif kind == LEFT and rest:
                rest.append((rest[-1][0], LEFT))
            elif kind == ABOVE:
                rest.append((index, ABOVE))
            else:
                rest.append((sheet.add(_BLANK), ANCHOR))
        sheet.rows.insert(at + 1, rest)
        at += 1
    again: dict[int, int] = {}
    repeated = dice.whether(0.4)
    for below in sheet.rows[at:]:
        for column, (index, kind) in enumerate(below):
            if kind != ABOVE:
                continue
            if index not in again:
                item = sheet.items[index]
                again[index] = sheet.add(item._replace(starts=False) if repeated else _BLANK)
                below[column] = (again[index], ANCHOR)
            else:
                below[column] = (again[index], ABOVE)
        for column, (index, kind) in enumerate(below):
            if kind == ABOVE and column and below[column - 1][0] == index and below[column - 1][1] == ANCHOR:
                below[column] = (index, LEFT)
    heads = [row for row in sheet.rows[:3] if _is_header(sheet, row)]
    if heads and dice.whether(0.5):
        copy = [(sheet.add(sheet.items[index]), kind) if kind == ANCHOR else (-1, kind) for index, kind in heads[-1]]
        for column, (index, _) in enumerate(copy):
            if index < 0 and column:
                copy[column] = (copy[column - 1][0], LEFT)
        if all(index >= 0 for index, _ in copy):
            sheet.rows.insert(at, copy)


def _is_header(sheet: Sheet, row: list[tuple[int, int]]) -> bool:
    roles = {ROLES[sheet.items[index].role] for index, kind in row if kind == ANCHOR}
    return bool(roles) and all(role.startswith("label:") or role in ("group", "blank") for role in roles)


def wrapped(sheet: Sheet, dice: Dice) -> None:
    """Long texts have the line ends of a narrow column."""
    width = dice.number(5, 24)
    for index, item in enumerate(sheet.items):
        if len(item.text) > width and dice.whether(0.7):
            lines = [item.text[at : at + width] for at in range(0, len(item.text), width)]
            sheet.items[index] = item._replace(text="\n".join(lines))


def more_columns(sheet: Sheet, dice: Dice) -> None:
    """Empty columns, as spreadsheets have them."""
    width = max(map(len, sheet.rows))
    at = dice.one((0, width, dice.number(0, width)))
    for row in sheet.rows:
        place = min(at, len(row))
        inside = place < len(row) and row[place][1] == LEFT
        row.insert(place, (row[place][0], LEFT) if inside else (sheet.add(_BLANK), ANCHOR))


def cell_a_line(sheet: Sheet, dice: Dice) -> None:
    """Nothing is left of the grid but its cells, one below the other; blank ones are gone."""
    keep = dice.whether(0.15)
    rows: Places = []
    for row in sheet.rows:
        for index, kind in row:
            if kind == ANCHOR and (keep or sheet.items[index].text):
                rows.append([(index, ANCHOR)])
    if rows:
        sheet.rows = rows


def glued(sheet: Sheet, dice: Dice) -> None:
    """Two rows of a page become one: the texts of a cell and the one below it are joined."""
    if len(sheet.rows) < 6:
        return
    at = dice.number(3, len(sheet.rows) - 2)
    upper, lower = sheet.rows[at], sheet.rows[at + 1]
    if len(upper) != len(lower) or any(kind == ABOVE for _, kind in lower):
        return
    for (above, kind), (below, kind_below) in zip(upper, lower, strict=True):
        if kind == kind_below == ANCHOR and sheet.items[above].role == sheet.items[below].role:
            text = f"{sheet.items[above].text}\n{sheet.items[below].text}".strip()
            sheet.items[above] = sheet.items[above]._replace(text=text)
    del sheet.rows[at + 1]
    # What went on from the row that is gone ends there.
    for column, (index, kind) in enumerate(sheet.rows[at + 1] if at + 1 < len(sheet.rows) else []):
        if kind == ABOVE and (column >= len(upper) or upper[column][0] != index):
            sheet.rows[at + 1][column] = (sheet.add(_BLANK), ANCHOR)


def damaged(sheet: Sheet, dice: Dice) -> None:
    """Some of it, to some documents."""
    if dice.whether(0.25):
        wrapped(sheet, dice)
    if dice.whether(0.22):
        page_break(sheet, dice)
    roll = dice.chance()
    if roll < 0.16:
        spans_lost(sheet, dice)
    elif roll < 0.22:
        shifted(sheet, dice)
    elif roll < 0.27:
        cell_a_line(sheet, dice)
    elif roll < 0.3:
        glued(sheet, dice)
    if dice.whether(0.08):
        more_columns(sheet, dice)


__all__ = ["Sheet", "damaged"]
