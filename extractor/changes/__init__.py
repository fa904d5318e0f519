"""What changed between two runs, or two years: projects added, gone, renamed; amounts, goals and targets changed.

    hold(store)           what comparing needs of a run's records, small enough for many thousands of them
    compare(old, new)     every change, and the bridge from the old sum of money to the new one

Which projects are one and the same is proposed by `extractor.follow`, with a score; pairs below certainty are shown as
renamed, so that nobody takes a proposal for a fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from extractor.changes.differences import Change, Kind, came, changes_of, went
from extractor.changes.held import Held, HeldIndicator, Money, held_of
from extractor.follow import Pair, pair
from extractor.names import Aliases
from extractor.normalize.standing import ASIDE, Standing, Standings
from extractor.schemas.record import Record

__all__ = ["Bridge", "Change", "Held", "HeldIndicator", "Kind", "Money", "RunComparison", "compare", "held_of", "hold"]

_NOTHING = Decimal(0)
_DIGITS = 60
"""Digits of a sum, as in the report; Python would round to 28."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the old sum of 总计 to the new one, in yuan: old - gone + added + more - less = new, always.

    `missing_old` and `missing_new` are projects whose total is not known in yuan; they count as nothing here.
    """

    old: Decimal = _NOTHING
    gone: Decimal = _NOTHING
    added: Decimal = _NOTHING
    more: Decimal = _NOTHING
    less: Decimal = _NOTHING
    new: Decimal = _NOTHING
    missing_old: int = 0
    missing_new: int = 0


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs side by side; every project of either is in a pair, in `gone` or in `added`.

    Blocks that could not be read are in none of them (`unread_old`, `unread_new` count them), nor are projects that are
    printed again: in one document, or in a file of the same content (`again_old`, `again_new`). `unanalysed_old` and
    `unanalysed_new` are printed values of indicators whose meaning an older version did not work out: they are compared
    as text.
    """

    pairs: tuple[Pair, ...]
    gone: tuple[Held, ...]
    added: tuple[Held, ...]
    unchanged: int
    changes: tuple[Change, ...]
    bridge: Bridge
    unread_old: int = 0
    unread_new: int = 0
    again_old: int = 0
    again_new: int = 0
    unanalysed_old: int = 0
    unanalysed_new: int = 0

    @property
    def counts(self) -> Counter[Kind]:
        return Counter(change.kind for change in self.changes)


def hold(records: Iterable[Record], aliases: Aliases | None = None, run: int = 0) -> list[Held]:
    """What comparing needs of each record of a run; they come ordered by file."""
    standings = Standings()
    return [held_of(record, standings.of(record), aliases, run) for record in records]


def compare(old: Sequence[Held], new: Sequence[Held]) -> RunComparison:
    """Every change from one run to the other: projects gone and added, then the pairs in the order of the old run."""
    read_old, read_new = ([one for one in side if one.standing not in ASIDE] for side in (old, new))
    pairing = pair([one.known for one in read_old], [one.known for one in read_new])
    before, after = ({id(one.known): one for one in side} for side in (read_old, read_new))
    gone = tuple(before[id(known)] for known in pairing.unpaired_old)
    added = tuple(after[id(known)] for known in pairing.unpaired_new)
    changes = [came(one) for one in added] + [went(one) for one in gone]
    unchanged = 0
    for found in pairing.pairs:
        of_pair = list(changes_of(before[id(found.old)], after[id(found.new)], found))
        unchanged += not of_pair
        changes += of_pair
    return RunComparison(
        pairs=pairing.pairs,
        gone=gone,
        added=added,
        unchanged=unchanged,
        changes=tuple(changes),
        bridge=_bridge(pairing.pairs, read_old, read_new, gone, added),
        unread_old=_standing(old, "failed"),
        unread_new=_standing(new, "failed"),
        again_old=_standing(old, "repeated", "same_file"),
        again_new=_standing(new, "repeated", "same_file"),
        unanalysed_old=_unanalysed(read_old),
        unanalysed_new=_unanalysed(read_new),
    )


def _standing(projects: Iterable[Held], *standings: Standing) -> int:
    return sum(one.standing in standings for one in projects)


def _unanalysed(projects: Iterable[Held]) -> int:
    return sum(target is None for one in projects for found in one.indicators for _, target in found.values.values())


def _bridge(
    pairs: Iterable[Pair], old: Sequence[Held], new: Sequence[Held], gone: Iterable[Held], added: Iterable[Held]
) -> Bridge:
    with localcontext(prec=_DIGITS):
        steps = [(found.new.total or _NOTHING) - (found.old.total or _NOTHING) for found in pairs]
        return Bridge(
            old=_sum(old),
            gone=_sum(gone),
            added=_sum(added),
            more=sum((step for step in steps if step > 0), _NOTHING),
            less=-sum((step for step in steps if step < 0), _NOTHING),
            new=_sum(new),
            missing_old=sum(one.known.total is None for one in old),
            missing_new=sum(one.known.total is None for one in new),
        )


def _sum(projects: Iterable[Held]) -> Decimal:
    return sum((one.known.total for one in projects if one.known.total is not None), _NOTHING)
