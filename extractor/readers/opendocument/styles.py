"""What styles say of texts, tables and columns, as far as it changes what a person sees.

OpenDocument 1.3 part 3, chapter 16: a style takes from its parent what it does not say itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from extractor.readers.opendocument.document import FO, STYLE, TABLE, TEXT
from extractor.readers.word.docx_styles import Look

_LONGEST_CHAIN = 20
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(in|cm|mm|pt|pc|px)")
_TWIPS = {"in": 1440.0, "cm": 1440 / 2.54, "mm": 144 / 2.54, "pt": 20.0, "pc": 240.0, "px": 15.0}
_OPEN = Look()


class Styles:
    """The styles of one document, by family and name; those of its content take the place of the others."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._styles: dict[tuple[str, str], Element] = {}
        self._looks: dict[tuple[str, str], Look] = {}
        self._fonts: dict[str, str] = {}
        self.lists: dict[str, Element] = {}
        self.outline: Element | None = None
        self.pages: list[Element] = []
        """Master pages, which hold headers and footers."""
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                self._styles[style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")] = style
            for font in root.iter(f"{STYLE}font-face"):
                family = font.get("{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}font-family", "")
                self._fonts[font.get(f"{STYLE}name", "")] = family.strip("'\"")
            for one in root.iter(f"{TEXT}list-style"):
                self.lists[one.get(f"{STYLE}name", "")] = one
            self.outline = next(root.iter(f"{TEXT}outline-style"), self.outline)
            self.pages += root.iter(f"{STYLE}master-page")

    def look(self, family: str, name: str | None) -> Look:
        """How text of a style looks; `Look()` where nothing is said of it."""
        key = (family, name or "")
        known = self._looks.get(key)
        if known is None:
            known = _OPEN
            for style in self._chain(key):
                known = known.over(self._own(style.find(f"{STYLE}text-properties")))
            self._looks[key] = known
        return known

    def property(self, family: str, name: str | None, of: str, attribute: str) -> str | None:
        """An attribute of a style's `of`-properties (of "table-column": its column-width)."""
        for style in self._chain((family, name or "")):
            found = style.find(f"{STYLE}{of}-properties")
            if found is not None and (value := found.get(attribute)) is not None:
                return value
        return None

    def is_displayed(self, table: Element) -> bool:
        """Whether a table, or sheet, is shown."""
        style = table.get(f"{TABLE}style-name")
        return self.property("table", style, "table", f"{TABLE}display") != "false"

    def master_page(self, table: Element) -> str | None:
        """Name of the page that a sheet is printed on."""
        chain = self._chain(("table", table.get(f"{TABLE}style-name", "")))
        return next((name for style in chain if (name := style.get(f"{STYLE}master-page-name"))), None)

    def column_width(self, column: Element) -> int:
        """Width of a column in twentieths of a point; 0 where it is not known."""
        style = column.get(f"{TABLE}style-name")
        return twips(self.property("table-column", style, "table-column", f"{STYLE}column-width"))

    def _chain(self, key: tuple[str, str]) -> list[Element]:
        chain: list[Element] = []
        style = self._styles.get(key)
        while style is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(style)
            style = self._styles.get((key[0], style.get(f"{STYLE}parent-style-name", "")))
        return chain

    def _own(self, properties: Element | None) -> Look:
        if properties is None:
            return _OPEN
        display = properties.get(f"{TEXT}display")
        line = properties.get(f"{STYLE}text-line-through-style")
        line = line or properties.get(f"{STYLE}text-line-through-type")
        position = properties.get(f"{STYLE}text-position")
        font = properties.get(f"{STYLE}font-name")
        return Look(
            None if display is None else display == "none",
            None if line is None else line != "none",
            None if position is None else is_above(position),
            properties.get(f"{FO}font-family") if font is None else self._fonts.get(font) or font,
        )


def is_above(position: str) -> bool:
    """Whether a text position is above the line.

    >>> is_above("super 58%"), is_above("33% 58%"), is_above("sub 58%"), is_above("0% 100%")
    (True, True, False, False)
    """
    place, _, size = position.partition(" ")
    if place in {"super", "sub"}:
        return place == "super"
    return place.endswith("%") and place[:-1].isdecimal() and int(place[:-1]) > 0 and size != "100%"


def twips(length: str | None) -> int:
    """A length in twentieths of a point; 0 for none.

    >>> twips("2.54cm"), twips("0.5in"), twips(None)
    (1440, 720, 0)
    """
    match = _LENGTH.fullmatch(length or "")
    return round(float(match[1]) * _TWIPS[match[2]]) if match else 0
