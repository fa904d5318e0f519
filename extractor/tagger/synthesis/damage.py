"""What happens to a text on its way: line ends moved, blanks and footers thrown in, punctuation lost.

Every damage keeps the labels right; it never touches what would change a value, save for white space
in it, which means nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from extractor.tagger.labels import OUTSIDE
from extractor.tagger.synthesis.labelled import Labelled, joined
from extractor.tagger.synthesis.words import Dice, words
from extractor.tagger.synthesis.wrap import column, wrap

_SEPARATORS = "；，。;,：:、"
_STRAYS = (" ", " ", " ", "  ", "　", "\n", "\u00a0")
_FOOTERS = ("— {} —", "- {} -", "{}", "第 {} 页", "第{}页 共88页", "第 {} 页，共 96 页", "{}/88", "-{}-", "·{}·")
_HALF = str.maketrans("；，：（）％．。", ";,:()%..")
_FULL = str.maketrans(";,:()%", "；，：（）％")


def _separators(piece: Labelled) -> list[int]:
    """Where punctuation stands that belongs to no value."""
    return [
        at
        for at, (character, tag) in enumerate(zip(piece.text, piece.tags, strict=True))
        if tag == OUTSIDE and character in _SEPARATORS
    ]


def rewrapped(piece: Labelled, dice: Dice) -> Labelled:
    """Other line ends inside the values and between the parts of an indicator."""
    pieces: list[Labelled] = []
    narrow = column(dice)
    # Lines that end within a value are taken together; a line that ends a value stays one.
    start = 0
    text = piece.text
    at = text.find("\n")
    while True:
        end = at if at >= 0 else len(text)
        if at < 0 or not piece.between(at + 1):
            whole = _without_line_ends(piece.cut(start, end))
            lines = wrap(whole, narrow, dice)
            for index, line in enumerate(lines):
                after = line.after if index < len(lines) - 1 else 0
                pieces.append(Labelled(f"{line.text}\n", line.tags + bytes((after,))))
            if not lines:
                pieces.append(Labelled("\n", b"\0"))
            start = end + 1
        if at < 0:
            break
        at = text.find("\n", at + 1)
    made = joined(pieces)
    return made.cut(0, len(made.text) - 1)


def _without_line_ends(piece: Labelled) -> Labelled:
    parts: list[Labelled] = []
    start = 0
    for line in piece.text.split("\n"):
        parts.append(piece.cut(start, start + len(line)))
        start += len(line) + 1
    return joined(parts)


def footed(piece: Labelled, dice: Dice) -> Labelled:
    """A page's footer in the place of a line end, or between any two characters."""
    text = piece.text
    at = text.find("\n", dice.number(0, len(text) - 1))
    before, behind = dice.one((("\n", "\n"), ("\n\n", "\n"), ("\n", "\n\n"), ("\n\n", "\n\n"), ("\n", "\f")))
    footer = before + dice.one(_FOOTERS).format(dice.number(1, 96)) + behind
    if at >= 0:
        return piece.replaced(at, at + 1, footer, OUTSIDE)
    at = dice.number(1, max(1, len(text) - 1))
    if text[at - 1 : at].isspace() or text[at : at + 1].isspace():
        return piece
    return piece.replaced(at, at, footer, OUTSIDE)


def strayed(piece: Labelled, dice: Dice) -> Labelled:
    """Blanks where there were none."""
    for _ in range(1 + len(piece.text) * dice.number(1, 4) // 200):
        at = dice.number(1, max(1, len(piece.text) - 1))
        stray = dice.one(_STRAYS)
        if stray == "\n" and not piece.between(at):
            continue  # a line end outside of values would be structure
        piece = piece.replaced(at, at, stray, piece.between(at))
    return piece


def tidied(piece: Labelled, dice: Dice) -> Labelled:
    """Blanks gone from the line ends, or blank lines from between the lines."""
    text = piece.text
    at = text.find("\n\n")
    while at >= 0:
        piece = piece.cut(0, at) if at + 1 >= len(text) else piece.replaced(at, at + 1, "", OUTSIDE)
        text = piece.text
        at = text.find("\n\n", at)
    return piece


def unseparated(piece: Labelled, dice: Dice) -> Labelled:
    """One separator is lost."""
    places = _separators(piece)
    if not places:
        return piece
    at = dice.one(places)
    around = piece.text[at - 1 : at], piece.text[at + 1 : at + 2]
    if all(side.isdigit() for side in around):
        return piece
    return piece.replaced(at, at + 1, "", OUTSIDE)


def swapped(piece: Labelled, dice: Dice) -> Labelled:
    """Some separators are others, or one kind of them is another throughout."""
    places = _separators(piece)
    if not places:
        return piece
    text = list(piece.text)
    if dice.whether(0.5):
        for _ in range(dice.number(1, 4)):
            text[dice.one(places)] = dice.one("；，。;,：")
    else:
        old, new = text[dice.one(places)], dice.one("；，。;,：、")
        for at in places:
            if text[at] == old:
                text[at] = new
    return piece._replace(text="".join(text))


def relabelled(piece: Labelled, dice: Dice) -> Labelled:
    """A value's label is called something else, everywhere or once."""
    for old in ("年度指标值", "实施周期指标值", "指标值", "目标值"):
        at = piece.text.find(old)
        if at < 0:
            continue
        new = dice.one(words()["labels.annual" if old != "实施周期指标值" else "labels.cycle"])
        many = dice.whether(0.7)
        while at >= 0:
            if not any(piece.tags[at : at + len(old)]):
                piece = piece.replaced(at, at + len(old), new, OUTSIDE)
                if not many:
                    break
            at = piece.text.find(old, at + len(new))
        break
    return piece


def halved(piece: Labelled, dice: Dice) -> Labelled:
    """All punctuation is half-width, or full-width."""
    return piece._replace(text=piece.text.translate(_HALF if dice.whether(0.6) else _FULL))


_MISREAD = (
    ("：", ":"),
    ("；", ":"),
    ("，", "."),
    ("、", "."),
    ("。", "."),
    ("0", "O"),
    ("1", "l"),
    ("指", "措"),
    ("值", "恒"),
    ("标", "栋"),
)


def misread(piece: Labelled, dice: Dice) -> Labelled:
    """A few characters are others, as in a scan."""
    text = piece.text
    for old, new in dice.random.sample(_MISREAD, 3):
        at = text.find(old, dice.number(0, len(text) - 1))
        if at >= 0:
            text = text[:at] + new + text[at + 1 :]
    return piece._replace(text=text)


DAMAGES: dict[Callable[[Labelled, Dice], Labelled], float] = {
    rewrapped: 0.16,
    footed: 0.18,
    strayed: 0.16,
    tidied: 0.04,
    unseparated: 0.16,
    swapped: 0.14,
    relabelled: 0.08,
    halved: 0.05,
    misread: 0.03,
}


def damaged(piece: Labelled, dice: Dice) -> Labelled:
    """One damage, or now and then two."""
    if not piece.text:
        return piece
    piece = dice.weighted(DAMAGES)(piece, dice)
    if piece.text and dice.whether(0.2):
        piece = dice.weighted(DAMAGES)(piece, dice)
    return piece.bounded()


__all__ = ["DAMAGES", "damaged"]
