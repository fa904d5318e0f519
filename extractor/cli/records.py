"""What `extractor blocks` and `extractor show` print."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from extractor.builtin import is_read
from extractor.cli import printable
from extractor.cli.display import console
from extractor.ground.paths import leaves
from extractor.messages import message, where
from extractor.pipeline import OpenDocument
from extractor.schemas.paths import indicator_of
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import INFORMATION, Record
from extractor.settings import BUILTIN

_COLOURS = {
    "name": "black on cyan",
    "amounts": "black on yellow",
    "goal": "black on green",
    "indicator number": "bold",
    "indicator level1_code": "dim",
    "indicator level1": "magenta",
    "indicator level2_code": "dim",
    "indicator level2": "magenta",
    "indicator name": "black on magenta",
    "indicator cycle_value": "white on blue",
    "indicator annual_value": "white on red",
}
_LEGEND = ("name", "amounts", "goal", "indicator name", "indicator cycle_value", "indicator annual_value")


def print_blocks(opened: OpenDocument, *, whole: bool = False) -> None:
    """How a document is cut."""
    document, chunks = opened.document, opened.chunks
    header = chunks.header
    found = {
        "format": ", ".join(filter(None, (document.format, document.encoding))),
        "layout": chunks.layout.name if chunks.layout else "—",
        "title": header.title.value if header.title else "—",
        "department": header.department.value if header.department else "—",
        "fiscal year": str(header.fiscal_year or "—"),
        "unit of amounts": header.amount_unit.value if header.amount_unit else "—",
    }
    for name, value in found.items():
        console.print(f"{name:>16}  {printable(value)}", markup=False)
    for total in chunks.totals:
        amounts = ", ".join(f"{key} {value}" for key, value in total.amounts.model_dump(exclude_defaults=True).items())
        console.print(f"{total.kind:>16}  {printable(total.name)}: {amounts}", markup=False)
    table = Table("#", "offsets", "name", "unit", "amounts", "text")
    for block in chunks.blocks:
        start, end = block.cells.get("name", (0, 0))
        placed = block.context.amounts.model_dump(exclude_defaults=True)
        text = block.content.text
        table.add_row(
            str(block.index),
            f"{block.start}–{block.end}",
            escape(printable("".join(text[start:end].split()))),
            escape(printable(block.context.unit.value if block.context.unit else "—")),
            escape(" ".join(f"{key}={value}" for key, value in placed.items()) or "—"),
            escape(printable(text, keep_lines=True) if whole else printable(" ".join(text.split())[:40]) + "…"),
        )
    console.print(table)
    if chunks.reason:
        console.print(f"no blocks: {message(chunks.reason, 'en')}", markup=False)
    account = chunks.characters.model_dump()
    console.print("characters: " + ", ".join(f"{name} {count:,}" for name, count in account.items()), markup=False)
    console.print(f"blocks found: {len(chunks.blocks)}", markup=False)


_READERS = {"characters": "characters", "cells": "cells", "model": "a language model"}


def print_record(record: Record, source: str, language: str = "zh") -> None:
    """Source text with the fields marked, all readings side by side and where they stand, and the flags."""
    info = record.document
    name = f"{printable(info.file)}  project {record.block.index + 1}"
    console.print(f"{record.id}  {record.status}  {name}", markup=False)
    console.print(Text.assemble(*(part for name in _LEGEND for part in ((f" {name} ", _COLOURS[name]), "  "))))
    console.print(Text.assemble(*_marked(record, source)))
    readings = _readings(record)
    rows = {name: _values(reading) for name, reading in readings.items()}
    table = Table(*(Column(name, overflow="fold") for name in ("field", *rows, "place")))
    disputed = {flag.path for flag in record.flags if not flag.is_information}
    for path in dict.fromkeys(path for reading in rows.values() for path in reading):
        values = [printable(reading.get(path, "")) for reading in rows.values()]
        differ = path in disputed or (_is_read_twice(record, path) and values[0] != values[1])
        place = escape(printable(where(record.places.get(path, ()), language)))
        table.add_row(escape(path), *map(escape, values), place, style="bold red" if differ else "")
    console.print(table)
    for line in _about_readers(record):
        console.print(line, style="dim", markup=False)
    for flag in record.flags:
        style = "dim" if flag.code in INFORMATION else "yellow"
        parts = (flag.code, flag.path, printable(where(flag.places, language)), printable(flag.message))
        console.print("  ".join(filter(None, parts)), style=style, markup=False)
        if flag.suggestion is not None:
            console.print(f"    suggestion: {printable(flag.suggestion)}", style=style, markup=False)


def _readings(record: Record) -> dict[str, ProjectReading | None]:
    """Readings by the headings of their columns."""
    readings = record.readings
    second = BUILTIN if record.model is not None and record.model.name == BUILTIN else "model"
    third = {BUILTIN: readings.builtin} if readings.builtin is not None else {}
    return {"rules": readings.rules, second: readings.model, **third, "published": record.project}


def _is_read_twice(record: Record, path: str) -> bool:
    """True where a second reader made a reading of this field, and answers for it."""
    use = record.model
    if use is None or record.readings.model is None or path in use.abstained:
        return False
    return use.name != BUILTIN or is_read(path)


def _about_readers(record: Record) -> list[str]:
    lines = []
    if record.asked:
        lines.append(f"language model asked because: {', '.join(record.asked)}")
    if record.model is None and record.status != "failed":
        lines.append("no second reading")
    lines += [
        f"read twice, by {_READERS[reader]}: {', '.join(map(printable, those))}"
        for reader, those in record.readers.items()
    ]
    if record.model is not None and record.model.abstained:
        lines.append(f"{record.model.name} was not sure of: {', '.join(map(printable, record.model.abstained))}")
    return lines


def _values(reading: ProjectReading | None) -> dict[str, str]:
    """Every value of a reading by its path."""
    return {path: str(value) for path, value in leaves(reading)} if reading is not None else {}


def _marked(record: Record, source: str) -> list[tuple[str, str]]:
    """The block's source text in pieces, each with the colour of the field that claims it."""
    colours = [""] * len(source)
    offset = record.block.start
    # Long fields first, so that what stands inside one (a name around its amounts) keeps its own colour.
    for path, (start, end) in sorted(record.spans.items(), key=lambda item: item[1][0] - item[1][1]):
        if offset <= start < end <= offset + len(source):
            colours[start - offset : end - offset] = [_colour(path)] * (end - start)
    pieces: list[tuple[str, str]] = []
    for character, colour in zip(source, colours, strict=True):
        safe = printable(character, keep_lines=True)
        if pieces and pieces[-1][1] == colour:
            pieces[-1] = (pieces[-1][0] + safe, colour)
        else:
            pieces.append((safe, colour))
    return pieces


def _colour(path: str) -> str:
    """Colour of a field by what it is: `indicators[3].annual_value` like every annual value."""
    of = indicator_of(path)
    return _COLOURS.get(f"indicator {of.field}" if of is not None else path.partition(".")[0], "reverse")
