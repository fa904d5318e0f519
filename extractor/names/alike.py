"""Which texts of two lists look alike, without comparing each with each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

_ALL_WITH_ALL = 2_500
"""Pairs up to which every text is compared with every other."""
_RARE = 40
"""A piece that more texts than this have tells nothing about any of them."""
_CANDIDATES = 10


def ratio(one: str, two: str) -> float:
    """How alike two texts are, 0 to 1, whichever of them comes first.

    >>> ratio("来穗人员服务经费", "来穗人员服务专项经费")
    0.8889
    """
    return round(fuzz.ratio(one, two) / 100, 4)


def look_alikes(ours: Sequence[str], theirs: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    """Positions of texts that may be `least` alike; the same pairs whichever list comes first.

    For each text of a long list only the few are looked at that share most of its rare pairs of characters.
    """
    if len(ours) * len(theirs) <= _ALL_WITH_ALL:
        yield from ((i, j) for i, one in enumerate(ours) for j, two in enumerate(theirs) if ratio(one, two) >= least)
        return
    found = set(_nearest(ours, theirs, least))
    found.update((i, j) for j, i in _nearest(theirs, ours, least))
    yield from sorted(found)


def _nearest(ours: Sequence[str], theirs: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    holding: dict[str, list[int]] = defaultdict(list)
    for j, text in enumerate(theirs):
        for piece in _pieces(text):
            holding[piece].append(j)
    for i, text in enumerate(ours):
        lists = (holding.get(piece, []) for piece in _pieces(text))
        shared = Counter(j for found in lists if len(found) <= _RARE for j in found)
        likely = sorted(shared.items(), key=lambda one: (-one[1], one[0]))[: 4 * _CANDIDATES]
        choices = {j: theirs[j] for j, _ in likely}
        for _, _, j in process.extract(text, choices, scorer=fuzz.ratio, limit=_CANDIDATES, score_cutoff=100 * least):
            yield i, j


def _pieces(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}
