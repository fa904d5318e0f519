"""Whole runs with mistakes put into the rules' reading, an endpoint that replays labels, and who notices."""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from extractor import rules
from extractor.builtin import SecondReader, is_read
from extractor.compare.align import align
from extractor.compare.printed import described
from extractor.golden import Case
from extractor.ground.paths import INDICATOR_FIELDS, Leaf, indicator_paths, key, leaves
from extractor.layouts import CompiledLayout
from extractor.model.asking import Bill, bill
from extractor.pipeline import cut
from extractor.readers import read
from extractor.rules import RulesReading
from extractor.rules.items import Place
from extractor.run.batch import run
from extractor.run.inputs import Input
from extractor.schemas.document import Block
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import DocumentLine, Flag, Record
from extractor.settings import BUILTIN, Settings
from extractor.store import RunStore
from extractor.store.folder import DATABASE
from extractor.text import Squashed
from tests.mistakes import Mistake
from tests.servers import Reply, Request, block_of, completion

_TOKEN = re.compile(r"[A-Za-z_]+|[0-9]{1,3}|\S")

# The endpoint


def labels_by_text(cases: Iterable[Case]) -> dict[str, ProjectReading]:
    """The labelled reading of every block by the block's text."""
    labels: dict[str, ProjectReading] = {}
    for case in cases:
        blocks = cut(read(str(case.source))).chunks.blocks
        labels |= {block.content.text: one for block, one in zip(blocks, case.label.projects, strict=True)}
    return labels


def replaying(labels: Mapping[str, ProjectReading]) -> Callable[[Request], Reply]:
    """Answers with the label of the block; tokens are counted over all that goes over the wire."""

    def reply(request: Request) -> Reply:
        answer = labels[block_of(request)].model_dump_json()
        sent = (message["content"] for message in request.body["messages"])
        schema = json.dumps(request.body.get("tools", ""), ensure_ascii=False)
        return completion(calls=(answer,), tokens=(sum(map(tokens, (*sent, schema))), tokens(answer)))

    return reply


def tokens(text: str) -> int:
    """About what a tokenizer makes of it: words, numbers of up to three digits, other characters one by one.

    >>> tokens("name: 购置经费 1200")
    8
    """
    return sum(1 for _ in _TOKEN.finditer(text))


# The runs


@dataclass(frozen=True)
class Run:
    """What a run published, in order of files and blocks."""

    documents: tuple[DocumentLine, ...]
    records: tuple[Record, ...]

    @property
    def bill(self) -> Bill:
        return bill(line.asking for line in self.documents if line.asking is not None)


def run_cases(cases: Iterable[Case], reader: SecondReader, base_url: str, ask: str | None) -> Run:
    """All documents read into a folder of their own; None asks no language model."""
    flags = {"model": BUILTIN} if ask is None else {"model": "replay", "base_url": base_url, "ask": ask}
    # The endpoint replays readings; what a misread document's layout may be is not asked.
    settings = Settings.load({**flags, "cache": False, "layout_coverage": 0.0}, environ={})
    inputs = [Input(f"{case.name}{case.source.suffix}", case.source) for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(inputs, Path(folder), settings, reader=reader)
        if outcome.model_error or outcome.failed:
            raise AssertionError(outcome.model_error or outcome.failures)
        with RunStore(Path(folder) / DATABASE, create=False) as store:
            return Run(tuple(store.documents()), tuple(store.records()))


# The mistakes


@contextmanager
def misreading(mistake: Mistake, seed: int) -> Iterator[None]:
    """The rules make this mistake in every block where it applies."""
    read_right = rules.read

    def read_wrong(block: Block, view: Squashed, layout: CompiledLayout) -> RulesReading:
        found = read_right(block, view, layout)
        wrong = mistake(found.reading, random.Random(f"{seed} {block.index} {block.content.text}"))
        return found if wrong is None else RulesReading(wrong, _places(found, wrong))

    with mock.patch.object(rules, "read", read_wrong):
        yield


def changes(right: ProjectReading, wrong: ProjectReading) -> set[str]:
    """Paths at which two readings have different values."""
    one, other = _values(right), _values(wrong)
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def _values(reading: ProjectReading) -> dict[str, Leaf]:
    return {**dict(leaves(reading)), "withheld": reading.withheld}


def is_built_in_business(right: ProjectReading, wrong: ProjectReading) -> bool:
    """True where two readings differ in what the built-in reader reads as well."""
    return any(map(is_read, changes(right, wrong)))


def _places(found: RulesReading, wrong: ProjectReading) -> dict[str, Place]:
    """Where the values that the mistake left alone stand; an indicator that moved takes its places along."""
    right, known = dict(leaves(found.reading)), found.places
    kept = {path: place for path, place in known.items() if not path.startswith("indicators")}
    for path in changes(found.reading, wrong):
        kept.pop(path, None)
    moved = {id(item): index for index, item in enumerate(found.reading.indicators)}
    is_aligned = len(found.reading.indicators) == len(wrong.indicators)
    for index, item in enumerate(wrong.indicators):
        origin = moved.get(id(item), index if is_aligned else None)
        if origin is None:
            continue
        for (field, path), (_, before) in zip(indicator_paths(index), indicator_paths(origin), strict=True):
            if before in known and getattr(item, field) == right[before]:
                kept[path] = known[before]
    return kept


# Who notices


def read_by_rules(record: Record) -> ProjectReading:
    """Without a mistake this is the label: see tests/test_golden.py."""
    assert record.readings.rules is not None
    return record.readings.rules


def noticing(record: Record, right: ProjectReading, standing: Collection[Flag]) -> list[Flag]:
    """The record's flags at what a mistake in its rules' reading changes, at what holds it, or at the record.

    `standing` are those that it has without the mistake; `right` is the rules' reading without it.
    """
    wrong = read_by_rules(record)
    before = {(flag.code, flag.path, flag.message) for flag in standing}
    paths = changes(right, wrong)
    lone = {
        described(item)
        for one, other in ((right, wrong), (wrong, right))
        for item in one.indicators
        if item not in other.indicators
    }
    return [
        flag
        for flag in record.flags
        if not flag.is_information
        and (flag.code, flag.path, flag.message) not in before
        and (any(_holds(flag.path, path) for path in paths) or not lone.isdisjoint((flag.rules, flag.model)))
    ]


def _holds(path: str, inner: str) -> bool:
    """
    >>> [_holds(path, "indicators[1].name") for path in ("", "indicators", "indicators[1]", "indicators[1].name")]
    [True, True, True, True]
    >>> _holds("indicators[1].name", "indicators[1]"), _holds("indicators[1]", "indicators[10].name")
    (False, False)
    """
    return not path or inner == path or inner.startswith((f"{path}.", f"{path}["))


def suggests(flag: Flag, label: ProjectReading) -> bool | None:
    """Whether the suggestion is the label's value, which the endpoint replayed; None without a suggestion."""
    if flag.suggestion is None:
        return None
    right = {key(str(value)) for _, value in leaves(label)} | {key(described(item)) for item in label.indicators}
    return key(flag.suggestion) in right and key(flag.suggestion) == key(flag.model or "")


def states_wrong_values(project: ProjectReading, label: ProjectReading) -> bool:
    """True where a value is published that the label has not there; a blank states nothing."""
    one, other = (_values(reading.model_copy(update={"indicators": ()})) for reading in (project, label))
    if any(other.get(path) != value for path, value in one.items()):
        return True
    for mine, theirs in align(project.indicators, label.indicators):
        if mine is None:
            continue
        if theirs is None:
            return True
        item, right = project.indicators[mine], label.indicators[theirs]
        if any(getattr(item, field) not in (None, getattr(right, field)) for field in INDICATOR_FIELDS):
            return True
    return False
