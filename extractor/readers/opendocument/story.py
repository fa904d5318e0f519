"""OpenDocument texts (ODT, FODT): paragraphs and tables in reading order, as a person sees them on paper."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.opendocument.document import DRAW, FORM, OFFICE, STYLE, TABLE, TEXT, OpenDocument, whole
from extractor.readers.opendocument.lists import Lists
from extractor.readers.opendocument.paragraphs import EXCERPT, Paragraphs, excerpt
from extractor.readers.opendocument.styles import Styles
from extractor.readers.parsed import MAX_CELLS, Parsed, TextBuilder, says_something
from extractor.readers.word.docx_tables import Placed, fold_slivers, to_grid

_P, _H, _LIST, _TABLE = (f"{TEXT}p", f"{TEXT}h", f"{TEXT}list", f"{TABLE}table")
_MOST_COLUMNS = 1_000
_PASSED_OVER = frozenset(
    {f"{TEXT}{name}" for name in ("tracked-changes", "sequence-decls", "variable-decls", "user-field-decls")}
    | {f"{TEXT}{name}" for name in ("index-title-template", "table-of-content-source", "alphabetical-index-source")}
    | {f"{OFFICE}forms"}
)
_ROWS = frozenset(f"{TABLE}{name}" for name in ("table-header-rows", "table-rows", "table-row-group"))
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_FIELDS = frozenset(
    f"{TEXT}{name}" for name in ("page-number", "page-count", "sheet-name", "date", "time", "title", "file-name")
)


def read_story(document: OpenDocument) -> Parsed:
    """Text and tables of a text; `page` is None throughout."""
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: OpenDocument) -> None:
        self._document = document
        self._out = TextBuilder(document.file)
        self._styles = Styles(document.roots)
        controls = {
            one.get(name, ""): one
            for forms in document.body.iter(f"{OFFICE}forms")
            for one in forms.iter()
            for name in (_ID, f"{FORM}id")
            if one.get(name)
        }
        self._texts = Paragraphs(self._styles, self._out.note, controls)
        self._lists = Lists(self._styles.lists, self._styles.outline)

    def read(self) -> Parsed:
        body, texts = self._document.body, self._texts
        self._story(body)
        if texts.footnotes:
            self._out.note("footnotes", f"{len(texts.footnotes)}")
        while texts.footnotes:
            self._story(texts.footnotes.pop(0))
        for words in texts.comments:
            self._out.note("comment", words)
        for kind, text in margins(self._styles.pages):
            self._out.note(kind, text[: 3 * EXCERPT])
        changes = [one for tracked in body.iter(f"{TEXT}tracked-changes") for region in tracked for one in region]
        if changes:
            inserted = sum(one.tag == f"{TEXT}insertion" for one in changes)
            deleted = sum(one.tag == f"{TEXT}deletion" for one in changes)
            self._out.note("tracked_changes", f"+{inserted} −{deleted}")
        if texts.pictures:
            self._out.note("picture", f"{texts.pictures}")
        parsed = self._out.parsed()
        if not parsed.text.strip():
            raise UnsupportedFile(
                self._document.file,
                "holds pictures only; put them into a PDF file, which OCR can read, or type them in"
                if texts.pictures
                else "is empty; there is nothing to read",
            )
        return parsed

    def _story(self, container: Element) -> None:
        """Paragraphs and tables outside of tables, each followed by the text boxes that hang on it."""
        for block in self._blocks(container):
            if isinstance(block, str):
                self._out.line(block)
            else:
                self._table(block)
            boxes, self._texts.boxes = self._texts.boxes, []
            for box in boxes:
                self._out.note("text_box", excerpt(box))
                self._story(box)

    def _blocks(self, container: Element, style: str = "", level: int = 0) -> Iterator[str | Element]:
        """Texts of paragraphs, and tables; `style` and `level` are those of the list around them."""
        for child in container:
            tag = child.tag
            if tag == _P:
                yield self._texts.text(child)
            elif tag == _H:
                yield (self._lists.heading(child) if not level else "") + self._texts.text(child)
            elif tag == _LIST:
                yield from self._list(child, style, level + 1)
            elif tag == _TABLE:
                if self._styles.is_displayed(child):
                    yield child
                else:
                    self._out.note("hidden_text", excerpt(child))
            elif tag == f"{TEXT}section" and child.get(f"{TEXT}display") == "none":
                self._out.note("hidden_text", excerpt(child))
            elif tag.startswith(DRAW):
                self._texts.shape(child)
                if self._texts.boxes:
                    yield ""
            elif tag not in _PASSED_OVER:
                yield from self._blocks(child, style, level)

    def _list(self, element: Element, style: str, level: int) -> Iterator[str | Element]:
        """The items of a list; nothing is printed before one that begins with a list of its own."""
        name = self._lists.begin(element, style)
        for item in element:
            is_numbered = item.tag == f"{TEXT}list-item" and len(item) > 0 and item[0].tag != _LIST
            for block in self._blocks(item, name, level):
                if is_numbered and isinstance(block, str):
                    yield self._lists.marker(name, level, item.get(f"{TEXT}start-value")) + block
                else:
                    yield block
                is_numbered = False

    def _table(self, table: Element) -> None:
        """A table that is there for the layout only, around other tables, is read as what it holds."""
        if _is_frame(table):
            for row in rows_of(table):
                for cell in row:
                    self._story(cell)
            return
        widths = [
            width
            for column in table.iter(f"{TABLE}table-column")
            for width in [self._styles.column_width(column)]
            * min(whole(column.get(f"{TABLE}number-columns-repeated")), _MOST_COLUMNS)
        ]
        try:
            self._out.table(to_grid(fold_slivers(self._rows(table), widths)))
        except OverflowError:
            raise UnsupportedFile(
                self._document.file, f"has more than {MAX_CELLS:,} table cells; split it into one file per department"
            ) from None

    def _rows(self, table: Element) -> list[list[Placed]]:
        rows: list[list[Placed]] = []
        hanging: dict[int, tuple[int, int]] = {}
        """Columns at which a cell goes on below: where it ends, and for how many rows more."""
        count = 0
        for row in rows_of(table):
            if row.get(f"{TABLE}visibility", "visible") != "visible":
                if words := excerpt(row):
                    self._out.note("hidden_rows", words)
                hanging = {at: (end, left - 1) for at, (end, left) in hanging.items() if left > 1}
                continue
            for _ in range(whole(row.get(f"{TABLE}number-rows-repeated"))):
                placed, hanging = self._row(row, hanging)
                rows.append(placed)
                count += len(placed) + 1
                if count > MAX_CELLS:
                    raise OverflowError
        return rows

    def _row(
        self, row: Element, hanging: dict[int, tuple[int, int]]
    ) -> tuple[list[Placed], dict[int, tuple[int, int]]]:
        placed: list[Placed] = []
        below = {at: (end, left - 1) for at, (end, left) in hanging.items() if left > 1}
        column = covered_to = 0
        for cell in row:
            times = min(whole(cell.get(f"{TABLE}number-columns-repeated")), _MOST_COLUMNS)
            if cell.tag == f"{TABLE}covered-table-cell":
                if words := excerpt(cell):
                    self._out.note("hidden_text", words)
                for _ in range(times):
                    if column in hanging:
                        placed.append(Placed(column, hanging[column][0], "", below=True))
                    column += 1
                continue
            if cell.tag != f"{TABLE}table-cell":
                continue
            column = max(column, covered_to)  # some programs leave out what a cell covers
            wide = min(whole(cell.get(f"{TABLE}number-columns-spanned")), _MOST_COLUMNS)
            high = whole(cell.get(f"{TABLE}number-rows-spanned"))
            for _ in range(times):
                placed.append(Placed(column, column + wide, self._cell(cell)))
                if high > 1:
                    below[column] = (column + wide, high - 1)
                covered_to = column + wide
                column += 1
        return placed, below

    def _cell(self, cell: Element) -> str:
        before = len(self._texts.boxes)
        lines = self._cell_lines(cell)
        if not any(map(str.strip, lines)):
            # To a person, what a text box shows in a blank cell is what the cell holds.
            while len(self._texts.boxes) > before:
                box = self._texts.boxes.pop(before)
                self._out.note("text_box", excerpt(box))
                lines += self._cell_lines(box)
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


def rows_of(table: Element) -> Iterator[Element]:
    """The rows of a table, those of its groups in their place."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in _ROWS:
            yield from rows_of(child)


def margins(pages: list[Element]) -> Iterator[tuple[str, str]]:
    """What is printed above and below each page, where it holds more than page numbers and the like."""
    for page in pages:
        for part in page:
            name = part.tag.removeprefix(STYLE)
            kind = next((kind for kind in ("header", "footer") if name.startswith(kind)), None)
            if kind is None or part.get(f"{STYLE}display") == "false":
                continue
            text = " ".join("".join(_printed(part)).split())
            if says_something(text.replace("Page", "")):
                yield f"page_{kind}", text


def _printed(element: Element) -> Iterator[str]:
    if element.tag not in _FIELDS:
        yield element.text or ""
        for child in element:
            yield from _printed(child)
            yield child.tail or ""


def _is_frame(table: Element) -> bool:
    """Whether a table of one column holds another table: a box drawn around it."""
    rows = list(rows_of(table))
    narrow = all(len(row.findall(f"{TABLE}table-cell")) <= 1 for row in rows)
    return narrow and any(cell.find(_TABLE) is not None for row in rows for cell in row)
