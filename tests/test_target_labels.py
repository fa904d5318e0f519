"""Printed values with the targets that people read in them: labels first, parser second.

data/targets.jsonl       invented values, {"text", "target"}: fields of schemas/target.py that are not at their default.
                         A `rest` is compared where the label has the key, `span` never. "holds_number": false where
                         numerals are printed and none of them is a target.
data/targets_blind.jsonl the same, written from the contract alone by someone who had not seen the parser.
data/targets_blind2.jsonl the same, written later by someone else who had not seen the parser, as bureaus print values.
data/real_targets.jsonl  every value of the real documents, {"sha256", "target"}: no text, the first 16 hex digits of
                         the hash of its UTF-8. A "formula" of true says that there is one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from extractor.run.one import extract_file
from extractor.schemas.target import Target
from extractor.settings import Settings
from extractor.text import squash

DATA = Path(__file__).parent / "data"
NUMBERS = ("low", "high", "start", "end")
COMPARED = ("operator", *NUMBERS, "unit", "per", "period", "average")
RECALL = 0.97
WORDS = 0.97
"""Least share of values whose kind, formula and rest are those of the label."""

TIMES = ("次", "回", "遍", "轮")
DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?|--\d\d(-\d\d)?|---\d\d")


@dataclass(frozen=True)
class Label:
    text: str
    target: Target
    raw: Mapping[str, Any]
    holds_number: bool = True


def _label(text: str, line: dict[str, Any]) -> Label:
    target = Target.model_validate_json(json.dumps(_with_words(line["target"])))
    return Label(text, target, line["target"], line.get("holds_number", True))


def _with_words(raw: dict[str, Any]) -> dict[str, Any]:
    """The label as the model takes it: a formula that is only said to be there gets a word."""
    changes: dict[str, Any] = {"formula": "printed"} if raw.get("formula") is True else {}
    if "items" in raw:
        changes["items"] = [_with_words(item) for item in raw["items"]]
    return raw | changes


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


OWN = ("targets.jsonl", "targets_blind.jsonl", "targets_blind2.jsonl")


@lru_cache
def own_labels(name: str) -> tuple[Label, ...]:
    return tuple(_label(line["text"], line) for line in _lines(name))


@lru_cache
def real_values(shared: Path) -> tuple[str, ...]:
    """Distinct cycle and annual values of the real documents, in print order."""
    settings = Settings.load({"model": "none", "cache": False}, environ={})
    files = sorted((shared / "documents").iterdir())
    assert files
    indicators = (
        indicator
        for file in files
        for record in extract_file(str(file), settings).records
        for indicator in record.project.indicators
    )
    values = dict.fromkeys(value for one in indicators for value in (one.cycle_value, one.annual_value) if value)
    return tuple(values)


def real_labels(shared: Path) -> tuple[Label, ...]:
    lines = {line["sha256"]: line for line in _lines("real_targets.jsonl")}
    return tuple(_label(text, lines[digest(text)]) for text in real_values(shared) if digest(text) in lines)


def leaves(target: Target) -> Iterator[Target]:
    """The target, or those of a list and of the lists in it."""
    if target.kind == "list":
        for item in target.items:
            yield from leaves(item)
    else:
        yield target


def published(target: Target) -> list[tuple[Any, ...]]:
    """Whatever holds a number or a date, with all that says what it is a number of."""
    return [
        tuple(getattr(leaf, field) for field in COMPARED)
        for leaf in leaves(target)
        if any(getattr(leaf, field) is not None for field in NUMBERS)
    ]


def shape(target: Target) -> Any:
    """Kinds; how often words between two numbers are cut apart does not count."""
    if target.kind != "list":
        return target.kind
    shapes = [shape(item) for item in target.items]
    merged = [one for i, one in enumerate(shapes) if one != "qualitative" or i == 0 or shapes[i - 1] != one]
    return (target.kind, *merged)


def bare(text: str | None) -> str:
    """Letters, digits and signs of measure: how the pieces of a rest are joined does not count."""
    return re.sub(r"[^\w%‰≥≤*]", "", text or "")


def words_differ(raw: Mapping[str, Any], target: Target) -> bool:
    """Whether a formula or a rest that the label gives is another one."""
    formula = raw.get("formula")
    if formula is True and not target.formula:
        return True
    if isinstance(formula, str) and squash(formula) != squash(target.formula or ""):
        return True
    if "rest" in raw and bare(raw["rest"]) != bare(target.rest):
        return True
    items = raw.get("items", ())
    if len(items) != len(target.items):  # words cut apart; their kinds are compared by shape
        return False
    return any(words_differ(item, found) for item, found in zip(items, target.items, strict=True))


def told(target: Target) -> str:
    return json.dumps(target.model_dump(mode="json", exclude_defaults=True, exclude={"span"}), ensure_ascii=False)


def difference(label: Label, found: Target) -> str:
    return f"{label.text!r}\n    label {told(label.target)}\n    found {told(found)}"


def _report(name: str, hits: int, of: int, differences: Sequence[str]) -> str:
    return "\n".join([f"{name} {hits}/{of} = {hits / of:.4f}", *differences])


def check_numbers(labels: Sequence[Label]) -> None:
    """Nothing published that the label does not have, nearly all of it found."""
    from extractor.targets import parse

    pairs = [(label, parse(label.text)) for label in labels]
    wrong = [
        difference(label, found)
        for label, found in pairs
        if published(found) and published(found) != published(label.target)
    ]
    missed = [
        difference(label, found)
        for label, found in pairs
        if published(label.target) and published(found) != published(label.target)
    ]
    publishing = sum(bool(published(found)) for _, found in pairs)
    holding = sum(bool(published(label.target)) for label in labels)
    assert publishing
    assert not wrong, _report("precision", publishing - len(wrong), publishing, wrong)
    assert holding - len(missed) >= RECALL * holding, _report("recall", holding - len(missed), holding, missed)


def check_words(labels: Sequence[Label]) -> None:
    from extractor.targets import parse

    pairs = [(label, parse(label.text)) for label in labels]
    differences = [
        difference(label, found)
        for label, found in pairs
        if shape(found) != shape(label.target) or words_differ(label.raw, found)
    ]
    agreed = len(pairs) - len(differences)
    assert agreed >= WORDS * len(pairs), _report("kind, formula and rest", agreed, len(pairs), differences)


@pytest.mark.parametrize("name", OWN)
def test_numbers_of_invented_values(name: str) -> None:
    check_numbers(own_labels(name))


@pytest.mark.parametrize("name", OWN)
def test_kinds_of_invented_values(name: str) -> None:
    check_words(own_labels(name))


def test_numbers_of_real_values(shared: Path) -> None:
    check_numbers(real_labels(shared))


def test_kinds_of_real_values(shared: Path) -> None:
    check_words(real_labels(shared))


def test_every_real_value_is_labelled_and_nothing_else(shared: Path) -> None:
    values = {digest(value): value for value in real_values(shared)}
    labelled = [line["sha256"] for line in _lines("real_targets.jsonl")]
    assert len(labelled) == len(set(labelled))
    assert [value for key, value in values.items() if key not in labelled] == []
    assert [key for key in labelled if key not in values] == []


@pytest.mark.parametrize(("name", "many"), list(zip(OWN, (400, 300, 250), strict=True)))
def test_invented_values_are_many_and_distinct(name: str, many: int) -> None:
    labels = own_labels(name)
    texts = [label.text for label in labels]
    assert len(texts) == len(set(texts))
    assert len(texts) >= many
    assert sum(bool(published(label.target)) for label in labels) >= 0.6 * len(labels)
    assert sum("rest" in json.dumps(label.raw) for label in labels) >= len(labels) / 4


@pytest.mark.parametrize("name", OWN)
def test_numerals_of_words_are_said_to_count_nothing(name: str) -> None:
    for label in own_labels(name):
        if label.target.kind == "qualitative":
            assert not (label.holds_number and re.search(r"\d", label.text)), label.text
        else:
            assert label.holds_number, label.text


@pytest.mark.parametrize("name", [*OWN, "real_targets.jsonl"])
def test_labels_keep_the_contract(name: str) -> None:
    lines = _lines(name)
    assert lines
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}: {line.get('text', line.get('sha256'))}"
        assert ("text" in line) is (name in OWN), where
        target = _label(line.get("text", ""), line).target
        if target.kind == "list":
            assert set(line["target"]) == {"kind", "items"}, where
            assert sum(bool(published(item)) for item in target.items) >= 2, where
        else:
            assert not target.items, where
        for leaf in leaves(target):
            _keeps_the_contract(leaf, where)


def _keeps_the_contract(leaf: Target, where: str) -> None:
    bounds = (leaf.low is not None, leaf.high is not None)
    dates = [date for date in (leaf.start, leaf.end) if date is not None]
    assert all(DATE.fullmatch(date) for date in dates), where
    assert (leaf.kind == "deadline") is bool(dates), where
    match leaf.kind:
        case "qualitative" | "withheld":
            assert leaf.model_dump(exclude={"kind", "rest"}, exclude_defaults=True) == {}, where
        case "deadline":
            assert bounds == (False, False), where
            expected = {"≤": (None, leaf.end), "≥": (leaf.start, None), None: (leaf.start, leaf.end)}
            assert (leaf.start, leaf.end) == expected[leaf.operator], where
            assert leaf.operator or len(dates) == 2, where
        case "range":
            assert leaf.operator is None, where
            assert bounds == (True, True), where
            assert (leaf.low or 0) < (leaf.high or 0), where
        case _:
            assert any(bounds) or leaf.kind == "formula", where
            _bounds_follow_the_operator(leaf, where)
    if leaf.kind == "frequency":
        assert (leaf.unit in TIMES, bool(leaf.period), leaf.average) == (True, True, False), where
    if leaf.kind == "number":
        assert leaf.unit not in TIMES or not leaf.period or leaf.average, where


def _bounds_follow_the_operator(leaf: Target, where: str) -> None:
    bounds = (leaf.low is not None, leaf.high is not None)
    match leaf.operator:
        case "≥" | ">":
            assert bounds == (True, False), where
        case "≤" | "<":
            assert bounds == (False, True), where
        case _ if any(bounds) and not (leaf.kind == "frequency" and leaf.operator is None):
            assert bounds == (True, True), where
            assert leaf.low == leaf.high, where
