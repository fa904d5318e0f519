"""A layout as data: what the engine must know of a table's print to read it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1, max_length=60)]
Column = Literal[
    "number", "department", "unit", "name", "total", "fiscal", "special_account", "other", "goal", "indicators",
    "level1", "level2", "indicator_name", "cycle_value", "annual_value", "operator", "measure_unit", "weight",
]  # fmt: skip
AMOUNT_COLUMNS: tuple[str, ...] = ("total", "fiscal", "special_account", "other")
BREAKDOWN = "breakdown:"
"""Begins the name of any other funding column, followed by its printed label."""
COLUMN_LABELS = {
    "department": "主管部门",
    "unit": "预算单位",
    "name": "项目名称",
    "total": "总计",
    "fiscal": "财政拨款",
    "special_account": "财政专户拨款",
    "other": "其他资金",
    "goal": "绩效目标",
    "indicators": "绩效指标",
}
ItemMarker = Literal["N、", "N.", "(N)", "N)", "①", "【N】", "指标N", "一、"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndicatorGrammar(_Data):
    """How the indicators stand in their cell.

    `categories`: `coded` = "1-产出指标；11-数量指标；", `labelled` = "产出指标：", `none`.
    """

    markers: tuple[ItemMarker, ...] = ("N、", "N.", "(N)", "N)", "①", "【N】", "指标N", "一、")
    categories: Literal["coded", "labelled", "none"] = "coded"
    cycle_labels: tuple[Word, ...] = ()
    annual_labels: tuple[Word, ...] = ()


class LayoutSpec(_Data):
    """One layout. Column synonyms and phrases add to those of terms.toml, they do not replace them.

    `source`: `dump` = text without cells, `grid` = rows and cells. `columns` is the printed order
    that a dump falls back to where its header cannot be read. `spaced`: a blank line after nearly every line.
    """

    name: Word
    title: Word
    description: str = ""
    source: Literal["dump", "grid"]
    columns: tuple[Column, ...]
    spaced: bool = False
    column_synonyms: dict[Column, tuple[Word, ...]] = Field(default_factory=dict)
    total_words: tuple[Word, ...] = ()
    withheld: tuple[Word, ...] = ()
    indicators: IndicatorGrammar = IndicatorGrammar()


def column_label(column: str) -> str:
    """What people call a column.

    >>> column_label("fiscal"), column_label("breakdown:上年结转")
    ('财政拨款', '上年结转')
    """
    return COLUMN_LABELS.get(column, column.removeprefix(BREAKDOWN))
