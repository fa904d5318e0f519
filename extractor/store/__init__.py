"""The run's database: everything that a run found, one transaction for each document.

It is DIR/run.sqlite, which any SQLite tool opens (Datasette, DB Browser), or a schema of a PostgreSQL database, which
DIR/run.store names. Tables, with the columns meant for queries:

documents   one row for each input file
    file (key), sha256, fingerprint (settings it was read with), status (read | no_projects | failed), reason, title,
    department, fiscal_year, amount_unit, layout, encoding, blocks, records, failed, indicators,
    no_second_reading (blocks), asked (blocks that a language model was asked about), learning (what became of the
    question for a layout), flags, coverage, stored (when; null: by a version before 0.7.0), language (of words)
records     one row for each project
    file + block_index (key), id, status (agreed | flagged | unchecked | reviewed | failed), name, unit, department,
    fiscal_year, amount_unit, total, fiscal, special_account, other (as printed, in amount_unit; null where that is no
    plain number), unplaced, total_yuan, fiscal_yuan, special_account_yuan, other_yuan, goal, withheld, indicators,
    flags (those that ask for a decision), page, char_start, char_end, model, input_tokens, output_tokens, asked (why a
    language model was asked), language
flags       one row for each flag of a record, or of a document (block_index and record_id are null)
    file, block_index, record_id, position, code, information (1 = nobody need decide), path, message, rules, model,
    builtin, suggestion, char_start, char_end, spans (JSON)
inputs      one row for each file that a run was to read
    file (key), path (as the system writes it), member (of that archive), place (where it lies from the run folder, as a
    hash), run (the last one that was to read it), begun (how often, since it was last stored)
runs        one row for each run: number (key), version, began, ended (null: it goes on, or was killed; stopped: it was)
calls       one row for each request to a language model, written before it is sent and completed with its answer
    number (key), time, run, model, endpoint (kind), purpose (reading | layout), block (key of the answer cache), file,
    attempt, outcome (sent: no answer is known; ok | refused | cut | invalid | unavailable), input_tokens,
    cached_tokens (of these, read from the endpoint's cache), output_tokens, price, currency, seconds
usage       by model: answers out of the cache, and calls that are not in `calls` (made by versions before 0.7.0)
    model (key), calls, cached, input_tokens, output_tokens

The amount columns are there to sort and sum by; the exact printed digits are in the line. The lines of the jsonl files
are in `documents.packed` and `records.packed`; `extractor.store.packing` tells how another program unpacks them, which
gives the JSON line, what it says without a language (JSON, or nothing), from which it is put into another one, and
for a record the document's text from char_start to char_end, with line breaks between the three.

While a run goes on, run.sqlite has a log beside it (run.sqlite-wal), so that readers do not wait for the writer, nor it
for them; at its end the log is taken into the file, which can then be copied, mailed or opened from a read-only disk
alone. A run that was killed leaves the log; the next program that opens the database takes it in. Folder and files are
for their owner alone. run.lock is empty and is held by the run that is writing; in PostgreSQL an advisory lock is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from extractor.errors import UsageError
from extractor.messages import line_in, record_in
from extractor.schemas.finding import Told
from extractor.schemas.record import DocumentLine, Record
from extractor.store import address, fingerprints
from extractor.store.rows import Copies, Entry, Known, Planned, Row, RunTotals, Words, entry_of

if TYPE_CHECKING:
    from extractor.store.database import Stored
    from extractor.store.overview import Overview

__all__ = ["Copies", "Entry", "Known", "Planned", "RunStore", "RunTotals", "Words", "entry_of"]

MIN_PREFIX = 6
"""Shortest part of a record id that `RunStore.record` takes for the whole."""


class RunStore:
    """The documents and records of one run.

    `place` is a run.sqlite, or the URL of a PostgreSQL database. `create=True` opens for writing and keeps a second run
    out; it raises OutputError where the database cannot be written, belongs to another program or a newer version, or
    is in use by another run. `create=False` only reads, also while a run is writing; it raises UsageError where there
    is no database yet. What an older version wrote is taken over when it is opened.

    What is read comes in the `language` that is asked for, or, without one, in that of the run. What a version before
    0.5.0 stored stays in its language.
    """

    def __init__(self, place: address.Address, *, create: bool = True) -> None:
        from extractor.store.database import Database  # SQLAlchemy takes its time, and `--help` needs none of it

        self._database = Database(place, create=create)
        self.name = self._database.name

    @classmethod
    def of(cls, directory: Path) -> Self:
        """The results of a run folder, to read."""
        return cls(address.found(directory), create=False)

    @classmethod
    def into(cls, directory: Path, store: str | None = None) -> Self:
        """To write the results of a run folder, into the PostgreSQL database at the URL `store` if there is one."""
        return cls(address.chosen(directory, store))

    def begin(self, planned: Sequence[Planned]) -> None:
        """Note that a run of these documents begins; until `end`, the folder says that it is unfinished."""
        self._database.begin(planned)

    def end(self) -> None:
        """Note that the run came to its end: every planned document is stored."""
        self._database.end()

    @property
    def unfinished(self) -> tuple[int, int] | None:
        """Documents planned and read, where a run still goes on or was stopped; None where it came to its end."""
        return self._database.unfinished()

    def known(self) -> Mapping[str, Known]:
        """Where every stored file lay, and what it held."""
        return self._database.known()

    def planned(self) -> Sequence[Planned]:
        """Every file that a run was to read, in order of their names."""
        return self._database.planned()

    def mark_begun(self, file: str) -> int:
        """Note that work on a file begins, until it is saved; returns how often it has begun.

        More than once: its work was begun before, and the run ended before it did.
        """
        return self._database.mark_begun(file)

    def acquit(self, file: str) -> None:
        """Note that a file, though not saved yet, has done no harm: it only waits for answers."""
        self._database.acquit(file)

    def tried(self) -> dict[str, int]:
        """How often the files were begun that were begun and not saved."""
        return self._database.tried()

    def give_up(self, file: str) -> None:
        """Have a stored file counted as begun too often, until it is saved anew or reopened."""
        self._database.give_up(file)

    def failure(self, file: str) -> tuple[str, str] | None:
        """Of a file that could not be read: what it held (sha256), and why."""
        return self._database.failure(file)

    def is_done(self, file: str, sha256: str, fingerprint: str) -> bool:
        """True where this very content was read with these very settings and nothing of it failed.

        What a document did not use may have changed: the prompt where no model was asked.
        """
        state = self._database.stored_state(file, sha256)
        return state is not None and not fingerprints.stale(state[0], fingerprint, asked=state[1], learnt=state[2])

    def stale(self, fingerprint: str) -> Mapping[str, fingerprints.Stale]:
        """What would be read anew with these settings although its content is the same: by file, why."""
        return {
            file: fingerprints.Stale(parts, blocks, "=" in stored)
            for file, stored, asked, learnt, blocks in self._database.states()
            if (parts := fingerprints.stale(stored, fingerprint, asked=asked, learnt=learnt))
        }

    def save(
        self,
        line: DocumentLine,
        records: Sequence[Record],
        sources: Sequence[str],
        fingerprint: str,
        words: Words | None = None,
    ) -> None:
        """Store one document in one transaction, in place of any earlier version of that file; see `entry_of`."""
        self.put(entry_of(line, records, sources, fingerprint, words))

    def put(self, entry: Entry) -> None:
        """Store what `entry_of` made, in one transaction."""
        self._database.replace(entry)

    def reopen(self, files: Iterable[str]) -> None:
        """Have these documents read anew by the next run; what is stored of them stays until then."""
        self._database.reopen(files)

    def overview(self) -> Overview:
        """The run at a glance: counts, what is left to do, what was paid."""
        return self._database.overview()

    def copies(self) -> Sequence[Copies]:
        """Files with projects whose content is the same as that of others."""
        return self._database.copies()

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

    def call_sent(self, *, model: str, endpoint: str, purpose: str, block: str, file: str, attempt: int) -> int:
        """Write down a call to a language model that is about to be sent; returns its number."""
        row: Row = {"model": model, "endpoint": endpoint, "purpose": purpose, "block": block, "file": file or None}
        return self._database.add_call(row | {"attempt": attempt})

    def call_settled(
        self,
        number: int,
        *,
        outcome: str,
        tokens: tuple[int, int, int],
        price: Decimal | None,
        currency: str | None,
        seconds: float,
    ) -> None:
        """What became of it: ok, refused, cut, invalid or unavailable; its tokens sent, cached and received."""
        sent, cached, received = tokens
        row: Row = {"outcome": outcome, "input_tokens": sent, "cached_tokens": cached, "output_tokens": received}
        row |= {"price": None if price is None else f"{price:f}", "currency": currency, "seconds": seconds}
        self._database.settle_call(number, row)

    def calls(self) -> Iterator[Mapping[str, Any]]:
        """The ledger, in the order of sending; columns by their names."""
        return self._database.calls()

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
        return ((_record(stored, language), stored.source) for stored in self._database.record_lines())

    def record(self, record_id: str, language: str | None = None) -> tuple[Record, str] | None:
        """The record and its source text, or None; six characters of the id will do where they are unambiguous.

        UsageError where several records begin like that. An id that stands for one content in two files gives the
        first of them.
        """
        found = self._database.find(record_id, prefix=len(record_id) >= MIN_PREFIX)
        if not found:
            return None
        if len({identity for identity, _ in found}) > 1:
            candidates = ", ".join(identity for identity, _ in found)
            raise UsageError(f"several records begin with {record_id!r} ({candidates} …); give more of the id")
        _, stored = found[0]
        return _record(stored, language), stored.source

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
    return bool(stored.told) and language is not None and stored.language != language


def _told(stored: Stored) -> Told:
    return Told.from_plain(json.loads(stored.told or "{}"))


def _document(stored: Stored, language: str | None) -> DocumentLine:
    line = DocumentLine.model_validate_json(stored.line)
    return line_in(line, _told(stored), language) if language and _is_other(stored, language) else line


def _record(stored: Stored, language: str | None) -> Record:
    record = Record.model_validate_json(stored.line)
    return record_in(record, _told(stored), language) if language and _is_other(stored, language) else record
