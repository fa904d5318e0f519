"""Where a value is found by a person who opens the file: on a page, in a sheet, in a table, in a line of text."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class _Place(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OnPage(_Place):
    """PDF, OFD, scanned pages; a value on several lines has a box on each."""

    page: int = Field(description="page, counted from 1")
    boxes: tuple[Edges, ...] = Field(
        (), description="left, top, right, bottom in points from the upper left corner of the page as it is shown"
    )


class InSheet(_Place):
    """Workbooks."""

    sheet: str = Field(description="name of the sheet")
    cell: str = Field(description="the cell as the program names it: C5; a merged one: C5:D6")


class InTable(_Place):
    """Word, web pages, Markdown: a cell."""

    table: int = Field(description="which table of the file, counted from 1")
    row: int = Field(description="row of the table, counted from 1")
    column: int = Field(description="column of the table, counted from 1; of a merged cell the first")


class InParagraph(_Place):
    """Word, web pages: text outside of tables."""

    paragraph: int = Field(description="which paragraph outside of tables, blank ones left out, counted from 1")


class InLines(_Place):
    """Plain text, delimited tables."""

    lines: tuple[int, int] = Field(description="first and last line in the file, counted from 1")


Place = Annotated[OnPage | InSheet | InTable | InParagraph | InLines, Field(union_mode="left_to_right")]
Places = tuple[Place, ...]
"""A value may stand in several cells or lines, or on two pages."""
