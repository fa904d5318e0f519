"""A run's figures, counted in one pass over its records, one document after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from heapq import nlargest

from extractor.messages import where_is
from extractor.normalize.funding import by_source
from extractor.normalize.standing import ASIDE, Standing, Standings
from extractor.report.arithmetic import parts_line, sum_lines
from extractor.report.figures import (
    ANY_SUM,
    Category,
    DocumentRow,
    Figures,
    Flagged,
    FundingSum,
    Group,
    Large,
)
from extractor.report.targets import Kind, kind_of
from extractor.schemas.project import SOURCES, Amounts
from extractor.schemas.record import DocumentLine, FlagCode, Record

LARGEST = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the report: its position, its document's and its unit's."""

    position: int
    document: int
    unit: int
    standing: Standing
    yuan: Decimal | None
    kinds: tuple[Kind, ...]


class Counting:
    """Collects the figures record by record: `add` each record in order of file, then take `result`.

    >>> Counting([]).result().projects
    0
    """

    def __init__(self, documents: Iterable[DocumentLine], language: str = "zh") -> None:
        self.figures = Figures()
        self._language = language
        self._totals: dict[str, tuple[DocumentLine, int]] = {}
        self._units: dict[tuple[str | None, ...], Group] = {}
        self._years: dict[int | None, Group] = {}
        self._divisions: dict[tuple[str | None, ...], Group] = {}
        self._lines: dict[tuple[str | None, ...], FundingSum] = {}
        self._categories: dict[tuple[str, str], Category] = {}
        self._flags: dict[FlagCode, Flagged] = {}
        self._large: list[Large] = []
        self._printed: dict[tuple[object, ...], int] = {}
        self._position = 0
        self._amounts: dict[int, Amounts] = {}
        self._units_of_amounts: dict[int, str | None] = {}
        self._file: str | None = None
        self._standings = Standings()
        for line in documents:
            self._document(line)

    def _document(self, line: DocumentLine) -> None:
        info = line.document
        same_as = self._standings.same_as(info) if line.counts.blocks else None
        self._totals[info.file] = (line, len(self.figures.documents))
        self.figures.documents.append(
            DocumentRow(
                file=info.file,
                title=info.title,
                department=info.department,
                fiscal_year=info.fiscal_year,
                amount_unit=info.amount_unit,
                status=line.status,
                reason=line.reason,
                same_as=same_as,
                blocks=line.counts.blocks,
                failed=line.counts.failed,
                decisions=sum(not flag.is_information for flag in line.flags),
            )
        )
        for code in {flag.code for flag in line.flags}:
            self._flagged(code).documents += 1
        for flag in line.flags:
            self._flagged(flag.code).flags += 1

    def add(self, record: Record) -> Place:
        """Count one record; records come ordered by file."""
        with localcontext(prec=ANY_SUM):
            return self._add(record)

    def _add(self, record: Record) -> Place:
        if record.document.file != self._file:
            self._close_document()
            self._file = record.document.file
            if self._file not in self._totals:  # stored since, by a run that is still writing
                self._document(DocumentLine(document=record.document, status="read"))
        _, index = self._totals[record.document.file]
        document = self.figures.documents[index]
        self._amounts[record.block.index] = record.project.amounts
        self._units_of_amounts[record.block.index] = record.document.amount_unit
        standing = self._standings.of(record)
        yuan = _yuan(record, "total")
        self.figures.standings[standing].projects += 1
        self.figures.standings[standing].yuan += yuan or 0
        self.figures.withheld[standing] += record.project.withheld
        self.figures.statuses[record.status] += 1
        for code in {flag.code for flag in record.flags}:
            self._flagged(code).projects += 1
        for flag in record.flags:
            self._flagged(flag.code).flags += 1
        line = parts_line(record, index, self._position) if standing not in ASIDE else None
        if line:
            self.figures.parts.append(line)
        unit = self._unit(record)
        counted = yuan if standing == "counted" else None
        kinds: tuple[Kind, ...] = ()
        if standing not in ASIDE:
            kinds = self._count(record, unit, counted, document)
        place = Place(self._position, index, unit.position, standing, yuan, kinds)
        self._position += 1
        if counted is not None:
            self._keep_large(record, place, counted)
        return place

    def _count(self, record: Record, unit: Group, counted: Decimal | None, document: DocumentRow) -> tuple[Kind, ...]:
        """A project that is neither failed nor counted before: money, funding and indicators."""
        figures = self.figures
        parts = by_source(record.normalized) if counted is not None else {}
        year = self._years.setdefault(record.document.fiscal_year, Group(None))
        for group in (figures.whole, unit, year, self._division(record)):
            group.add(counted, parts, withheld=record.project.withheld)
        figures.by_breakdown += any(part in SOURCES and part not in record.normalized.amounts for part in parts)
        if counted is not None:
            document.total.add(counted)
            figures.withheld_zero += record.project.withheld and not counted
            self._look_elsewhere(record, counted, document)
        unplaced = [Decimal(value) for key, value in record.normalized.amounts.items() if key.startswith("unplaced")]
        if unplaced:
            figures.unplaced.add(sum(unplaced, Decimal(0)))
        self._count_lines(record)
        return self._count_indicators(record)

    def _look_elsewhere(self, record: Record, yuan: Decimal, document: DocumentRow) -> None:
        """Tell of a project that an earlier document prints as well. It may be one; only a person can know."""
        name = record.normalized.name or record.project.name
        if name is None:
            return
        key = (*_unit_key(record), name, record.document.fiscal_year, yuan)
        _, index = self._totals[document.file]
        first = self._printed.setdefault(key, index)
        if first != index:
            document.also[first] += 1
            self.figures.elsewhere.add(yuan)

    def _count_lines(self, record: Record) -> None:
        for one in record.normalized.funding:
            if one.yuan is None:
                self.figures.lines_unknown += 1
                continue
            key = (one.term or one.label, one.source, one.level, one.basis)
            if key not in self._lines:
                self._lines[key] = FundingSum(one.term or one.label, one.source, one.level, one.basis)
            self._lines[key].total.add(Decimal(one.yuan))

    def _count_indicators(self, record: Record) -> tuple[Kind, ...]:
        printed = record.project.indicators
        self.figures.with_indicators += bool(printed)
        self.figures.without_indicators += not printed
        inapplicable = {flag.path.partition("]")[0] for flag in record.flags if flag.code is FlagCode.NOT_APPLICABLE}
        kinds: list[Kind] = []
        met: set[tuple[str, str]] = set()
        for index, indicator in enumerate(printed):
            known = record.normalized.indicators[index] if index < len(record.normalized.indicators) else None
            kind: Kind = "not_applicable" if f"indicators[{index}" in inapplicable else kind_of(indicator, known)
            level1, level2 = (known.level1, known.level2) if known else (None, None)
            key = (level1.code if level1 else (level2.code[:1] if level2 else "9"), level2.code if level2 else "9")
            category = self._categories.setdefault(key, Category(level1, level2))
            category.level1 = category.level1 or level1
            category.kinds[kind] += 1
            category.projects += key not in met
            met.add(key)
            self.figures.kinds[kind] += 1
            kinds.append(kind)
        return tuple(kinds)

    def _unit(self, record: Record) -> Group:
        """The unit's group."""
        project, division = record.project, record.normalized.division
        key = _unit_key(record)
        if key not in self._units:
            place = "".join(filter(None, (division.city, division.county))) if division else ""
            detail = " · ".join(filter(None, (project.department or record.document.department, place)))
            self._units[key] = Group(project.unit, detail or None, position=len(self._units))
        return self._units[key]

    def _division(self, record: Record) -> Group:
        division = record.normalized.division
        if division is None:
            return self._divisions.setdefault((None,), Group(None))
        key = (division.code,)
        if key not in self._divisions:
            where = [division.province, division.city, division.county]
            self._divisions[key] = Group(" ".join(filter(None, where)), division.code)
        return self._divisions[key]

    def _flagged(self, code: FlagCode) -> Flagged:
        return self._flags.setdefault(code, Flagged(code))

    def _keep_large(self, record: Record, place: Place, yuan: Decimal) -> None:
        self._large.append(
            Large(
                position=place.position,
                id=record.id,
                name=record.project.name,
                unit=record.project.unit,
                document=place.document,
                place=where_is(record, self._language),
                yuan=yuan,
                withheld=record.project.withheld,
                decisions=sum(not flag.is_information for flag in record.flags),
            )
        )
        if len(self._large) >= 50 * LARGEST:
            self._large = _largest(self._large)

    def _close_document(self) -> None:
        if self._file is not None:
            line, index = self._totals[self._file]
            self.figures.sums += sum_lines(line, index, self._amounts, self._units_of_amounts)
        self._amounts, self._units_of_amounts = {}, {}

    def result(self) -> Figures:
        """The figures, each list in the order in which it is shown."""
        with localcontext(prec=ANY_SUM):
            self._close_document()
            self._file = None
            figures = self.figures
            figures.units = sorted(self._units.values(), key=_by_money)
            for year, group in self._years.items():
                group.name = str(year) if year is not None else None
            figures.years = [self._years[year] for year in sorted(self._years, key=lambda year: year or 0)]
            figures.divisions = sorted(self._divisions.values(), key=_by_money)
            figures.lines = sorted(self._lines.values(), key=lambda line: (line.basis != "year", -line.total.yuan))
            figures.categories = [self._categories[key] for key in sorted(self._categories)]
            figures.flags = sorted(self._flags.values(), key=lambda flagged: (-flagged.flags, flagged.code))
            figures.largest = _largest(self._large)
            return figures


def figures_of(documents: Iterable[DocumentLine], records: Iterable[Record]) -> Figures:
    """The figures of documents and their records, both ordered by file."""
    counting = Counting(documents)
    for record in records:
        counting.add(record)
    return counting.result()


def _unit_key(record: Record) -> tuple[str | None, ...]:
    """Equal names under other departments or in other divisions are other units."""
    normalized = record.normalized
    department = normalized.department or record.document.department
    code = normalized.division.code if normalized.division else None
    return normalized.unit or record.project.unit, department, code


def _yuan(record: Record, column: str) -> Decimal | None:
    value = record.normalized.amounts.get(column)
    return None if value is None else Decimal(value)


def _by_money(group: Group) -> tuple[bool, Decimal, int, int]:
    return (group.name is None, -group.total.yuan, -group.projects, group.position)


def _largest(projects: list[Large]) -> list[Large]:
    return nlargest(LARGEST, projects, key=lambda one: (one.yuan, -one.position))
