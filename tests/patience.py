"""Waiting for other processes: as long as a busy machine takes, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

HANG = 300.0
"""Seconds after which something hangs. What a test waits for takes a few of them, on a machine that is busy as well."""


def eventually(holds: Callable[[], object], seconds: float = HANG) -> bool:
    """Whether it comes to hold.

    >>> eventually(lambda: True), eventually(lambda: False, seconds=0.0)
    (True, False)
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def has_ended(process: int) -> bool:
    """Whether a process is gone, or is dead and only waits for its parent to ask about it."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in {"Z", "X"}
