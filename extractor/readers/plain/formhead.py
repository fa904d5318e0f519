"""The head of a form printed as text: its lines as rows of labels and values.

A known label ends the value before it; between a label's value and another value stands a label that no word knows.
Money has a row for each source, goals stand below a pair of headings, what has no label goes on with the text above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.layouts.forms import FormWords
from extractor.readers.plain.segments import Token, row_of
from extractor.schemas.document import Row
from extractor.schemas.layout import AMOUNT_COLUMNS, BREAKDOWN
from extractor.text import ENDS_SENTENCE, IN_SENTENCES, squash

_FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:%|[千万亿]?元)?|[-/\\]+")
_ENDS_LABEL = re.compile(
    r".*(?:人|电话|时间|日期|来源|属性|类[别型]|[编代]码|编号|[期限]|单位|部门|性质|名称|地点|方式)"
)
"""How labels end that no word knows; between two values nothing else is told by its place alone."""
_FEWEST = 2
_LONGEST_LABEL = 12
_RESTARTS = re.compile(r"[(]?1[、.)]|目标1|一、|①")

Cells = list[tuple[int, Token]]


def head_rows(text: str, lines: Sequence[Sequence[Token]], words: FormWords) -> list[Row]:
    """The rows of a form's head."""
    walk = _Walk(text, words)
    filled = [line for line in lines if line]
    for at, line in enumerate(filled):
        walk.take(line, filled[at + 1] if at + 1 < len(filled) else ())
    walk.end_goals()
    return [row_of(text, sorted(cells), width) for cells, width in walk.rows if cells]


@dataclass(slots=True)
class _Walk:
    """What the lines so far left open."""

    text: str
    words: FormWords
    rows: list[tuple[Cells, int]] = field(default_factory=list)
    group: Token | None = None
    """A label of the labels in the lines below."""
    in_money: bool = False
    columns: int = 0
    """So many columns of a table of money are open."""
    open_at: int | None = None
    """The column of the last row in which a text may go on."""
    sum_at: int | None = None
    """The column of the last row in which an amount stands that is printed in the next line."""
    goals: list[list[Token]] | None = None
    """The texts below a pair of headings, line by line."""
    goal_at: int = 0

    def take(self, line: Sequence[Token], below: Sequence[Token]) -> None:
        """Adds the rows that a line gives."""
        is_label = self._labels(line)
        if not is_label[0]:
            self._goes_on(line)
            return
        self.end_goals()
        if all(is_label) and len(line) >= _FEWEST and self._head(line, below):
            return
        if len(line) == 1 and self._is_over(line[0], below):
            self.group = line[0]
            return
        if self.columns and self._is_money_row(line):
            self._put([(1, line[0]), *((2 + at, token) for at, token in enumerate(line[1:]))], self.columns + 2)
            return
        self.columns = 0
        self._pairs(self._paired(line, is_label))

    def _labels(self, line: Sequence[Token]) -> list[bool]:
        """Which words of a line are labels."""
        known = [self._is_label(token) for token in line]
        if not known[0] and self._is_open_to_label(line, known):
            known[0] = True
        for at in range(1, len(line) - 1):
            # What stands between two values is a label: 上级资金 20 本级资金 5.
            if not (known[at - 1] or known[at] or known[at + 1]) and self._stands_between(line, at):
                known[at] = True
        return known

    def _is_over(self, token: Token, below: Sequence[Token]) -> bool:
        """Whether a label stands over a line of labels: 年度总体目标 over 预期目标 and 实际完成情况."""
        label = self.words.label(token.text)
        if label is None or not label.is_group or len(below) != _FEWEST:
            return False
        return all(map(self._is_label, below)) and any(map(self._is_goal, below))

    def _is_label(self, token: Token) -> bool:
        label = self.words.label(token.text)
        return label is not None or (self.in_money and self.words.source(token.text) is not None)

    def _is_open_to_label(self, line: Sequence[Token], known: Sequence[bool]) -> bool:
        """Whether the first word of a line is a label by its place: a value stands behind it, then a known label."""
        word = squash(line[0].text).rstrip(":")
        if (
            len(line) > _FEWEST
            and known[1]
            and self._is_money(line[1])
            and self.words.unknown(line[0].text) is not None
        ):
            return len(word) <= _LONGEST_LABEL  # it stands over money: 专项资金 | 资金总额 | 50
        if len(line) < _FEWEST or known[1] or self.goals is not None or len(word) > _LONGEST_LABEL:
            return False
        if self.words.unknown(line[0].text) is None:
            return False
        if self.in_money and _FIGURE.fullmatch(squash(line[1].text)):
            return True
        return (len(line) > _FEWEST and known[2]) or (len(line) == _FEWEST and _ENDS_LABEL.fullmatch(word) is not None)

    def _stands_between(self, line: Sequence[Token], at: int) -> bool:
        word = squash(line[at].text).rstrip(":")
        if self.words.unknown(line[at].text) is None or len(word) > _LONGEST_LABEL:
            return False
        figures = [_FIGURE.fullmatch(squash(line[one].text)) is not None for one in (at - 1, at + 1)]
        return all(figures) or _ENDS_LABEL.fullmatch(word) is not None

    def _head(self, line: Sequence[Token], below: Sequence[Token]) -> bool:
        """Takes a line of labels only: those of a table of money, a pair over goals, or labels over their values."""
        lead, own = self._lead(line)
        if sum(self._heads_money(token) for token in own) >= _FEWEST:
            self._put([*([(0, lead)] if lead else []), *((2 + at, one) for at, one in enumerate(own))], len(own) + 2)
            self.columns, self.in_money, self.open_at = len(own), True, None
            return True
        if len(own) == _FEWEST and any(map(self._is_goal, own)):
            self.goal_at = 1 if lead else 0
            self._put([*([(0, lead)] if lead else []), *((self.goal_at + at, one) for at, one in enumerate(own))])
            self.goals, self.in_money = [], False
            return True
        if lead is None and len(below) == len(own) and not any(map(self._is_label, below)):
            self._put(list(enumerate(own)))
            self.goals, self.goal_at = [], 0
            return True
        return False

    def _lead(self, line: Sequence[Token]) -> tuple[Token | None, Sequence[Token]]:
        """The label of all the others: in the line itself, or in one above it."""
        if self.group is not None:
            group, self.group = self.group, None
            return group, line
        label = self.words.label(line[0].text)
        if len(line) > _FEWEST and label is not None and label.is_group and not self._heads_money(line[0]):
            return line[0], line[1:]
        return None, line

    def _heads_money(self, token: Token) -> bool:
        bare = squash(token.text).split("(")[0].rstrip(":")
        return bare in {*self.words.budget, *self.words.spent, "分值", "执行率", "得分"}

    def _is_money_row(self, line: Sequence[Token]) -> bool:
        return len(line) > 1 and all(_FIGURE.fullmatch(squash(token.text)) for token in line[1:])

    def _paired(self, line: Sequence[Token], is_label: Sequence[bool]) -> list[tuple[Token, Token | None]]:
        """Labels with their values; the words between two labels are one value."""
        pairs: list[tuple[Token, Token | None]] = []
        for token, known in zip(line, is_label, strict=True):
            if known:
                pairs.append((token, None))
            else:
                label, value = pairs[-1]
                pairs[-1] = label, token if value is None else self._span(value, token)
        return pairs

    def _span(self, first: Token, last: Token) -> Token:
        return Token(self.text[first.start : last.end], first.start, last.end)

    def _pairs(self, pairs: list[tuple[Token, Token | None]]) -> None:
        first = self.words.label(pairs[0][0].text)
        is_group = first is not None and first.is_group
        over_money = len(pairs) > 1 and self._is_money(pairs[1][0]) and first is None
        if pairs[0][1] is None and (over_money or (is_group and (len(pairs) > 1 or (first and first.is_money)))):
            self.group = pairs.pop(0)[0]
            self.in_money = over_money or (first is not None and first.is_money)
            if not pairs:
                return
        if self._is_money(pairs[0][0]) or (self.in_money and self._counts(pairs)):
            self._money(pairs)
            return
        self.in_money = False
        cells: Cells = [(0, self.group)] if self.group is not None else []
        shift, self.group = len(cells), None
        for at, (label, value) in enumerate(pairs):
            cells.append((shift + 2 * at, label))
            if value is not None:
                cells.append((shift + 2 * at + 1, value))
        self._put(cells, shift + 2 * len(pairs))
        self.open_at = shift + 2 * len(pairs) - 1

    def _money(self, pairs: Sequence[tuple[Token, Token | None]]) -> None:
        column = 1 if self.group is not None or self.in_money else 0
        for label, value in pairs:
            cells: Cells = [(0, self.group)] if self.group is not None else []
            self.group = None
            cells.append((column, label))
            if value is not None:
                cells.append((column + 1, value))
            self._put(cells, column + 2)
        self.in_money = bool(column)
        self.open_at = None
        self.sum_at = column + 1 if pairs[-1][1] is None else None

    def _is_money(self, token: Token) -> bool:
        label = self.words.label(token.text)
        name = label.field if label is not None else self.words.source(token.text)
        return name is not None and (name in AMOUNT_COLUMNS or name.startswith(BREAKDOWN))

    def _counts(self, pairs: Sequence[tuple[Token, Token | None]]) -> bool:
        return all(value is not None and _FIGURE.fullmatch(squash(value.text)) for _, value in pairs)

    def _is_goal(self, token: Token) -> bool:
        label = self.words.label(token.text)
        return label is not None and label.field == "goal"

    def _goes_on(self, line: Sequence[Token]) -> None:
        """A line without a label: the rest of the text above, or a value below its label."""
        if self.goals is not None:
            self.goals.append(list(line))
            return
        whole = self._span(line[0], line[-1])
        if self.group is not None:
            self._put([(0, self.group), (1, whole)])
            self.group, self.open_at = None, 1
        elif self.sum_at is not None and _FIGURE.fullmatch(squash(whole.text)):
            self.rows[-1][0].append((self.sum_at, whole))
        elif self.open_at is not None and self.rows:
            self.rows[-1][0].append((self.open_at, whole))
        else:
            self._put([(0, whole)])

    def end_goals(self) -> None:
        """Puts the texts below a pair of headings, each under its own."""
        lines, self.goals = self.goals, None
        if not lines:
            return
        at = self.goal_at
        if any(len(line) == _FEWEST and self._are_two(line) for line in lines):
            cells = [(at + column, token) for line in lines for column, token in enumerate(line[:2])]
            self._put(cells + [(at + 1, token) for line in lines for token in line[2:]])
            return
        texts = [self._span(line[0], line[-1]) for line in lines]
        part = _part(texts)
        self._put([(at, token) for token in texts[:part]] + [(at + 1, token) for token in texts[part:]])

    def _are_two(self, line: Sequence[Token]) -> bool:
        """Whether two words of a line are two texts: each ends a sentence, or none is part of one."""
        ends = [token.text.endswith(ENDS_SENTENCE) for token in line]
        return all(ends) or not any(set(token.text) & set(IN_SENTENCES + "，。；") for token in line)

    def _put(self, cells: Cells, width: int = 0) -> None:
        self.rows.append((cells, width or max(at for at, _ in cells) + 1))
        self.open_at = self.sum_at = None


def _part(texts: Sequence[Token]) -> int:
    """How many of the lines below two headings belong to the first: their numbering begins again with the second."""
    if len(texts) == 1:
        return 1
    begins = [at for at, token in enumerate(texts) if _RESTARTS.match(squash(token.text))]
    if len(begins) == _FEWEST and begins[0] == 0:
        return begins[1]
    if len(texts) == _FEWEST and not begins:
        return 1
    ends = [at + 1 for at in range(len(texts) - 1) if texts[at].text.endswith(ENDS_SENTENCE)]
    return min(ends, key=lambda end: abs(2 * end - len(texts))) if ends and not begins else len(texts)
