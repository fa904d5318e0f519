"""Cells under printed labels that are no field's: the project's own, and those of one indicator's row."""

from __future__ import annotations

from collections.abc import Mapping

from extractor.compare.parts import Part
from extractor.compare.settle import Cell, Settled, settle
from extractor.compare.side import Side
from extractor.ground.paths import same_text
from extractor.text import squash


def labelled(rules: Side, model: Side, mine: Mapping[str, Cell], theirs: Mapping[str, Cell]) -> Part:
    """Cells by their labels, the rules' before what only the model has."""
    labels = {squash(label): label for label in theirs}
    found: dict[str, Settled] = {}
    for label, cell in mine.items():
        other = labels.pop(squash(label), None)
        found[label] = settle(rules, model, cell, Cell(cell.path, None) if other is None else theirs[other], same_text)
    for label in labels.values():
        found[label] = settle(rules, model, Cell(theirs[label].path, None), theirs[label], same_text)
    published = {label: str(one.value) for label, one in found.items() if one.value is not None}
    return Part(published, {f".{label}": one for label, one in found.items()})
