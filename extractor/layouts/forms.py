"""What the labels of a form mean: the words of terms.toml, looked up as a form prints them, and their shapes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Literal, NamedTuple

from extractor.layouts import Terms, terms
from extractor.layouts.shared import MoneyColumn
from extractor.schemas.document import MappedText
from extractor.schemas.layout import BREAKDOWN
from extractor.tables import by_word
from extractor.text import IN_SENTENCES, fold, join_lines, squash, without_brackets, without_translation

Period = Literal["cycle", "annual"]

_LEAD = re.compile(
    r"""(?: \d{1,2}[.、] | \(\d{1,2}\) | \([一二三四五六七八九十]\) | [一二三四五六七八九十]、 )?
        (?: 其中:? )?
        (?: \d{1,2}[.、] )?""",
    re.VERBOSE,
)
"""An item number before a label, and 其中."""
_SUBTOTAL = re.compile(r"(?<=.)(?:小计|合计)$")
_OF_YEAR = re.compile(r"^(?:当年|本年度?)(?=.*资金$)")
_LONGEST = 30
_MOST_KNOWN = 20_000
_LONGEST_UNKNOWN = 16
_HAN = re.compile("[一-鿿]")
_VALUES = frozenset(("cycle_value", "annual_value"))
_PARTS = frozenset(("operator", "annual_value", "measure_unit"))
_ITEM = re.compile(r"(?:目标|指标)\d{0,3}[:、.]")
_VALUE = re.compile(r"\d[\d,.]*[^\W\d]{0,3}%?|[^\W\d]{0,4}\d{4}[-年/.].*")
"""A number, with its unit or without; a date."""


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
        form = words.shared.form
        self.terms = words
        self.fields, self.columns = by_word(form.fields), by_word(form.columns)
        self.bare_levels = by_word(form.levels)
        self.prefer: dict[str, Sequence[str]] = dict(form.prefer.items())
        levels = [word for word, field in words.columns.items() if field in {"level1", "level2"}]
        levels += [*(word for word in self.columns if word.startswith("指标")), *self.bare_levels]
        self.levels = tuple({between.join(word[:2]) for word in levels for between in ("", "\n", " ")})
        """How a header of indicators begins, wrapped or not: one of these is in every text that prints one."""
        self.weak_names = frozenset(("项目", *form.fields["name"]))
        """Labels of a name beside which the form may print 项目名称 as well."""
        labels, patterns = form.words, form.patterns
        self.groups, self.money, self.labels = labels.groups, labels.money, labels.labels
        self.sums, self.spent = labels.sums, labels.spent
        self.budget, self.categories = labels.budget, labels.categories
        self.cycle, self.several, self.annual = patterns.cycle, patterns.several, patterns.annual
        self.whole_department, self.whole = patterns.whole_department, patterns.whole
        self.fragment, self.residue = patterns.fragment, patterns.residue
        self.no_money, self.spending, self.money_word = patterns.no_money, patterns.spending, patterns.money_word
        self.seal, self.nearest, self.progress = patterns.seal, patterns.nearest, patterns.progress
        self.value_head, self.year_head = patterns.value_head, patterns.year_head
        self._shapes, self._column_shapes = form.shapes, form.column_shapes
        self._money_columns = form.money
        self._known: dict[str, Label | None] = {}
        self._columns: dict[str, str | None] = {}

    def label(self, printed: str) -> Label | None:
        """The label that a cell holds and nothing else; None where its text is no known label.

        >>> words = form_words(terms())
        >>> words.label("其中：财政拨款（万元）：")
        Label(text='财政拨款', field='fiscal', unit='万元', is_group=False, is_money=False)
        >>> words.label("云溪市教育局"), words.label("年度主要目标和成果").field, words.label("预算申报数").field
        (None, 'goal', 'total')
        """
        if len(printed) > 3 * _LONGEST:
            return None
        if printed not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[printed] = self._label(printed)
        return self._known[printed]

    def _label(self, printed: str) -> Label | None:
        word = without_translation(squash(printed)).rstrip(":")
        if not word or len(word) > _LONGEST:
            return None
        bare = _LEAD.sub("", word, count=1)
        inner = without_brackets(bare).rstrip(":")
        for known in (word, bare, inner, _SUBTOTAL.sub("", inner), _OF_YEAR.sub("", inner)):
            field = self.fields.get(known) or self.terms.columns.get(known)
            if field is not None or known in self.labels or known in self.groups:
                return self._made(printed, word, known, self._field(known, inner, field))
        field = self._by_shape(inner)
        return self._made(printed, word, inner, field) if field or self.tells_progress(inner) else None

    def is_listed(self, printed: str) -> bool:
        """Whether a label is one of the words that are listed, and not known by its shape alone."""
        word = squash(printed).rstrip(":")
        bare = _LEAD.sub("", word, count=1)
        words = (word, bare, without_brackets(bare))
        known = (self.fields, self.terms.columns, self.labels, self.groups)
        return any(one in many for one in words for many in known)

    def _made(self, printed: str, word: str, known: str, field: str | None) -> Label:
        group = known in self.groups or known in self.money
        unit = self.terms.unit_in_header(word)
        return Label(self._printed(printed, field), field, unit, group, known in self.money)

    @staticmethod
    def _field(known: str, inner: str, field: str | None) -> str | None:
        """The field of a known word; a subtotal of a source of its own keeps the label that is printed."""
        is_source = field is not None and field.startswith(BREAKDOWN)
        return BREAKDOWN + inner if is_source and known != inner and inner.startswith(known) else field

    def _by_shape(self, word: str) -> str | None:
        if word in self.labels:
            return None
        is_no_money = self.no_money.search(word) is not None  # 主管部门及其编码 is no money, and a department
        kept = {"department"} if is_no_money else self._shapes.keys() - {"source"}
        return next((f for f, shape in self._shapes.items() if f in kept and shape.fullmatch(word)), None)

    def _printed(self, printed: str, field: str | None) -> str:
        text = join_lines(printed).rstrip(":： ")
        if field is None or field in {"department", "unit", "name", "goal"}:
            return text
        return without_brackets(_LEAD.sub("", squash(text), count=1)).rstrip(":") or text

    def unknown(self, printed: str) -> Label | None:
        """A label of the form's own, if the text is short enough to be one.

        >>> form_words(terms()).unknown("是否纳入评审"), form_words(terms()).unknown("完成维修，保障安全。")
        (Label(text='是否纳入评审', field=None, unit=None, is_group=False, is_money=False), None)
        """
        if len(printed) > 3 * _LONGEST:
            return None
        word = squash(printed)
        inner = without_brackets(word).rstrip(":")
        is_short = len(inner) <= _LONGEST_UNKNOWN and not set(word.rstrip(":")) & set(IN_SENTENCES)
        if not is_short or not _HAN.search(inner) or _VALUE.fullmatch(inner):
            return None
        return Label(join_lines(printed).rstrip(":： "), None, self.terms.unit_in_header(word))

    def bare(self, label: Label) -> Label:
        """A label of a row of money without what stands before it: 其中, an item number.

        >>> form_words(terms()).bare(Label("其中：中央财政资金", None)).text
        '中央财政资金'
        """
        text = _LEAD.sub("", fold(label.text), count=1)
        return label._replace(text=label.text[len(label.text) - len(text) :].lstrip() or label.text)

    def source(self, printed: str) -> str | None:
        """The funding column of a label that by its shape names a source of funds: 市县资金, 中央补助安排.

        >>> form_words(terms()).source("其中：中央补助安排"), form_words(terms()).source("资金用途")
        ('breakdown:中央补助安排', None)
        """
        word = without_brackets(_LEAD.sub("", squash(printed).rstrip(":"), count=1)).rstrip(":")
        if self.no_money.search(word):
            return None
        return BREAKDOWN + word if self._shapes["source"].fullmatch(word) or self.terms.funding(word) else None

    def tells_money(self, printed: str) -> bool:
        """Whether a label is about money, so that a unit in its brackets is one of amounts.

        >>> words = form_words(terms())
        >>> words.tells_money("资金投入情况（万元）"), words.tells_money("人均标准（元）")
        (True, False)
        """
        word = squash(printed)
        return bool(self.money_word.search(word)) and not self.no_money.search(word)

    def tells_progress(self, printed: str) -> bool:
        """Whether a label stands over what was reached so far, or will be: in a table that watches over projects.

        >>> words = form_words(terms())
        >>> [words.tells_progress(label) for label in ("1—7月完成值", "全年预计完成情况", "年初目标值", "完成时间")]
        [True, True, False, False]
        """
        return self.progress.fullmatch(without_brackets(squash(printed)).rstrip(":")) is not None

    def money_column(self, printed: str) -> MoneyColumn | None:
        """What a column of a table of money tells.

        >>> words = form_words(terms())
        >>> [words.money_column(label) for label in ("执行数", "执行率", "全年预算数（A）", "年初预算", "上年度资金")]
        ['spent', 'rate', 'adjusted', 'planned', 'before']
        """
        word = squash(printed)
        return next((kind for kind, pattern in self._money_columns.items() if pattern.search(word)), None)

    def inline(self, content: MappedText, *, is_alone: bool = False) -> tuple[Label, MappedText] | None:
        """Label and value that stand in one cell, with a colon between them; `is_alone`: the label may be any word.

        >>> found = form_words(terms()).inline(MappedText("项目名称：校舍维修", range(9)))
        >>> found and (found[0].field, found[1].text)
        ('name', '校舍维修')
        """
        at = fold(content.text[: _LONGEST + 10]).find(":")
        label = self.label(content.text[:at]) if at > 0 else None
        if label is None and is_alone and at > 0 and self.label(content.text) is None:
            label = self.unknown(content.text[:at])
        if label is None:
            return None
        rest = content.text[at + 1 :]
        start = at + 1 + len(rest) - len(rest.lstrip())
        end = at + 1 + len(rest.rstrip())
        if seal := self.seal.match(fold(content.text[start:end])):
            start += seal.end()
        if unit := self.terms.amount_unit.search(fold(content.text[start:end])):
            end = start + unit.start()
        end = max(start, start + len(content.text[start:end].rstrip()))
        return label, MappedText(content.text[start:end], content.offsets[start:end])

    def column(self, printed: str) -> str | None:
        """The indicator column that a header cell names.

        >>> words = form_words(terms())
        >>> words.column("指标值（包含数字及文字描述）"), words.column("全年（程）指标值"), words.column("偏差原因")
        ('annual_value', 'annual_value', None)
        """
        if len(printed) > 3 * _LONGEST:
            return None
        if printed not in self._columns:
            if len(self._columns) > _MOST_KNOWN:
                self._columns.clear()
            self._columns[printed] = self._column(printed)
        return self._columns[printed]

    def _column(self, printed: str) -> str | None:
        word = without_translation(squash(printed)).rstrip(":")
        bare = without_brackets(word)
        known = self.terms.column(word) or self.columns.get(word) or self.columns.get(bare)
        if known is not None or len(word) > _LONGEST:
            return known
        return next((field for field, shape in self._column_shapes.items() if shape.fullmatch(bare)), None)

    def tells_value(self, printed: str) -> bool:
        """Whether a cell heads values of a year or what was reached, and holds none itself.

        >>> words = form_words(terms())
        >>> [words.tells_value(text) for text in ("预期2026年实现值", "2025年实际完成值", "完成值", "2025年完成12场")]
        [True, True, True, False]
        """
        return self.value_head.fullmatch(without_brackets(squash(printed))) is not None

    def below_values(self, labels: Sequence[str]) -> int:
        """How many of the last labels of a header stand below that of the values, which is among the others.

        They name years, the last of them the one that values are set for, or the parts of a value.

        >>> words = form_words(terms())
        >>> words.below_values(["三级指标", "指标值", "指标值确定依据", "前年", "上年", "预计当年实现"])
        3
        >>> words.below_values(["三级指标", "指标值"]), words.below_values(["三级指标", "上年", "预计当年实现"])
        (0, 0)
        >>> words.below_values(["三级指标", "绩效目标值", "权重", "符号", "值", "单位"])
        3
        """
        years = list(takewhile(lambda label: self.year_head.fullmatch(squash(label)), reversed(labels)))
        others = labels[: len(labels) - len(years)]
        is_value = len(years) > 1 and self.column(years[0]) in _VALUES
        if not is_value:
            years = list(takewhile(lambda label: self.column(label) in _PARTS, reversed(labels)))
            others = labels[: len(labels) - len(years)]
            is_value = len(years) > 1 and {"operator", "annual_value"} <= {self.column(label) for label in years}
        return len(years) if is_value and any(self.column(label) in _VALUES for label in others) else 0

    def is_residue(self, printed: str) -> bool:
        """Whether a cell holds what the template printed into it, or marks like ×××, and nothing else.

        >>> words = form_words(terms())
        >>> words.is_residue("目标1：\\n目标2：\\n……"), words.is_residue("×××"), words.is_residue("目标1：完成维修")
        (True, True, False)
        """
        word = squash(printed)
        rest = _ITEM.sub("", word)
        return not rest or bool(self.residue.fullmatch(rest) or self.terms.template.fullmatch(rest))

    def heads_indicators(self, printed: str) -> bool:
        """Whether a cell to the left of the indicators only says what they are: 绩效指标, 年度绩效指标."""
        label = self.label(printed)
        if label is None:
            return False
        word = without_brackets(squash(label.text)).removesuffix("完成情况")
        return label.field == "indicators" or (label.is_group and word.endswith("指标"))

    def period(self, printed: str) -> Period | None:
        """Whether a label is about the year or about more than one.

        >>> form_words(terms()).period("中期目标（2025年—2027年）"), form_words(terms()).period("总体目标")
        ('cycle', None)
        """
        word = squash(printed)
        if self.cycle.search(word):
            return "cycle"
        return "annual" if self.annual.search(without_brackets(word)) else None

    def best(self, field: str, candidates: Sequence[Label]) -> int:
        """Which of several labels of one field is the field's own; the others are attributes.

        Of several 主管部门 it is the one nearest to the spender: the county's before the ministry.
        """
        order = self.prefer.get(field, ())
        ranks = [order.index(word) if (word := squash(one.text)) in order else len(order) for one in candidates]
        if field == "department":
            ranks = [self._distance(squash(one.text)) for one in candidates]
        return ranks.index(min(ranks))

    def _distance(self, word: str) -> int:
        found = (rank for rank, pattern in enumerate(self.nearest) if pattern.search(word))
        return next(found, len(self.nearest))


@lru_cache(maxsize=64)
def form_words(words: Terms) -> FormWords:
    """The words of forms, prepared once for each set of terms."""
    return FormWords(words)


__all__ = ["FormWords", "Label", "MoneyColumn", "Period", "form_words", "terms"]
