"""What of a dump belongs to its pages and headings: column headers, page numbers, repeated titles, notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.ink import ENDS_SENTENCE, Ink
from extractor.chunk.titles import are_headers
from extractor.layouts import Terms

_MAX_HEADER_LINES = 14
_MAX_UNKNOWN = 24
_LONGEST_HEADER = 120
_LONGEST_FOOTER = 40
_LONGEST_HEADING = 40
_COLUMNS, _KNOWN = 3, 2
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")
_COLUMN = re.compile(
    r".*(?:名称|编码|代码|科目|品目|目录|数量|单价|金额|预算|资金|合计|规格|型号|单位|备注|用途|项目|数)(?:\([^()]*\))?"
)
_INDICATOR = "指标"
_DIGIT = re.compile(r"\d")
_BUDGET = re.compile("[预决]\\s*算")
_BARE_NUMBER = re.compile(r"(\d{1,4})(?:\s*/\s*\d{1,4})?")


class ColumnHeader(NamedTuple):
    """A printed column header: its lines [first, after) and its columns in order."""

    first: int
    after: int
    columns: tuple[str, ...]


def column_headers(ink: Sequence[Ink], terms: Terms) -> list[ColumnHeader]:
    """Every column header, on one line or wrapped over several."""
    found: list[ColumnHeader] = []
    squashed = [line.squashed for line in ink]
    index = 0
    while index < len(ink):
        header = _header_at(ink, squashed, index, terms) if ink[index].folded[0] in terms.header_begins else None
        if header:
            found.append(header)
            index = header.after
        else:
            index += 1
    return found


def _header_at(ink: Sequence[Ink], squashed: Sequence[str], first: int, terms: Terms) -> ColumnHeader | None:
    best = _header_by_shape(ink[first], first, terms)
    printed = ""
    ends: frozenset[int] | None = None
    for after in range(first + 1, min(len(ink), first + _MAX_HEADER_LINES) + 1):
        printed += squashed[after - 1]
        if ends is None:
            ends = _header_ends("".join(squashed[first : first + _MAX_HEADER_LINES]), terms)
        if len(printed) in ends:
            columns = _columns_of(printed, terms)
            if len(set(columns)) >= 3 and {"name", "goal", "indicators"} & set(columns):
                best = ColumnHeader(first, after, tuple(dict.fromkeys(columns)))
            continue
        understood = terms.header_run.match(printed)
        if len(printed) - (understood.end() if understood else 0) > _MAX_UNKNOWN:
            break
    return best


@lru_cache(maxsize=1024)
def _header_ends(printed: str, terms: Terms) -> frozenset[int]:
    """Every page prints its header again."""
    return frozenset(terms.header_ends(printed))


@lru_cache(maxsize=1024)
def _columns_of(printed: str, terms: Terms) -> tuple[str, ...]:
    """The columns that a printed header names, in order."""
    return tuple(terms.columns[word] for word, _ in terms.header_word.findall(printed))


def _header_by_shape(line: Ink, first: int, terms: Terms) -> ColumnHeader | None:
    """A header on one line, one of whose columns only its shape tells: 2026年预算."""
    words = line.folded.split()
    if len(words) < _COLUMNS or len(line.text) > _LONGEST_HEADER:
        return None
    columns = [terms.column(word) for word in words]
    shapes = [column or terms.column_by_shape(word, columns) for column, word in zip(columns, words, strict=True)]
    known = [column for column in shapes if column is not None]
    tells = "name" in known and {"goal", "indicators"} & set(known) and any(map(is_amount_column, known))
    if len(set(known)) < len(words) or not tells:
        return None
    return ColumnHeader(first, first + 1, tuple(known))


def furniture(ink: Sequence[Ink], begin: int, headers: Sequence[ColumnHeader], terms: Terms) -> set[int]:
    """Lines from `begin` on that are a page's own: page numbers, and what stood above the table once more."""
    repeated = {line for header in headers[1:] for line in range(header.first, header.after)}
    top = {line.squashed for line in ink[:begin]}
    beginnings = {line[:2] for line in top}
    counting = _page_counter(ink, begin, repeated)
    found = {
        index
        for index in range(begin, len(ink))
        if index in repeated
        or index in counting
        or (len(ink[index].text) <= _LONGEST_FOOTER and _is_page_line(ink[index], terms))
        or (len(ink[index].text) >= 4 and ink[index].folded[:2] in beginnings and ink[index].squashed in top)
    }
    departments = tuple(match[1] for line in top if (match := terms.department.match(line)))
    return found | _running_heads(ink, begin, found, terms, departments)


def _is_page_line(line: Ink, terms: Terms) -> bool:
    if ":" in line.folded:
        return bool(terms.heading.fullmatch(line.squashed))
    return bool(_DIGIT.search(line.folded) and terms.page_furniture.fullmatch(line.folded))


def _running_heads(
    ink: Sequence[Ink], begin: int, pages: set[int], terms: Terms, departments: tuple[str, ...]
) -> set[int]:
    """Lines that name the department's budget, and lines printed again beside a page's number every time."""
    printed: dict[str, list[int]] = {}
    for index in range(begin, len(ink)):
        line = ink[index]
        if index not in pages and 4 <= len(line.text) <= _LONGEST_FOOTER and not line.text.endswith(ENDS_SENTENCE):
            printed.setdefault(line.folded, []).append(index)
    found: set[int] = set()
    for text, indices in printed.items():
        if len(indices) < 2 and not _BUDGET.search(text):
            continue
        word = "".join(text.split())
        names_budget = _BUDGET.search(word) and terms.running.fullmatch(word)
        if len(indices) < 2:
            if names_budget and departments and word.startswith(departments):
                found.update(indices)
        elif names_budget or all(_at_page_edge(ink, index, pages) for index in indices):
            found.update(indices)
    return found


def _at_page_edge(ink: Sequence[Ink], index: int, pages: set[int]) -> bool:
    if index - 1 in pages or index + 1 in pages:
        return True
    around = (index - 1, index + 1)
    return any(0 <= other < len(ink) and ink[other].page != ink[index].page for other in around)


def _page_counter(ink: Sequence[Ink], begin: int, headers: set[int]) -> set[int]:
    """Bare numbers that are page numbers: they count up by one, or stand at a page's edge."""
    bare = [
        (index, int(match[1]))
        for index in range(begin, len(ink))
        if (match := _BARE_NUMBER.fullmatch(ink[index].folded))
    ]
    numbers = [number for _, number in bare]
    if len(bare) >= 2 and all(b - a == 1 for a, b in pairwise(numbers)):
        return {index for index, _ in bare}
    return {
        index
        for index, _ in bare
        if index + 1 in headers
        or (index + 1 < len(ink) and ink[index + 1].page != ink[index].page)
        or (index == len(ink) - 1 and (ink[index].page is not None or ink[index - 1].text.endswith(ENDS_SENTENCE)))
    }


def end_of_table(body: Sequence[Ink], terms: Terms, is_row: Callable[[int], bool]) -> int:
    """Line at which notes or another part of the document begin.

    Notes, signatures and dates have no rows (lines that print amounts, `is_row`) below them; another part may
    have rows, but no indicators. Everything else is a project's own text.
    """
    last_row = max((index for index in range(len(body)) if is_row(index)), default=-1)
    last_indicator = max((index for index, ink in enumerate(body) if _INDICATOR in ink.text), default=-1)
    for index in range(max(1, min(last_row, last_indicator) + 1), len(body)):
        line = body[index]
        behind_rows, behind_items = index > last_row, index > last_indicator
        if behind_rows and behind_items and _is_ending(body, index, terms):
            return index
        heading = len(line.text) <= _LONGEST_HEADING and not line.text.endswith(ENDS_SENTENCE)
        if behind_items and heading and terms.next_part.fullmatch(line.folded):
            return index
        if behind_items and _heads_other(body, index):
            return index
        if behind_rows and body[index - 1].text.endswith(ENDS_SENTENCE) and terms.notes.match(line.folded):
            return index
    return len(body)


def _heads_other(body: Sequence[Ink], index: int) -> bool:
    """Whether a line names the columns of another table: as many words as the row below it has cells."""
    if index + 1 == len(body) or not body[index - 1].text.endswith(ENDS_SENTENCE):
        return False
    words, cells = body[index].folded.split(), body[index + 1].folded.split()
    numbers = sum(map(bool, map(_NUMBER.fullmatch, cells)))
    is_even = len(words) == len(cells) >= _COLUMNS and 0 < numbers < len(cells)
    return is_even and are_headers(words) and sum(map(bool, map(_COLUMN.fullmatch, words))) >= _KNOWN


def _is_ending(body: Sequence[Ink], index: int, terms: Terms) -> bool:
    """A signature or a date, or the short line (a bureau's name) that stands right above a date."""
    if terms.endings.fullmatch(body[index].squashed):
        return True
    following = body[index + 1].squashed if index + 1 < len(body) else ""
    short = len(body[index].text) <= _LONGEST_HEADING and body[index - 1].text.endswith(ENDS_SENTENCE)
    return short and bool(terms.endings.fullmatch(following))
