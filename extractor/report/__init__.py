"""A run as one HTML file for people: totals, charts, sums and every project with its source text.

page.py       the file: template, scripts, styles, policy
counting.py   one pass over the records
figures.py    what is counted; arithmetic.py: printed sums; targets.py: how specific targets are
entries.py    the projects of the list, packed
charts.py     what the charts show
words.toml    every word, in Chinese and English
vendor/       the chart library, as it is published
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from extractor.errors import UsageError
from extractor.messages import LANGUAGES
from extractor.schemas.record import DocumentLine, Record

__all__ = ["ReportedRun", "report"]


class ReportedRun(Protocol):
    """What is reported on; `extractor.store.RunStore` is one.

    Each iterator is ordered by file, its words are in `language`.
    """

    @property
    def unfinished(self) -> tuple[int, int] | None: ...
    def documents(self, language: str | None = None) -> Iterator[DocumentLine]: ...
    def records_with_sources(self, language: str | None = None) -> Iterator[tuple[Record, str]]: ...


def report(store: ReportedRun, path: Path, *, language: str = "zh") -> Path:
    """Write the report of a run to `path`, in place of an earlier one, and return it.

    The same database gives the same bytes. Raises UsageError for a language that there is not, OutputError where the
    file cannot be written.
    """
    from extractor.export import staged
    from extractor.report.page import write

    if language not in LANGUAGES:
        raise UsageError(f"unknown language {language!r}; there are zh, en")
    with staged([path], path.parent) as folder:
        write(folder / path.name, store, language)
    return path
