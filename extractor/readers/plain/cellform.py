"""A form with one cell a line: its labels and values as rows, its indicators as the table that they were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from extractor.layouts import terms
from extractor.layouts.fit import INNER, is_deeper, levels_of
from extractor.layouts.forms import FormWords, Label, form_words
from extractor.readers.plain.segments import Token, row_of, segmented
from extractor.schemas.document import Row, Table
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.text import ENDS_SENTENCE, squash

_HEAD = frozenset(("name", "department", "unit"))
_MONEY = frozenset(AMOUNT_COLUMNS)
_VALUES = frozenset(("cycle_value", "annual_value"))
_OVER = _VALUES | {"operator", "measure_unit"}
_FIGURE = re.compile(r"-?[\d,]+(?:\.\d+)?%?(?:[千万亿]?元)?|[-/\\—]+")
_GOOD = 0.3
_FEWEST = 2
_SHORTEST = 2
_AHEAD = 6
_MOST_COLUMNS = 14
_TITLE = re.compile(
    r"""[^，。；;]{0,40}(?:表|[(（].{0,10}年度?[)）])   # 项目支出绩效目标表, (2025年度)
    | (?:表|附[件表])[一二三四五六七八九十\d]{0,3}   # 表十二, 附件2
    """,
    re.VERBOSE,
)

Header = tuple[int, int, tuple[str | None, ...], int]
"""Tokens [first, after) that are the header of the indicators, its columns, and how many tokens are an upper row."""


def read_form(text: str, tokens: Sequence[Token], headers: Sequence[Header]) -> list[Table]:
    """The forms of a page as one table; none where the page begins with no label or its indicators fit no column."""
    words = form_words(terms())
    labels = [words.label(token.text) for token in tokens]
    begin = next((at for at in range(len(tokens)) if _begins(at, tokens, labels)), len(tokens))
    if not headers or begin >= headers[0][0]:
        return []
    walk = _Walk(text, tokens, labels, {header[0]: header for header in headers}, words)
    rows = walk.rows_from(begin)
    return [Table(tuple(rows), None, rebuilt=True)] if rows and walk.understood else []


def _begins(at: int, tokens: Sequence[Token], labels: Sequence[Label | None]) -> bool:
    """Whether the head of a form begins with a label: 单位 or 项目 beside other labels are columns of a list."""
    label = labels[at]
    if label is None or label.field not in _HEAD:
        return False
    is_column = any(one is not None for one in labels[at + 1 : at + 2])
    return not (is_column and len(squash(tokens[at].text)) <= _SHORTEST)


@dataclass(slots=True)
class _Walk:
    """The tokens of a page, label by label."""

    text: str
    tokens: Sequence[Token]
    labels: Sequence[Label | None]
    headers: dict[int, Header]
    words: FormWords
    understood: bool = True
    rows: list[Row] = field(default_factory=list)
    in_money: bool = False

    def rows_from(self, begin: int) -> list[Row]:
        """The rows of the forms; what stands behind the last of them is not theirs."""
        at, kept = begin, 0
        while at < len(self.tokens):
            first = at
            at = self._take(at)
            if self.labels[first] is not None or first in self.headers:
                kept = len(self.rows)
        return self.rows[:kept]

    def _take(self, at: int) -> int:
        """Adds the rows that begin with a token; the token behind them."""
        if at in self.headers:
            return self._indicators(at, lead=None)
        label = self.labels[at]
        if label is None and (found := self._money_ahead(at)):
            return self._money(at, found[1] + 1, range(*found))
        if label is None:
            self._put([(0, self.tokens[at])])
            return at + 1
        if at + 1 in self.headers and (self.words.heads_indicators(self.tokens[at].text) or label.is_group):
            return self._indicators(at + 1, lead=self.tokens[at])
        after = at + sum(1 for _ in takewhile(self._is_label, range(at, len(self.tokens))))
        columns = self._money_columns(at, after)
        if columns:
            return self._money(at, after, columns)
        if found := self._money_ahead(at):
            return self._money(at, found[1] + 1, range(*found))
        values = list(takewhile(self._is_value, range(after, len(self.tokens))))
        beside = self._beside(after - 1, values)
        if beside:
            return self._two_periods(list(range(at, after)), beside)
        self._pairs(list(range(at, after)), values)
        return after + len(values)

    def _is_label(self, at: int) -> bool:
        if at in self.headers or self.labels[at] is None:
            return False
        return not (at + 1 in self.headers and self.words.heads_indicators(self.tokens[at].text)) or at == 0

    def _is_value(self, at: int) -> bool:
        title = _TITLE.fullmatch(squash(self.tokens[at].text)) and self._is_title(at)
        if at in self.headers or self.labels[at] is not None or title or self._is_of_site(at):
            return False
        return at + 1 not in self.headers or not self._heads_table(at)

    def _heads_table(self, at: int) -> bool:
        """Whether a text right above the header of the indicators is its heading: 绩效项目指标表."""
        word = squash(self.tokens[at].text)
        return word.endswith(("指标", "指标表", "目标表")) and self.words.unknown(self.tokens[at].text) is not None

    def _is_of_site(self, at: int) -> bool:
        return terms().site.fullmatch(squash(self.tokens[at].text)) is not None

    def _is_title(self, at: int) -> bool:
        """Whether a line stands above another form: a label of its head follows soon."""
        below = self.labels[at + 1 : at + 1 + _AHEAD]
        return any(label is not None and label.field in _HEAD for label in below)

    def _put(self, cells: Sequence[tuple[int, Token]], width: int = 0) -> None:
        self.rows.append(row_of(self.text, cells, width or max(at for at, _ in cells) + 1))

    def _pairs(self, labels: Sequence[int], values: Sequence[int]) -> None:
        """Labels that follow each other, and the values that follow them."""
        *before, last = labels
        if before and len(values) >= _FEWEST and self._is_goal(before[-1]) and not self._is_group(before[-1]):
            self._goals(before[:-1], (before[-1], last), values)
            return
        if self._is_goal(last) and values and self._heads_text(values):
            self._goals(before, (last, values[0]), values[1:])
            return
        group = before[-1] if before and self._is_group(before[-1]) else None
        for at in before:
            if at != group:
                self._put([(0, self.tokens[at])])
        self.in_money = self._is_money(last) and (self.in_money or (group is not None and self._is_money_group(group)))
        cells = [(0, self.tokens[group])] if group is not None else []
        column = 1 if group is not None or self.in_money else 0
        cells.append((column, self.tokens[last]))
        rest: Sequence[int] = values
        if not self._is_goal(last) and len(values) > 1 and not self._wraps(values[0]):
            cells.append((column + 1, self.tokens[values[0]]))
            rest = ()
            self._put(cells)
            for at in values[1:]:
                self._put([(0, self.tokens[at])])
            return
        self._put([*cells, *((column + 1, self.tokens[at]) for at in rest)])

    def _heads_text(self, values: Sequence[int]) -> bool:
        """Whether the first text behind the label of a goal heads what was reached, beside it."""
        first = self.tokens[values[0]].text
        if self.words.unknown(first) is None:
            return False
        return len(values) > _FEWEST or (len(values) == _FEWEST and squash(first).endswith("情况"))

    def _wraps(self, at: int) -> bool:
        return self.tokens[at].text.endswith(("，", ",", "、"))

    def _goals(self, group: Sequence[int], heads: tuple[int, int], values: Sequence[int]) -> None:
        """What is aimed at beside what was reached: two labels, then the two texts."""
        for at in group[:-1]:
            self._put([(0, self.tokens[at])])
        lead = [(0, self.tokens[group[-1]])] if group else []
        at = 1 if group else 0
        self._put([*lead, (at, self.tokens[heads[0]]), (at + 1, self.tokens[heads[1]])])
        ends = [
            index + 1 for index in range(len(values) - 1) if self.tokens[values[index]].text.endswith(ENDS_SENTENCE)
        ]
        part = 1 if len(values) == _FEWEST or not ends else min(ends, key=lambda end: abs(2 * end - len(values)))
        self._put(
            [(at, self.tokens[value]) for value in values[:part]]
            + [(at + 1, self.tokens[value]) for value in values[part:]]
        )

    def _beside(self, at: int, values: Sequence[int]) -> int:
        """The token behind sums of two periods that stand side by side, from the first total on; 0 where none do."""
        words, other = self.words, at + 2
        if len(values) != 1 or other >= len(self.tokens) or not (self._is_total(at) and self._is_total(other)):
            return 0
        periods = [words.period(self.tokens[one].text) for one in (at, other)]
        if periods[1] != "annual" or periods[0] == "annual":
            return 0
        end = at
        while end < len(self.tokens) and self._is_money(end):
            end += 1
            if end < len(self.tokens) and _FIGURE.match(squash(self.tokens[end].text)):
                end += 1
        return end

    def _is_total(self, at: int) -> bool:
        label = self.labels[at]
        return label is not None and label.field == "total"

    def _two_periods(self, labels: Sequence[int], end: int) -> int:
        """Rows of sums of several years with those of the year to their right: a label that comes again is the year's.

        One that comes once is the year's too where its left half is taken: 上年结转资金.
        """
        *before, first = labels
        group = before[-1:] if before and self._is_group(before[-1]) else []
        for at in before[: len(before) - len(group)]:
            self._put([(0, self.tokens[at])])
        lead = [(0, self.tokens[at]) for at in group]
        row: list[tuple[int, Token]] = []
        at = first
        while at < end:
            has_value = at + 1 < end and not self._is_money(at + 1)
            following = at + 1 + has_value
            field = self._field(at)
            is_again = row and self._field(at - 1 if self._is_money(at - 1) else at - 2) == field
            is_left = not row and (following >= end or self._field(following) == field or at == first)
            if row and not is_again:
                self._put([*lead, *row])
                lead, row = [], []
                is_left = following < end and self._field(following) == field
            column = 1 if is_left and not is_again else 3
            row += [(column, self.tokens[at])]
            row += [(column + 1, self.tokens[at + 1])] if has_value else []
            if column > 1:
                self._put([*lead, *row])
                lead, row = [], []
            at = following
        if row:
            self._put([*lead, *row])
        return end

    def _field(self, at: int) -> str | None:
        label = self.labels[at]
        return label.field if label is not None else None

    def _money_columns(self, at: int, after: int) -> list[int]:
        """Labels of the columns of a table of money, where labels are those, with that of its first row behind them."""
        labels = range(at, after)
        columns = [one for one in labels if not self._is_group(one) and one != after - 1]
        heads = [one for one in columns if self._heads_money(one)]
        return columns if len(heads) >= _FEWEST and self._is_money(after - 1) else []

    def _money_ahead(self, at: int) -> tuple[int, int] | None:
        """A table of money whose columns have names of their own: its first column, and its first row.

        Words stand in a run up to a label of money with figures behind it; shares tell which of them is that of a rate.
        """
        if self.words.money_column(self.tokens[at].text) is None or self._is_money_row(at):
            return None
        row = next(
            (one for one in range(at + 1, min(at + _MOST_COLUMNS, len(self.tokens))) if self._is_money_row(one)), 0
        )
        heads = range(at, row)
        if len(heads) < _FEWEST or not all(map(self._is_column_of_money, heads)):
            return None
        figures = [squash(self.tokens[one].text) for one in self._figures(row, len(heads))]
        shares = [figure.endswith("%") for figure in figures]
        starts = range(at, row - len(figures) + 1)
        fitting = [one for one in starts if shares == [self._is_rate(one + place) for place in range(len(shares))]]
        return (fitting[0], row) if any(shares) and len(fitting) == 1 else None

    def _is_remark(self, at: int) -> bool:
        """Whether a text stands in the last column of a table of money: its next row follows."""
        if at in self.headers or at + 1 >= len(self.tokens) or self.labels[at] is not None:
            return False
        return self._is_money(at + 1) and at + 1 not in self.headers

    def _is_column_of_money(self, at: int) -> bool:
        return at not in self.headers and self.words.money_column(self.tokens[at].text) is not None

    def _is_rate(self, at: int) -> bool:
        return squash(self.tokens[at].text).split("(")[0].endswith("率")

    def _is_money_row(self, at: int) -> bool:
        """Whether a label of money stands left of several figures."""
        return self._is_money(at) and len(self._figures(at, _FEWEST)) == _FEWEST

    def _figures(self, row: int, most: int) -> list[int]:
        following = range(row + 1, min(row + 1 + most, len(self.tokens)))
        return list(takewhile(lambda one: _FIGURE.fullmatch(squash(self.tokens[one].text)), following))

    def _heads_money(self, at: int) -> bool:
        bare = squash(self.tokens[at].text).split("(")[0].rstrip(":")
        return self.words.tells_progress(bare) or bare in {
            *self.words.budget,
            *self.words.spent,
            "分值",
            "执行率",
            "得分",
        }

    def _money(self, at: int, after: int, columns: Sequence[int]) -> int:
        lead = [(0, self.tokens[one]) for one in range(at, columns[0])][-1:]
        self._put([*lead, *((2 + column, self.tokens[one]) for column, one in enumerate(columns))], len(columns) + 2)
        row = after - 1
        while row < len(self.tokens) and self._is_money(row) and row not in self.headers:
            figures = self._figures(row, len(columns))
            cells, column = [(1, self.tokens[row])], 2
            for count, one in enumerate(figures):
                spare = len(columns) + 2 - column - (len(figures) - count)
                column += min(self.tokens[one].blanks, spare)
                cells.append((column, self.tokens[one]))
                column += 1
            row += 1 + len(figures)
            if self._is_remark(row):
                cells.append((len(columns) + 1, self.tokens[row]))
                row += 1
            self._put(cells, len(columns) + 2)
        self.in_money = False
        return row

    def _indicators(self, at: int, lead: Token | None) -> int:
        first, after, fields, upper = self.headers[at]
        shift = 1 if lead is not None else 0
        head = [(0, lead)] if lead is not None else []
        for line in self._header_rows(first, after, fields, upper):
            self._put([*head, *((shift + column, token) for column, token in line)], shift + len(fields))
            head = []
        end = self._end_of_table(after)
        placed, score = segmented(self._as_inner(range(after, end)), fields)
        if score < _GOOD:
            self.understood = False
        cells: dict[int, list[tuple[int, Token]]] = {}
        for one, token in zip(placed, self.tokens[after:end], strict=True):
            cells.setdefault(one.row, []).append((shift + one.column, token))
        telling = [row for row, held in cells.items() if len(held) > 1]
        for row, held in cells.items():
            if telling and row <= telling[-1]:
                self._put(held, shift + len(fields))
        self.in_money = False
        return end

    def _as_inner(self, indicators: range) -> Sequence[Token]:
        """The cells of the indicators, with categories of the first level as of the second where they stand there."""
        own = self.tokens[indicators.start : indicators.stop]
        if len(own) < _FEWEST or not is_deeper(squash(own[0].text), squash(own[1].text)):
            return own
        return [token._replace(text=INNER) if levels_of(squash(token.text)) else token for token in own]

    def _header_rows(
        self, first: int, after: int, fields: Sequence[str | None], upper: int
    ) -> list[list[tuple[int, Token]]]:
        """The cells of the header: its upper row goes on right of the lower one, or stands over a part of it."""
        above, own = self.tokens[first : first + upper], self.tokens[first + upper : after]
        if not upper:
            over = len(own) - len(fields)
            if not over:
                return [list(enumerate(own))]
            # What stands over the places or the years takes no column of its own.
            begin = next(at for at, token in enumerate(own) if self.words.column(token.text) in _VALUES)
            if years := self.words.below_values([token.text for token in own]):
                right = [(begin + years + at, token) for at, token in enumerate(own[begin + 1 : -years])]
                lower = [(begin + at, token) for at, token in enumerate(own[-years:])]
                return [[*enumerate(own[: begin + 1]), *right], lower]
            return [
                list(enumerate(own[: begin + 1])),
                [(begin + at, token) for at, token in enumerate(own[begin + 1 :])],
            ]
        over = len(above) + len(own) - len(fields)
        begin = next((at for at, one in enumerate(fields) if one in _OVER), 0)
        top = [(begin, above[0])] if over else []
        top += [(len(own) + at, token) for at, token in enumerate(above[over:])]
        return [top, list(enumerate(own))]

    def _end_of_table(self, begin: int) -> int:
        """The token behind the indicators: a label of the form below the last category and its first indicator.

        What is a label elsewhere may be the name of an indicator among the categories: 完成时间.
        """
        end = next((one for one in range(begin, len(self.tokens)) if self._ends_form(one)), len(self.tokens))
        named = (one for one in range(end - 1, begin - 1, -1) if levels_of(squash(self.tokens[one].text)))
        last = next(named, begin - 1)
        return next((one for one in range(last + 2, end) if self._is_below_table(one)), end)

    def _ends_form(self, at: int) -> bool:
        """Whether no indicator can stand below a token: a header, a sum, the head or the title of the next form."""
        word = squash(self.tokens[at].text)
        if at in self.headers or word in self.words.sums or self._is_of_site(at):
            return True
        if levels_of(word):
            return False
        label = self.labels[at]
        in_head = label is not None and label.field in _HEAD and self.words.is_listed(self.tokens[at].text)
        return in_head or bool(_TITLE.fullmatch(word) and self._is_title(at))

    def _is_below_table(self, at: int) -> bool:
        return self.labels[at] is not None and not self.words.column(self.tokens[at].text)

    def _is_group(self, at: int) -> bool:
        label = self.labels[at]
        return label is not None and label.is_group

    def _is_money_group(self, at: int) -> bool:
        label = self.labels[at]
        return label is not None and label.is_money

    def _is_goal(self, at: int) -> bool:
        label = self.labels[at]
        return label is not None and label.field == "goal"

    def _is_money(self, at: int) -> bool:
        """Whether a label is that of a sum of money."""
        label = self.labels[at] if at < len(self.labels) else None
        if label is None or self._heads_money(at):
            return False
        return label.field in _MONEY or (label.field or "").startswith("breakdown:")
