"""A layout as a TOML file that a person can read, edit and share."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from extractor.errors import OutputError
from extractor.schemas.layout import LayoutSpec

_ABOUT = {
    "headers": "A document that prints all of these has this layout.",
    "column_synonyms": "What the headings mean.",
    "item_numbers": "Item numbers as printed, N for the number.",
    "annual_labels": "These labels mean 年度指标值.",
    "cycle_labels": "These labels mean 实施周期指标值.",
    "unconfirmed": "A model wrote this; `extractor layouts confirm` takes the line away once you have checked it.",
    "total_words": "Rows of totals begin with these.",
}


def written(spec: LayoutSpec, source: str = "") -> str:
    """The text of a layout file; what is as by default is left out.

    >>> spec = LayoutSpec(name="a", title="事由表", source="grid", columns=("name", "goal"), total_words=("汇总",))
    >>> print(written(spec), end="")
    name = "a"
    title = "事由表"
    source = "grid"
    columns = ["name", "goal"]
    # Rows of totals begin with these.
    total_words = ["汇总"]
    """
    lines = [f"# Learnt from {_value(source)}. Edit it where it is wrong; use it with --layout.\n"] if source else []
    data = spec.model_dump(mode="json", exclude_defaults=True)
    tables = {key: value for key, value in data.items() if isinstance(value, dict)}
    lines += _pairs({key: value for key, value in data.items() if key not in tables})
    for key, table in tables.items():
        lines += ["\n", *([f"# {_ABOUT[key]}\n"] if key in _ABOUT else []), f"[{key}]\n", *_pairs(table)]
    return "".join(lines)


def write(spec: LayoutSpec, path: Path, source: str = "") -> None:
    """Write the layout in one step; OutputError where that is not possible."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(written(spec, source), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise OutputError(f"{path}: the layout cannot be written ({error.strerror})") from None


def _pairs(table: Mapping[str, object]) -> list[str]:
    return [f"{_comment(key)}{key} = {_value(value)}\n" for key, value in table.items()]


def _comment(key: str) -> str:
    return f"# {_ABOUT[key]}\n" if key in _ABOUT else ""


def _value(value: object) -> str:
    # A JSON string is a TOML string, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
