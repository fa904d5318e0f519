"""The process in which files from strangers are parsed; `sandbox` starts it, feeds it and puts it to an end.

Standard input carries requests (two lengths, a JSON head, the file's bytes), the first standard output answers
(a length and JSON). Readers and their libraries may print what they like: it goes nowhere.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time
from collections.abc import Callable, Sequence
from io import BufferedReader
from typing import Any, BinaryIO, cast

from extractor.errors import InputError, UnsupportedFile
from extractor.readers import signature, wire
from extractor.readers.formats import FORMATS, function, is_document
from extractor.readers.parsed import Parsed

REQUEST = struct.Struct(">II")
ANSWER = struct.Struct(">I")
READERS = {row.name: row.reader for row in FORMATS if row.reader}


def parse(raw: bytes, file: str, kind: str) -> tuple[str, Parsed]:
    """Format and content of a file that is no plain text; `kind` is what its first bytes say."""
    if kind == signature.PACKAGE:
        kind = _package_kind(raw, file)
    elif kind == signature.COMPOUND:
        kind = signature.compound_kind(raw, file)
    read = cast("Callable[[bytes, str], Parsed]", function(READERS[kind]))
    return kind, read(raw, file)


def _package_kind(raw: bytes, file: str) -> str:
    from extractor.readers import archive, unpacker

    names = [member.name for member in archive.directory(raw, file)]
    kind = signature.package_kind(names)
    if kind == signature.ARCHIVE:
        raise UnsupportedFile(file, _archive_of(names, unpacker.kind_of(raw[:8]) or "ZIP"))
    if kind not in READERS:
        raise UnsupportedFile(file, f"looks like {kind}")
    return kind


def _archive_of(names: Sequence[str], kind: str) -> str:
    """What to say of an archive that is given where a document is asked for.

    >>> _archive_of(["a.pdf", "b.jpg"], "ZIP")
    'is a ZIP archive of 1 document; `extractor run` reads what it holds, or unpack it and give the document'
    """
    if not names:
        return f"is an empty {kind} archive; there is nothing to read"
    documents = sum(map(is_document, names))
    if not documents:
        known = "holds no document that `extractor run` knows (.pdf, .docx, .xlsx, .txt …)"
        return f"is a {kind} archive, and {known}; unpack it to see what it holds"
    count = f"{documents:,} document{'s' if documents > 1 else ''}"
    return f"is a {kind} archive of {count}; `extractor run` reads what it holds, or unpack it and give the document"


def answer(raw: bytes, head: dict[str, Any]) -> dict[str, Any]:
    """What becomes of one file, as plain data."""
    try:
        _limit(head["memory"], head["seconds"])
        kind, parsed = parse(raw, head["file"], head["kind"])
        return {"format": kind, "parsed": wire.pack(parsed)}
    except InputError as error:
        return {"refused": error.message}
    except MemoryError:
        return {"trouble": "memory"}
    except RecursionError:
        return {"trouble": "depth"}
    except Exception as error:  # a fault of ours, or of a library, must cost this file only
        return {"trouble": "fault", "name": type(error).__name__}


def _limit(memory: int, seconds: float) -> None:
    """Soft limits only: the reader of .doc files starts LibreOffice, which needs more memory than any parser."""
    try:
        import resource
    except ImportError:  # no such limits on this system; the time limit of the other process holds
        return
    used = time.process_time()
    for which, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, int(used + seconds) + 1)):
        try:
            _, hard = resource.getrlimit(which)
            resource.setrlimit(which, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
        except (ValueError, OSError):
            continue


def _peak() -> int:
    """Most memory that this process ever had, in bytes; 0 where the system does not tell.

    On Linux getrusage also counts what the process had that started this one.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the other process closes the pipe."""
    while len(lengths := requests.read(REQUEST.size)) == REQUEST.size:
        head_length, raw_length = REQUEST.unpack(lengths)
        head = json.loads(requests.read(head_length))
        found = answer(requests.read(raw_length), head)
        found["peak"] = _peak()
        try:
            data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        except MemoryError:
            data = b'{"trouble":"memory"}'
        answers.write(ANSWER.pack(len(data)))
        answers.write(data)
        answers.flush()


def main() -> None:
    """Keep the pipes for ourselves, and show a library a standard output and input that lead nowhere."""
    requests: BufferedReader = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    serve(cast(BinaryIO, requests), answers)
