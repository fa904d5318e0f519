"""What a file is, by its content first and its name last: suffixes are wrong too often to be believed."""

from __future__ import annotations

import re
from collections.abc import Collection

from extractor.errors import UnsupportedFile
from extractor.readers.formats import FORMATS
from extractor.readers.unpacker import KINDS

TEXT, PACKAGE, COMPOUND = "text", "package", "compound"
"""Kinds of files: plain text; a ZIP file (a document or an archive) or another archive; an OLE file of old Office.
Any other kind is the name of a format."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"\x89PNG", "a PNG picture; put it into a PDF file, which OCR can read, or type it in"),
    (b"\xff\xd8\xff", "a JPEG picture; put it into a PDF file, which OCR can read, or type it in"),
    (b"\x1f\x8b", "a gzip archive; unpack it first, or pack it as ZIP"),
    (b"SQLite format 3\0", "a database; give the documents themselves"),
)
_HEAD = 4_096
_WEB_PAGE = re.compile(
    rb"\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style)\b", re.IGNORECASE | re.DOTALL
)
_FRAGMENT = re.compile(
    rb"\s*<(?:p|div|h[1-6]|ul|ol|span|section|article|center|font|strong|br)\b[^<>]*>", re.IGNORECASE
)
"""How the inside of a web page begins that was copied without its frame; text of a Markdown file may begin so too."""
_CLOSING = re.compile(rb"</[a-z]\w*\s*>", re.IGNORECASE)
_PIPE_ROW = re.compile(rb"^[ \t]*(?:</?\w[^<>\n]*>[ \t]*)*\|[^\r\n]*\|[ \t]*\r?$", re.MULTILINE)
"""A row of Markdown: its line begins and ends with a bar, tags before it left aside."""
_SEARCHED = 400_000
_MARKDOWN = (".md", ".markdown")
_TABLE = re.compile(r"<(?:(table)\b[^<>]*>|t[rdh]\b)", re.IGNORECASE)
_NEAR = 2_000
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_UOF = "a UOF document; open it in its office program and save it as .docx or .xlsx"
_XML_KINDS = (
    (b"<html", ""),
    (b"schemas.uof.org", _UOF),
    (b"urn:schemas-microsoft-com:office:spreadsheet", "an Excel 2003 XML table; open it and save it as .xlsx"),
    (b"schemas.microsoft.com/office/word/2003", "a Word 2003 XML document; open it and save it as .docx"),
    (b"schemas.microsoft.com/office/2006/xmlPackage", "a Word XML document; open it and save it as .docx"),
)
_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument:xmlns:office"
_MESSAGE = re.compile(rb"\s*(?:[A-Za-z][A-Za-z-]{1,40}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){2,60}")
"""The head of an e-mail message (RFC 5322, 2.2): names and values, which may go on in lines that begin with a blank."""
_MIME = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_OF_PAGES = re.compile(
    rb"^Content-Type:\s*(?:multipart/(?:related|alternative)|text/html)\b", re.IGNORECASE | re.MULTILINE
)
ARCHIVE = "archive"
_OTHER_PACKAGES = (
    (frozenset(("[Content_Types].xml", "ppt/")), "slides (.pptx); give the document itself"),
    (frozenset(("[Content_Types].xml", "visio/")), "a drawing (.vsdx); give the document itself"),
    (
        frozenset(("Encryptions.xml",)),
        "an encrypted OFD document; open it in its reader, and save it without protection or print it as PDF",
    ),
    (frozenset(("uof.xml",)), _UOF),
    (frozenset(("META-INF/container.xml",)), "an e-book; give the document itself"),
)
_LETTER = re.compile(rb"[!-~]\0")
"""One of UTF-16 before "Book": that is no stream's name but the end of another."""
_ENCRYPTED, _SLIDES = "EncryptedPackage", "PowerPoint Document"
_TEMPLATES = {"xls": (".xlt", ".ett")}
"""Suffixes that a folder is not searched for, and that tell what a file is all the same."""


def kind_of(raw: bytes, file: str) -> str:
    """What the bytes are; UnsupportedFile says what they are where no reader takes them.

    >>> kind_of(b"%PDF-1.7", "a.txt"), kind_of("项目名称".encode(), "a.pdf"), kind_of(b"<html>", "a")
    ('pdf', 'text', 'html')
    >>> kind_of(b"<p>a</p>", "a.html"), kind_of(b"<p>a</p>", "a.md"), kind_of(b"<5% a", "a.txt")
    ('html', 'text', 'text')
    """
    head = raw[:_HEAD]
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise UnsupportedFile(file, f"looks like {what}")
    if head.startswith((*ZIP, *KINDS)):
        return PACKAGE  # before PDF: of a stored one, the members' own first bytes stand near its beginning
    if _is_pdf(raw):
        return "pdf"
    if head.startswith(_COMPOUND):
        return COMPOUND
    for row in FORMATS:
        if row.magic and head.startswith(row.magic):
            return row.name
    plain = _plain(head)
    if plain.lstrip().startswith((b"<?xml", b"<office:document")):
        if _OPEN_DOCUMENT in plain:
            return "opendocument"
        what = next((what for mark, what in _XML_KINDS if mark in plain), "an XML file; give the document itself")
        if what:
            raise UnsupportedFile(file, f"looks like {what}")
        return "html"
    if (message := _MESSAGE.match(plain)) and _MIME.search(message[0]):
        if not _OF_PAGES.search(message[0]):
            raise UnsupportedFile(file, "looks like an e-mail; save what is attached to it, and give that")
        return "mht"
    is_fragment = not file.lower().endswith(_MARKDOWN) and _is_fragment(raw)
    return "html" if is_fragment or _WEB_PAGE.match(plain) else TEXT


def holds_html_table(text: str) -> bool:
    """Whether a text that is no web page has HTML tables in it, as the Markdown of many converters does.

    >>> holds_html_table("# 题\\n<table><tr><td>甲</td></tr></table>"), holds_html_table("a < b")
    (True, False)
    """
    table: int | None = None
    for tag in _TABLE.finditer(text):
        if tag[1]:
            table = tag.end()
        elif table is not None and tag.start() - table <= _NEAR:
            return True
    return False


def package_kind(names: Collection[str]) -> str:
    """What a ZIP file with members of these names is: a format, "archive", or a description of what no reader takes.

    >>> package_kind(["[Content_Types].xml", "xl/workbook.xml"]), package_kind(["a/b.pdf"])
    ('xlsx', 'archive')
    """
    lower = {name.replace("\\", "/").lower() for name in names}
    held = {*lower, *(name[: name.index("/") + 1] for name in lower if "/" in name)}
    known = [(members, row.name) for row in FORMATS for members in (row.members, row.members_at_root) if members]
    return next(
        (kind for members, kind in (*known, *_OTHER_PACKAGES) if held.issuperset(map(str.lower, members))), ARCHIVE
    )


def compound_kind(raw: bytes, file: str) -> str:
    """What an OLE file is, by the names of its streams; where it holds several, by its suffix, else the first."""

    lower = raw.lower()  # names of streams are equal whatever the case of their letters: [MS-CFB] 2.6.1

    def holds(stream: str) -> bool:
        name = f"{stream.lower()}\0".encode("utf-16-le")
        at = lower.find(name)
        while at > 0 and _LETTER.fullmatch(lower[max(at - 2, 0) : at]):
            at = lower.find(name, at + 1)
        return at >= 0

    if holds(_ENCRYPTED):
        raise UnsupportedFile(file, "needs a password; open it, take the password off, and save it again")
    found = [row for row in FORMATS if any(map(holds, row.streams))]
    named = [row for row in found if file.lower().endswith((*row.suffixes, *_TEMPLATES.get(row.name, ())))]
    if found:
        return (named or found)[0].name
    if holds(_SLIDES):
        raise UnsupportedFile(file, "looks like slides (.ppt); give the document itself")
    raise UnsupportedFile(
        file, "looks like an old Office file that is damaged, or no document; open it and save it as .docx or .xlsx"
    )


def _is_fragment(raw: bytes) -> bool:
    """Whether bytes are the inside of a web page: they begin with a tag and close some, and hold no rows of Markdown.

    >>> _is_fragment(b"<p>a</p>"), _is_fragment(b"<p>a"), _is_fragment(b"<p>a</p>\\n| b | c |")
    (True, False, False)
    """
    text = _plain(raw[:_SEARCHED])
    return _FRAGMENT.match(text) is not None and bool(_CLOSING.search(text)) and not _PIPE_ROW.search(text)


def _is_pdf(raw: bytes) -> bool:
    """PDF 32000-1, annex H: readers accept the header anywhere in the first 1024 bytes."""
    start = raw[:1_024].find(b"%PDF-")
    return start == 0 or (start > 0 and (not raw[:start].strip(b"\xef\xbb\xbf \r\n\t") or b"startxref" in raw[-2_048:]))


def _plain(head: bytes) -> bytes:
    """The first bytes without a byte order mark, UTF-16 made readable for patterns of bytes."""
    if head.startswith(_MARKS[1:]):
        return head.decode("utf-16", "ignore").lstrip("\ufeff").encode("utf-8", "replace")
    return head.removeprefix(_MARKS[0])
