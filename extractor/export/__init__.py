"""A run's results as files for people and programs.

projects.jsonl, documents.jsonl   everything, one JSON object a line; the shapes are in schemas/record.py
projects.csv, indicators.csv      tables for scripts and spreadsheet programs, with Chinese headings
projects.xlsx                     the workbook to check: 项目, 指标, 待核对
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from extractor.errors import OutputError, UsageError
from schemas.record import DocumentLine, Record

__all__ = ["FORMATS", "Source", "export"]

FORMATS: Mapping[str, tuple[str, ...]] = {
    "jsonl": ("projects.jsonl", "documents.jsonl"),
    "csv": ("projects.csv", "indicators.csv"),
    "xlsx": ("projects.xlsx",),
}
_STAGING = ".export-"
_STALE = 24 * 3600.0


class Source(Protocol):
    """What is exported; `extractor.store.RunStore` is one. Each iterator is ordered by file."""

    def document_lines(self) -> Iterator[str]: ...
    def record_lines(self) -> Iterator[str]: ...
    def documents(self) -> Iterator[DocumentLine]: ...
    def records(self) -> Iterator[Record]: ...


def export(
    store: Source, directory: Path, *, formats: Sequence[str] = ("jsonl", "csv", "xlsx"), language: str = "zh"
) -> list[Path]:
    """Write the files of `formats` into `directory`, and return them.

    Earlier files of the same names are replaced only when every new one is complete. The same database gives the
    same bytes. Raises UsageError for a format or language that there is not, OutputError where a file cannot be
    written.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"unknown format {unknown[0]!r}; there are {', '.join(FORMATS)}")
    if language not in {"zh", "en"}:
        raise UsageError(f"unknown language {language!r}; there are zh, en")
    names = [name for known in FORMATS if known in formats for name in FORMATS[known]]
    targets = [directory / name for name in names]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _remove_stale(directory)
        for target in targets:
            _check_replaceable(target)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=directory) as staging:
            for name in names:
                _writer(name, store, language)(Path(staging, name))
                _flush(Path(staging, name))
            for target in targets:
                _replace(Path(staging, target.name), target)
    except OSError as error:
        raise OutputError(f"{directory}: the results cannot be written there ({error.strerror or error})") from error
    return targets


def _writer(name: str, store: Source, language: str) -> Callable[[Path], None]:
    """What writes the file of that name; each library is loaded only for the format that needs it."""
    from extractor.export import csv, jsonl
    from extractor.export.labels import labels

    if name == "projects.jsonl":
        return lambda path: jsonl.write(path, store.record_lines())
    if name == "documents.jsonl":
        return lambda path: jsonl.write(path, store.document_lines())
    if name == "projects.csv":
        return lambda path: csv.write_projects(path, store.records(), labels(language))
    if name == "indicators.csv":
        return lambda path: csv.write_indicators(path, store.records(), labels(language))
    from extractor.export import xlsx

    return lambda path: xlsx.write(path, store.documents(), store.records(), labels(language))


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
