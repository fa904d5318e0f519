"""Values that cannot be what they are published as, whatever the words of the document: they need no vocabulary of it.

A goal that is a label, a name that ends in an open bracket, money printed beside a total that is null: each is a sign
that a cell was taken for its neighbour. What the readers agree on is looked at as well, since both may have been led
astray by the same cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from extractor.chunk.amounts import read_amount
from extractor.chunk.titles import is_title
from extractor.layouts import Terms
from extractor.layouts.forms import form_words
from extractor.layouts.taxonomy import LEVELS, Level, category
from extractor.schemas import paths
from extractor.schemas.document import Block, MappedText
from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import SOURCES, Indicator, ProjectReading
from extractor.schemas.record import FlagCode, Span
from extractor.tables import Pattern, Patterns, WordSection, load
from extractor.text import squash


class _Values(WordSection):
    """What a field never holds."""

    nothing: Patterns
    elsewhere: Patterns
    seal: Pattern
    inner_label: Pattern
    sign: Pattern


class _Money(WordSection):
    """Labels of money that is a project's budget, and of money and numbers that are not."""

    budget: Patterns
    other: Patterns


class _Shares(WordSection):
    """Names of indicators that are given as shares."""

    names: Patterns


class _Categories(WordSection):
    """How the labels of categories end."""

    ending: str


class _Words(WordSection):
    """All of plausible.toml."""

    values: _Values
    money: _Money
    shares: _Shares
    categories: _Categories


_WORDS = load("extractor.checks", "plausible.toml", _Words)
_PARTS = re.compile("[,，;；]")
_MOST_PARTS = 2
"""A stop inside a name, or three clauses and more: somebody's text."""
_NAMES = re.compile(r"^(?!.*(?:-{3}|\|)).*(?:[^\W\d_]|\d{5})")
"""A name has letters, or is the code of what is not to be named; it holds no rule of a table."""
_LETTERS = re.compile(r"[^\W\d_]")
"""A goal that is no text is somebody's number."""
_LABELLED = re.compile(r"[;；][^;；:：,，。]{2,12}[:：].")
"""Another value with its label behind an indicator's: 建档率；全程水平：90%."""
_GLUED = re.compile(r"[。；][-·]{0,3}\d{1,3}[-·]{0,3}$")
"""A page's number (34, -34-) or another cell's behind the last stop of a goal."""
_STOPS = tuple(",。;:、!?)]》")
_OPEN_ENDS = tuple("(、,:和及与-《[")
_PAIRS = (("(", ")"), ("《", "》"), ("[", "]"), ('"', '"'))
_MIXED = re.compile(r".{8,}。(?=[^。]{0,12}\d)[^。]{1,12}")
"""A sentence that ends inside of a value, before what may be the value itself."""
_FRACTION = re.compile(r"0?\.\d+")
_WHOLE = re.compile(r"1(?:\.0+)?")
"""What is left of 90% and of 100% where a program wrote the number that a cell holds, without its format."""
_BARE = ("0", ".", "1")
_FIELDS = tuple(name for name in Indicator.model_fields if name != "attributes")
_ENOUGH = 2
_SHORTEST = 2
_SHOWN = 24


def check_plausible(project: ProjectReading, block: Block, terms: Terms, spans: Mapping[str, Span]) -> list[Finding]:
    """A finding on each field that holds what such a field never holds."""
    found = [
        finding(FlagCode.IMPLAUSIBLE, path, variant=variant, text=text[:_SHOWN], spans=_at(spans, path))
        for path, variant, text in (*_texts(project, terms), *_indicators(project))
    ]
    if project.withheld:
        return found
    money = tuple(_money(project, block))
    if money:
        found.append(
            finding(
                FlagCode.IMPLAUSIBLE,
                paths.amount("total"),
                variant="no_total",
                text="、".join(money[:_ENOUGH]),
            )
        )
    if any(_holds_several(field, getattr(one, field)) for one in project.indicators for field in LEVELS):
        found.append(finding(FlagCode.BOUNDARY_UNSURE, "name", variant="rows_glued", spans=_at(spans, "name")))
    missing = _rows_printed(block) - len(project.indicators)
    if missing > 0:
        found.append(finding(FlagCode.IMPLAUSIBLE, "indicators", variant="rows_missing", text=f"{missing}"))
    return found


def _texts(project: ProjectReading, terms: Terms) -> Iterator[tuple[str, str, str]]:
    """The project's own texts: (path, what is wrong, its words)."""
    for path in ("name", "unit", "department"):
        value = getattr(project, path)
        if value is not None and (variant := _wrong_name(path, value, terms)):
            yield path, variant, value
        if path == "name" and project.goal is not None:
            yield from _wrong_goal(project.goal, terms)


@lru_cache(maxsize=4096)
def _wrong_name(path: str, value: str, terms: Terms) -> str:
    """What is wrong with a name of a project or a body, if anything; bodies come again with every project."""
    word = squash(value)
    if variant := _wrong_text(word, terms):
        return variant
    if _holds_a_label(value, terms) or not _NAMES.search(word):
        return "another_cell"
    if _WORDS.values.elsewhere.fullmatch(word):
        return "elsewhere"
    if path != "name" and _is_sentence(word):
        return "sentence"
    return "cut" if word.startswith(_STOPS) or _is_open(word) or len(word) < _SHORTEST else ""


def _is_sentence(word: str) -> bool:
    """Whether a squashed text says more than a name does: a stop inside of it, or three commas behind all brackets.

    >>> _is_sentence("负责管理,组织,协调,监督"), _is_sentence("教育局(甲,乙,丙,丁)"), _is_sentence("好。差")
    (True, False, True)
    """
    behind = word[max(word.rfind("("), word.rfind(")")) + 1 :]
    return "。" in word[:-1] or len(_PARTS.findall(behind)) > _MOST_PARTS


def _wrong_goal(value: str, terms: Terms) -> Iterator[tuple[str, str, str]]:
    word = squash(value)
    if variant := _wrong_text(word, terms):
        yield "goal", variant, value
    elif not _LETTERS.search(word):
        yield "goal", "another_cell", value
    elif _ends_in_a_title(word) or _GLUED.search(word):
        yield "goal", "another_cell", value[-_SHOWN:]
    elif _WORDS.values.elsewhere.fullmatch(word):
        yield "goal", "elsewhere", value
    elif word.startswith(_STOPS):
        yield "goal", "cut", value


def _wrong_text(word: str, terms: Terms) -> str:
    if _WORDS.values.nothing.fullmatch(word):
        return "nothing"
    if _WORDS.values.seal.fullmatch(word) or _is_label(word, terms):
        return "label"
    return "category" if category("level1", word) or category("level2", word) else ""


def _indicators(project: ProjectReading) -> Iterator[tuple[str, str, str]]:
    for index, indicator in enumerate(project.indicators):
        printed = indicator.__dict__  # attribute access through pydantic costs three times as much
        for field in _FIELDS:
            value = printed[field]
            if isinstance(value, str) and _is_nothing(value):
                yield paths.indicator(index, field), "nothing", value
        for field in ("name", "cycle_value", "annual_value"):
            text = printed[field]
            if text is not None and _holds_stop(text) and _LABELLED.search(text):
                yield paths.indicator(index, field), "another_cell", text
        name, operator, above = indicator.name, indicator.operator, indicator.level2
        names_category = name is not None and _is_category(name) and squash(name).endswith(_WORDS.categories.ending)
        if name is not None and names_category and (above is None or squash(above) != squash(name)):
            yield paths.indicator(index, "name"), "category", name
        if operator is not None and _is_category(operator):
            yield paths.indicator(index, "operator"), "category", operator
        for field in ("cycle_value", "annual_value"):
            text = printed[field]
            if text is not None and _is_mixed(squash(text)):
                yield paths.indicator(index, field), "another_cell", text
    yield from _shares(project)
    yield from _cut_categories(project)
    signs = Counter(label for label, value in _of_indicators(project) if _WORDS.values.sign.fullmatch(squash(value)))
    if signs and max(signs.values()) >= _ENOUGH and not any(indicator.operator for indicator in project.indicators):
        label = signs.most_common(1)[0][0]
        yield "indicators", "signs_unread", label


def _shares(project: ProjectReading) -> Iterator[tuple[str, str, str]]:
    """Shares without their sign: a program wrote the number that a cell holds for what the cell shows.

    A name may say that it is a share, or the other values of the project be printed in percent.
    """
    values = [
        (index, field, squash(value))
        for index, indicator in enumerate(project.indicators)
        for field in ("cycle_value", "annual_value")
        if (value := indicator.__dict__[field])
    ]
    likely = (one for one in values if one[2].startswith(_BARE))
    bare = [one for one in likely if _FRACTION.fullmatch(one[2]) or _WHOLE.fullmatch(one[2])]
    in_percent = bool(bare) and any(value.endswith("%") for *_, value in values)
    for index, field, value in bare:
        indicator = project.indicators[index]
        if indicator.measure_unit:
            continue
        is_share = _WORDS.shares.names.search(squash(indicator.name or "")) is not None
        if is_share or (in_percent and _FRACTION.fullmatch(value)):
            yield paths.indicator(index, field), "share", getattr(indicator, field)


def _cut_categories(project: ProjectReading) -> Iterator[tuple[str, str, str]]:
    """Categories cut in two, as where a table's rows were taken line by line: 时效指 over 标."""
    first, rest = _WORDS.categories.ending[0], _WORDS.categories.ending[1:]
    for field in LEVELS:
        words = [squash(getattr(indicator, field) or "") for indicator in project.indicators]
        for index, word in enumerate(words):
            if word.endswith(first) and category(field, word + rest):
                yield paths.indicator(index, field), "cut", getattr(project.indicators[index], field)
        for index, (above, below) in enumerate(pairwise(words)):
            if above and below and not category(field, below) and category(field, above + below):
                for at in (index, index + 1) if not above.endswith(first) else (index + 1,):
                    yield paths.indicator(at, field), "cut", getattr(project.indicators[at], field)


def _holds_stop(text: str) -> bool:
    return "；" in text or ";" in text


def _is_category(label: str) -> bool:
    return category("level2", label) is not None or category("level1", label) is not None


def _is_mixed(word: str) -> bool:
    """Whether a value holds a sentence, or a category behind a stop."""
    if "。" in word and _MIXED.fullmatch(word):
        return True
    return ";" in word and any(map(_is_category, word.split(";")[1:]))


def _holds_several(field: Level, printed: str | None) -> bool:
    """Whether a cell holds the categories of several rows: 产出指标效益指标."""
    word = squash(printed or "")
    parts = [f"{part}{_WORDS.categories.ending}" for part in word.split(_WORDS.categories.ending)[:-1]]
    return len(parts) > 1 and "".join(parts) == word and all(category(field, part) for part in parts)


@lru_cache(maxsize=16_384)
def _is_nothing(value: str) -> bool:
    return _WORDS.values.nothing.fullmatch(squash(value)) is not None


def _of_indicators(project: ProjectReading) -> Iterator[tuple[str, str]]:
    """Cells that no field takes, an indicator's or not, under their label without the count."""
    for label, value in project.labelled():
        yield re.sub(r"\(\d+\)$", "", label), value


def _is_label(word: str, terms: Terms) -> bool:
    """Whether a text is nothing but a label of a form or of a column."""
    label = form_words(terms).label(word)
    return label is not None or (terms.column(word) is not None and word in terms.columns)


def _holds_a_label(value: str, terms: Terms) -> bool:
    """Whether a label stands behind a blank inside of a name, or labels before it: another cell's text is in it."""
    words = [word.partition(":")[0] for word in map(squash, value.split()[1:])]
    inner = any(map(_WORDS.values.inner_label.fullmatch, words[:-1]))
    return inner or any(_is_label(word, terms) for word in words if word) or squash(value).count(":") >= _ENOUGH


def _is_open(word: str) -> bool:
    """Whether a name was cut: it ends in the middle, or opens a bracket that it does not close.

    >>> _is_open("桥梁检测(2025"), _is_open("桥梁检测(2025年)"), _is_open("桥梁检测及")
    (True, False, True)
    """
    if word.endswith(_OPEN_ENDS):
        return True
    return any(left != right and word.count(left) > word.count(right) for left, right in _PAIRS)


def _ends_in_a_title(word: str) -> bool:
    """Whether the title of the table below is glued to the end of a text.

    >>> _ends_in_a_title("检测桥梁12座。项目支出绩效目标表|"), _ends_in_a_title("检测桥梁12座。填报绩效目标表。")
    (True, False)
    """
    body, stop, last = word.rstrip("|").rpartition("。")
    return bool(body and stop) and last.endswith("表") and is_title(last)


def _money(project: ProjectReading, block: Block) -> Iterator[str]:
    """Money that a project prints, where it has no amount at all, or parts without their total."""
    amounts = project.amounts
    if amounts.total is not None or amounts.unplaced:
        return
    parts = [amount for source in SOURCES if (amount := getattr(amounts, source)) is not None]
    printed = [*parts, *(line.amount for line in amounts.breakdown)]
    if len(printed) >= _ENOUGH:
        yield from printed
    if parts or amounts.breakdown:
        return
    for label, value in project.labelled():
        word = squash(label)
        number = read_amount(MappedText(value, range(len(value))))
        if (
            number is not None
            and _WORDS.money.budget.search(word)
            and not _WORDS.money.other.search(word)
            and not _is_zero(value)
        ):
            yield f"{label} {value}"


def _is_zero(value: str) -> bool:
    return not value.strip(" 0.,元万")


def _rows_printed(block: Block) -> int:
    """Rows of indicators that a block's cells print, by their categories; 0 where they print none by themselves.

    A category that is merged over several rows is printed once, so there may be more, never fewer.
    """
    lines = (line for line in block.content.text.splitlines() if line.rstrip().endswith(_WORDS.categories.ending[-1]))
    words = (word for word in map(squash, lines) if word.endswith(_WORDS.categories.ending))
    return sum(category("level2", word) is not None for word in words) if block.cells else 0


def _at(spans: Mapping[str, Span], path: str) -> tuple[Span, ...]:
    return (spans[path],) if path in spans else ()
