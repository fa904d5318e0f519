"""What stands beside a page as annotations: comments, text that is struck out, and what is written into forms.

Viewers draw form fields and text boxes. Most files hold the drawing as well, which is made part of the page; where it
is missing, viewers draw the text itself, and so it is read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import pypdfium2.raw as pdfium

from extractor.readers.printed.characters import ADJACENT, BLANK, BREAK, Characters, forms
from extractor.readers.printed.frame import Box

Form: TypeAlias = pdfium.FPDF_FORMHANDLE

_SHOWN = (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_WIDGET)
_COMMENTS = (pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE)
_WRITTEN = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_MOST = 1_000
_EXCERPT = 40
_MOST_BYTES = 1_000_000
_USUAL_SIZE = 10.0
_LEADING = 1.2
_WIDE = 0x2E80


class Written(NamedTuple):
    """Text that a viewer draws into a box, in PDF coordinates."""

    text: str
    box: Box


class Annotations(NamedTuple):
    """`is_drawn`: some of them draw on the page; `written` are those of which no drawing is in the file."""

    is_drawn: bool
    written: list[Written]
    notes: list[tuple[str, str]]


@contextmanager
def form_of(document: pdfium.FPDF_DOCUMENT) -> Iterator[Form]:
    """What tells the values of a document's form fields."""
    info = pdfium.FPDF_FORMFILLINFO(version=2)
    form = pdfium.FPDFDOC_InitFormFillEnvironment(document, info)
    try:
        yield form
    finally:
        if form:
            pdfium.FPDFDOC_ExitFormFillEnvironment(form)


def look_at(page: pdfium.FPDF_PAGE, form: Form) -> Annotations:
    """The annotations of a page."""
    found = Annotations(False, [], [])
    struck = 0
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST)):
        note = pdfium.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        struck += kind == pdfium.FPDF_ANNOT_STRIKEOUT
        if kind in _COMMENTS and (words := " ".join(_contents(note).split())[:_EXCERPT]):
            found.notes.append(("comment", words))
        elif kind in _SHOWN:
            found = found._replace(is_drawn=True)
            if (written := _undrawn(note, kind, form)) is not None:
                found.written.append(written)
        pdfium.FPDFPage_CloseAnnot(note)
    if struck:
        found.notes.append(("struck_annotation", f"{struck}"))
    if found.written:
        found.notes.append(("undrawn_text", f"{len(found.written)}"))
    return found


def with_written(characters: Characters, written: Iterable[Written]) -> Characters:
    """A page's characters and, behind them, the text that viewers draw into boxes: from the upper left corner on."""
    texts, gaps = list(characters.texts), list(characters.gaps)
    edges: tuple[list[float], ...] = ([], [], [], [])
    for text, box in written:
        size = min(characters.size if characters.texts else _USUAL_SIZE, box.y1 - box.y0)
        x, y, gap = box.x0, box.y1, BREAK
        for character in text:
            wide = size if ord(character) >= _WIDE else size / 2
            if character in "\r\n" or x + wide > box.x1 + size / 2:
                x, y, gap = box.x0, y - _LEADING * size, BREAK
            if seen := forms()[character]:
                texts.append(seen)
                gaps.append(gap)
                for edge, value in zip(edges, (x, y - size, x + wide, y), strict=True):
                    edge.append(value)
                gap = ADJACENT
            elif gap == ADJACENT:
                gap = BLANK
            if character not in "\r\n":
                x += wide
    left, top, right, bottom = characters.frame.show(*edges)
    return replace(
        characters,
        texts=texts,
        gaps=gaps,
        left=characters.left + left,
        top=characters.top + top,
        right=characters.right + right,
        bottom=characters.bottom + bottom,
        size=characters.size if characters.texts else _USUAL_SIZE,
    )


def _undrawn(note: pdfium.FPDF_ANNOTATION, kind: int, form: Form) -> Written | None:
    """The text of a field or a box whose drawing the file lacks; None where it has one or holds no text."""
    normal = pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL
    if pdfium.FPDFAnnot_GetAP(note, normal, None, 0) > 2 or pdfium.FPDFAnnot_GetFlags(note) & _UNSEEN:
        return None
    is_field = kind == pdfium.FPDF_ANNOT_WIDGET
    if is_field and (not form or pdfium.FPDFAnnot_GetFormFieldType(form, note) not in _WRITTEN):
        return None
    text = _value(note, form) if is_field else _contents(note)
    edges = pdfium.FS_RECTF()
    if not text.strip() or not pdfium.FPDFAnnot_GetRect(note, edges):
        return None
    return Written(text, Box(edges.left, edges.bottom, edges.right, edges.top))


def _value(note: pdfium.FPDF_ANNOTATION, form: Form) -> str:
    return _text(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, note, buffer, size))


def _contents(note: pdfium.FPDF_ANNOTATION) -> str:
    return _text(lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size))


def _text(get: Callable[[object, int], int]) -> str:
    size = get(None, 0)
    if not 2 < size <= _MOST_BYTES:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    get(buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
