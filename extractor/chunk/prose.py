"""Projects told in numbered sections: 一、项目概述 二、立项依据 三、实施主体 … 七、绩效目标.

A project begins with its first section; its name stands on the line above, or behind 项目名称. Each section is a
labelled text. The one on the budget holds the amounts as words of a sentence: one that stands alone is the total,
one behind the name of a funding column is that column's, and every other is unplaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from extractor.chunk.cells import NUMBER
from extractor.chunk.ink import ENDS_SENTENCE, Ink, ink_of, lines, piece, whole
from extractor.chunk.placing import is_amount_column, to_amounts
from extractor.chunk.rows import Mark, read_header
from extractor.layouts import CompiledLayout, Terms
from extractor.text import Squashed, concat, squash
from schemas.document import SYNTHETIC, Block, BlockContext, Document, Found, Header, Line, MappedText
from schemas.project import plain_amount

_SIGNS = ("项目概", "项目简介", "立项依据", "设立依据", "实施主体")
_ENOUGH = 3
_LONGEST_NAME = 60
_LONGEST_UNIT = 40
_HAN = "一二三四五六七八九十"
_STOPS = ("。", ";", ":", ",", "!", "?")
_HEADINGS = tuple(
    re.compile(rf"{number}(?P<label>[^:。,;]{{2,12}})(?::|$)")
    for number in (
        r"(?P<number>[一二三四五六七八九十]{1,3})、",
        r"\((?P<number>[一二三四五六七八九十]{1,3})\)",
        r"(?P<number>\d{1,2})[.、](?!\d)",
    )
)
"""How sections are numbered; all of a document in one way, what is numbered otherwise is the text of a section."""
_MONEY = re.compile(rf"(?P<number>{NUMBER.pattern})(?P<unit>[千万亿]?元)")
_TOTAL = re.compile(r"(?:预算|总额|总计|合计|共计?|安排|投入|资金|经费)[^\d,。;]{0,8}$")
_VERB = re.compile(r"[为约共计是:]+$")
_BEFORE = 16
_NAMED = re.compile(r"(?:\d{1,2}[.、]|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)?项目名称:(?=.)")


class _Words(NamedTuple):
    kinds: dict[str, str]
    no_name: re.Pattern[str]


@lru_cache(maxsize=64)
def _words(terms: Terms) -> _Words:
    data = terms.data["prose"]
    kinds = {squash(word): kind for kind, many in data.items() if kind != "no_name" for word in many}
    return _Words(kinds, re.compile(data["no_name"]))


@dataclass(slots=True)
class Section:
    """A section: its heading's words, what it is about, and its text."""

    label: str
    kind: str
    parts: list[MappedText] = field(default_factory=list)

    @property
    def text(self) -> MappedText:
        return lines(self.parts)


@dataclass(slots=True)
class Told:
    """One project: where it stands, its name, its sections."""

    start: int
    page: int | None
    above: list[Line]
    name: MappedText | None = None
    sections: list[Section] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: int = 0


def looks_like_prose(document: Document, layout: CompiledLayout) -> bool:
    """Whether a text without tables tells its projects in numbered sections."""
    if document.tables or not any(sign in document.text for sign in _SIGNS):
        return False
    return _numbering(ink_of(document), _words(layout.terms)) is not None


def _numbering(all_ink: Iterable[Ink], words: _Words) -> re.Pattern[str] | None:
    """How the sections of a text are numbered; None where it has none."""
    kinds: list[set[str]] = [set() for _ in _HEADINGS]
    for ink in all_ink:
        for pattern, found in zip(_HEADINGS, kinds, strict=True):
            heading = _heading(ink, words, pattern)
            if heading is not None:
                found.add(heading[0])
    for pattern, found in zip(_HEADINGS, kinds, strict=True):
        if len(found) >= _ENOUGH and found & {"goal", "money"} and "other" in found:
            return pattern
    return None


def _heading(ink: Ink, words: _Words, pattern: re.Pattern[str]) -> tuple[str, int] | None:
    """What a section is about and how long its heading is; None for a line that is no heading of one."""
    match = pattern.match(ink.squashed)
    kind = words.kinds.get(match["label"]) if match else None
    if match is None or kind is None:
        return None
    count = 0
    for index, character in enumerate(ink.text):
        if count == match.end():
            return kind, index
        count += not character.isspace()
    return kind, len(ink.text)


def read_prose(document: Document, layout: CompiledLayout) -> tuple[list[Block], Header, list[Mark]]:
    """The projects of a document as blocks, what stands above them, and what every stretch of the text is."""
    words, terms = _words(layout.terms), layout.terms
    marks: list[Mark] = []
    told: list[Told] = []
    above: list[Ink] = []
    before: list[Ink] = []
    is_over = False
    pattern = _numbering(ink_of(document), words) or _HEADINGS[0]
    for ink in ink_of(document):
        if terms.page_furniture.fullmatch(ink.folded):
            marks.append(Mark(ink.start, ink.end, "furniture"))
            continue
        heading = _heading(ink, words, pattern) or (_further(ink, told[-1], pattern) if told else None)
        is_over = heading is None and (is_over or (bool(told) and _ends_all(ink, terms)))
        if is_over:
            marks.append(Mark(ink.start, ink.end, "outside"))
            continue
        if heading is not None and (not told or _begins(ink, heading[0], told[-1], pattern)):
            told.append(_new(ink, before, above, told[-1] if told else None, words, pattern))
            above = []
        if heading is not None:
            kind, length = heading
            match = pattern.match(ink.squashed)
            section = Section(match["label"] if match else "", kind)
            rest = piece(ink, length, len(ink.text))
            if rest.text.strip(" :："):
                section.parts.append(_stripped(rest))
            told[-1].sections.append(section)
        elif told:
            told[-1].sections[-1].parts.append(whole(ink))
        else:
            above.append(ink)
        if told:
            told[-1].end = ink.end
        before = [*before[-1:], ink]
    header = read_header(document, told[0].above if told else [], terms)
    blocks = [_block(index, one, header, layout) for index, one in enumerate(told)]
    for one in told:
        marks.append(Mark(one.start, one.end, "blocks"))
    first = told[0].start if told else len(document.text)
    marks += [Mark(ink.start, ink.end, "header") for ink in above if ink.end <= first]
    marks += [Mark(line.start, line.end, "header") for one in told[:1] for line in one.above if line.end <= first]
    units = {block.context.amount_unit for block in blocks} - {None}
    if len(units) == 1:
        header = replace(header, amount_unit=Found(str(units.pop()), None))
    return blocks, header, marks


def _further(ink: Ink, told: Told, pattern: re.Pattern[str]) -> tuple[str, int] | None:
    """The heading of a section that no word knows: the next number, and a few words alone on their line."""
    match = pattern.fullmatch(ink.squashed)
    count = len(told.sections)
    if match is None or match["number"] not in {_HAN[min(count, len(_HAN) - 1)], str(count + 1)}:
        return None
    return "other", len(ink.text)


def _ends_all(ink: Ink, terms: Terms) -> bool:
    """Whether a line begins something else than a project: another part of the document, a signature."""
    return bool(terms.next_part.fullmatch(ink.squashed) or terms.endings.fullmatch(ink.squashed))


def _stripped(text: MappedText) -> MappedText:
    start = len(text.text) - len(text.text.lstrip(" \t\u3000:："))
    end = len(text.text.rstrip())
    return MappedText(text.text[start:end], text.offsets[start:end])


def _begins(ink: Ink, kind: str, last: Told, pattern: re.Pattern[str]) -> bool:
    """Whether a heading opens another project: 一、 again, or an opening that the last project has already."""
    match = pattern.match(ink.squashed)
    return (
        match is not None
        and match["number"] in {"一", "1"}
        and any(section.kind == kind or kind == "opening" for section in last.sections)
    )


def _new(
    ink: Ink,
    before: Sequence[Ink],
    above: Sequence[Ink],
    last: Told | None,
    words: _Words,
    pattern: re.Pattern[str],
) -> Told:
    """A project that begins; the line above its first section is its name, unless it is something else's."""
    told = Told(ink.start, ink.page, [Line(one.start, one.end, one.page) for one in above])
    candidates = list(above[::-1]) if last is None else list(before[-1:])
    for one in candidates:
        named = _NAMED.match(one.squashed)
        if named:
            at = one.folded.index(":") + 1
            told.name = _stripped(piece(one, at, len(one.text)))
        elif one is candidates[0] and _is_name(one, words):
            told.name = whole(one)
        else:
            continue
        told.start = one.start
        if last is not None:
            _take_back(last, one)
            if not before[0].squashed.endswith(ENDS_SENTENCE) and _heading(before[0], words, pattern) is None:
                told.notes.append("name_start")
        else:
            told.above = [line for line in told.above if line.start < one.start]
        break
    return told


def _is_name(ink: Ink, words: _Words) -> bool:
    word = ink.squashed
    return len(word) <= _LONGEST_NAME and not word.endswith(_STOPS) and words.no_name.search(word) is None


def _take_back(last: Told, ink: Ink) -> None:
    """The next project's name is no part of the section above it."""
    parts = last.sections[-1].parts
    if parts and parts[-1].offsets[0] == ink.start:
        parts.pop()
    ends = [part.offsets[-1] + 1 for section in last.sections for part in section.parts]
    last.end = max(ends, default=last.end)


def _block(index: int, told: Told, header: Header, layout: CompiledLayout) -> Block:
    pieces: list[MappedText] = []
    cells: dict[str, tuple[int, int]] = {}
    length = 0

    def put(key: str, label: str, text: MappedText) -> int:
        nonlocal length
        lead = ("\n" if pieces else "") + f"【{label}】"
        pieces.extend((MappedText(lead, [SYNTHETIC] * len(lead)), text))
        start = length + len(lead)
        length = start + len(text.text)
        name = next(one for one in (key, *(f"{key}({count})" for count in range(2, 999))) if one not in cells)
        cells[name] = (start, length)
        return start

    if told.name is not None:
        put("name", "项目名称", told.name)
    amounts: list[tuple[str, str | None]] = []
    units: set[str] = set()
    for section in told.sections:
        if not section.parts:
            continue
        text, key = section.text, f"attributes.{section.label}"
        if section.kind == "goal" and "goal" not in cells:
            key = "goal"
        is_short = len(text.text) <= _LONGEST_UNIT and "。" not in text.text
        if section.kind == "unit" and "unit" not in cells and is_short:
            key = "unit"
        base = put(key, section.label, text)
        if section.kind == "money":
            for money in money_in(text.text, layout.terms):
                amounts.append((money.number, money.column))
                units.add(money.unit)
                if money.column:
                    cells[money.column] = (base + money.start, base + money.end)
    unit = next(iter(units)) if len(units) == 1 else None
    known = tuple(column for _, column in amounts if column)
    return Block(
        index=index,
        content=concat(pieces),
        context=BlockContext(
            layout=layout.spec.name,
            department=header.department,
            unit=None,
            amount_unit=unit,
            fiscal_year=header.fiscal_year,
            columns=("name", *known, "goal", "indicator_name"),
            amounts=to_amounts(amounts),
            possible_columns=("total", "fiscal", "other") if len(known) < len(amounts) else (),
        ),
        start=told.start,
        end=told.end,
        page=told.page,
        cells=cells,
        notes=tuple(told.notes),
    )


class Money(NamedTuple):
    """A sum of money in a sentence: digits, unit, the column that the words before it tell, and where it stands."""

    number: str
    unit: str
    column: str | None
    start: int
    end: int


def money_in(text: str, terms: Terms) -> list[Money]:
    """The sums of money in a text, in the unit of the first total; others are no amounts of the project.

    >>> from extractor.layouts import terms
    >>> found = money_in("年度预算安排120.00万元，其中财政拨款100万元，人均500元。", terms())
    >>> [(one.number, one.column) for one in found], found[0].unit
    ([('120.00', 'total'), ('100', 'fiscal')], '万元')
    >>> [(one.number, one.column) for one in money_in("购置设备80万元、软件20万元。", terms())]
    [('80', None), ('20', None)]
    """
    view = Squashed(MappedText(text, range(len(text))))
    found: list[Money] = []
    for match in _MONEY.finditer(view.text):
        before = _VERB.sub("", view.text[max(0, match.start() - _BEFORE) : match.start()])
        column = _funding(before, terms)
        if column is None and (match.start() == 0 or _TOTAL.search(before)):
            column = "total"
        if column in {one.column for one in found}:
            column = None
        start, end = match.span("number")
        place = view.positions[start], view.positions[end - 1] + 1
        found.append(Money(plain_amount(match["number"]), match["unit"], column, *place))
    unit = next((one.unit for one in found if one.column == "total"), found[0].unit if found else "")
    return [one for one in found if one.unit == unit]


def _funding(before: str, terms: Terms) -> str | None:
    """The funding column whose name ends a text: 其中财政拨款."""
    for length in range(min(len(before), _BEFORE), 1, -1):
        column = terms.columns.get(before[-length:])
        if column is not None and is_amount_column(column) and column != "total":
            return column
    return None
