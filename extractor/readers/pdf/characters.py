"""The characters of a PDF page: what each is, and the box in which it stands."""

from __future__ import annotations

import ctypes
import math
from collections import Counter, deque
from itertools import repeat
from statistics import median

import pypdfium2.raw as pdfium

from extractor.readers.pdf.rules import UNDRAWN
from extractor.readers.printed.characters import (
    ADJACENT,
    BLANK,
    BREAK,
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
_SAMPLE = 64
_AUTOMATIC_GAP = 0.35
_SLANT = math.radians(5)


def read_characters(page: pdfium.FPDF_PAGE, box: Box, *, drawn_only: bool = False) -> Characters:
    """All characters of a page that are within its visible box; `drawn_only`: without those that are not drawn."""
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return Characters(Frame(box, _rotation(page)), [], [], [], [], [], [], 0.0)
    try:
        return _read(page, text_page, box, drawn_only)
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _read(page: pdfium.FPDF_PAGE, text_page: pdfium.FPDF_TEXTPAGE, box: Box, drawn_only: bool) -> Characters:
    printed = _unicode(text_page)
    indices, texts, gaps, blanks = _ink_and_gaps(printed)
    boxes = (pdfium.FS_RECTF * max(len(printed), 1))()
    # One call for each character is most of what reading costs, so the loop over them is not Python's.
    deque(map(pdfium.FPDFText_GetLooseCharBox, repeat(text_page), indices, map(boxes.__getitem__, indices)), maxlen=0)
    for position, blank in blanks:
        if gaps[position] == BLANK and _is_automatic(text_page, blank, indices[position], printed, boxes):
            gaps[position] = ADJACENT
    frame = Frame(box, _upright(page, text_page, indices), _rotation(page))
    numbers = memoryview(boxes).cast("B").cast("f")
    edges = [numbers[edge::4].tolist() for edge in (0, 3, 2, 1)]  # left, bottom, right, top
    if len(indices) < len(boxes):
        edges = [[column[index] for index in indices] for column in edges]
    left, top, right, bottom = frame.show(edges[0], edges[1], edges[2], edges[3])
    size = median(b - t for t, b in zip(top, bottom, strict=True)) if texts else 0.0
    found = Characters(frame, texts, gaps, left, top, right, bottom, max(size, 0.1))
    loosen(found)
    raise_digits(found)
    found.unknown = _unknown(text_page, indices, found)
    found.slanted = _slanted(text_page, indices)
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


def _upright(page: pdfium.FPDF_PAGE, text_page: pdfium.FPDF_TEXTPAGE, indices: list[int]) -> int:
    """Quarter turns after which most of the text stands upright, whatever the page says of itself."""
    step = max(1, len(indices) // _SAMPLE)
    angles = (pdfium.FPDFText_GetCharAngle(text_page, index) for index in indices[::step])
    turns = Counter(-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    return turns.most_common(1)[0][0] if turns else _rotation(page)


def _slanted(text_page: pdfium.FPDF_TEXTPAGE, indices: list[int]) -> frozenset[int]:
    """Positions of characters that stand neither upright nor on their side, where most others do."""
    angles = map(pdfium.FPDFText_GetCharAngle, repeat(text_page), indices)
    quarter = math.pi / 2
    slanted = [
        position for position, angle in enumerate(angles) if abs(angle - round(angle / quarter) * quarter) > _SLANT
    ]
    return frozenset(slanted) if 2 * len(slanted) < len(indices) else frozenset()


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
    return unknown
