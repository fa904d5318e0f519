"""What a Word paragraph or run takes from its style: its list, and how its text looks as far as that changes it.

A style takes from the style that it is based on what it does not say itself (ECMA-376 part 1, 17.7).
"""

from __future__ import annotations

from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.readers.numbering import ListPlace, W

_LONGEST_CHAIN = 20


class Look(NamedTuple):
    """Whether text is hidden, struck out or above the line, and its font; None where nothing says so."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    font: str | None = None

    def over(self, other: Look) -> Look:
        """This look, and the other's for what this one leaves open."""
        return Look(
            other.hidden if self.hidden is None else self.hidden,
            other.struck if self.struck is None else self.struck,
            other.raised if self.raised is None else self.raised,
            other.font if self.font is None else self.font,
        )


_OPEN = Look()


class Styles:
    """The styles of one document; `lists` are those that number their paragraphs."""

    def __init__(self, root: Element | None) -> None:
        self.lists: dict[str, ListPlace] = {}
        self.default: str | None = None
        self._looks: dict[str, Look] = {}
        elements = {
            style.get(f"{W}styleId", ""): style for style in (root.findall(f"{W}style") if root is not None else ())
        }
        for name in elements:
            chain = _chain(name, elements)
            place = next((place for style in chain if (place := _list(style.find(f"{W}pPr/{W}numPr")))), None)
            if place is not None and place.number != "0":
                self.lists[name] = place
            look = _OPEN
            for style in chain:
                look = look.over(_look(style.find(f"{W}rPr")))
            self._looks[name] = look
            style = elements[name]
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true", "on"}:
                self.default = name

    def list_of(self, properties: Element | None) -> tuple[ListPlace | None, str | None]:
        """The list of a paragraph with these properties, and the paragraph's style."""
        style = _value(properties, "pStyle") or self.default
        own = _list(properties.find(f"{W}numPr")) if properties is not None else None
        inherited = self.lists.get(style or "")
        if own is None:
            return inherited, style
        if not own.number:
            # The paragraph changes the level only; the list is its style's.
            return (ListPlace(inherited.number, own.level) if inherited else None), style
        return (own if own.number != "0" else None), style

    def of_paragraph(self, properties: Element | None) -> Look:
        """How text of a paragraph with these properties looks."""
        return self._looks.get(_value(properties, "pStyle") or self.default or "", _OPEN)

    def of_run(self, properties: Element | None, paragraph: Look) -> Look:
        """How a run looks: by itself, by its own style, else as its paragraph does."""
        if properties is None:
            return paragraph
        style = self._looks.get(_value(properties, "rStyle") or "", _OPEN)
        return _look(properties).over(style).over(paragraph)


def is_on(mark: Element | None) -> bool:
    """Whether a switch (`w:vanish`, `w:hidden`) is there and on."""
    return mark is not None and mark.get(f"{W}val", "true") not in {"0", "false", "off"}


def _look(properties: Element | None) -> Look:
    if properties is None or not len(properties):
        return _OPEN
    hidden, struck, doubly = (properties.find(W + name) for name in ("vanish", "strike", "dstrike"))
    place = _value(properties, "vertAlign")
    fonts = properties.find(f"{W}rFonts")
    return Look(
        None if hidden is None else is_on(hidden),
        None if struck is None and doubly is None else is_on(struck) or is_on(doubly),
        None if place is None else place == "superscript",
        None if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi"),
    )


def _chain(name: str, elements: dict[str, Element]) -> list[Element]:
    chain: list[Element] = []
    style = elements.get(name)
    while style is not None and len(chain) < _LONGEST_CHAIN:
        chain.append(style)
        style = elements.get(_value(style, "basedOn") or "")
    return chain


def _list(properties: Element | None) -> ListPlace | None:
    if properties is None:
        return None
    level = _value(properties, "ilvl")
    return ListPlace(_value(properties, "numId") or "", int(level) if level and level.isdecimal() else None)


def _value(parent: Element | None, name: str) -> str | None:
    child = parent.find(W + name) if parent is not None else None
    return child.get(f"{W}val") if child is not None else None
