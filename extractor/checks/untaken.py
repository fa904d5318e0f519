"""Indicators that nobody took: they stand in the text under some label, while the project was read without any.

What their table or their lines look like does not matter, nor whether the label is known: categories with values
behind them are indicators, and so are values below a label that announces goals or indicators.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractor.schemas.finding import Finding, finding
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import FlagCode
from extractor.tables import Pattern, WordSection, load
from extractor.text import squash


class _Words(WordSection):
    """All of untaken.toml."""

    category: Pattern
    announces: Pattern
    value: Pattern


_WORDS = load("extractor.checks", "untaken.toml", _Words)
_CATEGORIES, _VALUES = 2, 3
"""So many categories, or values below a label that announces them, are no words of a sentence."""
_SHOWN = 24


def check_untaken(project: ProjectReading) -> list[Finding]:
    """A finding on the indicators of a project that has none, where its other texts print some.

    >>> lines = {"产出": "数量目标 目标1 清淤河段 12公里质量目标 目标1 验收合格率 100%"}
    >>> [found.path for found in check_untaken(ProjectReading(name="河道清淤", attributes=lines))]
    ['indicators']
    >>> check_untaken(ProjectReading(name="河道清淤", attributes={"实施内容": "清淤河段12公里，绿化3处，护坡2公里。"}))
    []
    """
    if project.withheld or project.indicators:
        return []
    found = next(_untaken(project), None)
    if found is None:
        return []
    label, text = found
    return [finding(FlagCode.IMPLAUSIBLE, "indicators", variant="untaken", label=label, text=text[:_SHOWN])]


def _untaken(project: ProjectReading) -> Iterator[tuple[str, str]]:
    """Labels and texts that print indicators."""
    kinds: set[str] = set()
    for label, value in project.labelled():
        text = squash(value)
        values = sum(1 for _ in _WORDS.value.finditer(text))
        kinds |= {match["kind"] for match in _WORDS.category.finditer(text) if values}
        if len(kinds) >= _CATEGORIES or (values >= _VALUES and _WORDS.announces.search(label)):
            yield label, value
