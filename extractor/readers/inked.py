"""A text that knows in which boxes its letters were printed, on its way from a page to the text of the file.

The letters are told by what is printed, not by offsets: white space comes and goes while cells and lines are put
together, letters stay, and in their order.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import NamedTuple, Self, SupportsIndex

from extractor.schemas.positions import Boxes

_RUN = re.compile(r"\S+")
_WIDE = "WF"


class PageBoxes(NamedTuple):
    """The boxes of a page's letters, in points from the upper left corner of the page as it is shown.

    Where the text stands on its side there (`sideways`), across and down change their parts. The page's characters may
    be several letters each (a ligature, a word that OCR saw): character n is the letters from `firsts[n]` to
    `firsts[n + 1]`.
    """

    page: int
    lefts: array[float]
    tops: array[float]
    rights: array[float]
    bottoms: array[float]
    firsts: Sequence[int]
    sideways: bool = False

    @classmethod
    def of(
        cls,
        page: int,
        texts: Sequence[str],
        lefts: Sequence[float],
        tops: Sequence[float],
        rights: Sequence[float],
        bottoms: Sequence[float],
    ) -> PageBoxes:
        """A character's letters share its box by their widths.

        >>> boxes = PageBoxes.of(1, ["绩效12", "fi"], [0, 70], [0, 0], [60, 80], [9, 9])
        >>> boxes.lefts.tolist(), boxes.rights.tolist()
        ([0.0, 20.0, 40.0, 50.0, 70.0, 75.0], [20.0, 40.0, 50.0, 60.0, 75.0, 80.0])
        """
        if sum(map(len, texts)) == len(texts):
            left, top, right, bottom = (array("f", edge) for edge in (lefts, tops, rights, bottoms))
            return cls(page, left, top, right, bottom, range(len(texts) + 1))
        words = ["".join(text.split()) for text in texts]
        left, right = array("f"), array("f")
        for word, start, end in zip(words, lefts, rights, strict=True):
            widths = [2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in word]
            unit = (end - start) / max(sum(widths), 1)
            ends = [start + unit * width for width in accumulate(widths, initial=0)]
            left.extend(ends[:-1])
            right.extend(ends[1:])
        top, bottom = (
            array("f", chain.from_iterable([y] * len(word) for word, y in zip(words, edge, strict=True)))
            for edge in (tops, bottoms)
        )
        return cls(page, left, top, right, bottom, [*accumulate(map(len, words), initial=0)])

    def ink(self, characters: Sequence[int], begin: int, end: int) -> list[Ink]:
        """The letters of some characters, [begin, end) of those that are given, which ascend.

        >>> boxes = PageBoxes.of(1, "甲乙丙丁", [0, 9, 18, 27], [0] * 4, [9, 18, 27, 36], [9] * 4)
        >>> [(ink.begin, ink.end) for ink in boxes.ink([0, 2, 3], 0, 3)]
        [(0, 1), (2, 4)]
        """
        first, last = characters[begin], characters[end - 1]
        if last - first == end - begin - 1:  # nearly always
            return [Ink(self, self.firsts[first], self.firsts[last + 1])]
        found = [Ink(self, self.firsts[first], self.firsts[first + 1])]
        for one in characters[begin + 1 : end]:
            before = found[-1]
            if before.end == self.firsts[one]:
                found[-1] = Ink(self, before.begin, self.firsts[one + 1])
            else:
                found.append(Ink(self, self.firsts[one], self.firsts[one + 1]))
        return found


class Ink(NamedTuple):
    """Letters [begin, end) of one page."""

    boxes: PageBoxes
    begin: int
    end: int


class Inked(str):
    """A text and its ink: as many letters as the text has but for white space, in the same order.

    A part of it, and what is left without white space around it, keeps its own; whatever else a string can do makes a
    plain one of it, which knows nothing of boxes.

    >>> boxes = PageBoxes.of(1, "甲乙丙", [0, 9, 18], [0] * 3, [9, 18, 27], [9] * 3)
    >>> text = Inked("甲\\n乙丙", tuple(boxes.ink([0, 1, 2], 0, 3)))
    >>> [(ink.begin, ink.end) for ink in text.ink], [(ink.begin, ink.end) for ink in text[1:3].strip().ink]
    ([(0, 3)], [(1, 2)])
    """

    __slots__ = ("ink",)
    ink: tuple[Ink, ...]

    def __new__(cls, text: str, ink: tuple[Ink, ...]) -> Self:
        made = super().__new__(cls, text)
        made.ink = ink
        return made

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        part = super().__getitem__(key)
        if not isinstance(key, slice) or key.step not in (None, 1):
            return part
        first = _letters(super().__getitem__(slice(key.indices(len(self))[0])))
        return Inked(part, tuple(_between(self.ink, first, first + _letters(part))))

    def strip(self, characters: str | None = None, /) -> str:
        bare = super().strip(characters)
        return Inked(bare, self.ink) if characters is None else bare


def _letters(text: str) -> int:
    return sum(map(len, text.split()))


def _between(ink: Iterable[Ink], first: int, after: int) -> Iterator[Ink]:
    """The letters [first, after) of all these."""
    at = 0
    for one in ink:
        begin, end = max(one.begin, one.begin + first - at), min(one.end, one.begin + after - at)
        at += one.end - one.begin
        if begin < end:
            yield Ink(one.boxes, begin, end)


def inked(separator: str, texts: Iterable[str]) -> str:
    """Texts joined by white space, or by nothing, with the ink of all of them.

    >>> boxes = PageBoxes.of(1, "甲乙", [0, 9], [0, 0], [9, 18], [9, 9])
    >>> whole = inked("\\n", [Inked("甲", (Ink(boxes, 0, 1),)), Inked("乙", (Ink(boxes, 1, 2),))])
    >>> whole, [(ink.begin, ink.end) for ink in whole.ink]
    ('甲\\n乙', [(0, 1), (1, 2)])
    """
    parts = list(texts)
    return Inked(separator.join(parts), tuple(chain.from_iterable(getattr(part, "ink", ()) for part in parts)))


def parted(text: str, at: int) -> tuple[str, str]:
    """The two parts of a text, each with its ink.

    >>> boxes = PageBoxes.of(1, "甲乙", [0, 9], [0, 0], [9, 18], [9, 9])
    >>> parts = parted(Inked("甲 乙", (Ink(boxes, 0, 2),)), 2)
    >>> parts, [[(ink.begin, ink.end) for ink in part.ink] for part in parts]
    (('甲 ', '乙'), [[(0, 1)], [(1, 2)]])
    """
    return text[:at], text[at:]


class BoxesWriter:
    """Gathers the boxes of texts while they are written one behind the other."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int, int, bool, float, float]] = []
        """Start, first letter, page, whether it stands on its side, top and bottom of each run."""
        self._lefts, self._rights = array("f"), array("f")

    def add(self, start: int, written: str, ink: Sequence[Ink]) -> None:
        """The boxes of a text that was written at an offset; of one whose letters are others than its ink's, none."""
        words = [match.span() for match in _RUN.finditer(written)]
        if _count(words) != _count([(begin, end) for _, begin, end in ink]):
            return
        left = iter(words)
        at = stop = 0
        for page, begin, end in ink:
            top, bottom = min(page.tops[begin:end]), max(page.bottoms[begin:end])
            letter = len(self._lefts)
            self._lefts.extend(page.lefts[begin:end])
            self._rights.extend(page.rights[begin:end])
            # A run ends with white space, and where the text goes on with the ink of another place.
            after = letter + end - begin
            while letter < after:
                if at == stop:
                    at, stop = next(left)
                self._runs.append((start + at, letter, page.page, page.sideways, top, bottom))
                taken = min(stop - at, after - letter)
                at += taken
                letter += taken

    def boxes(self) -> Boxes | None:
        """Those of all texts; None where none of them had any."""
        if not self._runs:
            return None
        starts, firsts, pages, sideways, tops, bottoms = zip(*self._runs, strict=True)
        return Boxes(
            array("I", starts),
            array("I", firsts),
            array("I", pages),
            array("B", sideways),
            array("f", tops),
            array("f", bottoms),
            self._lefts,
            self._rights,
        )


def _count(spans: Sequence[tuple[int, int]]) -> int:
    if len(spans) == 1:
        return spans[0][1] - spans[0][0]
    return sum([end - begin for begin, end in spans])
