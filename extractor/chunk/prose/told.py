"""One project told in running text: what its head says, its sections, and the Block that they make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.chunk.amounts import NUMBER, to_amounts
from extractor.chunk.content import Content
from extractor.chunk.forms.block import put_entries
from extractor.chunk.forms.form import Form
from extractor.chunk.ink import Ink
from extractor.chunk.prose.headings import Words
from extractor.chunk.prose.indicators import find_indicators
from extractor.chunk.prose.money import Money, money_in
from extractor.chunk.units import unit_of_amounts
from extractor.layouts import CompiledLayout
from extractor.schemas.cells import attribute, indicator
from extractor.schemas.document import Block, BlockContext, Found, Header, MappedText, PrintedUnit
from extractor.schemas.project import plain_amount
from extractor.text import fold, squash

_LABELS = {"name": "项目名称", "department": "主管部门", "unit": "项目单位"}
_LONGEST_UNIT = 40
_EMPTY = 2
"""So many headings right above the next one: what belongs below them may stand elsewhere."""
_BODY = re.compile(
    r"(?:实施|建设|承担|责任|执行|牵头)(?:单位|主体|部门)(?:为|是|:)(?P<body>[^,。;:、()]{4,40})(?=[,。;]|$)"
)
_AND_PERSON = re.compile("[及和与、/].*人")
"""项目实施单位及责任人"""
_GAP = re.compile(r"\s+")
_NO_BODY = re.compile(r"[,。;:!?]")
_SEVERAL_YEARS = re.compile("中期|长期|实施期|周期|总目标")
_ONE_YEAR = re.compile(r"年度|当年|本年|(?:19|20)\d\d年")
_OPENING_STOP = ",。;:、!?)]】》."
_OPEN_END = ",、:(["
_BRACKETS = {")": "(", "]": "[", "】": "【", "》": "《"}


@dataclass(slots=True)
class ToldSection:
    """A section: its heading's words, what it is about, and its text."""

    label: str
    kind: str
    text: MappedText
    table: Form | None = None
    """A table of indicators below the text."""


@dataclass(slots=True)
class ToldProject:
    """One project: where it stands, what its head says (name, unit, department), its sections.

    `body` is the one under whose name the project stands. `loose` are lines of the head that no label explains,
    `titles` those from which its name was cut out. `running` is the text of a project that has no sections.
    """

    start: int
    page: int | None
    head: dict[str, MappedText] = field(default_factory=dict)
    body: MappedText | None = None
    loose: list[MappedText] = field(default_factory=list)
    sections: list[ToldSection] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: int = 0
    titles: list[Ink] = field(default_factory=list)
    running: MappedText | None = None


def stripped(text: MappedText) -> MappedText:
    """A text without the blanks around it, and without the colon or the emphasis that its label left."""
    start = len(text.text) - len(text.text.lstrip(" \t\n\u3000:：*_】"))
    end = max(start, len(text.text.rstrip(" \t\n\u3000*_#")))
    return MappedText(text.text[start:end], text.offsets[start:end])


def to_block(index: int, told: ToldProject, header: Header, layout: CompiledLayout, known: Words) -> Block:
    """A project's block; `header` is what stands above the document's first project."""
    content = Content()
    sections = [section for section in told.sections if section.text.text or section.table is not None]
    bodies = [section for section in sections if _names_unit(section)]
    unit_section = next((section for section in bodies if not _names_department(section, layout)), None)
    for key in ("name", "department", "unit"):
        if key in told.head:
            taken = key == "unit" and unit_section is not None
            content.put(attribute("项目单位") if taken else key, _LABELS[key], told.head[key])
    for text in told.loose:
        content.put(None, "", text)
    goal = _goal_of(sections, known)
    sums: list[tuple[Money, PrintedUnit | None]] = []
    for section in sections:
        text, length = section.text, len(section.text.text)
        if section.kind == "name" and "name" not in content.cells:
            content.put("name", section.label, text, 0, _without_stop(text.text))
            continue
        if section.kind in {"goal", "indicators"} and _put_goal(content, section, is_goal=section is goal):
            continue
        if section.kind == "indicators" and not known.patterns["elsewhere"].search(squash(text.text).rstrip("。")):
            content.put(None, section.label, text)  # indicators that nobody could tell apart
            continue
        key, end = attribute(section.label), length
        if section is unit_section and "unit" not in content.cells:
            key, end = "unit", _end_of_body(section)
        elif _names_department(section, layout) and "department" not in content.cells:
            key, end = "department", _without_stop(text.text)
        key = content.free(key)
        content.put(key, section.label, text, 0, end)
        base = content.cells[key][0]
        if section.kind == "unit" and unit_section is None and (match := _BODY.search(fold(text.text))):
            content.cells.setdefault("unit", (base + match.start("body"), base + match.end("body")))
        if section.kind == "money":
            sums += put_money(content, text, base, header, layout, section.label)
    return block_of(index, told, content, sums, header, layout)


def put_money(
    content: Content, text: MappedText, base: int, header: Header, layout: CompiledLayout, label: str = ""
) -> list[tuple[Money, PrintedUnit | None]]:
    """The sums in a text that stands at `base` in the content; those with a column are put under it.

    A number that is all of a section is its total; its unit may stand in the heading: 预算金额（万元）.
    """
    found: list[tuple[Money, PrintedUnit | None]] = []
    if match := NUMBER.fullmatch(fold(text.text).strip()):
        start = fold(text.text).index(match[0])
        end = start + len(match[0])
        content.cells.setdefault("total", (base + start, base + end))
        unit = layout.terms.unit_in_header(squash(label))
        printed = PrintedUnit(unit, text.source_span(start, end), "column", label) if unit else header.amount_unit
        return [(Money(plain_amount(match[0]), unit or "", "total", start, end, end), printed)]
    for money in money_in(text.text, layout.terms, header.fiscal_year):
        words = text.text[money.start : money.unit_end]
        found.append((money, PrintedUnit(money.unit, text.source_span(money.start, money.unit_end), "prose", words)))
        if money.column:
            content.cells.setdefault(money.column, (base + money.start, base + money.end))
    return found


def block_of(
    index: int,
    told: ToldProject,
    content: Content,
    sums: Sequence[tuple[Money, PrintedUnit | None]],
    header: Header,
    layout: CompiledLayout,
) -> Block:
    """The block of a project whose fields are in the content; what makes its name or goal doubtful is noted."""
    amounts = [(money.number, money.column) for money, _ in sums]
    amount_unit, differing = unit_of_amounts([unit for _, unit in sums], None, layout.terms)
    placed = tuple(dict.fromkeys(column for _, column in amounts if column))
    text = content.text
    empty = sum(not section.text.text for section in told.sections)
    return Block(
        index=index,
        content=text,
        context=BlockContext(
            layout=layout.spec.name,
            department=header.department,
            unit=_found(told.body) or header.unit,
            amount_unit=amount_unit,
            fiscal_year=header.fiscal_year,
            columns=("name", *placed, "goal", "indicator_name"),
            amounts=to_amounts(amounts),
            possible_columns=("total", "fiscal", "other") if any(column is None for _, column in amounts) else (),
            differing_units=differing,
        ),
        start=told.start,
        end=told.end,
        page=told.page,
        cells=content.cells,
        notes=(*told.notes, *_doubts(text.text, content.cells), *(["sections_empty"] if empty >= _EMPTY else [])),
    )


def _found(text: MappedText | None) -> Found | None:
    return Found(text.text, (text.offsets[0], text.offsets[-1] + 1)) if text is not None else None


def _goal_of(sections: Sequence[ToldSection], known: Words) -> ToldSection | None:
    """The section that tells the goal: the year's where there are several; none that only points elsewhere."""
    goals = [
        one
        for one in sections
        if one.kind == "goal" and not known.patterns["elsewhere"].search(squash(one.text.text).rstrip("。"))
    ]
    year = [one for one in goals if _ONE_YEAR.search(one.label)]
    return next(iter(year or [one for one in goals if not _SEVERAL_YEARS.search(one.label)] or goals), None)


def _put_goal(content: Content, section: ToldSection, *, is_goal: bool) -> bool:
    """Puts the goal and its indicators under their fields; False where the section holds neither."""
    found = find_indicators(section.text)
    first = sum(key.endswith(".indicator_name") for key in content.cells)
    border = len(section.text.text) if found is None else found.border
    if found is None and not is_goal and section.table is None:
        return False
    label = section.label
    if is_goal and section.text.text[:border].strip(" \n:：。"):
        content.put("goal", label, section.text, 0, len(section.text.text[:border].rstrip()))
    elif section.text.text[:border].strip(" \n:：。"):
        content.put(content.free(attribute(label)), label, section.text, 0, border)
    else:
        content.put(None, label, section.text)
    if found is not None:
        put_indicators(content, section.text, found.indicators, first)
        first += len(found.indicators)
    if section.table is not None:
        _put_table(content, section.table, first)
    return True


def _put_table(content: Content, table: Form, first: int) -> None:
    put_entries(content, table.entries, first)
    for item in table.items:
        content.put(content.free(attribute(item.label.text)), item.label.text, item.value)
    for text in table.loose:
        content.put(None, "", text)


def put_indicators(
    content: Content, text: MappedText, indicators: Sequence[dict[str, tuple[int, int]]], first: int = 0
) -> None:
    """Places of indicators in a text that stands in the content."""
    for index, one in enumerate(indicators, first):
        for name, (start, end) in one.items():
            content.put(indicator(index, name), "", text, start, end)


def _names_unit(section: ToldSection) -> bool:
    """Whether a section is nothing but the name of the unit: a longer one tells a story."""
    text = section.text.text[: _without_stop(section.text.text)] if section.kind == "unit" else ""
    return 0 < len(text) <= _LONGEST_UNIT and not _NO_BODY.search(fold(text))


def _names_department(section: ToldSection, layout: CompiledLayout) -> bool:
    """Whether a section is the name of the department under which a project stands: 主管部门."""
    return _names_unit(section) and layout.terms.columns.get(section.label) == "department"


def _end_of_body(section: ToldSection) -> int:
    """Where the name of a body ends: before the person that the label names beside it, else before the stop."""
    end = _without_stop(section.text.text)
    gap = _GAP.search(section.text.text, 0, end)
    return gap.start() if gap is not None and _AND_PERSON.search(section.label) else end


def _without_stop(text: str) -> int:
    """How long a text is without the stop behind it."""
    return len(text.rstrip().rstrip("。；;，,"))


def _doubts(text: str, cells: dict[str, tuple[int, int]]) -> list[str]:
    """Doubts about where the name and the goal begin and end."""
    notes = []
    for key, note in (("name", "name_cut"), ("goal", "goal_cut")):
        if key in cells and is_cut(text[slice(*cells[key])]):
            notes.append(note)
    return notes


def is_cut(text: str) -> bool:
    """Whether a text begins with a stop, ends in a comma, or opens a bracket that it does not close.

    >>> is_cut("，改造老旧公厕6座。"), is_cut("改造公厕（含旱厕"), is_cut("改造公厕（6座）")
    (True, True, False)
    """
    word = squash(text)
    if word and (word[0] in _OPENING_STOP or word[-1] in _OPEN_END):
        return True
    return any(word.count(opens) > word.count(closes) for closes, opens in _BRACKETS.items())
