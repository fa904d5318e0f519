"""The head of a form whose columns are kept by position alone: its labels and values as cells of a grid.

A value stands right of its label and level with its middle, a column of values below its heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from extractor.layouts.forms import FormWords
from extractor.readers.plain.pieces import blank, stacked
from extractor.readers.plain.positionwords import Label, Piece, labels_of, mapped, overlaps
from extractor.schemas.document import Cell, Row
from extractor.schemas.layout import AMOUNT_COLUMNS

_FEWEST = 2
_BEHIND = 1.5
"""For each column of labels that stands between a label and its value."""
_NEAR = 3
_GAP = 3
_OFF_CENTRE = 6
_LINE = 0.2
_BELOW = 0.7
_NO_VALUE = 0.8
_FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[万亿]?元)?")
_SAME = 0.6
"""Labels whose middles stand closer than this are of one row."""


def head_rows(text: str, lines: Sequence[Sequence[Piece]], words: FormWords) -> list[Row]:
    """The rows of a form's head."""
    labels = labels_of(lines, words)
    own = {piece for label in labels for piece in label.pieces}
    free = [piece for line in lines for piece in line if piece not in own]
    columns, headings = _columns(labels), _headings(labels, free)
    values: list[list[Piece]] = [[] for _ in labels]
    below: list[list[Piece]] = [[] for _ in labels]
    runs: dict[int, list[Piece]] = {}
    loose: list[Piece] = []
    for piece in free:
        over = _heading_over(piece, labels, headings)
        beside = _label_beside(piece, labels, columns, headings, free) if over is None else None
        if over is not None:
            below[over].append(piece)
        elif beside is not None:
            runs.setdefault(columns[beside], []).append(piece)
        else:
            loose.append(piece)
    for column, run in runs.items():
        stack = [at for at in range(len(labels)) if columns[at] == column and at not in headings]
        for at, part in zip(stack, _shared(run, [labels[one].middle for one in stack]), strict=True):
            values[at] = _own(part, labels[at], words)
            loose += [piece for piece in part if piece not in values[at]]
    return list(_rows(text, labels, columns, values, below, headings, loose))


def _label_beside(
    piece: Piece, labels: Sequence[Label], columns: Sequence[int], headings: set[int], free: Sequence[Piece]
) -> int | None:
    """The label to whose value a word belongs: the nearest to its left, level with it if there is one."""
    near = [
        at
        for at, label in enumerate(labels)
        if at not in headings and label.right <= piece.left + 1 and _apart(label, piece) <= _NEAR
    ]
    near = [at for at in near if _may_take(labels[at], piece, free)] or near
    last = max((columns[at] for at in near), default=0)
    return min(near, key=lambda at: _apart(labels[at], piece) + _BEHIND * (last - columns[at]), default=None)


def _own(part: Sequence[Piece], label: Label, words: FormWords) -> list[Piece]:
    """The words that are a label's value: behind a wide gap another cell begins, and an amount is one figure."""
    kept: list[Piece] = []
    for _, group in groupby(part, key=lambda piece: piece.line):
        line = list(group)
        gaps = (at for at, (one, other) in enumerate(pairwise(line), start=1) if other.left - one.right >= _GAP)
        kept += line[: next(gaps, len(line))]
    known = words.label(label.text)
    figures = [piece for piece in kept if _FIGURE.fullmatch(piece.text)]
    return figures[:1] if known is not None and known.field in AMOUNT_COLUMNS and figures else kept


def _may_take(label: Label, piece: Piece, free: Sequence[Piece]) -> bool:
    """Whether a word can be of the value beside a label: level with it, or around it together with others."""
    if label.top <= piece.line <= label.bottom:
        return True
    beside = [one for one in free if overlaps(one, piece, _NEAR)]
    mirror = 2 * label.middle - piece.line
    return not any(label.top <= one.line <= label.bottom for one in beside) or any(
        abs(one.line - mirror) < 1 for one in beside
    )


def _apart(label: Label, piece: Piece) -> float:
    """How many lines a word stands above or below a label."""
    return max(label.top - piece.line, piece.line - label.bottom, 0)


def _columns(labels: Sequence[Label]) -> list[int]:
    """The column of each label: those that share some of their places, level with each other, have one."""
    groups: list[list[int]] = []
    for at in sorted(range(len(labels)), key=lambda at: labels[at].left):
        fitting = (group for group in groups if _are_one_column(labels[at], labels[group[-1]]))
        group = next(fitting, None)
        if group is None:
            groups.append([at])
        else:
            group.append(at)
    groups.sort(key=lambda group: sum(_centre(labels[at]) for at in group) / len(group))
    column_of = {at: column for column, group in enumerate(groups) for at in group}
    return [column_of[at] for at in range(len(labels))]


def _are_one_column(one: Label, other: Label) -> bool:
    return overlaps(one, other) and abs(_centre(one) - _centre(other)) < _OFF_CENTRE


def _centre(label: Label) -> float:
    return (label.left + label.right) / 2


def _headings(labels: Sequence[Label], free: Sequence[Piece]) -> set[int]:
    """Labels that head columns: level with others, and with no value among them."""
    found: set[int] = set()
    lines = {piece.line for piece in free}
    order = sorted(range(len(labels)), key=lambda at: labels[at].middle)
    for _, group in groupby(order, key=lambda at: labels[at].middle):
        row = list(group)
        taken = {line for at in row for line in range(labels[at].top, labels[at].bottom + 1)}
        if len(row) >= _FEWEST and not taken & lines:
            found |= set(row)
    return found


def _heading_over(piece: Piece, labels: Sequence[Label], headings: set[int]) -> int | None:
    """The heading below which a word stands, nothing but words of its column in between."""
    over = [at for at in headings if labels[at].bottom < piece.line and overlaps(labels[at], piece, 1)]
    if not over:
        return None
    nearest = max(over, key=lambda at: (labels[at].bottom, -abs(_centre(labels[at]) - piece.centre)))
    between = any(
        label.top > labels[nearest].bottom and label.top <= piece.line and overlaps(label, labels[nearest])
        for label in labels
    )
    return None if between else nearest


def _shared(run: Sequence[Piece], middles: Sequence[float]) -> list[list[Piece]]:
    """Words beside labels, line by line: each label takes a part that stands around its middle."""
    lines = [list(group) for _, group in groupby(run, key=lambda piece: piece.line)]
    count = len(lines)
    best: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(1e9, 0)] * count]
    for middle in middles:
        following = []
        for end in range(count + 1):
            options = [(best[-1][end][0] + _NO_VALUE, end)]
            options += [(best[-1][begin][0] + _uneven(lines[begin:end], middle), begin) for begin in range(end)]
            following.append(min(options))
        best.append(following)
    parts: list[list[Piece]] = []
    end = count
    for ways in reversed(best[1:]):
        begin = ways[end][1]
        parts.insert(0, [piece for line in lines[begin:end] for piece in line])
        end = begin
    return parts


def _uneven(lines: Sequence[Sequence[Piece]], middle: float) -> float:
    """How little lines look like the value of a label: they stand around its middle, and there are few."""
    first, last = lines[0][0].line, lines[-1][0].line
    return abs((first + last) / 2 - middle) + _LINE * (len(lines) - 1)


def _rows(
    text: str,
    labels: Sequence[Label],
    columns: Sequence[int],
    values: Sequence[list[Piece]],
    below: Sequence[list[Piece]],
    headings: set[int],
    loose: Sequence[Piece],
) -> Iterator[Row]:
    """The cells in rows by where they stand; a label without a value of its own leads the rows beside it."""
    level = {piece.line for pieces in below for piece in pieces}
    leads = [
        at
        for at, label in enumerate(labels)
        if at not in headings and not values[at] and not level & set(range(label.top, label.bottom + 1))
        and any(columns[one] > columns[at] and _beside(label, other) for one, other in enumerate(labels))
    ]  # fmt: skip
    cells: list[tuple[float, int, list[Piece]]] = []
    for at, label in enumerate(labels):
        if at in leads:
            continue
        cells.append((label.middle, 2 * columns[at], list(label.pieces)))
        if values[at]:
            cells.append((label.middle, 2 * columns[at] + 1, values[at]))
    middles = [middle for middle, _, _ in cells]
    for at, pieces in enumerate(below):
        rest = [middle for middle in middles if middle > labels[at].middle]
        for middle, part in _level(pieces, rest, labels[at].bottom + _BELOW):
            cells.append((middle, 2 * columns[at], part))
    cells += [(float(piece.line), 2 * max(columns, default=0) + 2, [piece]) for piece in loose]
    cells.sort(key=lambda cell: cell[:2])
    rows: list[list[tuple[float, int, list[Piece]]]] = []
    for cell in cells:
        if rows and cell[0] - rows[-1][0][0] <= _SAME:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    lead_of = _led(rows, [(labels[at], columns[at]) for at in leads])
    width = 2 * max(columns, default=0) + 4
    for index, row in enumerate(rows):
        held = {at: pieces for _, at, pieces in row}
        merged = set()
        for (column, _), (label, begin, end) in lead_of.items():
            if begin <= index < end and 2 * column not in held:
                if index == begin:
                    held[2 * column] = list(label.pieces)
                else:
                    merged.add(2 * column)
        yield _row(text, held, width, merged)


def _beside(lead: Label, label: Label) -> bool:
    return lead.right <= label.left + 1 and lead.top - 2 * _NEAR <= label.middle <= lead.bottom + 2 * _NEAR


def _level(pieces: Sequence[Piece], middles: Sequence[float], otherwise: float) -> Iterator[tuple[float, list[Piece]]]:
    """Words below a heading by the row that they are level with; all of them one cell where there are no rows."""
    taken: dict[float, list[Piece]] = {}
    for piece in pieces:
        near = min(middles, key=lambda middle: abs(middle - piece.line), default=None)
        at = near if near is not None and abs(near - piece.line) <= 1 else otherwise
        taken.setdefault(at, []).append(piece)
    yield from taken.items()


def _led(
    rows: Sequence[Sequence[tuple[float, int, list[Piece]]]], leads: Sequence[tuple[Label, int]]
) -> dict[tuple[int, int], tuple[Label, int, int]]:
    """The rows [begin, end) that a leading label stands beside, around its middle."""
    found: dict[tuple[int, int], tuple[Label, int, int]] = {}
    for number, (label, column) in enumerate(leads):
        inner = [min(one for _, one, _ in row) > 2 * column for row in rows]
        middles = [row[0][0] for row in rows]
        nearest = min(
            (at for at in range(len(rows)) if inner[at]), key=lambda at: abs(middles[at] - label.middle), default=None
        )
        if nearest is None:
            continue
        begin = end = nearest
        while begin and inner[begin - 1]:
            begin -= 1
        while end + 1 < len(rows) and inner[end + 1]:
            end += 1
        found[column, number] = (label, begin, end + 1)
    return found


def _row(text: str, held: dict[int, list[Piece]], width: int, merged: set[int]) -> Row:
    pieces = [piece for cell in held.values() for piece in cell]
    start, end = min(piece.start for piece in pieces), max(piece.end for piece in pieces)
    cells: list[Cell] = []
    for column in range(width):
        if column in held:
            cells.append(stacked(text, [mapped(text, piece) for piece in sorted(held[column])], start))
        else:
            cells.append(replace(blank(start), merged="above") if column in merged else blank(start))
    return Row(tuple(cells), start, end)
