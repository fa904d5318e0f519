"""Documents and records taken apart into the rows of the relational dataset; plain values, no file format."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from extractor.export.dataset import DataTable, dataset
from extractor.export.days import first_day, last_day
from extractor.normalize.funding import by_source
from extractor.normalize.standing import Standings
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.paths import indicator_of
from extractor.schemas.record import DocumentLine, Flag, NormalizedIndicator, Record
from extractor.schemas.target import Target

Value = str | int | float | Decimal | date | None
Row = list[Value]

MAX_PLACES = 8
"""Decimal places of a decimal column."""
MAX_WHOLE = 30
"""Digits before the point of a decimal column."""
MAX_DOUBLE = 15
"""Significant digits that a double holds, and with it SQLite, which knows whole numbers of 64 bits and doubles."""
MAX_INTEGER = 2**63 - 1

_FIELDS = (("cycle_value", "cycle"), ("annual_value", "annual"), ("name", "named"))
"""Printed fields of an indicator, and the target that each of them carries."""
_NO_CATEGORY = NormalizedIndicator()


def is_exact(number: Decimal) -> bool:
    """Whether every format's decimal column holds this number exactly.

    >>> [is_exact(Decimal(text)) for text in ("0.026", "1234567890123456.78", "123456789012345678", "0.000000001")]
    [True, False, True, False]
    """
    if not number.is_finite():
        return False
    if not number:
        return True
    _, digits, exponent = number.as_tuple()
    significant = len("".join(map(str, digits)).strip("0"))
    last = number.adjusted() - significant + 1
    """Power of ten of the last digit that is not zero."""
    if not isinstance(exponent, int) or last < -MAX_PLACES or number.adjusted() >= MAX_WHOLE:
        return False
    return significant <= MAX_DOUBLE or (last >= 0 and abs(number) <= MAX_INTEGER)


def rows(documents: Iterator[DocumentLine], records: Iterator[Record]) -> Iterator[tuple[str, Row]]:
    """(table, row) of everything; a row comes after the rows that it refers to. Both iterators are ordered by file."""
    yield from _dictionary()
    yield from _Apart().rows(heapq.merge(documents, records, key=_order))


def _order(item: DocumentLine | Record) -> tuple[str, bool]:
    return item.document.file, isinstance(item, Record)


def _dictionary() -> Iterator[tuple[str, Row]]:
    """What the dataset says of itself."""
    for table in dataset().tables:
        yield "dictionary", [table.name, "", "table", False, table.zh, table.en]
        for column in table.columns:
            yield "dictionary", [table.name, column.name, column.type, column.null, *column.meaning]


class _Plan(NamedTuple):
    """How a table's rows are made: a getter for each column, and where its numbers and its key stand."""

    getters: tuple[Callable[[Mapping[str, object]], Value], ...]
    numbers: tuple[tuple[int, bool], ...]
    """Position, and whether the column is a decimal."""
    key: tuple[int, ...]


def _plan(table: DataTable) -> _Plan:
    return _Plan(
        tuple(_getter(column.path) for column in table.columns),
        tuple(
            (index, column.type == "decimal")
            for index, column in enumerate(table.columns)
            if column.type in {"decimal", "integer"}
        ),
        table.positions(table.key),
    )


def _getter(path: str) -> Callable[[Mapping[str, object]], Value]:
    source, *steps = path.split(".")

    def get(given: Mapping[str, object]) -> Value:
        value = given[source]
        for step in steps:
            if value is None:
                return None
            value = value.get(step) if isinstance(value, dict) else getattr(value, step)
        return value  # type: ignore[return-value]  # what a column's path leads to, tests/test_dataset.py checks

    return get


class _Apart:
    """Takes the items of a run apart, and numbers what it finds."""

    def __init__(self) -> None:
        self._plans = {table.name: _plan(table) for table in dataset().tables}
        self._file: str | None = None
        self._documents = self._projects = self._flags = self._numbers = 0
        self._long: list[Row] = []
        self._standings = Standings()

    def rows(self, items: Iterable[DocumentLine | Record]) -> Iterator[tuple[str, Row]]:
        for item in items:
            yield from self._record(item) if isinstance(item, Record) else self._document(item)
            yield from (("long_numbers", row) for row in self._long)
            self._long.clear()

    def _row(self, name: str, given: Mapping[str, object]) -> tuple[str, Row]:
        plan = self._plans[name]
        row = [get(given) for get in plan.getters]
        for index, is_decimal in plan.numbers:
            value = row[index]
            if value is None:
                continue
            if is_decimal:
                row[index] = number = _decimal(value)
                fits = number is not None
            else:
                fits = isinstance(value, int) and abs(value) <= MAX_INTEGER
            if not fits:
                row[index] = None
                self._put_by(name, row, index, value)
        return name, row

    def _put_by(self, name: str, row: Row, index: int, value: Value) -> None:
        digits = f"{value:f}" if isinstance(value, Decimal) else str(value)
        key = json.dumps([row[position] for position in self._plans[name].key], ensure_ascii=False)
        self._numbers += 1
        self._long.append([self._numbers, name, key, dataset().table(name).columns[index].name, digits])

    def _document(self, line: DocumentLine) -> Iterator[tuple[str, Row]]:
        self._documents += 1
        self._file = line.document.file
        own = {"document_id": self._documents}
        yield self._row("documents", {"line": line, **own})
        for position, total in enumerate(line.totals, 1):
            unplaced = json.dumps(total.amounts.unplaced)
            breakdown = json.dumps([part.model_dump() for part in total.amounts.breakdown], ensure_ascii=False)
            given = {"total": total, "blocks": json.dumps(total.rows), "unplaced": unplaced, "breakdown": breakdown}
            yield self._row("totals", own | {"position": position} | given)
        for flag in line.flags:
            yield self._flag(flag, own | {"project_id": None, "position": None})

    def _record(self, record: Record) -> Iterator[tuple[str, Row]]:
        if record.document.file != self._file:
            raise ValueError(f"{record.document.file}: a record without the line of its document")
        self._projects += 1
        own = {"document_id": self._documents, "project_id": self._projects}
        project, normalized = record.project, record.normalized.indicators
        counted = {
            "record": record,
            "decisions": sum(not flag.is_information for flag in record.flags),
            "indicators": len(project.indicators),
            "asked": ", ".join(record.asked),
            "standing": self._standings.of(record),
        }
        yield self._row("projects", own | counted)
        for position, amount in enumerate(_amounts(record), 1):
            yield self._row("amounts", own | {"position": position} | amount)
        for source, yuan in by_source(record.normalized).items():
            yield self._row("sources", own | {"source": source, "yuan": yuan})
        for position, (label, value) in enumerate(project.attributes.items(), 1):
            yield self._row("attributes", own | {"position": position, "label": label, "value": value})
        for index, indicator in enumerate(project.indicators):
            means = normalized[index] if index < len(normalized) else _NO_CATEGORY
            place = own | {"position": index + 1}
            yield self._row("indicators", place | {"indicator": indicator, "normalized": means})
            for cell, (label, value) in enumerate(indicator.attributes.items(), 1):
                yield self._row("indicator_attributes", place | {"cell": cell, "label": label, "value": value})
            for field, name in _FIELDS:
                target: Target | None = getattr(means, name)
                if target is not None:
                    yield from self._targets(target, place | {"field": field})
        for flag in record.flags:
            item = indicator_of(flag.path)
            position_of = item.position + 1 if item and item.position < len(project.indicators) else None
            yield self._flag(flag, own | {"position": position_of})

    def _targets(self, whole: Target, place: Mapping[str, object]) -> Iterator[tuple[str, Row]]:
        """The target and the items of its lists, in print order; `item` counts them all."""
        waiting: list[tuple[Target, int | None]] = [(whole, None)]
        item = 0
        while waiting:
            target, parent = waiting.pop()
            given = {
                "target": target,
                "item": item,
                "parent": parent,
                "first_day": first_day(target.start),
                "last_day": last_day(target.end),
                "span_start": target.span[0] if target.span else None,
                "span_end": target.span[1] if target.span else None,
            }
            yield self._row("targets", {**place, **given})
            waiting += [(part, item) for part in reversed(target.items)]
            item += 1

    def _flag(self, flag: Flag, place: Mapping[str, object]) -> tuple[str, Row]:
        self._flags += 1
        own = {"flag": flag, "flag_id": self._flags, "spans": json.dumps(flag.spans)}
        own["places"] = json.dumps([place.model_dump() for place in flag.places], ensure_ascii=False)
        return self._row("flags", {**place, **own})


def _amounts(record: Record) -> Iterator[dict[str, object]]:
    amounts, yuan, funding = record.project.amounts, record.normalized.amounts, record.normalized.funding
    nothing = {"label": None, "funding": None}
    for kind in AMOUNT_COLUMNS:
        printed = getattr(amounts, kind)
        if printed is not None:
            yield nothing | {"kind": kind, "printed": printed, "yuan": yuan.get(kind)}
    for index, printed in enumerate(amounts.unplaced):
        yield nothing | {"kind": "unplaced", "printed": printed, "yuan": yuan.get(f"unplaced[{index}]")}
    for index, line in enumerate(amounts.breakdown):
        means = funding[index] if index < len(funding) and funding[index].label == line.label else None
        yield {
            "kind": "breakdown",
            "label": line.label,
            "printed": line.amount,
            "yuan": means.yuan if means else None,
            "funding": means,
        }


def _decimal(value: Value) -> Decimal | None:
    """The number, where every format can hold it exactly."""
    with suppress(InvalidOperation):
        number = Decimal(str(value))
        if is_exact(number):
            return number
    return None
