"""The indicators of a form printed as text: each line's words under the columns that the header names.

Categories lead a row, or stand in lines of their own; behind them a row has a word for each column. Where it has fewer
(blank cells leave nothing) or more (a name with a blank in it), each is put where what it holds fits best.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extractor.layouts.fit import NEVER, fit, levels_of
from extractor.layouts.forms import FormWords
from extractor.layouts.taxonomy import category, category_of_label
from extractor.readers.plain.segments import Token, row_of
from extractor.schemas.document import Row
from extractor.text import fold, squash, without_brackets

_LEVELS = ("level1", "level2")
_TEXTS = frozenset(("indicator_name", "annual_value", "cycle_value", None))
_LONGEST_CATEGORY = 12
_LONGEST_REST = 30
_AHEAD = 2
_PAIR = 2
_MOST_MORE = 8
_BLANK = -0.6
_JOINED = -1.2
_NOTE = re.compile(r"(?:注|说明|备注)\d?[:.、].*|\(.{0,6}(?:盖章|签[字名章]).*")
_VALUES = frozenset(("cycle_value", "annual_value"))
_MISFIT = -4.0
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_VALUE = re.compile(r"[≥≤><=≧≦]|\d")

Cells = list[tuple[int, Token]]


def indicator_rows(
    text: str, lines: Sequence[Sequence[Token]], fields: Sequence[str | None], shift: int, words: FormWords
) -> tuple[list[Row], int]:
    """The rows below a header, their columns moved by `shift`, and how many of the lines they take."""
    walk = _Rows(text, fields, words)
    used = 0
    filled = [at for at, line in enumerate(lines) if line]
    for index, at in enumerate(filled):
        line, below = lines[at], [lines[one] for one in filled[index + 1 : index + 1 + _AHEAD]]
        if walk.ends(line, below):
            if squash(line[0].text) in words.sums:
                walk.sum(line)
                used = at + 1
            break
        walk.take(line, below)
        used = at + 1
    width = shift + len(fields)
    return [row_of(text, [(shift + column, token) for column, token in row], width) for row in walk.cells()], used


def _second_side(fields: Sequence[str | None]) -> int:
    """The column with which the second of twin halves begins: the first that repeats a level or a name."""
    for at, name in enumerate(fields):
        if name in {*_LEVELS, "indicator_name"} and name in fields[:at]:
            return at
    return len(fields)


class _Rows:
    """The rows so far: the categories of each, and the words behind them."""

    def __init__(self, text: str, fields: Sequence[str | None], words: FormWords) -> None:
        self._text, self._fields, self._words = text, tuple(fields), words
        second = _second_side(fields)
        self._levels = [at for at in range(second) if fields[at] in _LEVELS]
        self._own = [at for at in range(second) if at not in self._levels]
        self._second = range(second, len(fields))
        self._rows: list[tuple[Cells, list[Token]]] = []
        self._lead: Cells = []
        self._sum: Cells = []
        self._outer: Token | None = None

    def ends(self, line: Sequence[Token], below: Sequence[Sequence[Token]]) -> bool:
        """Whether a line is none of the indicators': a sum, a label of the form, a note or a sentence below them."""
        word = squash(line[0].text)
        printed = squash("".join(token.text for token in line))
        if word in self._words.sums or _NOTE.match(printed) or self._words.seal.search(printed):
            return True
        if self._is_labelled(line[0]):
            return True
        if self._is_category(line[0], line, below) or self._words.heads_indicators(line[0].text):
            return False
        label = self._words.label(line[0].text)
        if label is not None and self._words.is_listed(line[0].text) and not self._words.column(line[0].text):
            return not (len(line) == len(self._own) and _VALUE.search(line[1].text if len(line) > 1 else ""))
        if len(line) > 1:
            return False
        goes_on = any(self._is_category(one[0], one, ()) for one in below)
        return len(word) > _LONGEST_REST or not self._rows or not goes_on

    def _is_labelled(self, token: Token) -> bool:
        """Whether a word is a label of the form with its value behind a colon: 填报人:李某."""
        label, colon, value = fold(token.text[:_LONGEST_REST]).partition(":")
        return bool(colon and value) and self._words.is_listed(label) and not self._words.column(label)

    def take(self, line: Sequence[Token], below: Sequence[Sequence[Token]]) -> None:
        """Adds a line: its categories, then the words of its row."""
        rest = list(line)
        if self._words.heads_indicators(rest[0].text) and not levels_of(squash(rest[0].text)):
            rest.pop(0)
        lead, rest = self._categories(rest, below)
        if lead:
            first = min(column for column, _ in lead)
            self._lead = [one for one in self._lead if one[0] < first] + lead
            self._outer = next((token for column, token in lead if column == self._levels[0]), self._outer)
        if not rest:
            return
        above = self._rows[-1][1] if self._rows and not lead and not self._lead else None
        if above is not None and len(above) == 1 and len(self._own) > 1:
            above[:] = [self._span(above[0], rest[0]), *rest[1:]]  # the name was wrapped
        elif above is not None and len(rest) == 1:
            above[-1] = self._span(above[-1], rest[0])
        else:
            self._rows.append((self._lead, rest))
            self._lead = []

    def sum(self, line: Sequence[Token]) -> None:
        """Adds the row that sums the indicators up."""
        weights = [at for at, name in enumerate(self._fields) if name == "weight"]
        first = weights[0] if weights else 1
        self._sum = [(0, line[0]), *((first + at, token) for at, token in enumerate(line[1:]))]
        self._sum = [(column, token) for column, token in self._sum if column < len(self._fields)]

    def cells(self) -> list[Cells]:
        """The rows as cells under their columns."""
        numeric = self._numeric()
        rows = [[*lead, *self._both_sides(rest, numeric)] for lead, rest in self._rows]
        rows += [self._lead] if self._lead else []
        return [*rows, *([self._sum] if self._sum else [])]

    def _categories(self, line: Sequence[Token], below: Sequence[Sequence[Token]]) -> tuple[Cells, list[Token]]:
        """The categories that lead a line, each under its level, and the words behind them."""
        count = 0
        while count < min(len(line), len(self._levels)) and self._is_category(line[count], line[count:], below):
            count += 1
        found = list(line[:count])
        if count == len(self._levels):
            return list(zip(self._levels, found, strict=True)), list(line[count:])
        if not found:
            return [], list(line)
        return [(self._level(found[0], line, below), found[0])], list(line[1:])

    def _level(self, token: Token, line: Sequence[Token], below: Sequence[Sequence[Token]]) -> int:
        """The column of a category that stands alone: that of its level.

        成本指标 and 满意度指标 may be either: the second where it belongs to the first that is open, as 成本指标 does
        below 产出指标, unless the next line leads on with a category inside of it.
        """
        if len(self._levels) < len(_LEVELS):
            return self._levels[0]
        outer, inner = self._levels
        word = without_brackets(squash(token.text))
        as_outer, as_inner = category_of_label("level1", word), category_of_label("level2", word)
        if as_inner is None or as_outer is None:
            return outer if as_inner is None else inner
        leads = len(line) == 1 and bool(below) and levels_of(squash(below[0][0].text)) == {"level2"}
        if leads or self._outer is None:
            return outer
        above = category_of_label("level1", self._outer.text)
        return inner if above is None or above.code == as_inner.code[0] else outer

    def _is_category(self, token: Token, line: Sequence[Token], below: Sequence[Sequence[Token]]) -> bool:
        """Whether a word that leads a line is a category: a known one, or one by its place before a known one."""
        word = squash(token.text)
        if levels_of(word):
            return True
        bare = without_brackets(word)
        if len(line) > _PAIR and not _VALUE.search(bare) and (category("level1", bare) or category("level2", bare)):
            return True  # 社会效益, before a name and its value
        if not bare.endswith("指标") or len(bare) > _LONGEST_CATEGORY or _VALUE.search(bare):
            return False
        following = [*line[1:2], *(one[0] for one in below[:1] if len(line) == 1)]
        return any(levels_of(squash(one.text)) for one in following)

    def _span(self, first: Token, last: Token) -> Token:
        return Token(self._text[first.start : last.end], first.start, last.end)

    def _numeric(self) -> dict[int, bool]:
        """The columns that hold numbers alone, or none at all, in the rows that lack no cell, or but the last."""
        held: dict[int, list[bool]] = {}
        for _, rest in self._rows:
            if len(self._own) - 1 <= len(rest) <= len(self._own):
                for column, token in zip(self._own, rest, strict=False):
                    held.setdefault(column, []).append(_NUMBER.fullmatch(squash(token.text)) is not None)
        return {column: found[0] for column, found in held.items() if len(set(found)) == 1}

    def _both_sides(self, rest: Sequence[Token], numeric: Mapping[int, bool]) -> Cells:
        """Words under their columns; those of twin columns part where the second category stands, or in the middle."""
        if not self._second:
            return self._placed(rest, self._own, numeric)
        named = next((at for at, token in enumerate(rest) if levels_of(squash(token.text))), None)
        part = named if named is not None else len(rest) // 2 if len(rest) % 2 == 0 else len(rest)
        behind = list(rest[part:])
        lead: Cells = []
        levels = [at for at in self._second if self._fields[at] in _LEVELS]
        while behind and levels and levels_of(squash(behind[0].text)):
            lead.append((levels.pop(0), behind.pop(0)))
        right = [at for at in self._second if self._fields[at] not in _LEVELS]
        return [*self._placed(rest[:part], self._own, numeric), *lead, *self._placed(behind, right, numeric)]

    def _placed(self, rest: Sequence[Token], own: Sequence[int], numeric: Mapping[int, bool]) -> Cells:
        """Words under the columns behind the categories, in order: of all ways the one that fits best."""
        if not rest:
            return []
        if len(rest) > len(own) + _MOST_MORE:
            rest = [*rest[: len(own) - 1], self._span(rest[len(own) - 1], rest[-1])]
        if len(rest) == len(own):
            return list(zip(own, rest, strict=True))
        if len(rest) < len(own) and self._ends_blank(rest, own, numeric):
            return list(zip(own, rest, strict=False))
        if len(own) == _PAIR < len(rest) and _VALUE.match(squash(rest[-1].text)):
            return [(own[0], self._span(rest[0], rest[-2])), (own[1], rest[-1])]
        has_signs = "operator" in self._fields
        # best[n]: the best way to put the first n words under the columns so far.
        best: list[tuple[float, Cells]] = [(0.0, []), *((NEVER * 99, []) for _ in rest)]
        for index, column in enumerate(own):
            name = self._fields[column]
            blank = _BLANK * (3 if name in _VALUES else 2 if not index else 1)
            following = [(score + blank, cells) for score, cells in best]
            ends = range(1, len(rest) + 1) if index < len(own) - 1 else [len(rest)]
            for end in ends:
                for begin in range(end - 1, -1, -1) if name in _TEXTS else [end - 1]:
                    score, cells = best[begin]
                    if score <= NEVER * 50:
                        continue
                    token = self._span(rest[begin], rest[end - 1])
                    worth = score + fit(squash(token.text), name, has_signs=has_signs)
                    joined = _JOINED / 2 if name is None and index == len(own) - 1 else _JOINED
                    worth += joined * (end - 1 - begin) + self._bonus(token, name)
                    is_number = _NUMBER.fullmatch(squash(token.text)) is not None
                    worth += 0.0 if numeric.get(column, is_number) == is_number or name in _VALUES else _MISFIT
                    if worth > following[end][0]:
                        following[end] = worth, [*cells, (column, token)]
            best = following
        return best[len(rest)][1] or list(zip(own, rest, strict=False))

    def _ends_blank(self, rest: Sequence[Token], own: Sequence[int], numeric: Mapping[int, bool]) -> bool:
        """Whether a row lacks but remarks at its end: its words are numbers where those of other rows are."""
        if any(self._fields[column] is not None for column in own[len(rest) :]):
            return False
        pairs = zip(own, rest, strict=False)
        return all(numeric.get(at) in {None, _NUMBER.fullmatch(squash(one.text)) is not None} for at, one in pairs)

    def _bonus(self, token: Token, name: str | None) -> float:
        if name in _VALUES:
            return 0.8 if _VALUE.match(squash(token.text)) else 0.2
        return -0.1 if name is None else 0.0
