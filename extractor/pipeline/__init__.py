"""One document from file to records: cut, read, ask, compare, check.

`cut` makes blocks, `survey` reads them with everything that is at hand (the rules and the built-in
reader), `finish` puts the readings together. Where a language model is to be asked, it may answer in any
order in between; `chosen` tells about which blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractor import builtin as builtin_readers
from extractor import rules
from extractor.builtin import SecondReader, SecondReadings
from extractor.checks.completeness import check_end, check_outside, check_rows, check_told_again
from extractor.checks.layouts import check_layouts
from extractor.checks.notes import check_notes, doubts_of, explained, guessed_blocks
from extractor.checks.placed import check_left_out, check_placed, is_unit_of_amount
from extractor.checks.places import check_places
from extractor.checks.plausible import check_plausible
from extractor.checks.project import check_project, find_repeats
from extractor.checks.sums import check_document, rows_in_doubt
from extractor.checks.unlabelled import check_unlabelled
from extractor.checks.unread import check_unread
from extractor.checks.untaken import check_untaken
from extractor.chunk import Chunks, choose_layout, chunk
from extractor.compare import Reading, compare
from extractor.errors import ExtractorError, LayoutError, ModelError, ModelRefused, ModelTruncated
from extractor.export.frames import Framed
from extractor.ground import ground
from extractor.layouts import CompiledLayout, compiled, load
from extractor.layouts.shape import explain, may_hold_goals
from extractor.locate import Locator
from extractor.messages import paragraphs
from extractor.model import Model, ModelAnswer
from extractor.model.asking import Answer, Reasons, account, ask_all, choose
from extractor.names import load_aliases
from extractor.pipeline.publish import Draft, document_info, line_of, record_of
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Finding, Said, Sentences, Told, finding, said
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.record import DocumentInfo, DocumentLine, FlagCode, Record
from extractor.settings import Settings
from extractor.text import Squashed, squash

DIRECT = "no-layout"
"""Layout of blocks that a language model marked and alone reads; the rules know nothing of them."""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document that is cut into blocks and waits for its readings."""

    document: Document
    chunks: Chunks

    def layout_of(self, block: Block) -> CompiledLayout:
        """The layout that a block was cut by: each part of a document has its own."""
        return compiled(self.chunks.layouts[block.context.layout])


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """What the rules made of one block; `fault` stands in place of a reading."""

    view: Squashed
    reading: Reading | None
    fault: Finding | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """An open document, read by the rules and, where `reads_twice`, by the built-in reader."""

    opened: OpenDocument
    rules: tuple[ReadBlock, ...]
    second: SecondReadings = field(default_factory=SecondReadings)
    reads_twice: bool = False

    @property
    def blocks(self) -> Sequence[Block]:
        return self.opened.chunks.blocks


@dataclass(frozen=True, slots=True)
class DocumentResult(Framed):
    """A document's line, its records, and each record's piece of the source: `text[block.start:block.end]`.

    `explained` is the share of the tables' text that the layout explains; other than for the line's `coverage`,
    text outside of the tables counts only where it speaks of indicators. `told` and `records_told` are what the line
    and the records say, without a language, so that they can be shown in another one.
    """

    document: DocumentLine
    records: list[Record] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    explained: float = 0.0
    told: Told = field(default_factory=Told)
    records_told: Sequence[Told] = ()

    def framed(self) -> tuple[Iterator[DocumentLine], Iterator[Record]]:
        return iter((self.document,)), iter(self.records)


class NotUnderstood(LayoutError):
    """A document that prints projects which could not be told apart; `reason` says why, without a language."""

    def __init__(self, file: str, reason: Sentences, language: str) -> None:
        super().__init__(file, paragraphs(reason, language))
        self.reason = reason


def cut(document: Document, layouts: Sequence[LayoutSpec] = ()) -> OpenDocument:
    """A document in its blocks; `layouts` are the user's own."""
    return OpenDocument(document, chunk(document, layouts))


def survey(opened: OpenDocument, reader: SecondReader | None = None, *, has_model: bool = False) -> Survey:
    """Every block read by the rules and, where there is one, by the built-in reader.

    A document in which the rules see no project is read as well: the other reader may see one. `has_model`: a language
    model may be asked, between which and the rules all that the built-in reader reads decides.
    """
    blocks = opened.chunks.blocks
    read_by_rules = tuple(_read_block(block, opened.layout_of(block)) for block in blocks)
    if reader is None:
        return Survey(opened, read_by_rules)
    views = [one.view for one in read_by_rules]
    of_cells = {
        block.index: one.reading
        for block, one in zip(blocks, read_by_rules, strict=True)
        if one.reading is not None and opened.layout_of(block).spec.source in _OF_CELLS and not has_model
    }
    second = builtin_readers.read_again(reader, opened.document, blocks, views, of_cells)
    return Survey(opened, read_by_rules, second, True)


def chosen(surveyed: Survey, settings: Settings) -> dict[int, Reasons]:
    """The blocks to ask a language model about, with the reasons.

    Raises LayoutError as `finish` does.
    """
    if DIRECT in surveyed.opened.chunks.layouts:
        return {block.index: (FlagCode.NO_LAYOUT.value,) for block in surveyed.blocks}
    if settings.ask == "all":
        return ask_all(surveyed.blocks)
    records = finish(surveyed, {}, settings).records
    units = [record.document.amount_unit for record in records]
    sums_off = rows_in_doubt(surveyed.opened.chunks.totals, [record.project for record in records], units)
    return choose(records, surveyed.blocks, settings, sums_off)


def finish(
    surveyed: Survey,
    answers: Mapping[int, Answer],
    settings: Settings,
    reasons: Mapping[int, Reasons] | None = None,
) -> DocumentResult:
    """Records and document line; `answers` are a language model's, by block index.

    `reasons` tell why each of them was asked for; None where there is no language model. Raises
    LayoutError where the document prints projects that could not be cut into blocks.
    """
    document, chunks = surveyed.opened.document, surveyed.opened.chunks
    locator = Locator(document)
    language = settings.language
    noted = check_notes(document, chunks.blocks)
    reason = explained(said(chunks.reason), noted) if chunks.reason else ()
    if reason and (not chunks.understood or _may_be_a_table(document, chunks)):
        reason = (*reason, _words_of(document, settings))
    if reason and not (chunks.understood and document.text.strip()):
        raise NotUnderstood(document.file, reason, language)
    if not chunks.blocks:
        findings = [*noted, *surveyed.second.of_document]
        line = line_of(document, chunks, (), (), language=language, locator=locator, findings=findings, reason=reason)
        return DocumentResult(line, told=_told(findings, reason))
    drafts = [
        _drafted(surveyed, index, answers.get(block.index), (reasons or {}).get(block.index, ()))
        for index, block in enumerate(chunks.blocks)
    ]
    for draft in drafts:
        draft.findings += doubts_of(document, draft.block)
    projects = [draft.project for draft in drafts]
    repeats = find_repeats(projects, chunks.blocks)
    for index, repeat in repeats.items():
        drafts[index].findings.append(repeat)
    info = document_info(document, chunks)
    units = [unit.value if (unit := block.context.amount_unit) else None for block in chunks.blocks]
    findings = noted + check_document(chunks.totals, projects, repeats, units)
    sums_fit = all(found.code != FlagCode.SUM_MISMATCH for found in findings)
    findings += check_end(document, chunks.blocks, projects, sums_fit=sums_fit)
    findings += check_rows([draft.findings for draft in drafts])
    findings += check_outside(document.text, chunks.unread)
    findings += check_told_again(chunks.told_again)
    share = _explained(surveyed.opened, drafts)
    in_doubt = share < settings.layout_coverage or any(map(_is_misplaced, findings))
    findings += surveyed.second.of_document
    findings += check_layouts(chunks.layouts.values())
    if DIRECT in chunks.layouts:
        findings.append(finding(FlagCode.NO_LAYOUT))
        findings += check_left_out(document, chunks.blocks, chunks.totals)
    guessed = guessed_blocks(document, chunks.blocks)
    for draft in drafts:
        unconfirmed = surveyed.opened.layout_of(draft.block).spec.unconfirmed
        draft.is_guessed = in_doubt or unconfirmed or draft.block.index in guessed
    aliases = load_aliases(settings.aliases)
    records = [record_of(info, draft, language, locator, aliases) for draft in drafts]
    if len(records) != len(chunks.blocks):
        raise AssertionError(f"{document.file}: {len(chunks.blocks)} blocks but {len(records)} records")
    reason = _low_coverage(document, share, settings) if drafts and share < settings.layout_coverage else ()
    line = line_of(
        document,
        chunks,
        drafts,
        records,
        language=language,
        locator=locator,
        findings=findings,
        reason=reason,
        asking=account(chunks.blocks, reasons, answers) if reasons is not None else None,
        reads_twice=surveyed.reads_twice,
    )
    sources = [document.text[block.start : block.end] for block in chunks.blocks]
    records_told = [_told(draft.findings) for draft in drafts]
    return DocumentResult(line, records, sources, share, _told(findings, reason), records_told)


def _told(findings: Sequence[Finding], reason: Sentences = ()) -> Told:
    return Told(tuple(found.said for found in findings), reason)


def _explained(opened: OpenDocument, drafts: Sequence[Draft]) -> float:
    ink = sum(len(draft.view.text) for draft in drafts)
    left = sum(draft.unclaimed for draft in drafts)
    for piece in opened.chunks.unread:
        if piece.of_projects:
            size = len(squash(opened.document.text[piece.start : piece.end]))
            ink += size
            left += size
    return 1 - min(left, ink) / ink if ink else 0.0


def _is_misplaced(found: Finding) -> bool:
    """Whether a finding on a document says that projects are missing, cut, or under another heading than their own.

    Whose rows the others are, and whether they are whole, two readings of the same cut cannot tell then.
    """
    if found.code == FlagCode.UNCLAIMED_TEXT:
        return found.variant == "of_projects"
    hint = found.facts.get("hint")
    is_explained = isinstance(hint, Said) and hint.key == "repeat_hint_explains"
    return found.code == FlagCode.BOUNDARY_UNSURE or (
        found.code == FlagCode.SUM_MISMATCH and found.variant != "rounding" and not is_explained
    )


def _may_be_a_table(document: Document, chunks: Chunks) -> bool:
    """Whether a document without a known table heads columns all the same."""
    return chunks.reason == "no_table_but_goals" and may_hold_goals(document)


def _words_of(document: Document, settings: Settings) -> Sentences:
    """Which words of a document were not understood."""
    return explain(document, choose_layout(document, own_layouts(settings)))


def _low_coverage(document: Document, coverage: float, settings: Settings) -> Sentences:
    share, threshold = f"{coverage:.0%}", f"{settings.layout_coverage:.0%}"
    return said("low_coverage", share=share, threshold=threshold), _words_of(document, settings)


def failed_document(file: str, error: ExtractorError, *, digest: str = "") -> DocumentResult:
    """The line of a document that could not be read."""
    reason = getattr(error, "message", None) or str(error)
    line = DocumentLine(document=DocumentInfo(file=file, sha256=digest), status="failed", reason=reason)
    return DocumentResult(line, told=Told(reason=error.reason if isinstance(error, NotUnderstood) else (reason,)))


async def read_with_model(block: Block, model: Model) -> Answer:
    """The model's answer, or the error that stands in its place."""
    try:
        return await model.read(block)
    except ModelError as error:
        return error


def own_layouts(settings: Settings) -> list[LayoutSpec]:
    """The layouts that the settings name; UsageError where one cannot be read."""
    return [load(layout) for layout in settings.layouts]


def _read_block(block: Block, layout: CompiledLayout) -> ReadBlock:
    view = Squashed(block.content)
    if layout.spec.name == DIRECT:
        return ReadBlock(view, None)
    try:
        found = rules.read(block, view, layout)
        return ReadBlock(view, Reading(found.reading, ground(found.reading, view, block.context, found.places)))
    except MemoryError:  # concerns all of the document
        raise
    except Exception as error:  # a fault of ours must cost this block only, and be seen
        return ReadBlock(view, None, _unreadable(block, error))


_OF_CELLS = ("form", "grid")
"""What of a document is read by its cells; prose and text without cells are not, also where a table holds them."""


def _drafted(surveyed: Survey, index: int, answer: Answer | None, reasons: Reasons) -> Draft:
    """One block's draft; a fault of ours costs this block only, and is seen."""
    try:
        return _draft(surveyed, index, answer, reasons)
    except MemoryError:  # concerns all of the document
        raise
    except Exception as error:
        block = surveyed.blocks[index]
        return Draft(block, surveyed.rules[index].view, None, None, findings=[_unreadable(block, error)])


def _draft(surveyed: Survey, index: int, answer: Answer | None, reasons: Reasons) -> Draft:
    """One block's readings compared and checked."""
    layout = surveyed.opened.layout_of(surveyed.blocks[index])
    block, read_by_rules = surveyed.blocks[index], surveyed.rules[index]
    view, builtin = read_by_rules.view, surveyed.second.readings.get(block.index)
    draft = Draft(block, view, read_by_rules.reading, builtin, answer, reasons)
    if read_by_rules.fault is not None:
        draft.findings.append(read_by_rules.fault)
    model: Reading | None = None
    if isinstance(answer, ModelAnswer):
        model = Reading(answer.reading, ground(answer.reading, view, block.context))
    elif isinstance(answer, ModelError):
        draft.findings.append(_model_failure(answer))
    if block.index in surveyed.second.findings:
        draft.findings.append(surveyed.second.findings[block.index])
    if draft.rules is None and model is None:
        return draft  # the built-in reader alone reads no whole project
    draft.comparison = compare(draft.rules, model, view, layout.structure, layout.withheld, third=builtin)
    draft.findings += draft.comparison.findings
    if surveyed.second.seen is not None and layout.spec.source in _OF_CELLS:
        known = surveyed.second.says.get(block.index) if model is None else None
        draft.say = known or builtin_readers.hear(surveyed.second.seen, block, draft.comparison)
        draft.findings += draft.say.findings
    if layout.spec.name == DIRECT:
        draft.findings = [one for one in draft.findings if not is_unit_of_amount(one, block, draft.comparison.spans)]
        draft.findings += check_placed(draft.project, block, view, draft.comparison.spans, layout.terms)
    draft.findings += check_project(draft.project, block, layout, draft.comparison.spans)
    draft.findings += check_plausible(draft.project, block, layout.terms, draft.comparison.spans)
    document = surveyed.opened.document
    draft.findings += check_places(draft.project, block, document, draft.comparison.spans, draft.findings)
    draft.findings += check_unlabelled(draft.project, block, layout.terms)
    draft.findings += check_untaken(draft.project)
    draft.findings += check_unread(block, layout.terms, draft.findings)
    draft.unclaimed = _ink_of(surveyed.opened.document.text, draft.findings)
    return draft


def _ink_of(text: str, findings: Sequence[Finding]) -> int:
    """Characters that findings call unclaimed, each counted once."""
    spans = {span for found in findings if found.code == FlagCode.UNCLAIMED_TEXT for span in found.spans}
    ink = last = 0
    for start, end in sorted(spans):
        ink += len(squash(text[max(start, last) : end]))
        last = max(last, end)
    return ink


def _unreadable(block: Block, error: Exception) -> Finding:
    return finding(
        FlagCode.UNCLAIMED_TEXT,
        text=f"{block.content.text[:40]} ({type(error).__name__})",
        spans=((block.start, block.end),),
    )


def _model_failure(error: ModelError) -> Finding:
    codes = {ModelRefused: FlagCode.MODEL_REFUSED, ModelTruncated: FlagCode.MODEL_TRUNCATED}
    return finding(codes.get(type(error), FlagCode.MODEL_FAILED), detail=str(error))


__all__ = [
    "DIRECT",
    "DocumentResult",
    "NotUnderstood",
    "OpenDocument",
    "Survey",
    "chosen",
    "cut",
    "failed_document",
    "finish",
    "own_layouts",
    "read_with_model",
    "survey",
]
