"""The rules reader: one Block to a ProjectReading by a deterministic grammar.

Nothing is guessed: what the grammar does not understand stays unclaimed, and the checks report it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.layouts import CompiledLayout
from extractor.rules.bracketed import Bracketed, is_bracketed, read_bracketed
from extractor.rules.items import find_items, read_item
from extractor.rules.markers import VALUE_TAIL, Item, Place
from extractor.schemas import cells, paths
from extractor.schemas.document import Block
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.schemas.project import Amounts, Indicator, ProjectReading
from extractor.text import STOPS, Squashed

_AMOUNT = re.compile(r"-?[\d,]+(?:\.\d+)?")
_TEXTS = (cells.BODY, "goal", "indicators")
"""Cells that may hold goal or indicators, or both."""
_NUMBER_LABEL = "序号"


@dataclass(frozen=True, slots=True)
class RulesReading:
    """What the rules read, and where in the block's squashed text each value stands."""

    reading: ProjectReading
    places: dict[str, Place]


def read(block: Block, view: Squashed, layout: CompiledLayout) -> RulesReading:
    """Read one block; `view` is its squashed text."""
    return _Reader(block, view, layout).read()


class _Reader:
    def __init__(self, block: Block, view: Squashed, layout: CompiledLayout) -> None:
        self.block = block
        self.view = view
        self.layout = layout
        self.places: dict[str, Place] = {}
        self.cells = {column: view.squashed_range(*span) for column, span in block.cells.items()}

    def read(self) -> RulesReading:
        context = self.block.context
        name = self._text("name", cut_tail=True)
        self.labelled: dict[str, str] = {}
        goal, indicators, second = self._content()
        withheld = self._withheld(goal, indicators, second)
        self._place_amounts(context.amounts)
        reading = ProjectReading(
            department=self._text("department") or (context.department.value if context.department else None),
            unit=self._text("unit") or (context.unit.value if context.unit else None),
            name=name,
            amounts=context.amounts,
            goal=goal,
            withheld=withheld,
            indicators=tuple(indicators),
            attributes=self._attributes() | self.labelled,
        )
        return RulesReading(reading, self.places)

    def _text(self, column: str, *, cut_tail: bool = False) -> str | None:
        place = self.cells.get(column)
        if place is None:
            return None
        start, end = place
        if cut_tail and (match := VALUE_TAIL.search(self.view.text, start, end)):
            end = match.start()
        if start >= end:
            return None
        self.places[column] = (start, end)
        return self.view.value(start, end)

    def _content(self) -> tuple[str | None, list[Indicator], Place | None]:
        """Goal, indicators, and a cell in place of the indicators that holds something else."""
        if "indicator_name" in self.block.context.columns:
            return self._goal_and_indicators()
        if self.layout.spec.indicators.categories == "bracketed" and self._is_bracketed():
            return self._bracketed()
        if cells.BODY in self.cells:
            return self._body(*self.cells[cells.BODY])
        if "goal" in self.cells and not self._has_indicator_column():
            return self._body(*self.cells["goal"])
        return self._goal_and_indicators()

    def _has_indicator_column(self) -> bool:
        return bool({"indicators", "indicator_name"} & set(self.block.context.columns))

    def _is_bracketed(self) -> bool:
        """Whether this block is written so: not all of a document's need be."""
        texts = (self.cells[column] for column in _TEXTS if column in self.cells)
        return any(is_bracketed(self.view, self.layout, *text) for text in texts)

    def _bracketed(self) -> tuple[str | None, list[Indicator], Place | None]:
        """Bracket notation, whichever of the cells its parts stand in."""
        found = Bracketed()
        for column in _TEXTS:
            if column in self.cells:
                cell = read_bracketed(self.view, self.layout, *self.cells[column], goal=column != "indicators")
                found.goal = found.goal or cell.goal
                found.indicators += cell.indicators
                found.labelled += cell.labelled
        indicators = []
        for index, (indicator, places) in enumerate(found.indicators):
            indicators.append(indicator)
            self.places |= {paths.indicator(index, name): place for name, place in places.items()}
        for label, place in found.labelled:
            if label not in self.labelled:
                self.labelled[label] = self.view.value(*place)
                self.places[paths.attribute(label)] = place
        second = None if indicators else self.cells.get("indicators")
        if found.goal is None or found.goal[0] >= found.goal[1]:
            return None, indicators, second
        self.places["goal"] = found.goal
        return self.view.value(*found.goal), indicators, second

    def _goal_and_indicators(self) -> tuple[str | None, list[Indicator], Place | None]:
        goal = self._text("goal")
        cell = self.cells.get("indicators")
        if cell is None:
            return goal, self._indicator_rows(), None
        indicators = self._items(*cell, cell=True)
        return goal, indicators, None if indicators else cell

    def _indicator_rows(self) -> list[Indicator]:
        """Indicators that have a row each; a category printed once holds for the rows below it."""
        indicators: list[Indicator] = []
        carried: dict[str, Place] = {}
        rows = self._indicator_cells()
        for index in range(max(rows, default=-1) + 1):
            own = rows.get(index, {})
            if "level1" in own:
                carried = {}
            carried |= {level: own[level] for level in ("level1", "level2") if level in own}
            values: dict[str, str] = {}
            others: dict[str, str] = {}
            for field, (start, end) in (carried | own).items():
                if (label := paths.attribute_label(field)) is not None:
                    others[label] = self.view.value(start, end)
                    self.places[paths.indicator_attribute(index, label)] = (start, end)
                    continue
                if twin := paths.printed_first(field):
                    self.places[paths.again(paths.indicator(index, _field(twin)))] = (start, end)
                    continue
                tail = VALUE_TAIL.search(self.view.text, start, end)
                end = tail.start() if tail else end
                if start < end:
                    name = _field(field)
                    values[name] = self.view.value(start, end)
                    self.places[paths.indicator(index, name)] = (start, end)
            indicators.append(Indicator(**values, attributes=others))
        return indicators

    def _indicator_cells(self) -> dict[int, dict[str, Place]]:
        """The cells of each indicator that has a row of its own, by field."""
        rows: dict[int, dict[str, Place]] = {}
        for column, place in self.cells.items():
            if (of := paths.indicator_of(column)) is not None:
                rows.setdefault(of.position, {})[of.field] = place
        return rows

    def _body(self, start: int, end: int) -> tuple[str | None, list[Indicator], Place | None]:
        """Goal and indicators of a dump, or of one cell: they stand one after the other without a border."""
        items = find_items(self.view, self.layout, start, end, cell=False)
        border = items[0].start if items else end
        second: Place | None = None
        if not items:
            border, second = self._twice(start, end)
        indicators = self._read(items)
        if start >= border:
            return None, indicators, second
        self.places["goal"] = (start, border)
        return self.view.value(start, border), indicators, second

    def _twice(self, start: int, end: int) -> tuple[int, Place | None]:
        """A withheld project prints the same phrase in both cells: the goal is the first of them."""
        text = self.view.text[start:end]
        half = (len(text) + 1) // 2
        for border in (half, half - 1):
            left, right = text[:border].rstrip(STOPS), text[border:].rstrip(STOPS)
            if left and left == right and self.layout.withheld.search(left):
                return start + border, (start + border, end)
        return end, None

    def _items(self, start: int, end: int, *, cell: bool) -> list[Indicator]:
        return self._read(find_items(self.view, self.layout, start, end, cell=cell))

    def _read(self, items: list[Item]) -> list[Indicator]:
        indicators = []
        for index, item in enumerate(items):
            indicator, places = read_item(self.view, self.layout, item)
            indicators.append(indicator)
            for name, place in places.items():
                self.places[paths.indicator(index, name)] = place
        return indicators

    def _withheld(self, goal: str | None, indicators: Sequence[Indicator], second: Place | None) -> bool:
        """Whether the goal, or the cell in place of the indicators, says that the content is withheld.

        So does the name of a project that prints nothing else.
        """
        if second is not None and self.layout.withheld.search(self.view.text, *second):
            self.places[paths.again("goal")] = second
            return True
        place = self.places.get("goal")
        if goal is None and second is None and not indicators:
            place = self.places.get("name")
            return place is not None and bool(self.layout.withheld.search(self.view.text, *place))
        if not goal or not place:
            return False
        alone = self.view.text[slice(*place)].rstrip(STOPS) in self.layout.terms.withheld_alone
        return alone or bool(self.layout.withheld.search(self.view.text, *place))

    def _place_amounts(self, amounts: Amounts) -> None:
        """Places of the printed numbers: by cell in a table, in print order in a dump."""
        if cells.AMOUNTS not in self.cells:
            for column, place in self.cells.items():
                if column in AMOUNT_COLUMNS and getattr(amounts, column) is not None:
                    self.places[paths.amount(column)] = place
            self._place_the_rest(amounts)
            return
        start, end = self.block.cells[cells.AMOUNTS]
        tokens = []
        for match in re.finditer(r"\S+", self.block.content.text[start:end]):
            tokens.append(self.view.squashed_range(start + match.start(), start + match.end()))
        self._in_order(amounts, tokens)

    def _place_the_rest(self, amounts: Amounts) -> None:
        """Numbers of a table row whose column is not told by their cell."""
        taken = set(self.places.values())
        tokens = [place for column, place in self.cells.items() if cells.is_money(column) and place not in taken]
        done = frozenset(filter(paths.is_amount, self.places))
        self._in_order(amounts, tokens, done)

    def _in_order(self, amounts: Amounts, tokens: list[Place], done: frozenset[str] = frozenset()) -> None:
        expected: list[tuple[str, str]] = []
        for column in self.block.context.columns:
            if column in AMOUNT_COLUMNS and (value := getattr(amounts, column)) is not None:
                expected.append((paths.amount(column), value))
            elif (label := cells.breakdown_label(column)) is not None:
                expected += [
                    (paths.funding_amount(index), line.amount)
                    for index, line in enumerate(amounts.breakdown)
                    if line.label == label
                ]
        expected += [(paths.unplaced(index), value) for index, value in enumerate(amounts.unplaced)]
        expected = [pair for pair in expected if pair[0] not in done]
        for place in tokens:
            printed = self.view.text[slice(*place)].replace(",", "")
            for index, (path, value) in enumerate(expected):
                if value == printed:
                    self.places[path] = place
                    del expected[index]
                    break

    def _attributes(self) -> dict[str, str]:
        attributes = {}
        for column, (start, end) in self.cells.items():
            label = _NUMBER_LABEL if column == "number" else paths.attribute_label(column)
            if label is not None:
                attributes[label] = self.view.value(start, end)
                self.places[paths.attribute(label)] = (start, end)
        return attributes


def _field(column: str) -> str:
    """The indicator's field that a column of a table with a row for each indicator holds.

    >>> _field("indicator_name"), _field("weight")
    ('name', 'weight')
    """
    return "name" if column == "indicator_name" else column
