"""What the styles of a web page say of whether text is seen, and whether it is valid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Unread = Literal["hidden", "struck", ""]

_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s{0,9}:[^;:]{0,99}line-through", re.IGNORECASE)
_ABOVE = re.compile(r"vertical-align\s{0,9}:\s{0,9}super", re.IGNORECASE)
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s{0,9}:[^;:]{0,99}none", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|<!--|-->", re.DOTALL)
_PIECE = re.compile(r"([^{}]*)([{}])")
_CLASS = re.compile(r"\s*(?:[a-z]\w*)?\.([\w-]+)\s*", re.IGNORECASE)


def declared_unread(style: str) -> Unread:
    """Why text with this style is not read: nobody sees it, or it is struck out.

    >>> declared_unread("color:red; text-decoration: underline line-through"), declared_unread("display:none")
    ('struck', 'hidden')
    """
    if _HIDDEN.search(style):
        return "hidden"
    return "struck" if _STRUCK.search(style) else ""


def is_above(style: str) -> bool:
    """Whether text stands above the line."""
    return _ABOVE.search(style) is not None


def is_unnumbered(style: str) -> bool:
    """Whether a list shows no numbers."""
    return _UNNUMBERED.search(style) is not None


def unread_classes(css: str) -> Mapping[str, Unread]:
    """Classes whose text is not read. Only plain selectors count, and nothing in @media: that is for other media.

    >>> unread_classes(".a, td.b{display:none} .b{display:block} .c .d{display:none} @media print{.e{display:none}}")
    {'a': 'hidden'}
    """
    found: dict[str, Unread] = {}
    depth, selectors = 0, ""
    for before, brace in _PIECE.findall(_COMMENT.sub(" ", css)):
        if brace == "{":
            depth += 1
            selectors = before if depth == 1 else ""
            continue
        if depth == 1:
            why = declared_unread(before)
            for selector in selectors.split(","):
                if match := _CLASS.fullmatch(selector):
                    if why:
                        found[match[1]] = why
                    elif re.search(r"display|visibility|text-decoration", before, re.IGNORECASE):
                        found.pop(match[1], None)
        depth, selectors = max(depth - 1, 0), ""
    return found
