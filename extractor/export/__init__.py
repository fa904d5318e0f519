"""A run's results as files for people and programs.

projects.jsonl, documents.jsonl   everything, one JSON object a line; the shapes are in schemas/record.py
projects.csv, indicators.csv      tables for scripts and spreadsheet programs, with Chinese headings
projects.xlsx                     the workbook to check: 项目, 指标, 待核对
projects.sqlite                   the relational dataset (dataset.toml): tables with keys, and views
*.parquet                         the same tables, a file each
datapackage.json and the like     what other tools read of these tables (descriptors.py)
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from extractor.errors import OutputError, UsageError
from extractor.messages import LANGUAGES
from extractor.schemas.record import DocumentLine, Record
from extractor.store.folder import FORMATS

__all__ = ["DEFAULT", "ExportedRun", "export", "require", "staged"]

DEFAULT = ("jsonl", "csv", "xlsx")
"""What is written where nobody names a format."""
_STAGING = ".export-"
_STALE = 24 * 3600.0


class ExportedRun(Protocol):
    """What is exported; `extractor.store.RunStore` is one.

    Each iterator is ordered by file, its words are in `language`.
    """

    def document_lines(self, language: str | None = None) -> Iterator[str]: ...
    def record_lines(self, language: str | None = None) -> Iterator[str]: ...
    def documents(self, language: str | None = None) -> Iterator[DocumentLine]: ...
    def records(self, language: str | None = None) -> Iterator[Record]: ...


def require(formats: Sequence[str]) -> None:
    """UsageError for a format that there is not, or that needs what is not installed."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"unknown format {unknown[0]!r}; there are {', '.join(FORMATS)}")
    if "parquet" in formats:
        from extractor.export import parquet

        parquet.require()


def export(
    store: ExportedRun, directory: Path, *, formats: Sequence[str] = DEFAULT, language: str = "zh"
) -> list[Path]:
    """Write the files of `formats` into `directory`, and return them.

    Earlier files of the same names are replaced only when every new one is complete. The same database gives the
    same bytes; headings, messages and reasons are in `language`, whatever that of the run was. Raises UsageError for
    a format or language that there is not or that needs what is not installed, OutputError where a file cannot be
    written.
    """
    require(formats)
    if language not in LANGUAGES:
        raise UsageError(f"unknown language {language!r}; there are zh, en")
    chosen = [name for name in FORMATS if name in formats]
    targets = [directory / file for name in chosen for file in FORMATS[name]]
    with staged(targets, directory) as staging:
        for name in chosen:
            _write(name, staging, store, language)
    return targets


@contextmanager
def staged(targets: Sequence[Path], directory: Path) -> Iterator[Path]:
    """A folder inside `directory` for the new versions of `targets`; when the block ends, they take their places.

    Raises OutputError where that cannot be done; what was there before is then left as it was.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _remove_stale(directory)
        for target in targets:
            _check_replaceable(target)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=directory) as staging:
            yield Path(staging)
            for target in targets:
                _flush(Path(staging, target.name))
            for target in targets:
                _replace(Path(staging, target.name), target)
    except OSError as error:
        raise OutputError(
            f"{directory}: the results cannot be written there ({error.strerror or error}); choose another place"
        ) from error


def _write(name: str, folder: Path, store: ExportedRun, language: str) -> None:
    """The files of one format; each library is loaded only for the format that needs it."""
    from extractor.export.labels import labels

    if name == "jsonl":
        from extractor.export import jsonl

        jsonl.write(folder / "projects.jsonl", store.record_lines(language))
        jsonl.write(folder / "documents.jsonl", store.document_lines(language))
    elif name == "csv":
        from extractor.export import csv, descriptors

        csv.write_projects(folder / "projects.csv", store.records(language), labels(language))
        csv.write_indicators(folder / "indicators.csv", store.records(language), labels(language))
        descriptors.write_csv_package(folder / "datapackage.json", labels(language))
    elif name == "xlsx":
        from extractor.export import xlsx

        xlsx.write(folder / "projects.xlsx", store.documents(language), store.records(language), labels(language))
    elif name == "sqlite":
        from extractor.export import descriptors, relations, sqlite

        sqlite.write(folder / "projects.sqlite", relations.rows(store.documents(language), store.records(language)))
        descriptors.write_datasette(folder / "projects.metadata.json", language)
    else:
        from extractor.export import descriptors, parquet, relations

        parquet.write(folder, relations.rows(store.documents(language), store.records(language)))
        descriptors.write_parquet_package(folder / "parquet.datapackage.json", language)


def _check_replaceable(target: Path) -> None:
    """Find out before any work is done what renaming would only say at the end, or (read-only) not at all."""
    if target.is_dir():
        raise OutputError(f"{target}: a folder is in the way; rename or remove it")
    if target.exists() and not target.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise OutputError(f"{target}: the file is read-only; make it writable, or export into another folder")


def _replace(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except PermissionError as error:
        raise OutputError(
            f"{target}: the file cannot be replaced; close it in the program that has it open and export again"
        ) from error


def _flush(path: Path) -> None:
    # A rename may reach the disk before the content does, and a power cut would leave an empty file under a good name.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_stale(directory: Path) -> None:
    """Clear away what a killed export has left; one that may still be running is left alone."""
    for leftover in directory.glob(f"{_STAGING}*"):
        if leftover.is_dir() and time.time() - leftover.stat().st_mtime > _STALE:
            shutil.rmtree(leftover, ignore_errors=True)
