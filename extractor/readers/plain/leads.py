"""Rows of a form that lost the merged cell to their left: each put below the labels that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.layouts import terms
from extractor.layouts.forms import form_words
from extractor.readers.plain.pieces import blank
from extractor.schemas.document import Cell, Row
from extractor.schemas.layout import AMOUNT_COLUMNS, BREAKDOWN
from extractor.text import squash

_OF_VALUES = frozenset(("annual_value", "cycle_value", "operator", "measure_unit"))
_HEAD = frozenset(("name", "unit", "department", "number"))
_NARROWEST = 3


def below_their_labels(rows: Sequence[Row]) -> list[Row]:
    """The rows, those of texts below labels, of money and of a header's lower half moved right by what they lost."""
    moved: list[Row] = []
    money: int | None = None
    """The column of the labels of money, right of the label of them all."""
    for at, row in enumerate(rows):
        above = moved[-1] if moved else None
        if not row.cells or not row.cells[0].content.text.strip():
            moved.append(row)
            continue
        lead = _money_below(row, rows[at + 1] if at + 1 < len(rows) else None)
        if lead is not None:
            money = lead
        elif money is not None and _is_of_money(row):
            row = _right(row, money)
        else:
            money = None
            lost = len(above.cells) - len(row.cells) if above is not None else 0
            if above is not None and lost > 0 and _is_below(row, above, lost):
                row = _right(row, lost)
        moved.append(row)
    return list(_with_upper(_with_years(moved)))


def _right(row: Row, by: int) -> Row:
    return replace(row, cells=(*[blank(row.start)] * by, *row.cells))


def _money_below(row: Row, below: Row | None) -> int | None:
    """The column of labels of money in the rows below one that begins with the label of them all; None for others.

    A row below it that is shorter by one cell lost the label of them all: what heads the labels may be about money.
    """
    words = form_words(terms())
    first, *rest = (cell.content.text for cell in row.cells)
    label = words.label(first)
    heads = [at for at, text in enumerate(rest) if words.money_column(text) is not None]
    is_group = (label is not None and (label.is_money or label.is_group)) or words.tells_money(first)
    is_header = not any(_is_figure(word) for text in rest if (word := squash(text)))
    if not is_group or (label is not None and label.field in _HEAD):
        return None
    if (
        is_header
        and len(heads) > 1
        and below is not None
        and len(below.cells) == len(rest)
        and _is_money(below.cells[0])
    ):
        return 1
    if is_header and heads and (len(heads) > 1 or len(rest) > heads[0] + 1):
        own = [at for at in heads if at]  # 项目资金申请 | 项目 | 上年度 | 本年度: the first is a label of them all
        return own[0] if own and (own[0] > 1 or heads[0]) else None
    return 1 if rest and _is_money(row.cells[1]) else None


def _is_of_money(row: Row) -> bool:
    """Whether a row holds amounts behind their label: it begins with no label of anything else."""
    label = form_words(terms()).label(row.cells[0].content.text)
    figures = [word for cell in row.cells[1:] if (word := squash(cell.content.text))]
    is_other = label is not None and not _is_money(row.cells[0]) and label.field is not None
    is_other = is_other or _is_figure(squash(row.cells[0].content.text))  # values below labels that stand side by side
    return _is_money(row.cells[0]) or (not is_other and bool(figures) and all(map(_is_figure, figures)))


def _is_figure(word: str) -> bool:
    return word[0].isdigit() and not any("一" <= character <= "鿿" for character in word.rstrip("万亿元"))


def _is_money(cell: Cell) -> bool:
    """Whether a cell holds the label of an amount."""
    label = form_words(terms()).label(cell.content.text)
    field = label.field if label is not None else None
    return field is not None and (field in AMOUNT_COLUMNS or field.startswith(BREAKDOWN))


def _with_upper(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows in which a header of two rows stands over its columns: the upper one goes on right of the levels."""
    for at, row in enumerate(rows):
        below = rows[at + 1] if at + 1 < len(rows) else None
        above = rows[at - 1] if at else None
        if below is not None and _is_upper(row, below):
            yield _placed_upper(row, below)
        elif above is not None and _is_upper(above, row):
            lead = replace(row, cells=(blank(row.start), *row.cells))
            spare = len(_placed_upper(above, row).cells) - len(lead.cells)
            yield replace(lead, cells=(*lead.cells, *[blank(row.end)] * spare))
        else:
            yield row


def _with_years(rows: Sequence[Row]) -> list[Row]:
    """Rows in which years that head values stand below the label of these, and what is right of it, right of them."""
    words = form_words(terms())
    made = list(rows)
    for at, (above, row) in enumerate(pairwise(rows)):
        upper, own = ([cell.content.text for cell in _filled(one)] for one in (above, row))
        years = words.below_values([*upper, *own]) if all(own) else 0
        if years and years == len(own):
            begin = next(place for place, text in enumerate(upper) if words.column(text) in _OF_VALUES)
            spare = [blank(above.end)] * (years - 1)
            cells = _filled(above)
            made[at] = replace(above, cells=(*cells[: begin + 1], *spare, *cells[begin + 1 :]))
            right = [blank(row.end)] * (len(cells) - begin - 1)
            made[at + 1] = replace(row, cells=(*[blank(row.start)] * begin, *_filled(row), *right))
    return made


def _filled(row: Row) -> tuple[Cell, ...]:
    """The cells of a row without the blank ones at its end."""
    count = max((at + 1 for at, cell in enumerate(row.cells) if cell.content.text.strip()), default=0)
    return row.cells[:count]


def _is_upper(row: Row, below: Row) -> bool:
    """Whether a row heads columns of indicators beside the levels that the row below it heads."""
    words = form_words(terms())
    texts = [cell.content.text for cell in row.cells]
    if len(texts) < _NARROWEST or not words.heads_indicators(texts[0]):
        return False
    columns = [words.column(text) for text in texts[1:]]
    lower = [words.column(cell.content.text) for cell in below.cells]
    has_levels = {"level1", "level2"} <= set(lower)
    return has_levels and lower[0] == "level1" and not {"level1", "level2"} & set(columns) and "annual_value" in columns


def _placed_upper(row: Row, below: Row) -> Row:
    words = form_words(terms())
    lower = [words.column(cell.content.text) for cell in below.cells]
    over = next((at for at, field in enumerate(lower) if field in _OF_VALUES), len(lower))
    lead, first, *rest = row.cells
    is_over = words.column(first.content.text) in {"annual_value", "cycle_value"} and over < len(lower)
    if not is_over:
        rest = [first, *rest]
    cells = [lead, *[blank(row.start)] * len(lower), *rest]
    if is_over:
        cells[1 + over] = first
    return replace(row, cells=tuple(cells))


def _is_below(row: Row, above: Row, lost: int) -> bool:
    """Whether a row holds texts below labels that stand right of a label of labels, or what is left of a tall one.

    `lost` is how many labels stand left of those.
    """
    words = form_words(terms())
    lead = squash(above.cells[0].content.text)
    texts = [squash(cell.content.text) for cell in above.cells[lost:]]
    labels = [words.label(text) for text in texts]
    group = words.label(lead)
    is_lead = len(lead) == 1 or (group is not None and group.field not in _HEAD)
    if not is_lead or not any(label is not None and label.field == "goal" for label in labels):
        return False
    return all(words.label(cell.content.text) is None for cell in row.cells)
