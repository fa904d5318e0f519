"""Merged cells: which cell of a table holds for the places that it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from schemas.document import Cell, Row, Table


class Merges:
    """What the merged cells of a document's tables say about each row; `is_label` knows a column's header."""

    def __init__(self, tables: Iterable[Table], is_label: Callable[[str], bool]) -> None:
        self._above: dict[int, dict[int, Cell]] = {}
        self._below: dict[int, Row] = {}
        self._merging: dict[int, frozenset[int]] = {}
        for table in tables:
            origins: dict[int, Cell] = {}
            merging: set[int] = set()
            for index, row in enumerate(table.rows):
                if index:
                    self._below[id(table.rows[index - 1])] = row
                held: dict[int, Cell] = {}
                for column, cell in enumerate(row.cells):
                    if cell.merged == "above" and column in origins:
                        held[column] = origins[column]
                    else:
                        origins[column] = cell
                if held:
                    self._above[id(row)] = held
                    merging |= {column for column in held.keys() - merging if not is_label(held[column].content.text)}
            if merging:
                self._merging |= dict.fromkeys(map(id, table.rows), frozenset(merging))

    def above(self, row: Row) -> dict[int, Cell]:
        """The cells of rows above that go on in this row, by position in the row."""
        return self._above.get(id(row), {})

    def merging(self, row: Row) -> frozenset[int]:
        """Positions at which the row's table merges cells downwards, its headers apart."""
        return self._merging.get(id(row), frozenset())

    def covered(self, row: Row, column: int) -> list[Row]:
        """The rows below a row into which its cell at `column` goes on."""
        rows: list[Row] = []
        below = self._below.get(id(row))
        while below is not None and column < len(below.cells) and below.cells[column].merged == "above":
            rows.append(below)
            below = self._below.get(id(below))
        return rows
