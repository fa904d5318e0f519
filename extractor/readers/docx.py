"""Word documents (DOCX): text and tables as a person sees them on paper.

ECMA-376 part 1, chapter 17. What Word computes is computed here as well (automatic numbers, merged cells, symbol
fonts); what is not on paper or is void is left out (deletions, hidden and struck text, field codes); what is not in the
text's order (text boxes, footnotes) is read beside it; what cannot be read (pictures, embedded sheets) is noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.docx_styles import Styles, is_on
from extractor.readers.docx_tables import Placed, fold_slivers, to_grid
from extractor.readers.numbering import Numbering, W
from extractor.readers.ooxml import Package
from extractor.readers.parsed import MAX_CELLS, Parsed, TextBuilder
from extractor.readers.symbols import UNKNOWN, is_private, printed_symbol, raised

_P, _R, _T, _TBL, _TR, _TC = (W + name for name in ("p", "r", "t", "tbl", "tr", "tc"))
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M_T = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
_OLE = "{urn:schemas-microsoft-com:office:office}OLEObject"
_PRINTED = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_MARKS = {W + name: text for name, text in _PRINTED.items()}
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
_UNPRINTED = frozenset(
    W + name for name in ("instrText", "delText", "delInstrText", "rt", "rubyPr", "pPr", "rPr", "tblPr", "tblGrid")
) | frozenset(W + name for name in ("trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "tblPrEx"))
_WRAPPERS = frozenset(W + name for name in ("ins", "moveTo", "customXml", "smartTag", "sdt", "sdtContent")) | {
    f"{_MC}AlternateContent",
    f"{_MC}Choice",
    f"{_MC}Fallback",
}
_EXCERPT = 40


def read_docx(raw: bytes, file: str) -> Parsed:
    """Text and tables of a DOCX file; it has no pages until it is printed, so `page` is None throughout.

    Raises UnsupportedFile: damaged, encrypted, oversized, or no Word document.
    """
    try:
        return _Reader(Package(raw, file)).read()
    except RecursionError:
        raise UnsupportedFile(file, "nests its text hundreds of levels deep; that is no document") from None


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = (package.related().get("officeDocument") or ["word/document.xml"])[0]
        if self._main not in package.names or not self._main.endswith(".xml"):
            raise UnsupportedFile(package.file, "is no Word document, whatever its name says")
        root = package.xml(self._main)
        body = root.find(f"{W}body")
        if body is None:
            raise UnsupportedFile(package.file, "is no Word document, whatever its name says")
        self._body = body
        self._parts = package.related(self._main)
        self._styles = Styles(self._root("styles"))
        self._numbering = Numbering(self._root("numbering"), self._styles.lists)
        self._out = TextBuilder(package.file)
        self._boxes: list[Element] = []
        self._inserted = self._deleted = self._pictures = 0

    def read(self) -> Parsed:
        self._story(self._body)
        for kind in ("footnotes", "endnotes"):
            self._notes_at_the_end(kind)
        for kind in ("header", "footer"):
            self._page_margins(kind)
        if self._inserted or self._deleted:
            self._out.note("tracked_changes", f"+{self._inserted} −{self._deleted}")
        if self._pictures:
            self._out.note("picture", f"{self._pictures}")
        parsed = self._out.parsed()
        if not parsed.text.strip():
            raise UnsupportedFile(
                self._package.file,
                "holds pictures only; it must be read by OCR first"
                if self._pictures
                else "is empty; there is nothing to read",
            )
        return parsed

    def _root(self, kind: str) -> Element | None:
        return self._package.xml(self._parts[kind][0]) if kind in self._parts else None

    def _story(self, container: Element) -> None:
        """Paragraphs and tables outside of tables, each followed by the text boxes that hang on it."""
        for block in self._blocks(container):
            if isinstance(block, str):
                self._out.line(block)
            else:
                self._table(block)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self._out.note("text_box", _excerpt(box))
                self._story(box)

    def _blocks(self, container: Element) -> Iterator[str | Element]:
        """Texts of paragraphs, and tables. A paragraph whose end was deleted runs on into the next one."""
        held = ""
        for child in self._unfold(container):
            if child.tag == _TBL:
                yield child
            elif child.tag == f"{W}altChunk":
                self._out.note("inserted_file", "")
            elif child.tag == _P:
                text = held + self._paragraph(child)
                held = ""
                if child.find(f"{W}pPr/{W}rPr/{W}del") is not None:
                    held = text
                else:
                    yield text
            elif child.tag not in _UNPRINTED and (text := self._text(child)).strip():
                yield text
        if held:
            yield held

    def _unfold(self, element: Element) -> Iterator[Element]:
        """Children, those of wrappers (content controls, insertions, alternatives) in their place."""
        for child in element:
            tag = child.tag
            if tag in _DELETED:
                self._deleted += 1
            elif tag in _WRAPPERS:
                self._inserted += tag == f"{W}ins"
                if tag == f"{_MC}AlternateContent":
                    # Both sides hold the same thing, for newer and for older programs.
                    side = child.find(f"{_MC}Choice")
                    side = child.find(f"{_MC}Fallback") if side is None else side
                    if side is not None:
                        yield from self._unfold(side)
                else:
                    yield from self._unfold(child)
            else:
                yield child

    def _paragraph(self, paragraph: Element) -> str:
        properties = paragraph.find(f"{W}pPr")
        marker = ""
        if properties is not None or self._styles.default is not None:
            place, style = self._styles.list_of(properties)
            marker = self._numbering.marker(place, style) if place is not None else ""
        return marker + self._text(paragraph, self._styles.hides(properties))

    def _text(self, element: Element, hidden: bool = False) -> str:
        parts: list[str] = []
        self._inline(element, parts, hidden)
        return "".join(parts)

    def _inline(self, element: Element, parts: list[str], hidden: bool) -> None:
        for child in self._unfold(element):
            if child.tag == _R:
                self._run(child, parts, hidden)
            elif child.tag == _M_T:
                parts.append(child.text or "")
            elif child.tag not in _UNPRINTED:
                self._inline(child, parts, hidden)

    def _run(self, run: Element, parts: list[str], hidden: bool) -> None:
        properties = run.find(f"{W}rPr")
        if self._styles.run_hides(properties, hidden):
            if text := "".join(child.text or "" for child in run.iter(_T)).strip():
                self._out.note("hidden_text", text[:_EXCERPT])
            return
        if _is_struck(properties) and (text := "".join(child.text or "" for child in run.iter(_T)).strip()):
            self._out.note("struck_text", text[:_EXCERPT])
            return
        for child in self._unfold(run):
            tag = child.tag
            if tag == _T:
                text = child.text or ""
                if text[:1].isspace() or text[-1:].isspace():
                    keep = child.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
                    text = text if keep else text.strip(" \t\r\n")
                parts.append(self._with_symbols(text, properties))
            elif tag in _MARKS:
                if child.get(f"{W}type", "textWrapping") == "textWrapping":
                    parts.append(_MARKS[tag])
            elif tag == f"{W}sym":
                code = _number(child.get(f"{W}char"), 16)
                parts.append(self._symbol(code, child.get(f"{W}font", "")))
            elif tag == f"{W}fldChar":
                parts.append(_form_field(child))
            elif tag in {f"{W}drawing", f"{W}pict", f"{W}object"}:
                self._drawing(child)
            elif tag not in _UNPRINTED:
                self._inline(child, parts, hidden)

    def _with_symbols(self, text: str, properties: Element | None) -> str:
        place = properties.find(f"{W}vertAlign") if properties is not None else None
        if place is not None and place.get(f"{W}val") == "superscript":
            text = raised(text)
        if text.isascii() or not any(map(is_private, text)):
            return text
        fonts = properties.find(f"{W}rFonts") if properties is not None else None
        font = (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "") if fonts is not None else ""
        return "".join(self._symbol(ord(one), font) if is_private(one) else one for one in text)

    def _symbol(self, code: int, font: str) -> str:
        shown = printed_symbol(code, font)
        if shown == UNKNOWN:
            self._out.note("unknown_symbol", f"{font} {code:04X}")
        return shown

    def _drawing(self, drawing: Element) -> None:
        if (ole := next(drawing.iter(_OLE), None)) is not None:
            self._out.note("embedded_object", ole.get("ProgID", ""))
            return
        boxes = list(self._text_boxes(drawing))
        self._boxes += boxes
        self._pictures += not boxes and any(next(drawing.iter(tag), None) is not None for tag in (_BLIP, _IMAGE))

    def _text_boxes(self, element: Element) -> Iterator[Element]:
        for child in self._unfold(element):
            if child.tag == f"{W}txbxContent":
                yield child
            else:
                yield from self._text_boxes(child)

    def _table(self, table: Element) -> None:
        """A table that is there for the layout only, around other tables, is read as what it holds."""
        if _is_frame(table):
            for row in self._unfold(table):
                for cell in self._unfold(row) if row.tag == _TR else ():
                    if cell.tag == _TC:
                        self._story(cell)
            return
        widths = [_number(column.get(f"{W}w")) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
        try:
            self._out.table(to_grid(fold_slivers(self._rows(table), widths)))
        except OverflowError:
            raise UnsupportedFile(
                self._package.file, f"has more than {MAX_CELLS:,} table cells; split it into one file per department"
            ) from None

    def _rows(self, table: Element) -> list[list[Placed]]:
        rows: list[list[Placed]] = []
        merging: set[int] = set()
        for row in self._unfold(table):
            if row.tag != _TR:
                continue
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                self._deleted += 1
                continue
            if properties is not None and is_on(properties.find(f"{W}hidden")):
                self._out.note("hidden_rows", _excerpt(row))
                continue
            column = _integer(properties, "gridBefore")
            placed: list[Placed] = []
            going_on: set[int] = set()
            for cell in self._unfold(row):
                if cell.tag != _TC:
                    continue
                settings = cell.find(f"{W}tcPr")
                span = min(max(_integer(settings, "gridSpan"), 1), 1000)
                merge = settings.find(f"{W}vMerge") if settings is not None else None
                below = merge is not None and merge.get(f"{W}val", "continue") != "restart" and column in merging
                if merge is not None:
                    going_on.add(column)
                text = self._cell(cell)
                if below and text.strip():
                    self._out.note("hidden_text", text.strip()[:_EXCERPT])
                placed.append(Placed(column, column + span, "" if below else text, below))
                column += span
            rows.append(placed)
            merging = going_on
        return rows

    def _cell(self, cell: Element) -> str:
        lines: list[str] = []
        for block in self._blocks(cell):
            if isinstance(block, str):
                lines.append(block)
            else:
                self._out.note("nested_table", _excerpt(block))
                lines += (" ".join(one.text for one in row if one.text) for row in self._rows(block))
        return "\n".join(lines)

    def _notes_at_the_end(self, kind: str) -> None:
        root = self._root(kind)
        found = [note for note in root if note.get(f"{W}type", "normal") == "normal"] if root is not None else []
        if found:
            self._out.note(kind, f"{len(found)}")
        for note in found:
            self._story(note)

    def _page_margins(self, kind: str) -> None:
        """Headers and footers stand on every page, so they are told of, not read."""
        for name in self._parts.get(kind, ()):
            text = " ".join(self._text(paragraph).strip() for paragraph in self._package.xml(name).iter(_P)).strip()
            if any(character.isalpha() for character in text.replace("第", "").replace("共", "").replace("页", "")):
                self._out.note(f"page_{kind}", text[: 3 * _EXCERPT])


def _is_frame(table: Element) -> bool:
    """Whether a table of one column holds another table: a box drawn around it."""
    narrow = all(len(row.findall(_TC)) <= 1 for row in table.iterfind(_TR))
    return narrow and table.find(f"{_TR}/{_TC}/{_TBL}") is not None


def _is_struck(properties: Element | None) -> bool:
    """Whether a run is struck out with one line or two."""
    return properties is not None and any(is_on(properties.find(f"{W}{name}")) for name in ("strike", "dstrike"))


def _form_field(mark: Element) -> str:
    """A form's tick box or choice is printed, though it stands in no text."""
    box = mark.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        state = box.find(f"{W}checked")
        return "☑" if is_on(box.find(f"{W}default") if state is None else state) else "□"
    choices = mark.find(f"{W}ffData/{W}ddList")
    if choices is not None:
        entries = [entry.get(f"{W}val", "") for entry in choices.iterfind(f"{W}listEntry")]
        chosen = _integer(choices, "result")
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def _excerpt(element: Element) -> str:
    text = ""
    for piece in element.iter(_T):
        text += piece.text or ""
        if len(text) >= _EXCERPT:
            break
    return text[:_EXCERPT]


def _integer(parent: Element | None, name: str) -> int:
    child = parent.find(W + name) if parent is not None else None
    return _number(child.get(f"{W}val")) if child is not None else 0


def _number(text: str | None, base: int = 10) -> int:
    try:
        return int(text or "", base)
    except ValueError:
        return 0
