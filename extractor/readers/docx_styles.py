"""What a Word paragraph or run takes from its style: its list, and whether it is hidden."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from extractor.readers.numbering import ListPlace, W

_LONGEST_CHAIN = 20


class Styles:
    """The styles of one document; `lists` are those that number their paragraphs.

    A style takes from the style that it is based on what it does not say itself (ECMA-376 part 1, 17.7).
    """

    def __init__(self, root: Element | None) -> None:
        self.lists: dict[str, ListPlace] = {}
        self.default: str | None = None
        self._hidden: dict[str, bool] = {}
        elements = {
            style.get(f"{W}styleId", ""): style for style in (root.findall(f"{W}style") if root is not None else ())
        }
        for name in elements:
            chain = _chain(name, elements)
            place = next((place for style in chain if (place := _list(style.find(f"{W}pPr/{W}numPr")))), None)
            if place is not None and place.number != "0":
                self.lists[name] = place
            marks = (style.find(f"{W}rPr/{W}vanish") for style in chain)
            self._hidden[name] = is_on(next((mark for mark in marks if mark is not None), None))
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

    def hides(self, properties: Element | None) -> bool:
        """Whether a paragraph's style hides its text."""
        return self._hidden.get(_value(properties, "pStyle") or self.default or "", False)

    def run_hides(self, properties: Element | None, otherwise: bool) -> bool:
        """Whether a run is hidden: by itself, by its own style, else as its paragraph is."""
        if properties is None:
            return otherwise
        mark = properties.find(f"{W}vanish")
        if mark is not None:
            return is_on(mark)
        return self._hidden.get(_value(properties, "rStyle") or "", False) or otherwise


def is_on(mark: Element | None) -> bool:
    """Whether a switch (`w:vanish`, `w:hidden`) is there and on."""
    return mark is not None and mark.get(f"{W}val", "true") not in {"0", "false", "off"}


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
