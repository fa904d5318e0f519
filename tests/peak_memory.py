"""The most memory that a process has held, for tests that ask a process of their own."""

from __future__ import annotations

from pathlib import Path

STATUS = Path("/proc/self/status")


def peak() -> int:
    """KiB of this process alone; its ru_maxrss begins with what the process held that started it."""
    figures = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(figures["VmHWM"].split()[0])
