"""Old Word documents (DOC, WPS, RTF), which only an office program can read: LibreOffice makes a DOCX of them.

It runs on a copy, in a profile of its own that is thrown away, without macros, without links to the network, and
for a limited time. Where LibreOffice is not installed, the file is refused with what to do.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from extractor.errors import UnsupportedFile
from extractor.readers.ooxml import OLE
from extractor.readers.parsed import Parsed
from extractor.readers.word.docx import read_docx
from extractor.schemas.document import Note

TIMEOUT = 120.0
"""Seconds for one document; one of a hundred pages takes five."""
_LARGEST = 256 * 1024 * 1024
_PROGRAMS = ("soffice", "libreoffice")
_APPLICATION = "/Applications/LibreOffice.app/Contents/MacOS/soffice"
_RTF = b"{\\rtf"
_WORD_MAGIC, _ENCRYPTED_FLAG = b"\xec\xa5", 0x01  # [MS-DOC] 2.5.2: FibBase.wIdent, bit fEncrypted of byte 11
_SECTOR = 512
_ROW_ENDS = (b"\x07\0\x07\0", b"\x07\x07")  # [MS-DOC] 2.4.3: the last cell's mark, then the row's
_FILTERS = {".doc": "MS Word 97", ".rtf": "Rich Text Format"}
_OTHERS = ("Workbook", "Book", "PowerPoint Document")
_MIN_ROWS = 3
# Switches of LibreOffice: no macros, no active content, nothing fetched that a document links to.
_REGISTRY = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>"""
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Inet/Settings", "ooInetProxyType", "1"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def is_installed() -> bool:
    return _program() is not None


def read_doc(raw: bytes, file: str) -> Parsed:
    """Text and tables of a DOC, WPS or RTF file, as `read_docx` sees them once it is converted.

    Raises UnsupportedFile: encrypted, no Word document, LibreOffice missing, failing, or taking too long.
    """
    suffix = _suffix(raw, file)
    program = _program()
    if program is None:
        _refuse(
            file,
            "is an old Word document, which only LibreOffice can read, and it is not installed here; "
            "install it, or open the file in Word or WPS and save it as DOCX",
        )
    with TemporaryDirectory(prefix="extractor-doc-") as folder:
        converted = _convert(program, raw, Path(folder), suffix, file)
    parsed = read_docx(converted, file)
    notes = [Note("converted", "LibreOffice"), *parsed.notes]
    if not parsed.tables and any(raw.count(mark) >= _MIN_ROWS for mark in _ROW_ENDS):
        notes.append(Note("lost_cells", ""))
    return replace(parsed, notes=tuple(notes))


def _program() -> str | None:
    return next(filter(None, map(shutil.which, (*_PROGRAMS, _APPLICATION))), None)


def _suffix(raw: bytes, file: str) -> str:
    if raw.startswith(_RTF):
        return ".rtf"
    if not raw.startswith(OLE):
        _refuse(file, "is no old Word document, whatever its name says; give the document itself")
    if _name("EncryptedPackage") in raw or (
        raw[_SECTOR : _SECTOR + 2] == _WORD_MAGIC and raw[_SECTOR + 11] & _ENCRYPTED_FLAG
    ):
        _refuse(file, "needs a password; open it, take the password off, and save it again")
    if _name("WordDocument") not in raw:
        if any(_name(stream) in raw for stream in _OTHERS):
            _refuse(file, "holds no Word document but another of Office; give it the suffix of what it is (.xls, .ppt)")
        _refuse(file, "is damaged: its directory names no Word document; get a complete copy")
    return ".doc"


def _name(stream: str) -> bytes:
    """A stream's name as it stands in the file's directory."""
    return stream.encode("utf-16-le")


def _convert(program: str, raw: bytes, folder: Path, suffix: str, file: str) -> bytes:
    source, target = folder / f"source{suffix}", folder / "out" / "source.docx"
    source.write_bytes(raw)
    _write_profile(folder / "profile")
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        f"--infilter={_FILTERS[suffix]}",  # left to itself, it reads what is damaged as plain text
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(target.parent),
        str(source),
    ]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # soffice starts soffice.bin: only the whole group can be ended
    )
    try:
        process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        _refuse(file, f"took LibreOffice longer than {TIMEOUT:.0f} seconds; open it in Word or WPS and save it as DOCX")
    finally:
        _end(process)
    if not target.is_file():
        _refuse(
            file,
            "could not be read by LibreOffice: it is damaged or needs a password, or LibreOffice is installed without "
            "its part Writer; open it in Word or WPS and save it as DOCX",
        )
    if target.stat().st_size > _LARGEST:
        _refuse(file, "becomes too large a document; split it into one file per department")
    return target.read_bytes()


def _write_profile(profile: Path) -> None:
    (profile / "user").mkdir(parents=True)
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (profile / "user" / "registrymodifications.xcu").write_text(_REGISTRY.format(items=items), encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's environment but where programs, fonts and libraries are."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "LD_LIBRARY_PATH"}}
    return kept | {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def _refuse(file: str, message: str) -> NoReturn:
    raise UnsupportedFile(file, message)
