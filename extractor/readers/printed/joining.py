"""Rows and cells that a page break cut in two, put together again.

Only what the page shows decides here:

- The table has no rule at its lower edge: the row goes on at the top of the next page's table. Where only some
  columns have none, the merged cells of those columns go on and the row itself is complete.
- The lower edge has a rule (word processors draw one), but the next page's first row is not merged with anything and
  plainly no row of its own: it lacks the amount that every other row has, and the name as well or goes on in the
  middle of a text; or both halves of a cell make what stands in this column further up, or close a bracket. Such a
  join is a guess, and said to be one, unless the numbers of a cell's items count on or one of its labels is cut in two.

Two rows with a number each in one column are always two rows.

A joined row stands on its first page. Column headers that are printed again stay rows of the next page's table:
whoever cuts tables into projects knows them. Titles within the table become lines above it. Rows of which only the
columns' meaning tells that they belong together are left to that reader as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.layouts import terms
from extractor.readers.inked import inked, parted
from extractor.readers.parsed import Merged
from extractor.readers.printed.characters import ink
from extractor.readers.printed.page import Cells, Page, RuledTable
from extractor.text import ENDS_SENTENCE, squash

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_BEGINS_ITEM = re.compile(r"[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[、.．)）]")
_ITEM = re.compile(r"(?:^|(?<=[。；;\n]))[(（]?(?P<number>\d{1,3})(?P<style>[、.．)）])")
_TWO = 2
_ALIKE = 0.5
_MOST_LINES_BETWEEN = 5
_FEW_ROWS = 2
_LONG_ENOUGH = 6
_HYPHENS = ("-", "\u2010", "\u2011", "\u2013", "\u2014")


@dataclass(slots=True)
class _Chain:
    """A table over several pages, as far as it was read."""

    head: list[Cells]
    last: RuledTable
    row: Cells
    """The row that stood last, wherever its first half is."""
    origins: list[tuple[Cells, int]]
    """Of each column, the cell in which the text of the last row's cell stands (merged cells: further up)."""
    open_bottom: list[bool]
    amounts: list[bool]
    """Of each column, whether every row so far has a number in it."""
    seen: list[set[str]]
    """Of each column, the texts so far."""
    rows: int = 0


def join_pages(pages: Sequence[Page]) -> None:
    """Joins what goes on over page breaks, in place, with a note on the page where the rest stood."""
    follows: list[tuple[Page, RuledTable, RuledTable]] = []
    for page, following in pairwise(pages):
        last, first = _edge(reversed(page.items)), _edge(following.items)
        if last is not None and first is not None and _same_columns(last, first):
            follows.append((following, last, first))
        elif last is not None and all(last.open_bottom) and any(isinstance(item, str) for item in following.items):
            following.notes.append(("rules_end", ""))
    _align(follows)
    chain: _Chain | None = None
    for page, last, first in follows:
        if chain is None or chain.last is not last:
            columns = len(last.xs) - 1
            chain = _Chain(last.rows, last, [], [], [], [True] * columns, [set() for _ in range(columns)])
            _go_on(chain, last, 0)
        _join(chain, page, first)


def _edge(items: Iterable[str | RuledTable]) -> RuledTable | None:
    """The table at a page's edge, where at most a few lines (title, page number, remarks) are in between."""
    for index, item in enumerate(items):
        if isinstance(item, RuledTable):
            return item
        if index >= _MOST_LINES_BETWEEN:
            return None
    return None


def _same_columns(table: RuledTable, other: RuledTable) -> bool:
    """Whether two tables have the same outline, and one the columns of the other (merged ones do not show)."""
    few, many = sorted((table.xs, other.xs), key=len)
    near = _ALIKE * max(table.size, other.size)
    return (
        abs(few[0] - many[0]) <= near
        and abs(few[-1] - many[-1]) <= near
        and all(_nearest(many, x, near) is not None for x in few)
    )


def _nearest(xs: Sequence[float], x: float, near: float) -> int | None:
    index = bisect_left(xs, x - near)
    return index if index < len(xs) and xs[index] <= x + near else None


def _align(follows: Sequence[tuple[Page, RuledTable, RuledTable]]) -> None:
    """Gives all pages of a table the columns of the page that shows most of them."""
    chains: list[list[RuledTable]] = []
    for _, last, first in follows:
        if chains and chains[-1][-1] is last:
            chains[-1].append(first)
        else:
            chains.append([last, first])
    for tables in chains:
        widest = max((table.xs for table in tables), key=len)
        for table in tables:
            near = _ALIKE * table.size
            if len(table.xs) < len(widest) and all(_nearest(widest, x, near) is not None for x in table.xs):
                _refine(table, widest, near)


def _refine(table: RuledTable, xs: list[float], near: float) -> None:
    """Columns that are merged in every row of this page."""
    places = [_nearest(xs, x, near) or 0 for x in table.xs[:-1]] + [len(xs) - 1]
    spans = [max(after - before, 1) for before, after in pairwise(places)]
    if sum(spans) != len(xs) - 1:
        return
    for row in table.rows:
        row[:] = [one for cell, span in zip(row, spans, strict=True) for one in (cell, *[Merged.LEFT] * (span - 1))]
    table.xs, table.aligned = xs, True
    table.open_top = [one for one, span in zip(table.open_top, spans, strict=True) for _ in range(span)]
    table.open_bottom = [one for one, span in zip(table.open_bottom, spans, strict=True) for _ in range(span)]


def _join(chain: _Chain, page: Page, table: RuledTable) -> None:
    is_parted = _part_from_header(chain.head, table.rows)
    skip = _repeated_header(chain.head, table.rows)
    chain.last = table
    if len(table.xs) - 1 != len(chain.row) or skip == len(table.rows):
        return
    row = table.rows[skip]
    skip -= _titles_outside(page, table, skip)
    # Where a header stands in between, its rule says nothing about the row below.
    going_on = skip > 0 or any(table.open_top)
    open_bottom = chain.open_bottom if going_on else [False] * len(row)
    if not any(isinstance(cell, str) and _both_numbers(chain, row, column) for column, cell in enumerate(row)):
        is_open = is_parted or all(open_bottom)
        if is_open or _is_rest(chain, row):
            is_plain = is_open or _is_plain(chain, row)
            _unmerge(chain, row)
            _append(chain, row, range(len(row)))
            del table.rows[skip]
            for doubt in page.doubts:
                if doubt.row is row:
                    doubt.row = chain.row
            if is_plain:
                page.notes.append(("row_joined", ""))
            else:
                page.notes.append(("row_guessed", ""))
        elif any(open_bottom):
            columns = [column for column, cell in enumerate(row) if open_bottom[column] and isinstance(cell, str)]
            if _append(chain, row, columns):
                page.notes.append(("row_joined", ""))
            for column in columns:
                row[column] = Merged.ABOVE
    _go_on(chain, table, skip)


def _titles_outside(page: Page, table: RuledTable, repeated: int) -> int:
    """A title that stands in a row of its own, printed again, is a line above the table; how many there were."""
    titles = []
    for row in table.rows[:repeated]:
        filled = [cell for cell in row if isinstance(cell, str) and cell]
        if len(filled) != 1:
            break
        titles.append(filled[0])
    at = next(index for index, item in enumerate(page.items) if item is table)
    page.items[at:at] = titles
    page.in_cells -= sum(map(ink, titles))
    del table.rows[: len(titles)]
    return len(titles)


def _go_on(chain: _Chain, table: RuledTable, skip: int) -> None:
    """What the chain ends with after a table; where it only held the middle of a row, with that row still."""
    chain.open_bottom = table.open_bottom
    rows = table.rows[skip:]
    if not rows:
        return
    origins: list[tuple[Cells, int]] = []
    for column in range(len(rows[-1])):
        at, index = len(rows) - 1, column
        while isinstance(cell := rows[at][index], Merged) and at >= 0:
            if cell is Merged.LEFT and index:
                index -= 1
            elif at:
                at -= 1
            else:
                break
        above = isinstance(rows[at][index], Merged)
        origins.append(chain.origins[column] if above and chain.origins else (rows[at], index))
    chain.row, chain.origins = rows[-1], origins
    for row in rows:
        for column, cell in enumerate(row):
            chain.seen[column].add(_plain(cell))
        numbers = [isinstance(cell, str) and _is_number(cell) for cell in row]
        if chain.rows or any(numbers):
            chain.amounts = [old and new for old, new in zip(chain.amounts, numbers, strict=False)]
            chain.rows += 1


def _repeated_header(head: Sequence[Cells], rows: Sequence[Cells]) -> int:
    """How many of a page's first rows are those with which the table began."""
    count = 0
    for first, again in zip(head, rows, strict=False):
        if [_plain(cell) for cell in first] != [_plain(cell) for cell in again] or not any(map(_plain, again)):
            break
        count += 1
    return count if head is not rows else 0


def _part_from_header(head: Sequence[Cells], rows: list[Cells]) -> bool:
    """Parts the rest of a row from the header above it, where no rule stands between; whether there was such a rest.

    Each cell of the header then says what it says on the first page, and goes on with the row's text.
    """
    if head is rows:
        return False
    rest: list[str] = []
    depth = 0
    for first, again in zip(head, rows, strict=False):
        behind = [_behind(one, other) for one, other in zip(first, again, strict=False)]
        if len(first) != len(again) or None in behind or not any(map(_plain, first)):
            break
        depth += 1
        rest = [one or other or "" for one, other in zip(behind, rest or behind, strict=True)]
        if any(rest) and (depth == len(rows) or Merged.ABOVE not in rows[depth]):
            break
    if not any(rest):
        return False
    for row, first in zip(rows[:depth], head, strict=False):
        row[:] = [_header_alone(one, cell) for one, cell in zip(first, row, strict=True)]
    rows.insert(depth, [Merged.LEFT if cell is Merged.LEFT else one for one, cell in zip(rest, row, strict=True)])
    return True


def _header_alone(header: str | Merged, cell: str | Merged) -> str | Merged:
    if isinstance(header, Merged) or isinstance(cell, Merged):
        return cell
    found = _spaced(header).match(cell)
    return parted(cell, found.end())[0] if found else cell


def _behind(header: str | Merged, cell: str | Merged) -> str | None:
    """What stands in a cell behind the text of a header; None where the cell does not begin with it.

    >>> _behind("绩效指标", "绩效\\n指标\\n；年度指标值：5"), _behind("绩效指标", "绩效目标")
    ('；年度指标值：5', None)
    """
    if isinstance(header, Merged) or isinstance(cell, Merged):
        return "" if header is cell else None
    found = _spaced(header).match(cell)
    return parted(cell, found.end())[1] if found else None


def _spaced(text: str) -> re.Pattern[str]:
    return re.compile(r"\s*" + r"\s*".join(map(re.escape, "".join(text.split()))) + r"\s*")


def _plain(cell: str | Merged) -> str:
    return squash(cell) if isinstance(cell, str) else ""


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(squash(cell)))


def _both_numbers(chain: _Chain, row: Cells, column: int) -> bool:
    """A number is never cut in two: with one in each half, these are two rows."""
    first, second = chain.row[column], row[column]
    return isinstance(first, str) and isinstance(second, str) and _is_number(first) and _is_number(second)


def _is_rest(chain: _Chain, row: Cells) -> bool:
    """Whether a row below a closed edge is the second half of the row above it."""
    first = [cell.strip() for cell in chain.row if isinstance(cell, str)]
    second = [cell.strip() for cell in row if isinstance(cell, str)]
    if len(first) < len(chain.row) or len(second) < len(row):
        return False
    if any(_is_number(rest) and not _goes_on(begun) for begun, rest in zip(first, second, strict=True)):
        return False
    if any(_makes_whole(*halves, chain.seen[column]) for column, halves in enumerate(zip(first, second, strict=True))):
        return True
    if chain.rows < _FEW_ROWS or not any(chain.amounts) or not any(second):
        return False
    if any(amount and text for amount, text in zip(chain.amounts, second, strict=True)):
        # A column of numbers goes on with nothing.
        return False
    if first[0] and not second[0]:
        # It has no name either (or whatever the first column is).
        return True
    column = max(index for index, text in enumerate(second) if text)
    return bool(first[column]) and not first[column].endswith(ENDS_SENTENCE) and not _BEGINS_ITEM.match(second[column])


def _goes_on(begun: str) -> bool:
    """Whether a text ends in a hyphen, as a code does that is cut in two."""
    return begun.endswith(_HYPHENS)


def _makes_whole(first: str, second: str, seen: set[str]) -> bool:
    """Whether two halves make what stands elsewhere in the column, or the second closes the bracket of the first."""
    if not first or not second:
        return False
    whole = squash(first + second)
    if len(whole) >= _LONG_ENOUGH and whole in seen and squash(second) not in seen:
        return True
    opened = first.replace("(", "（").rpartition("（")
    closed = second.replace(")", "）").partition("）")
    return bool(opened[1] and closed[1]) and "）" not in opened[2].replace(")", "）") and "（" not in closed[0]


def _is_plain(chain: _Chain, row: Cells) -> bool:
    """Whether the text of a cell itself goes on in a row that was taken for the rest of the row above it.

    A number of an item that counts on is no other project's, whose items begin at 1; nor is the end of a label.
    """
    halves = [
        (one, two) for one, two in zip(chain.row, row, strict=True) if isinstance(one, str) and isinstance(two, str)
    ]
    return any(_counts_on(one, two) or _cuts_label(squash(one), squash(two)) for one, two in halves if one and two)


def _counts_on(first: str, second: str) -> bool:
    """Whether the second half of a cell begins with the item that follows the last one of the first half.

    >>> _counts_on("1、里程。", "2、合格率"), _counts_on("1、里程。", "（2）合格率")
    (True, False)
    """
    begins = _ITEM.match(second.strip())
    numbers = [match for match in _ITEM.finditer(first.strip()) if begins and match["style"] == begins["style"]]
    return bool(begins and numbers) and int(begins["number"]) == int(numbers[-1]["number"]) + 1  # type: ignore[index]


def _cuts_label(first: str, second: str) -> bool:
    """Whether a value's label is cut in two: 年度指标 | 值：80公里."""
    values = terms().shared.values
    return any(
        first.endswith(word[:cut]) and second.startswith(f"{word[cut:]}:")
        for word in (*values.cycle, *values.annual)
        for cut in range(_TWO, len(word))
    )


def _unmerge(chain: _Chain, row: Cells) -> None:
    """Gives a row of which a page shows a strip without text the columns that the next page shows of it."""
    if any(isinstance(cell, str) and cell for cell in chain.row):
        return
    for column, (strip, cell) in enumerate(zip(chain.row, row, strict=True)):
        if strip is Merged.LEFT and isinstance(cell, str):
            chain.row[column] = ""
            chain.origins[column] = (chain.row, column)


def _append(chain: _Chain, row: Cells, columns: Iterable[int]) -> bool:
    """The texts of a row's cells put below those of the cells they go on from."""
    moved = False
    for column in columns:
        cell = row[column]
        if not isinstance(cell, str) or not cell:
            continue
        target, index = chain.origins[column]
        before = target[index]
        target[index] = inked("\n", (before, cell)) if isinstance(before, str) and before else cell
        moved = True
    return moved
