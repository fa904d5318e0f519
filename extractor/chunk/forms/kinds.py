"""Second stage: what each row of a form is. Each row is classified by itself and by what the rows above left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from extractor.chunk.forms.header import (
    LEVELS,
    TABLE_FIELDS,
    Columns,
    header_of,
    refined,
    widened,
    with_contents,
)
from extractor.chunk.forms.heads import Heads, heads_of, leading
from extractor.chunk.forms.shapes import is_labellike
from extractor.chunk.forms.sheet import SheetRow, Spot, goes_on, inked
from extractor.chunk.titles import are_headers
from extractor.layouts.forms import FormWords, Label, Period
from extractor.layouts.taxonomy import category
from extractor.schemas.document import Row
from extractor.text import fold, squash

Kind = Literal[
    "blank",  # prints nothing
    "pairs",  # labels with their values beside them
    "heads",  # labels whose values stand in the rows below
    "values",  # values below such labels
    "text",  # the rest of the text above it
    "upper",  # the upper one of two header rows of indicators, or the periods over twin columns
    "header",  # the header of the indicators
    "subheader",  # what stands under one header cell: 中期 | 年度, or places
    "indicators",
    "sum",  # sums the indicators up
]


_MOST_BELOW = 120
"""So many rows below a header are looked at for what its columns hold."""


@dataclass(frozen=True, slots=True)
class Classified:
    """A row and what it is; `columns` are those of its indicators, `heads` what stands above its values."""

    kind: Kind
    row: SheetRow
    columns: Columns | None = None
    heads: Heads | None = None
    group: Label | None = None


@dataclass(frozen=True, slots=True)
class _State:
    """What the rows above a row left open."""

    columns: Columns | None = None
    below_header: bool = False
    periods: Mapping[int, Period] = field(default_factory=dict)
    held: tuple[Spot, ...] = ()
    heads: Heads | None = None
    group: Label | None = None
    goal_at: int | None = None
    left: Columns | None = None
    """The columns of indicators above, where labels of the form stand in between."""


def classify(rows: Sequence[SheetRow], words: FormWords) -> list[Classified]:
    """What each row of one form is."""
    state = _State()
    found: list[Classified] = []
    for index, row in enumerate(rows):
        state, one = _next(state, row, words)
        if one.kind in {"header", "subheader"} and one.columns is not None:
            columns = with_contents(
                one.columns, _indicators_below(rows[index + 1 : index + 1 + _MOST_BELOW], one.columns, words), words
            )
            state, one = replace(state, columns=columns), replace(one, columns=columns)
        found.append(one)
    return found


def _indicators_below(rows: Sequence[SheetRow], columns: Columns, words: FormWords) -> list[Row]:
    """The rows below a header that print more than one cell in its columns, up to a row that does not fit them."""
    below: list[Row] = []
    for row in rows:
        own = [spot for spot in row.inked if spot.first >= columns.first]
        is_sum = any(squash(spot.text) in words.sums for spot in row.inked[:2])
        if is_sum or row.width != columns.width or not columns.is_fitted(own):
            break
        if any(columns.at(spot.first) is not None for spot in row.inked):
            below.append(row.row)
    return below


def _next(state: _State, row: SheetRow, words: FormWords) -> tuple[_State, Classified]:
    if not row.inked:
        return state, Classified("blank", row)
    over = _periods_over(row.inked, words)
    columns = header_of(row.row, _with_held(row, state.held), words, state.periods)
    if columns is not None:
        columns = columns if row.has_merges else widened(columns)
        return _State(columns=columns, below_header=True), Classified("header", row, columns)
    if over or _is_upper(row, words):
        held = row.inked if not over else [one for one in row.inked if words.column(one.text) in LEVELS]
        return replace(state, periods=over, held=tuple(held)), Classified("upper", row)
    if state.columns is not None and not _leaves(row, state.columns, words):
        return _in_table(state, state.columns, row, words)
    return _among_labels(replace(state, columns=None, left=state.columns or state.left), row, words)


def _in_table(state: _State, columns: Columns, row: SheetRow, words: FormWords) -> tuple[_State, Classified]:
    if any(squash(spot.text) in words.sums for spot in row.inked[:2]):
        return replace(state, below_header=False), Classified("sum", row, columns)
    parted = refined(columns, row.spots, words) if state.below_header else None
    if parted is not None:
        return replace(state, columns=parted), Classified("subheader", row, parted)
    if state.below_header and len(row.inked) > 1 and all(words.tells_value(spot.text) for spot in row.inked):
        return state, Classified("upper", row, columns)
    return replace(state, below_header=False), Classified("indicators", row, columns)


def _among_labels(state: _State, row: SheetRow, words: FormWords) -> tuple[_State, Classified]:
    group = state.group if row.is_open(0) else None
    if state.left is not None and squash(row.inked[0].text) in words.sums:
        return state, Classified("sum", row, state.left)
    if _goes_on(state, row, words):
        return state, Classified("text", row, group=group)
    heads = heads_of(row, words, group)
    if heads is not None:
        return _State(left=state.left, heads=heads, group=_leading_group(row, words) or group), Classified(
            "heads", row, heads=heads, group=group
        )
    if state.heads is not None and _is_below(state.heads, row, words):
        open_heads = state.heads if state.heads.is_table else None
        goal_at = _goal_at(state.heads, row)
        return replace(state, heads=open_heads, group=group, goal_at=goal_at), Classified(
            "values", row, heads=state.heads, group=group
        )
    after = _State(left=state.left, group=_leading_group(row, words) or group, goal_at=_goal_of_pairs(row, words))
    return after, Classified("pairs", row, group=group)


def _leading_group(row: SheetRow, words: FormWords) -> Label | None:
    groups = leading(row, words)
    return (words.label(groups[-1].text) or words.unknown(groups[-1].text)) if groups else None


def _goes_on(state: _State, row: SheetRow, words: FormWords) -> bool:
    """Whether a row is the rest of the goal right above it, whose label goes down over both rows."""
    if state.goal_at is None or len(row.inked) != 1 or not row.is_open(0):
        return False
    spot = row.inked[0]
    return spot.first == state.goal_at and words.label(spot.text) is None


def _goal_at(heads: Heads, row: SheetRow) -> int | None:
    if heads.is_table or len(heads.heads) != 1 or heads.heads[0].label.field != "goal":
        return None
    return row.inked[-1].first


def _goal_of_pairs(row: SheetRow, words: FormWords) -> int | None:
    if len(row.inked) < 2:
        return None
    label = words.label(row.inked[-2].text)
    return row.inked[-1].first if label is not None and label.field == "goal" else None


def _is_below(heads: Heads, row: SheetRow, words: FormWords) -> bool:
    """Whether a row holds values of the open headings."""
    under = [spot for spot in row.inked if heads.over(spot) is not None]
    if heads.group_at is not None and not row.is_open(heads.group_at):
        return False
    if not heads.is_table:
        return bool(under)
    first = row.inked[0]
    label = words.label(first.text)
    if heads.group_at is None and label is not None and not (label.is_money or _may_be_money(label)):
        return False
    return first not in under and is_labellike(first.text, words)


def _may_be_money(label: Label) -> bool:
    return label.field not in {"name", "department", "unit", "goal", "number", "indicators"} and label.field is not None


def _with_held(row: SheetRow, held: Sequence[Spot]) -> list[Spot]:
    """The cells of a row, and those of the header row above it that go on beside them."""
    blank = {at for at, cell in enumerate(row.row.cells) if cell.merged == "above" or not cell.content.text.strip()}
    kept = [one for one in held if blank.issuperset(range(one.first, one.after))]
    return sorted([*row.inked, *kept], key=lambda one: one.first)


def _is_upper(row: SheetRow, words: FormWords) -> bool:
    """Whether a row is the upper one of two header rows of indicators: some of its cells go down beside the levels."""
    if row.below is None or len(row.inked) < 2 or not are_headers([squash(spot.text) for spot in row.inked]):
        return False
    if header_of(row.below, inked(row.below), words, {}) is None:
        return False
    goes_down = row.has_merges and any(goes_on(row.below, spot.first, has_merges=True) for spot in row.inked[1:])
    known = {name for spot in row.inked if (name := words.column(spot.text)) in TABLE_FIELDS}
    return goes_down or len(known) > 1


def _periods_over(ink: Sequence[Spot], words: FormWords) -> dict[int, Period]:
    """The periods in a row that parts twin columns, by their places: 中期指标 over some, 年度指标 over the others."""
    if len(ink) < 2 or not all("指标" in squash(one.text) for one in ink):
        return {}
    if any(words.label(one.text) is None and one.first for one in ink):
        return {}
    return {spot.first: period for spot in ink if (period := words.period(spot.text))}


def _leaves(row: SheetRow, columns: Columns, words: FormWords) -> bool:
    """Whether a row below the indicators is about something else: it begins with a label of the form."""
    ink = row.inked
    first = ink[0]
    if any(squash(spot.text) in words.sums for spot in ink[:2]):
        return False
    if all(words.seal.search(fold(spot.text)) for spot in ink):
        return True  # who signs it
    same_width = row.width == columns.width
    if same_width and _fills(ink, columns):
        label = words.label(first.text)
        is_attribute = label is None or (label.field is None and not label.is_group)
        is_measured = is_attribute and _is_measured(ink, columns)  # an indicator may be called 预算执行率
        if first.first > columns.first or not words.is_listed(first.text) or is_measured:
            return False
    if same_width and first.first <= columns.first and _takes_two(first, columns):
        return True
    if first.first >= columns.first + 2:
        return False
    label = words.label(first.text)
    if label is None:
        found = words.inline(first.cell.content)
        return (found is not None and len(ink) == 1) or _is_labelled(ink, columns, words)
    return label.field not in TABLE_FIELDS and not (len(ink) > 1 and words.heads_indicators(first.text))


def _fills(ink: Sequence[Spot], columns: Columns) -> bool:
    """Whether the cells of a row stand in the columns of indicators, with a name and something that is said of it."""
    fields = {one.field for spot in ink if (one := columns.at(spot.first)) is not None}
    return columns.is_fitted(ink) and "indicator_name" in fields and len(fields - set(LEVELS)) > 1


def _is_measured(ink: Sequence[Spot], columns: Columns) -> bool:
    """Whether a row prints a value, and its sign, its unit or its points beside it."""
    fields = {one.field for spot in ink if (one := columns.at(spot.first)) is not None}
    return "annual_value" in fields and bool(fields & {"operator", "measure_unit", "weight"})


def _takes_two(spot: Spot, columns: Columns) -> bool:
    """Whether a cell takes columns of the name and of the category: a label that is none of theirs."""
    fields = {one.field for at in range(spot.first, spot.after) if (one := columns.at(at)) is not None}
    return len(fields) > 1 and bool(fields & {"indicator_name"})


def _is_labelled(ink: Sequence[Spot], columns: Columns, words: FormWords) -> bool:
    """Whether a row below the indicators holds a label of the form's own and its value, and no more."""
    if len(ink) != 2 or ink[0].first >= columns.first or words.fragment.fullmatch(squash(ink[0].text)):
        return False
    texts = [squash(spot.text) for spot in ink]
    is_category = any(category(level, text) for level in LEVELS for text in texts)
    return not is_category and words.unknown(ink[0].text) is not None
