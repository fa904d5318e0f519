"""OpenDocument files (ISO/IEC 26300): texts and workbooks of LibreOffice and of the offices of UOS and Kylin, packed
or flat."""

from __future__ import annotations

from extractor.errors import UnsupportedFile
from extractor.readers.opendocument.document import OpenDocument
from extractor.readers.opendocument.sheets import read_sheets
from extractor.readers.opendocument.story import read_story
from extractor.readers.parsed import Parsed

_READERS = {"text": read_story, "spreadsheet": read_sheets}


def read_opendocument(raw: bytes, file: str) -> Parsed:
    """Text and tables of an ODT, ODS, FODT or FODS file, as they are shown.

    Raises UnsupportedFile: damaged, encrypted, oversized, or neither a text nor a workbook.
    """
    document = OpenDocument(raw, file)
    read = _READERS.get(document.kind)
    if read is None:
        raise UnsupportedFile(file, "is an OpenDocument file of slides or drawings; give the document itself")
    try:
        return read(document)
    except RecursionError:
        raise UnsupportedFile(file, "nests its text hundreds of levels deep; copy it into a new document") from None
