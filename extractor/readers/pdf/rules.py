"""The straight lines of a PDF page: strokes, the edges of boxes, thin filled rectangles, thin pictures."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pypdfium2.raw as pdfium

from extractor.readers.pdf.shapeless import LEGIBLE, height, is_shapeless
from extractor.readers.printed.frame import Box, Frame
from extractor.readers.printed.rules import Drawn, sort_rules

MAX_OBJECTS = 200_000
"""Lines and texts of one page: a map or a drawing has that many, no table has."""
_MAX_SEGMENTS = 20_000
_MAX_DEPTH = 6
_THICKEST = 4.0
_TEXT, _PATH = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH
UNDRAWN = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
"""How text is drawn that nobody sees: that of the layer which OCR puts over a scanned page, or a trick."""
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Matrix = tuple[float, float, float, float, float, float]


class Painted(NamedTuple):
    """What a PDF page draws: `drawn` besides text; `invisible` where some of the text is not drawn at all;
    `shapeless` are the texts of which nothing is drawn for want of their font.
    """

    drawn: Drawn
    invisible: bool
    shapeless: Sequence[pdfium.FPDF_PAGEOBJECT]


def read_rules(page: pdfium.FPDF_PAGE, frame: Frame, tolerance: float) -> Painted:
    """Rules of a page as it is looked at; pieces of a rule, and rules close beside each other, made one."""
    reader = _Reader(tolerance)
    reader.read(pdfium.FPDFPage_CountObjects(page), partial(pdfium.FPDFPage_GetObject, page), _IDENTITY, 0)
    horizontal, vertical = sort_rules(_shown(frame, reader.thin), tolerance)
    pictures = list(_shown(frame, reader.pictures))
    drawn = Drawn(horizontal, vertical, pictures, reader.shapes, reader.left <= 0)
    return Painted(drawn, reader.invisible, reader.shapeless)


def _shown(frame: Frame, boxes: list[Box]) -> Iterator[Box]:
    columns = frame.show(*([box[edge] for box in boxes] for edge in range(4)))
    return (Box(*edges) for edges in zip(*columns, strict=True))


class _Reader:
    """Walks over a page's objects, those inside of forms included, in PDF coordinates."""

    def __init__(self, tolerance: float) -> None:
        self.thin: list[Box] = []
        self.pictures: list[Box] = []
        self.shapes = 0
        self.left = MAX_OBJECTS
        self.thickest = min(max(tolerance, 1.0), _THICKEST)
        self.invisible = False
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
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
                inner = pdfium.FPDFFormObj_CountObjects(one)
                self.read(inner, partial(pdfium.FPDFFormObj_GetObject, one), _times(_matrix(one), matrix), depth + 1)

    def _text(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> None:
        if pdfium.FPDFTextObj_GetTextRenderMode(one) in UNDRAWN:
            self.invisible = True
        elif is_shapeless(one, self._corners) and height(one) * math.hypot(*matrix[:2]) >= LEGIBLE:
            self.shapeless.append(one)

    def _bounds(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> Box | None:
        left, bottom, right, top = self._edges
        if not pdfium.FPDFPageObj_GetBounds(one, left, bottom, right, top):
            return None
        box = Box(left.value, bottom.value, right.value, top.value)
        return box if matrix is _IDENTITY else _apply(matrix, box)

    def _picture(self, one: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> None:
        box = self._bounds(one, matrix)
        if box is None:
            return
        if min(box.x1 - box.x0, box.y1 - box.y0) <= self.thickest:
            self._rule(box)
        else:
            self.pictures.append(box)

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
            self._rule(box)
        elif segments <= _MAX_SEGMENTS and (stroke.value or thin or segments > 5):
            self._segments(one, segments, _times(_matrix(one), matrix), bool(stroke.value))

    def _segments(self, one: pdfium.FPDF_PAGEOBJECT, count: int, matrix: Matrix, stroked: bool) -> None:
        """Each subpath of a path: the straight pieces of what is stroked, the thin boxes of what is filled."""
        points: list[tuple[float, float]] = []
        curved = False
        for index in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(one, index)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            point = self._point(segment, matrix)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                self._subpath(points, stroked, curved)
                points, curved = [], False
            elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
                curved = True
            points.append(point)
            if pdfium.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        self._subpath(points, stroked, curved)

    def _subpath(self, points: list[tuple[float, float]], stroked: bool, curved: bool) -> None:
        if len(points) < 2 or curved:
            return
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        if min(box.x1 - box.x0, box.y1 - box.y0) <= self.thickest:
            self._rule(box)
        elif stroked:
            for (x0, y0), (x1, y1) in pairwise(points):
                if abs(x1 - x0) <= 0.5 or abs(y1 - y0) <= 0.5:
                    self._rule(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def _point(self, segment: pdfium.FPDF_PATHSEGMENT, matrix: Matrix) -> tuple[float, float]:
        x, y = self._numbers
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        a, b, c, d, e, f = matrix
        return a * x.value + c * y.value + e, b * x.value + d * y.value + f

    def _rule(self, box: Box) -> None:
        """Dots and the like are no rules."""
        x0, y0, x1, y1 = box
        wide, high = x1 - x0, y1 - y0
        if (wide > 2 * high and wide >= 1) or (high > 2 * wide and high >= 1):
            self.thin.append(box)


def _matrix(one: pdfium.FPDF_PAGEOBJECT) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(one, found):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does one thing and then the other.

    >>> _times((2, 0, 0, 2, 0, 0), (1, 0, 0, 1, 5, 7))
    (2, 0, 0, 2, 5, 7)
    """
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _apply(matrix: Matrix, box: Box) -> Box:
    if matrix == _IDENTITY:
        return box
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))
