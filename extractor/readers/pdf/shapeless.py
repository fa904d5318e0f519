"""Letters without an extent, which the library leaves out of a page's text: they get one, so that they are read.

Their font is not in the file, and what stands in for it has no shape for them: on another machine they are printed.
One by one they cover nothing; several together reach from the first to the last, and are read anyway.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable

import pypdfium2.raw as pdfium

_NOTHING = 0.01
"""What the library takes for no width at all, in points."""
LEGIBLE = 1.0
"""Letters smaller than that, in points, are seen on no machine."""
_STROKE = 0.7
"""Of a letter's height: enough for letters of a line to stand beside each other, and less than two letters overlap by
that the library takes for one, printed again to look bold."""
_UNCHANGED = pdfium.FS_MATRIX(1, 0, 0, 1, 0, 0)


def is_shapeless(text: pdfium.FPDF_PAGEOBJECT, corners: pdfium.FS_QUADPOINTSF) -> bool:
    """Whether a text covers nothing because its font is missing; `corners` are written to."""
    if not pdfium.FPDFPageObj_GetRotatedBounds(text, corners) or abs(corners.x3 - corners.x1) >= _NOTHING:
        return False
    if abs(corners.x4 - corners.x2) >= _NOTHING:  # turned so that two corners stand one below the other
        return False
    font = pdfium.FPDFTextObj_GetFont(text)
    return bool(font) and not pdfium.FPDFFont_GetIsEmbedded(font)


def give_extent(texts: Iterable[pdfium.FPDF_PAGEOBJECT]) -> None:
    """Draws the texts with a stroke, whose width counts where a shape has none."""
    for text in texts:
        pdfium.FPDFTextObj_SetTextRenderMode(text, pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE)
        pdfium.FPDFPageObj_SetStrokeWidth(text, _STROKE * height(text))
        pdfium.FPDFPageObj_TransformF(text, _UNCHANGED)  # its extent is reckoned anew


def height(text: pdfium.FPDF_PAGEOBJECT) -> float:
    """Of its letters, in points, but for the scale of a form that it is part of."""
    size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    if not pdfium.FPDFTextObj_GetFontSize(text, size) or not pdfium.FPDFPageObj_GetMatrix(text, matrix):
        return 0.0
    return abs(size.value) * min(math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d))
