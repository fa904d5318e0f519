"""The weights of the cell reader: half precision, known by their hash, read without unpickling."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from extractor.tagger.weights import known, parse, save

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "weights.npz"
DIGEST = "e0ea45ae63bbd7708648568553ae57bc3dcdadf3a7a9be45a9db52e64ecf2654"
"""SHA-256 of the weights that belong to this version."""


def weights_digest() -> str:
    """What the weights of this version are known by, without reading them."""
    return DIGEST


@lru_cache(maxsize=1)
def load() -> dict[str, NDArray[np.float16]]:
    """The arrays; WeightsError where the file is missing or is not the one that belongs to this version."""
    return parse(known(str(__package__), FILE, DIGEST))


__all__ = ["DIGEST", "FILE", "load", "save", "weights_digest"]
