"""The questions to the language model about where projects begin, and what comes of the answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import NamedTuple

from extractor import prompts
from extractor.errors import ModelError, ModelUnavailable
from extractor.messages import worded
from extractor.model import Asker, Bought
from extractor.pipeline import OpenDocument
from extractor.schemas.document import Document, Line
from extractor.schemas.finding import Fact, Said, said
from extractor.schemas.segment import SegmentAnswer
from extractor.segment.check import judge
from extractor.segment.cut import opened as opened_by
from extractor.segment.windows import Segments, Window, is_shown_whole, joined, lines_of, question, windows

PROMPT = "segment"
_MOST_WINDOWS = 60
_TRIES = 2


class Segmented(NamedTuple):
    """A document cut where a model says that its projects begin; `reason` is why it is not.

    `again` where the next run should ask. The counts are of calls that were paid for and of answers in the cache.
    """

    opened: OpenDocument
    reason: Fact | None = None
    again: bool = False
    paid: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


async def segment(asker: Asker, opened: OpenDocument, language: str) -> Segmented:
    """The document in blocks of a model's making where they hold, after one more question where they did not at first.

    A document of which any answer says that it holds projects has failed where they could not be told apart.
    """
    document = opened.document
    lines = lines_of(document.text)
    spans = list(windows(lines))
    if len(spans) > _MOST_WINDOWS or not is_shown_whole(lines):
        return Segmented(opened, said("segment_too_long"))
    answers: list[Bought[SegmentAnswer]] = []
    reason: Said | None = None
    failed: ModelError | None = None
    better: OpenDocument | None = None
    for _ in range(_TRIES):
        told = worded(reason, language) if reason is not None else ""
        try:
            round_ = await _ask(asker, document, lines, spans, told)
        except ModelError as error:
            failed = error
            break
        answers += round_
        if not any(answer.value.holds_projects for answer in answers):
            break
        segments = joined([answer.value for answer in round_], spans)
        reason = segments if isinstance(segments, Said) else await asyncio.to_thread(judge, document, lines, segments)
        if isinstance(segments, Segments) and reason is None:
            better = opened_by(document, lines, segments)
            break
    if better is None and any(answer.value.holds_projects for answer in answers):
        opened = replace(opened, chunks=replace(opened.chunks, understood=False))
    return Segmented(
        better or opened,
        None if better else str(failed) if failed else reason or said("layout_no_table"),
        isinstance(failed, ModelUnavailable),
        sum(not answer.from_cache for answer in answers),
        sum(answer.from_cache for answer in answers),
        sum(answer.input_tokens for answer in answers if not answer.from_cache),
        sum(answer.output_tokens for answer in answers if not answer.from_cache),
    )


async def _ask(
    asker: Asker, document: Document, lines: list[Line], spans: list[Window], reason: str
) -> list[Bought[SegmentAnswer]]:
    questions = [question(document.text, lines, span, reason) for span in spans]
    return list(
        await asyncio.gather(*(asker.ask(prompts.load(PROMPT), question, SegmentAnswer) for question in questions))
    )


__all__ = ["PROMPT", "Segmented", "segment"]
