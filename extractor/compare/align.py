"""Which indicator of one reading is which of the other.

Comparing by position turns one lost indicator into a cascade of differences. So equal indicators are
paired first, in order; the rest are paired so that as much as possible of what they say agrees, name
before all. What resembles nothing stays alone.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Sequence

from extractor.ground.paths import INDICATOR_FIELDS, key
from extractor.schemas.project import Indicator

Pair = tuple[int | None, int | None]

MOST = 100
"""The longest rest that is paired by the best assignment (its cost grows with the cube)."""

_WEIGHTS = {
    "name": 30, "number": 10, "annual_value": 10, "cycle_value": 8, "level2": 5, "level1": 3,
    "level2_code": 1, "level1_code": 1, "operator": 1, "measure_unit": 1, "weight": 1,
}  # fmt: skip
_FIELD_WEIGHTS = tuple(_WEIGHTS[field] for field in INDICATOR_FIELDS)
_NAME, _NUMBER = INDICATOR_FIELDS.index("name"), INDICATOR_FIELDS.index("number")
_ENOUGH = 0.3
_ALIKE = 0.4
_SCORE, _DIFFERENCE, _FURTHEST = 1 << 26, 1 << 15, 255
"""One unit of score outweighs all differences, and one difference all distances, that a list can add up to."""

Keys = tuple[str | None, ...]


def align(
    rules: Sequence[Indicator], model: Sequence[Indicator], fields: Collection[str] = INDICATOR_FIELDS
) -> list[Pair]:
    """Pairs (index in `rules`, index in `model`) by what both say in `fields`; None where one has no counterpart.

    Ordered as in `rules`; what only `model` has follows what it follows there.

    >>> one, two, three = (Indicator(number=n, name=name) for n, name in enumerate(("培训人次", "验收率", "满意度"), 1))
    >>> align((one, two, three), (one, three))
    [(0, 0), (1, None), (2, 1)]
    >>> align((one, three), (two, one, three))
    [(None, 0), (0, 1), (1, 2)]
    """
    if rules == model:
        return [(index, index) for index in range(len(rules))]
    left, right = ([_keys(indicator, fields) for indicator in side] for side in (rules, model))
    partner: dict[int, int] = {}
    everything = tuple(range(len(INDICATOR_FIELDS)))
    rest_left, rest_right = list(range(len(left))), list(range(len(right)))
    rest_left, rest_right = _pair_equal(left, right, rest_left, rest_right, partner, everything)
    if rest_left and rest_right:
        if len(rest_left) > MOST or len(rest_right) > MOST:
            for telling in ((_NAME, _NUMBER), (_NAME,), (_NUMBER,)):
                rest_left, rest_right = _pair_equal(left, right, rest_left, rest_right, partner, telling)
        else:
            partner |= _pair_alike(left, right, rest_left, rest_right)
    return _in_order(len(left), len(right), partner)


def _keys(indicator: Indicator, fields: Collection[str]) -> Keys:
    values = indicator.__dict__
    keys: list[str | None] = []
    for field in INDICATOR_FIELDS:
        value = values[field] if field in fields else None
        keys.append(None if value is None else (key(value) or None) if isinstance(value, str) else str(value))
    return tuple(keys)


def _pair_equal(
    left: list[Keys],
    right: list[Keys],
    rest_left: list[int],
    rest_right: list[int],
    partner: dict[int, int],
    fields: tuple[int, ...],
) -> tuple[list[int], list[int]]:
    """Pair, in order, what is equal in all of `fields` (and not blank in all); the rest of both sides."""
    waiting: dict[Keys, deque[int]] = defaultdict(deque)
    for index in rest_right:
        waiting[tuple(right[index][field] for field in fields)].append(index)
    alone: list[int] = []
    for index in rest_left:
        wanted = tuple(left[index][field] for field in fields)
        if waiting.get(wanted) and (len(fields) == len(_FIELD_WEIGHTS) or any(part is not None for part in wanted)):
            partner[index] = waiting[wanted].popleft()
        else:
            alone.append(index)
    paired = set(partner.values())
    return alone, [index for index in rest_right if index not in paired]


def _pair_alike(left: list[Keys], right: list[Keys], rest_left: list[int], rest_right: list[int]) -> dict[int, int]:
    """The pairs that agree most in all; of equally good ones those with the fewest differences."""
    grams_left = [_grams(left[index][_NAME]) for index in rest_left]
    grams_right = [_grams(right[index][_NAME]) for index in rest_right]
    gains = [
        [_gain(left[i], right[j], _alike(grams_left[a], grams_right[b]), abs(i - j)) for b, j in enumerate(rest_right)]
        for a, i in enumerate(rest_left)
    ]
    return {rest_left[a]: rest_right[b] for a, b in _best_assignment(gains) if gains[a][b] > 0}


def _grams(name: str | None) -> frozenset[str]:
    if not name:
        return frozenset()
    return frozenset(name[at : at + 2] for at in range(len(name) - 1)) or frozenset((name,))


def _alike(left: frozenset[str], right: frozenset[str]) -> float:
    """Share of character pairs in common (Dice)."""
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


def _gain(left: Keys, right: Keys, alike: float, distance: int) -> int:
    """How much speaks for two indicators being the same; 0 where too little does."""
    gain = possible = differences = 0
    for one, other, weight in zip(left, right, _FIELD_WEIGHTS, strict=True):
        if one is None and other is None:
            continue
        possible += weight
        if one == other:
            gain += weight
        else:
            differences += 1
    names_differ = left[_NAME] != right[_NAME]
    score = gain + (_WEIGHTS["name"] * alike if names_differ else 0)
    known = left[_NUMBER] is not None and left[_NUMBER] == right[_NUMBER]
    same_name = alike >= _ALIKE or (left[_NAME] is not None and not names_differ)
    nameless = left[_NAME] is None or right[_NAME] is None
    if score < _ENOUGH * possible or not (known or same_name or nameless):
        return 0
    return max(1, int(score * 16) * _SCORE - differences * _DIFFERENCE - min(distance, _FURTHEST))


def _best_assignment(gains: list[list[int]]) -> list[tuple[int, int]]:
    """Pairs of row and column with the greatest sum (Hungarian method, rows ≤ columns after turning).

    >>> _best_assignment([[9, 8], [8, 1]])
    [(0, 1), (1, 0)]
    """
    if len(gains) > len(gains[0]):
        turned = [list(column) for column in zip(*gains, strict=True)]
        return sorted((row, column) for column, row in _best_assignment(turned))
    rows, columns = len(gains), len(gains[0])
    infinite = 1 << 62
    row_price, column_price = [0] * (rows + 1), [0] * (columns + 1)
    row_of, before = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        row_of[0] = row
        column, slack, seen = 0, [infinite] * (columns + 1), [False] * (columns + 1)
        while True:
            seen[column] = True
            current, step, following = row_of[column], infinite, 0
            for other in range(1, columns + 1):
                if not seen[other]:
                    reduced = -gains[current - 1][other - 1] - row_price[current] - column_price[other]
                    if reduced < slack[other]:
                        slack[other], before[other] = reduced, column
                    if slack[other] < step:
                        step, following = slack[other], other
            for other in range(columns + 1):
                if seen[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    slack[other] -= step
            column = following
            if row_of[column] == 0:
                break
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    return sorted((row_of[column] - 1, column - 1) for column in range(1, columns + 1) if row_of[column])


def _in_order(left: int, right: int, partner: dict[int, int]) -> list[Pair]:
    """All pairs in the order of the left side; a lone right one after the right one before it."""
    followers: dict[int | None, list[int]] = defaultdict(list)
    owner = {index: mine for mine, index in partner.items()}
    previous: int | None = None
    for index in range(right):
        if index in owner:
            previous = owner[index]
        else:
            followers[previous].append(index)
    pairs: list[Pair] = [(None, index) for index in followers[None]]
    for mine in range(left):
        pairs.append((mine, partner.get(mine)))
        pairs.extend((None, index) for index in followers[mine])
    return pairs
