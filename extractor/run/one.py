"""One file from end to end, outside of a batch."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from extractor import builtin
from extractor.learn.infer import Learner
from extractor.model import LanguageModel, Model
from extractor.pipeline import DocumentResult, OpenDocument, chosen, cut, finish, own_layouts, read_with_model, survey
from extractor.readers import RawFile, load, parse
from extractor.readers.archive import Member
from extractor.run.understood import Helper, understood
from extractor.settings import Settings

T = TypeVar("T")


def extract_file(path: str, settings: Settings, member: Member | None = None) -> DocumentResult:
    """Read one file, or one member of an archive, with the readers that the settings name; raises ExtractorError."""
    return extract_raw(load(path, max_bytes=settings.max_bytes, member=member), settings)


def extract_raw(source: RawFile, settings: Settings) -> DocumentResult:
    """The same for the bytes of a file.

    Where a language model is set and no layout explains the document, it is asked for one, as in a batch.
    """
    reader = builtin.load(settings)
    opened = cut(parse(source), own_layouts(settings))
    if settings.language_model is None:
        return finish(survey(opened, reader), {}, settings)
    return in_loop(_with_model(opened, reader, settings))


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, also where this thread's event loop is running, as it is in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


async def _with_model(opened: OpenDocument, reader: builtin.SecondReader | None, settings: Settings) -> DocumentResult:
    from extractor.model.cache import AnswerCache

    cache = AnswerCache(settings.cache_dir) if settings.cache else None
    try:
        model = LanguageModel(settings, cache)
        try:
            better = (await understood(opened, Helper(Learner(model, settings), model), settings)).learnt.opened
            return await _asked(better, reader, settings, model)
        finally:
            await model.close()
    finally:
        if cache is not None:
            cache.close()


async def _asked(
    opened: OpenDocument, reader: builtin.SecondReader | None, settings: Settings, model: Model
) -> DocumentResult:
    surveyed = survey(opened, reader, has_model=True)
    reasons = chosen(surveyed, settings)
    answers = await asyncio.gather(*(read_with_model(surveyed.blocks[index], model) for index in reasons))
    return finish(surveyed, dict(zip(reasons, answers, strict=True)), settings, reasons)


__all__ = ["extract_file", "extract_raw", "in_loop"]
