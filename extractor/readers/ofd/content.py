"""What stands on a page: the objects of its layers and templates, blocks and composite units opened.

GB/T 33190, chapters 7, 8 and 13. Every object comes with the way from its own coordinates to those of the page, in
points, y upwards. A unit may be placed in another, and a hostile file places one in itself: so deep is not looked, nor
at more objects than a page of tables has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.readers.ofd.package import matrix as own_matrix
from extractor.readers.ofd.package import number
from extractor.readers.printed.frame import Matrix, times
from extractor.readers.printed.rules import MAX_DEPTH, MAX_OBJECTS

_APART = frozenset({"Clips", "Actions", "Area", "PageRes", "Template"})
"""Elements in which there is nothing that is printed by itself."""


class Text(NamedTuple):
    """A text object; `drawn`: somebody sees it; `stamp`: it lies over the page, as watermarks do."""

    element: Element
    matrix: Matrix
    drawn: bool
    stamp: bool


class Placed(NamedTuple):
    """A path object or a picture."""

    element: Element
    matrix: Matrix


@dataclass(slots=True)
class Content:
    """Everything on a page, in the order in which it is drawn.

    `lost` holds what stands at no place of any page; `missing` counts what is named and is not in the file. A page is
    `layered` where its own text fills in that of a template: what belongs together is far apart in the file.
    """

    texts: list[Text] = field(default_factory=list)
    paths: list[Placed] = field(default_factory=list)
    pictures: list[Placed] = field(default_factory=list)
    lost: list[Element] = field(default_factory=list)
    missing: int = 0
    layered: bool = False
    left: int = MAX_OBJECTS

    def add(
        self,
        elements: Iterable[Element],
        matrix: Matrix,
        units: Mapping[str, Element],
        *,
        drawn: bool = True,
        stamp: bool = False,
        depth: int = 0,
    ) -> None:
        """Objects, and what they are made of; `units` are the composite units by their numbers."""
        for element in elements:
            if self.left <= 0:
                return
            self.left -= 1
            match element.tag:
                case "TextObject" | "PathObject" | "ImageObject" | "CompositeObject":
                    own = own_matrix(element)
                    if own is None:
                        self.lost.append(units.get(element.get("ResourceID", ""), element))
                        continue
                    place, seen = times(own, matrix), drawn and is_drawn(element)
                    if element.tag == "TextObject":
                        self.texts.append(Text(element, place, seen and _is_painted(element), stamp))
                    elif element.tag == "CompositeObject":
                        self._unit(element, place, units, drawn=seen, stamp=stamp, depth=depth)
                    elif seen and not stamp:
                        (self.paths if element.tag == "PathObject" else self.pictures).append(Placed(element, place))
                case tag if tag not in _APART:
                    self.add(element, matrix, units, drawn=drawn, stamp=stamp, depth=depth)

    def _unit(
        self, element: Element, place: Matrix, units: Mapping[str, Element], *, drawn: bool, stamp: bool, depth: int
    ) -> None:
        unit = units.get(element.get("ResourceID", ""))
        if unit is None:
            self.missing += 1
            return
        if depth >= MAX_DEPTH:
            self.left = 0
            return
        self.add(unit, place, units, drawn=drawn, stamp=stamp, depth=depth + 1)


def is_drawn(element: Element) -> bool:
    """Whether an object is visible at all.

    >>> is_drawn(Element("PathObject", Visible="false")), is_drawn(Element("TextObject", Alpha="51"))
    (False, True)
    """
    return element.get("Visible") != "false" and number(element.get("Alpha"), 255.0) > 0


def _is_painted(text: Element) -> bool:
    return text.get("Fill") != "false" or text.get("Stroke") == "true"
