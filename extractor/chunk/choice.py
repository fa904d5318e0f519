"""Which layout a document has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractor.chunk.forms.cut import looks_like_forms
from extractor.chunk.prose.cut import looks_like_prose
from extractor.layouts import CompiledLayout, candidates, compiled
from extractor.schemas.document import Document
from extractor.schemas.layout import LayoutSpec
from extractor.text import squash

_SAMPLE = 4_000
_ENOUGH_LABELS = 10
_SIGNATURE_SHARE = 0.5
_BLANK_SHARE = 0.42
"""Of the lines of a text with a blank line after nearly every line, at least so many are blank."""


def choose_layout(document: Document, layouts: Iterable[LayoutSpec] = ()) -> CompiledLayout:
    """The first layout, most specific first, whose item signature most of the value labels have."""
    own = tuple(layouts)
    source = "grid" if document.tables else "dump"
    named = next((spec for spec in own if spec.source == source and _prints_all(document, spec)), None)
    if named is not None:
        return compiled(named)
    form = _layout_of_forms(document, own) if document.tables else None
    if form is not None:
        return form
    if not document.tables and (prose := candidates("prose", own)) and looks_like_prose(document, compiled(prose[0])):
        return compiled(prose[0])
    fitting = [compiled(spec) for spec in candidates(source, own)]
    size = _SAMPLE
    while True:
        text = squash(document.text[:size])
        labels = sum(1 for match in fitting[0].value_label.finditer(text) if match["annual"])
        if labels >= _ENOUGH_LABELS or size >= len(document.text):
            break
        size *= 8
    lines = document.text[:size].splitlines()
    spaced = sum(not line.strip() for line in lines) > _BLANK_SHARE * len(lines)
    for layout in fitting:
        if layout.spec.spaced and not spaced:
            continue
        if layout.has_items(text, max(1.0, labels * _SIGNATURE_SHARE)):
            return layout
    return fitting[-1]


def _prints_all(document: Document, spec: LayoutSpec) -> bool:
    """Whether a document prints all the headers by which a layout is known; False where it is known by none."""
    if not spec.headers:
        return False
    text = squash(document.text)
    return all(squash(header) in text for header in spec.headers)


def _layout_of_forms(document: Document, own: Sequence[LayoutSpec]) -> CompiledLayout | None:
    """The first layout of forms whose words and signs a document prints; None where its tables are no forms."""
    known: dict[int, bool] = {}  # most layouts share their words
    for layout in map(compiled, candidates("form", own)):
        if id(layout.terms) not in known:
            known[id(layout.terms)] = looks_like_forms(document, layout)
        if known[id(layout.terms)] and _shows_a_sign(document, layout):
            return layout
    return None


def _shows_a_sign(document: Document, layout: CompiledLayout) -> bool:
    """Whether a cell prints one of the words by which a layout of forms is known; a layout without any fits all."""
    signs = tuple(map(squash, layout.spec.signs))
    cells = (cell.content.text for table in document.tables for row in table.rows for cell in row.cells)
    return not signs or any(squash(text).startswith(signs) for text in cells if text)
