"""A printed value read as one target, or as several."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter

from extractor.schemas.target import Target
from extractor.targets import part
from extractor.targets.numbering import MARKER
from extractor.targets.part import Part
from extractor.targets.scan import Hit, scan
from extractor.targets.wording import Wording, cleaned

_LONGEST = 2_000
"""Characters of a value that are looked at; what is longer is no value but a page."""
_STRONG, _WEAK = 1, 2
_LEVEL = {MARKER: 0, ";": _STRONG, "。": _STRONG, "\n": _STRONG, ",": _WEAK, "、": _WEAK}
_ANYTHING = re.compile("[0-9零〇一二三四五六七八九十百两/÷*×+=]|年[底末]|半年")
_MISPRINTED = re.compile("[0-9]。[0-9]{1,2}[%‰]")
"""95。5% is 95.5%, or two numbers."""

Piece = tuple[int, int]


def read(printed: str) -> Target:
    """The target of a printed value."""
    return _Reader(printed).target()


def named(name: str) -> Target | None:
    """The target in an indicator's name: one amount or date with an operator that ends it."""
    reader = _Reader(name)
    if not _ANYTHING.search(reader.wording.text):
        return None
    target = reader.target()
    if target.kind not in ("number", "frequency", "deadline") or target.operator is None or target.span is None:
        return None
    return None if cleaned(name[target.span[1] :]) else target


class _Reader:
    def __init__(self, printed: str) -> None:
        self.wording = Wording(printed)
        self.found: list[Hit] = []
        self.starts: list[int] = []
        self.cuts: list[Hit] = []

    def target(self) -> Target:
        wording, text = self.wording, self.wording.text
        if wording.table.withheld.pattern.fullmatch(text.strip("()")):
            return Target(kind="withheld")
        is_words = len(text) > _LONGEST or not _ANYTHING.search(text) or wording.is_torn or _MISPRINTED.search(text)
        if is_words or not wording.number_items():
            return Target(kind="qualitative", rest=wording.words(0, len(text)))
        begin, end, depth = wording.inner()
        self._look()
        whole = self._value(begin, end, 0, depth)
        if whole.kind != "list":
            whole.begin, whole.end = 0, len(text)
        return self._built(whole)

    def _look(self) -> None:
        """Find what stands in the text; a line ends a part only where an amount or a date ends with it."""
        found = scan(self.wording.text)
        if self.wording.breaks:
            ends = {one.end for one in found if one.kind in ("amount", "date")}
            found += [Hit("cut", at, at, word="\n") for at in self.wording.breaks if at in ends]
        self.found = sorted(found, key=attrgetter("start"))
        self.starts = [one.start for one in self.found]
        self.cuts = [one for one in self.found if one.kind == "cut"]

    def _within(self, begin: int, end: int) -> list[Hit]:
        first, last = bisect_left(self.starts, begin), bisect_right(self.starts, end)
        return [one for one in self.found[first:last] if one.end <= end]

    def _value(self, begin: int, end: int, level: int, depth: int) -> Part:
        """What [begin, end) holds: one target, or a list of them."""
        for cut in range(level, _WEAK + 1) if self.cuts else ():
            pieces = self._pieces(begin, end, cut, depth)
            if len(pieces) < 2:
                continue
            read = [self._value(*piece, cut + 1, depth) for piece in pieces]
            read = [one for one in read if one.holds or self.wording.clean(one.begin, one.end)]
            holding = [one for one in read if one.holds]
            if len(holding) > 1:
                joined = self._joined(holding, read) if cut == _WEAK else None
                return joined or Part(begin, end, "list", items=read, holds=True)
            if not holding:
                return Part(begin, end)
            only = holding[0]
            if only.kind == "list":
                return Part(begin, end, "list", items=[item for one in read for item in one.items or [one]], holds=True)
            only.begin, only.end = begin, end
            return only
        return part.read(self.wording, begin, end, depth, self._within(begin, end))

    def _pieces(self, begin: int, end: int, level: int, depth: int) -> list[Piece]:
        """[begin, end) cut at the marks of a level."""
        pieces, enumerates, start = list[Piece](), list[bool](), begin
        for one in self.cuts:
            if begin <= one.start and one.end <= end and one.depth == depth and _LEVEL[one.word] == level:
                if one.start > start:
                    pieces.append((start, one.start))
                    enumerates.append(one.word == "、")
                start = one.end
        if start < end:
            pieces.append((start, end))
            enumerates.append(False)
        return self._gathered(pieces, enumerates) if any(enumerates) else pieces

    def _gathered(self, pieces: list[Piece], enumerates: list[bool]) -> list[Piece]:
        """Pieces with those put together again that are set off by 、 and are mere words: 轮椅、助听器各10台."""
        gathered, held, is_open = list[Piece](), False, False
        for piece, goes_on in zip(pieces, enumerates, strict=True):
            inside = self._within(*piece)
            holds = any(one.kind in ("amount", "date", "bad") for one in inside)
            if is_open and (not (holds and held) or self._is_shared(inside)):
                gathered[-1], held = (gathered[-1][0], piece[1]), held or holds
            else:
                gathered.append(piece)
                held = holds
            is_open = goes_on
        return gathered

    def _is_shared(self, inside: list[Hit]) -> bool:
        """Whether an amount belongs to all that is enumerated before it: 6月、12月各1次."""
        before = (self.wording.text[max(0, one.start - 2) : one.start] for one in inside if one.amount)
        return any(words.endswith("各") or words == "各有" for words in before)

    def _joined(self, holding: list[Part], read: list[Part]) -> Part | None:
        """Two parts that are one target: ≥90%，≤95%, and a formula with its limit set off behind it."""
        if len(holding) != 2:
            return None
        first, second = holding
        if second.amount is None or read[read.index(first) + 1] is not second or self._rest(second):
            return None
        if first.kind == "formula" and first.amount is None and second.kind == "number" and second.operator:
            first.amount, first.operator = second.amount, second.operator
        elif not _makes_range(first, second):
            return None
        first.used += second.used
        first.begin, first.end = read[0].begin, read[-1].end
        return first

    def _rest(self, one: Part) -> str | None:
        """What of a part no field holds."""
        pieces, position = list[str](), one.begin
        for start, end in sorted(one.used):
            pieces.append(self.wording.clean(position, start))
            position = max(position, end)
        pieces.append(self.wording.clean(position, one.end))
        return " ".join(filter(None, pieces)) or None

    def _built(self, one: Part) -> Target:
        if one.kind == "list":
            return Target(kind="list", items=tuple(map(self._built, one.items)))
        if one.kind == "qualitative":
            return Target(kind="qualitative", rest=self.wording.words(one.begin, one.end))
        amount, operator = one.amount, one.operator
        has_low = amount is not None and (amount.is_range or operator not in ("≤", "<"))
        has_high = amount is not None and (amount.is_range or operator not in ("≥", ">"))
        return Target(
            kind=one.kind,
            operator=operator,
            low=amount.low if amount and has_low else None,
            high=amount.high if amount and has_high else None,
            unit=amount.unit if amount else None,
            per=one.per,
            period=one.period,
            average=one.average,
            start=one.start,
            end=one.until,
            formula=self.wording.raw(*one.formula) if one.formula else None,
            span=self.wording.span(min(start for start, _ in one.used), max(end for _, end in one.used)),
            rest=self._rest(one),
        )


def _makes_range(first: Part, second: Part) -> bool:
    low, high = first.amount, second.amount
    if low is None or high is None or low.unit != high.unit or low.low > high.high:
        return False
    if (first.operator, second.operator) != ("≥", "≤") or first.kind != second.kind:
        return False
    if second.period or second.per or second.average:
        return False
    low.high, low.is_range, first.operator = high.high, True, None
    if first.kind == "number":
        first.kind = "range"
    return True
