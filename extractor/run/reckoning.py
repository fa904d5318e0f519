"""What a run would ask of a language model, and about what that would cost; nothing is sent, nothing stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from extractor import builtin
from extractor.errors import ExtractorError, ModelError, UsageError
from extractor.learn.infer import Learner
from extractor.model import LanguageModel
from extractor.model.reckoner import Reckoner
from extractor.pipeline import chosen, cut, own_layouts, survey
from extractor.readers import load, parse
from extractor.run import adding
from extractor.run.fingerprint import fingerprint
from extractor.run.inputs import Input
from extractor.schemas.document import Block
from extractor.settings import Settings
from extractor.store import RunStore


@dataclass(slots=True)
class Reckoning:
    """Of `documents`, `done` need not be read. `blocks` are asked about, `cached` of these have their answer.

    `calls` are what is left, equal questions once, questions for layouts included. `cost` is None without a price.
    """

    documents: int = 0
    done: int = 0
    failed: int = 0
    blocks: int = 0
    cached: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    currency: str = ""


def reckon(inputs: Sequence[Input], directory: Path, settings: Settings) -> Reckoning:
    """What `run` would ask with these inputs."""
    with ExitStack() as stack:
        store: RunStore | None = None
        with suppress(UsageError):  # nothing is stored there yet
            store = stack.enter_context(RunStore.of(directory))
        known = store.known() if store is not None else {}
        given = adding.named(inputs, known, directory, settings.max_bytes).inputs
        return asyncio.run(_reckon(given, store, directory, settings))


async def _reckon(inputs: Sequence[Input], store: RunStore | None, directory: Path, settings: Settings) -> Reckoning:
    from extractor.model.cache import AnswerCache

    found = Reckoning(documents=len(inputs))
    wanted, layouts = fingerprint(settings), own_layouts(settings)
    reader = builtin.load(settings)
    endpoint = Reckoner()
    with ExitStack() as stack:
        cache = stack.enter_context(AnswerCache(settings.cache_dir)) if settings.cache else None
        model = learner = None
        if settings.language_model is not None:
            model = LanguageModel(settings, cache, endpoint=endpoint)
            learner = Learner(model, settings, directory, writes=False)
        for one in inputs:
            try:
                source = load(one.path, name=one.name, max_bytes=settings.max_bytes, member=one.member)
                if store is not None and store.is_done(one.name, source.sha256, wanted):
                    found.done += 1
                    continue
                opened = cut(parse(source), layouts)
                if learner is None or model is None:
                    continue
                surveyed = survey((await learner.improve(opened)).opened, reader)
                asked = chosen(surveyed, settings)
            except ExtractorError:
                found.failed += 1
                continue
            found.blocks += len(asked)
            for index in asked:
                found.cached += await _is_free(model, surveyed.blocks[index])
    spent = endpoint.spent
    found.calls, found.input_tokens, found.output_tokens = spent.requests, spent.input_tokens, spent.output_tokens
    price = settings.price
    if price is not None:
        found.cost, found.currency = price.of(found.input_tokens, 0, found.output_tokens), price.currency
    return found


async def _is_free(model: LanguageModel, block: Block) -> bool:
    try:
        return (await model.read(block)).from_cache
    except ModelError:
        return False
