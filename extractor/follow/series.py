"""Projects over all years and runs, and the same ones in other districts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from extractor.follow.known import Known
from extractor.follow.pairing import MIN_SCORE, Pair, pair
from extractor.follow.score import score, stem_of
from extractor.names.stems import without_place

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LONGEST_GAP = 3
"""Years after which a project that was not printed is not looked for any more."""
_SOME = 5
_SHORTEST = 4
"""Characters that a name needs to say something in another district."""


@dataclass(frozen=True, slots=True)
class Following:
    """`years`: for each project its pairs from one printing to the next; `districts`: the same project elsewhere.

    `alone` counts the projects that are in no pair over the years, `repeated` those printed in several runs and counted
    once.
    """

    projects: int
    years: tuple[tuple[Pair, ...], ...]
    districts: tuple[tuple[Pair, ...], ...]
    alone: int
    repeated: int


def follow(known: Iterable[Known], *, min_score: float = MIN_SCORE) -> Following:
    """Every project followed from year to year, and to other districts; all of it proposals.

    A printing is looked for in the next year's, or in the next run where no year is known; one that is missing there
    in the years after.
    """
    distinct: dict[str, Known] = {}
    repeated = 0
    for one in known:
        repeated += one.id in distinct
        distinct.setdefault(one.id, one)
    projects = list(distinct.values())
    series = _over_years(projects, min_score)
    return Following(
        projects=len(projects),
        years=tuple(series),
        districts=tuple(_over_districts(projects, min_score)),
        alone=len(projects) - sum(len(pairs) + 1 for pairs in series),
        repeated=repeated,
    )


def dated(known: Sequence[Known], titles: Sequence[str | None], folder: str) -> list[Known]:
    """The projects of a run with the year of their document, or else of its title, its file's name or the run's folder.

    A year counts where it is the only one there.
    >>> dated([Known("a", file="x/2024年预算.pdf"), Known("b", file="2024-2025.pdf")], [None, None], "out")[0].year
    2024
    """
    return [
        one if one.year is not None else replace(one, year=_only_year(title, PurePosixPath(one.file).stem, folder))
        for one, title in zip(known, titles, strict=True)
    ]


def _only_year(*texts: str | None) -> int | None:
    for text in texts:
        years = set(_YEAR.findall(text or ""))
        if len(years) == 1:
            return int(years.pop())
    return None


def _over_years(projects: Sequence[Known], min_score: float) -> list[tuple[Pair, ...]]:
    editions: dict[tuple[int, int], list[Known]] = defaultdict(list)
    for one in projects:
        editions[one.year or 0, one.run].append(one)
    before: dict[str, Pair] = {}
    after: dict[str, Pair] = {}
    open_ends: list[Known] = []
    for edition in (editions[when] for when in sorted(editions)):
        found = pair(open_ends, edition, min_score=min_score, may=_another_printing)
        for step in found.pairs:
            after[step.old.id] = before[step.new.id] = step
        open_ends = [*(one for one in found.unpaired_old if _gap(one, edition[0]) <= _LONGEST_GAP), *edition]
    firsts = [one for one in projects if one.id in after and one.id not in before]
    firsts.sort(key=lambda one: (one.division or "", one.file, one.index))
    return [tuple(_steps(one, after)) for one in firsts]


def _steps(first: Known, after: dict[str, Pair]) -> Iterable[Pair]:
    step = after.get(first.id)
    while step is not None:
        yield step
        step = after.get(step.new.id)


def _another_printing(old: Known, new: Known) -> bool:
    """Whether two projects can be one in two printings: another year, or another run."""
    if old.run != new.run:
        return _gap(old, new) <= _LONGEST_GAP
    return 0 < _gap(old, new) <= _LONGEST_GAP


def _gap(old: Known, new: Known) -> int:
    """Years between two printings; none where one of them is unknown."""
    return abs(new.year - old.year) if old.year is not None and new.year is not None else 0


def _over_districts(projects: Sequence[Known], min_score: float) -> Iterable[tuple[Pair, ...]]:
    """For each name that several divisions print: the best pair of the first of them with each of the others."""
    named: dict[str, dict[str, list[Known]]] = defaultdict(lambda: defaultdict(list))
    for one in projects:
        stem = stem_of(one)
        name = without_place(stem.text, guess=False)
        if one.division is not None and not stem.is_code and len(name) >= _SHORTEST:
            named[name][one.division].append(one)
    for name in sorted(named):
        first, *others = (_latest(known) for _, known in sorted(named[name].items()))
        pairs = [best for other in others if (best := _best(first, other)) and best.score >= min_score]
        if pairs:
            yield tuple(pairs)


def _latest(known: Sequence[Known]) -> list[Known]:
    """The last printings of a name in one division; where many units print it, some of them."""
    last = max(one.year or 0 for one in known)
    return [one for one in known if (one.year or 0) == last][:_SOME]


def _best(ours: Sequence[Known], theirs: Sequence[Known]) -> Pair | None:
    best: Pair | None = None
    for one in ours:
        for two in theirs:
            found = score(one, two, elsewhere=True)
            if found is not None and (best is None or found.value > best.score):
                best = Pair(one, two, found.value, found.why)
    return best
