"""Backslash escapes that a Markdown converter put before every mark: the text as it is shown."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\([!-/:-@\[\]^-`{}~])")
"""A bar or a backslash stays escaped, since it would part cells or escape what follows it."""
_TELLING = re.compile(r"\\[-.()\[\]_#+=>~]")
"""What only a converter of Markdown escapes; other marks follow a backslash elsewhere, too."""
_ENOUGH = 3


def unescaped(text: str) -> str:
    r"""A text without its escapes, where it clearly has some: it is read as it is shown.

    >>> unescaped(r"1\.检修泵站3座；\(2026年度\)2\-1"), unescaped(r"C:\a\.b")
    ('1.检修泵站3座；(2026年度)2-1', 'C:\\a\\.b')
    """
    if "\\" not in text or len(_TELLING.findall(text)) < _ENOUGH:
        return text
    return _ESCAPE.sub(r"\1", text)
