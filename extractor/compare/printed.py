"""A reading's values as the source prints them, and an indicator as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractor.ground import Grounding
from extractor.ground.paths import COLUMNS, INDICATOR_FIELDS
from extractor.schemas.paths import attribute, indicator_attribute, indicator_prefix
from extractor.schemas.project import Indicator, ProjectReading, plain_amount
from extractor.text import Squashed, fold


def printed_value(value: str, path: str, grounding: Grounding, view: Squashed) -> str:
    """`value` as the source prints it; how it wraps and where it has blanks is the reader's to say."""
    place = grounding.places.get(path)
    if place is None or path in grounding.pieces:
        return value
    if path.startswith("amounts.") and not path.endswith(".label"):
        return plain_amount(fold(view.text[slice(*place)]))
    printed = view.value(*place)
    return value if "".join(printed.split()) == "".join(value.split()) else printed


def as_printed(reading: ProjectReading, grounding: Grounding, view: Squashed) -> ProjectReading:
    def printed(path: str, value: Any) -> Any:
        return printed_value(value, path, grounding, view) if isinstance(value, str) else value

    def several(prefix: str, values: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
        return {field: printed(prefix + field, values[field]) for field in fields}

    amounts = reading.amounts
    return reading.model_copy(
        update={
            **several("", reading.__dict__, ("department", "unit", "name", "goal")),
            "amounts": amounts.model_copy(
                update={
                    **several("amounts.", amounts.__dict__, COLUMNS),
                    "unplaced": tuple(
                        printed(f"amounts.unplaced[{i}]", value) for i, value in enumerate(amounts.unplaced)
                    ),
                    "breakdown": tuple(
                        line.model_copy(update=several(f"amounts.breakdown[{i}].", line.__dict__, ("label", "amount")))
                        for i, line in enumerate(amounts.breakdown)
                    ),
                }
            ),
            "indicators": tuple(
                indicator.model_copy(
                    update={
                        **several(indicator_prefix(i), indicator.__dict__, INDICATOR_FIELDS),
                        "attributes": {
                            label: printed(indicator_attribute(i, label), value)
                            for label, value in indicator.attributes.items()
                        },
                    }
                )
                for i, indicator in enumerate(reading.indicators)
            ),
            "attributes": {label: printed(attribute(label), value) for label, value in reading.attributes.items()},
        }
    )


def described(indicator: Indicator) -> str:
    """An indicator in one line, for a person.

    >>> described(Indicator(number=2, level2_code="12", level2="质量指标", name="验收率", annual_value="100%"))
    '2、12-质量指标；验收率；100%'
    """
    codes = ((indicator.level1_code, indicator.level1), (indicator.level2_code, indicator.level2))
    labels = ["-".join(part for part in pair if part) for pair in codes]
    one = indicator
    rest = (one.name, one.operator, one.cycle_value, one.annual_value, one.measure_unit, one.weight)
    parts = [part for part in (*labels, *rest) if part]
    return ("" if one.number is None else f"{one.number}、") + "；".join(parts)
