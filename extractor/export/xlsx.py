"""The workbook that a person checks: 项目, 指标, 待核对. Flagged cells are coloured and say why."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from extractor.export.labels import Labels, ShownColumn
from extractor.export.paths import column_of, field_name
from extractor.export.sheets import MAX_COMMENTS, MAX_ROWS, Mark, Note, Sheet, Styles, workbook
from extractor.export.tables import Cell, flag_row, indicator_rows, note_row, project_row
from extractor.normalize.standing import Standings
from extractor.schemas.paths import indicator_of
from extractor.schemas.record import DocumentLine, Flag, Record

Marks = dict[int, Mark]


def write(
    path: Path, documents: Iterator[DocumentLine], records: Iterator[Record], words: Labels, *, max_rows: int = MAX_ROWS
) -> None:
    """Both iterators are ordered by file; neither is held in memory."""
    with ExitStack() as stack:
        about, information = (stack.enter_context(_Later(path.parent)) for _ in range(2))
        tables = _Tables(stack.enter_context(workbook(path)), words, max_rows, about, information)
        items: Iterator[DocumentLine | Record] = heapq.merge(documents, records, key=_order)
        for item in items:
            if isinstance(item, Record):
                tables.add_record(item)
            else:
                tables.add_document(item)
        tables.close()


def _order(item: DocumentLine | Record) -> tuple[str, bool]:
    return item.document.file, isinstance(item, Record)


class _Tables:
    """The three sheets; rows that nobody need act on wait in `about` and `information` for the end of 待核对."""

    def __init__(self, book: Any, words: Labels, max_rows: int, about: _Later, information: _Later) -> None:
        styles, sheets = Styles(book), words.sheets
        self._words = words
        self._about = about
        self._information = information
        self._projects = Sheet(book, styles, sheets["project"], words.project, words, frozen="name", max_rows=max_rows)
        self._indicators = Sheet(
            book,
            styles,
            sheets["indicator"],
            words.indicator,
            words,
            frozen="position",
            grouped=True,
            max_rows=max_rows,
        )
        self._review = Sheet(book, styles, sheets["review"], words.review, words, max_rows=max_rows)
        self._ordinal = 0
        self._standings = Standings()

    def add_document(self, document: DocumentLine) -> None:
        words, file = self._words, document.document.file
        if document.status == "failed":
            message = "\n".join(filter(None, (words.words["failed_message"], document.reason)))
            self._review.write(note_row("failed", message, words, file=file), {0: Mark("failed")})
        elif document.status == "no_projects":
            message = "\n".join(filter(None, (words.words["no_projects_message"], document.reason)))
            self._information.add("no_projects", note_row("no_projects", message, words, file=file))
        counts = document.counts
        if counts.no_second_reading:
            message = words.words["no_second_reading_message"].format(
                count=counts.no_second_reading, blocks=counts.blocks
            )
            self._information.add("information", note_row("information", message, words, file=file))
        self._add_flags(document, None)

    def add_record(self, record: Record) -> None:
        words = self._words
        self._ordinal += 1
        own, of_indicators = _marks(record, words)
        notes = self._projects.write(project_row(record, self._ordinal, words, self._standings.of(record)), own)
        self._add_notes(notes, words.project, record)
        for position, row in enumerate(indicator_rows(record, self._ordinal, words)):
            notes = self._indicators.write(row, of_indicators.get(position, {}))
            self._add_notes(notes, words.indicator, record)
        self._add_flags(record, self._ordinal)

    def close(self) -> None:
        for sheet in (self._projects, self._indicators):
            if sheet.comments_left_out:
                message = self._words.words["comments_message"].format(sheet=sheet.title, limit=f"{MAX_COMMENTS:,}")
                self._about.add("export", note_row("export", message, self._words))
        for later in (self._about, self._information):
            for kind, row in later.rows():
                self._review.write(row, {0: Mark(kind)})
        for sheet in (self._projects, self._indicators, self._review):
            sheet.close()

    def _add_flags(self, owner: DocumentLine | Record, ordinal: int | None) -> None:
        for flag in owner.flags:
            row = flag_row(flag, owner, ordinal, self._words)
            if flag.is_information:
                self._information.add("information", row)
            else:
                self._review.write(row, {0: Mark("decision")})

    def _add_notes(self, notes: Sequence[Note], columns: Sequence[ShownColumn], record: Record) -> None:
        for index, reason in notes:
            row = note_row(
                "export",
                self._words.words[reason],
                self._words,
                file=record.document.file,
                ordinal=self._ordinal,
                name=record.project.name,
                field=columns[index].heading,
                id=record.id,
            )
            self._about.add("export", row)


class _Later:
    """Rows put by on disk until their turn comes."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> _Later:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, kind: str, row: Sequence[Cell]) -> None:
        self._file.write(json.dumps([kind, row]) + "\n")

    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        self._file.seek(0)
        for line in self._file:
            kind, row = json.loads(line)
            yield kind, row


def _marks(record: Record, words: Labels) -> tuple[Marks, dict[int, Marks]]:
    """Coloured cells of the record's row of 项目, and of its rows of 指标 by position."""
    if not record.flags:
        return {_status_column(words): Mark(record.status)}, {}
    flags: dict[tuple[int | None, int], list[Flag]] = {}
    for flag in record.flags:
        item = indicator_of(flag.path)
        if item and item.position < len(record.project.indicators):
            position, rest = item
            column = column_of(rest, words.indicator)
            if column is None:
                column = _column("name", words.indicator)
        else:
            position, column = None, column_of(flag.path, words.project) or _status_column(words)
        flags.setdefault((position, column), []).append(flag)

    own: Marks = {_status_column(words): Mark(record.status)}
    of_indicators: dict[int, Marks] = {}
    for (position, column), found in flags.items():
        comment = "\n".join(_reason(flag, words) for flag in found)
        fill = "information" if all(flag.is_information for flag in found) else "decision"
        if position is None:
            own[column] = Mark(record.status if column == _status_column(words) else fill, comment)
        else:
            of_indicators.setdefault(position, {})[column] = Mark(fill, comment)
    return own, of_indicators


def _reason(flag: Flag, words: Labels) -> str:
    kind = words.kinds["information" if flag.is_information else "decision"]
    lines = [f"〔{kind}〕{field_name(flag.path, words)}", flag.message]
    for reader in ("rules", "model", "builtin", "suggestion"):
        value = getattr(flag, reader)
        if value is not None:
            lines.append(words.words["pair"].format(label=words.words[reader], value=value))
    return "\n".join(lines)


def _status_column(words: Labels) -> int:
    return _column("status", words.project)


def _column(key: str, columns: Sequence[ShownColumn]) -> int:
    return next(index for index, column in enumerate(columns) if column.key == key)
