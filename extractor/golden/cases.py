"""Golden cases: a document and the answer that a careful person reads from it.

Of an archive, each document is a case of its own, `<case>/<its name in the archive>`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from extractor.errors import InputError, UsageError
from extractor.readers import MAX_BYTES, archive
from extractor.readers.formats import TOOLS, Tool, is_here
from extractor.schemas.project import ProjectReading, Text
from extractor.schemas.record import Total

LABELS = "expected.json"
SOURCE = "source"
DOCUMENTS = "documents"

_SHOWN = 5

IS_HERE: dict[Tool, Callable[[], bool]] = {tool: partial(is_here, tool) for tool in TOOLS}


class _Label(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentLabel(_Label):
    """What the document says about itself, and its printed total rows."""

    title: Text | None = None
    department: Text | None = None
    fiscal_year: int | None = None
    amount_unit: Text | None = None
    totals: tuple[Total, ...] = ()


class Label(_Label):
    """expected.json. A field that a label leaves out is not compared; null means: not printed.

    `needs` is what reading the document takes besides this program.
    """

    document: DocumentLabel
    projects: tuple[ProjectReading, ...]
    needs: Tool | None = None


class ArchiveLabel(_Label):
    """expected.json of an archive: every file in it by its name; null where a run leaves it alone (a picture)."""

    members: dict[str, Label | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled document; `labels` is the expected.json in which its label is."""

    name: str
    source: Path
    labels: Path
    label: Label
    member: archive.Member | None = None

    @property
    def lacks(self) -> Tool | None:
        """What the document needs and this machine has not got."""
        need = self.label.needs
        return None if need is None or IS_HERE[need]() else need


def discover(directory: Path, documents: Path | None = None) -> list[Case]:
    """The cases in a folder, by name.

    A case is a folder with expected.json and one source.*; without a source.* its document is
    `documents/<case>.*`, or `<directory>/../documents/<case>.*` where no `documents` is given.
    UsageError names what is missing or malformed.
    """
    if not directory.is_dir():
        raise UsageError(f"{directory}: no such folder; give the folder that holds the golden cases")
    if documents is not None and not documents.is_dir():
        raise UsageError(f"{documents}: no such folder; give the folder that holds the cases' documents")
    if (directory / LABELS).is_file():
        raise UsageError(f"{directory}: this is a single case; give the folder that holds the cases")
    folders = (folder for folder in directory.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    cases: list[Case] = []
    for folder in sorted(folders, key=lambda folder: folder.name):
        sources = _files(folder, SOURCE)
        labels = folder / LABELS
        if labels.is_file():
            cases.extend(_cases(folder, _source(folder, sources, documents or directory.parent / DOCUMENTS)))
        elif sources:
            raise UsageError(f"{folder}: {sources[0].name} has no {LABELS} beside it; label it or take it out")
    if not cases:
        raise UsageError(f"{directory}: holds no golden cases (folders with {LABELS} and one {SOURCE}.*)")
    return cases


def read_label(path: Path) -> Label | ArchiveLabel:
    """The labels of a case; UsageError names the file and every place in it that is wrong."""
    content = _content(path)
    try:
        is_archive = "members" in from_json(content)
    except (ValueError, TypeError):
        is_archive = False  # what is wrong is said below
    try:
        if is_archive:
            return ArchiveLabel.model_validate_json(content, strict=True)
        return Label.model_validate_json(content, strict=True)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        shown = [f"{_place(problem['loc'])}: {problem['msg']}" for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            shown.append(f"and {len(problems) - _SHOWN} more")
        raise UsageError(f"{path}: not a valid label: " + "; ".join(shown)) from None


def corpus_hash(cases: Iterable[Case]) -> str:
    """sha256 over the names and contents of all sources and labels."""
    digest = hashlib.sha256()
    files = {f"{case.labels.parent.name}/{path.name}": path for case in cases for path in (case.labels, case.source)}
    for name, path in sorted(files.items()):
        content = _content(path)
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _cases(folder: Path, source: Path) -> Iterator[Case]:
    """One case, or one for each document of an archive; every file of an archive has to be named in the labels."""
    labels = folder / LABELS
    label = read_label(labels)
    if isinstance(label, Label):
        yield Case(folder.name, source, labels, label)
        return
    try:
        members = {member.name: member for member in archive.members(source, str(source), MAX_BYTES)}
    except InputError as error:
        raise UsageError(str(error)) from None
    for name in sorted(members.keys() ^ label.members.keys()):
        where = f"{source} holds it, {LABELS} does not name it" if name in members else f"{source} holds no such file"
        raise UsageError(f"{labels}: {name}: {where}")
    for name, one in label.members.items():
        if one is not None:
            yield Case(f"{folder.name}/{name}", source, labels, one, members[name])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def _files(folder: Path, stem: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.stem == stem and path.suffix and path.is_file())


def _source(folder: Path, sources: list[Path], documents: Path) -> Path:
    found = sources or (_files(documents, folder.name) if documents.is_dir() else [])
    if not found:
        raise UsageError(f"{folder}: no {SOURCE}.* here, and no {folder.name}.* in {documents}")
    if len(found) > 1:
        raise UsageError(f"{folder}: more than one source: {', '.join(path.name for path in found)}; leave one")
    return found[0]


def _place(location: tuple[int | str, ...]) -> str:
    """
    >>> _place(("projects", 2, "amounts", "total")), _place(())
    ('projects[2].amounts.total', 'the file')
    """
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return place.lstrip(".") or "the file"
