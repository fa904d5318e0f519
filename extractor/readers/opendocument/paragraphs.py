"""Text of OpenDocument paragraphs: spans, fields, symbols. What hangs on them (text boxes, pictures) is kept aside.

OpenDocument 1.3 part 3, chapters 6 and 7; white space as in 6.1.2: any run of it is one blank, none at the ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from extractor.readers.opendocument.document import DRAW, EXTENDED, FORM, LINK, OFFICE, TEXT, whole
from extractor.readers.opendocument.styles import Styles
from extractor.readers.symbols import UNKNOWN, is_private, is_symbol_font, printed_symbol, raised
from extractor.readers.word.docx_styles import Look

EXCERPT = 40
_FIELDS = "{urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0}"
_BLANKS = re.compile(r"[ \t\r\n]+")
_BLANK, _TAB = "\x1c", "\x1d"
"""Stand for blanks and tabs that a paragraph asks for; XML has no such characters."""
_MOST_BLANKS = 1_000
_SHAPES = frozenset(
    f"{DRAW}{name}"
    for name in ("frame", "g", "custom-shape", "rect", "ellipse", "circle", "line", "path", "polygon", "polyline")
)
_UNPRINTED = frozenset(
    {f"{TEXT}{name}" for name in ("number", "ruby-text", "note-citation", "tracked-changes", "sequence-decls")}
    | {f"{OFFICE}forms", f"{OFFICE}annotation-end"}
)
_BOX = "\N{BALLOT BOX WITH CHECK}"


@dataclass(slots=True)
class Paragraphs:
    """Reads paragraphs in print order; boxes, notes and pictures are gathered on the way."""

    styles: Styles
    note: Callable[[str, str], None]
    """Is told of what is not read: its kind, and its first words."""
    controls: dict[str, Element] = field(default_factory=dict)
    """Form fields by their names."""
    boxes: list[Element] = field(default_factory=list)
    """Text boxes, not read yet."""
    footnotes: list[Element] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    pictures: int = 0

    def text(self, paragraph: Element, family: str = "paragraph", above: Look | None = None) -> str:
        """A paragraph as it is shown; a line break in it is a newline."""
        style = paragraph.get(f"{TEXT}style-name")
        look = self.styles.look(family, style).over(above or Look())
        hidden = paragraph.find(f"{TEXT}hidden-paragraph")
        if hidden is not None and hidden.get(f"{TEXT}is-hidden") == "true":
            look = look._replace(hidden=True)
        parts: list[str] = []
        self._inline(paragraph, parts, look)
        return _joined(parts)

    def _inline(self, element: Element, parts: list[str], look: Look) -> None:
        if element.text:
            parts.append(self._shown(element.text, look))
        for child in element:
            self._child(child, parts, look)
            if child.tail:
                parts.append(self._shown(child.tail, look))

    def _child(self, child: Element, parts: list[str], look: Look) -> None:
        match child.tag.removeprefix(TEXT):
            case "s":
                parts.append(_BLANK * min(whole(child.get(f"{TEXT}c")), _MOST_BLANKS))
            case "tab":
                parts.append(_TAB)
            case "line-break":
                parts.append("\n")
            case "span":
                own = self.styles.look("text", child.get(f"{TEXT}style-name"))
                self._inline(child, parts, own.over(look))
            case "note":
                self.footnotes += child.iterfind(f"{TEXT}note-body")
            case "hidden-text":
                if child.get(f"{TEXT}is-hidden") == "true":
                    self.note("hidden_text", child.get(f"{TEXT}string-value", "")[:EXCERPT])
                else:
                    self._inline(child, parts, look)
            case _:
                self._other(child, parts, look)

    def _other(self, child: Element, parts: list[str], look: Look) -> None:
        tag = child.tag
        if tag == f"{OFFICE}annotation":
            if words := excerpt(child).strip():
                self.comments.append(words)
        elif tag in _SHAPES:
            self.shape(child)
        elif tag == f"{DRAW}control":
            parts.append(_entered(self.controls.get(child.get(f"{DRAW}control", ""))))
        elif tag == f"{_FIELDS}fieldmark":
            parts.append(_ticked(child))
        elif tag == f"{EXTENDED}content-control" and child.get(f"{EXTENDED}showing-place-holder") == "true":
            self.note("placeholder", excerpt(child))
        elif tag not in _UNPRINTED:
            self._inline(child, parts, look)

    def shape(self, shape: Element) -> None:
        """Something drawn: the text boxes in it, else a picture or an object."""
        found = [box for box in _boxes(shape) if box.itertext() and "".join(box.itertext()).strip()]
        self.boxes += found
        if found:
            return
        objects = [one for name in ("object", "object-ole") for one in shape.iter(f"{DRAW}{name}")]
        if objects:
            self.note("embedded_object", objects[0].get(LINK, "").removeprefix("./"))
        elif next(shape.iter(f"{DRAW}image"), None) is not None:
            self.pictures += 1

    def _shown(self, text: str, look: Look) -> str:
        text = _BLANKS.sub(" ", text)
        if look.hidden or look.struck:
            if text.strip():
                self.note("hidden_text" if look.hidden else "struck_text", text.strip()[:EXCERPT])
            return ""
        if look.raised:
            text = raised(text)
        font = look.font or ""
        if text.isascii() and not is_symbol_font(font):
            return text
        return "".join(self._symbol(one, font) for one in text)

    def _symbol(self, one: str, font: str) -> str:
        if not (is_private(one) or (is_symbol_font(font) and not one.isspace() and ord(one) <= 0xFF)):
            return one
        shown = printed_symbol(ord(one), font)
        if shown == UNKNOWN:
            self.note("unknown_symbol", f"{font} {ord(one):04X}")
        return shown


def _joined(parts: list[str]) -> str:
    """Pieces of a paragraph: one blank for any run of white space, and those that were asked for as they are.

    >>> _joined([" 绩效 ", " 目标", "\\n", _BLANK, _BLANK, "a "])
    '绩效 目标\\n  a'
    """
    text = re.sub(r" *\n *", "\n", re.sub(" {2,}", " ", "".join(parts)).strip(" "))
    return text.replace(_BLANK, " ").replace(_TAB, "\t")


def _boxes(shape: Element) -> Iterator[Element]:
    """Elements that hold paragraphs, below something drawn."""
    if shape.tag in {f"{DRAW}text-box", f"{DRAW}custom-shape"} or shape.find(f"{TEXT}p") is not None:
        yield shape
        return
    for child in shape:
        yield from _boxes(child)


def _entered(control: Element | None) -> str:
    """What a form field shows."""
    if control is None:
        return ""
    kind = control.tag.removeprefix(FORM)
    if kind in {"checkbox", "radio"}:
        state = control.get(f"{FORM}current-state") or control.get(f"{FORM}current-selected")
        return _BOX if state in {"checked", "true"} else "□"
    return control.get(f"{FORM}current-value") or control.get(f"{FORM}value") or ""


def _ticked(mark: Element) -> str:
    """A tick box that Word made."""
    if not mark.get(f"{_FIELDS}type", "").endswith("CHECKBOX"):
        return ""
    values = {one.get(f"{_FIELDS}name"): one.get(f"{_FIELDS}value") for one in mark.iter(f"{_FIELDS}param")}
    return _BOX if values.get("Checkbox_Checked") == "true" else "□"


def excerpt(element: Element) -> str:
    """The first words below an element."""
    return " ".join("".join(f"{one} " for one in _words(element)).split())[:EXCERPT]


def _words(element: Element) -> Iterator[str]:
    for paragraph in element.iter():
        if paragraph.tag in {f"{TEXT}p", f"{TEXT}h"}:
            yield "".join(paragraph.itertext())
