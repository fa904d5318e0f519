"""The words that every layout shares (terms.toml), ready for look-up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extractor.schemas.layout import BREAKDOWN
from extractor.text import BRACKETED, squash, without_brackets

_LONGEST_LABEL = 60
_OF_WHICH = "其中:"
_UNIT_IN_BRACKETS = re.compile(r"\((?:单位:)?([^()]*元)\)")


def alternation(words: Iterable[str]) -> str:
    """Words as one regular expression over squashed text, longest first."""
    return "|".join(re.escape(squash(word)) for word in sorted(set(words), key=len, reverse=True))


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


class Terms:
    """Look-up over the shared words; `extra` are a layout's own column synonyms, `totals` its total words."""

    def __init__(
        self, data: Mapping[str, Any], extra: Mapping[Any, Iterable[str]] | None = None, totals: Iterable[str] = ()
    ) -> None:
        self.data = data
        self.columns: dict[str, str] = {
            squash(word): column for column, words in data["columns"].items() for word in words
        }
        for label in data["funding"]["labels"]:
            self.columns[squash(label)] = BREAKDOWN + label
        for column, words in (extra or {}).items():
            self.columns |= {squash(word): column for word in words}
        self.grand_totals = frozenset(squash(word) for word in (*data["totals"]["grand"], *totals))
        self.subtotals = tuple(squash(word) for word in data["totals"]["subtotal"])
        self.scales = {squash(unit): Decimal(scale) for unit, scale in data["header"]["scales"].items()}
        self.withheld = _any(data["withheld"]["phrases"])
        self.goal_headings = frozenset(squash(word) for word in data["brackets"]["goal"])
        self.template = _any(data["empty"]["template"])
        self.not_applicable = frozenset(squash(word) for word in data["empty"]["not_applicable"])
        self.page_furniture = _any(data["furniture"]["page"])
        self.running = _any(data["furniture"]["running"])
        self.heading = _any(data["furniture"]["heading"])
        self.endings = _any(data["furniture"]["endings"])
        self.categories = _any(data["totals"]["category"])
        self.withheld_alone = frozenset(data["withheld"]["alone"])
        self.notes = _any(data["furniture"]["notes"])
        self.next_part = _any(data["furniture"]["next_part"])
        self.body_columns = frozenset(squash(word) for word in data["names"]["columns"])
        self.bodies = tuple(data["names"]["bodies"])
        self._shapes = {column: _any(patterns) for column, patterns in data["shapes"].items()}
        self._funding_shapes = _any(data["funding"]["shapes"])
        self.one_year = _any(data["periods"]["year"])
        self.several_years = _any(data["periods"]["several"])
        self.name_endings = tuple(data["names"]["endings"])
        self.header_run = re.compile(rf"(?:(?P<column>{alternation(self.columns)})(?:\([^()]*\))?)+")
        self.header_word = re.compile(rf"({alternation(self.columns)})((?:\([^()]*\))?)")
        self._header_lengths = sorted(set(map(len, self.columns)))
        self.header_begins = frozenset(word[0] for word in self.columns)
        units = alternation(self.scales)
        labels = alternation(data["header"]["amount_unit"])
        self.amount_unit = re.compile(rf"(?:{labels}):(?:人民币)?({units})")
        self.unit_in_prose = re.compile(
            rf"(?:金额|资金|货币|计量)?单位(?:均|统一|一律)?(?:为|是)(?:人民币)?({units})"
            rf"|(?:金额|资金|数据|数字)[^。;,]{{0,10}}以(?:人民币)?({units})(?:为(?:计量|金额|货币)?单位|计)"
        )
        self.department = re.compile(rf"^(?:{alternation(data['header']['department'])}):(.+?)(?=(?:{labels}):|$)")
        self.year = re.compile(rf"(?:{alternation(data['header']['year'])}):((?:19|20)\d\d)")
        self.department_begins = frozenset(word[0] for word in data["header"]["department"])
        self.header_labels = {squash(word): field for field in ("department", "unit") for word in data["header"][field]}
        self.header_unit = re.compile(rf"^(?:{alternation(data['header']['unit'])}):(.+?)(?=(?:{labels}):|$)")

    def column(self, cell: str) -> str | None:
        """Canonical column that a header cell names.

        >>> terms().column("项目名称（资金使用\\n单位）"), terms().column("上年结转"), terms().column("80.00")
        ('name', 'breakdown:上年结转', None)
        """
        if len(cell) > 4 * _LONGEST_LABEL:
            return None
        word = squash(cell)
        if not word or len(word) > _LONGEST_LABEL:
            return None
        word = word.removeprefix(_OF_WHICH)
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
        if len(cell) > _LONGEST_LABEL:
            return None
        word = squash(cell)
        return next(
            (column for column, shape in self._shapes.items() if column not in known and shape.fullmatch(word)), None
        )

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
        ends = [False] * (len(printed) + 1)
        ends[0] = True
        for start in range(len(printed)):
            if not ends[start]:
                continue
            for length in self._header_lengths:
                end = start + length
                if end > len(printed) or printed[start:end] not in self.columns:
                    continue
                ends[end] = True
                if bracket := BRACKETED.match(printed, end):
                    ends[bracket.end()] = True
        return ends[-1] and bool(printed)

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
    return Terms(tomllib.loads(files(__package__).joinpath("terms.toml").read_text(encoding="utf-8")))


def is_several_years(label: str) -> bool:
    """Whether a funding label is about all years of a project, not about one.

    >>> is_several_years("项目总额（万元）"), is_several_years("年度资金总额")
    (True, False)
    """
    return terms().several_years.fullmatch(squash(label)) is not None
