"""Backslash escapes that a Markdown converter put before every mark: the text as it is shown."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\([!-/:-@\[\]^-`{}~])")
"""A bar or a backslash stays escaped, since it would part cells or escape what follows it."""
_ENOUGH = 3
_MOST = 0.8


def unescaped(text: str) -> str:
    r"""A text without its escapes, where nearly all its backslashes are such.

    >>> unescaped(r"1\.检修泵站3座；\(2026年度\)2\-1"), unescaped(r"C:\a\.b")
    ('1.检修泵站3座；(2026年度)2-1', 'C:\\a\\.b')
    """
    backslashes = text.count("\\") - text.count("\\n")
    if backslashes < _ENOUGH or len(_ESCAPE.findall(text)) < _MOST * backslashes:
        return text
    return _ESCAPE.sub(r"\1", text)
