"""What is published of a document: a record for each block, and the document's own line.

Here, and nowhere before, findings become the flags and reasons of a language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from extractor import builtin
from extractor.builtin import Say
from extractor.chunk import Chunks
from extractor.compare import Comparison, Reading
from extractor.ground.paths import leaves
from extractor.locate import Locator
from extractor.messages import flag, paragraphs
from extractor.model import ModelAnswer, tells_amounts
from extractor.model.asking import Answer, Reasons
from extractor.names import Aliases
from extractor.normalize import normalize
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Finding, Sentences
from extractor.schemas.paths import indicator_of
from extractor.schemas.place import Places
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import (
    Asking,
    BlockInfo,
    Counts,
    DocumentInfo,
    DocumentLine,
    ModelUse,
    Normalized,
    Readings,
    Record,
    Total,
    status_of,
)
from extractor.settings import BUILTIN
from extractor.text import Squashed

_BEGINNING = 20
"""Characters of a project's text that show where it begins."""


@dataclass(slots=True)
class Draft:
    """One block on its way to a record: what each reader read, what came of it."""

    block: Block
    view: Squashed
    rules: Reading | None
    builtin: Reading | None
    answer: Answer | None = None
    reasons: Reasons = ()
    comparison: Comparison | None = None
    findings: list[Finding] = field(default_factory=list)
    unclaimed: int = 0
    say: Say = field(default_factory=Say)
    is_guessed: bool = False
    """Whether its page or its document was read by likelihood (OCR, sums that do not come out): two readings of the
    same cells cannot make sure of these."""

    @property
    def project(self) -> ProjectReading:
        return self.comparison.project if self.comparison else ProjectReading()

    @property
    def answered(self) -> ModelAnswer | None:
        """The language model's answer, if there is a usable one."""
        return self.answer if isinstance(self.answer, ModelAnswer) else None

    @property
    def is_read_twice(self) -> bool:
        return self.answered is not None or self.builtin is not None or self.say.has_cells

    @property
    def copied(self) -> frozenset[str]:
        """Paths of the amounts that the language model was told and did not read."""
        if self.answered is None or not tells_amounts(self.block):
            return frozenset()
        return frozenset(path for path, _ in leaves(self.project) if path.startswith("amounts.")) - self.say.same

    @property
    def second_read(self) -> frozenset[str]:
        """Paths of the published values that the model, or else the reader of characters, read as well."""
        return self.comparison.read_twice - self.copied if self.comparison is not None else frozenset()

    @property
    def read_twice(self) -> frozenset[str]:
        """Paths of the published values that two readers read."""
        return self.second_read | self.say.same if self.comparison is not None else frozenset()

    @property
    def abstained(self) -> tuple[str, ...]:
        """Paths of the published values that no second reader bore out, though one was to read them.

        Where there are cells that is every value, elsewhere what the reader of characters or the model reads.
        """
        if self.comparison is None:
            return ()
        if self.answered is None and self.say.has_cells:
            known = self.read_twice
            if self.builtin is not None:
                known |= self.say.elsewhere.difference(self.comparison.abstained)
            return tuple(path for path, _ in leaves(self.project) if path not in known)
        return tuple(path for path in self.comparison.abstained if path not in self.say.same)


def record_id(document: DocumentInfo, index: int) -> str:
    """The same wherever the file lies and whatever it is called: of its content and the block's index."""
    return sha256(f"{document.sha256}\0{index}".encode()).hexdigest()[:16]


def document_info(document: Document, chunks: Chunks) -> DocumentInfo:
    header = chunks.header
    return DocumentInfo(
        file=document.file,
        sha256=document.sha256,
        title=header.title.value if header.title else None,
        department=header.department.value if header.department else None,
        fiscal_year=header.fiscal_year,
        amount_unit=header.amount_unit.value if header.amount_unit else None,
        layout="+".join(chunks.layouts) or None,
    )


def record_of(
    info: DocumentInfo, draft: Draft, language: str, locator: Locator, aliases: Aliases | None = None
) -> Record:
    """The record of one block; `info` is its document's, `aliases` are the user's own names for names."""
    block, comparison, project = draft.block, draft.comparison, draft.project
    # A compilation may hold tables in different units; a record's own table decides.
    unit = block.context.amount_unit
    own = {"amount_unit": unit.value if unit else None, "layout": block.context.layout}
    if (info.amount_unit, info.layout) != (own["amount_unit"], own["layout"]):
        info = info.model_copy(update=own)
    agreed = draft.rules is not None and draft.is_read_twice and comparison is not None and not draft.abstained
    agreed = agreed and not draft.is_guessed
    spans = comparison.spans if comparison else {}
    places = {path: found for path, span in spans.items() if (found := locator.places(*span))}
    # Every part is a value of its type already: to look at each of them once more would cost more than to make them.
    return Record.model_construct(
        id=record_id(info, block.index),
        document=info,
        block=BlockInfo(index=block.index, start=block.start, end=block.end, page=block.page),
        project=project,
        normalized=normalize(project, unit, info, aliases) if comparison else Normalized(),
        status=status_of(draft.findings, second_reader=agreed) if comparison else "failed",
        flags=tuple(flag(found, language, _where(found, block, places, locator)) for found in draft.findings),
        spans=spans,
        places=places,
        readings=_readings(draft),
        readers=_readers(draft),
        model=_use(draft),
        asked=draft.reasons,
    )


def _where(found: Finding, block: Block, places: Mapping[str, Places], locator: Locator) -> Places:
    """Where to look: at what was found, at the value that is meant, at the project's name, at where its text begins."""
    if found.spans:
        return locator.all_places(found.spans)
    meant = (found.path, f"{found.path}.name", "name")
    known = next((places[path] for path in meant if path in places), None)
    return locator.places(block.start, min(block.start + _BEGINNING, block.end)) if known is None else known


def _readings(draft: Draft) -> Readings:
    rules = draft.rules.reading if draft.rules else None
    builtin = draft.builtin.reading if draft.builtin else None
    if draft.answered is None:
        return Readings(rules=rules, model=builtin)
    return Readings(rules=rules, model=draft.answered.reading, builtin=builtin)


def _use(draft: Draft) -> ModelUse | None:
    if draft.answered is not None:
        return draft.answered.use
    if draft.builtin is None and not draft.say.has_cells:
        return None
    not_read = () if draft.say.has_cells else builtin.NOT_READ
    return ModelUse(name=BUILTIN, prompt=builtin.digest(), cached=False, abstained=draft.abstained, not_read=not_read)


def _readers(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Which values each second reader read as well: fields, those of all indicators as one."""
    if draft.comparison is None:
        return {}
    second = "model" if draft.answered is not None else "characters"
    found = {second: draft.second_read, "cells": draft.say.same}
    return {reader: told for reader, those in found.items() if those and (told := _listed(draft.project, those))}


def _listed(project: ProjectReading, those: frozenset[str]) -> tuple[str, ...]:
    """Paths in the order of the schema; a field that is read of every indicator that prints it is told once.

    >>> from extractor.schemas.project import Indicator
    >>> one = ProjectReading(name="购置", indicators=(Indicator(name="率", annual_value="1"), Indicator(name="数")))
    >>> _listed(one, frozenset({"name", "indicators[0].name", "indicators[1].name", "indicators[0].annual_value"}))
    ('name', 'indicators[*].name', 'indicators[*].annual_value')
    """
    printed = [path for path, _ in leaves(project)]
    missing = {of.field for path in printed if path not in those and (of := indicator_of(path)) is not None}
    told = []
    for path in printed:
        if path in those:
            of = indicator_of(path)
            told.append(path if of is None or of.field in missing else f"indicators[*].{of.field}")
    return tuple(dict.fromkeys(told))


def line_of(
    document: Document,
    chunks: Chunks,
    drafts: Sequence[Draft],
    records: Sequence[Record],
    *,
    language: str,
    locator: Locator,
    findings: Sequence[Finding] = (),
    reason: Sentences = (),
    asking: Asking | None = None,
    reads_twice: bool = False,
) -> DocumentLine:
    """The document's line; `reads_twice`: there was to be a second reading of every block."""
    return DocumentLine(
        document=document_info(document, chunks),
        status="read" if records else "no_projects",
        reason=paragraphs(reason, language) or None,
        encoding=document.encoding,
        counts=_counts(drafts, records, reads_twice),
        asking=asking,
        characters=chunks.characters,
        coverage=_coverage(chunks, drafts),
        totals=tuple(
            Total(
                kind=total.kind,
                name=total.name,
                amounts=total.amounts,
                rows=total.rows,
                amount_unit=total.amount_unit,
            )
            for total in chunks.totals
        ),
        flags=tuple(flag(found, language, locator.all_places(found.spans)) for found in findings),
    )


def _counts(drafts: Sequence[Draft], records: Sequence[Record], reads_twice: bool) -> Counts:
    failed = sum(record.status == "failed" for record in records)
    compared = [draft.comparison for draft in drafts if draft.comparison]
    return Counts(
        blocks=len(drafts),
        records=len(records) - failed,
        failed=failed,
        indicators=sum(len(record.project.indicators) for record in records),
        fields=sum(comparison.fields for comparison in compared),
        fields_read_twice=sum(len(draft.read_twice) for draft in drafts),
        fields_by_cells=sum(len(draft.say.same) for draft in drafts),
        fields_abstained=sum(len(draft.abstained) for draft in drafts),
        fields_not_read=sum(_not_read(draft) for draft in drafts),
        no_second_reading=sum(not draft.is_read_twice for draft in drafts) if reads_twice else 0,
    )


def _not_read(draft: Draft) -> int:
    """Published values that are not the business of the second reader: what the model was told, or what the built-in
    one leaves to the rules."""
    if draft.answered is not None:
        return len(draft.copied)
    if draft.builtin is None or draft.say.has_cells or draft.comparison is None:
        return 0
    return sum(not builtin.is_read(path) for path, _ in leaves(draft.comparison.project))


def _coverage(chunks: Chunks, drafts: Sequence[Draft]) -> float | None:
    """Share of the table's text that fields and structure explain; lines outside of the table count against it."""
    if not drafts:
        return None
    ink = sum(len(draft.view.text) for draft in drafts) + chunks.characters.outside
    left = sum(draft.unclaimed for draft in drafts) + chunks.characters.outside
    return round(1 - min(left, ink) / ink, 4) if ink else None


__all__ = ["Draft", "document_info", "line_of", "record_id", "record_of"]
