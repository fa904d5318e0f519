"""Bytes to text: which encoding, if any."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

from extractor.errors import UnsupportedFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
_SAMPLE = 65_536
_PLAUSIBLE = re.compile(r"[\t\n\r\f\x20-\x7e\u3000-\u303f\u4e00-\u9fa5\uff01-\uff5e“”‘’—…·×÷±≤≥≠≈％℃①-⑳Ⅰ-Ⅹ]")
_HANZI = re.compile(r"[\u4e00-\u9fa5]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MIN_PLAUSIBLE = 0.95
_MIN_COMMON = 0.6


class _Guess(NamedTuple):
    """How well a sample reads under one codec: the share of its Chinese characters that are common ones."""

    common: float
    codec: str


def decode(raw: bytes, file: str) -> tuple[str, str]:
    """Text (without byte order mark) and encoding: UTF-8, GB18030 or UTF-16, with or without BOM.

    Raises UnsupportedFile where there is no text, or where it is damaged.

    >>> decode("合计".encode("gb18030") * 20, "a.txt")[1]
    'gb18030'
    """
    if not raw.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f\0"):
        raise UnsupportedFile(file, "is empty; there is nothing to read")
    for bom, name, codec in _BOMS:
        if raw.startswith(bom):
            return _checked(_strictly(raw, codec, file, name, skip=len(bom)), file), name
    try:
        text = raw.decode("utf-8")
        if not _has_controls(text):
            return _checked(text, file), "utf-8"
    except UnicodeDecodeError:
        _refuse_damaged_utf8(raw, file)
    guesses = [guess for codec in ("gb18030", "utf-16-le", "utf-16-be") if (guess := _guess(raw, codec))]
    if not guesses:
        raise UnsupportedFile(
            file,
            "is neither UTF-8, GB18030 nor UTF-16 text: it looks like a binary file or another encoding; "
            "save it as UTF-8 text",
        )
    codec = max(guesses).codec
    return _checked(_strictly(raw, codec, file, codec), file), codec


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """The 3,755 everyday characters (level 1 of GB 2312): nearly all of a text, hardly any of a misread one.

    >>> "绩" in _common(), "湔" in _common()
    (True, False)
    """
    cells = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return frozenset(cell.decode("gb2312", "ignore") for cell in cells) - {""}


def _guess(raw: bytes, codec: str) -> _Guess | None:
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(raw[:_SAMPLE])
    except UnicodeDecodeError:
        return None
    if not text or len(_PLAUSIBLE.findall(text)) < _MIN_PLAUSIBLE * len(text) or _has_controls(text):
        return None
    share = _share_of_common(text)
    return _Guess(share, codec) if share >= _MIN_COMMON else None


def is_chinese(text: str) -> bool:
    """Whether the Chinese characters of a text are everyday ones; those of misread bytes are not.

    >>> is_chinese("绩效目标"), is_chinese("绩效目标".encode().decode("gb18030", "replace"))
    (True, False)
    """
    return _share_of_common(text[:_SAMPLE]) >= _MIN_COMMON


def _share_of_common(text: str) -> float:
    hanzi = _HANZI.findall(text)
    common = _common()
    return sum(character in common for character in hanzi) / len(hanzi) if hanzi else 1.0


def _refuse_damaged_utf8(raw: bytes, file: str) -> None:
    """A few bytes that do not fit are damage; read as GB18030 the rest would be well-formed nonsense."""
    wide = re.sub(r"[\x00-\x7f]+", "", raw[:_SAMPLE].decode("utf-8", "replace"))[:-1]
    if len(_PLAUSIBLE.findall(wide)) >= _MIN_PLAUSIBLE * len(wide) and wide:
        _strictly(raw, "utf-8", file, "UTF-8")


def _strictly(raw: bytes, codec: str, file: str, name: str, *, skip: int = 0) -> str:
    try:
        return raw[skip:].decode(codec)
    except UnicodeDecodeError as error:
        start = error.start + skip
        if _is_cut_off(error, len(raw) - skip):
            raise UnsupportedFile(
                file, f"ends inside a character (byte {start}): it was cut off; get a complete copy"
            ) from None
        line = raw.count(b"\n", 0, start) + 1
        raise UnsupportedFile(
            file, f"looks like {name}, but byte {start} (line {line}) does not fit: it is damaged; get a complete copy"
        ) from None


def _is_cut_off(error: UnicodeDecodeError, length: int) -> bool:
    """Whether only the last character lacks bytes.

    >>> try: "表".encode()[:2].decode()
    ... except UnicodeDecodeError as error: _is_cut_off(error, 2)
    True
    """
    return error.end == length and error.reason in (
        "unexpected end of data",
        "incomplete multibyte sequence",
        "truncated data",
    )


def _has_controls(text: str) -> bool:
    sample = text[:_SAMPLE]
    return len(_CONTROL.findall(sample)) > max(1.0, len(sample) * 0.001)


def _checked(text: str, file: str) -> str:
    if _has_controls(text):
        raise UnsupportedFile(file, "looks like a binary file, not text; save it as UTF-8 text")
    if not text.strip():
        raise UnsupportedFile(file, "is empty; there is nothing to read")
    return text
