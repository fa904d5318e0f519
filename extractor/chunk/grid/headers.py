"""The column header of a table: which of its rows it takes, and the canonical column of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from extractor.chunk.amounts import NUMBER, is_amount_column
from extractor.chunk.grid.byplace import name_by_contents, name_by_place, value_by_place
from extractor.chunk.grid.columns import INDICATOR_COLUMNS, Columns
from extractor.chunk.grid.merged import Merges
from extractor.chunk.titles import are_headers
from extractor.layouts import Terms
from extractor.layouts.forms import form_words
from extractor.layouts.taxonomy import LEVELS, category
from extractor.schemas.cells import breakdown
from extractor.schemas.document import Cell, Row
from extractor.text import squash

MIN_COLUMNS = 3
_COUNTED = re.compile(r"(?P<number>\d{1,2})(?:=\d{1,2}(?:[+-]\d{1,2})*)?|(?P<letter>[A-Z甲乙丙丁])")
_BRACKETS = re.compile(r"\([^()]*\)")
_VALUES = ("cycle_value", "annual_value")
_ENOUGH_WORDS = _TWO = 2
_TELLS = frozenset(("goal", "indicators", "indicator_name"))
_LOOKED_AT = 12


def are_numbered(squashed: Sequence[str]) -> bool:
    """Whether texts do nothing but count the columns, as the last row of a header may.

    >>> are_numbered(["1", "2", "3=4+5", "4", "5"]), are_numbered(["甲", "乙", "1", "2"]), are_numbered(["1", "5", "2"])
    (True, True, False)
    """
    counted = [_COUNTED.fullmatch(text) for text in squashed]
    numbers = [int(match["number"]) for match in counted if match and match["number"]]
    if None in counted or len(squashed) < MIN_COLUMNS or len(numbers) < _TWO:
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= _TWO


class Headers:
    """Finds the column headers among the rows of a document's tables."""

    def __init__(self, terms: Terms, merges: Merges) -> None:
        self.terms = terms
        self.merges = merges

    def rows(self, row: Row) -> list[Row]:
        """The rows that a column header takes: those that its cell over the names goes down through."""
        for column, cell in enumerate(row.cells):
            if self.terms.names_projects(cell.content.text):
                below = self.merges.below(row)
                if below is not None and self._is_second_line(below, column):
                    return [row, below]
                return [row, *self.merges.covered(row, column)]
        below = self.merges.below(row)
        if below is not None and self._is_second_line(below, 0) and self._tells(row):
            return [row, below]
        return [row]

    def _tells(self, row: Row) -> bool:
        """Whether a row holds labels alone, one of which stands over goals or indicators."""
        filled = [squash(cell.content.text) for cell in row.cells if cell.content.text.strip()]
        return bool(_TELLS & set(map(self.terms.column, filled))) and are_headers(filled)

    def _is_second_line(self, row: Row, names: int) -> bool:
        """Whether a row goes on with the header above it in a file that knows no merged cells.

        It is blank under the names, and holds nothing but labels.
        """
        texts = [cell.content.text for cell in row.cells]
        if names >= len(texts) or texts[names].strip() or row.cells[names].merged == "above":
            return False
        filled = [text for text in texts if text.strip()]
        return bool(filled) and all(map(self._is_label, filled))

    def _is_label(self, text: str) -> bool:
        return bool(self.terms.column(text) or self.terms.funding(text) or self.terms.column_by_shape(text, ()))

    def columns(self, rows: Sequence[Row]) -> Columns | None:
        """The canonical column of each cell; None where the rows are no header of a table of projects."""
        fields: list[str | None] = []
        labels: list[str] = []
        width = max(len(row.cells) for row in rows)
        for column in range(width):
            # Of labels that stand above one another, the lowest is the column's own.
            label = next(
                (
                    text
                    for row in reversed(rows)
                    if column < len(row.cells) and (text := row.cells[column].content.text)
                ),
                "",
            )
            fields.append(self.terms.column(label))
            labels.append(label)
        labels = [squash(label) for label in labels]
        is_cut = self._put_together(fields, labels)
        words = len(fields) - fields.count(None)
        if words < _ENOUGH_WORDS and not (words and _TELLS & set(fields) and are_headers(list(filter(None, labels)))):
            return None
        for column, cell in enumerate(rows[0].cells):
            if column and cell.merged == "left" and not labels[column]:
                labels[column] = labels[column - 1]
        self._by_shape(fields, labels)
        self._name_bodies(fields, labels)
        if any(NUMBER.fullmatch(label) for label in labels):
            return None
        if "name" not in fields and len(set(fields) - {None}) >= _TWO and are_headers(list(filter(None, labels))):
            if form_words(self.terms).categories & set(labels):
                return None  # 指标类型 heads the indicators of one project: no column holds names
            name_by_place(fields, labels, list(islice(self.merges.all_below(rows[-1]), _LOOKED_AT)))
        known = [field for field in fields if field]
        if len(set(known)) < MIN_COLUMNS or "name" not in known or not _TELLS & set(known):
            return None
        self._name_indicators(fields, labels, self.merges.below(rows[-1]))
        below = list(islice(self.merges.all_below(rows[-1]), _LOOKED_AT))
        value_by_place(fields, labels, below)
        name_by_contents(fields, labels, below)
        self._part_periods(fields, labels, rows[0])
        goals = [index for index, field in enumerate(fields) if field == "goal"]
        year = next((index for index in goals if form_words(self.terms).annual.search(labels[index])), None)
        for index in goals if year is not None else ():
            fields[index] = "goal" if index == year else None  # the year's goal, where another stands beside it
        used: set[str] = set()
        for index, field in enumerate(fields):
            # A header printed twice names its first column; the other keeps its own label.
            if field in used:
                fields[index] = None
            elif field:
                used.add(field)
        return Columns(tuple(fields), tuple(labels), any(map(self._is_glued, rows[-1].cells)), is_cut)

    def _put_together(self, fields: list[str | None], labels: list[str]) -> bool:
        """Puts labels together that a rule in the wrong place cut: 财政专户拨款其 | 他资金; whether there were any."""
        before = list(labels)
        for at, (left, right) in enumerate(pairwise(before)):
            if (fields[at] and fields[at + 1]) or not (left and right):
                continue
            whole = left + right
            places = [cut for cut in self.terms.words_beginning(whole) if cut not in {len(left), len(whole)}]
            for cut in sorted(places, key=lambda cut: abs(cut - len(left))):
                named = [self.terms.columns.get(part) for part in (whole[:cut], whole[cut:])]
                others = {*fields[:at], *fields[at + 2 :]}
                if None not in named and named[0] != named[1] and not others.intersection(named):
                    labels[at : at + 2] = whole[:cut], whole[cut:]
                    fields[at : at + 2] = named
                    break
        return labels != before

    def _is_glued(self, cell: Cell) -> bool:
        """Whether each line of a header's cell names a column of its own: a program has lost the rule between two."""
        named = [self.terms.column(line) for line in cell.content.text.split("\n") if line.strip()]
        return len(named) > 1 and None not in named and len(set(named)) == len(named)

    def _name_bodies(self, fields: list[str | None], labels: Sequence[str]) -> None:
        """单位 to the left of the projects' names is whose projects they are; to the right it measures something."""
        if "name" not in fields or "unit" in fields:
            return
        for index, label in enumerate(labels[: fields.index("name")]):
            if fields[index] is None and label in self.terms.body_columns:
                fields[index] = "unit"
                return

    def _by_shape(self, fields: list[str | None], labels: Sequence[str]) -> None:
        """Columns that no word names, by the shape of their labels."""
        if "name" not in fields:
            # One column may hold the bodies and, below each of them, its projects: 单位名称(项目类别/支出项目).
            both = (at for at, field in enumerate(fields) if field == "unit" and self.terms.names_projects(labels[at]))
            for at in list(both)[:1]:
                fields[at] = "name"
        pairs = zip(fields, labels, strict=True)
        shapes = [None if field else self.terms.column_by_shape(label, fields) for field, label in pairs]
        for index, shape in enumerate(shapes):
            # Of two years' amounts, none is the total.
            if shape is not None and shape not in fields and not (shape == "total" and shapes.count("total") > 1):
                fields[index] = shape
        if any(field and is_amount_column(field) for field in fields):
            for index, label in enumerate(labels):
                fields[index] = fields[index] or self.terms.funding(label)

    def _name_indicators(self, fields: list[str | None], labels: Sequence[str], below: Row | None) -> None:
        """Whether the indicators stand in one cell or have a row each, their values in another column tell."""
        parts = {"level1", "level2", *_VALUES} & set(fields)
        if "indicator_name" in fields and "indicators" not in fields and not parts:
            fields[fields.index("indicator_name")] = "indicators"
        if "indicators" in fields and "indicator_name" not in fields and set(_VALUES) & set(fields):
            fields[fields.index("indicators")] = "indicator_name"
        if "indicator_name" not in fields:
            return
        words = form_words(self.terms)
        for index, label in enumerate(labels):
            if fields[index] is None and label in words.categories and below and index < len(below.cells):
                printed = below.cells[index].content.text
                level = next((one for one in LEVELS if one not in fields and category(one, printed)), None)
                fields[index] = level
        first = min(fields.index(part) for part in INDICATOR_COLUMNS if part in fields)
        for index, label in enumerate(labels[first:], first):
            short = words.columns.get(_BRACKETS.sub("", label))
            if fields[index] is None and short not in fields:
                fields[index] = short

    def _part_periods(self, fields: list[str | None], labels: Sequence[str], top: Row) -> None:
        """Where the year's amount and that of several years have a column each, the total is the year's."""
        several = [index for index, label in enumerate(labels) if self.terms.several_years.fullmatch(label)]
        if not several:
            return
        # The year may stand above its columns: 年度资金 over 合计 and 财政拨款.
        above = [squash(cell.content.text) for cell in top.cells]
        for column, cell in enumerate(top.cells[1:], 1):
            above[column] = above[column - 1] if cell.merged == "left" else above[column]
        year = [
            index
            for index, label in enumerate(labels)
            if index not in several
            and fields[index] in {None, "total"}
            and any(map(self.terms.one_year.fullmatch, {label, *above[index : index + 1]}))
        ]
        if year:
            for index in several:
                fields[index] = breakdown(labels[index])
            # Which of two years' amounts is the year's, the header does not tell.
            if len({labels[index] for index in year if labels[index][:2].isdecimal()}) < _TWO:
                fields[year[0]] = "total"
