"""What a run folder has left to do: the files to read again, where they lie now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from extractor.errors import InputError, UsageError
from extractor.readers import archive
from extractor.run.inputs import Input
from extractor.settings import Settings
from extractor.store import Planned, RunStore


class Left(NamedTuple):
    """Inputs to read again, and documents that are not to be found; what is stored of these stays."""

    inputs: list[Input]
    gone: list[str]


def left(directory: Path, settings: Settings) -> Left:
    """The documents with something left to do, which the next run reads anew.

    UsageError where the folder holds no results. A document that an older version stored is not to be found: where it
    lies was not noted.
    """
    with RunStore.of(directory) as store:
        files = [one.file for one in store.overview().unsettled]
        planned = {one.file: one for one in store.planned()}
    found = Left([], [])
    for file in files:
        given = _again(planned[file], settings.max_bytes) if file in planned else None
        if given is None:
            found.gone.append(file)
        else:
            found.inputs.append(given)
    if found.inputs:
        with RunStore.into(directory, settings.store) as store:
            store.reopen(given.name for given in found.inputs)
    return found


def _again(planned: Planned, max_bytes: int) -> Input | None:
    path = Path(os.fsdecode(planned.path))
    if not planned.path or not path.exists():
        return None
    if planned.member is None:
        return Input(planned.file, path)
    try:
        members = archive.members(path, planned.file, max_bytes)
    except (InputError, UsageError):
        return None
    return next((Input(planned.file, path, one) for one in members if one.name == planned.member), None)
