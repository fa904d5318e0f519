"""The input files of a run: those under the paths that are given, in folders and in archives."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from extractor.errors import InputError, UsageError
from extractor.readers import MAX_BYTES, archive, display_name
from extractor.readers.formats import PACKAGED, SUFFIXES, UNREAD_SUFFIXES, is_document
from extractor.store.folder import DATABASE, RESULTS

_DOCUMENTS = frozenset((*SUFFIXES, *UNREAD_SUFFIXES))
_CANNOT_OPEN = {
    errno.ENOENT: "no such file or folder; check the path",
    errno.ENOTDIR: "no such file or folder; check the path",
    errno.EACCES: "may not be opened; check the permissions of the folders above it",
}


class Input(NamedTuple):
    """One input file: what it is called in the output, where it is, and which member of that archive it is."""

    name: str
    path: Path
    member: archive.Member | None = None


class FoundInputs(NamedTuple):
    """Input files, and how many others a folder held that are no documents."""

    inputs: list[Input]
    ignored: int


def find_inputs(paths: Sequence[str], *, without: Path | None = None, max_bytes: int = MAX_BYTES) -> FoundInputs:
    """Files under the given paths, in order of their names; UsageError where a path does not exist.

    A folder and an archive are searched for documents; those that cannot be read, and folders that may not be
    searched, are listed too, so that the run reports them; a README is about documents and is none. The results
    of runs (in `without`, the run's own folder, and wherever a run.sqlite lies) are no input.
    """
    found: dict[Path, list[Input]] = {}
    ignored = 0
    own = without.resolve() if without else None
    for given in paths:
        path = Path(given)
        try:
            path.lstat()
            is_folder = path.is_dir()
        except OSError as error:
            why = _CANNOT_OPEN.get(error.errno or 0) or error.strerror
            raise UsageError(f"{display_name(path)}: {why}") from None
        for file in _walk(path, own) if is_folder else [path]:
            if is_folder and not (file.suffix.lower() in _DOCUMENTS or file.is_dir()):
                ignored += 1
            elif (real := _real(file)) not in found:
                found[real], others = _expanded(file, max_bytes, is_given=not is_folder)
                ignored += others
    return FoundInputs(sorted(given for inputs in found.values() for given in inputs), ignored)


def _expanded(path: Path, max_bytes: int, *, is_given: bool) -> tuple[list[Input], int]:
    """The documents in a file, one unless it is an archive, and how many other files the archive holds."""
    name = display_name(path)
    whole = [Input(name, path)]
    if (not is_given and path.suffix.lower() in PACKAGED) or not archive.is_archive(path):
        return whole, 0  # that most of a folder's files are ZIP files is no reason to look into them
    try:
        members = archive.members(path, name, max_bytes)
    except InputError:
        return whole, 0  # reading it says what is wrong
    documents = [Input(f"{name}/{member.name}", path, member) for member in members if is_document(member.name)]
    return documents or whole, len(members) - len(documents)


def _walk(top: Path, own: Path | None) -> Iterator[Path]:
    """Files under a folder, and the folders that may not be searched; links are followed, each folder once."""
    unreadable: list[str] = []
    seen: set[str] = set()
    for parent, folders, names in os.walk(
        top, onerror=lambda error: unreadable.append(error.filename), followlinks=True
    ):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        results = RESULTS if DATABASE in names or Path(real) == own else frozenset()
        for name in sorted(names):
            if not name.startswith((".", "~$", "README")) and name not in results:
                yield Path(parent, name)
    yield from map(Path, unreadable)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
