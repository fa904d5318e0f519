"""Rows of indicators whose words have nothing between them: 数量指标培训人数≥100人开班次数≥4次.

Categories tell where the indicators inside of them begin, signs and numbers where a name ends, and units where a number
does. What stands behind a category is read where there is exactly one way to cut it into whole rows; all else is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from extractor.layouts import terms
from extractor.layouts.forms import FormWords
from extractor.layouts.taxonomy import LEVELS, labels
from extractor.readers.plain.segments import Token
from extractor.targets.words import words as target_words
from extractor.text import squash

Kind = Literal["name", "value", "sign", "unit", "points", "reached", "score", "remark"]
Cut = tuple[int, int]

_NAME = re.compile(r"[★☆▲]?(?![/-])(?:[^\d≥≤<>=,。;:%()\s]|\([^()\s]{1,24}\)){2,40}")
_SIGN = re.compile(r"[≥≤<>=]{1,2}|定性")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?")
_FIGURE = re.compile(r"[\d≥≤<>=]")
_POINTS = re.compile(r"\d{1,3}(?:\.\d)?")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2,16}")
_MORE = re.compile(r"(?:及?以[上下内]|左右)?")
_UNIT = re.compile(r"[\u4e00-\u9fff%‰㎡/.]{1,8}")
_ENDS = re.compile(
    r"[….]{2,}|总分|合计|总计|[备]?注\d?[:：]|填[报表]人|单位负责人|其他[^,。;]{0,4}说明|附[件表]\d?|项目支出绩效"
)
_SCORE = re.compile(r"(?:\([^()]{1,10}\)|\d{1,3}分|等)?")
_SCORED, _REMARK = re.compile("得分|自评|评分"), re.compile("原因|措施|备注|说明")
_REACHED = re.compile("完成|实际|实现")
_SCALES = "十百千万亿"
_MOST_WAYS = 2
_LONGEST = 1_500
"""Characters behind a category in which its indicators are looked for."""
_MOST_POINTS = 100.0
_LONGEST_LABEL = 20


class Rows(NamedTuple):
    """What stands behind one category: the words of the categories that lead it, and its rows, each cut into cells.

    `rows` is None where they can be cut in no way, or in several; `end` is where they end.
    """

    lead: tuple[Cut, ...]
    rows: tuple[tuple[Cut, ...], ...] | None
    end: int


def header_labels(flat: str, start: int, end: int, words: FormWords, *, is_whole: bool = False) -> list[Token]:
    """The labels of a glued header that begins at a place, up to the first category below it.

    `is_whole`: the header ends where the text does.

    >>> from extractor.layouts.forms import form_words
    >>> text = "一级指标二级指标三级指标分值年度指标值得分未完成原因及改进措施产出指标"
    >>> [token.text for token in header_labels(text, 0, len(text), form_words(terms()))][2:]
    ['三级指标', '分值', '年度指标值', '得分', '未完成原因及改进措施']
    """
    first = next(_categories(flat, start, end), (end, end))[0]
    found: list[Token] = []
    while start < first:
        rest = flat[start:first]
        places = range(min(first, start + _LONGEST_LABEL), start + 1, -1)
        stop = next((at for at in places if _is_label(flat[start:at], words)), 0)
        if _REMARK.search(flat[start : stop or first]) and (is_whole or first < end) and len(rest) <= _LONGEST_LABEL:
            stop = first  # the words of the last column: 未完成原因及改进措施
        if not stop:
            break
        found.append(Token(flat[start:stop], start, stop))
        start = stop
    return found


def _is_label(word: str, words: FormWords) -> bool:
    """Whether a word is a known label of a header, or says by its shape what its column holds."""
    if word in {"分值", "得分", "备注"} or word in words.columns or terms().column(word) is not None:
        return True
    is_value = word.endswith("值") and "级指标" not in word and words.column(word) in {"annual_value", "cycle_value"}
    return word in words.labels or is_value


def column_kinds(columns: Sequence[str], words: FormWords) -> tuple[Kind, ...] | None:
    """What the columns behind the categories hold; None where one of them may hold anything.

    >>> from extractor.layouts.forms import form_words
    >>> column_kinds(("三级指标", "分值", "年度指标值", "全年实际值", "得分", "未完成原因"), form_words(terms()))
    ('name', 'points', 'value', 'reached', 'score', 'remark')
    """
    found = [_kind(label, words) for label in columns]
    known = tuple(kind for kind in found if kind is not None)
    return known if len(known) == len(found) and "name" in known and "value" in known else None


def _kind(label: str, words: FormWords) -> Kind | None:
    field = words.column(label)
    by_field: dict[str | None, Kind] = {
        "indicator_name": "name",
        "annual_value": "value",
        "cycle_value": "value",
        "operator": "sign",
        "measure_unit": "unit",
        "weight": "points",
    }
    word = squash(label)
    if field in by_field:
        return by_field[field]
    if _SCORED.search(word):
        return "score"
    if _REMARK.search(word):
        return "remark"
    return "reached" if _REACHED.search(word) else None


def rows_behind(flat: str, start: int, end: int, kinds: Sequence[Kind], *, is_led: bool = True) -> Iterator[Rows]:
    """The rows in [start, end) of a folded text, category by category; `is_led`: one stands before the first of them.

    >>> text = "产出指标数量指标培训人数≥100人开班次数≥4次时效指标按期完成"
    >>> for one in rows_behind(text, 0, len(text), ("name", "value")):
    ...     print(*(text[slice(*cut)] for cut in (*one.lead, *(cut for row in one.rows or () for cut in row))))
    产出指标 数量指标 培训人数 ≥100人 开班次数 ≥4次
    时效指标
    """
    found = list(_categories(flat, start, end))
    lead: list[Cut] = []
    if not is_led and (not found or found[0][0] > start):
        first = found[0][0] if found else end
        yield Rows((), _only_way(flat, start, first, kinds), first)
    for at, own in enumerate(found):
        lead.append(own)
        begin, stop = own[1], found[at + 1][0] if at + 1 < len(found) else end
        last = _ENDS.search(flat, begin, stop)
        stop = last.start() if last else stop
        inside = flat[begin:stop].strip()
        if inside or last:
            yield Rows(tuple(lead), _only_way(flat, begin, stop, kinds) if inside else (), stop)
            lead = []
        if last:
            return
    if lead:
        yield Rows(tuple(lead), (), lead[-1][1])


@lru_cache(maxsize=1)
def _category() -> re.Pattern[str]:
    known = {word for level in LEVELS for word in labels(level) if word.endswith("指标")}
    each = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return re.compile(rf"(?:{each}){_SCORE.pattern}")


def _categories(flat: str, start: int, end: int) -> Iterator[Cut]:
    """The categories in a text, the first of them at its beginning or not far behind it."""
    for match in _category().finditer(flat, start, end):
        yield match.span()


def _only_way(flat: str, start: int, end: int, kinds: Sequence[Kind]) -> tuple[tuple[Cut, ...], ...] | None:
    """The rows in [start, end), where there is exactly one way to cut them."""
    while start < end and flat[start].isspace():
        start += 1
    while end > start and flat[end - 1].isspace():
        end -= 1
    if end - start > _LONGEST:
        return None
    # ways[at]: how the text from there on can be cut, two ways at most.
    ways: dict[int, list[tuple[tuple[Cut, ...], int]]] = {}
    counts: dict[int, int] = {end: 1}
    pending = [start]
    while pending:
        at = pending[-1]
        if at in counts:
            pending.pop()
            continue
        if at not in ways:
            ways[at] = list(_rows_at(flat, at, end, kinds))
        open_ones = [stop for _, stop in ways[at] if stop not in counts]
        if open_ones:
            pending += open_ones
            continue
        counts[at] = min(sum(counts[stop] for _, stop in ways[at]), _MOST_WAYS)
        pending.pop()
    if counts[start] != 1:
        return None
    rows: list[tuple[Cut, ...]] = []
    at = start
    while at < end:
        row, at = next((row, stop) for row, stop in ways[at] if counts[stop] == 1)
        rows.append(row)
    return tuple(rows)


def _rows_at(flat: str, start: int, end: int, kinds: Sequence[Kind]) -> Iterator[tuple[tuple[Cut, ...], int]]:
    """Each row that may begin at a place, with its end."""

    def more(cells: tuple[Cut, ...], at: int, column: int) -> Iterator[tuple[tuple[Cut, ...], int]]:
        if column == len(kinds):
            yield cells, at
            return
        kind = kinds[column]
        if kind == "remark":
            yield from more(cells, at, column + 1)
            return
        is_last = all(one == "remark" for one in kinds[column + 1 :])
        for stop in _ends_of(flat, at, end, kind, is_last=is_last, cells=cells, kinds=kinds[:column]):
            yield from more((*cells, (at, stop)) if stop > at else cells, stop, column + 1)

    for cells, stop in more((), start, 0):
        if stop == end or _NAME.match(flat, stop, end):
            yield cells, stop


def _ends_of(
    flat: str, at: int, end: int, kind: Kind, *, is_last: bool, cells: Sequence[Cut], kinds: Sequence[Kind]
) -> Iterator[int]:
    """Where a cell of a kind may end that begins at a place."""
    if kind == "name":
        if match := _NAME.match(flat, at, end):
            word = match[0]
            qualitative = word.find("定性")
            yield at + qualitative if qualitative > 1 else match.end()
    elif kind == "sign":
        if match := _SIGN.match(flat, at, end):
            yield match.end()
    elif kind == "unit":
        if match := _UNIT.match(flat, at, end):
            sign = match[0].find("定性")
            if sign != 0:
                yield at + sign if sign > 0 else match.end()
        if _SIGN.match(flat, at, end):
            yield at  # none is printed
    elif kind in {"points", "score"}:
        if match := _POINTS.match(flat, at, end):
            for stop in range(at + 1, match.end() + 1):
                number = flat[at:stop]
                if _NUMBER.fullmatch(number) and float(number) <= _most(flat, kind, cells, kinds):
                    yield stop
    else:
        yield from _ends_of_value(flat, at, end, kind, is_last=is_last, cells=cells, kinds=kinds)


def _most(flat: str, kind: Kind, cells: Sequence[Cut], kinds: Sequence[Kind]) -> float:
    """No indicator scores more than its points."""
    if kind == "score" and "points" in kinds and len(cells) == len(kinds):
        return float(flat[slice(*cells[kinds.index("points")])])
    return _MOST_POINTS


def _ends_of_value(
    flat: str, at: int, end: int, kind: Kind, *, is_last: bool, cells: Sequence[Cut], kinds: Sequence[Kind]
) -> Iterator[int]:
    """A sign, a number and its unit; what was reached may be said in the same words again."""
    sign = _SIGN.match(flat, at, end)
    number = _NUMBER.match(flat, sign.end() if sign else at, end)
    follows_name = bool(kinds) and kinds[-1] == "name"
    if number is not None:
        stops = _ends_of_unit(flat, number.end(), end, is_last=is_last)
        # A run of digits behind a name may be the values of several columns.
        yield from (stop for stop in stops if sign or stop > number.end() or not follows_name)
        return
    if kind == "reached" and "value" in kinds and len(cells) == len(kinds):
        target = flat[slice(*cells[kinds.index("value")])]
        if flat.startswith(target, at):
            yield at + len(target)
    elif not follows_name and (match := _WORDS.match(flat, at, end)):
        # Words have no end of their own: what was reached says them again, or nothing stands behind them.
        lengths = range(2, len(match[0]) // 2 + 1)
        half = next((at + n for n in lengths if flat.startswith(flat[at : at + n], at + n)), None)
        if half is not None:
            yield half
        elif is_last and match.end() == end:
            yield end


def _ends_of_unit(flat: str, at: int, end: int, *, is_last: bool) -> Iterator[int]:
    """Where the unit behind a number may end; no unit only where none that is known stands there.

    One that nobody knows ends where the row does, or where the next cell begins with a sign or a digit.
    """
    longest = max(map(len, target_words().units.known)) + 1
    ends: set[int] = set()
    for stop in range(at + 1, min(end, at + longest) + 1):
        if not _is_unit(flat[at:stop]):
            continue
        ends.add(_MORE.match(flat, stop, end).end())  # type: ignore[union-attr]
        if flat.startswith("/", stop):
            others = range(stop + 2, min(end, stop + 1 + longest) + 1)
            ends |= {other for other in others if _is_unit(flat[stop + 1 : other])}
    rest = _UNIT.match(flat, at, end)
    if rest and (rest.end() == end or (not is_last and _FIGURE.match(flat, rest.end(), end))):
        ends.add(rest.end())
    yield from sorted(ends) if ends else [at]


@lru_cache(maxsize=4096)
def _is_unit(word: str) -> bool:
    known = target_words().units.known
    return bool(known.get(word) or known.get(word.lstrip(_SCALES)))
