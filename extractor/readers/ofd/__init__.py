"""OFD documents (GB/T 33190): a ZIP package of XML pages on which every character and every stroke has its place.

    package   the parts of a package, and how they name each other
    text      the characters of a text object, each with its box     paths      what a path object draws
    content   what stands on a page, templates and units included    letters    its letters, in the order of reading
    page      one page, as the table finder takes it                 notes      annotations, seals and attachments
    document  the file: its documents, and their pages

Tables, lines and page breaks are found as in a PDF file, by `extractor.readers.printed`.
"""

from __future__ import annotations

from extractor.readers.ofd.document import read_ofd

__all__ = ["read_ofd"]
