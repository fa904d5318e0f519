"""The unit of work: a file in, what the store saves of it in one transaction out.

It holds nothing but its settings: this process, a worker beside it or another host call the same functions. Nothing
that concerns one document is raised: it is that document's line. Where a language model is asked, the work has two
halves, `prepared` and `completed`, and the questions are asked between them by whoever called.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from extractor import builtin
from extractor.builtin import SecondReader
from extractor.errors import ExtractorError, InputError, OutputError, WeightsError
from extractor.learn.infer import Learnt, described, in_words, understanding
from extractor.messages import paragraphs
from extractor.model.asking import Answer, Reasons
from extractor.pipeline import (
    DocumentResult,
    OpenDocument,
    Survey,
    chosen,
    cut,
    failed_document,
    finish,
    own_layouts,
    survey,
)
from extractor.readers import RawFile, load, parse, seconds_apart
from extractor.run.inputs import Input
from extractor.schemas.document import Block
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.record import DocumentLine
from extractor.settings import Settings
from extractor.store import Entry, Words, entry_of

T = TypeVar("T")


class Parcel(Generic[T]):
    """A value that goes from one process through a second one to a third, and is unpacked by whoever needs it.

    >>> pickle.loads(pickle.dumps(Parcel([1]))).open()
    [1]
    """

    def __init__(self, value: T | None = None, packed: bytes = b"") -> None:
        self._value = value
        self._packed = packed

    @property
    def is_packed(self) -> bool:
        return bool(self._packed)

    def open(self) -> T:
        value: T = pickle.loads(self._packed) if self._packed else self._value  # type: ignore[assignment]
        return value

    def __reduce__(self) -> tuple[type[Parcel[T]], tuple[None, bytes]]:
        return Parcel, (None, self._packed or pickle.dumps(self._value, pickle.HIGHEST_PROTOCOL))


class Finished(NamedTuple):
    """A document as it is stored and told of; `gives_up`: it was too much, and would be the next time."""

    entry: Entry
    line: DocumentLine
    flagged: int = 0
    gives_up: bool = False


class Prepared(NamedTuple):
    """A document that waits for a language model's answers about `asked`, with the reasons to ask.

    `held` are its blocks, `opened` is the document itself where no layout explains it.
    """

    surveyed: Parcel[Survey]
    asked: Mapping[int, Block]
    reasons: dict[int, Reasons]
    held: int
    opened: Parcel[OpenDocument] | None = None


class Heavy(Exception):
    """A document that is too much for a process that cannot be ended."""


class Unit:
    """Work with these settings; `reader` stands in place of theirs.

    `most` is how many characters a document may have before Heavy is raised. `allow` is told how many seconds a file
    may take to be parsed, on top of what it may take anyway.
    """

    def __init__(
        self, settings: Settings, fingerprint: str, reader: SecondReader | None = None, most: int | None = None
    ) -> None:
        self.settings = settings
        self.fingerprint = fingerprint
        self.most = most
        self.allow: Callable[[float], None] = lambda seconds: None
        self._given_reader = reader

    def __reduce__(self) -> tuple[type[Unit], tuple[Settings, str]]:
        """What goes to another process: no key, and no reader of a test's own."""
        return Unit, (self.settings.model_copy(update={"api_key": None}), self.fingerprint)

    @cached_property
    def layouts(self) -> list[LayoutSpec]:
        return own_layouts(self.settings)

    @cached_property
    def reader(self) -> SecondReader | None:
        """Loaded for the first document that has to be read: a run that finds all of them done needs none."""
        return self._given_reader or builtin.load(self.settings)

    def finished(self, given: Input) -> Finished:
        """A file read without a language model."""
        return self._safely(given, lambda opened: self._entry(finish(survey(opened, self.reader), {}, self.settings)))

    def prepared(self, given: Input, learns: bool) -> Prepared | Finished:
        """A file up to what is to be asked about it; where it `learns`, also whether a layout is."""

        def prepare(opened: OpenDocument) -> Prepared:
            if learns and understanding(opened, self.settings).is_wanting(self.settings.layout_coverage):
                return Prepared(Parcel(), {}, {}, len(opened.chunks.blocks), Parcel(opened))
            return self._prepared(opened)

        return self._safely(given, prepare)

    def surveyed(self, given: Input, learnt: Learnt) -> Prepared | Finished:
        """The same for a document about which a layout was asked."""
        try:
            return self._prepared(learnt.opened)
        except _NOT_OURS:
            raise
        except Exception as error:
            digest = learnt.opened.document.sha256
            return self._entry(_failed(given, error, digest), learnt, complete=not learnt.again)

    def completed(
        self, given: Input, prepared: Prepared, answers: Mapping[int, Answer], learnt: Learnt | None, complete: bool
    ) -> Finished:
        """A file with the answers about it."""
        surveyed = prepared.surveyed.open()
        try:
            result = finish(surveyed, answers, self.settings, prepared.reasons)
        except _NOT_OURS:
            raise
        except Exception as error:
            result = _failed(given, error, surveyed.opened.document.sha256)
        return self._entry(result, learnt, complete=complete)

    def gave_up(self, given: Input, why: str) -> Finished:
        """The line of a file that was too much."""
        digest = ""
        with suppress(InputError, OSError, MemoryError):
            digest = self._load(given).sha256
        done = self._entry(failed_document(given.name, InputError(given.name, why), digest=digest))
        return done._replace(gives_up=True)

    def failed(self, given: Input, error: Exception, digest: str = "") -> Finished:
        return self._entry(_failed(given, error, digest))

    def _safely(self, given: Input, work: Callable[[OpenDocument], T]) -> T | Finished:
        digest = ""
        try:
            source = self._load(given)
            digest = source.sha256
            self.allow(seconds_apart(source))
            document = parse(source)
            self.allow(0.0)
            if self.most is not None and len(document.text) > self.most:
                raise Heavy
            return work(cut(document, self.layouts))
        except _NOT_OURS:
            raise
        except Exception as error:  # a fault of ours must cost this file only, and be seen
            return self.failed(given, error, digest if not isinstance(error, InputError) else "")

    def _load(self, given: Input) -> RawFile:
        return load(given.path, name=given.name, max_bytes=self.settings.max_bytes, member=given.member)

    def _prepared(self, opened: OpenDocument) -> Prepared:
        surveyed = survey(opened, self.reader, has_model=True)
        reasons = chosen(surveyed, self.settings)
        asked = {index: surveyed.blocks[index] for index in reasons}
        return Prepared(Parcel(surveyed), asked, reasons, len(surveyed.blocks))

    def _entry(self, result: DocumentResult, learnt: Learnt | None = None, *, complete: bool = True) -> Finished:
        language = self.settings.language
        if learnt is not None and learnt.learning is not None:
            result = _with_learning(result, learnt, language)
        words = Words(language, result.told, result.records_told)
        fingerprint = self.fingerprint if complete else ""
        entry = entry_of(result.document, result.records, result.sources, fingerprint, words)
        return Finished(entry, result.document, sum(record.status == "flagged" for record in result.records))


_NOT_OURS = (Heavy, MemoryError, OutputError, WeightsError)
"""What concerns more than one document, or all of this process."""
_ADVICE = "split it into one file per department, or raise"


def too_much(settings: Settings) -> str:
    return f"needs more than {settings.max_memory:,} MB of memory and was given up; {_ADVICE} --max-memory"


def too_long(settings: Settings, size: int) -> str:
    return f"was not read within {seconds_for(settings, size):,.0f} seconds and was given up; {_ADVICE} --max-seconds"


def seconds_for(settings: Settings, size: int) -> float:
    """How long a file of so many bytes may be worked on, when it has been parsed."""
    return settings.max_seconds * (1 + size / 4_000_000)


def _with_learning(result: DocumentResult, learnt: Learnt, language: str) -> DocumentResult:
    """The line with what became of the question for a layout, also in the reason of a document that was not read."""
    told, line = replace(result.told, learning=learnt.reason), result.document
    if told.reason:
        told = replace(told, reason=(*told.reason, *described(learnt)))
    update = {"learning": in_words(learnt, language), "reason": paragraphs(told.reason, language) or None}
    return replace(result, document=line.model_copy(update=update), told=told)


def _failed(given: Input, error: Exception, digest: str) -> DocumentResult:
    """The line of a document that could not be read."""
    known = error if isinstance(error, InputError) else _fault(given, error)
    return failed_document(given.name, known, digest=digest)


def _fault(given: Input, error: Exception) -> ExtractorError:
    return InputError(
        given.name, f"could not be read because of a fault in the extractor ({type(error).__name__}); please report it"
    )
