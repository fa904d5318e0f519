"""An OpenAI-shaped HTTP server on loopback whose every byte a test decides on."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from extractor.schemas.project import ProjectReading
from tests.patience import HANG

BLOCK = re.compile(r"<<<BLOCK (\w+)>>>\n(.*)\n<<<END \1>>>", re.DOTALL)


@dataclass(frozen=True)
class Reply:
    """One HTTP response; `length` lies about Content-Length, `cut` closes after so many bytes of the body."""

    body: bytes | str | dict[str, Any] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delay: float = 0.0
    length: int | None = None
    cut: int | None = None
    trickle: tuple[int, float] | None = None
    """(bytes, seconds between them)"""
    drop: bool = False
    """Close the connection without a word."""

    def payload(self) -> bytes:
        if isinstance(self.body, dict):
            return json.dumps(self.body, ensure_ascii=False).encode()
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def mode(self) -> str:
        """Which way of asking for JSON the request uses."""
        if "tools" in self.body:
            return "tools"
        return str(self.body.get("response_format", {}).get("type", "markdown"))


Script = Reply | Callable[[Request], Reply]


class Server:
    """Plays one reply for each request, in order; the last one again and again.

    Use it inside the event loop of the client: `async with Server(reply, …) as server`.
    """

    def __init__(self, *script: Script) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self.at_once = 0
        self.most_at_once = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self._writers: set[asyncio.StreamWriter] = set()
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                step = self.script[min(len(self.requests), len(self.script)) - 1]
                reply = step(request) if callable(step) else step
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                try:
                    keep = await _write(writer, reply)
                finally:
                    self.at_once -= 1
                if not keep:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(first.split(" ")[1], headers, json.loads(body) if body else {})


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    await asyncio.sleep(reply.delay)
    if reply.drop:
        return False
    body = reply.payload()
    headers = {
        "Content-Type": reply.content_type,
        "Content-Length": str(len(body) if reply.length is None else reply.length),
        **reply.headers,
    }
    head = f"HTTP/1.1 {reply.status} Scripted\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(head.encode("latin-1") + b"\r\n")
    if reply.trickle:
        step, pause = reply.trickle
        for start in range(0, len(body), step):
            writer.write(body[start : start + step])
            await writer.drain()
            await asyncio.sleep(pause)
        return True
    writer.write(body if reply.cut is None else body[: reply.cut])
    await writer.drain()
    return reply.cut is None and reply.length is None


def completion(
    content: str | None = None,
    *,
    calls: tuple[str, ...] = (),
    finish_reason: str | None = None,
    refusal: str | None = None,
    tokens: tuple[int, int] = (100, 20),
    **reply: Any,
) -> Reply:
    """A chat completion with text, or with tool calls whose arguments are `calls`."""
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if refusal is not None:
        message["refusal"] = refusal
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{index}", "type": "function", "function": {"name": "ProjectReading", "arguments": arguments}}
            for index, arguments in enumerate(calls)
        ]
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767225600,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": finish_reason or ("tool_calls" if calls else "stop"),
            }
        ],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }
    return Reply(body, **reply)


def error(status: int, message: str = "no", *, code: str | None = None, **reply: Any) -> Reply:
    """An error in OpenAI's shape."""
    return Reply({"error": {"message": message, "type": code, "param": None, "code": code}}, status, **reply)


@contextmanager
def endpoint(reply: Callable[[Request], Reply]) -> Iterator[Server]:
    """A server in a thread of its own, as an endpoint is."""
    server = Server(reply)
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with server:
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(HANG)
    try:
        yield server
    finally:
        done.set()
        thread.join()


def block_of(request: Request) -> str:
    """Text of the block that a request asks about."""
    text = next(message["content"] for message in request.body["messages"] if message["role"] == "user")
    match = BLOCK.search(text)
    assert match is not None
    return match[2]


def answering(readings: Mapping[str, ProjectReading]) -> Callable[[Request], Reply]:
    """Answers for each block by its text."""
    return lambda request: completion(calls=(readings[block_of(request)].model_dump_json(),))
