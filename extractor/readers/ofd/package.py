"""The parts of an OFD package, and how they name each other.

GB/T 33190, chapter 7: a part names another by a path from its own folder, or from the root of the package where it
begins with "/". Programs differ in letter case, slashes and namespaces; none of that changes what is meant.
"""

from __future__ import annotations

import math
import posixpath
import re
from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.readers.archive import member_name
from extractor.readers.ooxml import DamagedPart, Package
from extractor.readers.printed.frame import Matrix

_CHINESE = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["'](?:gb2312|gbk|gb18030)["'][^>]*\?>""", re.IGNORECASE)
"""An XML declaration with an encoding that the XML parser does not know."""
_FARTHEST = 1e6
"""Millimetres; what is farther away than a kilometre stands on no page."""


class Part(NamedTuple):
    """A part's root element, and the part's name."""

    root: Element
    name: str


class OfdPackage(Package):
    """An OFD file's parts, their elements without namespaces."""

    advice = "get a complete copy, or open it in its OFD reader and print it as PDF"

    def __init__(self, raw: bytes, file: str) -> None:
        super().__init__(raw, file)
        self._known = {_key(member_name(entry)): entry.filename for entry in self._zip.infolist()}

    def find(self, location: str | None, base: str = "") -> str | None:
        """The name of the part that `base` calls so; None where there is none."""
        if not location or not location.strip():
            return None
        path = location.strip().replace("\\", "/")
        folders = ("/",) if path.startswith("/") else (f"/{posixpath.dirname(base)}", "/")
        return next((name for folder in folders if (name := self._known.get(_key(posixpath.join(folder, path))))), None)

    def open(self, location: str | None, base: str = "") -> Part | None:
        """The part that `base` calls so; None where there is none, or where it is damaged."""
        name = self.find(location, base)
        try:
            return None if name is None else Part(self.xml(name), name)
        except DamagedPart:
            return None

    def part(self, name: str) -> bytes:
        data = super().part(name)
        if declared := _CHINESE.match(data[:200]):
            return data[declared.end() :].decode("gb18030", "replace").encode()
        return data

    def xml(self, name: str) -> Element:
        root = super().xml(name)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root


def _key(name: str) -> str:
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lstrip("/").lower()


def numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    """So many numbers, those far beyond any page brought nearer; None where there are fewer.

    >>> numbers("0 0 210 297", 4), numbers("1 2", 3), numbers("nan 1e9", 2), numbers("1 1e999", 2)
    ((0.0, 0.0, 210.0, 297.0), None, None, (1.0, 1000000.0))
    """
    try:
        found = tuple(map(float, (text or "").replace(",", " ").split()))[:count]
    except ValueError:
        return None
    if len(found) < count or any(map(math.isnan, found)):
        return None
    if min(found) >= -_FARTHEST and max(found) <= _FARTHEST:
        return found
    return tuple(min(max(one, -_FARTHEST), _FARTHEST) for one in found)


def number(text: str | None, default: float) -> float:
    """One number, or what stands for it where there is none.

    >>> number("1.5", 1.0), number(None, 1.0), number("nan", 1.0), number("-1e400", 1.0)
    (1.5, 1.0, 1.0, -1000000.0)
    """
    if text is None:
        return default
    try:
        found = float(text)
    except ValueError:
        return default
    if -_FARTHEST <= found <= _FARTHEST:
        return found
    return default if math.isnan(found) else math.copysign(_FARTHEST, found)


def matrix(element: Element) -> Matrix | None:
    """From an object's own coordinates to those of what it stands in: CTM, then the corner of its boundary.

    None where what the file gives are no numbers.

    >>> matrix(Element("TextObject", Boundary="10 20 5 5", CTM="2 0 0 2 1 0"))
    (2.0, 0.0, 0.0, 2.0, 11.0, 20.0)
    """
    boundary, transform = element.get("Boundary"), element.get("CTM")
    corner = numbers(boundary, 2) if boundary else (0.0, 0.0)
    if corner is None:
        return None
    if not transform:
        return 1.0, 0.0, 0.0, 1.0, corner[0], corner[1]
    inner = numbers(transform, 6)
    return None if inner is None else (*inner[:4], inner[4] + corner[0], inner[5] + corner[1])  # type: ignore[return-value]
