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

from extractor.readers.ofd.package import number, numbers

ASCENT, DESCENT = 0.88, 0.12
"""Of a font's size: what a letter covers above and below its line."""
_USUAL_SIZE = 3.5
_SQUARE = "\u2000"
"""From there on letters fill a square, as a rule, and half of one before."""
_PROPORTIONAL = 0.9
"""Of a letter's height: what is farther apart is spaced, not wide."""
_LEAST = 0.2
"""Of a letter's height: no letter is narrower."""
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
    if glyphs and not element.get("CTM"):
        _fit(glyphs, element, size)
    return TextObject(glyphs, size, number(element.get("CharDirection"), 0.0))


def _fit(glyphs: list[Glyph], element: Element, size: float) -> None:
    """Half the square of a comma is empty, and what follows may stand there; the boundary ends where its ink does."""
    last = glyphs[-1]
    edges = numbers(element.get("Boundary"), 4)
    room = edges[2] - last.x if edges else 0.0
    if _LEAST * size < room < last.width:
        glyphs[-1] = last._replace(width=room)


def _code(
    element: Element, x: float, y: float, em: float, size: float, transforms: Sequence[Element], *, down: bool
) -> Iterator[Glyph]:
    text = element.text or ""
    if text[:1] in ("\r", "\n"):
        text = text.strip()  # set out in lines for whoever reads the XML
    if transforms:
        text = text.replace(_UNKNOWN_CODE, "\ufffd")
    elif len(text) == 1:
        yield Glyph(text, x, y, em if text >= _SQUARE else em / 2)
        return
    natural = [em if character >= _SQUARE else em / 2 for character in text]
    places = _places(len(text), transforms)
    given = element.get("DeltaX"), element.get("DeltaY")
    right, below = (deltas(steps, places[-1]) if steps else [] for steps in given)
    if not any(right) and not any(below):
        at = 0.0
        for character, width in zip(text, natural, strict=True):
            yield Glyph(character, x + (0.0 if down else at), y + (at if down else 0.0), width)
            at += width * (size / em if down else 1.0)
        return
    xs = list(accumulate(right, initial=x)) if right else [x] * (places[-1] + 1)
    ys = list(accumulate(below, initial=y)) if below else [y] * (places[-1] + 1)
    if not transforms:
        for character, width, left, top, step in zip(
            text, natural, xs, ys, [*right, *[0.0] * len(below)], strict=False
        ):
            yield Glyph(character, left, top, step if 0 < step < max(width, _PROPORTIONAL * em) else width)
        return
    sharing = Counter(places[:-1])
    for index, (character, width) in enumerate(zip(text, natural, strict=True)):
        place = places[index]
        step = xs[max(places[index + 1], place + 1)] - xs[place]
        width = step if 0 < step < max(width, _PROPORTIONAL * em) else width
        among = sharing[place]
        nth = index - places.index(place, max(index - among, 0)) if among > 1 else 0
        yield Glyph(character, xs[place] + width / among * nth, ys[place], width / among)


def deltas(text: str | None, count: int) -> list[float]:
    """Distances from each character to the next, as many as are needed: the last one stands for those left out.

    >>> deltas("g 2 4 1.5", 4), deltas(None, 2), deltas("g 1000000000 3", 2)
    ([4.0, 4.0, 1.5, 1.5], [0.0, 0.0], [3.0, 3.0])
    """
    words = (text or "").replace(",", " ").split()
    if len(words) == 3 and words[0] == "g" and number(words[1], 0.0) >= count:
        return [number(words[2], 0.0)] * count
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
    if not transforms:
        return list(range(count + 1))
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
