"""Layouts that no person has vouched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractor.schemas.finding import Finding, finding
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.record import FlagCode


def check_layouts(layouts: Iterable[LayoutSpec]) -> Iterator[Finding]:
    """A finding for each layout whose columns have their meaning from a model alone.

    Two columns that a model took one for the other add up as well as the right ones, and every reader after it
    goes by what it said.

    >>> one = LayoutSpec(name="learnt-1", title="表", source="grid", columns=("name", "goal"), unconfirmed=True)
    >>> [found.code.value for found in check_layouts([one, one.model_copy(update={"unconfirmed": False})])]
    ['layout_unconfirmed']
    """
    for spec in layouts:
        if spec.unconfirmed:
            shown = [f"{words[0]}={column}" for column, words in spec.column_synonyms.items() if words]
            yield finding(FlagCode.LAYOUT_UNCONFIRMED, layout=spec.name, columns="、".join(shown))


__all__ = ["check_layouts"]
