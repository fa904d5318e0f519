"""Letters that the library puts in a wrong place: drawn letters (of a Type 3 font) inside of a form.

It tells their boxes as if the form were the page. Two pages on one sheet are two forms, and browsers draw letters.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence

import pypdfium2.raw as pdfium

from extractor.readers.printed.frame import Box, Matrix, moved, times

_NEAR = 1.0
"""In points: the middle of a letter is no further than that from the bounds of its text."""


def put_right(text_page: pdfium.FPDF_TEXTPAGE, indices: Iterable[int], boxes: Sequence[pdfium.FS_RECTF]) -> None:
    """Moves the boxes of such letters to where they are printed."""
    for index in indices:
        text = pdfium.FPDFText_GetTextObject(text_page, index)
        bounds, form = (_bounds(text), _form(text_page, index, text)) if text else (None, None)
        if bounds is None or form is None:
            continue
        edges = boxes[index]
        box = Box(edges.left, edges.bottom, edges.right, edges.top)
        if _holds(bounds, box) and not _holds(moved(form, bounds), box):
            edges.left, edges.bottom, edges.right, edges.top = moved(form, box)


def _holds(bounds: Box, box: Box) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return bounds.x0 - _NEAR <= x <= bounds.x1 + _NEAR and bounds.y0 - _NEAR <= y <= bounds.y1 + _NEAR


def _bounds(text: pdfium.FPDF_PAGEOBJECT) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(text, left, bottom, right, top):
        return None
    return Box(left.value, bottom.value, right.value, top.value)


def _form(text_page: pdfium.FPDF_TEXTPAGE, index: int, text: pdfium.FPDF_PAGEOBJECT) -> Matrix | None:
    """What moves, turns and scales the form of a text: of that and the text's own matrix the letter's is made."""
    whole, own = pdfium.FS_MATRIX(), pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(text_page, index, whole) or not pdfium.FPDFPageObj_GetMatrix(text, own):
        return None
    area = own.a * own.d - own.b * own.c
    if not area:
        return None
    a, b, c, d = own.d / area, -own.b / area, -own.c / area, own.a / area
    inverse = (a, b, c, d, -(own.e * a + own.f * c), -(own.e * b + own.f * d))
    return times(inverse, (whole.a, whole.b, whole.c, whole.d, whole.e, whole.f))
