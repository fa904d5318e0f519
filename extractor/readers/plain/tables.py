"""The tables of a plain text, however a program wrote them down."""

from __future__ import annotations

from typing import NamedTuple

from extractor.readers.plain.barred import read_barred
from extractor.readers.plain.bracketlist import read_bracket_list
from extractor.readers.plain.cells import read_cells
from extractor.readers.plain.columns import read_columns
from extractor.readers.plain.delimited import find_delimiter, read_delimited
from extractor.readers.plain.dropped import aligned
from extractor.readers.plain.formtext import read_form_text
from extractor.readers.plain.gridtable import is_grid, read_grids
from extractor.readers.plain.hardbreaks import has_hard_breaks, read_broken
from extractor.readers.plain.markdown import is_markdown, read_markdown
from extractor.readers.plain.outline import read_outline
from extractor.readers.plain.positionform import read_positions
from extractor.readers.plain.ruledtable import is_ruled, read_ruled
from extractor.readers.plain.spaced import read_spaced
from extractor.readers.plain.torn import is_torn
from extractor.schemas.document import Line, Table

_READERS = (
    read_columns,
    read_positions,
    read_form_text,
    read_outline,
    read_bracket_list,
    read_spaced,
    read_cells,
)

_OF_LINES = frozenset((read_form_text, read_positions, read_spaced))
"""Those that put cells together from the words of lines."""


class Found(NamedTuple):
    """What a text is called, its lines outside of tables, and its tables in print order."""

    format: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    is_placed: bool = False
    """Whether every cell stands in its column already."""


def find_tables(text: str, lines: tuple[Line, ...]) -> Found:
    """Tables between rules, between bars and between separators, or of cells that stand alone."""
    found = _found(text, lines)
    return found if found.is_placed else found._replace(tables=tuple(map(aligned, found.tables)))


def _found(text: str, lines: tuple[Line, ...]) -> Found:
    grids: tuple[Table, ...] = ()
    if is_grid(text):
        lines, grids = read_grids(text, lines)
    if is_ruled(text):
        lines, ruled = read_ruled(text, lines)
        grids = _in_print_order(grids, ruled)
    if has_hard_breaks(text):
        lines, broken = read_broken(text, lines)
        grids = _in_print_order(grids, broken)
    barred = read_barred(text, lines) if not grids else None
    if barred is not None:
        return Found("markdown", *barred)
    if is_markdown(text, lines):
        outside, tables = read_markdown(text, lines)
        return Found("markdown", outside, _in_print_order(grids, tables))
    if grids:
        return Found("markdown", lines, grids)
    delimiter = find_delimiter(text, lines)
    if delimiter is not None:
        return Found("tsv" if delimiter == "\t" else "csv", *read_delimited(text, lines, delimiter))
    # What is no table to one reader may be one to the next; each returns the lines as they are where it finds none.
    for read in _READERS:
        outside, tables = read(text, lines)
        if read in _OF_LINES and any(map(is_torn, tables)):
            break
        if tables:
            return Found("text", outside, tables, is_placed=read in {read_form_text, read_positions})
    return Found("text", lines)


def _in_print_order(*kinds: tuple[Table, ...]) -> tuple[Table, ...]:
    return tuple(sorted((table for tables in kinds for table in tables), key=lambda table: table.rows[0].start))
