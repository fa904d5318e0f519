"""The lock of a run folder: one run writes at a time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from extractor.errors import OutputError
from extractor.store.private import private_file, private_folder


def take_lock(path: Path) -> sqlite3.Connection:
    """Hold run.lock beside the database; the system lets go of it when this process ends, however it ends."""
    lock: sqlite3.Connection | None = None
    file = path.with_suffix(".lock")
    try:
        private_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{path.parent}: the output folder cannot be created ({error.strerror})") from error
    try:
        private_file(file)
        # SQLite's own file lock works the same on every system; nothing is ever written into this file.
        lock = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN EXCLUSIVE")
    except OSError as error:
        raise OutputError(f"{path.parent}: the output folder cannot be written to ({error.strerror})") from error
    except sqlite3.Error as error:
        if lock is not None:
            lock.close()
        if "locked" in str(error):
            message = "another run is writing into this folder; wait for it to end, or choose another folder"
        else:
            message = f"the output folder cannot be written to ({error})"
        raise OutputError(f"{path.parent}: {message}") from error
    return lock
