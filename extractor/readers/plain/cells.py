"""Pages that a scraper left with one cell a line: the tables in them, built anew from the labels of their headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import NamedTuple

from extractor.layouts import terms
from extractor.layouts.fit import is_deeper, levels_of
from extractor.layouts.forms import form_words
from extractor.layouts.taxonomy import LEVELS
from extractor.readers.plain.cellform import read_form
from extractor.readers.plain.celllist import Item, find_lists, table_of
from extractor.readers.plain.segments import Token, piece_of, row_of, segmented
from extractor.schemas.document import Cell, Line, Table
from extractor.schemas.layout import CONTENT_COLUMNS
from extractor.text import fold, squash

_LONGEST = 40
_FEWEST = 3
_WIDEST = 24
_AHEAD = 8
_TALLEST, _NARROW, _LEAST = 6, 2, 2
"""A label in a narrow cell: so many lines, so many characters on each."""
_GOOD = 0.35
"""What a cell of a table fits its column by, on the average."""
_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_OF_INDICATORS = _INDICATORS | {"indicators", "operator", "measure_unit", "weight"}
_HEAD = frozenset(("name", "unit", "department", "goal"))
_LOOSE = frozenset(("name", "unit", "department", "measure_unit"))
"""Columns that hold any short text."""
_ALONE = {"指标": "indicator_name"}
"""A label that says what it is about only among others of its kind."""
_ENDS_LABEL = ("指标", "值", "名称")
_IN_BRACKETS = re.compile(r"\([^()]{1,12}\)")
_VALUES = frozenset(("cycle_value", "annual_value"))
_PLACE = re.compile(r"[一-鿿]{1,12}(?:[省市县区旗乡镇村场]|街道|社区|合计|本级)")


class Run(NamedTuple):
    """Labels that follow each other: tokens [first, after), and the columns that they name.

    The first `upper` of them stand in a header row above the others: over some of these, or right of them all.
    """

    first: int
    after: int
    fields: tuple[str | None, ...]
    upper: int = 0


def read_cells(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such tables, and the tables; no table where the lines are not clearly one cell each."""
    tables = _counted(text, lines) or tables_of(text, tokens_of(text, lines)) if may_hold_headers(text) else []
    if not tables:
        return lines, ()
    spans = [(table.rows[0].start, table.rows[-1].end) for table in tables]
    outside = tuple(line for line in lines if not any(start <= line.start < end for start, end in spans))
    return outside, tuple(tables)


def _counted(text: str, lines: Sequence[Line]) -> list[Table]:
    """Lists whose rows all have as many lines as their header has labels: no cell is blank, none is merged."""
    items = [
        Item(printed, begin := line.start + text[line.start : line.end].index(printed), begin + len(printed))
        for line in lines
        if (printed := text[line.start : line.end].strip())
    ]
    return [
        table_of(items, found, lambda item: Cell(piece_of(text, Token(*item)), item.start, item.end))
        for found in find_lists(items)
    ]


def may_hold_headers(text: str) -> bool:
    """Whether a text prints what headers of goals or indicators begin with; nearly all texts without tables do not."""
    text = fold(text)
    return "目标" in text or any(begin in text for begin in form_words(terms()).levels)


def tables_of(text: str, tokens: Sequence[Token]) -> list[Table]:
    """The tables in a stream of cells."""
    runs = headers(tokens)
    named = [run for run in runs if "name" in run.fields]
    tables = [table for run in named if (table := _list(text, tokens, run, runs)) is not None]
    if runs and not named:
        tables += read_form(text, tokens, [(run.first, run.after, run.fields, run.upper) for run in runs])
    return tables


def tokens_of(text: str, lines: Sequence[Line]) -> list[Token]:
    """The lines that hold text; a bar behind a cell is no part of it."""
    tokens: list[Token] = []
    blanks = 0
    for line in lines:
        printed = text[line.start : line.end].rstrip()
        if not printed:
            blanks += 1
            continue
        printed = printed.removesuffix("|").rstrip()
        body = printed.lstrip()
        if not body:
            continue
        start = line.start + len(printed) - len(body)
        tokens.append(Token(body, start, start + len(body), blanks))
        blanks = 0
    usual = Counter(token.blanks for token in tokens[1:]).most_common(1)
    apart = usual[0][0] if usual else 0
    if apart:
        tokens = [token._replace(blanks=max(token.blanks - apart, 0)) for token in tokens]
    return _whole(tokens)


def _whole(tokens: Sequence[Token]) -> list[Token]:
    """Tokens in which labels that a narrow cell wrapped are one: 项目资金 over (万元), 满意度 over 指标(10分)."""
    whole: list[Token] = []
    index = 0
    while index < len(tokens):
        tall = _tall(tokens, index) if len(tokens[index].text) <= _NARROW else 1
        if tall > 1:
            parts = tokens[index : index + tall]
            text = "\n".join(part.text for part in parts)
            whole.append(parts[0]._replace(text=text, end=parts[-1].end))
            index += tall
            continue
        token = tokens[index]
        above = whole[-1] if whole else None
        if above is not None and not token.blanks and _goes_on(above.text, token.text):
            whole[-1] = above._replace(text=f"{above.text}\n{token.text}", end=token.end)
        else:
            whole.append(token)
        index += 1
    return whole


def _tall(tokens: Sequence[Token], first: int) -> int:
    """How many tokens are one label of a tall and narrow cell: 绩效 over 指标; 总, 体, 目, 标."""
    below = range(first, min(first + _TALLEST, len(tokens)))
    parts = list(takewhile(lambda at: _is_fragment(tokens[at], is_first=at == first), below))
    if len(parts) < _LEAST:
        return 1
    joint = "".join(squash(tokens[at].text) for at in parts)
    ends = accumulate(len(squash(tokens[at].text)) for at in parts)
    known = [count for count, end in enumerate(ends, 1) if count >= _LEAST and _is_label_of_form(joint[:end])]
    return known[-1] if known else 1


@lru_cache(maxsize=8192)
def _is_label_of_form(word: str) -> bool:
    words = form_words(terms())
    return bool(words.label(word) or words.column(word) or levels_of(word))


def _is_fragment(token: Token, *, is_first: bool) -> bool:
    word = squash(token.text)
    if len(word) > _NARROW:
        return False
    return form_words(terms()).label(word) is None if is_first else not token.blanks


def _goes_on(above: str, text: str) -> bool:
    if len(above) + len(text) > _LONGEST or "\n" in above:
        return False
    word = squash(text)
    if _IN_BRACKETS.fullmatch(word):
        words = form_words(terms())
        return bool(words.label(above) or words.column(above) or levels_of(squash(above)))
    joint = squash(above) + word
    if "指标" not in joint or len(word) >= len("满意度指标(10分)"):
        return False
    words = form_words(terms())
    known = words.label(text) or words.column(text)
    if not known and not words.label(above) and not words.column(above) and words.column(joint) in LEVELS:
        return True  # 一级 over 指标, in the header
    return not known and not levels_of(squash(above)) and bool(levels_of(joint))


def _column(token: Token) -> str | None:
    """The column that a line names by itself."""
    return _column_named(token.text) if len(token.text) <= _LONGEST else None


@lru_cache(maxsize=16_384)
def _column_named(text: str) -> str | None:
    word = squash(text)
    found = form_words(terms()).column(text) or _ALONE.get(word)
    return terms().column_by_shape(text, ()) if found is None and word.endswith(_ENDS_LABEL) else found


def headers(tokens: Sequence[Token]) -> list[Run]:
    """Runs of three and more labels one below the other that name goals or indicators."""
    columns = _with_bare_levels(tokens, [_column(token) for token in tokens])
    runs: list[Run] = []
    index = 0
    while index < len(tokens):
        end = index
        while end < len(tokens) and end - index < _WIDEST and columns[end] is not None:
            end += 1
            # One label that no word knows, between others.
            if end + 1 < len(tokens) and columns[end] is None and columns[end + 1] and _is_label(tokens[end]):
                end += 1
        if "name" not in columns[index:end] or _holds_values(columns[index:end]):
            # The last labels of a form stand right above the header: 其他资金, 总体目标.
            first = next((at for at in range(index, end) if columns[at] in _OF_INDICATORS), index)
            index = first - 1 if first > index and columns[first - 1] == "number" else first
        fields = columns[index:end]
        known = set(fields) - {None}
        measured = "annual_value" in known and len({"operator", "measure_unit", "weight"} & known) > 1
        heads = "name" in known or len(_INDICATORS & known) > 1 or ("indicator_name" in known and measured)
        if len(known) >= _FEWEST and CONTENT_COLUMNS & known and heads:
            after = _rest_of_header(tokens, end, fields)
            after, own = _without_places(tokens, index, after, columns)
            runs.append(_with_upper(tokens, Run(index, after, own), columns))
            index = after
        else:
            index = max(end, index + 1)
    return runs


def _holds_values(fields: Sequence[str | None]) -> bool:
    """Whether the labels of a form's head take turns with short values: 项目名称, 灯塔维护, 主管部门, 海事局."""
    begin = next((at for at, field in enumerate(fields) if field in _HEAD), len(fields))
    turns = fields[begin : begin + 4]
    return len(turns) > _FEWEST and turns[2] in _HEAD and turns[1] is None and turns[3] is None


def _with_bare_levels(tokens: Sequence[Token], columns: list[str | None]) -> list[str | None]:
    """一级 | 二级 | 三级 are levels side by side only, and 指标 is a name beside its value and its sign."""
    words = form_words(terms())
    bare = [words.bare_levels.get(squash(token.text)) if len(token.text) <= _NARROW else None for token in tokens]
    for at, level in enumerate(bare):
        if level is not None and any(bare[max(at - 1, 0) : at] + bare[at + 1 : at + 2]):
            columns[at] = level
        elif len(tokens[at].text) == _NARROW and squash(tokens[at].text) == "指标":
            beside = set(columns[at + 1 : at + 1 + _AHEAD // 2])
            if "annual_value" in beside and len({"operator", "measure_unit", "weight"} & beside) > 1:
                columns[at] = "indicator_name"
    return columns


def _with_upper(tokens: Sequence[Token], run: Run, columns: Sequence[str | None]) -> Run:
    """A header with the row above it, whose cells to the right of the levels come first: 指标值 | 实际完成值 | 得分."""
    if run.fields[0] != "level1":
        return run
    above = run.first
    while run.first - above < _AHEAD and above and _is_label(tokens[above - 1]) and columns[above - 1] != "indicators":
        above -= 1
    heads = above and columns[above - 1] == "indicators"
    upper = columns[above : run.first]
    if not heads or not {"annual_value", "weight"} & set(upper):
        return run
    over = bool(upper[0] in _VALUES and _VALUES & set(run.fields))
    return Run(above, run.after, (*run.fields, *upper[over:]), len(upper))


def _without_places(
    tokens: Sequence[Token], first: int, after: int, columns: Sequence[str | None]
) -> tuple[int, tuple[str | None, ...]]:
    """The end of a header and its columns, where places or years stand below that of the values: 全县 | 上坪县."""
    fields = tuple(columns[first:after])
    values = next((at for at in range(first, after) if columns[at] in _VALUES), after)
    below = form_words(terms()).below_values([token.text for token in tokens[first:after]])
    if below:
        return after, (*columns[first:values], *columns[after - below : after], *columns[values + 1 : after - below])
    places = range(values + 1, after)
    if len(places) > 1 and all(_PLACE.fullmatch(squash(tokens[at].text)) for at in places):
        return after, (*columns[first:values], *[None] * len(places))
    return after, fields


def _rest_of_header(tokens: Sequence[Token], end: int, fields: Sequence[str | None]) -> int:
    """The end of a header: labels that no word knows may stand behind the known ones, before the first category."""
    if "level1" not in fields:
        return end
    after = next((at for at in range(end, min(end + _AHEAD, len(tokens))) if levels_of(squash(tokens[at].text))), end)
    if after > end and _is_outer(squash(tokens[after - 1].text), squash(tokens[after].text)):
        after -= 1
    return after if all(map(_is_label, tokens[end:after])) and "name" not in fields else end


def _is_outer(word: str, below: str) -> bool:
    """Whether the last word before the first category is one itself, and no label of a column."""
    return is_deeper(word, below) or (word.endswith("指标") and levels_of(below) == {"level2"})


def _is_label(token: Token) -> bool:
    word = squash(token.text)
    if len(word) > _LONGEST // 2:
        return False
    return not re.search(r"[\d≥≤，。；;%]", word) or form_words(terms()).tells_progress(word)


def _list(text: str, tokens: Sequence[Token], run: Run, runs: Sequence[Run]) -> Table | None:
    """The table of projects below a header, without what follows its last row."""
    end = next((other.first for other in runs if other.first >= run.after), len(tokens))
    inside = range(run.after, end)
    end = next((at for at in inside if terms().site.fullmatch(squash(tokens[at].text))), end)
    body = tokens[run.after : end]
    fields = _unique(run.fields)
    placed, score = segmented(body, fields)
    if not placed or score < _GOOD:
        return None
    rows = [row_of(text, list(enumerate(tokens[run.first : run.after])), len(fields))]
    grouped: dict[int, list[tuple[int, Token]]] = {}
    for token, one in zip(body, placed, strict=True):
        grouped.setdefault(one.row, []).append((one.column, token))
    rows += [row_of(text, cells, len(fields)) for cells in grouped.values()]
    telling = {
        at for at, field in enumerate(fields) if field not in {"name", "unit", "department", None, "measure_unit"}
    }
    kept = [index for index, cells in enumerate(grouped.values()) if telling & {column for column, _ in cells}]
    return Table(tuple(rows[: kept[-1] + 2]), None, rebuilt=True) if kept else None


def _unique(fields: Sequence[str | None]) -> tuple[str | None, ...]:
    return tuple(field if field not in fields[:at] else None for at, field in enumerate(fields))
