"""Web pages, and what Word, Excel and old finance systems save as such: text and tables as a browser shows them.

Merged cells follow the rules of the HTML standard (4.9.12, "forming a table"), blanks those of CSS Text 3. Menus,
scripts, and what is hidden or struck out are left out. A table that only lays the page out, around other tables, is no
table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from extractor.errors import UnsupportedFile
from extractor.readers.html_decode import decode_html
from extractor.readers.parsed import MAX_CELLS, Parsed, TextBuilder
from extractor.readers.spans import GridRow, Spanned, lay_out
from extractor.readers.symbols import raised

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
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_STRUCK_TAGS = frozenset(("del", "s", "strike"))
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
_WRAPPED = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n\f]*(?={_WIDE})")
_TYPED = frozenset(("text", "number", "date", "email", "tel", "search", "url"))
_INTEGER = re.compile(r"\s*\+?(\d{1,6})")
_DEEPEST = 40
_WIDEST = 1_000  # of one cell, HTML 4.9.11
_TALLEST = 65_534
_EXCERPT = 40


def read_html(raw: bytes, file: str) -> Parsed:
    """Text and tables of a web page; `page` is None throughout.

    Raises UnsupportedFile where nothing is printed, or the tables are nested or merged beyond reason.
    """
    from selectolax.lexbor import LexborHTMLParser

    text, damaged = decode_html(raw, file)
    builder = TextBuilder(file)
    if damaged:
        builder.note("damaged_characters", f"{damaged}")
    body = LexborHTMLParser(text).body
    if body is not None:
        _Page(builder, file).story(body)
    parsed = builder.parsed()
    if not parsed.text.strip():
        raise UnsupportedFile(file, "shows no text: it is empty, or made of frames or scripts; save the page itself")
    return parsed


class _Page:
    def __init__(self, builder: TextBuilder, file: str) -> None:
        self._out = builder
        self._file = file
        self._numbers: dict[int, int] = {}
        """The last number of each ordered list."""

    def story(self, root: LexborNode, depth: int = 0) -> None:
        """Lines and tables below a node, in reading order."""
        if depth > _DEEPEST:
            raise UnsupportedFile(self._file, f"nests tables more than {_DEEPEST} levels deep; that is no document")
        for block in self._flow(root):
            if isinstance(block, str):
                self._out.line(block)
            elif _is_frame(block):
                for row in self._rows(block):
                    for part in _children(row):
                        self.story(part, depth + 1)
            else:
                self._table(block, depth)

    def _table(self, table: LexborNode, depth: int) -> None:
        for part in _children(table):
            if part.tag == "caption":
                self.story(part, depth + 1)
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
            elif part.tag in {"tbody", "thead", "tfoot"} and _unread(part) != "hidden":
                (feet if part.tag == "tfoot" else groups).append([row for row in _children(part) if row.tag == "tr"])
        shown = []
        for group in groups + feet:
            rows = []
            for row in group:
                if why := _unread(row):
                    self._leave_out(row, "hidden_rows" if why == "hidden" else "struck_text")
                else:
                    rows.append(row)
            shown.append(rows)
        return shown

    def _grid(self, table: LexborNode, depth: int) -> list[GridRow]:
        grid: list[GridRow] = []
        try:
            for group in self._groups(table):
                limit = MAX_CELLS - sum(map(len, grid))
                grid += lay_out([self._spanned(row, depth) for row in group], limit)
        except OverflowError:
            raise UnsupportedFile(
                self._file, f"has more than {MAX_CELLS:,} table cells; split it into one file per department"
            ) from None
        return grid

    def _spanned(self, row: LexborNode, depth: int) -> Iterator[Spanned]:
        for cell in _children(row):
            if cell.tag in {"td", "th"}:
                attributes = cell.attributes
                if why := _unread(cell):
                    self._leave_out(cell, f"{why}_text")
                if why == "hidden":
                    continue
                yield Spanned(
                    "" if why else self._cell(cell, depth),
                    min(max(_integer(attributes.get("colspan"), 1), 1), _WIDEST),
                    min(_integer(attributes.get("rowspan"), 1), _TALLEST),
                )

    def _leave_out(self, node: LexborNode, kind: str) -> None:
        if words := (node.text() or "").split():
            self._out.note(kind, " ".join(words)[:_EXCERPT])

    def _cell(self, cell: LexborNode, depth: int) -> str:
        only = cell.first_child
        if only is None:
            return ""
        if only.is_text_node and only.next is None:
            return _collapsed(only.text_content or "")
        lines: list[str] = []
        for block in self._flow(cell):
            if isinstance(block, str):
                lines.append(block)
            elif depth > _DEEPEST:
                raise UnsupportedFile(self._file, f"nests tables more than {_DEEPEST} levels deep; that is no document")
            else:
                self._out.note("nested_table", " ".join((block.text() or "").split())[:_EXCERPT])
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

        def end_line() -> None:
            if not inline:
                return
            if text := _collapsed("".join(inline)):
                found.append(text)
            inline.clear()

        while stack:
            node = stack.pop()
            if node is None:
                closed = open_tags.pop()
                preformatted -= closed == "pre"
                above -= closed == "sup"
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
            elif why := _unread(node):
                if why == "struck" or open_tags[0] in {"td", "th"}:  # of a page's own parts much is hidden
                    self._leave_out(node, f"{why}_text")
            elif tag == "table":
                end_line()
                found.append(node)
            elif tag in {"input", "select", "textarea"}:
                inline.append(_entered(node))
            else:
                if tag in _BLOCK_TAGS:
                    end_line()
                    if tag == "li":
                        inline.append(self._list_number(node))
                preformatted += tag == "pre"
                above += tag == "sup"
                open_tags.append(tag)
                stack.append(node.first_child)
        end_line()
        return found

    def _list_number(self, item: LexborNode) -> str:
        """The number that a browser prints before an item of an ordered list."""
        parent = item.parent
        if parent is None or parent.tag != "ol" or _UNNUMBERED.search(parent.attributes.get("style") or ""):
            return ""
        before = self._numbers.get(parent.mem_id, _integer(parent.attributes.get("start"), 1) - 1)
        number = self._numbers[parent.mem_id] = _integer(item.attributes.get("value"), before + 1)
        return f"{number}. "


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def _unread(node: LexborNode) -> str:
    """Why an element is not read: "hidden", "struck" (it is seen, and void), or "" where it is."""
    struck = "struck" if node.tag in _STRUCK_TAGS else ""
    attributes = node.attributes
    if not attributes:
        return struck
    style = attributes.get("style") or ""
    if "hidden" in attributes or attributes.get("role") == "navigation" or (style and _HIDDEN.search(style)):
        return "hidden"
    return "struck" if style and _STRUCK.search(style) else struck


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


def _collapsed(text: str) -> str:
    """
    >>> _collapsed(" 绩效\\n  目标  a \\n b ")
    '绩效目标 a b'
    """
    if "\n" in text or "\r" in text:
        text = _WRAPPED.sub("", text)
    return _BLANKS.sub(" ", text).strip(" ")


def _entered(field: LexborNode) -> str:
    """What a form field shows."""
    if field.tag == "textarea":
        return field.text() or ""
    if field.tag == "select":
        chosen = field.css_first("option[selected]") or field.css_first("option")
        return (chosen.text() or "") if chosen is not None else ""
    attributes = field.attributes
    kind = (attributes.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return "☑" if "checked" in attributes else "□"
    return (attributes.get("value") or "") if kind in _TYPED else ""


def _integer(text: str | None, otherwise: int) -> int:
    match = _INTEGER.match(text) if text else None
    return int(match[1]) if match else otherwise
