"""Regular expressions of one layout, all over squashed text (see extractor.text)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.layouts.taxonomy import labels
from extractor.layouts.terms import Terms, alternation
from extractor.text import squash
from schemas.layout import LayoutSpec

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HAN = "一二三四五六七八九"
_MARKERS = {
    "N、": r"(?P<n{i}>\d{{1,3}})、",
    "N.": r"(?P<n{i}>\d{{1,3}})\.(?:(?!\d)|(?=\d-[^\d\W])|(?=(?:19|20)\d\d年))",
    "(N)": r"\((?P<n{i}>\d{{1,3}})\)",
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
        self.terms = Terms(terms.data, dict(spec.column_synonyms), spec.total_words) if own_words else terms
        values = terms.data["values"]
        cycle = alternation((*values["cycle"], *spec.indicators.cycle_labels))
        annual = alternation((*values["annual"], *spec.indicators.annual_labels))
        self.value_label = re.compile(rf"(?:(?P<cycle>{cycle})|(?P<annual>{annual})):")
        self.marker = re.compile(
            "|".join(_MARKERS[marker].format(i=i) for i, marker in enumerate(spec.indicators.markers))
        )
        self._marker_of_style = [re.compile(_MARKERS[marker].format(i=0)) for marker in spec.indicators.markers]
        code_label = r"[^\d\W][^:;,。、\d]{1,14}?"
        self.coded1 = re.compile(rf"(?P<code>\d{{1,2}})-(?P<label>{code_label})[;:,。]")
        self.coded2 = re.compile(rf"(?P<code>\d{{2,4}})-(?P<label>{code_label})[;:,。]")
        self.coded = re.compile(
            rf"(?P<code1>\d{{1,2}})-(?P<label1>{code_label})[;:,。](?P<code2>\d{{2,4}})-(?P<label2>{code_label})[;:,。]"
        )
        self.word1 = re.compile(rf"(?P<label>{alternation(labels('level1'))})[;:-]")
        self.word2 = re.compile(rf"(?P<label>{alternation(labels('level2'))})[;:-]")
        self.category_begins = re.compile(
            rf"(?:\d{{1,2}}-[^\d\W]|(?:{alternation([*labels('level1'), *labels('level2')])})[;:])"
        )
        withheld = [terms.withheld.pattern, *map(re.escape, map(squash, spec.withheld))]
        self.withheld = re.compile("|".join(withheld))
        punctuation = r"[^\w%≥≤±≈<>=×÷+/*°℃‰￥¥$]"
        self.structure = re.compile(
            rf"(?:{self.value_label.pattern.replace('?P<cycle>', '?:').replace('?P<annual>', '?:')}"
            rf"|\d{{1,3}}[、.)]|\(\d{{1,3}}\)|[{_CIRCLED}]|[【\[]\d{{1,3}}[】\]]|指标\d{{0,3}}|[{_HAN}十]{{1,3}}、"
            rf"|{punctuation})*"
        )

        begins = {
            "coded": self.coded1.pattern.replace("?P<code>", "").replace("?P<label>", ""),
            "labelled": rf"(?:{alternation([*labels('level1'), *labels('level2')])})[;:]",
            "none": "",
        }[spec.indicators.categories]
        self._signatures = [re.compile(_MARKERS[marker].format(i=0) + begins) for marker in spec.indicators.markers]

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
