"""Files to Documents: text dumps, delimited tables and Markdown, whatever their encoding."""

from __future__ import annotations

import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

from extractor.errors import UnreadableFile, UnsupportedFile
from extractor.readers.decode import decode
from extractor.readers.delimited import find_delimiter, read_delimited
from extractor.readers.lines import split_lines
from extractor.readers.markdown import is_markdown, read_markdown
from schemas.document import Document, Line, Table

SUFFIXES = (".txt", ".text", ".md", ".markdown", ".tsv", ".tab", ".csv")
"""What a folder is searched for; a file named on the command line is read whatever its name."""
_NOT_A_FILE = "is not a regular file; give a document or a folder of documents"
_NO_DEVICE = (errno.ENXIO, errno.ENODEV)


def read(path: str | Path, *, name: str | None = None, max_bytes: int = 16 * 1024 * 1024) -> Document:
    """Read one file; `name` is what it is called in the output (default: the path as given).

    Raises UnreadableFile (gone, no permission, not a file) and UnsupportedFile (empty, too large,
    binary, undecodable); both name the file and say what to do.
    """
    file = name or display_name(path)
    raw = _read_bytes(Path(path), file, max_bytes)
    text, encoding = decode(raw, file)
    lines = split_lines(text)
    format_, outside, tables = _find_tables(text, lines)
    return Document(
        file=file,
        sha256=sha256(raw).hexdigest(),
        format=format_,
        encoding=encoding,
        text=text,
        lines=outside,
        tables=tables,
    )


def display_name(path: str | Path) -> str:
    """What a file is called in output: its path, bytes that are no UTF-8 written as \\xff.

    >>> display_name("a/b.txt"), display_name("\\udcff.txt")
    ('a/b.txt', '\\\\xff.txt')
    """
    return os.fsencode(Path(path).as_posix()).decode("utf-8", "backslashreplace")


def _find_tables(text: str, lines: tuple[Line, ...]) -> tuple[str, tuple[Line, ...], tuple[Table, ...]]:
    if is_markdown(text, lines):
        return ("markdown", *read_markdown(text, lines))
    delimiter = find_delimiter(text, lines)
    if delimiter is not None:
        return ("tsv" if delimiter == "\t" else "csv", *read_delimited(text, lines, delimiter))
    return "text", lines, ()


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
