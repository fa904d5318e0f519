"""Where projects begin, by the tags alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from extractor.schemas.document import Block
from extractor.tagger.labels import FIELDS, begin, inside
from extractor.tagger.reading import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_BODY = tuple(tag for name in FIELDS if name not in ("name", "amount") for tag in (begin(name), inside(name)))


def openings(probabilities: Floats, sure: float) -> list[int]:
    """Positions where a project's name surely begins, with a goal or an indicator before the next one begins.

    So neither the name of a unit counts nor the second part of a name that is printed around its amounts.
    """
    import numpy as np

    likely = np.flatnonzero(probabilities[:, begin("name")] >= sure)
    body = np.flatnonzero(np.isin(probabilities.argmax(axis=1), _BODY))
    # How many characters of goals and indicators stand before each, and before the end.
    before = np.searchsorted(body, [*likely, len(probabilities)])
    return [int(position) for position in likely[np.diff(before) > 0]]


def outside(positions: Sequence[int], blocks: Sequence[Block], probabilities: Floats) -> tuple[Span, ...]:
    """The names that begin at those of the positions which are in no block."""
    import numpy as np

    starts, ends = ([getattr(block, edge) for block in blocks] for edge in ("start", "end"))
    held = np.searchsorted(starts, positions, side="right") - 1
    missed = (at for at, block in zip(positions, held, strict=True) if block < 0 or at >= ends[block])
    return tuple((at, _end_of_name(probabilities, at)) for at in missed)


def _end_of_name(probabilities: Floats, start: int) -> int:
    end = start + 1
    while end < len(probabilities) and int(probabilities[end].argmax()) == inside("name"):
        end += 1
    return end


__all__ = ["openings", "outside"]
