"""Doubts about a block that come from its table: the source has lost the cells, and they were put together again.

Where text stands between two of its rows, or goes on right behind the last one, its words were glued together, and what
stands there could not be parted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.layouts.fit import levels_of
from extractor.schemas.document import Block, Document, Row, Table
from extractor.text import squash

REBUILT = "table_rebuilt"


GLUED, GLUED_ROWS = "words_glued", "rows_glued"
_AHEAD = 12


_SUM = re.compile(r"[….]{2,}|总分|合计|总计|[备附]?注|填[报表]人|单位负责人|附[件表]|\s")
"""What ends a table of indicators."""


def _torn(text: str, table: Table) -> tuple[str, ...]:
    """Notes on words that stand right behind a row and that no row holds: in the head, or among the indicators."""
    at = next((at for at, row in enumerate(table.rows) if _is_category(row)), len(table.rows))
    torn = [
        index
        for index, (above, below) in enumerate(pairwise(table.rows))
        if above.end < below.start and text[above.end : above.end + 1].strip()
    ]
    behind = text[table.rows[-1].end : table.rows[-1].end + _AHEAD]
    if not _SUM.match(f"{behind}\n"):
        torn.append(len(table.rows))
    return (*((GLUED,) if torn else ()), *((GLUED_ROWS,) if any(index >= at for index in torn) else ()))


def _is_category(row: Row) -> bool:
    return any(levels_of(squash(cell.content.text)) for cell in row.cells)


def doubted(document: Document, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks; those in a table that was rebuilt by what its cells hold have a note that says so."""
    rebuilt = sorted(
        (table for table in document.tables if table.rebuilt and table.rows), key=lambda table: table.rows[0].start
    )
    starts = [table.rows[0].start for table in rebuilt]
    torn = [_torn(document.text, table) for table in rebuilt]

    def notes_of(block: Block) -> tuple[str, ...]:
        at = bisect_right(starts, block.start) - 1
        if at < 0 or block.start >= rebuilt[at].rows[-1].end:
            return ()
        return (REBUILT, *torn[at])

    return tuple(
        replace(block, notes=(*block.notes, *notes)) if (notes := notes_of(block)) else block for block in blocks
    )
