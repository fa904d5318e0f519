"""Stops asking a model once it is clear that every call will fail: wrong key, no such model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel

from extractor import prompts
from extractor.errors import ModelError, ModelUnavailable
from extractor.model import Asker, Bought, Model, ModelAnswer
from extractor.schemas.document import Block

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")


class Breaker:
    """A `Model` that asks another one, at most `concurrency` blocks at a time, until a call fails for good."""

    def __init__(self, model: Model, concurrency: int) -> None:
        self.model = model
        self.name = model.name
        self.fatal: ModelUnavailable | None = None
        self._failed: ModelError | None = None
        self._answered = False
        self._slots = asyncio.Semaphore(concurrency)

    async def read(self, block: Block) -> ModelAnswer:
        async with self._slots:
            return await self.through(lambda: self.model.read(block))

    async def through(self, call: Callable[[], Awaitable[T]]) -> T:
        """One call, unless an earlier one has shown that it is pointless; raises what that one raised."""
        if self.fatal is not None:
            raise self.fatal
        try:
            answer = await call()
        except ModelError as error:
            self._failed = error
            if isinstance(error, ModelUnavailable) and error.fatal:
                self.fatal = error
            raise
        self._answered = True
        return answer

    @property
    def unusable(self) -> ModelError | None:
        """Why no use was to be had of the model: what ended the asking, or the last failure where no call succeeded."""
        return self.fatal or (None if self._answered else self._failed)

    async def close(self) -> None:
        await self.model.close()


class GuardedAsker:
    """An `Asker` that stops where the breaker does."""

    def __init__(self, asker: Asker, breaker: Breaker) -> None:
        self._asker = asker
        self._breaker = breaker

    async def ask(self, prompt: prompts.Prompt, message: str, shape: type[S]) -> Bought[S]:
        return await self._breaker.through(lambda: self._asker.ask(prompt, message, shape))
