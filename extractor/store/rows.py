"""Rows of the run's database, made from what is published; plain values, no database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.schemas.finding import Told
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import plain_amount
from extractor.schemas.record import DocumentLine, Flag, Record
from extractor.store.packing import pack

Value = str | int | float | bytes | None
Row = dict[str, Value]


class Words(NamedTuple):
    """What the lines of a document and its records say without a language, and the `language` that they were put into.

    `records` has one for each record.
    """

    language: str
    document: Told
    records: Sequence[Told]


class Planned(NamedTuple):
    """A file that a run is to read: its name in the output, where it is, and which member of that archive.

    `place` tells where it lies from the run folder: equal ones are one file, whatever it holds.
    """

    file: str
    path: bytes = b""
    member: str | None = None
    place: str = ""


class Known(NamedTuple):
    """Where a stored document lay, and what it held; `place` is empty where older versions stored it."""

    place: str
    sha256: str


class Copies(NamedTuple):
    """Files with the same content, and how many projects each of them holds."""

    projects: int
    files: Sequence[str]


@dataclass(frozen=True, slots=True)
class RunTotals:
    """Counts over a run's database; each mapping holds only what occurs.

    `blocks` = `records` of every status + `failed`. The last four are what the folder's runs have paid for so far.
    """

    documents: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)
    blocks: int = 0
    failed: int = 0
    indicators: int = 0
    calls: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class Entry(NamedTuple):
    """One document as it is stored: rows of plain values, which another process may have made."""

    document: Row
    records: Sequence[Row]
    flags: Sequence[Row]

    @property
    def file(self) -> str:
        return str(self.document["file"])


def entry_of(
    line: DocumentLine,
    records: Sequence[Record],
    sources: Sequence[str],
    fingerprint: str,
    words: Words | None = None,
) -> Entry:
    """The rows of one document.

    `sources[i]` is the piece of the document that `records[i]` was read from; without `words` the lines can be
    shown in their own language only.
    """
    file = line.document.file
    if len(records) != len(sources):
        raise ValueError(f"{file}: {len(records)} records but {len(sources)} source texts")
    if any(record.document.file != file for record in records):
        raise ValueError(f"{file}: holds a record of another file")
    language = words.language if words is not None else None
    told = words.records if words is not None else [_NOTHING] * len(records)
    return Entry(
        _document_row(line, fingerprint, language, words.document if words is not None else _NOTHING),
        [_record_row(*of, language) for of in zip(records, sources, told, strict=True)],
        [*_flag_rows(line, records)],
    )


_NOTHING = Told()


def _document_row(line: DocumentLine, fingerprint: str, language: str | None, told: Told) -> Row:
    """The documents row of one file."""
    document, counts = line.document, line.counts
    row: Row = {
        "file": document.file,
        "sha256": document.sha256,
        "fingerprint": fingerprint,
        "status": line.status,
        "reason": line.reason,
        "title": document.title,
        "department": document.department,
        "fiscal_year": document.fiscal_year,
        "amount_unit": document.amount_unit,
        "layout": document.layout,
        "encoding": line.encoding,
        "blocks": counts.blocks,
        "records": counts.records,
        "failed": counts.failed,
        "indicators": counts.indicators,
        "no_second_reading": counts.no_second_reading,
        "asked": line.asking.blocks if line.asking else None,
        "learning": line.learning.outcome if line.learning else None,
        "flags": _decisions(line.flags),
        "coverage": line.coverage,
        "language": language,
        "packed": pack(line.model_dump_json(), _plain(told)),
    }
    return _storable(row)


def _record_row(record: Record, source: str, told: Told, language: str | None) -> Row:
    """The records row of one project."""
    project, amounts, yuan = record.project, record.project.amounts, record.normalized.amounts
    use = record.model
    row: Row = {
        "file": record.document.file,
        "block_index": record.block.index,
        "id": record.id,
        "status": record.status,
        "name": project.name,
        "unit": project.unit,
        "department": project.department,
        "fiscal_year": record.document.fiscal_year,
        "amount_unit": record.document.amount_unit,
        **{column: storable_number(getattr(amounts, column)) for column in AMOUNT_COLUMNS},
        "unplaced": "; ".join(amounts.unplaced) or None,
        **{f"{column}_yuan": storable_number(yuan.get(column)) for column in AMOUNT_COLUMNS},
        "goal": project.goal,
        "withheld": int(project.withheld),
        "indicators": len(project.indicators),
        "flags": _decisions(record.flags),
        "page": record.block.page,
        "char_start": record.block.start,
        "char_end": record.block.end,
        "model": use.name if use else None,
        "input_tokens": _counted(use.input_tokens) if use else None,
        "output_tokens": _counted(use.output_tokens) if use else None,
        "asked": ", ".join(record.asked) or None,
        "language": language,
        "packed": pack(record.model_dump_json(), _plain(told), source),
    }
    return _storable(row)


def _flag_rows(line: DocumentLine, records: Sequence[Record]) -> Iterator[Row]:
    """The flags rows of one document: its own first, then those of its records."""
    file = line.document.file
    for position, flag in enumerate(line.flags):
        yield _flag_row(flag, file, None, None, position)
    for record in records:
        for position, flag in enumerate(record.flags):
            yield _flag_row(flag, file, record.block.index, record.id, position)


def _flag_row(flag: Flag, file: str, block_index: int | None, record_id: str | None, position: int) -> Row:
    first = flag.spans[0] if flag.spans else (None, None)
    row: Row = {
        "file": file,
        "block_index": block_index,
        "record_id": record_id,
        "position": position,
        "code": flag.code.value,
        "information": int(flag.is_information),
        "path": flag.path,
        "message": flag.message,
        "rules": flag.rules,
        "model": flag.model,
        "builtin": flag.builtin,
        "suggestion": flag.suggestion,
        "char_start": first[0],
        "char_end": first[1],
        "spans": json.dumps(flag.spans),
    }
    return _storable(row)


def _decisions(flags: Sequence[Flag]) -> int:
    return sum(not flag.is_information for flag in flags)


_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?", re.ASCII)
MOST = 2**63 - 1
"""The largest whole number that a database holds."""


def storable_number(printed: str | None) -> str | None:
    """Digits that every database takes for a number; None for what is no plain one.

    >>> storable_number("1,141.20"), storable_number("８０.００"), storable_number("一百"), storable_number(None)
    ('1141.20', '80.00', None, None)
    """
    digits = plain_amount(printed or "")
    return digits if _NUMBER.fullmatch(digits) else None


def _counted(number: int) -> int:
    return min(number, MOST)


def _storable(row: Row) -> Row:
    """No text with a NUL, at which some databases would cut it and others refuse it; the packed lines keep it."""
    for name, value in row.items():
        if isinstance(value, str) and "\0" in value:
            row[name] = value.replace("\0", "\ufffd")
    return row


def _plain(told: Told) -> str:
    """What is told without a language, on one line; nothing where nothing is."""
    held = told.plain()
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) if held else ""
