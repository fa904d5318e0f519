"""The straight lines of a PDF page: strokes, the edges of boxes, thin filled rectangles, thin pictures."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import pypdfium2.raw as pdfium

from extractor.readers.pdf.shapeless import LEGIBLE, height, is_shapeless
from extractor.readers.printed.frame import IDENTITY, Box, Frame, Matrix, moved, times
from extractor.readers.printed.rules import MAX_DEPTH, Drawn, Strokes

_MAX_SEGMENTS = 20_000
_TEXT, _PATH = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH
UNDRAWN = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
"""How text is drawn that nobody sees: that of the layer which OCR puts over a scanned page, or a trick."""


class Painted(NamedTuple):
    """What a PDF page draws: `drawn` besides text; `invisible` where some of the text is not drawn at all;
    `in_forms` where some of it is in a form that is moved or scaled; `shapeless` are the texts of which nothing is
    drawn for want of their font.
    """

    drawn: Drawn
    invisible: bool
    in_forms: bool
    shapeless: Sequence[pdfium.FPDF_PAGEOBJECT]


def read_rules(page: pdfium.FPDF_PAGE, frame: Frame, tolerance: float) -> Painted:
    """Rules of a page as it is looked at; pieces of a rule, and rules close beside each other, made one."""
    reader = _Reader(tolerance)
    reader.read(pdfium.FPDFPage_CountObjects(page), partial(pdfium.FPDFPage_GetObject, page), IDENTITY, 0)
    return Painted(reader.drawn(frame), reader.invisible, reader.in_forms, reader.shapeless)


class _Reader(Strokes):
    """Walks over a page's objects, those inside of forms included, in PDF coordinates."""

    def __init__(self, tolerance: float) -> None:
        super().__init__(tolerance)
        self.invisible = False
        self.in_forms = False
        self.shapeless: list[pdfium.FPDF_PAGEOBJECT] = []
        self._corners = pdfium.FS_QUADPOINTSF()
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._modes = (ctypes.c_int(), ctypes.c_int())
        self._numbers = (ctypes.c_float(), ctypes.c_float())

    def read(self, count: int, get: Callable[[int], pdfium.FPDF_PAGEOBJECT], matrix: Matrix, depth: int) -> None:
        objects = list(map(get, range(min(count, self.left))))
        self.left -= len(objects)
        for one, kind in zip(objects, map(pdfium.FPDFPageObj_GetType, objects), strict=True):
            if kind == _TEXT:
                self._text(one, matrix)
            elif kind == _PATH:
                self._path(one, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._picture(one, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
                self.shapes += 1
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                inner = pdfium.FPDFFormObj_CountObjects(one)
                self.read(inner, partial(pdfium.FPDFFormObj_GetObject, one), times(_matrix(one), matrix), depth + 1)

    def _text(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> None:
        if matrix is not IDENTITY and matrix != IDENTITY:
            self.in_forms = True
        if pdfium.FPDFTextObj_GetTextRenderMode(one) in UNDRAWN:
            self.invisible = True
        elif is_shapeless(one, self._corners) and height(one) * math.hypot(*matrix[:2]) >= LEGIBLE:
            self.shapeless.append(one)

    def _bounds(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> Box | None:
        left, bottom, right, top = self._edges
        if not pdfium.FPDFPageObj_GetBounds(one, left, bottom, right, top):
            return None
        box = Box(left.value, bottom.value, right.value, top.value)
        return box if matrix is IDENTITY else moved(matrix, box)

    def _picture(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> None:
        box = self._bounds(one, matrix)
        if box is not None:
            self.picture(box)

    def _path(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> None:
        fill, stroke = self._modes
        pdfium.FPDFPath_GetDrawMode(one, fill, stroke)
        if not fill.value and not stroke.value:
            return
        self.shapes += 1
        box = self._bounds(one, matrix)
        if box is None:
            return
        x0, y0, x1, y1 = box
        thin = x1 - x0 <= self.thickest or y1 - y0 <= self.thickest
        segments = pdfium.FPDFPath_CountSegments(one)
        if thin and segments in (2, 5):
            # One stroke or one box: its bounds say it all, and cost a tenth of reading the points.
            self.rule(box)
        elif segments <= _MAX_SEGMENTS and (stroke.value or thin or segments > 5):
            self._segments(one, segments, times(_matrix(one), matrix), bool(stroke.value))

    def _segments(self, one: pdfium.FPDF_PAGEOBJECT, count: int, matrix: Matrix, stroked: bool) -> None:
        """Each subpath of a path: the straight pieces of what is stroked, the thin boxes of what is filled."""
        points: list[tuple[float, float]] = []
        curved = False
        for index in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(one, index)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            point = self._point(segment, matrix)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                if not curved:
                    self.subpath(points, stroked=stroked)
                points, curved = [], False
            elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
                curved = True
            points.append(point)
            if pdfium.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if not curved:
            self.subpath(points, stroked=stroked)

    def _point(self, segment: pdfium.FPDF_PATHSEGMENT, matrix: Matrix) -> tuple[float, float]:
        x, y = self._numbers
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        a, b, c, d, e, f = matrix
        return a * x.value + c * y.value + e, b * x.value + d * y.value + f


def _matrix(one: pdfium.FPDF_PAGEOBJECT) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(one, found):
        return IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f
