"""Batch runs: many files into one run folder, resumable, at a flat cost of memory.

A document is stored in one transaction as soon as it is finished; a run started again goes on with
what is missing. What is asked of a model is bounded by blocks in flight, not by documents; documents are
read by the other readers meanwhile, in a thread beside the calls.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor import builtin
from extractor.builtin import SecondReader
from extractor.errors import ExtractorError, InputError, ModelError, OutputError
from extractor.learn.infer import Learner, Learnt, described, in_words
from extractor.messages import paragraphs
from extractor.model import Asker, LanguageModel, Model, ModelAnswer
from extractor.model.asking import Answer, Reasons
from extractor.model.breaker import Breaker, GuardedAsker
from extractor.model.till import FILE
from extractor.pipeline import (
    DocumentResult,
    OpenDocument,
    Survey,
    chosen,
    cut,
    failed_document,
    finish,
    own_layouts,
    read_with_model,
    survey,
)
from extractor.readers import load, parse
from extractor.run import adding
from extractor.run.fingerprint import fingerprint
from extractor.run.inputs import Input
from extractor.run.understood import understood
from extractor.schemas.record import DocumentLine
from extractor.settings import Settings
from extractor.store import RunStore, Words
from extractor.store.private import private_folder

if TYPE_CHECKING:
    from extractor.model.cache import AnswerCache

_IN_FLIGHT = 4
"""Calls on their way or waiting, for each that may be made at a time."""
_HELD = 2_000
"""Blocks of documents that wait for answers."""
_SHOWN_FAILURES = 20


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
        if settings.language_model is None and model is None:
            batch.read_alone()
        else:
            asyncio.run(batch.read_with(model))
        batch.outcome.renamed = given.renamed
        if replace_all:
            batch.outcome.forgotten = store.keep_only({one.name for one in given.inputs})
        store.end()
    batch.outcome.seconds = time.monotonic() - started
    return batch.outcome


@dataclass(slots=True)
class _Asked:
    """A document about which a language model is being asked."""

    given: Input
    surveyed: Survey
    reasons: dict[int, Reasons]
    tasks: list[asyncio.Task[Answer]]
    learnt: Learnt


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
        self.given_reader = reader
        self.layouts = own_layouts(settings)
        self.fingerprint = fingerprint(settings)
        self.outcome = Outcome()
        self.own: LanguageModel | None = None
        """The settings' own model: its calls are in the ledger."""

    @cached_property
    def reader(self) -> SecondReader | None:
        """Loaded for the first document that has to be read: a run that finds all of them done needs none."""
        return self.given_reader or builtin.load(self.settings)

    def read_alone(self) -> None:
        """Without a language model."""
        for given in self.inputs:
            opened = self._open(given)
            if opened is not None:
                self._save(self._read(given, opened, self.reader))

    def _read(self, given: Input, opened: OpenDocument, reader: SecondReader | None) -> DocumentResult:
        try:
            return finish(survey(opened, reader), {}, self.settings)
        except Exception as error:
            return _failed(given, opened, error)

    async def read_with(self, given_model: Model | None) -> None:
        from extractor.model.cache import AnswerCache

        cache = AnswerCache(self.settings.cache_dir) if self.settings.cache and given_model is None else None
        model, learner, asker = self._connected(given_model, cache)
        waiting: deque[_Asked] = deque()
        try:
            for given in self.inputs:
                opened = self._open(given)
                asked = await self._ask(given, opened, model, learner, asker) if opened is not None else None
                if asked is None:
                    continue
                if not asked.tasks:
                    await self._finish(asked)
                    continue
                waiting.append(asked)
                while waiting and self._is_enough(waiting):
                    await self._finish(waiting[0])
                    waiting.popleft()
            while waiting:
                await self._finish(waiting[0])
                waiting.popleft()
        finally:
            for asked in waiting:
                for task in asked.tasks:
                    task.cancel()
            await model.close()
            if cache is not None:
                cache.close()
        self.outcome.model_error = str(model.unusable) if model.unusable else None
        if self.own is not None:
            paid = self.own.spent
            self.outcome.calls = paid.requests
            self.outcome.input_tokens, self.outcome.output_tokens = paid.input_tokens, paid.output_tokens

    def _connected(
        self, given: Model | None, cache: AnswerCache | None
    ) -> tuple[Breaker, Learner | None, Asker | None]:
        """The model to ask about blocks and, where it is the settings' own, who asks it for layouts."""
        if given is not None:
            return Breaker(given, self.settings.concurrency), None, None
        own = self.own = LanguageModel(self.settings, cache, self.store)
        model = Breaker(own, self.settings.concurrency)
        asker = GuardedAsker(own, model)
        return model, Learner(asker, self.settings, self.directory), asker

    async def _ask(
        self, given: Input, opened: OpenDocument, model: Breaker, learner: Learner | None, asker: Asker | None
    ) -> _Asked | None:
        """The document with its questions on their way; None where it became a failed one."""
        reader = self.reader
        learnt = Learnt(opened)
        FILE.set(given.name)

        def prepare() -> tuple[Survey, dict[int, Reasons]]:
            surveyed = survey(learnt.opened, reader, has_model=True)
            return surveyed, chosen(surveyed, self.settings)

        try:
            if learner is not None and asker is not None:
                learnt, segmented = await understood(opened, learner, asker, self.settings)
                self._count_learnt(learnt)
                if segmented is not None:
                    self._add_usage(segmented.paid, segmented.cached, segmented.input_tokens, segmented.output_tokens)
            surveyed, reasons = await asyncio.to_thread(prepare)
        except OutputError:
            raise
        except Exception as error:
            self._save(_failed(given, opened, error), learnt, complete=not learnt.again)
            return None
        blocks = surveyed.blocks
        tasks = [asyncio.create_task(read_with_model(blocks[index], model)) for index in reasons]
        return _Asked(given, surveyed, reasons, tasks, learnt)

    def _is_enough(self, waiting: Collection[_Asked]) -> bool:
        """True where the calls under way keep the endpoint busy, or the documents behind them fill the memory."""
        in_flight = sum(len(asked.tasks) for asked in waiting)
        held = sum(len(asked.surveyed.blocks) for asked in waiting)
        return in_flight > _IN_FLIGHT * self.settings.concurrency or held > max(_HELD, in_flight)

    async def _finish(self, asked: _Asked) -> None:
        answers = dict(zip(asked.reasons, await asyncio.gather(*asked.tasks), strict=True))
        self._count(answers.values())
        again = any(isinstance(answer, ModelError) for answer in answers.values())
        try:
            result = finish(asked.surveyed, answers, self.settings, asked.reasons)
        except Exception as error:
            result = _failed(asked.given, asked.surveyed.opened, error)
        self._save(result, asked.learnt, complete=not (again or asked.learnt.again))

    def _open(self, given: Input) -> OpenDocument | None:
        """The document cut into blocks; None where it is done already or cannot be read."""
        try:
            source = load(given.path, name=given.name, max_bytes=self.settings.max_bytes, member=given.member)
            if self.store.is_done(given.name, source.sha256, self.fingerprint):
                self.outcome.resumed += 1
                self._tell(given.name, None)
                return None
            return cut(parse(source), self.layouts)
        except InputError as error:
            self._save(failed_document(given.name, error))
            return None
        except OutputError:
            raise
        except Exception as error:  # a fault of ours must cost this file only, and be seen
            self._save(failed_document(given.name, _fault(given, error)))
            return None

    def _save(self, result: DocumentResult, learnt: Learnt | None = None, *, complete: bool = True) -> None:
        if learnt is not None and learnt.learning is not None:
            result = _with_learning(result, learnt, self.settings.language)
        words = Words(self.settings.language, result.told, result.records_told)
        fingerprint = self.fingerprint if complete else ""
        self.store.save(result.document, result.records, result.sources, fingerprint, words)
        flagged = sum(record.status == "flagged" for record in result.records)
        self._tell(result.document.document.file, result.document, flagged)

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


def _with_learning(result: DocumentResult, learnt: Learnt, language: str) -> DocumentResult:
    """The line with what became of the question for a layout, also in the reason of a document that was not read."""
    told, line = replace(result.told, learning=learnt.reason), result.document
    if told.reason:
        told = replace(told, reason=(*told.reason, *described(learnt)))
    update = {"learning": in_words(learnt, language), "reason": paragraphs(told.reason, language) or None}
    return replace(result, document=line.model_copy(update=update), told=told)


def _failed(given: Input, opened: OpenDocument, error: Exception) -> DocumentResult:
    """The line of a document that was opened and could not be read after all."""
    known = error if isinstance(error, InputError) else _fault(given, error)
    return failed_document(given.name, known, digest=opened.document.sha256)


def _fault(given: Input, error: Exception) -> ExtractorError:
    return InputError(
        given.name, f"could not be read because of a fault in the extractor ({type(error).__name__}); please report it"
    )
