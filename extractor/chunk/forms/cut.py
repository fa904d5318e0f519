"""Documents that hold one form for each project, cut into forms.

Several forms may stand in one file, and one form may go on over a page: a new form begins with the next 项目名称, not
with the next title. What is no form of a project (a department's own, a list of what was allotted) stays outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from extractor.chunk.forms.fields import collect
from extractor.chunk.forms.form import HEAD, Form, rejoined
from extractor.chunk.forms.header import TABLE_FIELDS, header_of
from extractor.chunk.forms.shapes import is_labellike, is_number
from extractor.chunk.forms.sheet import SheetRow, Spot, inked, sheet_of
from extractor.chunk.forms.spread import rows_of
from extractor.chunk.rows import Mark
from extractor.chunk.titles import are_headers, is_title
from extractor.layouts import CompiledLayout, Terms
from extractor.layouts.forms import FormWords, Label, form_words
from extractor.layouts.taxonomy import LEVELS, category
from extractor.schemas.document import Document, Line, Row
from extractor.text import fold, squash

_YEAR_LINE = re.compile(r"\(?(?:19|20)?\d\d\)?年?度?\)?|\(.{0,12}年度?\)")
_ATTACHED = re.compile(
    r"""附[件表]?\d{0,2}[:-]?\d{0,2}$ | 附[件表].{0,30}$   # what is attached to a letter
      | \(?填报                                        # who filled it in
      | 表\d | 表[一二三四五六七八九十]{1,3}$ | 报表编号 | 公开\d{1,2}表   # what a form calls itself""",
    re.VERBOSE,
)
_LONGEST_HEADING = 40
_COLUMNS = 3
_TELLING = frozenset(("department", "unit", "goal", *TABLE_FIELDS))
"""What tells that rows are of a project, though its name was not printed yet."""
_CATEGORY_ENDS = ("指标", "效益", "满意度", "影响")
_BARE = Row((), 0, 0)


def looks_like_forms(document: Document, layout: CompiledLayout) -> bool:
    """Whether the tables are forms: 项目名称 beside a name, and indicators under a header row of their own."""
    words = form_words(layout.terms)
    has_levels, has_goals = _prints(document.text, words) if document.tables else (False, False)
    if not (has_levels or has_goals):
        return False
    has_header = names_stand_beside = False
    beside: set[str | None] = set()
    for table in document.tables:
        rows = rows_of(table, words)
        for at, row in enumerate(rows):
            spots = inked(row)
            if not spots:
                continue
            if has_levels and not has_header and header_of(row, spots, words, {}) is not None:
                has_header = True
            elif not names_stand_beside:
                ahead = [inked(one) for one in rows[at + 1 : at + 3]]
                names_stand_beside = names_a_project(spots, words) or heads_values(spots, ahead, words)
            if names_stand_beside and (has_header or _tells_of_one(spots, beside, words)):
                return True
    return False


@lru_cache(maxsize=1)
def _prints(text: str, words: FormWords) -> tuple[bool, bool]:
    """Whether a text prints levels of indicators, and goals: asked for each part of one document."""
    text = fold(text)
    return any(begin in text for begin in words.levels), "目标" in text


def _tells_of_one(spots: Sequence[Spot], beside: set[str | None], words: FormWords) -> bool:
    """Whether the rows so far, each with labels of its own, tell the goal and the money of one project."""
    labels = [words.label(spot.text) for spot in spots[:2] if len(spot.text) <= _LONGEST_HEADING]
    beside.update(label.field for label in labels if label is not None)
    beside.update("total" for label in labels if label is not None and label.is_money)
    return {"goal", "total"} <= beside


def names_a_project(spots: Sequence[Spot], words: FormWords) -> bool:
    """Whether a row holds 项目名称 with its name, or with nothing, but not among other columns' headers."""
    for index, spot in enumerate(spots[:4]):
        if len(spot.text) > _LONGEST_HEADING:
            continue
        label = words.label(spot.text)
        if label is not None and label.field == "name" and squash(label.text) != "项目":
            if index + 1 == len(spots):
                return len(spots) == 1 or index > 0
            return words.label(spots[index + 1].text) is None and not _heads_columns(spots, words)
        found = words.inline(spot.cell.content) if index == 0 else None
        if found is not None and found[0].field == "name":
            return True
    return False


def heads_values(spots: Sequence[Spot], ahead: Sequence[Sequence[Spot]], words: FormWords) -> bool:
    """Whether labels, that of a name among them, stand over the values of one project: below these stand labels again.

    Below the rows of a list stands none. `ahead` are the two rows below.
    """
    if len(spots) < _COLUMNS or len(ahead) < 2 or not all(ahead):
        return False
    values, below = ahead
    known = [label for spot in spots if (label := words.label(spot.text)) is not None]
    if len(known) < _COLUMNS or not any(label.field == "name" for label in known):
        return False
    if any(words.column(spot.text) in TABLE_FIELDS for spot in spots) or len(values) > len(spots):
        return False
    starts = {spot.first for spot in spots}
    under = all(spot.first in starts and words.label(spot.text) is None for spot in values)
    are_labels = all(is_labellike(spot.text, words) for spot in (*spots, *below))
    return under and are_labels and words.label(below[0].text) is not None


def _heads_columns(spots: Sequence[Spot], words: FormWords) -> bool:
    """Whether labels stand side by side in a row, as those of columns do."""
    known = [len(spot.text) <= _LONGEST_HEADING and words.label(spot.text) is not None for spot in spots]
    first = words.label(spots[0].text) if known[0] else None
    if first is not None and first.is_group:
        known[0] = False  # 项目基本情况: a label of the labels to its right
    pairs = zip(pairwise(spots), pairwise(known), strict=True)
    return any(one.after == other.first and all(both) for (one, other), both in pairs)


def read_forms(document: Document, layout: CompiledLayout) -> tuple[list[Form], list[Mark]]:
    """The forms of a document, and what every stretch of its text is."""
    words = form_words(layout.terms)
    parts = list(_parts(document, layout.terms, words))
    marks = [Mark(piece.start, piece.end, part.kind) for part in parts for piece in part.pieces]
    forms = [
        collect(part.rows[0].page, part.top, part.rows, words) for part in parts if part.kind == "blocks" and part.rows
    ]
    return rejoined(forms), marks


class _Part(NamedTuple):
    """Pieces of a document that are one thing; a form has its rows, and the lines of the heading above it."""

    kind: Literal["blocks", "header", "furniture", "outside"]
    pieces: list[Line]
    rows: list[SheetRow] = []  # noqa: RUF012
    top: list[Line] = []  # noqa: RUF012


@dataclass(slots=True)
class _Open:
    """The form that is being cut, and what it has printed so far."""

    top: list[Line]
    rows: list[SheetRow] = field(default_factory=list)
    fields: set[str | None] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    head: frozenset[str] = frozenset()
    has_header: bool = False
    first: int = 0
    """The first column of its indicators."""
    has_entries: bool = False

    def take(self, row: SheetRow, words: FormWords) -> None:
        self.rows.append(row)
        columns = header_of(_BARE, row.inked, words, {})
        if columns is not None:
            if not self.has_header:
                self.head = frozenset(self.labels)
            self.has_header, self.first = True, columns.first
            return
        self.has_entries = self.has_entries or (self.has_header and len(row.inked) > 2)
        for label in _labels(row, words):
            self.fields.add(label.field)
            self.labels.add(label.text)
            if label.field == "name":
                self.names.add(squash(label.text))

    def has_name(self, words: FormWords) -> bool:
        """Whether it prints 项目名称, and not only the name of the funds that the project is part of."""
        return bool(self.names) and not words.weak_names.issuperset(self.names)


def _labels(row: SheetRow, words: FormWords) -> Iterator[Label]:
    for index, spot in enumerate(row.inked):
        label = words.label(spot.text) if len(spot.text) <= _LONGEST_HEADING else None
        if label is None and index == 0 and (found := words.inline(spot.cell.content)):
            label = found[0]
        if label is not None:
            yield label


def _parts(document: Document, terms: Terms, words: FormWords) -> Iterator[_Part]:
    form: _Open | None = None
    any_form = skipping = False
    pending: list[Line] = []
    for piece in sheet_of(document, lambda table: rows_of(table, words)):
        if isinstance(piece, Line):
            printed = document.text[piece.start : piece.end].strip()
            if not printed:
                continue
            word = squash(printed)
            if any_form and terms.page_furniture.fullmatch(fold(printed)):
                yield _Part("furniture", [piece])
            elif not any_form or _is_heading(word, terms):
                pending.append(piece)
                skipping = _is_of_department(word, words) if is_title(word) else skipping
            else:
                yield _Part("outside", [piece])
            continue
        if not piece.inked:
            yield _Part("furniture", [Line(piece.row.start, piece.row.end, piece.page)])
            continue
        if _is_title_row(piece, form, terms, words):
            for spot in piece.inked:
                word = squash(spot.text)
                pending.append(Line(spot.cell.start, spot.cell.end, piece.page))
                skipping = _is_of_department(word, words) if is_title(word) else skipping
            continue
        titles = [squash(document.text[line.start : line.end]) for line in pending]
        if form is not None and _is_other(form, piece, words, titles):
            yield _Part("outside", _lines(form.rows))
            form = None
        if _begins_other(piece, form, terms, words):
            skipping = True
        elif _begins_form(piece, form, words, skipping=skipping, has_pending=bool(pending)):
            if form is not None:
                yield _Part("blocks", _lines(form.rows), form.rows, form.top)
            form, any_form, skipping = _Open(pending), True, False
            yield _Part("header", pending)
            pending = []
        if form is None or skipping:
            if skipping:
                yield _Part("outside", [*pending, Line(piece.row.start, piece.row.end, piece.page)])
                pending = []
            else:
                pending += [Line(spot.cell.start, spot.cell.end, piece.page) for spot in piece.inked]
            continue
        yield _Part("furniture", pending)
        pending = []
        form.take(piece, words)
    if form is not None:
        yield _Part("blocks", _lines(form.rows), form.rows, form.top)
    yield _Part("furniture" if any_form else "header", pending)


def _is_other(form: _Open, row: SheetRow, words: FormWords, titles: Sequence[str]) -> bool:
    """Whether a table with a title of its own names a project, and the one before it holds nobody's money.

    A table of revenue and spending has words of a form's, 项目 and 其他收入: what is above the next title is not its.
    """
    return (
        row.begins_table
        and any(map(is_title, titles))
        and not form.has_header
        and not form.has_name(words)
        and form.fields.isdisjoint(_TELLING)
        and any(label.field == "name" for label in _labels(row, words))
    )


def _lines(rows: Sequence[SheetRow]) -> list[Line]:
    return [Line(row.row.start, row.row.end, row.page) for row in rows]


def _is_of_department(word: str, words: FormWords) -> bool:
    return bool(words.whole_department.search(word)) and "项目" not in word


def _is_heading(word: str, terms: Terms) -> bool:
    if len(word) > _LONGEST_HEADING:
        return False
    labelled = terms.department.match(word) or terms.header_unit.match(word)
    return bool(
        is_title(word)
        or labelled
        or terms.amount_unit.search(word)
        or _YEAR_LINE.fullmatch(word)
        or terms.heading.fullmatch(word)
        or _ATTACHED.match(word)
    )


def _is_title_row(row: SheetRow, form: _Open | None, terms: Terms, words: FormWords) -> bool:
    """Whether a row holds the title, or the year or the unit of amounts below it."""
    ink = row.inked
    spot = ink[0]
    word = squash(spot.text)
    if len(ink) > 1:
        texts = [squash(one.text) for one in ink]
        tells = any(is_title(one) or terms.amount_unit.search(one) for one in texts)
        if any(_is_sealed(one, terms, words) for one in ink):
            return False
        are_headings = all(_is_heading(one, terms) or one.endswith(terms.bodies) for one in texts)
        return tells and are_headings and not any(words.label(one) for one in texts)
    wide = spot.after - spot.first == row.width or (spot.first == 0 and not row.has_merges)
    if not wide or _is_below_heading(form, words) or words.label(spot.text) is not None or len(word) > _LONGEST_HEADING:
        return False
    if terms.header_unit.match(word):
        return form is None or form.has_entries
    attached = form is None or form.has_entries
    return (
        is_title(word)
        or bool(_YEAR_LINE.fullmatch(word) or terms.amount_unit.search(word))
        or (attached and _ATTACHED.match(word) is not None)
    )


def _is_sealed(spot: Spot, terms: Terms, words: FormWords) -> bool:
    """Whether a cell names the unit under a label that only forms print: 填报单位(盖章):云溪市教育局."""
    found = words.inline(spot.cell.content)
    return (
        found is not None
        and bool(found[1].text)
        and not terms.header_unit.match(squash(spot.text))
        and found[0].field == "unit"
    )


def _is_below_heading(form: _Open | None, words: FormWords) -> bool:
    """Whether the row above is the heading of a text: 年度绩效目标 in a row of its own."""
    above = form.rows[-1].inked if form is not None and form.rows else []
    return len(above) == 1 and words.label(above[0].text) is not None


def _begins_other(row: SheetRow, form: _Open | None, terms: Terms, words: FormWords) -> bool:
    """Whether a row heads the columns of another table: of projects, a row for each, or of something else."""
    texts = [squash(spot.text) for spot in row.inked]
    if len(texts) < _COLUMNS or any(len(text) > _LONGEST_HEADING for text in texts):
        return False
    columns = [terms.column(text) for text in texts]
    if "name" in columns and None not in columns and {"goal", "indicators"} & set(columns):
        return True
    if _heads_a_list(row, words):
        return True
    if form is None or not form.has_header or row.inked[0].first > form.first:
        return False
    above = form.rows[-1].inked if form.rows else []
    if above and squash(above[0].text) == texts[0] and above[0].first == row.inked[0].first:
        return False  # the category of the row above, printed again
    if not (row.ahead and are_headers(texts)):
        return False  # nor does the last row of a table head another one
    below = [[squash(cell.content.text) for cell in one.cells] for one in row.ahead[:_COLUMNS]]
    return not any(_is_of_form(text, words) for one in (texts, *below) for text in one if text)


def _heads_a_list(row: SheetRow, words: FormWords) -> bool:
    """Whether a row heads a list of what was allotted: labels side by side over rows of values."""
    ink = row.inked
    if row.below is None or len(ink) != len(row.spots) or not all(is_labellike(spot.text, words) for spot in ink):
        return False
    if heads_values(ink, [inked(one) for one in row.ahead[:2]], words):
        return False
    labels = [words.label(spot.text) for spot in ink]
    fields = {label.field for label in labels if label is not None}
    if header_of(_BARE, ink, words, {}) is not None or not (
        "number" in fields or ("name" in fields and _heads_columns(ink, words))
    ):
        return False
    if words.column(ink[0].text) in TABLE_FIELDS or not fields & {"name", "number"}:
        return False
    below = [spot for one in row.ahead[:2] for spot in inked(one)]
    return any(is_number(spot.text) for spot in below) and not any(
        (label := words.label(spot.text)) is not None and label.field in {"name", "department", "goal"}
        for spot in below
    )


def _is_of_form(word: str, words: FormWords) -> bool:
    """Whether a text belongs to a form: a category of indicators, or a label that only forms print."""
    if any(category(level, word) and word.endswith(_CATEGORY_ENDS) for level in LEVELS):
        return True
    label = words.label(word)
    return word.endswith("指标") or (label is not None and label.field in {"name", "goal", *TABLE_FIELDS})


def _begins_form(row: SheetRow, form: _Open | None, words: FormWords, *, skipping: bool, has_pending: bool) -> bool:
    """Whether a row begins another form: it names a project, or after a title prints what the form has already."""
    if len(row.inked) > 1 and header_of(_BARE, row.inked, words, {}) is not None:
        return False
    has_entries = form is not None and form.has_entries
    is_weak = form is not None and not has_entries and not skipping
    labels = [one for one in _labels(row, words) if not (is_weak and squash(one.text) in words.weak_names)]
    fields, texts = {one.field for one in labels}, {one.text for one in labels}
    if (
        (row.begins_table or has_pending)
        and "name" not in fields
        and _name_comes(row, words, is_below_title=has_pending)
    ):
        return True
    if skipping:
        return "name" in fields
    if form is None:
        return bool(fields & HEAD)
    if has_entries and texts & form.head:
        return True
    if not fields & HEAD:
        return False
    if "name" in fields:
        return has_entries or (form.has_name(words) and not _leaves_name_blank(row, words))
    return has_pending and (bool(fields & form.fields & HEAD) or has_entries)


def _leaves_name_blank(row: SheetRow, words: FormWords) -> bool:
    """Whether a blank cell stands right of the label of a name: of another project, which this one is part of."""
    for spot, beside in pairwise(row.spots):
        label = words.label(spot.text) if len(spot.text) <= _LONGEST_HEADING else None
        if label is not None and label.field == "name":
            return beside.is_blank and words.inline(spot.cell.content) is None
    return False


def _name_comes(row: SheetRow, words: FormWords, *, is_below_title: bool) -> bool:
    """Whether a row of labels stands above the name of a project, with no indicators in between."""
    first = row.inked[0]
    is_label = words.label(first.text) is not None or words.inline(first.cell.content) is not None
    if not is_label and not (is_below_title and is_labellike(first.text, words)):
        return False
    for below in row.ahead:
        spots = inked(below)
        if header_of(below, spots, words, {}) is not None or (len(spots) == 1 and is_title(squash(spots[0].text))):
            return False
        if names_a_project(spots, words):
            return True
    return False
