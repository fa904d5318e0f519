"""The single values of a reading: where each stands in it, and when two of them are equal.

A path (schemas/paths.py) names one value. `withheld` is a judgement, not a printed value, and therefore no leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from extractor.schemas import paths
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import Indicator, ProjectReading, plain_amount
from extractor.text import STOPS, squash

Leaf = str | int

COLUMNS = AMOUNT_COLUMNS
INDICATOR_FIELDS = tuple(name for name in Indicator.model_fields if name != "attributes")
_AMOUNT_PATHS = tuple((column, paths.amount(column)) for column in AMOUNT_COLUMNS)
LABEL_FIELDS = ("level1_code", "level1", "level2_code", "level2")
"""Fields that one printed label may fill for several indicators (merged cells)."""

CUT = STOPS
"""What is cut from the end of a value, in squashed text."""


def key(value: str) -> str:
    """What of a printed value counts when it is looked for or compared.

    >>> key("按计划 完成。；") == key("按计划完成")
    True
    """
    return squash(value).rstrip(CUT)


def same_text(left: str, right: str) -> bool:
    """Equal but for white space, width, punctuation variants and a trailing stop.

    >>> same_text("资金支出进度（％）", "资金支出\\n进度(%)；"), same_text("95%", "95%以上")
    (True, False)
    """
    return left == right or key(left) == key(right)


def same_amount(left: str, right: str) -> bool:
    """Equal as printed numbers.

    >>> same_amount("1141.20", "１,141.2"), same_amount("80.00", "8.00")
    (True, False)
    """
    if left == right:
        return True
    try:
        return Decimal(plain_amount(left)) == Decimal(plain_amount(right))
    except InvalidOperation:
        return same_text(left, right)


@lru_cache(maxsize=2048)
def indicator_paths(index: int) -> tuple[tuple[str, str], ...]:
    """Field and path of every leaf of one indicator."""
    return tuple((field, paths.indicator(index, field)) for field in INDICATOR_FIELDS)


def leaves(reading: ProjectReading) -> Iterator[tuple[str, Leaf]]:
    """Every value that is not null, in the order of the schema.

    >>> list(leaves(ProjectReading(name="购置经费", indicators=(Indicator(number=1, name="率"),))))
    [('name', '购置经费'), ('indicators[0].number', 1), ('indicators[0].name', '率')]
    """
    if reading.department is not None:
        yield "department", reading.department
    if reading.unit is not None:
        yield "unit", reading.unit
    if reading.name is not None:
        yield "name", reading.name
    amounts = reading.amounts
    printed = amounts.__dict__
    for column, path in _AMOUNT_PATHS:
        if (amount := printed[column]) is not None:
            yield path, amount
    for index, number in enumerate(amounts.unplaced):
        yield paths.unplaced(index), number
    for index, line in enumerate(amounts.breakdown):
        yield paths.funding_label(index), line.label
        yield paths.funding_amount(index), line.amount
    if reading.goal is not None:
        yield "goal", reading.goal
    for index, indicator in enumerate(reading.indicators):
        values = indicator.__dict__  # attribute access through pydantic costs three times as much
        for field, path in indicator_paths(index):
            value = values[field]
            if value is not None:
                yield path, value
        for label, text in values["attributes"].items():
            yield paths.indicator_attribute(index, label), text
    for label, value in reading.attributes.items():
        yield paths.attribute(label), value
