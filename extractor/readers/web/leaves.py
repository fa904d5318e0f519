"""Texts, form fields and numbers of a web page, each as a browser shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
_WRAPPED = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n\f]*(?={_WIDE})")
_TYPED = frozenset(("text", "number", "date", "email", "tel", "search", "url"))
_INTEGER = re.compile(r"\s*\+?(\d{1,6})")


def collapsed(text: str) -> str:
    """Text on one line, its blanks as a browser shows them.

    >>> collapsed(" 绩效\\n  目标  a \\n b ")
    '绩效目标 a b'
    """
    if "\n" in text or "\r" in text:
        text = _WRAPPED.sub("", text)
    return _BLANKS.sub(" ", text).strip(" ")


def entered(field: LexborNode) -> str:
    """What a form field shows."""
    if field.tag == "textarea":
        return field.text() or ""
    if field.tag == "select":
        chosen = field.css_first("option[selected]") or field.css_first("option")
        return (chosen.text() or "") if chosen is not None else ""
    attributes = field.attributes
    kind = (attributes.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return "☑" if "checked" in attributes else "□"
    return (attributes.get("value") or "") if kind in _TYPED else ""


def integer(text: str | None, otherwise: int) -> int:
    """The whole number with which a text begins."""
    match = _INTEGER.match(text) if text else None
    return int(match[1]) if match else otherwise
