"""One page, as the table finder takes it: characters with their boxes, strokes, pictures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from statistics import median

from extractor.errors import UnsupportedFile
from extractor.readers import ocr
from extractor.readers.ofd import paths
from extractor.readers.ofd.content import Content, Placed
from extractor.readers.ofd.package import numbers
from extractor.readers.ofd.text import ASCENT, DESCENT, Glyph, box, read_text
from extractor.readers.printed.characters import (
    ADJACENT,
    BLANK,
    BREAK,
    UNKNOWN,
    Characters,
    forms,
    ink,
    loosen,
    only,
    raise_digits,
    within,
)
from extractor.readers.printed.frame import Box, Frame, Matrix, moved
from extractor.readers.printed.page import Page, tolerance
from extractor.readers.printed.picture import is_picture, settle
from extractor.readers.printed.rules import Drawn, Strokes

POINTS = 72 / 25.4
"""In a millimetre."""
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


@dataclass(slots=True)
class _Printed:
    """Characters as they are found, in points, y upwards; `blank` tells whether a blank stands before one."""

    texts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    blank: list[bool] = field(default_factory=list)
    angles: list[float] = field(default_factory=list)
    drawn: list[bool] = field(default_factory=list)
    stamp: list[bool] = field(default_factory=list)


def read_page(
    number: int, content: Content, visible: Box, picture: Callable[[Placed], bytes | None], file: str
) -> Page:
    """Everything on a page, with notes on what a person has to look at; `picture` gives the bytes of a picture."""
    page = Page(number)
    printed = _printed(content, file)
    frame = _frame(printed, visible)
    if content.layered:
        printed = _in_lines(printed, frame)
    characters = _characters(printed, frame)
    drawn = _drawn(content, characters)
    unseen = [index for index, seen in enumerate(printed.drawn) if not seen]
    if unseen and not is_picture(characters, drawn):
        page.notes.append(("invisible_text", f"{ink(''.join(printed.texts[index] for index in unseen))}"))
        characters = only(characters, [index for index, seen in enumerate(printed.drawn) if seen])
        drawn = _drawn(content, characters)
    characters = within(characters)
    characters.outside += ink("".join(code.text or "" for lost in content.lost for code in lost.iter("TextCode")))
    if content.missing:
        page.notes.append(("missing_parts", f"{content.missing}"))
    look = partial(_look, content.pictures, visible, picture)
    settle(page, characters, drawn, Frame(visible).size, look)
    return page


def _printed(content: Content, file: str) -> _Printed:
    """The characters of all text objects; a text printed twice at one place is one."""
    printed = _Printed()
    seen: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    for element, matrix, drawn, stamp in content.texts:
        found = read_text(element)
        if not found.glyphs:
            continue
        a, b, c, d, e, f = matrix
        right, down = 1.0, 0.0
        if found.turn:
            right, down = math.cos(math.radians(found.turn)), math.sin(math.radians(found.turn))
        angle = math.atan2(b * right + d * down, a * right + c * down)
        first = found.glyphs[0]
        place = (a * first.x + c * first.y + e, b * first.x + d * first.y + f)
        height = found.size * math.hypot(c, d)
        if drawn and _is_again("".join(one.text for one in found.glyphs), place, height, seen):
            continue
        _put(printed, found.glyphs, found.size, found.turn, matrix, (angle, drawn, stamp))
        if len(printed.texts) > MAX_CHARACTERS:
            raise UnsupportedFile(
                file, f"has more than {MAX_CHARACTERS:,} characters on one page, as no document has; get it as PDF"
            )
    return printed


def _put(
    printed: _Printed,
    glyphs: list[Glyph],
    size: float,
    turn: float,
    matrix: Matrix,
    common: tuple[float, bool, bool],
) -> None:
    known = forms()
    angle, drawn, stamp = common
    a, b, c, d, e, f = matrix
    is_upright = not turn and a > 0 > d and not b and not c
    above, below = d * -ASCENT * size, d * DESCENT * size
    blank = False
    begin = len(printed.texts)
    for character, x, y, width in glyphs:
        text = known[character]
        if not text:
            blank = blank or character.isspace()
            continue
        printed.texts.append(text)
        if is_upright:
            left, base = a * x + e, d * y + f
            printed.boxes.append(Box(left, base + below, left + a * width, base + above))
        else:
            printed.boxes.append(moved(matrix, Box(*box(Glyph(character, x, y, width), size, turn))))
        printed.blank.append(blank)
        blank = False
    count = len(printed.texts) - begin
    printed.angles += [angle] * count
    printed.drawn += [drawn] * count
    printed.stamp += [stamp] * count


def _is_again(
    text: str, place: tuple[float, float], height: float, seen: dict[tuple[str, int, int], list[tuple[float, float]]]
) -> bool:
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


def _frame(printed: _Printed, visible: Box) -> Frame:
    """The page, turned so that most of its letters stand upright."""
    turns = Counter(
        round(angle / _QUARTER) % 4 for angle, stamp in zip(printed.angles, printed.stamp, strict=True) if not stamp
    )
    return Frame(visible, turns.most_common(1)[0][0] if turns else 0)


def _in_lines(printed: _Printed, frame: Frame) -> _Printed:
    """Characters from line to line, each from left to right; those of stamps stay behind."""
    left, top, _, bottom = frame.show(*([one[edge] for one in printed.boxes] for edge in range(4)))
    stamps = [stamp or _is_slanted(angle) for stamp, angle in zip(printed.stamp, printed.angles, strict=True)]
    lines: list[list[int]] = []
    base = -math.inf
    for index in sorted((index for index, stamp in enumerate(stamps) if not stamp), key=bottom.__getitem__):
        if bottom[index] - base > _SAME_LINE * (bottom[index] - top[index]):
            lines.append([])
            base = bottom[index]
        lines[-1].append(index)
    order = [index for line in lines for index in sorted(line, key=left.__getitem__)]
    order += [index for index, stamp in enumerate(stamps) if stamp]
    columns = (getattr(printed, one.name) for one in fields(printed))
    return _Printed(*([column[index] for index in order] for column in columns))


def _characters(printed: _Printed, frame: Frame) -> Characters:
    body = [index for index, stamp in enumerate(printed.stamp) if not stamp]
    left, top, right, bottom = frame.show(*([one[edge] for one in printed.boxes] for edge in range(4)))
    size = median(bottom[index] - top[index] for index in body or range(len(top))) if top else 0.0
    found = Characters(frame, list(printed.texts), [], left, top, right, bottom, max(size, 0.1))
    found.gaps = _gaps(found, printed.blank)
    loosen(found)
    raise_digits(found)
    found.unknown = sum(text == UNKNOWN or ord(text[0]) in _PRIVATE for text in found.texts)
    slanted = [index for index in body if _is_slanted(printed.angles[index])]
    stamps = [index for index, stamp in enumerate(printed.stamp) if stamp]
    found.slanted = frozenset([*stamps, *(slanted if 2 * len(slanted) < len(body) else ())])
    return found


def _is_slanted(angle: float) -> bool:
    return abs(angle - round(angle / _QUARTER) * _QUARTER) > _SLANT


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


def _drawn(content: Content, characters: Characters) -> Drawn:
    """Strokes and pictures of a page as it is looked at."""
    strokes = Strokes(tolerance(characters))
    strokes.left = content.left
    for element, matrix in content.paths:
        paths.draw(element, matrix, strokes)
    for picture in content.pictures:
        strokes.picture(moved(square(picture), Box(0.0, 0.0, 1.0, 1.0)))
    return strokes.drawn(characters.frame)


def square(picture: Placed) -> Matrix:
    """The place of a picture, as what becomes of a square of size 1: without a CTM it fills its boundary."""
    element, (a, b, c, d, e, f) = picture
    edges = None if element.get("CTM") else numbers(element.get("Boundary"), 4)
    wide, high = edges[2:] if edges else (1.0, 1.0)
    return a * wide, b * wide, c * high, d * high, e, f


def _look(
    pictures: list[Placed],
    visible: Box,
    read: Callable[[Placed], bytes | None],
    wide: int,
    high: int,
    scale: float,
) -> ocr.Seen:
    """What OCR sees of the pictures of a page, each drawn where it stands, with so many dots a point."""
    drawn = []
    for picture in pictures:
        if data := read(picture):
            a, b, c, d, e, f = square(picture)
            drawn.append(
                (
                    data,
                    (a * scale, -b * scale, c * scale, -d * scale, (e - visible.x0) * scale, (visible.y1 - f) * scale),
                )
            )
    return ocr.look_at_pictures(drawn, wide, high)
