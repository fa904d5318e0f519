"""Long texts of the database, packed: a record takes a seventh of the room of its JSON line.

A packed value is one byte, the number of the dictionary, and then raw deflate (RFC 1951) with that dictionary, which
zlib knows as `zdict`. The dictionary, packing_1.txt, holds invented records, so that the names of fields and the usual
words need not be stored with each record. It may never change: another one gets another number.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from importlib.resources import files

CURRENT = 1
"""Dictionary of what is packed now."""
LEVEL = 6


def pack(*texts: str) -> bytes:
    """Texts of which all but the last hold no line break.

    >>> unpack(pack('{"name":"河道清淤"}', "河道清淤 120.00"), 2)
    ['{"name":"河道清淤"}', '河道清淤 120.00']
    """
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, 0, _dictionary(CURRENT))
    return bytes((CURRENT,)) + packer.compress("\n".join(texts).encode()) + packer.flush()


def unpack(packed: bytes, count: int = 1) -> list[str]:
    """The texts that `pack` was given; ValueError where it is nothing of ours, or damaged."""
    try:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS, _dictionary(packed[0]))
        text = (unpacker.decompress(packed[1:]) + unpacker.flush()).decode()
        if not unpacker.eof:
            raise ValueError("it is cut short")
    except (zlib.error, ValueError, IndexError, OSError) as error:
        raise ValueError(f"a packed text that cannot be read ({error})") from error
    return text.split("\n", count - 1)


@lru_cache
def _dictionary(number: int) -> bytes:
    return files("extractor.store").joinpath(f"packing_{number}.txt").read_bytes()
