"""A page that is a picture, read by OCR: its words take the place of characters, its lines that of rules."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from statistics import median

import pypdfium2.raw as pdfium

from extractor.readers import ocr
from extractor.readers.printed.characters import BREAK, Characters, only
from extractor.readers.printed.frame import Box, Frame
from extractor.readers.printed.rules import Drawn, sort_rules

_DOTS_PER_POINT = 200 / 72
_MOST_DOTS = 4_000
_WHITE = 0xFFFFFFFF


def read_picture(page: pdfium.FPDF_PAGE, tolerance: float) -> tuple[Characters, Drawn]:
    """Words and rules of a page, in points as the page is looked at; no words where OCR finds none."""
    width, height = max(pdfium.FPDF_GetPageWidthF(page), 1.0), max(pdfium.FPDF_GetPageHeightF(page), 1.0)
    scale = min(_DOTS_PER_POINT, _MOST_DOTS / max(width, height))
    wide, high = max(int(width * scale), 1), max(int(height * scale), 1)
    seen = _look(page, wide, high)
    frame = Frame(Box(0, 0, width, height))
    words = [[edge / scale for edge in word[1:]] for word in seen.words]
    left, top, right, bottom = ([word[edge] for word in words] for edge in range(4))
    size = median(word[3] - word[1] for word in words) if words else 0.0
    texts = [word.text.replace(" ", "") if not word.text.isascii() else word.text for word in seen.words]
    characters = Characters(frame, texts, [BREAK] * len(texts), left, top, right, bottom, max(size, 0.1))
    lines = [Box(*(edge / scale for edge in line)) for line in seen.lines]
    return characters, Drawn(*sort_rules(lines, tolerance), [], len(lines))


def with_unseen(words: Characters, printed: Characters) -> Characters:
    """Words of a picture, and behind them what the file says is printed there and OCR did not see.

    Letters of a font that is not in the file are in no picture.
    """
    boxes = list(zip(words.left, words.top, words.right, words.bottom, strict=True))
    middles = [
        ((x0 + x1) / 2, (y0 + y1) / 2)
        for x0, y0, x1, y1 in zip(printed.left, printed.top, printed.right, printed.bottom, strict=True)
    ]
    left = [
        index
        for index, (x, y) in enumerate(middles)
        if not any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes)
    ]
    unseen = only(printed, left)
    return replace(
        words,
        texts=words.texts + unseen.texts,
        gaps=words.gaps + [BREAK, *unseen.gaps[1:]][: len(left)],
        left=words.left + unseen.left,
        top=words.top + unseen.top,
        right=words.right + unseen.right,
        bottom=words.bottom + unseen.bottom,
    )


def _look(page: pdfium.FPDF_PAGE, wide: int, high: int) -> ocr.Seen:
    bitmap = pdfium.FPDFBitmap_CreateEx(wide, high, pdfium.FPDFBitmap_Gray, None, 0)
    if not bitmap:
        return ocr.Seen([], [])
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, wide, high, _WHITE)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, wide, high, 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * high)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return ocr.look_at(pixels, wide, high, stride)
