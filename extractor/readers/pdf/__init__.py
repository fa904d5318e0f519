"""PDF files: ruled tables to cells by position, everything else as lines.

    characters   what is printed, and where                     rules     straight lines that part cells
    grid         rules to tables, rows and merged cells         layout    characters of a cell or a line to text
    page         one page: its tables and the lines around them
    joining      rows and cells that go on over a page break    document  the file: pages, damage, notes

Every character of every page stands in exactly one cell or in one line outside of the tables. That is counted
for the whole file, and a file for which the count does not come out is refused.
"""

from __future__ import annotations

from extractor.readers.parsed import Parsed


def read_pdf(raw: bytes, file: str) -> Parsed:
    """Lines and tables of a PDF file; raises UnsupportedFile where it is protected, damaged or no PDF at all.

    Notes: `scanned_page` (no text layer), `ocr_page` (read by OCR, or its text layer was), `no_ruling` (no table
    has ruling lines, so blank cells leave no trace), `row_joined`, `nested_table`, `text_over_rule` (printed over
    the edge of a cell), `text_outside_page` (cut off by the page's edge), `unreadable_text` (the font does not say
    which letters it draws), `unreadable_part` (a page, form or attachment that is not read), `character_count`.
    """
    # The library costs 50 ms to load, which only a run with a PDF in it shall pay.
    from extractor.readers.pdf.document import read_document

    return read_document(raw, file)
