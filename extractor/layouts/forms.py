"""What the labels of a form mean: the words of terms.toml, looked up as a form prints them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from extractor.layouts import Terms, terms
from extractor.schemas.document import MappedText
from extractor.text import fold, join_lines, squash

Period = Literal["cycle", "annual"]

_LEAD = re.compile(
    r"(?:\d{1,2}[.、]|\(\d{1,2}\)|\([一二三四五六七八九十]\)|[一二三四五六七八九十]、)?(?:其中:?)?(?:\d{1,2}[.、])?"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_LONGEST = 30
_LONGEST_UNKNOWN = 16
_SENTENCE = re.compile(r"[,。;!?]")


class Label(NamedTuple):
    """A label as printed (without its colon), and the field that it names; None where it is an attribute's."""

    text: str
    field: str | None
    unit: str | None = None
    is_group: bool = False
    is_money: bool = False


class FormWords:
    """Look-up over the words of forms; `terms` may hold a layout's own synonyms."""

    def __init__(self, words: Terms) -> None:
        form = words.data["form"]
        self.terms = words
        self.fields = {squash(word): field for field, many in form["fields"].items() for word in many}
        levels = [word for word, field in words.columns.items() if field in {"level1", "level2"}]
        self.levels = tuple({between.join(word[:2]) for word in levels for between in ("", "\n", " ")})
        """How a header of indicators begins, wrapped or not: one of these is in every text that prints one."""
        self.weak_names = frozenset(("项目", *map(squash, form["fields"]["name"])))
        """Labels of a name beside which the form may print 项目名称 as well."""
        self.prefer = {field: tuple(map(squash, many)) for field, many in form["prefer"].items()}
        self.columns = {squash(word): field for field, many in form["columns"].items() for word in many}
        known = {name: tuple(map(squash, many)) for name, many in form["words"].items()}
        self.groups, self.money = frozenset(known["groups"]), frozenset(known["money"])
        self.labels, self.sums = frozenset(known["labels"]), frozenset(known["sums"])
        self.spent = frozenset(known["spent"])
        self.budget, self.categories = known["budget"], frozenset(known["categories"])
        self.cycle = re.compile(form["patterns"]["cycle"])
        self.annual = re.compile(form["patterns"]["annual"])
        self.whole_department = re.compile(form["patterns"]["whole_department"])
        self.whole = re.compile(form["patterns"]["whole"])
        self.fragment = re.compile(form["patterns"]["fragment"])
        self.residue = re.compile(form["patterns"]["residue"])

    def label(self, printed: str) -> Label | None:
        """The label that a cell holds and nothing else; None where its text is no known label.

        >>> words = form_words(terms())
        >>> words.label("其中：财政拨款（万元）：")
        Label(text='财政拨款', field='fiscal', unit='万元', is_group=False, is_money=False)
        >>> words.label("云溪市教育局")
        """
        word = squash(printed).rstrip(":")
        if not word or len(word) > _LONGEST:
            return None
        bare = _LEAD.sub("", word, count=1)
        for known in (word, bare, _BRACKETS.sub("", bare)):
            field = self.fields.get(known) or self.terms.columns.get(known)
            if field is not None or known in self.labels or known in self.groups:
                unit = self.terms.unit_in_header(word)
                group = known in self.groups or known in self.money
                return Label(self._printed(printed, field), field, unit, group, known in self.money)
        return None

    def _printed(self, printed: str, field: str | None) -> str:
        text = join_lines(printed).rstrip(":： ")
        if field is None or field in {"department", "unit", "name", "goal"}:
            return text
        return _BRACKETS.sub("", _LEAD.sub("", squash(text), count=1)) or text

    def unknown(self, printed: str) -> Label | None:
        """A label of the form's own, if the text is short enough to be one.

        >>> form_words(terms()).unknown("是否纳入评审"), form_words(terms()).unknown("完成维修，保障安全。")
        (Label(text='是否纳入评审', field=None, unit=None, is_group=False, is_money=False), None)
        """
        word = squash(printed)
        is_short = len(word) <= _LONGEST_UNKNOWN and not _SENTENCE.search(word)
        if not is_short or not any("一" <= character <= "鿿" for character in word):
            return None
        return Label(join_lines(printed).rstrip(":： "), None, self.terms.unit_in_header(word))

    def inline(self, content: MappedText) -> tuple[Label, MappedText] | None:
        """Label and value that stand in one cell, with a colon between them.

        >>> found = form_words(terms()).inline(MappedText("项目名称：校舍维修", range(9)))
        >>> found and (found[0].field, found[1].text)
        ('name', '校舍维修')
        """
        at = fold(content.text[: _LONGEST + 10]).find(":")
        label = self.label(content.text[:at]) if at > 0 else None
        if label is None:
            return None
        rest = content.text[at + 1 :]
        start = at + 1 + len(rest) - len(rest.lstrip())
        end = start + len(rest.strip())
        return label, MappedText(content.text[start:end], content.offsets[start:end])

    def column(self, printed: str) -> str | None:
        """The indicator column that a header cell names.

        >>> form_words(terms()).column("指标值（包含数字及文字描述）"), form_words(terms()).column("偏差原因")
        ('annual_value', None)
        """
        word = squash(printed).rstrip(":")
        bare = _BRACKETS.sub("", word)
        return self.terms.column(word) or self.columns.get(word) or self.columns.get(bare)

    def is_residue(self, printed: str) -> bool:
        """Whether a cell holds what the template printed into it, or marks like ×××, and nothing else.

        >>> words = form_words(terms())
        >>> words.is_residue("目标1：\\n目标2：\\n……"), words.is_residue("×××"), words.is_residue("目标1：完成维修")
        (True, True, False)
        """
        word = squash(printed)
        return bool(self.residue.fullmatch(word) or self.terms.template.fullmatch(word))

    def heads_indicators(self, printed: str) -> bool:
        """Whether a cell to the left of the indicators only says what they are: 绩效指标, 年度绩效指标."""
        label = self.label(printed)
        if label is None:
            return False
        word = squash(label.text).removesuffix("完成情况")
        return label.field == "indicators" or (label.is_group and word.endswith("指标"))

    def period(self, printed: str) -> Period | None:
        """Whether a label is about the year or about more than one.

        >>> form_words(terms()).period("中期目标（2025年—2027年）"), form_words(terms()).period("总体目标")
        ('cycle', None)
        """
        word = squash(printed)
        if self.cycle.search(word):
            return "cycle"
        return "annual" if self.annual.search(word) else None

    def best(self, field: str, candidates: Sequence[Label]) -> int:
        """Which of several labels of one field is the field's own; the others are attributes."""
        order = self.prefer.get(field, ())
        ranks = [order.index(word) if (word := squash(one.text)) in order else len(order) for one in candidates]
        return ranks.index(min(ranks))


@lru_cache(maxsize=64)
def form_words(words: Terms) -> FormWords:
    """The words of forms, prepared once for each set of terms."""
    return FormWords(words)


__all__ = ["FormWords", "Label", "Period", "form_words", "terms"]
