"""The letters of a page: what is printed where, in the order in which a person reads it as far as the file tells.

Programs write a line, a word or a single letter as an object, so what stands before a letter only its place tells.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.ofd.content import Content, Text
from extractor.readers.ofd.package import number, numbers
from extractor.readers.ofd.text import ASCENT, DESCENT, Glyph, TextObject, box, read_text
from extractor.readers.printed.characters import (
    ADJACENT,
    BLANK,
    BREAK,
    LARGE,
    UNKNOWN,
    Characters,
    forms,
    loosen,
    raise_digits,
)
from extractor.readers.printed.frame import Box, Frame, moved

MAX_CHARACTERS = 1_000_000
"""Of one page; the finest print has some 20,000."""
_SLANT = math.radians(5)
_QUARTER = math.pi / 2
_SAME_LINE, _BACK = 0.45, 0.5
_SPACED, _SPACED_SQUARE = 0.2, 0.35
"""Of a letter's height: a gap that is a blank, between letters and digits, and where one of both fills a square."""
_SQUARE = "\u2e80"
_AGAIN = 0.25
"""Of a letter's height: a text printed again so near is one text, made to look bold."""
_PRIVATE = range(0xE000, 0xF900)
_OPAQUE, _LIGHT = 250, 150
"""Of 255: letters that cover less, or in a lighter grey, are a watermark's."""

Seen = dict[tuple[str, int, int], list[tuple[float, float]]]


class Look(NamedTuple):
    """How the letters of an object look: the angle at which they stand, whether they are seen at all, lie over the
    page as a stamp does, or let the page be seen through them."""

    angle: float
    drawn: bool
    stamp: bool
    pale: bool

    @property
    def quarter(self) -> int:
        """Quarter turns that show them upright."""
        return round(self.angle / _QUARTER) % 4

    @property
    def slanted(self) -> bool:
        return abs(self.angle - round(self.angle / _QUARTER) * _QUARTER) > _SLANT


@dataclass(slots=True)
class Letters:
    """Letters as they are found, in points, y upwards; `blank` tells whether a blank stands before one."""

    texts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    blank: list[bool] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def frame(self, visible: Box) -> Frame:
        """The page, turned so that most of its letters stand upright."""
        turns: Counter[int] = Counter()
        for look, count in Counter(self.looks).items():
            turns[look.quarter] += 0 if look.stamp else count
        return Frame(visible, turns.most_common(1)[0][0] if turns else 0)

    def in_lines(self, frame: Frame) -> Letters:
        """Letters from line to line, each from left to right; those of stamps stay behind."""
        left, top, _, bottom = frame.show(*([one[edge] for one in self.boxes] for edge in range(4)))
        stamps = [look.stamp or look.slanted for look in self.looks]
        lines: list[list[int]] = []
        base = -math.inf
        for index in sorted((index for index, stamp in enumerate(stamps) if not stamp), key=bottom.__getitem__):
            if bottom[index] - base > _SAME_LINE * (bottom[index] - top[index]):
                lines.append([])
                base = bottom[index]
            lines[-1].append(index)
        order = [index for line in lines for index in sorted(line, key=left.__getitem__)]
        order += [index for index, stamp in enumerate(stamps) if stamp]
        return Letters(
            [self.texts[index] for index in order],
            [self.boxes[index] for index in order],
            [self.blank[index] for index in order],
            [self.looks[index] for index in order],
        )

    def characters(self, frame: Frame) -> Characters:
        """The letters as the table finder takes them."""
        body = [index for index, look in enumerate(self.looks) if not look.stamp]
        left, top, right, bottom = frame.show(*([one[edge] for one in self.boxes] for edge in range(4)))
        size = median(bottom[index] - top[index] for index in body or range(len(top))) if top else 0.0
        found = Characters(frame, list(self.texts), [], left, top, right, bottom, max(size, 0.1))
        found.gaps = _gaps(found, self.blank)
        loosen(found)
        raise_digits(found)
        found.unknown = sum(text == UNKNOWN or ord(text[0]) in _PRIVATE for text in found.texts)
        slanted = {look for look in set(self.looks) if look.slanted}
        across = [index for index in body if self.looks[index] in slanted] if slanted else []
        stamps = [index for index, look in enumerate(self.looks) if look.stamp]
        found.slanted = frozenset([*stamps, *(across if 2 * len(across) < len(body) else ())])
        found.faded = frozenset(
            index
            for index, look in enumerate(self.looks)
            if look.pale and bottom[index] - top[index] > LARGE * found.size
        )
        return found


def letters_of(content: Content, file: str) -> Letters:
    """The letters of all text objects; a text printed twice at one place is one."""
    letters = Letters()
    seen: Seen = {}
    for one in content.texts:
        text = read_text(one.element)
        if not text.glyphs:
            continue
        a, b, c, d, e, f = one.matrix
        first = text.glyphs[0]
        place = (a * first.x + c * first.y + e, b * first.x + d * first.y + f)
        words = "".join([glyph.text for glyph in text.glyphs])
        if one.drawn and _is_again(words, place, text.size * math.hypot(c, d), seen):
            continue
        _put(letters, text, one)
        if len(letters.texts) > MAX_CHARACTERS:
            raise UnsupportedFile(
                file, f"has more than {MAX_CHARACTERS:,} characters on one page, as no document has; get it as PDF"
            )
    return letters


def _put(letters: Letters, text: TextObject, one: Text) -> None:
    known = forms()
    a, b, c, d, e, f = one.matrix
    is_upright = not text.turn and a > 0 > d and not b and not c
    above, below = d * -ASCENT * text.size, d * DESCENT * text.size
    blank = False
    begin = len(letters.texts)
    for character, x, y, width in text.glyphs:
        printed = known[character]
        if not printed:
            blank = blank or character.isspace()
            continue
        letters.texts.append(printed)
        if is_upright:
            left, base = a * x + e, d * y + f
            letters.boxes.append(Box(left, base + below, left + a * width, base + above))
        else:
            letters.boxes.append(moved(one.matrix, Box(*box(Glyph(character, x, y, width), text.size, text.turn))))
        letters.blank.append(blank)
        blank = False
    letters.looks += [_look(text, one)] * (len(letters.texts) - begin)


def _look(text: TextObject, one: Text) -> Look:
    a, b, c, d, _, _ = one.matrix
    right, down = 1.0, 0.0
    if text.turn:
        right, down = math.cos(math.radians(text.turn)), math.sin(math.radians(text.turn))
    angle = math.atan2(b * right + d * down, a * right + c * down)
    return Look(angle, one.drawn, one.stamp, _is_pale(one.element))


def _is_pale(element: Element) -> bool:
    """Whether what is below a text can be read through it.

    >>> from xml.etree.ElementTree import fromstring
    >>> [_is_pale(fromstring(f"<T><FillColor Value='{value}'/></T>")) for value in ("200 200 190", "255 0 0")]
    [True, False]
    """
    fill = element.find("FillColor")
    opacity = number(element.get("Alpha"), 255.0)
    if fill is None:
        return opacity < _OPAQUE
    inks = numbers(fill.get("Value"), 3)
    return min(opacity, number(fill.get("Alpha"), 255.0)) < _OPAQUE or (inks is not None and min(inks) > _LIGHT)


def _is_again(text: str, place: tuple[float, float], height: float, seen: Seen) -> bool:
    """Whether the same text has been printed at this place, or all but; if not, it is remembered."""
    x, y = place
    step, near = max(height, 0.1), _AGAIN * height
    column, row = math.floor(x / step), math.floor(y / step)
    columns = {math.floor((x - near) / step), math.floor((x + near) / step)}
    rows = {math.floor((y - near) / step), math.floor((y + near) / step)}
    for across in columns:
        for down in rows:
            for other in seen.get((text, across, down), ()):
                if abs(other[0] - x) < near and abs(other[1] - y) < near:
                    return True
    seen.setdefault((text, column, row), []).append(place)
    return False


def _gaps(found: Characters, blank: list[bool]) -> list[int]:
    """What stands before each character: objects are lines, words or single letters, so only the place tells."""
    gaps: list[int] = []
    end = base = high = 0.0
    square = False
    for text, is_blank, x0, y0, x1, y1 in zip(
        found.texts, blank, found.left, found.top, found.right, found.bottom, strict=True
    ):
        height = y1 - y0
        near = max(height, high)
        is_square = text >= _SQUARE
        if abs(y1 - base) > _SAME_LINE * near or x0 < end - _BACK * near:
            gaps.append(BREAK)
        elif is_blank or x0 - end > (_SPACED_SQUARE if square or is_square else _SPACED) * near:
            gaps.append(BLANK)
        else:
            gaps.append(ADJACENT)
        end, base, high, square = x1, y1, height, is_square
    return gaps
