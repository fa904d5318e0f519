"""PDF files: what their pages print, and where; `extractor.readers.printed` makes tables and lines of it.

characters   what is printed, and where                     rules     straight lines that part cells
page         one page, or the picture that it is            picture   words and lines of a page that is a picture
fonts        the one font that this machine has, always     shapeless letters of which no font has a shape
document     the file: pages, damage, notes
"""

from __future__ import annotations

from extractor.readers.parsed import Parsed


def read_pdf(raw: bytes, file: str) -> Parsed:
    """Lines and tables of a PDF file; raises UnsupportedFile where it is protected, damaged or no PDF at all.

    Its notes, in the words of messages.toml: pages that are pictures (`scanned_page`, `ocr_page` …), tables without
    rules (`no_ruling`, `rules_end`), rows and tables put together (`row_joined`, `nested_table`), characters that
    stand where they should not (`text_over_rule`, `text_outside_page`) or that nobody knows (`unreadable_text`), whose
    font is missing (`shapeless_text`), what is not read at all (`damaged_page`, `cut_off_file`, `attached_files` …),
    and `character_count`.
    """
    # The library costs 50 ms to load, which only a run with a PDF in it shall pay.
    from extractor.readers.pdf.document import read_document

    return read_document(raw, file)
