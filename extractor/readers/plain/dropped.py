"""Rows of a form's indicators that lost their merged leading cells: each cell put below the header that it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.readers.plain.leads import below_their_labels
from extractor.readers.plain.pieces import blank
from extractor.readers.plain.segments import placed_in_row
from extractor.schemas.document import Row, Table
from extractor.text import squash

_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_OF_INDICATORS = _INDICATORS | {"indicators", "operator", "measure_unit", "weight"}
_FEWEST = 3


def aligned(table: Table) -> Table:
    """The table with every short row below a header of indicators as long as the header."""
    rows: Sequence[Row] = table.rows
    if len({len(row.cells) for row in rows}) > 1:
        rows = below_their_labels(rows)
    return replace(table, rows=tuple(_rows(rows)))


def _rows(rows: Sequence[Row]) -> Iterator[Row]:
    fields: tuple[str | None, ...] = ()
    above: Row | None = None
    for row in rows:
        header = _header(row, above)
        above = row
        if header or (fields and _leaves(row)):
            fields = header
        if fields and not header and len(_filled(row)) > 0 and len(row.cells) < len(fields):
            yield _aligned(row, fields)
        else:
            yield row


def _header(row: Row, above: Row | None) -> tuple[str | None, ...]:
    """The columns that a row names, where it heads the indicators of a form; those of a list name its projects.

    Below a header of two rows, what stands above a blank cell heads its column.
    """
    words = form_words(terms())
    texts = [cell.content.text for cell in row.cells]
    if above is not None and len(above.cells) == len(texts):
        texts = [text if text.strip() else cell.content.text for text, cell in zip(texts, above.cells, strict=True)]
    found = tuple(map(words.column, texts))
    return found if len(_INDICATORS & set(found)) >= _FEWEST and "name" not in found else ()


def _filled(row: Row) -> list[str]:
    return [word for cell in row.cells if (word := squash(cell.content.text))]


def _leaves(row: Row) -> bool:
    """Whether a row below the indicators begins with a label of the form, or sums them up."""
    words = form_words(terms())
    first, *others = _filled(row) or [""]
    if not first or levels_of(first):
        return False
    is_label = words.label(first) is not None and words.column(first) not in _OF_INDICATORS
    is_title = not others and first.endswith("表")
    return first in words.sums or is_label or is_title


def _aligned(row: Row, fields: Sequence[str | None]) -> Row:
    """The row's cells from the left to the right, none of them below a header that it cannot belong to."""
    texts = [cell.content.text for cell in row.cells]
    inked = [index for index, text in enumerate(texts) if text.strip()]
    blanks = [index - before - 1 for before, index in pairwise([inked[0] - 1, *inked])]
    columns = placed_in_row([squash(texts[index]) for index in inked], blanks, fields)
    cells = [blank(row.start)] * len(fields)
    for index, column in zip(inked, columns, strict=True):
        cells[column] = row.cells[index]
    has_gap = any(
        right - left > after - before
        for (before, after), (left, right) in zip(pairwise(inked), pairwise(columns), strict=True)
    )
    return Row(tuple(cells), row.start, row.end, has_gap)
