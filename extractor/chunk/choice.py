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


def choose_layout(
    document: Document, layouts: Iterable[LayoutSpec] = (), *, is_form: bool | None = None
) -> CompiledLayout:
    """The first layout, most specific first, whose item signature most of the value labels have.

    `is_form` says whether the tables are forms, where that is known.
    """
    own = tuple(layouts)
    named = named_by_headers(document, own)
    if named is not None:
        return compiled(named)
    form = _layout_of_forms(document, own) if document.tables and is_form is not False else None
    if form is not None:
        return form
    prose = prose_layout(own) if not document.tables else None
    if prose is not None and looks_like_prose(document, prose):
        return prose
    fitting = [compiled(spec) for spec in candidates("grid" if document.tables else "dump", own)]
    whole = _text_of(document)
    size = _SAMPLE
    while True:
        text = squash(whole[:size])
        labels = sum(1 for match in fitting[0].value_label.finditer(text) if match["annual"])
        if labels >= _ENOUGH_LABELS or size >= len(whole):
            break
        size *= 8
    lines = whole[:size].splitlines()
    spaced = sum(not line.strip() for line in lines) > _BLANK_SHARE * len(lines)
    for layout in fitting:
        if layout.spec.spaced and not spaced:
            continue
        if layout.has_items(text, max(1.0, labels * _SIGNATURE_SHARE)):
            return layout
    return fitting[-1]


def named_by_headers(document: Document, own: Iterable[LayoutSpec]) -> LayoutSpec | None:
    """The user's own layout whose headers a document prints, every one of them."""
    source = "grid" if document.tables else "dump"
    return next((spec for spec in own if spec.source == source and _prints_all(document, spec)), None)


def prose_layout(own: Iterable[LayoutSpec] = ()) -> CompiledLayout | None:
    """The layout of projects told in prose."""
    found = candidates("prose", own)
    return compiled(found[0]) if found else None


def _text_of(document: Document) -> str:
    """The text that a document, or a part of one, stands in."""
    spans = [(line.start, line.end) for line in document.lines]
    spans += [(row.start, row.end) for table in document.tables for row in table.rows]
    return document.text[min(spans)[0] : max(end for _, end in spans)] if spans else document.text


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
