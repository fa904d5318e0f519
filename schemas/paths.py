"""The path of a value in a reading, as flags, spans and places name it.

    path      = field | amount | indicator | attribute
    field     = "department" | "unit" | "name" | "goal" | "withheld"
    amount    = "amounts." column                              the four columns of money: amounts.total
              | "amounts.unplaced[" index "]"                  a number whose column the text cannot tell
              | "amounts.breakdown[" index "]." part           part = "label" | "amount"
    indicator = "indicators[" index "]" [ "." ( field | attribute ) ]
                                                               a field of schemas.project.Indicator, or another cell
    attribute = "attributes." label                            the label as printed, which may hold anything

Indices count from 0. A list alone (`amounts.breakdown`, `indicators`) names all of it, "" the whole project.
Where a reader says in which places it read a value, a path that ends in "+" (`AGAIN`) is one where the same
value is printed once more: `goal+`, `indicators[3].name+`.

Paths are put together and taken apart here and nowhere else; `schemas.cells` has the keys of cells.
"""

from __future__ import annotations

import re
from typing import NamedTuple

AMOUNTS = "amounts."
INDICATORS = "indicators["
ATTRIBUTES = "attributes."
AGAIN = "+"
"""Ends the path of a place, or the key of a cell, where what is printed elsewhere is printed once more."""

_INDICATOR = re.compile(
    r"""
    indicators \[ (?P<index> [0-9]+ ) \]
    (?: \. (?P<field> attributes\. .+ | [^.]+ ) )?          # without a field: the indicator as a whole
    """,
    re.VERBOSE | re.DOTALL,
)


class OfIndicator(NamedTuple):
    """Which indicator a path or a key is of, counted from 0; `field` is "" where it means all of it.

    Of a cell that no field takes it is `attributes.` and the label.
    """

    position: int
    field: str


def amount(column: str) -> str:
    """One of the four columns of money.

    >>> amount("total")
    'amounts.total'
    """
    return AMOUNTS + column


def unplaced(index: int) -> str:
    """A number whose column the text cannot tell.

    >>> unplaced(0)
    'amounts.unplaced[0]'
    """
    return f"amounts.unplaced[{index}]"


def funding_amount(index: int) -> str:
    """The amount of a line of the breakdown.

    >>> funding_amount(1)
    'amounts.breakdown[1].amount'
    """
    return f"amounts.breakdown[{index}].amount"


def funding_label(index: int) -> str:
    """The printed label of a line of the breakdown.

    >>> funding_label(1)
    'amounts.breakdown[1].label'
    """
    return f"amounts.breakdown[{index}].label"


def indicator(index: int, field: str = "") -> str:
    """A field of an indicator, or all of it.

    >>> indicator(3, "annual_value"), indicator(3)
    ('indicators[3].annual_value', 'indicators[3]')
    """
    return f"indicators[{index}].{field}" if field else f"indicators[{index}]"


def indicator_prefix(index: int) -> str:
    """What the paths of all fields of an indicator begin with.

    >>> indicator_prefix(3)
    'indicators[3].'
    """
    return f"indicators[{index}]."


def attribute(label: str) -> str:
    """A labelled value that is no field.

    >>> attribute("项目编码")
    'attributes.项目编码'
    """
    return ATTRIBUTES + label


def indicator_attribute(index: int, label: str) -> str:
    """A labelled cell of an indicator that is none of its fields.

    >>> indicator_attribute(3, "得分")
    'indicators[3].attributes.得分'
    """
    return f"{indicator_prefix(index)}{ATTRIBUTES}{label}"


def again(path: str) -> str:
    """Where the same value is printed once more.

    >>> again("goal")
    'goal+'
    """
    return path + AGAIN


def is_amount(path: str) -> bool:
    """Whether a printed number stands there; the label of a line of the breakdown is none.

    >>> [is_amount(path) for path in ("amounts.total", "amounts.breakdown[0].amount", "amounts.breakdown[0].label")]
    [True, True, False]
    """
    return path.startswith(AMOUNTS) and not path.endswith(".label")


def is_funding_label(path: str) -> bool:
    """Whether the label of a line of the breakdown stands there.

    >>> is_funding_label("amounts.breakdown[0].label"), is_funding_label("attributes.a.label")
    (True, False)
    """
    return path.startswith("amounts.breakdown[") and path.endswith(".label")


def indicator_of(path: str) -> OfIndicator | None:
    """Which indicator, and which field of it; None for any other path.

    >>> indicator_of("indicators[3].level1"), indicator_of("indicators[12]"), indicator_of("attributes.indicators[0].a")
    (OfIndicator(position=3, field='level1'), OfIndicator(position=12, field=''), None)
    """
    match = _INDICATOR.fullmatch(path) if path.startswith(INDICATORS) else None
    return OfIndicator(int(match["index"]), match["field"] or "") if match else None


def field_of(path: str) -> str:
    """The last name of a path: what kind of value stands there, whichever indicator it is of.

    >>> field_of("indicators[3].level1"), field_of("amounts.total"), field_of("goal"), field_of("attributes.name")
    ('level1', 'total', 'goal', 'attributes')
    """
    return "attributes" if is_attribute(path) else path.rpartition(".")[2]


def attribute_label(path: str) -> str | None:
    """The printed label of an attribute of the project; None for any other path.

    >>> [attribute_label(path) for path in ("attributes.项目编码", "goal", "indicators[0].attributes.得分")]
    ['项目编码', None, None]
    """
    return path[len(ATTRIBUTES) :] if path.startswith(ATTRIBUTES) else None


def label_of(path: str) -> str | None:
    """The printed label of an attribute of the project or of an indicator; None for any other path.

    >>> label_of("attributes.项目编码"), label_of("indicators[0].attributes.得分"), label_of("indicators[0].name")
    ('项目编码', '得分', None)
    """
    of = indicator_of(path)
    return attribute_label(path if of is None else of.field)


def is_attribute(path: str) -> bool:
    """Whether the value stands under a label that is no field's."""
    return path.startswith(ATTRIBUTES) or (path.startswith(INDICATORS) and label_of(path) is not None)


def printed_first(path: str) -> str | None:
    """The path whose value is printed once more here; None where this is no such place.

    >>> printed_first("indicators[0].name+"), printed_first("indicators[0].name")
    ('indicators[0].name', None)
    """
    return path[: -len(AGAIN)] if path.endswith(AGAIN) else None
