"""The words that every layout shares (terms.toml), ready for look-up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extractor.text import squash

_OF_WHICH = "其中:"
_BRACKETS = re.compile(r"\([^()]*\)")
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
            self.columns[squash(label)] = f"breakdown:{label}"
        for column, words in (extra or {}).items():
            self.columns |= {squash(word): column for word in words}
        self.grand_totals = frozenset(squash(word) for word in (*data["totals"]["grand"], *totals))
        self.subtotals = tuple(squash(word) for word in data["totals"]["subtotal"])
        self.scales = {squash(unit): Decimal(scale) for unit, scale in data["header"]["scales"].items()}
        self.withheld = _any(data["withheld"]["phrases"])
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
        self.name_endings = tuple(data["names"]["endings"])
        self.header_run = re.compile(rf"(?:(?P<column>{alternation(self.columns)})(?:\([^()]*\))?)+")
        self.header_word = re.compile(rf"({alternation(self.columns)})((?:\([^()]*\))?)")
        self.header_begins = frozenset(word[0] for word in self.columns)
        units = alternation(self.scales)
        labels = alternation(data["header"]["amount_unit"])
        self.amount_unit = re.compile(rf"(?:{labels}):(?:人民币)?({units})")
        self.department = re.compile(rf"^(?:{alternation(data['header']['department'])}):(.+?)(?=(?:{labels}):|$)")
        self.year = re.compile(rf"(?:{alternation(data['header']['year'])}):((?:19|20)\d\d)")
        self.department_begins = frozenset(word[0] for word in data["header"]["department"])
        self.header_unit = re.compile(rf"^(?:{alternation(data['header']['unit'])}):(.+?)(?=(?:{labels}):|$)")

    def column(self, cell: str) -> str | None:
        """Canonical column that a header cell names.

        >>> terms().column("项目名称（资金使用\\n单位）"), terms().column("上年结转"), terms().column("80.00")
        ('name', 'breakdown:上年结转', None)
        """
        word = squash(cell)
        if not word or len(word) > 60:
            return None
        word = word.removeprefix(_OF_WHICH)
        return self.columns.get(word) or self.columns.get(_BRACKETS.sub("", word))

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
