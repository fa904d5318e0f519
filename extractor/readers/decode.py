"""Bytes to text: which encoding, or what the file looks like instead."""

from __future__ import annotations

import codecs
import re

from extractor.errors import UnsupportedFile

_MAGIC = (
    (b"%PDF", "a PDF; save or convert it as text, TSV, CSV or Markdown first"),
    (b"PK\x03\x04", "a ZIP, Word or Excel file; save it as text, TSV or CSV first"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file; save it as text, TSV or CSV first"),
    (b"{\\rtf", "an RTF document; save it as text first"),
    (b"\x89PNG", "a PNG picture; it must be read by OCR first"),
    (b"\xff\xd8\xff", "a JPEG picture; it must be read by OCR first"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"SQLite format 3\0", "a database"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
_SAMPLE = 65_536
_PLAUSIBLE = re.compile(r"[\t\n\r\f\x20-\x7e\u3000-\u303f\u4e00-\u9fa5\uff01-\uff5e“”‘’—…·×÷±≤≥≠≈％℃①-⑳Ⅰ-Ⅹ]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MIN_PLAUSIBLE = 0.95


def decode(raw: bytes, file: str) -> tuple[str, str]:
    """Text (without byte order mark) and encoding: UTF-8, GB18030 or UTF-16, with or without BOM.

    Raises UnsupportedFile saying what the file looks like.

    >>> decode("合计".encode("gb18030") * 20, "a.txt")[1]
    'gb18030'
    """
    if not raw.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f\0"):
        raise UnsupportedFile(file, "is empty; there is nothing to read")
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise UnsupportedFile(file, f"looks like {what}")
    for bom, name, codec in _BOMS:
        if raw.startswith(bom):
            text = _strictly(raw[len(bom) :], codec, file, name)
            return _checked(text, file), name
    try:
        return _checked(raw.decode("utf-8"), file), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(raw) - 3 and error.reason == "unexpected end of data" and error.start > 0:
            raise UnsupportedFile(
                file, f"ends inside a character (byte {error.start}): it was cut off; get a complete copy"
            ) from None
    best = max((_try(raw, codec) for codec in ("gb18030", "utf-16-le", "utf-16-be")), key=lambda found: found[0])
    plausible, codec = best
    if plausible < _MIN_PLAUSIBLE:
        raise UnsupportedFile(
            file,
            "is neither UTF-8, GB18030 nor UTF-16 text: it looks like a binary file or another encoding; "
            "save it as UTF-8 text",
        )
    return _checked(_strictly(raw, codec, file, codec), file), codec


def _try(raw: bytes, codec: str) -> tuple[float, str]:
    sample = codecs.getincrementaldecoder(codec)("strict")
    try:
        text = sample.decode(raw[:_SAMPLE], final=len(raw) <= _SAMPLE)
    except UnicodeDecodeError:
        return 0.0, codec
    return (len(_PLAUSIBLE.findall(text)) / len(text) if text else 0.0), codec


def _strictly(raw: bytes, codec: str, file: str, name: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        raise UnsupportedFile(
            file,
            f"looks like {name}, but byte {error.start} does not fit: it is damaged or cut off; get a complete copy",
        ) from None


def _checked(text: str, file: str) -> str:
    if len(_CONTROL.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) * 0.001:
        raise UnsupportedFile(file, "looks like a binary file, not text; save it as UTF-8 text")
    return text
