"""One project told in running text: its name and labels above, its sections, and the Block that they make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.chunk.amounts import to_amounts
from extractor.chunk.content import Content
from extractor.chunk.ink import Ink, lines, piece, whole
from extractor.chunk.prose.money import money_in
from extractor.chunk.units import unit_of_amounts
from extractor.layouts import CompiledLayout, Terms
from extractor.schemas.document import Block, BlockContext, Header, Line, MappedText, PrintedUnit
from extractor.text import fold, squash

HAN = "一二三四五六七八九十"
_LABELS = {"number": "序号", "name": "项目名称", "department": "主管部门", "unit": "项目单位"}
_LONGEST_NAME = 60
_LONGEST_UNIT = 40
_LONGEST_LABEL = 24
_STOPS = ("。", ";", ":", ",", "!", "?")
_NUMBERING = re.compile(rf"(?:\d{{1,2}}[.、]|\([{HAN}\d]{{1,3}}\)|[{HAN}]{{1,3}}、)")
_NUMBERED = re.compile(
    rf"\s*(?:项目)?\s*(?:(?P<number>\d{{1,3}}|[{HAN}]{{1,3}})\s*[.、:](?!\d)|\((?P<inside>[{HAN}\d]{{1,3}})\))\s*(?=\S)"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_GAP = re.compile(r"(?<=\S)(?:\s{2,}|\t|\u3000)(?=[^:]{2,12}:)")


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
    """One project: where it stands, what its head says (name, number, unit, department), its sections.

    `loose` are lines of the head that no label explains.
    """

    start: int
    page: int | None
    above: list[Line] = field(default_factory=list)
    head: dict[str, MappedText] = field(default_factory=dict)
    loose: list[MappedText] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: int = 0


def head_above(above: Sequence[Ink], terms: Terms, no_name: re.Pattern[str], *, is_first: bool) -> list[Ink]:
    """The lines above a project's first section that are its head, nearest first; `above` are all, nearest first.

    What stands above the name of a document's first project is the document's.
    """
    taken: list[Ink] = []
    fields: set[str] = set()
    for ink in above:
        found = labelled(ink, terms)
        if found is None and ("name" in fields or not _is_name(ink, no_name)):
            break
        name = "name" if found is None else found[0]
        if name in fields or (is_first and "name" in fields):
            break
        fields.add(name)
        taken.append(ink)
    if is_first and "name" not in fields:
        named = next((index for index, ink in enumerate(above) if (labelled(ink, terms) or "")[:1] == ("name",)), -1)
        return list(above[: named + 1])
    return taken


def read_head(told: Told, taken: Sequence[Ink], terms: Terms) -> None:
    """Puts what the lines of a head say into the project that they belong to."""
    for ink in reversed(taken):
        found = labelled(ink, terms)
        if found is not None and found[0] not in told.head:
            told.head[found[0]] = found[1]
        elif found is None and "name" not in told.head and ink is taken[-1]:
            told.head["name"] = whole(ink)
        else:
            told.loose.append(whole(ink))
    name = told.head.get("name")
    match = _NUMBERED.match(fold(name.text)) if name else None
    if name is not None and match:
        start, end = match.span("number" if match["number"] else "inside")
        told.head["number"] = MappedText(name.text[start:end], name.offsets[start:end])
        told.head["name"] = MappedText(name.text[match.end() :], name.offsets[match.end() :])


def labelled(ink: Ink, terms: Terms) -> tuple[str, MappedText] | None:
    """Field and value of a line like 项目单位：云溪市图书馆; None for any other line."""
    at = ink.folded.find(":", 0, _LONGEST_LABEL)
    label = _BRACKETS.sub("", _NUMBERING.sub("", squash(ink.text[: max(at, 0)]), count=1))
    column = "name" if _NUMBERED.fullmatch(f"{label}:") else terms.columns.get(label) or terms.header_labels.get(label)
    if column not in {"name", "unit", "department"}:
        return None
    begin = 0 if label not in terms.columns and column == "name" else at + 1
    gap = _GAP.search(ink.folded, at + 1)
    value = stripped(piece(ink, begin, gap.start() if gap else len(ink.text)))
    return (column, value) if value.text else None


def stripped(text: MappedText) -> MappedText:
    """A text without the blanks around it, and without the colon that its label left."""
    start = len(text.text) - len(text.text.lstrip(" \t\u3000:："))
    end = len(text.text.rstrip())
    return MappedText(text.text[start:end], text.offsets[start:end])


def _is_name(ink: Ink, no_name: re.Pattern[str]) -> bool:
    word = ink.squashed
    return len(word) <= _LONGEST_NAME and not word.endswith(_STOPS) and no_name.search(word) is None


def to_block(index: int, told: Told, header: Header, layout: CompiledLayout) -> Block:
    """A project's block; `header` is what stands above the document's first project."""
    content = Content()
    has_unit = any(_names_unit(section) for section in told.sections)
    for key in ("number", "name", "department", "unit"):
        if key in told.head:
            field_name = "attributes.项目单位" if key == "unit" and has_unit else key
            content.put(field_name, _LABELS[key], told.head[key])
    for text in told.loose:
        content.put(None, "", text)
    amounts: list[tuple[str, str | None]] = []
    units: list[PrintedUnit | None] = []
    for section in told.sections:
        if not section.parts:
            continue
        text, key = section.text, f"attributes.{section.label}"
        if section.kind == "goal" and "goal" not in content.cells:
            key = "goal"
        if _names_unit(section) and "unit" not in content.cells:
            key = "unit"
        key = content.free(key)
        content.put(key, section.label, text, 0, len(text.text.rstrip().removesuffix("。")) if key == "unit" else None)
        base = content.cells[key][0]
        if section.kind == "money":
            for money in money_in(text.text, layout.terms):
                amounts.append((money.number, money.column))
                words = text.text[money.start : money.unit_end]
                units.append(PrintedUnit(money.unit, text.source_span(money.start, money.unit_end), "prose", words))
                if money.column:
                    content.cells[money.column] = (base + money.start, base + money.end)
    amount_unit, differing = unit_of_amounts(units, None, layout.terms)
    known = tuple(column for _, column in amounts if column)
    return Block(
        index=index,
        content=content.text,
        context=BlockContext(
            layout=layout.spec.name,
            department=header.department,
            unit=header.unit,
            amount_unit=amount_unit,
            fiscal_year=header.fiscal_year,
            columns=("name", *known, "goal", "indicator_name"),
            amounts=to_amounts(amounts),
            possible_columns=("total", "fiscal", "other") if len(known) < len(amounts) else (),
            differing_units=differing,
        ),
        start=told.start,
        end=told.end,
        page=told.page,
        cells=content.cells,
        notes=tuple(told.notes),
    )


def _names_unit(section: Section) -> bool:
    """Whether a section is nothing but the name of the unit: a longer one tells a story."""
    text = section.text.text if section.kind == "unit" and section.parts else ""
    return bool(text) and len(text) <= _LONGEST_UNIT and "。" not in text.rstrip().removesuffix("。")
