"""Printed names of departments and units under their keys, and names that a person may know to be the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from extractor.names.aliases import Aliases
from extractor.names.alike import look_alikes, ratio
from extractor.names.divisions import division_of
from extractor.names.keys import Field
from extractor.names.stems import place_before, without_place

LEAST_ALIKE = 0.75
_ITSELF = "unit-itself"
_SUFFIX = "本级"

Why = Literal["place", "itself", "alike"]


class Printed(NamedTuple):
    """One project's printed names, and the document that prints them."""

    unit: str | None
    department: str | None
    title: str | None
    file: str


@dataclass(frozen=True, slots=True)
class Form:
    """One printed form of a name, the rules that lead from it to the key, and how many projects print it."""

    printed: str
    rules: tuple[str, ...]
    projects: int


@dataclass(frozen=True, slots=True)
class Group:
    """All printed forms of one key in one division.

    `both`: one document prints the unit with 本级 and without, as if they were two; look whether they are.
    """

    field: Field
    key: str
    division: str | None
    forms: tuple[Form, ...]
    both: bool

    @property
    def projects(self) -> int:
        return sum(form.projects for form in self.forms)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two keys of one division that may be one body: `why` is what they differ in."""

    field: Field
    division: str | None
    keys: tuple[str, str]
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class Listing:
    groups: tuple[Group, ...]
    proposals: tuple[Proposal, ...]


def list_names(printed: Iterable[Printed], aliases: Aliases | None = None) -> Listing:
    """The names of many projects, grouped and compared."""
    aliases = aliases or Aliases()
    counts: Counter[tuple[Field, str, str | None, str, tuple[str, ...]]] = Counter()
    with_suffix: dict[tuple[str, str | None], dict[bool, set[str]]] = defaultdict(lambda: {True: set(), False: set()})
    for names, projects in Counter(printed).items():
        division = division_of(*names)
        code = division.code if division else None
        fields: tuple[tuple[Field, str | None], ...] = (("department", names.department), ("unit", names.unit))
        for field, text in fields:
            found = aliases.key(field, text, code)
            if found is None or text is None:
                continue
            counts[field, found.text, code, text, found.rules] += projects
            if field == "unit":
                with_suffix[found.text, code][_ITSELF in found.rules].add(names.file)
    forms: dict[tuple[Field, str, str | None], list[Form]] = defaultdict(list)
    for (kind, key, code, printed_as, rules), projects in sorted(counts.items(), key=lambda one: (-one[1], one[0][3])):
        forms[kind, key, code].append(Form(printed_as, rules, projects))
    groups = tuple(
        Group(field, key, code, tuple(found), field == "unit" and _both(with_suffix[key, code]))
        for (field, key, code), found in sorted(forms.items(), key=lambda one: (one[0][0], one[0][2] or "", one[0][1]))
    )
    return Listing(groups, tuple(sorted(_proposals(groups), key=lambda one: (-one.score, one.field, one.keys))))


def _both(files: dict[bool, set[str]]) -> bool:
    return bool(files[True] & files[False])


def _proposals(groups: Iterable[Group]) -> Iterator[Proposal]:
    keys: dict[tuple[Field, str | None, str], list[str]] = defaultdict(list)
    for group in groups:
        # Where no division is known, what is printed like one keeps the names of two places apart.
        keys[group.field, group.division, "" if group.division else place_before(group.key)].append(group.key)
    for (field, division, _), names in keys.items():
        bare = [without_place(name) for name in names]
        for i, j in look_alikes(bare, bare, LEAST_ALIKE):
            if i < j:
                yield _proposal(field, division, (names[i], names[j]), (bare[i], bare[j]))


def _proposal(field: Field, division: str | None, keys: tuple[str, str], bare: tuple[str, str]) -> Proposal:
    one, two = bare
    if one == two:
        return Proposal(field, division, keys, 0.98, "place")
    if one.removesuffix(_SUFFIX) == two.removesuffix(_SUFFIX):
        return Proposal(field, division, keys, 0.95, "itself")
    return Proposal(field, division, keys, ratio(one, two), "alike")
