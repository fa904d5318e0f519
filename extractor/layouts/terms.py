"""The words that every layout shares (terms.toml), ready for look-up."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from extractor.layouts.shared import Shared, alternation
from extractor.schemas.layout import BREAKDOWN, Column
from extractor.tables import by_word, load
from extractor.text import BRACKETED, squash, without_brackets, without_translation

_LONGEST_LABEL = 60
_MOST_KNOWN = 16_384
_OF_WHICH = "其中:"
_UNIT_IN_BRACKETS = re.compile(r"\((?:单位:)?([^()]*元)\)")


class Terms:
    """Look-up over the shared words; `extra` are a layout's own column synonyms, `totals` its total words."""

    def __init__(
        self, shared: Shared, extra: Mapping[Column, Iterable[str]] | None = None, totals: Iterable[str] = ()
    ) -> None:
        self.shared = shared
        self.columns: dict[str, str] = dict(by_word(shared.columns).items())
        self.columns |= {squash(label): BREAKDOWN + label for label in shared.funding.labels}
        self.columns |= {squash(word): column for column, words in (extra or {}).items() for word in words}
        self.grand_totals = shared.totals.grand | frozenset(map(squash, totals))
        self.header_run = re.compile(rf"(?:(?P<column>{alternation(self.columns)})(?:\([^()]*\))?)+")
        self.header_word = re.compile(rf"({alternation(self.columns)})((?:\([^()]*\))?)")
        self.header_begins = frozenset(word[0] for word in self.columns)
        self._header_lengths = {
            begin: sorted({len(word) for word in self.columns if word[0] == begin}) for begin in self.header_begins
        }
        self._shapes = shared.shapes
        self._funding_shapes = shared.funding.shapes
        # Headers are the same few words in all tables and lines.
        self._column_named = lru_cache(_MOST_KNOWN)(self._find_column)
        self._shapes_fitting = lru_cache(_MOST_KNOWN)(self._find_shapes)
        self.one_year, self.several_years = shared.periods.year, shared.periods.several
        self.subtotals, self.categories = shared.totals.subtotal, shared.totals.category
        self.goal_headings = shared.brackets.goal
        self.withheld, self.withheld_alone = shared.withheld.phrases, shared.withheld.alone
        self.template, self.not_applicable = shared.empty.template, shared.empty.not_applicable
        header, furniture, names = shared.header, shared.furniture, shared.names
        self.department, self.department_begins = header.names_department, header.department_begins
        self.header_unit, self.header_labels = header.names_unit, header.labels
        self.year, self.scales = header.names_year, header.yuan
        self.amount_unit, self.unit_in_prose = header.names_measure, header.tells_measure
        self.page_furniture, self.running, self.heading = furniture.page, furniture.running, furniture.heading
        self.notes, self.endings, self.next_part = furniture.notes, furniture.endings, furniture.next_part
        self.site, self.lists_of_money = furniture.site, furniture.lists_of_money
        self.bodies, self.body_columns, self.name_endings = names.bodies, names.columns, names.endings

    def column(self, cell: str) -> str | None:
        """Canonical column that a header cell names.

        >>> terms().column("项目名称（资金使用\\n单位）"), terms().column("上年结转"), terms().column("80.00")
        ('name', 'breakdown:上年结转', None)
        """
        return None if len(cell) > 4 * _LONGEST_LABEL else self._column_named(cell)

    def _find_column(self, cell: str) -> str | None:
        word = squash(cell)
        if not word or len(word) > _LONGEST_LABEL:
            return None
        word = without_translation(word.removeprefix(_OF_WHICH))
        return self.columns.get(word) or self.columns.get(without_brackets(word))

    def names_projects(self, cell: str) -> bool:
        """Whether a header cell stands over the projects' names.

        >>> [terms().names_projects(label) for label in ("项目名称", "单位名称、项目名称", "合计")]
        [True, True, False]
        """
        if len(cell) > _LONGEST_LABEL:
            return False
        return self.column(cell) == "name" or self._shapes["name"].fullmatch(squash(cell)) is not None

    def column_by_shape(self, cell: str, known: Container[str | None]) -> str | None:
        """The column that a header's wording points to, where it is none of the `known` ones.

        >>> terms().column_by_shape("单位名称、项目名称", ()), terms().column_by_shape("一级项目名称", {"name"})
        ('name', None)
        """
        fitting = self._shapes_fitting(cell) if len(cell) <= _LONGEST_LABEL else ()
        return next((column for column in fitting if column not in known), None)

    def _find_shapes(self, cell: str) -> tuple[str, ...]:
        word = squash(cell)
        return tuple(column for column, shape in self._shapes.items() if shape.fullmatch(word))

    def funding(self, cell: str) -> str | None:
        """The funding column that a header's wording points to, where no word names it.

        >>> terms().funding("其中：单位自筹（万元）"), terms().funding("资金用途")
        ('breakdown:单位自筹', None)
        """
        if len(cell) > _LONGEST_LABEL:
            return None
        word = without_brackets(squash(cell).removeprefix(_OF_WHICH))
        return BREAKDOWN + word if self._funding_shapes.fullmatch(word) else None

    def is_header(self, printed: str) -> bool:
        """Whether a squashed line is nothing but column headers, one behind the other.

        The time grows with the line's length alone, also where its words can be cut apart in many ways.

        >>> terms().is_header("项目单位名称总计(万元)绩效目标"), terms().is_header("项目资金总额" * 50 + "等")
        (True, False)
        """
        return len(printed) in self.header_ends(printed)

    def words_beginning(self, printed: str) -> list[int]:
        """The lengths of the column headers that a squashed text begins with, the shorter before the longer.

        >>> [text[:length] for text in ("项目名称预算金额",) for length in terms().words_beginning(text)]
        ['项目', '项目名称']
        """
        lengths = self._header_lengths.get(printed[:1], ())
        return [length for length in lengths if length <= len(printed) and printed[:length] in self.columns]

    def header_ends(self, printed: str) -> set[int]:
        """How much of a squashed text, from its beginning on, is nothing but column headers: every such length.

        >>> sorted(terms().header_ends("项目名称总计(万元)等"))
        [2, 4, 6, 10]
        """
        words: set[int] = set()  # where the word of a header ends
        ends: set[int] = set()  # and where a header does, with its brackets or without
        waiting = [0]
        while waiting:
            start = waiting.pop()
            for length in self._header_lengths.get(printed[start : start + 1], ()):
                end = start + length
                if end in words or end > len(printed) or printed[start:end] not in self.columns:
                    continue
                words.add(end)
                bracket = BRACKETED.match(printed, end)
                more = {end, bracket.end()} if bracket else {end}
                waiting += more - ends
                ends |= more
        return ends

    def unit_in_header(self, cell: str) -> str | None:
        """Unit of amounts that a column header brings along.

        >>> terms().unit_in_header("总计（万元）")
        '万元'
        """
        return next((unit for unit in _UNIT_IN_BRACKETS.findall(squash(cell)) if unit in self.scales), None)

    def is_grand_total(self, name: str) -> bool:
        return squash(name) in self.grand_totals

    def is_subtotal(self, name: str) -> bool:
        word = squash(name)
        if self.categories.fullmatch(word):
            return True
        return any(word.endswith(subtotal) for subtotal in self.subtotals) and len(word) <= 30


@lru_cache
def terms() -> Terms:
    """The shared words, loaded once."""
    return Terms(load("extractor.layouts", "terms.toml", Shared))


def is_several_years(label: str) -> bool:
    """Whether a funding label is about all years of a project, not about one.

    >>> is_several_years("项目总额（万元）"), is_several_years("年度资金总额")
    (True, False)
    """
    return terms().several_years.fullmatch(squash(label)) is not None
