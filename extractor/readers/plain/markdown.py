"""Markdown pipe tables, with the bits of HTML and escapes that converters leave in cells."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from extractor.layouts import terms
from extractor.readers.plain.pieces import without_blank_lines
from extractor.readers.plain.pipes import bare_rows
from extractor.readers.symbols import raised
from extractor.schemas.document import Cell, Line, MappedText, Row, Table

_SEPARATOR = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_PIPE = re.compile(r"(?<!\\)\|")
_HEADER_COLUMNS = 3
_BOLD = re.compile(r"\*\*")
_MARKUP = re.compile(
    r"(?P<break>`?<\s*(?:br|/p|/div|/li|p|div|li)(?:\s[^<>]*)?/?\s*>(?:`\{=html\})?)"
    r"|(?P<place></?\s*sup\s*>)"
    r"|(?P<tag></?\s*(?:b|i|u|strong|em|span|font|sub|ul|ol)(?:\s[^<>]*)?>)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<bold>\*\*)",
    re.IGNORECASE,
)


def is_markdown(text: str, lines: tuple[Line, ...]) -> bool:
    """Whether the text holds a pipe table: a row above a line of |---|, or a row of known column headers."""
    if "|" not in text:
        return False
    ruled = any(_is_separator(text, lines, index) or _is_header(text, line) for index, line in enumerate(lines))
    return ruled or bool(bare_rows(text, lines))


def read_markdown(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of tables, and one table for each run of consecutive pipe rows on one page."""
    outside: list[Line] = []
    tables: list[Table] = []
    rows: list[Row] = []
    page: int | None = None
    inside = _unfenced(text, lines) | bare_rows(text, lines)
    for index, line in enumerate(lines):
        is_row = index in inside or _is_row(text, line)
        if rows and (not is_row or line.page != page):
            tables.append(Table(tuple(rows), page))
            rows = []
        if not is_row:
            outside.append(line)
        elif not _SEPARATOR.fullmatch(text[line.start : line.end].strip()):
            row = _read_row(text, line)
            rows += [row] if row.cells else []  # a bar by itself parts nothing
            page = line.page
    if rows:
        tables.append(Table(tuple(rows), page))
    return tuple(outside), tuple(tables)


def _is_row(text: str, line: Line) -> bool:
    return text[line.start : line.end].lstrip().startswith("|")


def _is_header(text: str, line: Line) -> bool:
    if not _is_row(text, line):
        return False
    columns = {terms().column(cell.content.text) for cell in _read_row(text, line).cells}
    return len(columns - {None}) >= _HEADER_COLUMNS


def _is_separator(text: str, lines: tuple[Line, ...], index: int) -> bool:
    """Whether the line is the |---| below a row; the bars at the edges may be left out."""
    if index == 0:
        return False
    printed = text[lines[index].start : lines[index].end].strip()
    above = lines[index - 1]
    return (
        "-" in printed
        and "|" in printed
        and _SEPARATOR.fullmatch(printed) is not None
        and _PIPE.search(text, above.start, above.end) is not None
    )


def _unfenced(text: str, lines: tuple[Line, ...]) -> set[int]:
    """Lines of tables whose rows do not begin with a bar: from the header down to the first line without one."""
    inside: set[int] = set()
    is_open = False
    for index, line in enumerate(lines):
        if _is_separator(text, lines, index):
            inside |= {index - 1, index}
            is_open = True
        elif is_open := is_open and _PIPE.search(text, line.start, line.end) is not None:
            inside.add(index)
    return inside


def _read_row(text: str, line: Line) -> Row:
    bars = [match.start() for match in _PIPE.finditer(text, line.start, line.end)]
    if not bars or text[line.start : bars[0]].strip():
        bars.insert(0, line.start - 1)
    if text[bars[-1] + 1 : line.end].strip():
        bars.append(line.end)
    cells = tuple(Cell(plain(text, bar + 1, end), bar + 1, end) for bar, end in pairwise(bars))
    return Row(cells, line.start, line.end)


def plain(text: str, start: int, end: int) -> MappedText:
    """The cell as a person sees it: paragraphs as lines, entities and escapes resolved, digits above the line as ².

    >>> plain("<p>≥ 1</p><p>a&lt;b</p>", 0, 23).text, plain("86.50<sup>2</sup>", 0, 17).text
    ('≥ 1\\na<b', '86.50²')
    """
    raw = text[start:end]
    stripped = raw.strip()
    start += len(raw) - len(raw.lstrip()) if stripped else 0
    end = start + len(stripped)
    if not any(mark in stripped for mark in "<&\\*"):
        return MappedText(stripped, range(start, end))
    parts: list[str] = []
    offsets: list[int] = []

    above = False

    def keep(first: int, last: int) -> None:
        parts.append(raised(text[first:last]) if above else text[first:last])
        offsets.extend(range(first, last))

    position = start
    bold = _bold(text[start:end]) if "**" in stripped else frozenset()
    for match in _MARKUP.finditer(text, start, end):
        if match["bold"] and match.start() - start not in bold:
            continue
        keep(position, match.start())
        position = match.end()
        if match["place"]:
            above = "/" not in match["place"]
        elif match["break"]:
            parts.append("\n")
            offsets.append(match.start())
        elif match["entity"]:
            plain = html.unescape(match["entity"])
            parts.append(plain)
            offsets.extend([match.start()] * len(plain))
        elif match["escaped"]:
            keep(match.start("escaped"), match.end())
    keep(position, end)
    return without_blank_lines("".join(parts), offsets)


def _bold(text: str) -> frozenset[int]:
    """Where the marks of bold text stand: a pair, the second behind a word. (≥**%) is what a template leaves blank.

    >>> sorted(_bold("**河道**保洁")), sorted(_bold("人数(≥**人)和户数(≥**户)"))
    ([0, 4], [])
    """
    found: list[int] = []
    opened: int | None = None
    for match in _BOLD.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if opened is None:
            opened = match.start() if after.strip() else None
        elif before.strip() and (before.isalnum() or not after.isalnum()):
            found += [opened, match.start()]
            opened = None
    return frozenset(found)
