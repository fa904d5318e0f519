"""What differs between two printings of one project: names, amounts, goal, indicators, targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from rapidfuzz import fuzz

from extractor.changes.held import Held, HeldIndicator, Money
from extractor.follow import Pair
from extractor.schemas import paths
from extractor.targets import Difference, difference
from extractor.text import squash

_ALIKE = 80
"""Per cent to which two indicator names must be alike to be one indicator under a new name."""


class Kind(StrEnum):
    """What can have changed; the order is that of the tables."""

    ADDED = "project_added"
    GONE = "project_gone"
    RENAMED = "project_renamed"
    MOVED = "unit_changed"
    WITHHELD = "withheld_changed"
    AMOUNT = "amount_changed"
    GOAL = "goal_changed"
    INDICATOR_ADDED = "indicator_added"
    INDICATOR_GONE = "indicator_gone"
    INDICATOR_RENAMED = "indicator_renamed"
    TARGET = "target_changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a project (`old`, `new`: None where it is not there).

    `field` is the path of what changed in the newer printing, or in the older one where it is gone; `what` names it for
    people (an indicator's name, the label of a funding column). `before` and `after` are as printed. `difference` is
    after minus before, in `unit` (元 for amounts), None where the two cannot be counted. `pair` says with what score,
    and why, the two projects were taken for one.
    """

    kind: Kind
    old: Held | None
    new: Held | None
    field: str = ""
    what: str | None = None
    before: str | None = None
    after: str | None = None
    difference: Decimal | None = None
    unit: str | None = None
    pair: Pair | None = None


def came(new: Held) -> Change:
    """A project that is only in the newer run: its total counts as more."""
    total, yuan = new.amounts.get("total"), new.known.total
    return Change(
        Kind.ADDED,
        None,
        new,
        "amounts.total" if total else "",
        after=total.as_printed if total else None,
        difference=yuan,
        unit="元" if yuan is not None else None,
    )


def went(old: Held) -> Change:
    """A project that is only in the older run: its total counts as less."""
    total, yuan = old.amounts.get("total"), old.known.total
    return Change(
        Kind.GONE,
        old,
        None,
        "amounts.total" if total else "",
        before=total.as_printed if total else None,
        difference=-yuan if yuan is not None else None,
        unit="元" if yuan is not None else None,
    )


def changes_of(old: Held, new: Held, found: Pair) -> Iterator[Change]:
    """Every change from `old` to `new`, which `found` takes for one project, in the order of `Kind`."""
    for change in _changes(old, new):
        yield replace(change, pair=found)


def _changes(old: Held, new: Held) -> Iterator[Change]:
    for kind, field, before, after, same in (
        (Kind.RENAMED, "name", old.known.name, new.known.name, old.known.name_key == new.known.name_key),
        (Kind.MOVED, "unit", old.known.unit, new.known.unit, old.known.unit_key == new.known.unit_key),
    ):
        if not same:
            yield Change(kind, old, new, field, before=before, after=after)
    if old.withheld != new.withheld:
        yield Change(Kind.WITHHELD, old, new, "withheld", before=_yes(old.withheld), after=_yes(new.withheld))
    yield from _amounts(old, new)
    if squash(old.goal or "") != squash(new.goal or ""):
        yield Change(Kind.GOAL, old, new, "goal", before=old.goal, after=new.goal)
    yield from _indicators(old, new)


def _yes(withheld: bool) -> str:
    return "true" if withheld else "false"


def _amounts(old: Held, new: Held) -> Iterator[Change]:
    for column in dict.fromkeys((*old.amounts, *new.amounts)):
        before, after = old.amounts.get(column), new.amounts.get(column)
        if before == after or _is_same(before, after):
            continue
        counted = None
        if before is not None and after is not None and before.yuan is not None and after.yuan is not None:
            counted = after.yuan - before.yuan
        label = column.partition(".")[2] or None
        yield Change(
            Kind.AMOUNT,
            old,
            new,
            paths.amount(column),
            label,
            before.as_printed if before else None,
            after.as_printed if after else None,
            counted,
            "元" if counted is not None else None,
        )


def _is_same(before: Money | None, after: Money | None) -> bool:
    """Equal in yuan; without a known unit, printed alike."""
    if before is None or after is None:
        return False
    if before.yuan is not None and after.yuan is not None:
        return before.yuan == after.yuan
    return before.unit == after.unit and Decimal(before.printed) == Decimal(after.printed)


def _indicators(old: Held, new: Held) -> Iterator[Change]:
    pairs, gone, added = _paired(old.indicators, new.indicators)
    for one in added:
        yield Change(Kind.INDICATOR_ADDED, old, new, paths.indicator(one.position), one.name, after=_shown(one))
    for one in gone:
        yield Change(Kind.INDICATOR_GONE, old, new, paths.indicator(one.position), one.name, before=_shown(one))
    for before, after in pairs:
        place = paths.indicator(after.position)
        if before.key != after.key:
            yield Change(Kind.INDICATOR_RENAMED, old, new, f"{place}.name", after.name, before.name, after.name)
        yield from _targets(old, new, before, after, place)


def _targets(old: Held, new: Held, before: HeldIndicator, after: HeldIndicator, place: str) -> Iterator[Change]:
    for period in ("cycle", "annual"):
        (was, old_target), (now, new_target) = (one.values.get(period, ("", None)) for one in (before, after))
        if squash(was) == squash(now):
            continue
        found: Difference | None = None
        if old_target is not None and new_target is not None:
            found = difference(old_target, new_target)
            if found.outcome == "same":
                continue
        yield Change(
            Kind.TARGET,
            old,
            new,
            f"{place}.{period}_value",
            after.name,
            was or None,
            now or None,
            found.by if found else None,
            found.unit if found else None,
        )


def _shown(one: HeldIndicator) -> str | None:
    printed, _ = one.values.get("annual") or one.values.get("cycle") or ("", None)
    return printed or None


Paired = tuple[list[tuple[HeldIndicator, HeldIndicator]], list[HeldIndicator], list[HeldIndicator]]


def _paired(old: Sequence[HeldIndicator], new: Sequence[HeldIndicator]) -> Paired:
    """Indicators of one name in their order, then those whose names are nearly alike; the others are gone or new."""
    waiting: dict[str, list[HeldIndicator]] = defaultdict(list)
    for one in old:
        waiting[one.key].append(one)
    pairs, left = [], []
    for one in new:
        if waiting[one.key]:
            pairs.append((waiting[one.key].pop(0), one))
        else:
            left.append(one)
    gone = sorted((one for ones in waiting.values() for one in ones), key=lambda one: one.position)
    alike = sorted(
        (
            (-fuzz.ratio(before.key, after.key), before.position, after.position)
            for before in gone
            for after in left
            if before.key and after.key
        ),
    )
    old_at = {one.position: one for one in gone}
    new_at = {one.position: one for one in left}
    for ratio, before_at, after_at in alike:
        if -ratio >= _ALIKE and before_at in old_at and after_at in new_at:
            pairs.append((old_at.pop(before_at), new_at.pop(after_at)))
    pairs.sort(key=lambda pair: pair[1].position)
    return pairs, list(old_at.values()), list(new_at.values())
