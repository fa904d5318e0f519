"""The run's database, DIR/run.sqlite: everything that a run found, one transaction for each document.

Open it with any SQLite tool (Datasette, DB Browser). Tables, with the columns meant for queries:

documents   one row for each input file
    file (key), sha256, fingerprint (settings it was read with), status (read | no_projects | failed), reason, title,
    department, fiscal_year, amount_unit, layout, encoding, blocks, records, failed, indicators,
    no_second_reading (blocks), asked (blocks that a language model was asked about), flags, coverage,
    line (the whole line of documents.jsonl)
records     one row for each project
    file + block_index (key), id, status (agreed | flagged | unchecked | reviewed | failed), name, unit, department,
    fiscal_year, amount_unit, total, fiscal, special_account, other (as printed, in amount_unit), unplaced,
    total_yuan, fiscal_yuan, special_account_yuan, other_yuan, goal, withheld, indicators, flags (those that ask for a
    decision), page, char_start, char_end, model, input_tokens, output_tokens, asked (why a language model was asked),
    line (the whole line of projects.jsonl), source (the document's text from char_start to char_end)
flags       one row for each flag of a record, or of a document (block_index and record_id are null)
    file, block_index, record_id, position, code, information (1 = nobody need decide), path, message, rules, model,
    builtin, suggestion, char_start, char_end, spans (JSON)
told        what the flags and reasons of a line say without a language, from which they are put into another one; one
            row for each record, or document (block_index is null), that says anything
    file, block_index, language (of the words stored in the other tables), told (JSON)
usage       what model calls were paid for in this folder, over all of its runs
    model (key), calls, cached, input_tokens, output_tokens
plan        one row while a run goes on, and after one that was stopped
    documents (that it was to read)

The amount columns are there to sort and sum by; the exact printed digits are in `line`.

The journal is SQLite's plain one, not a write-ahead log, so that run.sqlite alone can be copied, mailed or opened from
a read-only disk at any time; a log would keep finished documents in a -wal file beside it, to save half a millisecond
for each document. A run killed in the very act of saving leaves a run.sqlite-journal, with which the next program that
opens the database undoes that one save. run.lock is empty and is held by the run that is writing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from extractor.errors import UsageError
from extractor.messages import line_in, record_in
from extractor.schemas.finding import Told
from extractor.schemas.record import DocumentLine, Record
from extractor.store.rows import RunTotals, Words, document_row, flag_rows, record_row, told_rows

if TYPE_CHECKING:
    from extractor.store.database import Stored

__all__ = ["RunStore", "RunTotals", "Words"]

MIN_PREFIX = 6
"""Shortest part of a record id that `RunStore.record` takes for the whole."""


class RunStore:
    """The documents and records of one run.

    `create=True` opens for writing and keeps a second run out; it raises OutputError where the database cannot be
    written, belongs to another program or a newer version, or is in use by another run. `create=False` only reads,
    also while a run is writing; it raises UsageError where there is no database yet.

    What is read comes in the `language` that is asked for, or, without one, in that of the run. What an older version
    of this program stored stays in its language.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        from extractor.store.database import Database  # SQLAlchemy takes its time, and `--help` needs none of it

        self.path = path
        self._database = Database(path, create=create)

    def begin(self, planned: int) -> None:
        """Note that a run of so many documents begins; until `end`, the folder says that it is unfinished."""
        self._database.begin(planned)

    def end(self) -> None:
        """Note that the run came to its end: every planned document is stored."""
        self._database.end()

    @property
    def unfinished(self) -> tuple[int, int] | None:
        """Documents planned and read, where a run still goes on or was stopped; None where it came to its end."""
        return self._database.unfinished()

    def is_done(self, file: str, sha256: str, fingerprint: str) -> bool:
        """True where this very content was read with these very settings and nothing of it failed."""
        return self._database.is_done(file, sha256, fingerprint)

    def save(
        self,
        line: DocumentLine,
        records: Sequence[Record],
        sources: Sequence[str],
        fingerprint: str,
        words: Words | None = None,
    ) -> None:
        """Store one document in one transaction, in place of any earlier version of that file.

        `sources[i]` is the piece of the document that `records[i]` was read from; without `words` the lines can be
        shown in their own language only.
        """
        file = line.document.file
        if len(records) != len(sources):
            raise ValueError(f"{file}: {len(records)} records but {len(sources)} source texts")
        if any(record.document.file != file for record in records):
            raise ValueError(f"{file}: holds a record of another file")
        self._database.replace(
            document_row(line, fingerprint),
            (record_row(record, source) for record, source in zip(records, sources, strict=True)),
            flag_rows(line, records),
            told_rows(line, records, words) if words is not None else (),
        )

    def keep_only(self, files: Collection[str]) -> list[str]:
        """Forget every document that is not one of `files`; returns those forgotten, in order."""
        return self._database.keep_only(frozenset(files))

    def add_usage(
        self, model: str, *, calls: int = 0, cached: int = 0, input_tokens: int = 0, output_tokens: int = 0
    ) -> None:
        """Add to what the folder's runs have paid: `calls` that were made, `cached` answers that cost nothing."""
        self._database.add_usage(
            {
                "model": model,
                "calls": calls,
                "cached": cached,
                "input_tokens": input_tokens,
                "output_tokens": output_tokens,
            }
        )

    def totals(self) -> RunTotals:
        """Counts over the whole database, for a run's summary."""
        return self._database.totals()

    def document_lines(self, language: str | None = None) -> Iterator[str]:
        """The lines of documents.jsonl, without line breaks, ordered by file; a page in memory at a time."""
        for stored in self._database.document_lines():
            yield _document(stored, language).model_dump_json() if _is_other(stored, language) else stored.line

    def record_lines(self, language: str | None = None) -> Iterator[str]:
        """The lines of projects.jsonl, ordered by file and block index; a page in memory at a time."""
        for stored in self._database.record_lines():
            yield _record(stored, language).model_dump_json() if _is_other(stored, language) else stored.line

    def documents(self, language: str | None = None) -> Iterator[DocumentLine]:
        """`document_lines`, parsed."""
        return (_document(stored, language) for stored in self._database.document_lines())

    def records(self, language: str | None = None) -> Iterator[Record]:
        """`record_lines`, parsed."""
        return (_record(stored, language) for stored in self._database.record_lines())

    def records_with_sources(self, language: str | None = None) -> Iterator[tuple[Record, str]]:
        """`records`, each with the piece of the document that it was read from."""
        for stored, source in self._database.record_lines_with_sources():
            yield _record(stored, language), source

    def record(self, record_id: str, language: str | None = None) -> tuple[Record, str] | None:
        """The record and its source text, or None; six characters of the id will do where they are unambiguous.

        UsageError where several records begin like that. An id that stands for one content in two files gives the
        first of them.
        """
        found = self._database.find(record_id, prefix=len(record_id) >= MIN_PREFIX)
        if not found:
            return None
        if len({identity for identity, _, _ in found}) > 1:
            candidates = ", ".join(identity for identity, _, _ in found)
            raise UsageError(f"several records begin with {record_id!r} ({candidates} …); give more of the id")
        _, source, stored = found[0]
        return _record(stored, language), source

    def close(self) -> None:
        """Release the database and, of a writing run, its lock; may be called twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _is_other(stored: Stored, language: str | None) -> bool:
    """Whether a line says anything in another language than the one that is asked for."""
    return stored.told is not None and language is not None and stored.language != language


def _told(stored: Stored) -> Told:
    return Told.from_plain(json.loads(stored.told or "{}"))


def _document(stored: Stored, language: str | None) -> DocumentLine:
    line = DocumentLine.model_validate_json(stored.line)
    return line_in(line, _told(stored), language) if language and _is_other(stored, language) else line


def _record(stored: Stored, language: str | None) -> Record:
    record = Record.model_validate_json(stored.line)
    return record_in(record, _told(stored), language) if language and _is_other(stored, language) else record
