"""Words and straight lines of a picture, where the extra `ocr` is installed.

RapidOCR (Apache-2.0) brings its models in its package and runs them on this machine: no picture leaves it.
A page takes some ten seconds of one core and 700 MB. It makes mistakes, so whoever uses it must say so.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple

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

    grey = numpy.frombuffer(pixels, numpy.uint8).reshape(height, stride)[:, :width]
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
