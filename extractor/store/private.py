"""Files and folders that their owner alone can read, whatever the umask says."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def private_folder(path: Path) -> None:
    """Make a folder for its owner alone; one that is there already stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        path.chmod(0o700)  # a folder whose parent hands down a group keeps the bit for it
        return
    if not path.is_dir():
        raise NotADirectoryError(20, "Not a directory", str(path))


def private_file(path: Path) -> None:
    """Make a file for its owner alone, or make sure that an existing one of ours is."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    except FileExistsError:
        # Not opened: to close it would let go of the locks that this process holds on it.
        found = path.stat()
        mine = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        if mine and stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(stat.S_IMODE(found.st_mode) & 0o700)
        return
    try:
        os.chmod(path, 0o600)  # whatever the umask took away
    finally:
        os.close(descriptor)
