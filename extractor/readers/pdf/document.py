"""The file: opening it, its pages one after the other, and the text that they make."""

from __future__ import annotations

from threading import Lock

import pypdfium2.raw as pdfium

from extractor.errors import UnsupportedFile
from extractor.readers.parsed import Parsed
from extractor.readers.pdf.annotations import Form, form_of, look_at
from extractor.readers.pdf.damage import damage_of
from extractor.readers.pdf.fonts import use_stand_in
from extractor.readers.pdf.page import read_page
from extractor.readers.printed.page import Page
from extractor.readers.printed.writing import write_pages
from extractor.schemas.document import Note

MAX_PAGES = 5_000
_MAGIC = b"%PDF-"
_HEADER = 1024
_XFA = (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)
_REFUSALS = {
    pdfium.FPDF_ERR_PASSWORD: "is protected by a password; save it without one, then run again",
    pdfium.FPDF_ERR_SECURITY: "is encrypted in a way that cannot be opened; save it without protection, then run again",
    pdfium.FPDF_ERR_FORMAT: "is a damaged PDF; get a complete copy",
}
_lock = Lock()
"""The library works for one thread at a time."""


def read_document(raw: bytes, file: str) -> Parsed:
    """See `extractor.readers.pdf.read_pdf`."""
    if _MAGIC not in raw[:_HEADER]:
        raise UnsupportedFile(file, "is no PDF, whatever its name says; give the document itself")
    with _lock:
        use_stand_in()
        document = pdfium.FPDF_LoadMemDocument64(raw, len(raw), None)
        if not document:
            error = pdfium.FPDF_GetLastError()
            raise UnsupportedFile(file, _REFUSALS.get(error, "is a PDF that cannot be opened; save it anew"))
        try:
            pages = _pages(document, file)
            notes = _file_notes(document, raw)
        finally:
            pdfium.FPDF_CloseDocument(document)
    return write_pages(pages, notes, file)


def _pages(document: pdfium.FPDF_DOCUMENT, file: str) -> list[Page]:
    count = pdfium.FPDF_GetPageCount(document)
    if count < 1:
        raise UnsupportedFile(file, "is a PDF without pages; it may be damaged: get a complete copy")
    if count > MAX_PAGES:
        raise UnsupportedFile(
            file,
            f"has {count:,} pages, more than the {MAX_PAGES:,} that are read; split it into one file per department",
        )
    with form_of(document) as form:
        pages = [_page(document, index, form) for index in range(count)]
    if all(page is None for page in pages):
        raise UnsupportedFile(file, "is a damaged PDF: none of its pages can be read; get a complete copy")
    return [page or _lost(index + 1) for index, page in enumerate(pages)]


def _page(document: pdfium.FPDF_DOCUMENT, index: int, form: Form) -> Page | None:
    page = pdfium.FPDF_LoadPage(document, index)
    if not page:
        return None
    try:
        found = look_at(page, form)
        if found.is_drawn and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
            # What is written into form fields stands beside the page until it is made part of it.
            pdfium.FPDF_ClosePage(page)
            page = pdfium.FPDF_LoadPage(document, index)
            if not page:
                return None
        read = read_page(page, index + 1, found.written)
        read.notes += found.notes
        return read
    finally:
        if page:
            pdfium.FPDF_ClosePage(page)


def _lost(number: int) -> Page:
    return Page(number, notes=[("damaged_page", "")])


def _file_notes(document: pdfium.FPDF_DOCUMENT, raw: bytes) -> list[Note]:
    notes = damage_of(raw)
    attached = pdfium.FPDFDoc_GetAttachmentCount(document)
    if attached > 0:
        notes.append(Note("attached_files", f"{attached}"))
    if pdfium.FPDF_GetFormType(document) in _XFA:
        notes.append(Note("interactive_form", ""))
    return notes
