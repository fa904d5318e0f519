"""What the report says in numbers. Money is Decimal, in yuan.

Only projects that stand as `counted` are added up; every other project is counted in `Figures.standings`, so that the
parts always make up the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from extractor.normalize.funding import PARTS
from extractor.normalize.standing import STANDINGS, Standing
from extractor.report.arithmetic import PartsLine, SumLine
from extractor.report.targets import Kind
from extractor.schemas.record import INFORMATION, FlagCode, NormalizedCategory

ANY_SUM = 60
"""Digits of a sum; an amount has 26 at most, and Python would round to 28."""


@dataclass(slots=True)
class Tally:
    """A sum in yuan and the number of projects that it adds up."""

    yuan: Decimal = Decimal(0)
    projects: int = 0

    def add(self, yuan: Decimal) -> None:
        self.yuan += yuan
        self.projects += 1


@dataclass(slots=True)
class Group:
    """Projects that have something in common: a unit, a year, a division.

    `projects` are all of them but for repeats, `total` the counted ones. `parts` are the counted ones' money by source,
    after the rule of `extractor.normalize.funding.by_source`; they add up to the total.
    """

    name: str | None
    detail: str | None = None
    projects: int = 0
    total: Tally = field(default_factory=Tally)
    parts: dict[str, Tally] = field(default_factory=lambda: {part: Tally() for part in PARTS})
    withheld: Tally = field(default_factory=Tally)
    withheld_projects: int = 0
    position: int = 0

    def add(self, yuan: Decimal | None, parts: Mapping[str, Decimal], *, withheld: bool) -> None:
        self.projects += 1
        self.withheld_projects += withheld
        if yuan is None:
            return
        self.total.add(yuan)
        if withheld:
            self.withheld.add(yuan)
        for part, amount in parts.items():
            self.parts[part].add(amount)


@dataclass(slots=True)
class FundingSum:
    """A funding column beyond the four (一般公共预算, 上年结转 …), over all documents that print it."""

    term: str
    source: str | None
    level: str | None
    basis: str
    total: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Category:
    """Indicators of one category of the taxonomy, by how specific their targets are."""

    level1: NormalizedCategory | None
    level2: NormalizedCategory | None
    projects: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)

    @property
    def indicators(self) -> int:
        return self.kinds.total()


@dataclass(slots=True)
class Flagged:
    """One code: how often it was raised, and on how many projects and documents."""

    code: FlagCode
    flags: int = 0
    projects: int = 0
    documents: int = 0

    @property
    def is_information(self) -> bool:
        return self.code in INFORMATION


@dataclass(slots=True)
class DocumentRow:
    """One input file."""

    file: str
    title: str | None
    department: str | None
    fiscal_year: int | None
    amount_unit: str | None
    status: str
    reason: str | None
    same_as: str | None
    blocks: int
    failed: int
    decisions: int
    total: Tally = field(default_factory=Tally)
    also: Counter[int] = field(default_factory=Counter)
    """How many of its counted projects stand in an earlier document as well, by that document."""


@dataclass(frozen=True, slots=True)
class Large:
    """One of the largest projects; `position` is its place among all projects of the report."""

    position: int
    id: str
    name: str | None
    unit: str | None
    document: int
    place: str
    yuan: Decimal
    withheld: bool
    decisions: int


@dataclass(slots=True)
class Figures:
    """Everything that the report says in numbers."""

    whole: Group = field(default_factory=lambda: Group(None))
    standings: dict[Standing, Tally] = field(default_factory=lambda: {standing: Tally() for standing in STANDINGS})
    withheld: dict[Standing, int] = field(default_factory=lambda: dict.fromkeys(STANDINGS, 0))
    documents: list[DocumentRow] = field(default_factory=list)
    units: list[Group] = field(default_factory=list)
    years: list[Group] = field(default_factory=list)
    divisions: list[Group] = field(default_factory=list)
    lines: list[FundingSum] = field(default_factory=list)
    lines_unknown: int = 0
    by_breakdown: int = 0
    """Counted projects whose sources are known from other funding columns only."""
    unplaced: Tally = field(default_factory=Tally)
    """Amounts in yuan whose column is not known, in no total; `projects` are those that print them."""
    elsewhere: Tally = field(default_factory=Tally)
    """Counted projects that an earlier document prints as well: same unit, name, year and total."""
    withheld_zero: int = 0
    """Counted projects that are withheld and print a total of nothing."""
    categories: list[Category] = field(default_factory=list)
    kinds: Counter[Kind] = field(default_factory=Counter)
    without_indicators: int = 0
    with_indicators: int = 0
    flags: list[Flagged] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    largest: list[Large] = field(default_factory=list)
    sums: list[SumLine] = field(default_factory=list)
    parts: list[PartsLine] = field(default_factory=list)

    @property
    def projects(self) -> int:
        """Projects found; the standings add up to it."""
        return sum(tally.projects for tally in self.standings.values())

    @property
    def indicators(self) -> int:
        return self.kinds.total()


def folded(groups: Sequence[Group], limit: int) -> tuple[Sequence[Group], Group | None]:
    """The first groups, and all others as one, so that nothing is missing from the sum."""
    if len(groups) <= limit:
        return groups, None
    rest = Group(None)
    with localcontext(prec=ANY_SUM):
        for group in groups[limit:]:
            rest.projects += group.projects
            rest.withheld_projects += group.withheld_projects
            for mine, other in zip(_tallies(rest), _tallies(group), strict=True):
                mine.yuan += other.yuan
                mine.projects += other.projects
    return groups[:limit], rest


def _tallies(group: Group) -> list[Tally]:
    return [group.total, group.withheld, *group.parts.values()]
