"""The characters of a page: what each is, and the box in which it stands."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from statistics import median

import pypdfium2.raw as pdfium

from extractor.readers.pdf.frame import Box, Frame
from extractor.readers.pdf.rules import UNDRAWN
from extractor.readers.symbols import RADICALS, raised

UNKNOWN = "\ufffd"
"""Stands for a glyph of which the file does not say what letter it is."""
ADJACENT, BLANK, BREAK = 0, 1, 2
_HYPHENS = "\x02\xad\ufffe"
"""What the library writes for a hyphen at the end of a line, and the soft hyphen, which some fonts print."""
_WIDE = 0x2E80
_SAMPLE = 64
_AUTOMATIC_GAP = 0.35
_DIGITS = frozenset("0123456789")
_SLANT = math.radians(5)
_TIGHT, _FLAT = 0.5, 1.5
"""A box is tight where it is lower than this share of a line's, and flat where it is that much wider than high."""
_HANGING = frozenset("“”‘’\"'")
_RAISED_SIZE, _LIFT = 0.8, 0.15
"""A raised digit is smaller than this share of what stands before it, and this share of that higher."""


@dataclass(slots=True)
class Characters:
    """Printed characters in the file's order, without blanks; coordinates as the page is looked at.

    `gaps` tells what stands before a character: nothing, a blank, or the end of a line. `size` is the usual
    height of a line's box on this page, the measure for every distance. `slanted` are the positions of characters that
    stand across the lines, as those of a stamp do.
    """

    frame: Frame
    texts: list[str]
    gaps: list[int]
    left: list[float]
    top: list[float]
    right: list[float]
    bottom: list[float]
    size: float
    outside: int = 0
    unknown: int = 0
    slanted: frozenset[int] = field(default_factory=frozenset)

    def __len__(self) -> int:
        return len(self.texts)

    def count(self) -> int:
        """Printed characters; a ligature is as many as it stands for."""
        return ink("".join(self.texts))


def ink(text: str) -> int:
    """How many characters of a text are printed.

    >>> ink("合计 1.00\\n")
    6
    """
    return sum(map(len, text.split()))


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
    frame = Frame(box, _upright(page, text_page, indices))
    numbers = memoryview(boxes).cast("B").cast("f")
    edges = [numbers[edge::4].tolist() for edge in (0, 3, 2, 1)]  # left, bottom, right, top
    if len(indices) < len(boxes):
        edges = [[column[index] for index in indices] for column in edges]
    left, top, right, bottom = frame.show(edges[0], edges[1], edges[2], edges[3])
    size = median(b - t for t, b in zip(top, bottom, strict=True)) if texts else 0.0
    found = Characters(frame, texts, gaps, left, top, right, bottom, max(size, 0.1))
    loosen(found)
    _raise_digits(found)
    found.unknown = _unknown(text_page, indices, found)
    found.slanted = _slanted(text_page, indices)
    return _within(only(found, _drawn(text_page, indices)) if drawn_only else found)


def _drawn(text_page: pdfium.FPDF_TEXTPAGE, indices: list[int]) -> list[int]:
    """Positions of the characters that are drawn."""
    objects = (pdfium.FPDFText_GetTextObject(text_page, index) for index in indices)
    modes = (pdfium.FPDFTextObj_GetTextRenderMode(one) if one else None for one in objects)
    return [position for position, mode in enumerate(modes) if mode not in UNDRAWN]


def _ink_and_gaps(
    printed: str | list[str],
) -> tuple[list[int], list[str], list[int], list[tuple[int, int]]]:
    """Indices of what is printed, what it is, what stands before it, and (position, index) of every blank."""
    plain = _plain()
    indices: list[int] = []
    texts: list[str] = []
    gaps: list[int] = []
    blanks: list[tuple[int, int]] = []
    gap = ADJACENT
    for index, character in enumerate(printed):
        known = plain.get(character)
        if known is None:
            known = plain[character] = _as_seen(character)
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


@lru_cache(maxsize=1)
def _plain() -> dict[str, str]:
    """What was found out about characters so far, and what Unicode does not tell."""
    return dict(RADICALS) | dict.fromkeys(_HYPHENS, "-")


def _as_seen(character: str) -> str:
    """A character as a person reads it: "" for a blank, one or more letters for a form of them.

    Only forms that look like the plain character are replaced; ² and ① stay what they are.

    >>> _as_seen("⾏"), _as_seen("ﬁ"), _as_seen("²"), _as_seen("\\u200b"), _as_seen("\\x01")
    ('行', 'fi', '²', '', '\ufffd')
    """
    if character.isspace():
        return ""
    code = ord(character)
    if 0x2E80 <= code < 0x2FE0 or 0xF900 <= code < 0xFB07:
        return unicodedata.normalize("NFKC", character)
    kind = unicodedata.category(character)
    if kind == "Cf":
        return ""
    return UNKNOWN if kind in ("Cc", "Cs", "Cn") else character


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


def loosen(found: Characters) -> None:
    """Gives flat letters (一, —, =) and quotation marks the height of their line, where a font tells their ink alone.

    Such fonts, whose letters are drawings, come from browsers. Without it the letter would stand on a line of its own.
    """
    low = _TIGHT * found.size
    for index, (top, bottom) in enumerate(zip(found.top, found.bottom, strict=True)):
        height = bottom - top
        if height >= low:
            continue
        if found.texts[index] in _HANGING:
            found.bottom[index] = top + found.size
        elif found.right[index] - found.left[index] > _FLAT * height:
            found.top[index] = (top + bottom - found.size) / 2
            found.bottom[index] = (top + bottom + found.size) / 2


def _raise_digits(found: Characters) -> None:
    """Small digits above the line are written as such (²): they are no part of the number before them."""
    is_raised = False
    for index, text in enumerate(found.texts):
        if text not in _DIGITS or not index:
            is_raised = False
            continue
        before = index - 1
        height, other = (found.bottom[place] - found.top[place] for place in (index, before))
        lift = found.bottom[before] - found.bottom[index]
        if is_raised:
            is_raised = found.gaps[index] == ADJACENT and abs(lift) < _LIFT * height
        else:
            beside = abs(found.left[index] - found.right[before]) < other / 2
            lifted = _LIFT * other < lift < other and found.top[index] > found.top[before] - other / 2
            is_raised = beside and lifted and height < _RAISED_SIZE * other
        if is_raised:
            found.texts[index] = raised(text)


def _unknown(text_page: pdfium.FPDF_TEXTPAGE, indices: list[int], found: Characters) -> int:
    """Characters whose font does not say what they are: replaced, or taken for something by their number."""
    seen: dict[str, bool] = {}
    unknown = 0
    for position, text in enumerate(found.texts):
        if text not in seen:
            seen[text] = text == UNKNOWN or pdfium.FPDFText_HasUnicodeMapError(text_page, indices[position]) == 1
        unknown += seen[text]
    return unknown


def _within(found: Characters) -> Characters:
    """Without what lies beyond the page's edge, where nobody can see it."""
    width, height = found.frame.size
    if not found.texts or (
        min(found.left) >= 0 and min(found.top) >= 0 and max(found.right) <= width and max(found.bottom) <= height
    ):
        return found
    kept = [
        index
        for index, (x0, y0, x1, y1) in enumerate(zip(found.left, found.top, found.right, found.bottom, strict=True))
        if 0 <= (x0 + x1) / 2 <= width and 0 <= (y0 + y1) / 2 <= height
    ]
    if len(kept) == len(found):
        return found
    inside = only(found, kept)
    inside.outside = found.count() - inside.count()
    return inside


def only(found: Characters, positions: list[int]) -> Characters:
    """The characters at these positions alone."""
    edges = (found.left, found.top, found.right, found.bottom)
    left, top, right, bottom = ([column[index] for index in positions] for column in edges)
    texts = [found.texts[index] for index in positions]
    gaps = [found.gaps[index] for index in positions]
    slanted = (
        frozenset(new for new, old in enumerate(positions) if old in found.slanted) if found.slanted else frozenset()
    )
    return Characters(
        found.frame, texts, gaps, left, top, right, bottom, found.size, unknown=found.unknown, slanted=slanted
    )
