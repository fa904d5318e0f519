"""Rows of an empty template."""

from __future__ import annotations

import re

from extractor.chunk.rows import PrintedRow
from extractor.layouts import CompiledLayout
from extractor.text import squash

_UNFILLED = re.compile(r"(?:指标\d{1,2}[:、.]?|[…\.·]{2,}+|[×xX*_]{2,}+|[≥≤=><%]++|\(.{0,6}\d{1,4}字(?:以内|左右)?\))*")


def is_template(row: PrintedRow, layout: CompiledLayout) -> bool:
    """Whether a row holds nothing that anybody filled in: no name, no number, no goal and no indicator."""
    if row.numbers or not (row.has_content or row.name):
        return False
    terms = layout.terms
    name = squash(row.name)
    if name and not terms.template.fullmatch(name):
        return False
    for part, content in row.parts.items():
        if part in {"number", "name", "department", "unit"} or part.endswith((".level1", ".level2")):
            continue
        word = squash(content.text).rstrip("。;")
        if word and not (terms.template.fullmatch(word) or _UNFILLED.fullmatch(word)):
            return False
    return True
