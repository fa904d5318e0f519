"""Rows of a form's indicators that lost their merged leading cells: each cell put below the header that it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.layouts import terms
from extractor.layouts.fit import INNER, fit, is_deeper, levels_of
from extractor.layouts.forms import form_words
from extractor.readers.plain.leads import below_their_labels
from extractor.readers.plain.pieces import blank
from extractor.readers.plain.segments import placed_in_row
from extractor.schemas.document import Cell, Row, Table
from extractor.text import squash

_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_OF_INDICATORS = _INDICATORS | {"indicators", "operator", "measure_unit", "weight"}
_FEWEST = 3
_PAIR = 2
_MISFIT = -4.0


def aligned(table: Table) -> Table:
    """The table with the cells of each short row of a form below the headers that they belong to."""
    if any(cell.merged for row in table.rows for cell in row.cells):
        return table
    rows: Sequence[Row] = table.rows
    inked = [replace(row, cells=_inked(row)) for row in rows]
    fills_up = not any(cell.content.text.strip() == "" for row in _of_labels(inked) for cell in _without_corner(row))
    if len({len(row.cells) for row in rows}) > 1:
        rows = below_their_labels(rows)
    elif fills_up and len({len(row.cells) for row in inked}) > 1:  # blank cells stand at the ends of rows alone
        moved = below_their_labels(inked)
        rows = [_padded(new, old) if new is not one else old for new, one, old in zip(moved, inked, rows, strict=True)]
    rows = tuple(_rows(rows))
    changed = any(new is not old for new, old in zip(rows, table.rows, strict=True))
    return replace(table, rows=rows, rebuilt=True) if changed else table


def _of_labels(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows that are no indicators: blank cells of those tell nothing of how the others are filled up."""
    inside = False
    for row in rows:
        is_header = bool(_header(row, ()))
        inside = is_header or (inside and bool(row.cells) and not _leaves(row))
        if not inside:
            yield row


def _without_corner(row: Row) -> Sequence[Cell]:
    """The cells of a row, but for the blank one between the label of a table of money and the heads of its columns."""
    words = form_words(terms())
    heads = [words.money_column(cell.content.text) is not None for cell in row.cells]
    is_head = len(heads) > _FEWEST and heads[0] and not heads[1] and all(heads[2:])
    return row.cells[:1] + row.cells[2:] if is_head else row.cells


def _padded(row: Row, printed: Row) -> Row:
    """A row that was moved, with the blank cells that filled it up."""
    return replace(row, cells=(*row.cells, *[blank(row.end)] * (len(printed.cells) - len(row.cells))))


def _rows(rows: Sequence[Row]) -> Iterator[Row]:
    fields: tuple[str | None, ...] = ()
    above: Sequence[Cell] = ()
    deeper = False
    for row in rows:
        header = _header(row, above)
        if header or (fields and _leaves(row)):
            fields, deeper = header, False
        inked = _inked(row)
        made = row
        if fields and not header and inked and _is_short(row, inked, fields):
            deeper = deeper or _is_deeper(inked, fields)
            made = _aligned(row, inked, fields, deeper=deeper)
        elif not fields and inked and _is_under_labels(inked, above):
            made = Row((blank(row.start), *inked), row.start, row.end)
        yield made
        above = _inked(made) if made is row else made.cells


def _inked(row: Row) -> tuple[Cell, ...]:
    """The cells of a row as far as the last one that holds text."""
    count = max((at + 1 for at, cell in enumerate(row.cells) if cell.content.text.strip()), default=0)
    return row.cells[:count]


def _is_short(row: Row, inked: Sequence[Cell], fields: Sequence[str | None]) -> bool:
    """Whether a row lacks cells: it is shorter than its header, or filled up behind cells that cannot stand there."""
    if len(row.cells) < len(fields):
        return True
    texts = [squash(cell.content.text) for cell in inked]
    has_signs = "operator" in fields
    fits = [fit(text, field, has_signs=has_signs) for text, field in zip(texts, fields, strict=False) if text]
    return len(inked) < len(fields) and any(score <= _MISFIT for score in fits)


def _is_under_labels(inked: Sequence[Cell], above: Sequence[Cell]) -> bool:
    """Whether texts stand one column too far to the left of the labels above them, the first of which heads a group."""
    if len(inked) != len(above) - 1 or len(inked) < _PAIR or not above[0].content.text.strip():
        return False
    words = form_words(terms())
    heads = [words.label(cell.content.text) for cell in above]
    labels = [words.label(cell.content.text) for cell in inked]
    if heads[0] is None or not heads[0].is_group:
        return False
    if not any(labels):
        return all(heads)
    # Below 项目资金 | 总额 | 900 | 年度 | 300 stands 财政拨款 | 800 | 财政拨款 | 250.
    pairs = zip(heads[1:], labels, strict=True)
    return all((one is None) == (other is None) for one, other in pairs) and heads[0].is_money


def _header(row: Row, above: Sequence[Cell]) -> tuple[str | None, ...]:
    """The columns that a row names, where it heads the indicators of a form; those of a list name its projects.

    Below a header of two rows, what stands above a blank cell heads its column.
    """
    words = form_words(terms())
    texts = [cell.content.text for cell in row.cells]
    if len(above) == len(texts):
        texts = [text if text.strip() else cell.content.text for text, cell in zip(texts, above, strict=True)]
    found = tuple(map(words.column, texts))
    return found if len(_INDICATORS & set(found)) >= _FEWEST and "name" not in found else ()


def _leaves(row: Row) -> bool:
    """Whether a row below the indicators begins with a label of the form, sums them up, or heads another form."""
    words = form_words(terms())
    first, *others = [word for cell in row.cells if (word := squash(cell.content.text))] or [""]
    if not first or levels_of(first):
        return False
    is_label = words.label(first) is not None and words.column(first) not in _OF_INDICATORS
    is_title = (not others and first.endswith("表")) or any(map(terms().amount_unit.search, others))
    return first in words.sums or is_label or is_title


def _is_deeper(cells: Sequence[Cell], fields: Sequence[str | None]) -> bool:
    """Whether a row that fills all columns has categories of the first level in the second, under one of its own."""
    if cells and fields[:3] == ("indicators", "level1", "level2") and len(cells) == len(fields) - 1:
        return is_deeper(squash(cells[0].content.text), squash(cells[1].content.text))
    return False


def _aligned(row: Row, cells: Sequence[Cell], fields: Sequence[str | None], *, deeper: bool) -> Row:
    """The row's cells from the left to the right, none of them below a header that it cannot belong to.

    `deeper`: categories of the first level stand in the second here.
    """
    texts = [squash(cell.content.text) for cell in cells]
    inked = [at for at, text in enumerate(texts) if text]
    blanks = [at - before - 1 for before, at in pairwise([inked[0] - 1, *inked])]
    has_room = len(cells) - inked[0] <= len(fields)
    lead = 1 if deeper and has_room and len(inked) < len(fields) else 0
    words = [INNER if deeper and levels_of(texts[at]) else texts[at] for at in inked]
    columns = [lead + at for at in placed_in_row(words, blanks, fields[lead:])] if has_room else inked
    made = [blank(row.start)] * max(len(fields), columns[-1] + 1)
    for at, column in zip(inked, columns, strict=True):
        made[column] = cells[at]
    return Row(tuple(made), row.start, row.end)
