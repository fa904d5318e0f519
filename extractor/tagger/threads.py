"""One core for one reader: more threads would fight over the matrices of a single block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_LIMIT = RLock()
"""The limit is the process's: two threads that set and reset it would leave it as neither found it."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Numpy's matrices on one thread; one reader at a time."""
    with _LIMIT, _controller().limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    import numpy as np
    from threadpoolctl import ThreadpoolController

    del np  # its library must be there when the controller looks for it
    return ThreadpoolController()


__all__ = ["one_thread"]
