"""A stream of cells, one a line, cut into the rows of a table whose columns are known.

Merged cells leave no line and blank ones at most an empty line, so neither the place nor the number of the cells
tells where a row ends: what they hold does. The best cut of the whole stream is found in one pass over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from extractor.layouts.fit import NEVER, fit, levels_of
from extractor.readers.plain.pieces import blank, stacked
from extractor.schemas.document import MappedText, Row
from extractor.targets.words import words
from extractor.text import squash

_MISSING = -1.5
"""For each cell that is missing inside of a row or at its end, without a blank line that could be it."""
_BLANK = -0.1
_CUT_OFF = -0.4
"""For each cell that is missing at the end of a row."""
_MERGED = -0.2
"""For each merged cell that is missing at the beginning of a row."""
_GOES_ON = -3.0
_OPEN = 2.6
_LIMIT = 3
_TEXTS = frozenset(("goal", "name", "level1", "level2", "indicator_name", "unit"))
_LONGEST_ASIDE = 12
_NOWHERE = (-1e9, 0)
_NEW_ROW = -0.5
_NO_UNIT = 0.2
"""A text that is as short as a unit but none that is known: 稳定."""
_SCALES = "十百千万亿"


_Way = tuple[int, str]
"""The column of the token before, and how the two stand: in one row, in one cell, or with a row's end between them."""


class Token(NamedTuple):
    """A line that holds text, and how many blank lines stand above it, more than anywhere in the stream."""

    text: str
    start: int
    end: int
    blanks: int = 0


class Placed(NamedTuple):
    """Where a token stands: its row, its column; whether it goes on with the cell above it."""

    row: int
    column: int
    goes_on: bool = False


def segmented(tokens: Sequence[Token], fields: Sequence[str | None]) -> tuple[list[Placed], float]:
    """The row and column of each token, and how well they fit on the average.

    >>> fields = ("level1", "level2", "indicator_name", "annual_value")
    >>> words = ("产出指标", "数量指标", "清淤河道", "≥6公里", "新建泵站", "3座", "时效指标", "完成时间", "6月底")
    >>> [(one.row, one.column) for one in segmented([Token(word, 0, 0) for word in words], fields)[0]]
    [(0, 0), (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    """
    if not tokens:
        return [], 0.0
    fields = tuple(fields)
    width = len(fields)
    has_signs = "operator" in fields
    begins = [_begins(at, fields) for at in range(width)]
    fits = _fits(squash(tokens[0].text), "", fields, has_signs)
    # best[column]: the best way in which the tokens so far stand, the last of them in that column.
    best = [fits[at] + _MERGED * at for at in range(width)]
    ways: list[list[_Way]] = [[(-1, "row")] * width]
    for above, token in pairwise(tokens):
        fits = _fits(squash(token.text), squash(above.text), fields, has_signs)
        ended, last = max((best[at] + _at_end(width - 1 - at, token.blanks), at) for at in range(width))
        beside = _beside(best, token.blanks)
        joints = _joints(above, token)
        following: list[float] = []
        way: list[_Way] = []
        for at in range(width):
            score, before, how = ended + fits[at] + begins[at], last, "row"
            if beside[at][0] + fits[at] > score:
                score, before, how = beside[at][0] + fits[at], beside[at][1], "cell"
            joint = best[at] + joints[fields[at] in _TEXTS]
            if joint > score:
                score, before, how = joint, at, "more"
            following.append(score)
            way.append((before, how))
        best = following
        ways.append(way)
    at = max(range(width), key=best.__getitem__)
    return _traced(ways, at), best[at] / len(tokens)


def _traced(ways: Sequence[Sequence[_Way]], at: int) -> list[Placed]:
    """The places of the tokens, from that of the last one backwards."""
    steps: list[tuple[int, str]] = []
    for way in reversed(ways):
        before, how = way[at]
        steps.append((at, how))
        at = before
    found: list[Placed] = []
    row = -1
    for column, how in reversed(steps):
        row += how == "row"
        found.append(Placed(row, column, how == "more"))
    return found


def _beside(best: Sequence[float], blanks: int) -> list[tuple[float, int]]:
    """For each column the best way to reach it from one to its left, and that column."""
    if blanks:
        ways = [[(best[one] + _inside(at - one - 1, blanks), one) for one in range(at)] for at in range(len(best))]
        return [max(options, default=_NOWHERE) for options in ways]
    found = [_NOWHERE]
    for at in range(1, len(best)):
        score, before = found[-1]
        found.append(max((best[at - 1], at - 1), (score + _MISSING, before)))
    return found


@lru_cache(maxsize=4096)
def _fits(word: str, before: str, fields: tuple[str | None, ...], has_signs: bool) -> list[float]:
    return [_fit(word, before, field, has_signs=has_signs) for field in fields]


def placed_in_row(texts: Sequence[str], blanks: Sequence[int], fields: Sequence[str | None]) -> list[int]:
    """The columns of cells that are one row, no more than there are fields; `blanks` stand before each of them.

    >>> fields = ("level1", "level2", "indicator_name", "weight", "annual_value", None)
    >>> placed_in_row(["其中：日光温室", "6.5亩", "6.5亩"], [0, 0, 0], fields)
    [2, 4, 5]
    """
    width, count = len(fields), len(texts)
    has_signs = "operator" in fields
    best = [0.0] * width
    ways: list[list[int]] = []
    for index, word in enumerate(texts):
        following, way = [NEVER * count * 2] * width, [-1] * width
        above = texts[index - 1] if index else ""
        for at in range(index, width - (count - index - 1)):
            own = _fit(word, above, fields[at], has_signs=has_signs)
            if not index:
                following[at] = own + _begins(at, fields)
                continue
            gap = blanks[index]  # a blank cell that is printed takes a column
            options = [
                (best[before] + own + _inside(at - before - 1, gap), before) for before in range(index - 1, at - gap)
            ]
            if options:
                following[at], way[at] = max(options)
        best = following
        ways.append(way)
    column = max(range(count - 1, width), key=lambda at: best[at])
    columns: list[int] = []
    for way in reversed(ways):
        columns.append(column)
        column = way[column]
    return columns[::-1]


def _fit(word: str, before: str, field: str | None, *, has_signs: bool) -> float:
    """How well a cell fits a column; a category printed twice is that of both levels: 满意度指标 | 满意度指标."""
    if field == "level2" and word == before and levels_of(word) == {"level1"}:
        return fit(word, "level1", has_signs=has_signs)
    if field == "measure_unit" and not words().units.known.get(word.lstrip(_SCALES).partition("/")[0]):
        return min(fit(word, field, has_signs=has_signs), _NO_UNIT)
    return fit(word, field, has_signs=has_signs)


def _begins(at: int, fields: Sequence[str | None]) -> float:
    """A row begins with its first cell, or with one that those merged downwards leave: none of them is a value."""
    name = fields.index("indicator_name") if "indicator_name" in fields else len(fields)
    return _NEW_ROW + _MERGED * min(at, _LIMIT) + (0.0 if at <= name else 2 * _GOES_ON)


def _inside(missing: int, blanks: int) -> float:
    known = min(missing, blanks)
    unused = max(blanks - missing, 0)
    return _BLANK * known + _MISSING * (missing - known) - 0.3 * unused


def _at_end(missing: int, blanks: int) -> float:
    known = min(missing, blanks)
    return _BLANK * known + _CUT_OFF * (missing - known)


def _joints(above: Token, token: Token) -> tuple[float, float]:
    """Whether a line goes on with the cell above it, a value or a text, as its brackets and stops tell."""
    word, more = above.text.strip(), token.text.strip()
    in_brackets = word.count("(") + word.count("（") > word.count(")") + word.count("）")
    is_open = in_brackets or word.endswith(("，", ",", "、"))
    begins = more.startswith(("(", "（")) and len(more) < _LONGEST_ASIDE
    opened = (_OPEN if (is_open or begins) and not token.blanks else 0.0) - token.blanks
    return 2 * _GOES_ON + opened, _GOES_ON + opened


def row_of(text: str, cells: Sequence[tuple[int, Token]], width: int) -> Row:
    """A row of tokens under their columns; several under one are one cell."""
    start, end = cells[0][1].start, max(token.end for _, token in cells)
    made = []
    for column in range(width):
        pieces = [piece_of(text, token) for at, token in cells if at == column]
        made.append(stacked(text, pieces, start) if pieces else blank(start))
    return Row(tuple(made), start, end)


def piece_of(text: str, token: Token) -> MappedText:
    """A token with its places."""
    return MappedText(text[token.start : token.end], range(token.start, token.end))
