"""A worker: a process that does units of work, one at a time; `crew` starts it, feeds it and outlives it.

It ends with the process that started it. Its memory is limited, and an alarm ends it when a document takes too long:
no code of ours need be reached for that. Frames are a length and a pickle; both ends are this program, and what a
stranger's file holds has gone through the sandbox of its own before it comes here.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from contextlib import suppress
from typing import IO, Any

from extractor.errors import ExtractorError
from extractor.run.unit import Unit, seconds_for

LENGTH = struct.Struct(">Q")
NO_MEMORY = 77
"""Exit status of a worker that has met the limit of its memory."""


def send(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """EOFError where the other process is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    size = LENGTH.unpack(head)[0]
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def main() -> None:
    """Serve until the pipe is closed; the pipes are kept apart from what a library may print."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    _follow_the_parent()
    try:
        unit: Unit = receive(requests)
        _limit_memory(unit.settings.max_memory)
        while True:
            method, size, arguments = receive(requests)
            send(answers, _answer(unit, method, size, arguments))
            _alarm(0)
    except MemoryError:
        os._exit(NO_MEMORY)  # what is left here is in pieces
    except (EOFError, BrokenPipeError):
        pass
    finally:
        _leave()


def _answer(unit: Unit, method: str, size: int, arguments: tuple[Any, ...]) -> tuple[Any, int]:
    """What a unit gives, or the error that concerns more than this document; and the most memory ever held."""
    seconds = seconds_for(unit.settings, size)
    unit.allow = lambda more: _alarm(seconds + more)
    unit.allow(0.0)
    try:
        found: Any = getattr(unit, method)(*arguments)
    except ExtractorError as error:
        found = error
    return found, peak()


def peak() -> int:
    """Most memory that this process ever held, in bytes; 0 where the system does not tell."""
    with suppress(OSError, StopIteration), open("/proc/self/status", encoding="ascii", errors="replace") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    return 0


def _alarm(seconds: float) -> None:
    """End this process when so many seconds have gone by; 0: no more."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        return
    import faulthandler

    faulthandler.cancel_dump_traceback_later()
    if seconds:
        with open(os.devnull, "w") as nowhere:
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)


def _limit_memory(megabytes: int) -> None:
    """The soft limit of address space, and the wish to be the first whom a system without memory ends."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("700")
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = megabytes * 1024 * 1024
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _follow_the_parent() -> None:
    """The keyboard's interrupt is the parent's business, and its death, however it comes, is ours as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            # PR_SET_PDEATHSIG. Not SIGTERM, which a long search in a text would keep waiting.
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() == 1:
            _leave()


def _leave() -> None:
    """Gone, with the sandbox that may be at work."""
    from extractor.readers import sandbox

    with suppress(Exception):
        sandbox.end()
    os._exit(0)
