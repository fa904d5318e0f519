"""Web archives (MHT, RFC 2557): a page and what belongs to it in one e-mail message, as browsers, Word and WPS save it.

The page is read as any web page. Pages inside it (frames, the sheets of a workbook that Excel saved) are read after it,
in the order in which the archive holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from extractor.errors import UnsupportedFile
from extractor.readers.parsed import Parsed, TextBuilder
from extractor.readers.web.html import read_into

_TABS = "tabstrip.htm"
"""What Excel calls the page that shows its sheets' names."""
_CHARSET = re.compile(rb"charset", re.IGNORECASE)


def read_mht(raw: bytes, file: str) -> Parsed:
    """Text and tables of a web archive.

    Raises UnsupportedFile: it holds no page, or its pages show nothing.
    """
    pages = list(_pages(message_from_bytes(raw)))
    if not pages:
        raise UnsupportedFile(file, "is a web archive without a page in it; open it and save it as .docx or .html")
    builder = TextBuilder(file)
    for page in pages:
        read_into(builder, _bytes(page), file)
    parsed = builder.parsed()
    if not parsed.text.strip():
        raise UnsupportedFile(file, "is a web archive whose pages show no text; save the page itself")
    return parsed


def _pages(message: Message) -> Iterator[Message]:
    """The pages of a message, the one that it begins with first."""
    found = [
        part
        for part in message.walk()
        if part.get_content_type() in {"text/html", "application/xhtml+xml"} and not _location(part).endswith(_TABS)
    ]
    start = str(message.get_param("start") or "").strip("<>")
    first = next((part for part in found if start and str(part.get("Content-ID", "")).strip("<> ") == start), None)
    if first is not None:
        yield first
    yield from (part for part in found if part is not first)


def _location(part: Message) -> str:
    return str(part.get("Content-Location", "")).lower()


def _bytes(page: Message) -> bytes:
    """A page's bytes; where only the archive says in which encoding they are, in UTF-8 with a mark."""
    data = page.get_payload(decode=True)
    assert isinstance(data, bytes)
    charset = page.get_content_charset()
    if charset is None or _CHARSET.search(data[:4_096]):
        return data
    try:
        return data.decode(charset).encode("utf-8-sig")
    except (LookupError, ValueError):
        return data  # what the page itself is made of tells more
