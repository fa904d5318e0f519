"""One page of a PDF file: what it prints, read from its text or, where it is a picture, by OCR."""

from __future__ import annotations

import pypdfium2.raw as pdfium

from extractor.readers import ocr
from extractor.readers.pdf.characters import read_characters
from extractor.readers.pdf.picture import read_picture, with_unseen
from extractor.readers.pdf.rules import read_rules
from extractor.readers.pdf.shapeless import give_extent
from extractor.readers.printed.characters import UNKNOWN, Characters
from extractor.readers.printed.frame import Box
from extractor.readers.printed.page import Page, fill, tolerance
from extractor.readers.printed.rules import Drawn

_PICTURE = 0.4
_OUTLINED = 50
_FEW = 40


def read_page(page: pdfium.FPDF_PAGE, number: int) -> Page:
    """Everything on a page, with notes on what a person has to look at."""
    found = Page(number)
    characters, drawn = _printed(page, found.notes)
    if characters.count() < _FEW and _pictured(characters, drawn) > _PICTURE:
        if ocr.is_installed():
            words, lines = read_picture(page, tolerance(characters))
            if len(words) > len(characters):
                fill(found, with_unseen(words, characters), lines)
                found.notes.append(("ocr_page", ""))
                return found
            found.notes.append(("scanned_page_ocr", ""))
        else:
            found.notes.append(("scanned_page", ""))
    fill(found, characters, drawn)
    _look(found, characters, drawn)
    return found


def _printed(page: pdfium.FPDF_PAGE, notes: list[tuple[str, str]]) -> tuple[Characters, Drawn]:
    """Characters that a person sees on the page, and what else is drawn; text without a shape gets one first."""
    box = _visible_box(page)
    characters = read_characters(page, box)
    painted = read_rules(page, characters.frame, tolerance(characters))
    if painted.shapeless:
        give_extent(painted.shapeless)
        whole = read_characters(page, box)
        if (missed := _letters(whole) - _letters(characters)) > 0:
            notes.append(("shapeless_text", f"{missed}"))
            characters, painted = whole, read_rules(page, whole.frame, tolerance(whole))
    if painted.invisible and _pictured(characters, painted.drawn) <= _PICTURE:
        seen = read_characters(page, box, drawn_only=True)
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


def _pictured(characters: Characters, drawn: Drawn) -> float:
    """The part of the page that pictures cover."""
    width, height = characters.frame.size
    return sum((box.x1 - box.x0) * (box.y1 - box.y0) for box in drawn.pictures) / max(width * height, 1.0)


def _look(page: Page, characters: Characters, drawn: Drawn) -> None:
    """What the page shows that its characters do not say."""
    if not characters.texts and not drawn.pictures and drawn.shapes >= _OUTLINED:
        page.notes.append(("outlined_page", ""))
    elif characters.count() >= _FEW and _pictured(characters, drawn) > 2 * _PICTURE:
        page.notes.append(("text_over_picture", ""))
    if characters.outside:
        page.notes.append(("text_outside_page", f"{characters.outside}"))
    if characters.unknown:
        page.notes.append(("unreadable_text", f"{characters.unknown}"))
    if drawn.crowded:
        page.notes.append(("crowded_page", ""))
