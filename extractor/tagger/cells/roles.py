"""What the cell reader says of a cell: the field whose value it holds, whose label it is, or what else it is.

Beside the fields of a project stand their decoys, what looks like one and is another thing: the ministry above the
department that spends, the goal of several years, what was achieved, several years' money, executed money, the
budget that was superseded. A network that had no name for these would take them for the field.
"""

from __future__ import annotations

MONEY = ("total", "fiscal", "special_account", "other", "breakdown")
"""Fields of this year's money."""

FIELDS = (
    "name",
    "code",
    "department",
    "unit",
    "ministry",
    *MONEY,
    "several_money",
    "executed",
    "superseded",
    "goal",
    "several_goal",
    "achieved",
    "number",
    "level1",
    "level2",
    "indicator",
    "cycle",
    "annual",
    "operator",
    "measure",
    "weight",
    "own",
    "attribute",
)
"""`own` is any other cell of an indicator's row, `attribute` any other labelled value of a project."""

STRUCTURE = (
    "blank",
    "heading",
    "group",
    "sum_label",
    "sum_money",
    "template",
    "continuation",
    "note",
    "body",
    "text",
)
"""`group` heads rows or columns, `template` is what nobody filled in, `body` holds a goal and indicators in one piece,
`continuation` goes on with a cell that a page break has cut, `text` is anything else."""

ROLES = (*FIELDS, *(f"label:{field}" for field in FIELDS), *STRUCTURE)


def value(field: str) -> int:
    """Role of a cell that holds the value of a field.

    >>> value("name"), ROLES[value("weight")]
    (0, 'weight')
    """
    return FIELDS.index(field)


def label(field: str) -> int:
    """Role of a cell that is the label of a field.

    >>> ROLES[label("goal")]
    'label:goal'
    """
    return len(FIELDS) + FIELDS.index(field)


def other(kind: str) -> int:
    """Role of a cell that is neither.

    >>> ROLES[other("blank")]
    'blank'
    """
    return 2 * len(FIELDS) + STRUCTURE.index(kind)


__all__ = ["FIELDS", "MONEY", "ROLES", "STRUCTURE", "label", "other", "value"]
