"""Pages to the text that they make, with the account of every character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from extractor.errors import UnsupportedFile
from extractor.readers.parsed import Parsed, TextBuilder
from extractor.readers.printed.characters import ink
from extractor.readers.printed.furniture import take_furniture
from extractor.readers.printed.joining import join_pages
from extractor.readers.printed.page import Page
from extractor.schemas.document import Note


def write_pages(pages: Sequence[Page], notes: Sequence[Note], file: str) -> Parsed:
    """The text of a file's pages, what goes on over a page break joined; `notes` are those on the file itself.

    Raises UnsupportedFile where the text has not exactly the characters that are printed.
    """
    take_furniture(pages)
    pages = [*chain.from_iterable(map(_with_parts, pages))]
    join_pages(pages)
    builder = TextBuilder(file, paged=True)
    spans: dict[int, tuple[int, int]] = {}
    number = 1
    for page in pages:
        if page.number > number:
            number = page.number
            builder.page_break()
        for item in page.items:
            if isinstance(item, str):
                builder.line(item)
            else:
                written = builder.table(item.rows, keep_columns=item.aligned)
                spans |= {id(row): (one.start, one.end) for row, one in zip(item.rows, written, strict=False)}
        for words in page.stamps:
            builder.aside(words)
        for kind, detail in page.notes:
            builder.note(kind, detail)
        for doubt in page.doubts:
            builder.note(doubt.kind, f"{doubt.count}", spans.get(id(doubt.row)))
    parsed = builder.parsed()
    characters, in_cells = sum(page.characters for page in pages), sum(page.in_cells for page in pages)
    if (read := ink(parsed.text)) != characters:
        raise UnsupportedFile(
            file,
            f"has {characters:,} characters, but {read:,} were read; save it as text and report this as an error",
        )
    about_file = list(notes)
    if characters and not parsed.tables:
        about_file.append(Note("no_ruling", ""))
    counted = f"{characters:,} characters on {number:,} pages: {in_cells:,} in cells, {characters - in_cells:,} outside"
    return replace(parsed, notes=(*parsed.notes, *about_file, Note("character_count", counted)))


def _with_parts(page: Page) -> Iterator[Page]:
    """A page and what stands beside it on the same sheet, one after the other."""
    yield page
    for part in page.parts:
        yield from _with_parts(part)
