"""Doubts about a block that come from its table: the source has lost the cells, and they were put together again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from extractor.schemas.document import Block, Document

REBUILT = "table_rebuilt"


def doubted(document: Document, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks; those in a table that was rebuilt by what its cells hold have a note that says so."""
    spans = sorted((table.rows[0].start, table.rows[-1].end) for table in document.tables if table.rebuilt)
    starts = [start for start, _ in spans]

    def is_rebuilt(block: Block) -> bool:
        at = bisect_right(starts, block.start) - 1
        return at >= 0 and block.start < spans[at][1]

    return tuple(replace(block, notes=(*block.notes, REBUILT)) if is_rebuilt(block) else block for block in blocks)
