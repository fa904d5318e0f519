"""Forms with a table row a line and nothing between its cells: 数量指标培训人数≥100人, below 二级指标三级指标指标值.

A line that is nothing but labels of indicators heads them. Below it the categories, signs and units of each line tell
its cells; above it labels tell those of the head, line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.layouts.forms import FormWords
from extractor.readers.plain.formglued import labels_in
from extractor.readers.plain.formwords import kind_of
from extractor.readers.plain.gluedhead import Glued
from extractor.readers.plain.gluedrows import Kind, column_kinds, header_labels, rows_behind
from extractor.readers.plain.lines import INDICATOR, prints
from extractor.readers.plain.segments import Token
from extractor.schemas.document import Line
from extractor.text import ENDS_SENTENCE, IN_SENTENCES, fold

_LONGEST_HEADER = 80
_FEWEST, _FEWEST_ROWS = 3, 2
_MOST_ABOVE = 60
_MOST_STRANGE = 2
_LONGEST_VALUE = 40
_SHORTEST, _LONGEST_LABEL = 4, 12
_ENDS_VALUE = re.compile(r"[\d√✓□]$")
_REMARK = re.compile(r"\([^()]{1,10}\)")
_TELLING = frozenset(("indicator_name", "annual_value"))
_LEVELS = frozenset(("level1", "level2"))
_HEAD = frozenset(("name", "unit", "department"))
_IN_SENTENCES = re.compile("[:;。]")
"""What no label holds, but for the words of the last column."""
_LONGEST_REMARK = 20


def glued_lines(text: str, lines: Sequence[Line], words: FormWords, made: Glued) -> dict[int, list[int]]:
    """Where rows begin inside of lines, by the line's place in the list; `made` takes cuts and what nobody can read."""
    found: dict[int, list[int]] = {}
    after = 0
    for at, line in enumerate(lines):
        columns = _columns(text, line, words) if at >= after else []
        if not columns:
            continue
        own = columns[1:] if words.heads_indicators(columns[0].text) else columns
        kinds = column_kinds([one.text for one in own if words.column(one.text) not in _LEVELS], words)
        head = _head(text, lines[after:at], words) if kinds else None
        if kinds is None or head is None:
            continue
        form = Glued()
        end = _rows(text, lines, at + 1, kinds, form)
        if end is None:
            continue
        form.cuts |= {line.start + place for token in columns for place in (token.start, token.end)}
        for index, starts in head.items():
            found[after + index] = starts
        _cut_head(text, lines[after:at], head, words, form)
        made.cuts |= form.cuts
        made.unread |= form.unread
        after = end
    return found


def _columns(text: str, line: Line, words: FormWords) -> list[Token]:
    """The labels of a line that is nothing but a glued header of indicators; none for any other line."""
    if line.end - line.start > _LONGEST_HEADER or not prints(text, line, INDICATOR):
        return []
    flat = fold(text[line.start : line.end]).rstrip()
    if _IN_SENTENCES.search(flat, 0, max(0, len(flat) - _LONGEST_REMARK)) or len(flat.split()) > 1:
        return []
    begin = len(flat) - len(flat.lstrip())
    columns = header_labels(flat, begin, len(flat), words, is_whole=True)
    if not columns or columns[-1].end != len(flat) or len(columns) < _FEWEST:
        return []
    fields = {words.column(token.text) for token in columns}
    return columns if fields >= _TELLING and "name" not in fields else []


def _rows(text: str, lines: Sequence[Line], begin: int, kinds: Sequence[Kind], made: Glued) -> int | None:
    """Cuts the lines below a header into cells; the line behind the last of them, None where they are no rows."""
    rows = strange = 0
    end = begin
    for at in range(begin, len(lines)):
        line = lines[at]
        flat = fold(text[line.start : line.end])
        if not flat.strip():
            continue
        cuts = _cuts_of_row(flat, kinds)
        if cuts is None:
            strange += 1
            if strange > _MOST_STRANGE:
                break
            made.unread.add(line.start)
            continue
        strange = 0
        rows += len(cuts) > 0
        made.cuts |= {line.start + place for place in cuts}
        end = at + 1
    made.unread = {start for start in made.unread if start < lines[end - 1].end}
    return end if rows >= _FEWEST_ROWS else None


def _cuts_of_row(flat: str, kinds: Sequence[Kind]) -> set[int] | None:
    """Where the cells of a line begin and end: its categories, then one row; None where it is cut in no other way."""
    begin = len(flat) - len(flat.lstrip())
    cuts: set[int] = set()
    for one in rows_behind(flat, begin, len(flat), kinds, is_led=False):
        if one.rows is None or (one.end < len(flat.rstrip()) and not one.rows):
            return None
        cuts |= {place for cut in (*one.lead, *(cell for row in one.rows for cell in row)) for place in cut}
    return cuts or None


def _head(text: str, lines: Sequence[Line], words: FormWords) -> dict[int, list[int]] | None:
    """Where each line of a form's head begins: at its labels. None where no line begins with the label of a name."""
    found: dict[int, list[int]] = {}
    is_named = False
    for at in range(len(lines) - 1, max(len(lines) - 1 - _MOST_ABOVE, -1), -1):
        labels = list(_labels(text, lines[at], words))
        if not labels:
            if is_named and text[lines[at].start : lines[at].end].strip():
                break
            continue
        fields = {label.field if (label := words.label(token.text)) else None for token in labels}
        if is_named and not fields & _HEAD:
            break
        is_named = is_named or "name" in fields
        found[at] = [token.start for token in labels]
    return found if is_named else None


def _labels(text: str, line: Line, words: FormWords) -> Iterator[Token]:
    """The labels of a line, each behind a short value: places in the whole text.

    Before the first of them stands nothing, or what ends like the value of a label that nobody knows: a date, a tick.
    """
    flat = fold(text[line.start : line.end])
    before = len(flat) - len(flat.lstrip())
    is_first = True
    for start, end in _places(flat, before, words):
        value = flat[before:start]
        if value and is_first and not _ENDS_VALUE.search(value):
            continue
        if value and not _is_short(value):
            return
        token = Token(flat[start:end], line.start + start, line.start + end)
        yield token
        if kind_of(token, words) == "goal":
            return
        before, is_first = end, False


def _places(flat: str, begin: int, words: FormWords) -> Iterator[tuple[int, int]]:
    """The labels in a line; one that begins it may be known by its shape alone: 项目当年绩效目标."""
    found = labels_in(flat)
    if not found or found[0][0] > begin:
        stops = range(begin + _SHORTEST, min(begin + _LONGEST_LABEL, len(flat)) + 1)
        stop = next((at for at in stops if words.label(flat[begin:at]) is not None), None)
        if stop is not None:
            yield begin, stop
            found = [one for one in found if one[0] >= stop]
    yield from found


def _is_short(value: str) -> bool:
    return len(value) <= _LONGEST_VALUE and not set(value) & set(IN_SENTENCES)


def _cut_head(text: str, lines: Sequence[Line], head: dict[int, list[int]], words: FormWords, made: Glued) -> None:
    """Cuts labels from values; a line without a label is read where it goes on with the one above, else it is not."""
    last: Token | None = None
    for at in range(min(head), len(lines)):
        line = lines[at]
        printed = text[line.start : line.end].strip()
        if not printed:
            continue
        if at in head:
            labels = list(_labels(text, line, words))
            made.cuts |= {place for token in labels for place in (token.start, token.end)}
            if text[line.start : labels[0].start].strip():
                made.unread.add(line.start)
            last = labels[-1]
            continue
        is_open = last is not None and not _REMARK.sub("", fold(text[last.end : line.start])).strip()
        goes_on = last is not None and kind_of(last, words) == "goal" and not _ends(text, last.end, line.start)
        if not (is_open or goes_on):
            made.unread.add(line.start)
            last = None


def _ends(text: str, start: int, end: int) -> bool:
    return text[start:end].rstrip().endswith(ENDS_SENTENCE)
