"""A third reading beside two that are compared (the policy is told in `extractor.compare`).

It changes nothing of what is published. On a dispute of the two its vote is noted in their finding; where the two agree
and it differs, that is a dispute of its own. It votes on texts and indicators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.compare.align import Pair, align
from extractor.compare.findings import DISPUTES, is_blank, noted, outvoted
from extractor.compare.printed import described
from extractor.compare.settle import Cell
from extractor.compare.side import Side
from extractor.ground.paths import INDICATOR_FIELDS, Leaf, indicator_paths, same_text
from extractor.schemas.finding import Finding
from extractor.schemas.paths import indicator
from extractor.schemas.project import Indicator
from extractor.schemas.record import Span

_TEXTS = ("department", "unit", "name", "goal")


@dataclass(frozen=True, slots=True)
class Vote:
    """What the third reader says of one value, or of one indicator, that it and the two do not all read alike.

    `claims` is the text of its value, which the finding accounts for. `read_twice` are the paths of values that
    it and only one of the two read.
    """

    finding: Finding
    claims: tuple[Span, ...] = ()
    read_twice: frozenset[str] = frozenset()


class _Three(NamedTuple):
    rules: Side
    model: Side
    third: Side


def votes(rules: Side, model: Side, third: Side, pairs: Sequence[Pair]) -> list[Vote]:
    """The third reader's votes; `pairs` are the two readers' indicators, by the index at which they are told of."""
    three = _Three(rules, model, third)
    return [*_on_texts(three), *_on_indicators(three, pairs)]


def with_votes(findings: Sequence[Finding], votes: Iterable[Vote]) -> list[Finding]:
    """Findings of the two with the votes noted on their disputes, and the third reader's own disputes behind them."""
    cast = {vote.finding.path: vote.finding for vote in votes}
    told = [noted(one, cast.pop(one.path)) if one.code in DISPUTES and one.path in cast else one for one in findings]
    return [*told, *cast.values()]


def _on_texts(three: _Three) -> Iterator[Vote]:
    for field in _TEXTS:
        yield from _on_value(three, field, [Cell(field, getattr(side.reading, field)) for side in three])


def _on_indicators(three: _Three, pairs: Sequence[Pair]) -> Iterator[Vote]:
    third = three.third
    shown = [_shown(three, pair) for pair in pairs]
    alone: list[int] = []
    for aligned in align(shown, third.reading.indicators, third.indicator_fields):
        match aligned:
            case (None, int(k)):
                alone.append(k)
            case (int(out), k):
                yield from _on_indicator(three, indicator(out), pairs[out], k)
    for out, k in enumerate(filter(third.votes_for, alone), len(pairs)):
        yield _its_own(third, indicator(out), k, None)


def _shown(three: _Three, pair: Pair) -> Indicator:
    """The indicator of a pair, as the rules read it if they do."""
    match pair:
        case (int(i), _):
            return three.rules.reading.indicators[i]
        case (_, int(j)):
            return three.model.reading.indicators[j]
    raise ValueError("a pair of nothing")


def _on_indicator(three: _Three, out: str, pair: Pair, k: int | None) -> Iterator[Vote]:
    match (*pair, k):
        case (int(i), int(j), int(k)):
            yield from _on_values(three, out, (i, j, k))
        case (int(i), int(j), None):
            yield from _unseen(three, out, i, j)
        case (_, _, int(k)) if three.third.votes_for(k):
            yield _seen(three.third, out, _shown(three, pair), k)


def _on_values(three: _Three, out: str, indexes: tuple[int, int, int]) -> Iterator[Vote]:
    """An indicator that all three read."""
    items = [side.reading.indicators[index].__dict__ for side, index in zip(three, indexes, strict=True)]
    for places in zip(*map(indicator_paths, indexes), strict=True):
        field = places[0][0]
        if items[0][field] == items[1][field] == items[2][field]:
            continue
        cells = [Cell(path, item[field]) for (_, path), item in zip(places, items, strict=True)]
        yield from _on_value(three, f"{out}.{field}", cells)


def _on_value(three: _Three, out: str, cells: Sequence[Cell]) -> Iterator[Vote]:
    """One value of each reader."""
    left, right, at = cells
    rules, model, third = (cell.value for cell in cells)
    if not three.third.votes(at.path, third, (*three.rules.claims(left.path), *three.model.claims(right.path))):
        return
    with_rules, with_model = _same(rules, third), _same(model, third)
    if with_rules and with_model:
        return
    majority = rules if with_rules or _same(rules, model) else third if with_model else None
    is_second = is_blank(rules) != is_blank(model) and not is_blank(third)
    spans = (side.span(cell.path) for side, cell in zip(three, cells, strict=True))
    yield Vote(
        outvoted(out, (rules, model, third), majority, spans),
        three.third.claims(at.path),
        frozenset({out} if is_second else ()),
    )


def _seen(third: Side, out: str, shown: Indicator, k: int) -> Vote:
    """An indicator that only one of the two read, and the third as well."""
    own, read = shown.__dict__, third.reading.indicators[k].__dict__
    voted = [field for field, place in indicator_paths(k) if third.votes(place, read[field], ())]
    both = frozenset(f"{out}.{field}" for field in voted if not is_blank(own[field]) and not is_blank(read[field]))
    return _its_own(third, out, k, described(shown) if _all_same(own, read, voted) else None, both)


def _unseen(three: _Three, out: str, i: int, j: int) -> Iterator[Vote]:
    """An indicator that the third alone did not read."""
    rules, model, third = three
    fields = third.indicator_fields
    if not third.votes_against(rules.own(i, fields) + model.own(j, fields)):
        return
    mine, theirs = rules.reading.indicators[i], model.reading.indicators[j]
    told = described(mine), described(theirs), None
    majority = told[0] if _all_same(mine.__dict__, theirs.__dict__, INDICATOR_FIELDS) else None
    yield Vote(outvoted(out, told, majority, (*rules.extent(i), *model.extent(j))))


def _its_own(third: Side, out: str, k: int, majority: str | None, read_twice: frozenset[str] = frozenset()) -> Vote:
    """A vote for the third reader's indicator at `k`."""
    claims = tuple(span for _, place in indicator_paths(k) for span in third.claims(place))
    told = None, None, described(third.reading.indicators[k])
    return Vote(outvoted(out, told, majority, third.extent(k)), claims, read_twice)


def _same(left: Leaf | None, right: Leaf | None) -> bool:
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    return left == right or (isinstance(left, str) and isinstance(right, str) and same_text(left, right))


def _all_same(left: dict[str, Leaf | None], right: dict[str, Leaf | None], fields: Iterable[str]) -> bool:
    return all(_same(left[field], right[field]) for field in fields)
