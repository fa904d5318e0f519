"""The XML of a workbook, listened to as it is parsed: no tree is built, since a sheet may have a million cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from extractor.errors import UnsupportedFile
from extractor.readers.ooxml import Package
from extractor.readers.symbols import raised

DAMAGED = "get a complete copy, or open it in Excel or WPS and save it again"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Start = Callable[[dict[str, str]], None]
End = Callable[[], None]


def parse_part(
    data: bytes, file: str, part: str, starts: dict[str, Start], ends: dict[str, End], text: Callable[[str], None]
) -> None:
    """Call what belongs to each element of a part; all of its elements have the prefix of the root, mostly none."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65_536
    opening: dict[str, Start] = {}
    closing: dict[str, End] = {}

    def root(name: str, attributes: dict[str, str]) -> None:
        prefix = name[: name.rfind(":") + 1]
        opening.update((prefix + own, call) for own, call in starts.items())
        closing.update((prefix + own, call) for own, call in ends.items())
        parser.StartElementHandler = start

    def start(name: str, attributes: dict[str, str]) -> None:
        call = opening.get(name)
        if call is not None:
            call(attributes)

    def end(name: str) -> None:
        call = closing.get(name)
        if call is not None:
            call()

    def refuse(*_: Any) -> None:
        raise UnsupportedFile(file, f"declares a DOCTYPE in {part}, which no program writes; {DAMAGED}")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = root
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise UnsupportedFile(file, f"is damaged: its part {part} cannot be read; {DAMAGED}") from None


class Texts:
    """Text of elements such as <t> and <v>; left out are the reading aids of Japanese (<rPh>) and runs that are struck.

    Digits above the line become ², so that they are no part of the number before them.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.void: list[str] = []
        self.inside = self.aid = self.struck = self.above = False

    def handlers(self) -> tuple[dict[str, Start], dict[str, End]]:
        """What `parse_part` is to call for text in runs."""
        return (
            {
                "t": self.open_text,
                "rPh": self.open_aid,
                "strike": self.open_strike,
                "vertAlign": self.open_place,
            },
            {"t": self.close_text, "rPh": self.close_aid, "r": self.close_run},
        )

    def open_text(self, attributes: dict[str, str]) -> None:
        self.inside = not self.aid

    def close_text(self) -> None:
        self.inside = False

    def open_aid(self, attributes: dict[str, str]) -> None:
        self.aid = True

    def close_aid(self) -> None:
        self.aid = False

    def open_strike(self, attributes: dict[str, str]) -> None:
        self.struck = attributes.get("val", "1") not in {"0", "false", "off"}

    def open_place(self, attributes: dict[str, str]) -> None:
        self.above = attributes.get("val") == "superscript"

    def close_run(self) -> None:
        self.struck = self.above = False

    def text(self, data: str) -> None:
        if self.inside:
            (self.void if self.struck else self.pieces).append(raised(data) if self.above else data)

    def taken(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        return text

    def taken_void(self) -> str:
        text = "".join(self.void)
        self.void.clear()
        return text


def shared_strings(package: Package, parts: list[str]) -> tuple[list[str], dict[int, str]]:
    """The shared strings, the runs of one string joined, and by their numbers what of them is struck out."""
    strings: list[str] = []
    struck: dict[int, str] = {}
    texts = Texts()

    def close() -> None:
        if texts.void:
            struck[len(strings)] = texts.taken_void()
        strings.append(unescaped(texts.taken()))

    starts, ends = texts.handlers()
    ends["si"] = close
    for part in parts[:1]:
        parse_part(package.part(part), package.file, part, starts, ends, texts.text)
    return strings, struck


def unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as _x000D_.

    >>> unescaped("甲_x000D_\\n乙_x005F_x000D_")
    '甲\\r\\n乙_x000D_'
    """
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
