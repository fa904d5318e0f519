"""A row of decisions.sqlite, and the file in which rows are carried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.decisions.keys import Key, digest
from extractor.errors import OutputError, UsageError
from extractor.schemas.decision import DecisionKind
from extractor.schemas.record import Span

MAX_TEXT = 20_000
MAX_BYTES = 256 * 1024 * 1024


class Step(StrEnum):
    """What a row says of an earlier one: it is taken back, or a second person says the same."""

    UNDO = "undo"
    CONFIRM = "confirm"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shown(_Row):
    """What a person saw the decision called; it finds nothing, and is told where a document is gone."""

    file: str = Field("", max_length=4_000)
    project: str = Field("", max_length=MAX_TEXT)
    field: str = Field("", max_length=4_000)
    unit: str = Field("", max_length=MAX_TEXT)


class Entry(_Row):
    """One decision, or one step upon an earlier one (`supersedes`).

    `before` is what was published when it was made, `after` the value that was entered, where one was. `reader` says
    which reading it upheld, for the statistics.
    """

    key: Key
    evidence: str = Field(max_length=64)
    kind: DecisionKind | Step
    before: str | None = Field(None, max_length=MAX_TEXT)
    after: str | None = Field(None, max_length=MAX_TEXT)
    span: Span | None = None
    note: str | None = Field(None, max_length=MAX_TEXT)
    who: str = Field(min_length=1, max_length=200)
    when: str = Field(min_length=4, max_length=40)
    version: str = Field("", max_length=40)
    supersedes: str | None = Field(None, max_length=64)
    shown: Shown = Shown()

    @property
    def id(self) -> str:
        """16 hexadecimal digits of what it says: the same row twice is one row."""
        said = self.model_dump(mode="json", exclude={"shown", "version", "before"})
        return digest(said)[:16]

    def says_what(self, other: Entry) -> bool:
        """Whether two rows decide the same."""
        return (self.kind, self.after, self.span) == (other.kind, other.after, other.span)


def write(path: Path, entries: Iterable[Entry]) -> int:
    """decisions.jsonl: a row a line, in the order in which they were made; returns how many."""
    count = 0
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for entry in entries:
                file.write(entry.model_dump_json(exclude_defaults=True) + "\n")
                count += 1
    except OSError as error:
        raise OutputError(f"{path}: the decisions cannot be written there ({error.strerror})") from error
    return count


def read(path: Path) -> Iterator[Entry]:
    """The rows of a decisions.jsonl; UsageError names the line that is none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES // 1024**2} MB; it is no decisions.jsonl")
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _entry(path, number, line)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8 text; give a decisions.jsonl as it was written") from None


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        return Entry.model_validate_json(line)
    except ValidationError as error:
        problem: Any = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, problem["loc"])) or "the line"
        raise UsageError(f"{path}, line {number}: no decision: {place}: {problem['msg']}") from None


__all__ = ["MAX_TEXT", "Entry", "Shown", "Step", "read", "write"]
