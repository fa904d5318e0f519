"""Doubts about a block that come from its table: the source has lost the cells, and they were put together again.

Where text goes on right behind the last row of such a table, its words were glued together, and what stands there could
not be parted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from extractor.schemas.document import Block, Document

REBUILT = "table_rebuilt"


GLUED = "words_glued"


def doubted(document: Document, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks; those in a table that was rebuilt by what its cells hold have a note that says so."""
    spans = sorted((table.rows[0].start, table.rows[-1].end) for table in document.tables if table.rebuilt)
    starts = [start for start, _ in spans]

    def notes_of(block: Block) -> tuple[str, ...]:
        at = bisect_right(starts, block.start) - 1
        if at < 0 or block.start >= spans[at][1]:
            return ()
        behind = document.text[spans[at][1] : spans[at][1] + 1]
        return (REBUILT, GLUED) if behind.strip() else (REBUILT,)

    return tuple(
        replace(block, notes=(*block.notes, *notes)) if (notes := notes_of(block)) else block for block in blocks
    )
