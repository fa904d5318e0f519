"""Web pages, and what Word, Excel and old finance systems save as such: text and tables as a browser shows them.

Merged cells follow the rules of the HTML standard (4.9.12, "forming a table"), blanks those of CSS Text 3. Menus,
scripts, and what is hidden or struck out are left out. A table that only lays the page out, around other tables, is no
table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from extractor.errors import UnsupportedFile
from extractor.readers.numbering import numeral
from extractor.readers.parsed import MAX_CELLS, Parsed, TextBuilder
from extractor.readers.symbols import raised
from extractor.readers.web.decode import decode_html
from extractor.readers.web.leaves import collapsed, entered, integer
from extractor.readers.web.spans import GridRow, Spanned, full_width, lay_out
from extractor.readers.web.styles import Unread, declared_unread, is_above, is_unnumbered, unread_classes

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SKIPPED = """
    aside audio base button canvas col colgroup datalist dialog embed footer head iframe link map menu meta nav
    noframes noscript object optgroup rp rt script style svg template video
"""
_BLOCKS = """
    address article blockquote body caption center dd details dir div dl dt fieldset figcaption figure form h1 h2 h3
    h4 h5 h6 header hgroup hr legend li main ol p pre section summary td th tr ul
"""
_SKIPPED_TAGS, _BLOCK_TAGS = frozenset(_SKIPPED.split()), frozenset(_BLOCKS.split())
_FORMULAS = frozenset(("msup", "mfrac"))
_ABOVE = "sup"
"""Stands for every element whose text is above the line."""
_STRUCK_TAGS = frozenset(("del", "s", "strike"))
_NUMERALS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DEEPEST = 40
_WIDEST = 1_000  # of one cell, HTML 4.9.11
_TALLEST = 65_534
_EXCERPT = 40
_UNSEEN = re.compile(r"<!--.*?-->|<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_TABLE_TAG = re.compile(r"<(/?)table\b", re.IGNORECASE)


def read_html(raw: bytes, file: str) -> Parsed:
    """Text and tables of a web page; `page` is None throughout.

    Raises UnsupportedFile where nothing is printed, or the tables are nested or merged beyond reason.
    """
    builder = TextBuilder(file)
    read_into(builder, raw, file)
    parsed = builder.parsed()
    if not parsed.text.strip():
        raise UnsupportedFile(file, "shows no text: it is empty, or made of frames or scripts; save the page itself")
    return parsed


def read_into(builder: TextBuilder, raw: bytes, file: str) -> None:
    """Write what a page shows behind what was read before."""
    from selectolax.lexbor import LexborHTMLParser

    text, damaged = decode_html(raw, file)
    if damaged:
        builder.note("damaged_characters", f"{damaged}")
    if _ends_in_a_table(text):
        builder.note("open_table", "")
    page = LexborHTMLParser(text)
    if page.body is not None:
        styles = "\n".join(style.text() or "" for style in page.css("style"))
        _Page(builder, file, unread_classes(styles)).story(page.body)


def _ends_in_a_table(text: str) -> bool:
    """Whether the last table of a page is never closed, as in a copy that was cut off.

    >>> _ends_in_a_table("<table><tr><td>甲</td><t"), _ends_in_a_table("<table><td>甲</table><!-- <table> -->")
    (True, False)
    """
    closings = _TABLE_TAG.findall(_UNSEEN.sub("", text))
    return bool(closings) and not closings[-1]


class _Page:
    def __init__(self, builder: TextBuilder, file: str, classes: Mapping[str, Unread]) -> None:
        self._out = builder
        self._file = file
        self._classes = classes
        """Classes whose text is not read; in tables only, since pages hide and show their parts with scripts."""
        self._numbers: dict[int, int] = {}
        """The last number of each ordered list."""

    def story(self, root: LexborNode, depth: int = 0) -> None:
        """Lines and tables below a node, in reading order."""
        if depth > _DEEPEST:
            raise UnsupportedFile(
                self._file, f"nests tables more than {_DEEPEST} levels deep; copy them into a new document"
            )
        for block in self._flow(root):
            if isinstance(block, str):
                self._out.line(block)
            elif _is_frame(block):
                self._captions(block, depth)
                for row in self._rows(block):
                    for part in _children(row):
                        if why := self._unread(part):
                            self._leave_out(part, f"{why}_text")
                        else:
                            self.story(part, depth + 1)
            else:
                self._table(block, depth)

    def _captions(self, table: LexborNode, depth: int) -> None:
        for part in _children(table):
            if part.tag == "caption":
                self.story(part, depth + 1)

    def _table(self, table: LexborNode, depth: int) -> None:
        self._captions(table, depth)
        self._out.table(self._grid(table, depth))

    def _rows(self, table: LexborNode) -> Iterator[LexborNode]:
        return (row for group in self._groups(table) for row in group)

    def _groups(self, table: LexborNode) -> list[list[LexborNode]]:
        """Rows in the order in which they are shown: the table's foot last, wherever it stands."""
        groups: list[list[LexborNode]] = []
        feet: list[list[LexborNode]] = []
        for part in _children(table):
            if part.tag == "tr":
                groups.append([part])
            elif part.tag in {"tbody", "thead", "tfoot"}:
                if self._unread(part) == "hidden":
                    self._leave_out(part, "hidden_rows")
                    continue
                (feet if part.tag == "tfoot" else groups).append([row for row in _children(part) if row.tag == "tr"])
        shown = []
        for group in groups + feet:
            rows = []
            for row in group:
                if why := self._unread(row):
                    self._leave_out(row, "hidden_rows" if why == "hidden" else "struck_text")
                else:
                    rows.append(row)
            shown.append(rows)
        return shown

    def _grid(self, table: LexborNode, depth: int) -> list[GridRow]:
        grid: list[GridRow] = []
        try:
            groups = [[list(self._spanned(row, depth)) for row in group] for group in self._groups(table)]
            full = full_width(groups)
            for group in groups:
                grid += lay_out(group, MAX_CELLS - sum(map(len, grid)), full)
        except OverflowError:
            raise UnsupportedFile(
                self._file, f"has more than {MAX_CELLS:,} table cells; split it into one file per department"
            ) from None
        return grid

    def _spanned(self, row: LexborNode, depth: int) -> Iterator[Spanned]:
        for cell in _children(row):
            if cell.tag in {"td", "th"}:
                attributes = cell.attributes
                if why := self._unread(cell):
                    self._leave_out(cell, f"{why}_text")
                if why == "hidden":
                    continue
                yield Spanned(
                    "" if why else self._cell(cell, depth),
                    min(max(integer(attributes.get("colspan"), 1), 1), _WIDEST),
                    min(integer(attributes.get("rowspan"), 1), _TALLEST),
                )

    def _unread(self, node: LexborNode, *, by_class: bool = True) -> Unread:
        """Why an element is not read: "hidden", "struck" (it is seen, and void), or "" where it is."""
        why: Unread = "struck" if node.tag in _STRUCK_TAGS else ""
        attributes = node.attributes
        if not attributes:
            return why
        if "hidden" in attributes or attributes.get("role") == "navigation":
            return "hidden"
        if style := attributes.get("style"):
            why = declared_unread(style) or why
        if by_class and self._classes and why != "hidden":
            reasons = {self._classes.get(name, "") for name in (attributes.get("class") or "").split()}
            why = "hidden" if "hidden" in reasons else "struck" if "struck" in reasons else why
        return why

    def _leave_out(self, node: LexborNode, kind: str) -> None:
        if words := (node.text() or "").split():
            self._out.note(kind, " ".join(words)[:_EXCERPT])

    def _cell(self, cell: LexborNode, depth: int) -> str:
        only = cell.first_child
        if only is None:
            return ""
        if only.is_text_node and only.next is None:
            return collapsed(only.text_content or "")
        lines: list[str] = []
        for block in self._flow(cell):
            if isinstance(block, str):
                lines.append(block)
            elif depth > _DEEPEST:
                raise UnsupportedFile(
                    self._file, f"nests tables more than {_DEEPEST} levels deep; copy them into a new document"
                )
            else:
                self._out.note("nested_table", " ".join((block.text() or "").split())[:_EXCERPT])
                lines += (self._cell(part, depth + 1) for part in _children(block) if part.tag == "caption")
                for row in self._grid(block, depth + 1):
                    lines.append(" ".join(one for one in row if isinstance(one, str) and one))
        return "\n".join(lines)

    def _flow(self, root: LexborNode) -> list[str | LexborNode]:
        """Lines, and tables as they are, below a node. Pages nest deeper than Python recurses, hence the stack."""
        found: list[str | LexborNode] = []
        inline: list[str] = []
        open_tags = [root.tag or ""]
        stack = [root.first_child]
        preformatted = above = 0
        in_cell = root.tag in {"td", "th"}

        def end_line() -> None:
            if not inline:
                return
            if text := collapsed("".join(inline)):
                found.append(text)
            inline.clear()

        while stack:
            node = stack.pop()
            if node is None:
                closed = open_tags.pop()
                preformatted -= closed == "pre"
                above -= closed == _ABOVE
                if closed in _BLOCK_TAGS:
                    end_line()
                continue
            stack.append(node.next)
            tag = node.tag or ""
            if tag == "-text":
                text = node.text_content or ""
                text = raised(text) if above else text
                if preformatted:
                    first, *more = text.split("\n")
                    inline.append(first)
                    for line in more:
                        end_line()
                        inline.append(line)
                else:
                    inline.append(text)
            elif tag == "br":
                end_line()
            elif tag in _SKIPPED_TAGS or tag.startswith(("-", "!")):
                continue
            elif why := self._unread(node, by_class=in_cell):
                # Of a page's own parts much is hidden, but not tables.
                if why == "struck" or in_cell or tag == "table" or node.css_first("table") is not None:
                    self._leave_out(node, f"{why}_text")
            elif tag == "table":
                end_line()
                found.append(node)
            elif tag in {"input", "select", "textarea"}:
                first, *more = entered(node).split("\n")
                inline.append(first)
                for line in more:
                    end_line()
                    inline.append(line)
            else:
                if tag in _BLOCK_TAGS:
                    end_line()
                    if tag == "li":
                        inline.append(self._list_number(node))
                preformatted += tag == "pre"
                second = open_tags[-1] in _FORMULAS and node.prev is not None
                if second and open_tags[-1] == "mfrac":
                    inline.append("/")
                elif (
                    tag == "sup" or second or (tag not in _BLOCK_TAGS and is_above(node.attributes.get("style") or ""))
                ):
                    tag = _ABOVE
                    above += 1
                open_tags.append(tag)
                stack.append(node.first_child)
        end_line()
        return found

    def _list_number(self, item: LexborNode) -> str:
        """The number that a browser prints before an item of an ordered list."""
        parent = item.parent
        if parent is None or parent.tag != "ol":
            return ""
        style = parent.attributes.get("style") or ""
        if is_unnumbered(style):
            return ""
        before = self._numbers.get(parent.mem_id, integer(parent.attributes.get("start"), 1) - 1)
        number = self._numbers[parent.mem_id] = integer(item.attributes.get("value"), before + 1)
        if "cjk-ideographic" in style:
            return f"{numeral(number, 'chineseCounting')}、"
        return f"{numeral(number, _NUMERALS.get(parent.attributes.get('type') or '', 'decimal'))}. "


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def _is_frame(table: LexborNode) -> bool:
    """Whether most cells of a table belong to tables inside it: it lays the page out."""
    if table.css_first("table table") is None:
        return False
    own = sum(
        1
        for part in _children(table)
        for row in (_children(part) if part.tag != "tr" else (part,))
        for cell in _children(row)
        if cell.tag in {"td", "th"}
    )
    return len(table.css("td, th")) - own > own
