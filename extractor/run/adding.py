"""A run adds to its folder: what is given is put beside what is stored, and nothing stored is lost by its name.

A document is known by its name. Where a file of that name is stored that lay elsewhere and held something else, it is
another document: the new one goes by its full path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from extractor.errors import InputError
from extractor.readers import display_name, load
from extractor.run.inputs import Input
from extractor.store import Known, Planned


class Named(NamedTuple):
    """Inputs with names of their own, what is planned of each, and the names that were taken: (asked for, given)."""

    inputs: list[Input]
    planned: list[Planned]
    renamed: list[tuple[str, str]]


def named(inputs: Sequence[Input], known: Mapping[str, Known], directory: Path, max_bytes: int) -> Named:
    """The inputs of a run into `directory`, where `known` documents are stored."""
    found = Named([], [], [])
    taken: set[str] = set()
    for given in inputs:
        own = given
        place = place_of(given, directory)
        if given.name in taken or _is_another(given, place, known.get(given.name), max_bytes):
            own = given._replace(name=_full_name(given))
            found.renamed.append((given.name, own.name))
        taken.add(own.name)
        path = os.fsencode(os.path.abspath(given.path))
        found.inputs.append(own)
        found.planned.append(Planned(own.name, path, given.member.name if given.member else None, place))
    return found


def place_of(given: Input, directory: Path) -> str:
    """Where a file lies from the run folder, as a hash: the same after both have been moved together."""
    way = os.path.relpath(os.path.realpath(given.path), os.path.realpath(directory))
    member = given.member.name if given.member else ""
    return sha256(os.fsencode(way) + b"\0" + member.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_another(given: Input, place: str, known: Known | None, max_bytes: int) -> bool:
    """Whether a stored document of this name is another one; reads the file only where it lay elsewhere."""
    if known is None or known.place in ("", place) or not known.sha256:
        return False
    try:
        return load(given.path, name=given.name, max_bytes=max_bytes, member=given.member).sha256 != known.sha256
    except InputError:
        return True


def _full_name(given: Input) -> str:
    whole = display_name(os.path.abspath(given.path))
    return f"{whole}/{given.member.name}" if given.member else whole
