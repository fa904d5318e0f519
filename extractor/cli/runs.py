"""Run folders that a command looks into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extractor.cli import printable
from extractor.cli.display import errors
from extractor.store import RunStore


@contextmanager
def opened(directory: Path) -> Iterator[RunStore]:
    """The results of a run folder; where its run goes on or was stopped, that is said.

    UsageError where the folder holds none.
    """
    with RunStore.of(directory) as store:
        if store.unfinished is not None:
            planned, read = store.unfinished
            errors.print(
                printable(
                    f"extractor: {directory}: 运行没有结束（计划 {planned:,} 份文件，已存 {read:,} 份）；"
                    "若已中断，用同一命令再次运行即可继续。 "
                    f"The run has not come to its end: {read:,} of {planned:,} documents are stored. "
                    "If it was stopped, the same command again goes on."
                ),
                markup=False,
            )
        yield store
