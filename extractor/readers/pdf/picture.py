"""A page as a picture, for OCR to look at."""

from __future__ import annotations

import ctypes

import pypdfium2.raw as pdfium

from extractor.readers import ocr

_WHITE = 0xFFFFFFFF


def size(page: pdfium.FPDF_PAGE) -> tuple[float, float]:
    """Width and height of a page as it is looked at, in points."""
    return pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)


def look(page: pdfium.FPDF_PAGE, wide: int, high: int, _scale: float) -> ocr.Seen:
    """What OCR sees of a page that is drawn with so many dots."""
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
