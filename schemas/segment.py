"""A model's answer to where the projects of a text begin and end: line numbers with the words that stand there."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from extractor.schemas.layout import Printed, plain_text
from extractor.schemas.project import AmountText

Words = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(plain_text)]
Number = Annotated[int, Field(ge=1, le=10_000_000)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectStart(_Answer):
    """Where a project begins: the line's number, the text from there on as printed, what the project is called."""

    line: Number
    text: Words
    name: Words
    total: AmountText | None = None


class PrintedLine(_Answer):
    line: Number
    text: Words


class PrintedSum(PrintedLine):
    """A line that prints the total of several projects."""

    amount: AmountText


class LineRange(_Answer):
    first: Number
    last: Number


class SegmentAnswer(_Answer):
    """One window of a document. `end_line` is the last line of the last project; null where it goes on below.

    `labels` are printed words that name fields and are no value, `no_project` lines between or around the projects
    that belong to none.
    """

    holds_projects: bool
    projects: Annotated[tuple[ProjectStart, ...], Field(max_length=400)] = ()
    end_line: Number | None = None
    unit_rows: Annotated[tuple[PrintedLine, ...], Field(max_length=200)] = ()
    totals: Annotated[tuple[PrintedSum, ...], Field(max_length=100)] = ()
    no_project: Annotated[tuple[LineRange, ...], Field(max_length=200)] = ()
    amount_unit: Printed | None = None
    labels: Annotated[tuple[Printed, ...], Field(max_length=80)] = ()
    all_projects: bool = False
