"""The characters of a text object: what each is, and the box in which it stands.

GB/T 33190, chapter 11: a TextCode prints its characters from (X, Y) on, each DeltaX and DeltaY from the one before;
"g 3 2.5" are three distances of 2.5. A font tells how wide a letter is drawn, but most fonts are not in the file, and
no cell depends on it: a letter is as wide as the way to the next, at most a square.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.readers.ofd.package import number

ASCENT, DESCENT = 0.88, 0.12
"""Of a font's size: what a letter covers above and below its line."""
_USUAL_SIZE = 3.5
_SQUARE = 0x2000
"""From there on letters fill a square, as a rule, and half of one before."""
_PROPORTIONAL = 0.9
"""Of a letter's height: what is farther apart is spaced, not wide."""
_UNKNOWN_CODE = "¤"
"""What programs write for a glyph of which they do not know the letter."""


class Glyph(NamedTuple):
    """One character at (x, y), the left end of its line, in the coordinates of its text object; blanks as well."""

    text: str
    x: float
    y: float
    width: float


class TextObject(NamedTuple):
    """The characters of a text object; `turn` is how many degrees each is turned clockwise."""

    glyphs: list[Glyph]
    size: float
    turn: float


def read_text(element: Element) -> TextObject:
    """A TextObject's characters.

    >>> from xml.etree.ElementTree import fromstring
    >>> xml = '<TextObject Size="4"><TextCode X="1" Y="5" DeltaX="g 2 4">甲乙丙</TextCode></TextObject>'
    >>> [(one.text, one.x, one.y) for one in read_text(fromstring(xml)).glyphs]
    [('甲', 1.0, 5.0), ('乙', 5.0, 5.0), ('丙', 9.0, 5.0)]
    """
    size = abs(number(element.get("Size"), _USUAL_SIZE)) or _USUAL_SIZE
    across = abs(number(element.get("HScale"), 1.0)) or 1.0
    down = number(element.get("ReadDirection"), 0.0) % 180 == 90
    glyphs: list[Glyph] = []
    x = y = 0.0
    transforms: list[Element] = []
    for child in element:
        if child.tag == "CGTransform":
            transforms.append(child)
        elif child.tag == "TextCode":
            # Where a TextCode does not say where it begins, it begins where the one before did.
            x, y = number(child.get("X"), x), number(child.get("Y"), y)
            glyphs += _code(child, x, y, size * across, size, transforms, down=down)
            transforms = []
    return TextObject(glyphs, size, number(element.get("CharDirection"), 0.0))


def _code(
    element: Element, x: float, y: float, em: float, size: float, transforms: Sequence[Element], *, down: bool
) -> Iterator[Glyph]:
    text = element.text or ""
    if text[:1] in "\r\n":
        text = text.strip()  # set out in lines for whoever reads the XML
    if transforms:
        text = text.replace(_UNKNOWN_CODE, "\ufffd")
    places = _places(len(text), transforms)
    last = places[-1] if places else 0
    right, below = deltas(element.get("DeltaX"), last), deltas(element.get("DeltaY"), last)
    natural = [(1.0 if character >= chr(_SQUARE) else 0.5) for character in text]
    if not any(right) and not any(below):
        steps = [0.0, *accumulate(wide * (size if down else em) for wide in natural)]
        for index, character in enumerate(text):
            at = steps[index]
            yield Glyph(character, x + (0 if down else at), y + (at if down else 0), natural[index] * em)
        return
    xs, ys = list(accumulate(right, initial=x)), list(accumulate(below, initial=y))
    sharing = Counter(places[:-1])
    for index, character in enumerate(text):
        place = places[index]
        width = natural[index] * em
        step = right[place] if place < last else 0.0
        if 0 < step < _PROPORTIONAL * em or (0 < step < width):
            width = step
        among = sharing[place]
        nth = index - places.index(place, max(index - among, 0)) if among > 1 else 0
        yield Glyph(character, xs[place] + width / among * nth, ys[place], width / among)


def deltas(text: str | None, count: int) -> list[float]:
    """Distances from each character to the next, as many as are needed: the last one stands for those left out.

    >>> deltas("g 2 4 1.5", 4), deltas(None, 2), deltas("g 1000000000 3", 2)
    ([4.0, 4.0, 1.5, 1.5], [0.0, 0.0], [3.0, 3.0])
    """
    words = (text or "").replace(",", " ").split()
    found: list[float] = []
    at = 0
    while at < len(words) and len(found) < count:
        if words[at] == "g":
            times, step = [*words[at + 1 : at + 3], "", ""][:2]
            found += [number(step, 0.0)] * int(min(max(number(times, 0.0), 0.0), count - len(found)))
            at += 3
        else:
            found.append(number(words[at], 0.0))
            at += 1
    return found + [found[-1] if found else 0.0] * (count - len(found))


def _places(count: int, transforms: Sequence[Element]) -> list[int]:
    """Of each character, which of the printed glyphs it is, and behind them how many glyphs there are.

    Of several characters that make fewer glyphs (fi), some stand in the same place; of more, some take several places.
    """
    steps = [1] * count
    for transform in transforms:
        begin = int(number(transform.get("CodePosition"), 0.0))
        codes = int(number(transform.get("CodeCount"), 1.0))
        drawn = int(number(transform.get("GlyphCount"), 1.0))
        if codes != drawn and begin >= 0 and 0 < codes <= count - begin and 0 < drawn <= 2 * count + 8:
            for index in range(codes):
                steps[begin + index] = (index + 1) * drawn // codes - index * drawn // codes
    return list(accumulate(steps, initial=0))


def box(glyph: Glyph, size: float, turn: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a character in the coordinates of its object, where y runs downwards."""
    left, top, right, bottom = 0.0, -ASCENT * size, glyph.width, DESCENT * size
    if turn:
        sine, cosine = math.sin(math.radians(turn)), math.cos(math.radians(turn))
        corners = [(px * cosine - py * sine, px * sine + py * cosine) for px in (left, right) for py in (top, bottom)]
        left, right = min(px for px, _ in corners), max(px for px, _ in corners)
        top, bottom = min(py for _, py in corners), max(py for _, py in corners)
    return glyph.x + left, glyph.y + top, glyph.x + right, glyph.y + bottom
