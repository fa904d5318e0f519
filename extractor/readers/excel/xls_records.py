"""Records of an old workbook's sheet that xlrd passes over: what is printed above and below each page, text boxes.

[MS-XLS] 2.4: HEADER, FOOTER, TXO (its text stands in the CONTINUE record behind it), NOTE; BIFF8 unless said otherwise.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEAD = struct.Struct("<HH")
_BEGINS = frozenset((0x0809, 0x0409, 0x0209, 0x0009))
_END, _HEADER, _FOOTER, _TEXT, _CONTINUE = 0x0A, 0x14, 0x15, 0x01B6, 0x3C
_LENGTH_OF_TEXT = 10
_UTF_16 = 0x01
BIFF8 = 80
"""What xlrd calls the form of Excel 97 and later."""


class Beside(NamedTuple):
    """What of a sheet stands in no cell; comments are among the texts, being kept the same way."""

    header: str
    footer: str
    texts: list[str]


def beside_the_cells(stream: bytes, start: int, version: int, encoding: str) -> Beside:
    """The sheet whose records begin at `start`; `encoding` is that of a workbook before Excel 97."""
    header = footer = ""
    texts: list[str] = []
    awaited = 0
    for kind, data in _records(stream, start):
        if kind == _CONTINUE and awaited and data:
            texts.append(_decoded(data[0], data[1:])[:awaited])
        awaited = 0
        if kind == _TEXT and len(data) >= _LENGTH_OF_TEXT + 2:
            awaited = int.from_bytes(data[_LENGTH_OF_TEXT : _LENGTH_OF_TEXT + 2], "little")
        elif kind in {_HEADER, _FOOTER} and len(data) > 3:
            printed = _decoded(data[2], data[3:]) if version >= BIFF8 else data[1:].decode(encoding, "replace")
            header, footer = (printed, footer) if kind == _HEADER else (header, printed)
    return Beside(header, footer, texts)


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Kind and bytes of each record of one sheet; charts in it have records of their own, which are passed over."""
    depth = 0
    while position + _HEAD.size <= len(stream):
        kind, length = _HEAD.unpack_from(stream, position)
        position += _HEAD.size
        if kind in _BEGINS:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, stream[position : position + length]
        position += length


def _decoded(flags: int, data: bytes) -> str:
    return data.decode("utf-16-le" if flags & _UTF_16 else "latin-1", "replace")
