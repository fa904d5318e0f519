"""Run folders that a command looks into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extractor.cli import printable
from extractor.cli.display import errors
from extractor.inputs import DATABASE
from extractor.store import RunStore


@contextmanager
def opened(directory: Path) -> Iterator[RunStore]:
    """The results of a run folder; where a run is still writing them, that is said.

    UsageError where the folder holds none.
    """
    with RunStore(directory / DATABASE, create=False) as store:
        if store.is_being_written:
            errors.print(
                printable(
                    f"extractor: {directory}: 运行尚未结束，以下只含已读完的文件。 "
                    "A run is still writing into this folder; this shows only what it has finished."
                ),
                markup=False,
            )
        yield store
