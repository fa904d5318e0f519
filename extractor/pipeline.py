"""One document from file to records: cut, read twice, compare, check, normalize.

`cut` does everything that needs no model, `finish` puts the readings together; in between, the
model may read the blocks in any order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from extractor import rules
from extractor.chunk import Chunks, chunk
from extractor.compare import Comparison, Reading, compare
from extractor.completeness import check_end, check_outside
from extractor.errors import ExtractorError, LayoutError, ModelError, ModelRefused, ModelTruncated
from extractor.ground import ground
from extractor.layouts import CompiledLayout, compiled, load
from extractor.messages import flag, message
from extractor.model import Model, ModelAnswer
from extractor.normalize import normalize
from extractor.readers import read
from extractor.reconcile import check_project, find_repeats
from extractor.settings import Settings
from extractor.sums import check_document
from extractor.text import Squashed
from schemas.document import Block, Document
from schemas.layout import LayoutSpec
from schemas.project import ProjectReading
from schemas.record import (
    BlockInfo,
    Counts,
    DocumentInfo,
    DocumentLine,
    Flag,
    FlagCode,
    Normalized,
    Readings,
    Record,
    Total,
    status_of,
)

Answer = ModelAnswer | ModelError


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document that is cut into blocks and waits for its readings."""

    document: Document
    chunks: Chunks
    layout: CompiledLayout | None


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """A document's line, its records, and each record's piece of the source: `text[block.start:block.end]`."""

    document: DocumentLine
    records: list[Record] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Side:
    """One block on its way to a record."""

    block: Block
    view: Squashed
    rules: Reading | None
    answer: Answer | None
    comparison: Comparison | None = None
    flags: list[Flag] = field(default_factory=list)
    unclaimed: int = 0


def cut(document: Document, layouts: Sequence[LayoutSpec] = ()) -> OpenDocument:
    """A document in its blocks; `layouts` are the user's own."""
    chunks = chunk(document, layouts)
    return OpenDocument(document, chunks, compiled(chunks.layout) if chunks.layout else None)


def finish(opened: OpenDocument, answers: Mapping[int, Answer], settings: Settings) -> DocumentResult:
    """Records and document line; `answers` are the model's, by block index (none: rules alone).

    Raises LayoutError where the document prints projects that could not be cut into blocks.
    """
    document, chunks = opened.document, opened.chunks
    reason = message(chunks.reason, settings.language) if chunks.reason else None
    if reason is not None and not chunks.understood:
        raise LayoutError(document.file, reason)
    if opened.layout is None:
        return DocumentResult(_line(opened, [], [], reason))
    sides = [_read_block(block, opened.layout, answers.get(block.index), settings) for block in chunks.blocks]
    projects = [side.comparison.project if side.comparison else ProjectReading() for side in sides]
    repeats = find_repeats(projects, chunks.blocks, settings.language)
    for index, repeat in repeats.items():
        sides[index].flags.append(repeat)
    flags = check_document(chunks.totals, projects, repeats, _amount_unit(chunks), settings.language)
    sums_fit = all(found.code != FlagCode.SUM_MISMATCH for found in flags)
    flags += check_end(document.text, chunks.blocks, projects, sums_fit=sums_fit, language=settings.language)
    flags += check_outside(document.text, chunks.outside, settings.language)
    info = _info(opened)
    records = [_record(info, side, settings) for side in sides]
    if len(records) != len(chunks.blocks):
        raise AssertionError(f"{document.file}: {len(chunks.blocks)} blocks but {len(records)} records")
    line = _line(opened, records, flags, None, sides)
    return DocumentResult(line, records, [document.text[block.start : block.end] for block in chunks.blocks])


def failed_document(file: str, error: ExtractorError, *, digest: str = "") -> DocumentResult:
    """The line of a document that could not be read."""
    reason = getattr(error, "message", None) or str(error)
    return DocumentResult(DocumentLine(document=DocumentInfo(file=file, sha256=digest), status="failed", reason=reason))


async def read_with_model(block: Block, model: Model) -> Answer:
    """The model's answer, or the error that stands in its place."""
    try:
        return await model.read(block)
    except ModelError as error:
        return error


async def _extract(path: str, settings: Settings, model: Model | None) -> DocumentResult:
    opened = _open(path, settings)
    if model is None:
        return finish(opened, {}, settings)
    answers = await asyncio.gather(*(read_with_model(block, model) for block in opened.chunks.blocks))
    return finish(opened, dict(enumerate(answers)), settings)


def _open(path: str, settings: Settings) -> OpenDocument:
    return cut(read(path, max_bytes=settings.max_bytes), own_layouts(settings))


def own_layouts(settings: Settings) -> list[LayoutSpec]:
    """The layouts that the settings name; UsageError where one cannot be read."""
    return [load(layout) for layout in settings.layouts]


def extract_file(path: str, settings: Settings) -> DocumentResult:
    """Read one file with the rules and, where the settings name one, a model; raises ExtractorError."""
    if settings.model is None:
        return finish(_open(path, settings), {}, settings)

    async def run() -> DocumentResult:
        from extractor.cache import AnswerCache
        from extractor.model import LanguageModel

        cache = AnswerCache(settings.cache_dir) if settings.cache else None
        try:
            model = LanguageModel(settings, cache)
            try:
                return await _extract(path, settings, model)
            finally:
                await model.close()
        finally:
            if cache is not None:
                cache.close()

    return asyncio.run(run())


def record_id(document: DocumentInfo, index: int) -> str:
    """Stable across runs: the same file with the same content gives the same ids."""
    return sha256(f"{document.sha256}\0{document.file}\0{index}".encode()).hexdigest()[:16]


def _read_block(block: Block, layout: CompiledLayout, answer: Answer | None, settings: Settings) -> _Side:
    view = Squashed(block.content)
    side = _Side(block, view, None, answer)
    try:
        read_by_rules = rules.read(block, view, layout)
        side.rules = Reading(
            read_by_rules.reading, ground(read_by_rules.reading, view, block.context, read_by_rules.places)
        )
    except Exception as error:  # a fault of ours must cost this block only, and be seen
        side.flags.append(_unreadable(block, error, settings.language))
    model: Reading | None = None
    if isinstance(answer, ModelAnswer):
        model = Reading(answer.reading, ground(answer.reading, view, block.context))
    elif isinstance(answer, ModelError):
        side.flags.append(_model_flag(answer, settings.language))
    if side.rules is None and model is None:
        return side
    side.comparison = compare(side.rules, model, view, layout.structure, layout.withheld, settings.language)
    side.flags += side.comparison.flags
    side.flags += check_project(side.comparison.project, block, layout, side.comparison.spans, settings.language)
    side.unclaimed = sum(
        end - start for found in side.flags if found.code == FlagCode.UNCLAIMED_TEXT for start, end in found.spans
    )
    return side


def _unreadable(block: Block, error: Exception, language: str) -> Flag:
    return flag(
        FlagCode.UNCLAIMED_TEXT,
        language=language,
        text=f"{block.content.text[:40]} ({type(error).__name__})",
        spans=((block.start, block.end),),
    )


def _model_flag(error: ModelError, language: str) -> Flag:
    codes = {ModelRefused: FlagCode.MODEL_REFUSED, ModelTruncated: FlagCode.MODEL_TRUNCATED}
    return flag(codes.get(type(error), FlagCode.MODEL_FAILED), language=language, detail=str(error))


def _record(info: DocumentInfo, side: _Side, settings: Settings) -> Record:
    block, comparison, answer = side.block, side.comparison, side.answer
    answered = answer if isinstance(answer, ModelAnswer) else None
    project = comparison.project if comparison else ProjectReading()
    flags = tuple(side.flags)
    # A compilation may hold tables in different units; a record's own table decides.
    info = info.model_copy(update={"amount_unit": block.context.amount_unit})
    twice = comparison is not None and side.rules is not None and answered is not None
    return Record(
        id=record_id(info, block.index),
        document=info,
        block=BlockInfo(index=block.index, start=block.start, end=block.end, page=block.page),
        project=project,
        normalized=normalize(project, info.amount_unit) if comparison else Normalized(),
        status=status_of(flags, second_reader=twice) if comparison else "failed",
        flags=flags,
        spans=comparison.spans if comparison else {},
        readings=Readings(
            rules=side.rules.reading if side.rules else None, model=answered.reading if answered else None
        ),
        model=answered.use if answered else None,
    )


def _line(
    opened: OpenDocument,
    records: Sequence[Record],
    flags: Sequence[Flag],
    reason: str | None,
    sides: Sequence[_Side] = (),
) -> DocumentLine:
    chunks = opened.chunks
    failed = sum(record.status == "failed" for record in records)
    compared = [side.comparison for side in sides if side.comparison]
    counts = Counts(
        blocks=len(chunks.blocks),
        records=len(records) - failed,
        failed=failed,
        indicators=sum(len(record.project.indicators) for record in records),
        fields=sum(comparison.fields for comparison in compared),
        fields_read_twice=sum(comparison.fields_read_twice for comparison in compared),
    )
    return DocumentLine(
        document=_info(opened),
        status="read" if records else "no_projects",
        reason=reason,
        encoding=opened.document.encoding,
        counts=counts,
        characters=chunks.characters,
        coverage=_coverage(chunks, sides),
        totals=tuple(Total(kind=total.kind, name=total.name, amounts=total.amounts) for total in chunks.totals),
        flags=tuple(flags),
    )


def _info(opened: OpenDocument) -> DocumentInfo:
    header = opened.chunks.header
    return DocumentInfo(
        file=opened.document.file,
        sha256=opened.document.sha256,
        title=header.title.value if header.title else None,
        department=header.department.value if header.department else None,
        fiscal_year=header.fiscal_year,
        amount_unit=_amount_unit(opened.chunks),
        layout=opened.layout.spec.name if opened.layout else None,
    )


def _amount_unit(chunks: Chunks) -> str | None:
    return chunks.header.amount_unit.value if chunks.header.amount_unit else None


def _coverage(chunks: Chunks, sides: Sequence[_Side]) -> float | None:
    """Share of the table's text that fields and structure explain; lines outside of the table count against it."""
    if not sides:
        return None
    ink = sum(len(side.view.text) for side in sides) + chunks.characters.outside
    left = sum(side.unclaimed for side in sides) + chunks.characters.outside
    return round(1 - left / ink, 4) if ink else None


__all__ = [
    "DocumentResult",
    "OpenDocument",
    "cut",
    "extract_file",
    "failed_document",
    "finish",
    "own_layouts",
    "read_with_model",
    "record_id",
]
