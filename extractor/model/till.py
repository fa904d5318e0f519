"""What is paid for: every request is written down before it is sent, and none is sent that the budget may not bear.

An endpoint wraps each request in `request`; whose question it belongs to is known from the task that asks it. A request
is reckoned at its worst until its answer says what it took: every byte of it a token, and the longest answer. One that
would exceed the budget so waits for those that are on their way, and is refused where that does not help.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Any, Protocol

from extractor.errors import BudgetSpent, ModelInvalid, ModelRefused, ModelTruncated
from extractor.settings import Settings

FILE: ContextVar[str] = ContextVar("file", default="")
"""The document about which questions are asked, in this task and those that it makes."""

MOST_TOKENS = 10**9
"""More than any answer takes: a larger number is a fault of the endpoint."""


class Ledger(Protocol):
    """Where calls are written down; `extractor.store.RunStore` is one."""

    def call_sent(self, *, model: str, endpoint: str, purpose: str, block: str, file: str, attempt: int) -> int: ...

    def call_settled(
        self,
        number: int,
        *,
        outcome: str,
        tokens: tuple[int, int, int],
        price: Decimal | None,
        currency: str | None,
        seconds: float,
    ) -> None: ...


@dataclass(slots=True)
class Receipt:
    """One request: what became of it, and its tokens: sent, of these cached, and received."""

    number: int | None
    reserved: int
    began: float
    outcome: str = "sent"
    tokens: tuple[int, int, int] = (0, 0, 0)
    is_told: bool = False
    is_free: bool = False

    def answered(self, usage: object) -> None:
        """Note what an answer took, in the words of the endpoint; it may tell nothing, or nonsense."""
        details = getattr(usage, "prompt_tokens_details", None)
        cached = getattr(details, "cached_tokens", None) or getattr(usage, "prompt_cache_hit_tokens", None)
        sent, received = (counted(getattr(usage, name, 0)) for name in ("prompt_tokens", "completion_tokens"))
        self.tokens = (sent, min(counted(cached), sent), received)
        self.is_told = sent > 0 or received > 0


@dataclass(slots=True)
class _Question:
    """What is asked, over all attempts."""

    till: Till
    purpose: str
    block: str
    file: str
    attempts: int = 0
    last: Receipt | None = None


_ASKING: ContextVar[_Question | None] = ContextVar("question", default=None)


class Till:
    """The money of one run."""

    def __init__(self, settings: Settings, ledger: Ledger | None = None, kind: str = "") -> None:
        self._settings = settings
        self._ledger = ledger
        self._kind = kind
        self._price = settings.price
        self.tokens = 0
        self.cost = Decimal(0)
        self._under_way: dict[int, Receipt] = {}
        self._settled = asyncio.Event()

    @contextmanager
    def question(self, purpose: str, block: str) -> Iterator[None]:
        """What is asked in here is one question; an answer that is found unusable at its end was invalid."""
        asking = _Question(self, purpose, block, FILE.get())
        token = _ASKING.set(asking)
        try:
            yield
        except ModelInvalid:
            if asking.last is not None and asking.last.outcome == "ok":
                self._write(asking.last, "invalid")
            raise
        finally:
            _ASKING.reset(token)

    @asynccontextmanager
    async def _request(self, asking: _Question, body: Mapping[str, Any]) -> AsyncIterator[Receipt]:
        worst = await self._admitted(body)
        if asking.last is not None and asking.last.outcome == "ok":
            self._write(asking.last, "invalid")  # it was answered, and is asked again
        asking.attempts += 1
        number = None
        if self._ledger is not None:
            number = self._ledger.call_sent(
                model=self._settings.model or "",
                endpoint=self._kind,
                purpose=asking.purpose,
                block=asking.block,
                file=asking.file,
                attempt=asking.attempts,
            )
        receipt = asking.last = Receipt(number, worst, monotonic())
        self._under_way[id(receipt)] = receipt
        outcome: str | None = None
        try:
            yield receipt
            outcome = "ok"
        except Exception as error:
            outcome = _outcome(error, answered=receipt.is_told)
            raise
        finally:
            del self._under_way[id(receipt)]
            self._pay(receipt)
            if outcome is not None:  # else it was broken off: what became of it is not known
                self._write(receipt, outcome)
            self._settled.set()

    async def _admitted(self, body: Mapping[str, Any]) -> int:
        """The most tokens that a request may take; BudgetSpent where it may not be sent."""
        settings = self._settings
        if settings.max_tokens is None and settings.max_cost is None:
            return 0
        size = len(json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
        worst = size + settings.max_output_tokens
        while (limit := self._exceeded(size)) is not None:
            if not self._under_way:
                raise BudgetSpent(f"the budget of {limit} does not bear another question: run again to ask the others")
            self._settled.clear()
            await self._settled.wait()
        return worst

    def _exceeded(self, size: int) -> str | None:
        """The limit that a request of so many bytes might exceed, beside those that are on their way."""
        settings, longest = self._settings, self._settings.max_output_tokens
        reserved = [one.reserved for one in self._under_way.values()]
        if settings.max_tokens is not None and self.tokens + sum(reserved) + size + longest > settings.max_tokens:
            return f"{settings.max_tokens:,} tokens"
        if settings.max_cost is not None and self._price is not None:
            price = self._price
            asked = [size, *(tokens - longest for tokens in reserved)]
            worst = sum((price.of(tokens, 0, longest) for tokens in asked), Decimal(0))
            if self.cost + worst > settings.max_cost:
                return f"{settings.max_cost} {price.currency}"
        return None

    def _pay(self, receipt: Receipt) -> None:
        """What the budget has lost; where the endpoint does not tell, or did not answer, the worst."""
        sent, cached, received = receipt.tokens
        if not receipt.is_told and not receipt.is_free:
            longest = self._settings.max_output_tokens
            sent, cached, received = max(receipt.reserved - longest, 0), 0, longest if receipt.reserved else 0
        self.tokens += sent + received
        if self._price is not None:
            self.cost += self._price.of(sent, cached, received)

    def _write(self, receipt: Receipt, outcome: str) -> None:
        receipt.outcome = outcome
        if self._ledger is None or receipt.number is None:
            return
        self._ledger.call_settled(
            receipt.number,
            outcome=outcome,
            tokens=receipt.tokens,
            price=self._price.of(*receipt.tokens) if self._price is not None else None,
            currency=self._price.currency if self._price is not None else None,
            seconds=round(monotonic() - receipt.began, 3),
        )


@asynccontextmanager
async def request(body: Mapping[str, Any]) -> AsyncIterator[Receipt]:
    """One request to an endpoint and its answer; BudgetSpent where it may not be sent.

    Whoever sends it calls `answered` on the receipt; `is_free` where the endpoint has refused to work on it.
    """
    asking = _ASKING.get()
    if asking is None:
        yield Receipt(None, 0, monotonic())
        return
    async with asking.till._request(asking, body) as receipt:
        yield receipt


def counted(tokens: object) -> int:
    """A number of tokens as an endpoint tells it; 0 for what is none.

    >>> counted(120), counted("120"), counted(-1), counted(10**30)
    (120, 0, 0, 1000000000)
    """
    is_number = isinstance(tokens, int) and not isinstance(tokens, bool)
    return max(0, min(tokens, MOST_TOKENS)) if is_number and isinstance(tokens, int) else 0


def _outcome(error: Exception, *, answered: bool) -> str:
    if isinstance(error, ModelRefused):
        return "refused"
    if isinstance(error, ModelTruncated):
        return "cut"
    if isinstance(error, ModelInvalid) or answered:
        return "invalid"
    return "unavailable"


__all__ = ["FILE", "Ledger", "Receipt", "Till", "counted", "request"]
