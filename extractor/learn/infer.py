"""A layout that no built-in one explains, learnt from one question to the language model.

The answer is words of the document and what they mean; it becomes a LayoutSpec only if the document, read with it,
bears it out. Whatever was learnt, or refused, holds for every later document of that shape.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, get_args

from extractor import prompts
from extractor.errors import LayoutError, ModelError, ModelUnavailable
from extractor.layouts import compiled, load
from extractor.layouts.shape import Shape, shape_of
from extractor.layouts.written import write
from extractor.learn.judge import Understanding, judge_answer, judge_layout
from extractor.messages import worded
from extractor.model import Asker, Bought
from extractor.pipeline import OpenDocument, cut, finish, own_layouts, survey
from extractor.schemas.document import Document
from extractor.schemas.finding import Fact, Said, said
from extractor.schemas.layout import ItemMarker, LayoutAnswer, LayoutSpec
from extractor.schemas.record import Learning
from extractor.settings import Settings
from extractor.text import squash

FOLDER = "layouts"
"""Folder of a run that keeps its learnt layouts."""
PROMPT = "infer_layout"
_EXCERPT = 12_000
_SHOWN_LINE = 200
_WITHOUT_LAYOUT = {"unanswered": "layout_unanswered", "refused": "layout_refused"}


class Learnt(NamedTuple):
    """A document cut as well as it can be, and what became of the question, where there was one.

    `bought` is False where the answer was in the cache or none was needed, `again` where the next run should ask;
    `reason` is why no layout was learnt, which `in_words` adds to `learning`.
    """

    opened: OpenDocument
    learning: Learning | None = None
    bought: bool = False
    again: bool = False
    reason: Fact | None = None


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: Fact
    holds_projects: bool = False


class Learner:
    """Layouts of a run: those of its folder, and those that are learnt while it goes on."""

    def __init__(self, asker: Asker, settings: Settings, folder: Path | None = None, *, writes: bool = True) -> None:
        self._asker = asker
        self._settings = settings
        self._folder = folder / FOLDER if folder is not None and writes else None
        self._own = own_layouts(settings)
        self._known: dict[str, LayoutSpec | _Refusal] = {spec.name: spec for spec in kept(folder)}

    async def improve(self, opened: OpenDocument) -> Learnt:
        """The document as it is, or cut by a learnt layout where the others do not explain it."""
        before = await asyncio.to_thread(understanding, opened, self._settings)
        if not before.is_wanting(self._settings.layout_coverage):
            return Learnt(opened)
        shape = shape_of(opened.document)
        known = self._known.get(shape.name)
        if isinstance(known, _Refusal):
            seen = with_projects(opened) if known.holds_projects else opened
            return Learnt(seen, _learning("refused", shape.name, before), reason=known.reason)
        reason: Fact | None = None
        for spec in [known] if known else self._alike(opened.document):
            again, reason = await asyncio.to_thread(self._try, opened.document, spec, before)
            if again is not None:
                return Learnt(again, _learning("reused", spec.name, before))
        if known is not None:
            return Learnt(opened, _learning("refused", shape.name, before), reason=reason)
        return await self._ask(opened, shape, before)

    def _alike(self, document: Document) -> list[LayoutSpec]:
        """Learnt layouts of another name whose headers the document prints all the same."""
        text = squash(document.text)
        specs = [spec for spec in self._known.values() if isinstance(spec, LayoutSpec) and spec.headers]
        return [spec for spec in specs if all(squash(header) in text for header in spec.headers)]

    async def _ask(self, opened: OpenDocument, shape: Shape, before: Understanding) -> Learnt:
        question = question_about(opened.document, shape)
        try:
            answer = await self._asker.ask(prompts.load(PROMPT), question, LayoutAnswer)
        except ModelError as error:
            again = isinstance(error, ModelUnavailable)
            if not again:
                self._known[shape.name] = _Refusal(str(error))
            return Learnt(opened, _learning("unanswered", shape.name, before), again=again, reason=str(error))
        better, reason = await asyncio.to_thread(self._check, opened.document, shape, answer.value, before)
        bought = not answer.from_cache
        if better is None:
            assert reason is not None
            self._known[shape.name] = _Refusal(reason, answer.value.holds_projects)
            seen = with_projects(opened) if answer.value.holds_projects else opened
            return Learnt(seen, _learning("refused", shape.name, before, answer), bought, reason=reason)
        spec = better.chunks.layout
        assert spec is not None
        self._known[spec.name] = spec
        if self._folder is not None:
            write(spec, self._folder / f"{spec.name}.toml", opened.document.file)
        return Learnt(better, _learning("learnt", spec.name, before, answer), bought)

    def _check(
        self, document: Document, shape: Shape, answer: LayoutAnswer, before: Understanding
    ) -> tuple[OpenDocument | None, Said | None]:
        """The document cut by the answer's layout, or the reason why the answer is refused."""
        reason = judge_answer(answer, document)
        if reason is not None:
            return None, reason
        return self._try(document, spec_of(answer, shape), before, answer)

    def _try(
        self, document: Document, spec: LayoutSpec, before: Understanding, answer: LayoutAnswer | None = None
    ) -> tuple[OpenDocument | None, Said | None]:
        opened = cut(document, [spec, *self._own])
        after = understanding(opened, self._settings)
        reason = judge_layout(spec, compiled(spec), before, after, self._settings, answer)
        return (opened, None) if reason is None else (None, reason)


def with_projects(opened: OpenDocument) -> OpenDocument:
    """A document of which a model says that it holds projects: where none are read, it has failed."""
    return replace(opened, chunks=replace(opened.chunks, understood=False))


def understanding(opened: OpenDocument, settings: Settings) -> Understanding:
    """What the rules alone make of a document."""
    try:
        result = finish(survey(opened), {}, settings)
    except LayoutError as error:
        return Understanding(opened, None, error.message)
    return Understanding(opened, result, result.document.reason)


def question_about(document: Document, shape: Shape) -> str:
    """What the model is shown of a document: what is known of its shape, and its beginning between markers.

    The markers hold a hash of the text, so that no text can close them.
    """
    text = document.text
    whole = len(text) <= _EXCERPT
    if not whole:
        text = text[:_EXCERPT]
        text = text[: text.rfind("\n") + 1] or text
    lines = {
        "单元格": "有" if shape.source == "grid" else "无",
        "疑似表头": "、".join(shape.headers),
        "疑似编号": " ".join(shape.numbers),
        "节选": "" if whole else "是",
    }
    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    head = "\n".join(f"{label}: {' '.join(value.split())[:_SHOWN_LINE]}" for label, value in lines.items() if value)
    return f"{head}\n<<<DOCUMENT {mark}>>>\n{text}\n<<<END {mark}>>>"


def spec_of(answer: LayoutAnswer, shape: Shape) -> LayoutSpec:
    """The layout that an answer describes, named after the document's shape."""
    columns = {
        column.meaning: column.header for column in answer.columns if column.meaning not in {"breakdown", "attribute"}
    }
    known, own_numbers = get_args(ItemMarker), bool(answer.item_numbers) and "indicators" in columns
    # （N） is (N) in another width, which stands for Chinese numerals as well.
    numbers = tuple(plain if (plain := squash(number)) in known else number for number in answer.item_numbers)
    data = {
        "name": shape.name,
        "title": answer.title,
        "source": shape.source,
        "columns": tuple(columns),
        "headers": tuple(columns.values()),
        "column_synonyms": {column: (header,) for column, header in columns.items()},
        "total_words": answer.total_words,
        "withheld": answer.withheld,
        "unconfirmed": True,
        "indicators": {
            "item_numbers": tuple(number for number in numbers if own_numbers and number not in known),
            "categories": answer.categories,
            "cycle_labels": tuple(map(_bare, answer.cycle_labels)),
            "annual_labels": tuple(map(_bare, answer.annual_labels)),
        }
        | ({"markers": tuple(number for number in numbers if number in known)} if own_numbers else {}),
    }
    return LayoutSpec.model_validate(data)


def kept(folder: Path | None) -> list[LayoutSpec]:
    """The learnt layouts of a run folder; UsageError where one has been edited into something else."""
    return [load(path) for path in sorted((folder / FOLDER).glob("*.toml"))] if folder is not None else []


def _bare(label: str) -> str:
    """A label without the colon behind it, which need not be named."""
    return label.rstrip("：: ") or label


def _learning(outcome: str, layout: str, before: Understanding, bought: Bought[LayoutAnswer] | None = None) -> Learning:
    return Learning.model_validate(
        {
            "outcome": outcome,
            "layout": layout,
            "coverage_before": before.coverage,
            "input_tokens": bought.input_tokens if bought else 0,
            "output_tokens": bought.output_tokens if bought else 0,
        }
    )


def in_words(learnt: Learnt, language: str) -> Learning | None:
    """What became of the question, with the reason in words."""
    if learnt.learning is None or learnt.reason is None:
        return learnt.learning
    return learnt.learning.model_copy(update={"reason": worded(learnt.reason, language)})


def described(learnt: Learnt) -> tuple[Said, ...]:
    """What became of the question, as it is added to the reason of a document that stays unread."""
    key = _WITHOUT_LAYOUT.get(learnt.learning.outcome) if learnt.learning is not None else None
    return (said(key, reason=learnt.reason or ""),) if key is not None else ()


__all__ = [
    "FOLDER",
    "Learner",
    "Learnt",
    "described",
    "in_words",
    "kept",
    "question_about",
    "spec_of",
    "understanding",
    "with_projects",
]
