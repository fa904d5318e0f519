"""What is published: records with their flags, and one line for each document."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.place import Places
from extractor.schemas.project import Amounts, FundingSource, ProjectReading
from extractor.schemas.target import Target

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
    OPERATOR_CONFLICT = "operator_conflict"
    NAME_VALUE_DIFFER = "name_value_differ"
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
    IMPLAUSIBLE = "implausible"
    UNREAD_CONTENT = "unread_content"
    LAYOUT_UNCONFIRMED = "layout_unconfirmed"
    NO_LAYOUT = "no_layout"
    OUT_OF_PLACE = "out_of_place"
    READER_NOTE = "reader_note"


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

    code: FlagCode = Field(description="what the check is; the README lists all codes")
    path: str = Field(
        "", description="the value that is meant, like indicators[2].annual_value (counted from 0); empty: all of it"
    )
    message: str = Field(description="what was found, in plain words")
    rules: str | None = Field(None, description="what the rules read, where the readers differ")
    model: str | None = Field(None, description="what the second reader read, where the readers differ")
    builtin: str | None = Field(
        None, description="what the built-in reader read, where a language model is the second reader"
    )
    suggestion: str | None = Field(None, description="what two of three readers read")
    spans: tuple[Span, ...] = Field((), description="where to look in the document")
    places: Places = Field(
        (),
        description="the same in the file; without spans, where the value that is meant stands, or the project's name",
    )

    @property
    def is_information(self) -> bool:
        return self.code in INFORMATION


class _Found(Protocol):
    @property
    def is_information(self) -> bool: ...


def status_of(flags: Iterable[_Found], *, second_reader: bool) -> Status:
    """Status that follows from the flags: only two readings that agree make a record `agreed`."""
    if any(not flag.is_information for flag in flags):
        return "flagged"
    return "agreed" if second_reader else "unchecked"


class DocumentInfo(_Published):
    """The document that a record came from."""

    file: str = Field(description="path of the file as given to the command; inside an archive, archive and member")
    sha256: str = Field(description="hash of the file's content")
    title: str | None = Field(None, description="title line as printed")
    department: str | None = Field(None, description="部门名称 of the document")
    fiscal_year: int | None = Field(None, description="year, where the document prints it")
    amount_unit: str | None = Field(
        None,
        description="unit of amounts as printed, 万元 or 元; in a record that of the project's own table",
    )
    layout: str | None = Field(None, description="layout that the document was read with")


class BlockInfo(_Published):
    """Where in `Document.text` the record's block stands."""

    index: int = Field(description="number of the project in its document, from 0")
    start: int = Field(description="first character of the project's text in the document")
    end: int = Field(description="end of the project's text, exclusive")
    page: int | None = Field(None, description="page, for formats that have pages")


class NormalizedCategory(_Published):
    """A canonical category of the indicator taxonomy."""

    code: str = Field(description="code of the category")
    term: str = Field(description="its name")


class NormalizedIndicator(_Published):
    """One indicator made comparable; null where the printed text maps to nothing canonical.

    `cycle` and `annual` are the targets that `cycle_value` and `annual_value` print, together with the columns
    指标性质 and 度量单位; `named` is one that the indicator's name carries itself (抽查合格率不低于95%).
    """

    level1: NormalizedCategory | None = Field(None, description="canonical 一级指标")
    level2: NormalizedCategory | None = Field(None, description="canonical 二级指标")
    name: str | None = Field(None, description="key of the indicator's name, for comparing")
    cycle: Target | None = Field(None, description="target that `cycle_value` prints")
    annual: Target | None = Field(None, description="target that `annual_value` prints")
    named: Target | None = Field(None, description="target that the indicator's name carries itself")


class MoneyScale(_Published):
    """How many yuan (`yuan`) the printed unit of amounts is, and where the unit was found."""

    unit: str = Field(description="unit of amounts")
    yuan: str = Field(description="how many yuan it is")
    evidence: Literal["header", "column", "cell", "prose"] = Field(description="where the unit was found")
    printed: str | None = Field(None, description="the words that say so")
    span: Span | None = Field(None, description="where they stand in the document")


class NormalizedFunding(_Published):
    """One line of the breakdown: which of the canonical sources its column belongs to.

    `term` is the canonical name of the column (一般公共预算, 政府性基金预算, 上年结转 …), `level` who pays (中央, 省,
    市, 县区), `basis` which money is meant: of the year, of several years, or spent. Null where the label does not say.
    `yuan` is null where the unit of amounts is unknown.
    """

    label: str = Field(description="column label as printed")
    source: FundingSource | None = Field(None, description="which of the canonical sources the column belongs to")
    term: str | None = Field(None, description="canonical name of the column: 一般公共预算, 政府性基金预算, 上年结转 …")
    level: str | None = Field(None, description="who pays: 中央, 省, 市, 县区")
    basis: Literal["year", "several_years", "spent"] = Field(
        "year", description="which money is meant: of the year, of several years, or spent"
    )
    yuan: str | None = Field(
        None, description="amount in yuan, a plain decimal; null where the unit of amounts is unknown"
    )


class Division(_Published):
    """An administrative division (GB/T 2260 code) that a printed name lies in; `printed` is what names it."""

    code: str = Field(description="code of GB/T 2260")
    name: str = Field(description="name of the division")
    province: str = Field(description="its province")
    city: str | None = Field(None, description="its city, where it lies in one")
    county: str | None = Field(None, description="its county or district, where it is one or lies in one")
    printed: str = Field(description="the printed words that name it")
    evidence: Literal["unit", "department", "title", "file"] = Field(description="where they stand")


class Normalized(_Published):
    """Amounts in yuan as decimal strings, canonical categories, keys of names.

    `name`, `unit` and `department` are keys: equal keys mean the same printed name but for brackets, widths, and the
    abbreviations and suffixes of the name tables. Keys are for finding and comparing; nothing is merged by them.
    """

    name: str | None = Field(None, description="key of the project's name")
    unit: str | None = Field(None, description="key of the budget unit")
    department: str | None = Field(None, description="key of the department")
    division: Division | None = Field(
        None, description="administrative division that the project belongs to; null where the print does not tell"
    )
    amounts: dict[str, str] = Field(
        default_factory=dict,
        description="amounts in yuan as plain decimals, by column; empty where the unit of amounts is unknown",
    )
    scale: MoneyScale | None = Field(None, description="unit of amounts that was used; null where it is unknown")
    funding: tuple[NormalizedFunding, ...] = Field(
        (), description="the lines of `amounts.breakdown` in order, with what their labels mean"
    )
    indicators: tuple[NormalizedIndicator, ...] = Field((), description="one for each indicator of `project`, in order")


class Readings(_Published):
    """All readings, kept beside the published values.

    `builtin` is the built-in reader's, where a language model was asked as well.
    """

    rules: ProjectReading | None = Field(None, description="what the rules read")
    model: ProjectReading | None = Field(None, description="what the second reader read")
    builtin: ProjectReading | None = Field(
        None, description="what the built-in reader read, where a language model is the second reader"
    )


class ModelUse(_Published):
    """Which model read the block and what the answer cost when it was bought.

    `prompt` is the hash of the prompt, or of the built-in reader's weights. `cached` says that the
    answer is held in the cache, so that reading it again is free; it does not say whether this very
    run paid for it (the run's summary does). `abstained` are paths of published values that it was not
    sure enough of to vote on, `not_read` the fields that are not its business.
    """

    name: str = Field(description="model name; `builtin` for the built-in reader")
    prompt: str = Field(description="hash of the prompt, or of the built-in reader's weights")
    cached: bool = Field(description="the answer is held in the cache, so that reading it again is free")
    input_tokens: int = Field(0, description="what the answer cost when it was bought: tokens sent")
    output_tokens: int = Field(0, description="what the answer cost when it was bought: tokens received")
    abstained: tuple[str, ...] = Field(
        (), description="paths of published values that the reader was not sure enough of to vote on"
    )
    not_read: tuple[str, ...] = Field(
        (), description="fields that are not the reader's business; empty for a language model"
    )


class Record(_Published):
    """One line of projects.jsonl.

    `model` tells about the reading in `readings.model`. `asked` is why a language model was asked about
    this block: `all`, `sample`, or what was doubtful without it; empty where none was asked.
    """

    id: str = Field(description="16 hexadecimal digits, from the content of the file and the block's index")
    document: DocumentInfo = Field(description="the document that the record came from")
    block: BlockInfo = Field(description="where in the document the project stands")
    project: ProjectReading = Field(description="the published values, as printed")
    normalized: Normalized = Field(description="the same made comparable")
    status: Status = Field(
        description="what became of it: agreed (two readers agree), flagged, unchecked (read once), reviewed, failed"
    )
    flags: tuple[Flag, ...] = Field((), description="what a person should look at")
    spans: dict[str, Span] = Field(
        default_factory=dict, description="{path: [start, end]}: where in the document each published value stands"
    )
    places: dict[str, Places] = Field(
        default_factory=dict,
        description="{path: places}: the same in the file: page and box, sheet and cell, table, row and column, line",
    )
    readings: Readings = Field(description="what each reader read")
    readers: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="{reader: fields}: what was read a second time, by the reader of characters, of cells, or a model; "
        "indicators[*].name is the name of every indicator",
    )
    model: ModelUse | None = Field(
        None, description="which model read a second time; null where there is no second reading"
    )
    asked: tuple[str, ...] = Field(
        (),
        description="why a language model was asked: `all`, `sample`, or what was doubtful; empty where none was",
    )


class Total(_Published):
    """A printed total row."""

    kind: Literal["grand_total", "unit"] = Field(description="total of the table, or of one unit")
    name: str = Field(description="what the row is called")
    amounts: Amounts = Field(description="its amounts as printed")
    rows: tuple[int, ...] = Field((), description="indices of the blocks that the row sums up")
    amount_unit: str | None = Field(None, description="unit of its amounts as printed")


class Counts(_Published):
    """Blocks found = records + failed, always; `fields` are published values.

    Of these, the second reader was not sure enough of `fields_abstained`, and `fields_not_read` are not
    its business. `no_second_reading` counts the blocks that a second reader was to read and could not.
    """

    blocks: int = Field(0, description="projects found; always `records` + `failed`")
    records: int = Field(0, description="projects written")
    failed: int = Field(0, description="projects not read")
    indicators: int = Field(0, description="indicators published")
    fields: int = Field(0, description="values published")
    fields_read_twice: int = Field(0, description="of these, values that two readers read")
    fields_by_cells: int = Field(0, description="values that the built-in reader of cells bore out")
    fields_abstained: int = Field(0, description="of these, values that the second reader was not sure of")
    fields_not_read: int = Field(0, description="of these, values that are not the second reader's business")
    no_second_reading: int = Field(0, description="projects that the second reader could not read")


class Asking(_Published):
    """What a language model was asked about a document, why, and what the answers cost when they were bought.

    `blocks` were asked about, `answered` of them gave an answer; `reasons` counts the blocks for each
    reason (a block may have several). `characters` are those of the messages that were answered,
    `characters_of_all` those of a message for every block: they tell what asking all would have cost.
    """

    blocks: int = Field(0, description="projects that the language model was asked about")
    answered: int = Field(0, description="of these, how many it gave a usable answer about")
    reasons: dict[str, int] = Field(
        default_factory=dict, description="{reason: projects}; a project may have several reasons"
    )
    input_tokens: int = Field(0, description="what the answers cost when they were bought: tokens sent")
    output_tokens: int = Field(0, description="what the answers cost when they were bought: tokens received")
    characters: int = Field(0, description="length of the messages that were answered")
    characters_of_all: int = Field(
        0, description="length of a message for every project: what asking about all would have cost"
    )


class CharacterAccount(_Published):
    """Where every character of the text went; the parts add up to `total`."""

    total: int = Field(0, description="characters of the document: the sum of the others")
    blocks: int = Field(0, description="in projects")
    header: int = Field(0, description="in headings of the tables")
    totals: int = Field(0, description="in total rows")
    furniture: int = Field(0, description="page numbers and repeated headings")
    blank: int = Field(0, description="white space")
    outside: int = Field(0, description="before and after the tables")


class Learning(_Published):
    """What became of the question for a layout, where the built-in ones did not explain a document.

    `learnt`: the model's answer was checked on this document and is kept as `layout`. `reused`: a layout learnt
    before reads this document. `refused`: the answer, or the layout learnt before, does not fit; `reason` says why.
    `unanswered`: the model gave no usable answer.
    `segmented`: no layout; the model marked where each project begins.
    `coverage_before` is what the built-in layouts explained.
    """

    outcome: Literal["learnt", "reused", "refused", "unanswered", "segmented"] = Field(
        description="learnt (checked and kept), reused (one learnt before), refused (it does not fit), unanswered, or "
        "segmented (read without a layout: a model marked where each project begins)"
    )
    layout: str = Field(description="name of the layout; its file is layouts/NAME.toml in the run folder")
    reason: str | None = Field(None, description="why it was refused, or not answered")
    coverage_before: float | None = Field(
        None, description="share of the table's text that was explained without it, 0 to 1"
    )
    input_tokens: int = Field(0, description="what the answer cost when it was bought: tokens sent")
    output_tokens: int = Field(0, description="what the answer cost when it was bought: tokens received")


class DocumentLine(_Published):
    """One line of documents.jsonl: one for each input file, whatever became of it."""

    document: DocumentInfo = Field(description="the document")
    status: Literal["read", "no_projects", "failed"] = Field(
        description="what became of it: read, no_projects or failed"
    )
    reason: str | None = Field(
        None, description="why there are no projects, or why too little of the table was understood"
    )
    encoding: str | None = Field(None, description="encoding that was recognised; null where the file is no plain text")
    counts: Counts = Field(Counts(), description="how many of what")
    asking: Asking | None = Field(None, description="what a language model was asked; null without one")
    learning: Learning | None = Field(
        None, description="what became of the question for a layout; null where none was needed"
    )
    characters: CharacterAccount = Field(CharacterAccount(), description="where every character of the document went")
    coverage: float | None = Field(None, description="share of the projects' text that fields account for, 0 to 1")
    totals: tuple[Total, ...] = Field((), description="printed total rows")
    flags: tuple[Flag, ...] = Field((), description="flags of the document as a whole")
