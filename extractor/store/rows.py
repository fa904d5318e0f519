"""Rows of the run's database, made from what is published; plain values, no database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.schemas.finding import Told
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.record import DocumentLine, Flag, Record

Value = str | int | float | None
Row = dict[str, Value]


class Words(NamedTuple):
    """What the lines of a document and its records say without a language, and the `language` that they were put into.

    `records` has one for each record.
    """

    language: str
    document: Told
    records: Sequence[Told]


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


def document_row(line: DocumentLine, fingerprint: str) -> Row:
    """The documents row of one file."""
    document, counts = line.document, line.counts
    return {
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
        "flags": _decisions(line.flags),
        "coverage": line.coverage,
        "line": line.model_dump_json(),
    }


def record_row(record: Record, source: str) -> Row:
    """The records row of one project."""
    project, amounts, yuan = record.project, record.project.amounts, record.normalized.amounts
    use = record.model
    return {
        "file": record.document.file,
        "block_index": record.block.index,
        "id": record.id,
        "status": record.status,
        "name": project.name,
        "unit": project.unit,
        "department": project.department,
        "fiscal_year": record.document.fiscal_year,
        "amount_unit": record.document.amount_unit,
        **{column: getattr(amounts, column) for column in AMOUNT_COLUMNS},
        "unplaced": "; ".join(amounts.unplaced) or None,
        **{f"{column}_yuan": yuan.get(column) for column in AMOUNT_COLUMNS},
        "goal": project.goal,
        "withheld": int(project.withheld),
        "indicators": len(project.indicators),
        "flags": _decisions(record.flags),
        "page": record.block.page,
        "char_start": record.block.start,
        "char_end": record.block.end,
        "model": use.name if use else None,
        "input_tokens": use.input_tokens if use else None,
        "output_tokens": use.output_tokens if use else None,
        "asked": ", ".join(record.asked) or None,
        "line": record.model_dump_json(),
        "source": source,
    }


def flag_rows(line: DocumentLine, records: Sequence[Record]) -> Iterator[Row]:
    """The flags rows of one document: its own first, then those of its records."""
    file = line.document.file
    for position, flag in enumerate(line.flags):
        yield _flag_row(flag, file, None, None, position)
    for record in records:
        for position, flag in enumerate(record.flags):
            yield _flag_row(flag, file, record.block.index, record.id, position)


def told_rows(line: DocumentLine, records: Sequence[Record], words: Words) -> Iterator[Row]:
    """The told rows of one document; a line that says nothing has none."""
    indices = (None, *(record.block.index for record in records))
    for block_index, told in zip(indices, (words.document, *words.records), strict=True):
        if held := told.plain():
            yield {
                "file": line.document.file,
                "block_index": block_index,
                "language": words.language,
                "told": json.dumps(held, ensure_ascii=False, separators=(",", ":")),
            }


def _flag_row(flag: Flag, file: str, block_index: int | None, record_id: str | None, position: int) -> Row:
    first = flag.spans[0] if flag.spans else (None, None)
    return {
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


def _decisions(flags: Sequence[Flag]) -> int:
    return sum(not flag.is_information for flag in flags)
