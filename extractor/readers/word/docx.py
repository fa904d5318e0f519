"""Word documents (DOCX): text and tables as a person sees them on paper.

ECMA-376 part 1, chapter 17. What Word computes is computed here as well (automatic numbers, merged cells, symbol
fonts); what is not on paper or is void is left out (deletions, hidden and struck text, field codes); what is not in the
text's order (text boxes, footnotes) is read beside it; what cannot be read (pictures, embedded sheets) is noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.numbering import Numbering, W
from extractor.readers.ooxml import Package
from extractor.readers.parsed import MAX_CELLS, Parsed, TextBuilder, says_something
from extractor.readers.word.docx_styles import Styles, is_on
from extractor.readers.word.docx_tables import Placed, fold_slivers, to_grid
from extractor.readers.word.docx_text import EXCERPT, UNPRINTED, TextReader, excerpt, integer, whole

_P, _TBL, _TR, _TC = (W + name for name in ("p", "tbl", "tr", "tc"))
_OTHER_FILES = frozenset({f"{W}altChunk", f"{W}subDoc"})
_MOST_COLUMNS = 1_000
_NO_DOCUMENT = "is no Word document, whatever its name says; open it in Word or WPS and save it as .docx"


def read_docx(raw: bytes, file: str) -> Parsed:
    """Text and tables of a DOCX file; it has no pages until it is printed, so `page` is None throughout.

    Raises UnsupportedFile: damaged, encrypted, oversized, or no Word document.
    """
    try:
        return _Reader(Package(raw, file)).read()
    except RecursionError:
        raise UnsupportedFile(file, "nests its text hundreds of levels deep; copy it into a new document") from None


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = (package.related().get("officeDocument") or ["word/document.xml"])[0]
        if self._main not in package or not self._main.endswith(".xml"):
            raise UnsupportedFile(package.file, _NO_DOCUMENT)
        root = package.xml(self._main)
        body = root.find(f"{W}body")
        if body is None:
            raise UnsupportedFile(package.file, _NO_DOCUMENT)
        self._body = body
        self._parts = package.related(self._main)
        self._out = TextBuilder(package.file)
        styles = Styles(self._root("styles"))
        self._texts = TextReader(styles, Numbering(self._root("numbering"), styles.lists), self._out)

    def read(self) -> Parsed:
        texts = self._texts
        self._story(self._body)
        for kind in ("footnotes", "endnotes"):
            self._notes_at_the_end(kind)
        comments = self._root("comments")
        for comment in comments if comments is not None else ():
            if words := excerpt(comment).strip():
                self._out.note("comment", words)
        for kind in ("header", "footer"):
            self._page_margins(kind)
        if texts.inserted or texts.deleted:
            self._out.note("tracked_changes", f"+{texts.inserted} −{texts.deleted}")
        if texts.pictures:
            self._out.note("picture", f"{texts.pictures}")
        parsed = self._out.parsed()
        if not parsed.text.strip():
            raise UnsupportedFile(
                self._package.file,
                "holds pictures only; put them into a PDF file, which OCR can read, or type them in"
                if texts.pictures
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
            boxes, self._texts.boxes = self._texts.boxes, []
            for box in boxes:
                if isinstance(box, str):
                    self._out.note("text_box", box[:EXCERPT])
                    self._out.line(box)
                else:
                    self._out.note("text_box", excerpt(box))
                    self._story(box)

    def _blocks(self, container: Element) -> Iterator[str | Element]:
        """Texts of paragraphs, and tables. A paragraph whose end was deleted runs on into the next one."""
        held = ""
        for child in self._texts.unfold(container):
            if child.tag == _TBL:
                yield child
            elif child.tag in _OTHER_FILES:
                self._out.note("inserted_file", "")
            elif child.tag == _P:
                if child.find(f"{W}pPr/{W}rPr/{W}del") is not None:
                    held += self._texts.text(child)
                else:
                    yield self._texts.paragraph(child, held)
                    held = ""
            elif child.tag not in UNPRINTED and (text := self._texts.text(child)).strip():
                yield text
        if held:
            yield held

    def _table(self, table: Element) -> None:
        """A table that is there for the layout only, around other tables, is read as what it holds."""
        if _is_frame(table):
            for row in self._texts.unfold(table):
                for cell in self._texts.unfold(row) if row.tag == _TR else ():
                    if cell.tag == _TC:
                        self._story(cell)
            return
        widths = [whole(column.get(f"{W}w")) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
        try:
            self._out.table(to_grid(fold_slivers(self._rows(table), widths)))
        except OverflowError:
            raise UnsupportedFile(
                self._package.file, f"has more than {MAX_CELLS:,} table cells; split it into one file per department"
            ) from None

    def _rows(self, table: Element) -> list[list[Placed]]:
        rows: list[list[Placed]] = []
        merging: set[int] = set()
        """Grid columns at which a merged cell may go on below."""
        for row in self._texts.unfold(table):
            if row.tag != _TR:
                continue
            properties = row.find(f"{W}trPr")
            self._texts.inserted += properties is not None and properties.find(f"{W}ins") is not None
            column = integer(properties, "gridBefore")
            if self._is_left_out(row, properties):
                # A merged cell that begins in a row that is not there begins in none.
                merging -= {place for _, place, _, merge in self._cells(row, column) if merge == "restart"}
                continue
            placed: list[Placed] = []
            going_on: set[int] = set()
            for cell, start, end, merge in self._cells(row, column):
                below = merge == "continue" and start in merging
                if merge:
                    going_on.add(start)
                text = self._cell(cell)
                beside = bool(placed) and _is_beside(cell)
                if (below or beside) and text.strip():
                    self._out.note("hidden_text", text.strip()[:EXCERPT])
                if beside:
                    placed[-1] = placed[-1]._replace(end=end)
                else:
                    placed.append(Placed(start, end, "" if below else text, below))
            rows.append(placed)
            merging = going_on
        return rows

    def _is_left_out(self, row: Element, properties: Element | None) -> bool:
        if properties is None:
            return False
        if properties.find(f"{W}del") is not None:
            self._texts.deleted += 1
            return True
        if is_on(properties.find(f"{W}hidden")):
            self._out.note("hidden_rows", excerpt(row))
            return True
        return False

    def _cells(self, row: Element, column: int) -> Iterator[tuple[Element, int, int, str]]:
        """Cells with their grid columns [start, end), and how each is merged downwards."""
        for cell in self._texts.unfold(row):
            if cell.tag != _TC:
                continue
            settings = cell.find(f"{W}tcPr")
            span = min(max(integer(settings, "gridSpan"), 1), _MOST_COLUMNS)
            merge = settings.find(f"{W}vMerge") if settings is not None else None
            yield cell, column, column + span, "" if merge is None else merge.get(f"{W}val", "continue")
            column += span

    def _cell(self, cell: Element) -> str:
        if cell.find(f"{W}tcPr/{W}cellDel") is not None:
            self._texts.deleted += 1
            return ""
        before = len(self._texts.boxes)
        lines = self._cell_lines(cell)
        if not any(map(str.strip, lines)):
            lines += self._boxed(before)
        return "\n".join(lines)

    def _cell_lines(self, cell: Element) -> list[str]:
        lines: list[str] = []
        for block in self._blocks(cell):
            if isinstance(block, str):
                lines.append(block)
            else:
                self._out.note("nested_table", excerpt(block))
                lines += (" ".join(one.text for one in row if one.text) for row in self._rows(block))
        return lines

    def _boxed(self, before: int) -> list[str]:
        """What text boxes show that hang on a cell without text of its own: to a person they are what it holds."""
        lines: list[str] = []
        while len(self._texts.boxes) > before:
            box = self._texts.boxes.pop(before)
            self._out.note("text_box", box[:EXCERPT] if isinstance(box, str) else excerpt(box))
            lines += [box] if isinstance(box, str) else self._cell_lines(box)
        return lines

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
            text = " ".join(
                self._texts.text(paragraph).strip() for paragraph in self._package.xml(name).iter(_P)
            ).strip()
            if says_something(text):
                self._out.note(f"page_{kind}", text[: 3 * EXCERPT])


def _is_frame(table: Element) -> bool:
    """Whether a table of one column holds another table: a box drawn around it."""
    narrow = all(len(row.findall(_TC)) <= 1 for row in table.iterfind(_TR))
    return narrow and table.find(f"{_TR}/{_TC}/{_TBL}") is not None


def _is_beside(cell: Element) -> bool:
    """Whether a cell goes on with the one to its left, in the way of Word 97."""
    merge = cell.find(f"{W}tcPr/{W}hMerge")
    return merge is not None and merge.get(f"{W}val", "continue") != "restart"
