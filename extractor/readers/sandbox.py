"""Files from strangers are parsed in a process of their own, with limits on memory and time.

A crash, a bomb or an endless loop there costs that one file, with a message. Starting the process takes a fifth of a
second, so it is used for many files and replaced after trouble, after many files, or once it has become fat. It sees
no environment variable that could hold a key. Only plain data come back (see `wire`).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import IO, Any

from extractor.errors import UnreadableFile, UnsupportedFile
from extractor.readers import ocr, wire
from extractor.readers.formats import BY_NAME
from extractor.readers.parsed import Parsed
from extractor.readers.signature import COMPOUND, PACKAGE
from extractor.readers.worker import ANSWER, REQUEST

_KEPT = frozenset(("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT"))
"""Environment variables that a parser, or LibreOffice, may need."""
_MAX_ANSWER = 1024 * 1024 * 1024
_LIBREOFFICE = 120.0
_ADVICE = "open it in its own program and save it anew, or split it into one file per department"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Memory is address space, of which a library takes more than it uses."""

    memory: int = 3 * 1024 * 1024 * 1024
    seconds: float = 60.0
    seconds_per_megabyte: float = 20.0
    files_per_process: int = 500
    fat: int = 768 * 1024 * 1024
    """A process that ever held more than this is not used again."""

    def of(self, kind: str, size: int) -> tuple[int, float]:
        """Memory and seconds for one file.

        LibreOffice, which reads old Word files, ends by itself before its time is up. OCR takes ten seconds a page,
        and a scanned page may have as little as 25 KB; a package may be an OFD document of such pages.
        """
        seconds = self.seconds + self.seconds_per_megabyte * size / 1_000_000
        if kind == COMPOUND or _is_converted(kind):
            return self.memory, seconds + 2 * _LIBREOFFICE
        if kind in ("pdf", PACKAGE) and ocr.is_installed():
            return 2 * self.memory, seconds + size / 25_000 * 10
        return self.memory, seconds


def _is_converted(kind: str) -> bool:
    return kind in BY_NAME and BY_NAME[kind].tool == "libreoffice"


class Sandbox:
    """One process that parses one file at a time; threads wait for each other."""

    start = "import sys; sys.path[:] = {path!r}; from extractor.readers.worker import main; main()"
    """What the process runs."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.started = 0
        """Processes started so far."""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._owner = 0
        self._files = 0
        self._lock = threading.Lock()

    def parse(self, raw: bytes, file: str, kind: str) -> tuple[str, Parsed]:
        """Format and content of a file; UnsupportedFile where it cannot be read, whatever the reason."""
        with self._lock:
            process = self._running(file)
            memory, seconds = self.limits.of(kind, len(raw))
            late = threading.Event()

            def give_up() -> None:
                late.set()
                _kill(process)

            timer = threading.Timer(seconds, give_up)
            timer.daemon = True
            timer.start()
            found: dict[str, Any] | None = None
            try:
                found = self._ask(process, raw, {"file": file, "kind": kind, "memory": memory, "seconds": seconds})
            finally:
                timer.cancel()
                # Whatever went wrong, an interrupt from the keyboard as well: this process may be out of step.
                if found is None or late.is_set() or "trouble" in found or self._is_worn(found):
                    self._stop()
        if found is None:
            raise self._died(process, file, late.is_set(), seconds)
        if "refused" in found:
            raise UnsupportedFile(file, str(found["refused"]))
        if "trouble" in found:
            raise UnsupportedFile(file, self._trouble(found, memory))
        return found["format"], found["parsed"]

    def close(self) -> None:
        """End the process; another one is started when it is needed."""
        with self._lock:
            self._stop()

    def kill(self) -> None:
        """End the process without waiting for the thread that uses it."""
        process = self._process
        if process is not None and self._owner == os.getpid():
            _kill(process)

    def _running(self, file: str) -> subprocess.Popen[bytes]:
        process = self._process
        if process is not None and self._owner == os.getpid() and process.poll() is None:
            return process
        self._stop()
        path = [entry or os.getcwd() for entry in sys.path]
        environment = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
        try:
            self._folder = TemporaryDirectory(prefix="extractor-", ignore_cleanup_errors=True)
            environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name)
            process = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-c", self.start.format(path=path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=self._folder.name,
                start_new_session=True,
            )
        except OSError as error:
            if self._folder is not None:
                self._folder.cleanup()
            raise UnreadableFile(
                file, f"cannot be read: no process could be started for it ({error.strerror}); free some memory"
            ) from None
        self._process, self._owner, self._files = process, os.getpid(), 0
        self.started += 1
        return process

    def _ask(self, process: subprocess.Popen[bytes], raw: bytes, request: dict[str, Any]) -> dict[str, Any] | None:
        """The process's answer; None where it ended, or answered nonsense."""
        assert process.stdin is not None
        assert process.stdout is not None
        head = json.dumps(request).encode()
        self._files += 1
        try:
            for data in (REQUEST.pack(len(head), len(raw)), head, raw):
                process.stdin.write(data)
            process.stdin.flush()
            length = ANSWER.unpack(_exactly(process.stdout, ANSWER.size))[0]
            if length > _MAX_ANSWER:
                raise ValueError("length")
            found = json.loads(_exactly(process.stdout, length))
            if "parsed" in found:
                found |= {"format": str(found["format"]), "parsed": wire.unpack(found["parsed"])}
            elif not found.keys() & {"refused", "trouble"}:
                raise KeyError("parsed")
        except (OSError, EOFError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)  # it is on its way out, and how it ended is worth knowing
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"trouble": "nonsense"}
        return dict(found)

    def _is_worn(self, found: dict[str, Any]) -> bool:
        return self._files >= self.limits.files_per_process or found.get("peak", 0) > self.limits.fat

    def _trouble(self, found: dict[str, Any], memory: int) -> str:
        match found["trouble"]:
            case "memory":
                return _too_much(memory)
            case "depth":
                return f"is nested too deeply to be read; {_ADVICE}"
            case "nonsense":
                return f"made the reader give a senseless answer; {_ADVICE}"
            case _:
                name = str(found.get("name", ""))[:80]
                return f"could not be read: {name} in the reader; report it, and meanwhile {_ADVICE}"

    def _died(self, process: subprocess.Popen[bytes], file: str, late: bool, seconds: float) -> UnsupportedFile:
        """What to say of a process that ended without an answer."""
        code = process.returncode or 0
        if late or (hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU):
            return UnsupportedFile(file, f"was not read within {seconds:,.0f} seconds and was given up; {_ADVICE}")
        if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
            return UnsupportedFile(file, f"was not read: the reader was ended, for want of memory as a rule; {_ADVICE}")
        how = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit status {code}"
        return UnsupportedFile(file, f"made the reader crash ({how}); it is damaged or was made to do so: {_ADVICE}")

    def _stop(self) -> None:
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is None:
            return
        if self._owner == os.getpid() and process.returncode is None:
            _kill(process)
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if folder is not None and self._owner == os.getpid():
            folder.cleanup()  # with what a parser that was ended has left there


def _too_much(memory: int) -> str:
    return f"needs more than {memory / 2**30:.1f} GB of memory and was given up; {_ADVICE}"


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


_shared: Sandbox | None = None


def shared() -> Sandbox:
    """The sandbox of this process, ended with it."""
    global _shared
    if _shared is None:
        _shared = Sandbox()
        atexit.register(_shared.close)
    return _shared


def end() -> None:
    """End the sandbox of this process at once, whatever it is at."""
    if _shared is not None:
        _shared.kill()
