"""An OpenDocument file as bytes from a stranger: a ZIP package of XML parts, or one XML file (FODT, FODS).

OpenDocument 1.3, part 2 (packages) and part 3, 3.1 (documents). What a file is, its body says, not its name.
"""

from __future__ import annotations

from typing import NoReturn
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.ooxml import DOCTYPES, Package

_URN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TEXT, TABLE, DRAW, STYLE, FORM = (
    _URN % name for name in ("office", "text", "table", "drawing", "style", "form")
)
FO = _URN % "xsl-fo-compatible"
LINK = "{http://www.w3.org/1999/xlink}href"
EXTENDED = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED = b"encryption-data"
_ADVICE = "get a complete copy, or open it in LibreOffice or WPS and save it as .docx or .xlsx"


class OpenDocument:
    """The parts of a file: its body, and the elements that hold its styles, of the whole document first."""

    def __init__(self, raw: bytes, file: str) -> None:
        self.file = file
        roots = _packed(raw, file) if raw.startswith(b"PK") else [_flat(raw, file)]
        body = roots[-1].find(f"{OFFICE}body")
        if body is None or not len(body):
            _refuse(file, f"is damaged: it has no body; {_ADVICE}")
        self.body: Element = body[0]
        self.roots = roots
        """styles.xml and content.xml, or the one part of a flat file."""

    @property
    def kind(self) -> str:
        """What the body is: "text", "spreadsheet", "presentation" …"""
        return self.body.tag.rpartition("}")[2]


def _packed(raw: bytes, file: str) -> list[Element]:
    package = Package(raw, file)
    if _MANIFEST in package and _ENCRYPTED in package.part(_MANIFEST):
        _refuse(file, "needs a password; open it, take the password off, and save it again")
    styles = [package.xml("styles.xml")] if "styles.xml" in package else []
    return [*styles, package.xml("content.xml")]


def _flat(raw: bytes, file: str) -> Element:
    if any(doctype in raw for doctype in DOCTYPES):
        _refuse(file, "declares a DOCTYPE, which no program writes; open it in its own program and save it anew")
    try:
        return ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError):
        _refuse(file, f"is damaged: it is no well-formed XML; {_ADVICE}")


def whole(text: str | None, otherwise: int = 1) -> int:
    """A number of cells, rows or blanks as written, else what holds where none is."""
    return int(text) if text and len(text) < 8 and text.isascii() and text.isdigit() else otherwise


def _refuse(file: str, message: str) -> NoReturn:
    raise UnsupportedFile(file, message)
