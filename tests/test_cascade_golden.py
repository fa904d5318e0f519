"""The cascade on the golden cases with the packaged weights and an endpoint that replays the labels.

benchmarks/cascade.py measures the same with more mistakes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from extractor.builtin import Builtin
from extractor.golden import Case
from extractor.pipeline import cut
from extractor.readers import read
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import FlagCode, Record
from tests import golden_sources
from tests.misreading import (
    Run,
    changes,
    is_built_in_business,
    labels_by_text,
    misreading,
    noticing,
    read_by_rules,
    replaying,
    run_cases,
    states_wrong_values,
    suggests,
)
from tests.mistakes import MISTAKES
from tests.second_readers import needs_weights
from tests.servers import Request, Server, block_of, endpoint

pytestmark = [pytest.mark.golden, needs_weights]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return golden_sources.cases()


@pytest.fixture(scope="module")
def server(cases: Sequence[Case]) -> Iterator[Server]:
    with endpoint(replaying(labels_by_text(cases))) as running:
        yield running


Ask = Callable[[str | None], tuple[Run, list[Request]]]


@pytest.fixture(scope="module")
def ask(cases: Sequence[Case], server: Server) -> Ask:
    """A run over all cases, and its requests."""
    reader = Builtin()

    def run(which: str | None) -> tuple[Run, list[Request]]:
        before = len(server.requests)
        return run_cases(cases, reader, server.base_url, which), server.requests[before:]

    return run


@pytest.fixture(scope="module")
def alone(ask: Ask) -> Run:
    return ask(None)[0]


@pytest.fixture(scope="module")
def doubtful(ask: Ask) -> tuple[Run, list[Request]]:
    return ask("doubtful")


@pytest.fixture(scope="module")
def everything(ask: Ask) -> tuple[Run, list[Request]]:
    return ask("all")


def is_guessed(record: Record) -> bool:
    """Whether all readers agree on cells that were themselves guessed: a further reading would be of the same cells."""
    read_whole = record.model is not None and not record.model.abstained
    return record.status == "unchecked" and read_whole and not record.flags


def test_what_is_not_doubtful_is_not_asked(
    cases: Sequence[Case], alone: Run, doubtful: tuple[Run, list[Request]]
) -> None:
    run, requests = doubtful
    texts = [block.content.text for case in cases for block in cut(read(str(case.source))).chunks.blocks]
    sums_off = {
        line.document.file for line in alone.documents for flag in line.flags if flag.code == FlagCode.SUM_MISMATCH
    }
    flagged = {line.document.file: {flag.code for flag in line.flags} for line in alone.documents}
    asked = Counter[str]()
    for before, record, text in zip(alone.records, run.records, texts, strict=True):
        if is_guessed(before):
            assert flagged[before.document.file] & {
                FlagCode.UNREAD_CONTENT,
                FlagCode.UNCLAIMED_TEXT,
                FlagCode.SUM_MISMATCH,
            }
        elif before.status != "agreed":
            assert record.asked
        elif before.document.file not in sums_off:
            assert not record.asked
        asked[text] += bool(record.asked)
    assert +asked == Counter(map(block_of, requests))
    assert 0 < len(requests) < len(run.records)


def test_every_mistake_of_the_rules_is_noticed(ask: Ask, doubtful: tuple[Run, list[Request]]) -> None:
    def one_of_them(reading: ProjectReading, rng: random.Random) -> ProjectReading | None:
        for mistake in rng.sample(list(MISTAKES.values()), len(MISTAKES)):
            wrong = mistake(reading, rng)
            if wrong is not None and is_built_in_business(reading, wrong):
                return wrong
        return None

    with misreading(one_of_them, seed=0):
        run, _ = ask("doubtful")
    suggested: dict[bool, list[bool]] = {True: [], False: []}
    for before, record in zip(doubtful[0].records, run.records, strict=True):
        right = read_by_rules(before)
        assert is_built_in_business(right, read_by_rules(record))
        flags = noticing(record, right, before.flags)
        assert flags, (record.document.file, record.block.index, sorted(changes(right, read_by_rules(record))))
        assert record.status == "flagged"
        assert record.asked
        assert not states_wrong_values(record.project, right)
        suggestions = {suggests(flag, right) for flag in flags}
        assert False not in suggestions
        # The reader of cells says what a cell is not; only a third reading makes a majority.
        suggested[record.readings.builtin is not None].append(True in suggestions)
    read_thrice, read_twice = suggested[True], suggested[False]
    assert sum(read_thrice) > 3 * len(read_thrice) / 4
    assert len(read_thrice) > len(run.records) / 4
    assert not any(read_twice), "two readings that differ have no majority"


def test_what_is_told_about_the_asking_is_right(
    doubtful: tuple[Run, list[Request]], everything: tuple[Run, list[Request]], cases: Sequence[Case]
) -> None:
    reply = replaying(labels_by_text(cases))
    for run, requests in (doubtful, everything):
        bill, asked = run.bill, [record.asked for record in run.records if record.asked]
        assert bill.asked == bill.answered == len(requests) == len(asked)
        assert bill.reasons == Counter(reason for reasons in asked for reason in reasons)
        used = [body["usage"] for request in requests if isinstance(body := reply(request).body, dict)]
        assert bill.input_tokens == sum(use["prompt_tokens"] for use in used)
        assert bill.output_tokens == sum(use["completion_tokens"] for use in used)
    estimate, true = doubtful[0].bill, everything[0].bill
    assert estimate.input_tokens_of_all == pytest.approx(true.input_tokens, rel=0.05)
    assert estimate.output_tokens_of_all == pytest.approx(true.output_tokens, rel=0.2)
    assert (true.input_tokens_of_all, true.output_tokens_of_all) == (true.input_tokens, true.output_tokens)


def test_asking_all_publishes_the_same(
    alone: Run, doubtful: tuple[Run, list[Request]], everything: tuple[Run, list[Request]]
) -> None:
    assert any(record.status == "agreed" for record in alone.records)
    for before, one, other in zip(alone.records, doubtful[0].records, everything[0].records, strict=True):
        assert one.flags == other.flags
        if before.status == "agreed":
            assert before.project == one.project == other.project
            assert before.status == one.status == other.status
