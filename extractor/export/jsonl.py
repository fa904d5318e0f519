"""The lines of the run's database, as they are: nothing is lost in this format, and nothing made safe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def write(path: Path, lines: Iterator[str]) -> None:
    """One JSON object a line, UTF-8."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
