"""What is published: records with their flags, and one line for each document."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.project import Amounts, ProjectReading
from schemas.target import Target

Span = tuple[int, int]
Status = Literal["agreed", "flagged", "unchecked", "reviewed", "failed"]


class FlagCode(StrEnum):
    """Stable codes of the checks; the plain-language messages are in extractor/messages.toml."""

    DISAGREEMENT = "disagreement"
    ONLY_RULES = "only_rules"
    ONLY_MODEL = "only_model"
    UNGROUNDED = "ungrounded"
    UNCLAIMED_TEXT = "unclaimed_text"
    MISSING_NUMBER = "missing_number"
    CODE_LABEL_MISMATCH = "code_label_mismatch"
    CYCLE_ANNUAL_DIFFER = "cycle_annual_differ"
    AMOUNT_COLUMN_AMBIGUOUS = "amount_column_ambiguous"
    PARTS_DO_NOT_SUM = "parts_do_not_sum"
    SUM_MISMATCH = "sum_mismatch"
    REPEATED_PROJECT = "repeated_project"
    UNIT_SCALE_SUSPECT = "unit_scale_suspect"
    TEMPLATE_LEFT_EMPTY = "template_left_empty"
    NOT_APPLICABLE = "not_applicable"
    WITHHELD = "withheld"
    MODEL_REFUSED = "model_refused"
    MODEL_TRUNCATED = "model_truncated"
    MODEL_FAILED = "model_failed"
    BOUNDARY_UNSURE = "boundary_unsure"
    UNREAD_CONTENT = "unread_content"
    READER_NOTE = "reader_note"
    OPERATOR_CONFLICT = "operator_conflict"
    NAME_VALUE_DIFFER = "name_value_differ"


INFORMATION = frozenset(
    {FlagCode.CYCLE_ANNUAL_DIFFER, FlagCode.NOT_APPLICABLE, FlagCode.WITHHELD, FlagCode.READER_NOTE}
)
"""Codes that tell something about the source but ask nobody to decide anything."""


class _Published(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Flag(_Published):
    """One thing a person should look at; `path` is like `indicators[2].annual_value`, "" = all of it.

    `model` is what the second reader read. Where a language model was asked as well, that is the language
    model, `builtin` what the built-in reader read, and `suggestion` what two of the three readers read.
    """

    code: FlagCode
    path: str = ""
    message: str
    rules: str | None = None
    model: str | None = None
    builtin: str | None = None
    suggestion: str | None = None
    spans: tuple[Span, ...] = ()

    @property
    def is_information(self) -> bool:
        return self.code in INFORMATION


def status_of(flags: Iterable[Flag], *, second_reader: bool) -> Status:
    """Status that follows from the flags: only two readings that agree make a record `agreed`."""
    if any(not flag.is_information for flag in flags):
        return "flagged"
    return "agreed" if second_reader else "unchecked"


class DocumentInfo(_Published):
    """The document that a record came from."""

    file: str
    sha256: str
    title: str | None = None
    department: str | None = None
    fiscal_year: int | None = None
    amount_unit: str | None = None
    layout: str | None = None


class BlockInfo(_Published):
    """Where in `Document.text` the record's block stands."""

    index: int
    start: int
    end: int
    page: int | None = None


class NormalizedCategory(_Published):
    """A canonical category of the indicator taxonomy."""

    code: str
    term: str


class NormalizedIndicator(_Published):
    """One indicator made comparable; null where the printed text maps to nothing canonical.

    `cycle` and `annual` are the targets that `cycle_value` and `annual_value` print, together with the columns
    指标性质 and 度量单位; `named` is one that the indicator's name carries itself (抽查合格率不低于95%).
    """

    level1: NormalizedCategory | None = None
    level2: NormalizedCategory | None = None
    name: str | None = None
    cycle: Target | None = None
    annual: Target | None = None
    named: Target | None = None


class MoneyScale(_Published):
    """How many yuan (`yuan`) the printed unit of amounts is, and where the unit was found."""

    unit: str
    yuan: str
    evidence: Literal["header", "column", "cell", "prose"]
    printed: str | None = None
    span: Span | None = None


class NormalizedFunding(_Published):
    """One line of the breakdown: which of the canonical sources its column belongs to.

    `term` is the canonical name of the column (一般公共预算, 政府性基金预算, 上年结转 …), `level` who pays (中央, 省,
    市, 县区), `basis` which money is meant: of the year, of several years, or spent. Null where the label does not say.
    `yuan` is null where the unit of amounts is unknown.
    """

    label: str
    source: Literal["fiscal", "special_account", "other"] | None = None
    term: str | None = None
    level: str | None = None
    basis: Literal["year", "several_years", "spent"] = "year"
    yuan: str | None = None


class Division(_Published):
    """An administrative division (GB/T 2260 code) that a printed name lies in; `printed` is what names it."""

    code: str
    name: str
    province: str
    city: str | None = None
    county: str | None = None
    printed: str
    evidence: Literal["unit", "department", "title", "file"]


class Normalized(_Published):
    """Amounts in yuan as decimal strings, canonical categories, keys of names.

    `name`, `unit` and `department` are keys: equal keys mean the same printed name but for brackets, widths, and the
    abbreviations and suffixes of the name tables. Keys are for finding and comparing; nothing is merged by them.
    """

    name: str | None = None
    unit: str | None = None
    department: str | None = None
    division: Division | None = None
    amounts: dict[str, str] = Field(default_factory=dict)
    scale: MoneyScale | None = None
    funding: tuple[NormalizedFunding, ...] = ()
    indicators: tuple[NormalizedIndicator, ...] = ()


class Readings(_Published):
    """All readings, kept beside the published values.

    `builtin` is the built-in reader's, where a language model was asked as well.
    """

    rules: ProjectReading | None = None
    model: ProjectReading | None = None
    builtin: ProjectReading | None = None


class ModelUse(_Published):
    """Which model read the block and what the answer cost when it was bought.

    `prompt` is the hash of the prompt, or of the built-in reader's weights. `cached` says that the
    answer is held in the cache, so that reading it again is free; it does not say whether this very
    run paid for it (the run's summary does). `abstained` are paths of published values that it was not
    sure enough of to vote on, `not_read` the fields that are not its business.
    """

    name: str
    prompt: str
    cached: bool
    input_tokens: int = 0
    output_tokens: int = 0
    abstained: tuple[str, ...] = ()
    not_read: tuple[str, ...] = ()


class Record(_Published):
    """One line of projects.jsonl.

    `model` tells about the reading in `readings.model`. `asked` is why a language model was asked about
    this block: `all`, `sample`, or what was doubtful without it; empty where none was asked.
    """

    id: str
    document: DocumentInfo
    block: BlockInfo
    project: ProjectReading
    normalized: Normalized
    status: Status
    flags: tuple[Flag, ...] = ()
    spans: dict[str, Span] = Field(default_factory=dict)
    readings: Readings
    model: ModelUse | None = None
    asked: tuple[str, ...] = ()


class Total(_Published):
    """A printed total row."""

    kind: Literal["grand_total", "unit"]
    name: str
    amounts: Amounts


class Counts(_Published):
    """Blocks found = records + failed, always; `fields` are published values.

    Of these, the second reader was not sure enough of `fields_abstained`, and `fields_not_read` are not
    its business. `no_second_reading` counts the blocks that a second reader was to read and could not.
    """

    blocks: int = 0
    records: int = 0
    failed: int = 0
    indicators: int = 0
    fields: int = 0
    fields_read_twice: int = 0
    fields_abstained: int = 0
    fields_not_read: int = 0
    no_second_reading: int = 0


class Asking(_Published):
    """What a language model was asked about a document, why, and what the answers cost when they were bought.

    `blocks` were asked about, `answered` of them gave an answer; `reasons` counts the blocks for each
    reason (a block may have several). `characters` are those of the messages that were answered,
    `characters_of_all` those of a message for every block: they tell what asking all would have cost.
    """

    blocks: int = 0
    answered: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    characters: int = 0
    characters_of_all: int = 0


class CharacterAccount(_Published):
    """Where every character of the text went; the parts add up to `total`."""

    total: int = 0
    blocks: int = 0
    header: int = 0
    totals: int = 0
    furniture: int = 0
    blank: int = 0
    outside: int = 0


class Learning(_Published):
    """What became of the question for a layout, where the built-in ones did not explain a document.

    `learnt`: the model's answer was checked on this document and is kept as `layout`. `reused`: a layout learnt
    before reads this document. `refused`: the answer, or the layout learnt before, does not fit; `reason` says why.
    `unanswered`: the model gave no usable answer. `coverage_before` is what the built-in layouts explained.
    """

    outcome: Literal["learnt", "reused", "refused", "unanswered"]
    layout: str
    reason: str | None = None
    coverage_before: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class DocumentLine(_Published):
    """One line of documents.jsonl: one for each input file, whatever became of it."""

    document: DocumentInfo
    status: Literal["read", "no_projects", "failed"]
    reason: str | None = None
    encoding: str | None = None
    counts: Counts = Counts()
    asking: Asking | None = None
    learning: Learning | None = None
    characters: CharacterAccount = CharacterAccount()
    coverage: float | None = None
    totals: tuple[Total, ...] = ()
    flags: tuple[Flag, ...] = ()
