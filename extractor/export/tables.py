"""Rows of the exported tables: one for each project, each indicator, each thing to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractor.export.labels import Labels, ShownColumn
from extractor.export.paths import field_name, value_at
from extractor.export.wording import digits, funding_text, target_cells, target_text
from extractor.ground.paths import INDICATOR_FIELDS
from extractor.messages import where
from extractor.normalize.funding import PARTS, by_source
from extractor.normalize.standing import Standing
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import Indicator
from extractor.schemas.record import DocumentLine, Flag, NormalizedIndicator, Record

Cell = str | int | None
"""Amounts and bounds are their digits; the column's kind tells that they are numbers."""

NO_CATEGORY = NormalizedIndicator()


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell is made of: a record, where it stands in the run, the words of the language."""

    record: Record
    ordinal: int
    words: Labels


@dataclass(frozen=True, slots=True)
class ProjectEntry(Entry):
    """The same for a project as a whole; `money` is what `extractor.normalize.funding.by_source` says of it."""

    standing: Standing
    money: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class IndicatorEntry(Entry):
    """The same for one of its indicators."""

    position: int
    indicator: Indicator
    normalized: NormalizedIndicator


def _amount(column: str) -> Callable[[ProjectEntry], Cell]:
    return lambda entry: getattr(entry.record.project.amounts, column)


def _money(part: str) -> Callable[[ProjectEntry], Cell]:
    return lambda entry: digits(entry.money.get(part))


def _printed(field: str) -> Callable[[IndicatorEntry], Cell]:
    return lambda entry: getattr(entry.indicator, field)


_PROJECT: Mapping[str, Callable[[ProjectEntry], Cell]] = {
    "ordinal": lambda entry: entry.ordinal,
    "status": lambda entry: entry.words.status[entry.record.status],
    "decisions": lambda entry: sum(not flag.is_information for flag in entry.record.flags),
    "name": lambda entry: entry.record.project.name,
    "department": lambda entry: entry.record.project.department,
    "unit": lambda entry: entry.record.project.unit,
    **{column: _amount(column) for column in AMOUNT_COLUMNS},
    "amount_unit": lambda entry: entry.record.document.amount_unit,
    "total_yuan": lambda entry: entry.record.normalized.amounts.get("total"),
    "standing": lambda entry: entry.words.standing[entry.standing],
    **{f"source_{part}": _money(part) for part in PARTS},
    "unplaced": lambda entry: _lines(iter(entry.record.project.amounts.unplaced)),
    "breakdown": lambda entry: _pairs(
        ((line.label, line.amount) for line in entry.record.project.amounts.breakdown), entry.words
    ),
    "division_code": lambda entry: place.code if (place := entry.record.normalized.division) else None,
    "division": lambda entry: place.name if (place := entry.record.normalized.division) else None,
    "funding": lambda entry: _lines(funding_text(line, entry.words) for line in entry.record.normalized.funding),
    "goal": lambda entry: entry.record.project.goal,
    "indicators": lambda entry: len(entry.record.project.indicators),
    "withheld": lambda entry: entry.words.words["yes"] if entry.record.project.withheld else None,
    "attributes": lambda entry: _pairs(iter(entry.record.project.attributes.items()), entry.words),
    "notes": lambda entry: _pairs(
        ((field_name(flag.path, entry.words), flag.message) for flag in entry.record.flags), entry.words
    ),
    "fiscal_year": lambda entry: entry.record.document.fiscal_year,
    "title": lambda entry: entry.record.document.title,
    "file": lambda entry: entry.record.document.file,
    "page": lambda entry: entry.record.block.page,
    "id": lambda entry: entry.record.id,
}

_INDICATOR: Mapping[str, Callable[[IndicatorEntry], Cell]] = {
    "ordinal": lambda entry: entry.ordinal,
    "name_of_project": lambda entry: entry.record.project.name,
    "position": lambda entry: entry.position + 1,
    **{field: _printed(field) for field in INDICATOR_FIELDS},
    "attributes": lambda entry: _pairs(iter(entry.indicator.attributes.items()), entry.words),
    "canonical1": lambda entry: entry.normalized.level1.term if entry.normalized.level1 else None,
    "canonical2": lambda entry: entry.normalized.level2.term if entry.normalized.level2 else None,
    "named": lambda entry: target_text(named, entry.words) if (named := entry.normalized.named) else None,
    "status": lambda entry: entry.words.status[entry.record.status],
    "unit": lambda entry: entry.record.project.unit,
    "file": lambda entry: entry.record.document.file,
    "id": lambda entry: entry.record.id,
}


def project_row(record: Record, ordinal: int, words: Labels, standing: Standing) -> list[Cell]:
    """Cells under `words.project`; `ordinal` counts the run's projects from 1."""
    entry = ProjectEntry(record, ordinal, words, standing, by_source(record.normalized))
    return [_PROJECT[column.key](entry) for column in words.project]


def indicator_rows(record: Record, ordinal: int, words: Labels) -> Iterator[list[Cell]]:
    """Cells under `words.indicator`, a row for each indicator."""
    normalized = record.normalized.indicators
    for position, indicator in enumerate(record.project.indicators):
        category = normalized[position] if position < len(normalized) else NO_CATEGORY
        entry = IndicatorEntry(record, ordinal, words, position, indicator, category)
        targets = target_cells("annual", category.annual, words) | target_cells("cycle", category.cycle, words)
        yield [
            _INDICATOR[column.key](entry) if column.key in _INDICATOR else targets.get(column.key)
            for column in words.indicator
        ]


def flag_row(flag: Flag, owner: DocumentLine | Record, ordinal: int | None, words: Labels) -> list[Cell]:
    """Cells under `words.review` for one flag of a record, or of a document (which has no ordinal)."""
    record = owner if isinstance(owner, Record) else None
    cells: dict[str, Cell] = {
        "kind": words.kinds["information" if flag.is_information else "decision"],
        "file": owner.document.file,
        "ordinal": ordinal,
        "name": record.project.name if record else None,
        "field": field_name(flag.path, words, of_document=record is None),
        "message": flag.message,
        "published": value_at(record.project if record else owner, flag.path),
        "rules": flag.rules,
        "model": flag.model,
        "builtin": flag.builtin,
        "suggestion": flag.suggestion,
        "place": _place(flag, record, words),
        "code": flag.code.value,
        "id": record.id if record else None,
    }
    return _under(words.review, cells)


def note_row(kind: str, message: str, words: Labels, **cells: Cell) -> list[Cell]:
    """Cells under `words.review` for something that no flag says: an unread file, a cut text."""
    return _under(words.review, {"kind": words.kinds[kind], "message": message} | cells)


def _under(columns: Sequence[ShownColumn], cells: Mapping[str, Cell]) -> list[Cell]:
    return [cells.get(column.key) for column in columns]


def _place(flag: Flag, record: Record | None, words: Labels) -> str | None:
    """Where to look in the file; of what an older version of this program stored, characters are all that is known."""
    if flag.places:
        return where(flag.places, words.language)
    spans = list(flag.spans)
    if record and not spans:
        spans = [record.spans.get(flag.path, (record.block.start, record.block.end))]
    if not spans:
        return None
    printed = ", ".join(f"{start}–{end}" for start, end in spans[:5]) + (" …" if len(spans) > 5 else "")
    page = record.block.page if record else None
    return words.words["place" if page is None else "place_page"].format(page=page, spans=printed)


def _pairs(pairs: Iterator[tuple[str, str]], words: Labels) -> str | None:
    return _lines(words.words["pair"].format(label=label, value=value) for label, value in pairs)


def _lines(lines: Iterator[str]) -> str | None:
    return "\n".join(lines) or None
