"""Signs that a PDF file is not as it was written: its end is missing, or its table of objects does not fit.

The library repairs such a file without a word: it looks for objects itself, and may find old ones, or miss some.
"""

from __future__ import annotations

import re

from extractor.schemas.document import Note

_END = (b"%%EOF", b"startxref")
_TAIL = 1024
_START = re.compile(rb"startxref\s+(\d{1,12})")
_TABLE = re.compile(rb"\s*(?:xref\s|\d+\s+\d+\s+obj\b)")
_SECTION = re.compile(rb"\s*xref\s+(\d{1,8})\s+(\d{1,8})\s+")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r\n]{1,2}")
_MOST_ENTRIES = 100


def damage_of(raw: bytes) -> list[Note]:
    """Notes on what is damaged."""
    notes = []
    if not any(mark in raw[-_TAIL:] for mark in _END):
        notes.append(Note("cut_off_file", ""))
    elif is_rebuilt(raw):
        notes.append(Note("rebuilt_file", ""))
    return notes


def is_rebuilt(raw: bytes) -> bool:
    """Whether objects are not where the file's last table says, so that whoever reads it has to look for them.

    >>> is_rebuilt(b"%PDF-1.4\\n1 0 obj\\nendobj\\nxref\\n0 1\\n0000000000 65535 f \\ntrailer\\nstartxref\\n24\\n%%EOF")
    False
    >>> is_rebuilt(b"%PDF-1.4\\n1 0 obj\\nendobj\\nxref\\n0 1\\n0000000000 65535 f \\ntrailer\\nstartxref\\n20\\n%%EOF")
    True
    """
    starts = _START.findall(raw[-_TAIL:])
    if not starts:
        return False
    begin = max(raw[:_TAIL].find(b"%PDF-"), 0)  # what stands before the header may be counted or not
    at = next((place for place in (int(starts[-1]) + begin, int(starts[-1])) if _TABLE.match(raw, place)), None)
    return at is None or not _fits(raw, at, begin)


def _fits(raw: bytes, at: int, begin: int) -> bool:
    """Whether the first objects of a table are where it says; one that is a stream is believed."""
    section = _SECTION.match(raw, at)
    if section is None:
        return True
    number, place = int(section[1]), section.end()
    for _ in range(min(int(section[2]), _MOST_ENTRIES)):
        entry = _ENTRY.match(raw, place)
        if entry is None:
            return False
        heading, offset = re.compile(rb"\s*%d\s+\d+\s+obj\b" % number), int(entry[1])
        is_used = entry[3] == b"n" and offset > 0  # some programs write 0 for what is not used
        if is_used and not any(heading.match(raw, offset + more) for more in {0, begin}):
            return False
        number, place = number + 1, entry.end()
    return True
