"""Who does the work: this process, for a job of a file or two, or workers beside it, one for each core.

A worker that dies, by its limits or by a fault, costs the document that it was at. Workers are started when there is
work for them, used for many documents, and replaced once they have become fat.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from extractor.errors import ExtractorError
from extractor.run.inputs import Input
from extractor.run.unit import Heavy, Prepared, Unit, too_long, too_much
from extractor.run.worker import NO_MEMORY, receive, send

_FAT = 768 * 1024 * 1024
"""A worker that ever held more than this is not used again."""
_LITTLE = 150_000
"""Bytes of a job that takes no longer here than workers take to start."""
_LIGHT = 300_000
"""Characters of a document that this process works on itself."""
_PACKED = frozenset((".pdf", ".docx", ".xlsx", ".xls", ".doc", ".ofd", ".odt", ".ods", ".zip", ".rar", ".7z"))
_PACKED_RATIO = 5
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_SECONDS_TO_LEAVE = 2.0


class Crew(Protocol):
    """Methods of a Unit, done somewhere; `size` of them at a time."""

    size: int

    async def call(self, method: str, given: Input, *arguments: Any) -> Any: ...

    def close(self) -> None: ...


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def crew_for(unit: Unit, inputs: Sequence[Input], workers: int | None, *, here: bool = False) -> Crew:
    """Workers, unless the job is a little one; `here`: this process in any case."""
    if here:
        return Here(unit)
    team = Workers(unit, min(workers or cores(), max(1, len(inputs))))
    return Here(unit, team) if weight_of(inputs) <= _LITTLE else team


def weight_of(inputs: Sequence[Input]) -> int:
    """About how many bytes of text there are to read."""
    total = 0
    for given in inputs:
        size = size_of(given)
        total += size * _PACKED_RATIO if given.path.suffix.lower() in _PACKED and given.member is None else size
        if total > _LITTLE:
            break
    return total


def size_of(given: Input) -> int:
    if given.member is not None:
        return given.member.size
    with suppress(OSError):
        return given.path.stat().st_size
    return 0


class Here:
    """This process; what is too much for it goes to `others`."""

    size = 1

    def __init__(self, unit: Unit, others: Workers | None = None) -> None:
        self._unit = unit
        self._others = others
        if others is not None:
            unit.most = _LIGHT

    async def call(self, method: str, given: Input, *arguments: Any) -> Any:
        came_from_others = bool(arguments) and isinstance(arguments[0], Prepared) and arguments[0].surveyed.is_packed
        if not came_from_others or self._others is None:
            try:
                return await asyncio.to_thread(getattr(self._unit, method), given, *arguments)
            except MemoryError:
                return self._unit.gave_up(given, too_much(self._unit.settings))
            except Heavy:
                pass
        assert self._others is not None
        return await self._others.call(method, given, *arguments)

    def close(self) -> None:
        if self._others is not None:
            self._others.close()


class Workers:
    """Processes beside this one."""

    def __init__(self, unit: Unit, size: int) -> None:
        self.size = size
        self._unit = unit
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._folder: TemporaryDirectory[str] | None = None

    async def call(self, method: str, given: Input, *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.do, method, given, *arguments)

    def do(self, method: str, given: Input, *arguments: Any) -> Any:
        """What a worker makes of it; a file that ends its worker has failed."""
        size = size_of(given)
        for is_last in (False, True):
            try:
                worker = self._taken()
            except OSError as error:
                return self._unit.gave_up(given, _NO_PROCESS.format(why=error.strerror))._replace(gives_up=False)
            try:
                worker.ask(method, size, (given, *arguments))
            except OSError:  # it died while it had nothing to do
                self._ended(worker)
                if is_last:
                    raise
                continue
            try:
                found, peak = worker.answer()
            except (EOFError, OSError):
                code = self._ended(worker)
                return self._unit.gave_up(given, self._why(code, size))
            self._put_back(worker, is_worn=peak > _FAT)
            if isinstance(found, ExtractorError):
                raise found
            return found
        raise AssertionError("a worker was asked twice")

    def _taken(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise OSError(0, "the run is being stopped")
            if self._idle:
                return self._idle.pop()
            if self._folder is None:
                self._folder = TemporaryDirectory(prefix="extractor-", ignore_cleanup_errors=True)
            worker = _Worker(self._unit, self._folder.name)
            self._all.add(worker)
            return worker

    def _put_back(self, worker: _Worker, *, is_worn: bool) -> None:
        if is_worn:
            self._ended(worker)
            return
        with self._lock:
            self._idle.append(worker)

    def _ended(self, worker: _Worker) -> int:
        with self._lock:
            self._all.discard(worker)
        return worker.end()

    def _why(self, code: int, size: int) -> str:
        if hasattr(signal, "SIGALRM") and code == -signal.SIGALRM:
            return too_long(self._unit.settings, size)
        if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
            return _KILLED
        if code == NO_MEMORY or (hasattr(signal, "SIGABRT") and code == -signal.SIGABRT):
            return too_much(self._unit.settings)
        how = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit status {code}"
        return _CRASHED.format(how=how)

    def close(self) -> None:
        """End all of them, whatever they are at."""
        with self._lock:
            self._closed = True
            workers = list(self._all)
            self._all.clear()
            self._idle.clear()
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.end()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._folder is not None:
            self._folder.cleanup()


_NO_PROCESS = "cannot be read: no process could be started for it ({why}); free some memory, then run again"
_KILLED = (
    "was not read: the process that worked on it was ended, for want of memory as a rule; "
    "split it into one file per department, or run with fewer --workers"
)
_CRASHED = "made the process that worked on it crash ({how}); report it, and meanwhile leave the file out"


class _Worker:
    """One process; used by one thread at a time."""

    def __init__(self, unit: Unit, folder: str) -> None:
        path = [entry or os.getcwd() for entry in sys.path]
        code = f"import sys; sys.path[:] = {path!r}; from extractor.run.worker import main; main()"
        kept = {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in _SECRETS)}
        environment = kept | dict.fromkeys(_ONE_THREAD, "1") | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=Path.cwd(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._greeting: Unit | None = unit

    def ask(self, method: str, size: int, arguments: tuple[Any, ...]) -> None:
        if self._greeting is not None:
            send(self._in, self._greeting)
            self._greeting = None
        send(self._in, (method, size, arguments))

    def answer(self) -> tuple[Any, int]:
        found, peak = receive(self._out)
        return found, peak

    def stop(self) -> None:
        """Have it leave."""
        with suppress(OSError):
            self._process.terminate()

    def end(self) -> int:
        """Its exit status, by force if need be."""
        with suppress(OSError):
            self._in.close()
        try:
            code = self._process.wait(_SECONDS_TO_LEAVE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        with suppress(OSError):
            self._out.close()
        return code
