"""Batch runs: many files into one run folder, resumable, on every core, at a flat cost of memory.

A document is stored in one transaction as soon as it is finished; a run started again goes on with what is missing.
Workers read (`crew`, `unit`); this process alone writes and asks the language model. What is asked of a model is
bounded by blocks in flight, not by documents.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.builtin import SecondReader
from extractor.errors import InputError, ModelError, OutputError, WeightsError
from extractor.learn.infer import Learner, Learnt
from extractor.model import LanguageModel, Model, ModelAnswer
from extractor.model.asking import Answer
from extractor.model.breaker import Breaker, GuardedAsker
from extractor.model.till import FILE
from extractor.pipeline import failed_document, read_with_model
from extractor.readers import load
from extractor.run import adding
from extractor.run.crew import crew_for
from extractor.run.fingerprint import fingerprint
from extractor.run.inputs import Input
from extractor.run.one import in_loop
from extractor.run.understood import Helper, understood
from extractor.run.unit import Finished, Prepared, Unit
from extractor.schemas.record import DocumentLine
from extractor.settings import Settings
from extractor.store import RunStore
from extractor.store.private import private_folder

if TYPE_CHECKING:
    from extractor.model.cache import AnswerCache

_IN_FLIGHT = 4
"""Calls on their way or waiting, for each that may be made at a time."""
_HELD = 2_000
"""Blocks of documents that wait for answers."""
_SHOWN_FAILURES = 20
_TOGETHER = 2
"""How often a document is begun beside others; one that was being read when so many runs ended is read alone."""
_TRIES = 3
"""How often a document is begun at all where nobody asks for it."""
_ENDED_RUNS = (
    "was being read when three runs ended, the last time alone, and was left out; "
    "`extractor retry` reads it once more: give it more memory, or split it into one file per department"
)


class Event(NamedTuple):
    """What a run tells while it goes on: one finished document (`line` is None if it was done before)."""

    name: str
    line: DocumentLine | None
    done: int
    total: int
    flagged: int


@dataclass(slots=True)
class Outcome:
    """What a run did. `failures` holds the first failed documents with their reasons."""

    documents: int = 0
    resumed: int = 0
    failed: int = 0
    calls: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    failures: list[tuple[str, str]] = field(default_factory=list)
    model_error: str | None = None
    forgotten: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)


def run(
    inputs: Sequence[Input],
    directory: Path,
    settings: Settings,
    report: Callable[[Event], None] = lambda event: None,
    model: Model | None = None,
    reader: SecondReader | None = None,
    *,
    replace_all: bool = False,
) -> Outcome:
    """Read every input into the run folder's database, beside what it holds; `replace_all`: in place of it.

    `model` and `reader` replace the language model and the built-in reader of the settings. Raises
    OutputError (folder, database or cache cannot be written) and WeightsError (the built-in reader is
    damaged); everything that concerns one document only becomes that document's line.
    """
    started = time.monotonic()
    try:
        private_folder(directory)
    except OSError as error:
        raise OutputError(
            f"{directory}: the output folder cannot be made ({error.strerror}); choose another with --out"
        ) from None
    with RunStore.into(directory, settings.store) as store:
        given = adding.named(inputs, store.known(), directory, settings.max_bytes)
        store.begin(given.planned)
        batch = _Batch(given.inputs, directory, store, settings, report, reader)
        in_loop(batch.read_alone() if settings.language_model is None and model is None else batch.read_with(model))
        batch.outcome.renamed = given.renamed
        if replace_all:
            batch.outcome.forgotten = store.keep_only({one.name for one in given.inputs})
        store.end()
    batch.outcome.seconds = time.monotonic() - started
    return batch.outcome


class _Batch:
    def __init__(
        self,
        inputs: Sequence[Input],
        directory: Path,
        store: RunStore,
        settings: Settings,
        report: Callable[[Event], None],
        reader: SecondReader | None,
    ) -> None:
        self.inputs = inputs
        self.directory = directory
        self.store = store
        self.settings = settings
        self.report = report
        self.fingerprint = fingerprint(settings)
        self.unit = Unit(settings, self.fingerprint, reader)
        self.crew = crew_for(self.unit, inputs, settings.workers, here=reader is not None)
        self.known = store.known()
        self.tried = store.tried()
        self.outcome = Outcome()
        self.own: LanguageModel | None = None
        """The settings' own model: its calls are in the ledger."""
        self.opening = 0
        """Documents that are being read, before anything is asked about them."""
        self.asking: dict[str, tuple[int, int]] = {}
        """Of each document that waits for answers, the questions and the blocks."""

    async def read_alone(self) -> None:
        """Without a language model."""

        async def read(given: Input, before: asyncio.Event, after: asyncio.Event) -> None:
            self._save(await self.crew.call("finished", given))
            self.opening -= 1

        await self._each(read)

    async def read_with(self, given_model: Model | None) -> None:
        from extractor.model.cache import AnswerCache

        cache = AnswerCache(self.settings.cache_dir) if self.settings.cache and given_model is None else None
        model, helper = self._connected(given_model, cache)

        async def read(given: Input, before: asyncio.Event, after: asyncio.Event) -> None:
            await self._read_with(given, model, helper, before, after)

        try:
            await self._each(read)
        finally:
            await model.close()
            if cache is not None:
                cache.close()
        self.outcome.model_error = str(model.unusable) if model.unusable else None
        if self.own is not None:
            paid = self.own.spent
            self.outcome.calls = paid.requests
            self.outcome.input_tokens, self.outcome.output_tokens = paid.input_tokens, paid.output_tokens

    def _connected(self, given: Model | None, cache: AnswerCache | None) -> tuple[Breaker, Helper | None]:
        """The model to ask about blocks and, where it is the settings' own, who asks it how documents are cut."""
        if given is not None:
            return Breaker(given, self.settings.concurrency), None
        own = self.own = LanguageModel(self.settings, cache, self.store)
        model = Breaker(own, self.settings.concurrency)
        asker = GuardedAsker(own, model)
        return model, Helper(Learner(asker, self.settings, self.directory), asker)

    async def _each(self, read: _Read) -> None:
        """Every document that is not done, as many at a time as there is room for."""
        tasks: dict[asyncio.Task[None], str] = {}
        before = asyncio.Event()
        before.set()
        try:
            for given in self.inputs:
                if self._is_done(given):
                    continue
                is_alone = self.tried.get(given.name, 0) >= _TOGETHER
                if is_alone:  # whatever ends the run from here on, no other document is to blame
                    await _settled(tasks, asyncio.ALL_COMPLETED)
                if self._is_given_up(given):
                    continue
                while self._is_enough():
                    await _settled(tasks, asyncio.FIRST_COMPLETED)
                after = asyncio.Event()
                self.opening += 1
                tasks[asyncio.create_task(read(given, before, after))] = given.name
                before = after
                if is_alone:
                    await _settled(tasks, asyncio.ALL_COMPLETED)
                elif self.crew.size == 1:
                    await asyncio.sleep(0)
            await _settled(tasks, asyncio.ALL_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self.crew.close()
            await asyncio.gather(*tasks, return_exceptions=True)
            if tasks:  # stopped, not killed: what was begun need not be doubted
                with suppress(OutputError):
                    self.store.reopen(tasks.values())

    def _is_enough(self) -> bool:
        """True where the workers are busy, the calls under way keep the endpoint busy, or memory is full."""
        in_flight = sum(questions for questions, _ in self.asking.values())
        held = sum(blocks for _, blocks in self.asking.values())
        at_a_time = 2 * self.crew.size if self.crew.size > 1 else 1
        return (
            self.opening >= at_a_time
            or in_flight > _IN_FLIGHT * self.settings.concurrency
            or held > max(_HELD, in_flight)
        )

    async def _read_with(
        self, given: Input, model: Breaker, helper: Helper | None, before: asyncio.Event, after: asyncio.Event
    ) -> None:
        """A document from file to store, with a language model's answers.

        Layouts are learnt in the order of the documents, whichever is read first: one waits for those before it.
        """
        FILE.set(given.name)
        learnt: Learnt | None = None
        try:
            prepared = await self.crew.call("prepared", given, helper is not None)
            if isinstance(prepared, Prepared) and prepared.opened is not None and helper is not None:
                await before.wait()
                learnt, segmented = await understood(prepared.opened.open(), helper, self.settings)
                self._count_learnt(learnt)
                if segmented is not None:
                    self._add_usage(segmented.paid, segmented.cached, segmented.input_tokens, segmented.output_tokens)
                prepared = await self.crew.call("surveyed", given, learnt)
            await before.wait()
        except (OutputError, WeightsError):
            raise
        except Exception as error:  # a fault of ours must cost this file only, and be seen
            prepared = self.unit.failed(given, error)
        finally:
            self.opening -= 1
            after.set()
        if isinstance(prepared, Finished):
            self._save(prepared)
            return
        self.store.acquit(given.name)
        self.asking[given.name] = (len(prepared.asked), prepared.held)
        asked = [asyncio.create_task(read_with_model(block, model)) for block in prepared.asked.values()]
        try:
            answers = dict(zip(prepared.asked, await asyncio.gather(*asked), strict=True))
        finally:
            for task in asked:
                task.cancel()
            del self.asking[given.name]
        self._count(answers.values())
        again = any(isinstance(answer, ModelError) for answer in answers.values())
        complete = not (again or (learnt is not None and learnt.again))
        self._save(await self.crew.call("completed", given, prepared, answers, learnt, complete))

    def _is_done(self, given: Input) -> bool:
        """True where this content was read before, with these settings."""
        if given.name not in self.known or not self.known[given.name].sha256:
            return False
        try:
            source = load(given.path, name=given.name, max_bytes=self.settings.max_bytes, member=given.member)
        except InputError:
            return False
        if not self.store.is_done(given.name, source.sha256, self.fingerprint):
            return False
        self.outcome.resumed += 1
        self._tell(given.name, None)
        return True

    def _is_given_up(self, given: Input) -> bool:
        """True where a document was too much before, or ended the runs that read it; notes that it is begun."""
        if self.store.mark_begun(given.name) <= _TRIES:
            return False
        before = self.store.failure(given.name)
        if before is not None and not self._is_the_same(given, before[0]):
            return False
        if before is None:
            self._save(self.unit.gave_up(given, _ENDED_RUNS))
        else:
            self._tell(given.name, failed_document(given.name, InputError(given.name, before[1])).document)
        return True

    def _is_the_same(self, given: Input, sha256: str) -> bool:
        with suppress(InputError):
            source = load(given.path, name=given.name, max_bytes=self.settings.max_bytes, member=given.member)
            return source.sha256 == sha256
        return False

    def _save(self, done: Finished) -> None:
        self.store.put(done.entry)
        if done.gives_up:
            self.store.give_up(done.entry.file)
        self._tell(done.entry.file, done.line, done.flagged)

    def _tell(self, name: str, line: DocumentLine | None, flagged: int = 0) -> None:
        self.outcome.documents += 1
        if line is not None and line.status == "failed":
            self.outcome.failed += 1
            if len(self.outcome.failures) < _SHOWN_FAILURES:
                self.outcome.failures.append((name, line.reason or ""))
        self.report(Event(name, line, self.outcome.documents, len(self.inputs), flagged))

    def _count_learnt(self, learnt: Learnt) -> None:
        """The question for a layout is a call like any other."""
        learning = learnt.learning
        if learning is None or learning.outcome == "reused" or not (learning.input_tokens or learning.output_tokens):
            return
        calls = int(learnt.bought)
        self._add_usage(calls, 1 - calls, calls * learning.input_tokens, calls * learning.output_tokens)

    def _count(self, answers: Iterable[Answer]) -> None:
        calls = cached = tokens_in = tokens_out = 0
        for answer in answers:
            if not isinstance(answer, ModelAnswer):
                continue
            if answer.from_cache:
                cached += 1
            else:
                calls += 1
                tokens_in += answer.use.input_tokens
                tokens_out += answer.use.output_tokens
        self._add_usage(calls, cached, tokens_in, tokens_out)

    def _add_usage(self, calls: int, cached: int, tokens_in: int, tokens_out: int) -> None:
        outcome = self.outcome
        outcome.calls += calls
        outcome.cached += cached
        outcome.input_tokens += tokens_in
        outcome.output_tokens += tokens_out
        if self.own is not None:
            calls = tokens_in = tokens_out = 0
        if calls or cached:
            self.store.add_usage(
                self.settings.language_model or "",
                calls=calls,
                cached=cached,
                input_tokens=tokens_in,
                output_tokens=tokens_out,
            )


_Read = Callable[[Input, asyncio.Event, asyncio.Event], Coroutine[None, None, None]]


async def _settled(tasks: dict[asyncio.Task[None], str], when: str) -> None:
    """Wait for tasks, and raise what one of them raised; those that are through are dropped."""
    while tasks:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
            del tasks[task]
        if when == asyncio.FIRST_COMPLETED:
            return
