"""The weights file: arrays in half precision, known by its hash, read without unpickling."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import WeightsError
from extractor.tagger.vocabulary import characters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "weights.npz"
DIGEST = "ba55986e20ce73e8c4c81fcef47d4b3e9da2e2dbe9cf5aac7fbfcf5f8515e9f4"
"""SHA-256 of the weights that belong to this version."""


def weights_digest() -> str:
    """What the weights of this version are known by, without reading them."""
    return DIGEST


@lru_cache(maxsize=1)
def load() -> dict[str, NDArray[np.float16]]:
    """The arrays; WeightsError where the file is missing or is not the one that belongs to this version."""
    return parse(known(str(__package__), FILE, DIGEST))


def known(package: str, file: str, digest: str) -> bytes:
    """A weights file of a package; WeightsError where it is missing or has another SHA-256."""
    try:
        data = files(package).joinpath(file).read_bytes()
    except OSError as error:
        raise WeightsError(file, f"cannot be read ({error.strerror})") from None
    if sha256(data).hexdigest() != digest:
        raise WeightsError(file, "is damaged or belongs to another version (its hash differs)")
    return data


def parse(data: bytes) -> dict[str, NDArray[np.float16]]:
    """Arrays of a weights file; nothing in it is ever unpickled."""
    import numpy as np

    try:
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
        known = "".join(map(chr, arrays.pop("vocabulary").tolist()))
    except Exception as error:  # whatever a damaged archive makes the library say
        raise WeightsError(FILE, f"cannot be understood ({type(error).__name__})") from None
    if known != characters():
        raise WeightsError(FILE, "was made for another vocabulary")
    return arrays


def save(path: Path, weights: Mapping[str, NDArray[np.float16]]) -> str:
    """Write a weights file (the same bytes for the same weights) and return its SHA-256."""
    import numpy as np

    buffer = BytesIO()
    vocabulary = np.array([ord(character) for character in characters()], dtype=np.uint16)
    np.savez(buffer, vocabulary=vocabulary, **weights)  # type: ignore[arg-type]
    path.write_bytes(buffer.getvalue())
    return sha256(buffer.getvalue()).hexdigest()


__all__ = ["FILE", "known", "load", "parse", "save", "weights_digest"]
