"""Which column a printed number stands in, where a dump has lost its blank cells.

A row prints its total and then only those funding columns that are not blank. Printed totals are
the evidence: the grand total shows how many funding columns are in use and what each adds up to, so
a lone number belongs to the column whose sum needs it. What the sums do not decide is `unplaced`.
One convention is taken from the forms themselves: the first funding column in use is 财政拨款, which
every department's budget has.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from extractor.chunk.amounts import to_amounts
from extractor.schemas.project import Amounts

_MAX_STATES = 200_000
"""Partial sums looked at before a table is too large to be decided; its lone numbers are then unplaced."""
_TOTAL = "total"
_FISCAL = "fiscal"

Vector = tuple[int, ...]


class Printed(NamedTuple):
    """A row's printed numbers (plain digits), and their columns where the cells tell."""

    numbers: tuple[str, ...]
    columns: tuple[str, ...] | None = None


class Placed(NamedTuple):
    """A row's amounts, and the columns that an unplaced number of it may stand in."""

    amounts: Amounts
    possible: tuple[str, ...] = ()


class Group(NamedTuple):
    """A funding column in use; `column` is None where it is not known which one."""

    amount: Decimal
    column: str | None


def place(
    columns: Sequence[str], grand: Printed | None, units: Sequence[tuple[Printed | None, Sequence[Printed]]]
) -> tuple[Placed | None, list[tuple[Placed | None, list[Placed]]]]:
    """Amounts of a grand total, of its units, and of their projects.

    `columns` are the amount columns in printed order; `units` pairs each unit row (None where there
    is none) with its projects.

    >>> projects = [Printed(("80.00", "80.00")), Printed(("1.00", "1.00"))]
    >>> grand = Printed(("81.00", "80.00", "1.00"))
    >>> columns = ("total", "fiscal", "special_account", "other")
    >>> total, [(_, placed)] = place(columns, grand, [(None, projects)])
    >>> placed[0].amounts.fiscal, placed[1].amounts.unplaced, placed[1].possible, total.amounts.unplaced
    ('80.00', ('1.00',), ('special_account', 'other'), ('1.00',))
    """
    placer = _Placer(columns)
    if grand is not None:
        groups = placer.groups(grand)
        unit_rows = [unit for unit, _ in units if unit is not None]
        options = placer.solve(groups, unit_rows)
        placed_units = iter(options)
        result: list[tuple[Placed | None, list[Placed]]] = []
        if unit_rows:
            for unit, projects in units:
                if unit is None:
                    result.append((None, placer.children(groups, None, projects)))
                    continue
                option = next(placed_units)
                result.append((placer.amounts(unit, groups, option), placer.children(groups, (unit, option), projects)))
        else:
            everything = [project for _, projects in units for project in projects]
            placed = iter(placer.children(groups, (grand, tuple(range(len(groups)))), everything))
            result = [(None, [next(placed) for _ in projects]) for _, projects in units]
        return placer.amounts(grand, groups, tuple(range(len(groups)))), result
    alone: list[tuple[Placed | None, list[Placed]]] = []
    for unit, projects in units:
        if unit is None:
            alone.append((None, [placer.amounts(project, [], None) for project in projects]))
            continue
        groups = placer.groups(unit)
        own = tuple(range(len(groups)))
        alone.append((placer.amounts(unit, groups, own), placer.children(groups, (unit, own), projects)))
    return None, alone


class _Placer:
    def __init__(self, columns: Sequence[str]) -> None:
        self.has_total = _TOTAL in columns
        self.parts = tuple(column for column in columns if column != _TOTAL)

    def split(self, row: Printed) -> tuple[str | None, tuple[str, ...]]:
        """The row's total and its other numbers."""
        if row.columns is not None:
            pairs = dict(zip(row.columns, row.numbers, strict=True))
            return pairs.get(_TOTAL), tuple(number for column, number in pairs.items() if column != _TOTAL)
        if not self.has_total:
            return None, row.numbers
        return (row.numbers[0], row.numbers[1:]) if row.numbers else (None, ())

    def exact(self, row: Printed) -> tuple[str, ...] | None:
        """Columns of the row's parts where position alone tells them."""
        if row.columns is not None:
            return tuple(column for column in row.columns if column != _TOTAL)
        parts = self.split(row)[1]
        return self.parts if len(parts) == len(self.parts) else None

    def groups(self, total: Printed) -> list[Group]:
        """Funding columns in use, as a printed total shows them."""
        parts = self.split(total)[1]
        known: Sequence[str | None] | None = self.exact(total)
        if known is None:
            first = self.parts[0] if self.parts and self.parts[0] == _FISCAL else None
            known = [first, *[None] * (len(parts) - 1)] if parts else []
        groups = [Group(Decimal(part), column) for part, column in zip(parts, known, strict=False)]
        return [group for group in groups if group.amount or group.column is None]

    def options(self, groups: Sequence[Group], row: Printed, allowed: Sequence[int]) -> list[tuple[int, ...]]:
        """Ways in which the row's parts can stand in the groups, in print order."""
        exact = self.exact(row)
        parts = self.split(row)[1]
        if exact is not None:
            by_column = {group.column: index for index, group in enumerate(groups) if group.column}
            filled = [column for column, part in zip(exact, parts, strict=False) if Decimal(part)]
            if all(column in by_column for column in filled):
                return [tuple(by_column[column] for column in filled)]
            return [()]
        return list(combinations(allowed, len(parts)))

    def solve(
        self,
        groups: Sequence[Group],
        rows: Sequence[Printed],
        target: Sequence[Decimal] | None = None,
        allowed: Sequence[int] | None = None,
    ) -> list[tuple[int, ...] | None]:
        """For each row the one option that the sums leave; None where they leave none or several."""
        allowed = range(len(groups)) if allowed is None else allowed
        options = [self.options(groups, row, allowed) for row in rows]
        if all(len(choice) <= 1 for choice in options):
            return [choice[0] if choice else None for choice in options]
        amounts = [group.amount for group in groups] if target is None else list(target)
        numbers = [*amounts, *(Decimal(part) for row in rows for part in self.split(row)[1])]
        scale = max(-int(number.as_tuple().exponent) for number in numbers)
        vectors = [
            [(option, self._vector(row, option, len(groups), scale)) for option in choice]
            for row, choice in zip(rows, options, strict=True)
        ]
        goal = tuple(int(amount.scaleb(scale)) for amount in amounts)
        for tolerance in (0, len(rows)):
            feasible = _feasible(vectors, goal, tolerance)
            if feasible is not None:
                return [next(iter(choice)) if len(choice) == 1 else None for choice in feasible]
        return [choice[0] if len(choice) == 1 else None for choice in options]

    def _vector(self, row: Printed, option: tuple[int, ...], width: int, scale: int) -> Vector:
        vector = [0] * width
        parts = [part for part in self.split(row)[1] if Decimal(part) or self.exact(row) is None]
        for group, part in zip(option, parts, strict=False):
            vector[group] += int(Decimal(part).scaleb(scale))
        return tuple(vector)

    def children(
        self, groups: Sequence[Group], parent: tuple[Printed, tuple[int, ...] | None] | None, rows: Sequence[Printed]
    ) -> list[Placed]:
        """Amounts of the projects under a total row that stands in the groups given."""
        total, allowed = parent or (None, None)
        if total is None or allowed is None:
            return [self.amounts(row, groups, None if len(groups) != 1 else self._only(groups, row)) for row in rows]
        target = [Decimal(0)] * len(groups)
        for group, part in zip(allowed, [p for p in self.split(total)[1] if Decimal(p)], strict=False):
            target[group] = Decimal(part)
        return [
            self.amounts(row, groups, option)
            for row, option in zip(rows, self.solve(groups, rows, target, allowed), strict=True)
        ]

    def _only(self, groups: Sequence[Group], row: Printed) -> tuple[int, ...] | None:
        options = self.options(groups, row, range(len(groups)))
        return options[0] if len(options) == 1 else None

    def amounts(self, row: Printed, groups: Sequence[Group], option: tuple[int, ...] | None) -> Placed:
        total, parts = self.split(row)
        placed: list[tuple[str, str | None]] = [(total, _TOTAL)] if total is not None else []
        exact = self.exact(row)
        possible = self.parts
        if exact is not None:
            placed += zip(parts, exact, strict=False)
        elif option is not None and len(option) == len(parts):
            placed += [(part, groups[group].column) for part, group in zip(parts, option, strict=True)]
            known = {group.column for group in groups}
            possible = tuple(column for column in self.parts if column not in known)
        else:
            placed += [(part, None) for part in parts]
        amounts = to_amounts(placed)
        return Placed(amounts, possible if amounts.unplaced else ())


def _feasible(
    rows: Sequence[Sequence[tuple[tuple[int, ...], Vector]]], goal: Vector, tolerance: int
) -> list[set[tuple[int, ...]]] | None:
    """Options of each row that occur in some choice for all rows that adds up to the goal."""
    if any(not options for options in rows):
        return None
    reached: list[set[Vector]] = [{(0,) * len(goal)}]
    looked_at = 1
    for options in rows:
        totals = {_add(state, vector) for state in reached[-1] for _, vector in options}
        following = {
            total
            for total in totals
            if all(value <= limit + tolerance for value, limit in zip(total, goal, strict=True))
        }
        looked_at += len(following)
        if not following or looked_at > _MAX_STATES:
            return None
        reached.append(following)
    alive = {
        state
        for state in reached[-1]
        if all(abs(value - limit) <= tolerance for value, limit in zip(state, goal, strict=True))
    }
    if not alive:
        return None
    result: list[set[tuple[int, ...]]] = []
    for options, states in zip(reversed(rows), reversed(reached[:-1]), strict=True):
        used: set[tuple[int, ...]] = set()
        before: set[Vector] = set()
        for state in states:
            for option, vector in options:
                if _add(state, vector) in alive:
                    used.add(option)
                    before.add(state)
        alive = before
        result.append(used)
    return result[::-1]


def _add(left: Vector, right: Vector) -> Vector:
    return tuple(a + b for a, b in zip(left, right, strict=True))
