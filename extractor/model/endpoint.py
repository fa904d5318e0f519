"""One OpenAI-compatible address: asked under a Pydantic schema, in the dialect that it speaks.

Importing this takes about two seconds (openai, instructor): import it where a call is about to be
made. Who does what: instructor writes the schema into the request, validates the answer, and asks
again where it does not validate; tenacity repeats a request that failed on the way; the openai client
sends each request exactly once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import instructor
from instructor.core.exceptions import InstructorRetryException
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, DefaultAioHttpClient, Omit
from openai.types.chat import ChatCompletion
from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential, wait_random

from extractor.errors import ModelError, ModelUnavailable
from extractor.model import replies, till
from extractor.model.endpoints import Asked, Spent
from extractor.settings import Settings

S = TypeVar("S", bound=BaseModel)

MODES = {
    "tools": instructor.Mode.TOOLS,
    "json_schema": instructor.Mode.JSON_SCHEMA,
    "json": instructor.Mode.JSON,
    "markdown": instructor.Mode.MD_JSON,
}
"""Ways to ask for an answer under a schema, best first; the last asks nothing of the endpoint."""

LIMITS = ("max_tokens", "max_completion_tokens")

BACKOFF = wait_exponential(multiplier=0.5, max=30) + wait_random(0, 0.5)
SPREAD = 0.2
"""Seconds over which workers start again after a common pause, so that they do not all come at once."""

PACE = 0.002
"""Least seconds between two requests, about what one costs to prepare."""

MOST_MOVES = 8
MOST_BYTES = 16_000_000
"""A reply of more than these is no answer: a million tokens are four million bytes."""
NO_KEY = "not-needed"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an endpoint is known to accept; `most`: the tokens of its longest answer, None where it names no limit."""

    mode: str = "tools"
    limit: str = "max_tokens"
    temperature: bool = True
    most: int | None = None

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Dialect | None:
        """What `dump` wrote; None for anything else.

        >>> Dialect.parse(Dialect("json").dump()), Dialect.parse("{}")
        (Dialect(mode='json', limit='max_tokens', temperature=True, most=None), None)
        """
        try:
            kept = cls(**json.loads(text))
        except (ValueError, TypeError):
            return None
        known = text == kept.dump() and kept.mode in MODES and kept.limit in LIMITS
        has_limit = kept.most is None or (type(kept.most) is int and kept.most > 0)
        return kept if known and has_limit and isinstance(kept.temperature, bool) else None


def _add(spent: Spent, receipt: till.Receipt) -> None:
    sent, _, received = receipt.tokens
    spent.requests += 1
    spent.input_tokens += sent
    spent.output_tokens += received


class OpenAIEndpoint:
    """An `Endpoint` that speaks as OpenAI's does.

    It starts in the dialect that is remembered; with mode "auto" it moves on to another one where the endpoint refuses.
    """

    def __init__(self, settings: Settings, remembered: str | None = None) -> None:
        start = (Dialect.parse(remembered) if remembered is not None else None) or Dialect()
        self.dialect = start if settings.mode == "auto" else replace(start, mode=settings.mode)
        self.spent = Spent()
        self.last_status: int | None = None
        self._start = self.dialect
        self._proven: Dialect | None = None
        self._pinned = settings.mode != "auto"
        self._refused: set[str] = set()
        self._guessed = False
        self._settings = settings
        self.name = urlsplit(settings.base_url).netloc
        self._open_at = 0.0
        self._free_at = 0.0
        self._client = _client(settings)
        self._ask: dict[str, Callable[..., Any]] = {
            name: instructor.patch(create=self._exchange, mode=mode) for name, mode in MODES.items()
        }

    @property
    def remembers(self) -> str | None:
        """The dialect that answers come back in; None before the first, and where it was only guessed."""
        return None if self._guessed or self._proven is None else self._proven.dump()

    async def ask(self, system: str, user: str, shape: type[S]) -> Asked[S]:
        """One answer under `shape`; ModelError (Refused, Truncated, Invalid, Unavailable) where there is none."""
        meter = Spent()
        room: int | None = None  # for this one answer, where the message leaves less than the settings ask for
        for _ in range(MOST_MOVES):
            dialect = self.dialect
            longest = min(filter(None, (self._settings.max_output_tokens, dialect.most, room)))
            try:
                value = await self._converse(dialect, system, user, shape, meter, longest)
            except Exception as exc:
                cause = exc.__cause__ if isinstance(exc, InstructorRetryException) and exc.__cause__ else exc
                error = self._translated(cause)
                told = replies.room_of(cause, longest) if isinstance(cause, APIStatusError) else None
                if told is not None:
                    if told.of_model:
                        self.dialect = replace(self.dialect, most=told.tokens)
                    else:
                        room = told.tokens
                elif not self._moves_on(dialect, cause):
                    break
            else:
                return Asked(value, meter.input_tokens, meter.output_tokens)
        # Raised out here so that it drags no foreign error along: those quote the document.
        raise error

    async def close(self) -> None:
        await self._client.close()

    async def _converse(
        self, dialect: Dialect, system: str, user: str, shape: type[S], meter: Spent, longest: int
    ) -> S:
        options: dict[str, Any] = {dialect.limit: longest}
        if dialect.temperature and self._settings.temperature is not None:
            options["temperature"] = self._settings.temperature
        answer: S = await self._ask[dialect.mode](
            response_model=replies.answer_shape(shape),
            max_retries=self._settings.reasks,
            strict=False,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
            model=self._settings.model,
            dialect=dialect,
            meter=meter,
            **options,
        )
        return answer

    async def _exchange(self, *, dialect: Dialect, meter: Spent, **request: Any) -> Any:
        """One request and its completion, repeated while that may help; what instructor calls."""
        retrying = AsyncRetrying(
            stop=lambda state: state.attempt_number >= self._attempts(dialect, state),
            wait=self._wait,
            retry=retry_if_exception(lambda exc: replies.passes(exc) and not self._complaint(dialect, exc)),
            reraise=True,
        )
        completion: Any = await retrying(self._send, request, dialect, meter)
        self._proven = dialect
        return completion

    async def _send(self, request: Mapping[str, Any], dialect: Dialect, meter: Spent) -> Any:
        await self._gate()
        await self._pace()
        async with till.request(request) as receipt:
            completion = await self._post(request, receipt)
            receipt.answered(getattr(completion, "usage", None))
            for count in (meter, self.spent):
                _add(count, receipt)
            try:
                replies.inspect(completion, dialect.mode)
            except replies.OtherDialect:
                if self._may_move(dialect):
                    raise
            return completion

    async def _post(self, request: Mapping[str, Any], receipt: till.Receipt) -> Any:
        try:
            # The client's own timeout is for each read: a body that trickles in would never end.
            async with asyncio.timeout(self._settings.timeout):
                # Not chat.completions.create: it walks through the whole schema and prompt in every call.
                completion = await self._client.post("/chat/completions", body=request, cast_to=ChatCompletion)
        except APIStatusError as exc:
            self.last_status = exc.status_code
            receipt.is_free = True
            raise
        except APIConnectionError as exc:
            receipt.is_free = replies.never_connected(exc)
            if isinstance(exc.__cause__, replies.TooMuch):
                raise replies.NotAnAnswer(page=False) from None
            raise
        except ValueError as exc:
            raise replies.NotAnAnswer from exc
        self.last_status = 200
        return completion

    async def _gate(self) -> None:
        """Wait while the endpoint has asked for a pause; all workers wait together."""
        clock = asyncio.get_running_loop().time
        if self._open_at > clock():
            while (left := self._open_at - clock()) > 0:
                await asyncio.sleep(left)
            await asyncio.sleep(random.random() * SPREAD)

    async def _pace(self) -> None:
        """Keep requests PACE apart: workers that move in step all wait for the slowest of them."""
        now = asyncio.get_running_loop().time()
        slot = max(now, self._free_at)
        self._free_at = slot + PACE
        if slot > now:
            await asyncio.sleep(slot - now)

    def _wait(self, state: RetryCallState) -> float:
        """Seconds until the next attempt; a Retry-After closes the gate for everybody instead."""
        asked = replies.retry_after(_failure(state))
        if asked is None:
            return BACKOFF(state)
        self._open_at = max(self._open_at, asyncio.get_running_loop().time() + asked)
        return 0.0

    def _attempts(self, dialect: Dialect, state: RetryCallState) -> int:
        # A 500 may be a server's way to say that it does not know the mode: no use in insisting.
        if self._may_move(dialect) and getattr(_failure(state), "status_code", None) == 500:
            return min(2, self._settings.attempts)
        return self._settings.attempts

    def _may_move(self, dialect: Dialect) -> bool:
        return not self._pinned and self._proven != dialect and bool(set(MODES) - self._refused - {dialect.mode})

    def _complaint(self, dialect: Dialect, error: BaseException) -> replies.Lack | None:
        """What the endpoint says that it lacks; a dialect that has worked before is not doubted."""
        if isinstance(error, replies.OtherDialect):
            return "mode"
        if self._proven == dialect or not isinstance(error, APIStatusError):
            return None
        return replies.lack_of(error)

    def _moves_on(self, used: Dialect, error: BaseException) -> bool:
        """Whether to ask again in another dialect; sets it, unless another worker already has."""
        lack = self._complaint(used, error)
        guess = lack is None and self._may_move(used) and getattr(error, "status_code", None) == 500
        if lack is None and not guess:
            return False
        if self.dialect != used:
            return True
        if lack == "limit":
            self.dialect = replace(used, limit="max_completion_tokens")
        elif lack == "temperature":
            self.dialect = replace(used, temperature=False)
        elif not self._pinned:
            self._refused.add(used.mode)
            left = [mode for mode in MODES if mode not in self._refused]
            if not left:
                # No mode was accepted, so it was this block: the next one begins again.
                self._refused.clear()
                self.dialect = self._start
                return False
            self._guessed |= guess
            self.dialect = replace(used, mode=left[0])
        return self.dialect != used

    def _translated(self, cause: BaseException) -> ModelError:
        error = replies.translate(
            cause,
            address=self.name,
            model=self._settings.model or "",
            timeout=self._settings.timeout,
            answered=self.last_status is not None,
        )
        if error is not cause:
            error.__cause__ = replies.Foreign(cause)
        return error


def _failure(state: RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if error is not None else RuntimeError("no failure")


def _client(settings: Settings) -> AsyncOpenAI:
    official = urlsplit(settings.base_url).hostname == "api.openai.com"
    key = settings.api_key.get_secret_value() if settings.api_key is not None else ""
    if official and not key:
        raise ModelUnavailable("api.openai.com needs a key: set OPENAI_API_KEY", fatal=True)
    _quiet()
    return AsyncOpenAI(
        api_key=key or NO_KEY,
        base_url=settings.base_url,
        max_retries=0,
        timeout=httpx2.Timeout(settings.timeout, connect=min(settings.timeout, 15.0)),
        http_client=DefaultAioHttpClient(
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [_bounded]},
            limits=httpx2.Limits(
                max_connections=settings.concurrency + 8, max_keepalive_connections=settings.concurrency + 8
            ),
        ),
        # The environment's organization is OpenAI's business and nobody else's.
        default_headers={} if official else {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()},  # type: ignore[dict-item]
    )


async def _bounded(response: httpx2.Response) -> None:
    """A reply is read no further than any answer goes, and not at all where it is packed: it was asked for plain."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise replies.TooMuch
    stream = response.stream
    if isinstance(stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise replies.TooMuch
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _quiet() -> None:
    """Keep documents out of the logs: at DEBUG these libraries log whole requests, instructor also at ERROR."""
    for name in ("openai", "httpx2", "httpcore2"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)
