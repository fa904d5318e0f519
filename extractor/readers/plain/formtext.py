"""Forms printed as text: a table row a line, its cells parted by one blank, blank cells and merged ones lost.

The header of the indicators tells how many cells a row has; known labels tell where a value ends and which word is a
label by its place. The table is built anew, so whatever is read from it carries a doubt.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords, form_words
from extractor.readers.plain.formflat import relined
from extractor.readers.plain.formhead import head_rows
from extractor.readers.plain.formrows import indicator_rows
from extractor.readers.plain.formwords import is_known, tokens_of_line, with_whole_labels
from extractor.readers.plain.lines import INDICATOR, prints
from extractor.readers.plain.segments import Token, row_of
from extractor.schemas.document import Line, Table
from extractor.text import squash

_WIDE = re.compile(r"[ \t\u3000]{2,}|[\t\u3000]")
_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_HEAD = frozenset(("name", "department", "unit"))
_NAMED, _MEASURES = frozenset(("indicator_name", "annual_value")), frozenset(("operator", "measure_unit", "weight"))
_FEWEST = 3
_PAIR = 2


class Header(NamedTuple):
    """A line that heads indicators: the words before its columns, its columns and the field that each names."""

    line: int
    lead: tuple[Token, ...]
    columns: tuple[Token, ...]
    fields: tuple[str | None, ...]


def read_form_text(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such forms, and their tables; none where no header of indicators stands in a line of words."""
    words = form_words(terms())
    whole, flat = lines, relined(text, lines)
    lines, cuts = flat.lines, sorted(flat.cuts)
    may_head = (line for line in lines if _may_head(text, line) and (cuts or _has_words(text, line)))
    if not any(_heads(tokens_of_line(text, line, cuts), words) for line in may_head):
        return whole, ()
    readable = ([] if line.start in flat.unread else tokens_of_line(text, line, cuts) for line in lines)
    printed = with_whole_labels(list(readable), words)
    likely = [at for at, line in enumerate(lines) if _may_head(text, line)]
    headers = [header for at in likely if (header := _header(printed, at, words)) is not None]
    tables: list[Table] = []
    taken: set[int] = set()
    after = 0
    for index, header in enumerate(headers):
        first = _first_line(printed, header, words)
        begin = _begin(printed, after, first, words)
        if begin is None or (
            _is_one(whole, lines[begin], lines[header.line])
            and all(is_known(token.text, words) for line in printed[begin:first] for token in line)
        ):
            after = header.line + 1  # what names nothing but columns heads a list
            continue
        end = headers[index + 1].line if index + 1 < len(headers) else len(printed)
        heads = [*header.lead, *header.columns]
        end = header.line + 1 if lines[header.line].start in flat.bare else end
        below, count = indicator_rows(text, printed[header.line + 1 : end], header.fields, len(header.lead), words)
        after = header.line + 1 + count
        head_row = row_of(text, list(enumerate(heads)), len(heads))
        rows = [*head_rows(text, printed[begin:first], words), head_row, *below]
        tables.append(Table(tuple(rows), lines[begin].page, rebuilt=True))
        taken.update(at for at in range(begin, after) if lines[at].start not in flat.unread)
    if not tables:
        return whole, ()
    return tuple(line for at, line in enumerate(lines) if at not in taken), tuple(tables)


def _is_one(whole: Sequence[Line], first: Line, last: Line) -> bool:
    """Whether two lines were cut out of one."""
    at = bisect_right(whole, first.start, key=lambda line: line.start) - 1
    return at >= 0 and last.end <= whole[at].end


def _may_head(text: str, line: Line) -> bool:
    """Whether a line names indicators, its words parted by single blanks."""
    if not prints(text, line, INDICATOR):
        return False
    return _WIDE.search(text[line.start : line.end].strip()) is None


def _has_words(text: str, line: Line) -> bool:
    """Whether blanks part as many words as a header has columns, which nearly all lines of a text lack."""
    return len(text[line.start : line.end].split(None, _FEWEST)) >= _FEWEST


def _heads(tokens: Sequence[Token], words: FormWords) -> bool:
    found = {words.column(token.text) for token in tokens}
    is_measured = found >= _NAMED and len(_MEASURES & found) > 1
    return (len(_INDICATORS & found) >= _FEWEST or is_measured) and "name" not in found


def _header(printed: Sequence[Sequence[Token]], at: int, words: FormWords) -> Header | None:
    """The header that a line is: 绩效指标 may lead it, and the first of its labels stand in a line of its own."""
    tokens = printed[at]
    if not _heads(tokens, words):
        return None
    columns = [words.column(token.text) for token in tokens]
    first = next(index for index, name in enumerate(columns) if name in _INDICATORS)
    lead, own = list(tokens[:first]), list(tokens[first:])
    if any(levels_of(squash(token.text)) for token in own):
        return None
    above = [token for line in printed[max(at - 2, 0) : at] for token in line]
    if "level1" not in columns and above and words.column(above[-1].text) == "level1":
        own.insert(0, above.pop())
    return Header(at, tuple(lead), tuple(own), tuple(words.column(token.text) for token in own))


def _first_line(printed: Sequence[Sequence[Token]], header: Header, words: FormWords) -> int:
    """The first line of a header: labels of it may stand above."""
    first = header.line
    start = min(token.start for token in (*header.lead, *header.columns))
    while first and (not printed[first - 1] or printed[first - 1][0].start >= start):
        first -= 1
    return first


def _begin(printed: Sequence[Sequence[Token]], after: int, first: int, words: FormWords) -> int | None:
    """The first line of a form's head: that of its name, or of the bodies right above it."""
    named = [at for at in range(after, first) if _names(printed[at], words)]
    if not named:
        return None
    begin = next((at for at in reversed(named) if "名称" in printed[at][0].text), named[-1])
    for at in range(begin - 1, after - 1, -1):
        if not printed[at]:
            continue
        label = words.label(printed[at][0].text)
        if label is None or label.field == "goal" or len(printed[at]) < _PAIR:
            break
        begin = at if label.field in _HEAD else begin
    return begin


def _names(tokens: Sequence[Token], words: FormWords) -> bool:
    """Whether a line begins with the label of a project's name, and what follows is no other label."""
    if not tokens:
        return False
    label = words.label(tokens[0].text)
    if label is not None and label.field == "name":
        return len(tokens) == 1 or not is_known(tokens[1].text, words)
    return False
