"""Last stage: a form as a Block, the text that a reader sees and where in it each field stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.chunk.amounts import to_amounts
from extractor.chunk.content import Content
from extractor.chunk.forms.form import Form, Item
from extractor.chunk.forms.header import TABLE_FIELDS
from extractor.chunk.forms.indicators import Entry, number_and_name
from extractor.chunk.forms.money import Role, amount_of, roles_of
from extractor.chunk.rows import read_header
from extractor.chunk.titles import is_title
from extractor.chunk.units import unit_alone, unit_of_amounts, unit_of_cell
from extractor.layouts import CompiledLayout
from extractor.layouts.forms import FormWords, form_words
from extractor.schemas.cells import again, attribute, breakdown_label, indicator, indicator_attribute, unread
from extractor.schemas.document import Block, BlockContext, Document, Found, Header, MappedText, PrintedUnit
from extractor.schemas.project import plain_amount
from extractor.text import join_lines, squash

_YEAR_LINE = re.compile(r"(?:\(((?:19|20)\d\d)\)?年?度?\)?|((?:19|20)\d\d)年度?$)")
"""（2026年度）: below the title, on a line of its own or beside the unit of amounts."""
_NEXT_LABEL = re.compile(r"\s+[^\s:：]{2,10}[:：]")
_LONGEST_LINE = 120
_LONGEST_BODY = 40
_TITLE = re.compile("(?:绩效|目标|自评).{0,12}表|绩效目标")
_ATTACHED = re.compile(r"附[件表]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\)?年(?:度)?(?!\d*月)")
_OWN = ("name", "department", "unit")
_LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "indicator_name": "三级指标",
    "cycle_value": "中期指标值",
    "annual_value": "指标值",
    "operator": "指标性质",
    "measure_unit": "度量单位",
    "weight": "分值",
}


def to_block(
    index: int, form: Form, document: Document, layout: CompiledLayout, before: PrintedUnit | None = None
) -> tuple[Block, Header]:
    """A form's block, and what the lines above it say; `before` is the unit of amounts above the form before it."""
    header = header_above(form, document, layout)
    if not (form.top or form.units):
        header = replace(header, amount_unit=before)  # it stands below the same heading
    content = Content()
    words = form_words(layout.terms)
    roles = roles_of(form.items, form.printed, words)
    _put_items(content, form, roles, words)
    put_entries(content, form.entries)
    nothing = [MappedText("", ()) for _ in form.blanks]
    for label, blank in zip(form.blanks, nothing, strict=True):
        content.put(None, label.text, blank)
    for text in form.loose:
        content.put(None, "", text)
    amounts = [(item, role, found) for item, role in zip(form.items, roles, strict=True)
               if role.kind == "amount" and (found := amount_of(item.value)) is not None]  # fmt: skip
    above = [*form.units, *filter(None, [header.amount_unit])]
    unit, differing = unit_of_amounts(above, None, layout.terms)
    if not differing:
        own = [unit_of_cell(found.unit, item.value) for item, _, found in amounts]
        unit, differing = unit_of_amounts(own, unit, layout.terms)
    if unit is None and not differing:
        unit = unit_alone(document, form.rows[0][0], form.rows[-1][1], layout.terms)
    header = replace(header, amount_unit=unit)
    amounts.sort(key=lambda one: not one[1].is_several)
    placed = [(plain_amount(squash(found.number.text)), role.column) for _, role, found in amounts]
    block = Block(
        index=index,
        content=content.text,
        context=BlockContext(
            layout=layout.spec.name,
            department=header.department,
            unit=header.unit,
            amount_unit=unit,
            fiscal_year=header.fiscal_year,
            columns=tuple(dict.fromkeys(("name", *(column for _, column in placed), "goal", "indicator_name"))),
            amounts=to_amounts([*placed]),
            differing_units=differing,
            prints_labels=True,
        ),
        start=form.rows[0][0],
        end=form.rows[-1][1],
        page=form.page,
        cells=content.cells,
        notes=form.notes,
    )
    return block, header


def header_above(form: Form, document: Document, layout: CompiledLayout) -> Header:
    """Title, department, fiscal year and unit of amounts from the lines above a form."""
    header = read_header(document, form.top, layout.terms)
    title = _title_above(form, document)
    if title is not None:
        header = replace(header, title=title)
    years = (year for line in reversed(form.top) if (year := _year_of(document.text[line.start : line.end])))
    header = replace(header, fiscal_year=next(years, header.fiscal_year))
    words = form_words(layout.terms)
    if header.unit is not None and words.seal.match(squash(header.unit.value)):
        header = replace(header, unit=None)  # 填报单位：(盖章), with nobody's seal
    if header.unit is None:
        header = replace(header, unit=_unit_above(form, document, words) or _unit_beside(form, document, words))
    return header


def _title_above(form: Form, document: Document) -> Found | None:
    """The title nearest to a form: that of a page may stand above it, and the list of what is attached."""
    for line in reversed(form.top):
        raw = document.text[line.start : line.end]
        printed = raw.strip().strip("#|*, \t")
        word = squash(printed)
        if (
            word
            and not _ATTACHED.match(word)
            and len(word) <= _LONGEST_LINE
            and _TITLE.search(word)
            and is_a_title(word)
        ):
            start = line.start + raw.index(printed)
            return Found(join_lines(printed), (start, start + len(printed)))
    return None


def is_a_title(word: str) -> bool:
    return is_title(word) or word.split("(")[0].endswith("表")


def _year_of(printed: str) -> int | None:
    """The fiscal year of a title, or of a line below it: （2026年度）.

    >>> _year_of("云溪市2026年项目支出绩效目标表"), _year_of("（2026年度）"), _year_of("发布日期：2026年3月1日")
    (2026, 2026, None)
    """
    word = squash(printed)
    if len(word) <= _LONGEST_LINE and _TITLE.search(word) and not _ATTACHED.match(word) and is_a_title(word):
        match = _YEAR.search(word)
        return int(match[1]) if match else None
    line = _YEAR_LINE.match(word)
    return int(line[1] or line[2]) if line else None


def _unit_above(form: Form, document: Document, words: FormWords) -> Found | None:
    """The unit that a line above a form names under a label with a seal: 填报单位(盖章)：云溪市教育局 负责人："""
    for line in form.top:
        printed = document.text[line.start : line.end]
        found = words.inline(MappedText(printed, range(line.start, line.end))) if len(printed) < _LONGEST_LINE else None
        if found is None or found[0].field != "unit":
            continue
        label = _NEXT_LABEL.search(found[1].text)
        value = found[1].text[: label.start()] if label else found[1].text
        if value.strip():
            start = found[1].offsets[0]
            return Found(join_lines(value), (start, start + len(value.rstrip())))
    return None


def _unit_beside(form: Form, document: Document, words: FormWords) -> Found | None:
    """The body that stands in a row with the unit of amounts, and with nothing else: 云溪市统计局 | 单位：万元."""
    for line, beside in pairwise(form.top):
        printed = document.text[line.start : line.end].strip()
        between = document.text[line.end : beside.start]
        word, unit = squash(printed), squash(document.text[beside.start : beside.end])
        is_row = not between.strip("|\t \u3000") and words.terms.amount_unit.fullmatch(unit.strip("()"))
        if is_row and word.endswith(words.terms.bodies) and len(word) <= _LONGEST_BODY and ":" not in word:
            start = document.text.index(printed, line.start)
            return Found(join_lines(printed), (start, start + len(printed)))
    return None


def _put_items(content: Content, form: Form, roles: Sequence[Role], words: FormWords) -> None:
    own = {name: _own(name, form.items, words) for name in _OWN}
    goal = _goal(form.items, words)
    for item, role in zip(form.items, roles, strict=True):
        if any(item is one for one in own.values()):
            content.put(item.label.field, item.label.text, item.value)
        elif item is goal:
            content.put("goal", item.label.text, item.value)
            if words.period(item.label.text) == "cycle":
                content.put(content.free(attribute(item.label.text)), item.label.text, item.value)
        elif role.kind == "amount":
            _put_amount(content, item, role)
        elif role.kind == "doubt":  # whatever is printed there, even if it looks like an item number
            content.put(content.free(unread(role.label)), role.label, item.value)
        elif _is_of_another(item, own):
            content.put(None, item.label.text, item.value)
        elif role.kind != "blank" and (item.label.field in TABLE_FIELDS or squash(item.value.text)):
            content.put(content.free(attribute(role.label)), role.label, item.value)


def _put_amount(content: Content, item: Item, role: Role) -> None:
    amount = amount_of(item.value)
    if amount is not None:
        source = breakdown_label(role.column)
        label = source if source is not None and item.label.field is not None else role.label
        content.put(role.column, label, amount.number)


def _own(name: str, items: Sequence[Item], words: FormWords) -> Item | None:
    found = [item for item in items if item.label.field == name and item.value.text.strip()]
    return found[words.best(name, [item.label for item in found])] if found else None


def _is_of_another(item: Item, own: dict[str, Item | None]) -> bool:
    """Whether a value contradicts the one under the same label: two forms side by side, say. Somebody must look."""
    first = own.get(item.label.field or "")
    if first is None or squash(first.label.text) != squash(item.label.text):
        return False
    return squash(first.value.text) != squash(item.value.text)


def _goal(items: Sequence[Item], words: FormWords) -> Item | None:
    """The year's goal; else one of no period; else the one of several years."""
    goals = [item for item in items if item.label.field == "goal"]
    ranks = [_rank(item, words) for item in goals]
    return goals[ranks.index(min(ranks))] if goals else None


def _rank(item: Item, words: FormWords) -> int:
    period = words.period(item.label.text)
    is_weak = words.several.search(squash(item.label.text)) is not None
    return 0 if period == "annual" else 3 if period == "cycle" else 2 if is_weak else 1


def put_entries(content: Content, entries: Sequence[Entry], first: int = 0) -> None:
    """The indicators of a table in the content, counted from `first` on."""
    for index, entry in enumerate(entries, first):
        for name in (*_LABELS, "number"):
            text = entry.fields.get(name)
            if text is not None:
                _put_indicator_cell(content, index, name, text)
        for name, text in entry.again:
            numbered = number_and_name(text.text) if name == "indicator_name" else None
            content.put(again(indicator(index, name)), _LABELS[name], text, *(numbered[1] if numbered else ()))
        for label, text in entry.others:
            content.put(content.free(indicator_attribute(index, label)), label, text)


def _put_indicator_cell(content: Content, index: int, name: str, text: MappedText) -> None:
    numbered = number_and_name(text.text) if name in {"indicator_name", "number"} else None
    if numbered is None:
        content.put(indicator(index, name), _LABELS.get(name, ""), text)
        return
    number, rest = numbered
    content.put(indicator(index, "number"), _LABELS["indicator_name"], text, *number)
    if rest[0] < rest[1]:
        content.put(indicator(index, name), _LABELS["indicator_name"], text, *rest)
