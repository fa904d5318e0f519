"""The lines of a dump that print amounts: the one sign of a row that no extraction of text loses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.chunk.ink import Ink, piece
from extractor.layouts import Terms
from extractor.schemas.document import MappedText
from extractor.text import fold

MAX_NAME_LINES = 10
NOT_IN_NAMES = ("：", ":", "；", ";", "。", "指标值")
TOKEN = re.compile(r"\S+")
NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,6})?")
_WITH_DECIMALS = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,6}")
_PRINTS = {NUMBER: re.compile(r"\d"), _WITH_DECIMALS: re.compile(r"\d\.\d")}
"""What a line prints that holds such a number: to look for the number itself takes long in a line of digits."""
_MEASURE = re.compile(r"[万亿千百]?元|[%‰]")
BLANK = frozenset({"-", "--", "/"})
_LONGEST_NAME = 60
_TWO = 2


class AmountLine(NamedTuple):
    """Lines [first, last] of a row's amounts; `head` and `tail` stand before and after them.

    `columns` are the numbers' columns where dashes stand in for blank cells.
    """

    first: int
    last: int
    numbers: tuple[MappedText, ...]
    head: MappedText | None
    tail: MappedText | None
    columns: tuple[str, ...] | None


class AmountLines:
    """Finds the amounts of each row; `columns` are the amount columns that the header names."""

    def __init__(self, columns: Sequence[str], terms: Terms) -> None:
        self.columns = columns
        self.terms = terms

    def find(self, body: Sequence[Ink]) -> list[AmountLine]:
        """Every row's amounts. Without decimals they are known only where a line prints one for each column."""
        pattern = self._number_pattern(body)
        found = self._scan(body, pattern)
        if found or pattern is NUMBER or len(self.columns) < _TWO:
            return found
        return [one for one in self._scan(body, NUMBER) if len(one.numbers) == len(self.columns) and one.tail is None]

    def _scan(self, body: Sequence[Ink], pattern: re.Pattern[str]) -> list[AmountLine]:
        found: list[AmountLine] = []
        index = 0
        while index < len(body):
            line = self._line(body, index, pattern)
            if line is None:
                index += 1
                continue
            found.append(line)
            index = line.last + 1
        return found

    def _number_pattern(self, body: Sequence[Ink]) -> re.Pattern[str]:
        """Amounts have decimals, unless the grand total is printed without."""
        for ink in body[:6]:
            words = ink.text.split()
            if len(words) > 1 and self.terms.is_grand_total(words[0]) and NUMBER.fullmatch(fold(words[1])):
                return _WITH_DECIMALS if _WITH_DECIMALS.fullmatch(fold(words[1])) else NUMBER
        return _WITH_DECIMALS

    def _line(self, body: Sequence[Ink], index: int, pattern: re.Pattern[str]) -> AmountLine | None:
        ink = body[index]
        folded = ink.folded
        if not _PRINTS[pattern].search(folded):
            return None
        tokens = [match.span() for match in TOKEN.finditer(folded)]
        numeric = [bool(pattern.fullmatch(folded[start:end])) for start, end in tokens]
        if not any(numeric):
            return None
        first, last = _longest_run(_with_blanks([folded[start:end] for start, end in tokens], numeric))
        columns = self._columns_of(numeric[first:last])
        numbers = [
            piece(ink, *token) for token, number in zip(tokens[first:last], numeric[first:last], strict=True) if number
        ]
        head = piece(ink, tokens[0][0], tokens[first - 1][1]) if first else None
        tail = piece(ink, tokens[last][0], tokens[-1][1]) if last < len(tokens) else None
        ends = index
        if tail is None:
            # Each amount may stand on a line of its own.
            while ends + 1 < len(body) and len(numbers) < max(1, len(self.columns)):
                following = body[ends + 1].folded
                words = [match.span() for match in TOKEN.finditer(following)]
                if not all(pattern.fullmatch(following[start:end]) for start, end in words):
                    break
                numbers += [piece(body[ends + 1], *word) for word in words]
                ends += 1
        if tail is not None and (_MEASURE.match(fold(tail.text)) or head is None):
            return None
        if head is not None and (
            head.text.endswith(("：", ":", "，", "、", "≥", "≤", "=")) or len(head.text) > _LONGEST_NAME
        ):
            return None
        if (
            len(numbers) < 2
            and len(self.columns) > 1
            and not (head is None or ink.indent or self.terms.is_grand_total(head.text))
        ):
            return None
        if len(numbers) < 2 and len(self.columns) > 1 and head is None and not self._stands_under_name(body, index):
            return None
        return AmountLine(
            index, ends, tuple(numbers), head, tail, columns if len(numbers) == len(columns or ()) else None
        )

    def _columns_of(self, numeric: Sequence[bool]) -> tuple[str, ...] | None:
        """Columns of a row's numbers where a dash stands in for each blank cell."""
        if all(numeric) or len(numeric) != len(self.columns):
            return None
        return tuple(column for column, number in zip(self.columns, numeric, strict=True) if number)

    def _stands_under_name(self, body: Sequence[Ink], index: int) -> bool:
        for above in range(index - 1, max(-1, index - MAX_NAME_LINES), -1):
            if any(mark in body[above].text for mark in NOT_IN_NAMES):
                return False
            if body[above].indent:
                return True
        return False


def _with_blanks(tokens: list[str], numeric: list[bool]) -> list[bool]:
    """Which tokens are amounts, or dashes for blank amounts behind one."""
    run = list(numeric)
    for index, token in enumerate(tokens):
        run[index] = run[index] or (index > 0 and run[index - 1] and token in BLANK)
    return run


def _longest_run(flags: list[bool]) -> tuple[int, int]:
    best = (0, 0)
    start = None
    for index, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            if index - start > best[1] - best[0]:
                best = (start, index)
            start = None
    return best
