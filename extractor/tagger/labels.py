"""What the tagger says of a character: which field it belongs to, and whether a value begins with it.

Tags: 0 is O (no field: labels, separators, headers, page furniture), then B and I for each field,
and last X: text in a form that the tagger was not made to read (a form, scrambled columns).
"""

from __future__ import annotations

FIELDS = (
    "name",
    "amount",
    "goal",
    "number",
    "level1_code",
    "level1",
    "level2_code",
    "level2",
    "indicator",
    "cycle",
    "annual",
)
OUTSIDE = 0
UNREADABLE = 2 * len(FIELDS) + 1
TAGS = UNREADABLE + 1


def begin(field: str) -> int:
    """Tag of the first character of a value.

    >>> begin("name"), inside("name"), begin("annual")
    (1, 2, 21)
    """
    return 2 * FIELDS.index(field) + 1


def inside(field: str) -> int:
    """Tag of every other character of a value, white space within it included."""
    return 2 * FIELDS.index(field) + 2


__all__ = ["FIELDS", "OUTSIDE", "TAGS", "UNREADABLE", "begin", "inside"]
