"""The ZIP package of a Word or Excel file, or of others made of XML parts, opened as what it is: a stranger's bytes.

ECMA-376 part 2. A package is refused where it is damaged, needs a password, unpacks to more than any document
has, or declares a document type: OOXML has none, so a DOCTYPE is there for its entities alone.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from io import BytesIO
from typing import NoReturn
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from extractor.errors import UnsupportedFile

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of XML that one file may unpack to; a table of 10,000 projects has some 60 MB."""
MAX_MEMBERS = 20_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(wordprocessingml|spreadsheetml|officeDocument|drawingml)/")
_TRANSITIONAL = {
    b"wordprocessingml": b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
    b"spreadsheetml": b"http://schemas.openxmlformats.org/spreadsheetml/2006/",
    b"officeDocument": b"http://schemas.openxmlformats.org/officeDocument/2006/",
    b"drawingml": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class DamagedPart(UnsupportedFile):
    """One part cannot be read; others may be all that is needed."""


class Package:
    """The parts of an OOXML file, by name; every problem is an UnsupportedFile that names the file.

    Names of parts are equal whatever the case of their letters (ECMA-376 part 2, 6.2.2.3); some programs write a
    backslash between folders.
    """

    advice = "get a complete copy, or open it in Word and save it again"
    """What to do about a damaged file."""

    def __init__(self, raw: bytes, file: str) -> None:
        self.file = file
        self._unpacked = 0
        if raw.startswith(OLE):
            self._refuse(
                "needs a password; open it, take the password off, and save it again"
                if _ENCRYPTED in raw
                else "is an old Word or Excel file under a new name; give it its old suffix (.doc, .xls) back"
            )
        try:
            self._zip = ZipFile(BytesIO(raw))
        except (BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
            self._refuse(f"is damaged: its ZIP directory cannot be read; {self.advice}")
        self.names = frozenset(self._zip.namelist())
        self._names = {_key(name): name for name in self._zip.namelist()}
        if len(self.names) > MAX_MEMBERS:
            self._refuse(f"holds more than {MAX_MEMBERS:,} parts; open it in its own program and save it anew")

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return _key(name) in self._names

    def part(self, name: str) -> bytes:
        """The bytes of one part."""
        allowed = MAX_UNPACKED - self._unpacked
        try:
            entry = self._zip.getinfo(self._names[_key(name)])
            if entry.flag_bits & 1:
                self._refuse("needs a password; open it, take the password off, and save it again")
            with self._zip.open(entry) as stream:
                data = stream.read(allowed + 1)
        except (BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
            raise DamagedPart(self.file, f"is damaged: its part {name} cannot be unpacked; {self.advice}") from None
        self._unpacked += len(data)
        if len(data) > allowed:
            self._refuse(f"unpacks to more than {MAX_UNPACKED // 2**20} MB; split it into one file per department")
        return data

    def xml(self, name: str) -> ElementTree.Element:
        """The root element of one part; Strict namespaces (ISO 29500) become the Transitional ones."""
        data = self.part(name)
        if any(doctype in data for doctype in DOCTYPES):
            self._refuse(
                f"declares a DOCTYPE in {name}, which no program writes; open it in its own program and save it anew"
            )
        data = _STRICT.sub(lambda match: _TRANSITIONAL[match[1]], data)
        try:
            return ElementTree.fromstring(data)
        except (ElementTree.ParseError, ValueError, LookupError):
            raise DamagedPart(self.file, f"is damaged: its part {name} is not well-formed XML; {self.advice}") from None

    def related(self, part: str = "") -> dict[str, list[str]]:
        """Parts that `part` (default: the package) refers to, by kind: {"styles": ["word/styles.xml"]}."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self:
            return {}
        found: dict[str, list[str]] = {}
        for relation in self.xml(relations).iter(_RELATIONSHIP):
            if relation.get("TargetMode") == "External":
                continue
            kind = relation.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            if target in self:
                found.setdefault(kind, []).append(target)
        return found

    def _refuse(self, message: str) -> NoReturn:
        raise UnsupportedFile(self.file, message)


def _key(name: str) -> str:
    """What is the same for two names of one part.

    >>> _key("xl\\\\SharedStrings.xml")
    'xl/sharedstrings.xml'
    """
    return name.replace("\\", "/").lstrip("/").lower()
