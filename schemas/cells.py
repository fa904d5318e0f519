"""The keys of a block's cells (`Block.cells`): what the cutters tell the readers about each printed cell.

    key       = column | breakdown | indicator | attribute | unread | extra | own
    column    = a name of schemas.layout.Column
              | "body"                              goal and indicators in one piece, where nothing parts them
              | "amounts"                           all numbers of a row, where nothing tells their columns
    breakdown = "breakdown:" label                  a number in any other column of funding
    indicator = "indicators[" index "]." ( column [ "+" ] | attribute )
                                                    a cell of an indicator that has a row to itself; its name stands
                                                    under "indicator_name"; "+": printed once more in a twin column
    attribute = "attributes." label                 a labelled cell that no field takes: read under its label
    unread    = "unread." label                     a cell in a column of money that prints no amount: no reader takes
                                                    it, and it is always flagged (extractor.checks.unread)
    extra     = "extra"                             a cell without a label that no field takes: left unclaimed
    own       = "own." label                        a labelled cell that speaks of one indicator, only while its row
                                                    is read: it becomes an attribute of that indicator

A key that is taken is counted on: `attributes.备注(2)`. Labels are squashed and may hold anything, so a key is
recognized by how it begins, and a count is a count only for who put it there.

The cutters build these keys, the rules, the checks and the judge of layouts take them apart; all of them do it here.
"""

from __future__ import annotations

from collections.abc import Container

from extractor.schemas.layout import AMOUNT_COLUMNS, BREAKDOWN
from extractor.schemas.paths import (
    AGAIN,
    ATTRIBUTES,
    OfIndicator,
    again,
    attribute,
    attribute_label,
    indicator,
    indicator_attribute,
    indicator_of,
    printed_first,
)

BODY = "body"
AMOUNTS = "amounts"
EXTRA = "extra"
UNREAD = "unread."
OWN = "own."


def breakdown(label: str) -> str:
    """A number in another column of funding than the four.

    >>> breakdown("上年结转")
    'breakdown:上年结转'
    """
    return BREAKDOWN + label


def breakdown_label(key: str) -> str | None:
    """The printed label of another column of funding; None for any other key.

    >>> breakdown_label("breakdown:其中:结转"), breakdown_label("fiscal")
    ('其中:结转', None)
    """
    return key[len(BREAKDOWN) :] if key.startswith(BREAKDOWN) else None


def is_money(key: str) -> bool:
    """Whether a printed number stands there: in one of the four columns, or in another one of funding.

    >>> [is_money(key) for key in ("total", "breakdown:上年结转", "unread.总计", "amounts")]
    [True, True, False, False]
    """
    return key in AMOUNT_COLUMNS or key.startswith(BREAKDOWN)


def unread(label: str) -> str:
    """A cell in a column of money that prints no amount.

    >>> unread("总计(万元)")
    'unread.总计(万元)'
    """
    return UNREAD + label


def unread_label(key: str) -> str | None:
    """The printed label over a cell that no amount could be read from; None for any other key.

    >>> unread_label("unread.总计"), unread_label("attributes.unread.总计")
    ('总计', None)
    """
    return key[len(UNREAD) :] if key.startswith(UNREAD) else None


def labelled(label: str, otherwise: str = ATTRIBUTES) -> str:
    """The key of a cell that no field takes: under its label, if it has one.

    >>> labelled("备注"), labelled(""), labelled("总计", UNREAD)
    ('attributes.备注', 'extra', 'unread.总计')
    """
    return otherwise + label if label else EXTRA


def is_left_over(key: str) -> bool:
    """Whether no field takes the cell.

    >>> [is_left_over(key) for key in ("attributes.备注", "unread.总计", "extra(2)", "goal", "extract")]
    [True, True, True, False, False]
    """
    return key.startswith((ATTRIBUTES, UNREAD)) or is_extra(key)


def is_extra(key: str) -> bool:
    """Whether the cell has no label and no field.

    >>> [is_extra(key) for key in ("extra", "extra(2)", "attributes.extra")]
    [True, True, False]
    """
    return key == EXTRA or (key.startswith(f"{EXTRA}(") and key.endswith(")"))


def own(label: str) -> str:
    """A labelled cell of one indicator, while its row is read.

    >>> own("评分标准")
    'own.评分标准'
    """
    return OWN + label


def own_label(key: str) -> str | None:
    """The label of such a cell; None for any other key.

    >>> own_label("own.评分标准"), own_label("goal")
    ('评分标准', None)
    """
    return key[len(OWN) :] if key.startswith(OWN) else None


def counted(key: str, taken: Container[str]) -> str:
    """The key, or the key with the next count where it is taken; quick also where thousands are.

    >>> counted("attributes.备注", {"attributes.备注", "attributes.备注(2)"})
    'attributes.备注(3)'
    """
    if key not in taken:
        return key
    low, high = 1, 2
    while f"{key}({high})" in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{key}({middle})" in taken else (low, middle)
    return f"{key}({high})"


__all__ = [
    "AGAIN",
    "AMOUNTS",
    "ATTRIBUTES",
    "BODY",
    "BREAKDOWN",
    "EXTRA",
    "OWN",
    "UNREAD",
    "OfIndicator",
    "again",
    "attribute",
    "attribute_label",
    "breakdown",
    "breakdown_label",
    "counted",
    "indicator",
    "indicator_attribute",
    "indicator_of",
    "is_extra",
    "is_left_over",
    "is_money",
    "labelled",
    "own",
    "own_label",
    "printed_first",
    "unread",
    "unread_label",
]
