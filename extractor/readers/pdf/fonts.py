"""What the library is told of fonts: this machine has one, which stands in for every Chinese font that a file names.

A letter whose font is neither in the file nor on the machine has no extent, and the library leaves what has no extent
out of a page's text: what was read depended on the fonts installed. So the machine's fonts are never asked. The one
here gives every letter an extent and draws nothing: a reader needs to know where a letter stands, not how it looks.
Which letter it is, and how far it takes the line, the file says. For Latin fonts the library has its own.
"""

from __future__ import annotations

import ctypes
import struct
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

_CHARSETS = frozenset(
    {
        *(pdfium.FXFONT_GB2312_CHARSET, pdfium.FXFONT_CHINESEBIG5_CHARSET),
        *(pdfium.FXFONT_SHIFTJIS_CHARSET, pdfium.FXFONT_HANGEUL_CHARSET),
    }
)
_NAME = b"Stand-in\0"
_WHOLE_FILE = 0
_HANDLE = 1
_LAST = 0x10FFFF
_EM, _ASCENT, _DESCENT, _MARGIN = 1_000, 880, -120, 100


class _Glyph(NamedTuple):
    """How far a glyph takes the line, and what of that it covers, from a margin on."""

    advance: int
    covers: int


_NARROW, _WIDE, _BLANK = 1, 2, 3
_GLYPHS = (_Glyph(500, 300), _Glyph(500, 300), _Glyph(_EM, 800), _Glyph(500, 0))
"""By number; the first stands for no letter. None covers its whole advance: of two equal letters of which one covers
half of the other, the library takes the second for the first printed again to look bold, and drops it (the second
digit of "00", where digits are narrower than half a square)."""
_FROM = {
    0: _NARROW,
    0x20: _BLANK,
    0x21: _NARROW,
    0xA0: _BLANK,
    0xA1: _NARROW,
    0x2000: _BLANK,
    0x200C: _NARROW,
    0x2E80: _WIDE,
    0x3000: _BLANK,
    0x3001: _WIDE,
}
"""The first letter of every range that has one glyph; from the radicals on (U+2E80), letters fill a square."""


@lru_cache(maxsize=1)
def use_stand_in() -> Any:
    """Tells the library of the one font, once for a process, before it opens a file; the result has to stay alive."""
    types = dict(pdfium.FPDF_SYSFONTINFO._fields_)
    info = pdfium.FPDF_SYSFONTINFO(version=1)
    info.MapFont = types["MapFont"](_map)
    info.GetFontData = types["GetFontData"](_data)
    info.GetFaceName = types["GetFaceName"](_name)
    pdfium.FPDF_SetSystemFontInfo(info)
    return info


def _map(_info: Any, _weight: int, _italic: int, charset: int, _pitch: int, _face: Any, _exact: Any) -> int:
    return _HANDLE if charset in _CHARSETS else 0


def _data(_info: Any, _handle: int, table: int, buffer: Any, size: int) -> int:
    """The whole file; single tables are asked for collections of fonts and for localized names, and here is neither."""
    return _copy(stand_in(), buffer, size) if table == _WHOLE_FILE else 0


def _name(_info: Any, _handle: int, buffer: Any, size: int) -> int:
    return _copy(_NAME, buffer, size)


def _copy(data: bytes, buffer: Any, size: int) -> int:
    """The length, and the data where there is room for them: the library asks twice."""
    if buffer and size >= len(data):
        ctypes.memmove(buffer, data, len(data))
    return len(data)


@lru_cache(maxsize=1)
def stand_in() -> bytes:
    """The font, as a TrueType file."""
    outlines = [_outline(glyph) for glyph in _GLYPHS]
    count = len(_GLYPHS)
    return _file(
        {
            b"cmap": _cmap(),
            b"glyf": b"".join(outlines),
            b"head": struct.pack(
                *(">4L2H2q4h2H3h", 0x10000, 0, 0, 0x5F0F3CF5, 0, _EM, 0, 0),
                *(0, _DESCENT, _EM, _ASCENT, 0, 8, 2, 0, 0),
            ),
            b"hhea": struct.pack(">L3hH11hH", 0x10000, _ASCENT, _DESCENT, 0, _EM, 0, 0, _EM, 1, *[0] * 7, count),
            b"hmtx": b"".join(struct.pack(">Hh", advance, _MARGIN if covers else 0) for advance, covers in _GLYPHS),
            b"loca": struct.pack(f">{count + 1}H", *accumulate((len(one) // 2 for one in outlines), initial=0)),
            b"maxp": struct.pack(">L14H", 0x10000, count, 2, 1, 0, 0, 1, *[0] * 8),
        }
    )


def _outline(glyph: _Glyph) -> bytes:
    """One contour, a diagonal there and back: it has an extent, and not a dot of a picture is drawn for it."""
    if not glyph.covers:
        return b""
    box = (_MARGIN, _DESCENT, _MARGIN + glyph.covers, _ASCENT)
    last_point, instructions, on_curve = 1, 0, 1
    steps = (_MARGIN, glyph.covers, _DESCENT, _ASCENT - _DESCENT)  # x of both points, y of both points
    return struct.pack(">5h2H2B4h2x", 1, *box, last_point, instructions, on_curve, on_curve, *steps)


def _cmap() -> bytes:
    """Letters to glyphs, in the format that has one glyph for a whole range (13), for both ways to ask for it."""
    lasts = [*(first - 1 for first in _FROM if first), _LAST]
    groups = [struct.pack(">3L", first, last, glyph) for (first, glyph), last in zip(_FROM.items(), lasts, strict=True)]
    table = struct.pack(">2H3L", 13, 0, 16 + 12 * len(groups), 0, len(groups)) + b"".join(groups)
    windows, basic_plane, all_of_unicode = 3, 1, 10
    asked = [struct.pack(">2HL", windows, how, 4 + 2 * 8) for how in (basic_plane, all_of_unicode)]
    return struct.pack(">2H", 0, len(asked)) + b"".join(asked) + table


def _file(tables: dict[bytes, bytes]) -> bytes:
    """Tables behind their directory, each from a multiple of four on; checksums, which nobody looks at, are left 0."""
    count = len(tables)
    power = count.bit_length() - 1
    search = (16 << power, power, 16 * count - (16 << power))
    padded = [data + bytes(-len(data) % 4) for data in tables.values()]
    begins = accumulate(map(len, padded), initial=12 + 16 * count)
    directory = [
        struct.pack(">4s3L", tag, 0, begin, len(data))
        for (tag, data), begin in zip(tables.items(), begins, strict=False)
    ]
    return struct.pack(">L4H", 0x10000, count, *search) + b"".join([*directory, *padded])
