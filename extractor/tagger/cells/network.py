"""The network at run time: a window of a grid in, a probability for every role of every cell out; numpy alone.

A text's characters go through two convolutions (kernel 3), and their maximum and mean, what the text's build tells and
the cell's place become the cell's vector. It stands at every place that the cell covers, with how it covers it. Layers
of attention along rows, along columns, and a feed-forward map let the places see one another; the mean over a cell's
places tells its role, the mean over a row's places whether a project begins there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from extractor.tagger.cells.grids import LOOKS, letters, looks, places
from extractor.tagger.network import encode
from extractor.tagger.vocabulary import classes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.tagger.cells.grids import Ints

    Floats = NDArray[np.float32]

LAYERS, HEADS = 3, 4
NEAR = 7
"""Distances of 0, 1, 2, 3–4, 5–8, 9–16, 17–32 and more have a bias of their own, to either side."""
_AT_ONCE = 256
"""So many texts are read together: memory stays flat."""
_EPSILON = 1e-5


@lru_cache(maxsize=256)
def buckets(size: int) -> Ints:
    """Which bias the distance of two places has: (size, size), 0 to 2 * NEAR.

    >>> buckets(4)[0].tolist(), buckets(4)[3].tolist()
    ([7, 8, 9, 10], [4, 5, 6, 7])
    """
    import numpy as np

    apart = np.arange(size)[None, :] - np.arange(size)[:, None]
    far = np.ceil(np.log2(np.maximum(1, np.abs(apart)))).astype(np.int32) + 1
    return np.where(apart == 0, 0, np.sign(apart) * np.minimum(NEAR, far)) + NEAR


class Attention(NamedTuple):
    """`into` (d, 3d) makes queries, keys and values, `out` (d, d) joins the heads; `bias` (HEADS, 2 * NEAR + 1)."""

    into: Floats
    into_bias: Floats
    out: Floats
    out_bias: Floats
    bias: Floats


class Map(NamedTuple):
    """A linear map."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, ready for use; norms are folded into the maps behind them, but for the normalizing itself."""

    characters: Floats
    convolutions: tuple[Map, Map]
    cell: Map
    covers: Floats
    across: tuple[Attention, ...]
    down: tuple[Attention, ...]
    wide: tuple[Map, ...]
    narrow: tuple[Map, ...]
    role: Map
    start: Map

    @classmethod
    def build(cls, weights: Mapping[str, NDArray[np.float16]]) -> Network:
        """From the arrays of the weights file."""
        import numpy as np

        full = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}

        def linear(name: str) -> Map:
            return Map(full[name], full[f"{name}_bias"])

        def attention(name: str) -> Attention:
            return Attention(*linear(f"{name}_into"), *linear(f"{name}_out"), full[f"{name}_near"])

        layers = range(LAYERS)
        return cls(
            characters=np.hstack([full["characters"], full["kinds"][list(classes())]]),
            convolutions=(linear("first"), linear("second")),
            cell=linear("cell"),
            covers=full["covers"],
            across=tuple(attention(f"across_{at}") for at in layers),
            down=tuple(attention(f"down_{at}") for at in layers),
            wide=tuple(linear(f"wide_{at}") for at in layers),
            narrow=tuple(linear(f"narrow_{at}") for at in layers),
            role=linear("role"),
            start=linear("start"),
        )

    def texts(self, texts: Sequence[str]) -> Floats:
        """What each text says and how it is built: (texts, 2 * channels + LOOKS)."""
        import numpy as np

        channels = self.convolutions[0].bias.size
        found = np.zeros((len(texts), 2 * channels + LOOKS), dtype=np.float32)
        short = [letters(text) for text in texts]
        some = [index for index, text in enumerate(short) if text]
        for first in range(0, len(some), _AT_ONCE):
            part = some[first : first + _AT_ONCE]
            found[part, : 2 * channels] = self._pooled([short[index] for index in part])
        found[:, 2 * channels :] = [looks(text) for text in texts]
        return found

    def _pooled(self, texts: Sequence[str]) -> Floats:
        """The maximum and the mean over each text of what its characters say, all texts in one row, a gap between."""
        import numpy as np

        sizes = np.array([len(text) for text in texts])
        ends = np.cumsum(sizes + 1)
        starts = ends - sizes - 1
        inside = np.ones(int(ends[-1]), dtype=bool)
        inside[ends - 1] = False
        state = np.zeros((len(inside) + 2, self.characters.shape[1]), dtype=np.float32)
        state[1:-1][inside] = self.characters[encode("".join(texts))]
        for step in self.convolutions:
            near = np.concatenate([state[:-2], state[1:-1], state[2:]], axis=1)
            state = np.zeros((len(inside) + 2, step.bias.size), dtype=np.float32)
            np.maximum(near @ step.weight + step.bias, 0.0, out=state[1:-1], where=inside[:, None])
        said = state[1:-1]
        means = np.add.reduceat(said, starts) / sizes[:, None].astype(np.float32)
        return np.concatenate([np.maximum.reduceat(said, starts), means], axis=1)

    def read(self, texts: Floats, at: Ints, kinds: Ints) -> tuple[Floats, Floats]:
        """Probabilities of the roles of the cells (cells, ROLES) and of a beginning in each row (rows,).

        `texts` has a row for each cell (`Network.texts`); `at` and `kinds` are the window's places.
        """
        import numpy as np

        count = len(texts)
        cell = np.maximum(np.hstack([texts, places(at, kinds, count)]) @ self.cell.weight + self.cell.bias, 0.0)
        inside = at >= 0
        state = (cell[at] + self.covers[kinds]) * inside[:, :, None]
        beside, above = _hidden(inside), _hidden(inside.T)
        for across, down, wide, narrow in zip(self.across, self.down, self.wide, self.narrow, strict=True):
            state += _attend(across, _normal(state), beside)
            state += _attend(down, _normal(state).swapaxes(0, 1), above).swapaxes(0, 1)
            state += _mapped(narrow, np.maximum(_mapped(wide, _normal(state)), 0.0))
        state = _normal(state) * inside[:, :, None]
        sums = np.zeros((count, state.shape[2]), dtype=np.float32)
        np.add.at(sums, at[inside], state[inside])
        covered = np.bincount(at[inside], minlength=count)
        means = np.divide(sums, np.maximum(1, covered)[:, None], dtype=np.float32)
        rows = state.sum(axis=1) / np.maximum(1, inside.sum(axis=1))[:, None]
        begins = (rows @ self.start.weight + self.start.bias)[:, 0]
        return _softmax(means @ self.role.weight + self.role.bias), 1.0 / (1.0 + np.exp(-begins))


def _normal(state: Floats) -> Floats:
    import numpy as np

    centred: Floats = state - state.mean(axis=-1, keepdims=True)
    spread = np.einsum("...d,...d->...", centred, centred)[..., None] / state.shape[-1]
    centred /= np.sqrt(spread + _EPSILON)
    return centred


def _mapped(step: Map, state: Floats) -> Floats:
    """A linear map of the last axis, as one product of two matrices: a stack of small ones takes twice as long."""
    made = state.reshape(-1, state.shape[-1]) @ step.weight
    made += step.bias
    return made.reshape(*state.shape[:-1], made.shape[-1])


def _hidden(inside: NDArray[np.bool_]) -> Floats | None:
    """What keeps attention from places without a cell; nothing where there are none."""
    import numpy as np

    return None if inside.all() else np.where(inside, 0.0, -1e9).astype(np.float32)[:, None, None, :]


def _attend(heads: Attention, state: Floats, hidden: Floats | None) -> Floats:
    """Attention along the second axis of (lines, length, d)."""
    import numpy as np

    lines, length, size = state.shape
    made = _mapped(Map(heads.into, heads.into_bias), state).reshape(lines, length, 3, HEADS, size // HEADS)
    query, key, held = made.transpose(2, 0, 3, 1, 4)
    scores = query @ key.swapaxes(-1, -2)
    scores /= np.sqrt(size / HEADS).astype(np.float32)
    scores += heads.bias[:, buckets(length)]
    if hidden is not None:
        scores += hidden
    joined = (_softmax(scores) @ held).transpose(0, 2, 1, 3).reshape(lines, length, size)
    return _mapped(Map(heads.out, heads.out_bias), joined)


def _softmax(scores: Floats) -> Floats:
    import numpy as np

    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


__all__ = ["HEADS", "LAYERS", "NEAR", "Network", "buckets"]
