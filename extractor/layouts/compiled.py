"""Regular expressions of one layout, all over squashed text (see extractor.text)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractor.layouts.shared import alternation
from extractor.layouts.taxonomy import labels
from extractor.layouts.terms import Terms
from extractor.schemas.layout import LayoutSpec
from extractor.text import squash

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HAN = "一二三四五六七八九"
_WORD = re.compile(r"\w+")
_STOP_OF_NUMBER = r"\.(?:(?!\d)|(?=\d-[^\d\W])|(?=(?:19|20)\d\d年))"
"""The stop behind an item number; before a digit it is a decimal point, but for a category's code or a year."""
_MARKERS = {
    "N、": r"(?P<n{i}>\d{{1,3}})、",
    "N.": rf"(?P<n{{i}}>\d{{{{1,3}}}}){_STOP_OF_NUMBER}",
    "(N)": rf"\((?P<n{{i}}>\d{{{{1,3}}}}|[{_HAN}]?十[{_HAN}]?|[{_HAN}])\)",
    "N)": r"(?P<n{i}>\d{{1,3}})\)",
    "【N】": r"[【\[](?P<n{i}>\d{{1,3}})[】\]]",
    "指标N": r"指标(?P<n{i}>\d{{1,3}})[:、.]",
    "一、": rf"(?P<n{{i}}>(?:[{_HAN}]?十[{_HAN}]?|[{_HAN}]))、",
    "①": rf"(?P<n{{i}}>[{_CIRCLED}])",
}


class CompiledLayout:
    """What the rules reader and the checks need of a LayoutSpec, as patterns."""

    def __init__(self, spec: LayoutSpec, terms: Terms) -> None:
        self.spec = spec
        own_words = spec.column_synonyms or spec.total_words
        self.terms = Terms(terms.shared, dict(spec.column_synonyms), spec.total_words) if own_words else terms
        values = terms.shared.values
        cycle = alternation((*values.cycle, *spec.indicators.cycle_labels))
        annual = alternation((*values.annual, *spec.indicators.annual_labels))
        ends = _own_ends((*spec.indicators.cycle_labels, *spec.indicators.annual_labels))
        self.value_label = re.compile(rf"(?:(?P<cycle>{cycle})|(?P<annual>{annual})){ends}")
        own_numbers = [_number_pattern(template) for template in spec.indicators.item_numbers]
        numbers = [*own_numbers, *(_MARKERS[marker] for marker in spec.indicators.markers)]
        self.marker = re.compile("|".join(number.format(i=i) for i, number in enumerate(numbers)) or "(?!)")
        self._marker_of_style = [re.compile(number.format(i=0)) for number in numbers]
        number_words = _words_around(spec.indicators.item_numbers)
        code_label = r"[^\d\W][^:;,。、\d]{1,14}?"
        self.coded1 = re.compile(rf"(?P<code>\d{{1,2}})-(?P<label>{code_label})[;:,。]")
        self.coded2 = re.compile(rf"(?P<code>\d{{2,4}})-(?P<label>{code_label})[;:,。]")
        self.coded = re.compile(
            rf"(?P<code1>\d{{1,2}})-(?P<label1>{code_label})[;:,。]"
            rf"(?P<code2>\d{{2,4}})-(?P<label2>{code_label})[;:,。]"
        )
        self.word1 = re.compile(rf"(?P<label>{alternation(labels('level1'))})[;:-]")
        self.word2 = re.compile(rf"(?P<label>{alternation(labels('level2'))})[;:-]")
        category = alternation([*labels("level1"), *labels("level2")])
        self.category_begins = re.compile(rf"(?:\d{{1,2}}-[^\d\W]|(?:{category})[;:])")
        withheld = [terms.withheld.pattern, *map(re.escape, map(squash, spec.withheld))]
        self.withheld = re.compile("|".join(withheld))
        headings = alternation(terms.goal_headings) if spec.indicators.categories == "bracketed" else "(?!)"
        value_label = self.value_label.pattern.replace("?P<cycle>", "?:").replace("?P<annual>", "?:")
        printed_around = (
            *(map(re.escape, sorted(map(squash, spec.labels), key=len, reverse=True))),
            f"{value_label}{number_words}",
            rf"\d{{1,3}}[、)]|\d{{1,3}}{_STOP_OF_NUMBER}",  # 1、 1) 1.
            rf"\((?:\d{{1,3}}|[{_HAN}十]{{1,3}})\)|[{_CIRCLED}]",  # (1) (一) ①
            r"[【\[]\d{1,3}[】\]]|指标\d{0,3}",  # 【1】 指标1
            headings,
            rf"[{_HAN}十]{{1,3}}、",  # 一、
            r"[^\w%≥≤±≈<>=×÷+/*°℃‰￥¥$]",  # punctuation
        )
        self.structure = re.compile(f"(?:{'|'.join(printed_around)})*{'+' if number_words else ''}")

        begins = {
            "coded": self.coded1.pattern.replace("?P<code>", "").replace("?P<label>", ""),
            "labelled": rf"(?:{category})[;:]",
            "none": "",
        }.get(spec.indicators.categories)
        self._signatures = (
            [re.compile(rf"[【\[](?:{category})(?:[-:/][^【】\[\]]{{2,14}})?[】\]]")]
            if begins is None
            else [re.compile(number.format(i=0) + begins) for number in numbers]
        )

    def has_items(self, text: str, at_least: float) -> bool:
        """Whether that many items of this layout begin in a squashed text."""
        found = 0
        for signature in self._signatures:
            found += sum(1 for _ in signature.finditer(text))
            if found >= at_least:
                return True
        return False

    def find_markers(
        self, text: str, start: int, end: int, style: int | None = None
    ) -> Iterator[tuple[int, int, int, int]]:
        """(start, end, style, number) of each item number in [start, end); of one style where it is known."""
        pattern = self.marker if style is None else self._marker_of_style[style - 1]
        for match in pattern.finditer(text, start, end):
            printed = match[match.lastindex or 1]
            yield match.start(), match.end(), style or match.lastindex or 1, _number(printed)


def _number_pattern(template: str) -> str:
    """The pattern of an item number that a layout brings along; everything but the number stands for itself.

    >>> _number_pattern("(第N条)：").format(i=0)
    '\\\\(第(?P<n0>\\\\d{1,3})条\\\\):'
    """
    before, after = (re.escape(part).replace("{", "{{").replace("}", "}}") for part in squash(template).split("N"))
    return rf"{before}(?P<n{{i}}>\d{{{{1,3}}}}){after}"


def _words_around(templates: Iterable[str]) -> str:
    """Alternatives for the words before and behind an item number, which are no field, as the number itself is.

    >>> _words_around(["第N条：", "(任务N)"])
    '|任务|条|第'
    """
    words = {word for template in templates for part in squash(template).split("N") for word in _WORD.findall(part)}
    return "".join(f"|{re.escape(word)}" for word in sorted(words, key=lambda word: (-len(word), word)))


def _own_ends(labels: Iterable[str]) -> str:
    """What stands behind a value label: a colon, unless the label ends in a sign of its own.

    >>> _own_ends(["完成值"]), _own_ends(["完成值", "→"])
    (':', '(?::|(?<=→))')
    """
    signs = sorted({word[-1] for label in labels if (word := squash(label))} - {":"})
    signs = [sign for sign in signs if not sign.isalnum()]
    return f"(?::|{'|'.join(f'(?<={re.escape(sign)})' for sign in signs)})" if signs else ":"


def _number(printed: str) -> int:
    if printed.isdecimal():
        return int(printed)
    return _CIRCLED.index(printed) + 1 if printed in _CIRCLED else _from_han(printed)


def _from_han(numeral: str) -> int:
    """A Chinese numeral below a hundred.

    >>> _from_han("三"), _from_han("十二"), _from_han("二十")
    (3, 12, 20)
    """
    tens, ten, ones = numeral.rpartition("十")
    unit = _HAN.index(ones) + 1 if ones else 0
    return (_HAN.index(tens) + 1 if tens else 1) * 10 + unit if ten else unit
