"""Which extracted row is which labelled one.

Comparing by position would let one lost row spoil every row after it. So rows are paired in order, with
gaps, such that as much as possible of what they say agrees; rows that have nothing in common stay alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from extractor.text import squash

Values = Mapping[str, str | None]
Pair = tuple[int | None, int | None]

NAME = "name"
_NAME_WEIGHT = 10
_OTHER_WEIGHTS = {
    "amounts.total": 3, "amounts.fiscal": 1, "goal": 3, "unit": 1, "department": 1, "kind": 1,
    "number": 2, "annual_value": 2, "cycle_value": 2, "level2": 1, "level1": 1,
}  # fmt: skip


def pair(expected: Sequence[Values], got: Sequence[Values]) -> list[Pair]:
    """Pairs (index in `expected`, index in `got`) in order; None where a row has no counterpart.

    >>> rows = [{"name": name} for name in ("校舍维修", "河道清淤", "路灯更换")]
    >>> pair(rows, rows[1:])
    [(0, None), (1, 0), (2, 1)]
    >>> pair(rows[::2], [{"name": "校舍"}, {"name": "巡查"}, {"name": "路灯更换"}])
    [(0, 0), (None, 1), (1, 2)]
    """
    left, right = [_squashed(row) for row in expected], [_squashed(row) for row in got]
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    left_end, right_end = len(left) - tail, len(right) - tail
    middle = _best(left[head:left_end], right[head:right_end])
    return [
        *((index, index) for index in range(head)),
        *((_moved(one, head), _moved(other, head)) for one, other in middle),
        *((left_end + index, right_end + index) for index in range(tail)),
    ]


def alike(left: Values, right: Values) -> float:
    """How much speaks for two rows being the same; 0 where nothing does.

    >>> alike({"name": "校舍维修", "unit": "教育局"}, {"name": "校舍维修费", "unit": "教育局"})
    9.571428571428571
    """
    score = _NAME_WEIGHT * _shared(left.get(NAME), right.get(NAME))
    return score + sum(
        weight
        for field, weight in _OTHER_WEIGHTS.items()
        if left.get(field) is not None and left.get(field) == right.get(field)
    )


def _squashed(row: Values) -> dict[str, str | None]:
    return {field: None if value is None else squash(value) for field, value in row.items()}


def _common(left: Sequence[Values], right: Sequence[Values]) -> int:
    """Number of rows at the beginning that are equal on both sides."""
    return sum(1 for _ in takewhile(lambda rows: rows[0] == rows[1], zip(left, right, strict=False)))


def _moved(index: int | None, by: int) -> int | None:
    return None if index is None else index + by


def _shared(left: str | None, right: str | None) -> float:
    """Share of character pairs in common (Dice)."""
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    one, other = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (left, right))
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _best(left: Sequence[Values], right: Sequence[Values]) -> list[Pair]:
    """The pairing in order with the greatest likeness in all."""
    gains = [[alike(one, other) for other in right] for one in left]
    # best[i][j]: the greatest sum for left[i:] and right[j:]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            together = gains[i][j] + best[i + 1][j + 1] if gains[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if gains[i][j] and best[i][j] == gains[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs.extend((index, None) for index in range(i, len(left)))
    pairs.extend((None, index) for index in range(j, len(right)))
    return pairs
