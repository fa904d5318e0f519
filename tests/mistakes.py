"""Reading mistakes as models (and rules) make them, to be injected into a right reading.

Each takes a reading and a random generator and returns the changed reading, or None where it does
not apply (nothing to swap, nothing to drop). A changed reading always differs in what it says, not
only in white space or punctuation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

from extractor.ground.paths import COLUMNS, key, same_amount
from extractor.schemas.project import Indicator, ProjectReading

Mistake = Callable[[ProjectReading, random.Random], ProjectReading | None]

_DIGITS = re.compile(r"[0-9]+")
_VALUES = ("cycle_value", "annual_value")
_OTHER_GOAL = "完善城区口袋公园建设布局，全年新建口袋公园六处，提升周边居民休憩环境品质。"
_OTHER_UNIT = "云溪市白鹭区园林绿化服务中心"


def _with_indicators(reading: ProjectReading, indicators: list[Indicator]) -> ProjectReading:
    return reading.model_copy(update={"indicators": tuple(indicators)})


def _with_fields(reading: ProjectReading, changes: dict[int, dict[str, object]]) -> ProjectReading:
    indicators = [
        item.model_copy(update=changes[at]) if at in changes else item for at, item in enumerate(reading.indicators)
    ]
    return _with_indicators(reading, indicators)


def _values(reading: ProjectReading) -> list[tuple[int, str, str]]:
    return [
        (at, field, value)
        for at, item in enumerate(reading.indicators)
        for field in _VALUES
        if (value := getattr(item, field)) and key(value)
    ]


def drop_indicator(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not reading.indicators:
        return None
    items = list(reading.indicators)
    del items[rng.randrange(len(items))]
    return _with_indicators(reading, items)


def invent_indicator(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not reading.indicators:
        return None
    items = list(reading.indicators)
    made_up = rng.choice(items).model_copy(
        update={"number": len(items) + 1, "name": "绿色低碳宣教活动场次", "annual_value": "不少于37场次"}
    )
    items.insert(rng.randint(0, len(items)), made_up)
    return _with_indicators(reading, items)


def duplicate_indicator(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not reading.indicators:
        return None
    items = list(reading.indicators)
    at = rng.randrange(len(items))
    items.insert(rng.choice((at, len(items))), items[at])
    return _with_indicators(reading, items)


def merge_indicators(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if len(reading.indicators) < 2:
        return None
    items = list(reading.indicators)
    at = rng.randrange(len(items) - 1)
    first, second = items[at], items[at + 1]
    joined = "；".join(part for part in (first.annual_value, second.name, second.annual_value) if part)
    items[at : at + 2] = [first.model_copy(update={"annual_value": joined})]
    return _with_indicators(reading, items)


def paraphrase_value(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not (values := _values(reading)):
        return None
    at, field, value = rng.choice(values)
    return _with_fields(reading, {at: {field: f"应当做到{value}左右"}})


def paraphrase_name(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    named = [at for at, item in enumerate(reading.indicators) if item.name]
    if not named:
        return None
    at = rng.choice(named)
    return _with_fields(reading, {at: {"name": f"有关{reading.indicators[at].name}的情况"}})


def swap_values(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    """Two values of the same field change places between two indicators."""
    values = _values(reading)
    pairs = [
        (one, two)
        for one in values
        for two in values
        if one[0] < two[0] and one[1] == two[1] and key(one[2]) != key(two[2])
    ]
    if not pairs:
        return None
    one, two = rng.choice(pairs)
    return _with_fields(reading, {one[0]: {one[1]: two[2]}, two[0]: {two[1]: one[2]}})


def shift_values(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    """Every indicator gets the values of the next one."""
    items = reading.indicators
    moved = [*items[1:], *items[:1]]
    pairs = list(zip(items, moved, strict=True))
    if all(key(one.annual_value or "") == key(two.annual_value or "") for one, two in pairs):
        return None
    changes: dict[int, dict[str, object]] = {
        at: {field: getattr(two, field) for field in _VALUES} for at, (_, two) in enumerate(pairs)
    }
    return _with_fields(reading, changes)


def shift_amounts(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    values = [getattr(reading.amounts, column) for column in COLUMNS]
    moved = values[-1:] + values[:-1]
    if moved == values:
        return None
    amounts = reading.amounts.model_copy(update=dict(zip(COLUMNS, moved, strict=True)))
    return reading.model_copy(update={"amounts": amounts})


def wrong_digit_in_value(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    values = [value for value in _values(reading) if _DIGITS.search(value[2])]
    if not values:
        return None
    at, field, value = rng.choice(values)
    digits = rng.choice(list(_DIGITS.finditer(value)))
    changed = value[: digits.start()] + str(int(digits.group()) + 1) + value[digits.end() :]
    return _with_fields(reading, {at: {field: changed}})


def wrong_amount(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    columns = [column for column in COLUMNS if getattr(reading.amounts, column)]
    if not columns:
        return None
    column = rng.choice(columns)
    printed = Decimal(getattr(reading.amounts, column))
    changed = str(printed + rng.choice((Decimal("0.01"), Decimal(1), Decimal(10))))
    return reading.model_copy(update={"amounts": reading.amounts.model_copy(update={column: changed})})


def lose_amount(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    columns = [column for column in COLUMNS if getattr(reading.amounts, column)]
    if not columns:
        return None
    amounts = reading.amounts.model_copy(update={rng.choice(columns): None})
    return reading.model_copy(update={"amounts": amounts})


def truncate_name(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not reading.name or len(key(reading.name)) < 3:
        return None
    name = reading.name.rstrip()
    cut = name[:-2] if rng.random() < 0.5 else name[2:]
    return reading.model_copy(update={"name": cut}) if key(cut) != key(name) and key(cut) else None


def wrong_unit(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    return reading.model_copy(update={"unit": _OTHER_UNIT}) if reading.unit else None


def cut_goal(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not reading.goal or len(reading.goal) < 8:
        return None
    cut = reading.goal[: rng.randrange(len(reading.goal) // 2, len(reading.goal) - 2)]
    return reading.model_copy(update={"goal": cut}) if key(cut) != key(reading.goal) else None


def other_goal(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    return reading.model_copy(update={"goal": _OTHER_GOAL}) if reading.goal else None


def flip_withheld(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    return reading.model_copy(update={"withheld": not reading.withheld})


def wrong_code(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    coded = [at for at, item in enumerate(reading.indicators) if item.level2_code]
    if not coded:
        return None
    at = rng.choice(coded)
    code = key(reading.indicators[at].level2_code or "")
    return _with_fields(reading, {at: {"level2_code": rng.choice([c for c in ("11", "12", "13", "31") if c != code])}})


def renumber(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    numbered = [at for at, item in enumerate(reading.indicators) if item.number is not None]
    if not numbered:
        return None
    at = rng.choice(numbered)
    return _with_fields(reading, {at: {"number": len(reading.indicators) + rng.randint(2, 9)}})


def lose_value(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
    if not (values := _values(reading)):
        return None
    at, field, _ = rng.choice(values)
    return _with_fields(reading, {at: {field: None}})


MISTAKES: dict[str, Mistake] = {
    mistake.__name__: mistake
    for mistake in (
        drop_indicator,
        invent_indicator,
        duplicate_indicator,
        merge_indicators,
        paraphrase_value,
        paraphrase_name,
        swap_values,
        shift_values,
        shift_amounts,
        wrong_digit_in_value,
        wrong_amount,
        lose_amount,
        truncate_name,
        wrong_unit,
        cut_goal,
        other_goal,
        flip_withheld,
        wrong_code,
        renumber,
        lose_value,
    )
}

ONE_INDICATOR_FLAG = ("drop_indicator", "invent_indicator", "duplicate_indicator")
"""Mistakes that must show as one flag at one indicator, however long the list is."""


_WIDE = str.maketrans("0123456789%:;,()", "０１２３４５６７８９％：；，（）")
_NARROW = str.maketrans("％：；，（）“”", '%:;,()""')


def rewrite(text: str, rng: random.Random) -> str:
    """The same text as a careless copyist prints it: other width, wraps, blanks, a trailing stop."""
    text = text.translate(rng.choice((_WIDE, _NARROW, {})))
    if rng.random() < 0.5 and len(text) > 2:
        at = rng.randrange(1, len(text))
        text = text[:at] + rng.choice(("\n", " ", "\n  ")) + text[at:]
    return text + rng.choice(("", "", "。", "；", "。；"))


def rewrite_reading(reading: ProjectReading, rng: random.Random) -> ProjectReading:
    """A right answer in other clothes; nothing of it may be flagged."""

    def clothes(value: str | None) -> str | None:
        return rewrite(value, rng) if value else value

    def amount(value: str | None) -> str | None:
        return f"{Decimal(value):,}" if value and rng.random() < 0.5 else value

    amounts = reading.amounts.model_dump()
    changed = {column: amount(amounts[column]) for column in COLUMNS}
    assert all(value is None or same_amount(value, amounts[column]) for column, value in changed.items())
    texts = ("level1_code", "level1", "level2_code", "level2", "name", "cycle_value", "annual_value")
    indicators = [
        item.model_copy(update={field: clothes(getattr(item, field)) for field in texts}) for item in reading.indicators
    ]
    return ProjectReading.model_validate(
        reading.model_dump()
        | {field: clothes(getattr(reading, field)) for field in ("department", "unit", "name", "goal")}
        | {"amounts": amounts | changed, "indicators": [item.model_dump() for item in indicators]}
        | {"attributes": {label: rewrite(value, rng) for label, value in reading.attributes.items()}}
    )
