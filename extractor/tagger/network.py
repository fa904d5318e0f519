"""The network at run time: characters in, a probability for every tag out; numpy alone.

Character and kind embeddings, a linear map to the channels, residual blocks of one dilated convolution
(kernel 3, batch norm folded in) and ReLU, the mean over the text added once past the middle, a linear
map to the tags. A character sees `reach` characters to either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractor.tagger.vocabulary import classes, number_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8)
MEAN_BEFORE = 8
"""The mean over the text is added before this block."""
REACH = sum(DILATIONS)
_WIDEST = max(DILATIONS)
_WINDOW = 2048


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, ready for use.

    Shapes, with n characters, e inputs, c channels and t tags: `inputs` (n, c), the embeddings with the
    first linear map already applied; `kernels` (3, c, c), for the left neighbour, the
    character itself and the right one, and `biases` (c,) of each block; `mean` (c, c);
    `output` (c, t) and `output_bias` (t,).
    """

    inputs: Floats
    kernels: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    mean: Floats
    output: Floats
    output_bias: Floats

    @classmethod
    def build(cls, weights: Mapping[str, NDArray[np.float16]]) -> Network:
        """From the arrays of the weights file."""
        import numpy as np

        full = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}
        characters = np.hstack([full["characters"], full["kinds"][list(classes())]])
        return cls(
            inputs=characters @ full["input"] + full["input_bias"],
            kernels=tuple(full[f"kernel_{at}"] for at in range(len(DILATIONS))),
            biases=tuple(full[f"bias_{at}"] for at in range(len(DILATIONS))),
            mean=full["mean"],
            output=full["output"],
            output_bias=full["output_bias"],
        )

    def tag(self, text: str) -> Floats:
        """Probability of every tag for every character: (len(text), TAGS).

        A long text is read in windows that overlap by `REACH`, so that memory stays flat.
        """
        import numpy as np

        numbers = encode(text)
        size = len(numbers)
        if size <= _WINDOW + 2 * REACH:
            return self._run(numbers)
        probabilities = np.empty((size, len(self.output_bias)), dtype=np.float32)
        for start in range(0, size, _WINDOW):
            end = min(start + _WINDOW, size)
            first, last = max(0, start - REACH), min(size, end + REACH)
            probabilities[start:end] = self._run(numbers[first:last])[start - first : end - first]
        return probabilities

    def _run(self, numbers: NDArray[np.uint16]) -> Floats:
        import numpy as np

        size, channels = len(numbers), self.mean.shape[0]
        # Nothing stands beyond the ends: the widest kernel reaches into zeros.
        padded = np.zeros((size + 2 * _WIDEST, channels), dtype=np.float32)
        state = padded[_WIDEST : _WIDEST + size]
        state[:] = self.inputs[numbers]
        new, part = np.empty_like(state), np.empty_like(state)
        for at, dilation in enumerate(DILATIONS):
            if at == MEAN_BEFORE and size:
                state += state.mean(axis=0) @ self.mean
            left, centre, right = self.kernels[at]
            np.matmul(padded[_WIDEST - dilation : _WIDEST - dilation + size], left, out=new)
            np.matmul(state, centre, out=part)
            new += part
            np.matmul(padded[_WIDEST + dilation : _WIDEST + dilation + size], right, out=part)
            new += part
            new += self.biases[at]
            np.maximum(new, 0.0, out=new)
            state += new
        return _softmax(state @ self.output + self.output_bias)


def _softmax(scores: Floats) -> Floats:
    import numpy as np

    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def encode(text: str) -> NDArray[np.uint16]:
    """Number of every character (`extractor.tagger.vocabulary`)."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    table = np.frombuffer(number_of(), dtype="<u2")
    # Beyond the basic plane there are rare ideographs above all.
    return np.where(codes < 0x10000, table[codes & 0xFFFF], 0).astype(np.uint16)


__all__ = ["DILATIONS", "MEAN_BEFORE", "REACH", "Network", "encode"]
