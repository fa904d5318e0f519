"""The cell reader: every cell of a document's tables with the probability of each role; where projects begin."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from extractor.schemas.document import Document
from extractor.tagger.cells.grids import ANCHOR, Grid, grids, windows
from extractor.tagger.cells.network import Network
from extractor.tagger.cells.roles import ROLES
from extractor.tagger.cells.seen import Seen, SeenGrid
from extractor.tagger.cells.weights import load
from extractor.tagger.threads import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@lru_cache(maxsize=1)
def network() -> Network:
    """The network of this version; WeightsError where its weights are damaged."""
    return Network.build(load())


def see(document: Document) -> Seen:
    """What the network sees in each grid of a document, in print order. Threads may share the network."""
    with one_thread():
        return Seen([_seen(network(), grid) for grid in grids(document) if grid.at.size])


def _seen(net: Network, grid: Grid) -> SeenGrid:
    """Each window on its own: memory is flat in the length of a table."""
    import numpy as np

    roles = np.zeros((len(grid.cells), len(ROLES)), dtype=np.float32)
    starts = np.zeros(grid.rows, dtype=np.float32)
    for window in windows(grid.rows):
        rows = np.array(window.rows)
        at, kinds = grid.at[rows], grid.kinds[rows]
        known, inner = np.unique(at, return_inverse=True)
        inner = inner.reshape(at.shape)
        if known[0] < 0:
            known, inner = known[1:], inner - 1
        if not known.size:
            continue
        texts = [grid.cells[index].text for index in known]
        different = list(dict.fromkeys(texts))
        number = {text: index for index, text in enumerate(different)}
        said = net.texts(different)[[number[text] for text in texts]]
        likely, begins = net.read(said, inner.astype(np.int32), kinds)
        new = np.array([grid.cells[index].row in window.new for index in known])
        roles[known[new]] = likely[new]
        shown = np.isin(rows, np.array(window.new))
        starts[rows[shown]] = begins[shown]
    return _placed(grid, roles, starts)


def _placed(grid: Grid, roles: Floats, starts: Floats) -> SeenGrid:
    top = [cell.row for cell in grid.cells]
    left = [cell.column for cell in grid.cells]
    bottom, right = list(top), list(left)
    for row, (cells, kinds) in enumerate(zip(grid.at.tolist(), grid.kinds.tolist(), strict=True)):
        for column, (index, kind) in enumerate(zip(cells, kinds, strict=True)):
            if index >= 0 and kind != ANCHOR:
                bottom[index] = max(bottom[index], row)
                right[index] = max(right[index], column)
    return SeenGrid(grid, roles, starts, top, bottom, left, right)


__all__ = ["network", "see"]
