"""Merged cells: which cell of a table holds for the places that it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from extractor.schemas.document import Cell, Row, Table

_MIN_LABELS = 3


class Merges:
    """What the merged cells of a document's tables say about each row; `is_label` knows a column's header."""

    def __init__(self, tables: Iterable[Table], is_label: Callable[[str], bool]) -> None:
        self._above: dict[int, dict[int, Cell]] = {}
        self._below: dict[int, Row] = {}
        self._merging: dict[int, frozenset[int]] = {}
        heads: dict[tuple[str, ...], int] = {}
        for table in tables:
            origins: dict[int, Cell] = {}
            merging: set[int] = set()
            header = _header(table, is_label)
            repeated = _repeated_headers(table, header, heads)
            headers = {id(cell) for row in table.rows[header.start : header.stop] for cell in row.cells}
            for index, row in enumerate(table.rows):
                if index and (index in repeated or index - 1 not in repeated):
                    self._below[id(table.rows[index - 1])] = row
                if index in repeated:
                    continue
                held: dict[int, Cell] = {}
                for column, cell in enumerate(row.cells):
                    if cell.merged == "above" and column in origins:
                        held[column] = origins[column]
                    else:
                        origins[column] = cell
                if held:
                    self._above[id(row)] = held
                    merging |= {column for column in held.keys() - merging if id(held[column]) not in headers}
            if merging:
                self._merging |= dict.fromkeys(map(id, table.rows), frozenset(merging))

    def above(self, row: Row) -> dict[int, Cell]:
        """The cells of rows above that go on in this row, by position in the row."""
        return self._above.get(id(row), {})

    def merging(self, row: Row) -> frozenset[int]:
        """Positions at which the row's table merges cells downwards, its headers apart."""
        return self._merging.get(id(row), frozenset())

    def below(self, row: Row) -> Row | None:
        """The row below a row of the same table."""
        return self._below.get(id(row))

    def all_below(self, row: Row) -> Iterator[Row]:
        """The rows below a row of the same table, in print order."""
        below = self._below.get(id(row))
        while below is not None:
            yield below
            below = self._below.get(id(below))

    def covered(self, row: Row, column: int) -> list[Row]:
        """The rows below a row into which its cell at `column` goes on."""
        rows: list[Row] = []
        below = self._below.get(id(row))
        while below is not None and column < len(below.cells) and below.cells[column].merged == "above":
            rows.append(below)
            below = self._below.get(id(below))
        return rows


def _repeated_headers(table: Table, own: range, heads: dict[tuple[str, ...], int]) -> frozenset[int]:
    """Rows that print a header again, as pages do: the cells of the row above go on below them.

    `own` are the rows of the table's first header. `heads` are the headers met so far, by the texts of their first
    row, and how many rows each of them takes.
    """
    rows = table.rows
    if not own:
        return frozenset()
    begin = own.start
    head = _texts(rows[begin])
    again = [begin] if head in heads else []
    heads.setdefault(head, len(own))
    first = rows[begin].cells[0].content.text
    again += [
        index
        for index in range(begin + heads[head], len(rows))
        if rows[index].cells[0].content.text == first and _texts(rows[index]) == head
    ]
    return frozenset(index + more for index in again for more in range(heads[head]))


def _header(table: Table, is_label: Callable[[str], bool]) -> range:
    """The rows of a table's first header: those that its merged cells go down through."""
    rows = table.rows
    begin = next((index for index, row in enumerate(rows) if _labels(row, is_label) >= _MIN_LABELS), None)
    if begin is None:
        return range(0)
    end = begin + 1
    while end < len(rows) and any(cell.merged == "above" for cell in rows[end].cells):
        end += 1
    return range(begin, end)


def _labels(row: Row, is_label: Callable[[str], bool]) -> int:
    return sum(1 for cell in row.cells if cell.content.text and is_label(cell.content.text))


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(cell.content.text for cell in row.cells)
