"""The cell reader's say on a reading of others: by support, not by a reading of its own.

It finds the cell in which a value stands, and asks how likely that cell holds such a value. So a reader that knows
cells can bear out money, bodies and categories without ever having to put a project together.

A vote is `same` where the cell is likely (`SURE`) what it was read as, and stands where it belongs: an indicator's
value in the row of its name, its category over that row. It is `other` where the cell is very unlikely (`UNLIKELY`)
that and likely something else; where another cell, which nobody read, is likely the value. Anything else is `unsure`,
so also a value that leaves out a part of its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from extractor.schemas import paths
from extractor.schemas.document import Block
from extractor.schemas.project import Indicator, ProjectReading
from extractor.schemas.record import Span
from extractor.tagger.cells.roles import MONEY, ROLES, other, value
from extractor.tagger.cells.seen import Place, Seen
from extractor.text import squash

SURE, UNLIKELY, RIVAL, SEEN = 0.5, 0.1, 0.6, 0.65
"""How likely a cell is what it was read as; is not; is something else; is what nobody read."""

Verdict = Literal["same", "other", "unsure", "body"]
"""`body`: the value is a part of a cell that holds goal and indicators in one piece; who reads characters reads it."""

_OF_PROJECT: Mapping[str, tuple[int, ...]] = {
    "department": (value("department"), value("ministry"), other("sum_label")),
    "unit": (value("unit"), other("sum_label")),
    "name": (value("name"),),
    "goal": (value("goal"),),
    **{paths.amount(field): (value(field),) for field in ("total", "fiscal", "special_account", "other")},
}
_FUNDING = (value("breakdown"), value("several_money"), value("fiscal"), value("other"), value("total"))
_OF_INDICATOR: Mapping[str, tuple[int, ...]] = {
    "number": (value("number"), value("indicator"), value("level2"), value("level1")),
    "level1_code": (value("level1"),),
    "level1": (value("level1"),),
    "level2_code": (value("level2"),),
    "level2": (value("level2"),),
    "name": (value("indicator"),),
    "cycle_value": (value("cycle"),),
    "annual_value": (value("annual"),),
    "operator": (value("operator"),),
    "measure_unit": (value("measure"),),
    "weight": (value("weight"),),
}
_ELSEWHERE = tuple(
    index
    for index, role in enumerate(ROLES)
    if role not in ("name", "goal", "total", "fiscal", "special_account", "other", "indicator", "annual")
)
"""What a value that no field takes may be."""
_CONTINUED, _BODY = other("continuation"), other("body")
_NO_RIVALS = frozenset((_CONTINUED, other("text"), _BODY))
_TWINS, _PERIODS = ("cycle_value", "annual_value"), frozenset((value("cycle"), value("annual")))
"""Of twin columns with one heading, each looks like the other."""
_NO_RIVALS_OF_LABELS = _NO_RIVALS | {other("group"), other("heading")}
"""What says where a text stands and not what it is: a cell that looks like it may be any value, or any category."""
_ALIKE = frozenset(map(value, (*MONEY, "several_money")))
_ALL_MONEY = _ALIKE | {value("breakdown"), other("sum_money")}
_SURE_OF_ALIKE = 0.95
"""Whose money an amount is, the words of a label say more than its place: it takes more to dispute it."""
_DIGIT = re.compile("[0-9]")
_NAMED_ABOVE = ("department", "unit")
_BODIES = (value("department"), value("unit"), value("ministry"), other("sum_label"), other("heading"))
"""What a line or a row that names a body may be: above a table one looks like the other."""
_ROW_FIELDS = ("annual_value", "cycle_value", "operator", "measure_unit", "weight")
_LABELS = ("level1", "level2", "level1_code", "level2_code")


class Vote(NamedTuple):
    """Its say on the value at `path`: `seen` is the role that it sees instead, `text` and `span` what it would read."""

    path: str
    verdict: Verdict
    seen: str = ""
    text: str | None = None
    span: Span | None = None


def votes(seen: Seen, block: Block, project: ProjectReading, spans: Mapping[str, Span]) -> list[Vote]:
    """The votes on a project's values, and on what it does not read; empty where the block has no cells."""
    return list(_Ballot(seen, block, project, spans).all())


class _Ballot:
    """The votes on one project."""

    def __init__(self, seen: Seen, block: Block, project: ProjectReading, spans: Mapping[str, Span]) -> None:
        self.seen, self.project, self.spans = seen, project, spans
        self.inside = seen.within(block.start, block.end)
        self.read: dict[Place, set[str]] = {}
        """Which values a cell was read for."""
        for path, span in spans.items():
            for place in seen.under(span):
                self.read.setdefault(place, set()).add(path)

    def all(self) -> Iterator[Vote]:
        if not self.inside:
            return
        for path, roles in _OF_PROJECT.items():
            yield from self._field(path, roles, _value(self.project, path))
        for index, line in enumerate(self.project.amounts.breakdown):
            vote = self._on(paths.funding_amount(index), line.amount, _FUNDING)
            # The label is what the amount stands under: there is no say on it of its own.
            yield from (vote, Vote(paths.funding_label(index), "same" if vote.verdict == "same" else "unsure"))
        others = [(paths.attribute(label), text) for label, text in self.project.attributes.items()]
        for index, one in enumerate(self.project.indicators):
            others += [(paths.indicator_attribute(index, label), text) for label, text in one.attributes.items()]
        for path, text in others:
            vote = self._on(path, text, _ELSEWHERE)
            # That a field has another value is said where that value stands.
            yield vote._replace(verdict="unsure", seen="") if vote.verdict == "other" else vote
        yield from self._indicators()

    def _field(self, path: str, roles: tuple[int, ...], printed: str | None) -> Iterator[Vote]:
        """A value of the project, or that it has none."""
        if printed is not None:
            yield self._on(path, printed, roles)
            return
        for place in self.inside:
            if self.seen.likely(place, roles[:1]) >= SEEN and self._may_be(place, path):
                yield Vote(path, "other", path, self.seen.text(place), self.seen.span(place))
                return

    def _may_be(self, place: Place, path: str) -> bool:
        """Whether a cell may print the value that nobody read: not where it was read for one of the same kind, nor,
        but for money and goals, where it was read under another label; nor a stroke in place of money."""
        taken = self.read.get(place, set())
        if paths.is_amount(path):
            return _DIGIT.search(self.seen.text(place)) is not None and not any(map(paths.is_amount, taken))
        return not taken or (path == "goal" and all(map(paths.is_attribute, taken)))

    def _on(self, path: str, printed: object, roles: Sequence[int], row_of: Place | None = None) -> Vote:
        """A printed value."""
        span = self.spans.get(path)
        places = self.seen.under(span) if span else []
        if not places:
            return Vote(path, "unsure")
        worst, sees = 2.0, ""
        verdict: Verdict = "same"
        for place in places:
            accepted = _BODIES if path in _NAMED_ABOVE and self.seen.is_line(place) else roles
            support = self.seen.likely(place, (*accepted, _CONTINUED) if len(places) > 1 else accepted)
            if support < worst:
                worst = support
                best = self.seen.best(place)
                if best == _BODY and (
                    path == "goal" or (paths.indicator_of(path) is not None and not paths.is_attribute(path))
                ):
                    return Vote(path, "body")
                sees = ROLES[best]
                field = path.rpartition(".")[2]
                none = _NO_RIVALS_OF_LABELS if field in _LABELS else _NO_RIVALS
                if field in _TWINS:
                    none |= _PERIODS
                rival = self._rival(place, path, roles, best, none)
                verdict = _verdict(support, rival)
        if verdict == "same" and row_of is not None and not self._belongs(path, places, row_of):
            return Vote(path, "other", "row")
        if (
            verdict == "same"
            and isinstance(printed, str)
            and len(places) == 1
            and path.endswith(("goal", "name", "unit", "department", "annual_value", "cycle_value"))
        ):
            verdict = self._whole(self.seen.text(places[0]), printed)
        if verdict == "other":
            return Vote(path, "other", sees, None, span)
        return Vote(path, verdict)

    def _rival(self, place: Place, path: str, roles: Sequence[int], best: int, none: frozenset[int]) -> float:
        """How likely a cell is something else that tells against what it was read as."""
        if best in none:
            return 0.0
        if not path.startswith(paths.AMOUNTS) and best in _ALL_MONEY:
            # Whose money it is does not matter to what is no money.
            return self.seen.likely(place, _ALL_MONEY.difference(roles))
        rival = self.seen.likely(place, (best,))
        return 0.0 if best in _ALIKE and rival < _SURE_OF_ALIKE else rival

    def _whole(self, cell: str, printed: str) -> Verdict:
        """Whether a value is all that its cell prints, a label before it and a stop behind it aside."""
        whole, part = squash(cell), squash(printed)
        at = whole.find(part)
        if at < 0:
            return "unsure"
        before, behind = whole[:at], whole[at + len(part) :].strip("。;,、.")
        if not behind and (not before or before[-1] in ":、.)-]】" or (before.isalnum() and len(before) < 25)):
            return "same"
        return "unsure"

    def _belongs(self, path: str, places: Sequence[Place], name: Place) -> bool:
        """Whether a value stands in the row of its indicator's name, a category over it."""
        rows = self.seen.rows(name)
        field = path.rpartition(".")[2]
        for place in places:
            if place.grid != name.grid:
                return False
            own = self.seen.rows(place)
            if field in _LABELS:
                if own.start > rows.start or self._another_between(place, rows.start):
                    return False
            elif own.start >= rows.stop or rows.start >= own.stop:
                return False
        return True

    def _another_between(self, place: Place, row: int) -> bool:
        """Whether another category of the same column stands between a category and a row below it."""
        column, first = self.seen.column(place), self.seen.rows(place).start
        best = self.seen.best(place)
        return any(
            one.grid == place.grid
            and self.seen.column(one) == column
            and first < self.seen.rows(one).start <= row
            and self.seen.best(one) == best
            for one in self.inside
        )

    def _indicators(self) -> Iterator[Vote]:
        named: set[Place] = set()
        rows: set[tuple[Place, ...]] = set()
        by_row: dict[tuple[int, int], list[Place]] = {}
        for place in self.inside:
            for row in self.seen.rows(place):
                by_row.setdefault((place.grid, row), []).append(place)
        for index, one in enumerate(self.project.indicators):
            path = paths.indicator(index, "name")
            span = self.spans.get(path)
            names = self.seen.under(span) if span else []
            named.update(names)
            value_span = self.spans.get(paths.indicator(index, "annual_value"))
            own = (*names, *(self.seen.under(value_span) if value_span else ()))
            if names and own in rows and self.seen.best(names[0]) != _BODY:  # the same cells once more
                yield Vote(paths.indicator(index), "other", "row")
            rows.add(own)
            anchor = names[0] if names else None
            yield from self._indicator(index, one, anchor, by_row)
        yield from self._unread(named)

    def _indicator(
        self, index: int, one: Indicator, name: Place | None, by_row: Mapping[tuple[int, int], list[Place]]
    ) -> Iterator[Vote]:
        for field, roles in _OF_INDICATOR.items():
            printed = getattr(one, field)
            path = paths.indicator(index, field)
            if printed is not None:
                yield self._on(path, printed, roles, name if field not in ("name", "number") else None)
            elif name is not None and field in _ROW_FIELDS:
                for place in by_row.get((name.grid, self.seen.rows(name).start), ()):
                    if self.seen.likely(place, roles) >= SEEN and place not in self.read:
                        yield Vote(path, "other", field, self.seen.text(place), self.seen.span(place))
                        break

    def _unread(self, named: set[Place]) -> Iterator[Vote]:
        """Indicators that nobody read; not such as are printed twice, for two periods."""
        count = len(self.project.indicators)
        known = {squash(one.name) for one in self.project.indicators if one.name}
        for place in self.inside:
            if squash(self.seen.text(place)) in known:
                continue
            if place not in named and self.seen.likely(place, (value("indicator"),)) >= SEEN and place not in self.read:
                yield Vote(paths.indicator(count), "other", "indicator", self.seen.text(place), self.seen.span(place))
                count += 1


def _value(project: ProjectReading, path: str) -> str | None:
    if path.startswith(paths.AMOUNTS):
        return getattr(project.amounts, path.removeprefix(paths.AMOUNTS))  # type: ignore[no-any-return]
    return getattr(project, path)  # type: ignore[no-any-return]


def _verdict(support: float, rival: float) -> Verdict:
    if support >= SURE:
        return "same"
    return "other" if support < UNLIKELY and rival >= RIVAL else "unsure"


__all__ = ["RIVAL", "SEEN", "SURE", "UNLIKELY", "Verdict", "Vote", "votes"]
