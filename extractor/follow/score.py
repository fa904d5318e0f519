"""How much two printed projects look like one: a score, and the reasons for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from extractor.follow.known import Known
from extractor.names.alike import ratio
from extractor.names.stems import Stem, bodies_of, place_before, stem, without_place

NAME, AMOUNT, YEAR = 0.80, 0.15, 0.05
"""Weights of the three; what is unknown on one side is left out of the sum."""
LEAST_ALIKE = 0.6
"""Names less alike than this are two names, whatever else agrees."""
_SAME_STEM, _SAME_CORE, _ALIKE, _ONE_NUMBERED = 0.95, 0.92, 0.9, 0.85
_TELLING = 8
"""Characters from which on a name says by itself which project is meant."""

ReasonCode = Literal[
    "same_record",
    "same_name",
    "same_stem",
    "same_core",
    "alike_name",
    "same_unit",
    "same_unit_in_place",
    "other_unit",
    "unit_unknown",
    "same_amount",
    "amount",
    "amount_unknown",
    "years",
]


class Reason(NamedTuple):
    """Why: a code of words.toml, and the number that goes with it (a share, or years)."""

    code: ReasonCode
    value: float | None = None


class Score(NamedTuple):
    """0 to 1; the same for (a, b) and (b, a)."""

    value: float
    why: tuple[Reason, ...]


def stem_of(known: Known) -> Stem:
    """The lasting part of the project's name."""
    return stem(known.name or "", bodies_of(known.unit, known.department))


def score(old: Known, new: Known, *, elsewhere: bool = False) -> Score | None:
    """How much two projects look like one; None where their names are two names.

    The name weighs most, then the amount, then the years between them; another unit takes a share off. `elsewhere`:
    the two may be in two places, and name them.
    """
    if old.id == new.id and old.name_key == new.name_key:
        return Score(1.0, (Reason("same_record"),))
    name = _names(old, new, elsewhere)
    if name is None:
        return None
    share, unit = _units(old, new, elsewhere=elsewhere, same_name=name[1].code == "same_name")
    amount, money = _amounts(old.total, new.total)
    parts = [(NAME, name[0]), (AMOUNT, amount), (YEAR, _years(old.year, new.year))]
    known = [(weight, part) for weight, part in parts if part is not None]
    value = sum(weight * part for weight, part in known) / sum(weight for weight, _ in known)
    why = [name[1], unit, money]
    if old.year is not None and new.year is not None and old.year != new.year:
        why.append(Reason("years", abs(new.year - old.year)))
    return Score(round(value * share, 4), tuple(why))


def _names(old: Known, new: Known, elsewhere: bool) -> tuple[float, Reason] | None:
    if not old.name_key or not new.name_key:
        return None
    if old.name_key == new.name_key:
        return 1.0, Reason("same_name")
    one, two = stem_of(old), stem_of(new)
    if one.is_code or two.is_code:
        return None
    places = {place for text in (one.text, two.text) if (place := place_before(text, guess=False))}
    if len(places) > 1 and not elsewhere:
        return None  # 番禺区道路改造 and 黄埔区道路改造
    if one.text == two.text or without_place(one.text, guess=False) == without_place(two.text, guess=False):
        return _SAME_STEM, Reason("same_stem")
    if one.core == two.core:
        return _SAME_CORE, Reason("same_core")
    if one.numbers != two.numbers and one.numbers and two.numbers:
        return None  # 二期 and 三期, 行财06 and 行财07
    alike = max(ratio(one.text, two.text), ratio(one.core, two.core))
    if one.numbers != two.numbers:
        alike *= _ONE_NUMBERED
    return (alike * _ALIKE, Reason("alike_name", round(alike, 4))) if alike >= LEAST_ALIKE else None


def _units(old: Known, new: Known, *, elsewhere: bool, same_name: bool) -> tuple[float, Reason]:
    """What is left of the score where the units are not the same."""
    one, two = old.unit_key or old.department_key, new.unit_key or new.department_key
    if one is None or two is None:
        return 0.9, Reason("unit_unknown")
    if one == two:
        return 1.0, Reason("same_unit")
    bare_one, bare_two = without_place(one), without_place(two)
    if bare_one == bare_two and not elsewhere and old.division is not None and old.division == new.division:
        return 0.98, Reason("same_unit_in_place")
    places = {place for place in (place_before(one), place_before(two)) if place}
    is_elsewhere = len(places) > 1 and None in {old.division, new.division}
    alike = 0.0 if is_elsewhere else ratio(bare_one, bare_two)
    share = 0.5 + 0.5 * alike
    same_department = old.department_key is not None and old.department_key == new.department_key
    if same_name and len(old.name_key or "") >= _TELLING and (same_department or old.total == new.total is not None):
        share = max(share, 0.85)  # it may have gone over to another unit
    return share, Reason("other_unit", round(alike, 4))


def _amounts(old: Decimal | None, new: Decimal | None) -> tuple[float | None, Reason]:
    if old is None or new is None:
        return None, Reason("amount_unknown")
    if old == new:
        return 1.0, Reason("same_amount")
    if old <= 0 or new <= 0:
        return 0.0, Reason("amount")
    share = float(min(old, new) / max(old, new))
    return share, Reason("amount", round(share, 4))


def _years(old: int | None, new: int | None) -> float | None:
    if old is None or new is None:
        return None
    return max(0.0, 1.0 - 0.3 * max(0, abs(new - old) - 1))
