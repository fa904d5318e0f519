"""The characters of a PDF page: what each is, and the box in which it stands."""

from __future__ import annotations

import ctypes
import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from operator import sub
from statistics import median

import pypdfium2.raw as pdfium

from extractor.readers.pdf.misplaced import put_right
from extractor.readers.pdf.rules import UNDRAWN
from extractor.readers.printed.characters import (
    ADJACENT,
    BLANK,
    BREAK,
    LARGE,
    UNKNOWN,
    Characters,
    forms,
    loosen,
    only,
    raise_digits,
    within,
)
from extractor.readers.printed.frame import Box, Frame

_WIDE = 0x2E80
_AUTOMATIC_GAP = 0.35
_QUARTER, _SLANT = math.pi / 2, math.radians(5)
_MOST_LARGE = 2_000
_OPAQUE, _LIGHT = 250, 150
"""Of 255: letters that cover less, or in a lighter grey, are a watermark's."""
_SAMPLE = 200
_NARROW = frozenset("!\"'()*,./0123456789:;I[\\]^_`ijl{|}~")
_FULL = 0.95
_ASKEW = 0.85
"""Where so much of a page's text is slanted, the page is askew."""


def read_characters(
    page: pdfium.FPDF_PAGE, box: Box, *, drawn_only: bool = False, in_forms: bool = False
) -> Characters:
    """All characters of a page that are within its visible box; `drawn_only`: without those that are not drawn.

    `in_forms`: some of them are in forms.
    """
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return Characters(Frame(box, _rotation(page)), [], [], [], [], [], [], 0.0)
    try:
        return _read(page, text_page, box, drawn_only, in_forms)
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _read(
    page: pdfium.FPDF_PAGE, text_page: pdfium.FPDF_TEXTPAGE, box: Box, drawn_only: bool, in_forms: bool
) -> Characters:
    printed = _unicode(text_page)
    indices, texts, gaps, blanks = _ink_and_gaps(printed)
    boxes = (pdfium.FS_RECTF * max(len(printed), 1))()
    # One call for each character is most of what reading costs, so the loop over them is not Python's.
    deque(map(pdfium.FPDFText_GetLooseCharBox, repeat(text_page), indices, map(boxes.__getitem__, indices)), maxlen=0)
    if in_forms:
        put_right(text_page, indices, boxes)
    for position, blank in blanks:
        if gaps[position] == BLANK and _is_automatic(text_page, blank, indices[position], printed, boxes):
            gaps[position] = ADJACENT
    angles = list(map(pdfium.FPDFText_GetCharAngle, repeat(text_page), indices))
    slanted = _slanted(angles)
    frame = Frame(box, _upright(page, angles, slanted), _rotation(page))
    numbers = memoryview(boxes).cast("B").cast("f")
    edges = [numbers[edge::4].tolist() for edge in (0, 3, 2, 1)]  # left, bottom, right, top
    if len(indices) < len(boxes):
        edges = [[column[index] for index in indices] for column in edges]
    left, top, right, bottom = frame.show(edges[0], edges[1], edges[2], edges[3])
    heights = [b - t for index, (t, b) in enumerate(zip(top, bottom, strict=True)) if index not in slanted]
    size = median(heights) if heights else 0.0
    found = Characters(frame, texts, gaps, left, top, right, bottom, max(size, 0.1))
    loosen(found)
    raise_digits(found)
    found.slanted = slanted
    if any(angles):
        found.turned = {
            index: turns
            for index, angle in enumerate(angles)
            if angle >= 0 and (turns := (-round(angle / _QUARTER) - frame.quarter) % 4) and index not in slanted
        }
    found.unknown = _unknown(text_page, indices, found)
    found.faded = _faded(text_page, indices, found)
    return within(only(found, _drawn(text_page, indices)) if drawn_only else found)


def _drawn(text_page: pdfium.FPDF_TEXTPAGE, indices: list[int]) -> list[int]:
    """Positions of the characters that are drawn."""
    objects = (pdfium.FPDFText_GetTextObject(text_page, index) for index in indices)
    modes = (pdfium.FPDFTextObj_GetTextRenderMode(one) if one else None for one in objects)
    return [position for position, mode in enumerate(modes) if mode not in UNDRAWN]


def _ink_and_gaps(
    printed: str | list[str],
) -> tuple[list[int], list[str], list[int], list[tuple[int, int]]]:
    """Indices of what is printed, what it is, what stands before it, and (position, index) of every blank."""
    seen = forms()
    indices: list[int] = []
    texts: list[str] = []
    gaps: list[int] = []
    blanks: list[tuple[int, int]] = []
    gap = ADJACENT
    for index, character in enumerate(printed):
        known = seen[character]
        if known:
            indices.append(index)
            texts.append(known)
            gaps.append(gap)
            gap = ADJACENT
        elif character in "\r\n":
            gap = BREAK
        elif gap == ADJACENT and character.isspace():
            gap = BLANK
            blanks.append((len(indices), index))
    return indices, texts, gaps, [blank for blank in blanks if blank[0] < len(indices)]


def _unicode(text_page: pdfium.FPDF_TEXTPAGE) -> str | list[str]:
    """One character for each index of the text page."""
    count = max(pdfium.FPDFText_CountChars(text_page), 0)
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer).decode("utf-16-le", "replace")[: max(written - 1, 0)]
    if len(text) == count:
        return text
    # Characters beyond the basic plane take two places in the buffer, some others none.
    codes = (pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count))
    return [chr(code) if code < 0x110000 else UNKNOWN for code in codes]


def _is_automatic(
    text_page: pdfium.FPDF_TEXTPAGE,
    blank: int,
    index: int,
    printed: str | list[str],
    boxes: ctypes.Array[pdfium.FS_RECTF],
) -> bool:
    """Whether a blank is only the air that a typesetter leaves between Chinese and other characters."""
    before = blank - 1
    if before < 0 or (ord(printed[before]) < _WIDE and ord(printed[index]) < _WIDE):
        return False
    if not pdfium.FPDFText_IsGenerated(text_page, blank):
        return False
    first, second = boxes[before], boxes[index]
    gap = max(second.left - first.right, second.bottom - first.top, first.bottom - second.top)
    return bool(gap < _AUTOMATIC_GAP * max(abs(second.top - second.bottom), 0.1))


def _slanted(angles: Sequence[float]) -> frozenset[int]:
    """Positions of characters that stand neither upright nor on their side, where others do.

    On a page that is askew as a whole all do but for what a program printed on it later, and it is read as it is.
    """
    if not any(angles):
        return frozenset()
    slanted = frozenset(
        position for position, angle in enumerate(angles) if abs(angle - round(angle / _QUARTER) * _QUARTER) > _SLANT
    )
    return slanted if len(slanted) < _ASKEW * len(angles) else frozenset()


def _faded(text_page: pdfium.FPDF_TEXTPAGE, indices: list[int], found: Characters) -> frozenset[int]:
    """Positions of large letters that are printed so lightly that what is below them can be read."""
    usual = LARGE * found.size
    large = [position for position, high in enumerate(map(sub, found.bottom, found.top)) if high > usual]
    colour = [ctypes.c_uint() for _ in range(4)]
    faded = []
    for position in large[:_MOST_LARGE]:
        if pdfium.FPDFText_GetFillColor(text_page, indices[position], *colour):
            *inks, opacity = (one.value for one in colour)
            if opacity < _OPAQUE or min(inks) > _LIGHT:
                faded.append(position)
    return frozenset(faded)


def _upright(page: pdfium.FPDF_PAGE, angles: Sequence[float], slanted: frozenset[int]) -> int:
    """Quarter turns after which most of the text stands upright, whatever the page says of itself."""
    if angles and not any(angles):
        return 0
    turns = Counter(
        -round(angle / _QUARTER) % 4 for index, angle in enumerate(angles) if angle >= 0 and index not in slanted
    )
    return turns.most_common(1)[0][0] if turns else _rotation(page)


def _rotation(page: pdfium.FPDF_PAGE) -> int:
    return max(int(pdfium.FPDFPage_GetRotation(page)), 0) % 4


def _unknown(text_page: pdfium.FPDF_TEXTPAGE, indices: list[int], found: Characters) -> int:
    """Characters whose font does not say what they are: replaced, or taken for something by their number."""
    seen: dict[str, bool] = {}
    unknown = 0
    for position, text in enumerate(found.texts):
        if text not in seen:
            seen[text] = text == UNKNOWN or pdfium.FPDFText_HasUnicodeMapError(text_page, indices[position]) == 1
        unknown += seen[text]
    return unknown + sum(_is_embedded(text_page, indices[position]) for position in _too_wide(found))


def _too_wide(found: Characters) -> list[int]:
    """Positions of narrow letters as wide as Chinese ones: programs that lose what a drawn letter is write another."""
    aside = found.turned.keys() | found.slanted

    def shapes(positions: Iterable[int]) -> Iterator[tuple[int, float]]:
        for index in positions:
            if index not in aside:
                high = max(found.bottom[index] - found.top[index], 0.1)
                yield index, (found.right[index] - found.left[index]) / high

    chinese = islice((index for index, text in enumerate(found.texts) if text >= "\u2e80"), _SAMPLE)
    usual = [shape for _, shape in shapes(chinese)]
    if not usual:
        return []
    least = _FULL * median(usual)
    narrow = (index for index, text in enumerate(found.texts) if text in _NARROW)
    return [index for index, shape in shapes(narrow) if shape > least]


def _is_embedded(text_page: pdfium.FPDF_TEXTPAGE, index: int) -> bool:
    """Whether the file has the letter's shape; without it the width may be that of any letter."""
    text = pdfium.FPDFText_GetTextObject(text_page, index)
    font = pdfium.FPDFTextObj_GetFont(text) if text else None
    return bool(font) and pdfium.FPDFFont_GetIsEmbedded(font) == 1
