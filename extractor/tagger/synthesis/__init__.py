"""Labelled text for training the tagger: invented projects, printed in the ways that such tables are.

Everything hangs on the seed. Content (`content`), how it is written (`render`), how it is laid out
(`page`, `grid`), what goes wrong with it (`damage`) and what is not to be read at all (`unreadable`,
`prose`) are chosen independently of each other, so that combinations come up that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from extractor.tagger.synthesis.content import Author
from extractor.tagger.synthesis.damage import damaged
from extractor.tagger.synthesis.grid import bracketed, colons, piped, tabbed
from extractor.tagger.synthesis.labelled import Labelled, joined, plain
from extractor.tagger.synthesis.page import Writer
from extractor.tagger.synthesis.prose import paragraph
from extractor.tagger.synthesis.unreadable import page as unreadable
from extractor.tagger.synthesis.words import Dice, Lexicon
from extractor.tagger.synthesis.wrap import column, wrap


@dataclass(frozen=True, slots=True)
class Sample:
    """`tags` holds one tag of `extractor.tagger.labels` for each character; `kind` names the rendering."""

    text: str
    tags: bytes
    kind: str


def _strange(dice: Dice) -> float:
    """Share of words that are made up."""
    return dice.one((0.0, 0.0, 0.1, 0.3, 0.3, 0.6, 1.0))


def _window(dice: Dice) -> Labelled:
    """A stretch of a document, cut anywhere."""
    size = dice.number(500, 1900)
    page = Writer(dice, _strange(dice)).document(size + dice.number(0, 700))
    spare = max(0, len(page.text) - size)
    start = dice.number(0, spare) if dice.whether(0.7) else 0
    return page.cut(start, start + size)


def _compilation(dice: Dice) -> Labelled:
    """The end of one document and the beginning of the next; one of them may be of those that are not to be read."""
    documents: list[Labelled] = []
    for _ in range(2):
        writer = Writer(dice, _strange(dice))
        documents.append(unreadable(writer) if dice.whether(0.12) else writer.document(dice.number(200, 1200)))
    one, other = documents
    half = dice.number(200, 900)
    return joined([one.cut(max(0, len(one.text) - half), len(one.text)), plain("\n"), other.cut(0, half)])


def _block(dice: Dice) -> Labelled:
    """One project by itself."""
    writer = Writer(dice, _strange(dice))
    return writer.block(writer.author.project(writer.habits, withheld=dice.whether(0.06)))


def _grid(rendering: Callable[[Writer], Labelled]) -> Callable[[Dice], Labelled]:
    return lambda dice: rendering(Writer(dice, _strange(dice)))


def _prose(dice: Dice) -> Labelled:
    author = Author(Lexicon(dice, _strange(dice)))
    text = plain("\n".join(paragraph(author) for _ in range(dice.number(2, 12))))
    if dice.whether(0.6):
        lines = wrap(text, column(dice, 20, 60), dice)
        text = plain(dice.one(("\n", "\n", "\n\n")).join(line.text for line in lines))
    return text


_KINDS: Mapping[str, tuple[float, Callable[[Dice], Labelled]]] = {
    "window": (0.40, _window),
    "compilation": (0.04, _compilation),
    "block": (0.16, _block),
    "bracketed": (0.32, _grid(bracketed)),
    "colons": (0.04, _grid(colons)),
    "tabbed": (0.03, _grid(tabbed)),
    "piped": (0.03, _grid(piped)),
    "prose": (0.03, _prose),
    "unreadable": (0.09, _grid(unreadable)),
}
KINDS = tuple(_KINDS)
_WHOLE = frozenset(("prose", "unreadable"))
_DAMAGED = 0.25


def samples(seed: int, kind: str | None = None) -> Iterator[Sample]:
    """Endless samples of all kinds, or of one."""
    dice = Dice(Random(seed))
    weights = {name: weight for name, (weight, _) in _KINDS.items()}
    while True:
        chosen = kind or dice.weighted(weights)
        made = _KINDS[chosen][1](dice)
        if chosen not in _WHOLE and dice.whether(_DAMAGED):
            made = damaged(made, dice)
        made = made.stripped()
        if made.text:
            yield Sample(*made, chosen)


__all__ = ["KINDS", "Sample", "samples"]
