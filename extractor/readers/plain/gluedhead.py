"""The head of a form whose words have nothing between them, label by label: which of its values can be read.

What stands between two labels is a value, and the number behind a label of money its amount. The sums of a table of
money are read where their rate proves them, two texts under two headings where they say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor.layouts.forms import FormWords
from extractor.readers.plain.formwords import kind_of
from extractor.readers.plain.gluedmoney import doubled, money_columns, rows_of_money
from extractor.readers.plain.segments import Token

_BODIES = frozenset(("department", "unit"))
_LONGEST_NAME = 60
_SHORTEST_GOAL = 8
_LONGEST_VALUE = 24
_HAN = re.compile("[\u4e00-\u9fff]")
_NO_BODY = re.compile(r"[\d(:;,]*$|.*[□☑√✓/(:;,。]|.*\d{4}")
_BOXES = re.compile("[□☑√✓]")
_SUM = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[万亿]?元)?(?!\d|\.\d|%)")
_SHORT_LABEL = re.compile(r":?([\u4e00-\u9fff]{2,3})(?=:?\d)")


@dataclass(slots=True)
class Glued:
    """Where glued words end, the starts of lines that nobody can read, and those of headers without rows."""

    cuts: set[int] = field(default_factory=set)
    unread: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)


def head_starts(
    flat: str, places: Sequence[tuple[Token, int]], words: FormWords, made: Glued, base: int
) -> Iterator[tuple[int, bool]]:
    """Where each line of the head begins, and whether it can be read; `places` are labels with the ends of values."""
    kinds = [kind_of(token, words) for token, _ in places]
    several = (
        sum(kind == "columns" and not _is_group(token, words) for kind, (token, _) in zip(kinds, places, strict=True))
        > 1
    )
    is_cut = False
    table = _table(flat, places, kinds, words)
    for at, (token, end) in enumerate(places):
        if table is not None and table[0] <= at < table[1]:
            if at == table[0]:
                yield from _sums(flat, places[table[0] : table[1]], kinds[table[0] : table[1]], words, made, base)
            continue
        if kinds[at] == "goal" and (twice := _twice(flat, places, kinds, at)) is not None:
            first, halves = twice
            made.cuts |= {base + place for one, _ in places[first : at + 1] for place in (one.start, one.end)}
            made.cuts |= {base + place for half in halves for place in half}
            made.unread.discard(base + places[first][0].start)
            for start in (half[0] for half in halves):
                yield start, True
            continue
        label = words.label(token.text)
        name = label.field if label is not None else None
        value = flat[token.end : end]
        made.cuts |= {base + token.start, base + token.end, base + end}
        if kinds[at] in {"money", "columns"}:
            is_read = not several and not is_cut
            yield token.start, is_read
            is_cut = False
            if is_read:
                for start, is_value in _amount(flat, token.end, end, words, made, base):
                    yield start, is_value
                    is_cut = not is_value and bool(_HAN.match(flat[end - 1]))
            continue
        is_cut = False
        if kinds[at] == "goal" and (last := _last_of_pair(places, kinds, at)) > at:
            if at == 0 or kinds[at - 1] != "goal" or places[at - 1][0].end != token.start:
                yield token.start, _twice(flat, places, kinds, last) is not None
            continue
        yield token.start, _is_readable(value, name, kinds, places, at)
        behind = places[at + 1][0].start if at + 1 < len(places) else end
        if end < behind:
            yield end, False


def _table(
    flat: str, places: Sequence[tuple[Token, int]], kinds: Sequence[str], words: FormWords
) -> tuple[int, int] | None:
    """The labels [first, after) of a table of money: its group, its columns and its rows."""
    columns = [at for at, kind in enumerate(kinds) if kind == "columns" and not _is_group(places[at][0], words)]
    if not columns:
        return None
    first = columns[0]
    after = next((at for at in range(first, len(kinds)) if kinds[at] not in {"columns", "money"}), len(kinds))
    rows = next((at for at in range(first, after) if kinds[at] == "money"), after)
    if rows == after or not money_columns(flat, places[first][0].start, places[rows][0].start, words):
        return None
    leads = first and kinds[first - 1] == "columns" and places[first - 1][0].end == places[first][0].start
    return first - bool(leads), after


def _sums(
    flat: str,
    places: Sequence[tuple[Token, int]],
    kinds: Sequence[str],
    words: FormWords,
    made: Glued,
    base: int,
) -> Iterator[tuple[int, bool]]:
    """Where the rows of a table of money begin, and which of their digits nobody can part."""
    first = next(at for at, (token, _) in enumerate(places) if not _is_group(token, words))
    rows = next(at for at, kind in enumerate(kinds) if kind == "money")
    columns = money_columns(flat, places[first][0].start, places[rows][0].start, words)
    spans = []
    for token, end in places[rows:]:
        start = token.end + (flat[token.end : end][:1] == ":")
        spans.append((start, end))
    found = rows_of_money(flat, spans, [kind for kind, _ in columns])
    made.cuts |= {base + place for token, _ in places[:rows] for place in (token.start, token.end)}
    made.cuts |= {base + place for _, cut in columns for place in cut}
    is_read = found[0] is not None
    yield places[0][0].start, is_read
    for (token, end), span, row in zip(places[rows:], spans, found, strict=True):
        made.cuts |= {base + token.start, base + span[0], base + end}
        yield token.start, is_read
        if row is None:
            yield span[0], False
        else:
            made.cuts |= {base + place for cut in row.cells for place in cut}


def _last_of_pair(places: Sequence[tuple[Token, int]], kinds: Sequence[str], at: int) -> int:
    """The last of the labels of goals that stand side by side from `at` on."""
    while at + 1 < len(places) and kinds[at + 1] == "goal" and places[at][0].end == places[at + 1][0].start:
        at += 1
    return at


def _twice(
    flat: str, places: Sequence[tuple[Token, int]], kinds: Sequence[str], at: int
) -> tuple[int, tuple[tuple[int, int], tuple[int, int]]] | None:
    """The first of the labels of goals that end with `at`, and the two texts behind them that say the same."""
    first = at
    while first and kinds[first - 1] == "goal" and places[first - 1][0].end == places[first][0].start:
        first -= 1
    if first == at or _last_of_pair(places, kinds, at) > at:
        return None
    halves = doubled(flat, places[at][0].end, places[at][1])
    return (first, halves) if halves is not None else None


def _is_readable(
    value: str, name: str | None, kinds: Sequence[str], places: Sequence[tuple[Token, int]], at: int
) -> bool:
    """Whether what stands behind a label can be the value of its field."""
    if kinds[at] == "goal":
        beside = [one for one in (at - 1, at + 1) if 0 <= one < len(places) and kinds[one] == "goal"]
        is_pair = any(places[min(at, one)][0].end == places[max(at, one)][0].start for one in beside)
        return not is_pair and len(value) >= _SHORTEST_GOAL
    if name in _BODIES:
        return len(value) <= _LONGEST_NAME and not _NO_BODY.match(value)
    if name == "name":
        return len(value) <= _LONGEST_NAME
    return len(value) <= _LONGEST_VALUE and not _BOXES.search(value)


def _is_group(token: Token, words: FormWords) -> bool:
    label = words.label(token.text)
    return label is not None and label.is_group


def _amount(flat: str, start: int, end: int, words: FormWords, made: Glued, base: int) -> Iterator[tuple[int, bool]]:
    """Ends the amount behind a label of money; what stands behind it is another line, which nobody reads."""
    short = _SHORT_LABEL.match(flat, start, end)
    if short is not None and words.is_listed(short[1]):
        yield short.start(1), True
        made.cuts |= {base + short.start(1), base + short.end(1)}
        start = short.end(1)
    while start < end and flat[start] == ":":
        start += 1
    made.cuts.add(base + start)
    figure = _SUM.match(flat, start, end)
    after = figure.end() if figure else start
    if flat[after:end].strip():
        made.cuts.add(base + after)
        yield after, False
