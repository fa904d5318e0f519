"""The words of a line of text, and labels that a narrow cell wrapped put together again."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords
from extractor.readers.plain.segments import Token
from extractor.schemas.document import Line
from extractor.schemas.layout import AMOUNT_COLUMNS, BREAKDOWN
from extractor.text import fold, squash

_WORD = re.compile(r"(?:[(（][^()（）\r\n\f]{1,16}[)）]|[^\s\u3000])+")
"""What stands in brackets is one word, whatever blanks it holds: ( ≥**个 )."""
_MARKS = re.compile(r"[(][^()]{1,12}[)]:?")
_ITEMS = frozenset(("目标", "指标"))
_ITEM = re.compile(r"\d{1,2}\s?[:：、.．]")
RESTS = frozenset(("指标", "目标", "效益", "情况"))
"""What a wrapped label ends with."""
_INDICATOR = "指标"
_HAN = re.compile("[\u4e00-\u9fff]+")
_LONGEST = 14
_MOST_PIECES = 5


def tokens_of_line(text: str, line: Line, cuts: Sequence[int] = ()) -> list[Token]:
    """The words of a line, as its blanks part them, and `cuts` between words that are glued together (rising).

    >>> [token.text for token in tokens_of_line("项目名称河道 清淤", Line(0, 9, None), [4])]
    ['项目名称', '河道', '清淤']
    """
    places = [line.start, *cuts[bisect_right(cuts, line.start) : bisect_left(cuts, line.end)], line.end]
    return [
        Token(match[0], *match.span()) for start, end in pairwise(places) for match in _WORD.finditer(text, start, end)
    ]


def is_known(printed: str, words: FormWords) -> bool:
    """Whether a text is a label of forms, of their indicators' columns, or a category."""
    if len(printed) > 3 * _LONGEST:
        return False
    return bool(words.label(printed) or words.column(printed) or levels_of(squash(printed)))


def _is_listed(word: str, words: FormWords) -> bool:
    """Whether a word is known as it stands, not by its shape alone."""
    return bool(words.is_listed(word) or words.column(word) or levels_of(word))


def with_whole_labels(lines: Sequence[Sequence[Token]], words: FormWords) -> list[list[Token]]:
    """Lines whose last word is whole where it was wrapped: 总体 over 目标 is a label, so is 项目资金 over (万元).

    The words of a line that only held rests of labels are then in the line above.
    """
    whole = [with_marks(line, words) for line in lines]
    for at in range(len(whole)):
        if not whole[at]:
            continue
        joined = _joined(whole, at, words)
        while joined is not None:
            token, used = joined
            whole[at][-1] = token
            for one in used:
                del whole[one][0]
            joined = _joined(whole, at, words)
    return whole


def with_marks(line: Sequence[Token], words: FormWords) -> list[Token]:
    """A line in which remarks in brackets are part of the label before them: 项目资金 (万元), and 1: of 目标 1:."""
    made: list[Token] = []
    for token in (part for one in line for part in _at_colon(one, words)):
        if made and made[-1].text in _ITEMS and _ITEM.match(token.text):
            made[-1] = Token(f"{made[-1].text} {token.text}", made[-1].start, token.end)
        elif made and _MARKS.fullmatch(squash(token.text)) and is_known(made[-1].text, words):
            made[-1] = _over(made[-1], token)
        else:
            made.append(token)
    return made


def _at_colon(token: Token, words: FormWords) -> list[Token]:
    """A word that holds a label, its colon and a value, as two."""
    at = fold(token.text[: 2 * _LONGEST]).find(":")
    if at <= 0 or at + 1 == len(token.text) or not words.is_listed(token.text[:at]):
        return [token]
    start = token.start + at + 1
    return [
        Token(token.text[: at + 1], token.start, start),
        *_at_colon(Token(token.text[at + 1 :], start, token.end), words),
    ]


def _joined(lines: Sequence[Sequence[Token]], at: int, words: FormWords) -> tuple[Token, list[int]] | None:
    """The last word of a line with its rests below, and the lines that these lead; the longest label that is known."""
    last = lines[at][-1]
    word, token = squash(last.text), last
    if len(word) > _LONGEST or not _HAN.match(word):
        return None
    best: tuple[Token, list[int]] | None = None
    is_label = is_known(last.text, words)
    leads = len(lines[at]) == 1 or words.heads_indicators(lines[at][0].text)
    used: list[int] = []
    for below in range(at + 1, min(at + 1 + 2 * _MOST_PIECES, len(lines))):
        if not lines[below]:
            continue
        rest = lines[below][0]
        piece = squash(rest.text)
        word += piece
        if len(word) > _LONGEST or len(used) == _MOST_PIECES or (len(lines[below]) > 1 and len(piece) > 4):
            break
        token = _over(token, rest)
        used.append(below)
        is_rest = piece in RESTS or _MARKS.fullmatch(piece) is not None
        if _is_listed(word, words):
            is_category = leads and bool(levels_of(word))  # 服务对象 over 满意度指标, which is one itself
            if (not is_label or is_rest) and (is_rest or is_category or not is_known(rest.text, words)):
                best = token, list(used)
        elif piece == _INDICATOR and leads and _HAN.fullmatch(word) and word.count(_INDICATOR) == 1:
            best = token, list(used)  # a category of the form's own
        if len(lines[below]) > 1:
            break
    return best


def _over(above: Token, below: Token) -> Token:
    return Token(f"{above.text}\n{below.text}", above.start, below.end)


def kind_of(token: Token, words: FormWords) -> str:
    """What a label is about; a group is of the kind of what it heads."""
    label = words.label(token.text)
    word = squash(token.text).split("(")[0].rstrip(":")
    if word in {*words.budget, *words.spent, "分值", "执行率", "得分"}:
        return "columns"
    name = label.field if label is not None else words.source(token.text)
    if name is not None and (name in AMOUNT_COLUMNS or name.startswith(BREAKDOWN)):
        return "money"
    if label is not None and label.is_group and label.is_money:
        return "columns"
    return "goal" if name == "goal" or "目标" in word or word.endswith("完成情况") else "other"
