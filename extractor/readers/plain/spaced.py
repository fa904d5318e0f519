"""Forms as lines: the cells of a row stand in one line, wide gaps between them, or single blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from extractor.layouts import terms
from extractor.layouts.forms import FormWords, form_words
from extractor.readers.plain.lines import INDICATOR, prints
from extractor.readers.plain.pieces import blank
from extractor.schemas.document import Cell, Line, MappedText, Row, Table
from extractor.text import squash

_WIDE = re.compile(r"(?:(?! {2}|\t|\u3000)[^\r\n\f])+")
_SINGLE = re.compile(r"(?:[(（][^()（）\r\n\f]{1,16}[)）]|[^\s\u3000])+")
"""What stands in brackets is one word, whatever blanks it holds: ( ≥**个 )."""
_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_FEWEST = 3
_ROWS = 2


class _Split(NamedTuple):
    """The cells of each line, one way of parting them, and the lines that head indicators."""

    cells: list[list[Cell]]
    headers: list[int]
    is_sure: bool


def read_spaced(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such a form, and its table; none where no header of indicators stands over rows as long."""
    words = form_words(terms())
    likely = _likely_headers(text, lines)
    split = next((found for pattern in (_WIDE, _SINGLE) if (found := _split(text, lines, pattern, likely))), None)
    if split is None:
        return lines, ()
    begin = next((at for at in range(split.headers[0]) if _is_head(split.cells[at], words)), None)
    if begin is None:
        return lines, ()
    end = max(at for at, cells in enumerate(split.cells) if len(cells) > 1 or at in split.headers) + 1
    rows = [cells for cells in split.cells[begin:end] if cells]
    if not split.is_sure:
        rows = [_with_whole_values(text, cells, words) for cells in rows]
    table = Table(tuple(map(_row, _shifted(rows, words))), lines[begin].page, rebuilt=not split.is_sure)
    return (*lines[:begin], *lines[end:]), (table,)


def _likely_headers(text: str, lines: Sequence[Line]) -> list[int]:
    likely = (at for at, line in enumerate(lines) if prints(text, line, INDICATOR))
    # Cells never hold more of the words that white space parts than the line does.
    return [at for at in likely if len(text[lines[at].start : lines[at].end].split()) > _FEWEST]


def _split(text: str, lines: Sequence[Line], pattern: re.Pattern[str], likely: Sequence[int]) -> _Split | None:
    headers = [at for at in likely if _heads(list(_cells(text, lines[at], pattern)))]
    if not headers:
        return None
    cells = [list(_cells(text, line, pattern)) for line in lines]
    counts = []
    for at, end in zip(headers, [*headers[1:], len(cells)], strict=True):
        below = [len(held) for held in cells[at + 1 : end] if len(held) > 1]
        fitting = sum(len(cells[at]) - 1 <= count <= len(cells[at]) for count in below)
        if fitting < _ROWS:
            return None
        counts += [count == len(cells[at]) for count in below[:fitting]]
    return _Split(cells, headers, is_sure=pattern is _WIDE and all(counts))


def _cells(text: str, line: Line, pattern: re.Pattern[str]) -> Iterator[Cell]:
    for match in pattern.finditer(text, line.start, line.end):
        body = match[0].strip()
        if body:
            start = match.start() + match[0].index(body)
            end = start + len(body)
            yield Cell(MappedText(body, range(start, end)), start, end)


def _heads(cells: Sequence[Cell]) -> bool:
    """Whether cells head the indicators of a form; a list of projects names these, too."""
    if len(cells) < _FEWEST + 1:
        return False
    found = {_column_of(cell.content.text) for cell in cells}
    return len(_INDICATORS & found) >= _FEWEST and "name" not in found


@lru_cache(maxsize=4096)
def _column_of(text: str) -> str | None:
    return form_words(terms()).column(text)


def _is_head(cells: Sequence[Cell], words: FormWords) -> bool:
    """Whether a line begins with the label of a project's name."""
    if not cells:
        return False
    content = cells[0].content
    label = words.label(content.text)
    found = words.inline(content)
    return (label is not None and label.field == "name" and len(cells) > 1) or (
        found is not None and found[0].field == "name"
    )


def _with_whole_values(text: str, cells: Sequence[Cell], words: FormWords) -> list[Cell]:
    """Cells of a line parted at every blank: a value between two labels is one, whatever blanks are in it."""
    is_label = [words.label(cell.content.text) is not None for cell in cells]
    texts = [squash(cell.content.text) for cell in cells]
    if not is_label[0] or sum(is_label) == len(cells) or any(word[:1].isdigit() for word in texts[1:]):
        return list(cells)
    whole: list[Cell] = []
    for at, cell in enumerate(cells):
        if whole and not is_label[at] and not is_label[at - 1]:
            start = whole[-1].start
            whole[-1] = Cell(MappedText(text[start : cell.end], range(start, cell.end)), start, cell.end)
        else:
            whole.append(cell)
    return whole


def _shifted(rows: Sequence[list[Cell]], words: FormWords) -> Iterator[list[Cell]]:
    """Rows with a blank in place of a cell that is merged with one of another row.

    The values of a group of labels stand one column to the right, below the labels; so do the labels of columns whose
    rows have a label of their own.
    """
    above: list[Cell] = []
    group: list[Cell] = []
    for at, row in enumerate(rows):
        labels = [words.label(cell.content.text) for cell in row]
        lead = 0
        if above and not any(labels) and len(row) == len(above) - 1 > 1:
            lead = int(all(words.label(cell.content.text) for cell in above))
        elif _heads_columns(rows, at, words):
            lead = 1
            if _is_group(above, words):
                group = above  # 项目资金 in a line of its own goes before the labels of its columns
        made = [*[blank(row[0].start)] * lead, *row] if not group else [*group, *row]
        group = []
        if not (at + 1 < len(rows) and len(row) == 1 and _is_group(row, words) and _heads_columns(rows, at + 1, words)):
            yield made
        above = row


def _is_group(cells: Sequence[Cell], words: FormWords) -> bool:
    label = words.label(cells[0].content.text) if len(cells) == 1 else None
    return label is not None and label.is_money


def _heads_columns(rows: Sequence[Sequence[Cell]], at: int, words: FormWords) -> bool:
    """Whether a row holds the labels of the columns of a table of money: the row below has a label of its own."""
    row = rows[at]
    below = rows[at + 1] if at + 1 < len(rows) else []
    if len(row) < _FEWEST or len(below) != len(row) + 1:
        return False
    first = words.label(below[0].content.text)
    heads = all(words.label(cell.content.text) for cell in row)
    return heads and first is not None and first.field is not None and first.field != "goal"


def _row(cells: Sequence[Cell]) -> Row:
    inked = [cell for cell in cells if cell.content.text]
    return Row(tuple(cells), inked[0].start, inked[-1].end)
