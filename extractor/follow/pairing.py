"""Projects of two lists put together two by two, without comparing each with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from extractor.follow.known import Known
from extractor.follow.score import LEAST_ALIKE, Reason, Score, score, stem_of
from extractor.names.alike import look_alikes
from extractor.names.stems import without_place

MIN_SCORE = 0.7
_ALL_WITH_ALL = 2_500
"""Pairs of a unit up to which every name is compared with every other."""
_BUCKET = 40
"""Longest list of projects that share a name, or a piece of one, in which each is compared with each."""
_LOOSE = LEAST_ALIKE - 0.1
LEAST_ALIKE_UNIT = 0.75

Group = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two projects that look like one; a proposal, until a person has looked."""

    old: Known
    new: Known
    score: float
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs in the order of `old`; no project is in two of them. The others are unpaired."""

    pairs: tuple[Pair, ...]
    unpaired_old: tuple[Known, ...]
    unpaired_new: tuple[Known, ...]


def pair(
    old: Sequence[Known],
    new: Sequence[Known],
    *,
    min_score: float = MIN_SCORE,
    may: Callable[[Known, Known], bool] | None = None,
) -> Pairing:
    """The projects of two lists that look like one and the same, one to one, best scores first.

    Projects of two known divisions are never paired. `may` can rule out further pairs. The result does not depend on
    which list is the old one. The time grows with the number of projects, not with its square: names are compared
    within a unit, from a unit that is gone to one of its place that is new and looks like it, and across units where
    they are equal.
    """
    scored: list[tuple[float, int, int, int, int, Score]] = []
    for i, j in sorted(_candidates(old, new)):
        one, two = old[i], new[j]
        if one.division != two.division and one.division is not None and two.division is not None:
            continue
        if may is not None and not may(one, two):
            continue
        found = score(one, two)
        if found is not None and found.value >= min_score:
            # Of equal scores the pair in like places goes first; two pairs that share a project never tie on all three.
            scored.append((-found.value, abs(i - j), i + j, i, j, found))
    scored.sort(key=lambda entry: entry[:5])
    taken_old: dict[int, Pair] = {}
    taken_new: set[int] = set()
    for _, _, _, i, j, found in scored:
        if i not in taken_old and j not in taken_new:
            taken_old[i] = Pair(old[i], new[j], found.value, found.why)
            taken_new.add(j)
    return Pairing(
        tuple(taken_old[i] for i in sorted(taken_old)),
        tuple(one for i, one in enumerate(old) if i not in taken_old),
        tuple(one for j, one in enumerate(new) if j not in taken_new),
    )


def group_of(known: Known) -> Group:
    """The unit that a project stands under, without its place where the division says the place."""
    unit = known.unit_key or known.department_key or ""
    return (known.division, without_place(unit)) if known.division else ("", unit)


def _candidates(old: Sequence[Known], new: Sequence[Known]) -> set[tuple[int, int]]:
    """Positions of projects worth comparing."""
    found: set[tuple[int, int]] = set(_equal(old, new, lambda known: known.id, 1))
    ours, theirs = _grouped(old, group_of), _grouped(new, group_of)
    for group in ours.keys() & theirs.keys():
        found.update(_between(old, new, ours[group], theirs[group]))
    for mine, yours in _renamed(ours, theirs):
        found.update(_between(old, new, ours[mine], theirs[yours]))
    found.update(_equal(old, new, lambda known: known.name_key, _BUCKET))
    found.update(_equal(old, new, lambda known: known.name_key and (known.name_key, known.unit_key), _BUCKET))
    return found


def _renamed(ours: Iterable[Group], theirs: Iterable[Group]) -> Iterator[tuple[Group, Group]]:
    """Units of one division that are on one side only and look alike: perhaps one, under a new name."""
    gone, came = (sorted(one - other) for one, other in ((set(ours), set(theirs)), (set(theirs), set(ours))))
    divisions = {division for division, _ in gone if division}
    for division in sorted(divisions & {division for division, _ in came}):
        mine, yours = ([group for group in side if group[0] == division] for side in (gone, came))
        for i, j in look_alikes([unit for _, unit in mine], [unit for _, unit in yours], LEAST_ALIKE_UNIT):
            yield mine[i], yours[j]


def _between(
    old: Sequence[Known], new: Sequence[Known], mine: Sequence[int], yours: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Candidates of two units: each with each, or in large ones equal names and stems, and names that share pieces."""
    if len(mine) * len(yours) <= _ALL_WITH_ALL:
        yield from ((i, j) for i in mine for j in yours)
        return
    ours, theirs = [old[i] for i in mine], [new[j] for j in yours]
    for a, b in chain(
        _equal(ours, theirs, lambda known: known.name_key, _BUCKET),
        _equal(ours, theirs, lambda known: stem_of(known).text, _BUCKET),
        look_alikes([stem_of(known).core for known in ours], [stem_of(known).core for known in theirs], _LOOSE),
    ):
        yield mine[a], yours[b]


def _equal(
    old: Sequence[Known], new: Sequence[Known], what: Callable[[Known], object], bucket: int
) -> Iterator[tuple[int, int]]:
    """Positions of equal values; where very many are equal, those in like places only."""
    ours, theirs = _grouped(old, what), _grouped(new, what)
    for value in ours.keys() & theirs.keys():
        if not value:
            continue
        mine, yours = ours[value], theirs[value]
        if len(mine) * len(yours) <= bucket * bucket:
            yield from ((i, j) for i in mine for j in yours)
        else:
            yield from zip(mine, yours, strict=False)


def _grouped(known: Sequence[Known], what: Callable[[Known], T]) -> dict[T, list[int]]:
    groups: dict[T, list[int]] = defaultdict(list)
    for position, one in enumerate(known):
        groups[what(one)].append(position)
    return groups
