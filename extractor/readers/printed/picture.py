"""Pages that are pictures, read by OCR: its words take the place of characters, its lines that of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from extractor.readers import ocr
from extractor.readers.printed.characters import BREAK, Characters, only
from extractor.readers.printed.frame import Box, Frame
from extractor.readers.printed.page import Page, fill, tolerance
from extractor.readers.printed.rules import Drawn, sort_rules
from extractor.readers.printed.turning import set_apart
from extractor.text import is_implausible

_DOTS_PER_POINT = 200 / 72
_MOST_DOTS = 4_000
_PICTURE = 0.4
_OUTLINED = 50
_FEW = 40

Look = Callable[[int, int, float], ocr.Seen]
"""Shows OCR a page: its width and height in dots, and how many of them a point has."""


def settle(page: Page, characters: Characters, drawn: Drawn, size: tuple[float, float], look: Look) -> None:
    """Fills a page with what is printed on it or, where it is a picture or no text, with what OCR sees in it.

    `size` is that of the picture, in points; notes say what a person has to look at.
    """
    if is_implausible("".join(characters.texts)) and ocr.is_installed():
        words, lines = _seen(size, look, tolerance(characters))
        if len(words):
            fill(page, words, lines)
            page.notes.append(("ocr_of_unreadable", f"{characters.count()}"))
            return
    if characters.count() < _FEW and is_picture(characters, drawn):
        if ocr.is_installed():
            words, lines = _seen(size, look, tolerance(characters))
            if len(words) > len(characters):
                fill(page, _with_unseen(words, characters), lines)
                page.notes.append(("ocr_page", ""))
                return
            page.notes.append(("scanned_page_ocr", ""))
        else:
            page.notes.append(("scanned_page", ""))
    upright, *sides = set_apart(characters, drawn, tolerance(characters))
    fill(page, *upright)
    for side in sides:
        page.parts.append(Page(page.number))
        fill(page.parts[-1], *side)
    _doubt(page, characters, drawn)


def is_picture(characters: Characters, drawn: Drawn) -> bool:
    """Whether pictures cover much of a page."""
    return _pictured(characters, drawn) > _PICTURE


def _pictured(characters: Characters, drawn: Drawn) -> float:
    """The part of the page that pictures cover."""
    width, height = characters.frame.size
    return sum((box.x1 - box.x0) * (box.y1 - box.y0) for box in drawn.pictures) / max(width * height, 1.0)


def _doubt(page: Page, characters: Characters, drawn: Drawn) -> None:
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


def _seen(size: tuple[float, float], look: Look, tolerance: float) -> tuple[Characters, Drawn]:
    """Words and rules of a page, in points as the page is looked at; no words where OCR finds none."""
    width, height = (max(edge, 1.0) for edge in size)
    scale = min(_DOTS_PER_POINT, _MOST_DOTS / max(width, height))
    seen = look(max(int(width * scale), 1), max(int(height * scale), 1), scale)
    frame = Frame(Box(0, 0, width, height))
    words = [[edge / scale for edge in word[1:]] for word in seen.words]
    left, top, right, bottom = ([word[edge] for word in words] for edge in range(4))
    usual = median(word[3] - word[1] for word in words) if words else 0.0
    texts = [word.text.replace(" ", "") if not word.text.isascii() else word.text for word in seen.words]
    characters = Characters(frame, texts, [BREAK] * len(texts), left, top, right, bottom, max(usual, 0.1))
    lines = [Box(*(edge / scale for edge in line)) for line in seen.lines]
    return characters, Drawn(*sort_rules(lines, tolerance), [], len(lines))


def _with_unseen(words: Characters, printed: Characters) -> Characters:
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
