"""A Document cut into one Block per project, with every character accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from extractor.chunk.absence import why_none
from extractor.chunk.assembly.doubts import doubted
from extractor.chunk.choice import choose_layout
from extractor.chunk.chunks import Chunks, joined
from extractor.chunk.cutters import CUTTERS
from extractor.chunk.loose import with_lines
from extractor.chunk.outline import with_rows_by_indicator
from extractor.chunk.parts import parts
from extractor.chunk.transposed import with_rows
from extractor.chunk.trees import with_trees
from extractor.layouts import terms
from extractor.schemas.document import Document
from extractor.schemas.layout import LayoutSpec


def chunk(document: Document, layouts: Iterable[LayoutSpec] = ()) -> Chunks:
    """Cut a document into its projects, each part by a layout of its own; `layouts` are the user's own."""
    document = with_rows_by_indicator(with_rows(with_trees(with_lines(document)), terms()), terms())
    pieces = parts(document, tuple(layouts))
    cuts = [CUTTERS[part.layout.spec.source](part.document, part.layout) for part in pieces]
    chunks = joined(document, cuts)
    if chunks.blocks:
        return replace(chunks, blocks=doubted(document, chunks.blocks))
    reason, understood = why_none(document, cuts, pieces[0].layout)
    return replace(chunks, reason=reason, understood=understood)


__all__ = ["Chunks", "choose_layout", "chunk"]
