"""Documents that hold one form for each project: cut into forms, each read as labels with their values.

A form is walked row by row. A cell is a label or a value: a known label is one wherever it stands, another
text where it stands to the left of a value. Values stand beside their label or, where a row holds labels alone,
below it. The indicators are a table inside of the form. Several forms may stand in one file, and one form may
go on over a page: a new form begins with the next 项目名称, not with the next title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractor.chunk.forms.form import HEAD, Form, Item, rejoined
from extractor.chunk.forms.rows import LabelRows
from extractor.chunk.forms.table import TABLE_FIELDS, IndicatorTable, Spot, header_of, spots_of
from extractor.chunk.rows import Mark
from extractor.chunk.titles import are_headers, is_title
from extractor.layouts import CompiledLayout
from extractor.layouts.forms import FormWords, Label, Period, form_words
from extractor.layouts.taxonomy import LEVELS, category
from extractor.schemas.document import Document, Line, Row
from extractor.text import fold, squash

_YEAR_LINE = re.compile(r"\(?(?:19|20)?\d\d年?度?\)?|\(.{0,12}年度?\)")
_LONGEST_HEADING = 40
_AHEAD = 8
_COLUMNS = 3
_CATEGORY_ENDS = ("指标", "效益", "满意度", "影响")


def looks_like_forms(document: Document, layout: CompiledLayout) -> bool:
    """Whether the tables are forms: 项目名称 beside a name, and indicators under a header row of their own."""
    words = form_words(layout.terms)
    if not document.tables or not any(begin in document.text for begin in words.levels):
        return False
    has_header = names_stand_beside = False
    for table in document.tables:
        for row in table.rows:
            if not any(cell.content.text for cell in row.cells):
                continue
            spots = [spot for spot in spots_of(row) if not spot.is_blank]
            if not has_header and header_of(row, spots, words, {}) is not None:
                has_header = True
            elif not names_stand_beside:
                names_stand_beside = names_a_project(spots, words)
            if has_header and names_stand_beside:
                return True
    return False


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


def _heads_columns(spots: Sequence[Spot], words: FormWords) -> bool:
    """Whether labels stand side by side in a row, as those of columns do."""
    known = [len(spot.text) <= _LONGEST_HEADING and words.label(spot.text) is not None for spot in spots]
    pairs = zip(pairwise(spots), pairwise(known), strict=True)
    return any(one.after == other.first and all(both) for (one, other), both in pairs)


def read_forms(document: Document, layout: CompiledLayout) -> tuple[list[Form], list[Mark]]:
    """The forms of a document, and what every stretch of its text is."""
    return _Forms(document, layout).read()


class _Forms:
    def __init__(self, document: Document, layout: CompiledLayout) -> None:
        self.document = document
        self.terms = layout.terms
        self.words = form_words(layout.terms)
        self.marks: list[Mark] = []
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.pending: list[Line] = []
        self.skipping = False
        self.begin_table()

    def begin_table(self) -> None:
        self.table: IndicatorTable | None = None
        self.periods: dict[int, Period] = {}
        self.held: list[Spot] = []

    def read(self) -> tuple[list[Form], list[Mark]]:
        printed: list[tuple[Row | Line, int | None, bool, Sequence[Row]]] = [
            (line, line.page, False, ()) for line in self.document.lines
        ]
        for table in self.document.tables:
            merges = any(cell.merged for row in table.rows for cell in row.cells)
            printed += [
                (row, table.page, merges, table.rows[index + 1 : index + 1 + _AHEAD])
                for index, row in enumerate(table.rows)
            ]
        first_rows = {id(table.rows[0]) for table in self.document.tables if table.rows}
        for one, page, merges, below in sorted(printed, key=lambda entry: entry[0].start):
            if isinstance(one, Row):
                self.after_break = id(one) in first_rows
                self.has_merges, self.ahead = merges, below
                self.below = below[0] if below else None
                self._row(one, page)
            else:
                self._line(one)
        self._flush_pending("furniture" if self.forms else "header")
        return rejoined(self.forms), self.marks

    def _line(self, line: Line) -> None:
        printed = self.document.text[line.start : line.end].strip()
        if not printed:
            return
        word = squash(printed)
        if self.forms and self.terms.page_furniture.fullmatch(fold(printed)):
            self.marks.append(Mark(line.start, line.end, "furniture"))
        elif not self.forms or self._is_heading(word):
            self._heading(line, word)
        else:
            self.marks.append(Mark(line.start, line.end, "outside"))

    def _heading(self, line: Line, word: str) -> None:
        self.pending.append(line)
        if is_title(word):
            self.skipping = bool(self.words.whole_department.search(word)) and "项目" not in word

    def _is_heading(self, word: str) -> bool:
        if len(word) > _LONGEST_HEADING:
            return False
        labelled = self.terms.department.match(word) or self.terms.header_unit.match(word)
        return bool(
            is_title(word)
            or labelled
            or self.terms.amount_unit.search(word)
            or _YEAR_LINE.fullmatch(word)
            or self.terms.heading.fullmatch(word)
            or re.match(r"附[件表]?\d{0,2}[:-]?\d{0,2}$|附[件表].{0,30}$|\(?填报|表\d", word)
        )

    def _flush_pending(self, kind: str) -> None:
        self.marks += [Mark(line.start, line.end, kind) for line in self.pending]  # type: ignore[arg-type]
        self.pending = []

    def _row(self, row: Row, page: int | None) -> None:
        spots = spots_of(row)
        inked = [spot for spot in spots if not spot.is_blank]
        if not inked:
            self.marks.append(Mark(row.start, row.end, "furniture"))
            return
        if self._is_title_row(inked, len(row.cells)):
            for spot in inked:
                self._heading(Line(spot.cell.start, spot.cell.end, page), squash(spot.text))
            return
        if self._begins_other(inked):
            self.skipping = True
        elif self._begins_form(inked):
            self.form = Form(page, top=self.pending)
            self.labels = LabelRows(self.form, self.words)
            self.forms.append(self.form)
            self._flush_pending("header")
            self.skipping = False
            self.begin_table()
        if self.form is None or self.skipping:
            kind = "outside" if self.skipping else "header"
            if kind == "header":
                self.pending += [Line(spot.cell.start, spot.cell.end, page) for spot in inked]
            else:
                self._flush_pending("outside")
                self.marks.append(Mark(row.start, row.end, "outside"))
            return
        self._flush_pending("furniture")
        self._take(row, spots, inked)

    def _take(self, row: Row, spots: Sequence[Spot], inked: Sequence[Spot]) -> None:
        assert self.form is not None
        self.form.rows.append((row.start, row.end))
        self.marks.append(Mark(row.start, row.end, "blocks"))
        over = {spot.first: period for spot in inked if (period := self._period_header(spot, inked))}
        table = header_of(row, self._with_held(row, spots), self.words, self.periods)
        if table is not None:
            for spot in inked:
                if spot.first < table.first and self.words.label(spot.text) is None:
                    self.labels.unless_fragment(spot)
            if self.table is not None:
                table.carried = self.table.carried
            elif not self.form.entries:
                self.form.head = frozenset(item.label.text for item in self.form.items)
            self.table = table
            self.labels.begin()
        elif over:
            self.periods = over
            self.held = [spot for spot in inked if self.words.column(spot.text) in LEVELS]
        elif self.table is not None and not self._leaves_table(inked):
            if not self.form.entries and self.table.refine(spots, self.words):
                return
            self._indicators(row, inked)
        else:
            self.table = None
            self.labels.take(spots, row, self.below, has_merges=self.has_merges)

    def _with_held(self, row: Row, spots: Sequence[Spot]) -> list[Spot]:
        """The cells of a row, and those of the row with the periods above it that go on beside them."""
        blank = {at for at, cell in enumerate(row.cells) if cell.merged == "above" or not cell.content.text.strip()}
        held = [one for one in self.held if blank.issuperset(range(one.first, one.after))]
        return sorted([*(one for one in spots if not one.is_blank), *held], key=lambda one: one.first)

    def _is_title_row(self, inked: Sequence[Spot], width: int) -> bool:
        """Whether a row holds the title, or the year or the unit of amounts below it."""
        spot = inked[0]
        word = squash(spot.text)
        if len(inked) > 1:
            words = [squash(one.text) for one in inked]
            tells = any(is_title(one) or self.terms.amount_unit.search(one) for one in words)
            return tells and all(map(self._is_heading, words)) and not any(self.words.label(one) for one in words)
        wide = spot.after - spot.first == width or (spot.first == 0 and not self.has_merges)
        is_below = self.form is not None and bool(self.labels.open)
        if not wide or is_below or self.words.label(spot.text) is not None or len(word) > _LONGEST_HEADING:
            return False
        if self.terms.header_unit.match(word):
            return self.form is None or bool(self.form.entries)
        return is_title(word) or bool(_YEAR_LINE.fullmatch(word) or self.terms.amount_unit.search(word))

    def _begins_other(self, inked: Sequence[Spot]) -> bool:
        """Whether a row heads the columns of another table: of projects, a row for each, or of something else."""
        texts = [squash(spot.text) for spot in inked]
        if len(texts) < _COLUMNS or any(len(text) > _LONGEST_HEADING for text in texts):
            return False
        columns = [self.terms.column(text) for text in texts]
        if "name" in columns and None not in columns and {"goal", "indicators"} & set(columns):
            return True
        if self.table is None or inked[0].first > self.table.first or not (self.ahead and are_headers(texts)):
            return False  # nor does the last row of a table head another one
        below = [[squash(cell.content.text) for cell in row.cells] for row in self.ahead[:_COLUMNS]]
        return not any(self._is_of_form(text) for row in (texts, *below) for text in row if text)

    def _is_of_form(self, word: str) -> bool:
        """Whether a text belongs to a form: a category of indicators, or a label that only forms print."""
        if any(category(level, word) and word.endswith(_CATEGORY_ENDS) for level in LEVELS):
            return True
        label = self.words.label(word)
        return word.endswith("指标") or (label is not None and label.field in {"name", "goal", *TABLE_FIELDS})

    def _begins_form(self, inked: Sequence[Spot]) -> bool:
        """Whether a row begins another form: it names a project, or after a title prints what the form has already."""
        if len(inked) > 1 and header_of(Row((), 0, 0), inked, self.words, {}) is not None:
            return False
        fields: set[str | None] = set()
        texts = set()
        for index, spot in enumerate(inked):
            label = self.words.label(spot.text) if len(spot.text) <= _LONGEST_HEADING else None
            if label is None and index == 0 and (found := self.words.inline(spot.cell.content)):
                label = found[0]
            is_weak = self.form is not None and not self.form.entries and not self.skipping
            if label is not None and not (is_weak and squash(label.text) in self.words.weak_names):
                fields.add(label.field)
                texts.add(label.text)
        if (self.after_break or self.pending) and "name" not in fields and self._name_comes(inked):
            return True
        if self.skipping:
            return "name" in fields
        if self.form is None:
            return bool(fields & HEAD)
        if self.form.entries and texts & self.form.head:
            return True
        if not fields & HEAD:
            return False
        has = self.form.printed
        if "name" in fields:
            return self._has_name(self.form) or bool(self.form.entries)
        return bool(self.pending) and (bool(fields & has & HEAD) or bool(self.form.entries))

    def _has_name(self, form: Form) -> bool:
        """Whether a form prints 项目名称, and not only the name of the funds that the project is part of."""
        names = [squash(item.label.text) for item in form.items if item.label.field == "name"]
        return "name" in form.printed and not (names and self.words.weak_names.issuperset(names))

    def _name_comes(self, inked: Sequence[Spot]) -> bool:
        """Whether a row of labels stands above the name of a project, with no indicators in between."""
        if self.words.label(inked[0].text) is None and self.words.inline(inked[0].cell.content) is None:
            return False
        for row in self.ahead:
            spots = [spot for spot in spots_of(row) if not spot.is_blank]
            if header_of(row, spots, self.words, {}) is not None:
                return False
            if names_a_project(spots, self.words):
                return True
        return False

    def _period_header(self, spot: Spot, inked: Sequence[Spot]) -> Period | None:
        """The period in a row that parts twin columns: 中期指标 over some, 年度指标 over the others."""
        if len(inked) < 2 or any(self.words.label(one.text) is None and one.first for one in inked):
            return None
        if not all("指标" in squash(one.text) for one in inked):
            return None
        return self.words.period(spot.text)

    def _leaves_table(self, inked: Sequence[Spot]) -> bool:
        """Whether a row below the indicators is about something else: it begins with a label of the form."""
        assert self.table is not None
        first = inked[0]
        if squash(first.text) in self.words.sums:
            return False
        if first.first >= self.table.first + 2:
            return False
        label = self.words.label(first.text)
        if label is None:
            found = self.words.inline(first.cell.content)
            return (found is not None and len(inked) == 1) or self._is_labelled(inked)
        return label.field not in TABLE_FIELDS and not (len(inked) > 1 and self.words.heads_indicators(first.text))

    def _is_labelled(self, inked: Sequence[Spot]) -> bool:
        """Whether a row below the indicators holds a label of the form's own and its value, and no more."""
        assert self.table is not None
        if (
            len(inked) != 2
            or inked[0].first >= self.table.first
            or self.words.fragment.fullmatch(squash(inked[0].text))
        ):
            return False
        texts = [squash(spot.text) for spot in inked]
        is_category = any(category(level, text) for level in LEVELS for text in texts)
        return not is_category and self.words.unknown(inked[0].text) is not None

    def _indicators(self, row: Row, inked: Sequence[Spot]) -> None:
        assert self.form is not None
        assert self.table is not None
        total = next((spot for spot in inked[:2] if squash(spot.text) in self.words.sums), None)
        if total is not None:
            label = self.words.label(total.text) or Label(squash(total.text), None)
            for spot in inked:
                if spot is not total:
                    column = self.table.column_at(spot.first + self.table.width - len(row.cells))
                    over = Label(column.name, None) if column and column.name else None
                    self.labels.add(Item(label._replace(field=None), spot.cell.content, spot.first, over))
            return
        entries, loose = self.table.read(row, self.words)
        self.form.entries += entries
        self.form.loose += loose
