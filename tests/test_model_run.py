"""Whole runs with a model: a real HTTP endpoint on loopback that answers what a script makes of each block."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractor.cli import main
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Record
from tests.mistakes import MISTAKES
from tests.second_readers import StubReader, right_answers
from tests.servers import Reply, Request, Server, answering, block_of, completion, endpoint, error

CASES = ("text-coded-a", "text-plain-a", "tab-labelled-a", "markdown-coded-a")


@pytest.fixture
def sources(golden_dir: Path) -> list[str]:
    return [str(next((golden_dir / case).glob("source.*"))) for case in CASES]


@pytest.fixture(autouse=True)
def no_built_in_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules and a language model are compared here; for three readers see tests/test_cascade.py."""
    monkeypatch.setattr("extractor.builtin.load", lambda settings: StubReader())


def run(server: Server, sources: list[str], out: Path, *options: str) -> Result:
    arguments = ["run", *sources, "--out", str(out), "--model", "test-model", "--base-url", server.base_url, *options]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def records(out: Path) -> list[Record]:
    return [Record.model_validate_json(line) for line in (out / "projects.jsonl").read_text("utf-8").splitlines()]


def test_right_answers_agree_and_a_second_run_is_free(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    cache = ("--cache-dir", str(tmp_path / "cache"))
    with endpoint(answering(right)) as server:
        first = run(server, sources, tmp_path / "one", *cache)
        asked = len(server.requests)
        again = run(server, sources, tmp_path / "two", *cache)
        assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
        assert asked == len(right)
        assert len(server.requests) == asked
    for name in ("projects.jsonl", "documents.jsonl", "projects.csv", "indicators.csv", "projects.xlsx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    found = records(tmp_path / "one")
    codes = {flag.code for record in found for flag in record.flags}
    assert not codes & {"disagreement", "only_rules", "only_model", "ungrounded", "unclaimed_text", "model_failed"}
    assert {record.status for record in found} == {"agreed", "flagged"}
    assert all(record.status == "agreed" for record in found if all(flag.is_information for flag in record.flags))


@pytest.mark.parametrize("seed", range(3))
def test_every_injected_mistake_is_flagged(tmp_path: Path, sources: list[str], seed: int) -> None:
    random_ = random.Random(seed)
    right = right_answers(sources)
    wrong: dict[str, ProjectReading] = {}
    mistakes = list(MISTAKES.values())
    for index, (text, reading) in enumerate(right.items()):
        changed = mistakes[(index + seed * 7) % len(mistakes)](reading, random_)
        if changed is not None and changed != reading:
            wrong[text] = changed
    assert len(wrong) > len(right) / 2
    with endpoint(answering(right | wrong)) as server:
        assert run(server, sources, tmp_path / "out", "--no-cache").exit_code == 0
    found = records(tmp_path / "out")
    for reading in wrong.values():
        statuses = {record.status for record in found if record.readings.model == reading}
        assert statuses == {"flagged"}, reading


def test_one_bad_answer_costs_one_block(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    victim = next(iter(right))

    def reply(request: Request) -> Reply:
        text = block_of(request)
        finish = "length" if text == victim else None
        return completion(calls=(right[text].model_dump_json(),), finish_reason=finish)

    cache = ("--cache-dir", str(tmp_path / "cache"))
    with endpoint(reply) as server:
        assert run(server, sources, tmp_path / "out", *cache).exit_code == 0
        asked = len(server.requests)
        run(server, sources, tmp_path / "again", *cache)
        assert len(server.requests) - asked == 1, "a truncated answer must not be cached"
    truncated = [record for record in records(tmp_path / "out") if "model_truncated" in {f.code for f in record.flags}]
    assert [record.project for record in truncated] == [right[victim]]


def test_an_answer_that_was_no_use_is_asked_for_again_by_the_next_run(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    victim = next(iter(right))
    well: list[bool] = []

    def reply(request: Request) -> Reply:
        text = block_of(request)
        refusal = "no" if text == victim and not well else None
        return completion(calls=() if refusal else (right[text].model_dump_json(),), refusal=refusal)

    cache = ("--cache-dir", str(tmp_path / "cache"))
    with endpoint(reply) as server:
        assert run(server, sources, tmp_path / "out", *cache).exit_code == 0
        asked = len(server.requests)
        well.append(True)
        assert run(server, sources, tmp_path / "out", *cache).exit_code == 0
        assert len(server.requests) - asked == 1
    assert "model_refused" not in {flag.code for record in records(tmp_path / "out") for flag in record.flags}


@pytest.mark.parametrize(
    "reply", [error(400, "no"), completion(refusal="no"), completion(calls=("{}",), finish_reason="length")]
)
def test_a_run_in_which_no_call_succeeded_ends_with_a_failure(tmp_path: Path, sources: list[str], reply: Reply) -> None:
    with endpoint(lambda request: reply) as server:
        result = run(server, sources, tmp_path / "out", "--no-cache")
    assert result.exit_code == 1
    assert "model not usable" in result.output + (result.stderr or "")


def test_a_wrong_key_stops_the_asking_and_nothing_else(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    cache = ("--cache-dir", str(tmp_path / "cache"), "--concurrency", "1")
    with endpoint(lambda request: error(401, "bad key")) as server:
        result = run(server, sources, tmp_path / "out", *cache)
        assert result.exit_code == 1
        assert len(server.requests) == 1
    assert "model not usable, the run went on without it" in result.output + (result.stderr or "")
    found = records(tmp_path / "out")
    assert len(found) == len(right) + 1  # text-plain-a prints one project twice
    assert all("model_failed" in {flag.code for flag in record.flags} for record in found)
    with endpoint(answering(right)) as server:
        # The same folder, the right key: the same endpoint name is another port here, so all is asked.
        assert run(server, sources, tmp_path / "out", *cache).exit_code == 0
        assert len(server.requests) == len(right)
    assert "model_failed" not in {flag.code for record in records(tmp_path / "out") for flag in record.flags}


def test_tokens_are_counted(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources[:1])
    with endpoint(answering(right)) as server:
        run(server, sources[:1], tmp_path / "out", "--no-cache")
    uses = [record.model for record in records(tmp_path / "out")]
    assert all(use is not None and use.input_tokens > 0 and use.output_tokens > 0 for use in uses)
    line = json.loads((tmp_path / "out" / "documents.jsonl").read_text("utf-8"))
    counts = line["counts"]
    assert counts["fields_read_twice"] + counts["fields_not_read"] == counts["fields"], "a dump's amounts are told"
    assert 0 < counts["fields_not_read"] < counts["fields_read_twice"]
