"""A layout as data: what the engine must know of a table's print to read it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1, max_length=60)]
Column = Literal[
    "number", "department", "unit", "name", "total", "fiscal", "special_account", "other", "goal", "indicators"
]
AMOUNT_COLUMNS: tuple[str, ...] = ("total", "fiscal", "special_account", "other")
ItemMarker = Literal["N、", "N.", "(N)", "N)", "①"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndicatorGrammar(_Data):
    """How the indicators stand in their cell.

    `categories`: `coded` = "1-产出指标；11-数量指标；", `labelled` = "产出指标：", `none`.
    """

    markers: tuple[ItemMarker, ...] = ("N、", "N.", "(N)", "N)", "①")
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
    row_style: Literal["project"] = "project"
    columns: tuple[Column, ...]
    spaced: bool = False
    column_synonyms: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    total_words: tuple[Word, ...] = ()
    withheld: tuple[Word, ...] = ()
    indicators: IndicatorGrammar = IndicatorGrammar()
