"""Forms whose words have nothing between them: where known labels tell that a value ends.

All that nothing tells apart is left to a person. Which of the last words of a name belong to it tells the rest of the
text, where the name stands again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords, form_words
from extractor.readers.plain.gluedhead import Glued, head_starts
from extractor.readers.plain.gluedrows import column_kinds, header_labels, rows_behind
from extractor.readers.plain.segments import Token
from extractor.schemas.document import Line
from extractor.text import fold

_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_LEVELS = frozenset(("level1", "level2"))
_BODIES = frozenset(("department", "unit"))
_FEWEST = 3
_SHORTEST = 4
_FOR_EACH = 0.5
_LONGEST_NAME = 60
_TITLES = 1_000
_LEAST_AGAIN = 6
_PROJECT = "项目"
_NAMES_END = re.compile(r".*(?:项目|资金|经费|工程|补助|专项|补贴)")
_INNER = r"(?:\([^()]{1,4}\))?"
"""部门(单位)名称"""
_MARKS = r"(?:\([^()]{1,10}\))?:?"


def glued_starts(text: str, line: Line, words: FormWords, made: Glued) -> Iterator[int]:
    """Where the rows of a form in a line begin, none where it holds no form; `made` takes what else was found."""
    flat = fold(text[line.start : line.end])
    labels = [Token(flat[start:end], start, end) for start, end in labels_in(flat)]
    fields = [label.field if (label := words.label(token.text)) is not None else None for token in labels]
    header = next((at for at, token in enumerate(labels) if token.text == "一级指标"), 0)
    columns = header_labels(flat, labels[header].start, len(flat), words) if labels else []
    if len(_INDICATORS & {words.column(token.text) for token in columns}) < _FEWEST:
        return
    begin = _begin(labels[:header], fields)
    if begin is None:
        return
    if words.heads_indicators(labels[header - 1].text) and labels[header - 1].end == labels[header].start:
        header -= 1
    places = _places(flat, labels[begin : header + 1], fields[begin:header], text[: min(_TITLES, line.start)])
    for start, is_read in head_starts(flat, places, words, made, line.start):
        yield line.start + start
        if not is_read:
            made.unread.add(line.start + start)
    made.cuts |= {line.start + place for token in (labels[header], *columns) for place in (token.start, token.end)}
    yield line.start + labels[header].start
    for start, is_read in _rows(flat, labels[header].start, columns, words, made, line.start):
        yield line.start + start
        if not is_read:
            made.unread.add(line.start + start)


def _rows(
    flat: str, header: int, columns: Sequence[Token], words: FormWords, made: Glued, base: int
) -> Iterator[tuple[int, bool]]:
    """Where each row below a header begins, and whether it can be read; without any, the header is bare."""
    kinds = column_kinds([token.text for token in columns if words.column(token.text) not in _LEVELS], words)
    at = columns[-1].end
    found = list(rows_behind(flat, at, len(flat), kinds)) if kinds else []
    if not any(one.rows for one in found):
        made.bare.add(base + header)
        found = []
    for one in found:
        if flat[at : one.lead[0][0]].strip():
            yield at, False
        for start in _leads(flat, one.lead):
            yield start, True
        made.cuts |= {base + place for cut in one.lead for place in cut}
        for index, row in enumerate(one.rows or ()):
            made.cuts |= {base + place for cut in row for place in cut}
            if index:
                yield row[0][0], True
        if one.rows is None:
            yield one.lead[-1][1], False
        at = one.end
    if flat[at:].strip():
        yield at, False


@lru_cache(maxsize=1)
def _anchors() -> re.Pattern[str]:
    """The labels of forms that are long enough to be none of a value's words."""
    words = form_words(terms())
    fields = {**words.fields, **terms().columns}
    known = {*fields, *words.labels, *words.groups, *words.columns}
    long = sorted((word for word in known if len(word) >= _SHORTEST), key=len, reverse=True)
    # 预算项目 is a label of names in a table; in running letters it is a part of a value.
    kept = (word for word in long if fields.get(word) != "name" or word.endswith("名称"))
    each = "|".join(f"{re.escape(word[:2])}{_INNER}{re.escape(word[2:])}" for word in kept)
    return re.compile(rf"(?=((?:其中:?)?(?:{each}){_MARKS}))")


def labels_in(flat: str) -> list[tuple[int, int]]:
    """The labels in glued text; of those that overlap the ones that take most of it, in as few as may be.

    >>> text = "年度总体目标预期目标实际完成情况"
    >>> [text[start:end] for start, end in labels_in(text)]
    ['年度总体目标', '预期目标', '实际完成情况']
    """
    spans = [match.span(1) for match in _anchors().finditer(flat)]
    starts = [start for start, _ in spans]
    best: list[tuple[float, int]] = [(0.0, len(spans))] * (len(spans) + 1)
    for at in range(len(spans) - 1, -1, -1):
        start, end = spans[at]
        behind = bisect_left(starts, end)
        taken = end - start - _FOR_EACH + best[behind][0]
        best[at] = max((taken, behind), (best[at + 1][0], -(at + 1)))
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(spans):
        behind = best[at][1]
        if behind >= 0:
            found.append(spans[at])
        at = abs(behind)
    return found


def _leads(flat: str, lead: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Where lines begin among categories that follow each other: one of a level has none of its own inside."""
    above: frozenset[str] = frozenset()
    for at, (start, end) in enumerate(lead):
        levels = levels_of(flat[start:end])
        if not at or not ("level1" in above and "level2" in levels):
            yield start
        above = levels


def _begin(labels: Sequence[Token], fields: Sequence[str | None]) -> int | None:
    """The label that a form begins with: its name's, or those of the bodies right before it."""
    named = [at for at, token in enumerate(labels) if fields[at] == "name"]
    named = [at for at in named if "名称" in labels[at].text] or named
    if not named:
        return None
    begin = named[-1]
    while begin and labels[begin].start - labels[begin - 1].end <= _LONGEST_NAME and fields[begin - 1] != "goal":
        begin -= 1
    while fields[begin] not in {"name", *_BODIES}:
        begin += 1
    return begin


def _places(flat: str, labels: Sequence[Token], fields: Sequence[str | None], above: str) -> list[tuple[Token, int]]:
    """The labels of a head, each with the end of its value; the first word of a label may be a name's last."""
    places = [(token, below.start) for token, below in pairwise(labels)]
    for at, name in enumerate(fields):
        token, end = places[at]
        if name != "name":
            continue
        end = _end_of_name(flat, token.end, end, above)
        if at + 1 < len(places) and end > places[at + 1][0].start:
            below, last = places[at + 1]
            places[at + 1] = Token(flat[end : below.end], end, below.end), last
        places[at] = token, end
    return places


def _end_of_name(flat: str, start: int, end: int, above: str) -> int:
    """Where a name ends: it stands again elsewhere, whole, with 项目 from the label behind it, or without a label."""
    name = flat[start:end]
    if len(name) < _LEAST_AGAIN:
        return end
    elsewhere = "\n".join((above, flat[:start], flat[end + len(_PROJECT) :]))
    if flat.startswith(_PROJECT, end) and name + _PROJECT in elsewhere:
        return end + len(_PROJECT)
    if name in elsewhere:
        return end
    for length in range(min(len(name), _LONGEST_NAME) - _SHORTEST, _LEAST_AGAIN - 1, -1):
        if _NAMES_END.fullmatch(name[:length]) and name[:length] in elsewhere:
            return start + length
    return end
