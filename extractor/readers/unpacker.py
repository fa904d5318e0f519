"""RAR and 7z archives, which libarchive's bsdtar opens: it writes their members anew into a ZIP archive.

So their members are listed, checked, limited and read as those of any ZIP archive (`archive`). bsdtar is a process of
its own, which is given the archive on its standard input and nothing else; the ZIP archive is a temporary file that
goes when nobody reads it any more. Where bsdtar is not installed, the archive is refused with what to do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import BinaryIO, NoReturn

from extractor.errors import UnsupportedFile

KINDS = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z"}
"""First bytes of the archives that are opened here."""
_MAGIC = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
"""All that bsdtar is given, which would take other files for archives of many other kinds."""
_RAR_4, _RAR_5 = b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\1\0"
_HEAD = 64
TIMEOUT = 300.0
"""Seconds for one archive."""
MEMORY = 3 * 1024 * 1024 * 1024
"""Address space; a dictionary of 7z may ask for 4 GB, one that a person chooses has some 64 MB."""
_PROGRAM = "bsdtar"
_OF_THE_SYSTEM = {"darwin": "/usr/bin/tar", "win32": r"C:\Windows\System32\tar.exe"}
"""Systems whose own tar is bsdtar."""
_CHUNK = 1024 * 1024
_LOCKED = ("encrypt", "passphrase", "password")
_PACK_ANEW = "unpack it, then give the folder, or pack it as ZIP"


class Converted:
    """The ZIP archive that was made of another one; it is there as long as this is."""

    def __init__(self) -> None:
        self.folder = mkdtemp(prefix="extractor-archive-")
        self.path = Path(self.folder, "members.zip")
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def kind_of(head: bytes) -> str:
    """What the first bytes of a file say that it is; "" for none of these archives.

    >>> kind_of(b"7z\\xbc\\xaf"), kind_of(b"PK")
    ('7z', '')
    """
    return next((kind for magic, kind in KINDS.items() if head.startswith(magic)), "")


def is_volume(head: bytes) -> bool:
    """Whether a RAR archive is one part of several: bsdtar passes over what begins in another part.

    The flags of the main header tell, of RAR 4 in its bytes 10 and 11, of RAR 5 in a number behind its type and flags.

    >>> five = b"Rar!\\x1a\\x07\\1\\0" + bytes(4)
    >>> is_volume(b"Rar!\\x1a\\x07\\0" + bytes(2) + b"s\\1\\0"), is_volume(five + b"\\3\\1\\0\\0")
    (True, False)
    """
    if head.startswith(_RAR_4):
        return bool(int.from_bytes(head[10:12], "little") & 1)
    if not head.startswith(_RAR_5):
        return False
    numbers = _numbers(head[len(_RAR_5) + 4 :])
    _, _, flags, following = (*numbers[:4], 0, 0, 0, 0)[:4]
    if flags & 1:  # the size of an extra area comes first
        following = numbers[4] if len(numbers) > 4 else 0
    return bool(following & 1)


def _numbers(data: bytes) -> list[int]:
    """Numbers of seven bits a byte, the last of which has its highest bit off."""
    found, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(number)
            number = shift = 0
    return found


def is_installed() -> bool:
    return _program() is not None


def convert(
    source: BinaryIO, file: str, kind: str, most: int, too_large: Callable[[int], UnsupportedFile]
) -> Converted:
    """The members of an archive as a ZIP archive of at most `most` bytes, else the error that `too_large` makes.

    Raises UnsupportedFile: no bsdtar, a password, damaged, a form that bsdtar does not know, too slow.
    """
    program = _program()
    if program is None:
        _refuse(
            file,
            f"is a {kind} archive, which only bsdtar can open, and it is not installed here; install it "
            f"(libarchive-tools on Debian and Ubuntu, libarchive or bsdtar elsewhere), or {_PACK_ANEW}",
        )
    converted = Converted()
    with open(converted.path, "wb") as target, TemporaryFile() as said, _given(source, file, kind) as given:
        process = subprocess.Popen(
            [program, "-c", "--format", "zip", "--options", "zip:compression=store", "-f", "-", "@-"],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=converted.folder,
            env=_environment(converted.folder),
            start_new_session=True,  # so it has no terminal to ask for a password
        )
        _limit(process.pid)
        timer = threading.Timer(TIMEOUT, process.kill)
        timer.daemon = True
        timer.start()
        try:
            written = _copied(process, target, most)
        finally:
            timer.cancel()
            process.kill()
            process.wait()
        if written > most:
            raise too_large(written)
        said.seek(0)
        _check(process.returncode, said.read(_CHUNK).decode("utf-8", "replace"), file, kind)
    return converted


@contextlib.contextmanager
def _given(source: BinaryIO, file: str, kind: str) -> Iterator[BinaryIO]:
    """An archive as bsdtar is given it: 7z as a file, in which it has to seek, RAR through a pipe.

    Of a file it would take a RAR archive for a ZIP archive where a ZIP archive is stored at its end.
    """
    head = source.read(_HEAD)
    if not head.startswith(_MAGIC):
        _refuse(file, f"looks like a {kind} archive that is damaged; get a complete copy")
    if is_volume(head):
        _refuse(file, "is one part of an archive in several; put all parts together, unpack them, give the folder")
    source.seek(0)
    if kind == "RAR":
        reading, writing = os.pipe()
        feeder = threading.Thread(target=_feed, args=(source, writing), daemon=True)
        feeder.start()
        try:
            with open(reading, "rb") as stream:
                yield stream
        finally:
            feeder.join()
        return
    with TemporaryFile() as stream:
        shutil.copyfileobj(source, stream, _CHUNK)
        stream.flush()
        os.lseek(stream.fileno(), 0, os.SEEK_SET)
        yield stream


def _feed(source: BinaryIO, writing: int) -> None:
    with contextlib.suppress(OSError), open(writing, "wb") as pipe:  # it may have enough before the end
        shutil.copyfileobj(source, pipe, _CHUNK)


def _copied(process: subprocess.Popen[bytes], target: BinaryIO, most: int) -> int:
    """How much was written; it ends soon after what is allowed."""
    assert process.stdout is not None
    written = 0
    with process.stdout as stream:
        while written <= most and (piece := stream.read(_CHUNK)):
            target.write(piece)
            written += len(piece)
    if written <= most:
        process.wait()
    return written


def _check(code: int, said: str, file: str, kind: str) -> None:
    """Whether all members were written without a word: a part of them would be a silent loss."""
    if code == 0 and not said.strip():
        return
    if any(word in said.lower() for word in _LOCKED):
        _refuse(file, "needs a password; unpack the archive, then give the folder")
    if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
        _refuse(file, f"was not opened within {TIMEOUT:.0f} seconds and was given up; {_PACK_ANEW}")
    _refuse(
        file,
        f"is a {kind} archive that bsdtar cannot open: it is damaged, locked with a password, or packed in a way that "
        f"bsdtar does not know (an old RAR archive that is solid); {_PACK_ANEW}",
    )


def _program() -> str | None:
    own = _OF_THE_SYSTEM.get(sys.platform)
    return shutil.which(_PROGRAM) or (shutil.which(own) if own else None)


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the caller's environment but where programs and libraries are; names of members in UTF-8."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "LD_LIBRARY_PATH"}}
    return kept | {"TMPDIR": folder, "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"}


def _limit(process: int) -> None:
    """Where the system knows such limits."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.prlimit(process, resource.RLIMIT_AS, (MEMORY, MEMORY))


def _refuse(file: str, message: str) -> NoReturn:
    raise UnsupportedFile(file, message)
