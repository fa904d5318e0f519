"""What converters make of a text: NaN for nothing, the letters \\n for a line break, radicals, a mark for a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from extractor.readers.plain.pieces import NOTHING
from extractor.readers.symbols import LIKE_RADICALS
from extractor.schemas.document import Cell, MappedText, Note, Row, Table

_NOTHING = re.compile(r"\s*(?:NaN|nan|NaT|<NA>|Unnamed: \d{1,4}(?:_level_\d)?)\s*")
_BREAK = re.compile(r"\\n(?![a-z])")
_LEFT_OUT = re.compile(r"^[ \t]*\[TABLE\][ \t]*$", re.MULTILINE)
_RADICAL = re.compile(f"[{''.join(map(chr, LIKE_RADICALS))}]")
_MARKS = ("NaN", "nan", "NaT", "<NA>", "Unnamed: ", "\\n")


def as_meant(text: str, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Tables whose cells hold what the workbook held; `text` is the document's."""
    if not any(mark in text for mark in _MARKS):
        return tables
    return tuple(replace(table, rows=tuple(_rows(table.rows))) for table in tables)


def with_characters(text: str) -> str:
    """A text with characters in place of the radicals that look like them, as many and in the same places.

    >>> with_characters("⾮遗传习所运⾏补助")
    '非遗传习所运行补助'
    """
    return text.translate(LIKE_RADICALS) if _RADICAL.search(text) else text


def lost_tables(text: str) -> tuple[Note, ...]:
    """A note on the tables for which a converter wrote nothing but a mark.

    >>> [(note.kind, note.detail) for note in lost_tables("绩效自评表\\n\\n[TABLE]\\n")]
    [('lost_table', '1')]
    """
    count = len(_LEFT_OUT.findall(text)) if "[TABLE]" in text else 0
    return (Note("lost_table", f"{count}"),) if count else ()


def _rows(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        yield replace(row, cells=tuple(map(_cell, row.cells)))


def _cell(cell: Cell) -> Cell:
    text = cell.content.text
    if _NOTHING.fullmatch(text):
        return replace(cell, content=NOTHING)
    return replace(cell, content=broken(cell.content)) if "\\n" in text else cell


def broken(content: MappedText) -> MappedText:
    r"""A text whose line breaks were written as letters.

    >>> broken(MappedText(r"3座。\n2次", range(7)))
    MappedText(text='3座。\n2次', offsets=[0, 1, 2, 3, 5, 6])
    """
    parts: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in _BREAK.finditer(content.text):
        parts += [content.text[position : match.start()], "\n"]
        offsets += [*content.offsets[position : match.start()], content.offsets[match.start()]]
        position = match.end()
    parts.append(content.text[position:])
    offsets += content.offsets[position:]
    return MappedText("".join(parts), offsets)
