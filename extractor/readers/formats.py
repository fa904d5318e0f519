"""The formats that are read, one row each: what they are known by, who reads them, what their pages are.

A new format is a reader and a row here, and its suffixes in both READMEs: what a folder is searched for, which module
is started in the sandbox, what a case of the golden set may need and how places are told all come from this table.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

Tool = Literal["bsdtar", "libreoffice", "ocr"]
"""A program or library that does not come with this one."""
Pages = Literal["pages", "sheets"]


class Format(NamedTuple):
    """One format. What a file is, its content shows; its suffix only decides whether a folder's search finds it.

    `reader` is "module:function" below this package, run in the sandbox with a file's bytes and its name; a format
    without one is plain text, and read where it is decoded. First bytes are one of `magic`; a ZIP package has all
    of `members` (folders end in "/"), or of `members_at_root`; an old Office file has one of `streams`. Page numbers
    count `pages`. `tool` reads it (of a PDF file, its pictures). `is_exported`: written by programs, which
    end the last line as well.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str = ""
    magic: tuple[bytes, ...] = ()
    members: frozenset[str] = frozenset()
    members_at_root: frozenset[str] = frozenset()
    streams: tuple[str, ...] = ()
    pages: Pages = "pages"
    tool: Tool | None = None
    is_exported: bool = False


_BARE_WORKBOOKS = (
    *(b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00"),
)
"""Records of a workbook without a file around them, as old programs wrote them."""

FORMATS = (
    Format("text", (".txt", ".text")),
    Format("markdown", (".md", ".markdown")),
    Format("tsv", (".tsv", ".tab"), is_exported=True),
    Format("csv", (".csv",), is_exported=True),
    Format("html", (".html", ".htm"), "web.html:read_html"),
    Format("mht", (".mht", ".mhtml"), "web.archive:read_mht"),
    Format("pdf", (".pdf",), "pdf:read_pdf", tool="ocr"),
    Format("ofd", (".ofd",), "ofd:read_ofd", members=frozenset(("OFD.xml",)), tool="ocr"),
    Format(
        "docx",
        (".docx", ".docm"),
        "word.docx:read_docx",
        members=frozenset(("[Content_Types].xml", "word/")),
        members_at_root=frozenset(("[Content_Types].xml", "_rels/", "document.xml")),
    ),
    Format(
        "opendocument",
        (".odt", ".ods", ".fodt", ".fods"),
        "opendocument:read_opendocument",
        members=frozenset(("META-INF/manifest.xml", "content.xml")),
        pages="sheets",
    ),
    Format("doc", (".doc", ".wps"), "word.doc:read_doc", streams=("WordDocument",), tool="libreoffice"),
    Format("rtf", (".rtf",), "word.doc:read_doc", magic=(b"{\\rtf",), tool="libreoffice"),
    Format(
        "xlsx",
        (".xlsx", ".xlsm"),
        "excel.xlsx:read_xlsx",
        members=frozenset(("[Content_Types].xml", "xl/")),
        members_at_root=frozenset(("[Content_Types].xml", "_rels/", "workbook.xml")),
        pages="sheets",
    ),
    Format(
        "xls",
        (".xls", ".et"),
        "excel.xls:read_xls",
        magic=_BARE_WORKBOOKS,
        streams=("Workbook", "Book"),
        pages="sheets",
    ),
)
"""In the order in which their marks are looked for. Text, web pages, web archives and PDF files have marks of their own
kind: see `signature`."""
ARCHIVES = (".zip", ".rar", ".7z")
"""What holds documents, each of them an input of its own."""
UNREAD_SUFFIXES = (".xlsb", ".ppt", ".pptx", ".dps", ".uof", ".uot", ".uos")
"""Documents that no reader takes: a run reports them as failed, so that nobody takes them for read."""
SUFFIXES = (*(suffix for row in FORMATS for suffix in row.suffixes), *ARCHIVES)
"""What a folder is searched for; a file named on the command line is read whatever its name."""
PACKAGED = frozenset(suffix for row in FORMATS if row.members for suffix in row.suffixes)
"""Documents that are ZIP files themselves."""
_DOCUMENTS = frozenset((*SUFFIXES, *UNREAD_SUFFIXES))
BY_NAME = {row.name: row for row in FORMATS}
TOOLS: dict[Tool, str] = {
    "bsdtar": "unpacker:is_installed",
    "libreoffice": "word.doc:is_installed",
    "ocr": "ocr:is_installed",
}
"""Who knows whether it is here: "module:function" below this package."""


def function(name: str) -> object:
    """What a row names, imported only now: readers and their libraries are heavy.

    >>> function("ocr:is_installed").__name__
    'is_installed'
    """
    module, _, attribute = name.partition(":")
    found: object = getattr(import_module(f"{__package__}.{module}"), attribute)
    return found


def is_here(tool: Tool) -> bool:
    """Whether a tool is installed on this machine."""
    asked = function(TOOLS[tool])
    return callable(asked) and bool(asked())


def is_document(name: str) -> bool:
    """Whether a file of this name or path is one that a search for documents finds; a README is about documents.

    >>> [is_document(name) for name in ("a/b.PDF", "__MACOSX/a/._b.pdf", "a/~$b.docx", "README.md", "c.jpg")]
    [True, False, False, False, False]
    """
    *folders, last = name.split("/")
    if last.startswith((".", "~$", "README")) or "__MACOSX" in folders:
        return False
    return PurePosixPath(last).suffix.lower() in _DOCUMENTS


def counts_sheets(format_: str) -> bool:
    """Whether page numbers of this format are those of sheets.

    >>> counts_sheets("xlsx"), counts_sheets("pdf"), counts_sheets("of an old run")
    (True, False, False)
    """
    return format_ in BY_NAME and BY_NAME[format_].pages == "sheets"


def is_exported(format_: str) -> bool:
    """Whether programs write this format, line by line.

    >>> is_exported("csv"), is_exported("markdown")
    (True, False)
    """
    return format_ in BY_NAME and BY_NAME[format_].is_exported
