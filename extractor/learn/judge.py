"""Whether a document bears a layout out: what it names must be printed, what it reads must make sense."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from extractor.layouts import CompiledLayout
from extractor.layouts.shape import may_hold_goals, prints_targets
from extractor.pipeline import DocumentResult, OpenDocument
from extractor.schemas.cells import attribute_label, unread
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Said, said
from extractor.schemas.layout import AMOUNT_COLUMNS, IndicatorGrammar, LayoutAnswer, LayoutSpec
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import FlagCode, Record
from extractor.settings import Settings
from extractor.text import squash, without_brackets

_MOST = 0.8
_HALF = 0.5
_LONG_NAME = 15
_FAR_MORE, _LONG_TEXT = 3, 8
_NUMBER = re.compile(r"[-+]?[\d,.]+%?")
_ANY_NUMBER = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_NUMBERED = re.compile(r"\D{0,3}\d{1,3}\D")
_TEXTS = ("name", "goal")
_SHOWN = 40


_VALUE = re.compile(r"[≥≤><=±]|[\d.,%]+$|\d+(?:\.\d+)?[^\W\d]{1,3}$")
_LOOKS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "name": ("indicator_name", lambda text: not _VALUE.match(text)),
    "level1": ("level1", lambda text: not _VALUE.match(text)),
    "level2": ("level2", lambda text: not _VALUE.match(text)),
    "weight": ("weight", lambda text: bool(_NUMBER.match(text))),
    "operator": ("operator", lambda text: len(text) <= 4 and not any(character.isdigit() for character in text)),
    "measure_unit": ("measure_unit", lambda text: len(text) <= 8 and not text[0].isdigit()),
}
"""What an indicator's fields look like: (column, test)."""


class Understanding(NamedTuple):
    """What the rules made of a document; `result` is None where they do not understand it."""

    opened: OpenDocument
    result: DocumentResult | None
    reason: str | None

    @property
    def records(self) -> Sequence[Record]:
        return self.result.records if self.result is not None else ()

    @property
    def coverage(self) -> float:
        """Share of the tables' text that fields explain; 0 where there are no projects."""
        return self.result.explained if self.result is not None else 0.0

    @property
    def sums_off(self) -> int:
        """Printed sums that the projects do not add up to, by more than rounding, and parts that make no total."""
        if self.result is None:
            return 0
        flags = [*self.result.document.flags, *(flag for record in self.result.records for flag in record.flags)]
        return sum(flag.code in {FlagCode.SUM_MISMATCH, FlagCode.PARTS_DO_NOT_SUM} for flag in flags)

    def is_wanting(self, threshold: float) -> bool:
        """Whether a layout should be asked for: nothing was understood, or too little of the table."""
        if self.result is None:
            return True
        if self.result.records:
            return self.coverage < threshold
        chunks, document = self.opened.chunks, self.opened.document
        is_headed = chunks.reason == "no_table_but_goals" and may_hold_goals(document)
        return not self.opened.chunks.blocks and (is_headed or prints_targets(document))


def judge_answer(answer: LayoutAnswer, document: Document) -> Said | None:
    """Why an answer cannot be right, whatever the document reads like with it; None where nothing speaks against it."""
    if not answer.holds_projects:
        return said("layout_no_table")
    cells = {squash(cell.content.text) for table in document.tables for row in table.rows for cell in row.cells}
    # A cell's content may be written otherwise in the text: quotation marks are doubled in CSV.
    printed = "\n".join((squash(document.text), *cells))
    for column in answer.columns:
        word = squash(column.header)
        if word not in (cells | set(map(without_brackets, cells)) if cells else printed):
            return said("layout_header_not_printed", header=column.header)
    meanings = Counter(column.meaning for column in answer.columns)
    for meaning, times in meanings.items():
        if times > 1 and meaning not in {"breakdown", "attribute"}:
            return said("layout_column_twice", column=meaning)
    if not meanings["name"] or not (meanings["goal"] or meanings["indicators"] or meanings["indicator_name"]):
        return said("layout_columns_missing")
    for label in (*answer.cycle_labels, *answer.annual_labels, *answer.total_words, *answer.withheld):
        if squash(label) not in printed:
            return said("layout_word_not_printed", word=label)
    for number in answer.item_numbers:
        pattern = _ANY_NUMBER.join(map(re.escape, squash(number).split("N")))
        if not re.search(pattern, printed):
            return said("layout_number_not_printed", number=number)
    if not answer.projects:
        return said("layout_names_no_project")
    for name in answer.projects:
        if squash(name) not in printed:
            return said("layout_project_not_printed", name=name[:_SHOWN])
    return None


def judge_layout(
    spec: LayoutSpec,
    layout: CompiledLayout,
    before: Understanding,
    after: Understanding,
    settings: Settings,
    answer: LayoutAnswer | None = None,
) -> Said | None:
    """Why a layout does not fit a document, read with it as `after`; None where it does.

    `answer` is given for the document that the layout is learnt from.
    """
    chunks = after.opened.chunks
    if after.result is None or not after.records:
        return said("layout_no_projects")
    if chunks.layout is None or chunks.layout.name != spec.name:
        return said("layout_not_this_one")
    if answer is not None and (difference := _other_projects(after.records, answer)):
        return said("layout_other_projects", difference=difference)
    if answer is not None and (unit := _other_unit(chunks.blocks, answer)):
        return said("layout_other_unit", name=unit[:_SHOWN])
    for reason in _columns(chunks.blocks, after.records, spec):
        return reason
    for reason in _indicators(after.records, spec, layout):
        return reason
    if after.sums_off > before.sums_off and 2 * after.sums_off >= len(chunks.totals) + len(after.records):
        return said("layout_sums", count=after.sums_off)
    if after.coverage < settings.layout_coverage or after.coverage <= before.coverage:
        return said("layout_coverage", before=f"{before.coverage:.0%}", after=f"{after.coverage:.0%}")
    return None


def _other_projects(records: Sequence[Record], answer: LayoutAnswer) -> str:
    """How the projects that were read differ from those that the answer names; "" where they do not."""
    read = [squash(record.project.name or "") for record in records]
    for index, name in enumerate(answer.projects):
        if index >= len(read) or read[index] != squash(name):
            found = (records[index].project.name or "") if index < len(read) else ""
            return f"{index + 1}: {name[:_SHOWN]} / {found[:_SHOWN]}"
    if answer.all_projects and len(read) != len(answer.projects):
        return f"{len(answer.projects)} / {len(read)}"
    return ""


def _other_unit(blocks: Sequence[Block], answer: LayoutAnswer) -> str:
    """A row that was read as a unit's and is none by the answer: a total row whose word was not named, for one."""
    named = set(map(squash, answer.unit_rows))
    units = dict.fromkeys(block.context.unit.value for block in blocks if block.context.unit is not None)
    others = [unit for unit in units if squash(unit) not in named]
    return others[0] if others and (answer.all_projects or not named) else ""


def _columns(blocks: Sequence[Block], records: Sequence[Record], spec: LayoutSpec) -> Iterator[Said]:
    """Columns that do not hold what the layout says: words under an amount, numbers under a text."""
    for column, headers in spec.column_synonyms.items():
        if column not in AMOUNT_COLUMNS:
            continue
        for header in headers:
            key = unread(squash(header))
            held = [block for block in blocks if key in block.cells]
            if 2 * len(held) > sum(column in block.cells for block in blocks) + len(held):
                block = held[0]
                text = block.content.text[slice(*block.cells[key])]
                yield said("layout_no_amounts", header=header, text=text[:_SHOWN])
    projects = [record.project for record in records]
    for field in _TEXTS:
        texts = [squash(text) for project in projects if (text := getattr(project, field))]
        if texts and sum(bool(_NUMBER.fullmatch(text)) for text in texts) > _HALF * len(texts):
            yield said("layout_only_numbers", column=field)
    if not any(project.name for project in projects):
        yield said("layout_only_numbers", column="name")
    if _mean(projects, "name") > max(_LONG_NAME, 2 * _mean(projects, "goal")) and "goal" in spec.columns:
        yield said("layout_names_too_long")
    longer = _longer_than_goals(blocks, projects)
    if longer and "goal" in spec.columns:
        yield said("layout_longer_column", header=longer)
    if "goal" in spec.columns and not any(project.goal for project in projects):
        yield said("layout_empty_column", column="goal")


def _longer_than_goals(blocks: Sequence[Block], projects: Sequence[ProjectReading]) -> str:
    """A column that was left over and prints far more than the goals: it, and not they, is what was looked for."""
    printed: Counter[str] = Counter()
    for block in blocks:
        for key, (start, end) in block.cells.items():
            if (label := attribute_label(key)) is not None:
                printed[label] += end - start
    goals = _mean(projects, "goal") * len(blocks)
    for header, length in printed.most_common(1):
        if length > max(_FAR_MORE * goals, _LONG_TEXT * len(blocks)):
            return header
    return ""


def _mean(projects: Sequence[ProjectReading], field: str) -> float:
    texts = [text for project in projects if (text := getattr(project, field))]
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def _indicators(records: Sequence[Record], spec: LayoutSpec, layout: CompiledLayout) -> Iterator[Said]:
    """Indicators that were not taken apart as the layout says: no number where there should be one, no value."""
    if not {"indicators", "indicator_name"} & set(spec.columns):
        return
    open_ones = [record.project for record in records if not record.project.withheld]
    found = [indicator for project in open_ones for indicator in project.indicators]
    without = sum(not project.indicators for project in open_ones)
    if open_ones and without > _HALF * len(open_ones):
        yield said("layout_no_indicators", count=without)
        return
    for field, (column, looks_right) in _LOOKS.items():
        texts = [squash(text) for indicator in found if (text := getattr(indicator, field))]
        wrong = [text for text in texts if not looks_right(text)]
        if column in spec.columns and len(wrong) > _HALF * len(texts):
            yield said("layout_wrong_look", column=column, text=wrong[0][:_SHOWN])
    if "indicator_name" in spec.columns or not found:
        return
    numbered = sum(indicator.number is not None for indicator in found)
    grammar = spec.indicators
    has_own = grammar.item_numbers or grammar.markers != IndicatorGrammar().markers
    if has_own and numbered < _MOST * len(found):
        yield said("layout_wrong_number", count=len(found) - numbered, all=len(found))
    residue = sum(bool(_NUMBERED.match(squash(indicator.name or ""))) for indicator in found)
    if residue > _HALF * len(found):
        yield said("layout_number_in_name", name=next(one.name for one in found if one.name))
    valued = sum(bool(indicator.annual_value or indicator.cycle_value) for indicator in found)
    if valued < _HALF * len(found):
        yield said("layout_no_values", count=len(found) - valued, all=len(found))
