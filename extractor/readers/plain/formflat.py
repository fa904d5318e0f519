"""Forms whose rows a program wrote into one line, blanks between the cells: where each row began.

Labels begin the rows of the head. Below the header categories begin those of the indicators, and behind a category each
row has as many words as the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords, form_words
from extractor.readers.plain.formglued import glued_starts
from extractor.readers.plain.formwords import kind_of, tokens_of_line, with_marks
from extractor.readers.plain.gluedhead import Glued
from extractor.readers.plain.gluedlines import glued_lines
from extractor.readers.plain.lines import prints
from extractor.readers.plain.segments import Token, segmented
from extractor.schemas.document import Line
from extractor.text import squash, without_brackets

_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_LEVELS = frozenset(("level1", "level2"))
_FEWEST = 3
_OF_FORMS = (("名称", "名稱"), ("一级指标", "一級指標"), ("二级指标", "二級指標"))
_LONGEST_HEADER = 16
_LONGEST = 24
_NUMBER = re.compile(r"[≥≤><=]*-?\d[\d.,]*%?")
_NOTE = re.compile(r"(?:注|说明|备注)\d?[:：.、]?.*|[^\s]{0,20}(?:意见|审核)[:：]?")


@dataclass(frozen=True, slots=True)
class Relined:
    """The lines of a text; `cuts` are places where a word ends, `unread` the starts of lines that nobody can read.

    `bare` are the starts of headers below which no row can be told.
    """

    lines: tuple[Line, ...]
    cuts: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()
    bare: frozenset[int] = frozenset()


def relined(text: str, lines: Sequence[Line]) -> Relined:
    """The lines of a text, those that hold a whole form broken where its rows begin."""
    words = form_words(terms())
    glued = Glued()
    made: list[Line] = []
    inside = glued_lines(text, lines, words, glued)
    for at, line in enumerate(lines):
        starts = inside.get(at) or (_starts(text, line, words, glued) if _may_be_flat(text, line) else [])
        places = sorted({line.start, *starts, line.end})
        made += [Line(start, end, line.page) for start, end in pairwise(places)] if starts else [line]
    return Relined(tuple(made), frozenset(glued.cuts), frozenset(glued.unread), frozenset(glued.bare))


def _may_be_flat(text: str, line: Line) -> bool:
    near = range(line.start, line.end)
    return len(near) > 2 * _LONGEST and all(prints(text, line, words) for words in _OF_FORMS)


def _starts(text: str, line: Line, words: FormWords, glued: Glued) -> list[int]:
    """Where the rows of a form in one line begin; none where the line holds no form."""
    tokens = with_marks(tokens_of_line(text, line), words)
    header = _header(tokens, words)
    if header is None:
        return list(glued_starts(text, line, words, glued))
    first, after = header
    begin = _named(tokens, first, words)
    if begin is None:
        return []
    fields = [words.column(token.text) for token in tokens[first:after]]
    lead = first - 1 if words.heads_indicators(tokens[first - 1].text) else first
    end = _end(tokens, after, words)
    groups = [*_head_lines(tokens[begin:lead], words), tokens[lead:after], *_rows(tokens[after:end], fields)]
    groups += [tokens[end:]] if end < len(tokens) else []
    return [group[0].start for group in groups if group]


def _header(tokens: Sequence[Token], words: FormWords) -> tuple[int, int] | None:
    """Words [first, after) that head the indicators, with a category right behind them."""
    first = next((at for at, token in enumerate(tokens) if words.column(token.text) == "level1"), None)
    if first is None:
        return None
    after = next(
        (
            at
            for at in range(first, min(first + _LONGEST_HEADER, len(tokens)))
            if levels_of(squash(tokens[at].text)) and words.column(tokens[at].text) is None
        ),
        None,
    )
    if after is None:
        return None
    found = {words.column(token.text) for token in tokens[first:after]}
    is_short = all(len(token.text) <= _LONGEST for token in tokens[first:after])
    return (first, after) if is_short and len(_INDICATORS & found) >= _FEWEST and "name" not in found else None


def _named(tokens: Sequence[Token], first: int, words: FormWords) -> int | None:
    for at in range(first - 1, -1, -1):
        label = words.label(tokens[at].text)
        if label is not None and label.field == "name":
            return at
    return None


def _end(tokens: Sequence[Token], after: int, words: FormWords) -> int:
    """The word behind the indicators and their sum."""
    for at in range(after, len(tokens)):
        word = squash(tokens[at].text)
        if word in words.sums:
            return next(
                (one for one in range(at + 1, len(tokens)) if not _NUMBER.fullmatch(tokens[one].text)), len(tokens)
            )
        label = words.label(tokens[at].text)
        if _NOTE.fullmatch(word) or (label is not None and label.field == "name"):
            return at
    return len(tokens)


def _head_lines(tokens: Sequence[Token], words: FormWords) -> Iterator[list[Token]]:
    """The words of a form's head, a line for each label or run of labels with what stands behind it."""
    line: list[Token] = []
    for token in tokens:
        if line and (_begins(line[-1], token, words) or _ends_pair(line, token, words)):
            yield line
            line = []
        line.append(token)
    yield line


def _begins(before: Token, token: Token, words: FormWords) -> bool:
    """Whether a label begins a line: behind a value it does, and where labels of two kinds follow each other."""
    if not _is_label(token, words):
        return False
    if not _is_label(before, words):
        return True
    return kind_of(before, words) != kind_of(token, words) or kind_of(token, words) == "money"


def _ends_pair(line: Sequence[Token], token: Token, words: FormWords) -> bool:
    """Whether texts begin behind two headings that stand side by side."""
    over = [one for one in line[-2:] if _is_label(one, words) and kind_of(one, words) == "goal"]
    return len(over) > 1 and not _is_label(token, words)


def _is_label(token: Token, words: FormWords) -> bool:
    return words.label(token.text) is not None or kind_of(token, words) == "money"


def _rows(tokens: Sequence[Token], fields: Sequence[str | None]) -> Iterator[Sequence[Token]]:
    """The words below a header, row by row: categories begin one, and behind them each row has as many words."""
    own = [name for name in fields if name not in _LEVELS]
    chunks = list(_chunks(tokens))
    counts = Counter(len(rest) for _, rest in chunks if 1 < len(rest) <= len(own))
    usual = counts.most_common(1)[0][0] if counts else len(own)
    for lead, rest in chunks:
        rows = list(_parted(rest, own, usual))
        yield [*lead, *(rows[0] if rows else ())]
        yield from rows[1:]


def _chunks(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Categories with the words behind them."""
    lead: list[Token] = []
    rest: list[Token] = []
    for token in tokens:
        levels = levels_of(squash(token.text))
        if levels and (rest or (lead and not _is_inner(lead[-1], token))):
            yield lead, rest
            lead, rest = [], []
        (lead if levels else rest).append(token)
    yield lead, rest


def _is_inner(above: Token, token: Token) -> bool:
    """Whether a category stands inside of the one before it: 满意度指标 behind 满意度指标(10分), too."""
    over, own = squash(above.text), squash(token.text)
    return "level1" in levels_of(over) and ("level2" in levels_of(own) or without_brackets(over) == own)


def _parted(rest: Sequence[Token], own: Sequence[str | None], usual: int) -> Iterator[Sequence[Token]]:
    """Words behind a category as rows: of the usual number of words each, else by what fits the columns."""
    if len(rest) <= len(own):
        yield rest
        return
    if len(rest) % usual == 0 and not any(_NUMBER.fullmatch(token.text) for token in rest[::usual]):
        for at in range(0, len(rest), usual):
            yield rest[at : at + usual]
        return
    placed, _ = segmented(rest, own)
    starts = [0, *(at for at, (one, other) in enumerate(pairwise(placed), start=1) if one.row != other.row), len(rest)]
    for start, end in pairwise(starts):
        yield rest[start:end]
