"""What other programs call: `extract`, `aextract`, `extract_many`, `open_run`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, TypedDict, Unpack

from extractor.errors import UnsupportedFile, UsageError
from extractor.export.frames import Framed
from extractor.pipeline import DocumentResult
from extractor.readers import RawFile, load
from extractor.run.one import extract_raw
from extractor.schemas.record import DocumentLine, Record
from extractor.settings import Mode, Settings
from extractor.store import RunStore

__all__ = ["Options", "Run", "Source", "aextract", "extract", "open_run"]


class Readable(Protocol):
    """An open binary file."""

    def read(self, size: int = -1, /) -> bytes: ...


Source = str | os.PathLike[str] | bytes | Readable
"""A path, the bytes of a file, or an open binary file."""


class Options(TypedDict, total=False):
    """The settings (`extractor.settings.Settings`), each of them optional.

    What is not given comes from the environment and extractor.toml, as on the command line. `model=None` is the rules
    alone, "builtin" (the default) the built-in readers beside them, any other name a language model.
    """

    model: str | None
    ask: str
    base_url: str
    api_key: str | None
    mode: Mode
    temperature: float | None
    max_output_tokens: int
    timeout: float
    attempts: int
    reasks: int
    concurrency: int
    cache: bool
    cache_dir: str | os.PathLike[str]
    max_bytes: int
    language: Literal["zh", "en"]
    layouts: tuple[str | os.PathLike[str], ...]
    aliases: tuple[str | os.PathLike[str], ...]
    layout_coverage: float


def extract(source: Source, *, name: str | None = None, **options: Unpack[Options]) -> DocumentResult:
    """Read one document: `.records` are its projects, `.document` is its line of documents.jsonl.

    `name` is what the document is called in the output: a path's own name where none is given, "document" for bytes.
    Gives the same records as `extractor run PATH`; may be called where an event loop is running. Raises
    `ExtractorError`: UsageError for a wrong option, InputError for a file that cannot be read.
    """
    settings = _settings(options)
    return extract_raw(_raw(source, name, settings.max_bytes), settings)


async def aextract(source: Source, *, name: str | None = None, **options: Unpack[Options]) -> DocumentResult:
    """`extract` without holding up the event loop: the work is done in a thread of its own."""
    settings = _settings(options)
    return await asyncio.to_thread(lambda: extract_raw(_raw(source, name, settings.max_bytes), settings))


def open_run(directory: str | os.PathLike[str], *, language: Literal["zh", "en"] | None = None) -> Run:
    """A finished run's folder, to read from; UsageError where there is no run. `language` is that of all messages."""
    return Run(Path(directory), language)


class Run(Framed):
    """The documents and records of a run, ordered by file; a page of them in memory at a time.

    Use it in a `with` statement, or `close` it.
    """

    __slots__ = ("_language", "_store", "directory")

    def __init__(self, directory: Path, language: Literal["zh", "en"] | None = None) -> None:
        self.directory = directory
        self._language = language
        self._store = RunStore.of(directory)

    def documents(self) -> Iterator[DocumentLine]:
        """A line for each input file."""
        return self._store.documents(self._language)

    def records(self) -> Iterator[Record]:
        """A record for each project."""
        return self._store.records(self._language)

    def record(self, record_id: str) -> tuple[Record, str] | None:
        """The record and its piece of the source, or None; six characters of the id will do."""
        return self._store.record(record_id, self._language)

    def framed(self) -> tuple[Iterator[DocumentLine], Iterator[Record]]:
        return self.documents(), self.records()

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _settings(options: Options) -> Settings:
    given = dict(options)
    if given.get("model", "") is None:
        given["model"] = "none"  # elsewhere None is an option that was not given
    return Settings.load(given)


def _raw(source: Source, name: str | None, max_bytes: int) -> RawFile:
    if isinstance(source, str | os.PathLike):
        return load(Path(source), name=name, max_bytes=max_bytes)
    file = name or "document"
    # One byte more than allowed shows a stream that is too long.
    raw = source if isinstance(source, bytes) else source.read(max_bytes + 1)
    if not isinstance(raw, bytes):
        raise UsageError(f"{file}: give bytes, or a file that is opened in binary mode")
    if len(raw) > max_bytes:
        raise UnsupportedFile(file, f"is larger than the limit of {max_bytes / 1e6:,.0f} MB; raise max_bytes")
    return RawFile(file, raw, sha256(raw).hexdigest())
