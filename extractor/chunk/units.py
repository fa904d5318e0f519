"""Units of amounts: where a document prints them, and which one holds for a row of amounts.

A unit stands above or below a table (金额单位：万元), in a column's header (预算数（元）), in a cell beside its number
(10000万元) or in a sentence (120万元).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.chunk.amounts import is_amount_column
from extractor.layouts import Terms
from extractor.schemas.document import Document, Line, MappedText, PrintedUnit, UnitEvidence
from extractor.text import Squashed, join_lines, squash

_HEADER = re.compile(r"[^\s|,，()（）]+\s*(?:[(（][^()（）]*[)）])?|[(（][^()（）]*[)）]")

_ALONE = re.compile(r"(?:^|\|)[ \t]*(?P<all>[(（](?P<unit>[^()（）|\n]{0,3}元)[)）])", re.MULTILINE)


def unit_of_line(document: Document, line: Line, terms: Terms, *, is_title: bool) -> PrintedUnit | None:
    """Unit of amounts in a line: "单位：万元", "(万元)" in a title, "金额以万元为单位"."""
    raw = document.text[line.start : line.end]
    if "元" not in raw:
        return None
    view = Squashed(MappedText(raw, range(line.start, line.end)))
    if match := terms.amount_unit.search(view.text):
        return _printed(view, match.span(), match.span(1), "header")
    if is_title and (unit := terms.unit_in_header(view.text)):
        begin, end = _brackets(view, unit)
        return _printed(view, (begin, end), (end - len(unit) - 1, end - 1), "header")
    if match := terms.unit_in_prose.search(view.text):
        return _printed(view, match.span(), match.span(match.lastindex or 1), "prose")
    return None


def _brackets(view: Squashed, unit: str) -> tuple[int, int]:
    """Where the brackets stand in which `Terms.unit_in_header` found a unit."""
    found = re.search(rf"\((?:单位:)?{re.escape(unit)}\)", view.text)
    assert found is not None
    return found.span()


def _printed(view: Squashed, words: tuple[int, int], unit: tuple[int, int], evidence: UnitEvidence) -> PrintedUnit:
    return PrintedUnit(view.value(*unit), view.source_span(*words), evidence, view.value(*words))


def unit_of_label(label: MappedText, terms: Terms) -> PrintedUnit | None:
    """Unit that the label of a column brings along, with the words up to it.

    >>> from extractor.layouts import terms
    >>> unit_of_label(MappedText("预算数（元）：", range(7)), terms())
    PrintedUnit(value='元', span=(0, 6), evidence='column', printed='预算数（元）')
    """
    unit = terms.unit_in_header(label.text)
    if unit is None:
        return None
    view = Squashed(label)
    _, end = _brackets(view, unit)
    return _printed(view, (0, end), (end - len(unit) - 1, end - 1), "column")


def units_of_headers(line: MappedText, terms: Terms) -> list[PrintedUnit]:
    """Units that the column headers in a line bring along: those of amounts, or all where none of these has one.

    >>> from extractor.layouts import terms
    >>> units_of_headers(MappedText("项目 补助标准（元） 总计 （万元）", range(18)), terms())
    [PrintedUnit(value='万元', span=(11, 18), evidence='column', printed='总计（万元）')]
    """
    found: list[tuple[PrintedUnit, bool]] = []
    for match in _HEADER.finditer(line.text):
        start, end = match.span()
        unit = unit_of_label(MappedText(match[0], line.offsets[start:end]), terms)
        if unit is not None:
            found.append((unit, is_amount_column(terms.column(match[0]) or "")))
    return [unit for unit, is_amount in found if is_amount] or [unit for unit, _ in found]


def unit_alone(document: Document, start: int, end: int, terms: Terms) -> PrintedUnit | None:
    """The unit that begins lines or cells of a stretch, cut off from the label it belongs to: 项目资金 over (万元)."""
    found = [
        PrintedUnit(match["unit"], match.span("all"), "column", match["all"])
        for match in _ALONE.finditer(document.text, start, end)
        if squash(match["unit"]) in terms.scales
    ]
    return found[0] if len({squash(unit.value) for unit in found}) == 1 else None


def unit_of_cell(unit: str | None, cell: MappedText) -> PrintedUnit | None:
    """Unit that an amount's own cell prints."""
    if unit is None:
        return None
    return PrintedUnit(unit, cell.source_span(0, len(cell.text)), "cell", join_lines(cell.text))


def unit_of_amounts(
    own: Sequence[PrintedUnit | None], above: PrintedUnit | None, terms: Terms
) -> tuple[PrintedUnit | None, tuple[PrintedUnit, ...]]:
    """The unit of some amounts; None, and all of their units, where not all have the same.

    `own` is what each of them prints itself, `above` what holds for those that print none.

    >>> from extractor.layouts import terms
    >>> unit_of_amounts([None, None], PrintedUnit("万元"), terms())[0].value
    '万元'
    >>> found, differing = unit_of_amounts([PrintedUnit("元"), None], PrintedUnit("万元"), terms())
    >>> found, [one.value for one in differing]
    (None, ['元', '万元'])
    """
    printed = [one for one in own if one is not None]
    if not printed:
        return above, ()
    if above is not None and len(printed) < len(own):
        printed.append(above)
    by_scale = {terms.scales.get(squash(one.value)): one for one in reversed(printed)}
    if len(by_scale) == 1:
        return printed[0], ()
    return None, tuple(reversed(by_scale.values()))


__all__ = ["unit_alone", "unit_of_amounts", "unit_of_cell", "unit_of_label", "unit_of_line", "units_of_headers"]
