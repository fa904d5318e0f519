"""Cells in a column of money that print no amount: no reader takes them, so each of them is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractor.layouts import Terms
from extractor.schemas import paths
from extractor.schemas.cells import BREAKDOWN, unread_label
from extractor.schemas.document import Block, MappedText
from extractor.schemas.finding import Finding, finding
from extractor.schemas.record import FlagCode
from extractor.text import IGNORED, fold, join_lines

_SHOWN = 40


def check_unread(block: Block, terms: Terms, known: Sequence[Finding]) -> list[Finding]:
    """A finding for each such cell, but for those that one of the `known` ones shows whole.

    It holds whatever is printed there: "(12)" and "12、" look like item numbers, which a table prints without
    meaning anything by them, and yet may be what somebody's budget is.
    """
    found = []
    for key, (start, end) in block.cells.items():
        label = unread_label(key)
        span = block.content.source_span(start, end) if label is not None else None
        if label is None or span is None or _is_told(block.content, start, end, known):
            continue
        printed = join_lines(block.content.text[start:end])
        found.append(
            finding(
                FlagCode.UNCLAIMED_TEXT,
                _path(label, terms),
                variant="no_amount",
                column=label,
                text=printed[:_SHOWN] + ("…" if len(printed) > _SHOWN else ""),
                spans=(span,),
            )
        )
    return found


def _is_told(content: MappedText, start: int, end: int, known: Iterable[Finding]) -> bool:
    """Whether findings show all that the cell says; blanks and punctuation say nothing beside other text."""
    told = [span for one in known if one.code == FlagCode.UNCLAIMED_TEXT for span in one.spans]
    printed = fold(content.text[start:end])
    says = [at for at, character in enumerate(printed, start) if not (character.isspace() or character in IGNORED)]
    offsets = (content.offsets[at] for at in says)
    return bool(says) and all(any(first <= offset < last for first, last in told) for offset in offsets)


def _path(label: str, terms: Terms) -> str:
    """The amounts that a column's label names."""
    column = terms.column(label)
    if column is None:
        return paths.AMOUNTS.rstrip(".")
    return "amounts.breakdown" if column.startswith(BREAKDOWN) else paths.amount(column)
