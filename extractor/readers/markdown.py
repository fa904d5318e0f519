"""Markdown pipe tables, with the bits of HTML and escapes that converters leave in cells."""

from __future__ import annotations

import html
import re

from schemas.document import Cell, Line, MappedText, Row, Table

_SEPARATOR = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")
_MARKUP = re.compile(
    r"(?P<break><\s*(?:br|/p|/div|/li|p|div|li)(?:\s[^<>]*)?/?\s*>)"
    r"|(?P<tag></?\s*(?:b|i|u|strong|em|span|font|sup|sub|ul|ol)(?:\s[^<>]*)?>)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<bold>\*\*)",
    re.IGNORECASE,
)


def is_markdown(text: str, lines: tuple[Line, ...]) -> bool:
    """Whether the text holds a pipe table: a line of bars right above a line of |---|."""
    if "|" not in text or "-|" not in text.replace(" ", "").replace(":", ""):
        return False
    return any(
        _is_row(text, above) and _SEPARATOR.match(text, line.start, line.end) and "|" in text[line.start : line.end]
        for above, line in zip(lines, lines[1:], strict=False)
    )


def read_markdown(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of tables, and one table for each run of consecutive pipe rows."""
    outside: list[Line] = []
    tables: list[Table] = []
    rows: list[Row] = []
    for line in lines:
        if not _is_row(text, line):
            if rows:
                tables.append(Table(tuple(rows)))
                rows = []
            outside.append(line)
        elif not _SEPARATOR.match(text, line.start, line.end):
            rows.append(_read_row(text, line))
    if rows:
        tables.append(Table(tuple(rows)))
    return tuple(outside), tuple(tables)


def _is_row(text: str, line: Line) -> bool:
    return text[line.start : line.end].lstrip().startswith("|")


def _read_row(text: str, line: Line) -> Row:
    bars = [match.start() for match in _PIPE.finditer(text, line.start, line.end)]
    if not text[bars[-1] + 1 : line.end].strip():
        ends = bars[1:]
    else:
        ends = [*bars[1:], line.end]
    cells = tuple(
        Cell(_plain(text, bar + 1, end), bar + 1, end) for bar, end in zip(bars, ends, strict=False)
    )
    return Row(cells, line.start, line.end)


def _plain(text: str, start: int, end: int) -> MappedText:
    """The cell as a person sees it: paragraphs as lines, entities and escapes resolved.

    >>> _plain("<p>≥ 1</p><p>a&lt;b</p>", 0, 23).text
    '≥ 1\\na<b'
    """
    raw = text[start:end]
    stripped = raw.strip()
    start += len(raw) - len(raw.lstrip()) if stripped else 0
    end = start + len(stripped)
    if not any(mark in stripped for mark in "<&\\*"):
        return MappedText(stripped, range(start, end))
    parts: list[str] = []
    offsets: list[int] = []

    def keep(first: int, last: int) -> None:
        parts.append(text[first:last])
        offsets.extend(range(first, last))

    position = start
    for match in _MARKUP.finditer(text, start, end):
        keep(position, match.start())
        position = match.end()
        if match["break"]:
            parts.append("\n")
            offsets.append(match.start())
        elif match["entity"]:
            plain = html.unescape(match["entity"])
            parts.append(plain)
            offsets.extend([match.start()] * len(plain))
        elif match["escaped"]:
            keep(match.start("escaped"), match.end())
    keep(position, end)
    joined = "".join(parts)
    lead = len(joined) - len(joined.lstrip())
    content = joined.strip()
    collapsed = re.sub(r"\s*\n\s*", "\n", content)
    if collapsed == content:
        return MappedText(content, offsets[lead : lead + len(content)])
    pieces = [(match.start(), match.end()) for match in re.finditer(r"\n|[^\n]+", content)]
    kept_text: list[str] = []
    kept: list[int] = []
    for first, last in pieces:
        piece = content[first:last]
        body = piece.strip() if piece != "\n" else piece
        if not body and piece != "\n":
            continue
        if piece == "\n":
            if kept_text and kept_text[-1] != "\n":
                kept_text.append("\n")
                kept.append(offsets[lead + first])
            continue
        shift = piece.index(body)
        kept_text.append(body)
        kept.extend(offsets[lead + first + shift : lead + first + shift + len(body)])
    return MappedText("".join(kept_text), kept)
