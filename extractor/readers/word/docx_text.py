"""Text of Word paragraphs: runs, fields, formulas, symbols. What hangs on them (text boxes, pictures) is kept aside.

ECMA-376 part 1: 17.16 (fields), 17.5.2 (content controls), 22.1 (formulas).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from extractor.readers.numbering import Numbering, W, numeral
from extractor.readers.parsed import TextBuilder
from extractor.readers.symbols import UNKNOWN, is_private, is_symbol_font, printed_symbol, raised
from extractor.readers.word.docx_styles import Look, Styles, is_on

EXCERPT = 40
T = f"{W}t"
_R, _FIELD_MARK, _FIELD_CODE = (W + name for name in ("r", "fldChar", "instrText"))
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_GRAPHIC = "{http://schemas.openxmlformats.org/drawingml/2006/main}graphicData"
_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
_LETTERING = "{urn:schemas-microsoft-com:vml}textpath"
_OLE = "{urn:schemas-microsoft-com:office:office}OLEObject"
_DRAWN = ("/diagram", "/chart", "/chartex")
_PRINTED = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_MARKS = {W + name: text for name, text in _PRINTED.items()}
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
UNPRINTED = frozenset(
    W + name for name in ("instrText", "delText", "delInstrText", "rt", "rubyPr", "pPr", "rPr", "tblPr", "tblGrid")
) | frozenset(W + name for name in ("trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "tblPrEx"))
_WRAPPERS = frozenset(W + name for name in ("ins", "moveTo", "customXml", "smartTag", "sdt", "sdtContent")) | {
    f"{_MC}AlternateContent",
    f"{_MC}Choice",
    f"{_MC}Fallback",
}
_CIRCLED = re.compile(r"\s*eq\s*\\o\s*(?:\\a[clr]\s*)?\(\s*[○〇]\s*[,;，]\s*(\d{1,2})\s*\)\s*", re.IGNORECASE)
_EQUATION = re.compile(r"\s*eq\b", re.IGNORECASE)


@dataclass(slots=True)
class _Field:
    """A field that is open: its code is not printed, its result (behind the separator) is."""

    code: str = ""
    in_code: bool = True


@dataclass(slots=True)
class TextReader:
    """Reads paragraphs in print order; boxes, pictures and changes are gathered on the way."""

    styles: Styles
    numbering: Numbering
    out: TextBuilder
    boxes: list[Element | str] = field(default_factory=list)
    """Text boxes (`w:txbxContent`) and words of lettering, not read yet."""
    inserted: int = 0
    deleted: int = 0
    pictures: int = 0
    _fields: list[_Field] = field(default_factory=list)
    _begins: frozenset[Element] = frozenset()

    def unfold(self, element: Element) -> Iterator[Element]:
        """Children, those of wrappers (content controls, insertions, alternatives) in their place."""
        for child in element:
            tag = child.tag
            if tag in _DELETED:
                self.deleted += 1
            elif tag not in _WRAPPERS:
                yield child
            elif tag == f"{_MC}AlternateContent":
                # Both sides hold the same thing, for newer and for older programs.
                side = child.find(f"{_MC}Choice")
                side = child.find(f"{_MC}Fallback") if side is None else side
                if side is not None:
                    yield from self.unfold(side)
            elif is_on(child.find(f"{W}sdtPr/{W}showingPlcHdr")):
                self.out.note("placeholder", excerpt(child))
            else:
                self.inserted += tag == f"{W}ins"
                yield from self.unfold(child)

    def paragraph(self, paragraph: Element, before: str = "") -> str:
        """A paragraph's number and text; `before` is the text of paragraphs that run on into this one."""
        properties = paragraph.find(f"{W}pPr")
        marker = ""
        if properties is not None or self.styles.default is not None:
            place, style = self.styles.list_of(properties)
            marker = self.numbering.marker(place, style) if place is not None else ""
        return marker + before + self.text(paragraph, self.styles.of_paragraph(properties))

    def text(self, element: Element, look: Look | None = None) -> str:
        """The text below an element, without a paragraph's number."""
        parts: list[str] = []
        self._begins = _whole_fields(element)
        self._inline(element, parts, look or Look())
        self._fields.clear()
        return "".join(parts)

    def _inline(self, element: Element, parts: list[str], look: Look) -> None:
        for child in self.unfold(element):
            if child.tag == _R:
                self._run(child, parts, look)
            elif child.tag.startswith(_M):
                self._formula(child, parts, look)
            elif child.tag not in UNPRINTED:
                self._inline(child, parts, look)

    def _formula(self, element: Element, parts: list[str], look: Look) -> None:
        """A formula on one line: 1/3, 10⁴, √2; of other forms the parts in their order."""

        def part(name: str) -> str:
            below: list[str] = []
            one = element.find(_M + name)
            if one is not None:
                self._inline(one, below, look)
            return "".join(below)

        match element.tag.removeprefix(_M):
            case "t":
                parts.append(element.text or "")
            case "f":
                parts.append(f"{_bracketed(part('num'))}/{_bracketed(part('den'))}")
            case "sSup" | "sSubSup":
                above = part("sup")
                parts += (part("e"), part("sub"), raised(above) if above.isdecimal() else f"^{_bracketed(above)}")
            case "rad":
                parts.append(f"{raised(part('deg'))}√{_bracketed(part('e'))}")
            case _:
                self._inline(element, parts, look)

    def _run(self, run: Element, parts: list[str], paragraph: Look) -> None:
        properties = run.find(f"{W}rPr")
        look = self.styles.of_run(properties, paragraph)
        left_out = "hidden_text" if look.hidden else "struck_text" if look.struck else ""
        for child in self.unfold(run):
            tag = child.tag
            if tag == _FIELD_CODE and self._fields:
                self._fields[-1].code += child.text or ""
            elif left_out or (tag != _FIELD_MARK and any(one.in_code for one in self._fields)):
                if tag == _FIELD_MARK:
                    self._field_mark(child)
                elif text := "".join(one.text or "" for one in child.iter(T)).strip():
                    self.out.note(left_out or "hidden_text", text[:EXCERPT])
            elif tag == T:
                parts.append(self._shown(child, look))
            elif tag in _MARKS:
                parts.append(_MARKS[tag])
            elif tag == f"{W}sym":
                parts.append(self._symbol(whole(child.get(f"{W}char"), 16), child.get(f"{W}font", "")))
            elif tag == _FIELD_MARK:
                parts.append(self._field_mark(child))
            elif tag in {f"{W}drawing", f"{W}pict", f"{W}object"}:
                self._drawing(child)
            elif tag not in UNPRINTED:
                self._inline(child, parts, paragraph)

    def _shown(self, element: Element, look: Look) -> str:
        text = element.text or ""
        if text[:1].isspace() or text[-1:].isspace():
            keep = element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
            text = text if keep else text.strip(" \t\r\n")
        if look.raised:
            text = raised(text)
        font = look.font or ""
        if is_symbol_font(font):
            is_letter = [not one.isspace() and (ord(one) <= 0xFF or is_private(one)) for one in text]
            return "".join(
                self._symbol(ord(one), font) if drawn else one for one, drawn in zip(text, is_letter, strict=True)
            )
        if text.isascii() or not any(map(is_private, text)):
            return text
        return "".join(self._symbol(ord(one), font) if is_private(one) else one for one in text)

    def _symbol(self, code: int, font: str) -> str:
        shown = printed_symbol(code, font)
        if shown == UNKNOWN:
            self.out.note("unknown_symbol", f"{font} {code:04X}")
        return shown

    def _field_mark(self, mark: Element) -> str:
        """What is printed where a field begins or ends: a form's tick box, an equation, which has no result."""
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            printed = "" if any(one.in_code for one in self._fields) else _form_field(mark)
            if mark in self._begins:
                self._fields.append(_Field())
            return printed
        if not self._fields:
            return _form_field(mark)
        if kind == "separate":
            self._fields[-1].in_code = False
            return ""
        ended = self._fields.pop()
        if kind != "end" or not ended.in_code or not _EQUATION.match(ended.code):
            return ""
        if circled := _CIRCLED.fullmatch(ended.code):
            return numeral(int(circled[1]), "decimalEnclosedCircle")
        self.out.note("unknown_symbol", " ".join(ended.code.split())[:EXCERPT])
        return UNKNOWN

    def _drawing(self, drawing: Element) -> None:
        if (ole := next(drawing.iter(_OLE), None)) is not None:
            self.out.note("embedded_object", ole.get("ProgID", ""))
            return
        boxes: list[Element | str] = list(self._text_boxes(drawing))
        boxes += [words for path in drawing.iter(_LETTERING) if (words := path.get("string", "").strip())]
        self.boxes += boxes
        if not boxes:
            graphics = (graphic.get("uri", "").endswith(_DRAWN) for graphic in drawing.iter(_GRAPHIC))
            self.pictures += any(graphics) or any(next(drawing.iter(tag), None) is not None for tag in (_BLIP, _IMAGE))

    def _text_boxes(self, element: Element) -> Iterator[Element]:
        for child in self.unfold(element):
            if child.tag == f"{W}txbxContent":
                yield child
            else:
                yield from self._text_boxes(child)


def _whole_fields(paragraph: Element) -> frozenset[Element]:
    """Beginnings of fields whose code also ends in this paragraph: any other must not swallow what follows."""
    whole: list[Element] = []
    open_: list[Element] = []
    for mark in paragraph.iter(_FIELD_MARK):
        if mark.get(f"{W}fldCharType") == "begin":
            open_.append(mark)
        elif open_:
            whole.append(open_[-1])
            if mark.get(f"{W}fldCharType") == "end":
                open_.pop()
    return frozenset(whole)


def excerpt(element: Element) -> str:
    """The first words below an element."""
    text = ""
    for piece in element.iter(T):
        text += piece.text or ""
        if len(text) >= EXCERPT:
            break
    return text[:EXCERPT]


def integer(parent: Element | None, name: str) -> int:
    """The whole number that a child holds, else 0."""
    child = parent.find(W + name) if parent is not None else None
    return whole(child.get(f"{W}val")) if child is not None else 0


def _form_field(mark: Element) -> str:
    """A form's tick box or choice is printed, though it stands in no text."""
    box = mark.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        state = box.find(f"{W}checked")
        return "☑" if is_on(box.find(f"{W}default") if state is None else state) else "□"
    choices = mark.find(f"{W}ffData/{W}ddList")
    if choices is not None:
        entries = [entry.get(f"{W}val", "") for entry in choices.iterfind(f"{W}listEntry")]
        chosen = integer(choices, "result")
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def _bracketed(text: str) -> str:
    """A part of a formula, in brackets where it is a sum or a product.

    >>> _bracketed("3"), _bracketed("a+b")
    ('3', '(a+b)')
    """
    return f"({text})" if re.search(r"[-+−×÷/=]", text) else text


def whole(text: str | None, base: int = 10) -> int:
    """A number as written, else 0."""
    try:
        return int(text or "", base)
    except ValueError:
        return 0
