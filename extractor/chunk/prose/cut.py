"""Projects told in numbered sections: 一、项目概述 二、立项依据 三、实施主体 … 七、绩效目标.

A project begins with its first section; its name stands on the line above, or behind 项目名称. Each section is a
labelled text. The one on the budget holds the amounts as words of a sentence: one that stands alone is the total,
one behind the name of a funding column is that column's, and every other is unplaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from extractor.chunk.ink import ENDS_SENTENCE, Ink, ink_of, piece, whole
from extractor.chunk.prose.told import HAN, Section, Told, head_above, labelled, read_head, stripped, to_block
from extractor.chunk.rows import Mark, read_header
from extractor.layouts import CompiledLayout, Terms
from extractor.schemas.document import Block, Document, Header, Line
from extractor.text import squash

_SIGNS = ("项目概", "项目简介", "立项依据", "设立依据", "实施主体")
_ENOUGH = 3
_HEAD = 5
"""Lines of a project above its first section, at most, behind another project."""
_HEADINGS = tuple(
    re.compile(rf"{number}(?P<label>[^:。,;]{{2,12}})(?::|$)")
    for number in (
        rf"(?P<number>[{HAN}]{{1,3}})、",
        rf"\((?P<number>[{HAN}]{{1,3}})\)",
        r"(?P<number>\d{1,2})[.、](?!\d)",
        r"\((?P<number>\d{1,2})\)",
        r"(?P<number>[①-⑳])",
    )
)
"""How sections are numbered; all of a document in one way, what is numbered otherwise is the text of a section."""


class _Words(NamedTuple):
    kinds: dict[str, str]
    no_name: re.Pattern[str]


@lru_cache(maxsize=64)
def _words(terms: Terms) -> _Words:
    data = terms.data["prose"]
    kinds = {squash(word): kind for kind, many in data.items() if kind != "no_name" for word in many}
    return _Words(kinds, re.compile(data["no_name"]))


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
    """Lines since the last heading, or since the document's beginning."""
    is_over = False
    all_ink = ink_of(document)
    pattern = _numbering(all_ink, words) or _HEADINGS[0]
    for ink in all_ink:
        if terms.page_furniture.fullmatch(ink.folded):
            marks.append(Mark(ink.start, ink.end, "furniture"))
            continue
        heading = _heading(ink, words, pattern) or (_further(ink, told[-1], pattern) if told else None)
        is_over = heading is None and (is_over or (bool(told) and _ends_all(ink, terms)))
        if is_over:
            marks.append(Mark(ink.start, ink.end, "outside"))
            continue
        if heading is None:
            above.append(ink)
            if told:
                told[-1].sections[-1].parts.append(whole(ink))
                told[-1].end = ink.end
            continue
        if not told or _begins(ink, heading[0], told[-1], pattern):
            told.append(_new(ink, above, told[-1] if told else None, terms, words))
        kind, length = heading
        match = pattern.match(ink.squashed)
        section = Section(match["label"] if match else "", kind)
        rest = piece(ink, length, len(ink.text))
        if rest.text.strip(" :："):
            section.parts.append(stripped(rest))
        told[-1].sections.append(section)
        told[-1].end = ink.end
        above = []
    header = read_header(document, told[0].above if told else [], terms)
    blocks = [to_block(index, one, header, layout) for index, one in enumerate(told)]
    marks += [Mark(one.start, one.end, "blocks") for one in told]
    top = told[0].above if told else [Line(ink.start, ink.end, ink.page) for ink in above]
    marks += [Mark(line.start, line.end, "header") for line in top]
    units = [block.context.amount_unit for block in blocks if block.context.amount_unit is not None]
    if len({unit.value for unit in units}) == 1:
        header = replace(header, amount_unit=units[0])
    return blocks, header, marks


def _further(ink: Ink, told: Told, pattern: re.Pattern[str]) -> tuple[str, int] | None:
    """The heading of a section that no word knows: the next number, and a few words alone on their line."""
    match = pattern.fullmatch(ink.squashed)
    count = len(told.sections)
    if match is None or match["number"] not in {HAN[min(count, len(HAN) - 1)], str(count + 1), chr(ord("①") + count)}:
        return None
    return "other", len(ink.text)


def _ends_all(ink: Ink, terms: Terms) -> bool:
    """Whether a line begins something else than a project: another part of the document, a signature."""
    return bool(terms.next_part.fullmatch(ink.squashed) or terms.endings.fullmatch(ink.squashed))


def _begins(ink: Ink, kind: str, last: Told, pattern: re.Pattern[str]) -> bool:
    """Whether a heading opens another project: 一、 again, or an opening that the last project has already."""
    match = pattern.match(ink.squashed)
    return (
        match is not None
        and match["number"] in {"一", "1", "①"}
        and any(section.kind == kind or kind == "opening" for section in last.sections)
    )


def _new(ink: Ink, above: Sequence[Ink], last: Told | None, terms: Terms, words: _Words) -> Told:
    """A project that begins; the lines above its first section are its head, unless they are something else's."""
    told = Told(ink.start, ink.page)
    nearest = above[::-1] if last is None else above[: -_HEAD - 1 : -1]
    taken = head_above(nearest, terms, words.no_name, is_first=last is None)
    read_head(told, taken, terms)
    if taken:
        told.start = taken[-1].start
    if last is None:
        told.above = [Line(one.start, one.end, one.page) for one in above if one.start < told.start]
    elif taken:
        _take_back(last, len(taken))
        before = above[-len(taken) - 1] if len(above) > len(taken) else None
        is_bare = labelled(taken[-1], terms) is None
        if is_bare and before is not None and not before.squashed.endswith(ENDS_SENTENCE):
            told.notes.append("name_start")
    return told


def _take_back(last: Told, count: int) -> None:
    """The next project's head is no part of the section above it."""
    del last.sections[-1].parts[-count:]
    ends = [part.offsets[-1] + 1 for section in last.sections for part in section.parts]
    last.end = max(ends, default=last.end)
