"""A row of labels with their values: which cell is which is decided for the row as a whole.

Each cell is a label or a value. What it looks like, whether its text is known, and what stands beside it speak for
one or the other; of all ways to read the row the one with the least against it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from extractor.chunk.forms.brackets import listed_in
from extractor.chunk.forms.form import HEAD, is_money
from extractor.chunk.forms.shapes import is_nothing, is_number, is_text
from extractor.chunk.forms.sheet import SheetRow, Spot
from extractor.layouts.forms import FormWords, Label
from extractor.schemas.document import MappedText
from extractor.text import squash

Role = Literal["label", "value", "whole"]
_ROLES: tuple[Role, ...] = ("label", "value", "whole")
_NEVER = 99.0
_AS_LABEL = {"known": 0.0, "unknown": 1.0}
_AS_VALUE = {"text": 0.0, "unknown": 0.4, "known": 1.6, "head": 3.0, "colon": 6.0}
"""A label of the head of a form (项目名称, 主管部门) is the value of none, where its cell was dropped or left blank."""
_ALONE = 4.0
"""A value that no label stands before."""
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8}")
_AND_PHONE = 0.5
"""A telephone number behind the name of a person: both are the value of one label."""
_EMPTY = 1.6
"""A label at the end of a row, with no cell for its value."""
_BESIDE = 2.5
"""A label right beside a label: the first has no value."""
_NO_AMOUNT = 1.0
"""A label of money before a text that is no amount."""
_OVER_BLANK = 2.0
"""A value beyond a blank cell, which is the label's own value where merged cells are kept."""


class Pair(NamedTuple):
    """A label and its value, None where that was left blank; `at` is the value's column."""

    label: Label
    value: MappedText | None
    at: int


class RowRead(NamedTuple):
    """What a row of pairs says. `group` is a label of the labels to its right; `loose` has no label."""

    pairs: tuple[Pair, ...]
    group: Label | None
    loose: tuple[Spot, ...]


class _Cell(NamedTuple):
    spot: Spot
    known: Label | None
    label: Label | None
    whole: tuple[Label, MappedText] | None
    is_unit: bool
    has_gap: bool
    """Whether a blank cell stands before it."""


def read_pairs(row: SheetRow, words: FormWords, *, in_group: bool) -> RowRead:
    """The labels and values of a row; `in_group` says that a label to its left goes on from above."""
    cells = _cells(row, words)
    roles = _best_roles(cells, row, words, in_group=in_group)
    return _paired(cells, roles, row)


def _cells(row: SheetRow, words: FormWords) -> list[_Cell]:
    cells: list[_Cell] = []
    has_gap = False
    for spot in row.spots:
        if spot.is_blank:
            has_gap = True
            continue
        known = words.label(spot.text)
        whole = words.inline(spot.cell.content, is_alone=len(row.inked) == 1)
        if whole is not None and not whole[1].text.strip() and squash(spot.text).endswith(":"):
            whole = None  # a label with a colon, its value in the next cell
        if whole is not None and whole[0].field == "total" and listed_in(spot.cell.content, words):
            whole = None  # the label of the first of several amounts
        is_unit = words.terms.amount_unit.fullmatch(squash(spot.text).strip("()")) is not None
        cells.append(_Cell(spot, known, known or words.unknown(spot.text), whole, is_unit, has_gap))
        has_gap = False
    return cells


def _best_roles(cells: Sequence[_Cell], row: SheetRow, words: FormWords, *, in_group: bool) -> list[Role]:
    """The roles with the least against them, cell by cell: each next cell depends on the one before it alone."""
    costs: list[dict[Role, tuple[float, Role | None]]] = []
    for index, cell in enumerate(cells):
        here: dict[Role, tuple[float, Role | None]] = {}
        for role in _ROLES:
            against = _against(cell, role, words)
            if against >= _NEVER:
                continue
            if not costs:
                here[role] = (against + (_ALONE if role == "value" else 0.0), None)
                continue
            left = cells[index - 1]
            here[role] = min(
                (cost + against + _step(left, cell, one, role, row, words, is_first=index == 1, in_group=in_group), one)
                for one, (cost, _) in costs[-1].items()
            )
        costs.append(here)
    is_open = bool(row.spots) and row.spots[-1].is_blank
    ends = {role: cost + (_EMPTY if role == "label" and not is_open else 0.0) for role, (cost, _) in costs[-1].items()}
    end = min(ends, key=lambda role: (ends[role], role == "label"))
    roles: list[Role] = [end]
    for here in reversed(costs[1:]):
        before = here[roles[-1]][1]
        if before is not None:
            roles.append(before)
    return roles[::-1]


def _against(cell: _Cell, role: Role, words: FormWords) -> float:
    if cell.is_unit or cell.whole is not None:
        return 0.0 if role == "whole" else _NEVER
    if role == "whole":
        return _NEVER
    text = cell.spot.text
    if role == "label":
        if cell.label is None or is_number(text):
            return _NEVER
        return _AS_LABEL["known" if cell.known is not None else "unknown"] * (0.3 if _ends_in_colon(text) else 1.0)
    if cell.known is not None:
        is_head = cell.known.field in HEAD and words.is_listed(text)
        return _AS_VALUE["colon" if _ends_in_colon(text) else "head" if is_head else "known"]
    if cell.label is not None and _ends_in_colon(text):
        return _AS_VALUE["colon"]
    return _AS_VALUE["text" if cell.label is None or is_text(text) or is_nothing(text) else "unknown"]


def _step(
    before: _Cell,
    cell: _Cell,
    left: Role,
    right: Role,
    row: SheetRow,
    words: FormWords,
    *,
    is_first: bool,
    in_group: bool,
) -> float:
    """What speaks against a role behind another."""
    if left == "label" and right == "value":
        is_no_amount = _is_money(before) and not (is_number(cell.spot.text) or is_nothing(cell.spot.text))
        return (_OVER_BLANK if cell.has_gap and row.has_merges else 0.0) + (_NO_AMOUNT if is_no_amount else 0.0)
    if left == "label":  # its value is blank, or it is a label of labels
        if cell.has_gap:
            return 0.0 if row.has_merges else 0.5
        if _ends_in_colon(before.spot.text) and _ends_in_colon(cell.spot.text):
            return 0.5
        return _beside(before, cell, row, words, is_first=is_first, in_group=in_group)
    if right == "value":
        return _AND_PHONE if left == "value" and _PHONE.fullmatch(squash(cell.spot.text)) else _ALONE
    return 0.0


def _is_money(cell: _Cell) -> bool:
    return cell.known is not None and is_money(cell.known.field)


def _beside(before: _Cell, cell: _Cell, row: SheetRow, words: FormWords, *, is_first: bool, in_group: bool) -> float:
    """What speaks against a label that stands right before a label: less where it may be that of a group."""
    if before.known is not None and squash(before.known.text) in words.labels:
        return 2.0  # 资金来源 | 财政拨款: a label of its own elsewhere
    if is_first and not in_group and _goes_down(before.spot, row):
        return 0.1
    if before.known is not None and before.known.is_group:
        return 0.1 if is_first else 0.3
    if is_first and _is_money(cell) and words.tells_money(before.spot.text):
        return 0.2
    return _BESIDE


def _goes_down(spot: Spot, row: SheetRow) -> bool:
    """Whether a cell is merged with the one below it."""
    cells = row.below.cells if row.below is not None else ()
    return spot.first < len(cells) and cells[spot.first].merged == "above"


def _ends_in_colon(text: str) -> bool:
    return squash(text).endswith(":")


def _paired(cells: Sequence[_Cell], roles: Sequence[Role], row: SheetRow) -> RowRead:
    pairs: list[Pair] = []
    loose: list[Spot] = []
    group: Label | None = None
    open_label: _Cell | None = None
    for cell, role in zip(cells, roles, strict=True):
        if role == "value" and open_label is None and pairs and _PHONE.fullmatch(squash(cell.spot.text)):
            pairs.append(Pair(pairs[-1].label, cell.spot.cell.content, cell.spot.first))
            continue
        if role == "value" and open_label is not None and open_label.label is not None:
            pairs.append(Pair(open_label.label, cell.spot.cell.content, cell.spot.first))
            open_label = None
            continue
        if open_label is not None and open_label.label is not None:
            is_group = role == "label" and not cell.has_gap and not _ends_in_colon(open_label.spot.text)
            if is_group and group is None and not pairs:
                group = open_label.label
            else:
                pairs.append(Pair(open_label.label, None, open_label.spot.after))
            open_label = None
        if role == "label":
            open_label = cell
        elif cell.whole is not None:
            label, value = cell.whole
            pairs.append(Pair(label, value if value.text.strip() else None, cell.spot.first))
        elif not cell.is_unit:
            loose.append(cell.spot)
    if open_label is not None and open_label.label is not None:
        pairs.append(Pair(open_label.label, None, open_label.spot.after))
    return RowRead(tuple(pairs), group, tuple(loose))
