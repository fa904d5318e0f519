"""Golden cases: a document and the answer that a careful person reads from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import UsageError
from schemas.project import ProjectReading, Text
from schemas.record import Total

LABELS = "expected.json"
SOURCE = "source"
DOCUMENTS = "documents"

_SHOWN = 5


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
    """expected.json. A field that a label leaves out is not compared; null means: not printed."""

    document: DocumentLabel
    projects: tuple[ProjectReading, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled document; `labels` is its expected.json."""

    name: str
    source: Path
    labels: Path
    label: Label


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
    cases = []
    for folder in sorted(folders, key=lambda folder: folder.name):
        sources = _files(folder, SOURCE)
        labels = folder / LABELS
        if labels.is_file():
            source = _source(folder, sources, documents or directory.parent / DOCUMENTS)
            cases.append(Case(folder.name, source, labels, read_label(labels)))
        elif sources:
            raise UsageError(f"{folder}: {sources[0].name} has no {LABELS} beside it; label it or take it out")
    if not cases:
        raise UsageError(f"{directory}: holds no golden cases (folders with {LABELS} and one {SOURCE}.*)")
    return cases


def read_label(path: Path) -> Label:
    """The labels of a case; UsageError names the file and every place in it that is wrong."""
    try:
        return Label.model_validate_json(path.read_bytes(), strict=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        shown = [f"{_place(problem['loc'])}: {problem['msg']}" for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            shown.append(f"and {len(problems) - _SHOWN} more")
        raise UsageError(f"{path}: not a valid label: " + "; ".join(shown)) from None


def corpus_hash(cases: Iterable[Case]) -> str:
    """sha256 over the names and contents of all sources and labels."""
    digest = hashlib.sha256()
    files = {f"{case.name}/{path.name}": path for case in cases for path in (case.labels, case.source)}
    for name, path in sorted(files.items()):
        content = _content(path)
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


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
