"""An extraction compared with its labels, value by value.

Equality is strict: the text as printed, white space included. False is no printed value, so
`withheld` scores the projects that are withheld, and not those that are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel

from extractor.errors import ExtractorError, UsageError
from extractor.golden.cases import Case, DocumentLabel, corpus_hash
from extractor.golden.pairing import pair
from extractor.golden.results import CaseResult, Difference, Evaluation, Score
from extractor.schemas import paths
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import DocumentLine, Record, Total

Read = Callable[[Case], tuple[DocumentLine, Sequence[Record]]]

Model = TypeVar("Model", bound=BaseModel)

_AMOUNTS = Amounts(total=None, fiscal=None, special_account=None, other=None, unplaced=())
_TOTAL = Total(kind="grand_total", name="", amounts=_AMOUNTS)
_PROJECT = ProjectReading(
    department=None, unit=None, name=None, amounts=_AMOUNTS, goal=None, withheld=False, indicators=()
)
_INDICATOR = Indicator(
    number=None, level1_code=None, level1=None, level2_code=None, level2=None,
    name=None, cycle_value=None, annual_value=None,
)  # fmt: skip
"""Rows that have the fields of an ordinary label: what is compared of a row that no label has."""

_ROWS = frozenset({"totals", "indicators"})
"""Fields that are rows of their own, paired before they are compared."""


def evaluate(cases: Sequence[Case], read: Read) -> Evaluation:
    """Compare what `read` extracts from each case with its labels.

    A document that fails, or on which `read` crashes, counts as missed in full. One that this machine cannot read
    is left out and named.
    """
    judged: list[CaseResult] = []
    left_out: list[CaseResult] = []
    for case in cases:
        if case.lacks:
            left_out.append(_result(case, None, (), f"needs {case.lacks}, which is not installed here"))
        else:
            judged.append(_judge(case, read))
    return Evaluation(corpus_hash(cases), tuple(judged), tuple(left_out))


def _judge(case: Case, read: Read) -> CaseResult:
    line: DocumentLine | None = None
    records: Sequence[Record] = ()
    failure = None
    try:
        line, records = read(case)
    except UsageError:
        raise  # wrong settings say nothing about the document
    except ExtractorError as error:
        failure = str(error)
    except Exception as error:  # one document that crashes must not hide how the others do
        failure = f"{type(error).__name__}: {error}"
    if line is not None and line.status == "failed":
        failure = line.reason or "failed, and does not say why"
        line, records = None, ()
    return _result(case, line, records, failure)


def _result(case: Case, line: DocumentLine | None, records: Sequence[Record], failure: str | None) -> CaseResult:
    sheet = _Sheet(quiet=failure is not None)
    projects = case.label.projects
    sheet.document(case.label.document, line)
    sheet.counts(projects, line)
    sheet.projects(projects, [record.project for record in records if record.status != "failed"])
    indicators = sum(len(project.indicators) for project in projects)
    return CaseResult(case.name, len(projects), indicators, sheet.fields, tuple(sheet.differences), failure)


class _Sheet:
    """The marks of one case, filled in from its first field to its last."""

    def __init__(self, *, quiet: bool) -> None:
        self.fields: dict[str, Score] = {}
        self.differences: list[Difference] = []
        self.project: int | None = None
        self.name: str | None = None
        self.quiet = quiet

    def document(self, label: DocumentLabel, line: DocumentLine | None) -> None:
        self.values("document", "document", _flat(label, label), _flat(line.document, label) if line else {})
        if "totals" in label.model_fields_set:
            for index, total, found in _pairs(label.totals, line.totals if line else (), _TOTAL):
                self.row("totals", f"document.totals[{index}]", total, found, _TOTAL)

    def counts(self, projects: Sequence[ProjectReading], line: DocumentLine | None) -> None:
        """What the document's line says of itself; the rows themselves are compared one by one."""
        expected: dict[str, str | None] = {"blocks": str(len(projects)), "records": str(len(projects))}
        if all("indicators" in project.model_fields_set for project in projects):
            expected["indicators"] = str(sum(len(project.indicators) for project in projects))
        got = {field: str(getattr(line.counts, field)) for field in expected} if line else {}
        self.values("counts", "counts", expected, got)

    def projects(self, labels: Sequence[ProjectReading], readings: Sequence[ProjectReading]) -> None:
        for index, label, reading in _pairs(labels, readings, _PROJECT):
            shape = label or _PROJECT
            self.project, self.name = index + 1, (label or reading or _PROJECT).name
            self.row("project", "", label, reading, _PROJECT)
            if "indicators" in shape.model_fields_set:
                quiet, self.quiet = self.quiet, self.quiet or label is None or reading is None
                self.indicators(label.indicators if label else (), reading.indicators if reading else ())
                self.quiet = quiet

    def indicators(self, labels: Sequence[Indicator], readings: Sequence[Indicator]) -> None:
        for index, label, reading in _pairs(labels, readings, _INDICATOR):
            self.row("indicator", paths.indicator(index), label, reading, _INDICATOR)

    def row(
        self, field: str, path: str, label: BaseModel | None, reading: BaseModel | None, standard: BaseModel
    ) -> None:
        """One row and its values; of a row that stands alone only the row itself is listed."""
        shape = label or standard
        expected = _flat(label, shape) if label else None
        got = _flat(reading, shape) if reading else None
        if expected is not None and got is not None:
            self.mark(field, Score(tp=1))
            self.values(field, path, expected, got)
            return
        self.value(field, path, _summary(expected), _summary(got))
        quiet, self.quiet = self.quiet, True
        self.values(field, path, expected or {}, got or {})
        self.quiet = quiet

    def values(self, field: str, path: str, expected: Mapping[str, str | None], got: Mapping[str, str | None]) -> None:
        for name in dict.fromkeys((*expected, *got)):
            group = paths.field_of(name) if paths.is_attribute(name) else name
            self.value(f"{field}.{group}", f"{path}.{name}".lstrip("."), expected.get(name), got.get(name))

    def value(self, field: str, path: str, expected: str | None, got: str | None) -> None:
        if expected == got:
            self.mark(field, Score(tp=int(expected is not None)))
            return
        wrong = Difference(self.project, self.name, path, expected, got)
        fp, fn = int(got is not None), int(expected is not None)
        self.mark(field, Score(fp=fp, fn=fn, spacing=int(wrong.kind == "spacing")))
        if not self.quiet:
            self.differences.append(wrong)

    def mark(self, field: str, score: Score) -> None:
        self.fields[field] = self.fields.get(field, Score()) + score


def _pairs(
    labels: Sequence[Model], readings: Sequence[Model], standard: BaseModel
) -> Iterator[tuple[int, Model | None, Model | None]]:
    """Index, labelled and extracted row; the index is the label's, or that of a row which no label has."""
    expected, got = ([_flat(row, standard) for row in rows] for rows in (labels, readings))
    for one, other in pair(expected, got):
        index = one if one is not None else other
        label = None if one is None else labels[one]
        yield index or 0, label, None if other is None else readings[other]


def _flat(model: BaseModel, shape: BaseModel) -> dict[str, str | None]:
    """The fields that `shape` has set, as text under their paths; rows within it are left out.

    >>> _flat(Indicator(number=3, name="验收率", level2="质量指标"), Indicator(number=None, name=None, weight=None))
    {'number': '3', 'name': '验收率', 'weight': None}
    """
    values: dict[str, str | None] = {}
    for field in type(shape).model_fields:
        if field not in shape.model_fields_set or field in _ROWS:
            continue
        value = getattr(model, field)
        inner: Mapping[str, str | None]
        if isinstance(value, BaseModel):
            inner = _flat(value, getattr(shape, field))
        elif isinstance(value, dict):
            inner = value
        else:
            values[field] = _text(value)
            continue
        values |= {f"{field}.{name}": text for name, text in inner.items()}
    return values


def _text(value: object) -> str | None:
    """
    >>> _text(2026), _text(("2.50", "1.00")), _text(()), _text(False)
    ('2026', '2.50, 1.00', None, None)
    """
    if value is None or value is False or value == ():
        return None
    if isinstance(value, tuple):
        return ", ".join(_text(part) or "" for part in value)
    return f"{value.label} {value.amount}" if isinstance(value, FundingLine) else str(value)


def _summary(row: Mapping[str, str | None] | None) -> str | None:
    """What a person recognises a row by.

    >>> _summary({"number": "3", "level1": "产出指标", "name": "验收率", "annual_value": None})
    '3 验收率'
    """
    if row is None:
        return None
    words = (row.get(field) for field in ("number", "kind", "name", "annual_value", "amounts.total"))
    return " ".join(word for word in words if word) or "(without a name)"
