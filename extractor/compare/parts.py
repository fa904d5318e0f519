"""Parts of a project as they are settled, before it is known where in it each will stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from extractor.compare.settle import Settled


class Part(NamedTuple):
    """A part of the project (None: not published), and its settled fields by their paths within it."""

    value: Any
    settled: Mapping[str, Settled]


def single(path: str, settled: Settled) -> Part:
    """A part that is one field."""
    return Part(settled.value, {path: settled})


def listed(parts: Sequence[Part]) -> Part:
    """Published items in order; what is told of others stands behind them.

    >>> found = listed([single("", Settled("80.00")), single("", Settled()), single("", Settled("15.00"))])
    >>> found.value, list(found.settled)
    (('80.00', '15.00'), ['[0]', '[2]', '[1]'])
    """
    published = tuple(part.value for part in parts if part.value is not None)
    inside, behind = count(), count(len(published))
    settled: dict[str, Settled] = {}
    for part in parts:
        index = next(behind if part.value is None else inside)
        settled |= {f"[{index}]{path}": one for path, one in part.settled.items()}
    return Part(published, settled)
