"""Archives of documents: what is in them, and one member at a time; no member is ever written to the disk.

PKWARE's APPNOTE 6.3 describes ZIP; RAR and 7z archives are made ZIP archives first (`unpacker`). Names without the
UTF-8 flag are in the code page of whoever packed them, which on a Chinese Windows is GBK. Archives in archives are
opened as well, some levels deep; what all of them unpack to is counted together.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from io import BytesIO, FileIO
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from extractor.errors import UnreadableFile, UnsupportedFile
from extractor.readers import signature, unpacker
from extractor.readers.formats import ARCHIVES

MAX_MEMBERS = 10_000
MAX_UNPACKED = 16 * 1024 * 1024 * 1024
MAX_DEPTH = 4
"""Levels of archives in archives: a province's holds its cities', a city's its districts'."""
MAX_RATIO = 200
"""An archive may unpack to more than this many times its size only while that is little; text packs 30 to 1."""
_LITTLE = 256 * 1024 * 1024
_MAX_DIRECTORY = 4 * 1024 * 1024
_STORED, _DEFLATED = 0, 8
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES encryption"}
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNICODE_PATH = 0x7075
_LINK = 0o12
_LOCAL = struct.Struct("<4s22xHH")
_CHUNK = 1024 * 1024
_HEAD = 8
_DAMAGED = "is damaged; get a complete copy"
_UNSAFE = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|//|^[A-Za-z]:")


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """Where one file lies in an archive: all that is needed to read it without the archive's directory."""

    name: str
    offset: int
    packed: int
    size: int
    crc: int
    method: int
    encrypted: bool = False
    link: bool = False
    inside: Member | None = None
    """The archive in the archive that holds it."""


class _Bounded:
    """A stream from which no directory is read that is too large for memory; members are read piece by piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MAX_DIRECTORY:
            raise BadZipFile("directory too large")
        return super().read(size)  # type: ignore[misc, no-any-return]


class _File(_Bounded, FileIO):
    pass


class _Memory(_Bounded, BytesIO):
    pass


def is_archive(path: Path) -> bool:
    """Whether a file is an archive and not a document that is packed in one, as .docx and .xlsx are."""
    try:
        if not path.is_file():  # opening a named pipe would wait for somebody to write into it
            return False
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
        if not head.startswith(signature.ZIP):
            return bool(unpacker.kind_of(head))
        with _File(path) as file:
            return signature.package_kind({member.name for member in _members(file, "")}) == signature.ARCHIVE
    except UnsupportedFile:
        return path.suffix.lower() in ARCHIVES
    except OSError:
        return False


def members(path: Path, file: str, max_bytes: int) -> list[Member]:
    """Every file in an archive, those of archives in it included; UnsupportedFile where it cannot be opened.

    An inner archive that cannot be opened is listed itself, so that reading it says why.
    """
    with _archive(path, file, None, max_bytes) as stream:
        outer = _members(stream, file)
        opened = _Opened(path, file, max_bytes, _most(path.stat().st_size))
    return list(opened.within(outer, 1))


def directory(raw: bytes, file: str) -> list[Member]:
    """The members of an archive that is held in memory."""
    kind = unpacker.kind_of(raw[:_HEAD])
    if not kind:
        return _members(_Memory(raw), file)
    converted = _converted(_Memory(raw), file, kind, len(raw))
    with _File(converted.path) as stream:
        return _members(stream, file)


def read_member(path: Path, file: str, member: Member, max_bytes: int) -> bytes:
    """One member's bytes; `file` names it in errors."""
    with _archive(path, file, member.inside, max_bytes) as stream:
        return _unpacked(stream, file, member, max_bytes)


@dataclass(slots=True)
class _Opened:
    """An archive whose inner archives are being opened, and how much more all of them may unpack to."""

    path: Path
    file: str
    max_bytes: int
    left: int
    found: int = 0

    def within(self, members: Sequence[Member], depth: int) -> Iterator[Member]:
        """These members, in the place of archives among them what they hold."""
        for member in members:
            inner = self._inner(member) if depth < MAX_DEPTH and member.name.lower().endswith(ARCHIVES) else []
            if inner:
                yield from self.within(inner, depth + 1)
                continue
            self.found += 1
            if self.found > MAX_MEMBERS:
                raise _too_many(self.file)
            yield member

    def _inner(self, member: Member) -> list[Member]:
        """What an archive in the archive holds; nothing where it cannot be opened, or is a document."""
        try:
            with _archive(self.path, member.name, member, self.max_bytes) as stream:
                found = _members(stream, member.name)
        except UnsupportedFile:
            return []
        self.left -= sum(one.size for one in found)
        if self.left < 0:
            raise _bomb(self.file, _most(self.path.stat().st_size) - self.left, self.path.stat().st_size)
        if signature.package_kind({one.name for one in found}) != signature.ARCHIVE:
            return []
        return [replace(one, name=f"{member.name}/{one.name}", inside=member) for one in found]


def _archive(path: Path, file: str, inside: Member | None, max_bytes: int) -> BinaryIO:
    """An archive as a ZIP archive: the file itself, or the one `inside` it."""
    try:
        status = path.stat()
        return _opener(path, status.st_mtime_ns, status.st_size, inside, max_bytes)()
    except OSError as error:
        raise UnreadableFile(file, f"cannot be read ({error.strerror}); check the path and the disk") from None
    except (UnreadableFile, UnsupportedFile) as error:
        raise type(error)(file, error.message) from None


@lru_cache(maxsize=MAX_DEPTH)
def _opener(path: Path, changed: int, size: int, inside: Member | None, max_bytes: int) -> Callable[[], BinaryIO]:
    """What opens an archive, kept for its next member; `changed` and `size` tell a file that was written anew."""
    opener: Callable[[], BinaryIO] = partial(_File, path)
    if inside is not None:
        with _archive(path, inside.name, inside.inside, max_bytes) as outer:
            raw = _unpacked(outer, inside.name, inside, max_bytes)
        opener, size = partial(_Memory, raw), len(raw)
    with opener() as stream:
        kind = unpacker.kind_of(stream.read(_HEAD))
        stream.seek(0)
        return opener if not kind else partial(_reopened, _converted(stream, path.name, kind, size))


def _reopened(converted: unpacker.Converted) -> BinaryIO:
    return _File(converted.path)


def _converted(stream: BinaryIO, file: str, kind: str, size: int) -> unpacker.Converted:
    return unpacker.convert(stream, file, kind, _most(size), lambda written: _bomb(file, written, size))


def _most(size: int) -> int:
    """How much an archive of so many bytes may unpack to."""
    return min(max(_LITTLE, MAX_RATIO * size), MAX_UNPACKED)


def _members(stream: BinaryIO, file: str) -> list[Member]:
    """The directory of an archive, checked as a whole."""
    try:
        with ZipFile(stream) as archive:
            entries = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error, OverflowError) as error:
        if "too large" in str(error):
            raise _too_many(file) from None
        raise UnsupportedFile(file, f"looks like a ZIP archive whose directory {_DAMAGED}") from None
    if len(entries) > MAX_MEMBERS:
        raise _too_many(file)
    files = [entry for entry in entries if not entry.is_dir()]
    unpacked, size = sum(entry.file_size for entry in files), stream.seek(0, 2)
    if unpacked > _most(size):
        raise _bomb(file, unpacked, size)
    ends = 0
    for entry in sorted(files, key=lambda entry: entry.header_offset):
        if entry.header_offset < ends:
            raise UnsupportedFile(
                file,
                "has members that lie over each other, as only ZIP bombs do; get the documents from their publisher",
            )
        ends = entry.header_offset + entry.compress_size
    return list(_distinct(files))


def _distinct(entries: Sequence[ZipInfo]) -> Iterator[Member]:
    """Members under names of their own: a name that comes again is numbered."""
    taken: set[str] = set()
    for entry in entries:
        name, count = member_name(entry), 1
        folder, slash, last = name.rpartition("/")
        stem, dot, suffix = last.rpartition(".") if "." in last[1:] else (last, "", "")
        while name in taken:
            count += 1
            name = f"{folder}{slash}{stem} ({count}){dot}{suffix}"
        taken.add(name)
        yield Member(
            name=name,
            offset=entry.header_offset,
            packed=entry.compress_size,
            size=entry.file_size,
            crc=entry.CRC,
            method=entry.compress_type,
            encrypted=bool(entry.flag_bits & _ENCRYPTED),
            link=entry.create_system == 3 and entry.external_attr >> 28 == _LINK,
        )


def member_name(entry: ZipInfo) -> str:
    """A member's name: UTF-8 where it says so or is so, else GBK, else as DOS would print it.

    >>> entry = ZipInfo("预算.txt".encode("gbk").decode("cp437")); member_name(entry)
    '预算.txt'
    """
    printed = entry.orig_filename.partition("\0")[0]
    if not entry.flag_bits & _UTF8:
        try:
            raw = printed.encode("cp437")
        except UnicodeEncodeError:  # zipfile has found the name elsewhere
            raw = b""
        printed = _unicode_path(entry.extra, raw) or _decoded(raw) or printed
    return printed.replace("\\", "/")


def _decoded(raw: bytes) -> str:
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return ""


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name in UTF-8 that some packers put beside the other (Info-ZIP), if it belongs to it."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "ignore")
    return ""


def _unpacked(stream: BinaryIO, file: str, member: Member, max_bytes: int) -> bytes:
    """A member's bytes, never more than the limit whatever its header says."""
    if member.link:
        raise UnsupportedFile(
            file, "is a link, not a document; links in archives are not followed: pack the document itself"
        )
    if _UNSAFE.search(member.name):
        raise UnsupportedFile(
            file,
            "has a path that leads out of its archive, as only attacks have; it was not read: give the document itself",
        )
    if member.encrypted:
        raise UnsupportedFile(file, "needs a password; unpack the archive, then give the folder")
    if member.method not in (_STORED, _DEFLATED):
        how = _METHODS.get(member.method, f"method {member.method}")
        raise UnsupportedFile(
            file, f"is packed with {how}, which is not read here; unpack the archive, give the folder"
        )
    if member.size > max_bytes:
        raise _too_large(file, member.size, max_bytes)
    stream.seek(member.offset)
    head = stream.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(signature.ZIP[0]):
        raise UnsupportedFile(file, _DAMAGED)
    _, name_length, extra_length = _LOCAL.unpack(head)
    stream.seek(member.offset + _LOCAL.size + name_length + extra_length)
    data = _stored(stream, member) if member.method == _STORED else _inflated(stream, member, file)
    if len(data) != member.size or zlib.crc32(data) != member.crc:
        raise UnsupportedFile(file, _DAMAGED)
    return data


def _stored(stream: BinaryIO, member: Member) -> bytes:
    return b"".join(_pieces(stream, min(member.packed, member.size + 1)))


def _inflated(stream: BinaryIO, member: Member, file: str) -> bytes:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = bytearray()
    try:
        for packed in _pieces(stream, member.packed):
            unpacked += inflate.decompress(packed, member.size + 1 - len(unpacked))
            if len(unpacked) > member.size or inflate.eof:
                break
    except zlib.error:
        raise UnsupportedFile(file, _DAMAGED) from None
    return bytes(unpacked)


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = stream.read(min(size, _CHUNK))
        if not piece:
            return
        size -= len(piece)
        yield piece


def _bomb(file: str, unpacked: int, size: int) -> UnsupportedFile:
    return UnsupportedFile(
        file,
        f"unpacks to {unpacked / 1e9:,.1f} GB from {size / 1e6:,.1f} MB; "
        "it looks like a ZIP bomb: unpack it yourself, if at all",
    )


def _too_large(file: str, size: int, max_bytes: int) -> UnsupportedFile:
    return UnsupportedFile(
        file,
        f"has {size / 1e6:,.0f} MB, more than the limit of {max_bytes / 1e6:,.0f} MB; "
        "split it into one file per department, or raise --max-bytes",
    )


def _too_many(file: str) -> UnsupportedFile:
    return UnsupportedFile(file, f"holds more than {MAX_MEMBERS:,} files; unpack it, or pack it in several archives")
