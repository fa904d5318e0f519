"""A layout as data: what the engine must know of a table's print to read it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from extractor.schemas.project import SOURCES, Amounts

Word = Annotated[str, Field(min_length=1, max_length=60)]


def plain_text(text: str) -> str:
    """Text of one line that a person can read: no control, direction or private characters.

    >>> plain_text("年度 指标值：")
    '年度 指标值：'
    """
    if not all(character.isprintable() or character == "\u3000" for character in text) or not text.strip():
        raise ValueError("must be one line of printable characters")
    return text


def item_number(template: str) -> str:
    """An item number as printed, with N for the number.

    >>> item_number("第N条：")
    '第N条：'
    """
    if template.count("N") != 1 or any(character.isdigit() or character.isspace() for character in template):
        raise ValueError("must hold one N for the number, no digit and no blank: 第N条：")
    if not template.replace("N", ""):
        raise ValueError("must hold more than the number, or every number would be an item")
    return plain_text(template)


ItemNumber = Annotated[str, Field(max_length=12), AfterValidator(item_number)]
Column = Literal[
    "number", "department", "unit", "name", "total", "fiscal", "special_account", "other", "goal", "indicators",
    "level1", "level2", "indicator_name", "cycle_value", "annual_value", "operator", "measure_unit", "weight",
]  # fmt: skip
AMOUNT_COLUMNS: tuple[str, ...] = ("total", *SOURCES)
"""Columns of money that have a field of their own in `Amounts`."""
INDICATOR_COLUMNS: tuple[str, ...] = (
    *("level1", "level2", "indicator_name", "cycle_value", "annual_value"),
    *("operator", "measure_unit", "weight"),
)
"""Columns of a table with a row for each indicator."""
CONTENT_COLUMNS = frozenset(("goal", "indicators", "indicator_name"))
"""A table of projects has one of them."""
BREAKDOWN = "breakdown:"
"""Begins the name of any other funding column, followed by its printed label."""
COLUMN_LABELS = {
    "department": "主管部门",
    "unit": "预算单位",
    "name": "项目名称",
    **{column: Amounts.model_fields[column].description or column for column in AMOUNT_COLUMNS},
    "goal": "绩效目标",
    "indicators": "绩效指标",
}
ItemMarker = Literal["N、", "N.", "(N)", "N)", "①", "【N】", "指标N", "一、"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndicatorGrammar(_Data):
    """How the indicators stand in their cell.

    `categories`: `coded` = "1-产出指标；11-数量指标；", `labelled` = "产出指标：",
    `bracketed` = "【产出指标-数量指标】指标1:设备数量(≥77台)", `none`.

    `item_numbers` are further item numbers, as printed ("第N条："). A value label that ends in a sign of its own
    ("→") needs no colon behind it.
    """

    markers: tuple[ItemMarker, ...] = ("N、", "N.", "(N)", "N)", "①", "【N】", "指标N", "一、")
    categories: Literal["bracketed", "coded", "labelled", "none"] = "coded"
    item_numbers: tuple[ItemNumber, ...] = ()
    cycle_labels: tuple[Word, ...] = ()
    annual_labels: tuple[Word, ...] = ()


class LayoutSpec(_Data):
    """One layout. Column synonyms and phrases add to those of terms.toml, they do not replace them.

    `source`: `dump` = text without cells, `grid` = rows and cells, `form` = a form for each project (a layout of
    forms is known by a cell that begins with one of its `signs`), `prose` = numbered sections. `columns` is the
    printed order that a dump falls back to where its header cannot be read. A document that prints all of
    `headers` has this layout, whatever its items look like. `spaced`: a blank line after nearly every line.
    """

    name: Word
    title: Word
    description: str = ""
    source: Literal["dump", "form", "grid", "prose"]
    columns: tuple[Column, ...]
    spaced: bool = False
    headers: tuple[Word, ...] = ()
    signs: tuple[Word, ...] = ()
    column_synonyms: dict[Column, tuple[Word, ...]] = Field(default_factory=dict)
    total_words: tuple[Word, ...] = ()
    withheld: tuple[Word, ...] = ()
    labels: tuple[Word, ...] = ()
    """Printed words that name fields and are no value, beside those that every layout knows."""
    unconfirmed: bool = False
    """A model says what its columns mean, and no person has looked at that yet."""
    indicators: IndicatorGrammar = IndicatorGrammar()


def column_label(column: str) -> str:
    """What people call a column.

    >>> column_label("fiscal"), column_label("breakdown:上年结转")
    ('财政拨款', '上年结转')
    """
    return COLUMN_LABELS.get(column, column.removeprefix(BREAKDOWN))


Printed = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(plain_text)]
"""A word out of a document, as a model names it."""
Meaning = Literal[Column, "breakdown", "attribute"]


class ColumnMeaning(_Data):
    """One printed column header, and the field that its cells hold."""

    header: Printed
    meaning: Meaning


class LayoutAnswer(_Data):
    """A model's answer to what a document's layout is: words of the document and what they mean, no patterns.

    `unit_rows` are rows that name a unit above its projects. `projects` are the first projects' names as
    printed, by which the answer is checked; `all_projects` says that there are no others.
    """

    holds_projects: bool
    title: Printed
    columns: Annotated[tuple[ColumnMeaning, ...], Field(max_length=40)] = ()
    item_numbers: Annotated[tuple[ItemNumber | ItemMarker, ...], Field(max_length=6)] = ()
    categories: Literal["coded", "labelled", "none"] = "none"
    cycle_labels: Annotated[tuple[Printed, ...], Field(max_length=6)] = ()
    annual_labels: Annotated[tuple[Printed, ...], Field(max_length=6)] = ()
    total_words: Annotated[tuple[Printed, ...], Field(max_length=6)] = ()
    withheld: Annotated[tuple[Printed, ...], Field(max_length=6)] = ()
    unit_rows: Annotated[tuple[Printed, ...], Field(max_length=50)] = ()
    projects: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain_text)], ...],
        Field(max_length=50),
    ] = ()
    all_projects: bool = False
