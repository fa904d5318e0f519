"""The characters of a page, whatever file it is of: what each is, and the box in which it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import sub

from extractor.readers.inked import PageBoxes
from extractor.readers.printed.frame import Frame
from extractor.readers.symbols import RADICALS, raised

UNKNOWN = "\ufffd"
"""Stands for a glyph of which the file does not say what letter it is."""
ADJACENT, BLANK, BREAK = 0, 1, 2
_HYPHENS = "\x02\xad\ufffe"
"""What the library writes for a hyphen at the end of a line, and the soft hyphen, which some fonts print."""
_DIGITS = frozenset("0123456789")
_TIGHT, _FLAT = 0.5, 1.5
"""A box is tight where it is lower than this share of a line's, and flat where it is that much wider than high."""
_HANGING = frozenset("“”‘’\"'")
_LONGEST_RAISED = 2
LARGE = 1.35
"""Letters larger than so many times the usual height are printed in another size than the table."""
_RAISED_SIZE, _LIFT = 0.8, 0.15
"""A raised digit is smaller than this share of what stands before it, and this share of that higher."""


@dataclass(slots=True)
class Characters:
    """Printed characters in the file's order, without blanks; coordinates as the page is looked at.

    `gaps` tells what stands before a character: nothing, a blank, or the end of a line. `size` is the usual
    height of a line's box on this page, the measure for every distance. `slanted` are the positions of characters that
    stand across the lines, as those of a stamp do; `faded` those of large letters through which the page is seen.
    `boxes` are those of the letters once the page is put together.
    """

    frame: Frame
    texts: list[str]
    gaps: list[int]
    left: list[float]
    top: list[float]
    right: list[float]
    bottom: list[float]
    size: float
    outside: int = 0
    unknown: int = 0
    slanted: frozenset[int] = field(default_factory=frozenset)
    faded: frozenset[int] = field(default_factory=frozenset)
    turned: Mapping[int, int] = field(default_factory=dict)
    """Positions of characters that stand on their side or head, and after how many quarter turns they are upright."""
    boxes: PageBoxes | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def count(self) -> int:
        """Printed characters; a ligature is as many as it stands for."""
        return ink("".join(self.texts))


def ink(text: str) -> int:
    """How many characters of a text are printed.

    >>> ink("合计 1.00\\n")
    6
    """
    return sum(map(len, text.split()))


class _Forms(dict[str, str]):
    def __missing__(self, character: str) -> str:
        self[character] = form = _look_up(character)
        return form


@lru_cache(maxsize=1)
def forms() -> dict[str, str]:
    """Each character as a person reads it: "" for a blank, one or more letters for a form of them.

    Only forms that look like the plain character are replaced; ² and ① stay what they are.

    >>> seen = forms()
    >>> seen["⾏"], seen["ﬁ"], seen["²"], seen["\\u200b"], seen["\\x01"]
    ('行', 'fi', '²', '', '\ufffd')
    """
    return _Forms(dict(RADICALS) | dict.fromkeys(_HYPHENS, "-"))


def _look_up(character: str) -> str:
    if character.isspace():
        return ""
    code = ord(character)
    if 0x2E80 <= code < 0x2FE0 or 0xF900 <= code < 0xFB07:
        return unicodedata.normalize("NFKC", character)
    kind = unicodedata.category(character)
    if kind == "Cf":
        return ""
    return UNKNOWN if kind in ("Cc", "Cs", "Cn") else character


def loosen(found: Characters) -> None:
    """Gives flat letters (一, —, =) and quotation marks the height of their line, where a font tells their ink alone.

    Such fonts, whose letters are drawings, come from browsers. Without it the letter would stand on a line of its own.
    """
    low = _TIGHT * found.size
    if min(map(sub, found.bottom, found.top), default=low) >= low:
        return
    for index, (top, bottom) in enumerate(zip(found.top, found.bottom, strict=True)):
        height = bottom - top
        if height >= low:
            continue
        if found.texts[index] in _HANGING:
            found.bottom[index] = top + found.size
        elif found.right[index] - found.left[index] > _FLAT * height:
            found.top[index] = (top + bottom - found.size) / 2
            found.bottom[index] = (top + bottom + found.size) / 2


def raise_digits(found: Characters) -> None:
    """Small digits above the line are written as such (²): they are no part of the number before them.

    Where other letters follow on their height, all of them are a line of their own beside large letters.
    """
    heights = list(map(sub, found.bottom, found.top))
    if not heights or min(heights) >= _RAISED_SIZE * max(heights):
        return
    run: list[int] = []
    for index, text in enumerate(found.texts):
        if text in _DIGITS and index and _is_raised(found, index, goes_on=bool(run)):
            run.append(index)
            continue
        if run and not _is_level(found, run[-1], index):
            _write_raised(found, run)
        run = []
    _write_raised(found, run)


def _write_raised(found: Characters, run: list[int]) -> None:
    """A longer number is one of another font, whose boxes stand higher."""
    for index in run if len(run) <= _LONGEST_RAISED else ():
        found.texts[index] = raised(found.texts[index])


def _is_raised(found: Characters, index: int, *, goes_on: bool) -> bool:
    before = index - 1
    height, other = (found.bottom[place] - found.top[place] for place in (index, before))
    lift = found.bottom[before] - found.bottom[index]
    if goes_on:
        return _is_level(found, before, index)
    beside = found.gaps[index] == ADJACENT and abs(found.left[index] - found.right[before]) < other / 2
    lifted = _LIFT * other < lift < other and found.top[index] > found.top[before] - other / 2
    return beside and lifted and height < _RAISED_SIZE * other


def _is_level(found: Characters, before: int, index: int) -> bool:
    """Whether a letter goes on after another on the same height."""
    height = found.bottom[index] - found.top[index]
    return found.gaps[index] == ADJACENT and abs(found.bottom[before] - found.bottom[index]) < _LIFT * height


def within(found: Characters) -> Characters:
    """Without what lies beyond the page's edge, where nobody can see it."""
    width, height = found.frame.size
    if not found.texts or (
        min(found.left) >= 0 and min(found.top) >= 0 and max(found.right) <= width and max(found.bottom) <= height
    ):
        return found
    kept = [
        index
        for index, (x0, y0, x1, y1) in enumerate(zip(found.left, found.top, found.right, found.bottom, strict=True))
        if 0 <= (x0 + x1) / 2 <= width and 0 <= (y0 + y1) / 2 <= height
    ]
    if len(kept) == len(found):
        return found
    inside = only(found, kept)
    inside.outside = found.count() - inside.count()
    return inside


def only(found: Characters, positions: list[int]) -> Characters:
    """The characters at these positions alone."""
    edges = (found.left, found.top, found.right, found.bottom)
    left, top, right, bottom = ([column[index] for index in positions] for column in edges)
    texts = [found.texts[index] for index in positions]
    gaps = [found.gaps[index] for index in positions]
    slanted, faded = (
        frozenset(new for new, old in enumerate(positions) if old in known) if known else known
        for known in (found.slanted, found.faded)
    )
    turned = (
        {new: found.turned[old] for new, old in enumerate(positions) if old in found.turned} if found.turned else {}
    )
    return replace(
        found,
        texts=texts,
        gaps=gaps,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        outside=0,
        slanted=slanted,
        faded=faded,
        turned=turned,
        boxes=None,
    )
