"""One page, as the table finder takes it: characters with their boxes, strokes, pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from extractor.readers import ocr
from extractor.readers.ofd import paths
from extractor.readers.ofd.content import Content, Placed
from extractor.readers.ofd.letters import letters_of
from extractor.readers.ofd.package import numbers
from extractor.readers.printed.characters import Characters, ink, only, within
from extractor.readers.printed.frame import Box, Frame, Matrix, moved
from extractor.readers.printed.page import Page, tolerance
from extractor.readers.printed.picture import is_picture, settle
from extractor.readers.printed.rules import Drawn, Strokes

POINTS = 72 / 25.4
"""In a millimetre."""


def read_page(
    number: int, content: Content, visible: Box, picture: Callable[[Placed], bytes | None], file: str
) -> Page:
    """Everything on a page, with notes on what a person has to look at; `picture` gives the bytes of a picture."""
    page = Page(number)
    letters = letters_of(content, file)
    frame = letters.frame(visible)
    if content.layered:
        letters = letters.in_lines(frame)
    characters = letters.characters(frame)
    drawn = _drawn(content, characters)
    unseen = [text for text, look in zip(letters.texts, letters.looks, strict=True) if not look.drawn]
    if unseen and not is_picture(characters, drawn):
        page.notes.append(("invisible_text", f"{ink(''.join(unseen))}"))
        characters = only(characters, [index for index, look in enumerate(letters.looks) if look.drawn])
        drawn = _drawn(content, characters)
    characters = within(characters)
    characters.outside += ink("".join(code.text or "" for lost in content.lost for code in lost.iter("TextCode")))
    if content.missing:
        page.notes.append(("missing_parts", f"{content.missing}"))
    look = partial(_look, content.pictures, visible, picture)
    settle(page, characters, drawn, Frame(visible).size, look)
    return page


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
