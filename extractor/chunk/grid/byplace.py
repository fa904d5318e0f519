"""Columns that no word names: what they hold follows from where they stand and from the cells below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from extractor.chunk.amounts import BLANK, NUMBER, is_amount_column
from extractor.chunk.forms.header import CONTENTS
from extractor.layouts.taxonomy import LEVELS, Level, category
from extractor.schemas.document import Row
from extractor.text import squash

_TELLING = ("goal", "indicators", "level1", "level2", "indicator_name")
_VALUES = ("cycle_value", "annual_value")
_NAME = re.compile(r"(?=(?:.*[一-鿿]){2})[^。；;]{2,60}")
_VALUE = re.compile(r"[≥≤><=]|\d")
_SHARE = 0.6


def name_by_place(fields: list[str | None], labels: Sequence[str], below: Sequence[Row]) -> None:
    """Gives its role to each unknown column between known ones; `below` are rows under the header.

    Only where the header names goals or indicators, which no other table does.
    """
    if not set(_TELLING) & set(fields):
        return
    cells = [
        [text for row in below if column < len(row.cells) and (text := _text(row, column))]
        for column in range(len(fields))
    ]
    for level in LEVELS:
        _put(fields, level, [at for at in _unknown(fields, labels) if _are_categories(level, cells[at])][:1])
    if "level2" in fields or "level1" in fields:
        after = max(fields.index(level) for level in LEVELS if level in fields) + 1
        if "indicators" not in fields:
            _put(fields, "indicator_name", [at for at in _unknown(fields, labels) if at == after])
    if "indicator_name" in fields and not set(_VALUES) & set(fields):
        after = fields.index("indicator_name") + 1
        after += after < len(fields) and fields[after] == "operator"
        _put(
            fields,
            "annual_value",
            [at for at in _unknown(fields, labels) if at == after and _are(_VALUE.search, cells[at])],
        )
    end = min(at for at, field in enumerate(fields) if field in _TELLING or (field and is_amount_column(field)))
    names = [at for at in _unknown(fields, labels) if at < end and _are(_is_name, cells[at])]
    # Of a body and its projects, the projects are those that change from row to row.
    _put(fields, "name", sorted(names, key=lambda at: (len(set(cells[at])) / len(cells[at]), at))[-1:])


def value_by_place(fields: list[str | None], labels: Sequence[str], below: Sequence[Row]) -> None:
    """目标 right of the names of indicators is their value where no other column is: 三级指标 | 年初目标.

    Where an unknown column right of the names holds values, that is the column of theirs, and 目标 the project's goal.
    """
    if "indicator_name" not in fields or "goal" not in fields or set(_VALUES) & set(fields):
        return
    goal, after = fields.index("goal"), fields.index("indicator_name") + 1
    texts = {at: [text for row in below if at < len(row.cells) and (text := _text(row, at))] for at in (after, goal)}
    is_beside = after in _unknown(fields, labels) and _are(_VALUE.search, texts[after])
    if is_beside and _length(texts[after]) < _length(texts[goal]):
        fields[after] = "annual_value"
    elif goal >= after and _are(_VALUE.search, texts[goal]):
        fields[goal] = "annual_value"


def _length(texts: Sequence[str]) -> float:
    """How long texts are, on the average: values are shorter than what tells of a project."""
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def name_by_contents(fields: list[str | None], labels: Sequence[str], below: Sequence[Row]) -> None:
    """Unknown columns beside the names of indicators, by what stands in them: categories, signs, units.

    The points of a table's rows are shared out project by project, so that no sum tells them here.
    """
    if "indicator_name" not in fields:
        return
    unknown = _unknown(fields, labels)
    cells = {at: [text for row in below if at < len(row.cells) and (text := _text(row, at))] for at in unknown}
    for field, holds in CONTENTS.items():
        found = [at for at in unknown if fields[at] is None and holds(cells[at])]
        if field != "weight" and len(found) == 1:
            _put(fields, field, found)


def _put(fields: list[str | None], field: str, places: Sequence[int]) -> None:
    if field not in fields:
        for place in places:
            fields[place] = field


def _unknown(fields: Sequence[str | None], labels: Sequence[str]) -> list[int]:
    return [at for at, field in enumerate(fields) if field is None and labels[at]]


def _text(row: Row, column: int) -> str:
    text = squash(row.cells[column].content.text)
    return "" if text in BLANK else text


def _are_categories(level: Level, texts: Sequence[str]) -> bool:
    return bool(texts) and all(category(level, text) for text in texts)


def _are(fits: Callable[[str], object], texts: Sequence[str]) -> bool:
    return bool(texts) and sum(bool(fits(text)) for text in texts) >= _SHARE * len(texts)


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and not NUMBER.fullmatch(text)
