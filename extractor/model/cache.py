"""Answers that were paid for, kept on disk as plain text.

diskcache unpickles what it reads (CVE-2025-69872), so whoever can write one row could run code here.
This cache holds text under text keys and nothing else: a row of any other kind is never decoded, and
is dropped. All of it lives inside the database file; the cache reads and deletes no other file.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from extractor.errors import OutputError

T = TypeVar("T")

_DATABASE_FILES = ("cache.db", "cache.db-wal", "cache.db-shm", "cache.db-journal")
_NO_LIMIT = 2**62
_SETTINGS = {
    "eviction_policy": "none",  # paid answers must not vanish
    "cull_limit": 0,
    "size_limit": _NO_LIMIT,
    "statistics": 0,
    "tag_index": 0,
    "disk_min_file_size": _NO_LIMIT,  # large text stays in the database as well
    "disk_pickle_protocol": 0,
}
_KNOWN_SETTING = re.compile(
    r"count|size|hits|misses|statistics|tag_index|eviction_policy|size_limit|cull_limit"
    r"|disk_min_file_size|disk_pickle_protocol"
    r"|sqlite_(auto_vacuum|cache_size|journal_mode|mmap_size|synchronous)"
)
_FOREIGN_ROWS = (
    "DELETE FROM Cache WHERE raw IS NOT 1 OR mode IS NOT 1 OR filename IS NOT NULL"
    " OR typeof(key) <> 'text' OR typeof(value) <> 'text'"
)


class _NotText(ValueError):
    """A key or value that is not plain text, found in the cache or offered to it."""


def cache_key(**parts: object) -> str:
    """SHA-256 (hex) of the parts as canonical JSON; TypeError for what JSON cannot say exactly.

    >>> cache_key(a=1, b="元") == cache_key(b="元", a=1)
    True
    """
    return sha256(
        json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode(
            "utf-8", "surrogatepass"
        )
    ).hexdigest()


class AnswerCache:
    """Text by key in `directory`, which only its owner may enter (mode 0700, tightened if wider).

    Safe for several processes at once. Nothing is ever evicted. OutputError where the folder cannot be
    used: not writable, a symbolic link, somebody else's, or not a cache.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._store = self._guard(lambda: _open(directory))

    def get(self, key: str) -> str | None:
        """The text under `key`, None if there is none (or something that is not text: it is dropped)."""
        return self._guard(lambda: self._get(key))

    def set(self, key: str, text: str) -> None:
        """Keep `text` under `key`, for good; it is on disk when this returns."""
        self._guard(lambda: self._store.set(key, text, retry=True))

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _get(self, key: str) -> str | None:
        try:
            text = self._store.get(key, retry=True)
        except _NotText:
            self._store.delete(key, retry=True)
            return None
        return text if isinstance(text, str) else None

    def _guard(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except (OSError, sqlite3.Error) as exc:
            reason = getattr(exc, "strerror", None) or str(exc)
            raise OutputError(
                f"{self.directory}: the answer cache cannot be used ({reason}). Choose another folder with "
                "--cache-dir or EXTRACTOR_CACHE_DIR, or run with --no-cache."
            ) from exc


def _open(directory: Path) -> Any:
    import diskcache  # only runs that ask a model pay for this import

    class TextDisk(diskcache.Disk):  # type: ignore[misc]
        """Stores str as it is and refuses the rest, on the way in and on the way out."""

        def put(self, key: object) -> tuple[str, bool]:
            if type(key) is not str:
                raise _NotText(f"cache keys are text, not {type(key).__name__}")
            return key, True

        def get(self, key: object, raw: object) -> str:
            if not raw or type(key) is not str:
                raise _NotText("a cache key that is not text")
            return key

        def store(self, value: object, read: bool, key: object = None) -> tuple[int, int, None, str]:
            if read or type(value) is not str:
                raise _NotText(f"cache values are text, not {type(value).__name__}")
            return 0, diskcache.core.MODE_RAW, None, value

        def fetch(self, mode: object, filename: object, value: object, read: bool) -> str:
            if mode != diskcache.core.MODE_RAW or filename is not None or read or type(value) is not str:
                raise _NotText("a cache value that is not text")
            return value

        def remove(self, file_path: object) -> None:
            """Values have no files, so a row that names one must not get it deleted."""

    _private_folder(directory)
    _drop_foreign_rows(directory / "cache.db")
    store = diskcache.Cache(os.fspath(directory.resolve()), disk=TextDisk, **_SETTINGS)
    for name in _DATABASE_FILES:
        if (directory / name).exists():
            (directory / name).chmod(0o600)
    return store


def _private_folder(directory: Path) -> None:
    """Make the folder, or make sure that an existing one is ours alone."""
    if os.path.expandvars(directory) != os.fspath(directory):
        raise OSError(0, "diskcache would replace the $ in its name")
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise OSError(0, "it is a symbolic link")
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise OSError(0, "it belongs to another user")
    if stat.S_IMODE(found.st_mode) != 0o700:
        directory.chmod(0o700)
    for name in _DATABASE_FILES:
        if (directory / name).is_symlink():
            raise OSError(0, f"{name} in it is a symbolic link")


def _drop_foreign_rows(database: Path) -> None:
    """Rows and settings that this class never writes, gone before diskcache sees the file."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "Cache" in tables:
            connection.execute(_FOREIGN_ROWS)
        if "Settings" in tables:
            for (name,) in connection.execute("SELECT key FROM Settings").fetchall():
                if not (isinstance(name, str) and _KNOWN_SETTING.fullmatch(name)):
                    connection.execute("DELETE FROM Settings WHERE key IS ?", (name,))
