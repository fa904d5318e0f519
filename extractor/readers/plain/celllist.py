"""Lists of projects that a scraper left with one cell a line: a row has as many cells as its header has labels.

How many labels a header has, its words do not tell: the first cells of a row may look like them. The rows below do,
where all their cells stand under the labels they fit, and the numbers of the rows count up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from extractor.layouts import terms
from extractor.layouts.fit import fit, levels_of
from extractor.schemas.document import Cell, Row, Table
from extractor.schemas.layout import CONTENT_COLUMNS
from extractor.text import squash

_LONGEST_LABEL, _LONGEST_PRINTED = 20, 80
"""Characters of a label, squashed and as printed."""
_NO_LABEL = re.compile(r"[\d≥≤,。;%]|^单位:|:.")
_FEWEST, _WIDEST = 4, 24
_AHEAD = 12
_CANNOT = -3.0
"""How well a cell fits a column in which it cannot stand: a text under a label of money."""
_NUMBER = re.compile(r"\d{1,5}")
_NAME = re.compile(r"(?=(?:.*[一-鿿]){2}).{3,80}")
_NOTHING = frozenset(("", "-", "/"))
_FEWEST_ROWS = 2
_MOST_MISSED = 60
"""So many labels of names are looked around for a list; a text that prints more without one is none of lists."""


class Item(NamedTuple):
    """A cell of the stream, blank or not."""

    text: str
    start: int
    end: int


class CellList(NamedTuple):
    """A list: cells [begin, end) of the stream, `width` to a row, the first row its header."""

    begin: int
    end: int
    width: int


def find_lists(items: Sequence[Item]) -> Iterator[CellList]:
    """The lists in a stream of cells, in print order.

    >>> words = "序号 项目名称 建设内容 绩效目标 金额 1 茶园步道 步道2公里 方便采茶 48 2 蓄水池 水池3座 灌溉 30"
    >>> list(find_lists([Item(word, 0, 0) for word in words.split()]))
    [CellList(begin=0, end=15, width=5)]
    """
    words: list[str] = []
    after = missed = 0
    for at, item in enumerate(items):
        if at < after or len(item.text) > _LONGEST_PRINTED:
            continue
        word = squash(item.text)
        if len(word) > _LONGEST_LABEL or _column(word) != "name":
            continue
        words = words or [squash(one.text) for one in items]
        found = _list_around(words, at, after)
        if found is not None:
            yield found
            after = found.end
        missed += found is None
        if missed > _MOST_MISSED:
            return


@lru_cache(maxsize=16_384)
def _column(word: str) -> str | None:
    return terms().column(word) or terms().column_by_shape(word, ())


def table_of(items: Sequence[Item], found: CellList, cell: Callable[[Item], Cell]) -> Table:
    """A list's rows as a table; `cell` makes each cell."""
    rows = []
    for at in range(found.begin, found.end, found.width):
        row = items[at : at + found.width]
        rows.append(Row(tuple(map(cell, row)), row[0].start, row[-1].end))
    return Table(tuple(rows))


def _list_around(words: Sequence[str], name: int, after: int) -> CellList | None:
    """The list whose header holds the label of the names: of all that fit, the longest."""
    begin = name
    while begin > after and name - begin < _AHEAD and _is_label(words[begin - 1]):
        begin -= 1
    numbered = [at for at in range(begin, name) if _column(words[at]) == "number"]
    end = name + 1
    while end < len(words) and end - begin < _WIDEST and _is_label(words[end]):
        end += 1
    found = (
        CellList(first, last, stop - first)
        for first in numbered[-1:] or range(begin, name + 1)
        for stop in range(max(name + 1, first + _FEWEST), end + 1)
        if (last := _end_of_rows(words, first, stop)) > stop
    )
    return max(found, key=lambda one: (one.end - one.begin, -one.begin), default=None)


def _is_label(word: str) -> bool:
    return 1 < len(word) <= _LONGEST_LABEL and not _NO_LABEL.search(word)


def _end_of_rows(words: Sequence[str], begin: int, after: int) -> int:
    """Behind the last row below a header of cells [begin, after); `after` where they are no rows of projects."""
    labels = words[begin:after]
    fields = [_column(word) for word in labels]
    telling = set(fields) - {None}
    if len(telling) < _FEWEST - 1 or not (CONTENT_COLUMNS & telling or any(map(levels_of, labels))):
        return after
    width, at, projects, counted = after - begin, after, 0, False
    number = fields.index("number") if "number" in fields else None
    while at + width <= len(words):
        row = words[at : at + width]
        is_total = any(map(terms().is_grand_total, row)) or any(map(terms().is_subtotal, row))
        if not all(map(_fits, row, fields)) or not (is_total or _NAME.fullmatch(row[fields.index("name")])):
            break
        if number is not None and not is_total and row[number] not in {"", f"{projects + 1}"}:
            break
        counted = counted or (number is not None and row[number] == f"{projects + 1}")
        projects += not is_total
        at += width
    has_money = any(field is not None and fit("甲乙丙丁", field, has_signs=False) < _CANNOT for field in fields)
    return at if counted or (has_money and projects >= _FEWEST_ROWS) else after


def _fits(word: str, field: str | None) -> bool:
    """Whether a cell can stand in a column; none does that is a label of this or another header."""
    if word in _NOTHING:
        return True
    if field == "number":
        return bool(_NUMBER.fullmatch(word)) or terms().is_grand_total(word)
    if field == "name":
        return not _NUMBER.fullmatch(word)
    return field is None or fit(word, field, has_signs=False) > _CANNOT
