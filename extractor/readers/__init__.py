"""Files to Documents: PDF, Word, Excel, web pages, text dumps, delimited tables and Markdown, alone or in archives.

What a file is, its content says (`signature`). Plain text is read here; everything else is parsed in a process of
its own (`sandbox`), since a stranger's file can ask a parser for anything.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from bisect import bisect_right
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import NamedTuple

from extractor.errors import UnreadableFile, UnsupportedFile
from extractor.readers.archive import Member, read_member
from extractor.readers.plain.converted import as_meant, lost_tables, with_characters
from extractor.readers.plain.decode import decode
from extractor.readers.plain.escapes import unescaped
from extractor.readers.plain.lines import split_lines
from extractor.readers.plain.tables import Found, find_tables
from extractor.readers.signature import TEXT, holds_html_table, kind_of
from extractor.schemas.document import Document

MAX_BYTES = 16 * 1024 * 1024
_NOT_A_FILE = "is not a regular file; give a document or a folder of documents"
_NO_DEVICE = (errno.ENXIO, errno.ENODEV)
_TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)


class RawFile(NamedTuple):
    """A file's bytes, not yet understood."""

    file: str
    raw: bytes
    sha256: str


def read(
    path: str | Path, *, name: str | None = None, max_bytes: int = MAX_BYTES, member: Member | None = None
) -> Document:
    """Read one file, or one member of an archive; `name` is what it is called in the output (default: as given).

    Raises UnreadableFile (gone, no permission, not a file) and UnsupportedFile (empty, too large, damaged,
    encrypted, no document); both name the file and say what to do.
    """
    return parse(load(path, name=name, max_bytes=max_bytes, member=member))


def load(
    path: str | Path, *, name: str | None = None, max_bytes: int = MAX_BYTES, member: Member | None = None
) -> RawFile:
    """The bytes of a file, or of one member of an archive, and their hash."""
    file = name or (display_name(path) if member is None else f"{display_name(path)}/{member.name}")
    raw = (
        _read_bytes(Path(path), file, max_bytes) if member is None else read_member(Path(path), file, member, max_bytes)
    )
    return RawFile(file, raw, sha256(raw).hexdigest())


def parse(source: RawFile) -> Document:
    """What a file holds; raises UnsupportedFile."""
    file, raw, _ = source
    kind = kind_of(raw, file)
    if kind != TEXT:
        return _parse_apart(source, raw, kind)
    text, encoding = decode(raw, file)
    text = with_characters(unescaped(text))
    found = find_tables(text, split_lines(text))
    if _mixes_html(text, found):
        return _parse_apart(source, _as_page(text).encode(), "html")
    return Document(
        file=file,
        sha256=source.sha256,
        format=found.format,
        encoding=encoding,
        text=text,
        lines=found.lines,
        tables=as_meant(text, found.tables),
        notes=lost_tables(text),
    )


def seconds_apart(source: RawFile) -> float:
    """How long `parse` may take for a file that is parsed in a process of its own; 0 for plain text."""
    kind = kind_of(source.raw, source.file)
    if kind == TEXT:
        return 0.0
    from extractor.readers.sandbox import shared

    return shared().limits.of(kind, len(source.raw))[1]


def _parse_apart(source: RawFile, raw: bytes, kind: str) -> Document:
    from extractor.readers.sandbox import shared

    format_, parsed = shared().parse(raw, source.file, kind)
    return Document(
        file=source.file,
        sha256=source.sha256,
        format=format_,
        encoding=None,
        text=parsed.text,
        lines=parsed.lines,
        tables=as_meant(parsed.text, parsed.tables),
        notes=parsed.notes,
        positions=parsed.positions,
    )


def _as_page(text: str) -> str:
    """Markdown or text with HTML tables as a page of its own: what is outside of the tables keeps its lines.

    A table that nothing ends goes on to the end of the text.

    >>> _as_page("表<1>\\n<table><tr><td>甲</table>\\n注")
    '<!doctype html><meta charset="utf-8"><p>表&lt;1&gt;</p><table><tr><td>甲</table><p>注</p>'
    """
    parts = ['<!doctype html><meta charset="utf-8">']
    position = depth = 0
    for tag in _TABLE_TAG.finditer(text):
        if not tag[1]:
            if not depth:
                parts += _paragraphs(text[position : tag.start()])
                position = tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                parts.append(text[position : tag.end()])
                position = tag.end()
    rest = text[position:]
    return "".join([*parts, *([rest] if depth else _paragraphs(rest))])


def _mixes_html(text: str, found: Found) -> bool:
    """Whether a text holds HTML tables outside of those that were found in it, as the Markdown of converters does."""
    if not holds_html_table(text):
        return False
    rows = [(row.start, row.end) for table in found.tables for row in table.rows]
    ends = [end for _, end in rows]
    for tag in _TABLE_TAG.finditer(text):
        at = bisect_right(ends, tag.start())
        if at == len(rows) or tag.start() < rows[at][0]:
            return True
    return False


def _paragraphs(text: str) -> list[str]:
    """The lines of a text as those of a page, and its tables as tables of the page."""
    found = find_tables(text, split_lines(text))
    printed: list[tuple[int, str]] = [
        (line.start, f"<p>{escape(text[line.start : line.end], quote=False)}</p>")
        for line in found.lines
        if text[line.start : line.end].strip()
    ]
    for table in found.tables:
        rows = (
            "".join(f"<td>{escape(cell.content.text, quote=False).replace(chr(10), '<br>')}</td>" for cell in row.cells)
            for row in table.rows
        )
        printed.append((table.rows[0].start, "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"))
    return [part for _, part in sorted(printed)]


def display_name(path: str | Path) -> str:
    """What a file is called in output: its path, bytes that are no UTF-8 written as \\xff.

    >>> display_name("a/b.txt"), display_name("\\udcff.txt")
    ('a/b.txt', '\\\\xff.txt')
    """
    return os.fsencode(Path(path).as_posix()).decode("utf-8", "backslashreplace")


def _read_bytes(path: Path, file: str, max_bytes: int) -> bytes:
    try:
        with open(path, "rb", opener=_open_at_once) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnsupportedFile(file, _NOT_A_FILE)
            if status.st_size > max_bytes:
                raise UnsupportedFile(
                    file,
                    f"has {status.st_size / 1e6:,.0f} MB, more than the limit of {max_bytes / 1e6:,.0f} MB; "
                    "split it into one file per department, or raise --max-bytes",
                )
            # One byte more than allowed shows a file that grows while it is read.
            raw = stream.read(max_bytes + 1)
    except FileNotFoundError:
        raise UnreadableFile(file, "does not exist (any more); check the path, then run again") from None
    except IsADirectoryError:
        raise UnreadableFile(file, "is a folder; give the folder to `extractor run`, which searches it") from None
    except PermissionError:
        raise UnreadableFile(file, "may not be read; check its permissions, then run again") from None
    except OSError as error:
        if error.errno in _NO_DEVICE:
            raise UnsupportedFile(file, _NOT_A_FILE) from None
        raise UnreadableFile(file, f"cannot be read ({error.strerror}); check the path and the disk") from error
    if len(raw) > max_bytes:
        raise UnsupportedFile(file, "grew past the size limit while it was read; run again when it is complete")
    return raw


def _open_at_once(path: str, flags: int) -> int:
    """Opening a named pipe must not wait for somebody to write into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
