"""Bytes of a web page to text: the byte order mark, then what the bytes are, then what the page declares."""

from __future__ import annotations

import codecs
import re

from extractor.errors import UnsupportedFile
from extractor.readers.plain.decode import is_chinese

_HEAD = 4_096
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,512}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODECS = (
    dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"), "gb18030")
    | dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cp950"), "big5hkscs")
    | dict.fromkeys(("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be"), "utf-8")
)
"""What a page may declare. UTF-16 is UTF-8 (HTML standard 13.2.3.2: the declaration itself was read as single
bytes); Latin 1 is what tools write that know nothing, so it tells nothing."""
_FEW = 0.02


def decode_html(raw: bytes, file: str) -> tuple[str, int]:
    """The page's text, and how many of its characters are damaged (a browser shows � for them).

    >>> decode_html("<meta charset=gb2312>万元".encode("gbk"), "a.html")
    ('<meta charset=gb2312>万元', 0)
    """
    for bom, codec in _BOMS:
        if raw.startswith(bom):
            return _forgiving(raw[len(bom) :], codec)
    codecs_left = ["utf-8"]
    if b"\0" in raw[:_HEAD]:
        codecs_left = ["utf-16-be"] if raw[:1] == b"\0" else ["utf-16-le"]
    match = _DECLARED.search(raw[:_HEAD])
    name = match[1].decode("ascii", "replace").lower() if match else ""
    declared = _CODECS.get(name)
    if declared is not None:
        codecs_left.append(declared)
    elif not _is_foreign(name):
        codecs_left.append("gb18030")
    for codec in codecs_left:
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if codec != "gb18030" or declared or is_chinese(text):
            return text, 0
    # Damaged in places: the codec that leaves the fewest places, what is declared first.
    tries = [_forgiving(raw, codec) for codec in dict.fromkeys((declared or codecs_left[0], *codecs_left))]
    text, damaged = min(tries, key=lambda one: one[1])
    if damaged > _FEW * len(text) or not damaged:
        raise UnsupportedFile(
            file, "is a web page in an encoding that is not known here; open it in a browser and save it as UTF-8"
        )
    return text, damaged


def _is_foreign(name: str) -> bool:
    """Whether a page declares an encoding that exists, but is neither Chinese nor the Latin 1 of careless tools."""
    try:
        return codecs.lookup(name).name not in {"iso8859-1", "cp1252", "ascii"}
    except LookupError:
        return False


def _forgiving(raw: bytes, codec: str) -> tuple[str, int]:
    text = raw.decode(codec, "replace")
    return text, text.count("\ufffd")
