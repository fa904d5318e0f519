"""Words and straight lines of a picture, where the extra `ocr` is installed.

RapidOCR (Apache-2.0) brings its models in its package and runs them on this machine: no picture leaves it.
A page takes some ten seconds of one core and 700 MB. It makes mistakes, so whoever uses it must say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from extractor.readers.printed.frame import Matrix

_WHITE = 255
_INK = 140
_SHORTEST_RULE = 40
_THICKEST_RULE = 9


class Word(NamedTuple):
    """Text that stands together on one line, and its box in dots from the upper left corner."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


class Seen(NamedTuple):
    """What is in a picture; `lines` are boxes (x0, y0, x1, y1) in dots."""

    words: list[Word]
    lines: list[tuple[float, float, float, float]]


def is_installed() -> bool:
    return all(find_spec(package) is not None for package in ("rapidocr", "onnxruntime", "cv2"))


def look_at(pixels: bytes, width: int, height: int, stride: int) -> Seen:
    """Words and lines of a picture with one byte (black to white) a dot, `stride` bytes a row."""
    import numpy

    return _look(numpy.frombuffer(pixels, numpy.uint8).reshape(height, stride)[:, :width])


def look_at_pictures(pictures: Iterable[tuple[bytes, Matrix]], width: int, height: int) -> Seen:
    """Words and lines of pictures on a white page, each a file (PNG, JPEG …) and where a square of size 1 comes to lie.

    What is no picture that can be opened is left out.
    """
    import cv2
    import numpy

    page = numpy.full((height, width), _WHITE, numpy.uint8)
    for data, matrix in pictures:
        grey = _opened(data)
        if grey is None:
            continue
        wide, high = (max(int(math.hypot(*matrix[edge : edge + 2])), 1) for edge in (0, 2))
        if wide < grey.shape[1] or high < grey.shape[0]:
            grey = cv2.resize(grey, (min(wide, grey.shape[1]), min(high, grey.shape[0])), interpolation=cv2.INTER_AREA)
        a, b, c, d, e, f = matrix
        rows, columns = grey.shape
        way = numpy.array([[a / columns, c / rows, e], [b / columns, d / rows, f]])
        drawn = cv2.warpAffine(grey, way, (width, height), borderValue=_WHITE)
        page = numpy.minimum(page, drawn)
    return _look(page)


def _opened(data: bytes) -> Any:
    """A picture's dots from black to white, on white paper where it is transparent; None where it is none."""
    import cv2
    import numpy

    try:
        found = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if found is None or found.dtype != numpy.uint8:
        return None
    if found.ndim == 2:
        return found
    grey = cv2.cvtColor(numpy.ascontiguousarray(found[:, :, :3]), cv2.COLOR_BGR2GRAY)
    if found.shape[2] == 4:
        cover = found[:, :, 3].astype(float) / _WHITE
        grey = (grey * cover + _WHITE * (1 - cover)).astype(numpy.uint8)
    return grey


def _look(grey: Any) -> Seen:
    import numpy

    result = _engine()(numpy.repeat(grey[:, :, None], 3, axis=2))
    words = []
    for corners, text in zip(result.boxes if result.boxes is not None else (), result.txts or (), strict=True):
        xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
        if text.strip():
            words.append(Word(text.strip(), min(xs), min(ys), max(xs), max(ys)))
    return Seen(words, _straight_lines(grey))


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})


def _straight_lines(grey: Any) -> list[tuple[float, float, float, float]]:
    """Long thin runs of ink along the rows and columns of dots; a page that was scanned askew shows none."""
    import cv2

    ink = (grey < _INK).astype("uint8")
    found = []
    for shape in ((_SHORTEST_RULE, 1), (1, _SHORTEST_RULE)):
        runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        _, _, boxes, _ = cv2.connectedComponentsWithStats(runs)
        for x, y, wide, high, _ in boxes[1:]:
            if min(wide, high) <= _THICKEST_RULE:
                found.append((float(x), float(y), float(x + wide), float(y + high)))
    return found
