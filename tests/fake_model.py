"""A stand-in for a language model."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from extractor.errors import ModelError
from extractor.model import PROMPT, ModelAnswer
from extractor.schemas.document import Block
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import ModelUse


class FakeModel:
    """A `Model` that gives back what was enqueued, and remembers the blocks that it was asked about."""

    def __init__(self, name: str = "fake", answers: Iterable[ProjectReading | ModelError] = ()) -> None:
        self.name = name
        self.history: list[Block] = []
        self.closed = False
        self._answers: deque[ProjectReading | ModelError] = deque(answers)

    def enqueue(self, *answers: ProjectReading | ModelError) -> None:
        """Answer the next calls with these, in order; an error is raised."""
        self._answers.extend(answers)

    async def read(self, block: Block) -> ModelAnswer:
        self.history.append(block)
        if not self._answers:
            raise AssertionError(f"FakeModel was asked about block {block.index} and has no answer left")
        answer = self._answers.popleft()
        if isinstance(answer, ModelError):
            raise answer
        use = ModelUse(name=self.name, prompt=PROMPT, cached=False)
        return ModelAnswer(answer, use, from_cache=False)

    async def close(self) -> None:
        self.closed = True
