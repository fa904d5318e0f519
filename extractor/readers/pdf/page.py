"""One page of a PDF file: what it prints, read from its text or, where it is a picture, by OCR."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pypdfium2.raw as pdfium

from extractor.readers.pdf import picture
from extractor.readers.pdf.annotations import Written, with_written
from extractor.readers.pdf.characters import read_characters
from extractor.readers.pdf.rules import read_rules
from extractor.readers.pdf.shapeless import give_extent
from extractor.readers.printed.characters import UNKNOWN, Characters
from extractor.readers.printed.frame import Box
from extractor.readers.printed.page import Page, tolerance
from extractor.readers.printed.picture import is_picture, settle
from extractor.readers.printed.rules import Drawn


def read_page(page: pdfium.FPDF_PAGE, number: int, written: Sequence[Written] = ()) -> Page:
    """Everything on a page, with notes on what a person has to look at; `written` is what viewers write on it."""
    found = Page(number)
    characters, drawn = _printed(page, found.notes)
    if written:
        characters = with_written(characters, written)
    settle(found, characters, drawn, picture.size(page), partial(picture.look, page))
    return found


def _printed(page: pdfium.FPDF_PAGE, notes: list[tuple[str, str]]) -> tuple[Characters, Drawn]:
    """Characters that a person sees on the page, and what else is drawn; text without a shape gets one first."""
    box = _visible_box(page)
    characters = read_characters(page, box)
    painted = read_rules(page, characters.frame, tolerance(characters))
    in_forms = painted.in_forms
    if in_forms:
        characters = read_characters(page, box, in_forms=True)
    if painted.shapeless:
        give_extent(painted.shapeless)
        whole = read_characters(page, box, in_forms=in_forms)
        if (missed := _letters(whole) - _letters(characters)) > 0:
            notes.append(("shapeless_text", f"{missed}"))
            characters, painted = whole, read_rules(page, whole.frame, tolerance(whole))
    if painted.invisible and not is_picture(characters, painted.drawn):
        seen = read_characters(page, box, drawn_only=True, in_forms=in_forms)
        if unseen := characters.count() - seen.count():
            notes.append(("invisible_text", f"{unseen}"))
        characters = seen
    return characters, painted.drawn


def _visible_box(page: pdfium.FPDF_PAGE) -> Box:
    """The crop box within the media box, in PDF coordinates."""
    found = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page, found):
        return Box(0, 0, 612, 792)
    return Box(found.left, found.bottom, found.right, found.top)


def _letters(characters: Characters) -> int:
    """Those that are printed wherever there is a font for them: no soft hyphens, nor codes that stand for nothing."""
    return sum(text not in (UNKNOWN, "-") for text in characters.texts)
